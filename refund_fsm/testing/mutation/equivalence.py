"""Owns the verdict on a mutant: whether any case can tell it from the original, decided by search and not by hand.

Observed are the state, which events are taken, and when the limit falls due. Must not know which faults there are.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from itertools import product
from typing import NamedTuple

from refund_fsm.graph import coarsest
from refund_fsm.paths import PASS, Input
from refund_fsm.scenario import PACE, START, Path, Player
from refund_fsm.testing.mutation.classes import FactClasses, Place, Table
from refund_fsm.testing.mutation.dues import apart
from refund_fsm.testing.mutation.killing import struck
from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.testing.mutation.touch import touched
from refund_fsm.workflow import CLOCK, Policy, Workflow

MAX_STARTS = 20  # of a limit that ends otherwise only in a special period, from which a witness is tried
MAX_TRIES = 500  # paths to a difference that are played in search of a witness

Word = tuple[Input, ...]


class Difference(NamedTuple):
    """A path to what tells a mutant from the original: the class of facts that a case opens with, and inputs, of which the last
    shows it. Without inputs the opened case itself does."""

    opening: int
    word: Word
    starts: tuple[datetime, ...] = ()  # of the limit at the end: those from which its ends differ, where it is the limit that differs


class _Pair(NamedTuple):
    """The original and a mutant after the same inputs, so far answered alike: one state, and the facts of each."""

    state: str
    one: Place
    other: Place


def _openings_for(word: Word, starts: tuple[datetime, ...]) -> Iterator[datetime]:
    """When to open a case so that the limit after a word starts at one of the instants, at a case's pace; the plain instant first."""
    yield START
    yield from (start - len(word) * PACE for start in starts[:MAX_STARTS] if start != START)


