"""Owns how a case moves: what is fixed (`Head`), what a step changes (`Live`), and pure functions from one to the next.

Every move is made by the workflow's shared machine. Must not know an order type, nor read a wall clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from refund_fsm.case.machine import Stepper, stepper_of
from refund_fsm.case.record import NO_DETAILS, Breach, Due, Step
from refund_fsm.errors import TooLong
from refund_fsm.workflow import Ground, Limit, Order, Policy, RefundRequest, Rule, State, Unit, Workflow

MAX_CLOCK_STEPS = 10_000  # clock rules that one advance fires: a table that goes round by itself is an error, not a hang


class Head:
    """What never changes in a case. Shared by all its values."""

    __slots__ = (
        "amount_fen",
        "balance_fen",
        "bounds",
        "case_id",
        "law",
        "limits",
        "opened_at",
        "order",
        "policy",
        "request",
        "stepper",
        "workflow",
    )

    def __init__(self, workflow: Workflow, policy: Policy, order: Order, request: RefundRequest, at: datetime, case_id: str) -> None:
        self.workflow = workflow
        self.policy = policy
        self.order = order
        self.request = request
        self.opened_at = at
        self.case_id = case_id
        self.balance_fen = order.line(request.sku).balance_fen
        self.amount_fen = self.balance_fen if request.amount_fen is None else request.amount_fen
        self.stepper: Stepper = stepper_of(workflow)
        self.bounds = workflow.bounds(policy)
        self.law = frozenset(state.key for state in workflow.law)
        self.limits: dict[str, tuple[Limit, Unit, int]] = {
            key: (limit, limit.unit, limit.length_in(policy)) for key, limit in workflow.limit_of.items()
        }

    def ground(self, at: datetime) -> Ground:
        return Ground(self.order, self.request, self.policy, at)

    def derive(self, at: datetime, kept: Mapping[str, Any]) -> Any:
        """The facts at an instant; what an effect has set stays."""
        derived: Any = self.workflow.derive(self.order, self.request, at, self.policy)
        return replace(derived, **kept) if kept else derived


class Live(NamedTuple):
    """What a step changes. `entered` starts the count of the limit, `breached` says that it was recorded as passed; `kept` are
    the facts that effects have set; `law` holds when each statutory clock started; `seen` the place of each event id."""

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


def due_of(head: Head, live: Live) -> Due | None:
    found = head.limits.get(live.state.key)
    if found is None:
        return None
    limit, unit, length = found
    deadline = head.policy.calendar.deadline(live.entered, length, unit)
    return Due(deadline.at, limit, unit, length, clock_rule(head, live), deadline.provisional)


def clock_rule(head: Head, live: Live) -> Rule | None:
    """The rule that the clock will fire in the present state; building the workflow made sure that it is exactly one (unless unchecked)."""
    for rule in head.workflow.clock_rules.get(live.state.key, ()):
        if rule.holds(live.facts):
            return rule
    return None


def statutory_due(head: Head, live: Live) -> Due | None:
    found = []
    for state, limit in head.workflow.law.items():
        if state.key in live.law:
            length = limit.length_in(head.policy)
            deadline = head.policy.calendar.deadline(live.law[state.key], length, limit.unit, roll_over=head.policy.roll_over)
            found.append(Due(deadline.at, limit, limit.unit, length, None, deadline.provisional))
    return min(found, key=lambda due: due.at, default=None)


def open_breach(head: Head, live: Live, at: datetime) -> Breach | None:
    """The limit of the present state when it is passed by `at`, not yet recorded, and no clock rule enforces it."""
    found = None if live.breached else head.limits.get(live.state.key)
    if found is None or live.state.key in head.workflow.clock_rules:
        return None
    limit, unit, length = found
    deadline = head.policy.calendar.deadline(live.entered, length, unit)
    return Breach(limit, deadline.at, deadline.provisional) if deadline.at <= at else None


def advanced(head: Head, live: Live, to: datetime) -> Live:
    """The case when the clock has run to `to`."""
    for _ in range(MAX_CLOCK_STEPS):
        found = head.limits.get(live.state.key) if live.state.key in head.workflow.clock_rules else None
        if found is None:
            break
        at = max(head.policy.calendar.deadline(live.entered, found[2], found[1]).at, live.now)
        if at > to:
            break
        planned = clock_rule(head, live)
        if planned is None:  # only in a workflow that was not checked: clock rules cover all facts
            break
        rule = head.stepper.fire(live.state.key, planned.event.name, live.facts)
        assert rule is planned, "the machine fires the clock rule that was due"
        live = stepped(head, live, rule, at, live.facts, NO_DETAILS)
    else:
        raise TooLong(f"case {head.case_id}: more than {MAX_CLOCK_STEPS} clock rules fired in one advance; last in {live.state.key}")
    return live if live.now == to else live._replace(now=to)


def stepped(head: Head, live: Live, rule: Rule, at: datetime, facts: Any, details: Mapping[str, Any]) -> Live:
    """The case after a rule that the machine has fired: effect, record, counts."""
    source, dest = rule.source, rule.dest
    after, kept = facts, live.kept
    if rule.effect is not None:
        after = rule.after(facts, head.bounds)
        changed = {name: getattr(after, name) for name in rule.effect.changes if getattr(after, name) != getattr(facts, name)}
        if changed:
            kept = {**kept, **changed}
    breach = open_breach(head, live, at)
    entered, breached = live.entered, live.breached or breach is not None
    if source.key != dest.key:
        group_of = head.workflow.group_of
        if dest.key not in group_of or group_of[dest.key] != group_of.get(source.key):
            entered, breached = at, False
    law = live.law
    if dest.key in head.law and dest.key not in law:
        law = {**law, dest.key: at}
    seen = {**live.seen, details["event_id"]: len(live.steps)} if "event_id" in details else live.seen
    step = Step(at, rule.event.name, rule.event.actor.key, rule, source, dest, facts, after, details, breach)
    paid = live.paid_fen + head.amount_fen if rule.event.pays else live.paid_fen
    return Live(dest, after, at, (*live.steps, step), entered, breached, kept, law, seen, paid)


def delivered(live: Live, details: Mapping[str, Any]) -> Live:
    """The case after a clock event that was also delivered by hand: the step at the limit carries the details."""
    if not details:
        return live
    last = live.steps[-1]._replace(details=details)
    seen = {**live.seen, details["event_id"]: len(live.steps) - 1} if "event_id" in details else live.seen
    return live._replace(steps=(*live.steps[:-1], last), seen=seen)
