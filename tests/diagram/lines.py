"""Reads lines and labels off an SVG as Graphviz writes it, and finds where they are in each other's way, by the package's own widths.

Knows nothing of how the layout came about. All lengths are points.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from xml.etree import ElementTree as ET

from refund_fsm.diagram import metrics
from tests.diagram.svg import SVG, groups

Point = tuple[float, float]
Box = tuple[float, float, float, float]
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
PIECES = 16  # of each curve
PIXELS = 4 / 3  # CSS pixels of a point
README = 830  # pixels, the width of a README on GitHub


@dataclass(frozen=True)
class Drawn:
    """An edge of a picture: its id, points along its line, the rectangle of each text of its label with the text's size, its heads."""

    id: str
    points: tuple[Point, ...]
    texts: tuple[Box, ...]
    sizes: tuple[float, ...]
    heads: tuple[tuple[Point, ...], ...] = ()

    @cached_property
    def length(self) -> float:
        return sum(itertools.starmap(math.dist, itertools.pairwise(self.points)))

    @cached_property
    def span(self) -> Box:
        """The rectangle around its line."""
        xs, ys = zip(*self.points, strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @cached_property
    def label(self) -> Box:
        """The rectangle around all texts of the label."""
        left, top, right, bottom = zip(*self.texts, strict=True)
        return min(left), min(top), max(right), max(bottom)


def drawn(root: ET.Element) -> list[Drawn]:
    """The edges of a picture."""
    return [_edge(name, group) for name, group in groups(root).items() if group.get("class", "").startswith("edge")]


def _edge(name: str, group: ET.Element) -> Drawn:
    line = next(path for path in group.iter(f"{SVG}path") if path.get("fill") == "none")
    texts, sizes = [], []
    for one in group.iter(f"{SVG}text"):
        size, x, y = (float(one.attrib[part]) for part in ("font-size", "x", "y"))
        wide = metrics.width("".join(one.itertext()), size, bold=one.get("font-weight") == "bold")
        texts.append((x, y - 0.8 * size, x + wide, y + 0.15 * size))
        sizes.append(size)
    heads = tuple(_corners(one.attrib["points"]) for one in group.iter(f"{SVG}polygon"))
    return Drawn(name, tuple(_curve(line.attrib["d"])), tuple(texts), tuple(sizes), heads)


def _corners(points: str) -> tuple[Point, ...]:
    numbers = [float(one) for one in NUMBER.findall(points)]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _curve(path: str) -> Iterator[Point]:
    numbers = [float(one) for one in NUMBER.findall(path)]
    knots = list(zip(numbers[::2], numbers[1::2], strict=True))
    for start in range(0, len(knots) - 3, 3):
        one, two, three, four = knots[start : start + 4]
        for at in (place / PIECES for place in range(PIECES)):
            weights = ((1 - at) ** 3, 3 * at * (1 - at) ** 2, 3 * at**2 * (1 - at), at**3)
            xs, ys = zip(one, two, three, four, strict=True)
            yield sum(map(float.__mul__, weights, xs)), sum(map(float.__mul__, weights, ys))
    yield knots[-1]


def crossings(edges: Sequence[Drawn]) -> list[tuple[str, str]]:
    """The pairs of lines that cross, once for each point where they do."""
    found = []
    for one, other in itertools.combinations(edges, 2):
        if _apart(one.span, other.span) > 0:
            continue
        for a, b in itertools.pairwise(one.points):
            found += [(one.id, other.id) for c, d in itertools.pairwise(other.points) if _cross(a, b, c, d)]
    return found


def _cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    if max(a[0], b[0]) < min(c[0], d[0]) or max(c[0], d[0]) < min(a[0], b[0]):
        return False
    if max(a[1], b[1]) < min(c[1], d[1]) or max(c[1], d[1]) < min(a[1], b[1]):
        return False
    return _turn(a, b, c) * _turn(a, b, d) < 0 and _turn(c, d, a) * _turn(c, d, b) < 0


def _turn(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def struck(edges: Sequence[Drawn]) -> list[tuple[str, str]]:
    """The labels that another line runs through, with that line."""
    pairs = [(one, other) for one, other in itertools.permutations(edges, 2) if one.texts and _apart(one.label, other.span) == 0]
    return [(one.id, other.id) for one, other in pairs if any(_holds(box, point) for box in one.texts for point in other.points)]


def _holds(box: Box, point: Point) -> bool:
    return box[0] < point[0] < box[2] and box[1] < point[1] < box[3]


def nearer_to_another(edges: Sequence[Drawn]) -> list[tuple[str, str]]:
    """The labels that are nearer to another line than to their own, with that line."""
    found = []
    for one in (edge for edge in edges if edge.texts):
        own = _far(one.label, one.points)
        others = (other for other in edges if other is not one and _apart(one.label, other.span) < own)
        found += [(one.id, other.id) for other in others if _far(one.label, other.points) < own]
    return found


def _apart(one: Box, other: Box) -> float:
    """How far two rectangles are apart; nothing where they touch."""
    return math.hypot(max(one[0] - other[2], 0, other[0] - one[2]), max(one[1] - other[3], 0, other[1] - one[3]))


def _far(box: Box, points: Iterable[Point]) -> float:
    return min(math.hypot(max(box[0] - x, 0, x - box[2]), max(box[1] - y, 0, y - box[3])) for x, y in points)


def shown_at(root: ET.Element, width: int) -> float:
    """How many pixels a point of the picture has when it is shown at most so many pixels wide."""
    wide = float(root.attrib["viewBox"].split()[2])
    return min(PIXELS, width / wide)
