"""Policy: its two profiles, its files, and where each default comes from."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, CalendarOutOfRange, Policy, Span
from refund_fsm.workflow.catalogue import expand
from tests.samples import at, case, play


def test_the_profiles_differ_in_what_the_law_says() -> None:
    guide, statute = Policy.guide(), Policy.statute()
    differing = {name for name in Policy.model_fields if getattr(guide, name) != getattr(statute, name)}
    assert differing == {"window_starts", "roll_over", "receipt_days"}
    assert Policy() == guide == Policy.profile("guide")
    assert hash(Policy()) == hash(guide)


@pytest.mark.parametrize("field", Policy.model_fields)
def test_every_default_says_where_it_comes_from(field: str) -> None:
    assert expand(Policy.cites_of(field))


BAD: list[tuple[dict[str, Any], str]] = [
    ({"return_days": 0}, "return_days: 0; expected greater than or equal to 1"),
    ({"return_days": 7.0}, "return_days: 7.0; expected a whole number"),
    ({"return_days": 366}, "return_days: 366; expected less than or equal to 365"),
    ({"max_resubmissions": -1}, "max_resubmissions: -1"),
    ({"on_merchant_silence": "shrug"}, "on_merchant_silence: 'shrug'; expected 'approve' or 'escalate'"),
    ({"roll_over": "yes"}, "roll_over: 'yes'; expected true or false"),
    ({"review_working_days": 3}, "review_working_days: 3"),
    ({"review_working_days": {"at_least": 4, "at_most": 3}}, "review_working_days.at_least: 4; expected at most at_most, which is 3"),
    ({"return_day": 7}, "return_day: 7; expected no such field"),
]


@pytest.mark.parametrize(("change", "message"), BAD)
def test_bad_values_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadData) as caught:
        Policy(**change)
    assert str(caught.value).startswith(message)


def written(folder: Path, text: str) -> Path:
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_changes_what_it_names_of_a_profile(tmp_path: Path) -> None:
    text = 'profile = "statute"\nreturn_days = 9\nreview_working_days = {at_least = 1, at_most = 2}\ndays_file = "days.toml"'
    policy = Policy.from_file(written(tmp_path, text))
    expected = Policy.statute().model_copy(
        update={"return_days": 9, "review_working_days": Span(at_least=1, at_most=2), "days_file": tmp_path / "days.toml"}
    )
    assert policy == expected
    (tmp_path / "days.toml").write_text("off = [2026-03-02]\n", encoding="utf-8")
    assert not policy.calendar.is_working(at("2026-03-02 00:00").date())
    with pytest.raises(BadData, match="days_file"):
        _ = Policy(days_file=tmp_path / "none.toml").calendar


FILES = [
    ("return_days = 0", r"policy\.toml\.return_days: 0"),
    ("luck = 1", r"policy\.toml\.luck: 1; expected no such field"),
    ('profile = "kind"', r"profile: 'kind'; expected 'guide' or 'statute'"),
    ("return_days = ", r"valid TOML"),
]


@pytest.mark.parametrize(("text", "message"), FILES)
def test_a_bad_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(BadData, match=message):
        Policy.from_file(written(tmp_path, text))


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "days.toml")
    with pytest.raises(BadData, match="a readable TOML file"):
        _ = Policy(days_file=tmp_path / "days.toml").calendar
    deep = tmp_path / "deep.toml"
    deep.write_text("x = " + "[" * 5000, encoding="utf-8")
    with pytest.raises(BadData, match="not nested so deeply"):
        Policy.from_file(deep)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"none\.toml.*a readable TOML file"):
        Policy.from_file(tmp_path / "none.toml")
    with pytest.raises(BadData, match="a readable TOML file"):
        Policy.from_file(tmp_path)


def test_beyond_the_calendar_an_error_can_be_asked_for() -> None:
    strict = Policy(beyond="error")
    later = {"paid_at": at("2026-12-20 10:00"), "shipped_at": at("2026-12-21 10:00"), "signed_at": at("2026-12-29 10:00")}
    one = play(case("self_operated", opened="2026-12-30 10:00", order=later, policy=strict), "2026-12-30 10:00 | buyer | submit")
    with pytest.raises(CalendarOutOfRange, match="2027"):
        _ = one.due
    assert one.to_json()


def test_a_changed_copy_has_a_calendar_of_its_own() -> None:
    policy = Policy()
    assert policy.calendar.nth_working_day(at("2026-12-31 00:00").date(), 1)[1]
    with pytest.raises(CalendarOutOfRange):
        policy.model_copy(update={"beyond": "error"}).calendar.nth_working_day(at("2026-12-31 00:00").date(), 1)


def test_silence_escalates_when_the_policy_says_so() -> None:
    for silence, state in (("approve", "awaiting_return"), ("escalate", "platform_arbitration")):
        one = play(case(policy=Policy(on_merchant_silence=silence)), "2026-02-13 10:00 | buyer | submit")  # type: ignore[arg-type]  # both are choices
        assert one.due is not None
        assert one.due.then is not None
        assert one.due.then.dest.key == state
        assert one.advance(to=one.due.at).state.key == state
