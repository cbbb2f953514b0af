"""A tiny workflow: its states, events, guards, effects and facts, to be put together into tables, faulty ones too. No case runs here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from refund_fsm import CLOCK, Actor, Event, Limit, Order, OrderLine, Policy, RefundRequest, Rule, State, Text, Workflow, effect, guard

X, Y = Actor("x", "甲", "x"), Actor("y", "乙", "y")
A, B, C, D = (State(key, key, key.upper()) for key in "abcd")
END, PAID = State("end", "完", "End", final=True), State("paid", "已付", "Paid", final=True)
GO, TURN = Event("go", X, "走", "go", files=True), Event("turn", X, "转", "turn")
ASK, TELL = Event("ask", Y, "问", "ask"), Event("tell", Y, "说", "tell")
PAY = Event("pay", Y, "付", "pay", pays=True)
TICK, TOCK = Event("tick", CLOCK, "嘀", "tick"), Event("tock", CLOCK, "嗒", "tock")
STATES, EVENTS = (A, B, C, D, END, PAID), (GO, TURN, ASK, TELL, PAY, TICK, TOCK)


@dataclass(frozen=True)
class Toy:
    """What a guard may read."""

    size: Literal["s", "l", "xl"]
    on_merchant_silence: Literal["approve", "escalate"]
    flag: bool = False


@guard(zh="小", en="it is small")
def small(facts: Toy) -> bool:
    return facts.size == "s"


@guard(zh="不小", en="it is not small")
def not_small(facts: Toy) -> bool:
    return facts.size != "s"


@guard(zh="特大", en="it is huge")
def huge(facts: Toy) -> bool:
    return facts.size == "xl"


@guard(zh="有旗", en="the flag is up")
def flagged(facts: Toy) -> bool:
    return facts.flag


@guard(zh="无旗", en="the flag is down")
def unflagged(facts: Toy) -> bool:
    return not facts.flag


@guard(zh="默认", en="silence approves")
def silent(facts: Toy) -> bool:
    return facts.on_merchant_silence == "approve"


@effect("flag")
def raise_flag(facts: Toy) -> Toy:
    return replace(facts, flag=True)


@effect("flag")
def lower_flag(facts: Toy) -> Toy:
    return replace(facts, flag=False)


GUARDS, EFFECTS = (small, not_small, huge, flagged, unflagged, silent), (raise_flag, lower_flag)


def facts_of(_: Order, request: RefundRequest, __: datetime, policy: Policy) -> Toy:
    return Toy(request.attributes["size"], policy.on_merchant_silence)  # type: ignore[arg-type]  # the examples below set it


def example_of(facts: Toy, when: datetime) -> tuple[Order, RefundRequest] | None:
    """Nothing is huge: facts that no order has."""
    if facts.size == "xl":
        return None
    order = Order(id="T", order_type="toy", lines=(OrderLine(sku="S", title="物", quantity=1, paid_fen=100),), paid_at=when)
    return order, RefundRequest(sku="S", reason="any", attributes={"size": facts.size})


def toy(*rules: Rule, limits: dict[Any, Any] | None = None, **more: Any) -> Workflow:
    """A tiny workflow of these rules, unchecked."""
    return Workflow.unchecked(
        key="toy",
        label=Text("玩具", "Toy"),
        rules=rules,
        initial=A,
        facts=Toy,
        facts_of=facts_of,
        example_of=example_of,
        limits=limits or {},
        **more,
    )
