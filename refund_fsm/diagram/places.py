"""Owns what a sheet is in DOT: where cards, pills, labels and lines stand, as attributes that Graphviz takes as they are.

The DOT names the engine that takes them (`layout=nop2`), so that any `dot` shows the same picture. Must not decide where things stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.layout import Box, Point, Sheet, Where, pill_of, placed, spline
from refund_fsm.diagram.markup import Label
from refund_fsm.diagram.plan import Arrow

INCH = 72.0
HEAD = 10.0  # points of an arrowhead of size 1
MARGIN = (7.2, 5.04)  # between the text of a card and its outline
PILL_MARGIN = (5.0, 2.0)
SECOND = 4.0  # between the two outlines of a final state
TITLE_GAP = 6.0


@dataclass(frozen=True)
class Places:
    """The labels of one picture, each made once, and the sheet on which they stand."""

    labels: Labels

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
    def sheet(self) -> Sheet:
        """The sheet, y downwards."""
        return placed(self.labels.plan, self)

    def card(self, key: str) -> tuple[float, float]:
        """The size of the card of a state, both outlines."""
        width, height = _outline(self.cards[key], MARGIN)
        more = 2 * SECOND if self.labels.plan.states[key].final else 0.0
        return width + more, height + more

    def pill(self, arrow: Arrow) -> tuple[float, float]:
        """The size of the pill of a portal."""
        return _outline(self.pills[arrow.rules[0].id], PILL_MARGIN)

    def label(self, arrow: Arrow, where: Where) -> Label:
        """The label of an arrow."""
        return self.labels.arrow(arrow, where)

    def written(self, arrow: Arrow) -> str:
        """The label of an arrow as it was placed."""
        return self.sheet.wires[arrow.rules[0].id].label

    def graph(self, legend: Label) -> dict[str, str]:
        """The attributes of the whole."""
        sheet = self.sheet
        middle = (sheet.left + sheet.right) / 2
        return {"layout": "nop2", "lp": _point((middle, sheet.top - TITLE_GAP - legend.height / 2))}

    def state(self, key: str) -> dict[str, str]:
        """Where a card stands."""
        more = 2 * SECOND if self.labels.plan.states[key].final else 0.0
        return _box(self.sheet.boxes[key], more)

    def pill_at(self, arrow: Arrow) -> dict[str, str]:
        """Where the pill of a portal stands."""
        return _box(self.sheet.boxes[pill_of(arrow)])

    def junction(self, name: str) -> dict[str, str]:
        """Where a junction stands."""
        return _box(self.sheet.boxes[name])

    def start(self) -> dict[str, str]:
        """Where the start dot stands."""
        return {"pos": _point(self.sheet.start)}

    def line(self, rule: str, arrowsize: str) -> dict[str, str]:
        """The line of an arrow and the middle of its label."""
        wire = self.sheet.wires[rule]
        label = {} if wire.at is None else {"lp": _point(wire.at)}
        return {"pos": _spline(wire.corners, HEAD * float(arrowsize)), **label}

    def stem(self, state: str, junction: str) -> dict[str, str]:
        """The line from a state to its junction."""
        return {"pos": _spline(self.sheet.stems[state, junction], 0.0)}


def _outline(label: Label, margin: tuple[float, float]) -> tuple[float, float]:
    return label.width + 2 * margin[0], label.height + 2 * margin[1]


def _box(box: Box, less: float = 0.0) -> dict[str, str]:
    width, height = (f"{(side - less) / INCH:.4f}" for side in (box.width, box.height))
    return {"pos": _point((box.x, box.y)), "width": width, "height": height}


def _point(point: Point) -> str:
    return f"{point[0]:.2f},{-point[1] + 0.0:.2f}"


def _spline(corners: Sequence[Point], head: float) -> str:
    points, tip = spline(corners, head)
    return (f"e,{_point(tip)} " if head else "") + " ".join(map(_point, points))
