"""RefundCase by hand: each scenario is a row of events that ends in what is expected."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime, timedelta
from typing import Any

import pytest

from refund_fsm import BadData, Evidence, Policy, RefundCase, Refused, orders
from refund_fsm.case.refusal import Code
from tests.samples import at, case, photo, play

RETURN_PATH = (
    "2026-02-13 10:00 | buyer | submit",
    "2026-02-13 11:00 | merchant | start_review",
    "2026-02-13 12:00 | merchant | approve_return",
    "2026-02-14 10:00 | buyer | ship_return",
    "2026-02-15 10:00 | carrier | deliver_return",
)


# 1. Refusals, in their order of precedence


def after(*rows: str, **kind: Any) -> RefundCase:
    return play(case(**kind), *rows)


REJECTED = (*RETURN_PATH[:2], "2026-02-13 12:00 | merchant | reject")
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
def test_refusals(path: tuple[str, ...], when: str, by: str, event: str, details: dict[str, Any], code: Code) -> None:
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


def test_an_unknown_actor_or_detail_is_bad_data() -> None:
    one = case()
    with pytest.raises(BadData, match="by: 'nobody'; expected an actor of the workflow: buyer, merchant"):
        one.ask("submit", at=one.now, by="nobody")
    with pytest.raises(BadData, match="colour: 'red'; expected no such detail"):
        one.apply("submit", at=one.now, by="buyer", colour="red")


# 2. The clock


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


# 3. Breaches


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


# 4. Money and freight

FREIGHT = [
    ("size_or_colour", False, "buyer", "A7"),
    ("quality", False, "seller", "L2 A7x"),
    ("size_or_colour", True, "insurer", "assumed"),
    ("quality", True, "insurer", "assumed"),
]


@pytest.mark.parametrize("order_type", ["self_operated", "third_party"])
@pytest.mark.parametrize(("reason", "insured", "payer", "cites"), FREIGHT)
def test_who_pays_the_return_freight(order_type: str, reason: str, insured: bool, payer: str, cites: str) -> None:
    freight = case(order_type, order={"freight_insurance": insured}, request={"reason": reason}).freight
    assert freight is not None
    assert (freight.payer, freight.cites) == (payer, cites)


def test_nothing_sent_back_has_no_freight() -> None:
    assert case(request={"kind": "refund_only", "reason": "quality"}).freight is None
    assert case("virtual").freight is None


def test_the_amount_defaults_to_what_is_left_of_the_line() -> None:
    one = case(order={"line": {"refunded_fen": 900, "pending_fen": 1000}})
    assert (one.amount_fen, one.refundable_fen, one.paid_fen) == (8000, 8000, 0)
    asked = case(order={"line": {"refunded_fen": 900, "pending_fen": 1000}}, request={"amount_fen": 500})
    paid = play(asked, *RETURN_PATH, "2026-02-16 10:00 | merchant | confirm_receipt", "2026-02-17 10:00 | payment | refund_paid")
    assert (paid.amount_fen, paid.refundable_fen, paid.paid_fen) == (500, 7500, 500)


def test_a_failed_payout_keeps_its_key_and_pays_once() -> None:
    one = play(
        case(),
        *RETURN_PATH,
        "2026-02-16 10:00 | merchant | confirm_receipt",
        "2026-02-17 10:00 | payment | payout_failed",
        "2026-02-17 11:00 | payment | retry_payout",
    )
    assert one.paid_fen == 0
    paid = play(one, "2026-02-18 11:00 | payment | refund_paid")
    assert (paid.paid_fen, paid.payout_key) == (9900, one.payout_key)
    assert one.payout_key == f"refund:{one.case_id}"


# 5. Filing and facts


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


# 6. Events delivered twice


def test_an_event_delivered_twice_is_taken_once() -> None:
    one = case()
    filed = one.apply("submit", at=at("2026-02-13 10:00"), by="buyer", event_id="e1")
    assert filed.apply("submit", at=at("2026-02-14 10:00"), by="buyer", event_id="e1") is filed
    assert filed.ask("submit", at=at("2026-02-14 10:00"), by="buyer", event_id="e1").allowed
    with pytest.raises(BadData, match="event_id: 'e1'; expected a new id: step 1"):
        filed.apply("start_review", at=at("2026-02-14 10:00"), by="merchant", event_id="e1")
    with pytest.raises(BadData, match="event_id"):
        filed.apply("submit", at=at("2026-02-14 10:00"), by="buyer", event_id="e1", note="more")
    assert filed.steps[0].details == {"event_id": "e1"}


def test_ids_of_one_branch_are_unknown_to_another() -> None:
    one = case()
    one.apply("cancel", at=one.now, by="buyer", event_id="e1")
    assert one.apply("submit", at=one.now, by="buyer", event_id="e1").state.key == "requested"


def test_an_end_delivered_twice_is_no_refusal() -> None:
    ended = case().apply("cancel", at=at("2026-02-13 10:00"), by="buyer", event_id="e1")
    assert ended.apply("cancel", at=at("2026-02-13 10:00"), by="buyer", event_id="e1") is ended


# 7. A value


def test_a_case_is_immutable_equal_by_value_and_can_be_copied() -> None:
    one, other = after(*REJECTED), after(*REJECTED)
    assert one == other
    assert hash(one) == hash(other)
    assert one != after(*REJECTED[:2])
    assert one.__eq__(1) is NotImplemented
    with pytest.raises(AttributeError, match="immutable"):
        one.state = one.state  # type: ignore[misc]  # it must not work
    with pytest.raises(AttributeError, match="immutable"):
        del one._live
    with pytest.raises(TypeError, match=r"RefundCase\.open"):
        RefundCase()
    with pytest.raises(TypeError):
        one.steps[0].details["note"] = "x"  # type: ignore[index]  # it must not work
    assert copy.deepcopy(one) == one
    assert pickle.loads(pickle.dumps(one)) == one
    assert "rejected" in repr(one)


def test_the_case_id_is_derived_or_given() -> None:
    assert case().case_id == case().case_id
    assert case().case_id != case(opened="2026-02-13 10:01").case_id
    assert case(case_id="mine").payout_key == "refund:mine"


@pytest.mark.parametrize("order_type", orders.keys())
def test_actions_cover_every_event_of_the_actor(order_type: str) -> None:
    one = case(order_type)
    for actor in one.workflow.actors:
        names = [verdict.event for verdict in one.actions(at=one.now, by=actor)]
        assert names == [event.name for event in one.workflow.events.values() if event.actor.key == actor]
    assert {v.event for v in one.actions(at=one.now, by="buyer") if v.allowed} >= {"cancel"}


def test_actions_of_the_clock_are_what_apply_takes_from_it() -> None:
    one = after(*RETURN_PATH[:3])
    assert one.due is not None
    for instant, allowed in ((one.due.at - timedelta(seconds=1), set()), (one.due.at, {"return_timeout"})):
        assert {v.event for v in one.actions(at=instant, by="clock") if v.allowed} == allowed
        assert one.ask("return_timeout", at=instant, by="clock").allowed == bool(allowed)


def test_actions_take_needs_as_met() -> None:
    one = after(*RETURN_PATH[:3])
    assert {v.event for v in one.actions(at=one.now, by="buyer") if v.allowed} == {"ship_return", "cancel"}
    past = one.actions(at=one.now - timedelta(days=1), by="buyer")
    assert {v.refusal.code for v in past if v.refusal} == {"time_reversed"}


# 8. Opening

UTC = datetime.fromisoformat("2026-02-13T02:00:00+00:00")


def test_instants_are_kept_in_shanghai() -> None:
    one = case().apply("submit", at=UTC, by="buyer")
    assert one.now == UTC
    assert one.now.isoformat() == "2026-02-13T10:00:00+08:00"


OPENINGS: list[tuple[dict[str, Any], str]] = [
    ({"opened": "2026-02-10 09:59"}, "at: '2026-02-10T09:59:00+08:00'; expected not before the order was paid"),
    ({"request": {"reason": "unused"}}, "request.reason: 'unused'; expected one of changed_mind"),
    ({"request": {"kind": "exchange"}}, "request.kind: 'exchange'; expected one of refund_only, return_and_refund"),
    ({"request": {"kind": None}}, "request.kind: None; expected one of"),
    ({"request": {"sku": "SKU-2"}}, "sku: 'SKU-2'; expected a SKU of the order O-1: SKU-1"),
    ({"order": {"order_type": "barter"}}, "order_type: 'barter'; expected 'self_operated' or 'third_party' or 'virtual'"),
    ({"workflow": orders.get("virtual")}, "order.order_type: 'third_party'; expected 'virtual', the workflow's key"),
    ({"workflow": "virtual"}, "workflow: 'virtual'; expected a Workflow"),
    ({"policy": "guide"}, "policy: 'guide'; expected a Policy"),
    ({"case_id": " "}, "case_id: ' '; expected text of 1 to 200 characters"),
]


@pytest.mark.parametrize(("changes", "message"), OPENINGS)
def test_a_case_that_cannot_be_opened(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadData) as caught:
        case(**changes)
    assert str(caught.value).startswith(message)


def test_virtual_goods_have_no_kind() -> None:
    with pytest.raises(BadData, match=r"request\.kind: 'refund_only'; expected None"):
        case("virtual", request={"kind": "refund_only"})


DETAILS: list[tuple[dict[str, Any], str]] = [
    ({"note": 5}, "note: 5; expected text"),
    ({"note": "x" * 10_000_000}, "note: 'xxx"),
    ({"note": "a\x1b[31mred"}, "note: 'a\\x1b[31mred'; expected text without control characters"),
    ({"note": "abc\u202edef"}, "note: 'abc\\u202edef'; expected text without control characters"),
    ({"tracking_no": ""}, "tracking_no: ''; expected text of 1 to 200 characters"),
    ({"tracking_no": "SF\n1"}, "tracking_no: 'SF\\n1'; expected text without control characters"),
    ({"evidence": "photo.jpg"}, "evidence: 'photo.jpg'; expected an Evidence"),
    ({"evidence": Evidence(kind="photo", by="buyer", at=at("2026-03-01 10:00"))}, "evidence[0].at: '2026-03-01T10:00:00+08:00'"),
    ({"evidence": (photo(),) * 101}, "evidence: '101 pieces'; expected at most 100"),
    ({"event_id": 7}, "event_id: 7; expected text of 1 to 200 characters"),
]


@pytest.mark.parametrize(("details", "message"), DETAILS)
def test_bad_details(details: dict[str, Any], message: str) -> None:
    with pytest.raises(BadData) as caught:
        case().apply("submit", at=at("2026-02-13 10:00"), by="buyer", **details)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 500


def test_the_clock_hands_nothing_over() -> None:
    with pytest.raises(BadData, match="note: 'x'; expected no detail but event_id"):
        after(*RETURN_PATH[:3]).apply("return_timeout", at=at("2026-02-25 00:00"), by="clock", note="x")


def test_a_note_may_hold_markup_and_line_breaks_as_text() -> None:
    note = '<script>alert(1)</script>\n[bold]x[/bold] "quotes" & ampersands'
    one = after(*REJECTED[:2]).apply("reject", at=at("2026-02-13 12:00"), by="merchant", note=note)
    assert one.steps[-1].details["note"] == note
    assert RefundCase.from_json(one.to_json()).steps[-1].details["note"] == note


def test_ten_thousand_events() -> None:
    one = after(*REJECTED)
    for number in range(10_000):
        one = one.apply("add_evidence", at=one.now, by="buyer", evidence=photo(), event_id=f"e{number}")
    assert len(one.steps) == 10_003
    assert one.apply("add_evidence", at=one.now, by="buyer", evidence=photo(), event_id="e77") is one
    assert RefundCase.from_json(one.to_json()) == one


# 9. What a support agent reads out

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
def test_why_a_kind_does_not_fit(changes: dict[str, Any], asked: dict[str, Any], zh: str, en: str) -> None:
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
