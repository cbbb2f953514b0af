"""The advice says what the case would do, with dates, places to tap and sources, in either language."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any, get_args

import pytest

from refund_fsm import Actor, BadData, Event, Limit, Order, Policy, RefundCase, Rule, State, Text, Workflow, orders
from refund_fsm.advice import Advice, AdviceLang, advise, cited
from refund_fsm.advice.scene import Tip
from refund_fsm.advice.texts import TOPICS
from refund_fsm.orders.guidance import guidance_of
from refund_fsm.orders.guidance_common import BUTTONS
from refund_fsm.orders.guidance_texts import GUIDANCE
from refund_fsm.text.text import Lang
from refund_fsm.workflow.catalogue import ASSUMED, CATALOGUE, expand
from refund_fsm.workflow.rows import CLOCK
from tests.samples import at, case, order, photo, play

SHIPPED = {"signed_at": None}
UNSHIPPED = {"shipped_at": None, "signed_at": None}
NO_REASON = {"line": {"no_reason_excluded": True}}


def tips(advice: Advice, topic: str) -> list[Tip]:
    return [tip for tip in advice.items if tip.topic == topic]


def said(advice: Advice, topic: str, lang: Lang = "en") -> str:
    return "\n".join(tip.text.get(lang) for tip in tips(advice, topic))


def sources(advice: Advice) -> set[str]:
    return set(chain.from_iterable(tip.cites for tip in advice.items))


# 1. An order for which nothing was filed
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


@pytest.mark.parametrize(("order_type", "changes", "when", "events", "fits"), ORDERS)
def test_an_order_alone(order_type: str, changes: dict[str, Any], when: str, events: list[str], fits: str) -> None:
    advice = advise(order(order_type, **changes), at(when))
    assert [tip.event for tip in tips(advice, "next")] == events
    assert fits in said(advice, "kind")


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


@pytest.mark.parametrize(("order_type", "changes", "when", "topic", "cites", "text"), PLACES)
def test_what_a_heading_says_and_cites(order_type: str, changes: dict[str, Any], when: str, topic: str, cites: set[str], text: str) -> None:
    advice = advise(order(order_type, **changes), at(when))
    text = text.replace("sold", "由小红书销售和发货")
    assert text in said(advice, topic)
    assert cites <= set(chain.from_iterable(tip.cites for tip in tips(advice, topic)))


def test_a_larger_amount_is_not_called_small() -> None:
    advice = advise(order("third_party", line={"paid_fen": 5001}), at("2026-02-13 09:00"))
    assert [tip.cites for tip in tips(advice, "last_resort")] == [("D7",)]


def test_talking_first_is_advised_where_filing_is_allowed() -> None:
    """B3–B6: filing directly in the shop is allowed; the advice is gone once the merchant was contacted."""
    row = "2026-02-13 11:00 | buyer | contact_merchant"
    draft = case("third_party")
    declined = play(draft, row, "2026-02-13 12:00 | merchant | merchant_decline")
    for one, talk in ((draft, True), (declined, False)):
        [tip] = [tip for tip in tips(advise(one, one.now), "next") if tip.event == "submit"]
        assert ("talk first" in tip.text.en) is talk
        assert ({"B3", "B4", "B5", "D2"} <= set(tip.cites)) is talk
    assert "merchant" in said(advise(declined, declined.now), "barred")


def test_lines_of_which_different_things_are_said_are_named() -> None:
    line = order().lines[0]
    other = line.model_copy(update={"sku": "SKU-2", "title": "蛋糕", "no_reason_excluded": True})
    advice = advise(order().model_copy(update={"lines": (line, other)}), at("2026-02-13 09:00"))
    text = said(advice, "kind")
    assert "“杯子”: For the reason changed mind or wrong size or colour: return and refund." in text
    assert "“蛋糕”: Not possible now for the reason changed mind or wrong size or colour." in text
    assert f"\nFor the reason {FAULT}" in text, "said of both, so without a title"


# 2. The last days
WINDOWS = [
    # policy                                                         the judged last day
    (Policy.guide(), "18 February 2026 at 24:00; requests are judged by this"),
    (Policy.statute(), "24 February 2026 at 24:00; requests are judged by this"),
    (Policy(window_starts="next_day"), "by the policy in use: until 19 February 2026 at 24:00; requests are judged by this"),
]


@pytest.mark.parametrize(("policy", "judged"), WINDOWS)
@pytest.mark.parametrize("order_type", ["self_operated", "third_party"])
def test_both_readings_of_the_window(order_type: str, policy: Policy, judged: str) -> None:
    advice = advise(order(order_type), at("2026-02-13 09:00"), policy=policy)
    guide, law, *_, fault = tips(advice, "deadline")
    assert (guide.until, guide.cites) == (at("2026-02-19 00:00"), ("D4",))
    assert "2026年2月18日24:00" in guide.text.zh
    assert (law.until, law.cites) == (at("2026-02-25 00:00"), ("L1", "L3", "L4", "L5"))
    assert "最晚2026年2月24日24:00" in law.text.zh
    assert "若不顺延，最晚2026年2月19日24:00" in law.text.zh
    assert (fault.until, fault.cites) == (at("2026-02-25 00:00"), ("L2", "L4"))
    assert judged in said(advice, "deadline")
    assert said(advice, "deadline").count("judged by this") == 1


FAULTS = [
    # asked at            the fault tip
    ("2026-02-24 23:59", "claim it before"),
    ("2026-02-25 00:00", "more than seven days have passed since signing"),
]


@pytest.mark.parametrize(("when", "text"), FAULTS)
def test_a_late_fault_claim_is_warned_of(when: str, text: str) -> None:
    one = case("self_operated", request={"reason": "quality"})
    advice = advise(one, at(when))
    assert text in said(advice, "deadline")
    assert "submit" in {tip.event for tip in tips(advice, "next")}
    filed = one.apply("submit", at=at(when), by="buyer")
    warned = "more than seven days" in said(advise(filed, at("2026-03-10 09:00")), "deadline")
    assert warned is (when >= "2026-02-25"), "what counts is when it was claimed"


# 3. A case on its way
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
SHOP_BACK = (*SHOP, "2026-02-13 12:00 | merchant | approve_return", *SENT)
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
    Row("self_operated", MALL_NO, "2026-02-21 00:00", "closed", (), "D7", "The case has ended; if need be, file a new one."),
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


@pytest.mark.parametrize("row", CASES, ids=lambda row: f"{row.order_type}-{row.state}-{row.when}")
def test_a_case(row: Row) -> None:
    start = row.case()
    before = start.to_json()
    advice = advise(start, at(row.when))
    assert start.to_json() == before, "advice changes nothing"
    there = start.advance(to=at(row.when))
    assert there.state.key == row.state
    allowed = {verdict.event for verdict in there.actions(at=at(row.when), by="buyer") if verdict.allowed}
    assert {tip.event for tip in tips(advice, "next")} == allowed == set(row.events)
    assert set(expand(row.cites)) <= sources(advice)
    assert row.text in "\n".join(tip.text.en for tip in advice.items)
    due = there.due
    assert {tip.until for tip in tips(advice, "next")} <= {due.at if due else None}
    assert (due is None) or due.at in {tip.until for tip in tips(advice, "deadline")}


@pytest.mark.parametrize(
    "row",
    [row for row in CASES if row.state == "draft" and row.order_type != "virtual" and "submit" not in row.events],
    ids=lambda row: f"{row.order_type}-{row.when}",
)
def test_a_refused_filing_is_explained(row: Row) -> None:
    start = row.case().advance(to=at(row.when))
    refusal = start.ask("submit", at=at(row.when), by="buyer").refusal
    assert refusal is not None
    [tip] = [tip for tip in tips(advise(start, at(row.when)), "barred") if tip.event == "submit"]
    assert tip.text == refusal.text
    assert tip.cites
    assert all(id in tip.text.en for id in tip.cites)


def test_evidence_that_was_brought_is_not_asked_for_again() -> None:
    one = case("third_party")
    assert "No evidence yet" in said(advise(one, one.now), "evidence")
    one = play(one, FILE, "2026-02-13 11:00 | buyer | add_evidence")
    assert "Brought so far: photo." in said(advise(one, one.now), "evidence")
    one = case("third_party", request={"evidence": (photo("2026-02-14 12:00"),)})
    assert "No evidence yet" in said(advise(one, at("2026-02-14 11:00")), "evidence"), "what is brought later is not there yet"


ENDS: list[tuple[dict[str, Any], tuple[str, ...], str, set[str]]] = [
    # request, steps, asked at, headings of which nothing is left to say
    (FAULTY, (*MALL, *GRANT, "2026-02-24 12:00 | payment | refund_paid"), "2026-02-25 12:00",
        {"next", "barred", "kind", "evidence", "deadline", "last_resort"}),
    ({}, MALL_NO, "2026-02-21 00:00", {"next", "barred", "evidence"}),
]  # fmt: skip  # a table


@pytest.mark.parametrize(("asked", "rows", "when", "silent"), ENDS)
def test_an_ended_case(asked: dict[str, Any], rows: tuple[str, ...], when: str, silent: set[str]) -> None:
    """Paid, nothing is left to do; closed without a refund, what a new case could claim, and no payout to wait for."""
    advice = advise(play(case("self_operated", request=asked), *rows), at(when))
    assert {tip.topic for tip in advice.items} == set(TOPICS) - silent
    assert "if granted now" not in said(advice, "money")


def test_a_reason_that_is_refused_has_the_refusal_of_its_nearest_kind() -> None:
    """Out of the window a change of mind fails by the window alone as a return, and by more as a refund only."""
    advice = advise(order("self_operated"), at("2026-02-19 00:00"))
    [line] = [tip.text.en for tip in tips(advice, "kind") if "Not possible now for the reason changed mind" in tip.text.en]
    assert line.endswith("wrong size or colour. The seven-day window ended on 18 February 2026 at 24:00; signed on 12 February, counted "
                         "from the signing day (D4).")  # fmt: skip  # one sentence


def test_a_window_is_over_at_its_end() -> None:
    for when, over in (("2026-02-18 23:59", False), ("2026-02-19 00:00", True)):
        guide, law, *_ = tips(advise(order("third_party"), at(when)), "deadline")
        assert ("that is over" in guide.text.en) is ("已过" in guide.text.zh) is over
        assert "over" not in law.text.en.replace("rolls over", "").replace("roll-over", "")


# 4. In general
def everything() -> list[Advice]:
    found = [advise(order(kind, **changes), at(when)) for kind, changes, when, *_ in ORDERS]
    found += [advise(order(kind, **changes), at(when)) for kind, changes, when, *_ in PLACES]
    found += [advise(order("third_party", line={"paid_fen": 100}), at("2026-02-13 09:00"), policy=policy) for policy, _ in WINDOWS]
    found += [advise(case("third_party", request={"reason": "quality"}), at("2026-03-01 09:00"))]
    return found + [advise(row.case(), at(row.when)) for row in CASES]


def test_both_languages_are_said_and_neither_is_mixed_into_the_other() -> None:
    for tip in chain.from_iterable(advice.items for advice in everything()):
        assert tip.topic in TOPICS
        assert re.search(r"[\u4e00-\u9fff]", tip.text.zh), tip
        assert not re.search(r"[A-Za-z]{2,}|\{|\}", tip.text.zh), tip
        english = tip.text.en
        for name in sorted((*BUTTONS, "杯子", "☰"), key=len, reverse=True):
            english = english.replace(name, "")
        assert re.search(r"[A-Za-z]{2,}", english), tip
        assert not re.search(r"[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]|\{|\}|\.\.", english), tip
        assert set(tip.cites) <= {*CATALOGUE, ASSUMED}, tip
        assert len(set(tip.cites)) == len(tip.cites), tip


def test_the_advice_cites_all_that_it_says_it_can() -> None:
    """Whatever `cited` promises is said to somebody: no text is dead."""
    assert cited() - set(chain.from_iterable(sources(advice) for advice in everything())) == set()


def test_every_id_of_the_guide_is_used() -> None:
    used: set[str] = set(cited())
    for key in orders.keys():  # a function of the registry, no dict
        flow = orders.get(key)
        used |= set(chain.from_iterable(rule.sources for rule in flow.rules))
        used |= set(chain.from_iterable(expand(event.how_cites) for event in flow.events.values()))
        used |= set(chain.from_iterable(expand(limit.cites) for limit in (*flow.limits.values(), *flow.law.values())))
    used |= set(chain.from_iterable(expand(Policy.cites_of(field)) for field in Policy.model_fields))
    used |= set(re.findall(r"\b[A-DLS]\d+x?\b", orders.order_type_of.__doc__ or ""))
    assert used == {*CATALOGUE, ASSUMED}


def test_cited_is_read_off_the_texts() -> None:
    assert cited() >= {"A2", "B2", "C6", "D6", "S1", "S2", "S3", "L5"}
    assert ASSUMED not in cited()


@pytest.mark.parametrize("key", orders.keys())
def test_guidance_names_only_what_its_workflow_has(key: str) -> None:
    flow, guide = orders.get(key), GUIDANCE[key]
    domains = flow.domains(Policy.guide())
    assert guidance_of(flow) is guide
    assert set(guide.states) <= set(flow.states)
    assert set(guide.asks) <= set(flow.events)
    assert {*guide.better_first, *(first for first, _ in guide.better_first.values())} <= set(flow.events)
    assert set(guide.reasons) == set(domains["reason"])
    assert set(guide.kinds) == set(domains.get("kind", ()))
    assert set(guide.goods) == set(domains.get("goods", ()))
    assert guide.faults <= set(domains["reason"])


@pytest.mark.parametrize("lang", get_args(AdviceLang))
def test_it_reads_in_the_languages_asked_for(lang: AdviceLang) -> None:
    one = case("third_party")
    advice = advise(one, one.now, lang)
    text, data = str(advice), json.loads(json.dumps(advice.to_dict(), ensure_ascii=False))
    wanted: tuple[Lang, ...] = ("zh", "en") if lang == "both" else (lang,)
    assert data["order_type"] == advice.order_type == "third_party"
    assert (data["at"], data["lang"], len(data["items"])) == (one.now.isoformat(), lang, len(advice.items))
    for tip, item in zip(advice.items, data["items"], strict=True):
        assert item["text"] == {each: tip.text.get(each) for each in wanted}
        assert (item["cites"], item["event"]) == (list(tip.cites), tip.event)
        assert item["until"] == (tip.until.isoformat() if tip.until else None)
        assert all(tip.text.get(each) in text for each in wanted)
    headings = re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    present = [heading for topic, heading in TOPICS.items() if tips(advice, topic)]
    assert headings == [" / ".join(heading.get(each) for each in wanted) for heading in present]
    assert ("What to do next" in text) is ("en" in wanted)
    assert ("下一步" in text) is ("zh" in wanted)


class Unfit:
    """Neither a case nor an order."""


BAD: list[tuple[str, Any, datetime, dict[str, Any]]] = [
    # field               subject               at                            more
    ("lang", order(), at("2026-02-13 09:00"), {"lang": "fr"}),
    ("subject", Unfit(), at("2026-02-13 09:00"), {}),
    ("at", order(), datetime(2026, 2, 13), {}),  # noqa: DTZ001  # the refusal of a naive instant is the point
    ("at", order(), at("2026-02-10 09:59"), {}),
    ("at", case(), at("2026-02-13 09:59"), {}),
    ("policy", case(), at("2026-02-13 10:00"), {"policy": Policy.guide()}),
    ("order_type", order("loan", shipped_at=None, signed_at=None), at("2026-02-13 10:00"), {}),
    ("order.order_type", order(), at("2026-02-13 10:00"), {"workflow": orders.get("virtual")}),
]


@pytest.mark.parametrize(("field", "subject", "when", "more"), BAD)
def test_bad_data_is_named(field: str, subject: Any, when: datetime, more: dict[str, Any]) -> None:
    with pytest.raises(BadData) as caught:
        advise(subject, when, **more)
    assert caught.value.field == field
    if field == "lang":
        assert all(choice in caught.value.expected for choice in ("'zh'", "'en'", "'both'"))


# 5. A user's own workflow
@dataclass(frozen=True)
class LoanFacts:
    late: bool


def _late(one: Order, _request: object, _at: datetime, _policy: Policy) -> LoanFacts:
    return LoanFacts(late=bool(one.attributes["late"]))


reader, desk = Actor("reader", "读者", "reader"), Actor("desk", "服务台", "desk")
lent, asked, back = State("lent", "借出中", "Lent"), State("asked", "申请中", "Asked"), State("back", "已归还", "Returned", final=True)
ask_more = Event("ask_more", reader, "申请续借", "ask for more time", needs=("note",), files=True, how=Text("到服务台", "go to the desk"))
refuse = Event("refuse", desk, "不同意", "refuse")
lapse = Event("lapse", CLOCK, "到期收回", "call in")


def loan(key: str = "loan") -> Workflow:
    return Workflow(
        key=key,
        label=Text("借书流程", "Lending"),
        rules=(
            Rule("K1", lent, ask_more, asked, "assumed"),
            Rule("K2", asked, refuse, lent, "assumed"),
            Rule("K3", lent, lapse, back, "assumed"),
        ),
        initial=lent,
        facts=LoanFacts,
        facts_of=_late,
        example_of=lambda *_: None,
        limits={lent: Limit("loan_days", "assumed", 10), asked: Limit("answer_days", "assumed", 2)},
    )


def test_a_workflow_of_ones_own_gets_general_advice() -> None:
    flow = loan()
    one = order("loan", shipped_at=None, signed_at=None, attributes={"late": False})
    [process, todo] = advise(one, at("2026-02-13 10:00"), workflow=flow).items
    assert process.text == Text("适用“借书流程”。", "The process “Lending” applies.")
    assert todo.text == Text("申请续借：到服务台。须提供说明。", "Ask for more time: go to the desk. It needs a note.")
    changes: dict[str, Any] = {
        "order": {"shipped_at": None, "signed_at": None, "attributes": {"late": False}},
        "request": {"kind": None, "reason": "more"},
    }
    held = case("loan", workflow=flow, **changes)
    advice = advise(held, at("2026-02-14 10:00"))
    assert [(tip.event, tip.until) for tip in tips(advice, "next")] == [("ask_more", at("2026-02-24 00:00"))]
    assert "“Lent” lasts until 23 February 2026 at 24:00 at most (10 days): then “call in” follows" in said(advice, "deadline")
    waiting = held.apply("ask_more", at=at("2026-02-14 10:00"), by="reader", note="还没读完")
    advice = advise(waiting, at("2026-02-17 00:00"))
    assert "The desk is overdue: “Asked” should have been over by 16 February 2026 at 24:00." in said(advice, "deadline")
    assert "借书" in str(advice)
    with pytest.raises(BadData, match="not before the order was paid"):
        advise(one, at("2026-02-10 09:59"), workflow=flow)
    assert advise(held, at("2026-03-14 10:00")).items


def test_guidance_is_for_the_registered_table_alone() -> None:
    """A table of one's own under a registered key may lack the events that the guidance names."""
    assert guidance_of(loan("third_party")) is None
    assert all(guidance_of(orders.get(key)) for key in orders.keys())  # a function of the registry, no dict


