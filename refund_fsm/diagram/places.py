"""Owns what a sheet is in DOT: where cards, pills, labels and lines stand, as attributes that Graphviz takes as they are.

The DOT names the engine that takes them (`layout=nop2`), so that any `dot` shows the same picture. Must not decide where things stand.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from refund_fsm.diagram.folding import cuts, letter
from refund_fsm.diagram.labels import FROM, TO, Labels
from refund_fsm.diagram.layout import COLUMN, Box, Point, Sheet, Where, pill_of, placed, spline, turn_of
from refund_fsm.diagram.markup import Label
from refund_fsm.diagram.pieces import Arrow

INCH = 72.0
HEAD = 10.0  # points of an arrowhead of size 1
MARGIN = (7.2, 5.04)  # between the text of a card and its outline
PILL_MARGIN = (5.0, 2.0)
SECOND = 4.0  # between the two outlines of a final state
TITLE_GAP = 6.0


@dataclass
class Places:
    """The labels of one picture, each made once, and the sheet on which they stand, moved by `shift`."""

    labels: Labels
    outward: int = 0
    most: float = 0.0
    shift: Point = (0.0, 0.0)

    @classmethod
    def within(cls, labels: Labels, most: float) -> Places:
        """A sheet at most so many points wide: what hangs from cards goes to the right alone, then the farthest columns stand alone, until
        it fits, or no column is left that could stand alone. A long column that is narrow goes on beside itself."""
        places = cls(labels, 0, most)
        if places.width > most:
            places = cls(labels, 1, most)
        while places.width > most:
            plan = places.labels.plan
            farthest = places.farthest()
            if farthest is None:
                break
            places = cls(replace(labels, plan=replace(plan, apart=plan.apart | {farthest})), 1, most)
        return places.folded()

    def folded(self) -> Places:
        """The same with its first column in pieces side by side, where that is long and they fit."""
        plan = self.labels.plan
        across = int((self.most + COLUMN) / (self.width + COLUMN))
        together = ([state.key for state in junction.states] for junction in plan.junctions)
        folds = cuts(plan.forest.column(plan.forest.roots[0]), together, across)
        return Places(replace(self.labels, plan=replace(plan, folds=folds)), self.outward, self.most) if folds else self

    def farthest(self) -> str | None:
        """The state whose column reaches farthest out, of those that stand beside others and do not end the case."""
        plan = self.labels.plan
        beside = [key for keys in plan.forest.beside.values() for key in keys if not plan.states[key].final]
        return max(beside, key=lambda key: abs(self.sheet.boxes[key].x), default=None)

    @property
    def width(self) -> float:
        """Of the sheet."""
        return self.sheet.right - self.sheet.left

    @property
    def height(self) -> float:
        """Of the sheet."""
        return self.sheet.bottom - self.sheet.top

    @cached_property
    def cards(self) -> dict[str, Label]:
        """The labels of the cards, by state."""
        return {card.state.key: self.labels.card(card) for card in self.labels.plan.cards}

    @cached_property
    def pills(self) -> dict[str, Label]:
        """The labels of the pills, by the first rule of their arrow."""
        plan = self.labels.plan
        return {arrow.rules[0].id: self.labels.portal(arrow) for arrow in plan.arrows if plan.is_portal(arrow)}

    @cached_property
    def turns(self) -> dict[str, tuple[Label, Label]]:
        """The marks at the two sides of a cut, by the state that follows: where its column goes on, and at the end of the piece before."""
        plan = self.labels.plan
        column = plan.forest.column(plan.forest.roots[0])
        found = [(before, key) for before, key in itertools.pairwise(column) if key in plan.folds]
        return {
            key: (self.labels.turn(letter(at), FROM, before), self.labels.turn(letter(at), TO, key))
            for at, (before, key) in enumerate(found, 1)
        }

    @cached_property
    def sheet(self) -> Sheet:
        """The sheet, y downwards."""
        return placed(self.labels.plan, self, outward=self.outward, most=self.most)

    def card(self, key: str) -> tuple[float, float]:
        """The size of the card of a state, both outlines."""
        width, height = _outline(self.cards[key], MARGIN)
        more = 2 * SECOND if self.labels.plan.states[key].final else 0.0
        return width + more, height + more

    def pill(self, arrow: Arrow) -> tuple[float, float]:
        """The size of the pill of a portal; in the view `near`, of the card at the other end of an arrow."""
        centre = self.labels.plan.centre
        return _outline(self.pills[arrow.rules[0].id], MARGIN if centre else PILL_MARGIN)

    def turn(self, key: str, *, onwards: bool) -> tuple[float, float]:
        """The size of the mark at one side of a cut."""
        return _outline(self.turns[key][onwards], PILL_MARGIN)

    def label(self, arrow: Arrow, where: Where) -> Label:
        """The label of an arrow."""
        return self.labels.arrow(arrow, where)

    def written(self, arrow: Arrow) -> str:
        """The label of an arrow as it was placed."""
        return self.sheet.wires[arrow.rules[0].id].label

    def title_over(self, legend: Label) -> Point:
        """The middle of a title above the sheet."""
        sheet = self.sheet
        return (sheet.left + sheet.right) / 2, sheet.top - TITLE_GAP - legend.height / 2

    def state(self, key: str) -> dict[str, str]:
        """Where a card stands."""
        more = 2 * SECOND if self.labels.plan.states[key].final else 0.0
        return boxed(self.sheet.boxes[key].moved(*self.shift), more)

    def pill_at(self, arrow: Arrow) -> dict[str, str]:
        """Where the pill of a portal stands."""
        return boxed(self.sheet.boxes[pill_of(arrow)].moved(*self.shift))

    def turn_at(self, key: str, *, onwards: bool) -> dict[str, str]:
        """Where the mark at one side of a cut stands."""
        return boxed(self.sheet.boxes[turn_of(key, onwards=onwards)].moved(*self.shift))

    def resumed(self, key: str, arrowsize: str) -> dict[str, str]:
        """The line from the mark of a cut to the state below it."""
        return {"pos": _spline([self._moved(corner) for corner in self.sheet.stems["", key]], HEAD * float(arrowsize))}

    def junction(self, name: str) -> dict[str, str]:
        """Where a junction stands."""
        return boxed(self.sheet.boxes[name].moved(*self.shift))

    def start(self) -> dict[str, str]:
        """Where the start dot stands."""
        assert self.sheet.start is not None
        return {"pos": point(self._moved(self.sheet.start))}

    def line(self, rule: str, arrowsize: str) -> dict[str, str]:
        """The line of an arrow and the middle of its label."""
        wire = self.sheet.wires[rule]
        label = {} if wire.at is None else {"lp": point(self._moved(wire.at))}
        return {"pos": _spline([self._moved(corner) for corner in wire.corners], HEAD * float(arrowsize)), **label}

    def stem(self, state: str, junction: str) -> dict[str, str]:
        """The line from a state to its junction."""
        return {"pos": _spline([self._moved(corner) for corner in self.sheet.stems[state, junction]], 0.0)}

    def _moved(self, at: Point) -> Point:
        return at[0] + self.shift[0], at[1] + self.shift[1]


def _outline(label: Label, margin: tuple[float, float]) -> tuple[float, float]:
    return label.width + 2 * margin[0], label.height + 2 * margin[1]


def boxed(box: Box, less: float = 0.0) -> dict[str, str]:
    """A box as attributes of a node, whose outline is smaller than the box by `less`."""
    width, height = (f"{(side - less) / INCH:.4f}" for side in (box.width, box.height))
    return {"pos": point((box.x, box.y)), "width": width, "height": height}


def point(at: Point) -> str:
    """A point as DOT has it, whose y grows upwards."""
    return f"{at[0]:.2f},{-at[1] + 0.0:.2f}"


def _spline(corners: Sequence[Point], head: float) -> str:
    points, tip = spline(corners, head)
    return (f"e,{point(tip)} " if head else "") + " ".join(map(point, points))
