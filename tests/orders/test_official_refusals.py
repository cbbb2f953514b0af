"""What a support agent reads out where the platform's own table refuses something: one row for every text of its guards, both languages."""

from __future__ import annotations

from typing import Any

import pytest

from refund_fsm import RefundCase
from tests.advice.platform_rows import EXCHANGE, FILED, LONGER, SENT, STEPPED_IN, case, early
from tests.advice.rows import ON_ITS_WAY, UNSHIPPED
from tests.advice.story import details_of
from tests.samples import at

ONLY: dict[str, Any] = {"kind": "refund_only", "reason": "quality"}
LATE: dict[str, Any] = {"opened": "2026-04-06 09:00"}
PDF: dict[str, Any] = {"line": {"electronic": True}}
LOST: dict[str, Any] = {"kind": "refund_only", "reason": "not_received"}
SUBMIT = "2026-03-05 10:00 | buyer | submit"


def on_its_way(order: dict[str, Any] | None = None) -> RefundCase:
    """A refund only of goods that do not come."""
    return case(SUBMIT, order={**ON_ITS_WAY, **(order or {})}, opened="2026-03-05 10:00", **LOST)


def unfiled(order: dict[str, Any] | None = None, **request: Any) -> RefundCase:
    return case(order=order, **{"opened": "2026-03-07 10:00", **request})


ROWS: list[tuple[str, RefundCase, str, str]] = [
    # event, case, what is said in Chinese and in English
    ("approve_refund", case(*FILED), "本次申请的是退货退款：先同意退货，收到货后再退款。",
        "The request is for return and refund: approve the return, and the refund follows once the goods are back."),
    ("approve_refund", case(*FILED, **EXCHANGE), "本次申请的是换货：先同意退货，收到货后换货发货（R14）。",
        "The request is for an exchange: approve the return, then ship the exchange once the goods are back (R14)."),
    ("approve_return", case(*FILED, **ONLY), "本次申请的是仅退款，无需退货，应“同意退款”。",
        "The request is for refund only; nothing is sent back, so approve the refund."),
    ("refund_without_return", case(*FILED, **ONLY), "本次申请的是仅退款，无需退货，应“同意退款”。",
        "The request is for refund only; nothing is sent back, so approve the refund."),
    ("refund_without_return", case(*FILED, **EXCHANGE), "本次申请的是换货，不在这一步退款：商品退回后，由商家换货发货（R14）。",
        "The request is for an exchange, so nothing is refunded at this point: once the goods are back, the merchant ships the exchange "
        "(R14)."),
    ("fast_refund_on_return", case(*SENT, **EXCHANGE), "本次申请的是换货，不在这一步退款：商品退回后，由商家换货发货（R14）。",
        "The request is for an exchange, so nothing is refunded at this point: once the goods are back, the merchant ships the exchange "
        "(R14)."),
    ("fast_refund_on_return", case(*SENT, order={"line": {"no_reason_excluded": True}}),
        "该商品不支持七天无理由，退货途中不适用极速退款（R16）。",
        "This item is excluded from no-reason return, so there is no fast refund on the way back (R16)."),
    ("refuse_by_shipping", case(*FILED), "商品已发货，不能再以发货拒绝；不同意的，请“拒绝申请”并说明理由（R12）。",
        "The goods are shipped already, so shipping refuses nothing; to refuse, reject the request with a note (R12)."),
    ("reject", early(), "发货前的退款不能直接拒绝；不同意的，发货即为拒绝（R12）。",
        "A refund before shipping cannot be rejected; the merchant refuses it by shipping the order (R12)."),
    ("extend_receipt", case(*LONGER), "收货已经延长过一次，不能再延长（R10）。",
        "The receipt was extended once already; there is no second time (R10)."),
    ("fast_refund", early(order={"special_order": True}), "含税、直邮、定制的订单不适用极速退款（R15、R20）。",
        "Taxed, direct-mail and custom orders get no fast refund (R15, R20)."),
    ("fast_refund", case(*FILED, **LOST), "商品已签收，不适用极速退款（R20）。",
        "There is no fast refund here: the goods are signed for (R20)."),
    ("fast_refund", case(*FILED, **ONLY), "申请原因不是“未收到货”、商品已签收，不适用极速退款（R20）。",
        "There is no fast refund here: the reason is not “not received” and the goods are signed for (R20)."),
    ("fast_refund", on_its_way({"cross_border": True, "line": {"no_reason_excluded": True}}),
        "订单是跨境订单、商品不支持七天无理由，不适用极速退款（R20）。",
        "There is no fast refund here: the order crosses the border and the item is excluded from no-reason return (R20)."),
    ("fast_refund", on_its_way({"line": {"paid_fen": 200_001}}), "金额超过2000.00元，不适用极速退款（R20）。",
        "There is no fast refund here: the amount is above 2,000.00 yuan (R20)."),
    ("fast_refund", case(*FILED), "本次申请的是退货退款：先同意退货，收到货后再退款。极速退款只适用于仅退款（R15、R20）。",
        "The request is for return and refund: approve the return, and the refund follows once the goods are back. A fast refund is for "
        "refund only (R15, R20)."),
    ("rule_return", case(*STEPPED_IN), "商品已经寄回，买家手里没有货可退。",
        "The goods were sent back already; the buyer has nothing to return."),
    ("rule_return", case(*FILED, "2026-03-08 10:00 | merchant | reject", "2026-03-09 10:00 | buyer | apply_arbitration", **ONLY),
        "本次申请为仅退款，无需退货。", "The request is for refund only; nothing is sent back."),
    ("rule_refund", case(*FILED, "2026-03-08 10:00 | merchant | reject", "2026-03-09 10:00 | buyer | apply_arbitration"),
        "须先寄回商品，才能判定退款。", "The goods must be sent back before a refund can be granted."),
    ("submit", unfiled(**LATE), "售后期已于2026年4月5日24:00届满：3月6日签收，商品在签收后30天内可以申请（R2）。",
        "The after-sale period ended on 5 April 2026 at 24:00: signed for on 6 March, goods may be claimed within 30 days of the receipt "
        "(R2)."),
    ("submit", unfiled(order=PDF, **LATE, **ONLY), "售后期已于2026年3月21日24:00届满：3月6日签收，电子资料在签收后15天内可以申请（R2）。",
        "The after-sale period ended on 21 March 2026 at 24:00: signed for on 6 March, electronic material may be claimed within 15 days "
        "of the receipt (R2)."),
    ("submit", unfiled(order={"line": {"applications": 5}}), "该商品已申请过5次售后，最多5次，不能再申请（R3）。",
        "After-sales were filed for this item 5 times already, and 5 times is the most (R3)."),
    ("submit", unfiled(kind="exchange", reason="not_received"), "没有收到货，不能换货，请选“仅退款”（R14）。",
        "Goods that never came cannot be exchanged; choose refund only (R14)."),
    ("submit", unfiled(order=UNSHIPPED, kind="exchange"), "商品尚未发货，签收后才能换货（R14）。",
        "The goods are not shipped yet; they can be exchanged once they are signed for (R14)."),
    ("submit", unfiled(kind="refund_only"), "商品已签收，申请原因也不是商品问题，不适用“仅退款”，请选“退货退款”或“换货”（R6、R14）。",
        "The goods are signed for and the reason is no fault of theirs, so refund only does not fit; choose return and refund, or an "
        "exchange (R6, R14)."),
    ("submit", unfiled(order=PDF, reason="quality"), "电子资料没有可退回的货，不能退货或换货，请选“仅退款”。",
        "Electronic material cannot go back, so it is neither returned nor exchanged; choose refund only."),
    ("submit", unfiled(order=PDF, kind="exchange"), "电子资料没有可退回的货，不能退货或换货；商品有问题或未收到的，可以申请“仅退款”。",
        "Electronic material cannot go back, so it is neither returned nor exchanged; for a fault, or where it never came, choose refund "
        "only."),
    ("submit", unfiled(order=PDF, kind="refund_only"),
        "电子资料没有可退回的货，不能退货或换货；已经发货的，只有商品有问题或未收到才能申请“仅退款”。",
        "Electronic material cannot go back, so it is neither returned nor exchanged; once it is sent, a refund only needs a fault, or "
        "that it never came."),
    ("submit", unfiled(order={**PDF, **ON_ITS_WAY}, opened="2026-03-05 10:00", **ONLY),
        "电子资料还没有送达，商品问题要收到后才能确认；一直收不到的，请选“未收到货”（A6、A8）。",
        "The material has not arrived yet; a fault can be claimed once it has. If it never comes, give “not received” as the reason "
        "(A6, A8)."),
]  # fmt: skip  # a table


