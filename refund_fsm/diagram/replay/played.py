"""Owns which cases a replay shows, and what it reads of each: instants, rules, limits that were passed.

Takes whatever has these fields: a `RefundCase`, a case of an event log, a user's own. Must not judge them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, runtime_checkable

from refund_fsm.errors import BadData
from refund_fsm.workflow import Rule, Workflow, instant

MAX_CASES = 2_000  # of one page: what a browser draws many times a second
MAX_STEPS = 2_000  # of one case
EXPECTED = "cases with case_id, opened_at, now, steps and breaches()"


class Step(Protocol):
    """A step of a case: when, and by which rule."""

    @property
    def at(self) -> datetime: ...
    @property
    def rule(self) -> Rule: ...


class Breach(Protocol):
    """A limit that was passed, at its own instant."""

    @property
    def at(self) -> datetime: ...


@runtime_checkable
class Played(Protocol):
    """A case that was played: known from `opened_at` to `now`."""

    @property
    def case_id(self) -> str: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def now(self) -> datetime: ...
    @property
    def steps(self) -> Sequence[Step]: ...
    def breaches(self) -> Sequence[Breach]: ...


class Track(NamedTuple):
    """A case as a page has it: the key of the state that it opens in, its moves as instant and rule, and when it passed which limit."""

    name: str
    opened: datetime
    now: datetime
    first: str
    moves: tuple[tuple[datetime, str], ...]
    passed: tuple[tuple[datetime, str], ...]


def tracks(workflow: Workflow, played: Iterable[Played], cases: int) -> tuple[list[Track], int]:
    """At most `cases` of the cases, evenly chosen over all of them, in their order; and how many there were.

    Of a sequence only those that are shown are looked at. `BadData` for none, for what is no case, and for steps of another workflow.
    """
    if type(cases) is not int or not 1 <= cases <= MAX_CASES:
        raise BadData("cases", cases, f"a whole number from 1 to {MAX_CASES:,}")
    if not isinstance(played, Iterable) or isinstance(played, (str, bytes)):
        raise BadData("played", played, EXPECTED)
    found = played if isinstance(played, Sequence) else list(played)
    if not found:
        raise BadData("played", "no cases", "at least one case")
    shown = min(cases, len(found))
    return [_track(workflow, found[place * len(found) // shown]) for place in range(shown)], len(found)


def _track(workflow: Workflow, case: Any) -> Track:
    if not isinstance(case, Played):
        raise BadData("played", case, EXPECTED)
    name = f"case {case.case_id}"
    if len(case.steps) > MAX_STEPS:
        raise BadData(name, f"{len(case.steps):,} steps", f"at most {MAX_STEPS:,} steps, for a picture that moves")
    moves = tuple((instant(step.at, f"{name}: at"), _rule(workflow, name, step.rule)) for step in case.steps)
    first = case.steps[0].rule.source.key if case.steps else workflow.initial.key
    opened, now = instant(case.opened_at, f"{name}: opened_at"), instant(case.now, f"{name}: now")
    times = [opened, *(at for at, _ in moves)]
    if times != sorted(times):
        raise BadData(name, "steps that go back in time", "steps in their order, none before opened_at")
    states = [first, *(workflow.by_id[rule].dest.key for _, rule in moves)]
    passed = [(at, states[max(bisect_right(times, at) - 1, 0)]) for at in (instant(one.at, name) for one in case.breaches())]
    return Track(str(case.case_id), opened, max(now, times[-1]), first, moves, tuple(passed))


def _rule(workflow: Workflow, case: str, rule: Any) -> str:
    """The id of a rule of the workflow, which goes where this one goes."""
    own = workflow.by_id.get(getattr(rule, "id", None) or "")
    if own is None or (own.source.key, own.dest.key) != (rule.source.key, rule.dest.key):
        raise BadData(case, getattr(rule, "id", rule), f"rules of the workflow {workflow.key}: it is a case of another one")
    return own.id
