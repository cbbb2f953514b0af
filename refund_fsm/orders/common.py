"""Owns the actors, states, events, guards and effects that two or more order types use. Data and pure functions only.

Labels are those of rules.md § 5; who an event belongs to is part of it, so an event that another actor has in another
process is another event of the same name, and stands in that order type's file.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from refund_fsm.text import Text, words
from refund_fsm.workflow import CLOCK, Actor, Event, Ground, OrderLine, RefundRequest, State, effect, guard

# 1. Actors
BUYER = Actor("buyer", "买家", "buyer")
MERCHANT = Actor("merchant", "商家", "merchant")
PLATFORM = Actor("platform", "平台", "platform")
CARRIER = Actor("carrier", "物流公司", "carrier")
PAYMENT = Actor("payment", "支付渠道", "payment channel")

# 2. States
draft = State("draft", "未提交", "Not filed")
requested = State("requested", "待审核", "Requested")
reviewing = State("reviewing", "审核中", "Under review")
awaiting_evidence = State("awaiting_evidence", "待补充凭证", "Awaiting evidence")
awaiting_return = State("awaiting_return", "待买家退货", "Awaiting return")
return_shipped = State("return_shipped", "退货运输中", "Return shipped")
received = State("received", "退货已签收", "Return received")
refunding = State("refunding", "退款中", "Refunding")
refund_failed = State("refund_failed", "打款失败", "Payout failed")
rejected = State("rejected", "申请被拒绝", "Rejected")
receipt_rejected = State("receipt_rejected", "验货未通过", "Inspection failed")
escalated = State("escalated", "官方客服处理中", "With official customer service")
refunded = State("refunded", "退款成功", "Refunded", final=True)
closed = State("closed", "售后关闭", "Closed without refund", final=True)
cancelled = State("cancelled", "已撤销", "Cancelled by the buyer", final=True)

# 3. Events of the buyer
supply_evidence = Event(
    "supply_evidence",
    BUYER,
    "补充凭证",
    "supply evidence",
    needs=("evidence",),
    how=Text("订单详情 → 售后进度 → 补充凭证，上传照片或视频", "order detail → after-sales progress → add photos or video"),
    how_cites="A4 D1",
)
ship_return = Event(
    "ship_return",
    BUYER,
    "寄回商品并填写物流单号",
    "send the goods back and enter the tracking number",
    needs=("tracking_no",),
    how=Text("按售后页显示的地址寄回，再填写物流单号", "send to the address shown, then enter the tracking number"),
    how_cites="A12",
)
resubmit = Event("resubmit", BUYER, "重新申请", "apply again")
complain = Event(
    "complain",
    BUYER,
    "投诉",
    "complain",
    how=Text("拨打官方客服电话，或在官方微信公众号投诉", "call the official hotline, or complain through the official WeChat account"),
    how_cites="D7",
)
accept_rejection = Event("accept_rejection", BUYER, "接受结果", "accept the result")
cancel = Event("cancel", BUYER, "撤销申请", "cancel the request")
add_evidence = Event(
    "add_evidence",
    BUYER,
    "上传凭证",
    "add evidence",
    needs=("evidence",),
    how=Text("订单详情 → 售后进度 → 上传凭证；聊天记录请保留", "order detail → after-sales progress → add evidence; keep the chat logs"),
    how_cites="D1 D5",
)

# 4. Events of the platform
start_review = Event("start_review", PLATFORM, "开始审核", "start the review")
request_evidence = Event("request_evidence", PLATFORM, "要求补充凭证", "ask for evidence")
reject = Event("reject", PLATFORM, "拒绝申请", "reject the request", needs=("note",))
grant_refund = Event("grant_refund", PLATFORM, "改判退款", "grant the refund", needs=("note",))
grant_return = Event("grant_return", PLATFORM, "改判退货退款", "grant return and refund", needs=("note",))
uphold_rejection = Event("uphold_rejection", PLATFORM, "维持原结果", "uphold the rejection", needs=("note",))

# 5. Events of the carrier, the payment channel and the clock
deliver_return = Event("deliver_return", CARRIER, "退货送达", "deliver the return")
lose_return = Event("lose_return", CARRIER, "退货丢失", "lose the return")
refund_paid = Event("refund_paid", PAYMENT, "退款到账", "refund paid", pays=True)
payout_failed = Event("payout_failed", PAYMENT, "打款失败", "payout failed")
retry_payout = Event("retry_payout", PAYMENT, "重新打款", "retry the payout")
evidence_timeout = Event("evidence_timeout", CLOCK, "超时未补充凭证", "no evidence in time")
return_timeout = Event("return_timeout", CLOCK, "超时未寄回", "not sent back in time")
transit_timeout = Event("transit_timeout", CLOCK, "退货物流超时", "return overdue in transit")
complaint_timeout = Event("complaint_timeout", CLOCK, "超时未投诉", "no complaint in time")


# 6. Guards
def _why_amount(ground: Ground) -> Text:
    line = ground.order.line(ground.request.sku)
    asked = ground.request.claimed_fen(line)
    claimed, left = words.yuan(asked), words.yuan(line.balance_fen)
    if line.balance_fen == 0:
        return Text("该商品已无可退金额（A10）。", "Nothing is left to refund on this item (A10).")
    if asked == 0:
        return Text("所退件数分摊的金额不足一分。", "The share of the pieces asked for is less than one fen.")
    return Text(
        f"申请金额{claimed.zh}，超过该商品可退的{left.zh}（A10）。",
        f"The amount asked, {claimed.en}, is more than the {left.en} left to refund on this item (A10).",
    )


@guard(zh="申请金额在可退余额之内", en="the amount is within the balance", why=_why_amount)
def amount_within_balance(facts: Any) -> bool:
    return bool(facts.amount_ok)


def _why_other_case(ground: Ground) -> Text:
    other = ground.order.line(ground.request.sku).open_case
    return Text(
        f"该商品已有一笔售后正在处理（{other}），请先完结或撤销。",
        f"Another case, {other}, is open on this item; finish or cancel it first.",
    )


@guard(zh="该商品没有其他进行中的售后", en="no other case is open on this item", why=_why_other_case)
def no_other_case(facts: Any) -> bool:
    return not facts.other_case_open


def _why_evidence(ground: Ground) -> Text:
    most = ground.policy.max_evidence_requests
    if most == 0:
        return Text("不能要求补充凭证。", "Evidence cannot be asked for.")
    return Text(f"补充凭证最多要求{most}次，已用完。", f"Evidence may be asked for at most {words.times(most)}, and that is used up.")


@guard(zh="还可以要求补充凭证", en="evidence may still be asked for", why=_why_evidence)
def evidence_askable(facts: Any) -> bool:
    return bool(facts.evidence_requests_left > 0)


# 7. Effects
@effect("has_evidence")
def keep_evidence(facts: Any) -> Any:
    return replace(facts, has_evidence=True)


@effect("evidence_requests_left")
def take_evidence_request(facts: Any) -> Any:
    return replace(facts, evidence_requests_left=facts.evidence_requests_left - 1)


# 8. Facts that every order type derives alike
def amount_ok(request: RefundRequest, line: OrderLine) -> bool:
    """Whether 0 < amount ≤ paid − refunded − pending."""
    return 0 < request.claimed_fen(line) <= line.balance_fen


def has_evidence(request: RefundRequest, at: datetime) -> bool:
    """Whether the request has evidence by an instant."""
    return any(evidence.at <= at for evidence in request.evidence)
