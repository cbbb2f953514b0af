"""Limits that pass and that nothing enforces are breaches, recorded once; the law's clock only warns."""

from __future__ import annotations

from refund_fsm import Policy, RefundCase
from tests.case.led import RETURN_PATH, after
from tests.samples import at, case, photo, play


def mall_under_review() -> RefundCase:
    return play(case("self_operated"), "2026-02-13 10:00 | buyer | submit", "2026-02-13 11:00 | platform | start_review")


def test_a_breach_can_be_read_before_it_is_recorded_and_is_recorded_once() -> None:
    one = mall_under_review()
    assert one.due is not None
    assert (one.due.then, one.due.at) == (None, at("2026-02-26 00:00"))
    assert one.breaches() == ()
    assert one.breaches(at=at("2026-02-25 23:59")) == ()
    (found,) = one.breaches(at=at("2026-02-26 00:00"))
    assert (found.limit.field, found.at, found.provisional) == ("review_working_days", at("2026-02-26 00:00"), False)
    late = one.apply("add_evidence", at=at("2026-02-27 10:00"), by="buyer", evidence=photo())
    later = play(late, "2026-02-28 10:00 | platform | approve_return")
    assert [step.breach for step in later.steps] == [None, None, found, None]
    assert later.breaches() == (found,)
    assert later.breaches(at=at("2026-02-25 23:59")) == ()
    assert late.steps[-1].breach is late.breaches()[0]


def test_a_new_count_can_be_breached_again() -> None:
    one = play(
        mall_under_review(),
        "2026-02-27 10:00 | platform | request_evidence",
        "2026-02-27 11:00 | buyer | supply_evidence",
    )
    assert len(one.breaches(at=at("2026-03-05 00:00"))) == 2


def test_breaches_at_a_later_instant_let_the_clock_run_first() -> None:
    one = after(*RETURN_PATH)
    found = one.breaches(at=at("2026-04-01 00:00"))  # the receipt is confirmed by the clock, then the payout is overdue
    assert [breach.limit.field for breach in found] == ["payout_working_days"]
    assert one.breaches() == ()


def test_both_payout_clocks_are_reported_and_the_statutory_one_warns() -> None:
    one = after(*RETURN_PATH)
    assert one.statutory_due is not None
    assert (one.statutory_due.at, one.statutory_due.limit.cites) == (at("2026-02-23 00:00"), "L1")
    paying = play(one, "2026-02-16 10:00 | merchant | confirm_receipt")
    assert paying.statutory_due == one.statutory_due
    assert paying.due is not None
    assert paying.due.at > one.statutory_due.at
    assert not paying.statutory_passed
    assert paying.advance(to=at("2026-02-23 00:00")).statutory_passed
    paid = play(paying, "2026-02-20 10:00 | payment | refund_paid")
    assert not paid.advance(to=at("2026-03-23 00:00")).statutory_passed
    assert after(*RETURN_PATH[:4]).statutory_due is None
    assert not paying.advance(to=at("2026-02-23 00:00")).breaches()


def test_the_statutory_clock_never_restarts_and_rolls_over_under_the_statute() -> None:
    rows = (*RETURN_PATH, "2026-02-16 10:00 | merchant | reject_receipt", "2026-02-17 10:00 | buyer | apply_arbitration")
    one = play(case(policy=Policy.statute()), *rows, "2026-02-24 10:00 | platform | rule_refund")
    assert one.statutory_due is not None
    assert one.statutory_due.at == at("2026-02-25 00:00")


def test_beyond_the_calendar_everything_is_marked_provisional() -> None:
    later = {"paid_at": at("2026-12-20 10:00"), "shipped_at": at("2026-12-21 10:00"), "signed_at": at("2026-12-29 10:00")}
    one = play(case("self_operated", opened="2026-12-30 10:00", order=later), "2026-12-30 10:00 | buyer | submit")
    assert one.due is not None
    assert one.due.provisional
    (found,) = one.breaches(at=at("2027-02-01 00:00"))
    assert found.provisional
