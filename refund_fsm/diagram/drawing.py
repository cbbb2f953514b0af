"""Owns `draw`, which makes a picture of any `Workflow` from its table, and whether pictures on disk are fresh. Nothing is drawn by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from importlib import metadata
from pathlib import Path

from refund_fsm.case import RefundCase
from refund_fsm.diagram import case_marks, counts_marks, difference_marks, dot, map_marks
from refund_fsm.diagram.figures import HAS_THEM, Figures, Measured, figures_alone
from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.map_marks import Metric
from refund_fsm.diagram.marks import Marks
from refund_fsm.diagram.numbered import Numbered
from refund_fsm.diagram.parts import Part
from refund_fsm.diagram.plan import VIEWS, Plan, View
from refund_fsm.diagram.render import PAPERS, Diagram, Paper
from refund_fsm.diagram.wording import Lang
from refund_fsm.errors import BadData, MissingPart, one_of
from refund_fsm.text import Text, languages
from refund_fsm.workflow import Policy, Workflow

LAID_OUT = (".svg", ".html")
PINNED = "0.2.2"  # of graphviz-pure: another engine lays out the same DOT a little differently


def draw(
    workflow: Workflow,
    *,
    view: View = "full",
    lang: Lang = "both",
    policy: Policy | None = None,
    case: RefundCase | None = None,
    counts: Mapping[str, int] | Measured | None = None,
    waits: Mapping[str, timedelta] | None = None,
    before: Workflow | Policy | None = None,
    note: Text | None = None,
    phase: int | None = None,
    state: str | None = None,
    paper: Paper | None = None,
    metric: Metric | None = None,
    threshold: float | None = None,
) -> Diagram:
    """A picture of a workflow: who acts, limits (as the policy has them), guards, provenance.

    `view` is `full` (every rule once), `spine` (the paths of the workflow's spine alone) or `phases` (the workflow's phases one below the
    other, each legible at 830 pixels; with `phase`, a number from 1, that one alone) or `near` (the state of the key `state`, with one
    step in and one step out); `lang` is `both`, `zh` or `en`. No
    policy means the workflow's own profile, or the case's. At most one of three things is laid over the picture: a `case` (the path taken,
    what may happen next, by when, breaches); `counts` (how often each rule fired, by id; rules that are not named did not) with
    `waits` (the mean time in states, by key), or either; `counts` alone as what has been measured (`figures.Measured`: a `Result`, a
    `Law`), which makes a map: how often first, shares of cases and of those that leave a state, totals on ends, median, 90th percentile
    and mean of stays in working days, no guards and no sources; `before`, another workflow (without a
    policy, each is taken under its own profile), or a policy under which this one was used.
    On a map, cards are coloured by `metric`, `time` (None: this), `breach` or `count`, and what less than the share `threshold` of the
    cases do (None: 1 in 100; 0: nothing) is folded into "other", but for the spine.
    `note` is a line of your own under the title. `paper`, `a4` or `a3`, is that on which `Diagram.pdf` and a file `.pdf` stand.

    Raises `BadData` naming the argument, its value and what was expected.
    """
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow, such as orders.get('virtual')")
    for name, value, wanted in (("policy", policy, Policy), ("note", note, Text)):
        if value is not None and not isinstance(value, wanted):
            raise BadData(name, value, f"a {wanted.__name__}, or None")
    one_of("view", view, VIEWS)
    if paper is not None:
        one_of("paper", paper, PAPERS)
    languages(lang)
    given = [name for name, value in (("case", case), ("counts", counts), ("waits", waits), ("before", before)) if value is not None]
    if len({"counts" if name == "waits" else name for name in given}) > 1:
        raise BadData("draw", ", ".join(given), "one of case, counts with waits, or before")
    if view == "spine" and given and given[0] in ("case", "before"):
        raise BadData("view", view, f"'full' with {given[0]}")
    if isinstance(case, RefundCase) and policy not in (None, case.policy):
        raise BadData("policy", policy, "none, or the case's own")
    figures = _figures(workflow, policy, counts, waits, metric, threshold)
    older = before if isinstance(before, Workflow) else None
    earlier = policy or older.default_policy() if older else None
    policy = policy or (case.policy if isinstance(case, RefundCase) else figures.policy if figures else workflow.default_policy())
    plan = Plan(workflow, policy, view, older, earlier)
    if figures:
        plan, marks = _mapped(plan, figures, metric, threshold)
    else:
        marks = _marks(workflow, policy, case, counts, waits, before, earlier)  # type: ignore[arg-type]  # counts are a mapping, or refused
    if note is not None:
        marks = replace(marks, heading=(*marks.heading, note))
    if phase is not None:
        plan = replace(plan, part=_part(plan, phase))
    if state is not None or view == "near":
        plan = replace(plan, centre=_centre(plan, state))
    labels = (Numbered if figures else Labels)(plan, lang, marks)
    alone = plan.parts if paper and view == "phases" and phase is None else ()
    sheets = tuple((part.name, dot.source(replace(labels, plan=replace(plan, part=part)))) for part in alone)
    return Diagram(dot.source(labels), workflow, lang, policy, paper, sheets, replace(plan, before=None, earlier=None))


def _mapped(plan: Plan, figures: Figures, metric: object, threshold: object) -> tuple[Plan, Marks]:
    """The plan of a map with what is too rare left out, and its marks; `BadData` for what is no metric and no threshold."""
    by = map_marks.checked_metric("time" if metric is None else metric)
    least = map_marks.checked_threshold(map_marks.THRESHOLD if threshold is None else threshold)
    drawn = None if plan.view == "spine" else map_marks.kept(figures, least, plan.spine)
    return replace(plan, kept=drawn), map_marks.marks_of(figures, by, least, drawn)


def _figures(workflow: Workflow, policy: Policy | None, counts: object, waits: object, metric: object, threshold: object) -> Figures | None:
    """The figures of a map; None for any other picture, which has neither metric nor threshold."""
    if counts is None or isinstance(counts, Mapping):
        for name, value in (("metric", metric), ("threshold", threshold)):
            if value is not None:
                raise BadData(name, value, f"none without counts={HAS_THEM}")
        return None
    return figures_alone(counts, workflow, policy, waits)


def phases(workflow: Workflow) -> tuple[Text, ...]:
    """The names of the phases that the view `phases` shows, in their order: the workflow's own, or those cut along its spine."""
    return tuple(part.name for part in Plan(workflow, workflow.default_policy(), "phases").parts)