class Judge:
    """Compares mutants of a workflow with it, under a policy (None: the workflow's own profile). Facts are constant at filing events, as in
    the configuration graph.

    A mutant is equivalent when it is bisimilar to the original from every set of facts that an order can open with. The search
    runs over pairs of places, the original's and the mutant's, and keeps to pairs that matter: as long as a case meets no row of the
    table that the fault has touched the two are at the same place, so it starts from every place that the original reaches in a
    touched state, at its distance from the openings, and leaves out pairs of equal places. It goes by distance, so the first
    difference that is found is at the end of a shortest path.
    """

    def __init__(self, workflow: Workflow, policy: Policy | None = None) -> None:
        self.workflow, self.policy = workflow, policy or workflow.default_policy()
        self.facts = FactClasses(workflow, self.policy)
        self.table = Table(workflow, self.facts)
        self.by_hand = [Input("do", name) for name, event in workflow.events.items() if event.actor.key != CLOCK.key]

    def equivalent(self, mutant: Mutant) -> bool:
        """Whether no case tells the mutant from the original."""
        return next(self.differences(mutant), None) is None

    def witness(self, mutant: Mutant) -> Path | None:
        """A shortest path of the original at whose last step the mutant does otherwise; None for an equivalent mutant.

        The path replays on the original. Also None when `MAX_TRIES` paths to a difference fail in actual cases, because a filing
        event derived other facts than those that the case was opened with.
        """
        workflow = mutant.workflow
        for tried, (opening, word, starts) in enumerate(self.differences(mutant)):
            if tried == MAX_TRIES:
                break
            for known, at in product(self.facts.openings[opening][:2], _openings_for(word, starts)):
                path = self._played(known, word, at)
                blow = None if path is None else struck(workflow, self.policy, path)
                if path is not None and blow is not None:
                    return Path(path.opening, path.steps[: blow.step], path.state, path.due)
        return None

    def _played(self, facts: object, word: Word, at: datetime) -> Path | None:
        player = Player.with_facts(self.workflow, self.policy, facts, at)
        for one in word:
            player = None if player is None else one.on(player)
        return None if player is None else player.path()

    @cached_property
    def ways(self) -> dict[tuple[str, int], tuple[int, Difference]]:
        """By state and class of facts that the original reaches: the distance from an opening, and a shortest path."""
        initial = self.workflow.initial.key
        found = {(initial, number): (0, Difference(number, ())) for number in self.facts.openings}
        todo = list(found)
        for state, number in todo:  # grows as it goes; ends: every place is added once
            distance, (opening, word, _) = found[state, number]
            for one in self._inputs(state):
                moved = self._answer(self.table, state, Place(number), one)
                if moved is None:
                    continue
                after = (moved[0], moved[1].facts)
                if after not in found:
                    found[after] = (distance + 1, Difference(opening, (*word, one)))
                    todo.append(after)
        return found

    def _inputs(self, state: str) -> list[Input]:
        return [*self.by_hand, PASS] if state in self.workflow.limits_at else self.by_hand

    def _answer(self, table: Table, state: str, at: Place, one: Input) -> tuple[str, Place] | None:
        """State and place after an input; None where an event is refused, or the clock goes round for ever."""
        if one == PASS:
            return table.passed(state, at)
        event = table.workflow.events.get(one.event)
        if event is None or event.actor.key != self.workflow.events[one.event].actor.key:
            return None
        found = table.fires(state, one.event, at)
        return None if found is None else (found[0].dest.key, found[1])

    def differences(self, mutant: Mutant) -> Iterator[Difference]:
        """Paths to what tells the mutant from the original, shortest first; one for each pair and input that shows it."""
        table = Table(mutant.workflow, self.facts, self.table)
        touch = touched(self.workflow, mutant.workflow)
        levels: dict[int, list[_Pair]] = {}
        tree: dict[_Pair, tuple[_Pair | None, Input | None]] = {}
        for (state, number), (distance, _) in self.ways.items():
            if state in touch.sources:
                pair = _Pair(state, Place(number), table.start(number))
                tree[pair] = (None, None)
                levels.setdefault(distance, []).append(pair)
        distance = 0
        while levels:  # ends: there are finitely many pairs, and each is added once
            for pair in levels.pop(distance, ()):
                starts = self._due_apart(table, pair)
                if starts is not None:
                    yield self._path(tree, pair)._replace(starts=starts)
                    continue
                for one in self._inputs(pair.state):
                    after = self._compared(table, pair, one)
                    if after is None:
                        yield self._path(tree, pair, one)
                    elif after not in tree and after.other != table.start(after.one.facts):
                        tree[after] = (pair, one)
                        levels.setdefault(distance + 1, []).append(after)
            distance += 1

    def _due_apart(self, table: Table, pair: _Pair) -> tuple[datetime, ...] | None:
        """Starts from which the limit of a pair's state ends at different instants; None where it never does."""
        ours, theirs = self.table.count(pair.state, pair.one), table.count(pair.state, pair.other)
        return None if ours is theirs else apart(self.policy.calendar, ours, theirs)

    def _compared(self, table: Table, pair: _Pair, one: Input) -> _Pair | None:
        """The pair after an input; None where the answers differ."""
        ours, theirs = self._answer(self.table, pair.state, pair.one, one), self._answer(table, pair.state, pair.other, one)
        if ours is None and theirs is None and one != PASS:
            return pair
        if ours is None or theirs is None or ours[0] != theirs[0]:
            return None
        return _Pair(ours[0], ours[1], theirs[1])

    def classes(self, workflow: Workflow) -> int:
        """How many places of a mutant's workflow, or of the original, can be told apart by any inputs: the size of the smallest
        machine that answers as it does. A complete suite promises to kill what has at most as many as the suite allows for."""
        table = self.table if workflow is self.workflow else Table(workflow, self.facts, self.table)
        places = [(workflow.initial.key, table.start(number)) for number in self.facts.openings]
        number = {place: count for count, place in enumerate(places)}
        looks: dict[object, int] = {}
        colours, successors = [], []
        for state, at in places:  # grows as it goes; ends: there are finitely many places
            answers = [self._answer(table, state, at, one) for one in self._inputs(state)]
            after = [answer for answer in answers if answer is not None]
            for dest in after:
                if number.setdefault(dest, len(places)) == len(places):
                    places.append(dest)
            look = (state, tuple(answer is None for answer in answers))
            colours.append(looks.setdefault(look, len(looks)))
            successors.append([number[dest] for dest in after])
        return max(coarsest(colours, successors)) + 1

    def _path(self, tree: dict[_Pair, tuple[_Pair | None, Input | None]], pair: _Pair, *last: Input) -> Difference:
        word = list(last)
        while True:  # ends: every pair was reached from one that is nearer to an opening
            before, one = tree[pair]
            if before is None or one is None:
                break
            word.append(one)
            pair = before
        opening, first, _ = self.ways[pair.state, pair.one.facts][1]
        return Difference(opening, (*first, *reversed(word)))
