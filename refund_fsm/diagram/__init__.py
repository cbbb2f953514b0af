"""State diagrams: `draw` makes a picture of any `Workflow` from its table; nothing is drawn by hand."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from refund_fsm.diagram import dot
from refund_fsm.diagram.labels import Labels, Lang
from refund_fsm.diagram.markup import slug
from refund_fsm.diagram.plan import Plan
from refund_fsm.diagram.render import Diagram, write
from refund_fsm.errors import BadData, MissingPart
from refund_fsm.policy import Policy
from refund_fsm.spec import Workflow

__all__ = ["Diagram", "Lang", "draw", "stale", "write_all"]

LANGS = ("both", "zh", "en")
PINNED = "0.2.2"  # of graphviz-pure: another engine lays out the same DOT a little differently


def draw(workflow: Workflow, *, lang: Lang = "both", policy: Policy | None = None) -> Diagram:
    """A picture of a workflow: all states, all rules, who acts, limits (as the policy has them), guards, provenance.

    `lang` is `both`, `zh` or `en`. No policy means the guide's. `BadData` for another language.
    """
    if lang not in LANGS:
        raise BadData("lang", lang, " or ".join(repr(known) for known in LANGS))
    return Diagram(dot.source(Labels(Plan(workflow, policy or Policy.guide()), lang)))


def write_all(folder: str | Path, workflows: Iterable[Workflow], *, lang: Lang = "both") -> list[Path]:
    """Writes `<key>.dot` and `<key>.svg` of each workflow into a folder, which is made if need be; returns the paths.

    Everything is drawn before anything is written. `BadData` when the folder cannot be written.
    """
    folder = Path(folder)
    files = [(folder / name, data) for name, data in _files(workflows, lang)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadData("folder", str(folder), f"a folder that can be written ({error.strerror or error})") from None
    for path, data in files:
        write(path, data)
    return [path for path, _ in files]


def stale(folder: str | Path, workflows: Iterable[Workflow], *, lang: Lang = "both") -> list[str]:
    """The names of the files in a folder that `write_all` would change or add. Writes nothing.

    DOT is compared byte by byte on every machine; SVG by the pinned version of graphviz-pure alone, elsewhere it must only be there.
    """
    folder = Path(folder)
    return [name for name, data in _files(workflows, lang) if not _fresh(folder / name, data)]


def pinned() -> bool:
    """Whether SVG is made here by the very engine that made the committed pictures."""
    try:
        return metadata.version(dot.PROGRAM) == PINNED and bool(dot.program("pure"))
    except (metadata.PackageNotFoundError, MissingPart):
        return False


def _fresh(path: Path, data: bytes) -> bool:
    try:
        return path.read_bytes() == data or (path.suffix == ".svg" and not pinned())
    except OSError:
        return False


def _files(workflows: Iterable[Workflow], lang: Lang) -> list[tuple[str, bytes]]:
    files = []
    for workflow in workflows:
        made = draw(workflow, lang=lang)
        files += [(f"{slug(workflow.key)}.dot", made.dot.encode()), (f"{slug(workflow.key)}.svg", made.svg().encode())]
    return files
