"""Owns the days of a replay: on which of them nobody works, which of them are known, and what festivals are called.

Must not know cases.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from refund_fsm.errors import BadData
from refund_fsm.text import Text
from refund_fsm.workflow import WorkCalendar, festival, made_up_for

MAX_DAYS = 3_660  # from the first instant to the last
MAKE_UP = Text("{}调休上班", "working day made up for {}")
ONE_DAY = timedelta(days=1)


def days(calendar: WorkCalendar, first: datetime, last: datetime) -> tuple[str, dict[int, Text]]:
    """A sign for each day, `0` a working day, `1` a day off, `2` and `3` the same judged by weekends alone; and names by place.

    `BadData` for more than `MAX_DAYS`; `CalendarOutOfRange` where the calendar must not guess.
    """
    count = (last.date() - first.date()).days + 1
    if count > MAX_DAYS:
        raise BadData("played", f"{count:,} days from the first instant to the last", f"at most {MAX_DAYS:,} days")
    each = [first.date() + n * ONE_DAY for n in range(count)]
    signs = "".join(str((not calendar.is_working(day)) + 2 * (not calendar.is_known(day))) for day in each)
    return signs, {place: name for place, day in enumerate(each) if (name := _name(day, off=signs[place] in "13"))}


def _name(day: date, *, off: bool) -> Text | None:
    """The festival of a day off; of a working day the festival for which it is made up."""
    if off:
        return festival(day)
    found = made_up_for(day)
    return found and Text(MAKE_UP.zh.format(found.zh), MAKE_UP.en.format(found.en))
