"""Events as they are delivered: twice, with details that are bad or odd, by whom nobody knows, by the thousand."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from refund_fsm import BadData, Evidence, RefundCase, orders
from tests.case.led import REJECTED, RETURN_PATH, after
from tests.samples import at, case, photo


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
    shown = filed.apply("start_review", at=at("2026-02-13 11:00"), by="merchant")
    shown = shown.apply("reject", at=at("2026-02-13 12:00"), by="merchant", note="no")
    shown = shown.apply("add_evidence", at=at("2026-02-13 14:00"), by="buyer", evidence=photo("2026-02-13 13:00"), event_id="e2")
    again: dict[str, Any] = {"by": "buyer", "evidence": photo("2026-02-13 13:00")}
    assert shown.apply("add_evidence", at=at("2026-02-13 12:30"), event_id="e2", **again) is shown, "before the evidence itself"
    with pytest.raises(BadData, match=r"evidence\[0\].at: .* expected not after the event"):
        shown.apply("add_evidence", at=at("2026-02-13 12:30"), event_id="e3", **again)


RETRIES = (  # what the sender puts in: the instant of the event, or that of this delivery, by a clock that may be behind
    "2026-02-13 10:00",
    "2026-02-13 10:00:01",
    "2026-02-13 09:59",
    "2026-02-14 10:00",
    "2026-03-30 10:00",
)


@pytest.mark.parametrize("when", RETRIES)
def test_a_retry_is_known_by_its_id_whatever_its_instant(when: str) -> None:
    """Neither the instant of the first delivery nor a later one runs the clock: the limit of the review would have passed by then."""
    first = case().apply("submit", at=at("2026-02-13 10:00"), by="buyer", event_id="e1", operator="app")
    for one in (first, first.apply("start_review", at=at("2026-02-13 11:00"), by="merchant")):
        assert one.apply("submit", at=at(when), by="buyer", event_id="e1", operator="app") is one
        assert one.ask("submit", at=at(when), by="buyer", event_id="e1", operator="app").allowed
        for changed in ({"operator": "web"}, {"note": "x"}, {"operator": None}):
            with pytest.raises(BadData, match="event_id: 'e1'; expected a new id: step 1"):
                one.apply("submit", at=at(when), by="buyer", **{"event_id": "e1", "operator": "app", **changed})
    with pytest.raises(BadData, match="at: "):
        first.apply("submit", at=datetime(2026, 2, 13), by="buyer", event_id="e1", operator="app")  # noqa: DTZ001  # that is the point


def test_a_retry_of_the_clock_is_known_as_well() -> None:
    one = after(*RETURN_PATH[:3])
    assert one.due is not None
    late = one.apply("return_timeout", at=one.due.at + timedelta(hours=1), by="clock", event_id="c1", operator="cron")
    assert late.steps[-1].at == one.due.at and late.steps[-1].details == {"event_id": "c1", "operator": "cron"}
    assert late.apply("return_timeout", at=one.due.at, by="clock", event_id="c1", operator="cron") is late
    assert RefundCase.from_json(late.to_json()) == late


def test_every_event_takes_an_operator() -> None:
    one = case()
    for row in RETURN_PATH:
        when, by, event = (cell.strip() for cell in row.split("|"))
        needs = {"tracking_no": "SF1"} if "tracking_no" in one.workflow.events[event].needs else {}
        one = one.apply(event, at=at(when), by=by, operator="客服 7", **needs)
    assert {step.details["operator"] for step in one.steps} == {"客服 7"}
    assert RefundCase.from_json(one.to_json()) == one
    with pytest.raises(BadData, match="operator: 7; expected text of 1 to 200 characters"):
        one.ask("confirm_receipt", at=one.now, by="merchant", operator=7)


def test_ids_of_one_branch_are_unknown_to_another() -> None:
    one = case()
    one.apply("cancel", at=one.now, by="buyer", event_id="e1")
    assert one.apply("submit", at=one.now, by="buyer", event_id="e1").state.key == "requested"


def test_an_end_delivered_twice_is_no_refusal() -> None:
    ended = case().apply("cancel", at=at("2026-02-13 10:00"), by="buyer", event_id="e1")
    assert ended.apply("cancel", at=at("2026-02-13 10:00"), by="buyer", event_id="e1") is ended


def test_an_unknown_actor_or_detail_is_bad_data() -> None:
    one = case()
    with pytest.raises(BadData, match="by: 'nobody'; expected an actor of the workflow: buyer, merchant"):
        one.ask("submit", at=one.now, by="nobody")
    with pytest.raises(BadData, match="colour: 'red'; expected no such detail"):
        one.apply("submit", at=one.now, by="buyer", colour="red")


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
def test_a_bad_detail_is_named_with_what_was_expected(details: dict[str, Any], message: str) -> None:
    with pytest.raises(BadData) as caught:
        case().apply("submit", at=at("2026-02-13 10:00"), by="buyer", **details)
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 500


def test_a_note_may_hold_markup_and_line_breaks_as_text() -> None:
    note = '<script>alert(1)</script>\n[bold]x[/bold] "quotes" & ampersands'
    one = after(*REJECTED[:2]).apply("reject", at=at("2026-02-13 12:00"), by="merchant", note=note)
    assert one.steps[-1].details["note"] == note
    assert RefundCase.from_json(one.to_json()).steps[-1].details["note"] == note


def test_a_case_takes_thousands_of_events() -> None:
    one = after(*REJECTED)
    for number in range(4_000):
        one = one.apply("add_evidence", at=one.now, by="buyer", evidence=photo(), event_id=f"e{number}")
    assert len(one.steps) == 4_003
    assert one.apply("add_evidence", at=one.now, by="buyer", evidence=photo(), event_id="e77") is one
    assert RefundCase.from_json(one.to_json()) == one


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
