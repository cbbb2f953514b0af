"""Owns the pictures of a comparison: the quantile shift, both curves, outcomes and breaches side by side, on one sheet or panel by panel.

Must not write files: `comparison_page` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from refund_fsm.diagram.palette import PAIR
from refund_fsm.errors import BadData
from refund_fsm.simulate.report import comparison_view, shift
from refund_fsm.simulate.report.canvas import Canvas, Plot, require
from refund_fsm.simulate.report.comparison import Comparison
from refund_fsm.simulate.report.plots import RISEN, SHARES, Painter, kind_of, series_of, told_settings
from refund_fsm.text import AnyLang, Languages, Text, languages

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PANEL = (4.9, 3.0)  # inches: legible on a phone as on a sheet
LEFT, LABELS, BOTTOM, LOW = 0.62, 1.95, 0.62, 0.12
FEW_TICKS = 5


@dataclass(frozen=True, eq=False)
class Panel:
    """A picture of its own with the heading that stands over it; `shift`: it says how much later or sooner."""

    title: Text
    plot: Plot
    shift: bool = False


def comparison_plot(comparison: Comparison, lang: AnyLang = "both") -> Plot:
    """The picture of two on one sheet, what differs first. `BadData` for anything else, `MissingPart` without matplotlib."""
    painter = _painter(comparison, lang)
    title, notices = comparison_view.title(comparison), tuple(comparison_view.warnings(comparison))
    with Canvas(painter.lang) as canvas:
        canvas.head(title, notices, painter.told(told_settings(comparison.a)), painter.legend())
        shift.paint(canvas.panel(0, 0, shift.TITLE[painter.kind]), shift.shift_of(comparison, painter.kind), painter.kind, painter.lang)
        painter.risen(canvas.panel(1, 0, RISEN[painter.kind]), _days(painter))
        painter.bars(canvas.panel(0, 1, SHARES["outcomes"]), "outcomes")
        painter.bars(canvas.panel(1, 1, SHARES["breaches"]), "breaches")
        return canvas.finished(painter.lang.say(title), _described(comparison, painter))


def comparison_panels(comparison: Comparison, lang: AnyLang = "both") -> tuple[Panel, ...]:
    """The same panel by panel, for a page that sets them one below the other where there is little room."""
    painter = _painter(comparison, lang)
    return tuple(_panels(comparison, painter))


def _painter(comparison: Comparison, lang: AnyLang) -> Painter:
    if not isinstance(comparison, Comparison):
        raise BadData("comparison", comparison, "a Comparison, as compare makes it")
    require()
    pairs = zip((comparison.a, comparison.b), PAIR, comparison.names, strict=True)
    kind = kind_of(comparison.a, comparison.b)
    return Painter(tuple(series_of(one, colour, kind, name) for one, colour, name in pairs), kind, languages(lang))


def _days(painter: Painter) -> int:
    return max(one.curve.days for one in painter.series)


def _panels(comparison: Comparison, painter: Painter) -> Iterator[Panel]:
    lang = painter.lang
    for kind in ("money", "end") if painter.kind == "money" else ("end",):
        found, title = shift.shift_of(comparison, kind), shift.TITLE[kind]
        plot = _painted(lang, title, shift.told(found), (LEFT, BOTTOM), partial(shift.paint, shift=found, kind=kind, lang=lang))
        yield Panel(title, plot, shift=True)
    described, title = painter.description(), RISEN[painter.kind]
    risen = partial(painter.risen, days=_days(painter), most=FEW_TICKS)
    yield Panel(title, _painted(lang, title, described, (LEFT, BOTTOM), risen))
    for what, title in SHARES.items():
        yield Panel(title, _painted(lang, title, described, (LABELS, LOW), partial(painter.bars, what=what)))


def _painted(lang: Languages, title: Text, described: str, margins: tuple[float, float], paint: Callable[[Axes], None]) -> Plot:
    with Canvas(lang, *PANEL) as canvas:
        paint(canvas.alone(*margins))
        return canvas.finished(lang.say(title), described)


def _described(comparison: Comparison, painter: Painter) -> str:
    """The picture in words, the shift first."""
    return f"{shift.told(shift.shift_of(comparison, painter.kind))}. {painter.description()}"
