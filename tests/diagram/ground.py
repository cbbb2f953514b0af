"""Reads off an SVG what is really behind each of its texts, by day and by night, and what shows of it there.

Knows SVG as Graphviz writes it, the order in which it is painted, and the attribute selectors of the dark style. Must not use the
code that chooses colours.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from tests.diagram.svg import SVG

NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
RULE = re.compile(r'(text|path|polygon|ellipse)\[fill="(#[0-9a-f]{6})"\]\{fill:(#[0-9a-f]{6})\}')
AREAS = {f"{SVG}{name}" for name in ("path", "polygon", "ellipse")}
Night = Mapping[tuple[str, str], str]


@dataclass(frozen=True)
class Written:
    """A text with its colour and that of the topmost area painted under its middle, by day and by night."""

    text: str
    day: tuple[str, str]
    night: tuple[str, str]


@dataclass(frozen=True)
class _Area:
    kind: str
    fill: str
    box: tuple[float, float, float, float]

    def holds(self, x: float, y: float) -> bool:
        left, top, right, bottom = self.box
        return left <= x <= right and top <= y <= bottom


def written(svg: str) -> Iterator[Written]:
    """All texts of a picture."""
    night = {(kind, colour): to for kind, colour, to in RULE.findall(svg)}
    painted: list[_Area] = []
    for one in ET.fromstring(svg).iter():
        fill = one.get("fill", "").lower()
        if one.tag in AREAS and fill.startswith("#"):
            painted.append(_Area(one.tag.removeprefix(SVG), fill, _box(one)))
        elif one.tag == f"{SVG}text" and (said := "".join(one.itertext()).strip()):
            x, y = float(one.attrib["x"]) + 2, float(one.attrib["y"]) - float(one.attrib["font-size"]) * 0.35
            area = next(area for area in reversed(painted) if area.holds(x, y))
            yield Written(said, (fill, area.fill), (_by(night, "text", fill), _by(night, area.kind, area.fill)))


def _by(night: Night, kind: str, colour: str) -> str:
    return night.get((kind, colour), colour)


def _box(shape: ET.Element) -> tuple[float, float, float, float]:
    if shape.tag == f"{SVG}ellipse":
        x, y, rx, ry = (float(shape.attrib[name]) for name in ("cx", "cy", "rx", "ry"))
        return x - rx, y - ry, x + rx, y + ry
    numbers = [float(one) for one in NUMBER.findall(shape.get("d") or shape.attrib["points"])]
    xs, ys = numbers[::2], numbers[1::2]
    return min(xs), min(ys), max(xs), max(ys)
