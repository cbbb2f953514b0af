"""Owns a part of a sheet that is placed as a whole: its cards, pills, labels and lines, and how things hang from the side of a card.

All lengths are points, y grows downwards. Must not know workflows or what a line means.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from refund_fsm.diagram.layout.curves import Point

STUB = 26.0  # between a card and what hangs from it
TURN = 18.0  # between the last turn of a line and where it arrives
WIDE = 7.0  # more of that for a wide line, whose head is long
STRAIGHT = 4.0  # a line that would turn for less than that runs straight
RAIL = 7.0  # between lines that run side by side
APART = 15.0  # between what hangs from a card one below the other
UNDER = 3.0  # between a label and the pill or card below it
EDGE = 9.0  # between the corner of a card and the first line that leaves it


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its middle and its size."""

    x: float
    y: float
    width: float
    height: float

    def moved(self, dx: float, dy: float) -> Box:
        """The same elsewhere."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Line:
    """A line: whose it is, its corners, the label on it and the middle of the label."""

    key: Hashable
    corners: tuple[Point, ...]
    label: str = ""
    at: Point | None = None

    def moved(self, dx: float, dy: float) -> Line:
        """The same elsewhere."""
        corners = tuple((x + dx, y + dy) for x, y in self.corners)
        return replace(self, corners=corners, at=None if self.at is None else (self.at[0] + dx, self.at[1] + dy))


@dataclass
class Block:
    """Boxes by name, lines, and the rectangle around it all, labels among it."""

    boxes: dict[str, Box] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0

    def covers(self, x: float, y: float, width: float, height: float) -> None:
        """Takes a rectangle in, by its middle."""
        self.left, self.right = min(self.left, x - width / 2), max(self.right, x + width / 2)
        self.top, self.bottom = min(self.top, y - height / 2), max(self.bottom, y + height / 2)

    def box(self, name: str, box: Box) -> None:
        """A card, a pill or a dot."""
        self.boxes[name] = box
        self.covers(box.x, box.y, box.width, box.height)

    def line(self, line: Line, width: float = 0.0, height: float = 0.0) -> None:
        """A line, with the size of its label."""
        self.lines.append(line)
        for x, y in line.corners:
            self.covers(x, y, 0.0, 0.0)
        if line.at is not None:
            self.covers(*line.at, width, height)

    def take(self, other: Block, dx: float, dy: float) -> None:
        """Another block, moved."""
        self.boxes |= {name: box.moved(dx, dy) for name, box in other.boxes.items()}
        self.lines += [line.moved(dx, dy) for line in other.lines]
        self.covers((other.left + other.right) / 2 + dx, (other.top + other.bottom) / 2 + dy, other.width, other.height)

    def below(self, half: float, top: float) -> float:
        """How far down a card of such a half width must stand, from `top` on, so that it does not reach into what hangs beside it."""
        reached = (box.y + box.height / 2 for box in self.boxes.values() if abs(box.x) - box.width / 2 < half and box.x)
        return max(top, *(low + APART for low in reached if low > top), top)

    @property
    def width(self) -> float:
        """Of the whole."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Of the whole."""
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Hung:
    """Something that hangs from the side of a card: a label, and below it the pill or the block to which the line leads.

    `port` is where the line arrives, below the top of `block`; `half` is half the width of what it arrives at, which stands around
    the x = 0 of the block.
    """

    key: Hashable
    label: str
    width: float
    height: float
    block: Block
    half: float
    port: float
    inwards: bool = False  # the line leads to the card
    wide: bool = False  # the line is a wide one


def hang(into: Block, hung: Sequence[Hung], start: float, span: tuple[float, float], top: float, side: int, clear: float = 0.0) -> float:
    """Hangs things one below the other beside a card, from `top` on; returns where they end.

    Lines start at the side of the card, `start`, between the heights of `span`, and turn no nearer to the middle than `clear`; `side` is
    1 for the right and -1 for the left. A line that runs further down runs nearer to the card, so that none crosses another and the
    nearest line to a label is its own.
    """
    tops, ends, y = [], [], top
    for one in hung:
        tops.append(y)
        ends.append(y + one.height + UNDER + one.port)
        y += one.height + UNDER + one.block.height + APART
    ports = _ports(ends, *span)
    ends = [port if abs(end - port) <= STRAIGHT else end for port, end in zip(ports, ends, strict=True)]
    rails = _rails(ports, ends)
    wide = RAIL * max(rails.values(), default=0)
    room = TURN + WIDE * any(one.wide and place in rails for place, one in enumerate(hung))
    turn = STUB - TURN if any(one.inwards for one in hung) else room  # the room of an arrowhead is where the line arrives
    reach = max(STUB - TURN, clear - abs(start)) + room + wide
    for place, one in enumerate(hung):
        edge = start + side * reach
        inner = -one.block.left if side > 0 else one.block.right
        middle = edge + side * max(one.half, inner)
        end = (middle - side * one.half, ends[place])
        corners: tuple[Point, ...] = ((start, ports[place]), end)
        if place in rails:
            rail = edge - side * (turn + RAIL * rails[place])
            corners = ((start, ports[place]), (rail, ports[place]), (rail, ends[place]), end)
        into.take(one.block, middle, tops[place] + one.height + UNDER - one.block.top)
        corners = corners[::-1] if one.inwards else corners
        x = end[0] + side * one.width / 2
        into.line(Line(one.key, corners, one.label, (x, tops[place] + one.height / 2)), one.width, one.height)
    return y


def low_of(hung: Sequence[Hung], top: float) -> float:
    """How far down the line to the last of them runs, when they hang from `top` on."""
    y = end = top
    for one in hung:
        end = y + one.height + UNDER + one.port
        y += one.height + UNDER + one.block.height + APART
    return end


def past(cards: Sequence[tuple[float, float]], top: float, apart: float, low: float) -> float:
    """How far from the middle lines keep that run down as far as `low`, to pass a column of cards: their sizes, `apart`, from `top`."""
    clear = 0.0
    for width, height in cards:
        if top < low:
            clear = max(clear, width / 2 + STUB - TURN)
        top += height + apart
    return clear


def _rails(ports: Sequence[float], ends: Sequence[float]) -> dict[int, int]:
    """On which rail a line turns, if it does: the farther up or down it runs, the nearer to the card."""
    up = [place for place, (port, end) in enumerate(zip(ports, ends, strict=True)) if end < port - 0.5]
    down = [place for place, (port, end) in enumerate(zip(ports, ends, strict=True)) if end > port + 0.5]
    return {place: rail for rail, place in (*enumerate(reversed(up)), *enumerate(down))}


def _ports(ends: Sequence[float], low: float, high: float) -> list[float]:
    """Where lines leave a card: straight across where they can, one below the other."""
    apart = min(RAIL, (high - low) / max(len(ends) - 1, 1))
    found: list[float] = []
    for place, end in enumerate(ends):
        least = found[-1] + apart if found else low
        most = high - apart * (len(ends) - 1 - place)
        found.append(max(least, min(end, most)))
    return found
