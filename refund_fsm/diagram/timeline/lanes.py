"""Owns what stands in which lane of a timeline, and where: the axis, the stays, the labels in their rows, the lines from lane to lane.

Must not draw, and must not word anything: it asks `wording`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from refund_fsm.case import Move, News
from refund_fsm.diagram.timeline.course import Course, Law, Stay
from refund_fsm.diagram.timeline.packing import Spot, Wanted, packed
from refund_fsm.diagram.timeline.shapes import Block
from refund_fsm.diagram.timeline.wording import Wording
from refund_fsm.workflow import Actor

NAMED = 24  # stays that are named at most: of more, the most telling
NEXT = 24.0  # points: of many stays, none is named so near another one
ALL_NAMED = 30  # so many are all named
NEWS_NAMED = 8
LEAST = timedelta(hours=6)  # that an axis spans
AFTER = 1.35  # how far, in times of the case, limits are shown that it did not live to see
AHEAD = 2.5  # the same of the law's clock while a case runs
FREE = 0.02  # of the axis is left over at its end
HEAD = 122.0  # points for the names of lanes, where they stand beside them
NARROW = 560.0  # points: narrower pictures have the names above the lanes
SIDE = 14.0
LEAST_NAMED = timedelta(minutes=1)  # that a case is a draft: a shorter one has no label
BESIDE = 11.0  # points from the middle of a mark to a label beside it
TIP = 3.0  # points from a label's line to the label


@dataclass(frozen=True, slots=True)
class Scale:
    """From instants to points."""

    begin: datetime
    end: datetime
    left: float
    right: float

    def x(self, at: datetime) -> float:
        """Where an instant stands; what is outside the axis stands at its edge."""
        share = (at - self.begin) / (self.end - self.begin)
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    def holds(self, at: datetime) -> bool:
        """Whether an instant is on the axis."""
        return self.begin <= at <= self.end

    @property
    def day(self) -> float:
        """Points of a day."""
        return (self.right - self.left) / ((self.end - self.begin) / timedelta(days=1))


def scale_of(course: Course, width: float) -> Scale:
    """From the opening to the last that is known or will be: the limit that runs, those that were met, the law's."""
    begin, ended = course.begun, course.ended
    lived = max(ended - begin, LEAST)
    ends = [begin + lived, *(stay.due.at for stay in course.stays if stay.fate == "running" and stay.due)]
    known = max(ends)
    ends += [stay.due.at for stay in course.stays if stay.fate == "kept" and stay.due and stay.due.at <= begin + AFTER * (known - begin)]
    if course.law is not None:
        far = AFTER if course.is_over else AHEAD
        ends += [course.law.due.at] if course.law.due.at <= begin + far * (known - begin) else []
    end = max(ends)
    left = SIDE if width < NARROW else HEAD
    return Scale(begin, end + FREE * (end - begin), left, width - SIDE)


def covered(stay: Stay, stays: Iterable[Stay]) -> bool:
    """Whether another stay in the same lane stands between a stay and its limit, or on it."""
    return stay.due is not None and any(one.place > stay.place and one.begun < stay.due.at and not one.ends for one in stays)


@dataclass(frozen=True, slots=True)
class Item:
    """A label and where it stands: `x` is what it names, `spot` its place below; None where it stands beside it, from `left` on."""

    block: Block
    x: float
    spot: Spot | None
    left: float = 0.0


@dataclass(frozen=True)
class Lane:
    """One lane: of an actor, of news (`what` is `news`), or of the law. `rows` labels stand below each other."""

    what: str
    actor: Actor | None
    stays: tuple[Stay, ...]
    items: tuple[Item, ...]
    told: tuple[News | Move, ...] = ()
    law: Law | None = None

    @property
    def rows(self) -> int:
        """How many rows of labels it has."""
        return max((item.spot.row for item in self.items if item.spot), default=-1) + 1


@dataclass(frozen=True, slots=True)
class Link:
    """A line from the lane of one stay to that of the next."""

    x: float
    above: int
    below: int


