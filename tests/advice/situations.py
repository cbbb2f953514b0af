"""Tables of situations in which advice is asked, with what must be said: orders alone, their headings, windows, cases on their way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from refund_fsm import Policy, RefundCase
from tests.samples import at, case, play

SHIPPED = {"signed_at": None}
UNSHIPPED = {"shipped_at": None, "signed_at": None}
NO_REASON = {"line": {"no_reason_excluded": True}}
FAULT = "quality problem, damaged, not as described or wrong item"
TALK = ["contact_merchant", "submit"]
ORDERS: list[tuple[str, dict[str, Any], str, list[str], str]] = [
    # type            order       at                  filing events      what is said about the kinds
    ("self_operated", UNSHIPPED, "2026-02-11 09:00", ["submit"], "changed mind, wrong size or colour or not shipped: refund only."),
    ("self_operated", SHIPPED, "2026-02-12 09:00", ["submit"], "changed mind or wrong size or colour: return and refund."),
    ("self_operated", SHIPPED, "2026-02-12 09:00", ["submit"], f"reason {FAULT}. The goods are shipped and not yet signed for"),
    ("self_operated", {}, "2026-02-15 09:00", ["submit"], "changed mind or wrong size or colour: return and refund."),
    ("self_operated", {}, "2026-02-15 09:00", ["submit"], f"For the reason {FAULT}: refund only or return and refund."),
    ("self_operated", {}, "2026-02-19 00:00", ["submit"], "The seven-day window ended on 18 February 2026 at 24:00; signed on 12 February"),
    ("third_party", UNSHIPPED, "2026-02-11 09:00", TALK, "or not shipped: refund only."),
    ("third_party", SHIPPED, "2026-02-12 09:00", TALK, "For the reason not received: refund only."),
    ("third_party", {}, "2026-02-18 23:59", TALK, "changed mind or wrong size or colour: return and refund."),
    ("third_party", {}, "2026-02-19 00:00", TALK, "Not possible now for the reason changed mind or wrong size or colour"),
    ("third_party", NO_REASON, "2026-02-13 09:00", TALK, "“杯子” has no no-reason right."),
    ("third_party", NO_REASON, "2026-02-13 09:00", TALK, "only a fault can be claimed"),
    ("third_party", {"line": {"refunded_fen": 9900}}, "2026-02-13 09:00", [], "Nothing is left to refund on this item (A10)."),
    ("virtual", {}, "2026-02-10 20:00", ["contact_support"], "on the ground: bought by mistake, no benefit used or the platform's fault."),
    ("virtual", {}, "2026-02-11 10:00", ["contact_support"], "must be reported less than 24 hours after the payment (C4)"),
    ("virtual", {"benefits_used": True}, "2026-02-10 20:00", ["contact_support"], "on the ground: the platform's fault."),
    ("virtual", {"benefits_used": True}, "2026-02-10 20:00", ["contact_support"], "For changed mind one may ask, but as a rule in vain."),
]  # fmt: skip  # a table

PLACES: list[tuple[str, dict[str, Any], str, str, set[str], str]] = [
    # type             order                             at                  heading     cited                 said
    ("self_operated", {}, "2026-02-13 09:00", "process", {"A1", "A2", "A3", "A4"}, "sold"),
    ("third_party", {}, "2026-02-13 09:00", "process", {"B1", "B2", "B3", "B7", "B8"}, "申请平台介入"),
    ("virtual", {}, "2026-02-13 09:00", "process", {"C1", "C6", "C7"}, "我的钱包"),
    ("self_operated", {}, "2026-02-13 09:00", "money", {"S1", "A13", "L1"}, "The platform refunds"),
    ("third_party", {}, "2026-02-13 09:00", "money", {"S2", "L1"}, "The merchant refunds, the platform arbitrates"),
    ("virtual", {}, "2026-02-13 09:00", "money", {"S3"}, "case by case"),
    ("self_operated", UNSHIPPED, "2026-02-11 09:00", "standing", {"D3", "A6"}, "have not been shipped"),
    ("self_operated", SHIPPED, "2026-02-12 09:00", "standing", {"D4"}, "on their way"),
    ("self_operated", {}, "2026-02-12 10:00", "standing", {"D4", "L5"}, "signed for on 12 February 2026"),
    ("virtual", {"activated_at": at("2026-02-10 11:00")}, "2026-02-10 11:00", "standing", {"C2"}, "Activated on 10 February 2026 at 11:00"),
    ("virtual", {"activated_at": at("2026-02-10 11:00")}, "2026-02-10 10:59", "standing", {"C2", "C4"}, "Not activated yet"),
    ("third_party", {}, "2026-02-13 09:00", "evidence", {"D1", "D2", "D5", "A9"}, "unboxing video above all"),
    ("self_operated", {}, "2026-02-13 09:00", "kind", {"A5", "A6", "A7", "A7x", "A8", "A10", "D3", "L2"}, "the seller pays (for quality"),
    ("third_party", {}, "2026-02-13 09:00", "law", {"L1", "L2"}, "seven days of receipt"),
    ("third_party", {"line": {"paid_fen": 5000}}, "2026-02-13 09:00", "last_resort", {"D6", "D7"}, "at most 50.00 yuan"),
    ("third_party", {"payment_method": "alipay"}, "2026-02-13 09:00", "money", {"A13"}, "(Alipay)"),
]  # fmt: skip  # a table

WINDOWS = [
    # policy                                                         the judged last day
    (Policy.guide(), "18 February 2026 at 24:00; requests are judged by this"),
    (Policy.statute(), "24 February 2026 at 24:00; requests are judged by this"),
    (Policy(window_starts="next_day"), "by the policy in use: until 19 February 2026 at 24:00; requests are judged by this"),
]


@dataclass(frozen=True)
class Row:
    """A case, the instant at which advice is asked, and what the advice must hold."""

    order_type: str
    rows: tuple[str, ...]
    when: str
    state: str
    events: tuple[str, ...]
    cites: str
    text: str
    request: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)

    def case(self) -> RefundCase:
        return play(case(self.order_type, request=self.request, order=self.changes), *self.rows)


FILE = "2026-02-13 10:00 | buyer | submit"
MALL = (FILE, "2026-02-13 11:00 | platform | start_review")
SHOP = (FILE, "2026-02-13 11:00 | merchant | start_review")
CARD = ("2026-02-13 10:00 | buyer | contact_support", "2026-02-13 11:00 | platform | start_review")
NO = "| reject"
MALL_NO, SHOP_NO, CARD_NO = (
    (*way, f"2026-02-13 12:00 | {by} {NO}") for way, by in ((MALL, "platform"), (SHOP, "merchant"), (CARD, "platform"))
)
GRANT = ("2026-02-13 12:00 | platform | approve_refund",)
FAULTY = {"kind": "refund_only", "reason": "quality"}
SENT = ("2026-02-14 10:00 | buyer | ship_return", "2026-02-16 10:00 | carrier | deliver_return")
MALL_BACK = (*MALL, "2026-02-13 12:00 | platform | approve_return", *SENT)
SHOP_SENT = (*SHOP, "2026-02-13 12:00 | merchant | approve_return", SENT[0])
SHOP_BACK = (*SHOP_SENT, SENT[1])
ARBITRATED = (*SHOP_NO, "2026-02-13 13:00 | buyer | apply_arbitration")
PRESSED = "is overdue"
CASES = [
    # type, steps, asked at, state, next events, cites among others, said
    Row("self_operated", (), "2026-02-13 10:00", "draft", ("submit", "cancel"), "A1–A5 A8 A10 D4 L1 L3 L4 L5",
        "File the request: Me → ☰ → My orders"),
    Row("self_operated", (), "2026-02-19 00:00", "draft", ("cancel",), "D4", "The seven-day window ended on 18 February 2026 at 24:00"),
    Row("self_operated", (), "2026-02-13 10:00", "draft", ("cancel",), "A6 D3", "choose refund only", changes=UNSHIPPED),
    Row("self_operated", (FILE,), "2026-02-13 10:00", "requested", ("cancel", "add_evidence"), "A11",
        "Now it is up to the platform: start the review."),
    Row("self_operated", MALL, "2026-02-13 11:00", "reviewing", ("cancel", "add_evidence"), "A9 A11 D1 D5",
        "should be over by 25 February 2026 at 24:00 (3 working days)"),
    Row("self_operated", MALL, "2026-02-26 00:00", "reviewing", ("cancel", "add_evidence"), "A11",
        "The platform is overdue: “Under review” should have been over by 25 February 2026 at 24:00."),
    Row("self_operated", (*MALL, "2026-02-13 12:00 | platform | request_evidence"), "2026-02-13 13:00", "awaiting_evidence",
        ("supply_evidence", "cancel"), "A4 A9 D1", "lasts until 15 February 2026 at 12:00 at most (48 hours)"),
    Row("self_operated", MALL_BACK[:3], "2026-02-14 09:00", "awaiting_return", ("ship_return", "cancel"), "A7 A12 L1",
        "lasts until 20 February 2026 at 24:00 at most (7 days): then “not sent back in time” follows by the clock, and the case becomes "
        "“Closed without refund”."),
    Row("self_operated", MALL_BACK, "2026-02-16 11:00", "received", (), "A13 L1",
        "By law the refund is due within 7 days of receiving the return: by 23 February 2026 at 24:00."),
    Row("self_operated", MALL_BACK, "2026-02-24 00:00", "received", (), "A13 L1", "the law's term for the refund"),
    Row("self_operated", (*MALL_BACK, "2026-02-17 09:00 | platform | fail_inspection"), "2026-02-17 10:00", "receipt_rejected",
        ("complain", "accept_rejection", "add_evidence"), "D7 D1", "The inspection failed"),
    Row("self_operated", MALL_NO, "2026-02-13 13:00", "rejected",
        ("resubmit", "complain", "accept_rejection", "cancel", "add_evidence"), "D7 D1", "lasts until 20 February 2026 at 24:00"),
    Row("self_operated", (*MALL_NO, "2026-02-13 13:00 | buyer | complain"), "2026-02-13 13:00", "escalated",
        ("cancel", "add_evidence"), "D7", "Now it is up to the platform"),
    Row("self_operated", (*MALL, *GRANT), "2026-02-13 12:00", "refunding", (), "A13 S1",
        "99.00 yuan should be there by 2 March 2026 at 24:00 at the latest.", request=FAULTY),
    Row("self_operated", (*MALL, *GRANT), "2026-03-03 00:00", "refunding", (), "A13", "The payment channel is overdue", request=FAULTY),
    Row("self_operated", (*MALL, *GRANT, "2026-02-24 12:00 | payment | refund_paid"), "2026-03-13 12:00", "refunded", (), "A13",
        "99.00 yuan was refunded on 24 February 2026 at 12:00.", request=FAULTY),
    Row("self_operated", MALL_NO, "2026-02-21 00:00", "closed", (), "D7", "If need be, file a new one."),
    Row("third_party", (), "2026-02-13 10:00", "draft", ("contact_merchant", "submit", "cancel"), "B1–B8 D2 S2", "talk first"),
    Row("third_party", (), "2026-02-13 10:00", "draft", ("contact_merchant", "submit", "cancel"), "D4", "waybill", changes=SHIPPED),
    Row("third_party", (), "2026-02-19 00:00", "draft", ("contact_merchant", "cancel"), "D4", "window ended on 18 February"),
    Row("third_party", ("2026-02-13 10:00 | buyer | contact_merchant",), "2026-02-13 10:00", "negotiating",
        ("submit", "cancel"), "B4 B5 B6 D2 D5 L3", "lasts until 15 February 2026 at 24:00 at most (2 days)"),
    Row("third_party", SHOP, "2026-02-13 11:00", "reviewing", ("cancel", "add_evidence"), "B7 B9",
        "and the case becomes “Awaiting return”"),
    Row("third_party", SHOP_NO, "2026-02-13 12:00", "rejected",
        ("resubmit", "apply_arbitration", "accept_rejection", "cancel", "add_evidence"), "B8 B9 D5", "ask the platform to step in"),
    Row("third_party", SHOP_BACK, "2026-02-16 11:00", "received", (), "B7 L1", "by 23 February 2026 at 24:00"),
    Row("third_party", ARBITRATED, "2026-02-13 13:00", "platform_arbitration", ("withdraw", "add_evidence"), "B9 B10 B11",
        "should be over by 2 March 2026 at 24:00 (7 working days)"),
    Row("third_party", ARBITRATED, "2026-03-03 00:00", "platform_arbitration", ("withdraw", "add_evidence"), "B9 B10 B11",
        "The platform or merchant is overdue"),
    Row("third_party", (*ARBITRATED, "2026-02-14 09:00 | platform | rule_for_merchant"), "2026-02-14 10:00", "ruled_against",
        ("accept_rejection", "complain", "add_evidence"), "D7", "call the official hotline"),
    Row("third_party", (*SHOP, "2026-02-13 12:00 | merchant | approve_refund"), "2026-03-03 00:00", "refunding", (), "S2",
        PRESSED, request=FAULTY),
    Row("third_party", ("2026-02-13 11:00 | buyer | cancel",), "2026-02-13 12:00", "cancelled", (), "A5 D7", "file a new one"),
    Row("virtual", (), "2026-02-13 10:00", "draft", ("contact_support", "cancel"), "C1 C2 C3 C5 C6 C7 S3", "customer service's discretion"),
    Row("virtual", CARD, "2026-02-13 11:00", "reviewing", ("cancel", "add_evidence"), "C7 D5", "case by case"),
    Row("virtual", (*CARD, "2026-02-13 12:00 | platform | request_evidence"), "2026-02-13 12:00", "awaiting_evidence",
        ("supply_evidence", "cancel"), "C7 D1", "15 February 2026 at 12:00"),
    Row("virtual", CARD_NO, "2026-02-13 12:00", "rejected",
        ("complain", "accept_rejection", "cancel", "add_evidence"), "C7 D7", "20 February 2026"),
    Row("virtual", (*CARD, *GRANT), "2026-03-03 00:00", "refunding", (), "S3 A13", PRESSED),
    Row("virtual", (*CARD, *GRANT, "2026-02-14 09:00 | payment | payout_failed"), "2026-02-14 10:00", "refund_failed", (), "A13",
        "the same refund is never paid twice"),
]  # fmt: skip  # a table
