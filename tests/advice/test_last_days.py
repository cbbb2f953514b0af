"""The last days to claim something: both readings of the window, late faults, notice in time."""

from __future__ import annotations

import pytest

from refund_fsm import Policy
from refund_fsm.advice import advise
from tests.advice.asked import said, tips
from tests.advice.situations import WINDOWS
from tests.samples import at, case, order, play


@pytest.mark.parametrize(("policy", "judged"), WINDOWS)
@pytest.mark.parametrize("order_type", ["self_operated", "third_party"])
def test_the_window_is_told_in_both_readings(order_type: str, policy: Policy, judged: str) -> None:
    advice = advise(order(order_type), at("2026-02-13 09:00"), policy=policy)
    guide, law, *_ = tips(advice, "deadline")
    [fault] = [tip for tip in tips(advice, "deadline") if tip.deadline == "L2"]
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


def test_a_window_is_over_at_its_end() -> None:
    for when, over in (("2026-02-18 23:59", False), ("2026-02-19 00:00", True)):
        guide, law, *_ = tips(advise(order("third_party"), at(when)), "deadline")
        assert ("that is over" in guide.text.en) is ("已过" in guide.text.zh) is over
        assert "over" not in law.text.en.replace("rolls over", "").replace("roll-over", "")


def test_notice_in_time_keeps_the_reasons_open() -> None:
    talked = play(case(opened="2026-02-18 22:00"), "2026-02-18 23:00 | buyer | contact_merchant")
    taken = "以“不想要了或尺码/颜色不合适”为由，可以申请退货退款"
    told = str(advise(talked, at("2026-02-19 10:00")))
    assert talked.advance(to=at("2026-02-19 10:00")).ask("submit", at=at("2026-02-19 10:00"), by="buyer").allowed
    assert taken in told
    assert (
        "The merchant was contacted in time, so the no-reason right is kept: a request is taken after 18 February 2026 at 24:00 too. [L3]"
        in told
    )
    fresh = str(advise(case(opened="2026-02-19 10:00"), at("2026-02-19 10:00")))
    assert taken not in fresh
    assert "contacted in time" not in fresh


def test_the_instant_at_which_a_guessed_limit_ended_is_provisional() -> None:
    ordered = {"paid_at": at("2027-01-28 10:00"), "shipped_at": at("2027-01-29 10:00"), "signed_at": at("2027-01-30 10:00")}
    one = case(opened="2027-02-02 09:00", order=ordered).apply("submit", at=at("2027-02-02 10:00"), by="buyer")
    assert one.due is not None and one.due.provisional
    for now, guessed in ((one, False), (one.advance(to=one.due.at), True)):
        [since] = [tip for tip in advise(now, now.now).items if "since" in tip.text.en and tip.topic == "standing"]
        assert since.provisional == ("provisional" in since.text.en) == ("暂定" in since.text.zh) == guessed
