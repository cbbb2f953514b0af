"""A calendar as it was, and whether a fact rests on days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from refund_fsm import Policy, WorkCalendar
from refund_fsm.workflow import as_of, looks_at_days
from tests.samples import at

PUBLISHED = "chinesecalendar 0.1 (2004–2024)"


def test_a_calendar_as_it_was_lacks_the_years_that_came_later() -> None:
    then = as_of(WorkCalendar(), PUBLISHED)
    assert then is not None
    for day in (date(2024, 10, 1), date(2024, 10, 12), date(2024, 12, 31)):
        assert (then.is_working(day), then.is_known(day)) == (WorkCalendar().is_working(day), True)
    assert WorkCalendar().is_working(date(2025, 1, 1)) is False
    assert (then.is_working(date(2025, 1, 1)), then.is_known(date(2025, 1, 1))) == (True, False)
    assert then.nth_working_day(date(2024, 12, 31), 1) == (date(2025, 1, 1), True)


@pytest.mark.parametrize("version", ["chinesecalendar 9 (2004–2099)", "chinesecalendar 9", "days", f"{PUBLISHED} + days file sha256:0"])
def test_a_calendar_that_cannot_be_known_from_here_is_none(version: str) -> None:
    assert as_of(WorkCalendar(), version) is None


def test_own_days_stay_as_long_as_the_file_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "days.toml").write_text("off = [2025-01-02]\n", encoding="utf-8")
    own = WorkCalendar(days_file=tmp_path / "days.toml")
    then = as_of(own, f"{PUBLISHED} + {own.version.partition(' + ')[2]}")
    assert then is not None and as_of(own, PUBLISHED) is None
    assert (then.is_working(date(2025, 1, 1)), then.is_working(date(2025, 1, 2))) == (True, False)


@pytest.mark.parametrize(
    ("looks", "asked"),
    [
        (lambda policy: policy.calendar.roll(date(2026, 2, 1)), True),
        (lambda policy: policy.calendar.is_known(date(2026, 2, 1)), True),
        (lambda policy: policy.calendar.deadline(at("2026-02-01 10:00"), 3, "working_days"), True),
        (lambda policy: policy.calendar.deadline(at("2026-02-01 10:00"), 3, "days", roll_over=True), True),
        (lambda policy: policy.calendar.deadline(at("2026-02-01 10:00"), 3, "days"), False),
        (lambda policy: policy.calendar.deadline(at("2026-02-01 10:00"), 3, "hours"), False),
        (lambda policy: policy.no_reason_days, False),
    ],
)
def test_it_is_known_whether_a_day_was_looked_at(looks: object, asked: bool) -> None:
    policy = Policy()
    assert looks_at_days(policy, looks) is asked  # type: ignore[arg-type]  # each is a function of the policy
    assert looks_at_days(policy, looks) is asked, "a count that is kept is no excuse"  # type: ignore[arg-type]  # the same
