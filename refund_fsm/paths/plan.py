"""Owns the choice of few short paths that reach all goals of a criterion.

Greedy set cover over paths through a `Space`: two strategies, the shorter result is kept, then paths and ends that add nothing
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


class PlannedPath(NamedTuple):
    """An opening place and inputs, not yet played."""

    opening: int
    inputs: tuple[Input, ...]


class _Target(NamedTuple):
    """What to do next: ordered, the best first."""

    ends: bool
    cost: int
    goal: int
    inputs: tuple[Input, ...]


@dataclass
class _GrowingPath:
    """A path being planned: where it is, the rules that fired last, the goals it has reached."""

    planner: Planner
    opening: int
    place: int
    inputs: list[Input]
    history: tuple[str, ...]
    reached: int

    @classmethod
    def at(cls, planner: Planner, opening: int) -> _GrowingPath:
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
    """The paths that reach the goals of one criterion. `paths(wanted)` plans for a mask of goals."""

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

    def paths(self, wanted: int) -> list[PlannedPath]:
        """Paths that reach the wanted goals, as far as any path does."""
        plans = [self._pruned(self._greedy(wanted, ends_first=first), wanted) for first in (False, True)]
        return min(plans, key=lambda paths: (sum(len(path.inputs) for path in paths), len(paths)))

    def _greedy(self, wanted: int, *, ends_first: bool) -> list[PlannedPath]:
        found = []
        while wanted:  # ends: every round reaches a wanted goal
            path = self._begun(wanted, ends_first=ends_first)
            if path is None:
                break
            while True:  # ends: the same
                target = self._target(path, wanted & ~path.reached, ends_first=ends_first)
                if target is None:
                    break
                for one in target.inputs:
                    path.take(one)
            wanted &= ~path.reached
            found.append(PlannedPath(path.opening, tuple(path.inputs)))
        return found

    def _begun(self, wanted: int, *, ends_first: bool) -> _GrowingPath | None:
        """A path from the opening with the best target: with `ends_first` the nearest, else the one that leads to most goals."""
        ranked: list[tuple[tuple[object, ...], _GrowingPath]] = []
        for opening in self.space.openings:
            path = _GrowingPath.at(self, opening)
            if path.reached & wanted:
                return path
            target = self._target(path, wanted, ends_first=ends_first)
            if target is not None:
                near, ahead = (target.ends, target.cost), -sum(1 for place in self._ahead(opening) if self.masks[place] & wanted)
                ranked.append(((near, ahead, opening) if ends_first else (ahead, near, opening), path))
        return min(ranked, key=operator.itemgetter(0))[1] if ranked else None

    def _ahead(self, place: int) -> Iterator[int]:
        mask = self.space.reach[place]
        return (one for one in self.space.places if mask >> one & 1)

    def _target(self, path: _GrowingPath, wanted: int, *, ends_first: bool) -> _Target | None:
        """The nearest wanted goal; one that ends the case only when no other is left (`ends_first`: the reverse)."""
        best: _Target | None = None
        for target in (*self._continued(path, wanted), *self._nearby(path, wanted)):
            rank = (target.ends != ends_first, target.cost, target.goal)
            if best is None or rank < (best.ends != ends_first, best.cost, best.goal):
                best = target
        return best

    def _continued(self, path: _GrowingPath, wanted: int) -> Iterator[_Target]:
        """Sequences of which the path has just done a beginning."""
        for place in range(len(path.history)):
            prefix = path.history[place:]
            for goal in bits(self.by_prefix.get(prefix, 0) & wanted):
                rest = self._along(path.place, self.sequence_of[goal][len(prefix) :])
                if rest is not None:
                    yield _Target(self.space.ends(rest[1]), len(rest[0]), goal, rest[0])

    def _nearby(self, path: _GrowingPath, wanted: int) -> Iterator[_Target]:
        """The nearest goals, of those that end the case and of the others, that begin anew."""
        left = {True, False}
        for place, inputs in self.space.rings(path.place):
            for goal in bits(self.masks[place] & wanted):
                more, after = self.starts[place][goal]
                ends = self.space.ends(after) and after != place
                if ends in left:
                    left.discard(ends)
                    yield _Target(ends, len(inputs) + len(more), goal, (*inputs, *more))
            if not left:
                return

    def reached(self, path: PlannedPath) -> int:
        """The goals that a path reaches, as a mask."""
        growing = _GrowingPath.at(self, path.opening)
        for one in path.inputs:
            growing.take(one)
        return growing.reached

    def _pruned(self, paths: list[PlannedPath], wanted: int) -> list[PlannedPath]:
        """The paths without those that the others make needless, and without ends that reach nothing needed."""
        masks = [self.reached(path) & wanted for path in paths]
        kept = list(paths)
        for number in sorted(range(len(paths)), key=lambda one: (-len(paths[one].inputs), one)):
            others = 0
            for other, mask in enumerate(masks):
                others |= mask if other != number else 0
            if not masks[number] & ~others:
                masks[number], kept[number] = 0, PlannedPath(paths[number].opening, ())
                continue
            needed = masks[number] & ~others
            kept[number] = self._cut(paths[number], needed)
            masks[number] = self.reached(kept[number]) & wanted
        return [path for path, mask in zip(kept, masks, strict=True) if mask]

    def _cut(self, path: PlannedPath, needed: int) -> PlannedPath:
        """The shortest beginning of a path that reaches what is needed."""
        growing = _GrowingPath.at(self, path.opening)
        for length, one in enumerate((*path.inputs, None)):
            if not needed & ~growing.reached:
                return PlannedPath(path.opening, path.inputs[:length])
            assert one is not None, "the whole path reaches it"
            growing.take(one)
        return path


def bits(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set, lowest first."""
    while mask:  # ends: every round clears a bit
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
