"""Owns on which sort of day, and at which hour of it, a count begins: before a weekend, a make-up day or a long holiday, near midnight.

The sorts have names, of which each instant has one. Must not count a limit, nor know what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from refund_fsm.scenario import START
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Unit, WorkCalendar

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
PLAIN = "on a plain day"
HOURS = ("at midnight", "a moment before midnight", "at midnight in UTC", "a moment before midnight in UTC")
DAYS = (
    "on the day before a weekend",
    "on the day before a make-up day",
    "on a make-up day",
    "on the day before a holiday",
    "on a day of rest",
    "at the end of February",
    "at the end of a year",
)
LAST = {2: DAYS[5], 12: DAYS[6]}  # months at whose end the plain days are a sort of their own
LAST_DAYS = 4
NOON = time(10)  # the hour at which counts begin whose day matters
FAR = 420  # days before and after `START` among which days are looked for
HOLIDAY = 4  # days of rest in a row that are more than a weekend
EACH = 3  # instants of one sort that are tried, should the first not do
SATURDAY = 5


def sort_of(at: datetime, calendar: WorkCalendar) -> str:
    """The sort of an instant: by its hour where that is near midnight in Shanghai or in UTC, else by its day."""
    here, there = at.astimezone(SHANGHAI), at.astimezone(UTC)
    for local, name, moment in ((here, HOURS[0], HOURS[1]), (there, HOURS[2], HOURS[3])):
        if local.time() == time(0):
            return name
        if (local + TICK).time() == time(0):
            return moment
    return _sort_of_day(here.date(), calendar)


@lru_cache(maxsize=4096)
def _sort_of_day(day: date, calendar: WorkCalendar) -> str:
    works, tomorrow = calendar.is_working, day + DAY
    if not works(day):
        return DAYS[4]
    rest = next(number for number in range(1, FAR) if works(day + DAY * number)) - 1
    if rest >= HOLIDAY:
        return DAYS[3]
    if day.weekday() >= SATURDAY:
        return DAYS[2]
    if rest:
        return DAYS[0]
    if tomorrow.weekday() >= SATURDAY:
        return DAYS[1]
    return LAST[day.month] if day.month in LAST and (day + DAY * LAST_DAYS).month != day.month else PLAIN


def instants(calendar: WorkCalendar, unit: Unit | None) -> Iterator[tuple[str, list[datetime]]]:
    """By sort, instants at which a count in a unit may begin; None: all sorts. Those of hours ask for no day but one before a weekend,
    those of days for no other either but the ends of a month. Of long holidays the longest come first; of other days the nearest
    after `START`."""
    plain = [day for day in _known(calendar) if _sort_of_day(day, calendar) == PLAIN][:EACH]
    yield PLAIN, [_at(day, NOON) for day in plain]
    hours = HOURS[:2] if unit == "hours" else HOURS
    for name, moment, zone in ((HOURS[0], HOURS[1], SHANGHAI), (HOURS[2], HOURS[3], UTC)):
        if name in hours:
            midnights = [datetime.combine(day, time(0), zone).astimezone(SHANGHAI) for day in plain]
            yield name, midnights
            yield moment, [at - TICK for at in midnights]
    for name in {"hours": DAYS[:1], "days": (DAYS[0], *LAST.values())}.get(unit or "", DAYS):
        days = [day for day in _known(calendar) if _sort_of_day(day, calendar) == name]
        if name == DAYS[3]:
            days.sort(key=lambda day: -next(n for n in range(1, FAR) if calendar.is_working(day + DAY * n)))
        yield name, [_at(day, NOON) for day in days[:EACH]]


@lru_cache(maxsize=16)
def exceptional(calendar: WorkCalendar) -> tuple[date, ...]:
    """The days of published years that are not as their day of the week: holidays and make-up days, in order."""
    return tuple(sorted(day for day in _known(calendar) if calendar.is_working(day) != (day.weekday() < SATURDAY)))


def working_before(day: date, calendar: WorkCalendar) -> datetime:
    """Ten o'clock on the last working day before a day."""
    return _at(next(one for number in range(1, FAR) if calendar.is_working(one := day - DAY * number)), NOON)


def _at(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, SHANGHAI)


@lru_cache(maxsize=16)
def _known(calendar: WorkCalendar) -> tuple[date, ...]:
    """Days of published years (with the fortnight after them), those from `START` on first, then those before it, the latest first."""
    first = START.date()
    around = (*range(FAR), *range(-1, -FAR, -1))
    days = (first + DAY * number for number in around)
    return tuple(day for day in days if all(calendar.is_known(day + DAY * more) for more in (0, 14)))
