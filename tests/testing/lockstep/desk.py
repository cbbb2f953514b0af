"""A claims desk, the workflow that it is to follow, and the adapter that a user writes: once, for whatever tests the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from refund_fsm import CLOCK, Actor, Event, Limit, Order, OrderLine, Policy, RefundRequest, Rule, State, Text, Workflow, guard

BUYER, SHOP = Actor("buyer", "买家", "buyer"), Actor("shop", "店铺", "shop")
noted = State("noted", "已登记", "Noted")
asked = State("asked", "待答复", "Asked")
paid = State("paid", "已退", "Paid back", final=True)
declined = State("declined", "已拒", "Declined", final=True)
ask = Event("ask", BUYER, "申请", "ask", files=True)
pay = Event("pay", SHOP, "退款", "pay back", pays=True)
decline = Event("decline", SHOP, "拒绝", "decline", needs=("note",))
lapse = Event("lapse", CLOCK, "超时退款", "paid back by the clock", pays=True)


@dataclass(frozen=True)
class ClaimFacts:
    """Whether the goods are dear."""

    dear: bool


@guard(zh="不贵", en="the goods are cheap")
def cheap(facts: ClaimFacts) -> bool:
    return not facts.dear


def facts_of(order: Order, request: RefundRequest, _at: datetime, _policy: Policy) -> ClaimFacts:
    """From what was paid."""
    return ClaimFacts(order.line(request.sku).paid_fen > 10_000)


def example_of(facts: ClaimFacts, at: datetime) -> tuple[Order, RefundRequest]:
    """Of one cup."""
    line = OrderLine(sku="CUP", title="杯子", quantity=1, paid_fen=20_000 if facts.dear else 900)
    return Order(id="C-1", order_type="claim", lines=(line,), paid_at=at - timedelta(days=1)), RefundRequest(sku="CUP", reason="broken")


CLAIM = Workflow(
    "claim",
    Text("小额理赔", "Small claims"),
    (
        Rule("C1", noted, ask, asked, "assumed", when=(cheap,)),
        Rule("C2", asked, pay, paid, "assumed"),
        Rule("C3", asked, decline, declined, "assumed"),
        Rule("C4", asked, lapse, paid, "assumed"),
    ),
    noted,
    ClaimFacts,
    facts_of,
    example_of,
    {asked: Limit("answer_hours", cites="assumed", length=48)},
)


class Desk:
    """The service. It knows nothing of `refund_fsm`."""

    hours = 48

    def __init__(self, fen: int) -> None:
        self.cheap, self.status, self.until = fen <= 10_000, "noted", None

    until: datetime | None

    def handle(self, what: str, who: str, when: datetime, words: str) -> bool:
        """Whether it can be done."""
        possible = {
            ("noted", "ask", "buyer"): self.cheap,
            ("asked", "pay", "shop"): True,
            ("asked", "decline", "shop"): bool(words.strip()),
        }
        if not possible.get((self.status, what, who)):
            return False
        self.status = {"ask": "asked", "pay": "paid", "decline": "declined"}[what]
        self.until = when + timedelta(hours=self.hours) if what == "ask" else None
        return True

    def tick(self, when: datetime) -> None:
        """What is overdue is paid back."""
        if self.until is not None and when >= self.until:
            self.status, self.until = "paid", None


class Adapter:
    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        self.desk, self.now = Desk(order.line(request.sku).paid_fen), at

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        return at >= self.now and self.desk.handle(event, by, at, details.get("note", ""))

    def state(self) -> str:
        return self.desk.status

    def advance(self, to: datetime) -> None:
        self.now = to
        self.desk.tick(to)


class Hurried(Adapter):
    """The same over a desk that pays back a day too early."""

    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        """With shorter patience."""
        super().open(order, request, at)
        self.desk.hours = 24
