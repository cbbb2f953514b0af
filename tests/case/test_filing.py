"""Facts are derived at filing events and at no other."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refund_fsm import Policy
from tests.case.led import REJECTED
from tests.samples import at, case, play

LAST_MINUTES = [
    # policy, the last minute in which a request is taken; signed on 2026-02-12 (rules.md § 1.L)
    (Policy.guide(), "2026-02-18 23:59"),
    (Policy(window_starts="next_day"), "2026-02-19 23:59"),
    (Policy.statute(), "2026-02-24 23:59"),
]


@pytest.mark.parametrize(("policy", "last"), LAST_MINUTES)
def test_the_window_ends_at_midnight(policy: Policy, last: str) -> None:
    one = case(policy=policy)
    assert one.ask("submit", at=at(last), by="buyer").allowed
    verdict = one.ask("submit", at=at(last) + timedelta(minutes=1), by="buyer")
    assert verdict.refusal is not None
    assert [guard.name for guard in verdict.refusal.failed_guards] == ["window_open"]


def test_notice_to_the_merchant_in_time_keeps_the_window() -> None:
    talked = play(case(opened="2026-02-18 22:00"), "2026-02-18 23:00 | buyer | contact_merchant")
    assert talked.facts.window_kept
    assert play(talked, "2026-02-19 12:00 | merchant | merchant_decline", "2026-02-19 13:00 | buyer | submit").state.key == "requested"
    too_late = play(case(opened="2026-02-18 22:00"), "2026-02-19 00:00 | buyer | contact_merchant")
    assert not too_late.facts.window_kept
    assert not too_late.ask("submit", at=at("2026-02-19 10:00"), by="buyer").allowed


def test_facts_are_derived_anew_at_a_filing_event_and_at_no_other() -> None:
    coming = {"shipped_at": at("2026-02-14 10:00"), "signed_at": at("2026-02-16 10:00")}
    one = case(order=coming, request={"kind": "refund_only", "reason": "not_shipped"})
    filed = play(one, "2026-02-13 10:00 | buyer | submit", "2026-02-14 12:00 | merchant | start_review")
    assert filed.facts.goods == "not_shipped"
    refused = one.ask("submit", at=at("2026-02-14 10:00"), by="buyer").refusal
    assert refused is not None
    assert "D3" in refused.explain("en")
    assert one.facts.goods == "not_shipped"


def test_resubmitting_derives_nothing_anew_and_is_counted() -> None:
    one = case(policy=Policy(max_resubmissions=1))
    again = play(one, *REJECTED, "2026-02-20 10:00 | buyer | resubmit", "2026-02-24 10:00 | merchant | start_review")
    assert (again.facts.in_window, again.facts.attempts_left) == (True, 0)
    refusal = play(again, "2026-02-24 11:00 | merchant | reject").ask("resubmit", at=at("2026-02-24 12:00"), by="buyer").refusal
    assert refusal is not None
    assert [guard.name for guard in refusal.failed_guards] == ["attempts_remain"]


def test_at_once_is_less_than_a_day_after_the_payment() -> None:
    def approvable(filed: str) -> bool:
        one = play(
            case("virtual", opened="2026-02-10 10:00", request={"reason": "unused"}),
            f"{filed} | buyer | contact_support",
            "2026-02-12 10:00 | platform | start_review",
        )
        return one.ask("approve_refund", at=one.now, by="platform", note="ok").allowed

    assert approvable("2026-02-11 09:59")
    assert not approvable("2026-02-11 10:00")
