"""Scenario files: every shipped one plays as it says, and a trace is the case's own history, told line by line."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from refund_fsm import BadData, RefundCase, Refused, orders
from refund_fsm.scenario.file import MAX_EVENTS, Scenario, find, load, shipped
from refund_fsm.scenario.trace import Trace, play
from refund_fsm.text.words import stamp
from refund_fsm.workflow.rows import CLOCK
from tests.samples import at

ENDS_REFUSED = {"shop_window_missed_by_a_minute": "guard_failed"}
DUES = {  # what is due after each move, counted by hand from the State Council's notice for 2026
    "mall_spring_festival": [
        *("2026-02-25 24:00", "2026-02-25 24:00", "2026-02-26 10:00", "2026-03-02 24:00", "2026-03-06 24:00"),
        *("2026-03-15 24:00", "2026-03-03 24:00", "2026-03-03 24:00", "2026-03-13 24:00", None),
    ],
    "shop_merchant_silent_twice": [
        *("2026-01-18 24:00", None, "2026-01-22 24:00", "2026-01-30 24:00", "2026-02-08 24:00", "2026-02-06 24:00"),
        *("2026-02-24 24:00", None),
    ],
    "mall_payout_fails_twice": ["2026-05-19 24:00"] * 2 + ["2026-05-26 24:00"] * 6 + [None] * 2,
}
ORDER = """
[order]
id = "O-1"
order_type = "third_party"
paid_at = 2026-02-10T10:00:00+08:00
shipped_at = 2026-02-11T10:00:00+08:00
signed_at = 2026-02-12T10:00:00+08:00
[[order.lines]]
sku = "CUP"
title = "杯子"
quantity = 1
paid_fen = 9900
"""
REQUEST = '[request]\nsku = "CUP"\nkind = "return_and_refund"\nreason = "size_or_colour"\n'


def event(name: str, when: str, by: str, *more: str) -> str:
    """One `[[event]]`."""
    return "\n".join(["[[event]]", f'name = "{name}"', f"at = {when.replace(' ', 'T')}:00+08:00", f'by = "{by}"', *more]) + "\n"


SUBMIT = event("submit", "2026-02-13 10:00", "buyer")


def scenario(folder: Path, *parts: str) -> Scenario:
    """A scenario of the sample order and request, and the parts given."""
    path = folder / "scenario.toml"
    path.write_text("".join((ORDER, REQUEST, *parts)), encoding="utf-8")
    return load(path)


def played(folder: Path, *parts: str) -> Trace:
    """Its trace."""
    return play(scenario(folder, *parts))


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_plays_as_it_says(name: str) -> None:
    trace = play(load(find(name)))
    assert trace.unmet == ()
    assert (trace.refusal.code if trace.refusal else None) == ENDS_REFUSED.get(name)
    assert trace.rows and all(row.expect or name in ENDS_REFUSED for row in trace.scenario.rows)
    title = trace.scenario.title
    assert title is not None and title.zh != title.en and title.en.isprintable()
    assert {row.at.year for row in trace.rows} == {2026}


@pytest.mark.parametrize("key", orders.keys())
def test_each_order_type_has_four_scenarios_and_one_that_pays(key: str) -> None:
    traces = [play(load(find(name))) for name in shipped()]
    mine = [trace for trace in traces if trace.case.workflow.key == key]
    assert len(mine) >= 4
    assert any(trace.case.paid_fen == trace.case.amount_fen for trace in mine)
    assert any(row.refusal for trace in mine for row in trace.rows)


@pytest.mark.parametrize("name", shipped())
def test_a_trace_is_the_history_of_the_case(name: str) -> None:
    """Its steps are those of the case stepped in the plainest way, and each clock step comes when the line before it says."""
    told = load(find(name))
    trace = play(told)
    assert told.request is not None and told.opened_at is not None
    case = RefundCase.open(told.order, told.request, at=told.opened_at, policy=told.policy, workflow=told.workflow)
    for row in told.rows:
        try:
            case = case.apply(row.name, at=row.at, by=row.by, **row.details) if row.name else case.advance(to=row.at)
        except Refused:
            case = case.advance(to=row.at)
    assert [row.step for row in trace.rows if row.step] == list(case.steps)
    assert trace.case == case
    for before, line in pairwise(trace.rows):
        if line.step and line.by == CLOCK.key:
            assert before.due is not None and before.due.at == line.at and before.due.then is line.step.rule


@pytest.mark.parametrize("name", DUES)
def test_what_is_due_after_each_move(name: str) -> None:
    assert [stamp(row.due.at) if row.due else None for row in play(load(find(name))).rows] == DUES[name]


def test_the_subjects_that_a_newcomer_looks_for_are_there() -> None:
    seen: Counter[str] = Counter()
    for name in shipped():
        trace = play(load(find(name)))
        seen.update({f"end {trace.case.state.key}", f"at once {name.endswith('found_at_once')}"})
        seen.update(Counter(step.event for step in trace.case.steps))
        seen.update(f"barred {row.by} {row.state.key}" for row in trace.rows if row.refusal and row.refusal.code == "wrong_state")
    wanted = ("rule_refund", "rule_for_merchant", "negotiation_timeout", "review_timeout", "lose_return", "merchant_refund", "complain")
    assert all(seen[event] for event in (*wanted, "end refunded", "end closed", "at once True"))
    assert seen["payout_failed"] >= 2 and seen["barred merchant platform_arbitration"] >= 3


def test_the_clock_counts_before_a_refusal_and_the_play_goes_on_after_a_foreseen_one(tmp_path: Path) -> None:
    late = event("start_review", "2026-03-05 10:00", "merchant", 'refused = "wrong_state"', 'expect = "awaiting_return"')
    trace = played(tmp_path, SUBMIT, late, event("ship_return", "2026-03-05 10:00", "buyer", 'tracking_no = "T-1"'))
    assert [(row.kind, row.event, row.expected) for row in trace.rows] == [
        ("step", "submit", False),
        ("step", "review_timeout", False),
        ("refused", "start_review", True),
        ("step", "ship_return", False),
    ]
    assert trace.sound


def test_another_refusal_than_foreseen_ends_the_play(tmp_path: Path) -> None:
    early = event("ship_return", "2026-02-13 11:00", "buyer", 'refused = "missing_detail"')
    trace = played(tmp_path, SUBMIT, early, event("cancel", "2026-02-13 12:00", "buyer"))
    assert trace.refusal is not None and trace.refusal.code == "wrong_state" and not trace.sound
    assert trace.case.state.key == "requested"


def test_expectations_that_are_not_met_are_named(tmp_path: Path) -> None:
    wrong = event("start_review", "2026-02-13 11:00", "merchant", 'expect = "rejected"', 'refused = "wrong_actor"')
    trace = played(tmp_path, SUBMIT, wrong)
    assert [line.split(": ", 1)[1] for line in trace.unmet] == [
        "event[1].refused: 'wrong_actor'; but the event was accepted, and the case is 'reviewing'",
        "event[1].expect: 'rejected'; but the case is 'reviewing'",
    ]
    assert not trace.sound and trace.refusal is None


def test_an_unknown_event_is_a_refusal(tmp_path: Path) -> None:
    trace = played(tmp_path, event("sumbit", "2026-02-13 10:00", "buyer"))
    assert trace.refusal is not None and trace.refusal.code == "unknown_event"


def test_time_that_runs_backwards_is_a_refusal(tmp_path: Path) -> None:
    trace = played(tmp_path, SUBMIT, "[[event]]\nadvance = 2026-02-13T09:59:59+08:00\n")
    assert trace.refusal is not None and trace.refusal.code == "time_reversed"


def test_an_event_delivered_twice_and_a_clock_event_by_hand(tmp_path: Path) -> None:
    once = event("submit", "2026-02-13 10:00", "buyer", 'event_id = "e-1"')
    trace = played(tmp_path, once, once, event("review_timeout", "2026-03-01 10:00", "clock", 'event_id = "e-2"'))
    assert [row.kind for row in trace.rows] == ["step", "repeated", "step"]
    last = trace.rows[-1]
    assert last.step == trace.case.steps[-1] and last.step.details["event_id"] == "e-2" and stamp(last.at) == "2026-02-25 24:00"
    assert trace.case.now == at("2026-03-01 10:00")


def test_evidence_is_of_the_event_unless_it_says_otherwise(tmp_path: Path) -> None:
    pieces = 'evidence = [{ kind = "photo" }, { kind = "video", at = 2026-02-12T11:00:00+08:00, note = "开箱" }]'
    step = played(tmp_path, SUBMIT, event("add_evidence", "2026-02-13 11:00", "buyer", pieces)).case.steps[-1]
    assert [(piece.kind, piece.by, piece.at) for piece in step.details["evidence"]] == [
        ("photo", "buyer", at("2026-02-13 11:00")),
        ("video", "buyer", at("2026-02-12 11:00")),
    ]


def test_the_events_until_an_instant(tmp_path: Path) -> None:
    told = scenario(tmp_path, SUBMIT, event("start_review", "2026-02-13 11:00", "merchant"))
    assert play(told, until=at("2026-02-13 10:59")).case.state.key == "requested"
    assert play(told, until=at("2026-02-13 11:00")).case.state.key == "reviewing"
    assert told.last_instant == at("2026-02-13 11:00") and told.opened_at == at("2026-02-13 10:00")


def test_the_policy_of_a_file_and_its_days_beside_it(tmp_path: Path) -> None:
    (tmp_path / "days.toml").write_text("off = [2026-02-25]\n", encoding="utf-8")
    text = '[policy]\nprofile = "statute"\ndays_file = "days.toml"\n'
    trace = played(tmp_path, text, SUBMIT)
    assert trace.case.policy.window_starts == "next_day"
    assert trace.rows[0].due is not None and stamp(trace.rows[0].due.at) == "2026-02-26 24:00"


def test_a_workflow_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = "class Of:\n    own = replace(orders.get('third_party'), key='own')\n"
    code = f"from dataclasses import replace\nfrom refund_fsm import orders\n{own}"
    (tmp_path / "own_process_of_scenarios.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    text = 'workflow = "own_process_of_scenarios:Of.own"\n' + ORDER.replace("third_party", "own") + REQUEST + SUBMIT
    (tmp_path / "own.toml").write_text(text, encoding="utf-8")
    assert play(load(tmp_path / "own.toml")).case.workflow.key == "own"
    (tmp_path / "own.toml").write_text(text.replace('"own"', '"third_party"'), encoding="utf-8")
    with pytest.raises(BadData, match="order_type: 'third_party'; expected 'own'"):
        load(tmp_path / "own.toml")


def test_as_many_events_as_a_file_may_have(tmp_path: Path) -> None:
    row = event("add_evidence", "2026-02-13 11:00", "buyer", 'evidence = { kind = "photo" }')
    told = scenario(tmp_path, SUBMIT, row * (MAX_EVENTS - 1))
    assert len(told.rows) == MAX_EVENTS
    with pytest.raises(BadData, match="10,001 events'; expected at most 10,000"):
        scenario(tmp_path, SUBMIT, row * MAX_EVENTS)
