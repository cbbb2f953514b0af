"""Owns the choice of few short ways that reach all goals of a criterion, and lower bounds for how few and how short.

Greedy set cover over ways through a `Space`: two strategies, the shorter result is kept, then paths and ends that add nothing
are taken away. Deterministic. Must not step a case.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from refund_fsm.paths.goals import Goals
from refund_fsm.paths.inputs import Input
from refund_fsm.paths.space import Space


class Way(NamedTuple):
    """An opening place and inputs."""

    opening: int
    inputs: tuple[Input, ...]


class _Target(NamedTuple):
    """What to do next: ordered, the best first."""

    ends: bool
    cost: int
    goal: int
    inputs: tuple[Input, ...]


@dataclass
class _Walk:
    """A way being made: where it is, the rules that fired last, the goals it has reached."""

    planner: Planner
    opening: int
    place: int
    inputs: list[Input]
    history: tuple[str, ...]
    reached: int

    @classmethod
    def at(cls, planner: Planner, opening: int) -> _Walk:
        return cls(planner, opening, opening, [], (), planner.at_place(opening))

    def take(self, one: Input) -> None:
        planner, space = self.planner, self.planner.space
        for goal in planner.goals.at_step.get((self.place, one), ()):
            self.reached |= 1 << goal
        fired = space.fired(self.place, one)
        self.place = space.after(self.place, one)
        self.inputs.append(one)
        for rule in fired:
            self.history = (*self.history, rule)[-planner.longest :]
            for length in range(len(self.history)):
                whole = planner.goals.sequences.get(self.history[length:])
                self.reached |= 0 if whole is None else 1 << whole
        self.reached |= planner.at_place(self.place)


class Planner:
    """The ways that reach the goals of one criterion. `ways(wanted)` plans for a mask of goals."""

    def __init__(self, space: Space, goals: Goals) -> None:
        self.space, self.goals = space, goals
        self.all = (1 << len(goals.names)) - 1
        self.longest = max((len(one) for one in goals.sequences), default=1)
        self.by_prefix: dict[tuple[str, ...], int] = {}
        self.sequence_of = {goal: one for one, goal in goals.sequences.items()}
        for one, goal in goals.sequences.items():
            for length in range(1, len(one)):
                self.by_prefix[one[:length]] = self.by_prefix.get(one[:length], 0) | 1 << goal

    def at_place(self, place: int) -> int:
        """The goals that being at a place reaches, as a mask."""
        mask = 0
        for goal in self.goals.at_place.get(place, ()):
            mask |= 1 << goal
        return mask

    @cached_property
    def starts(self) -> dict[int, dict[int, tuple[tuple[Input, ...], int]]]:
        """By place: the goals that begin there, with their inputs and the place after them."""
        found: dict[int, dict[int, tuple[tuple[Input, ...], int]]] = {place: {} for place in self.space.places}
        for (place, one), goals in self.goals.at_step.items():
            for goal in goals:
                found[place].setdefault(goal, ((one,), self.space.after(place, one)))
        for place in self.space.places:
            for move in self.space.moves(place):
                for goal in self.goals.at_place.get(move.dest, ()):
                    found[place].setdefault(goal, ((move.input,), move.dest))
            for goal, rules in self.sequence_of.items():
                along = self._along(place, rules)
                if along is not None:
                    found[place][goal] = along
        return found

    @cached_property
    def masks(self) -> dict[int, int]:
        """By place: the goals that begin there, as a mask."""
        return {place: sum(1 << goal for goal in found) for place, found in self.starts.items()}

    def _along(self, place: int, rules: Sequence[str]) -> tuple[tuple[Input, ...], int] | None:
        inputs = []
        for rule in rules:
            move = self.space.by_rule(place, rule)
            if move is None:
                return None
            inputs.append(move.input)
            place = move.dest
        return tuple(inputs), place

    def ways(self, wanted: int) -> list[Way]:
        """Ways that reach the wanted goals, as far as any way does."""
        plans = [self._pruned(self._greedy(wanted, ends_first=first), wanted) for first in (False, True)]
        return min(plans, key=lambda ways: (sum(len(way.inputs) for way in ways), len(ways)))

    def _greedy(self, wanted: int, *, ends_first: bool) -> list[Way]:
        found = []
        while wanted:  # ends: every round reaches a wanted goal
            walk = self._begun(wanted, ends_first=ends_first)
            if walk is None:
                break
            while True:  # ends: the same
                target = self._target(walk, wanted & ~walk.reached, ends_first=ends_first)
                if target is None:
                    break
                for one in target.inputs:
                    walk.take(one)
            wanted &= ~walk.reached
            found.append(Way(walk.opening, tuple(walk.inputs)))
        return found

    def _begun(self, wanted: int, *, ends_first: bool) -> _Walk | None:
        """A walk from the opening with the best target: with `ends_first` the nearest, else the one that leads to most goals."""
        ranked: list[tuple[tuple[object, ...], _Walk]] = []
        for opening in self.space.openings:
            walk = _Walk.at(self, opening)
            if walk.reached & wanted:
                return walk
            target = self._target(walk, wanted, ends_first=ends_first)
            if target is not None:
                near, ahead = (target.ends, target.cost), -sum(1 for place in self._ahead(opening) if self.masks[place] & wanted)
                ranked.append(((near, ahead, opening) if ends_first else (ahead, near, opening), walk))
        return min(ranked, key=operator.itemgetter(0))[1] if ranked else None

    def _ahead(self, place: int) -> Iterator[int]:
        mask = self.space.reach[place]
        return (one for one in self.space.places if mask >> one & 1)

    def _target(self, walk: _Walk, wanted: int, *, ends_first: bool) -> _Target | None:
        """The nearest wanted goal; one that ends the case only when no other is left (`ends_first`: the other way round)."""
        best: _Target | None = None
        for target in (*self._continued(walk, wanted), *self._nearby(walk, wanted)):
            rank = (target.ends != ends_first, target.cost, target.goal)
            if best is None or rank < (best.ends != ends_first, best.cost, best.goal):
                best = target
        return best

    def _continued(self, walk: _Walk, wanted: int) -> Iterator[_Target]:
        """Sequences of which the walk has just done a beginning."""
        for place in range(len(walk.history)):
            prefix = walk.history[place:]
            for goal in bits(self.by_prefix.get(prefix, 0) & wanted):
                rest = self._along(walk.place, self.sequence_of[goal][len(prefix) :])
                if rest is not None:
                    yield _Target(self.space.ends(rest[1]), len(rest[0]), goal, rest[0])

    def _nearby(self, walk: _Walk, wanted: int) -> Iterator[_Target]:
        """The nearest goals, of those that end the case and of the others, that begin anew."""
        left = {True, False}
        for place, inputs in self.space.rings(walk.place):
            for goal in bits(self.masks[place] & wanted):
                more, after = self.starts[place][goal]
                ends = self.space.ends(after) and after != place
                if ends in left:
                    left.discard(ends)
                    yield _Target(ends, len(inputs) + len(more), goal, (*inputs, *more))
            if not left:
                return

    def reached(self, way: Way) -> int:
        """The goals that a way reaches, as a mask."""
        walk = _Walk.at(self, way.opening)
        for one in way.inputs:
            walk.take(one)
        return walk.reached

    def _pruned(self, ways: list[Way], wanted: int) -> list[Way]:
        """The ways without those that the others make needless, and without ends that reach nothing needed."""
        masks = [self.reached(way) & wanted for way in ways]
        kept = list(ways)
        for number in sorted(range(len(ways)), key=lambda one: (-len(ways[one].inputs), one)):
            others = 0
            for other, mask in enumerate(masks):
                others |= mask if other != number else 0
            if not masks[number] & ~others:
                masks[number], kept[number] = 0, Way(ways[number].opening, ())
                continue
            needed = masks[number] & ~others
            kept[number] = self._cut(ways[number], needed)
            masks[number] = self.reached(kept[number]) & wanted
        return [way for way, mask in zip(kept, masks, strict=True) if mask]

    def _cut(self, way: Way, needed: int) -> Way:
        """The shortest beginning of a way that reaches what is needed."""
        walk = _Walk.at(self, way.opening)
        for length, one in enumerate((*way.inputs, None)):
            if not needed & ~walk.reached:
                return Way(way.opening, way.inputs[:length])
            assert one is not None, "the whole way reaches it"
            walk.take(one)
        return way


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while mask:  # ends: every round clears a bit
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
