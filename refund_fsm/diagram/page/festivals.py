"""Owns what a page knows of festivals: the published ones that a calendar keeps, with their names. Must not judge a day."""

from __future__ import annotations

from typing import Any

from refund_fsm.text import Text
from refund_fsm.workflow import WorkCalendar, published_festivals


def festivals_of(calendar: WorkCalendar) -> dict[str, Any]:
    """`names` in both languages; `days` has of each festival its first day, how many it has, and the place of its name."""
    names: list[Text] = []
    days: list[list[Any]] = []
    for one in published_festivals():
        if any(calendar.is_known(day) and not calendar.is_working(day) for day in one.days):
            if one.name not in names:
                names.append(one.name)
            days.append([one.days[0].isoformat(), len(one.days), names.index(one.name)])
    return {"names": [[name.zh, name.en] for name in names], "days": days}
