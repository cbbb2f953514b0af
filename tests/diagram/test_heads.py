"""Lines keep apart where they begin and end, in every kind of picture: no line runs through the head of another, no two heads fuse, no two
lines share a port; the start's arrow keeps off its dot; what does not end the case has a way out; and the picture says what it is."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest

from tests.diagram.kinds import kinds_of
from tests.diagram.lines import Box, Drawn, Point, drawn
from tests.diagram.svg import SVG, groups
from tests.workflows import ALL

PORTS = 2.5  # points between two lines where they leave or reach a card
HEADS = 1.0  # points between two arrowheads
STEM = 6.0  # points of the first arrow's line that are seen
SAID = re.compile(r"<text[^>]*>([^<]*)")
RAW = re.compile(r"[a-z]+_[a-z_]+|\b(?:True|False|None)\b")

EVERY_KIND = pytest.mark.parametrize("key", ALL)


def lines_of(svg: str) -> list[Drawn]:
    return drawn(ET.fromstring(svg))


@EVERY_KIND
def test_no_line_runs_through_the_head_of_another_and_no_heads_fuse(key: str) -> None:
    wrong = []
    for kind, svg in kinds_of(key).items():
        lines = [(one, _round(one.points), [(head, _round(head)) for head in one.heads]) for one in lines_of(svg)]
        for (one, _, heads), (other, span, others) in itertools.permutations(lines, 2):
            near = [head for head, around in heads if _meet(around, span)]
            wrong += [(kind, one.id, other.id) for head in near for at in other.points if _within(head, at)]
            wrong += [(kind, one.id, other.id) for (_, two), (_, three) in itertools.product(heads, others) if _meet(two, three, HEADS)]
    assert wrong == []


@EVERY_KIND
def test_no_two_lines_share_a_port(key: str) -> None:
    wrong = []
    for kind, svg in kinds_of(key).items():
        lines = [one for one in lines_of(svg) if one.heads]  # what has none runs into a junction
        starts = {one.id: one.points[0] for one in lines if "more" not in one.id}
        wrong += [(kind, *two) for two in itertools.combinations(starts, 2) if math.dist(starts[two[0]], starts[two[1]]) < PORTS]
    assert wrong == []


@EVERY_KIND
def test_the_start_and_its_arrow_are_two_things(key: str) -> None:
    for kind, svg in kinds_of(key).items():
        made = groups(ET.fromstring(svg))
        if "start" in made:
            arrow = next(one for one in lines_of(svg) if one.id == "edge-start")
            assert arrow.length >= STEM, kind


@EVERY_KIND
def test_what_is_no_end_does_not_look_final_in_a_spine(key: str) -> None:
    root = ET.fromstring(kinds_of(key)["{'view': 'spine'}"])
    leave = {(one.text or "").split("->")[0] for one in root.iter(f"{SVG}title") if "->" in (one.text or "")}
    for name, group in groups(root).items():
        if name.startswith("state-") and "final" not in group.attrib["class"].split():
            assert name.removeprefix("state-") in leave


@EVERY_KIND
def test_each_picture_says_what_it_is(key: str) -> None:
    for kind, svg in kinds_of(key).items():
        root = ET.fromstring(svg)
        title, desc = list(root)[:2]
        assert (root.get("role"), title.tag, desc.tag) == ("img", f"{SVG}title", f"{SVG}desc"), kind
        assert title.text and desc.text and root.get("aria-label") == title.text


@EVERY_KIND
def test_no_picture_shows_a_raw_name(key: str) -> None:
    for kind, svg in kinds_of(key).items():
        said = SAID.findall(svg)
        assert len(said) > 9
        assert [text for text in said if RAW.search(text)] == [], kind


# The yardstick
def _within(head: Sequence[Point], at: Point) -> bool:
    """Whether a point lies in a convex shape."""
    turns = [(b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0]) for a, b in itertools.pairwise(head)]
    return all(turn > 0 for turn in turns) or all(turn < 0 for turn in turns)


def _round(points: Sequence[Point]) -> Box:
    """The rectangle around points."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _meet(one: Box, other: Box, margin: float = 0.0) -> bool:
    """Whether two rectangles meet, or are nearer than a margin."""
    return max(one[0], other[0]) - min(one[2], other[2]) < margin and max(one[1], other[1]) - min(one[3], other[3]) < margin


def test_what_is_in_the_way_of_a_head_is_found() -> None:
    head = ((0.0, 0.0), (10.0, 0.0), (5.0, 10.0), (0.0, 0.0))
    assert _within(head, (5, 5)) and not _within(head, (11, 5))
    assert _meet(_round(head), (10.5, 0.0, 20.0, 9.0), HEADS) and not _meet(_round(head), (11.5, 0.0, 20.0, 9.0), HEADS)
