"""Owns lines: through which corners a line runs, and the chain of Bézier curves that rounds them. Must not know what a line means."""

from __future__ import annotations

import math
from collections.abc import Sequence

Point = tuple[float, float]
ROUND = 7.0  # points, the radius of a corner
QUARTER = 0.5523  # the handles of a Bézier curve that looks like a quarter of a circle, in radii


def between(one: Point, other: Point, far: float) -> Point:
    """The point that lies so many points away from one towards the other."""
    whole = math.dist(one, other) or 1.0
    return one[0] + (other[0] - one[0]) * far / whole, one[1] + (other[1] - one[1]) * far / whole


def spline(corners: Sequence[Point], head: float = 0.0) -> tuple[list[Point], Point]:
    """The knots and handles of a line through corners that stops `head` points before its end, where its arrow begins; and its end."""
    points = [one for place, one in enumerate(corners) if not place or math.dist(one, corners[place - 1]) > 0.01]
    tip = points[-1]
    if head and len(points) > 1:
        points[-1] = between(tip, points[-2], min(head, math.dist(tip, points[-2]) - 0.5))
    made = [points[0]]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        radius = min(ROUND, math.dist(before, corner) / 2, math.dist(corner, after) / 2)
        start, end = between(corner, before, radius), between(corner, after, radius)
        made += [*_straight(made[-1], start)]
        made += [between(start, corner, radius * QUARTER), between(end, corner, radius * QUARTER), end]
    return [*made, *_straight(made[-1], points[-1])], tip


def _straight(one: Point, other: Point) -> list[Point]:
    third = math.dist(one, other) / 3
    return [between(one, other, third), between(other, one, third), other]
