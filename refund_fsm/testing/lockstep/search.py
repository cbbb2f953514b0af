"""Owns the search for a shortest counterexample, once some path is known on which an implementation departs from its workflow.

1. Breadth first over the configurations of the workflow, each gone on from once, from the opening at hand. 2. What is left is shortened by
leaving inputs out. 3. Breadth first once more, from every class of openings. 4. Breadth first over all words of inputs, which proves
that no shorter one departs, or stops at a cap and says so. Must not know an order type.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import NamedTuple

from refund_fsm.case import MAX_CLOCK_STEPS
from refund_fsm.errors import BadData
from refund_fsm.graph import MergedGraph, explore
from refund_fsm.paths import Complete, Space
from refund_fsm.scenario import START, Opening
from refund_fsm.testing.lockstep.groups import row_of
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.inputs import Alphabet, as_row, earlier
from refund_fsm.testing.lockstep.model import Model, Row, Table
from refund_fsm.testing.lockstep.plan import Plan, Told, Writer
from refund_fsm.testing.lockstep.run import Fault
from refund_fsm.workflow import Policy, Workflow

MAX_CALLS = 50_000  # of one search: a slow implementation is not called for ever. The report says when a search stopped here
MAX_WIDTH = 20_000  # words of one length: the same

Word = tuple[Row, ...]
Run = Callable[[Plan], Fault | None]


class Found(NamedTuple):
    """A departure: the opening, the word that leads to it, its inputs as they were told, and the fault that the last one shows."""

    opening: Opening
    word: Word
    told: tuple[Told, ...]
    fault: Fault
    plan: Plan


class Shortest(NamedTuple):
    """What came of a search. `again`: the departure showed itself a second time (the search is empty else). `proven`: every shorter
    word of these inputs was tried, from an opening of every class. `tries` is how many cases were opened."""

    found: Found
    again: bool
    proven: bool
    tries: int


class _Spent(Exception):
    """The cap was reached."""


class _Item(NamedTuple):
    opening: Opening
    word: Word
    model: Model
    alphabet: Alphabet
    goes_on: bool = True  # whether longer words begin with this one


class Search:
    """One search. `run` carries out a plan on a fresh implementation. `same` says which departures are of the kind that is searched for;
    None: any is."""

    def __init__(
        self, table: Table, abilities: Abilities, run: Run, max_calls: int = MAX_CALLS, same: Callable[[Found], bool] | None = None
    ) -> None:
        self._table, self._abilities, self._run, self._same = table, abilities, run, same
        self._max = self._left = max_calls
        self._tries = 0

    @property
    def spent(self) -> int:
        """The calls that it made, up to its cap."""
        return self._max - max(0, self._left)

    def shortest(self, opening: Opening, told: Sequence[Told], fault: Fault, plan: Plan) -> Shortest:
        """The shortest departure, from one that was found."""
        first = Found(opening, (), tuple(told[: row_of(plan, fault)]), fault, plan)
        try:
            again = self._try(opening, self._as_word(opening, first.told))
        except _Spent:
            again = None
        if again is None:
            return Shortest(first, False, False, self._tries)
        best, proven = again, False
        try:
            best = self._breadth_first(best, narrow=True) or best
            if fault.kind != "hung":  # each trial would cost a time-out
                best = self._shortened(best)
            best = self._breadth_first(best, narrow=False) or best
            best = self._all_words(best) or best
            proven = True
        except _Spent:
            pass
        return Shortest(best, True, proven, self._tries)

    # One word

    def _as_word(self, opening: Opening, told: Sequence[Told]) -> Word:
        model, word = Model(self._table, opening), list[Row]()
        for one in told:
            word.append(as_row(model, one, opening))
            lead(model, one)
        return tuple(word)

    def _try(self, opening: Opening, word: Word) -> Found | None:
        """What a word shows on a fresh implementation, cut after the input that shows it; None when that is of another kind."""
        found = self._shown(opening, word)
        return found if found is None or self._same is None or self._same(found) else None

    def _try_each(self, item: _Item, refused: Word) -> Found | None:
        """As `_try`, with all that must be refused where the word leads; what departs as another kind is left out of it."""
        while True:  # ends: every round leaves one out, or is the last
            found = self._shown(item.opening, (*item.word, *refused))
            if found is None or self._same is None or self._same(found):
                return found
            place = len(found.word) - len(item.word) - 1
            if place < 0:
                return None
            refused = refused[:place] + refused[place + 1 :]

    def _shown(self, opening: Opening, word: Word) -> Found | None:
        """What a word shows, of whatever kind."""
        writer = Writer(self._table, self._abilities, opening)
        for row in word:
            writer.write(row.event, row.by, row.at(writer.model), row.details)
        self._tries += 1
        self._left -= len(writer.plan.calls) + 1
        if self._left < 0:
            raise _Spent
        fault = self._run(writer.plan)
        if fault is None:
            return None
        rows = row_of(writer.plan, fault)
        return Found(opening, word[:rows], tuple(writer.rows[:rows]), fault, writer.plan)

    def _shortened(self, best: Found) -> Found:
        """Without the inputs that it does not need, its opening and what is left made plain where it shows itself all the same."""
        size = max(1, len(best.word) // 2)
        while True:  # ends: every round shortens the word, or halves what is left out at once, or is the last
            length = len(best.word)
            for place in range(length - size, -size, -size):
                left = best.word[: max(0, place)] + best.word[place + size :]
                if place < len(best.word) and len(left) < len(best.word):
                    best = self._try(best.opening, left) or best
            if size == 1 and len(best.word) == length:
                break
            size = max(1, size // 2)
        made_up = self._table.workflow.make_up(self._table.opened(best.opening).facts, START)
        if made_up is not None:
            best = self._kept(best, Opening(*made_up, START), best.word)
        plain = Alphabet(self._table, best.opening, ()).plain
        for place, row in enumerate(best.word):
            if row.event in self._table.actor_of and row.by == self._table.actor_of[row.event] and row.event is not None:
                best = self._kept(best, best.opening, (*best.word[:place], plain(row.event), *best.word[place + 1 :]))
        return best

    def _kept(self, best: Found, opening: Opening, word: Word) -> Found:
        """The plainer one where it shows a fault as soon."""
        found = self._try(opening, tuple(row._replace(details=earlier(row.details, opening)) for row in word))
        return found if found is not None and len(found.word) <= len(best.word) else best

    # Breadth first

    def _breadth_first(self, best: Found, *, narrow: bool) -> Found | None:
        """Every configuration gone on from once: from the opening at hand; or every block, from an opening of every class."""
        entered: set[Hashable] = set()

        def fresh(model: Model) -> bool:
            key = id(model.node) if narrow else self._block(model)
            return key not in entered and not entered.add(key)  # type: ignore[func-returns-value]  # add gives None, which is what is asked

        openings = [best.opening] if narrow else [best.opening, *self._openings()]
        return self._levels(best, openings, fresh, narrow=True)

    def _all_words(self, best: Found) -> Found | None:
        """Every word, from an opening of each block; those that were found first."""
        openings: dict[Hashable, Opening] = {}
        for opening in (best.opening, *self._openings()):
            openings.setdefault(self._block(Model(self._table, opening)), opening)
        return self._levels(best, list(openings.values()), lambda _: True, narrow=False)

    def _levels(self, best: Found, openings: Sequence[Opening], fresh: Callable[[Model], bool], *, narrow: bool) -> Found | None:
        """The first departure that is shorter than the best, by length. `narrow`: of the inputs that are refused only the best's own
        last one is tried, and refused ones are never gone on from."""
        bound = len(best.word) - 1
        kinds = {row.kind for row in best.word}
        sticky = frozenset() if narrow else frozenset(_key(row) for row in best.word[:-1])
        items = [_Item(one, (), Model(self._table, one), Alphabet(self._table, one, kinds, best.word)) for one in openings]
        for length in range(bound + 1):
            longer: Found | None = None
            for item in items:
                refused = self._refused(item, best.word[-1] if narrow else None) if item.goes_on and length < bound else ()
                found = self._try_each(item, refused)
                if found is None:
                    continue
                if len(found.word) <= length:
                    return found
                longer = longer or self._try(item.opening, (*item.word, found.word[-1]))
            if longer is not None:
                return longer
            if length < bound:
                items = list(self._onward(items, fresh, sticky))
        return None

    def _onward(self, items: Sequence[_Item], fresh: Callable[[Model], bool], sticky: frozenset[Hashable]) -> Iterator[_Item]:
        """The words that are one input longer, but for those whose last input is refused."""
        number = 0
        for item in items:
            for row in item.alphabet.rows(item.model) if item.goes_on else ():
                model = item.model.fork()
                at = row.at(model)
                passes = row.event is None and at > model.now
                counts = lead(model, (row.event, row.by, at, row.details)) or passes or _key(row) in sticky
                if counts:
                    number += 1
                    if number > MAX_WIDTH:
                        raise _Spent
                    yield _Item(item.opening, (*item.word, row), model, item.alphabet, fresh(model))

    def _refused(self, item: _Item, only: Row | None) -> Word:
        """Everything that must be refused where the word leads, to be tried in one go: none of it may change anything. `only`: what is
        tried of it."""
        found, model = [], item.model
        for row in item.alphabet.rows(model):
            if only is not None and (row.event, row.by, row.kind) != (only.event, only.by, only.kind):
                continue
            row = row._replace(offset=timedelta(0)) if row.kind == "do" else row
            if row.event is not None and not row.from_due and not lead(model.fork(), (row.event, row.by, row.at(model), row.details)):
                found.append(row)
        return tuple(found)

    # Openings

    def _openings(self) -> list[Opening]:
        """An opening of each class that the complete suite tells apart."""
        return _openings_of(self._table.workflow, self._table.policy)

    def _block(self, model: Model) -> Hashable:
        graph: MergedGraph = explore(self._table.workflow, self._table.policy, strict=False).merged()
        try:
            return graph.index(model.node.state, model.node.facts)
        except BadData:  # facts that came of a later filing
            return model.node


@lru_cache(maxsize=8)
def _openings_of(workflow: Workflow, policy: Policy) -> list[Opening]:
    found = []
    for _, facts in Complete(Space(workflow, policy), 0).openings.values():
        made_up = workflow.make_up(facts, START)
        if made_up is not None:
            found.append(Opening(*made_up, START))
    return found


def _key(row: Row) -> Hashable:
    return (*row[:4], repr(row.details))


def lead(model: Model, told: Told) -> bool:
    """Leads a model along; whether anything fired."""
    event, by, at, details = told
    if at < model.now:
        return False
    fired = None
    for _ in range(MAX_CLOCK_STEPS):
        move = model.tick(at)
        if move is None:
            break
        fired = move
    if event is None and "order" in details:
        return model.tell(details["order"]) or fired is not None
    if event is None or (fired is not None and fired.rule.event.name == event):
        return fired is not None
    return model.judge(event, by, details) is not None or fired is not None
