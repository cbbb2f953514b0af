"""Owns how sheets are put together into one picture: the strip map above, then each part under a head of its own.

Must not know what stands on a sheet, nor how it is written as DOT.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.layout import Box, Point
from refund_fsm.diagram.markup import Label
from refund_fsm.diagram.parts import Part
from refund_fsm.diagram.places import MARGIN, TITLE_GAP, Places
from refund_fsm.diagram.strip import Strip

MOST = 872  # points: at the width of a README (830 pixels), texts of 10 points are then 9 pixels high and those of 9 points 8
BETWEEN = 14.0  # boxes of the strip
AROUND = 18.0  # above and below a head


@dataclass(frozen=True)
class Plate:
    """A box that is no state: a part on the strip, or the head of one. `here`: it is what the picture shows."""

    name: str
    label: Label
    box: Box
    here: bool


@dataclass(frozen=True)
class Panels:
    """The sheets of a picture, moved to their places, its plates, and the point where its title ends."""

    sheets: tuple[Places, ...]
    plates: tuple[Plate, ...]
    top: Point

    def title_over(self, legend: Label) -> Point:
        """The middle of a title above it all."""
        return self.top[0], self.top[1] - TITLE_GAP - legend.height / 2


def panels(labels: Labels, parts: Sequence[Part]) -> Panels:
    """Some parts of a picture, one below the other, under the strip of all parts."""
    plan = labels.plan
    sheets = [Places.within(replace(labels, plan=replace(plan, part=part)), MOST) for part in parts]
    strip = Strip(labels)
    shown = parts if len(parts) == 1 else ()
    boxes = [(part, strip.box(part, here=part in shown)) for part in plan.parts]
    plates, y = _rows(boxes, shown) if len(boxes) > 1 else ([], 0.0)  # a strip of one part shows nothing
    whole = max([*(sheet.width for sheet in sheets), *(plate.box.x + plate.box.width / 2 for plate in plates)])
    for part, sheet in zip(parts, sheets, strict=True):
        y += AROUND
        if len(parts) > 1:
            label = strip.head(part, round(whole - 2 * MARGIN[0]))
            height = label.height + 2 * MARGIN[1]
            plates.append(Plate(f"(head {part.number})", label, Box(0.0, y + height / 2, whole, height), True))
            y += height + AROUND
        sheet.shift = (-(sheet.sheet.left + sheet.sheet.right) / 2, y - sheet.sheet.top)
        y += sheet.height
    return Panels(tuple(sheets), tuple(plates), (0.0, 0.0))


def _rows(boxes: Sequence[tuple[Part, Label]], shown: Sequence[Part]) -> tuple[list[Plate], float]:
    """The strip, in as many rows as it needs, each in the middle; and where it ends."""
    rows: list[list[tuple[Part, Label]]] = [[]]
    for part, label in boxes:
        if rows[-1] and _across([*rows[-1], (part, label)]) > MOST:
            rows.append([])
        rows[-1].append((part, label))
    plates, y = [], 0.0
    for row in rows:
        x, height = -_across(row) / 2, max(label.height for _, label in row) + 2 * MARGIN[1]
        for part, label in row:
            width = label.width + 2 * MARGIN[0]
            plates.append(Plate(f"(part {part.number})", label, Box(x + width / 2, y + height / 2, width, height), part in shown))
            x += width + BETWEEN
        y += height + BETWEEN
    return plates, y - BETWEEN


def _across(row: Sequence[tuple[Part, Label]]) -> float:
    return sum(label.width + 2 * MARGIN[0] + BETWEEN for _, label in row) - BETWEEN
