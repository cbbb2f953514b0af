"""Clock rules fire at their own instants; limits start anew, or go on, as the table groups states."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refund_fsm import BadData, RefundCase, Refused
from tests.case.led import REJECTED, RETURN_PATH, after
from tests.samples import at, case, photo, play


def test_clock_rules_fire_at_their_own_instant_before_a_later_event_is_judged() -> None:
    one = after("2026-02-13 10:00 | buyer | contact_merchant")
    late = play(one, "2026-02-17 09:00 | buyer | submit")
    assert [(step.event, step.at, step.by) for step in late.steps[1:]] == [
        ("negotiation_timeout", at("2026-02-16 00:00"), "clock"),
        ("submit", at("2026-02-17 09:00"), "buyer"),
    ]


def test_the_instant_of_the_limit_is_past_it() -> None:
    one = after(*RETURN_PATH[:3])
    assert one.due is not None
    assert one.due.at == at("2026-02-21 00:00")
    with pytest.raises(Refused) as caught:
        one.apply("ship_return", at=one.due.at, by="buyer", tracking_no="SF1")
    assert (caught.value.refusal.code, caught.value.refusal.state.key) == ("case_final", "closed")
    assert one.apply("ship_return", at=one.due.at - timedelta(seconds=1), by="buyer", tracking_no="SF1").state.key == "return_shipped"


def test_a_clock_event_given_by_hand_is_taken_once_its_limit_has_passed() -> None:
    one = after(*RETURN_PATH[:3])
    by_hand = one.apply("return_timeout", at=at("2026-02-25 00:00"), by="clock", event_id="e1")
    assert (by_hand.state.key, by_hand.now, by_hand.steps[-1].at) == ("closed", at("2026-02-25 00:00"), at("2026-02-21 00:00"))
    assert by_hand.apply("return_timeout", at=at("2026-02-26 00:00"), by="clock", event_id="e1") is by_hand
    assert one.ask("return_timeout", at=at("2026-02-25 00:00"), by="clock").rule == by_hand.steps[-1].rule
    assert RefundCase.from_json(by_hand.to_json()) == by_hand


def test_the_clock_hands_nothing_over() -> None:
    with pytest.raises(BadData, match="note: 'x'; expected no detail but event_id"):
        after(*RETURN_PATH[:3]).apply("return_timeout", at=at("2026-02-25 00:00"), by="clock", note="x")


def test_advance_backwards_is_refused() -> None:
    one = after(*RETURN_PATH[:2])
    with pytest.raises(Refused) as caught:
        one.advance(to=one.now - timedelta(seconds=1))
    assert caught.value.refusal.code == "time_reversed"
    assert caught.value.refusal.instant == one.now
    assert "2026年2月13日11:00" in caught.value.refusal.explain("zh")


def test_advance_without_a_rule_moves_only_now() -> None:
    one = after(*RETURN_PATH)
    later = one.advance(to=at("2026-02-16 10:00"))
    assert (later.now, later.steps, later.state) == (at("2026-02-16 10:00"), one.steps, one.state)
    with pytest.raises(Refused, match="time_reversed"):
        later.apply("confirm_receipt", at=at("2026-02-16 09:59"), by="merchant")


def test_moving_inside_a_group_does_not_restart_its_limit() -> None:
    filed = after(RETURN_PATH[0])
    assert filed.due is not None
    reviewing = play(filed, "2026-02-14 09:00 | merchant | start_review")
    assert reviewing.due is not None
    assert reviewing.due.at == filed.due.at == at("2026-02-26 00:00")  # the 14th is a make-up day, 15–23 are holidays
    failed = after(*RETURN_PATH, "2026-02-16 10:00 | merchant | confirm_receipt", "2026-02-17 10:00 | payment | payout_failed")
    assert failed.due is not None
    assert failed.due.at == at("2026-03-04 00:00")
    assert play(failed, "2026-02-18 10:00 | payment | retry_payout").due == failed.due


def test_an_internal_rule_is_recorded_and_restarts_nothing() -> None:
    one = after(*REJECTED)
    added = one.apply("add_evidence", at=at("2026-02-15 10:00"), by="buyer", evidence=photo())
    assert added.steps[-1].rule.internal
    assert (added.state, added.due, added.facts.has_evidence, one.facts.has_evidence) == (one.state, one.due, True, False)


def test_a_limit_restarts_when_its_group_is_entered_again() -> None:
    one = after(*REJECTED, "2026-02-14 10:00 | buyer | resubmit")
    assert one.due is not None
    assert one.due.at == at("2026-02-27 00:00")


def test_the_time_that_a_case_has_reached_is_provisional_where_a_guessed_limit_ended_there() -> None:
    ordered = {"paid_at": at("2027-01-28 10:00"), "shipped_at": at("2027-01-29 10:00"), "signed_at": at("2027-01-30 10:00")}
    one = case(opened="2027-02-02 09:00", order=ordered).apply("submit", at=at("2027-02-02 10:00"), by="buyer")
    assert one.due is not None and one.due.provisional and one.due.then is not None
    ended = one.advance(to=one.due.at)
    for now, guessed in ((ended, True), (ended.advance(to=ended.now + timedelta(hours=1)), False), (one, False)):
        refusal = now.ask("cancel", at=now.now - timedelta(minutes=1), by="buyer").refusal
        assert refusal is not None and refusal.code == "time_reversed" and refusal.provisional == guessed
        assert ("provisional" in refusal.explain("en")) == ("暂定" in refusal.explain("zh")) == guessed
        with pytest.raises(Refused) as refused:
            now.advance(to=now.now - timedelta(minutes=1))
        assert refused.value.refusal.provisional == guessed
    assert [ended.guessed(place) for place in range(len(ended.steps))] == [False, True]
    for asked, place in ((ended, 2), (ended, -1), (ended, True), (case(), 0)):
        with pytest.raises(BadData) as bad:
            asked.guessed(place)
        assert bad.value.field == "place" and bad.value.value is place
