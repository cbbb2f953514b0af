"""Owns the shapes of a timeline as SVG: bars, marks, lines, and labels of runs side by side, with the characters that they show.

Must not know a case: it is told where everything stands. Colours are attributes, so that `dark` finds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape

from refund_fsm.diagram import palette
from refund_fsm.diagram.metrics import plain, width
from refund_fsm.diagram.palette import INK

LEADING = 1.25
APART = 4.0  # points between the runs of a label
CHIP_PAD = 4.0
MORE, LEAST_CUT = "…", 6  # what stands for the rest of a text; a run that would be shorter is left out
ROUND = 0.5523  # of the radius: how far the handles of a quarter of a circle reach


@dataclass(frozen=True, slots=True)
class Said:
    """A run of text; with `chip` on a rounded area of that colour."""

    text: str
    size: float = 12.0
    colour: str = INK
    bold: bool = False
    chip: str = ""

    @property
    def width(self) -> float:
        """Its width in points, with the edges of its chip."""
        return width(self.text, self.size, bold=self.bold) + (2 * CHIP_PAD if self.chip else 0)


Runs = tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines of runs, one below the other."""

    lines: tuple[Runs, ...]

    @property
    def width(self) -> float:
        """The width of its widest line."""
        return max((_length(runs) for runs in self.lines), default=0.0)


def _length(runs: Runs) -> float:
    return sum(run.width for run in runs) + APART * (len(runs) - 1)


def block(lines: Sequence[Sequence[Said]], most: float) -> Block:
    """Lines of at most `most` points: the longest run of a longer one is cut."""
    kept = tuple(_fitted(tuple(replace(run, text=plain(run.text)) for run in runs if run.text), most) for runs in lines)
    return Block(kept)


def _fitted(runs: Runs, most: float) -> Runs:
    over = _length(runs) - most
    if over <= 0 or not runs:
        return runs
    place = max(range(len(runs)), key=lambda at: runs[at].width)
    long, room = runs[place], max(runs[place].width - over, 2 * runs[place].size)
    text = long.text
    while len(text) > 1 and replace(long, text=text + MORE).width > room:
        text = text[:-1]
    short = (replace(long, text=text.rstrip() + MORE),) if len(text) >= LEAST_CUT or len(runs) == 1 else ()
    return (*runs[:place], *short, *runs[place + 1 :])


@dataclass
class Canvas:
    """What has been drawn, in layers from the back, and the characters used, by weight."""

    layers: tuple[list[str], ...] = field(default_factory=lambda: tuple(list[str]() for _ in range(5)))
    regular: set[str] = field(default_factory=set)
    bold: set[str] = field(default_factory=set)

    def area(self, layer: int, x: float, y: float, wide: float, high: float, colour: str, *, title: str = "", name: str = "") -> None:
        """A filled rectangle."""
        shape = f'd="M{x:.1f},{y:.1f}H{x + wide:.1f}V{y + high:.1f}H{x:.1f}Z"'
        self._put(layer, f'<path fill="{colour.lower()}" {shape}', title, name)

    def bar(self, layer: int, x: float, y: float, wide: float, high: float, colour: str, *, title: str = "", name: str = "") -> None:
        """A filled rectangle with an outline of its colour, which is another one in the dark."""
        shape = f'd="M{x:.1f},{y:.1f}H{x + wide:.1f}V{y + high:.1f}H{x:.1f}Z"'
        self._put(layer, f'<path fill="{colour.lower()}" stroke="{colour.lower()}" stroke-linejoin="round" {shape}', title, name)

    def line(self, layer: int, points: Sequence[tuple[float, float]], colour: str, *, thick: float = 1.0, dashes: str = "") -> None:
        """A line through points."""
        dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
        path = "L".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self._put(layer, f'<path fill="none" stroke="{colour.lower()}" stroke-width="{thick:g}"{dashed} d="M{path}"', "", "")

    def ring(self, x: float, y: float, radius: float, colour: str, fill: str, *, title: str = "", name: str = "") -> None:
        """A circle."""
        near, left, right, above, below = ROUND * radius, x - radius, x + radius, y - radius, y + radius
        shape = (
            f"M{left:.1f},{y:.1f}C{left:.1f},{y - near:.1f} {x - near:.1f},{above:.1f} {x:.1f},{above:.1f}"
            f"C{x + near:.1f},{above:.1f} {right:.1f},{y - near:.1f} {right:.1f},{y:.1f}"
            f"C{right:.1f},{y + near:.1f} {x + near:.1f},{below:.1f} {x:.1f},{below:.1f}"
            f"C{x - near:.1f},{below:.1f} {left:.1f},{y + near:.1f} {left:.1f},{y:.1f}Z"
        )
        self._put(3, f'<path fill="{fill.lower()}" stroke="{colour.lower()}" stroke-width="2" d="{shape}"', title, name)

    def diamond(self, x: float, y: float, half: float, colour: str, *, title: str = "", name: str = "") -> None:
        """A square on its corner."""
        shape = f"M{x - half:.1f},{y:.1f}L{x:.1f},{y - half:.1f}L{x + half:.1f},{y:.1f}L{x:.1f},{y + half:.1f}Z"
        self._put(3, f'<path fill="{colour.lower()}" stroke="{colour.lower()}" d="{shape}"', title, name)

    def text(self, x: float, y: float, run: Said, *, end: bool = False, middle: bool = False) -> None:
        """A text that begins, ends or has its middle at a place; `y` is its base line."""
        left = x - run.width if end else x - run.width / 2 if middle else x
        if run.chip:
            high = run.size * LEADING + 2
            self.bar(4, left, y - run.size * 0.95 - 1, run.width, high, run.chip)
            left += CHIP_PAD
        (self.bold if run.bold else self.regular).update(run.text)
        weight = ' font-weight="bold"' if run.bold else ""
        over = "" if run.chip else ' class="over"'
        look = f'x="{left:.1f}" y="{y:.1f}"{weight} font-size="{run.size:g}" fill="{run.colour.lower()}"{over}'
        self.layers[4].append(f"<text {look}>{escape(run.text, quote=False)}</text>")

    def runs(self, x: float, y: float, runs: Sequence[Said]) -> None:
        """Runs side by side."""
        for run in runs:
            self.text(x, y, run)
            x += run.width + APART

    def _put(self, layer: int, opening: str, title: str, name: str) -> None:
        named = f' id="{escape(name)}"' if name else ""
        self.layers[layer].append(f"{opening}{named}><title>{escape(title)}</title></path>" if title else f"{opening}{named}/>")


def chip(text: str, colour: str, size: float = 10.0) -> Said:
    """A text on a rounded area."""
    return Said(text, size, palette.on(colour), bold=True, chip=colour)
