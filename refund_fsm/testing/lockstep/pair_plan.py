"""Owns what is called on two cases of one order, step by step, and what each must answer, as `RefundCase`s told of one another say it.

Before each event the case is told its order as the other case leaves it (`Order.after`). Must not call an implementation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from refund_fsm.case import MAX_CLOCK_STEPS, RefundCase, Refused
from refund_fsm.errors import BadData, TooLong
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.names import Fit
from refund_fsm.workflow import CLOCK, Order, Policy, RefundRequest

FIRST, SECOND = 0, 1


class Setting(NamedTuple):
    """What all pairs of one run have in common."""

    fit: Fit
    policy: Policy
    abilities: Abilities


class PairStep(NamedTuple):
    """One input to one of two cases, in our names: opened with a `request`, or given an `event`; with neither, time passes for both."""

    case: int
    event: str | None
    by: str
    at: datetime
    details: Mapping[str, Any]
    request: RefundRequest | None = None


class Look(NamedTuple):
    """What a case must answer when it is looked at: the states that may be reported, in its own names, and its deadline."""

    case: int
    said: frozenset[str]
    due: datetime | None


class PairCall(NamedTuple):
    """One call on one of two cases and what is expected of it, in the implementation's names: `open` with a `request`, `advance` with
    neither. `looks`: the cases that are looked at then. `row` is the number of the step that it belongs to, from 1."""

    case: int
    event: str | None
    by: str
    at: datetime
    details: dict[str, Any]
    request: RefundRequest | None
    taken: bool | None
    looks: tuple[Look, ...]
    row: int


class PairPlan(NamedTuple):
    """An order, and calls on two cases of it. Deadlines are compared where `compares_due`; `known` are all states of theirs."""

    order: Order
    calls: list[PairCall]
    compares_due: bool
    closes: bool
    known: frozenset[str]


class Pair:
    """Two cases of one order, told of one another; and the plan that follows from what was written."""

    def __init__(self, setting: Setting, order: Order) -> None:
        fit, self._policy, abilities = setting
        self.order, self.steps = order, list[PairStep]()
        self.cases: list[RefundCase | None] = [None, None]
        self._fit = fit
        self._advances, self._has_due = abilities.advances, abilities.has_due
        self._said = [frozenset[str](), frozenset[str]()]
        self._heard: list[datetime | None] = [None, None]
        self.plan = PairPlan(order, [], abilities.has_due, abilities.closes, fit.known)

    @property
    def now(self) -> datetime | None:
        """The latest instant that either has reached; None before one is open."""
        return max((case.now for case in self.cases if case is not None), default=None)

    def write(self, step: PairStep) -> bool:
        """The calls of one step; whether it could be given: not to a case that is not open, nor before the present, nor where the
        implementation has no name for it."""
        now, case = self.now, self.cases[step.case]
        opens = step.request is not None
        if (now is not None and step.at < now) or (case is None) is not opens:
            return False
        if step.event is not None and step.event not in self._fit.event_of:
            return False
        self.steps.append(step)
        self._reach(step.at, step.case)
        if step.request is not None:
            self._open(step, step.request)
        elif step.event is not None:
            self._apply(step, step.event)
        return True

    def told(self, number: int, at: datetime) -> RefundCase:
        """A case as it knows its order at an instant, the other case counted."""
        case, other = self.cases[number], self.cases[1 - number]
        assert case is not None
        if other is not None:
            try:
                return case.with_order(self.order.after(other, of=case.case_id), at=at)
            except BadData:  # a workflow that pays more than the line is worth: there is no such order
                pass
        return case.advance(to=at)

    def _open(self, step: PairStep, request: RefundRequest) -> None:
        workflow = self._fit.workflow
        name = ("FIRST", "SECOND")[step.case]
        self.cases[step.case] = RefundCase.open(self.order, request, at=step.at, policy=self._policy, workflow=workflow, case_id=name)
        self._said[step.case] = self._fit.said_for[workflow.initial.key]
        self._heard[step.case] = step.at
        self._call(step.case, None, "", step.at, {}, None, request=request)

    def _apply(self, step: PairStep, event: str) -> None:
        case = self.told(step.case, step.at)
        try:
            after, taken = case.apply(event, at=step.at, by=step.by, **step.details), True
        except Refused:
            after, taken = case.advance(to=step.at), False
        self._moved(step.case, case, after)
        self._call(step.case, self._fit.event_of[event], self._fit.actor_of[step.by], step.at, dict(step.details), taken)

    def _moved(self, number: int, before: RefundCase, after: RefundCase) -> None:
        """A case goes on; what it may report until its next call."""
        self.cases[number] = after
        self._said[number] = self._fit.said_for[after.state.key]
        if len(after.steps) > len(before.steps):
            self._said[number] = self._passing(after.steps[-1].rule.id, after.state.key)

    def _passing(self, rule: str, state: str) -> frozenset[str]:
        """The states that may be reported right after a rule: those that it goes through too."""
        return self._fit.said_for[state].union(*(self._fit.said_for[key] for key in self._fit.passed.get(rule, ())))

    def _call(
        self,
        number: int,
        event: str | None,
        by: str,
        at: datetime,
        details: dict[str, Any],
        taken: bool | None,
        *,
        request: RefundRequest | None = None,
    ) -> None:
        """A call after which both cases are looked at."""
        self._heard[number] = at
        looks = tuple(self._look(one) for one in (number, 1 - number) if self.cases[one] is not None)
        self.plan.calls.append(PairCall(number, event, by, at, details, request, taken, looks, len(self.steps)))

    def _look(self, number: int) -> Look:
        case = self.cases[number]
        assert case is not None
        due = case.due if self._has_due else None
        return Look(number, self._said[number], None if due is None else due.at)

    # Time

    def _reach(self, at: datetime, acting: int) -> None:
        """The clocks of both run to an instant: what the acting case does comes last."""
        if not self._advances:
            self._send(at)
        for number in (1 - acting, acting):
            case, heard = self.cases[number], self._heard[number]
            if case is None:
                continue
            after = case.advance(to=at)
            if heard is None or at <= heard or not self._advances:
                self.cases[number] = after
                continue
            self._moved(number, case, after)
            self._heard[number] = at
            self.plan.calls.append(PairCall(number, None, "", at, {}, None, None, (self._look(number),), len(self.steps)))

    def _send(self, at: datetime) -> None:
        """The clock's events that fall due by an instant, of both cases, each at its own instant, to an implementation without a clock."""
        for _ in range(MAX_CLOCK_STEPS):
            rings = [(case.due.at, number) for number, case in enumerate(self.cases) if case is not None and case.due and case.due.then]
            if not rings or min(rings)[0] > at:
                return
            number = min(rings)[1]
            case = self.cases[number]
            assert case is not None
            after = case.advance(to=max(min(rings)[0], case.now))
            for step in after.steps[len(case.steps) :]:
                self._said[number] = self._passing(step.rule.id, step.dest.key)
                look = Look(number, self._said[number], step.due.at if step.due and self._has_due else None)
                event, by = self._fit.event_of[step.event], self._fit.actor_of[CLOCK.key]
                self.plan.calls.append(PairCall(number, event, by, step.at, {}, None, True, (look,), len(self.steps)))
                self._heard[number] = step.at
            self.cases[number] = after
        raise TooLong(f"workflow {self._fit.workflow.key}: more than {MAX_CLOCK_STEPS} clock rules fired in one advance")


def pair_of(setting: Setting, order: Order, steps: Iterable[PairStep]) -> Pair:
    """Both cases after steps, those that cannot be given left out."""
    pair = Pair(setting, order)
    for step in steps:
        pair.write(step)
    return pair
