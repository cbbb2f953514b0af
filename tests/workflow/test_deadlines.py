"""Deadlines counted from an instant: in hours, days and working days of Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refund_fsm import BadData, CalendarOutOfRange, WorkCalendar
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Deadline, Unit
from refund_fsm.workflow.calendar import MAX_DAYS_AHEAD, MAX_HOURS_AHEAD
from tests.samples import at
from tests.workflow.days import CHINA, NAIVE, STRICT

DEADLINES: list[tuple[str, int, Unit, bool, str, bool]] = [
    # start                length unit          roll   at                     provisional
    ("2026-02-12T10:00:00", 7, "days", False, "2026-02-20T00:00:00", False),  # L1, signed 2026-02-12
    ("2026-02-12T10:00:00", 7, "days", True, "2026-02-25T00:00:00", False),  # the same, rolled over (L4)
    ("2026-02-12T10:00:00", 6, "days", False, "2026-02-19T00:00:00", False),  # D4: the signing day is day 1
    ("2026-02-11T10:00:00", 3, "days", True, "2026-02-15T00:00:00", False),  # a make-up Saturday stays
    ("2026-02-12T10:00:00", 3, "working_days", False, "2026-02-25T00:00:00", False),
    ("2026-02-12T10:00:00", 3, "working_days", True, "2026-02-25T00:00:00", False),
    ("2026-02-15T10:00:00", 1, "working_days", False, "2026-02-25T00:00:00", False),  # begun on a holiday
    ("2026-03-02T00:00:00", 1, "days", False, "2026-03-04T00:00:00", False),  # 00:00 belongs to the day that begins
    ("2026-03-01T23:59:59", 1, "days", False, "2026-03-03T00:00:00", False),
    ("2026-03-02T00:00:00", 1, "working_days", False, "2026-03-04T00:00:00", False),
    ("2026-03-01T23:59:59", 1, "working_days", False, "2026-03-03T00:00:00", False),
    ("2026-02-12T10:00:01", 48, "hours", False, "2026-02-14T10:00:01", False),
    ("2026-02-15T10:00:00", 1, "hours", True, "2026-02-15T11:00:00", False),  # hours are exact, whatever the day
    ("2026-12-30T10:00:00", 1, "working_days", False, "2027-01-01T00:00:00", False),  # ends as the known years end
    ("2026-12-30T10:00:00", 2, "working_days", False, "2027-01-02T00:00:00", True),
    ("2026-12-30T10:00:00", 3, "working_days", False, "2027-01-05T00:00:00", True),
    ("2026-12-30T10:00:00", 15, "days", False, "2027-01-15T00:00:00", False),  # plain days ask no calendar
    ("2026-12-30T10:00:00", 3, "days", True, "2027-01-05T00:00:00", True),
    ("2026-12-30T10:00:00", 72, "hours", False, "2027-01-02T10:00:00", False),
]


@pytest.mark.parametrize(("start", "length", "unit", "roll_over", "expected", "provisional"), DEADLINES)
def test_a_deadline_is_the_end_of_its_last_day_or_hour(
    start: str, length: int, unit: Unit, roll_over: bool, expected: str, provisional: bool
) -> None:
    own = WorkCalendar()
    first = own.deadline(at(start), length, unit, roll_over=roll_over)
    assert first == Deadline(at(expected), provisional)
    assert first.at.tzinfo is SHANGHAI
    assert own.deadline(at(start), length, unit, roll_over=roll_over) == first
    if unit != "hours":
        assert own.deadline(at(start), length, unit, roll_over=roll_over) is first, "counted once"


def test_the_day_is_that_of_shanghai() -> None:
    evening = datetime(2026, 2, 11, 16, 30, tzinfo=UTC)  # 00:30 of 2026-02-12 in Shanghai
    found = CHINA.deadline(evening, 7, "days")
    assert found == CHINA.deadline(at("2026-02-12T10:00:00"), 7, "days")
    assert found.at.tzinfo is SHANGHAI


UNITS: tuple[Unit, ...] = ("hours", "days", "working_days")


STARTS = st.dates(date(2003, 6, 1), date(2028, 12, 31)).flatmap(
    lambda day: st.times().map(lambda time: datetime.combine(day, time, SHANGHAI))
)


@given(
    starts=st.tuples(STARTS, STARTS).map(sorted),
    length=st.integers(1, 30),
    unit=st.sampled_from(UNITS),
    roll_over=st.booleans(),
)
@example(starts=[at("2026-02-13T23:59:59"), at("2026-02-14T00:00:00")], length=1, unit="days", roll_over=True)
def test_deadlines_are_monotone(starts: list[datetime], length: int, unit: Unit, roll_over: bool) -> None:
    one, two = (CHINA.deadline(start, length, unit, roll_over=roll_over).at for start in starts)
    assert starts[0] < one <= two
    assert one <= CHINA.deadline(starts[0], length + 1, unit, roll_over=roll_over).at


@given(start=STARTS, length=st.integers(1, 30), unit=st.sampled_from(UNITS), roll_over=st.booleans())
def test_a_strict_calendar_agrees_or_raises(start: datetime, length: int, unit: Unit, roll_over: bool) -> None:
    relaxed = CHINA.deadline(start, length, unit, roll_over=roll_over)
    if relaxed.provisional:
        with pytest.raises(CalendarOutOfRange):
            STRICT.deadline(start, length, unit, roll_over=roll_over)
    else:
        assert STRICT.deadline(start, length, unit, roll_over=roll_over) == relaxed


BAD_COUNTS: list[tuple[Any, Any, Any, str]] = [
    # start                     length               unit            field
    (at("2026-02-12T10:00:00"), 0, "days", "length"),
    (at("2026-02-12T10:00:00"), -1, "working_days", "length"),
    (at("2026-02-12T10:00:00"), True, "days", "length"),
    (at("2026-02-12T10:00:00"), 1.0, "days", "length"),
    (at("2026-02-12T10:00:00"), MAX_DAYS_AHEAD + 1, "days", "length"),
    (at("2026-02-12T10:00:00"), MAX_HOURS_AHEAD + 1, "hours", "length"),
    (at("2026-02-12T10:00:00"), 7, "weeks", "unit"),
    (NAIVE, 7, "days", "start"),
    (date(2026, 2, 12), 7, "days", "start"),
]


@pytest.mark.parametrize(("start", "length", "unit", "field"), BAD_COUNTS)
def test_what_cannot_be_counted_is_bad_data(start: Any, length: Any, unit: Any, field: str) -> None:
    own = WorkCalendar()
    own.deadline(at("2026-02-12T10:00:00"), 1, "days")  # True and 1.0 equal the 1 that is now in the cache
    with pytest.raises(BadData) as caught:
        own.deadline(start, length, unit)
    assert caught.value.field == field
