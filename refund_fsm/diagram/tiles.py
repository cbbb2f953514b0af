"""Owns which part of a picture stands on which sheet of paper, at which size, so that all can be read and nothing is cut.

A picture that fits at a legible size stands on one sheet, upright or across. A larger one goes over several: what one sheet would cut,
the next shows whole. All lengths are points. Must not know SVG, PDF, or what the picture shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

SIZES = {"a4": (595.28, 841.89), "a3": (841.89, 1190.55)}  # ISO 216, upright
MARGIN = 17.0  # 6 mm: most printers reach nearer to the edge
FOOT = 12.0
LEAST = 0.675  # what happens, of 10 points, is then 9 CSS pixels high, and a guard, of 9 points, 8
SEEN = 0.5


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From top to bottom."""
        return self.bottom - self.top

    def holds(self, other: Area) -> bool:
        """Whether another lies wholly inside."""
        across = self.left - SEEN <= other.left and other.right <= self.right + SEEN
        return across and self.top - SEEN <= other.top and other.bottom <= self.bottom + SEEN

    def meets(self, other: Area) -> bool:
        """Whether another lies inside in part."""
        across = other.left < self.right and self.left < other.right
        return across and other.top < self.bottom and self.top < other.bottom


def around(areas: Sequence[Area]) -> Area:
    """The rectangle around some."""
    return Area(
        min(one.left for one in areas), min(one.top for one in areas), max(one.right for one in areas), max(one.bottom for one in areas)
    )


@dataclass(frozen=True, slots=True)
class Tile:
    """One sheet: the part of the picture that it shows, how large, and whether it lies across."""

    area: Area
    scale: float
    across: bool


def room(paper: str, *, across: bool) -> tuple[float, float]:
    """The width and the height of a sheet between its margins, without the line at its foot."""
    width, height = SIZES[paper][::-1] if across else SIZES[paper]
    return width - 2 * MARGIN, height - 2 * MARGIN - FOOT


def tiles(whole: Area, pieces: Sequence[Area], paper: str) -> tuple[Tile, ...]:
    """The sheets for a picture whose `pieces` must not be cut: as few as can be, upright before across, and then as large as they can be.

    A piece that is larger than a sheet makes all of it smaller.
    """
    made: list[tuple[Tile, ...]] = []
    for across in (False, True):
        width, height = room(paper, across=across)
        fits = min(1.0, width / whole.width, height / whole.height)
        if fits >= LEAST:
            made.append((Tile(whole, fits, across),))
            continue
        scale = min([LEAST, *(min(width / piece.width, height / piece.height) for piece in pieces)])
        made.append(tuple(Tile(area, scale, across) for area in _cut(whole, pieces, width / scale, height / scale)))
    return min(made, key=lambda one: (len(one), -one[0].scale))


def _cut(whole: Area, pieces: Sequence[Area], width: float, height: float) -> Iterator[Area]:
    """Rows of rectangles of one size over a picture, until each piece lies whole in one. None begins behind a gap."""
    left, top = list(pieces), whole.top
    while left:
        row = [one for one in left if one.bottom <= top + height + SEEN]
        waiting, x = row, min(one.left for one in row)
        if max(one.right for one in row) - x <= width:
            x = min(x, max(whole.left, (x + max(one.right for one in row) - width) / 2))
        while waiting:
            area = Area(x, top, x + width, top + height)
            yield area
            waiting = [one for one in waiting if not area.holds(one)]
            x = min(area.right, *(one.left for one in waiting)) if waiting else x
        left = [one for one in left if one not in row]
        top = min(top + height, *(one.top for one in left)) if left else top
