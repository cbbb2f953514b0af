"""Owns the faults inside a guard or a derivation: every change of one row of a guard's table, and of one thing that facts derive from.

| operator | mutants |
|---|---|
| `guard row flipped` | each guard that a rule asks × each row of the facts that it reads: the other answer there |
| `fact ignored` | each guard × each fact that it reads × each value: the guard takes the fact to be so always |
| `instant shifted` | facts are derived a microsecond, a minute, an hour, a day or a week too early or too late |
| `another zone` | facts are derived as if days began at midnight in UTC |
| `hours for days` | an order's instants are taken to lie at 00:00, or at the last microsecond, of their days |
| `field mistaken` | each instant of an order is taken for another; each amount of a line is left out |
| `line mistaken` | the first, or the last, line of the order is looked at instead of the claimed one |

What a facts function looks at is not known here: a change that alters nothing of it makes an equivalent mutant, found by `telling`.
Must not know which workflow it is, nor judge or kill a mutant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any

from refund_fsm.errors import BadData
from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Guard, Order, OrderLine, Policy, RefundRequest, Value, Workflow, assignments, reads_of

TICK = timedelta(microseconds=1)
SHIFTS = {
    "a microsecond": TICK,
    "a minute": timedelta(minutes=1),
    "an hour": timedelta(hours=1),
    "a day": timedelta(days=1),
    "a week": timedelta(days=7),
}
INSTANTS = ("paid_at", "shipped_at", "signed_at", "activated_at")
MONEY = ("refunded_fen", "pending_fen")

Derivation = tuple[Order, RefundRequest, datetime]  # what facts are derived from


def _asked(workflow: Workflow) -> dict[str, Guard]:
    """The guards that rules ask."""
    return {guard.name: guard for rule in workflow.rules for guard in rule.when}


def _with_guard(workflow: Workflow, guard: Guard, instead: Guard) -> dict[str, Any]:
    rules = tuple(replace(rule, when=tuple(instead if one is guard else one for one in rule.when)) for rule in workflow.rules)
    return {"rules": rules}


def _flipped(workflow: Workflow, policy: Policy) -> Iterator[Mutant]:
    domains = workflow.domains(policy)
    for guard in _asked(workflow).values():
        names = reads_of(guard, domains)
        for known in assignments(names, domains):
            told = ", ".join(f"{name}={value}" for name, value in known.items())
            changes = partial(_with_guard, workflow, guard, flipped(guard, known))
            yield Mutant("guard row flipped", f"{guard.name} answers otherwise where {told}", guard.name, workflow, changes)


def flipped(guard: Guard, row: Mapping[str, Value]) -> Guard:
    """The guard with the other answer for facts of one row."""

    def test(facts: Any) -> bool:
        answer = guard(facts)
        return not answer if all(getattr(facts, name) == value for name, value in row.items()) else answer

    return Guard(f"{guard.name} but for one row", test, guard.text)


def _ignored(workflow: Workflow, policy: Policy) -> Iterator[Mutant]:
    domains = workflow.domains(policy)
    for guard in _asked(workflow).values():
        for name in reads_of(guard, domains):
            for value in domains[name]:
                changes = partial(_with_guard, workflow, guard, taking(guard, name, value))
                yield Mutant("fact ignored", f"{guard.name} takes {name} to be {value}", guard.name, workflow, changes)


def taking(guard: Guard, name: str, value: Value) -> Guard:
    """The guard that takes one fact to be so, whatever it is."""

    def test(facts: Any) -> bool:
        return guard(replace(facts, **{name: value}))

    return Guard(f"{guard.name} with {name} {value}", test, guard.text)


def _derived(workflow: Workflow, operator: str, name: str, change: Callable[[Order, RefundRequest, datetime], Derivation]) -> Mutant:
    def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
        return workflow.facts_of(*change(order, request, at), policy)

    return Mutant(operator, name, "facts_of", workflow, lambda: {"facts_of": facts_of})


def _shifted(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for name, apart in SHIFTS.items():
        for sign, word in ((1, "late"), (-1, "early")):
            change = partial(_at, apart=sign * apart)
            yield _derived(workflow, "instant shifted", f"facts are derived {name} too {word}", change)


def _at(order: Order, request: RefundRequest, at: datetime, *, apart: timedelta) -> Derivation:
    return order, request, at + apart


def _zoned(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    yield _derived(workflow, "another zone", "days are those of UTC", _in_utc)


def _in_utc(order: Order, request: RefundRequest, at: datetime) -> Derivation:
    """Everything is dated as the clock on the wall in UTC has it, and taken for Shanghai's."""
    return _dated(order, {name: _wall(value) for name in INSTANTS if (value := getattr(order, name))}), request, _wall(at)


