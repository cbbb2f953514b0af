"""A third-party shop (店铺): the deal is with the merchant, the platform serves and arbitrates (B1). Rules.md § 7.2."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

from refund_fsm.orders.accepted import ACCEPTED
from refund_fsm.orders.common import (
    BUYER,
    MERCHANT,
    PLATFORM,
    accept_rejection,
    add_evidence,
    amount_within_balance,
    awaiting_return,
    cancel,
    cancelled,
    closed,
    complain,
    complaint_timeout,
    deliver_return,
    draft,
    escalated,
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
    rejected,
    requested,
    resubmit,
    retry_payout,
    return_shipped,
    return_timeout,
    reviewing,
    ship_return,
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
from refund_fsm.workflow import CLOCK, Event, Limit, Order, Policy, RefundRequest, Rule, State, UpTo, Workflow, effect, guard

# 1. States that only the shop has
negotiating = State("negotiating", "与商家协商中", "Negotiating")
platform_arbitration = State(
    "platform_arbitration",
    "平台介入中",
    "Platform arbitration",
    note=(
        MERCHANT,
        "B10",
        Text(
            "平台介入期间，商家的操作受限：只能同意退款或举证（B10）。",
            "While the platform is in, the merchant may only concede the refund or add evidence (B10).",
        ),
    ),
)
ruled_against = State("ruled_against", "平台判定不退款", "Ruled against the buyer")

# 2. Events that only the shop has
contact_merchant = Event(
    "contact_merchant",
    BUYER,
    "联系商家协商",
    "contact the merchant",
    files=True,
    how=Text("我的订单 → 订单详情 → 联系客服 / 咨询商家", "My orders → order detail → contact service, or ask the merchant"),
    how_cites="B3",
)
submit = Event(
    "submit",
    BUYER,
    "提交售后申请",
    "file the request",
    files=True,
    how=Text("我的订单 → 订单详情 → 申请售后", "My orders → order detail → request after-sales"),
    how_cites="B7",
)
apply_arbitration = Event(
    "apply_arbitration",
    BUYER,
    "申请平台介入",
    "ask the platform to step in",
    how=Text("售后详情 → 申请平台介入 / 申请小红书客服介入", "after-sales detail → ask the platform, or Xiaohongshu service, to step in"),
    how_cites="B8",
)
withdraw = Event("withdraw", BUYER, "撤回介入申请", "withdraw the application")
merchant_refund = Event("merchant_refund", MERCHANT, "商家直接退款", "refund directly")
merchant_decline = Event("merchant_decline", MERCHANT, "商家不同意", "decline")
start_review = Event("start_review", MERCHANT, "开始审核", "start the review")
approve_refund = Event("approve_refund", MERCHANT, "同意退款", "approve the refund")
approve_return = Event("approve_return", MERCHANT, "同意退货", "approve the return")
reject = Event("reject", MERCHANT, "拒绝申请", "reject the request", needs=("note",))
confirm_receipt = Event("confirm_receipt", MERCHANT, "确认收到退货", "confirm the receipt")
reject_receipt = Event("reject_receipt", MERCHANT, "拒绝确认收货", "refuse to confirm the receipt", needs=("note",))
concede = Event("concede", MERCHANT, "商家同意退款", "concede the refund")
add_merchant_evidence = Event("add_merchant_evidence", MERCHANT, "商家举证", "add the merchant's evidence", needs=("evidence",))
rule_refund = Event("rule_refund", PLATFORM, "判定退款", "rule for a refund", needs=("note",))
rule_return = Event("rule_return", PLATFORM, "判定退货退款", "rule for return and refund", needs=("note",))
rule_for_merchant = Event("rule_for_merchant", PLATFORM, "判定支持商家", "rule for the merchant", needs=("note",))
negotiation_timeout = Event("negotiation_timeout", CLOCK, "商家超时未回复", "no answer from the merchant in time")
review_timeout = Event("review_timeout", CLOCK, "商家超时未处理", "no decision by the merchant in time")
receipt_timeout = Event("receipt_timeout", CLOCK, "超时自动确认收货", "receipt confirmed by the clock")
arbitration_request_timeout = Event("arbitration_request_timeout", CLOCK, "超时未申请介入", "no application for arbitration in time")


# 3. Guards and effects that only the shop has
@guard(
    zh="尚未与商家协商过",
    en="the merchant was not contacted before",
    why=lambda _: Text(
        "已与商家协商过一次，请直接提交售后申请（B6）。", "The merchant was contacted once already; file the request now (B6)."
    ),
)
def not_yet_negotiated(facts: Any) -> bool:
    return not facts.negotiated


@guard(zh="商家超时视为同意", en="the merchant's silence counts as approval")
def silence_approves(facts: Any) -> bool:
    return bool(facts.on_merchant_silence == "approve")


@guard(zh="商家超时由平台介入", en="the merchant's silence brings the platform in")
def silence_escalates(facts: Any) -> bool:
    return bool(facts.on_merchant_silence == "escalate")


@effect("negotiated", "window_kept")
def give_notice(facts: Any) -> Any:
    return replace(facts, negotiated=True, window_kept=facts.goods == "signed" and facts.in_window)


# 4. The table
may_file = (kind_fits, window_open, amount_within_balance, no_other_case)
may_talk = (not_yet_negotiated, amount_within_balance, no_other_case)
approves_refund = (silence_approves, wants_refund_only)
approves_return = (silence_approves, wants_return)
RULES = (
    # 4.1 Talking first
    Rule("S01", draft, contact_merchant, negotiating, "B3 B4", when=may_talk, effect=give_notice),
    Rule("S02", negotiating, merchant_refund, refunding, "B5"),
    Rule("S03", negotiating, merchant_decline, draft, "B6"),
    Rule("S04", negotiating, negotiation_timeout, draft, "B6"),
    # 4.2 Filing and review
    Rule("S05", draft, submit, requested, "B6 B7 A5–A10 D3 D4", when=may_file),
    Rule("S06", negotiating, submit, requested, "B6 B7 A5–A10 D3 D4", when=may_file),
    Rule("S07", requested, start_review, reviewing, "B7"),
    Rule("S08", reviewing, approve_refund, refunding, "B7 A6", when=(wants_refund_only,)),
    Rule("S09", reviewing, approve_return, awaiting_return, "B7 A7 A12", when=(wants_return,)),
    Rule("S10", reviewing, reject, rejected, "B8"),
    Rule("S11", requested, review_timeout, refunding, "assumed", when=approves_refund),
    Rule("S12", reviewing, review_timeout, refunding, "assumed", when=approves_refund),
    Rule("S13", requested, review_timeout, awaiting_return, "assumed", when=approves_return),
    Rule("S14", reviewing, review_timeout, awaiting_return, "assumed", when=approves_return),
    Rule("S15", requested, review_timeout, platform_arbitration, "assumed", when=(silence_escalates,)),
    Rule("S16", reviewing, review_timeout, platform_arbitration, "assumed", when=(silence_escalates,)),
    # 4.3 The goods go back
    Rule("S17", awaiting_return, ship_return, return_shipped, "A7 A12", effect=send_goods),
    Rule("S18", awaiting_return, return_timeout, closed, "assumed"),
    Rule("S19", return_shipped, deliver_return, received, "B7 assumed"),
    Rule("S20", return_shipped, lose_return, platform_arbitration, "assumed"),
    Rule("S21", return_shipped, transit_timeout, platform_arbitration, "assumed"),
    Rule("S22", received, confirm_receipt, refunding, "B7 assumed"),
    Rule("S23", received, receipt_timeout, refunding, "assumed"),
    Rule("S24", received, reject_receipt, receipt_rejected, "assumed"),
    # 4.4 After a rejection
    Rule("S25", rejected, resubmit, requested, "assumed", when=(attempts_remain,), effect=take_attempt),
    Rule("S26", rejected, apply_arbitration, platform_arbitration, "B8"),
    Rule("S27", receipt_rejected, apply_arbitration, platform_arbitration, "B8"),
    Rule("S28", rejected, accept_rejection, closed, "assumed"),
    Rule("S29", receipt_rejected, accept_rejection, closed, "assumed"),
    Rule("S30", ruled_against, accept_rejection, closed, "assumed"),
    Rule("S31", rejected, arbitration_request_timeout, closed, "assumed"),
    Rule("S32", receipt_rejected, arbitration_request_timeout, closed, "assumed"),
    # 4.5 Arbitration
    Rule("S33", platform_arbitration, rule_refund, refunding, "B9", when=(goods_settled,)),
    Rule("S34", platform_arbitration, rule_return, awaiting_return, "B9 assumed", when=(goods_with_buyer,)),
    Rule("S35", platform_arbitration, rule_for_merchant, ruled_against, "B9"),
    Rule("S36", platform_arbitration, concede, refunding, "B10 assumed"),
    Rule("S37", platform_arbitration, withdraw, cancelled, "assumed"),
    # 4.6 The last resort
    Rule("S38", ruled_against, complain, escalated, "D7"),
    Rule("S39", ruled_against, complaint_timeout, closed, "assumed"),
    Rule("S40", escalated, grant_refund, refunding, "D7 assumed", when=(goods_settled,)),
    Rule("S41", escalated, grant_return, awaiting_return, "D7 assumed", when=(goods_with_buyer,)),
    Rule("S42", escalated, uphold_rejection, closed, "D7 assumed"),
    # 4.7 What the parties may do along the way
    Rule("S43", draft, cancel, cancelled, "assumed"),
    Rule("S44", negotiating, cancel, cancelled, "assumed"),
    Rule("S45", requested, cancel, cancelled, "assumed"),
    Rule("S46", reviewing, cancel, cancelled, "assumed"),
    Rule("S47", awaiting_return, cancel, cancelled, "assumed"),
    Rule("S48", rejected, cancel, cancelled, "assumed"),
    Rule("S49", escalated, cancel, cancelled, "assumed"),
    Rule("S50", requested, add_evidence, requested, "B9 D1 D5", effect=keep_evidence),
    Rule("S51", reviewing, add_evidence, reviewing, "B9 D1 D5", effect=keep_evidence),
    Rule("S52", rejected, add_evidence, rejected, "B9 D1 D5", effect=keep_evidence),
    Rule("S53", receipt_rejected, add_evidence, receipt_rejected, "B9 D1 D5", effect=keep_evidence),
    Rule("S54", platform_arbitration, add_evidence, platform_arbitration, "B9 D1 D5", effect=keep_evidence),
    Rule("S55", ruled_against, add_evidence, ruled_against, "B9 D1 D5", effect=keep_evidence),
    Rule("S56", escalated, add_evidence, escalated, "B9 D1 D5", effect=keep_evidence),
    Rule("S57", platform_arbitration, add_merchant_evidence, platform_arbitration, "B9 B10 assumed"),
    # 4.8 The money
    Rule("S58", refunding, refund_paid, refunded, "B7 assumed"),
    Rule("S59", refunding, payout_failed, refund_failed, "B7 assumed"),
    Rule("S60", refund_failed, retry_payout, refunding, "B7 assumed"),
)

# 5. Limits
LIMITS: dict[State | tuple[State, ...], Limit] = {
    negotiating: Limit("negotiation_days", cites="assumed"),
    (requested, reviewing): Limit("merchant_review_working_days", cites="assumed"),
    awaiting_return: Limit("return_days", cites="assumed"),
    return_shipped: Limit("transit_days", cites="assumed"),
    received: Limit("receipt_days", cites="assumed"),
    (refunding, refund_failed): Limit("payout_working_days", cites="assumed"),
    rejected: Limit("arbitration_request_days", cites="assumed"),
    receipt_rejected: Limit("arbitration_request_days", cites="assumed"),
    platform_arbitration: Limit("arbitration_working_days", cites="assumed"),
    ruled_against: Limit("complaint_days", cites="assumed"),
    escalated: Limit("escalation_working_days", cites="assumed"),
}


# 6. Facts
@dataclass(frozen=True, slots=True)
class ShopFacts:
    """All that a guard of the shop may read (rules.md § 3)."""

    kind: Kind
    reason: Reason
    goods: Goods
    in_window: bool
    excluded: bool
    amount_ok: bool
    other_case_open: bool
    has_evidence: bool
    on_merchant_silence: Literal["approve", "escalate"]
    attempts_left: Annotated[int, UpTo("max_resubmissions")]
    window_kept: bool = False
    goods_returned: bool = False
    negotiated: bool = False


def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> ShopFacts:
    """The facts of an order and a request at an instant."""
    return ShopFacts(**goods_facts_of(order, request, at, policy), on_merchant_silence=policy.on_merchant_silence)


def example_of(facts: ShopFacts, at: datetime) -> tuple[Order, RefundRequest] | None:
    """An order and a request that have the facts at an instant; None when no order can."""
    return goods_example_of(facts, at, WORKFLOW.key)


FIRST_STATES = (draft, negotiating, requested, reviewing, rejected)
WORKFLOW = Workflow(
    key="third_party",
    label=Text("第三方店铺退款流程", "Refund, a third-party shop"),
    rules=RULES,
    initial=draft,
    facts=ShopFacts,
    facts_of=facts_of,
    example_of=example_of,
    limits=LIMITS,
    law={received: Limit("statutory_refund_days", cites="L1")},
    freight_of=freight_of,
    spine=(PATH_OF_GOODS, (reviewing, rejected, platform_arbitration)),
    accepts=ACCEPTED,
    phases=((FILING, FIRST_STATES), RETURN, (PLATFORM_STEPS_IN, (platform_arbitration, ruled_against, escalated)), PAYOUT),
)
