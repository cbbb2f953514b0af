"""Owns how a picture looks on a dark screen: a style sheet that replaces colours by what they are used for. It is printed as by day.

Text and lines become light, paper and tints dark; chips keep their strong colour and white text. Must not know workflows or
Graphviz.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from refund_fsm.diagram import diverging, palette
from refund_fsm.diagram.palette import FADED_PAPER, INK, MUTED, PALE, PAPER, SLATE, SUCCESS, fade, fade_text, least, mixed, tint

NIGHT = "#0D1117"  # the paper
SCOPE = "svg.refund-fsm"
LIGHT = {INK: "#E6EDF3", SLATE: "#C3CCD6", MUTED: "#9AA5B1", PALE: PALE, PAPER: PAPER, FADED_PAPER: "#8B949E"}  # of text and lines
FILLS = {PAPER: NIGHT, FADED_PAPER: NIGHT, PALE: "#161B22", SLATE: "#36424F", INK: "#141C2C"}  # of areas; others stay
TINT = 0.08  # share of the light colour in a dark tint
FADED = 0.36  # share of a light colour that is left when it is faded
FADED_FILL = 0.5
COLOUR = re.compile(r'(?:fill|stroke)="(#[0-9a-f]{6})"')


def style(svg: str) -> str:
    """The style element for the colours that an SVG of Graphviz uses."""
    used = sorted({found.upper() for found in COLOUR.findall(svg)})
    rules = "".join(_rule(selector, name, colour, change(colour)) for colour in used for selector, name, change in _USES)
    over = f"{SCOPE} .over{{stroke:{NIGHT.lower()}}}"
    light = f"{SCOPE} .over{{paint-order:stroke;stroke:{PAPER.lower()};stroke-width:4px;stroke-linejoin:round}}"
    return f'<style class="dark">{light}@media screen and (prefers-color-scheme:dark){{{rules}{over}}}</style>'


def _rule(selector: str, name: str, colour: str, to: str) -> str:
    return f'{SCOPE} {selector}[{name}="{colour.lower()}"]{{{name}:{to.lower()}}}' if to != colour else ""


@cache
def line(colour: str) -> str:
    """What a text or a line of a colour becomes."""
    if colour in LIGHT:
        return LIGHT[colour]
    if base := _faded().get(colour):
        return mixed(line(base), NIGHT, FADED)
    if base := _faded_texts().get(colour):
        return mixed(line(base), NIGHT, least(line(base), NIGHT, FADED))
    return palette.LIGHT.get(colour) or diverging.NIGHT_OF.get(colour, colour)


def _stroke(colour: str) -> str:
    return NIGHT if colour == PAPER else line(colour)


def area(colour: str) -> str:
    """What the area of a card or a chip becomes."""
    if colour in _tints():
        return mixed(line(_tints()[colour]), NIGHT, TINT)
    if colour in _heats():
        return _heats()[colour]
    if colour in _changes():
        return _changes()[colour]
    base = _faded_texts().get(colour)
    return mixed(FILLS.get(base, base), NIGHT, FADED_FILL) if base else FILLS.get(colour, colour)


def _arrowhead(colour: str) -> str:
    return NIGHT if colour == PAPER else line(colour)


_USES: tuple[tuple[str, str, Callable[[str], str]], ...] = (
    ("text", "fill", line),
    ("path", "fill", area),
    ("path", "stroke", _stroke),
    ("polygon", "fill", _arrowhead),
    ("polygon", "stroke", _stroke),
    ("ellipse", "fill", line),
    ("ellipse", "stroke", line),
)


def _strong() -> Iterator[str]:
    yield from (INK, SLATE, MUTED, SUCCESS, *palette.LIGHT)


@cache
def _tints() -> dict[str, str]:
    return {tint(colour): colour for colour in _strong()}


@cache
def _heats() -> dict[str, str]:
    """The colours of cards on a map."""
    levels = enumerate(palette.LEVELS)
    return {palette.heat(name, at): mixed(night, NIGHT, share) for at, share in levels for name, (_, night) in palette.HEAT.items()}


@cache
def _changes() -> dict[str, str]:
    return diverging.by_night(NIGHT)


@cache
def _faded() -> dict[str, str]:
    return {fade(colour): colour for colour in _strong()}


@cache
def _faded_texts() -> dict[str, str]:
    return {pale: colour for colour in _strong() if (pale := fade_text(colour)) != colour}