def _wall(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=SHANGHAI)


def _dated(order: Order, changes: Mapping[str, datetime | None]) -> Order:
    """The order with other instants, unchecked: a fault asks no leave."""
    return order.model_copy(update=dict(changes))


def _hours(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for name, moment in (("the first instant", time(0)), ("the last microsecond", time.max)):
        for one in INSTANTS:
            change = partial(_rounded, name=one, moment=moment)
            yield _derived(workflow, "hours for days", f"{one} is taken to be {name} of its day", change)
    for one in INSTANTS:
        for hours in (24, 168):
            change = partial(_later, name=one, apart=timedelta(hours=hours))
            yield _derived(workflow, "hours for days", f"{one} is taken to be {hours} hours later", change)


def _rounded(order: Order, request: RefundRequest, at: datetime, *, name: str, moment: time) -> Derivation:
    value = getattr(order, name)
    if value is None or value > at:
        return order, request, at
    return _dated(order, {name: min(datetime.combine(value.astimezone(SHANGHAI), moment, SHANGHAI), at)}), request, at


def _later(order: Order, request: RefundRequest, at: datetime, *, name: str, apart: timedelta) -> Derivation:
    value = getattr(order, name)
    return (order if value is None else _dated(order, {name: value + apart})), request, at


def _fields(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for one in INSTANTS:
        for other in INSTANTS:
            if one != other:
                yield _derived(workflow, "field mistaken", f"{other} is taken for {one}", partial(_mistaken, name=one, taken=other))
    for one in MONEY:
        yield _derived(workflow, "field mistaken", f"{one} is left out", partial(_unpaid, name=one))


def _mistaken(order: Order, request: RefundRequest, at: datetime, *, name: str, taken: str) -> Derivation:
    return _dated(order, {name: getattr(order, taken)}), request, at


def _unpaid(order: Order, request: RefundRequest, at: datetime, *, name: str) -> Derivation:
    asked = {} if request.amount_fen is not None else {"amount_fen": order.line(request.sku).balance_fen or None}
    lines = tuple(OrderLine(**{**dict(line), name: 0}) if line.sku == request.sku else line for line in order.lines)
    return order.model_copy(update={"lines": lines}), request.model_copy(update=asked), at


def _lines(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for word, place in (("first", 0), ("last", -1)):
        change = partial(_other_line, place=place)
        yield _derived(workflow, "line mistaken", f"the {word} line is looked at, whichever is claimed", change)


def _other_line(order: Order, request: RefundRequest, at: datetime, *, place: int) -> Derivation:
    return order, request.model_copy(update={"sku": order.lines[place].sku}), at


INSIDE: dict[str, Callable[[Workflow, Policy], Iterator[Mutant]]] = {
    "guard row flipped": _flipped,
    "fact ignored": _ignored,
    "instant shifted": _shifted,
    "another zone": _zoned,
    "hours for days": _hours,
    "field mistaken": _fields,
    "line mistaken": _lines,
}


def inner_mutants(workflow: Workflow, policy: Policy | None = None) -> tuple[Mutant, ...]:
    """All variants of a workflow with one fault inside a guard or a derivation, by operator as above; `policy=None` is the workflow's own
    profile. `BadData` for what is no workflow; `NotFinite` for a guard of too many rows."""
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow")
    policy = policy or workflow.default_policy()
    return tuple(mutant for operator in INSIDE.values() for mutant in operator(workflow, policy))
