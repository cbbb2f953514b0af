"""Virtual goods and services (会员, 礼品卡): no parcel, customer service decides case by case (C7). Rules.md § 7.3."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from refund_fsm.orders.accepted import ACCEPTED
from refund_fsm.orders.common import (
    BUYER,
    PLATFORM,
    accept_rejection,
    add_evidence,
    amount_ok,
    amount_within_balance,
    awaiting_evidence,
    cancel,
    cancelled,
    closed,
    complain,
    complaint_timeout,
    draft,
    escalated,
    evidence_askable,
    evidence_timeout,
    grant_refund,
    has_evidence,
    keep_evidence,
    no_other_case,
    payout_failed,
    refund_failed,
    refund_paid,
    refunded,
    refunding,
    reject,
    rejected,
    request_evidence,
    requested,
    retry_payout,
    reviewing,
    start_review,
    supply_evidence,
    take_evidence_request,
    uphold_rejection,
)
from refund_fsm.orders.phases import FILING, PAYOUT, PLATFORM_STEPS_IN
from refund_fsm.text import Text
from refund_fsm.workflow import Event, Evidence, Ground, Limit, Order, OrderLine, Policy, RefundRequest, Rule, State, UpTo, Workflow, guard

# 1. Events that only virtual goods have
contact_support = Event(
    "contact_support",
    BUYER,
    "联系客服",
    "contact customer service",
    files=True,
    how=Text(
        "我 → 我的钱包 → 会员卡（或订单详情） → 联系客服，在线或电话说明情况",
        "Me → My wallet → membership card (or the order) → contact service, online or by phone",
    ),
    how_cites="C6 C7",
)
approve_refund = Event("approve_refund", PLATFORM, "同意退款", "approve the refund", needs=("note",))


# 2. Guards that only virtual goods have
def _why_ground(ground: Ground) -> Text:
    if ground.request.reason == "changed_mind":
        return Text(
            "虚拟商品开通即开始提供服务，一般不支持七天无理由退款（C2）。",
            "Service begins on activation, so virtual goods have no no-reason refund as a rule (C2).",
        )
    if ground.order.benefits_used:
        return Text(
            "权益已经使用过，误购、未使用的理由不再成立（C3、C4）。",
            "Benefits have been used, so neither a wrong purchase nor an unused one can be claimed (C3, C4).",
        )
    hours = ground.policy.found_at_once_hours
    return Text(
        f"“未使用”须在付款后{hours}小时内提出（C4），本次已超时。",
        f"An unused purchase must be reported less than {hours} hours after the payment (C4), and this was later.",
    )


@guard(
    zh="属于可退的情形：误购、立即发现且未使用、平台故障",
    en="the ground is refundable: bought by mistake, found at once and unused, or the platform's fault",
    why=_why_ground,
)
def ground_is_refundable(facts: Any) -> bool:
    if facts.reason == "platform_fault":
        return True
    if facts.reason == "wrong_purchase":
        return not facts.benefits_used
    return bool(facts.reason == "unused" and not facts.benefits_used and facts.found_at_once)


# 3. The table
RULES = (
    # 3.1 Filing and review
    Rule("V01", draft, contact_support, requested, "C6 C7", when=(amount_within_balance, no_other_case)),
    Rule("V02", requested, start_review, reviewing, "C7"),
    Rule("V03", reviewing, request_evidence, awaiting_evidence, "C7 assumed", when=(evidence_askable,), effect=take_evidence_request),
    Rule("V04", awaiting_evidence, supply_evidence, reviewing, "D1", effect=keep_evidence),
    Rule("V05", awaiting_evidence, evidence_timeout, reviewing, "assumed"),
    Rule("V06", reviewing, approve_refund, refunding, "C2–C5 C7", when=(ground_is_refundable,)),
    Rule("V07", reviewing, reject, rejected, "C7"),
    # 3.2 After a rejection
    Rule("V08", rejected, complain, escalated, "D7"),
    Rule("V09", rejected, accept_rejection, closed, "assumed"),
    Rule("V10", rejected, complaint_timeout, closed, "assumed"),
    Rule("V11", escalated, grant_refund, refunding, "D7 assumed"),
    Rule("V12", escalated, uphold_rejection, closed, "D7 assumed"),
    # 3.3 What the buyer may do along the way
    Rule("V13", draft, cancel, cancelled, "assumed"),
    Rule("V14", requested, cancel, cancelled, "assumed"),
    Rule("V15", reviewing, cancel, cancelled, "assumed"),
    Rule("V16", awaiting_evidence, cancel, cancelled, "assumed"),
    Rule("V17", rejected, cancel, cancelled, "assumed"),
    Rule("V18", escalated, cancel, cancelled, "assumed"),
    Rule("V19", requested, add_evidence, requested, "D1 D5", effect=keep_evidence),
    Rule("V20", reviewing, add_evidence, reviewing, "D1 D5", effect=keep_evidence),
    Rule("V21", rejected, add_evidence, rejected, "D1 D5", effect=keep_evidence),
    Rule("V22", escalated, add_evidence, escalated, "D1 D5", effect=keep_evidence),
    # 3.4 The money
    Rule("V23", refunding, refund_paid, refunded, "A13 assumed"),
    Rule("V24", refunding, payout_failed, refund_failed, "A13 assumed"),
    Rule("V25", refund_failed, retry_payout, refunding, "A13 assumed"),
)

# 4. Limits
LIMITS: dict[State | tuple[State, ...], Limit] = {
    (requested, reviewing): Limit("support_working_days", cites="assumed"),
    awaiting_evidence: Limit("evidence_hours", cites="assumed"),
    (refunding, refund_failed): Limit("payout_working_days", cites="assumed"),
    rejected: Limit("complaint_days", cites="assumed"),
    escalated: Limit("escalation_working_days", cites="assumed"),
}


# 5. Facts
@dataclass(frozen=True, slots=True)
class VirtualFacts:
    """All that a guard of virtual goods may read (rules.md § 3)."""

    reason: Literal["wrong_purchase", "unused", "platform_fault", "changed_mind"]
    amount_ok: bool
    other_case_open: bool
    has_evidence: bool
    evidence_requests_left: Annotated[int, UpTo("max_evidence_requests")]
    benefits_used: bool
    found_at_once: bool


def at_once_end(order: Order, policy: Policy) -> datetime:
    """When "at once" (C4) is over: `found_at_once_hours` after the payment. The instant itself is too late."""
    return order.paid_at + timedelta(hours=policy.found_at_once_hours)


def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> VirtualFacts:
    """The facts of an order and a request at an instant. At once is less than `found_at_once_hours` after the payment (C4)."""
    line = order.line(request.sku)
    return VirtualFacts(
        reason=request.reason,  # type: ignore[arg-type]  # checked against the facts when the case is opened
        amount_ok=amount_ok(request, line),
        other_case_open=line.open_case is not None,
        has_evidence=has_evidence(request, at),
        evidence_requests_left=policy.max_evidence_requests,
        benefits_used=order.benefits_used,
        found_at_once=at < at_once_end(order, policy),
    )


def example_of(facts: VirtualFacts, at: datetime) -> tuple[Order, RefundRequest]:
    """An order and a request that have the facts at an instant."""
    line = OrderLine(sku="SKU-1", title="示例月卡", quantity=1, paid_fen=9900, open_case="OTHER-CASE" if facts.other_case_open else None)
    order = Order(
        id="ORDER-1",
        order_type=WORKFLOW.key,
        lines=(line,),
        paid_at=at if facts.found_at_once else at - timedelta(days=400),  # longer ago than any policy calls at once
        benefits_used=facts.benefits_used,
    )
    return order, RefundRequest(
        sku="SKU-1",
        reason=facts.reason,
        amount_fen=None if facts.amount_ok else 9901,
        evidence=(Evidence(kind="photo", by="buyer", at=at),) if facts.has_evidence else (),
    )


WORKFLOW = Workflow(
    key="virtual",
    label=Text("虚拟商品退款流程", "Refund, virtual goods"),
    rules=RULES,
    initial=draft,
    facts=VirtualFacts,
    facts_of=facts_of,
    example_of=example_of,
    limits=LIMITS,
    spine=((draft, requested, reviewing, refunding, refunded), (reviewing, rejected, escalated)),
    accepts=ACCEPTED,
    phases=(
        (FILING, (draft, requested, reviewing, awaiting_evidence, rejected)),
        (PLATFORM_STEPS_IN, (escalated,)),
        PAYOUT,
    ),
)
