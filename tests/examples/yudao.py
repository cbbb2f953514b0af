"""The after-sale of yudao (ruoyi-vue-pro), an open-source shop, as a workflow of its own: states, moves and checks as its code has them.

Written anew from what is known of its transitions (`platforms.get("yudao")` has the codes): no limits, no arbitration, and no state for a
payment that failed, which leaves a line in a log. A refund of nothing, which ends at once, cannot be: an amount here is above 0.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from refund_fsm import Actor, Event, Order, OrderLine, Policy, RefundRequest, Rule, State, Text, Workflow, effect, guard

# 1. Who acts, and what an after-sale can be: each state is named by its code
MEMBER = Actor("buyer", "会员", "member")
ADMIN = Actor("merchant", "管理员", "administrator")
CHANNEL = Actor("payment", "支付渠道", "payment channel")
none = State("none", "未申请", "Not applied for")
applied = State("10", "申请中", "Applied")
agreed = State("20", "卖家通过", "Seller agreed")
shipped_back = State("30", "待卖家收货", "Seller must receive")
to_refund = State("40", "等待平台退款", "Refund is awaited")
done = State("50", "完成", "Done", final=True)
cancelled = State("61", "买家取消", "Cancelled by the buyer", final=True)
disagreed = State("62", "卖家拒绝", "Seller refused", final=True)
refused = State("63", "卖家拒绝收货", "Seller refused the goods", final=True)

# 2. What happens
create = Event("create", MEMBER, "申请售后", "apply", files=True)
agree = Event("agree", ADMIN, "同意", "agree")
disagree = Event("disagree", ADMIN, "拒绝", "disagree", needs=("note",))
deliver = Event("deliver", MEMBER, "填写退货物流", "enter how the goods come back", needs=("tracking_no",))
receive = Event("receive", ADMIN, "确认收货", "receive")
refuse = Event("refuse", ADMIN, "拒绝收货", "refuse the goods", needs=("note",))
refund = Event("refund", ADMIN, "退款", "start the payment")
paid = Event("paid", CHANNEL, "退款成功回调", "payment succeeded", pays=True)
failed = Event("failed", CHANNEL, "退款失败回调", "payment failed")
cancel = Event("cancel", MEMBER, "取消", "cancel")


# 3. What it checks
@dataclass(frozen=True)
class Facts:
    """All that its checks read."""

    kind: Literal["refund_only", "return_and_refund", "exchange"]
    shipped: bool
    amount_ok: bool
    in_after_sale: bool
    paying: bool = False


@guard(zh="该商品没有进行中的售后", en="the item is in no after-sale")
def item_is_free(facts: Facts) -> bool:
    return not facts.in_after_sale


@guard(zh="金额不超过实付", en="the amount is at most what was paid")
def amount_fits(facts: Facts) -> bool:
    return facts.amount_ok


@guard(zh="退货须已发货，且不支持换货", en="a return is of shipped goods, and nothing is exchanged")
def kind_is_possible(facts: Facts) -> bool:
    return facts.kind == "refund_only" or (facts.kind == "return_and_refund" and facts.shipped)


@guard(zh="仅退款", en="it is a refund only")
def refund_alone(facts: Facts) -> bool:
    return facts.kind == "refund_only"


@guard(zh="退货退款", en="it is a return")
def goods_come_back(facts: Facts) -> bool:
    return facts.kind == "return_and_refund"


@guard(zh="退款已发起", en="a payment is under way")
def payment_runs(facts: Facts) -> bool:
    return facts.paying


@effect("paying")
def start(facts: Facts) -> Facts:
    return replace(facts, paying=True)


@effect("paying")
def stop(facts: Facts) -> Facts:
    return replace(facts, paying=False)


# 4. The table
RULES = (
    Rule("Y01", none, create, applied, "assumed", when=(item_is_free, amount_fits, kind_is_possible)),
    Rule("Y02", applied, agree, to_refund, "assumed", when=(refund_alone,)),
    Rule("Y03", applied, agree, agreed, "assumed", when=(goods_come_back,)),
    Rule("Y04", applied, disagree, disagreed, "assumed"),
    Rule("Y05", agreed, deliver, shipped_back, "assumed"),
    Rule("Y06", shipped_back, receive, to_refund, "assumed"),
    Rule("Y07", shipped_back, refuse, refused, "assumed"),
    Rule("Y08", to_refund, refund, to_refund, "assumed", effect=start),
    Rule("Y09", to_refund, paid, done, "assumed", when=(payment_runs,)),
    Rule("Y10", to_refund, failed, to_refund, "assumed", when=(payment_runs,), effect=stop),
    Rule("Y11", applied, cancel, cancelled, "assumed"),
    Rule("Y12", agreed, cancel, cancelled, "assumed"),
    Rule("Y13", shipped_back, cancel, cancelled, "assumed"),
)


def facts_of(order: Order, request: RefundRequest, at: datetime, _: Policy) -> Facts:
    """What it knows of an order at an instant."""
    line = next(one for one in order.lines if one.sku == request.sku)
    asked = line.balance_fen if request.amount_fen is None else request.amount_fen
    return Facts(
        kind=request.kind,  # type: ignore[arg-type]  # one of these, or the case is refused
        shipped=order.shipped_at is not None and order.shipped_at <= at,
        amount_ok=0 < asked <= line.balance_fen,
        in_after_sale=line.open_case is not None,
    )


def example_of(facts: Facts, at: datetime) -> tuple[Order, RefundRequest]:
    """An order and a request that have the facts."""
    line = OrderLine(sku="A", title="杯子", quantity=1, paid_fen=100, open_case="other" if facts.in_after_sale else None)
    shipped_at = at - timedelta(days=2) if facts.shipped else None
    order = Order(id="Y-1", order_type="yudao", lines=[line], paid_at=at - timedelta(days=3), shipped_at=shipped_at)
    return order, RefundRequest(sku="A", kind=facts.kind, reason="quality", amount_fen=None if facts.amount_ok else 200)


WORKFLOW = Workflow(
    key="yudao",
    label=Text("芋道的售后", "yudao's after-sale"),
    rules=RULES,
    initial=none,
    facts=Facts,
    facts_of=facts_of,
    example_of=example_of,
    limits={},
    spine=((none, applied, agreed, shipped_back, to_refund, done),),
)

OURS = {  # our events → those of its own that do the same
    "submit": "create", "approve_refund": "agree", "approve_return": "agree", "reject": "disagree", "ship_return": "deliver",
    "confirm_receipt": "receive", "reject_receipt": "refuse", "retry_payout": "refund", "refund_paid": "paid", "payout_failed": "failed",
    "cancel": "cancel",
}  # fmt: skip
