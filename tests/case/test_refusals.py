"""A refused event says why: for the first reason in order, with every failed guard, in words that a support agent reads out."""

from __future__ import annotations

from typing import Any

import pytest

from refund_fsm import Policy, Refused
from refund_fsm.case.refusal import Code
from tests.case.led import REJECTED, RETURN_PATH, after
from tests.samples import at, case

CANCELLED = ("2026-02-13 10:00 | buyer | cancel",)
ARBITRATION = (*REJECTED, "2026-02-13 13:00 | buyer | apply_arbitration")


REFUSALS: list[tuple[tuple[str, ...], str, str, str, dict[str, Any], Code]] = [
    # path, instant, actor, event, details, code: each row breaks its own rule and every later one that it can
    (CANCELLED, "2026-02-01 10:00", "merchant", "fly", {}, "unknown_event"),
    (CANCELLED, "2026-02-01 10:00", "merchant", "submit", {}, "case_final"),
    (REJECTED, "2026-02-13 11:59", "merchant", "ship_return", {}, "time_reversed"),
    (REJECTED, "2026-02-13 12:00", "merchant", "ship_return", {}, "wrong_state"),
    (RETURN_PATH[:3], "2026-02-13 12:00", "merchant", "ship_return", {}, "wrong_actor"),
    (RETURN_PATH[:3], "2026-02-13 12:00", "buyer", "return_timeout", {}, "wrong_actor"),
    (RETURN_PATH[:3], "2026-02-20 23:59", "clock", "return_timeout", {}, "not_due"),
    (RETURN_PATH[:3], "2026-02-13 12:00", "buyer", "ship_return", {}, "missing_detail"),
    (RETURN_PATH[:3], "2026-02-13 12:00", "buyer", "ship_return", {"note": "x"}, "missing_detail"),
    (REJECTED[:2], "2026-02-13 12:00", "merchant", "reject", {"note": " \n\t　"}, "missing_detail"),
    (ARBITRATION, "2026-02-13 13:00", "platform", "rule_refund", {}, "missing_detail"),
    (ARBITRATION, "2026-02-13 13:00", "platform", "rule_refund", {"note": "x"}, "guard_failed"),
    ((), "2026-02-19 00:00", "buyer", "submit", {}, "guard_failed"),
]


@pytest.mark.parametrize(("path", "when", "by", "event", "details", "code"), REFUSALS)
def test_an_event_is_refused_for_the_first_reason_in_order(
    path: tuple[str, ...], when: str, by: str, event: str, details: dict[str, Any], code: Code
) -> None:
    before = after(*path)
    told = before.to_json()
    with pytest.raises(Refused) as caught:
        before.apply(event, at=at(when), by=by, **details)
    refusal = caught.value.refusal
    assert refusal.code == code
    assert before.ask(event, at=at(when), by=by, **details).refusal == refusal
    assert (refusal.event, refusal.by, refusal.at) == (event, by, at(when))
    assert refusal.explain("zh") != refusal.explain("en")
    assert code in str(caught.value)
    assert before.to_json() == told


def test_a_refusal_says_who_may_and_where_and_what_is_missing() -> None:
    refusal = after(*RETURN_PATH[:3]).ask("ship_return", at=at("2026-02-13 12:00"), by="buyer").refusal
    assert refusal is not None
    assert refusal.actor is not None
    assert (refusal.actor.key, [s.key for s in refusal.sources], refusal.missing) == ("buyer", ["awaiting_return"], ("tracking_no",))
    assert refusal.explain("zh") == "“寄回商品并填写物流单号”须提供物流单号。"


def test_all_failed_guards_are_listed() -> None:
    one = case(
        opened="2026-03-01 10:00",
        order={"line": {"open_case": "RC-9", "refunded_fen": 9900}},
        request={"kind": "refund_only", "reason": "changed_mind"},
    )
    refusal = one.ask("submit", at=one.now, by="buyer").refusal
    assert refusal is not None
    assert [guard.name for guard in refusal.failed_guards] == ["kind_fits", "window_open", "amount_within_balance", "no_other_case"]
    for part in ("only return and refund", "ended on 18 February 2026 at 24:00", "Nothing is left to refund", "RC-9"):
        assert part in refusal.explain("en")
    for part in ("只能“退货退款”", "2026年2月18日24:00届满", "已无可退金额", "RC-9"):
        assert part in refusal.explain("zh")


