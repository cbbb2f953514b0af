"""The platform's own mall (小红书商城, 自营): the platform is the seller, one uniform process (A1). Rules.md § 7.1."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from refund_fsm.orders.accepted import ACCEPTED
from refund_fsm.orders.common import (
    BUYER,
    PLATFORM,
    accept_rejection,
    add_evidence,
    amount_within_balance,
    awaiting_evidence,
    awaiting_return,
    cancel,
    cancelled,
    closed,
    complain,
    complaint_timeout,
    deliver_return,
    draft,
    escalated,
    evidence_askable,
    evidence_timeout,
    grant_refund,
    grant_return,
    keep_evidence,
    lose_return,
    no_other_case,
    payout_failed,
    receipt_rejected,
    received,
    refund_failed,
    refund_paid,
    refunded,
    refunding,
    reject,
    rejected,
    request_evidence,
    requested,
    resubmit,
    retry_payout,
    return_shipped,
    return_timeout,
    reviewing,
    ship_return,
    start_review,
    supply_evidence,
    take_evidence_request,
    transit_timeout,
    uphold_rejection,
)
from refund_fsm.orders.goods import (
    Goods,
    Kind,
    Reason,
    attempts_remain,
    freight_of,
    goods_example_of,
    goods_facts_of,
    goods_settled,
    goods_with_buyer,
    kind_fits,
    send_goods,
    take_attempt,
    wants_refund_only,
    wants_return,
    window_open,
)
from refund_fsm.orders.phases import FILING, PATH_OF_GOODS, PAYOUT, PLATFORM_STEPS_IN, RETURN
from refund_fsm.text import Text
from refund_fsm.workflow import Acceptance, Event, Limit, Order, Policy, RefundRequest, Rule, State, UpTo, Workflow

# 1. Events that only the mall has
submit = Event(
    "submit",
    BUYER,
    "提交售后申请",
    "file the request",
    files=True,
    how=Text("我 → ☰ → 我的订单 → 订单详情 → 申请售后", "Me → ☰ → My orders → order detail → request after-sales"),
    how_cites="A3 A4",
)
approve_refund = Event("approve_refund", PLATFORM, "同意退款", "approve the refund")
approve_return = Event("approve_return", PLATFORM, "同意退货", "approve the return")
pass_inspection = Event("pass_inspection", PLATFORM, "验货通过", "pass the inspection")
fail_inspection = Event("fail_inspection", PLATFORM, "验货不通过", "fail the inspection", needs=("note",))

# 2. The table
may_file = (kind_fits, window_open, amount_within_balance, no_other_case)
RULES = (
    # 2.1 Filing and review
    Rule("M01", draft, submit, requested, "A4–A8 A10 D3 D4", when=may_file),
    Rule("M02", requested, start_review, reviewing, "A11"),
    Rule("M03", reviewing, request_evidence, awaiting_evidence, "A9 assumed", when=(evidence_askable,), effect=take_evidence_request),
    Rule("M04", awaiting_evidence, supply_evidence, reviewing, "A9 D1", effect=keep_evidence),
    Rule("M05", awaiting_evidence, evidence_timeout, reviewing, "assumed"),
    Rule("M06", reviewing, approve_refund, refunding, "A6 A11", when=(wants_refund_only,)),
    Rule("M07", reviewing, approve_return, awaiting_return, "A7 A12", when=(wants_return,)),
    Rule("M08", reviewing, reject, rejected, "A11 assumed"),
    # 2.2 The goods go back
    Rule("M09", awaiting_return, ship_return, return_shipped, "A7 A12", effect=send_goods),
    Rule("M10", awaiting_return, return_timeout, closed, "assumed"),
    Rule("M11", return_shipped, deliver_return, received, "A13"),
    Rule("M12", return_shipped, lose_return, escalated, "assumed"),
    Rule("M13", return_shipped, transit_timeout, escalated, "assumed"),
    Rule("M14", received, pass_inspection, refunding, "A13"),
    Rule("M15", received, fail_inspection, receipt_rejected, "A13 assumed"),
    # 2.3 After a rejection
    Rule("M16", rejected, resubmit, requested, "assumed", when=(attempts_remain,), effect=take_attempt),
    Rule("M17", rejected, complain, escalated, "D7"),
    Rule("M18", receipt_rejected, complain, escalated, "D7"),
    Rule("M19", rejected, accept_rejection, closed, "assumed"),
    Rule("M20", receipt_rejected, accept_rejection, closed, "assumed"),
    Rule("M21", rejected, complaint_timeout, closed, "assumed"),
    Rule("M22", receipt_rejected, complaint_timeout, closed, "assumed"),
    Rule("M23", escalated, grant_refund, refunding, "D7 assumed", when=(goods_settled,)),
    Rule("M24", escalated, grant_return, awaiting_return, "D7 assumed", when=(goods_with_buyer,)),
    Rule("M25", escalated, uphold_rejection, closed, "D7 assumed"),
    # 2.4 What the buyer may do along the way
    Rule("M26", draft, cancel, cancelled, "assumed"),
    Rule("M27", requested, cancel, cancelled, "assumed"),
    Rule("M28", reviewing, cancel, cancelled, "assumed"),
    Rule("M29", awaiting_evidence, cancel, cancelled, "assumed"),
    Rule("M30", awaiting_return, cancel, cancelled, "assumed"),
    Rule("M31", rejected, cancel, cancelled, "assumed"),
    Rule("M32", escalated, cancel, cancelled, "assumed"),
    Rule("M33", requested, add_evidence, requested, "A9 D1 D5", effect=keep_evidence),
    Rule("M34", reviewing, add_evidence, reviewing, "A9 D1 D5", effect=keep_evidence),
    Rule("M35", rejected, add_evidence, rejected, "A9 D1 D5", effect=keep_evidence),
    Rule("M36", receipt_rejected, add_evidence, receipt_rejected, "A9 D1 D5", effect=keep_evidence),
    Rule("M37", escalated, add_evidence, escalated, "A9 D1 D5", effect=keep_evidence),
    # 2.5 The money
    Rule("M38", refunding, refund_paid, refunded, "A13"),
    Rule("M39", refunding, payout_failed, refund_failed, "assumed"),
    Rule("M40", refund_failed, retry_payout, refunding, "assumed"),
)

# 3. Limits
LIMITS: dict[State | tuple[State, ...], Limit] = {
    (requested, reviewing): Limit("review_working_days", cites="A11"),
    awaiting_evidence: Limit("evidence_hours", cites="assumed"),
    awaiting_return: Limit("return_days", cites="assumed"),
    return_shipped: Limit("transit_days", cites="assumed"),
    received: Limit("inspection_working_days", cites="assumed"),
    (refunding, refund_failed): Limit("payout_working_days", cites="A13"),
    rejected: Limit("complaint_days", cites="assumed"),
    receipt_rejected: Limit("complaint_days", cites="assumed"),
    escalated: Limit("escalation_working_days", cites="assumed"),
}

INSPECTED_BY_THE_SELLER = Acceptance(
    "blocker",
    "platform received",
    Text(
        "自营由平台自己验货，别人不能代替；超过验货期限记逾期，法定退款期限另有提示。",
        "The platform is the seller and inspects the goods itself; a late inspection is recorded as a breach, and the law's clock warns.",
    ),
    "A1 A13 L1 assumed",
)


# 4. Facts
@dataclass(frozen=True, slots=True)
class MallFacts:
    """All that a guard of the mall may read (rules.md § 3)."""

    kind: Kind
    reason: Reason
    goods: Goods
    in_window: bool
    excluded: bool
    amount_ok: bool
    other_case_open: bool
    has_evidence: bool
    attempts_left: Annotated[int, UpTo("max_resubmissions")]
    evidence_requests_left: Annotated[int, UpTo("max_evidence_requests")]
    window_kept: Literal[False] = False
    goods_returned: bool = False


def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> MallFacts:
    """The facts of an order and a request at an instant."""
    return MallFacts(**goods_facts_of(order, request, at, policy), evidence_requests_left=policy.max_evidence_requests)


def example_of(facts: MallFacts, at: datetime) -> tuple[Order, RefundRequest] | None:
    """An order and a request that have the facts at an instant; None when no order can."""
    return goods_example_of(facts, at, WORKFLOW.key)


WORKFLOW = Workflow(
    key="self_operated",
    label=Text("小红书自营退款流程", "Refund, the platform's own mall"),
    rules=RULES,
    initial=draft,
    facts=MallFacts,
    facts_of=facts_of,
    example_of=example_of,
    limits=LIMITS,
    law={received: Limit("statutory_refund_days", cites="L1")},
    freight_of=freight_of,
    spine=(PATH_OF_GOODS, (reviewing, rejected, escalated)),
    accepts=(*ACCEPTED, INSPECTED_BY_THE_SELLER),
    phases=(
        (FILING, (draft, requested, reviewing, awaiting_evidence, rejected)),
        RETURN,
        (PLATFORM_STEPS_IN, (escalated,)),
        PAYOUT,
    ),
)
