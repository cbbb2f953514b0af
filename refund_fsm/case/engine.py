"""Owns how a case moves: what it is judged by (`Head`), what a step changes (`Live`), and pure functions from one to the next.

Every move is made by the workflow's shared machine. Must not know an order type, nor read a wall clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple, Self

from refund_fsm.case.machine import Stepper, stepper_of
from refund_fsm.case.record import NO_DETAILS, Breach, Change, Due, Move, Seal, Step
from refund_fsm.errors import CalendarOutOfRange, TooLong
from refund_fsm.workflow import CLOCK, Ground, Order, Policy, RefundRequest, Rule, State, Why, Workflow, counting

MAX_CLOCK_STEPS = 10_000  # clock rules that one advance fires: a table that goes round by itself is an error, not a hang
MAX_STEPS = 100_000  # of one case: what no buyer and no merchant does, and what still can be written and read again


class Head:
    """What no step changes in a case. Shared by all its values between two changes that are no steps: such a change makes another head,
    whose `opening` is the one that the case was opened with (its own id, facts, due and instant stay those of the opening).

    `order` is the newest that the case was told, `known` the same as it is judged by: a case is no other case to itself. `claimed_fen` is
    what the request claims of it. `counted_by` is the calendar that the case was opened under, None for today's; `payout_key` is None
    where it follows from the rest; `seals` are those of the request's texts, by place; `former` is the head under whose rules the case
    was until it was moved to these, None for one that was not. `keyed_as` is the order type that the payout key follows from, where the
    case was moved to the table of another one."""

    __slots__ = (
        *("_opening", "balance_fen", "bounds", "case_id", "claimed_fen", "clock", "counted_by", "counting", "due", "facts", "former"),
        *("groups", "keyed_as", "known", "law", "opened_at", "order", "payout_key", "policy", "request", "seals", "stepper", "workflow"),
    )

    def __init__(
        self, workflow: Workflow, policy: Policy, order: Order, request: RefundRequest, at: datetime, case_id: str, facts: Any = None
    ) -> None:
        self._opening: Head | None = None
        self.former: Head | None = None
        self._judge_by(workflow, policy)
        self.request = request
        self._know(order, order)
        self.opened_at = at
        self.case_id = case_id
        self.payout_key: str | None = None
        self.keyed_as: str | None = None
        self.counted_by: str | None = None
        self.seals: dict[str, Seal] = {}
        self.facts: Any = self.derive(at, {}) if facts is None else facts
        self.due = running(self, workflow.initial, self.facts, at)

    @property
    def opening(self) -> Head:
        """What the case was opened with."""
        return self._opening or self

    def knowing(self, order: Order, known: Order) -> Self:
        """The head of the case once it knows a newer order."""
        head = copy(self)
        head._opening = self.opening
        head._know(order, known)
        return head

    def under(self, workflow: Workflow, policy: Policy, order: Order, known: Order) -> Self:
        """The head of the case once other rules hold. What it was opened with stays that of the opening."""
        head = self.knowing(order, known)
        head.former = self
        head._judge_by(workflow, policy)
        return head

    def _judge_by(self, workflow: Workflow, policy: Policy) -> None:
        self.workflow, self.policy = workflow, policy
        self.stepper: Stepper = stepper_of(workflow)
        self.bounds = workflow.bounds(policy)
        self.clock, self.groups = workflow.clock_rules, workflow.group_of
        self.law = {state.key: limit for state, limit in workflow.law.items()}
        self.counting = counting(workflow, policy)

    def _know(self, order: Order, known: Order) -> None:
        self.order, self.known = order, known
        line = order.line(self.request.sku)
        self.balance_fen, self.claimed_fen = line.balance_fen, self.request.claimed_fen(line)

    def ground(self, at: datetime) -> Ground:
        return Ground(self.known, self.request, self.policy, at)

    def derive(self, at: datetime, kept: Mapping[str, Any], policy: Policy | None = None) -> Any:
        """The facts at an instant; what an effect has set stays. `policy` stands in for the case's own."""
        derived: Any = self.workflow.derive(self.known, self.request, at, policy or self.policy)
        return replace(derived, **kept) if kept else derived


class Uncounted:
    """A limit whose end cannot be counted: a day that must not be guessed. Asked for its end, it says so."""

    __slots__ = ("error", "then")

    def __init__(self, then: Rule | None, error: CalendarOutOfRange | TooLong) -> None:
        self.then, self.error = then, error

    @property
    def at(self) -> datetime:
        raise type(self.error)(*self.error.args)


