"""Owns what a suite does to a mutant: paths run on it step by step until one is not answered as the original answers it.

Must not choose paths, nor know which faults there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import accumulate
from typing import Any, NamedTuple

from refund_fsm.case import RefundCase, Refused
from refund_fsm.errors import RefundFsmError
from refund_fsm.scenario import Path, PathStep
from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.testing.mutation.touch import touched
from refund_fsm.workflow import Policy, Workflow


class Blow(NamedTuple):
    """Where a workflow leaves a path: the number of the step, from 1 (0: the opening), and what gives it away: `accepted`, `state`,
    `due`, or the name of what it raised (a clock that goes round for ever raises `TooLong`)."""

    step: int
    what: str


class Kill(NamedTuple):
    """How a mutant was killed: the place of the path (from 0), the step in it and what was otherwise (as in `Blow`), and how many
    steps were run in all, that one included. A difference at the opening counts as a step."""

    path: int
    step: int
    what: str
    steps: int


def struck(workflow: Workflow, policy: Policy, path: Path, *, dues: bool = True) -> Blow | None:
    """Where a workflow does not follow a path in what is observed: acceptance, state, deadline (unless not `dues`, as of a service that
    tells none). None when it follows it."""
    place = 0
    try:
        order, request, at = path.opening
        case = RefundCase.open(order, request, at=at, policy=policy, workflow=workflow, case_id="MUTANT")
        what = _otherwise(case, path.state, path, dues)
        if what:
            return Blow(0, what)
        for place, step in enumerate(path.steps, 1):
            taken, case = _told(case, step)
            what = "accepted" if taken != step.accepted else _otherwise(case, step.state, step, dues)
            if what:
                return Blow(place, what)
    except (RefundFsmError, AssertionError) as error:
        return Blow(place, type(error).__name__)
    return None


def _otherwise(case: RefundCase, state: str, expected: Path | PathStep, dues: bool) -> str:
    if case.state.key != state:
        return "state"
    if not dues:
        return ""
    due = case.due
    return "" if (None if due is None else due.at) == expected.due else "due"


def _told(case: RefundCase, step: PathStep) -> tuple[bool, RefundCase]:
    """Whether the step is taken, and the case after it."""
    if step.event is None:
        return True, case.advance(to=step.at)
    if step.by in case.workflow.actors:  # a mutant that has lost an actor takes nothing from them
        try:
            return True, case.apply(step.event, at=step.at, by=step.by or "", **step.details)
        except Refused:
            pass
    return False, case.advance(to=step.at) if step.at >= case.now else case


def killed_by(mutant: Mutant, paths: Iterable[Path], policy: Policy | None = None, *, dues: bool = True) -> Kill | None:
    """Runs paths (a `Suite`, or any others of the original under the policy; None: the workflow's own) on a mutant, one after the
    other, until one kills it; None when it survives. A mutant that raises is killed. `dues=False` looks at no deadline, only at what
    happens when it has come."""
    workflow, policy, steps = mutant.workflow, mutant.under(policy or mutant.workflow.default_policy()), 0
    for place, path in enumerate(paths):
        blow = struck(workflow, policy, path, dues=dues)
        if blow is not None:
            return Kill(place, blow.step, blow.what, steps + max(1, blow.step))
        steps += len(path)
    return None


class Killer:
    """Paths to be run on many mutants of one workflow. The same verdict as `killed_by` in a fraction of the time: paths that meet
    nothing of what a fault has touched are not run, for the mutant follows them as the original does; their steps are counted. Where facts
    are derived otherwise those paths are run whose cases derive other facts; where days are counted otherwise, those that meet a limit."""

    def __init__(self, original: Workflow, suites: Sequence[tuple[Policy, Sequence[Path]]]) -> None:
        self.original = original
        self.runs = [(policy, path) for policy, paths in suites for path in paths]
        self.before = [0, *accumulate(len(path) for _, path in self.runs)]
        self._asking: dict[tuple[str, str], list[int]] = {}
        self._meeting: dict[str, list[int]] = {}
        self._outstaying: dict[str, list[int]] = {}
        self._filed: dict[tuple[int, int, datetime, int], list[int]] = {}  # by order, request, instant and policy: the paths
        self._facts: dict[tuple[int, int, datetime, int], Any] = {}
        for place, (_, path) in enumerate(self.runs):
            self._index(place, path)

    @property
    def steps(self) -> int:
        """The number of steps in all paths."""
        return self.before[-1]

    def _index(self, place: int, path: Path) -> None:
        rules = self.original.by_id
        met, asked, outstayed = {path.state}, set[tuple[str, str]](), set[str]()
        self._index_filings(place, path)
        state, due = path.state, path.due
        for step in path.steps:
            here = (step.state, *(rules[rule].dest.key for rule in step.fired))
            met.update(here)
            if due is not None and due <= step.at:
                outstayed.update((state, *here))
            if step.event is not None:
                asked.add((rules[step.fired[-1]].source.key if step.accepted and step.fired else step.state, step.event))
            state, due = step.state, step.due
        for key in asked:
            self._asking.setdefault(key, []).append(place)
        for index, states in ((self._meeting, met), (self._outstaying, outstayed)):
            for one in states:
                index.setdefault(one, []).append(place)

    def _index_filings(self, place: int, path: Path) -> None:
        """At which instants the path's case derives facts."""
        order, request, opened = path.opening
        events = self.original.events
        filings = {step.at for step in path.steps if step.event is not None and step.event in events and events[step.event].files}
        for at in (opened, *filings):
            self._filed.setdefault((id(order), id(request), at, id(self.runs[place][0])), []).append(place)

    def _derived_otherwise(self, mutant: Mutant) -> Iterator[int]:
        """The paths whose cases derive other facts."""
        for key, places in self._filed.items():
            policy, path = self.runs[places[0]]
            if key not in self._facts:
                self._facts[key] = self.original.derive(path.opening.order, path.opening.request, key[2], policy)
            if _derived(mutant.workflow, path, key[2], mutant.under(policy)) != self._facts[key]:
                yield from places

    def kill(self, mutant: Mutant, *, dues: bool = True) -> Kill | None:
        """The first path that kills a mutant; None if it survives. `Kill.path` counts through all suites; `dues` as in `killed_by`."""
        workflow = mutant.workflow
        touch = touched(self.original, workflow)
        places = {place for cell in touch.cells for place in self._asking.get(cell, ())}
        places.update(place for state in touch.clock for place in self._outstaying.get(state, ()))
        places.update(place for state in touch.due for place in self._meeting.get(state, ()))
        if mutant.calendar is not None:
            places.update(place for state in self.original.limits_at for place in self._meeting.get(state, ()))
        if mutant.calendar is not None or workflow.facts_of is not self.original.facts_of:
            places.update(self._derived_otherwise(mutant))
        for place in sorted(places):
            policy, path = self.runs[place]
            blow = struck(workflow, mutant.under(policy), path, dues=dues)
            if blow is not None:
                return Kill(place, blow.step, blow.what, self.before[place] + max(1, blow.step))
        return None


def _derived(workflow: Workflow, path: Path, at: datetime, policy: Policy) -> Any:
    try:
        return workflow.derive(path.opening.order, path.opening.request, at, policy)
    except RefundFsmError as error:
        return error
