"""Measures pictures in Chromium, with the fonts that it really uses: what sticks out, what overlaps, which line runs through what.

Knows SVG as Graphviz writes it (`g.node`, `g.edge`, titles) and nothing of how the layout came about: the width table is not used.
All lengths are points, in the picture's own coordinates. `python -m tests.diagram.geometry FILE.svg...` prints what is wrong with files.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page

TOLERANCE = 0.5  # points: less is not seen
STEP = 1.0  # points between the samples of a line
SETTLE = "<!DOCTYPE html><meta charset='utf-8'><body style='margin:0'>"
MEASURE = (Path(__file__).parent / "geometry.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    def beyond(self, other: Box) -> float:
        """How far it sticks out of another one, at most."""
        return max(other.left - self.left, other.top - self.top, self.right - other.right, self.bottom - other.bottom, 0.0)

    def overlap(self, other: Box) -> float:
        """How deep the two lie in each other; nothing or less when they are apart."""
        return min(self.right - other.left, other.right - self.left, self.bottom - other.top, other.bottom - self.top)

    def holds(self, x: float, y: float, margin: float = 0.0) -> bool:
        """Whether a point lies inside, or at most a margin outside."""
        return self.left - margin < x < self.right + margin and self.top - margin < y < self.bottom + margin

    @property
    def centre(self) -> tuple[float, float]:
        """The middle."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def area(self) -> float:
        """The area, in square points."""
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True, slots=True)
class Piece:
    """A text (its advance width and the height of its ink) or a chip. `owner` is the id of its node or edge, empty for the legend."""

    owner: str
    text: str
    box: Box

    @property
    def chip(self) -> bool:
        """Whether it is a chip."""
        return not self.text

    def __str__(self) -> str:
        return f"{self.owner or 'legend'} {self.text[:40]!r}" if self.text else f"{self.owner or 'legend'} (chip)"


@dataclass(frozen=True, slots=True)
class Card:
    """A node: `inner` is where its texts must be, `outer` what it covers. `name` is that of the DOT."""

    id: str
    name: str
    inner: Box
    outer: Box


