"""China's working days, against a second opinion and a naive count."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import chinese_calendar
import holidays
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refund_fsm import BadData
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow.calendar import MAX_DAYS_AHEAD
from tests.samples import at
from tests.workflow.days import CHINA, ONE_DAY, STRICT, days_of

find_workday: Callable[[int, date], date] = chinese_calendar.find_workday


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_agrees_with_a_second_opinion(year: int) -> None:
    other = holidays.country_holidays("CN", years=range(year - 1, year + 2))
    days = list(days_of(date(year, 1, 1), date(year, 12, 31)))
    assert [day for day in days if CHINA.is_working(day) != other.is_working_day(day)] == []


def test_every_published_day_is_what_chinesecalendar_says() -> None:
    """Its own `is_workday` is the judge of how we read its tables, to the first and last day that it accepts."""
    first, last = min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year
    days = list(days_of(date(first, 1, 1), date(last, 12, 31)))
    judge: Callable[[date], bool] = chinese_calendar.is_workday
    assert [day for day in days if STRICT.is_working(day) != judge(day)] == []
    assert all(CHINA.is_known(day) for day in days)
    assert not CHINA.is_known(days[0] - ONE_DAY)
    assert not CHINA.is_known(days[-1] + ONE_DAY)


TRAPS = [
    # day          works  why
    ("2026-02-13", True, "the Friday before the Spring Festival"),
    ("2026-02-14", True, "a Saturday that is worked, on the eve of the festival"),
    ("2026-02-15", False, "the festival begins on a Sunday"),
    ("2026-02-16", False, "New Year's Eve, a Monday"),
    ("2026-02-20", False, "a Friday given for 2026-02-14"),
    ("2026-02-23", False, "a Monday given for 2026-02-28"),
    ("2026-02-24", True, "the first day after the festival"),
    ("2026-02-28", True, "a Saturday that is worked"),
    ("2026-01-04", True, "a Sunday that is worked"),
    ("2026-03-01", False, "a plain Sunday"),
    ("2026-10-08", True, "the first day after the National Day week"),
    ("2026-10-10", True, "a Saturday that is worked"),
    ("2024-02-09", True, "New Year's Eve of 2024: leave was recommended, not given"),
]


@pytest.mark.parametrize(("day", "works", "why"), TRAPS)
def test_a_day_that_traps_is_judged_right(day: str, works: bool, why: str) -> None:
    assert CHINA.is_working(date.fromisoformat(day)) is works, why
    assert CHINA.is_known(date.fromisoformat(day))


ROLLS = [
    # day          rolls to      provisional
    ("2026-02-13", "2026-02-13", False),
    ("2026-02-14", "2026-02-14", False),
    ("2026-02-15", "2026-02-24", False),
    ("2026-02-19", "2026-02-24", False),
    ("2026-12-31", "2026-12-31", False),
    ("2027-01-01", "2027-01-01", True),
    ("2027-01-02", "2027-01-04", True),
    ("2003-12-31", "2003-12-31", True),
]


@pytest.mark.parametrize(("day", "expected", "provisional"), ROLLS)
def test_a_day_off_rolls_to_the_next_working_day(day: str, expected: str, provisional: bool) -> None:
    assert CHINA.roll(date.fromisoformat(day)) == (date.fromisoformat(expected), provisional)


NTH = [
    # after        n  is            provisional
    ("2026-02-12", 1, "2026-02-13", False),
    ("2026-02-12", 2, "2026-02-14", False),
    ("2026-02-12", 3, "2026-02-24", False),
    ("2026-02-12", 7, "2026-02-28", False),
    ("2026-02-14", 1, "2026-02-24", False),
    ("2026-12-22", 7, "2026-12-31", False),
    ("2026-12-23", 7, "2027-01-01", True),
    ("2003-12-31", 1, "2004-01-02", False),
    ("2003-12-30", 1, "2003-12-31", True),
    ("2003-12-30", 2, "2004-01-02", True),
]


@pytest.mark.parametrize(("day", "n", "expected", "provisional"), NTH)
def test_the_nth_working_day_is_past_the_days_off(day: str, n: int, expected: str, provisional: bool) -> None:
    assert CHINA.nth_working_day(date.fromisoformat(day), n) == (date.fromisoformat(expected), provisional)


@given(day=st.dates(date(2003, 6, 1), date(2028, 12, 31)), n=st.integers(1, 40))
@example(day=date(2026, 12, 22), n=8)
def test_the_nth_working_day_is_found_by_counting(day: date, n: int) -> None:
    ahead = list(days_of(day + ONE_DAY, day + timedelta(days=4 * n + 30)))
    expected = [one for one in ahead if CHINA.is_working(one)][n - 1]
    consulted = ahead[: ahead.index(expected) + 1]
    assert CHINA.nth_working_day(day, n) == (expected, not all(map(CHINA.is_known, consulted)))


def test_seven_working_days_outlast_seven_days() -> None:
    """rules.md § 1.L: A13 is longer than L1 for every receipt date up to 2026-12-22; with roll-over never shorter."""
    for day in days_of(date(2024, 1, 1), date(2026, 12, 22)):
        seventh, provisional = CHINA.nth_working_day(day, 7)
        assert not provisional
        assert seventh > day + timedelta(days=7)
        assert seventh >= CHINA.roll(day + timedelta(days=7))[0]


@pytest.mark.parametrize("n", [0, -1, MAX_DAYS_AHEAD + 1, True, 2.0])
def test_n_is_bounded(n: Any) -> None:
    with pytest.raises(BadData, match=f"1 to {MAX_DAYS_AHEAD:,}"):
        CHINA.nth_working_day(date(2026, 2, 12), n)
    assert CHINA.nth_working_day(date(2026, 2, 12), MAX_DAYS_AHEAD)[1]


@pytest.mark.parametrize("day", [at("2026-02-12T10:00:00"), "2026-02-12", None, date(1999, 12, 31), date(2200, 1, 1)])
def test_a_day_is_a_date(day: Any) -> None:
    for ask in (CHINA.is_working, CHINA.is_known, CHINA.roll, lambda day: CHINA.nth_working_day(day, 1)):
        with pytest.raises(BadData, match=r"^day: "):
            ask(day)


@pytest.mark.parametrize("n", [1, 3, 7])
def test_a_limit_is_checked_by_hand_as_its_docstring_says(n: int) -> None:
    """Two other packages, asked as `WorkCalendar.deadline` says, on every day of two years; and what is off by one when asked otherwise."""
    other, calendar, late = holidays.country_holidays("CN", years=(2024, 2025, 2026, 2027)), CHINA, set[date]()
    find_workday: Any = chinese_calendar.find_workday  # it has no types
    for number in range(700):
        day = date(2025, 1, 1) + timedelta(days=number)
        last = (calendar.deadline(datetime.combine(day, time(10), SHANGHAI), n, "working_days").at - timedelta(days=1)).date()
        assert last == find_workday(n - 1, day + timedelta(days=1))
        assert last == other.get_nth_working_day(day, n)
        if find_workday(n, day) != last:
            late.add(day)
            assert calendar.nth_working_day(last, 1)[0] == find_workday(n, day)
        assert (day in late) == (not calendar.is_working(day))
    assert date(2026, 2, 15) in late
    assert (find_workday(1, date(2026, 2, 15)), find_workday(0, date(2026, 2, 16))) == (
        date(2026, 2, 25),
        date(2026, 2, 24),
    )
