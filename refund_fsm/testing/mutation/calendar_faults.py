"""Owns the faults of a calendar: days that are no working days, counts that begin or end elsewhere, as calendars to count by.

A faulty calendar stands in the place of the policy's own while a mutant is judged or run. Must not know what is counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import partial

from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Deadline, Policy, Unit, WorkCalendar, Workflow

DAY, TICK, MINUTE = timedelta(days=1), timedelta(microseconds=1), timedelta(minutes=1)
SATURDAY = 5

Works = Callable[[WorkCalendar, date], bool]
Ends = Callable[[WorkCalendar, datetime, int, Unit, bool], Deadline]


class _Faulty(WorkCalendar):
    """A calendar with one fault, equal to none without it."""

    def __init__(self, right: WorkCalendar, fault: str) -> None:
        self._beyond, self._own, self._cache = right._beyond, right._own, {}
        self._right, self._fault = right, fault

    @property
    def _identity(self) -> tuple[str, str]:
        return self._right._identity[0], f"{self._right._identity[1]}, {self._fault}"


class OtherDays(_Faulty):
    """A calendar on which other days are working days."""

    def __init__(self, right: WorkCalendar, fault: str, works: Works) -> None:
        super().__init__(right, fault)
        self._otherwise = works

    def _works(self, day: date) -> bool:
        return self._otherwise(self._right, day)


class OtherEnds(_Faulty):
    """A calendar by which counts end elsewhere."""

    def __init__(self, right: WorkCalendar, fault: str, ends: Ends) -> None:
        super().__init__(right, fault)
        self._ends = ends

    def deadline(self, start: datetime, length: int, unit: Unit, *, roll_over: bool = False) -> Deadline:
        """The end of a count by this calendar."""
        return self._ends(self._right, start, length, unit, roll_over)


def _monday_to_friday(_: WorkCalendar, day: date) -> bool:
    return day.weekday() < SATURDAY


def _no_make_up_days(right: WorkCalendar, day: date) -> bool:
    return day.weekday() < SATURDAY and right.is_working(day)


def _no_holidays(right: WorkCalendar, day: date) -> bool:
    return day.weekday() < SATURDAY or right.is_working(day)


def _every_day(_: WorkCalendar, __: date) -> bool:
    return True


DAYS: Mapping[str, Works] = {
    "people work from Monday to Friday": _monday_to_friday,
    "make-up days are missed": _no_make_up_days,
    "holidays are missed": _no_holidays,
    "every day is a working day": _every_day,
}


def _same_day(right: WorkCalendar, start: datetime, length: int, unit: Unit, roll: bool, *, of: Unit) -> Deadline:
    back = DAY if unit == of else timedelta(0)
    return right.deadline(start - back, length, unit, roll_over=roll)


def _in_utc(right: WorkCalendar, start: datetime, length: int, unit: Unit, roll: bool) -> Deadline:
    if unit == "hours":
        return right.deadline(start, length, unit)
    found = right.deadline(start.astimezone(UTC).replace(tzinfo=SHANGHAI), length, unit, roll_over=roll)
    return Deadline(found.at.replace(tzinfo=UTC).astimezone(SHANGHAI), found.provisional)


def _from_the_minute(right: WorkCalendar, start: datetime, length: int, unit: Unit, roll: bool) -> Deadline:
    """The n-th (working) day as it should be, up to the hour at which the count began."""
    found = right.deadline(start, length, unit, roll_over=roll)
    if unit == "hours":
        return found
    local = start.astimezone(SHANGHAI)
    return Deadline(datetime.combine(found.at - DAY, local.timetz()), found.provisional)


def _to_the_day(right: WorkCalendar, start: datetime, length: int, unit: Unit, roll: bool) -> Deadline:
    """Hours that last to the end of their day."""
    found = right.deadline(start, length, unit, roll_over=roll)
    midnight = datetime.combine(found.at.astimezone(SHANGHAI), time(0), SHANGHAI)
    return found if found.at == midnight else Deadline(midnight + DAY, found.provisional)


def _off(right: WorkCalendar, start: datetime, length: int, unit: Unit, roll: bool, *, by: timedelta) -> Deadline:
    found = right.deadline(start, length, unit, roll_over=roll)
    return Deadline(found.at + by, found.provisional)


ENDS: Mapping[str, Ends] = {
    "working days count from the day itself": partial(_same_day, of="working_days"),
    "days count from the day itself": partial(_same_day, of="days"),
    "days of limits are those of UTC": _in_utc,
    "days of limits last 24 hours from the minute": _from_the_minute,
    "hours last to the end of the day": _to_the_day,
    "limits end a microsecond late": partial(_off, by=TICK),
    "limits end a microsecond early": partial(_off, by=-TICK),
    "limits end a minute late": partial(_off, by=MINUTE),
    "limits end a minute early": partial(_off, by=-MINUTE),
}


def another_calendar(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    """Each faulty calendar."""
    for name, works in DAYS.items():
        yield Mutant("another calendar", name, "calendar", workflow, dict, calendar=partial(OtherDays, fault=name, works=works))
    for name, ends in ENDS.items():
        yield Mutant("another calendar", name, "calendar", workflow, dict, calendar=partial(OtherEnds, fault=name, ends=ends))