@dataclass(frozen=True, slots=True)
class Wire:
    """The line of an edge, sampled every `STEP` points up to the tip of its arrow, half as wide as `half` says."""

    id: str
    title: str
    half: float
    points: tuple[tuple[float, float], ...]

    @property
    def box(self) -> Box:
        """What it spans, with its width."""
        xs, ys = zip(*self.points, strict=True)
        return Box(min(xs) - self.half, min(ys) - self.half, max(xs) + self.half, max(ys) + self.half)

    def through(self, box: Box, margin: float) -> float:
        """What length of it lies in a box, or nearer to it than a margin."""
        return STEP * sum(box.holds(x, y, margin) for x, y in self.points)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that must not be: `kind`, what, and by how many points."""

    kind: str
    what: str
    amount: float

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:.1f}: {self.what}"


@dataclass(frozen=True, slots=True)
class Strike:
    """A line that runs through a text or a card for `amount` points. `own`: its own label, or a card that it joins."""

    edge: str
    kind: str
    struck: str
    own: bool
    amount: float

    def __str__(self) -> str:
        return f"{'own ' if self.own else ''}{self.kind} {self.amount:.1f}: {self.edge} through {self.struck}"


@dataclass(frozen=True)
class Picture:
    """What was measured of one picture; how many fonts it carries, and how many of them could not be read."""

    view: Box
    pieces: tuple[Piece, ...]
    cards: tuple[Card, ...]
    wires: tuple[Wire, ...]
    fonts: int
    unset: int

    @cached_property
    def card_of(self) -> Mapping[str, Card]:
        """The nodes by id."""
        return {card.id: card for card in self.cards}

    @cached_property
    def chip_of(self) -> Mapping[Piece, Piece]:
        """The smallest chip that holds the middle of a text, of the same owner."""
        found = {}
        for text in (piece for piece in self.pieces if not piece.chip):
            holding = [one for one in self.pieces if one.chip and one.owner == text.owner and one.box.holds(*text.box.centre)]
            if holding:
                found[text] = min(holding, key=lambda one: one.box.area)
        return found

    def faults(self) -> list[Fault]:
        """What sticks out and what overlaps."""
        return [fault for fault in (*self._outside(), *self._overlaps(), *self._on_cards()) if fault.amount > TOLERANCE]

    def _outside(self) -> Iterator[Fault]:
        for piece in self.pieces:
            yield Fault("outside the picture", str(piece), piece.box.beyond(self.view))
            if card := self.card_of.get(piece.owner):
                yield Fault("outside its card", str(piece), piece.box.beyond(card.inner))
            if chip := self.chip_of.get(piece):
                yield Fault("outside its chip", str(piece), piece.box.beyond(chip.box))

    def _overlaps(self) -> Iterator[Fault]:
        ordered = sorted(self.pieces, key=lambda piece: piece.box.left)
        for place, one in enumerate(ordered):
            for other in ordered[place + 1 :]:
                if other.box.left >= one.box.right:
                    break
                if other is not self.chip_of.get(one) and one is not self.chip_of.get(other):
                    yield Fault("overlap", f"{one} and {other}", one.box.overlap(other.box))

    def _on_cards(self) -> Iterator[Fault]:
        for piece, card in itertools.product(self.pieces, self.cards):
            if piece.owner != card.id:
                yield Fault("on a card", f"{piece} on {card.id}", piece.box.overlap(card.outer))
        for one, other in itertools.combinations(self.cards, 2):
            yield Fault("cards overlap", f"{one.id} and {other.id}", one.outer.overlap(other.outer))

    def strikes(self) -> list[Strike]:
        """Which lines run through texts (or nearer to the ink than half their width) and through cards, the longest first."""
        found = [strike for wire in self.wires for strike in (*self._through_texts(wire), *self._through_cards(wire))]
        return sorted((strike for strike in found if strike.amount > 0), key=lambda strike: (strike.own, -strike.amount))

    def _through_texts(self, wire: Wire) -> Iterator[Strike]:
        span = wire.box
        for piece in self.pieces:
            if not piece.chip and span.overlap(piece.box) > 0:
                yield Strike(wire.id, "text", str(piece), piece.owner == wire.id, wire.through(piece.box, wire.half))

    def _through_cards(self, wire: Wire) -> Iterator[Strike]:
        ends = self._ends(wire)
        written = {piece.owner for piece in self.pieces}
        for card in self.cards:
            own = card.name in ends
            if own and card.id not in written:
                continue  # a small shape without text, where lines join
            yield Strike(wire.id, "card", card.id, own, wire.through(card.outer, -2.0 if own else 0.0))

    def _ends(self, wire: Wire) -> tuple[str, str]:
        """The names that the title joins with an arrow; a name may hold an arrow itself."""
        cuts = (at for at in range(len(wire.title)) if wire.title.startswith("->", at))
        names = {card.name for card in self.cards}
        found = [ends for at in cuts if names.issuperset(ends := (wire.title[:at], wire.title[at + 2 :]))]
        assert found, f"{wire.id} joins no two nodes: {wire.title!r}"
        return found[0]


def measured(page: Page, svg: str) -> Picture:
    """Loads a picture into a page, waits for its fonts and measures it."""
    page.set_content(SETTLE + svg)
    found: dict[str, Any] = page.evaluate(MEASURE, STEP)
    texts = [Piece(one["owner"], one["text"], Box(*one["box"])) for one in found["texts"]]
    chips = dict.fromkeys(Piece(one["owner"], "", Box(*one["box"])) for one in found["chips"])  # an area and its outline are one
    return Picture(
        view=Box(*found["view"]),
        pieces=(*texts, *chips),
        cards=tuple(Card(one["id"], one["name"], Box(*one["inner"]), Box(*one["outer"])) for one in found["cards"]),
        wires=tuple(Wire(one["id"], one["title"], one["half"], tuple((x, y) for x, y in one["points"])) for one in found["wires"]),
        fonts=found["fonts"],
        unset=found["unset"],
    )


def faults(page: Page, svg: str) -> list[Fault]:
    """What sticks out of its card, chip or picture, and what overlaps."""
    return measured(page, svg).faults()


def strikes(page: Page, svg: str) -> list[Strike]:
    """Which lines run through texts and cards."""
    return measured(page, svg).strikes()


def report(page: Page, files: Iterable[str]) -> bool:
    """Prints what is wrong with files; whether anything is."""
    found = False
    for file in files:
        picture = measured(page, Path(file).read_text(encoding="utf-8"))
        bad, struck = picture.faults(), picture.strikes()
        found = found or bool(bad or struck)
        sys.stdout.write(f"{file}: {len(picture.pieces)} pieces, {len(bad)} faults, {len(struck)} strikes\n")
        sys.stdout.writelines(f"  {one}\n" for one in (*bad, *struck))
    return found


if __name__ == "__main__":
    from playwright.sync_api import sync_playwright

    from tests.browser import FLAGS, chromium

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        wrong = report(opened.new_page(), sys.argv[1:])
        opened.close()
    sys.exit(int(wrong))