class Live(NamedTuple):
    """What a step changes. `entered` starts the count of the limit, `breached` says that it was recorded as passed; `kept` are
    the facts that effects have set; `law` holds when each statutory clock started; `seen` the place of each event id; `amount_fen` is
    what was claimed when it was last filed, or would be now; `due` is the limit that runs; `changes` are what else happened to the case
    than steps, in order, each after so many of them."""

    state: State
    facts: Any
    now: datetime
    steps: tuple[Step, ...]
    entered: datetime
    breached: bool
    kept: Mapping[str, Any]
    law: Mapping[str, datetime]
    seen: Mapping[str, int]
    paid_fen: int
    amount_fen: int
    due: Due | Uncounted | None
    changes: tuple[Change, ...] = ()


def running(head: Head, state: State, facts: Any, entered: datetime) -> Due | Uncounted | None:
    """The limit of a state, counted from `entered` by today's calendar; None where there is none."""
    count = head.counting.of(state.key, facts)
    if count is None:
        return None
    then = clock_rule(head, state, facts)
    try:
        at, unit, length, provisional, why = count.end(head.policy.calendar, entered)
    except (CalendarOutOfRange, TooLong) as error:
        return Uncounted(then, error)
    return Due(at, count.limit, unit, length, then, provisional, why)


def due_of(live: Live) -> Due | None:
    """The limit of the present state; `CalendarOutOfRange` or `TooLong` where it cannot be counted."""
    due = live.due
    if isinstance(due, Uncounted):
        raise type(due.error)(*due.error.args)
    return due


def is_guessed(head: Head, live: Live, place: int) -> bool:
    """Whether the step at a place (from 0) stands where a limit ended that rests on days whose holidays are not published yet."""
    if live.steps[place].by != CLOCK.key:
        return False
    ended = live.steps[place - 1].due if place else head.opening.due
    moves = [one for one in live.changes if isinstance(one, Move) and one.after == place and not one.is_told]
    if moves:
        return moves[-1].due is not None and moves[-1].due.provisional
    return isinstance(ended, Due) and ended.provisional


def clock_rule(head: Head, state: State, facts: Any) -> Rule | None:
    """The rule that the clock will fire in a state; building the workflow made sure that it is exactly one (unless unchecked)."""
    for rule in head.clock.get(state.key, ()):
        if rule.holds(facts):
            return rule
    return None


def statutory_due(head: Head, live: Live) -> Due | None:
    found = []
    for state, limit in head.workflow.law.items():
        if state.key in live.law:
            length = limit.length_in(head.policy)
            deadline = head.policy.calendar.deadline(live.law[state.key], length, limit.unit, roll_over=head.policy.roll_over)
            found.append(Due(deadline.at, limit, limit.unit, length, None, deadline.provisional, Why(limit, limit.when)))
    return min(found, key=lambda due: due.at, default=None)


def is_reached(live: Live, at: datetime) -> bool:
    """Whether the running limit has ended by `at`, which is not before `now`. One that cannot be counted raises `CalendarOutOfRange` or
    `TooLong`, but where no time has passed: a case stands where it is, whatever the calendar."""
    due = live.due
    return due is not None and (at > live.now or type(due) is not Uncounted) and due.at <= at


def open_breach(head: Head, live: Live, at: datetime) -> Breach | None:
    """The limit of the present state when it is passed by `at`, not yet recorded, and no clock rule enforces it."""
    if live.due is None or live.breached or live.state.key in head.clock or not is_reached(live, at):
        return None
    due = due_of(live)
    assert due is not None, "what cannot be counted has raised"
    return Breach(due.limit, due.at, due.provisional)


def recorded_breaches(live: Live) -> list[Breach]:
    """The breaches that steps and moves have recorded, in their order."""
    if not live.changes:
        return [step.breach for step in live.steps if step.breach]
    found = [(number, 0, step.breach) for number, step in enumerate(live.steps, 1) if step.breach]
    found += [(one.after, 1, one.breach) for one in live.changes if isinstance(one, Move) and one.breach]
    return [breach for _, _, breach in sorted(found, key=lambda one: one[:2])]


def advanced(head: Head, live: Live, to: datetime) -> Live:
    """The case when the clock has run to `to`."""
    for _ in range(MAX_CLOCK_STEPS):
        due = live.due
        if due is None or due.then is None or not is_reached(live, to):  # no clock rule holds only in a workflow that was not checked
            break
        rule = head.stepper.fire(live.state.key, due.then.event.name, live.facts)
        assert rule is due.then, "the machine fires the clock rule that was due"
        live = stepped(head, live, rule, max(due.at, live.now), live.facts, NO_DETAILS)
    else:
        raise TooLong(f"case {head.case_id}: more than {MAX_CLOCK_STEPS} clock rules fired in one advance; last in {live.state.key}")
    return live if live.now == to else live._replace(now=to)


