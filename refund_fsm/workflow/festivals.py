"""Owns the names of China's public holidays, day by day, as they are published. Must not say who works: `calendar` does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from refund_fsm.text import Text


def festival(day: date) -> Text | None:
    """The public holiday to which a day off belongs; None for any other day, and where none is published."""
    return _published().get(day)


@lru_cache(maxsize=1)
def _published() -> Mapping[date, Text]:
    import chinese_calendar  # here, because who shows no days needs none of it

    names = {one.value: Text(one.chinese, one.value) for one in chinese_calendar.Holiday}  # type: ignore[attr-defined]  # its members have it
    return {day: names[name] for day, name in chinese_calendar.holidays.items() if day not in chinese_calendar.workdays}
