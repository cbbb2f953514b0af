"""Owns Graphviz's HTML-like labels: runs of text and chips in cells of computed size. Must not know workflows or Graphviz itself.

Every cell has a fixed size, so the picture is the same whatever fonts the machine has, or none. All text is escaped here and
nowhere else: nothing in a label is interpreted.
"""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from refund_fsm.diagram import metrics
from refund_fsm.diagram.palette import INK

LEADING = 1.32  # line height in font sizes
CHIP = 4  # points that a chip is higher than a line of its size
Align = Literal["left", "right", "centre", "split"]
APART = "\u2060"  # word joiner: no width, no break; taken out of the SVG again
TABLE = '<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0"'


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text; with `fill` or `outline` a chip. `id` and `tooltip` survive into the SVG.

    Sizes are whole points, because Graphviz drops the rest.
    """

    text: str
    size: int
    colour: str = INK
    bold: bool = False
    fill: str = ""
    outline: str = ""
    dashed: bool = False
    pad: int = 0
    id: str = ""
    tooltip: str = ""

    @property
    def text_width(self) -> int:
        """The width of the text alone."""
        return _text_width(self.text, self.size, self.bold)

    @property
    def width(self) -> int:
        """The whole width, with padding and the border of a chip."""
        return _text_width(self.text, self.size, self.bold) + 2 * self.pad + (2 if self.fill or self.outline else 0)

    @property
    def height(self) -> int:
        """The height of the line that it needs."""
        return round(self.size * LEADING) + (CHIP if self.fill or self.outline else 0)

    def recoloured(self, change: Callable[[str], str]) -> Run:
        """The same in other colours."""
        fill, outline = self.fill and change(self.fill), self.outline and change(self.outline)
        return replace(self, colour=change(self.colour), fill=fill, outline=outline)

    def cell(self, height: int) -> str:
        """The cells that show it on a line of a height."""
        text = escaped(self.text) or " "  # Graphviz takes no empty text
        text = f"<B>{text}</B>" if self.bold else text
        chip = self.fill or self.outline
        inner = self.height - CHIP if chip else height
        shown = (
            f'<TD ALIGN="LEFT" VALIGN="MIDDLE" FIXEDSIZE="TRUE" WIDTH="{self.text_width}" HEIGHT="{inner}">'
            f'<FONT POINT-SIZE="{self.size}" COLOR="{self.colour}">{text}</FONT></TD>'
        )
        if not chip:
            return shown
        return self._chip(space(self.pad, inner) + shown + space(self.pad, inner), height)

    def _chip(self, cells: str, height: int) -> str:
        style = "ROUNDED,DASHED" if self.dashed else "ROUNDED"
        fill = f' BGCOLOR="{self.fill}"' if self.fill else ""
        names = f' ID="{escaped(self.id)}" TITLE="{escaped(self.tooltip)}"' if self.id else ""
        table = (
            f'<TABLE BORDER="1" CELLBORDER="0" CELLSPACING="0" CELLPADDING="0" COLOR="{self.outline or self.fill}"{fill}'
            f' STYLE="{style}"{names}><TR>{cells}</TR></TABLE>'
        )
        return f'<TD VALIGN="MIDDLE" FIXEDSIZE="TRUE" WIDTH="{self.width}" HEIGHT="{height}">{table}</TD>'


@dataclass(frozen=True, slots=True)
class Stroke:
    """A piece of a line, as a legend shows it: pieces of `on` points with gaps of `off` points between them, `thick` points thick."""

    colour: str
    thick: int
    pieces: int = 1
    on: int = 26
    off: int = 0

    @property
    def width(self) -> int:
        """Its length."""
        return self.pieces * self.on + (self.pieces - 1) * self.off

    @property
    def height(self) -> int:
        """Its thickness."""
        return self.thick

    def recoloured(self, change: Callable[[str], str]) -> Stroke:
        """The same in another colour."""
        return replace(self, colour=change(self.colour))

    def cell(self, height: int) -> str:
        """The cell that shows it on a line of a height."""
        piece = f'<TD FIXEDSIZE="TRUE" WIDTH="{self.on}" HEIGHT="{self.thick}" BGCOLOR="{self.colour}"></TD>'
        row = space(self.off, self.thick).join([piece] * self.pieces)
        return f'<TD VALIGN="MIDDLE" FIXEDSIZE="TRUE" WIDTH="{self.width}" HEIGHT="{height}">{TABLE}><TR>{row}</TR></TABLE></TD>'


Piece = Run | Stroke


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces side by side, `gap` points apart. `split` pushes the last piece to the right edge."""

    pieces: tuple[Piece, ...]
    align: Align = "left"
    gap: int = 4
    above: int = 0

    @property
    def width(self) -> int:
        """The least width."""
        return sum([piece.width for piece in self.pieces]) + self.gap * (len(self.pieces) - 1)

    def row(self, whole: int, free: int, side: int) -> str:
        """The row of a table `whole` points wide, `free` of them left over, between margins of `side` points."""
        height = max([piece.height for piece in self.pieces])
        left = free // 2 if self.align == "centre" else free if self.align == "right" else 0
        last = free if self.align == "split" else 0
        cells = [space(side + left, height)]
        for place, piece in enumerate(self.pieces):
            if place:
                cells.append(space(self.gap + (last if place == len(self.pieces) - 1 else 0), height))
            cells.append(piece.cell(height))
        used = left + (last if len(self.pieces) > 1 else 0)
        cells.append(space(side + free - used, height))
        row = f"<TR><TD>{TABLE}><TR>{''.join(cells)}</TR></TABLE></TD></TR>"
        return f"<TR>{space(whole + 2 * side, self.above)}</TR>{row}" if self.above else row


@lru_cache(maxsize=metrics.KEPT)
def _text_width(text: str, size: int, bold: bool) -> int:
    return math.ceil(metrics.width(text, size, bold=bold)) + 1


class Label(str):
    """An HTML-like label, with its size in points."""

    __slots__ = ("height", "width")
    width: int
    height: int


def block(lines: Sequence[Line], *, least: int = 0, side: int = 0) -> Label:
    """An HTML-like label of lines one below the other, `least` points wide or wider, with margins of `side` points."""
    widths = [line.width for line in lines]
    whole = max(least, *widths)
    rows = [line.row(whole, whole - width, side) for line, width in zip(lines, widths, strict=True)]
    label = Label(f"<{TABLE}>{''.join(rows)}</TABLE>>")
    label.width = whole + 2 * side
    label.height = sum(line.above + max(piece.height for piece in line.pieces) for line in lines)
    return label


@lru_cache(maxsize=metrics.KEPT)
def space(width: int, height: int) -> str:
    """An empty cell; nothing when it has no width."""
    return f'<TD FIXEDSIZE="TRUE" WIDTH="{width}" HEIGHT="{height}"></TD>' if width > 0 else ""


@lru_cache(maxsize=metrics.KEPT)
def escaped(text: str) -> str:
    """A text inside a label. Graphviz would read a backslash and a letter as an escape, and nothing says that they are none:
    an invisible character keeps them apart."""
    return html.escape(text.replace("\\", f"\\{APART}"), quote=True)


@lru_cache(maxsize=metrics.KEPT)
def slug(text: str) -> str:
    """The text as an id of a page: ASCII letters, digits, `_` and `-`; any other character as its code. One to one."""
    return "".join(char if char.isascii() and (char.isalnum() or char in "_-") else f".{ord(char):x}." for char in text)
