"""Owns the facts of the platform's own table of a shop: kinds, classes of lines, periods, how facts are derived and exemplified.

Data and pure functions only. Source: official.md § 2. The guards on them are in `official`.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal

from refund_fsm.orders.common import amount_ok, has_evidence
from refund_fsm.orders.goods import FAULTS, goods_at
from refund_fsm.text import SHANGHAI, Text
from refund_fsm.workflow import Evidence, Freight, Order, OrderLine, Policy, RefundRequest

# 1. Kinds and classes of lines
Kind = Literal["refund_only", "return_and_refund", "exchange"]
LineClass = Literal["ordinary", "fresh", "cross_border", "electronic"]
KIND_LABELS = {
    "refund_only": Text("仅退款", "refund only"),
    "return_and_refund": Text("退货退款", "return and refund"),
    "exchange": Text("换货", "an exchange"),
}
LINE_LABELS = {
    "ordinary": Text("普通商品", "ordinary goods"),
    "fresh": Text("生鲜", "fresh food"),
    "cross_border": Text("跨境商品", "cross-border goods"),
    "electronic": Text("电子资料", "electronic material"),
}


def line_class_of(order: Order, line: OrderLine) -> LineClass:
    """The class of a line: of several the first of electronic, cross-border and fresh counts (assumed)."""
    if line.electronic:
        return "electronic"
    if order.cross_border:
        return "cross_border"
    return "fresh" if line.fresh else "ordinary"


def period_end(order: Order, line: OrderLine, policy: Policy) -> datetime | None:
    """When the days in which an after-sale may be filed end (R2), 24:00 of the last one; None before the goods are signed for, which
    stands for the confirmed receipt (assumed)."""
    if order.signed_at is None:
        return None
    days = getattr(policy, period_field(line))
    last = order.signed_at.astimezone(SHANGHAI).date() + timedelta(days=days)
    return datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)


NO_REASON_HOURS = 168  # R17; no field of the policy, since nothing is judged by it


def groundless_until(order: Order) -> datetime | None:
    """Until when a refusal for want of a reason is groundless (R17): 168 hours from 00:00 of the day after the signing, None before it."""
    if order.signed_at is None:
        return None
    signed = order.signed_at.astimezone(SHANGHAI).date()
    return datetime(signed.year, signed.month, signed.day, tzinfo=SHANGHAI) + timedelta(days=1, hours=NO_REASON_HOURS)


def period_field(line: OrderLine) -> str:
    """The field of the policy that sets the after-sale period of a line."""
    return "electronic_after_sale_days" if line.electronic else "after_sale_days"


def in_period(order: Order, line: OrderLine, at: datetime, policy: Policy) -> bool:
    """Whether an after-sale may be filed at an instant: before the receipt, and within the days after it."""
    end = period_end(order, line, policy)
    return goods_at(order, at) != "signed" or end is None or at < end


def is_dear(order: Order, policy: Policy) -> bool:
    """Whether what was paid for the whole order, whatever was refunded, is above the line (R14)."""
    return sum(line.paid_fen for line in order.lines) > policy.dear_fen


def is_fast(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> bool:
    """Whether the platform may refund at once: before shipping (R15), or while the goods are in transit (R20)."""
    line, where = order.line(request.sku), goods_at(order, at)
    if where == "not_shipped":
        return not order.special_order
    return (
        (request.kind, request.reason, where) == ("refund_only", "not_received", "in_transit")
        and request.claimed_fen(line) <= policy.fast_refund_fen
        and not (line.no_reason_excluded or order.cross_border or order.special_order)
    )


# 2. Facts, derived and exemplified
def official_facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> dict[str, Any]:
    """The facts that a filing derives, by name."""
    line = order.line(request.sku)
    return {
        "kind": request.kind,
        "reason": request.reason,
        "goods": goods_at(order, at),
        "excluded": line.no_reason_excluded,
        "amount_ok": amount_ok(request, line),
        "other_case_open": line.open_case is not None,
        "has_evidence": has_evidence(request, at),
        "in_period": in_period(order, line, at, policy),
        "may_apply": line.applications < policy.max_applications,
        "line_class": line_class_of(order, line),
        "fast_refundable": is_fast(order, request, at, policy),
        "dear": is_dear(order, policy),
    }


def official_example_of(facts: Any, at: datetime, order_type: str) -> tuple[Order, RefundRequest] | None:
    """An order and a request that have the facts at an instant; None when no order can."""
    if facts.goods != "signed" and not facts.in_period:
        return None
    special = _special(facts)
    if special is None:
        return None
    long_ago = at - timedelta(days=400)  # longer than any period that a policy can set
    since = at if facts.in_period else long_ago
    line = _line(facts.excluded, facts.other_case_open, facts.may_apply, facts.line_class)
    order = Order(
        id="ORDER-1",
        order_type=order_type,
        lines=(line, _more()) if facts.dear else (line,),
        paid_at=since,
        shipped_at=None if facts.goods == "not_shipped" else since,
        signed_at=since if facts.goods == "signed" else None,
        cross_border=facts.line_class == "cross_border",
        special_order=special,
    )
    return order, RefundRequest(
        sku="SKU-1",
        kind=facts.kind,
        reason=facts.reason,
        amount_fen=None if facts.amount_ok else 101,
        evidence=(Evidence(kind="photo", by="buyer", at=at),) if facts.has_evidence else (),
    )


# The lines of examples are few and frozen: each is made once, since a page asks for an example of every set of facts.
@lru_cache(maxsize=64)
def _line(excluded: bool, other_case_open: bool, may_apply: bool, line_class: LineClass) -> OrderLine:
    return OrderLine(
        sku="SKU-1",
        title="示例商品",
        quantity=1,
        paid_fen=100,  # below what any sensible policy calls dear
        no_reason_excluded=excluded,
        open_case="OTHER-CASE" if other_case_open else None,
        applications=0 if may_apply else 9,
        fresh=line_class == "fresh",
        electronic=line_class == "electronic",
    )


@lru_cache(maxsize=1)
def _more() -> OrderLine:
    return OrderLine(sku="SKU-2", title="同单其他商品", quantity=1, paid_fen=10_000_000)  # above it


def _special(facts: Any) -> bool | None:
    """Whether the order is a special one, so that a fast refund is open or not as the facts say; None where no order can be so."""
    if facts.goods == "not_shipped":
        return not facts.fast_refundable
    told = (facts.kind, facts.reason, facts.goods) == ("refund_only", "not_received", "in_transit")
    if not facts.fast_refundable:
        return told
    return False if told and not facts.excluded and facts.line_class != "cross_border" else None


def official_freight_of(facts: Any, order: Order) -> Freight | None:
    """Who pays for sending the goods back: as elsewhere, an exchange being like a return (assumed). None when nothing is sent back."""
    if facts.kind == "refund_only":
        return None
    if order.freight_insurance:
        return Freight("insurer", Text("运费险赔付", "the freight insurer pays"), "assumed")
    if facts.reason in FAULTS:
        return Freight(
            "seller", Text("卖家承担运费", "the seller pays"), "L2 A7x" if facts.kind == "return_and_refund" else "L2 A7x assumed"
        )
    return Freight("buyer", Text("买家承担运费", "the buyer pays"), "A7" if facts.kind == "return_and_refund" else "A7 assumed")
