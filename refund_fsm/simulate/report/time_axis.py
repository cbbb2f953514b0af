"""Owns the time axis of plots: days from the start with their dates, days off in grey, festivals by name.

Must not know what is drawn over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from refund_fsm.diagram.palette import MUTED
from refund_fsm.simulate.report.canvas import FAINT, LINE, inches_of
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.report.timeline import WEEK, festivals, off_days
from refund_fsm.text import Languages, Text, words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TICKS = 10
NAME_SIZE = 7.5  # points
HAN = 0x2E80  # from here on a letter is as wide as it is high
NAME_WIDTH = 0.62  # ems of a letter, on the whole
TOP, LOWER = 0.985, 0.06  # of the panel: where names of festivals stand, and how much lower one that would touch the last


def time_axis(axes: Axes, all_of: Sequence[Many], lang: Languages, days: int, *, most: int = MOST_TICKS, named: bool = True) -> None:
    """Weeks along the axis: their dates above the days where all have one start, else the days alone; then the axis says its label.

    `most` is how many ticks there is room for; `named`: whether festivals have their names here.
    """
    one, same = all_of[0], len({each.start for each in all_of}) == 1
    ticks = range(0, days + 1, WEEK * max(1, -(-days // (WEEK * most))))
    axes.set_xlim(0, days)
    axes.set_xticks(ticks, dated(one, ticks) if same else [str(day) for day in ticks])
    axes.grid(axis="y", color=LINE, linewidth=0.6, zorder=0)
    if same:
        for begin, end in off_days(one, days):
            axes.axvspan(begin, end, color=FAINT, linewidth=0, zorder=0)
        if named:
            _name(axes, one, lang, days)


def since(all_of: Sequence[Many]) -> Text:
    """What the days of the axis are counted from."""
    if len({each.start for each in all_of}) > 1:
        return Text("自起点起的天数", "days since the start")
    start = words.since(all_of[0].start)
    return Text(f"自 {start} 起的天数", f"days since {start}")


def dated(one: Many, ticks: Sequence[int]) -> list[str]:
    """Ticks as dates with the days below; the first of a year says the year."""
    told, year = [], None
    for day in ticks:
        date = (one.start + timedelta(days=day)).date()
        told.append(f"{date:%Y-%m-%d}\n{day}" if date.year != year else f"{date:%m-%d}\n{day}")
        year = date.year
    return told


def name_above(axes: Axes, one: Many, lang: Languages, days: int) -> None:
    """The names of festivals above the panel."""
    _name(axes, one, lang, days, top=1.01, lower=0.0, where="bottom")


def _name(axes: Axes, one: Many, lang: Languages, days: int, *, top: float = TOP, lower: float = LOWER, where: str = "top") -> None:
    """The names of festivals, each over its days; lower where it would touch the one before, or left out where there is no room."""
    across = inches_of(axes) * 72 / days  # points for a day
    ended, lowered = -1e9, False
    for begin, end, name in festivals(one, days):
        said = lang.say(name)
        half = sum(NAME_SIZE * (1.0 if ord(char) > HAN else NAME_WIDTH) for char in said) / across / 2
        middle = min(max((begin + end) / 2, half), days - half)
        touches = middle - half < ended
        if touches and not lower:
            continue
        lowered = touches and not lowered
        height = top - (lower if lowered else 0.0)
        place = axes.get_xaxis_transform()
        axes.text(middle, height, said, transform=place, ha="center", va=where, fontsize=NAME_SIZE, color=MUTED, zorder=5)
        ended = middle + half
