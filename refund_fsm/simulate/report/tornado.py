"""Owns the tornado of a sensitivity: for each figure the changes that move it most, as bars to both sides of where it is now.

Drawn by matplotlib through `canvas`. Must not compute, nor write files.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from refund_fsm.diagram import diverging
from refund_fsm.diagram.metrics import width, wrap
from refund_fsm.diagram.palette import INK, MUTED
from refund_fsm.errors import BadData
from refund_fsm.simulate import figures
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from refund_fsm.simulate.report import settings, whatif_view
from refund_fsm.simulate.report.canvas import LINE, Canvas, Plot, flat, require
from refund_fsm.text import AnyLang, Languages, Text, languages, words
from refund_fsm.text.numbers import SHOWN_AS
from refund_fsm.text.sections import NONE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from refund_fsm.simulate.law import Effect, Sensitivity

MOST = 8  # rows of a figure
WIDTH, LEFT, RIGHT = 7.2, 3.0, 0.2  # inches
LINE_HEIGHT, BETWEEN = 0.165, 0.13  # of a label, and between two rows
TITLE_HEIGHT, AXIS_HEIGHT = 0.62, 0.42
LABEL = 8.5  # points
ROUNDS = 12  # until the axis has room for the words at the ends of the bars
SIZE = 8  # points, of these words
OTHERS = re.compile(r"[，,].*$")  # what follows the change itself: that the others are scaled
TITLE = Text("先改什么最有用", "What to change first")
NOW = Text("现在", "now")
READ = Text(
    "权重、用时各 +10%，政策各 ±1 或换一个选项；竖线 = 现在",
    "weights and delays +10 %, policy fields ±1 or another choice; the line is where it is now",
)


@dataclass(frozen=True, slots=True)
class Bars:
    """One thing to change, with all changes of it that move a figure."""

    parameter: Text
    effects: tuple[tuple[Text, float], ...]

    @property
    def size(self) -> float:
        """The largest effect."""
        return max(abs(effect) for _, effect in self.effects)


def bars_of(found: Sensitivity, figure: str) -> tuple[Bars, ...]:
    """What moves a figure, most first; the changes of one thing stand together. `BadData` for a figure that was not asked for."""
    grouped: dict[str, list[Effect]] = {}
    least = 0.5 / 10 ** _places(figure) / SHOWN_AS[whatif_view.unit_of(figure)][0]  # less would be shown as 0
    for row in found.ranked(figure):
        if math.isfinite(row.effects[figure]) and abs(row.effects[figure]) >= least:
            grouped.setdefault(row.place, []).append(row)
    made = [Bars(rows[0].parameter, tuple((row.change, row.effects[figure]) for row in rows)) for rows in grouped.values()]
    return tuple(sorted(made, key=lambda one: -one.size)[:MOST])


def tornado(found: Sensitivity, lang: AnyLang = "both") -> Plot:
    """The picture of a sensitivity. `BadData` for anything else, `MissingPart` without matplotlib."""
    from refund_fsm.simulate.law import Sensitivity

    if not isinstance(found, Sensitivity):
        raise BadData("ranks", found, "a Sensitivity, as sensitivity makes it")
    require()
    said_in = languages(lang)
    panels = [(name, bars_of(found, name)) for name in found.base]
    heights = [_height(bars, said_in) for _, bars in panels]
    told = _head(found)
    with Canvas(said_in, WIDTH, sum(heights) + (len(heights)) * (TITLE_HEIGHT + AXIS_HEIGHT) + 1.9) as canvas:
        canvas.head(
            Text(f"{found.workflow.label.zh}：{TITLE.zh}", f"{found.workflow.label.en}: {TITLE.en}"), told, _rests_on(found, said_in)
        )
        for (name, bars), height in zip(panels, heights, strict=True):
            axes = canvas.below(LEFT, RIGHT, TITLE_HEIGHT, height, AXIS_HEIGHT)
            _Tornado(found, name, bars, said_in).paint(axes)
        return canvas.finished(said_in.say(TITLE), _described(panels))


def _head(found: Sensitivity) -> list[Text]:
    told = [ILLUSTRATIVE]
    if found.partial:
        done = f"{len(found.rows)} / {found.asked}"
        told.append(Text(f"⚠ {settings.PARTIAL.zh}：{done}", f"⚠ {settings.PARTIAL.en}: {done} changes"))
    return told


def _rests_on(found: Sensitivity, lang: Languages) -> list[str]:
    return [
        words.since(found.start),
        settings.policy_name(found.policy, found.policy).get(lang.each[0]),
        *(READ.get(one) for one in lang.each),
    ]


def _label(text: Text, lang: Languages) -> list[str]:
    room = (LEFT - 0.25) * 72
    return [line for one in dict.fromkeys(text.get(each) for each in lang.each) for line in wrap(flat(one), LABEL, room)]


def _height(bars: Sequence[Bars], lang: Languages) -> float:
    return sum(_row(one, lang) for one in bars) or 0.5


def _row(one: Bars, lang: Languages) -> float:
    return LINE_HEIGHT * max(len(_label(one.parameter, lang)), 2) + BETWEEN


@dataclass(frozen=True, eq=False)
class _Tornado:
    found: Sensitivity
    name: str
    bars: Sequence[Bars]
    lang: Languages

    def paint(self, axes: Axes) -> None:
        unit = whatif_view.unit_of(self.name)
        now = whatif_view.told(self.found.base[self.name], unit, self.lang)
        label = self.lang.stack(figures.label_of(self.found.workflow, self.name))
        axes.set_title(label, loc="left", fontsize=10, weight="bold", pad=6, x=-LEFT / (WIDTH - LEFT - RIGHT) + 0.02, linespacing=1.35)
        axes.text(
            0,
            1.0,
            f"{self.lang.say(NOW)}: {now}",
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=LABEL,
            color=MUTED,
        )
        axes.set_yticks([])
        if not self.bars:
            axes.set_xticks([])
            axes.text(0.5, 0.5, self.lang.say(NONE), transform=axes.transAxes, ha="center", va="center", color=MUTED)
            return
        scale = SHOWN_AS[unit][0]
        axes.set_xlim(*self._limits(scale))
        axes.axvline(0, color=INK, linewidth=1.1, zorder=4)
        axes.grid(axis="x", color=LINE, linewidth=0.6, zorder=0)
        axes.spines["left"].set_visible(False)
        at = 0.0
        for one in self.bars:
            height = _row(one, self.lang)
            self._bars(axes, one, at + height / 2, height - BETWEEN, scale)
            at += height
        axes.set_ylim(at, 0)

    def _bars(self, axes: Axes, one: Bars, middle: float, height: float, scale: float) -> None:
        """The label, and the bars: one to each side where there are two, else one below the other."""
        label: dict[str, Any] = {"xycoords": axes.get_yaxis_transform(), "textcoords": "offset points", "annotation_clip": False}
        said = "\n".join(_label(one.parameter, self.lang))
        axes.annotate(said, (0, middle), xytext=(-8, 0), ha="right", va="center", fontsize=LABEL, linespacing=1.3, color=INK, **label)
        sides = [effect > 0 for _, effect in one.effects]
        apart = len(sides) > 1 and len(set(sides)) < len(sides)
        thick = min(height, 0.34) / (len(sides) if apart else 1)
        for place, (change, effect) in enumerate(one.effects):
            at = middle + ((place - (len(sides) - 1) / 2) * thick if apart else 0.0)
            axes.barh([at], [effect * scale], height=thick * 0.9, color=diverging.colour(effect), zorder=3)
            self._said(axes, change, effect, at, scale)

    def _limits(self, scale: float) -> tuple[float, float]:
        """The ends of the axis: every bar with its words has room."""
        ends = [(effect * scale, width(self._told(change, effect, scale), SIZE) + 8) for one in self.bars for change, effect in one.effects]
        across, low, high = (WIDTH - LEFT - RIGHT) * 72, 0.0, 0.0
        for _ in range(ROUNDS):
            each = max(high - low, max(abs(effect) for effect, _ in ends)) / across  # of a point
            low = min([effect - words * each for effect, words in ends if effect < 0], default=-each * 8)
            high = max([effect + words * each for effect, words in ends if effect > 0], default=each * 8)
        return low, high

    def _told(self, change: Text, effect: float, scale: float) -> str:
        short = [OTHERS.sub("", change.get(each)).replace("% ", "%").replace(" %", "%") for each in self.lang.each]
        places = _places(self.name) - (1 if abs(effect * scale) >= 1 else 0)
        return f"{'+' if effect > 0 else '−'}{abs(effect * scale):.{places}f} ({' / '.join(dict.fromkeys(short))})"

    def _said(self, axes: Axes, change: Text, effect: float, at: float, scale: float) -> None:
        look: dict[str, Any] = {"ha": "left" if effect > 0 else "right", "va": "center", "fontsize": SIZE, "color": INK, "zorder": 5}
        place = (4 if effect > 0 else -4, 0)
        axes.annotate(self._told(change, effect, scale), (effect * scale, at), xytext=place, textcoords="offset points", **look)


def _places(figure: str) -> int:
    """Decimals of an effect."""
    return whatif_view.PLACES[whatif_view.unit_of(figure)]


def _described(panels: Sequence[tuple[str, Sequence[Bars]]]) -> str:
    """The picture in words, for those who cannot see it."""
    told = []
    for name, bars in panels:
        rows = "; ".join(
            f"{one.parameter.en}: " + ", ".join(f"{change.en} {effect:+.4g}" for change, effect in one.effects) for one in bars
        )
        told.append(f"{name}: {rows}")
    return ". ".join(told)
