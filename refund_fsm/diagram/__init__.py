"""State diagrams: `draw` makes a picture of any `Workflow` from its table; nothing is drawn by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from refund_fsm.case import RefundCase
from refund_fsm.diagram import case_view, counts_view, difference_view, dot
from refund_fsm.diagram.labels import Labels, Lang
from refund_fsm.diagram.marks import Marks
from refund_fsm.diagram.markup import slug
from refund_fsm.diagram.plan import Plan, View
from refund_fsm.diagram.render import Diagram, write
from refund_fsm.errors import BadData, MissingPart
from refund_fsm.policy import Policy
from refund_fsm.spec import Workflow

__all__ = ["Diagram", "Lang", "View", "draw", "stale", "write_all"]

LANGS = ("both", "zh", "en")
VIEWS = ("full", "spine")
PINNED = "0.2.2"  # of graphviz-pure: another engine lays out the same DOT a little differently


def draw(
    workflow: Workflow,
    *,
    view: View = "full",
    lang: Lang = "both",
    policy: Policy | None = None,
    case: RefundCase | None = None,
    counts: Mapping[str, int] | None = None,
    waits: Mapping[str, timedelta] | None = None,
    before: Workflow | Policy | None = None,
) -> Diagram:
    """A picture of a workflow: who acts, limits (as the policy has them), guards, provenance.

    `view` is `full` (every rule once) or `spine` (the ways of the workflow's spine alone); `lang` is `both`, `zh` or `en`. No
    policy means the guide's, or the case's. At most one of three things is laid over the picture: a `case` (the way taken,
    what may happen next, by when, breaches); `counts` (how often each rule fired, by id; rules that are not named did not) with
    `waits` (the mean time in states, by key), or either; `before`, another workflow, or a policy under which this one was used.

    Raises `BadData` naming the argument, its value and what was expected.
    """
    if view not in VIEWS:
        raise BadData("view", view, " or ".join(repr(known) for known in VIEWS))
    if lang not in LANGS:
        raise BadData("lang", lang, " or ".join(repr(known) for known in LANGS))
    given = [name for name, value in (("case", case), ("counts", counts), ("waits", waits), ("before", before)) if value is not None]
    if len({"counts" if name == "waits" else name for name in given}) > 1:
        raise BadData("draw", ", ".join(given), "one of case, counts with waits, or before")
    if view == "spine" and given and given[0] in ("case", "before"):
        raise BadData("view", view, f"'full' with {given[0]}")
    policy = policy or (case.policy if isinstance(case, RefundCase) else Policy.guide())
    earlier = before if isinstance(before, Workflow) else None
    plan = Plan(workflow, policy, view, earlier)
    return Diagram(dot.source(Labels(plan, lang, _marks(workflow, policy, case, counts, waits, before))))


def _marks(
    workflow: Workflow,
    policy: Policy,
    case: RefundCase | None,
    counts: Mapping[str, int] | None,
    waits: Mapping[str, timedelta] | None,
    before: Workflow | Policy | None,
) -> Marks:
    if case is not None:
        return case_view.marks_of(case, workflow)
    if counts is not None or waits is not None:
        return counts_view.marks_of(workflow, counts, waits)
    if isinstance(before, Workflow):
        return difference_view.marks_of(workflow, policy, before, policy)
    if isinstance(before, Policy):
        return difference_view.marks_of(workflow, policy, workflow, before)
    if before is not None:
        raise BadData("before", before, "a Workflow, or a Policy under which this one was used")
    return Marks()


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
