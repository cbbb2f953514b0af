"""Owns the legend of a timeline: what the signs that are there mean, and what was left out. Must not know where else they stand."""

from __future__ import annotations

from collections.abc import Container, Iterator

from refund_fsm.diagram.palette import MUTED, PALE, PAPER, SLATE, TONES
from refund_fsm.diagram.timeline import words
from refund_fsm.diagram.timeline.lanes import SIDE, Lanes
from refund_fsm.diagram.timeline.shapes import Canvas, Said, block
from refund_fsm.text import Text

SIGN, GAP, LINE, SIZE = 22.0, 16.0, 15.0, 10.5  # points: for a sign, between entries, of a line, of its text
LAYER = 2
KEY = {
    "bar": words.KEY_BAR,
    "limit": words.KEY_LIMIT,
    "fired": words.KEY_FIRED,
    "passed": words.KEY_PASSED,
    "ahead": words.KEY_AHEAD,
    "inner": words.KEY_INNER,
    "news": words.KEY_NEWS,
    "law": words.KEY_LAW,
    "off": words.KEY_OFF,
}


def drawn(canvas: Canvas, lanes: Lanes, shown: Container[str], top: float, width: float) -> float:
    """Draws the entries of the signs that are `shown`, in lines of a width; returns where they end."""
    x, y = SIDE, top + GAP
    for sign, text in _entries(lanes, shown):
        indent = SIGN if sign else 0.0
        label = block([[Said(lanes.wording.say(text), SIZE, MUTED)]], width - 2 * SIDE - indent)
        if x > SIDE and x + indent + label.width > width - SIDE:
            x, y = SIDE, y + LINE
        _sign(canvas, sign, x, y - 4)
        canvas.runs(x + indent, y, label.lines[0])
        x += indent + label.width + GAP
    return y + 10


def _entries(lanes: Lanes, shown: Container[str]) -> Iterator[tuple[str, Text]]:
    yield from ((sign, text) for sign, text in KEY.items() if sign in shown)
    stays, named = len(lanes.course.stays), len(lanes.named)
    if named < stays:
        yield "", Text(*(one.format(f"{stays:,}", named) for one in (words.NAMED.zh, words.NAMED.en)))
    if any(stay.provisional for stay in lanes.course.stays):
        yield "", words.UNSURE


def _sign(canvas: Canvas, sign: str, x: float, y: float) -> None:
    if sign in ("bar", "passed", "inner"):
        canvas.bar(LAYER, x, y - 4, 16, 8, TONES["breach"] if sign == "passed" else SLATE)
    if sign == "inner":
        canvas.line(LAYER, [(x + 8, y - 3), (x + 8, y + 3)], PAPER, thick=2)
    elif sign == "off":
        canvas.area(LAYER, x, y - 5, 16, 10, PALE)
    elif sign in ("limit", "fired"):
        canvas.ring(x + 8, y, 4, SLATE, PAPER if sign == "limit" else SLATE)
    elif sign == "news":
        canvas.diamond(x + 8, y, 5, SLATE)
    elif sign == "ahead":
        canvas.line(LAYER, [(x, y), (x + 16, y)], SLATE, thick=2, dashes="5 4")
    elif sign == "law":
        canvas.line(LAYER, [(x, y), (x + 16, y)], TONES["law"], thick=3)
