"""Owns the quantile shift of two results or laws: how many days later or sooner the same share of cases is served, and how it is painted.

Must not compute a time: both have theirs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from refund_fsm.diagram.diverging import LESS, MORE, colour
from refund_fsm.diagram.palette import INK, MUTED
from refund_fsm.simulate.figures import QUANTILES, percentile
from refund_fsm.simulate.report.canvas import HALO, LINE
from refund_fsm.simulate.report.plots import DAYS, QUANTILE_LABELS
from refund_fsm.text import Languages, Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from refund_fsm.simulate.report.comparison import Comparison

ONE_DAY = timedelta(days=1)
SHARES = tuple(number / 100 for number in range(1, 99))  # the last few cases would squeeze all others together
LEAST = 0.1  # days: a shift that is smaller everywhere is drawn small
ROOM = 1.25  # of the largest shift: for the numbers beside it
SAME = 0.02  # days: such a shift is none
TITLE = {
    "money": Text("到账：同一比例晚几天（＋）或早几天（−）", "Money: days later (+) or sooner (−), by share"),
    "end": Text("结束：同一比例晚几天（＋）或早几天（−）", "End: days later (+) or sooner (−), by share"),
}
ACROSS = {
    "money": Text("占最终到账者 %，从快到慢", "% of those who are paid, fastest first"),
    "end": Text("占最终结束者 %，从快到慢", "% of those who end, fastest first"),
}
NOBODY = Text("没有可比的时间", "no times to compare")


@dataclass(frozen=True, eq=False)
class Shift:
    """Days by which `b` is later than `a` at each of the `shares` (N, 0 to 1); empty where one of the two has no such time.

    `marks` are those of the quantiles that figures have: the share, the days, and half the width of their interval (0: none is known).
    """

    shares: NDArray[np.float64]
    days: NDArray[np.float64]
    marks: tuple[tuple[float, float, float], ...]


def shift_of(comparison: Comparison, kind: str) -> Shift:
    """The shift of a time, by its kind (`figures.times`)."""
    times = [one.time_to_money if kind == "money" else one.time_to_end for one in (comparison.a, comparison.b)]
    found = [[time.quantile(p) for p in SHARES] for time in times]
    if any(at is None for each in found for at in each):
        return Shift(np.zeros(0), np.zeros(0), ())
    a, b = (np.array([at / ONE_DAY for at in each if at is not None]) for each in found)
    marks = []
    for p in QUANTILES:
        row = comparison[f"{kind}:{percentile(p)}"]
        error = (row.difference.high - row.difference.low) / 48
        marks.append((p, row.difference.value / 24, error if math.isfinite(error) else 0.0))
    return Shift(np.array(SHARES), b - a, tuple(marks))


def paint(axes: Axes, shift: Shift, kind: str, lang: Languages) -> None:
    """The shift over the shares: above the line later, below it sooner, each in its colour, with the numbers of the marks."""
    axes.set_xlim(0, 100)
    axes.set_xticks([0, 25, 50, 75, 90, 100])
    axes.set_xlabel(lang.say(ACROSS[kind]))
    axes.set_ylabel(lang.stack(Text("差值，天", "difference, days")))
    axes.grid(axis="y", color=LINE, linewidth=0.6, zorder=0)
    axes.axhline(0, color=INK, linewidth=1.0, zorder=3)
    if not len(shift.shares):
        axes.set_yticks([])
        axes.text(50, 0, lang.say(NOBODY), ha="center", va="bottom", color=MUTED)
        return
    at, days = 100 * shift.shares, shift.days
    most = max(float(np.abs(days).max()), *(abs(day) + error for _, day, error in shift.marks), LEAST)
    axes.set_ylim(min(float(days.min()), 0.0) - most * (ROOM - 1), max(float(days.max()), 0.0) + most * (ROOM - 1))
    for kept, strong in ((np.maximum(days, 0), MORE), (np.minimum(days, 0), LESS)):
        if np.abs(kept).max() > SAME:
            axes.fill_between(at, 0, kept, color=strong, alpha=0.28, linewidth=0, zorder=2)
            axes.plot(at, np.where(np.abs(kept) > SAME, days, np.nan), color=strong, linewidth=2.0, zorder=4)
    for p, day, error in shift.marks:
        strong = INK if abs(day) < SAME else colour(day)
        axes.plot([100 * p] * 2, [day - error, day + error], color=strong, linewidth=1.2, zorder=5)
        axes.plot([100 * p], [day], "o", color=strong, markersize=5.5, zorder=6)
    _say(axes, shift, lang)


def _say(axes: Axes, shift: Shift, lang: Languages) -> None:
    """The numbers of the marks, at the side of the panel that is empty."""
    days = " · ".join(f"{lang.say(QUANTILE_LABELS[p], ' ')} {_signed(day)}" for p, day, _ in shift.marks)
    above = float(shift.days.sum()) <= 0
    place: dict[str, Any] = {"transform": axes.transAxes, "ha": "right", "va": "top" if above else "bottom"}
    axes.text(
        0.985,
        0.975 if above else 0.025,
        f"{days} {lang.say(DAYS, '/')}",
        fontsize=9,
        weight="bold",
        color=INK,
        bbox=HALO,
        zorder=7,
        **place,
    )


def _signed(day: float) -> str:
    return f"{'+' if day > 0 else '−'}{abs(day):.1f}" if abs(day) >= 0.05 else "0.0"


def told(shift: Shift) -> str:
    """The shift in words, for those who cannot see it."""
    found = ", ".join(f"{100 * p:g} %: {day:+.1f} days" for p, day, _ in shift.marks)
    return f"after − before, by share of those served: {found}" if found else NOBODY.en
