"""Owns the picture of a result or a law, and the panels that the pictures of two share: days to the money and to the end, outcomes,
breaches, with what they rest on.

Drawn by matplotlib without pyplot, through `canvas`. Must not write files: `report` does.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from refund_fsm.diagram.palette import INK, MUTED, PAIR, SUCCESS
from refund_fsm.simulate.figures import QUANTILES, limit_label, pays
from refund_fsm.simulate.report import overview, settings, time_axis
from refund_fsm.simulate.report.canvas import BREACH, GREY, HALO, Canvas, Plot, flat, inches_of, require
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.report.timeline import Curve, curve_of
from refund_fsm.text import AnyLang, Languages, Text, languages
from refund_fsm.text.numbers import Interval, number
from refund_fsm.text.sections import NONE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

QUANTILE_LABELS = dict(zip(QUANTILES, (Text("一半", "half"), Text("九成", "90 %"), Text("95 %", "95 %")), strict=True))
DAYS = Text("天", "days")
OFF = Text("灰底：非工作日", "grey: no working days")
HEADROOM = 1.5  # of the highest bar: room for the marks' labels
MOST_BARS = 7
BESIDE = 1.42  # of the widest bar and its interval: room for its number
SEEN = 0.01  # of a bar: a shorter interval would be a dot
BAR = 0.62  # of the room of one row
LABEL = 9.5  # points
HIGHEST, LOWER = 0.93, 0.095  # of the panel: where the first mark's label is, and how much lower each further one
LATE = 0.78  # of the time axis: a mark beyond has its label at the left
KEY_AT, NARROW = (0.70, 0.58), 5.0  # of the panel: where the key begins, in a wide one and in one narrower than so many inches
WRAPPED = 24  # characters of a label in one line
DASHED = (0, (4, 2.2))
PAID, ENDED = Text("已到账", "money back"), Text("已结束", "ended")
BY_DAY = {
    "money": Text("退款在第几天到账", "On which day the money is back"),
    "end": Text("在第几天结束（不论结果）", "On which day it ends, whatever the outcome"),
}
RISEN = {
    "money": Text("累计比例：已到账、已结束", "Back, and ended, by then"),
    "end": Text("累计比例：已结束", "Ended by then"),
}
SHARES = {"outcomes": Text("结果（占全部）", "Outcomes, of all cases"), "breaches": Text("超时（占全部）", "Breaches, of all cases")}


@dataclass(frozen=True, eq=False)
class Series:
    """What is drawn of one result or law, in its colour; `name` is there where there are two.

    `curve` is of the money, or of the end where one of what is drawn pays nothing; `ended` is of the end, beside that of the money.
    """

    one: Many
    colour: str
    curve: Curve
    ended: Curve | None
    outcomes: Mapping[str, Interval]
    breaches: Mapping[str, Interval]
    name: Text | None = None


def plot(one: Many, lang: AnyLang = "both") -> Plot:
    """The picture of a result or a law. `BadData` for anything else, `MissingPart` without matplotlib."""
    settings.checked("plot", one)
    require()
    title, notices = settings.title(one), tuple(settings.notices(one))
    return Painter((series_of(one, PAIR[0], kind_of(one)),), kind_of(one), languages(lang)).painted(title, notices, told_settings(one))


def kind_of(*all_of: Many) -> str:
    """Which time is drawn: to the money where all pay, else to the end."""
    return "money" if all(pays(one.workflow) for one in all_of) else "end"


def series_of(one: Many, colour: str, kind: str, name: Text | None = None) -> Series:
    figures = one.figures()
    ended = curve_of(one, "end") if kind == "money" else None
    return Series(one, colour, curve_of(one, kind), ended, overview.outcome_shares(figures), overview.breach_shares(figures), name)


def told_settings(one: Many) -> tuple[tuple[Text, Any], ...]:
    """What fits into one line: the behaviour and the fingerprint stand in the summary."""
    left_out = ("order type", "behaviour")
    return tuple((label, cell) for label, cell in settings.rows(one) if label.en not in left_out)


@dataclass(frozen=True, eq=False)
class Painter:
    """What is drawn of one or two results or laws, panel by panel; `kind` is the time that is drawn (`figures.times`)."""

    series: tuple[Series, ...]
    kind: str
    lang: Languages

    def painted(self, title: Text, notices: Sequence[Text], rests_on: Sequence[tuple[Text, Any]]) -> Plot:
        """The whole picture."""
        with Canvas(self.lang) as canvas:
            canvas.head(title, notices, self.told(rests_on), self.legend())
            days = max(one.curve.days for one in self.series)
            self.by_day(canvas.panel(0, 0, BY_DAY[self.kind]), days)
            self.risen(canvas.panel(1, 0, RISEN[self.kind]), days)
            self.bars(canvas.panel(0, 1, SHARES["outcomes"]), "outcomes")
            self.bars(canvas.panel(1, 1, SHARES["breaches"]), "breaches")
            return canvas.finished(self.lang.say(title), self.description())

    def told(self, rests_on: Sequence[tuple[Text, Any]]) -> list[str]:
        """What all of them rest on."""
        return [
            f"{self.lang.say(label, ' ')} {cell if isinstance(cell, str) else self.lang.say(cell)}"
            for label, cell in rests_on
            if len(self.series) == 1 or self._shared(label)
        ]

    def legend(self) -> list[tuple[str, str]]:
        """Of two, whose colour is whose, with their half, nine in ten and 95 %."""
        found = []
        for one in self.series if len(self.series) > 1 else ():
            told = " · ".join(f"{self.lang.say(QUANTILE_LABELS[p], ' ')} {at:.1f}" for p, at in one.curve.quantiles.items())
            found.append((f"{self.lang.say(one.name or Text('', ''))}{self.lang.colon}{told} {self.lang.say(DAYS, '/')}", one.colour))
        return found

    def _shared(self, label: Text) -> bool:
        """Whether both rest on the same: what differs is in the heading."""
        return len({str(dict(settings.rows(one.one)).get(label)) for one in self.series}) == 1

    # 1. The times to the money and to the end

    def by_day(self, axes: Axes, days: int) -> None:
        """The share of all cases day by day, of one alone: of two, what differs is the shift."""
        one = self.series[0]
        height = one.curve.by_day(days) * 100
        axes.bar(range(days), height, width=0.86, align="edge", color=one.colour, zorder=2)
        axes.set_ylim(0, (float(height.max(initial=0.0)) or 1.0) * HEADROOM)
        axes.set_ylabel(self.lang.stack(Text("占全部 %", "% of all cases")))
        self._time_axis(axes, days, named=False)  # the lines' labels stand there
        self._lines(axes, one)
        axes.text(1, 1.02, self.lang.say(OFF), transform=axes.transAxes, ha="right", va="bottom", fontsize=8.5, color=MUTED)

    def risen(self, axes: Axes, days: int, *, most: int = time_axis.MOST_TICKS) -> None:
        """The share that is paid, or has ended, by each time."""
        for one in self.series:
            times, share = one.curve.risen(days)
            axes.plot(times, share * 100, color=one.colour, linewidth=2.2, zorder=3, solid_joinstyle="round")
            for p, at in one.curve.quantiles.items():
                axes.plot([at], [100 * p], "o", color=one.colour, markersize=6, zorder=4)
            if one.ended is not None:
                times, share = one.ended.risen(days)
                axes.plot(times, share * 100, color=one.colour, linewidth=1.5, linestyle=DASHED, zorder=2.5)
        if self.kind == "money":
            self._key(axes)
        axes.set_ylim(0, 104)
        axes.set_yticks([0, 25, 50, 75, 90, 100])
        axes.set_ylabel(self.lang.stack(Text("占比 %", "% of those")))
        axes.set_xlabel(self.lang.say(time_axis.since([one.one for one in self.series])))
        self._time_axis(axes, days, most=most)

    def _key(self, axes: Axes) -> None:
        """Which line is the money, and which the end."""
        begin = KEY_AT[inches_of(axes) < NARROW]
        for row, (label, style) in enumerate(((PAID, "solid"), (ENDED, DASHED))):
            height = 0.17 - 0.1 * row
            look: dict[str, Any] = {"color": MUTED, "linestyle": style, "linewidth": 2.0 if row == 0 else 1.5}
            axes.plot([begin, begin + 0.045], [height] * 2, transform=axes.transAxes, zorder=5, **look)
            said = self.lang.say(label)
            axes.text(begin + 0.055, height, said, transform=axes.transAxes, va="center", fontsize=LABEL, color=INK, zorder=5)

    def _time_axis(self, axes: Axes, days: int, *, most: int = time_axis.MOST_TICKS, named: bool = True) -> None:
        time_axis.time_axis(axes, [one.one for one in self.series], self.lang, days, most=most, named=named)

    def _lines(self, axes: Axes, one: Series) -> None:
        """Half, nine in ten and 95 %: lines with their days."""
        for level, (p, at) in enumerate(one.curve.quantiles.items()):
            said = f"{self.lang.say(QUANTILE_LABELS[p])}{self.lang.colon}{at:.1f} {self.lang.say(DAYS, '/')}"
            height, late = HIGHEST - LOWER * level, at > LATE * axes.get_xlim()[1]
            axes.axvline(at, ymax=height + 0.03, color=INK, linewidth=1.1, linestyle=(0, (4, 3)), zorder=4)
            look: dict[str, Any] = {"va": "center", "fontsize": LABEL, "color": INK, "bbox": HALO, "ha": "right" if late else "left"}
            place = axes.get_xaxis_transform()
            axes.annotate(said, (at, height), xycoords=place, xytext=(-5 if late else 5, 0), textcoords="offset points", zorder=5, **look)

    # 2. Shares

    def bars(self, axes: Axes, what: str) -> None:
        """Horizontal bars, the most frequent first, each with its number and its interval."""
        found: list[Mapping[str, Interval]] = [getattr(one, what) for one in self.series]
        most = {key: max(_share(shares, key) for shares in found) for shares in found for key in shares}
        keys = sorted(most, key=lambda key: -most[key])[:MOST_BARS]
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        if not keys:
            axes.set_yticks([])
            axes.text(0.5, 0.5, self.lang.say(NONE), transform=axes.transAxes, ha="center", color=MUTED)
            return
        thick = BAR / len(self.series)
        for place, (one, shares) in enumerate(zip(self.series, found, strict=True)):
            beside = (place - (len(self.series) - 1) / 2) * thick
            for row, key in enumerate(keys):
                self._bar(axes, row + beside, thick, shares.get(key), self._colour(one, what, key))
        axes.set_yticks(range(len(keys)), [self._label(what, key) for key in keys], linespacing=1.3)
        axes.set_ylim(max(len(keys), 3) - 0.5, -0.5)
        reach = max(shares[key].high for shares in found for key in keys if key in shares)
        axes.set_xlim(0, max(most[keys[0]], reach) * BESIDE)

    def _bar(self, axes: Axes, at: float, thick: float, share: Interval | None, colour: str) -> None:
        value = share.value if share else 0.0
        axes.barh([at], [value], height=thick * 0.94, color=colour, zorder=2)
        if share is not None and share.high - share.low > SEEN * value:
            axes.plot([share.low, share.high], [at, at], color=INK, linewidth=1.1, zorder=3)
        said = f"{number(value, 'share', 1 if value >= 0.01 else 2)} %"
        end = max(value, share.high if share else 0.0)
        axes.annotate(said, (end, at), xytext=(5, 0), textcoords="offset points", va="center", fontsize=LABEL, color=INK)

    def _colour(self, one: Series, what: str, key: str) -> str:
        """Two series keep their colours; of one, the outcomes that pay are green, those that are good without money dark, the others grey,
        breaches their own."""
        if one.name is not None:
            return one.colour
        if what == "breaches":
            return BREACH
        if key in overview.paying(one.one):
            return SUCCESS
        return INK if key in overview.good_without_money(one.one) else GREY

    def _label(self, what: str, key: str) -> str:
        first = next(one for one in self.series if key in getattr(one, what)).one
        text = overview.outcome_label(first, key) if what == "outcomes" else limit_label(first.workflow, key)
        lines = self.lang.stack(Text(flat(text.zh), flat(text.en))).split("\n")
        return "\n".join("\n".join(textwrap.wrap(line, WRAPPED)) for line in lines)

    def description(self) -> str:
        """The picture in words, for those who cannot see it."""
        told = []
        for one in self.series:
            shares = ", ".join(
                f"{overview.outcome_label(one.one, key).en} {100 * share.value:.1f} %" for key, share in one.outcomes.items()
            )
            days = ", ".join(f"{100 * p:g} % within {at:.1f} days" for p, at in one.curve.quantiles.items())
            ended = ", ".join(f"{100 * p:g} % within {at:.1f} days" for p, at in (one.ended.quantiles if one.ended else {}).items())
            times = f"money: {days}; ended: {ended}" if one.ended is not None else f"ended: {days}"
            told.append(f"{one.name.en + ': ' if one.name else ''}{shares}; {times}")
        return ". ".join(told)


def _share(shares: Mapping[str, Interval], key: str) -> float:
    return shares[key].value if key in shares else 0.0
