"""Owns the order in which an SVG of Graphviz paints its edges: a line that runs through another edge's label lies under it.

Graphviz keeps lines off labels, yet not always. Where it fails, the label is painted later, and its text gets an edge in the
colour of the paper, so that it can be read. Must not know workflows, nor colours but those of texts on chips.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from refund_fsm.diagram import metrics
from refund_fsm.diagram.palette import FADED_PAPER, ON_BRIGHT, PALE, PAPER

Point = tuple[float, float]
POINTS = 24  # points on each piece of a curve
WEIGHTS = [[math.comb(3, order) * (at / POINTS) ** order * (1 - at / POINTS) ** (3 - order) for order in range(4)] for at in range(POINTS)]
ON_CHIPS = tuple(f'fill="{colour.lower()}"' for colour in (PAPER, FADED_PAPER, PALE, ON_BRIGHT))
GAP = 1.0  # points around a text that a line should not come into
OPENS, CLOSES = re.compile(r"<g\b"), re.compile(r"</g>")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
LINE = re.compile(r'<path fill="none" [^>]*?d="([^"]*)"')
TEXT = re.compile(
    r'<text (?P<look>[^>]*? x="(?P<x>[^"]*)" y="(?P<y>[^"]*)"[^>]*? font-size="(?P<size>[\d.]+)"[^>]*)>(?P<said>[^<]*)</text>'
)


@dataclass(frozen=True, slots=True)
class _Text:
    """A text of a label: where it stands in its group, and the rectangle that it takes."""

    start: int
    left: float
    top: float
    right: float
    bottom: float

    def holds(self, point: Point) -> bool:
        return self.left < point[0] < self.right and self.top < point[1] < self.bottom


def relaid(svg: str) -> str:
    """The SVG with struck labels painted after the lines that strike them."""
    lines = svg.split("\n")
    spans = list(_edges(lines))
    groups = ["\n".join(lines[start:end]) for start, end in spans]
    texts = [list(_texts(group)) for group in groups]
    curves = [_curve(group) for group in groups]
    strikers: list[list[int]] = [[] for _ in groups]
    struck: list[set[int]] = [set() for _ in groups]
    for place, label in enumerate(texts):
        whole = _hull(label)
        for other, curve in enumerate(curves):
            near = [point for point in curve if whole.holds(point)] if other != place else []
            hit = {text.start for text in label if any(map(text.holds, near))}
            if hit:
                strikers[place].append(other)
                struck[place] |= hit
    if not any(strikers):
        return svg
    painted = [_edged(groups[place], struck[place]) for place in _order(strikers)]
    for (start, end), group in zip(reversed(spans), reversed(painted), strict=True):
        lines[start:end] = [group]
    return "\n".join(lines)


def _edges(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where the groups of the edges begin and end."""
    place = 0
    while place < len(lines):
        start = place
        place += 1
        if not re.match(r'<g id="[^"]*" class="edge\b', lines[start]):
            continue
        depth = 1
        while depth:
            depth += len(OPENS.findall(lines[place])) - len(CLOSES.findall(lines[place]))
            place += 1
        yield start, place


def _texts(group: str) -> Iterator[_Text]:
    for found in TEXT.finditer(group):
        x, y, size = float(found["x"]), float(found["y"]), float(found["size"])
        wide = metrics.width(unescape(found["said"]), size, bold="bold" in found["look"])
        yield _Text(found.start(), x - GAP, y - 0.8 * size - GAP, x + wide + GAP, y + 0.15 * size + GAP)


def _hull(texts: Sequence[_Text]) -> _Text:
    """The rectangle around all texts; around none, an empty one."""
    sides = [(text.left, text.top, text.right, text.bottom) for text in texts] or [(0.0, 0.0, 0.0, 0.0)]
    left, top, right, bottom = zip(*sides, strict=True)
    return _Text(-1, min(left), min(top), max(right), max(bottom))


def _curve(group: str) -> list[Point]:
    """Points on the line of an edge, which is a chain of cubic Bézier curves."""
    found = LINE.search(group)
    numbers = [float(one) for one in NUMBER.findall(found[1])] if found else []
    knots = list(zip(numbers[::2], numbers[1::2], strict=False))
    return [
        (a * x0 + b * x1 + c * x2 + d * x3, a * y0 + b * y1 + c * y2 + d * y3)
        for (x0, y0), (x1, y1), (x2, y2), (x3, y3) in (knots[start : start + 4] for start in range(0, len(knots) - 3, 3))
        for a, b, c, d in WEIGHTS
    ]


def _order(strikers: Sequence[Sequence[int]]) -> list[int]:
    """The groups in their order, but each after those that strike it; in a circle the first one stays first."""
    order: list[int] = []
    seen: set[int] = set()
    stack: list[tuple[int, bool]] = [(place, False) for place in reversed(range(len(strikers)))]
    while stack:
        place, ready = stack.pop()
        if ready:
            order.append(place)
        elif place not in seen:
            seen.add(place)
            stack.append((place, True))
            stack += [(other, False) for other in reversed(strikers[place])]
    return order


def _edged(group: str, starts: set[int]) -> str:
    for start in sorted(starts, reverse=True):
        if any(colour in group[start : group.index(">", start)] for colour in ON_CHIPS):
            continue  # on a chip: an edge in the colour of the paper would cover it
        group = f'{group[:start]}<text class="over" {group[start + len("<text ") :]}'
    return group
