"""Owns the paper that plots are drawn on, and the only import of matplotlib: fonts, colours, panels, and the bytes that come of it.

Uses no pyplot. matplotlib's settings, which are the process's, are changed only while a canvas is open. Must not know results.
"""

from __future__ import annotations

import io
import re
import threading
import warnings
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from refund_fsm.diagram import fonts
from refund_fsm.diagram.dark import NIGHT
from refund_fsm.diagram.diverging import NIGHT_OF
from refund_fsm.diagram.palette import INK, LIGHT, MUTED, PAIR, PAPER, SUCCESS, TONES
from refund_fsm.errors import needing
from refund_fsm.text import Languages, Text

if TYPE_CHECKING:
    from types import TracebackType

    from matplotlib.axes import Axes

WIDTH, HEIGHT = 13.0, 8.4  # inches
MARGIN = 0.025  # of the width, at the left and the right of the heading
COLUMN = 0.56  # ems that a Latin letter takes, a little more than half of what a Chinese one does
DPI = 140
FAINT, LINE, GREY = "#EEF0F3", "#C9D0D8", "#8A94A3"
BREACH, AMBER = TONES["breach"], "#92400E"
HALO = {"facecolor": PAPER, "edgecolor": "none", "pad": 1.5, "alpha": 0.85}  # behind a label, so that lines do not cross it
DARK = {
    INK: "#E6EDF3",
    MUTED: "#9AA5B1",
    PAPER: NIGHT,
    FAINT: "#171D26",
    LINE: "#36424F",
    GREY: "#7A8594",
    AMBER: "#E3A265",
    **{colour: LIGHT[colour] for colour in (*PAIR, BREACH)},
    SUCCESS: "#2EA36F",
    **NIGHT_OF,
}
SETTINGS: Any = {
    "font.family": [fonts.FAMILY, "DejaVu Sans"],  # the second for what the first lacks; it comes with matplotlib
    "font.size": 10,
    "text.parse_math": False,  # a dollar sign in a label is a dollar sign
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": MUTED,
    "axes.labelsize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.unicode_minus": False,
    "axes.facecolor": "none",
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "figure.facecolor": PAPER,
    "figure.dpi": 100,
    "savefig.facecolor": PAPER,
    "savefig.bbox": None,
    "svg.fonttype": "none",  # text stays text; the font is embedded
    "svg.hashsalt": "refund-fsm",  # the same ids in every run
}
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
PROLOG = re.compile(r"<\?xml.*?\?>|<!DOCTYPE.*?>|<!--.*?-->", re.DOTALL)
TEXT = re.compile(r"<text (?P<look>[^>]*)>(?P<said>[^<]*)</text>")
BOLD = "font-weight: 700"
FONT_STYLE = re.compile(r'<style class="font">.*?</style>\n', re.DOTALL)
LACKING = re.compile(r"Glyph (\d+) .*missing from")  # what matplotlib says of each character, at each drawing
NOT_EMBEDDED = "not in the embedded font, shown in the reader's own fonts, if at all:"
BLANKS = re.compile(r"[\t\n\r\v\f]+")
SCOPE = "svg.refund-fsm-plot"
_LOCK = threading.RLock()  # two drawings must not restore matplotlib's settings across each other


@dataclass(frozen=True)
class Plot:
    """A finished picture: `svg` is one element with its font and the colours of a dark screen, the same for the same input; `png`
    the same picture in pixels."""

    svg: str
    png: bytes

    @property
    def bare(self) -> str:
        """The SVG without its font, for a page that embeds one for all that is in it."""
        return FONT_STYLE.sub("", self.svg)

    def __repr__(self) -> str:
        return f"<Plot: {len(self.svg):,} characters of SVG, {len(self.png):,} bytes of PNG>"


def require() -> None:
    """`MissingPart` where matplotlib is not installed."""
    with needing("a plot"):
        import matplotlib.figure  # noqa: F401  # only whether it is there


