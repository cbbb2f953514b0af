"""Orders, requests and cases that tests share. Instants are read as Shanghai time: `at("2026-02-12 10:00")`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from refund_fsm import Evidence, Order, OrderLine, Policy, RefundCase, RefundRequest
from refund_fsm.text import SHANGHAI


def at(text: str) -> datetime:
    """An instant in Shanghai."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def order(order_type: str = "third_party", **changes: Any) -> Order:
    """An order of one line of 99.00 yuan, paid on 10, shipped on 11, signed for on 12 February 2026 at 10:00."""
    line = {"sku": "SKU-1", "title": "杯子", "quantity": 1, "paid_fen": 9900, **changes.pop("line", {})}
    given: dict[str, Any] = {"id": "O-1", "order_type": order_type, "paid_at": at("2026-02-10 10:00"), "lines": (OrderLine(**line),)}
    if order_type != "virtual":
        given |= {"shipped_at": at("2026-02-11 10:00"), "signed_at": at("2026-02-12 10:00")}
    return Order(**{**given, **changes})


def request(order_type: str = "third_party", **changes: Any) -> RefundRequest:
    """A request that its order type admits: return and refund for the size, or a wrong purchase."""
    given = {"reason": "wrong_purchase"} if order_type == "virtual" else {"kind": "return_and_refund", "reason": "size_or_colour"}
    return RefundRequest(**{"sku": "SKU-1", **given, **changes})


def case(order_type: str = "third_party", *, opened: str = "2026-02-13 10:00", policy: Policy | None = None, **changes: Any) -> RefundCase:
    """A case in `draft`. `order=` and `request=` take dictionaries of changes."""
    one = order(**{"order_type": order_type, **changes.pop("order", {})})
    return RefundCase.open(one, request(order_type, **changes.pop("request", {})), at=at(opened), policy=policy, **changes)


def photo(when: str = "2026-02-12 12:00", by: str = "buyer") -> Evidence:
    """A photo."""
    return Evidence(kind="photo", by=by, at=at(when))


def play(start: RefundCase, *rows: str) -> RefundCase:
    """The case after rows of `instant | actor | event`, each with what its event needs."""
    for row in rows:
        when, by, event = (cell.strip() for cell in row.split("|"))
        given = {"note": "说明", "tracking_no": "SF123", "evidence": photo()}
        start = start.apply(event, at=at(when), by=by, **{need: given[need] for need in start.workflow.events[event].needs})
    return start
