"""Owns the names of China's public holidays, day by day, as they are published. Must not say who works: `calendar` does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from refund_fsm.text import Text

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Festival:
    """The days off of one published holiday, in a row."""

    name: Text
    days: tuple[date, ...]


def festival(day: date) -> Text | None:
    """The public holiday to which a day off belongs; None for any other day, and where none is published."""
    return _published()[0].get(day)


def made_up_for(day: date) -> Text | None:
    """The public holiday for which a day is worked that else would be off; None for any other day, and where none is published."""
    return _published()[1].get(day)


@cache
def published_festivals() -> tuple[Festival, ...]:
    """All published holidays, each with its days off that follow each other."""
    found: list[tuple[Text, list[date]]] = []
    for day, name in sorted(_published()[0].items()):
        if found and found[-1][0] == name and found[-1][1][-1] + ONE_DAY == day:
            found[-1][1].append(day)
        else:
            found.append((name, [day]))
    return tuple(Festival(name, tuple(days)) for name, days in found)


@cache
def _published() -> tuple[Mapping[date, Text], Mapping[date, Text]]:
    """The days off, and the days made up for them."""
    import chinese_calendar  # here, because who shows no days needs none of it

    names = {str(one.value): Text(str(vars(one)["chinese"]), str(one.value)) for one in chinese_calendar.Holiday}
    worked = {day: names[name] for day, name in chinese_calendar.workdays.items()}
    return {day: names[name] for day, name in chinese_calendar.holidays.items() if day not in worked}, worked