class Canvas:
    """A sheet with a heading and two rows of two panels, the left ones wide, or of another size with one panel. Open it with `with`."""

    def __init__(self, lang: Languages, width: float = WIDTH, height: float = HEIGHT) -> None:
        self.lang, self.width, self.height = lang, width, height  # in inches
        self._stack = ExitStack()

    def __enter__(self) -> Canvas:
        import matplotlib
        from matplotlib.figure import Figure

        self._stack.enter_context(_LOCK)
        _bundled()
        self._stack.enter_context(matplotlib.rc_context(SETTINGS))
        self._figure: Any = Figure(figsize=(self.width, self.height))
        self._grid: Any = None
        self._top = self.height
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None) -> None:
        self._stack.close()

    def head(self, title: Text, notices: Sequence[Text], told: Sequence[str], legend: Sequence[tuple[str, str]] = ()) -> None:
        """The heading: what it is, what must not be overlooked, what it rests on, and lines in colours. The rest is left to the panels."""
        lines = [(line, 15.0, INK, "bold") for line in fitted(self._each(title), " / ", 15.0, self.width)]
        lines += [(line, 10.5, AMBER, "bold") for notice in notices for line in fitted(self._each(notice), " / ", 10.5, self.width)]
        lines += [(line, 9.0, MUTED, "normal") for line in fitted([flat(one) for one in told], " · ", 9.0, self.width)]
        lines += [
            (line, 10.5, colour, "bold") for said, colour in legend for line in fitted(flat(said).split(" / "), " / ", 10.5, self.width)
        ]
        top = self.height - 0.22
        for said, size, colour, weight in lines:
            self._figure.text(MARGIN, top / self.height, said, fontsize=size, color=colour, weight=weight, va="top")
            top -= size * 1.75 / 72
        self._top = top
        left = 0.075 if self.lang is Languages.BOTH else 0.06
        self._grid = self._figure.add_gridspec(
            2, 2, width_ratios=[1.75, 1], left=left, right=0.985, top=(top - 0.5) / self.height, bottom=0.075, hspace=0.3, wspace=0.38
        )

    def _each(self, text: Text) -> list[str]:
        return list(dict.fromkeys(flat(text.get(one)) for one in self.lang.each))

    def panel(self, row: int, column: int, title: Text) -> Axes:
        """A panel under its heading."""
        axes: Axes = self._figure.add_subplot(self._grid[row, column])
        axes.set_title(self.lang.say(title), loc="left", fontsize=11, weight="bold", pad=8)
        axes.set_axisbelow(True)
        return axes

    def alone(self, left: float, bottom: float, right: float = 0.12, above: float = 0.12) -> Axes:
        """One panel below the heading, or without one, with margins in inches."""
        top = self._top - above
        box = (left / self.width, bottom / self.height, 1 - (left + right) / self.width, (top - bottom) / self.height)
        axes: Axes = self._figure.add_axes(box)
        axes.set_axisbelow(True)
        return axes

    def below(self, left: float, right: float, above: float, height: float, under: float) -> Axes:
        """The next panel, as wide as the sheet, with what stands above it and under it, all in inches; the heading comes first."""
        self._top -= above + height
        box = (left / self.width, self._top / self.height, 1 - (left + right) / self.width, height / self.height)
        self._top -= under
        axes: Axes = self._figure.add_axes(box)
        axes.set_axisbelow(True)
        return axes

    def finished(self, title: str, description: str) -> Plot:
        """The picture, with its name and what it shows in words. One warning tells of all characters that no font here has."""
        svg, png = io.StringIO(), io.BytesIO()
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            self._figure.savefig(svg, format="svg", metadata=NO_METADATA)
            self._figure.savefig(png, format="png", dpi=DPI, metadata={"Software": None})
        lacking = {int(found[1]) for one in told if (found := LACKING.match(str(one.message)))}
        for one in told:
            if not LACKING.match(str(one.message)):
                warnings.warn_explicit(one.message, one.category, one.filename, one.lineno)
        if lacking:
            warnings.warn(f"{NOT_EMBEDDED} {''.join(map(chr, sorted(lacking)))}", stacklevel=2)
        return Plot(_cleaned(svg.getvalue(), flat(title), flat(description)), png.getvalue())


def inches_of(axes: Axes) -> float:
    """How wide a panel is."""
    figure: Any = axes.get_figure()
    return float(axes.get_position().width * figure.get_size_inches()[0])


def flat(text: str) -> str:
    """A label in one line: tabs and line breaks are spaces."""
    return BLANKS.sub(" ", text)


def fitted(parts: Sequence[str], separator: str, size: float, width: float = WIDTH) -> list[str]:
    """The parts on as many lines as a sheet of a width in inches is too narrow for one, at a font size in points."""
    room = (1 - 2 * MARGIN) * width * 72 / (size * COLUMN)
    lines: list[str] = []
    for part in parts:
        if lines and cell_len(f"{lines[-1]}{separator}{part}") <= room:
            lines[-1] += f"{separator}{part}"
        else:
            lines.append(part)
    return lines


@cache
def _bundled() -> None:
    """Makes the bundled fonts known to matplotlib, once."""
    from matplotlib import font_manager

    for path in fonts.paths():
        font_manager.fontManager.addfont(path)


def _cleaned(svg: str, title: str, description: str) -> str:
    """matplotlib's SVG as one element that may stand in a page: no prolog, styles of its own alone, its font, dark colours."""
    svg = PROLOG.sub("", svg).strip()
    svg = svg.replace('<style type="text/css">*{', f'<style type="text/css">{SCOPE} *{{', 1)
    head, body = svg.split(">", 1)
    head = head.replace("<svg ", f'<svg class="{SCOPE.partition(".")[2]}" role="img" ', 1)
    named = f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n"
    font = f'<style class="font">{_font(body)}</style>\n'
    lines = (line.rstrip() for line in f"{head}>\n{named}{font}{_dark()}{body}".split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def texts(svg: str) -> tuple[frozenset[str], frozenset[str]]:
    """The characters of a picture, regular and bold."""
    used: tuple[set[str], set[str]] = (set(), set())
    for found in TEXT.finditer(svg):
        used[BOLD in found["look"]].update(unescape(found["said"]))
    return frozenset(used[0]), frozenset(used[1])


def _font(svg: str) -> str:
    return fonts.css(*texts(svg))


def _dark() -> str:
    """A style sheet that replaces colours on a dark screen; what is printed is as by day."""
    rules = "".join(
        f'{SCOPE} [style*="{use}: {light.lower()}"]{{{use}:{dark.lower()}!important}}'
        for light, dark in DARK.items()
        for use in ("fill", "stroke")
    )
    return f'<style class="dark">@media screen and (prefers-color-scheme:dark){{{rules}}}</style>\n'
