"""Owns where labels stand beneath what they name: in rows, apart from each other, tied to it by a line that crosses none of them.

Must not know what they say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

GAP = 8.0  # points between two labels of a row
CROSSED, TURNED, MOVED = 1.6, 0.4, 0.3  # what a line through a label, one to the left of its mark, and one moved, are worth, in rows
NEAR = 30.0  # points that a label may be moved off its mark
MOST_ROWS = 40


@dataclass(frozen=True, slots=True)
class Wanted:
    """A label `width` points wide that names what stands at `x`."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a label stands: its left edge, its row from 0, and whether it ends at its mark instead of beginning there."""

    left: float
    row: int
    turned: bool


def packed(wanted: Sequence[Wanted], begin: float, end: float, lines: Iterable[float] = ()) -> list[Spot]:
    """A spot for each, between two edges. `lines` are where vertical lines run through all rows; labels keep off them where they can."""
    through = sorted(lines)
    spots: dict[int, Spot] = {}
    for place in sorted(range(len(wanted)), key=lambda place: -wanted[place].x):
        one = wanted[place]
        others = [(spots[other], wanted[other]) for other in spots]
        rows = range(min(max((spot.row for spot, _ in others), default=-1) + 2, MOST_ROWS))
        options = [Spot(left, row, turned) for row in rows for left, turned in _lefts(one, begin, end)]
        options += [Spot(left, 0, False) for left in _beside(one, begin, end, through)]
        free = [spot for spot in options if not any(_overlap(spot, one, other, its) for other, its in others)]
        spots[place] = min(free or options[-1:], key=lambda spot: _cost(spot, one, others, through))
    return [spots[place] for place in range(len(wanted))]


def _lefts(one: Wanted, begin: float, end: float) -> list[tuple[float, bool]]:
    """To the right of its mark, or to the left, or moved as far as the edges ask."""
    most = max(begin, end - one.width)
    found = [(one.x, False)] if one.x <= most else []
    if one.x - one.width >= begin:
        found.append((one.x - one.width, True))
    return found or [(min(max(one.x, begin), most), False)]


def _beside(one: Wanted, begin: float, end: float, through: Sequence[float]) -> list[float]:
    """Left edges at which a label in the first row keeps off the lines, and still touches what it names, or nearly."""
    near = [x for x in through if one.x - 2 < x < one.x + one.width]
    found = [left for x in near for left in (x + 1, x - one.width - 1)]
    return [left for left in found if begin <= left <= end - one.width and left - NEAR <= one.x <= left + one.width]


def _overlap(spot: Spot, one: Wanted, other: Spot, its: Wanted) -> bool:
    return spot.row == other.row and spot.left < other.left + its.width + GAP and other.left < spot.left + one.width + GAP


def _cost(spot: Spot, one: Wanted, others: Sequence[tuple[Spot, Wanted]], through: Sequence[float]) -> float:
    right = spot.left + one.width
    crossed = sum(spot.left + 1 < x < right - 1 for x in through)
    crossed += sum(other.row < spot.row and other.left + 1 < one.x < other.left + its.width - 1 for other, its in others)
    crossed += sum(other.row > spot.row and spot.left + 1 < its.x < right - 1 for other, its in others)
    moved = not spot.turned and abs(spot.left - one.x) > 1
    return spot.row + CROSSED * crossed + TURNED * spot.turned + MOVED * moved
