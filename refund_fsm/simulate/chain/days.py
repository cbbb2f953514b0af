"""Owns the calendar as arrays: which days work, where counts of limits end, for some thousands of days from a first one.

Says what `WorkCalendar` and `engine` say, day by day (a test holds them together); must not decide anything of its own.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import CalendarOutOfRange
from refund_fsm.workflow import WorkCalendar

DAY = 86_400  # seconds
NEVER = 1 << 62
Int = NDArray[np.int64]


class Days(NamedTuple):
    """D days from `first` on. A day is a number from 0; an instant is the seconds after the first day's 00:00.

    `works` (D): 1 on working days. `before` (D + 1): how many of them come before a day. `days` (W): the day of each, ascending.
    `known` is the first day that is judged by weekends alone; D where all are known, and past the last where the calendar must not
    guess. `ends` says that the calendar must not guess: what would need a later day is an error.
    """

    first: date
    works: Int
    before: Int
    days: Int
    known: int
    ends: bool


@lru_cache(maxsize=16)
def days_from(first: date, count: int, calendar: WorkCalendar) -> Days:
    """The arrays of at most `count` days; fewer where the calendar must not guess (`beyond="error"`) and its years end."""
    works: list[int] = []
    known, ends = count, False
    for number in range(count):
        day = first + timedelta(days=number)
        try:
            works.append(int(calendar.is_working(day)))
        except CalendarOutOfRange:
            ends, known = True, number
            break
        if known == count and not calendar.is_known(day):
            known = number
    array = np.array(works, dtype=np.int64)
    before = np.concatenate((np.zeros(1, np.int64), np.cumsum(array)))
    return Days(first, array, before, np.flatnonzero(array).astype(np.int64), known, ends)


def working_deadlines(days: Days, length: int) -> Int:
    """By day of the start (D), the second at which a count of `length` working days ends; `NEVER` past the last day."""
    place = days.before[1:] + (length - 1)  # the first of them is strictly after the day
    inside = place < len(days.days)
    found = np.full(len(days.works), NEVER, dtype=np.int64)
    found[inside] = (days.days[place[inside]] + 1) * DAY
    return found


def day_deadlines(days: Days, length: int, *, roll_over: bool = False) -> Int:
    """By day of the start (D), the second at which a count of `length` days ends; rolled to a working day if asked."""
    last = np.arange(len(days.works), dtype=np.int64) + length
    if not roll_over:
        return (last + 1) * DAY
    found = np.full(len(days.works), NEVER, dtype=np.int64)
    inside = last < len(days.works)
    place = days.before[last[inside]]  # of the first working day that is not before the last day
    known = place < len(days.days)
    found[np.flatnonzero(inside)[known]] = (days.days[place[known]] + 1) * DAY
    return found
