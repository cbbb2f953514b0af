"""Owns the faults of what facts derive from: the clock, the zone, hours for days, another field of the order, another line.

What a facts function looks at is not known here: the order, the request and the instant are changed before it is asked. A change that
alters nothing of what it looks at makes an equivalent mutant, found by `telling`. Must not know which workflow it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from typing import Any, TypeVar

from pydantic import BaseModel

from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Order, OrderLine, Policy, RefundRequest, Workflow

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
FLAGS = {  # what may be taken for another of the same kind
    "line": ("no_reason_excluded", "fresh", "electronic"),
    "order": ("benefits_used", "freight_insurance", "cross_border", "special_order"),
}
TRAITS = ("no_reason_excluded", "open_case", "applications", "fresh", "electronic")  # of a line

M = TypeVar("M", bound=BaseModel)
Derivation = tuple[Order, RefundRequest, datetime]  # what facts are derived from
Change = Callable[[Order, RefundRequest, datetime], Derivation]


def _derived(workflow: Workflow, operator: str, name: str, change: Change) -> Mutant:
    def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
        return workflow.facts_of(*change(order, request, at), policy)

    return Mutant(operator, name, "facts_of", workflow, lambda: {"facts_of": facts_of})


# 1. One fact alone


def facts_stuck(workflow: Workflow, policy: Policy) -> Iterator[Mutant]:
    """Each fact × each value that it may open with: derived so, whatever the order."""
    for one in workflow.fact_fields:
        for value in one.start(policy):
            name = f"{one.name} is derived {value}, whatever the order"
            yield _one_fact(workflow, "fact mistaken", name, one.name, lambda *_, value=value: value)


def facts_shifted(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """Each fact × each shift, early and late: a microsecond is `<` for `<=`, a day is one day more or less."""
    for one in workflow.fact_fields:
        for told, apart in SHIFTS.items():
            for sign, word in ((1, "early"), (-1, "late")):

                def shifted(facts_of: Any, order: Any, request: Any, at: datetime, policy: Policy, *, by: timedelta, name: str) -> Any:
                    return getattr(facts_of(order, request, at + by, policy), name)

                made = partial(shifted, by=sign * apart, name=one.name)
                yield _one_fact(workflow, "fact early or late", f"{one.name} changes {told} too {word}", one.name, made)


def _one_fact(workflow: Workflow, operator: str, told: str, name: str, made: Callable[..., Any]) -> Mutant:
    def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
        facts = workflow.facts_of(order, request, at, policy)
        value = made(workflow.facts_of, order, request, at, policy)
        return facts if getattr(facts, name) == value else replace(facts, **{name: value})

    return Mutant(operator, told, "facts_of", workflow, lambda: {"facts_of": facts_of})


# 2. Clocks, zones and days


def clock_shifted(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """All facts at once, by a clock that is early or late."""
    for name, apart in SHIFTS.items():
        for sign, word in ((1, "late"), (-1, "early")):
            change = partial(_at, apart=sign * apart)
            yield _derived(workflow, "instant shifted", f"facts are derived {name} too {word}", change)


def _at(order: Order, request: RefundRequest, at: datetime, *, apart: timedelta) -> Derivation:
    return order, request, at + apart


def another_zone(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """Days that begin at midnight elsewhere."""
    yield _derived(workflow, "another zone", "days are those of UTC", _in_utc)


def _in_utc(order: Order, request: RefundRequest, at: datetime) -> Derivation:
    """Everything is dated as the clock on the wall in UTC has it, and taken for Shanghai's."""
    return _with(order, **{name: _wall(value) for name in INSTANTS if (value := getattr(order, name))}), request, _wall(at)


def _wall(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=SHANGHAI)


def _with(model: M, **changes: Any) -> M:
    """An order, a line or a request with other values, unchecked: a fault asks no leave."""
    return BaseModel.model_copy(model, update=changes)