def _centre(plan: Plan, state: object) -> str:
    """The key of a state; `BadData` for another view than `near` and for a state that is not drawn."""
    if plan.view != "near":
        raise BadData("state", state, f"none with view={plan.view!r}: only 'near' shows one")
    if not isinstance(state, str) or state not in plan.states:
        raise BadData("state", state, f"one of {', '.join(plan.states)}")
    return state


def _part(plan: Plan, phase: object) -> Part:
    """The part of a number; `BadData` for another view than `phases` and for a number that none has."""
    if plan.view != "phases":
        raise BadData("phase", phase, f"none with view={plan.view!r}: only 'phases' has some")
    if isinstance(phase, bool) or not isinstance(phase, int) or not 1 <= phase <= len(plan.parts):
        told = ", ".join(f"{part.number} ({part.name.en})" for part in plan.parts)
        raise BadData("phase", phase, f"the number of a phase: {told}")
    return plan.parts[phase - 1]


def _marks(
    workflow: Workflow,
    policy: Policy,
    case: RefundCase | None,
    counts: Mapping[str, int] | None,
    waits: Mapping[str, timedelta] | None,
    before: Workflow | Policy | None,
    earlier: Policy | None,
) -> Marks:
    if case is not None:
        return case_marks.marks_of(case, workflow)
    if counts is not None or waits is not None:
        return counts_marks.marks_of(workflow, counts, waits)
    if isinstance(before, Workflow):
        return difference_marks.marks_of(workflow, policy, before, earlier or policy)
    if isinstance(before, Policy):
        return difference_marks.marks_of(workflow, policy, workflow, before)
    if before is not None:
        raise BadData("before", before, "a Workflow, or a Policy under which this one was used")
    return Marks()


def stale(folder: str | Path, files: Iterable[tuple[str, bytes]]) -> list[str]:
    """The names of the files whose bytes in a folder are others, or that are missing there. Writes nothing.

    What Graphviz lays out (SVG, pages) is compared byte by byte only with the pinned version of graphviz-pure; elsewhere it must
    only be there.
    """
    folder = Path(folder)
    return [name for name, data in files if not _fresh(folder / name, data)]


def pinned() -> bool:
    """Whether SVG is made here by the very engine that made the committed pictures."""
    try:
        return metadata.version(dot.PROGRAM) == PINNED and bool(dot.program("pure"))
    except (metadata.PackageNotFoundError, MissingPart):
        return False


def _fresh(path: Path, data: bytes) -> bool:
    try:
        if not path.is_file():  # a pipe could be read for ever
            return False
        return path.read_bytes() == data or (path.suffix in LAID_OUT and not pinned())
    except OSError:
        return False
