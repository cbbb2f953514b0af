"""A workflow whose names are words and signs of other languages, and whose facts and effects are hard to tabulate. It means nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Annotated, Literal

from refund_fsm import CLOCK, Actor, Event, Limit, Order, OrderLine, Policy, RefundRequest, Rule, State, Text, UpTo, Workflow, effect, guard

# 1. Keywords of Promela and of JavaScript, signs that comments and strings end with, and two names that look alike once plain
SHE = Actor("init", '她 "引号" */', "she\nwrites /* */ \\ % `${x}`")
PAYER = Actor("pan", "付款人", "payer")
begin = State("run", "开始 */", "begin */")
middle = State("a-b", "中间 ' \\", 'middle "')
other = State("a_b", "中间二", "the other middle")
dotted = State("a.b", "点", "dotted")
over = State("end", "完", "over", final=True)
paid = State("state", "付", "paid", final=True)
go = Event("do", SHE, "走 %d\n", "go %s", files=True)
come = Event("go.on", SHE, "来", "come", needs=("note", "evidence"))
swap = Event("constructor", SHE, "换", "swap")
late = Event("timeout", CLOCK, "到点", "late")
pay = Event("assert", PAYER, "付款", "pay", pays=True)


# 2. Facts
@dataclass(frozen=True, slots=True)
class Facts:
    """Values of several types, some that look alike, names that are keywords."""

    reason: Literal["1", 1, "if", "fi-", "fi_"]
    paid: Literal["out", "in"]
    of: bool
    deed: bool
    turns: Annotated[int, UpTo("max_resubmissions")]
    last: Literal["none", "1", 1, "if", "fi-", "fi_"] = "none"
    alone: Literal[False] = False


def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Facts:
    """`of` turns with time."""
    return Facts(
        reason=request.reason,  # type: ignore[arg-type]  # example_of gives these
        paid=order.attributes["paid"],  # type: ignore[arg-type]  # the same
        of=at < order.paid_at + timedelta(hours=int(order.attributes["hours"])),
        deed=bool(order.attributes["deed"]),
        turns=policy.max_resubmissions,
    )


def example_of(facts: Facts, at: datetime) -> tuple[Order, RefundRequest] | None:
    """None for the number 1, which a request cannot give."""
    if facts.reason == 1:
        return None
    line = OrderLine(sku="X", title="X", quantity=1, paid_fen=1)
    about: dict[str, str | int | bool] = {"hours": 1 if facts.of else 0, "deed": facts.deed, "paid": facts.paid}
    return Order(id="X", order_type="awkward", lines=(line,), paid_at=at, attributes=about), RefundRequest(sku="X", reason=facts.reason)


# 3. Guards and effects
@guard(zh="真 */", en='is "true" */')
def true(facts: Facts) -> bool:
    return facts.paid == "out" and (facts.of or facts.reason in ("if", 1))


@guard(zh="一", en="one")
def one(facts: Facts) -> bool:
    return facts.last in ("1", "fi-") or facts.deed


@guard(zh="有", en="left")
def left(facts: Facts) -> bool:
    return facts.turns > 0


@effect("last")
def copy_reason(facts: Facts) -> Facts:
    """Hands a value on that it does not look at."""
    return replace(facts, last=facts.reason)


@effect("deed", "turns")
def turn_round(facts: Facts) -> Facts:
    """Looks at a fact in a way that an unknown one cannot notice; raises at no turns."""
    turned = facts.deed is not True
    return replace(facts, deed=turned, turns={1: 0, 2: 1}[facts.turns])


# 4. The table
RULES = (
    Rule("R.1", begin, go, middle, "assumed", when=(true,), effect=copy_reason),
    Rule("R-1", begin, swap, over, "assumed"),
    Rule("R_1", middle, swap, other, "assumed", when=(left,), effect=turn_round),
    Rule("R2", other, swap, middle, "assumed"),
    Rule("R3", middle, come, dotted, "assumed", when=(one,)),
    Rule("R4", middle, late, over, "assumed"),
    Rule("R5", other, go, dotted, "assumed", when=(one,)),
    Rule("R6", dotted, pay, paid, "assumed"),
    Rule("R8", dotted, swap, middle, "assumed", when=(left,), effect=turn_round),
    Rule("R7", dotted, come, dotted, "assumed", effect=copy_reason),
)
LIMITS: Mapping[State | tuple[State, ...], Limit] = {
    (middle, other): Limit("x_hours", cites="assumed", length=5),
    dotted: Limit("x_hours", cites="assumed", length=7),
}
WORKFLOW = Workflow(
    key="awkward",
    label=Text('别扭 */ "流程"', "awkward */"),
    rules=RULES,
    initial=begin,
    facts=Facts,
    facts_of=facts_of,
    example_of=example_of,
    limits=LIMITS,
)
