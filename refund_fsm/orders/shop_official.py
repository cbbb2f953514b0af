"""A third-party shop by what Xiaohongshu itself publishes (R1), in the copy of 2026-03-09. Official.md §§ 2–4.

A second edition of the shop's process, beside `third_party`, which is the guide's. Not modelled: a merchant's time that the platform
shortens case by case (R19), guarantees, adjusted amounts, compensation, price protection, cases that the merchant or the service opens,
and changes of type other than from `exchange_to_ship`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

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
    deliver_return,
    draft,
    keep_evidence,
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
    retry_payout,
    return_shipped,
    return_timeout,
    ship_return,
)
from refund_fsm.orders.goods import Goods, Reason, send_goods
from refund_fsm.orders.official import (
    applications_remain,
    exchange_was_sent,
    goods_settled,
    goods_with_buyer,
    has_extension,
    is_cross_border,
    is_fresh,
    kind_fits,
    may_refund_at_once,
    no_exchange_sent,
    not_yet_extended,
    period_open,
    seven_day_goods,
    shipped,
    silence_pays,
    silence_steps_in,
    unshipped,
    wants_exchange,
    wants_goods_back,
    wants_refund_only,
    wants_return,
)
from refund_fsm.orders.official_facts import Kind, LineClass, official_example_of, official_facts_of, official_freight_of
from refund_fsm.orders.phases import EXCHANGE, FILING, PAYOUT, PLATFORM_STEPS_IN, RETURN
from refund_fsm.text import SHANGHAI, Text
from refund_fsm.workflow import CLOCK, Event, Limit, Order, Policy, RefundRequest, Rule, State, Workflow, effect

# 1. States that only this table has
exchange_to_ship = State("exchange_to_ship", "待商家换货发货", "Exchange to be shipped")
exchange_shipped = State("exchange_shipped", "换货运输中", "Exchange shipped")
exchanged = State("exchanged", "换货完成", "Exchanged", final=True, good=True)
platform_arbitration = State("platform_arbitration", "平台介入中", "Platform arbitration")

# 2. Events that only this table has, or that another actor has elsewhere
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
confirm_exchange = Event("confirm_exchange", BUYER, "确认收到换货", "confirm the exchange")
approve_refund = Event("approve_refund", MERCHANT, "同意退款", "approve the refund")
refund_without_return = Event("refund_without_return", MERCHANT, "退款不退货", "refund without the goods")
approve_return = Event("approve_return", MERCHANT, "同意退货", "approve the return")
reject = Event("reject", MERCHANT, "拒绝申请", "reject the request", needs=("note",))
refuse_by_shipping = Event("refuse_by_shipping", MERCHANT, "以发货拒绝", "refuse by shipping the order", needs=("tracking_no",))
extend_receipt = Event("extend_receipt", MERCHANT, "延长收货", "extend the receipt")
confirm_receipt = Event("confirm_receipt", MERCHANT, "确认收到退货", "confirm the receipt")
reject_receipt = Event("reject_receipt", MERCHANT, "拒绝确认收货", "refuse to confirm the receipt", needs=("note",))
ship_exchange = Event("ship_exchange", MERCHANT, "换货发货", "ship the exchange", needs=("tracking_no",))
concede = Event("concede", MERCHANT, "商家同意退款", "concede the refund")
add_merchant_evidence = Event("add_merchant_evidence", MERCHANT, "商家举证", "add the merchant's evidence", needs=("evidence",))
fast_refund = Event("fast_refund", PLATFORM, "极速退款", "refund at once")
fast_refund_on_return = Event("fast_refund_on_return", PLATFORM, "退货极速退款", "refund at once on the way back", needs=("note",))
step_in = Event("step_in", PLATFORM, "平台介入", "step in of itself")
turn_into_refund = Event("turn_into_refund", PLATFORM, "换货转退款", "turn the exchange into a refund")
rule_refund = Event("rule_refund", PLATFORM, "判定退款", "rule for a refund", needs=("note",))
rule_return = Event("rule_return", PLATFORM, "判定退货退款", "rule for return and refund", needs=("note",))
rule_for_merchant = Event("rule_for_merchant", PLATFORM, "判定支持商家", "rule for the merchant", needs=("note",))
review_timeout = Event("review_timeout", CLOCK, "商家超时未处理", "no decision by the merchant in time")
receipt_timeout = Event("receipt_timeout", CLOCK, "商家超时未确认收货", "receipt not confirmed in time")
arbitration_request_timeout = Event("arbitration_request_timeout", CLOCK, "超时未申请介入", "no application for arbitration in time")
exchange_timeout = Event("exchange_timeout", CLOCK, "超时自动确认换货", "exchange confirmed by the clock")


# 3. Effects that only this table has
@effect("extended")
def extend(facts: Any) -> Any:
    return replace(facts, extended=True)


@effect("exchange_sent")
def send_exchange(facts: Any) -> Any:
    return replace(facts, exchange_sent=True)


@effect("kind", "goods_returned", "exchange_sent", "extended")
def make_a_return(facts: Any) -> Any:
    return replace(facts, kind="return_and_refund", goods_returned=False, exchange_sent=False, extended=False)


# 4. The table
may_file = (kind_fits, period_open, applications_remain, amount_within_balance, no_other_case)
RULES = (
    # 4.1 Filing and the answer
    Rule("P01", draft, submit, requested, "R1 R2 R3 A4–A8", when=may_file),
    Rule("P02", requested, fast_refund, refunding, "R15 R20", when=(wants_refund_only, may_refund_at_once)),
    Rule("P03", requested, approve_refund, refunding, "R4 R5", when=(wants_refund_only,)),
    Rule("P04", requested, refund_without_return, refunding, "R7", when=(wants_return,)),
    Rule("P05", requested, approve_return, awaiting_return, "R6 R14 R17", when=(wants_goods_back,)),
    Rule("P06", requested, reject, rejected, "R5 R6 R14", when=(shipped,)),
    Rule("P07", requested, refuse_by_shipping, closed, "R12", when=(unshipped,)),
    Rule("P08", requested, review_timeout, refunding, "R4 R5", when=(wants_refund_only,)),
    Rule("P09", requested, review_timeout, awaiting_return, "R6 R14", when=(wants_goods_back,)),
    # 4.2 The goods go back
    Rule("P10", awaiting_return, ship_return, return_shipped, "R8", effect=send_goods),
    Rule("P11", awaiting_return, return_timeout, closed, "R8"),
    Rule("P12", return_shipped, fast_refund_on_return, refunding, "R16", when=(wants_return, seven_day_goods)),
    Rule("P13", return_shipped, extend_receipt, return_shipped, "R10", when=(not_yet_extended,), effect=extend),
    Rule("P14", return_shipped, deliver_return, received, "R9"),
    Rule("P15", return_shipped, confirm_receipt, refunding, "R9", when=(wants_return,)),
    Rule("P16", received, confirm_receipt, refunding, "R9", when=(wants_return,)),
    Rule("P17", return_shipped, confirm_receipt, exchange_to_ship, "R14", when=(wants_exchange,)),
    Rule("P18", received, confirm_receipt, exchange_to_ship, "R14", when=(wants_exchange,)),
    Rule("P19", return_shipped, receipt_timeout, refunding, "R9 R14", when=(silence_pays,)),
    Rule("P20", received, receipt_timeout, refunding, "R9 R14", when=(silence_pays,)),
    Rule("P21", return_shipped, receipt_timeout, platform_arbitration, "R14", when=(silence_steps_in,)),
    Rule("P22", received, receipt_timeout, platform_arbitration, "R14", when=(silence_steps_in,)),
    Rule("P23", return_shipped, reject_receipt, receipt_rejected, "R13"),
    Rule("P24", received, reject_receipt, receipt_rejected, "R13"),
    # 4.3 After a refusal
    Rule("P25", receipt_rejected, step_in, platform_arbitration, "R13"),
    Rule("P26", rejected, apply_arbitration, platform_arbitration, "R11"),
    Rule("P27", receipt_rejected, apply_arbitration, platform_arbitration, "R11"),
    Rule("P28", exchange_to_ship, apply_arbitration, platform_arbitration, "R11 assumed"),
    Rule("P29", exchange_shipped, apply_arbitration, platform_arbitration, "R11 assumed"),
    Rule("P30", rejected, accept_rejection, closed, "assumed"),
    Rule("P31", receipt_rejected, accept_rejection, closed, "assumed"),
    Rule("P32", rejected, arbitration_request_timeout, closed, "R11"),
    Rule("P33", receipt_rejected, arbitration_request_timeout, platform_arbitration, "R13 assumed"),
    # 4.4 The exchange
    Rule("P34", exchange_to_ship, ship_exchange, exchange_shipped, "R14", effect=send_exchange),
    Rule("P35", exchange_to_ship, turn_into_refund, refunding, "R14 assumed"),
    Rule("P36", exchange_shipped, confirm_exchange, exchanged, "R14"),
    Rule("P37", exchange_shipped, exchange_timeout, exchanged, "R14"),
    # 4.5 Arbitration
    Rule("P38", platform_arbitration, rule_refund, refunding, "R13 B9", when=(goods_settled,)),
    Rule("P39", platform_arbitration, rule_return, awaiting_return, "B9 assumed", when=(goods_with_buyer,), effect=make_a_return),
    Rule("P40", platform_arbitration, rule_for_merchant, closed, "R11 B9", when=(no_exchange_sent,)),
    Rule("P41", platform_arbitration, rule_for_merchant, exchanged, "R14 assumed", when=(exchange_was_sent,)),
    Rule("P42", platform_arbitration, concede, refunding, "B10 assumed"),
    Rule("P43", platform_arbitration, withdraw, cancelled, "assumed", when=(no_exchange_sent,)),
    Rule("P44", platform_arbitration, withdraw, exchanged, "assumed", when=(exchange_was_sent,)),
    # 4.6 What the parties may do along the way
    Rule("P45", draft, cancel, cancelled, "assumed"),
    Rule("P46", requested, cancel, cancelled, "assumed"),
    Rule("P47", awaiting_return, cancel, cancelled, "assumed"),
    Rule("P48", rejected, cancel, cancelled, "assumed"),
    Rule("P49", requested, add_evidence, requested, "A9 D1", effect=keep_evidence),
    Rule("P50", rejected, add_evidence, rejected, "A9 D1", effect=keep_evidence),
    Rule("P51", receipt_rejected, add_evidence, receipt_rejected, "A9 D1", effect=keep_evidence),
    Rule("P52", platform_arbitration, add_evidence, platform_arbitration, "A9 D1", effect=keep_evidence),
    Rule("P53", receipt_rejected, add_merchant_evidence, receipt_rejected, "R13"),
    Rule("P54", platform_arbitration, add_merchant_evidence, platform_arbitration, "R13"),
    # 4.7 The money
    Rule("P55", refunding, refund_paid, refunded, "A13 assumed"),
    Rule("P56", refunding, payout_failed, refund_failed, "A13 assumed"),
    Rule("P57", refund_failed, retry_payout, refunding, "A13 assumed"),
)

# 5. Limits: of several rows, the first whose guards hold counts
EXTENSION: dict[str, Any] = {"plus": "extension_days", "plus_when": has_extension}
LIMITS: dict[State | tuple[State, ...], Limit | tuple[Limit, ...]] = {
    requested: (
        Limit("unshipped_review_hours", "R4 assumed", when=(unshipped,)),
        Limit("fresh_review_hours", "R5 R6", when=(is_fresh,)),
        Limit("shipped_review_hours", "R5 R6"),
    ),
    awaiting_return: Limit("parcel_return_days", "R8"),
    return_shipped: (
        Limit("cross_border_receipt_days", "R9 R10", when=(is_cross_border,), **EXTENSION),
        Limit("parcel_receipt_days", "R9 R10", **EXTENSION),
    ),
    received: Limit("signed_receipt_hours", "R9 assumed"),
    rejected: Limit("arbitration_request_days", "R11"),
    receipt_rejected: Limit("arbitration_request_days", "R11"),
    exchange_to_ship: Limit("exchange_shipping_hours", "R14 assumed"),
    exchange_shipped: Limit("exchange_confirm_days", "R14"),
    platform_arbitration: Limit("arbitration_working_days", "assumed"),
    (refunding, refund_failed): Limit("payout_working_days", "assumed"),
}


# 6. Facts
@dataclass(frozen=True, slots=True)
class OfficialFacts:
    """All that a guard of the platform's own table may read (official.md § 2)."""

    kind: Kind
    reason: Reason
    goods: Goods
    excluded: bool
    amount_ok: bool
    other_case_open: bool
    has_evidence: bool
    in_period: bool
    may_apply: bool
    line_class: LineClass
    fast_refundable: bool
    dear: bool
    goods_returned: bool = False
    exchange_sent: bool = False
    extended: bool = False


