"""Owns the small multiples: the spine of one workflow under several policies and starts, state by state along time, on one scale.

Each bar is the mean days of those who were in a state, one state after the other. Must not compute them: results and laws have.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from refund_fsm.errors import BadData
from refund_fsm.simulate.report import settings
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.sample import Result
from refund_fsm.text import Text, words
from refund_fsm.workflow import State

SHORT = 0.02  # days: such a state has no bar
MOST = 12  # cells: more are no small multiples
HOURS = 24.0


@dataclass(frozen=True, slots=True)
class Stage:
    """One state of the spine: where its bar begins and how long it is, in days; the share of cases that were ever there."""

    state: State
    begins: float
    days: float
    share: float
    path: int

    @property
    def ends(self) -> float:
        """Where its bar ends."""
        return self.begins + self.days


@dataclass(frozen=True, eq=False)
class Cell:
    """The spine of one result or law; `stages` are the states in their order, further paths of the spine last."""

    one: Many
    policy: Text
    start: Text
    stages: tuple[Stage, ...]

    @property
    def days(self) -> float:
        """Where its last bar ends."""
        return max((stage.ends for stage in self.stages), default=0.0)

    def stage(self, key: str) -> Stage | None:
        """The stage of a state."""
        return next((stage for stage in self.stages if stage.state.key == key), None)


def cells_of(all_of: Sequence[Many]) -> tuple[Cell, ...]:
    """A cell for each, by policy and then start, as they first come. Empty where the workflow has no spine.

    `BadData` naming the place for what is no result or law, of another workflow, without cases, the same policy and start again, and
    for more than `MOST`.
    """
    if len(all_of) > MOST:
        raise BadData("others", len(all_of), f"at most {MOST} results or laws in all")
    for place, one in enumerate(all_of):
        _check(f"results[{place}]", one, all_of[:place])
    policies = list(dict.fromkeys(settings.policy_name(one.policy, all_of[0].policy) for one in all_of))
    starts = sorted({one.start for one in all_of})
    made = [
        Cell(one, settings.policy_name(one.policy, all_of[0].policy), Text(*(words.since(one.start),) * 2), _stages(one)) for one in all_of
    ]
    made.sort(key=lambda cell: (policies.index(cell.policy), starts.index(cell.one.start)))
    return tuple(made) if all_of and all_of[0].workflow.spine else ()


def _check(field: str, one: Many, before: Sequence[Many]) -> None:
    settings.checked(field, one)
    if before and one.workflow.key != before[0].workflow.key:
        raise BadData(f"{field}.workflow", one.workflow.key, f"that of the others: {before[0].workflow.key}")
    if isinstance(one, Result) and not one.cases:
        raise BadData(field, one, "a result with cases")
    if any(one.policy == other.policy and one.start == other.start and one.behaviour == other.behaviour for other in before):
        raise BadData(field, one, "another policy, start or behaviour than the others")


def _stages(one: Many) -> tuple[Stage, ...]:
    """The states along the spine; a further path goes on where it leaves what is there already."""
    figures, found = one.figures(), dict[str, Stage]()
    for path, states in enumerate(one.workflow.spine):
        at = 0.0
        for state in states:
            if state.key in found:
                at = found[state.key].ends
                continue
            reach = figures[f"reach:{state.key}"].value
            stay = figures[f"stay:{state.key}"].value / HOURS / reach if not state.final and reach > 0 else 0.0
            stay = stay if math.isfinite(stay) else 0.0
            found[state.key] = Stage(state, at, stay, reach, path)
            at += stay
    return tuple(stage for stage in found.values() if stage.state.final or stage.days >= SHORT)


def largest(cells: Iterable[Cell]) -> float:
    """The days that all cells have room for."""
    return max([cell.days for cell in cells], default=0.0) or 1.0