@dataclass(frozen=True)
class Lanes:
    """All lanes of a timeline, from above."""

    wording: Wording
    scale: Scale

    @property
    def course(self) -> Course:
        """What is shown."""
        return self.wording.course

    @cached_property
    def keys(self) -> list[str]:
        """The lanes of actors."""
        return [actor.key for actor in self.course.actors] or [""]

    @cached_property
    def places(self) -> list[int]:
        """The lane of each stay; where nobody is waited for, that of the one before."""
        found: list[int] = []
        for stay in self.course.stays:
            found.append(self.keys.index(stay.actor.key) if stay.actor is not None else found[-1] if found else 0)
        return found

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """The lines from lane to lane, each once."""
        found = {}
        for stay, one, other in zip(self.course.stays[1:], self.places, self.places[1:], strict=False):
            if one != other:
                link = Link(round(self.scale.x(stay.begun), 1), min(one, other), max(one, other))
                found[link] = link
        return tuple(found)

    @cached_property
    def named(self) -> frozenset[int]:
        """The places of the stays that have labels."""
        longest, kept, spots = self.course.longest, list[int](), set[tuple[int, int]]()
        if len(longest) <= ALL_NAMED:
            return frozenset(longest)
        for place in longest:
            x = int(self.scale.x(self.course.stays[place].begun) / NEXT)
            near = {(self.places[place], x + side) for side in (-1, 0, 1)}
            if len(kept) < NAMED and not near & spots:
                kept.append(place)
                spots.add((self.places[place], x))
        return frozenset(kept)

    def all(self) -> Iterator[Lane]:
        """The lanes of actors, that of news, that of the law."""
        for number, key in enumerate(self.keys):
            stays = [(place, stay) for place, stay in enumerate(self.course.stays) if self.places[place] == number]
            named = [stay for place, stay in stays if place in self.named]
            actor = next((one for one in self.course.actors if one.key == key), None)
            whole = tuple(stay for _, stay in stays)
            yield Lane("stays", actor, whole, self._items(number, whole, named))
        if self.course.told:
            labels = [(self.scale.x(one.at), self.wording.news(one)) for one in self.course.told[-NEWS_NAMED:]]
            yield Lane("news", None, (), self._packed(labels, ()), told=self.course.told)
        if self.course.law is not None:
            x, block = self.scale.x(self.course.law.due.at), self.wording.law()
            left = self._beside(x, block, [(self.scale.x(self.course.law.begun), x - BESIDE + 4)])
            items = self._packed([(x, block)], ()) if left is None else (Item(block, x, None, left),)
            yield Lane("law", None, (), items, law=self.course.law)

    def _items(self, number: int, stays: Sequence[Stay], named: Sequence[Stay]) -> tuple[Item, ...]:
        """The labels of a lane: of ends and of limits beside them, where there is room, all others in rows below."""
        below, beside = list[tuple[float, Block]](), list[Item]()
        crossing = [link.x for link in self.links if link.above < number < link.below]
        taken = [(x, x) for x in crossing] + [(self.scale.x(one.begun), self.scale.x(one.ended)) for one in stays]
        rings = [self.scale.x(one.due.at) for one in stays if one.fate in ("kept", "running") and one.due is not None]
        for x, block, inline in (label for stay in named for label in self._labels(stay, stays)):
            busy = [*taken, *((ring, ring) for ring in rings if ring != x), *((one.left, one.left + one.block.width) for one in beside)]
            left = self._beside(x, block, busy) if inline else None
            if left is None:
                below.append((x, block))
            else:
                beside.append(Item(block, x, None, left))
        through = [link.x for link in self.links if link.above <= number < link.below]
        return (*beside, *self._packed(below, through))

    def _beside(self, x: float, block: Block, busy: Iterable[tuple[float, float]]) -> float | None:
        """The left edge of a label to the right of its mark, else to the left; None where neither has room."""
        spans = list(busy)
        if len(block.lines) > 1:
            return None
        for left in (x + BESIDE, x - BESIDE - block.width):
            right = left + block.width
            free = all(end < left - 4 or begin > right + 4 for begin, end in spans)
            if free and left >= self.scale.left and right <= self.scale.right + 2:
                return left
        return None

    def _labels(self, stay: Stay, stays: Sequence[Stay]) -> Iterator[tuple[float, Block, bool]]:
        """Where a label belongs, the label, and whether it may stand beside its mark."""
        passing = stay.step is None and not stay.is_last and stay.lasted < LEAST_NAMED
        if not passing:
            yield self.scale.x(stay.begun), self.wording.stay(stay), stay.ends
        if stay.due is None:
            return
        if stay.fate == "running":
            yield self.scale.x(stay.due.at), self.wording.ahead(stay.due), False
        elif stay.fate == "kept":
            yield self.scale.x(stay.due.at), self.wording.kept(stay.due, stay if covered(stay, stays) else None), True

    def _packed(self, labels: Sequence[tuple[float, Block]], through: Sequence[float]) -> tuple[Item, ...]:
        wanted = [Wanted(x, block.width + TIP) for x, block in labels]
        spots = packed(wanted, self.scale.left, self.scale.right, through)
        return tuple(Item(block, x, spot) for (x, block), spot in zip(labels, spots, strict=True))
