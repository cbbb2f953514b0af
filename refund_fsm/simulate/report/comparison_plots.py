"""Owns the pictures of a comparison: the quantile shift, both curves, outcomes and breaches side by side, on one sheet or panel by panel.

Must not write files: `comparison_page` does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
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
    """A picture of its own with the heading that stands over it."""

    title: Text
    plot: Plot


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
        found = shift.shift_of(comparison, kind)
        described = f"{shift.TITLE[kind].en}: {shift.told(found)}"
        yield _panel(
            lang, shift.TITLE[kind], described, LEFT, BOTTOM, lambda axes, kind=kind, found=found: shift.paint(axes, found, kind, lang)
        )  # type: ignore[misc]
    described = painter.description()
    yield _panel(lang, RISEN[painter.kind], described, LEFT, BOTTOM, lambda axes: painter.risen(axes, _days(painter), most=FEW_TICKS))
    for what, title in SHARES.items():
        yield _panel(lang, title, described, LABELS, LOW, lambda axes, what=what: painter.bars(axes, what))  # type: ignore[misc]


def _panel(lang: Languages, title: Text, described: str, left: float, bottom: float, paint: Callable[[Axes], None]) -> Panel:
    with Canvas(lang, *PANEL) as canvas:
        paint(canvas.alone(left, bottom))
        return Panel(title, canvas.finished(lang.say(title), described))


def _described(comparison: Comparison, painter: Painter) -> str:
    """The picture in words, the shift first."""
    return f"{shift.told(shift.shift_of(comparison, painter.kind))}. {painter.description()}"