def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> OfficialFacts:
    """The facts of an order and a request at an instant."""
    return OfficialFacts(**official_facts_of(order, request, at, policy))


def example_of(facts: OfficialFacts, at: datetime) -> tuple[Order, RefundRequest] | None:
    """An order and a request that have the facts at an instant; None when no order can."""
    return official_example_of(facts, at, WORKFLOW.key)


WORKFLOW = Workflow(
    key="shop_official",
    label=Text("第三方店铺退款流程（平台规则）", "Refund, a third-party shop by the platform's own rules"),
    rules=RULES,
    initial=draft,
    facts=OfficialFacts,
    facts_of=facts_of,
    example_of=example_of,
    limits=LIMITS,
    law={received: Limit("statutory_refund_days", "L1", when=(wants_return,))},
    freight_of=official_freight_of,
    spine=(
        (draft, requested, awaiting_return, return_shipped, received, refunding, refunded),
        (requested, rejected, platform_arbitration),
    ),
    accepts=ACCEPTED,
    phases=(
        (FILING, (draft, requested, rejected)),
        RETURN,
        (EXCHANGE, (exchange_to_ship, exchange_shipped, exchanged)),
        (PLATFORM_STEPS_IN, (platform_arbitration,)),
        PAYOUT,
    ),
    profile="platform",
    holds_from=datetime(2025, 12, 24, tzinfo=SHANGHAI),
)
