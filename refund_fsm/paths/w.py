"""Owns the complete suite: every input at every place, each followed by what tells the place after it from all others.

The W-method (Chow, Testing software design modeled by finite-state machines, 1978) in its form with harmonised state identifiers
(HSI: Petrenko 1991; Luo, Petrenko, v. Bochmann 1994), shorter and as complete: it finds every fault of an implementation whose
behaviour has at most as many states as the merged graph, plus `extra_states`. What is observed is whether an event is taken and
which state the case is in then, as far as the implementation tells its states apart. Must not step a case.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from refund_fsm.errors import BadData
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.paths.space import Space
from refund_fsm.scenario import START
from refund_fsm.workflow import CLOCK

MAX_PATHS = 250_000  # of one suite; a longer one is an error that names its size
MAX_EXTRA_STATES = 3

Word = tuple[Input, ...]


class Complete:
    """The complete suite of a space: openings by what all guards make of them, and the words tried after each."""

    def __init__(self, space: Space, extra_states: int, seen: Mapping[str, str] | None = None) -> None:
        self.space, self.extra_states = space, extra_states
        self._seen = {key: key for key in space.workflow.states} if seen is None else seen

    def seen(self, place: int) -> str:
        """What an observer sees of the state there."""
        return self._seen[self.space.state(place)]

    @cached_property
    def openings(self) -> dict[int, tuple[int, Any]]:
        """By the first raw configuration of each class: its place and facts. A class agrees on its place and on every guard, so an
        implementation that is made of these guards treats its members alike."""
        graph, guards = self.space.graph, tuple(self.space.workflow.guards.values())
        found: dict[tuple[int, tuple[bool, ...]], tuple[int, Any]] = {}
        for config in graph.raw.openings:
            facts, place = graph.raw.facts_of(config), graph.block_of[config]
            known = (place, tuple(guard(facts) for guard in guards))
            if known not in found and self.space.workflow.make_up(facts, START) is not None:
                found[known] = (config, facts)
        return {config: (place, facts) for (place, _), (config, facts) in found.items()}

    @cached_property
    def alphabet(self) -> tuple[Input, ...]:
        """Every event by its own actor and with what it needs, and the passing of a limit."""
        return (*(Input("do", name) for name, event in self.space.workflow.events.items() if event.actor.key != CLOCK.key), PASS)

    @cached_property
    def offered(self) -> dict[int, tuple[Input, ...]]:
        """By place, the inputs that are defined there: without a limit none can pass."""
        limited = self.space.workflow.limits_at
        return {p: self.alphabet if self.space.state(p) in limited else self.alphabet[:-1] for p in self.space.places}

    @cached_property
    def dest(self) -> dict[int, dict[Input, int]]:
        """By place and input, the place after it."""
        found = {}
        for place in self.space.places:
            row = dict.fromkeys(self.offered[place], place)
            for move in self.space.moves(place):
                row[move.input] = move.dest
            found[place] = row
        return found

    @cached_property
    def taken(self) -> dict[int, frozenset[Input]]:
        """By place, the inputs that are taken there, or under which the clock acts."""
        return {place: frozenset(move.input for move in self.space.moves(place)) for place in self.space.places}

    @cached_property
    def separating(self) -> dict[tuple[int, int], Word]:
        """By pair of places that look alike, the smaller first: a shortest word that is answered differently; none for equals."""
        found: dict[tuple[int, int], Word] = {}
        places = sorted(self.space.places)
        pairs = [pair for pair in itertools.combinations(places, 2) if self.seen(pair[0]) == self.seen(pair[1])]
        for one, other in pairs:
            differ = [i for i in self.alphabet[:-1] if (i in self.taken[one]) != (i in self.taken[other])]
            if differ:
                found[one, other] = (differ[0],)
        fresh = True
        while fresh:  # ends: every round finds a pair more, or is the last
            fresh = False
            known = dict(found)
            for one, other in pairs:
                if (one, other) in known:
                    continue
                word = self._through(one, other, known)
                if word is not None:
                    found[one, other] = word
                    fresh = True
        return found

    def _through(self, one: int, other: int, known: dict[tuple[int, int], Word]) -> Word | None:
        """A word that leads a pair to one that is known to differ, or to what looks different."""
        best: Word | None = None
        for first in self.offered[one]:
            if first not in self.dest[other]:
                continue
            after = sorted((self.dest[one][first], self.dest[other][first]))
            if self.seen(after[0]) != self.seen(after[1]):
                return (first,)
            rest = known.get((after[0], after[1]))
            if rest is not None and (best is None or len(rest) + 1 < len(best)):
                best = (first, *rest)
        return best

    @cached_property
    def identifiers(self) -> dict[int, tuple[Word, ...]]:
        """By place, the words that tell it from every other that looks alike. Harmonised: a pair is told apart by the same word."""
        found: dict[int, list[Word]] = {place: [] for place in self.space.places}
        words = sorted(set(self.separating.values()), key=lambda word: (len(word), word))
        left = dict(self.separating)
        while left:  # ends: a word that was found for a pair tells it apart
            word = max(words, key=lambda one: sum(1 for pair in left if self._tells(one, *pair)))
            for pair in list(left):
                enough = word[: self._tells(word, *pair)]
                if enough:
                    del left[pair]
                    for place in pair:
                        if enough not in found[place]:
                            found[place].append(enough)
        return {place: tuple(words) for place, words in found.items()}

    def _tells(self, word: Word, one: int, other: int) -> int:
        """How many inputs of a word tell two places apart that look alike; 0 when it does not."""
        for length, first in enumerate(word, 1):
            if first not in self.dest[one] or first not in self.dest[other]:
                return 0
            if (first in self.taken[one]) != (first in self.taken[other]):
                return length
            one, other = self.dest[one][first], self.dest[other][first]
            if self.seen(one) != self.seen(other):
                return length
        return 0

    @cached_property
    def cover(self) -> dict[int, tuple[int, Word]]:
        """By place, the opening (raw configuration) and the word of a shortest path to it."""
        first: dict[int, int] = {}
        for config, (place, _) in self.openings.items():
            first.setdefault(place, config)
        found: dict[int, tuple[int, Word]] = {place: (config, ()) for place, config in first.items()}
        todo = list(found)
        for place in todo:  # ends: every place is added once
            opening, word = found[place]
            for move in self.space.moves(place):
                if move.dest not in found:
                    found[move.dest] = (opening, (*word, move.input))
                    todo.append(move.dest)
        return found

    def size(self) -> int:
        """About how many paths the suite has: a word that begins another is counted too."""
        at: dict[int, int] = {place: max(1, len(self.identifiers[place])) for place in self.space.places}
        ahead = dict(at)
        for _ in range(self.extra_states + 1):
            ahead = {place: at[place] + sum(ahead[after] for after in self.dest[place].values()) for place in self.space.places}
        return sum(ahead.values()) + len(self.openings)

    def check(self) -> None:
        """`BadData` when the suite would be too long."""
        if self.size() > MAX_PATHS:
            expected = f"fewer: the suite would have about {self.size():,} paths, and w.MAX_PATHS is {MAX_PATHS:,}"
            raise BadData("extra_states", self.extra_states, expected)

    def words(self) -> Iterator[tuple[int, Word]]:
        """Openings (raw configurations) and words; some begin others."""
        for config, (place, _) in self.openings.items():
            yield from ((config, word) for word in self._identified(place))
        for place, (opening, word) in self.cover.items():
            for after, more in self._beyond(place, self.extra_states + 1):
                yield from ((opening, (*word, *more, *last)) for last in self._identified(after))

    def _identified(self, place: int) -> Sequence[Word]:
        return self.identifiers[place] or ((),)

    def _beyond(self, place: int, depth: int) -> Iterator[tuple[int, Word]]:
        """Every word of at most `depth` inputs from a place, with the place that it leads to."""
        yield place, ()
        if depth:
            for one, after in self.dest[place].items():
                for last, word in self._beyond(after, depth - 1):
                    yield last, (one, *word)
