"""Virtual goods of which dear orders and those with a high deposit count as used: facts that compare money with a line."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from refund_fsm import Order, OrderLine, Policy, RefundRequest, orders

VIRTUAL = orders.get("virtual")
DEPOSIT = 30_000  # fen; a deposit of more counts


def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
    """The facts: an order is dear whose lines cost more than the policy's line, whatever was refunded."""
    dear = sum(line.paid_fen for line in order.lines) > policy.dear_fen
    return replace(VIRTUAL.facts_of(order, request, at, policy), benefits_used=dear or int(order.attributes["deposit_fen"]) > DEPOSIT)


def example_of(facts: Any, at: datetime) -> tuple[Order, RefundRequest]:
    """An order that has the facts, dear by a line that nobody claims."""
    made = VIRTUAL.example_of(replace(facts, benefits_used=False), at)
    assert made is not None
    order, request = made
    more = (OrderLine(sku="SKU-2", title="会员", quantity=1, paid_fen=1_000_000),) if facts.benefits_used else ()
    return Order(**{**dict(order), "lines": (*order.lines, *more), "attributes": {"deposit_fen": 0}}), request


WORKFLOW = VIRTUAL.variant(facts_of=facts_of, example_of=example_of)
