"""What becomes of a file's events: refusals that it foresaw and others, time that passes, what it brings of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_fsm import BadData, orders
from refund_fsm.orders.registry import REGISTRY
from refund_fsm.scenario.file import Scenario, load
from refund_fsm.scenario.news import MAX_EVENTS
from refund_fsm.scenario.trace import Trace, play
from refund_fsm.text.words import stamp
from tests.samples import at
from tests.scenario.files import ORDER, REQUEST, SUBMIT, event


def scenario(folder: Path, *parts: str) -> Scenario:
    """A scenario of the order and the request, and the parts given."""
    path = folder / "scenario.toml"
    path.write_text("".join((ORDER, REQUEST, *parts)), encoding="utf-8")
    return load(path)


def played(folder: Path, *parts: str) -> Trace:
    """Its trace."""
    return play(scenario(folder, *parts))


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


def test_an_event_delivered_twice_and_one_that_the_clock_made_are_taken_once(tmp_path: Path) -> None:
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


def test_only_the_events_until_an_instant_are_played(tmp_path: Path) -> None:
    told = scenario(tmp_path, SUBMIT, event("start_review", "2026-02-13 11:00", "merchant"))
    assert play(told, until=at("2026-02-13 10:59")).case.state.key == "requested"
    assert play(told, until=at("2026-02-13 11:00")).case.state.key == "reviewing"
    assert told.last_instant == at("2026-02-13 11:00") and told.opened_at == at("2026-02-13 10:00")


def test_a_file_may_bring_its_policy_and_days_beside_it(tmp_path: Path) -> None:
    (tmp_path / "days.toml").write_text("off = [2026-02-25]\n", encoding="utf-8")
    text = '[policy]\nprofile = "statute"\ndays_file = "days.toml"\n'
    trace = played(tmp_path, text, SUBMIT)
    assert trace.case.policy.window_starts == "next_day"
    assert trace.rows[0].due is not None and stamp(trace.rows[0].due.at) == "2026-02-26 24:00"


def test_a_file_may_name_a_workflow_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_a_file_may_have_so_many_events_and_no_more(tmp_path: Path) -> None:
    row = event("add_evidence", "2026-02-13 11:00", "buyer", 'evidence = { kind = "photo" }')
    told = scenario(tmp_path, SUBMIT, row * (MAX_EVENTS - 1))
    assert len(told.rows) == MAX_EVENTS
    with pytest.raises(BadData, match="10,001 events'; expected at most 10,000"):
        scenario(tmp_path, SUBMIT, row * MAX_EVENTS)


OFFICIAL = ORDER.replace("third_party", "shop_official")


@pytest.mark.parametrize(
    ("policy", "due"),
    [
        ("", "2026-02-18 24:00"),  # the table's own profile: five days, since 36 hours would end at the festival
        ("[policy]\nafter_sale_days = 20\n", "2026-02-18 24:00"),
        ('[policy]\nprofile = "platform"\ncopy = "2026-03-09"\n', "2026-02-18 24:00"),
        ('[policy]\nprofile = "guide"\n', "2026-02-14 22:00"),
    ],
)
def test_a_file_that_names_no_profile_has_its_tables_own(tmp_path: Path, policy: str, due: str) -> None:
    (tmp_path / "one.toml").write_text("".join((policy, OFFICIAL, REQUEST, SUBMIT)), encoding="utf-8")
    found = play(load(tmp_path / "one.toml")).rows[0].due
    assert found is not None and stamp(found.at) == due


def test_a_file_is_of_the_edition_in_force_when_its_case_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(REGISTRY, "shop_official", ("refund_fsm.orders.shop_official", "tests.advice.later_edition"))
    first, second = orders.editions("shop_official")
    parts = OFFICIAL.replace("2026-02", "2026-06"), REQUEST
    for number, (opened, edition) in enumerate((("2026-06-30 23:59", first), ("2026-07-01 00:00", second))):
        path = tmp_path / f"{number}.toml"
        path.write_text("".join((*parts, event("submit", opened, "buyer"))), encoding="utf-8")
        assert load(path).workflow is edition
        path.write_text(
            f"opened_at = {opened.replace(' ', 'T')}:00+08:00\n" + "".join((*parts, event("submit", "2026-07-02 10:00", "buyer")))
        )
        assert load(path).workflow is play(load(path)).case.workflow is edition
    path.write_text("".join((OFFICIAL.replace("2026-02", "2025-11"), REQUEST, event("submit", "2025-12-01 10:00", "buyer"))))
    with pytest.raises(BadData, match=r"opened_at: '2025-12-01T10:00:00.08:00'; expected not before 2025-12-24"):
        load(path)