@pytest.mark.parametrize(("event", "there", "zh", "en"), ROWS)
def test_a_refusal_reads_as_it_should(event: str, there: RefundCase, zh: str, en: str) -> None:
    by = there.workflow.events[event].actor.key
    refusal = there.ask(event, at=there.now, by=by, **details_of(there, event, there.now)).refusal
    assert refusal is not None and refusal.code == "guard_failed"
    assert (refusal.text.zh, refusal.text.en) == (zh, en)


def test_every_guard_that_can_fail_at_an_events_own_place_has_a_row() -> None:
    """But those of the amount and of another case, which all order types share, and those of which one or the other holds."""
    failed = set()
    for event, there, *_ in ROWS:
        verdict = there.ask(event, at=there.now, by=there.workflow.events[event].actor.key, **details_of(there, event, there.now))
        failed |= {guard.name for guard in verdict.refusal.failed_guards} if verdict.refusal else set()
    workflow = ROWS[0][1].workflow
    known = {guard.name for rule in workflow.rules if not rule.by_clock for guard in rule.when}
    assert known - failed == {"amount_within_balance", "no_other_case", "wants_exchange", "exchange_was_sent", "no_exchange_sent"}


def test_what_was_filed_counts_not_where_the_goods_are_by_now() -> None:
    """A fast refund that was refused for the amount is refused for that alone after the goods have come."""
    dear = {"line": {"paid_fen": 200_001}, "signed_at": at("2026-03-06 15:00")}
    there = on_its_way(dear).advance(to=at("2026-03-06 16:00"))
    refusal = there.ask("fast_refund", at=there.now, by="platform").refusal
    assert refusal is not None and refusal.text.en == "There is no fast refund here: the amount is above 2,000.00 yuan (R20)."