def stepped(head: Head, live: Live, rule: Rule, at: datetime, facts: Any, details: Mapping[str, Any]) -> Live:
    """The case after a rule that the machine has fired: effect, record, counts. `TooLong` beyond `MAX_STEPS`."""
    if len(live.steps) >= MAX_STEPS:
        raise TooLong(f"case {head.case_id}: more than {MAX_STEPS:,} steps; last in {live.state.key}")
    source, dest = rule.source, rule.dest
    after, kept = facts, live.kept
    if rule.effect is not None:
        after = rule.after(facts, head.bounds)
        changed = {name: getattr(after, name) for name in rule.effect.changes if getattr(after, name) != getattr(facts, name)}
        if changed:
            kept = {**kept, **changed}
    breach = None if live.due is None else open_breach(head, live, at)
    if stays(head, source, dest):
        entered, breached, due = live.entered, live.breached or breach is not None, _carried(head, live, dest, after, at)
        breached = breached and not (isinstance(due, Due) and due is not live.due and due.at > at)  # a later limit can be passed anew
    else:
        entered, breached, due = at, False, running(head, dest, after, at)
    law = live.law
    if dest.key in head.law and dest.key not in law and head.law[dest.key].holds(after):
        law = {**law, dest.key: at}
    seen = {**live.seen, details["event_id"]: len(live.steps)} if "event_id" in details else live.seen
    known = due if type(due) is Due else None
    step = Step(at, rule.event.name, rule.event.actor.key, rule, source, dest, facts, after, details, breach, known)
    amount = head.claimed_fen if rule.event.files or dest.key == head.workflow.initial.key else live.amount_fen
    paid = live.paid_fen + amount if rule.event.pays else live.paid_fen
    return Live(dest, after, at, (*live.steps, step), entered, breached, kept, law, seen, paid, amount, due, live.changes)


def stays(head: Head, source: State, dest: State) -> bool:
    """Whether the running count goes on from one state to another: they are one state, or counted together."""
    if source.key == dest.key:
        return True
    group = head.groups.get(dest.key)
    return group is not None and group == head.groups.get(source.key)


def _carried(head: Head, live: Live, dest: State, facts: Any, at: datetime) -> Due | Uncounted | None:
    """The limit that runs on, not counted anew: what the clock will do may be another thing, and so may the row that counts, from the
    same start. An end before what was told, or before now, falls at the later of both."""
    due = live.due
    if due is None:
        return None
    if dest.key not in head.counting.fixed and head.counting.is_other(dest.key, facts, live.state.key, live.facts):
        return not_before(running(head, dest, facts, live.entered), None if isinstance(due, Uncounted) else due.at, at)
    then = clock_rule(head, dest, facts)
    if due.then is then:
        return due
    return Uncounted(then, due.error) if isinstance(due, Uncounted) else due._replace(then=then)


def not_before(due: Due | Uncounted | None, told: datetime | None, now: datetime) -> Due | Uncounted | None:
    """A limit that was moved: it ends neither before what was told (None where that is nothing) nor before now."""
    earliest = now if told is None else max(told, now)
    if not isinstance(due, Due) or due.at >= earliest:
        return due
    return due._replace(at=earliest, why=replace(due.why, held=earliest))


def recorded_due(head: Head, live: Live, at: datetime, *, provisional: bool) -> Due:
    """The limit of the present state with the end that was recorded, whatever today's calendar makes of it."""
    today = running(head, live.state, live.facts, live.entered)
    if isinstance(today, Due):
        return today._replace(at=at, provisional=provisional)
    count = head.counting.of(live.state.key, live.facts)
    assert count is not None, "a state with a limit"
    return Due(at, count.limit, count.unit, count.length, clock_rule(head, live.state, live.facts), provisional, count.why)


def delivered(live: Live, details: Mapping[str, Any]) -> Live:
    """The case after a clock event that was also delivered by hand: the step at the limit carries the details."""
    if not details:
        return live
    last = live.steps[-1]._replace(details=details)
    seen = {**live.seen, details["event_id"]: len(live.steps) - 1} if "event_id" in details else live.seen
    return live._replace(steps=(*live.steps[:-1], last), seen=seen)
