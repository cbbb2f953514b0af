"""Owns the sheet: which card stands where, what hangs from it, and the lines between them, for a plan whose cards and labels have sizes.

Down a column stand the states of the forest that are below one another. To the right of a card hang the pills of its portals and the
columns of the states beside it; to the left what runs through a junction. Must not know colours, words or Graphviz.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

from refund_fsm.diagram.layout.blocks import APART, EDGE, UNDER, Block, Box, Hung, Line, hang, low_of, past
from refund_fsm.diagram.layout.curves import Point
from refund_fsm.diagram.pieces import Arrow, Junction
from refund_fsm.diagram.plan import Plan

Ends = tuple[Box, dict[int, float]]
Where = Literal["left", "right", "from left", "from right"]
CLEAR = 7.0  # between a card and the label of the line that leaves it downwards
LEAST = 22.0  # of a line from card to card
DOT = 14.4  # the start
DIAMOND = 11.5
FAN = 3.0  # lines leave a junction so far above and below its middle
BESIDE = 24.0  # between a card and a junction
COLUMN = 36.0  # between columns
ASIDE = 12.0  # between a label and a line that is not its own
ARRIVES = 17.0  # below the top of a card that stands beside another


class Sized(Protocol):
    """A label of known size, in points."""

    width: int
    height: int


class Sizes(Protocol):
    """What the sheet asks about its parts. Sizes of cards and pills are those of their outlines."""

    def card(self, key: str) -> tuple[float, float]:
        """The size of the card of a state."""

    def pill(self, arrow: Arrow) -> tuple[float, float]:
        """The size of the pill in which a portal ends."""

    def turn(self, key: str, *, onwards: bool) -> tuple[float, float]:
        """The size of the mark above a state at which a column is cut: where it goes on, or, `onwards`, at the end of the piece before."""

    def label(self, arrow: Arrow, where: Where) -> Sized:
        """The label of an arrow: to the right or left of its line, or above its end, where the line arrives from a side."""


@dataclass(frozen=True, slots=True)
class Wire:
    """The line of an arrow: its corners, and its label with its middle."""

    corners: tuple[tuple[float, float], ...]
    label: str
    at: tuple[float, float] | None


@dataclass(frozen=True)
class Sheet:
    """Places: of cards by key, of pills by the first rule of their arrow, of junctions by name, of the marks of cuts by state; lines by
    the first rule of their arrow; stems by state and junction, and from a mark to the state below by "" and state. The start dot stands
    at `start`, where the initial state is on the sheet."""

    boxes: Mapping[str, Box]
    wires: Mapping[str, Wire]
    stems: Mapping[tuple[str, str], tuple[tuple[float, float], ...]]
    start: tuple[float, float] | None
    left: float
    top: float
    right: float
    bottom: float


def pill_of(arrow: Arrow) -> str:
    """The name of the pill of an arrow among the boxes."""
    return f"(to {arrow.rules[0].id})"


def turn_of(key: str, *, onwards: bool) -> str:
    """The name of a mark of a cut among the boxes."""
    return f"({'onwards to' if onwards else 'on with'} {key})"


def placed(plan: Plan, sizes: Sizes, *, outward: int = 0, most: float = 0.0) -> Sheet:
    """The sheet of a plan. What hangs from the cards of its first column hangs on the `outward` side, or, for 0, on the side that is free
    first; further columns stand in rows at most `most` points wide, or as wide as the first."""
    return _Maker(plan, sizes, outward, most).sheet()


@dataclass
class _Maker:
    plan: Plan
    sizes: Sizes
    outward: int = 0
    most: float = 0.0
    _ends: Ends | None = None  # the last card of the column made last, and how far down things hang beside it
    _cleared: dict[str, int] = field(default_factory=dict)  # the side on which what hangs from a card keeps off the label below it

    def sheet(self) -> Sheet:
        plan = self.plan
        whole = self._folded(plan.forest.roots[0])
        start = (0.0, -LEAST - DOT) if plan.forest.roots[0] == plan.workflow.initial.key else None
        if start:
            whole.line(Line("start", ((0.0, start[1] + DOT / 2), (0.0, 0.0))))
            whole.covers(0.0, start[1], DOT, DOT)
        self._others(whole)
        wires, stems = {}, {}
        for line in whole.lines:
            if isinstance(line.key, tuple):
                stems[line.key] = line.corners
            else:
                wires[str(line.key)] = Wire(line.corners, line.label, line.at)
        return Sheet(whole.boxes, wires, stems, start, whole.left, whole.top, whole.right, whole.bottom)

    def _folded(self, first: str) -> Block:
        """The first column, or its pieces side by side, in rows at most `most` points wide, their first cards level."""
        pieces: list[list[str]] = []
        for key in self.plan.forest.column(first):
            if not pieces or key in self.plan.folds:
                pieces.append([])
            pieces[-1].append(key)
        whole, *others = [self.column(piece[0], self.outward, piece) for piece in pieces]
        left, x, y = whole.left, whole.right + COLUMN, 0.0
        for block in others:
            if x + block.width > left + self.most:
                x, y = left, whole.bottom + COLUMN - block.top
            whole.take(block, x - block.left, y)
            x += block.width + COLUMN
        if others:
            self._ends = None  # what no line reaches goes below all
        return whole

    def _others(self, whole: Block) -> None:
        """What no line reaches: columns of their own in rows below."""
        ends, blocks = self._ends, [self.column(key, 1) for key in self.plan.forest.roots[1:]]
        below = [block for block in blocks if ends is None or not self._fits_beside(whole, block, ends)]
        x, top, low = whole.left, whole.bottom + COLUMN, 0.0
        right = max(whole.right, whole.left + self.most)
        for block in below:
            if x + block.width > right and x > whole.left:
                x, top, low = whole.left, top + low + COLUMN, 0.0
            whole.take(block, x - block.left, top - block.top)
            x, low = x + block.width + COLUMN, max(low, block.height)

    def _fits_beside(self, whole: Block, block: Block, ends: Ends) -> bool:
        """Puts a block beside the last card of the first column, when nothing hangs there and it sticks out neither below nor aside."""
        last, floors = ends
        for side in (1, -1):
            x = side * (last.width / 2 + COLUMN + (-block.left if side > 0 else block.right))
            across = max(whole.right, x + block.right) - min(whole.left, x + block.left)
            free = floors[side] <= last.y - last.height / 2 and block.height <= last.height + COLUMN
            if free and (not self.most or across <= self.most):
                whole.take(block, x, last.y - (block.top + block.bottom) / 2)
                floors[side] = whole.bottom
                return True
        return False

    def column(self, first: str, outward: int = 0, piece: Sequence[str] = ()) -> Block:
        """A state and those below it, or a piece of that, the middle of the top of the first card at the origin. What hangs from cards
        hangs on the `outward` side, or, for 0, on the side that is free first."""
        block = Block()
        y, floors = 0.0, {1: 0.0, -1: 0.0}
        if piece and first in self.plan.folds:
            self._resumed(block, first)
        keys = piece or self.plan.forest.column(first)
        for key in keys:
            width, height = self.sizes.card(key)
            block.box(key, Box(0.0, y + height / 2, width, height))
            for junction in self.plan.junctions:
                if junction.states[-1].key == key:
                    floors[-1] = self._junction(block, junction, floors[-1])
            if self.plan.centre:
                self._around(block, key)
            elif self._hangs(key):
                side = self._side(floors, y, outward)
                hung, top = self._hung(key, side), max(y, floors[side])
                cards = [self.sizes.card(after) for after in keys[keys.index(key) + 1 :]]
                clear = max(self._clear(key, side, floors, y + height), past(cards, y + height + LEAST, LEAST, low_of(hung, top)))
                floors[side] = hang(block, hung, side * width / 2, (y + EDGE, y + height - EDGE), top, side, clear)
            if key in self.plan.forest.below:
                y = self._down(block, key, self.plan.forest.below[key], y + height, floors, outward)
        self._ends = (block.boxes[keys[-1]], floors)
        return block

    def _around(self, block: Block, key: str) -> None:
        """What leads to a state hangs to its left, and what leads on to its right, both in the middle."""
        card = block.boxes[key]
        span = (card.y - card.height / 2 + EDGE, card.y + card.height / 2 - EDGE)
        for side in (1, -1):
            arrows = [arrow for arrow in self.plan.arrows if (arrow.source.key == key) is (side > 0)]
            hung = [replace(self._portal(arrow, side), inwards=side < 0) for arrow in arrows]
            height = sum(one.height + UNDER + one.block.height + APART for one in hung) - APART
            if hung:
                hang(block, hung, side * card.width / 2, span, card.y - height / 2, side)

    def _side(self, floors: Mapping[int, float], y: float, outward: int) -> int:
        return outward or (1 if floors[1] <= y or floors[1] <= floors[-1] else -1)

    def _clear(self, key: str, side: int, floors: Mapping[int, float], bottom: float) -> float:
        """How far what hangs from a card keeps off, so that the label of the line downwards has room: none where the other side is free."""
        after = self.plan.forest.below.get(key)
        if after is None or floors[-side] <= bottom + APART:
            return 0.0
        self._cleared[key] = side
        label = self.sizes.label(self._line(key, after), "right" if side > 0 else "left")
        return label.width + ASIDE

    def _line(self, key: str, after: str) -> Arrow:
        return next(one for one in self.plan.arrows if one.junction is None and (one.source.key, one.dest.key) == (key, after))

    def _hung(self, key: str, side: int) -> list[Hung]:
        """What hangs from the card of a state: first the pills, the happy path's above, then the columns, the low ones first."""
        mine = [arrow for arrow in self.plan.arrows if arrow.junction is None and arrow.source.key == key]
        beside = self.plan.forest.beside.get(key, ())
        below = self.plan.forest.below.get(key)
        columns = [self._beside(arrow, side) for arrow in mine if arrow.dest.key in beside]
        pills = [self._portal(arrow, side) for arrow in mine if arrow.dest.key not in (*beside, below)]
        return [*sorted(pills, key=lambda one: not one.wide), *sorted(columns, key=lambda one: one.block.height)]

    def _portal(self, arrow: Arrow, side: int) -> Hung:
        width, height = self.sizes.pill(arrow)
        block = Block(left=-width / 2, right=width / 2, bottom=height)
        block.box(pill_of(arrow), Box(0.0, height / 2, width, height))
        return self._with_label(arrow, block, width / 2, height / 2, side)

    def _beside(self, arrow: Arrow, side: int) -> Hung:
        width, height = self.sizes.card(arrow.dest.key)
        return self._with_label(arrow, self.column(arrow.dest.key, side), width / 2, min(ARRIVES, height / 2), side)

    def _with_label(self, arrow: Arrow, block: Block, half: float, port: float, side: int) -> Hung:
        label = self.sizes.label(arrow, "from left" if side > 0 else "from right")
        return Hung(arrow.rules[0].id, str(label), label.width, label.height, block, half, port, wide=arrow.happy)

    def _down(self, block: Block, key: str, after: str, bottom: float, floors: Mapping[int, float], outward: int) -> float:
        """The line to the next card, its label on the side that is free first; returns the top of the next card."""
        arrow = self._line(key, after)
        cleared = self._cleared.pop(key, 0)
        side = cleared or (1 if floors[1] <= bottom + APART or floors[1] <= floors[-1] else -1)
        label = self.sizes.label(arrow, "right" if side > 0 else "left")
        top = bottom + CLEAR if cleared or floors[side] <= bottom + APART else floors[side]
        end = max(bottom + LEAST, top + label.height + CLEAR + 6.0)
        if after in self.plan.folds:
            return self._onwards(block, arrow, ((0.0, bottom), (0.0, max(end, *floors.values()))), label, (side, top))
        if self._hangs(after):
            end = max(end, floors[self._side(floors, end, outward)])
        if any(one.states[-1].key == after for one in self.plan.junctions):
            end = max(end, floors[-1])
        end = block.below(self.sizes.card(after)[0] / 2, end)
        at = (side * label.width / 2, top + label.height / 2)
        block.line(Line(arrow.rules[0].id, ((0.0, bottom), (0.0, end)), str(label), at), label.width, label.height)
        return end

    def _onwards(self, block: Block, arrow: Arrow, corners: tuple[Point, Point], label: Sized, at: tuple[int, float]) -> float:
        """The line to the mark at the end of a piece."""
        width, height = self.sizes.turn(arrow.dest.key, onwards=True)
        end, (side, top) = corners[1][1], at
        block.box(turn_of(arrow.dest.key, onwards=True), Box(0.0, end + height / 2, width, height))
        middle = (side * label.width / 2, top + label.height / 2)
        block.line(Line(arrow.rules[0].id, corners, str(label), middle), label.width, label.height)
        return end + height

    def _resumed(self, block: Block, key: str) -> None:
        """The mark above the first card of a piece, and the line to it."""
        width, height = self.sizes.turn(key, onwards=False)
        block.box(turn_of(key, onwards=False), Box(0.0, -LEAST - height / 2, width, height))
        block.line(Line(("", key), ((0.0, -LEAST), (0.0, 0.0))))

    def _hangs(self, key: str) -> bool:
        """Whether something hangs to the right of a card."""
        below = self.plan.forest.below.get(key)
        return any(one.junction is None and one.source.key == key and one.dest.key != below for one in self.plan.arrows)

    def _junction(self, block: Block, junction: Junction, floor: float) -> float:
        """The junction to the left of the last of its states, with a stem from each; its arrows hang from it."""
        boxes = [block.boxes[state.key] for state in junction.states]
        last = boxes[-1]
        y = last.y - last.height / 2 + EDGE
        labels = [line for line in block.lines if line.at is not None and line.corners[0][0] == 0 and line.corners[-1][1] > boxes[0].y]
        reach = max(max(box.width / 2 for box in boxes) + BESIDE, *(self._label_reach(line) for line in labels), 0.0)
        block.box(junction.name, Box(-reach, y, DIAMOND, DIAMOND))
        for state, box in zip(junction.states, boxes, strict=True):
            stem: tuple[tuple[float, float], ...] = ((-box.width / 2, y), (-reach + DIAMOND / 2, y))
            if box is not last:
                low = box.y + box.height / 2 - EDGE
                stem = ((-box.width / 2, low), (-reach, low), (-reach, y - DIAMOND / 2))
            block.line(Line((state.key, junction.name), stem))
        arrows = [arrow for arrow in self.plan.arrows if arrow.junction is junction]
        hung = [self._portal(arrow, -1) for arrow in arrows]
        first = hung[0].height + 3.0 + hung[0].port
        return hang(block, hung, -reach, (y - FAN, y + FAN), max(y - FAN - first, floor), -1)

    def _label_reach(self, line: Line) -> float:
        assert line.at is not None
        return -2 * line.at[0] + 12.0 if line.at[0] < 0 else 0.0
