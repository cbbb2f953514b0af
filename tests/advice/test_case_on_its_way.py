"""What a case is told on its way and at its end: what it may do next and no more."""

from __future__ import annotations

from typing import Any

import pytest

from refund_fsm.advice import advise
from refund_fsm.advice.texts import TOPICS
from refund_fsm.workflow.catalogue import expand
from tests.advice.asked import said, sources, tips
from tests.advice.situations import CASES, FAULTY, FILE, GRANT, MALL, MALL_NO, SHOP_SENT, Row
from tests.samples import at, case, photo, play


@pytest.mark.parametrize("row", CASES, ids=lambda row: f"{row.order_type}-{row.state}-{row.when}")
def test_a_case_is_told_what_it_allows_and_until_when(row: Row) -> None:
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
    assert {tip.until for tip in tips(advice, "next")} <= {due.at if due and due.at > at(row.when) else None}
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
def test_an_ended_case_is_told_what_is_left_and_no_more(asked: dict[str, Any], rows: tuple[str, ...], when: str, silent: set[str]) -> None:
    """Paid, nothing is left to do; closed without a refund, what a new case could claim, and no payout to wait for."""
    advice = advise(play(case("self_operated", request=asked), *rows), at(when))
    assert {tip.topic for tip in advice.items} == set(TOPICS) - silent
    assert "if granted now" not in said(advice, "money")


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


def test_who_else_may_act_is_what_the_case_allows() -> None:
    lost = play(case(), *SHOP_SENT, "2026-02-15 10:00 | carrier | lose_return")
    told = str(advise(lost, lost.now, "en"))
    assert "rule for a refund" in told
    assert "rule for return and refund" not in told


def test_a_refund_that_came_late_is_not_pressed_for() -> None:
    late = play(case(), *SHOP_SENT, "2026-02-15 10:00 | carrier | deliver_return", "2026-02-20 10:00 | merchant | confirm_receipt")
    assert "press for it" in str(advise(late, at("2026-02-24 10:00"), "en"))
    paid = play(late, "2026-02-24 10:00 | payment | refund_paid")
    told = str(advise(paid, paid.now, "en"))
    assert "press for it" not in told
    assert "came later than the law allows" in told
