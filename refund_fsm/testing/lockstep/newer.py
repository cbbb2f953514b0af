"""Owns news that random paths tell: an order as it may become, drawn. Must not know an order type, nor lead a model."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from refund_fsm.workflow import Order, OrderLine

OTHER = "RC-OTHER"  # the other case of the line that news tells of


def newer(order: Order, sku: str, now: datetime, draw: Callable[[], float]) -> Order:
    """The order when one more thing has happened by `now`: the goods have moved on, or the line's other cases or benefits have."""
    line = order.line(sku)
    kinds = [_moved(order, now), {"benefits_used": not order.benefits_used}, *({"lines": _with(order, line, one)} for one in _taken(line))]
    possible = [one for one in kinds if one]
    return order.model_copy(update=possible[int(draw() * len(possible))])


def _moved(order: Order, now: datetime) -> dict[str, Any]:
    """Where the goods are next; an instant that is known, though later than now, stays."""
    if order.shipped_at is None:
        return {"shipped_at": now} if now >= order.paid_at else {}
    if order.signed_at is None:
        return {"signed_at": max(now, order.shipped_at)}
    return {}


def _taken(line: OrderLine) -> list[dict[str, Any]]:
    """What other cases may have done: opened, ended, been paid, given back, filed once more."""
    half, held = line.balance_fen // 2, line.pending_fen
    return [
        {"open_case": None, "pending_fen": 0} if line.open_case else {"open_case": OTHER, "pending_fen": held + half},
        {"refunded_fen": line.refunded_fen + line.balance_fen},
        {"refunded_fen": 0},
        {"applications": line.applications + 1},
    ]


def _with(order: Order, line: OrderLine, new: dict[str, Any]) -> tuple[OrderLine, ...]:
    changed = line.model_copy(update=new)
    return tuple(changed if one is line else one for one in order.lines)
