"""Owns what the timeline of a case tells: for whom the case waited, in which state, from when to when, which limits ran and what became
of them, what it was told, and the clock of the law.

Must not know pictures, lines or words: it reads a case and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from typing import Literal

from refund_fsm.case import Due, Move, News, RefundCase, Step
from refund_fsm.diagram.plan import Plan
from refund_fsm.errors import BadData
from refund_fsm.workflow import Actor, Policy, State, Workflow

Fate = Literal["running", "fired", "passed", "kept"]


@dataclass(frozen=True, slots=True)
class Stay:
    """A case in one state from `begun` to `ended` (its `now`, where it is still there), waiting for `actor` (None: for nobody).

    `step` led there, number `number` from 1; None and 0 for the state that it was opened in, and after a move to other rules. `due` is the
    limit that ran at last, None where none ran or where the next state goes on with the same one; `passed` is when a limit was passed
    that nothing enforced, before `begun` where two states are counted together. `ends`: the case ended here.
    """

    place: int  # among the stays of the case, from 0
    state: State
    actor: Actor | None
    begun: datetime
    ended: datetime
    step: Step | None
    number: int
    due: Due | None
    passed: datetime | None
    provisional: bool = False
    ends: bool = False
    is_last: bool = False

    @property
    def lasted(self) -> timedelta:
        """How long."""
        return self.ended - self.begun

    @property
    def fate(self) -> Fate | None:
        """What became of its limit: it runs, its clock rule fired at it, it was passed, or the state was left before it. None: no limit."""
        if self.passed is not None:
            return "passed"
        if self.due is None:
            return None
        if self.is_last:
            return "running" if self.due.at > self.ended else "passed"
        return "fired" if self.due.at <= self.ended else "kept"


@dataclass(frozen=True, slots=True)
class Law:
    """The law's clock: from `begun` to `due`; `passed` says that it ran out before the case ended."""

    begun: datetime
    due: Due
    passed: bool


@dataclass(frozen=True)
class Course:
    """A case over time. `stays` are in their order, without gaps; the last is where it is, or where it ended."""

    case: RefundCase
    stays: tuple[Stay, ...]
    told: tuple[News | Move, ...]
    inner: tuple[Step, ...]  # steps that left the state as it was
    law: Law | None

    @property
    def begun(self) -> datetime:
        """When the case was opened."""
        return self.case.opened_at

    @cached_property
    def ended(self) -> datetime:
        """When the case ended; its `now` while it has not."""
        last = self.stays[-1]
        return last.begun if last.ends else self.case.now

    @property
    def is_over(self) -> bool:
        """Whether the case has ended."""
        return self.stays[-1].ends

    @cached_property
    def actors(self) -> tuple[Actor, ...]:
        """For whom it waited, in the order of the workflow."""
        found = {stay.actor.key: stay.actor for stay in self.stays if stay.actor is not None}
        known = [key for key in self.case.workflow.actors if key in found]
        return tuple(found[key] for key in dict.fromkeys((*known, *found)))

    def waited(self, actor: Actor) -> timedelta:
        """How long it waited for an actor in all."""
        return sum((stay.lasted for stay in self.stays if stay.actor is not None and stay.actor.key == actor.key), timedelta())

    @cached_property
    def longest(self) -> Sequence[int]:
        """The places of the stays, the most telling first: the last, then those with a passed limit, then the longest."""
        places = range(len(self.stays))
        return sorted(places, key=lambda at: (not self.stays[at].is_last, self.stays[at].passed is None, -self.stays[at].lasted, at))


def course_of(case: RefundCase) -> Course:
    """The course of a case up to its `now`; `BadData` for what is none."""
    if not isinstance(case, RefundCase):
        raise BadData("case", case, "a RefundCase")
    history = case.history
    told = tuple(one for one in history if not isinstance(one, Step))
    inner = tuple(one for one in history if isinstance(one, Step) and one.source.key == one.dest.key)
    return Course(case, tuple(_stays(case)), told, inner, _law(case))


@lru_cache(maxsize=16)
def _owners(workflow: Workflow, policy: Policy) -> dict[str, Actor | None]:
    """Who acts in each state, as the cards of the pictures say it."""
    return {card.state.key: card.actor for card in Plan(workflow, policy).cards}


@dataclass(slots=True)
class _Entry:
    """A state that was entered, and what was seen there since."""

    state: State
    at: datetime
    step: Step | None = None
    number: int = 0
    due: Due | None = None
    passed: datetime | None = None
    provisional: bool = False


def _entries(case: RefundCase) -> list[_Entry]:
    """The states one after the other."""
    first = case.history[0] if case.history else None
    start = case.workflow.initial
    if isinstance(first, Step):
        start = first.source
    elif first is not None:
        start = case.stood[0][0] if isinstance(first, News) else case.workflow.states.get(first.source, case.stood[0][0])
    found = [_Entry(start, case.opened_at)]
    number = 0
    for one, (state, due) in zip(case.history, case.stood, strict=True):
        here = found[-1]
        if isinstance(one, Step):
            number += 1
            if one.breach is not None:
                here.passed, here.provisional = one.breach.at, one.breach.provisional
        elif isinstance(one, Move) and one.breach is not None:
            here.passed, here.provisional = one.breach.at, one.breach.provisional
        if state.key != here.state.key:
            step = one if isinstance(one, Step) else None
            found.append(_Entry(state, one.at, step, number if step else 0))
        found[-1].due = due
    return found


def _stays(case: RefundCase) -> Iterator[Stay]:
    entries = _entries(case)
    owners = _owners(case.workflow, case.policy)
    open_breach = next((one for one in reversed(case.breaches()) if one.at >= entries[-1].at), None)
    for place, one in enumerate(entries):
        after = entries[place + 1] if place + 1 < len(entries) else None
        due, passed, provisional = one.due, one.passed, one.provisional
        if after is None:
            due = case.due
            if passed is None and open_breach is not None and not one.state.final:
                passed, provisional = open_breach.at, open_breach.provisional
        elif due is not None and due.then is None and due.at <= one.at and passed is None:
            passed, provisional = due.at, due.provisional  # it had passed in the state before, which this one is counted with
        elif due is not None and after.due is not None and (due.limit, due.at) == (after.due.limit, after.due.at):
            due = None
        yield Stay(
            place=place,
            state=one.state,
            actor=None if one.state.final else owners.get(one.state.key) or (after.step.rule.actor if after and after.step else None),
            begun=one.at,
            ended=after.at if after else (one.at if one.state.final else case.now),
            step=one.step,
            number=one.number,
            due=due,
            passed=passed,
            provisional=provisional or bool(due and due.provisional),
            ends=one.state.final,
            is_last=after is None,
        )


def _law(case: RefundCase) -> Law | None:
    """The law's clock, which started when one of its states was first entered: at the instant from which its end was counted."""
    due = case.statutory_due
    if due is None:
        return None
    states = {state.key for state, limit in case.workflow.law.items() if limit is due.limit}
    entered = [one.at for one, (state, _) in zip(case.history, case.stood, strict=True) if state.key in states] or [case.opened_at]
    count = case.policy.calendar.deadline
    roll = case.policy.roll_over
    begun = next((at for at in entered if count(at, due.length, due.unit, roll_over=roll).at == due.at), entered[0])
    return Law(begun, due, case.statutory_passed)
