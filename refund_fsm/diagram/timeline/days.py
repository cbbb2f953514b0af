"""Owns the axis of a timeline: which dates stand on it, which days nobody works, and what festivals are called.

Must not know a case or a picture: it is told from when to when, how wide a day is, and by which policy days are judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from refund_fsm.text import SHANGHAI, Text
from refund_fsm.workflow import FIRST_YEAR, LAST_YEAR, Policy, festival

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
LEAST_DAY = 2.0  # points: where a day is narrower, days off are not told apart
AROUND = timedelta(days=10)  # that are looked at before and after, so that days off are seen whole
MOST_DAYS = 1_000  # that are judged for one picture
HOURS, DAYS, MONTHS, YEARS = (3, 6, 12), (1, 2, 7, 14), (1, 3, 6), (1, 2, 5, 10, 20, 50, 100)
ROOM = 48.0  # points for a date
MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Off:
    """Days on which nobody works, from `begin` to before `end`, with the festival among them."""

    begin: datetime
    end: datetime
    name: Text | None


@dataclass(frozen=True, slots=True)
class Tick:
    """An instant on the axis and what stands there."""

    at: datetime
    said: str


def midnight(day: date) -> datetime:
    """The beginning of a day in Shanghai."""
    return datetime.combine(day, time.min, SHANGHAI)


def days_off(begin: datetime, end: datetime, policy: Policy, width: float) -> Iterator[Off]:
    """The days off that fall between two instants, those that follow each other as one, whole even where they begin before or end after;
    none where a day is narrower than `LEAST_DAY` points, and of days that the calendar must not judge."""
    first, last = begin.date(), end.date()
    if width < LEAST_DAY or (last - first).days > MOST_DAYS:
        return
    calendar, run, day = policy.calendar, list[date](), first - AROUND
    while day <= last + AROUND + DAY:
        judged = FIRST_YEAR <= day.year <= LAST_YEAR and (policy.beyond == "provisional" or calendar.is_known(day))
        if judged and day <= last + AROUND and not calendar.is_working(day):
            run.append(day)
        elif run:
            if run[0] <= last and first <= run[-1]:
                yield Off(midnight(run[0]), midnight(run[-1] + DAY), next((name for one in run if (name := festival(one))), None))
            run = []
        day += DAY


def ticks(begin: datetime, end: datetime, width: float) -> list[Tick]:
    """Instants at which dates stand, so that each has room; `width` is that of the whole, in points. The first says its year."""
    span = max(end - begin, HOUR)
    per_day = width / (span / DAY)
    found = next(_choices(begin, end, per_day), [])
    told, year = [], begin.year
    for at in found:
        if at.hour:
            told.append(Tick(at, f"{at:%H:%M}"))
            continue
        told.append(Tick(at, f"{at:%m-%d}" if at.year == year else f"{at:%Y-%m-%d}"))
        year = at.year
    return told


def _choices(begin: datetime, end: datetime, per_day: float) -> Iterator[list[datetime]]:
    """The instants of each rhythm that leaves room for its dates, the finest first."""
    first = midnight(begin.date())
    for hours in HOURS:
        if per_day * hours / 24 >= ROOM:
            count = int((end - first) / (hours * HOUR)) + 1
            yield [at for n in range(count) if begin <= (at := first + n * hours * HOUR)]
    for days in DAYS:
        if per_day * days >= ROOM:
            back = ((begin.date() - MONDAY).days % days) if days > 2 else 0
            start = first - timedelta(days=back)
            yield [at for n in range((end - start).days // days + 1) if begin <= (at := start + timedelta(days=n * days)) <= end]
    for months in (*MONTHS, *(12 * years for years in YEARS)):
        if per_day * months * 30 >= 1.5 * ROOM:
            yield [at for at in _firsts(begin, end, months) if begin <= at <= end]


def _firsts(begin: datetime, end: datetime, months: int) -> Iterator[datetime]:
    """The first days of months."""
    number = (begin.year * 12 + begin.month - 1) // months * months
    while number <= end.year * 12 + end.month - 1:
        year, month = divmod(number, 12)
        if FIRST_YEAR <= year <= LAST_YEAR:
            yield midnight(date(year, month + 1, 1))
        number += months