def test_notice_in_time_keeps_the_reasons_open() -> None:
    talked = play(case(opened="2026-02-18 22:00"), "2026-02-18 23:00 | buyer | contact_merchant")
    taken = "以“不想要了或尺码/颜色不合适”为由，可以申请退货退款"
    told = str(advise(talked, at("2026-02-19 10:00")))
    assert talked.advance(to=at("2026-02-19 10:00")).ask("submit", at=at("2026-02-19 10:00"), by="buyer").allowed
    assert taken in told
    assert "The merchant was contacted in time, so the right is kept. [L3]" in told
    fresh = str(advise(case(opened="2026-02-19 10:00"), at("2026-02-19 10:00")))
    assert taken not in fresh
    assert "contacted in time" not in fresh


def test_who_else_may_act_is_what_the_case_allows() -> None:
    shipped = play(
        case(),
        "2026-02-13 10:00 | buyer | submit",
        "2026-02-13 11:00 | merchant | start_review",
        "2026-02-13 12:00 | merchant | approve_return",
        "2026-02-14 10:00 | buyer | ship_return",
        "2026-02-15 10:00 | carrier | lose_return",
    )
    told = str(advise(shipped, shipped.now, "en"))
    assert "rule for a refund" in told
    assert "rule for return and refund" not in told


def test_a_refund_that_came_late_is_not_pressed_for() -> None:
    late = play(
        case(),
        "2026-02-13 10:00 | buyer | submit",
        "2026-02-13 11:00 | merchant | start_review",
        "2026-02-13 12:00 | merchant | approve_return",
        "2026-02-14 10:00 | buyer | ship_return",
        "2026-02-15 10:00 | carrier | deliver_return",
        "2026-02-20 10:00 | merchant | confirm_receipt",
    )
    assert "press for it" in str(advise(late, at("2026-02-24 10:00"), "en"))
    paid = play(late, "2026-02-24 10:00 | payment | refund_paid")
    told = str(advise(paid, paid.now, "en"))
    assert "press for it" not in told
    assert "came later than the law allows" in told
