"""Orders and requests for lives of `shop_official`: every kind of goods and line, most of them such that they can be filed."""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from tests.case.official_goals import KINDS, Goal
from tests.case.official_sides import KEY, Opening
from tests.case.oracle_official import FAULTS, HERE

INSTANT = timedelta(microseconds=1)
REASONS = (*sorted(FAULTS), "changed_mind", "size_or_colour", "not_shipped")
NO_FAULT = ("changed_mind", "size_or_colour")
HELD = tuple(sorted(FAULTS - {"not_received"}))
FITTING = (  # where the goods are, what may be asked for then, and why
    ("not_shipped", "refund_only", ("not_shipped", *NO_FAULT)),
    ("in_transit", "refund_only", ("not_received",)),
    ("signed", "refund_only", (*HELD, "not_received")),
    ("in_transit", "return_and_refund", NO_FAULT),
    ("signed", "return_and_refund", (*HELD, *NO_FAULT)),
    ("signed", "exchange", (*HELD, *NO_FAULT)),
)


def drawn_opening(draw: random.Random, goal: Goal | None) -> Opening:
    """An order of any kind with a request that mostly fits it, and what is to be reached."""
    at = _filing(draw, goal)
    goods, kind, reason = _asked(draw, goal)
    line_class = None if goal is None else goal.line_class
    order = {
        "id": "O-1",
        "order_type": KEY,
        "cross_border": draw.random() < 0.25 if line_class is None else line_class == "cross_border",
        "special_order": draw.random() < 0.15,
        "lines": _lines(draw, goods, line_class),
        **_instants(draw, at, goods),
    }
    asked = {"sku": "SKU-1", "kind": kind, "reason": reason, "evidence": _evidence(draw, at), **_amount(draw, order["lines"][0])}
    return Opening(order, asked, at)


def _filing(draw: random.Random, goal: Goal | None) -> datetime:
    """Around the Spring Festival, or anywhere from December to May; often at noon or midnight, where limits turn."""
    if goal is not None and goal.first is not None and goal.before is not None:
        if draw.random() < 0.7:
            return goal.first + (goal.before - goal.first) * draw.random()
        return draw.choice((goal.first, goal.before)) + draw.choice((-INSTANT, timedelta(0), INSTANT))
    if draw.random() < 0.6:
        first, days = date(2026, 2, 5), 24
    else:
        first, days = date(2025, 12, 24), 158
    at = datetime.combine(first + timedelta(days=draw.randrange(days)), datetime.min.time(), HERE)
    if draw.random() < 0.3:
        return at + timedelta(hours=draw.choice((0, 12))) + draw.choice((-INSTANT, timedelta(0), INSTANT))
    return at + timedelta(minutes=draw.randrange(24 * 60), microseconds=draw.choice((0, 1)))


def _asked(draw: random.Random, goal: Goal | None) -> tuple[str, str, str]:
    """Where the goods are, a kind and a reason, of those that go together, or any."""
    kinds, unshipped = (goal.kinds, goal.unshipped) if goal else (KINDS, False)
    fitting = [one for one in FITTING if one[1] in kinds and (one[0] == "not_shipped" or not unshipped)]
    goods, kind, reasons = draw.choice(fitting)
    if draw.random() < 0.06:
        return goods, draw.choice(KINDS), draw.choice(REASONS)
    return goods, kind, draw.choice(reasons)


def _lines(draw: random.Random, goods: str, line_class: str | None) -> tuple[dict[str, Any], ...]:
    paid = draw.choice((4_999, 20_000, 20_001, 30_000, 30_000, 200_000, 200_001))
    line = {
        "sku": "SKU-1",
        "title": "杯子",
        "quantity": 1,
        "paid_fen": paid,
        "refunded_fen": draw.choice((0, 0, 0, paid // 3, paid)) if draw.random() < 0.2 else 0,
        "no_reason_excluded": draw.random() < 0.2,
        "open_case": "C-9" if draw.random() < 0.04 else None,
        "applications": draw.choices((0, 1, 4, 5, 6), (50, 10, 10, 2, 2))[0],
        "fresh": draw.random() < 0.35 if line_class is None else line_class == "fresh",
        "electronic": line_class is None and draw.random() < (0.03 if goods == "signed" else 0.15),
    }
    others = [{"sku": f"SKU-{n}", "title": "碗", "quantity": 2, "paid_fen": 15_000} for n in range(2, draw.choice((2, 2, 3, 4)))]
    return (*others, line) if draw.random() < 0.5 else (line, *others)


def _instants(draw: random.Random, at: datetime, goods: str) -> dict[str, Any]:
    """When the order was paid, shipped and signed for; some goods move on between the opening and the filing."""
    if goods == "signed":
        days = draw.choices((draw.randrange(0, 15), 15, 16, 30, 31), (60, 3, 3, 3, 2))[0]
        signed = at - timedelta(days=days, hours=draw.randrange(24))
        return {"paid_at": signed - timedelta(days=4), "shipped_at": signed - timedelta(days=2), "signed_at": signed}
    moves = draw.random() < 0.2
    soon = at + timedelta(minutes=draw.choice((0, 1, 30, 240)))
    if goods == "in_transit":
        shipped = at - timedelta(days=draw.randrange(3))
        return {"paid_at": shipped - timedelta(days=1), "shipped_at": shipped, "signed_at": soon if moves else None}
    return {"paid_at": at - timedelta(hours=5), "shipped_at": soon if moves else None, "signed_at": None}


def _evidence(draw: random.Random, at: datetime) -> tuple[dict[str, Any], ...]:
    """None, or one piece from just before or just after."""
    made = at + timedelta(minutes=draw.choice((-60, 0, 60)))
    return ({"kind": "photo", "by": "buyer", "at": made},) if draw.random() < 0.3 else ()


def _amount(draw: random.Random, line: Mapping[str, Any]) -> dict[str, int]:
    """Often what is left; sometimes a part of it, sometimes too much."""
    paid = line["paid_fen"]
    return {"amount_fen": draw.choice((paid // 2, paid - 1, paid, paid + 1))} if draw.random() < 0.2 else {}
