"""Owns how one spine of the small multiples is painted: a waterfall of its states over dates, coloured by what differs from the first.

Must not know how cells are found (`spines`), nor the page around them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from refund_fsm.diagram import diverging
from refund_fsm.diagram.palette import INK, MUTED, SUCCESS
from refund_fsm.simulate.report import time_axis
from refund_fsm.simulate.report.canvas import GREY, LINE, Canvas, Plot, flat
from refund_fsm.simulate.report.spines import Cell, Stage, largest
from refund_fsm.simulate.report.timeline import WEEK
from refund_fsm.text import Languages, Text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, ROW = 4.9, 0.3  # inches
LEFT, RIGHT, BOTTOM, ABOVE = 1.3, 0.3, 0.45, 0.22
THICK, THIN = 0.78, 0.14  # of a row: where all cases come, and the least
SEEN = 0.05  # days: less is no difference
ROOM = 1.42  # of the longest: for the numbers at the ends of bars
TICKS = 4
LABEL = 8.5


def spine_plot(cell: Cell, cells: Sequence[Cell], lang: Languages) -> Plot:
    """The spine of one cell, on the scale of all; the first is what the others are compared with."""
    with Canvas(lang, WIDTH, ROW * max(len(one.stages) for one in cells) + BOTTOM + ABOVE) as canvas:
        axes = canvas.alone(LEFT, BOTTOM, right=RIGHT, above=ABOVE)
        days = WEEK * (1 + int(largest(cells) * ROOM // WEEK))
        rows = len(cell.stages)
        time_axis.time_axis(axes, [cell.one], lang, days, most=TICKS, named=False)
        time_axis.name_above(axes, cell.one, lang, days)
        axes.set_ylim(rows - 0.4, -0.6)
        axes.set_yticks(range(rows), [_label(stage, lang) for stage in cell.stages], fontsize=LABEL)
        axes.grid(axis="y", visible=False)
        for row, stage in enumerate(cell.stages):
            _bar(axes, row, stage, None if cell is cells[0] else cells[0].stage(stage.state.key), lang)
        return canvas.finished(f"{lang.say(cell.policy)} · {lang.say(cell.start)}", _told(cell))


def _label(stage: Stage, lang: Languages) -> str:
    """The state's name on one line: in Chinese where both are asked for, since the map has both."""
    text = flat(stage.state.text.get(lang.each[0]))
    return text if len(text) <= 26 else f"{text[:25]}…"


def _bar(axes: Axes, row: int, stage: Stage, first: Stage | None, lang: Languages) -> None:
    change = stage.days - first.days if first else 0.0
    differs = first is not None and abs(change) >= SEEN
    share = f"{100 * stage.share:.0f} %"
    if stage.state.final:
        axes.plot([stage.begins], [row], "o", color=SUCCESS if stage.path == 0 else MUTED, markersize=7, zorder=4)
        axes.annotate(share, (stage.begins, row), xytext=(7, 0), textcoords="offset points", va="center", fontsize=LABEL, color=INK)
        return
    colour = diverging.colour(change) if differs else GREY
    axes.barh([row], [stage.days], left=stage.begins, height=max(THICK * stage.share, THIN), color=colour, zorder=3)
    axes.plot([stage.ends] * 2, [row, row + 1], color=LINE, linewidth=0.9, zorder=2)
    said = f"{stage.days:.1f} {lang.say(Text('天', 'd'), '/')} · {share}"
    place: dict[str, Any] = {"textcoords": "offset points", "va": "center", "fontsize": LABEL, "zorder": 5}
    axes.annotate(said, (stage.ends, row), xytext=(5, 0), color=INK, **place)
    if differs:
        told = f"{diverging.sign(change)} {'+' if change > 0 else '−'}{abs(change):.1f}"
        axes.annotate(told, (1, row), xycoords=axes.get_yaxis_transform(), xytext=(-1, 0), ha="right", color=colour, weight="bold", **place)


def _told(cell: Cell) -> str:
    return ", ".join(f"{stage.state.en} {stage.days:.1f} days ({100 * stage.share:.0f} %)" for stage in cell.stages)
