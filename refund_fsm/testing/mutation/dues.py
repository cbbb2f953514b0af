"""Owns whether two counts of a limit can be told apart: whether they ever end at different instants, and from which starts.

A count's end changes its form only where the ordinary end enters or leaves a special period, so a few starts show all that any would.
Must not know a mutant, nor a case.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from refund_fsm.errors import CalendarOutOfRange, TooLong
from refund_fsm.scenario import START
from refund_fsm.workflow import Count, WorkCalendar

_DAY, _TICK = timedelta(days=1), timedelta(microseconds=1)
_MOST_DAYS = 4000  # of starts before a special period that are tried: longer limits are tried from their own boundaries alone


def apart(calendar: WorkCalendar, one: Count | None, other: Count | None) -> tuple[datetime, ...] | None:
    """None where two counts end alike from every start; else starts from which they do not, the plain one (`START`) first, none where
    only one of them counts at all."""
    if one is None or other is None:
        return None if one is other else ()
    if one is other or _form(one) == _form(other):
        return None
    found = tuple(start for start in dict.fromkeys(_starts(one, other)) if _end(calendar, one, start) != _end(calendar, other, start))
    return found or None


def _form(count: Count) -> tuple[object, ...]:
    """All that its end follows from."""
    periods = tuple((one.start, one.end, one.hours, one.days, one.never_shorter) for one, _ in count.special)
    return count.unit, count.length, periods, count.plus, count.plus and count.limit.plus


def _end(calendar: WorkCalendar, count: Count, start: datetime) -> datetime | None:
    try:
        return count.end(calendar, start).at
    except (CalendarOutOfRange, TooLong):
        return None


def _starts(*counts: Count) -> Iterator[datetime]:
    """A plain day and a year of days after it, at the hour and at midnight; and around every boundary of a special period."""
    yield START
    edges = dict.fromkeys(edge for count in counts for period, _ in count.special for edge in (period.start, period.end))
    for edge in edges:
        for length in dict.fromkeys(timedelta(hours=one.length) for one in counts if one.unit == "hours"):
            yield from (edge - length + shift for shift in (-_TICK, timedelta(0), _TICK))
        most = min(_MOST_DAYS, 2 + max(one.length if one.unit != "hours" else one.length // 24 for one in counts))
        for days in range(-1, most + 1 if all(one.unit != "working_days" for one in counts) else 2 * most + 12):
            yield from (edge - days * _DAY + hour for hour in (timedelta(0), timedelta(hours=10)))
    yield from (START + days * _DAY for days in range(1, 400))