def hours_for_days(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """Each instant of an order: days counted from its minute, its day taken for it, and more hours than there are."""
    for one in INSTANTS:
        yield _derived(workflow, "hours for days", f"a day lasts 24 hours from {one}", partial(_from_the_minute, name=one))
    for name, moment in (("the first instant", time(0)), ("the last microsecond", time.max)):
        for one in INSTANTS:
            change = partial(_rounded, name=one, moment=moment)
            yield _derived(workflow, "hours for days", f"{one} is taken to be {name} of its day", change)
    for one in INSTANTS:
        for hours in (24, 168):
            change = partial(_later, name=one, apart=timedelta(hours=hours))
            yield _derived(workflow, "hours for days", f"{one} is taken to be {hours} hours later", change)


def _from_the_minute(order: Order, request: RefundRequest, at: datetime, *, name: str) -> Derivation:
    """All instants as far from midnight as they are from one of them: days then begin at its hour."""
    value = getattr(order, name)
    if value is None or value > at:
        return order, request, at
    back = value - datetime.combine(value.astimezone(SHANGHAI), time(0), SHANGHAI)
    return _with(order, **{one: known - back for one in INSTANTS if (known := getattr(order, one))}), request, at - back


def _rounded(order: Order, request: RefundRequest, at: datetime, *, name: str, moment: time) -> Derivation:
    value = getattr(order, name)
    if value is None or value > at:
        return order, request, at
    return _with(order, **{name: min(datetime.combine(value.astimezone(SHANGHAI), moment, SHANGHAI), at)}), request, at


def _later(order: Order, request: RefundRequest, at: datetime, *, name: str, apart: timedelta) -> Derivation:
    value = getattr(order, name)
    return (order if value is None else _with(order, **{name: value + apart})), request, at


def lines_of_the_policy(workflow: Workflow, policy: Policy) -> Iterator[Mutant]:
    """Each amount and each most of the policy, one more and one less: `<` for `<=` where facts compare a number with it."""
    for name in type(policy).model_fields:
        if name.endswith("_fen") or name.startswith("max_"):
            for word, more in (("more", 1), ("less", -1)):
                yield Mutant(
                    "number mistaken",
                    f"{name} is taken to be one {word}",
                    "facts_of",
                    workflow,
                    partial(_with_policy, workflow, name, more),
                )


def _with_policy(workflow: Workflow, name: str, more: int) -> dict[str, Any]:
    def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
        return workflow.facts_of(order, request, at, _with(policy, **{name: max(0, getattr(policy, name) + more)}))

    return {"facts_of": facts_of}


# 3. Other fields and other lines


def fields_mistaken(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """Each instant and each flag taken for another of its kind, each amount left out, the balance a fen off."""
    for one in INSTANTS:
        for other in INSTANTS:
            if one != other:
                yield _derived(workflow, "field mistaken", f"{other} is taken for {one}", partial(_mistaken, name=one, taken=other))
    for one in MONEY:
        yield _derived(workflow, "field mistaken", f"{one} is left out", partial(_money, changes={one: -1}))
    for word, more in (("more", 1), ("less", -1)):
        yield _derived(workflow, "field mistaken", f"the balance is taken to be a fen {word}", partial(_money, changes={"paid_fen": more}))
    for holder, names in FLAGS.items():
        for one in names:
            for other in names:
                if one != other:
                    change = partial(_flag, holder=holder, name=one, taken=other)
                    yield _derived(workflow, "field mistaken", f"{other} is taken for {one}", change)


def _mistaken(order: Order, request: RefundRequest, at: datetime, *, name: str, taken: str) -> Derivation:
    return _with(order, **{name: getattr(order, taken)}), request, at


def _flag(order: Order, request: RefundRequest, at: datetime, *, holder: str, name: str, taken: str) -> Derivation:
    if holder == "order":
        return _with(order, **{name: getattr(order, taken)}), request, at
    lines = tuple(_with(line, **{name: getattr(line, taken)}) for line in order.lines)
    return _with(order, lines=lines), request, at


def _money(order: Order, request: RefundRequest, at: datetime, *, changes: Mapping[str, int]) -> Derivation:
    """The claimed line with amounts otherwise, −1 of what was taken meaning none of it. What is asked for stays."""
    asked = {} if request.amount_fen is not None else {"amount_fen": order.line(request.sku).balance_fen or None}

    def line_with(line: OrderLine) -> OrderLine:
        amounts = {name: 0 if name in MONEY else max(0, getattr(line, name) + more) for name, more in changes.items()}
        return _with(line, **amounts)

    lines = tuple(line_with(line) if line.sku == request.sku else line for line in order.lines)
    return _with(order, lines=lines), _with(request, **asked), at


def lines_mistaken(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """The first or the last line for the claimed one; a trait of any line for its own; the money of all lines for its own."""
    for word, place in (("first", 0), ("last", -1)):
        change = partial(_other_line, place=place)
        yield _derived(workflow, "line mistaken", f"the {word} line is looked at, whichever is claimed", change)
    for name in (*TRAITS, *MONEY):
        yield _derived(workflow, "line mistaken", f"{name} of any line counts for the claimed one", partial(_any_line, name=name))
    yield _derived(workflow, "line mistaken", "the balance of the whole order counts for the claimed line", _whole_balance)
    yield _derived(workflow, "line mistaken", "the claimed line alone is looked at", _line_alone)


def _other_line(order: Order, request: RefundRequest, at: datetime, *, place: int) -> Derivation:
    return order, _with(request, sku=order.lines[place].sku), at


def _line_alone(order: Order, request: RefundRequest, at: datetime) -> Derivation:
    return _with(order, lines=(order.line(request.sku),)), request, at


def _any_line(order: Order, request: RefundRequest, at: datetime, *, name: str) -> Derivation:
    line = order.line(request.sku)
    if name in MONEY:
        value: Any = min(sum(getattr(one, name) for one in order.lines), line.paid_fen)
    else:
        value = max((getattr(one, name) for one in order.lines), key=bool if name != "applications" else int)
    asked = {} if request.amount_fen is not None else {"amount_fen": line.balance_fen or None}
    lines = tuple(_with(one, **{name: value}) if one is line else one for one in order.lines)
    return _with(order, lines=lines), _with(request, **asked if name in MONEY else {}), at


def _whole_balance(order: Order, request: RefundRequest, at: datetime) -> Derivation:
    line = order.line(request.sku)
    asked = {} if request.amount_fen is not None else {"amount_fen": line.balance_fen or None}
    more = sum(one.balance_fen for one in order.lines) - line.balance_fen
    lines = tuple(_with(one, paid_fen=one.paid_fen + more) if one is line else one for one in order.lines)
    return _with(order, lines=lines), _with(request, **asked), at
