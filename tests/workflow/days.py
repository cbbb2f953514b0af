"""Calendars that tests count by, a user's own days, and days in a row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from refund_fsm import WorkCalendar

CHINA = WorkCalendar()
STRICT = WorkCalendar(beyond="error")
ONE_DAY = timedelta(days=1)
NAIVE = datetime(2026, 2, 12, 10)  # noqa: DTZ001  # what must be refused
OWN_DAYS = """
years = [2027]
off = [2027-02-08, 2026-03-02]
working = [2026-02-16, 2027-02-14, 2028-01-01]
"""


def days_of(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += ONE_DAY
