"""What buyer, merchant and platform are told by the platform's own rules: limits and why they end then, what is left, what is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from refund_fsm import Limit, Policy, RefundCase, orders
from refund_fsm.advice import advise
from refund_fsm.orders.official import is_fresh
from refund_fsm.orders.official_facts import groundless_until, period_end
from tests.advice.asked import said, sources, tips
from tests.advice.platform_rows import AGAIN, ALONE, BUYER, EXCHANGE, FILED, KEY, OTHERS, SENT, case, early, one
from tests.advice.rows import Told, check
from tests.samples import at


@pytest.mark.parametrize("row", [*ALONE, *BUYER, *OTHERS], ids=lambda row: row.name)
def test_what_is_said_is_right(row: Told) -> None:
    check(row)
    assert not row.cites or row.cites in sources(row.advice())


def test_the_period_and_the_days_without_a_reason_are_dated_and_named() -> None:
    order = one()
    advice = advise(order, at("2026-03-07 10:00"))
    found = {tip.deadline: tip.until for tip in tips(advice, "deadline") if tip.deadline}
    assert found == {
        "after_sale_days": period_end(order, order.lines[0], Policy.platform()),
        "R17": groundless_until(order),
    }
    assert found == {"after_sale_days": at("2026-04-06 00:00"), "R17": at("2026-03-14 00:00")}


def test_the_days_of_the_policy_are_what_is_told() -> None:
    policy = Policy.platform().model_copy(update={"after_sale_days": 10, "max_applications": 1, "extension_days": 3, "dear_fen": 100})
    advice = advise(one(), at("2026-03-07 10:00"), policy=policy)
    assert "within 10 days of the signing, until 16 March 2026" in said(advice, "deadline")
    assert "At most one after-sales" in said(advice, "kind")
    sent = case(*SENT, policy=policy, **EXCHANGE)
    assert "by up to 3 days" in said(advise(sent, sent.now), "standing")
    assert "an order above 1.00 yuan" in said(advise(sent, sent.now), "deadline")


def test_a_case_that_a_ruling_changed_is_about_what_it_is_now() -> None:
    again = case(*AGAIN, **EXCHANGE)
    advice = advise(again, again.now)
    assert {tip.kind for tip in advice.items if tip.state is not None} - {None} == {"return_and_refund"}
    assert "are with the merchant" not in said(advice, "standing"), "the parcel that arrived was an earlier one"
    there = again.apply("deliver_return", at=at("2026-03-15 10:00"), by="carrier")
    refused = there.apply("reject_receipt", at=at("2026-03-15 11:00"), by="merchant", note="说明")
    assert "that were sent back are with the merchant" in said(advise(refused, refused.now), "standing")


def test_an_extension_is_offered_with_the_instant_that_it_gives() -> None:
    """Whatever the row that runs: what is told is what the case then says."""
    for order in ({}, {"cross_border": True}):
        sent = case(*SENT, order=order)
        after = sent.apply("extend_receipt", at=sent.now, by="merchant")
        [tip] = [tip for tip in tips(advise(sent, sent.now, role="merchant"), "next") if tip.event == "extend_receipt"]
        told = advise(after, after.now, role="merchant")
        assert after.due is not None and after.due.at in {tip.until for tip in tips(told, "deadline")}
        day = after.due.at.astimezone(at("2026-03-07 10:00").tzinfo)
        assert f"lasts until {day.day - 1} {day:%B} 2026 at 24:00" in tip.text.en


@pytest.mark.parametrize(
    ("made", "left"), [(0, "none was so far"), (1, "one filed so far, four left"), (4, "four filed so far"), (5, "none is left")]
)
def test_what_a_case_has_filed_counts_once_it_is_over(made: int, left: str) -> None:
    line: dict[str, Any] = {"line": {"applications": made}}
    assert left in said(advise(one(**line), at("2026-03-07 10:00")), "kind")
    if made < 5:
        draft = case(order=line)
        assert left in said(advise(draft, draft.now), "kind")
        ended = draft.apply("cancel", at=draft.now, by="buyer")
        assert left in said(advise(ended, ended.now), "kind"), "nothing was filed"
        filed = draft.apply("submit", at=draft.now, by="buyer").apply("cancel", at=draft.now, by="buyer")
        advice = advise(filed, filed.now)
        assert ("none is left" in said(advice, "kind")) is ("file a new one" not in said(advice, "standing")) is (made == 4)


def test_a_late_row_of_the_payout_is_told_by_the_facts() -> None:
    """A table whose payout has two rows: what is told before and after the grant is the row that then runs."""
    shop = orders.get(KEY)
    paying = tuple(shop.states[key] for key in ("refunding", "refund_failed"))
    quick = (Limit("payout_working_days", "assumed", 1, when=(is_fresh,)), Limit("payout_working_days", "assumed"))
    own = replace(shop, limits={**{key: rows for key, rows in shop.limits.items() if key != paying}, paying: quick})
    for fresh, span in ((True, "1 working day"), (False, "7 working days")):
        order = one(line={"fresh": fresh})
        alone = said(advise(order, at("2026-03-07 10:00"), workflow=own), "money")
        opened = RefundCase.open(order, case().request.model_copy(update={"kind": "refund_only", "reason": "quality"}),
                                 at=at("2026-03-07 10:00"), workflow=own)  # fmt: skip  # a call in two lines
        filed = opened.apply("submit", at=opened.now, by="buyer")
        assert "at most" in said(advise(filed, filed.now), "money") and f"at most {span};" in said(advise(filed, filed.now), "money")
        assert alone == "" or f"at most {span};" in alone
        granted = filed.apply("approve_refund", at=filed.now, by="merchant")
        assert granted.due is not None
        assert granted.due.at in {tip.until for tip in tips(advise(granted, granted.now), "money")}


def test_the_law_is_spoken_of_where_its_clock_can_start() -> None:
    """The statutory clock starts for a return alone (official.md § 3): not for an exchange, and not for a refund only."""
    law = "Where goods go back, the law wants the refund"
    for request, told in (({}, True), (EXCHANGE, False), ({"kind": "refund_only", "reason": "quality"}, False)):
        filed = case(*FILED, **request)
        assert (law in said(advise(filed, filed.now), "money")) is told
    assert law not in said(advise(early(), at("2026-03-02 13:00")), "money")
