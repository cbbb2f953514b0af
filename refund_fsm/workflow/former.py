"""Owns calendars that stand for another: as one was under an earlier version, and one that says whether a day was looked at.

Must not know what is counted, nor a case.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cached_property
from typing import Any

from refund_fsm.workflow.calendar import WorkCalendar, _Days
from refund_fsm.workflow.policy import Policy

_VERSION = re.compile(r"chinesecalendar \S+ \((\d{4})–(\d{4})\)(?: \+ (.+))?")


class _Former(WorkCalendar):
    """A calendar's days without the published years that it did not know then."""

    def __init__(self, today: WorkCalendar, years: frozenset[int]) -> None:
        self._beyond, self._own, self._cache, self._today, self._years = today._beyond, today._own, {}, today, years

    @cached_property
    def _days(self) -> _Days:
        own, today = self._own, self._today._days
        known = {day: working for day, working in today.exceptions.items() if day.year in self._years or day in own.exceptions}
        return _Days(known, (self._years & today.years) | own.years, "")


class _Watched(WorkCalendar):
    """A calendar's days; `looked` once a day was looked at, be it through a count."""

    def __init__(self, today: WorkCalendar) -> None:
        self._beyond, self._own, self._cache, self.looked = today._beyond, today._own, {}, False

    def _knows(self, day: date) -> bool:
        self.looked = True
        return super()._knows(day)

    def _works(self, day: date) -> bool:
        self.looked = True
        return super()._works(day)


def as_of(calendar: WorkCalendar, version: str) -> WorkCalendar | None:
    """The calendar as it was when it called itself `version`, as far as its years tell; None where that cannot be known from here:
    other days of the user's own, years that are not published here, or no version of a `WorkCalendar`."""
    found = _VERSION.fullmatch(version)
    if found is None or (found[3] or "") != calendar._own.source:
        return None
    years = frozenset(range(int(found[1]), int(found[2]) + 1))
    return _Former(calendar, years) if years <= calendar._days.years else None


def looks_at_days(policy: Policy, derive: Callable[[Policy], Any]) -> bool:
    """Whether what is derived under the policy looks at a day of its calendar: another calendar may then give something else."""
    watched = policy.model_copy()
    calendar = watched.__dict__["calendar"] = _Watched(policy.calendar)
    derive(watched)
    return calendar.looked
