"""The after-sale of litemall, an open-source shop, as a workflow of its own: states, moves and checks as its code has them.

Written anew from what is known of its transitions (`platforms.get("litemall")` has the codes): whole orders alone, after the receipt; no
limits; a second submission is taken while the first is pending, and the record before it is gone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from refund_fsm import Actor, Event, Order, OrderLine, Policy, RefundRequest, Rule, State, Text, Workflow, guard

# 1. Who acts, and what an after-sale can be: each state is named by its code
USER = Actor("buyer", "用户", "user")
ADMIN = Actor("merchant", "管理员", "administrator")
may_apply = State("0", "可申请", "May be applied for")
applied = State("1", "用户已申请", "Applied")
approved = State("2", "管理员审核通过", "Approved")
refunded = State("3", "退款成功", "Refunded", final=True)
rejected = State("4", "管理员审核拒绝", "Rejected", final=True)
cancelled = State("5", "用户已取消", "Cancelled by the buyer", final=True)

# 2. What happens
submit = Event("submit", USER, "申请售后", "apply", files=True)
approve = Event("recept", ADMIN, "审核通过", "approve")
reject = Event("reject", ADMIN, "审核拒绝", "reject")
refund = Event("refund", ADMIN, "退款", "refund", pays=True)
refund_in_vain = Event("refund_in_vain", ADMIN, "退款失败", "refund in vain")
cancel = Event("cancel", USER, "取消", "cancel")


# 3. What it checks
@dataclass(frozen=True)
class Facts:
    """All that its checks read."""

    received: bool
    amount_ok: bool


@guard(zh="订单已确认收货", en="the order's receipt is confirmed")
def order_is_received(facts: Facts) -> bool:
    return facts.received


@guard(zh="金额不超过实付", en="the amount is at most what was paid")
def amount_fits(facts: Facts) -> bool:
    return facts.amount_ok


# 4. The table
RULES = (
    Rule("L01", may_apply, submit, applied, "assumed", when=(order_is_received, amount_fits)),
    Rule("L02", applied, submit, applied, "assumed", when=(order_is_received, amount_fits)),
    Rule("L03", applied, approve, approved, "assumed"),
    Rule("L04", applied, reject, rejected, "assumed"),
    Rule("L05", applied, cancel, cancelled, "assumed"),
    Rule("L06", approved, refund, refunded, "assumed"),
    Rule("L07", approved, refund_in_vain, approved, "assumed"),
)


def facts_of(order: Order, request: RefundRequest, at: datetime, _: Policy) -> Facts:
    """What it knows of an order at an instant."""
    line = next(one for one in order.lines if one.sku == request.sku)
    asked = line.balance_fen if request.amount_fen is None else request.amount_fen
    return Facts(received=order.signed_at is not None and order.signed_at <= at, amount_ok=0 < asked <= line.balance_fen)


def example_of(facts: Facts, at: datetime) -> tuple[Order, RefundRequest]:
    """An order and a request that have the facts."""
    line = OrderLine(sku="A", title="杯子", quantity=1, paid_fen=100)
    signed_at = at - timedelta(days=1) if facts.received else None
    paid_at, shipped_at = at - timedelta(days=3), at - timedelta(days=2)
    order = Order(id="L-1", order_type="litemall", lines=[line], paid_at=paid_at, shipped_at=shipped_at, signed_at=signed_at)
    return order, RefundRequest(sku="A", reason="quality", amount_fen=None if facts.amount_ok else 200)


WORKFLOW = Workflow(
    key="litemall",
    label=Text("litemall 的售后", "litemall's after-sale"),
    rules=RULES,
    initial=may_apply,
    facts=Facts,
    facts_of=facts_of,
    example_of=example_of,
    limits={},
    spine=((may_apply, applied, approved, refunded),),
)

OURS = {  # our events → those of its own that do the same
    "submit": "submit", "approve_refund": "recept", "reject": "reject", "cancel": "cancel", "refund_paid": "refund",
    "payout_failed": "refund_in_vain",
}  # fmt: skip