SIGNED = "signed on 12 February, counted from"


WINDOW_WORDS = [
    ("guide", f"The seven-day window ended on 18 February 2026 at 24:00; {SIGNED} the signing day (D4)."),
    (
        "statute",
        f"The seven-day window ended on 24 February 2026 at 24:00; {SIGNED} the day after (L3), a last day on a holiday rolling over (L4).",
    ),
]


@pytest.mark.parametrize(("profile", "words"), WINDOW_WORDS)
def test_the_window_is_explained_with_its_dates(profile: str, words: str) -> None:
    one = case(policy=Policy.profile(profile))
    assert one.ask("submit", at=at("2026-02-25 00:00"), by="buyer").refusal.explain("en") == words  # type: ignore[union-attr]  # it is refused


def test_the_merchant_in_arbitration_is_told_what_b10_says() -> None:
    one = after(*ARBITRATION)
    assert {verdict.event for verdict in one.actions(at=one.now, by="merchant") if verdict.allowed} == {"concede", "add_merchant_evidence"}
    for verdict in one.actions(at=one.now, by="merchant"):
        if not verdict.allowed:
            assert verdict.refusal is not None
            assert verdict.refusal.code == "wrong_state"
            assert "B10" in verdict.refusal.explain("en")
            assert "B10" in verdict.refusal.explain("zh")
    buyers = one.ask("submit", at=one.now, by="buyer").refusal
    assert buyers is not None
    assert "B10" not in buyers.explain("en")


WORDS = [
    # order, request, path, instant, actor, event, words in Chinese, words in English
    (
        {"shipped_at": None, "signed_at": None},
        {"kind": "return_and_refund", "reason": "not_shipped"},
        "商品尚未发货，无货可退，请选“仅退款”（A6、D3）。",
        "there is nothing to send back; choose refund only (A6, D3).",
    ),
    (
        {"shipped_at": None, "signed_at": None},
        {"kind": "return_and_refund", "reason": "quality"},
        "请选“仅退款”，原因请选“商家未发货”",
        "choose refund only and give “not shipped” as the reason",
    ),
    ({"signed_at": None}, {"kind": "refund_only", "reason": "quality"}, "商品问题要签收后才能确认", "once they are signed for"),
    ({"signed_at": None}, {"kind": "return_and_refund", "reason": "not_received"}, "请选“仅退款”", "choose refund only"),
    ({}, {"kind": "refund_only", "reason": "not_shipped"}, "不能以“商家未发货”为由申请", "“not shipped” does not apply"),
]


@pytest.mark.parametrize(("changes", "asked", "zh", "en"), WORDS)
def test_a_kind_that_does_not_fit_is_explained(changes: dict[str, Any], asked: dict[str, Any], zh: str, en: str) -> None:
    refusal = case(order=changes, request=asked).ask("submit", at=at("2026-02-13 10:00"), by="buyer").refusal
    assert refusal is not None
    assert [guard.name for guard in refusal.failed_guards] == ["kind_fits"]
    assert zh in refusal.explain("zh")
    assert en in refusal.explain("en")


def test_the_clock_has_words_of_its_own() -> None:
    one = after(*RETURN_PATH[:3])
    early = one.ask("return_timeout", at=one.now, by="clock").refusal
    by_hand = one.ask("return_timeout", at=one.now, by="buyer").refusal
    elsewhere = one.ask("review_timeout", at=one.now, by="clock").refusal
    assert early is not None and by_hand is not None and elsewhere is not None
    assert early.explain("zh") == "时限未到：2026年2月20日24:00到期后，系统才会按“超时未寄回”处理。"
    assert by_hand.explain("zh") == "“超时未寄回”到期后由系统自动处理，无需买家操作。"
    assert elsewhere.explain("zh") == "当前是“待买家退货”，没有“商家超时未处理”这一时限；“待审核”或“审核中”时才有。"


def test_the_wrong_approval_names_the_right_one() -> None:
    one = after(*RETURN_PATH[:2])
    refusal = one.ask("approve_refund", at=one.now, by="merchant").refusal
    assert refusal is not None
    assert refusal.explain("zh") == "本次申请的是退货退款，应操作“同意退货”，收到退货后再退款（A7）。"
