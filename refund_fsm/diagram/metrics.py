"""Owns how wide a text is and where it is broken into lines, so that no layout depends on the fonts of a machine.

Must not know workflows, markup or Graphviz.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

EM = 1000
KEPT = 20_000  # characters and texts whose widths are remembered
OTHER = 670  # per mille of an em: small letters beyond ASCII, a little wider than the mean of Latin ones
CAPITAL = 800  # capital letters beyond ASCII
SYMBOLS = range(0x2000, 0x2C00)  # punctuation, arrows, signs: few are wider than an em
SLACK = 1.03  # readers whose font is not Noto Sans SC get a little more room
# Advance widths of U+0020 to U+007E in per mille of an em, measured in Noto Sans SC.
REGULAR = (
    *(224, 323, 474, 555, 555, 921, 680, 278, 338, 338, 467, 555, 278, 347, 278, 392),
    *(555, 555, 555, 555, 555, 555, 555, 555, 555, 555, 278, 278, 555, 555, 555, 474),
    *(946, 608, 657, 638, 688, 589, 552, 689, 728, 293, 535, 646, 543, 812, 723, 742),
    *(633, 742, 635, 596, 599, 721, 575, 878, 573, 531, 603, 338, 392, 338, 555, 559),
    *(606, 563, 618, 510, 620, 554, 325, 564, 607, 275, 275, 552, 284, 926, 610, 606),
    *(620, 620, 388, 468, 377, 607, 521, 802, 498, 521, 475, 338, 270, 338, 555),
)
BOLD = (
    *(227, 370, 574, 590, 590, 963, 740, 325, 378, 378, 507, 590, 325, 370, 325, 387),
    *(590, 590, 590, 590, 590, 590, 590, 590, 590, 590, 325, 325, 590, 590, 590, 514),
    *(1007, 641, 681, 656, 714, 615, 585, 717, 757, 330, 568, 686, 578, 853, 749, 770),
    *(667, 770, 682, 624, 625, 748, 619, 915, 627, 580, 613, 378, 387, 378, 590, 567),
    *(626, 591, 644, 527, 644, 581, 372, 597, 640, 304, 306, 604, 315, 964, 641, 626),
    *(644, 644, 436, 495, 421, 637, 576, 863, 562, 574, 511, 378, 296, 378, 590),
)
# Graphviz, which knows no fonts, takes these for wider than that, and shifts a text that it takes for wider than its cell.
TAKEN_REGULAR = {"!": 333, "&": 778, "*": 500, "A": 722, "C": 667, "D": 722, "E": 611, "G": 722, "I": 333, "K": 722, "L": 611}
TAKEN_REGULAR |= {"M": 889, "R": 667, "V": 722, "W": 944, "X": 722, "Y": 722, "{": 480, "}": 480}
TAKEN_BOLD = {"%": 1000, "&": 833, "A": 722, "C": 722, "E": 667, "F": 611, "G": 778, "I": 389, "K": 778, "L": 667, "M": 944}
TAKEN_BOLD |= {"R": 722, "T": 667, "V": 722, "W": 1000, "X": 722, "Y": 722, "Z": 667, "j": 333, "{": 394, "}": 394}
TAKEN_REGULAR["\\"] = TAKEN_BOLD["\\"] = 1030  # with the invisible character that `markup.escaped` puts after it
TAKEN_BYTE = 250  # each byte of a character beyond ASCII
NEVER_FIRST = frozenset("，。、；：？！）】》”’」,.;:?!)]}%")  # a line does not begin with these
NEVER_LAST = frozenset("（【《“‘「([{")  # nor end with these


@lru_cache(maxsize=KEPT)
def advance(char: str, *, bold: bool = False) -> int:
    """How far a character moves the pen, in per mille of an em. Combining and invisible marks do not move it."""
    code = ord(char)
    if 32 <= code < 127:
        return (BOLD if bold else REGULAR)[code - 32]
    if unicodedata.category(char) in {"Mn", "Me", "Cf"}:
        return 0
    if code in SYMBOLS or unicodedata.category(char) == "So" or unicodedata.east_asian_width(char) in "WFA":
        return EM
    return CAPITAL if char.isupper() else OTHER


def width(text: str, size: float, *, bold: bool = False) -> float:
    """The room that a text of a size needs, in points: its own width, or what Graphviz takes it for, if that is more."""
    return _per_mille(text, bold) * size / EM


@lru_cache(maxsize=KEPT)
def _per_mille(text: str, bold: bool) -> float:
    own = sum([advance(char, bold=bold) for char in text]) * SLACK
    return max(own, sum([_taken(char, bold) for char in text]))


@lru_cache(maxsize=KEPT)
def _taken(char: str, bold: bool) -> int:
    if char.isascii():
        return (TAKEN_BOLD if bold else TAKEN_REGULAR).get(char) or advance(char, bold=bold)
    return TAKEN_BYTE * len(char.encode())


@lru_cache(maxsize=KEPT)
def plain(text: str) -> str:
    """One line of what can be printed: white space of any kind becomes one space, and what XML forbids is dropped."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


@lru_cache(maxsize=KEPT)
def wrap(text: str, size: float, most: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in lines of at most `most` points: broken at spaces and between Chinese characters, a longer word anywhere."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(plain(text)):
        if width((line + piece).rstrip(), size, bold=bold) <= most:
            line += piece
            continue
        if line.strip():
            lines.append(line.strip())
        *full, line = _cut(piece.lstrip(), size, most, bold)
        lines += full
    return (*lines, line.strip()) if line.strip() or not lines else tuple(lines)


@lru_cache(maxsize=KEPT)
def balanced(text: str, size: float, most: float, *, bold: bool = False) -> tuple[str, ...]:
    """The text in as many lines as `wrap` makes, but of lengths as even as can be, so that no last line holds one word alone."""
    lines = wrap(text, size, most, bold=bold)
    least = most / len(lines)
    while len(lines) > 1 and most > least:
        most -= size
        narrower = wrap(text, size, most, bold=bold)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _pieces(text: str) -> list[str]:
    """What must stay on one line: a word with the space after it, or a Chinese character with its punctuation."""
    pieces: list[str] = []
    for char in text:
        if pieces and not _may_break(pieces[-1][-1], char):
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _may_break(before: str, after: str) -> bool:
    if after == " " or after in NEVER_FIRST or before in NEVER_LAST:
        return False
    return before == " " or advance(before) == EM or advance(after) == EM


def _cut(word: str, size: float, most: float, bold: bool) -> list[str]:
    """A word in parts that each fit."""
    parts = [""]
    for char in word:
        if parts[-1] and width((parts[-1] + char).rstrip(), size, bold=bold) > most:
            parts.append("")
        parts[-1] += char
    return parts
