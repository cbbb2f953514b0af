"""Owns the choice of few short paths that meet all wanted rows of truth tables, and how few calls any suite needs for that.

A call meets one row, so the rows that are met anyway cost nothing: what a suite can waste is calls that meet a row once more, to come where
another row is. Paths are begun at what lies deepest, through rows not met yet. Deterministic. Must not step a case.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from refund_fsm.paths.flow import Arc, least_cost
from refund_fsm.paths.hops import Hop, Hops
from refund_fsm.paths.truth import Row, tables_of
from refund_fsm.workflow import Value


class Tour(NamedTuple):
    """A path through the hops: the spot that it starts at, and the hops that it takes."""

    start: int
    hops: tuple[Hop, ...]


class Tours:
    """Tours that meet the wanted rows; all rows of the hops unless others are given."""

    def __init__(self, hops: Hops, wanted: Iterable[Row] | None = None) -> None:
        self._hops, self._spots = hops, hops.spots
        everything = dict.fromkeys(hop.row for several in hops.hops for hop in several)
        self.wanted = tuple(everything) if wanted is None else tuple(dict.fromkeys(wanted))
        self._left = dict.fromkeys(self.wanted)

    @cached_property
    def depth(self) -> dict[int, int]:
        """By spot, the fewest calls that lead to it."""
        found = dict.fromkeys(self._hops.starts, 0)
        todo = deque(found)
        while todo:  # ends: every spot is added once
            place = todo.popleft()
            for hop in self._hops.hops[place]:
                if hop.dest not in found:
                    found[hop.dest] = found[place] + 1
                    todo.append(hop.dest)
        return found

    @cached_property
    def _into(self) -> dict[int, list[tuple[int, Hop]]]:
        """By spot, the hops that lead to it from elsewhere."""
        found: dict[int, list[tuple[int, Hop]]] = {}
        for place, several in enumerate(self._hops.hops):
            for hop in several:
                if hop.dest != place:
                    found.setdefault(hop.dest, []).append((place, hop))
        return found

    @cached_property
    def _met_at(self) -> dict[Row, list[int]]:
        """By row, the spots at which it can be met, the nearest first."""
        found: dict[Row, list[int]] = {}
        for place in sorted(self.depth, key=lambda one: (self.depth[one], one)):
            for hop in self._hops.hops[place]:
                found.setdefault(hop.row, []).append(place)
        return found

    def tours(self) -> Iterator[Tour]:
        """The tours, each of which meets a row that none before it meets. `met` may be told of more that is met in between."""
        order = sorted(self._left, key=lambda row: -self.depth[self._met_at[row][0]])
        for row in order:
            if row in self._left:
                yield self._toured(row)

    def _toured(self, row: Row) -> Tour:
        start, along = self._towards(row)
        taken: list[Hop] = []
        place = start
        for hop in along:
            place = self._stayed(place, taken, hop)
            self._take(hop, taken)
            place = hop.dest
        while True:  # ends: each round meets a row that was left
            place = self._stayed(place, taken)
            more = self._onward(place)
            if not more:
                return Tour(start, tuple(taken))
            for hop in more:
                place = self._stayed(place, taken, hop)
                self._take(hop, taken)
                place = hop.dest

    def _take(self, hop: Hop, taken: list[Hop]) -> None:
        taken.append(hop)
        self._left.pop(hop.row, None)

    def _stayed(self, place: int, taken: list[Hop], but: Hop | None = None) -> int:
        """Meets what can be met without leaving."""
        for hop in self._hops.hops[place]:
            if hop.dest == place and hop.row in self._left and (but is None or hop.row != but.row):
                self._take(hop, taken)
        return place

    def _towards(self, row: Row) -> tuple[int, list[Hop]]:
        """A start and the hops to a row, through as many rows that are left as can be: backwards from where it is met."""
        starts = frozenset(self._hops.starts)
        spots = self._met_at[row][:50]
        cost = dict.fromkeys(spots, 0)
        then: dict[int, Hop] = {place: next(hop for hop in self._hops.hops[place] if hop.row == row) for place in spots}
        todo = deque(spots)
        done = set[int]()
        while todo:  # ends: every spot is done once
            place = todo.popleft()
            if place in done:
                continue
            done.add(place)
            if place in starts:
                return place, list(self._led(place, then, row))
            for source, hop in self._into.get(place, ()):
                price = cost[place] + (hop.row not in self._left or hop.row == row)
                if source not in done and price < cost.get(source, 1 << 30):
                    cost[source], then[source] = price, hop
                    (todo.append if price > cost[place] else todo.appendleft)(source)
        raise AssertionError("every row is met on a hop from a start")

    def _led(self, place: int, then: Mapping[int, Hop], row: Row) -> Iterator[Hop]:
        while True:  # ends: each hop is nearer to the row
            hop = then[place]
            yield hop
            if hop.row == row:
                return
            place = hop.dest

    def _onward(self, place: int) -> list[Hop]:
        """The hops to the nearest row that is left, unless a new path comes there as cheaply. What ends the case comes last."""
        back: dict[int, tuple[int, Hop]] = {}
        cost, todo, best = {place: 0}, deque([place]), None
        while todo:  # ends: every spot is added once
            here = todo.popleft()
            for hop in self._hops.hops[here]:
                if hop.row in self._left:
                    afresh = self.depth[self._met_at[hop.row][0]]
                    rank = (cost[here], not self._hops.hops[hop.dest], here)
                    if cost[here] <= max(0, afresh - 2) and (best is None or rank < best[0]):
                        best = (rank, here, hop)
                if hop.dest not in cost:
                    cost[hop.dest], back[hop.dest] = cost[here] + 1, (here, hop)
                    todo.append(hop.dest)
            if best is not None and todo and cost[todo[0]] > best[0][0]:
                break
        if best is None:
            return []
        _, here, last = best
        found = [last]
        while here != place:  # ends: each step is nearer to where it began
            here, hop = back[here]
            found.append(hop)
        return found[::-1]


def least_calls(hops: Hops, wanted: Iterable[Row]) -> int:
    """How many calls any suite needs that meets the wanted rows, where the passing of a limit counts as a call.

    A row decides which rule fires, so every call of a row leads from its state to one state, the same each time. Count, for a suite, how
    often its calls lead from a state r to another state s: f(r, s).

    1. f(r, s) is at least the number of wanted rows that lead from r to s; where no row leads so, it is 0.
    2. A case is in a state as often as calls lead there (in the first state once more), and leaves it no oftener: the sum of f(s, ·) is at
       most the sum of f(·, s), but for the first state, in which as many cases begin as are wanted.
    3. Rows of one event of a state s that differ in a fact which nothing changes are met in different cases, all of which come to s:
       the sum of f(·, s) is at least the number of such values.

    The least sum of f under 1–3 is a flow of least cost. Calls that lead nowhere are not in f: each wanted row of that kind is one more.
    Their sum is no more than the calls of any suite, for its own f meets 1–3. What the bound leaves out is that facts tell which hops
    can be gone one after the other.
    """
    rows = dict.fromkeys(wanted)
    first, arcs, staying = hops.workflow.initial.key, dict[Arc, tuple[int, int]](), 0
    for key in hops.workflow.states:
        arcs[(key, "in"), (key, "out")] = (0 if key == first else _apart(hops, rows, key), 0)
        arcs[(key, "out"), "end"] = (0, 0)
    arcs["end", "begin"] = arcs["begin", (first, "out")] = (0, 0)
    for row, dest in _leads(hops).items():
        if dest != row.state:
            arc = ((row.state, "out"), (dest, "in"))
            arcs[arc] = (arcs.get(arc, (0, 1))[0] + (row in rows), 1)
        else:
            staying += row in rows
    return staying + least_cost(_reached(arcs))


def _reached(arcs: dict[Arc, tuple[int, int]]) -> dict[Arc, tuple[int, int]]:
    """The arcs of states that some case comes to: nothing is asked of the others."""
    begin: Hashable = "begin"
    found, todo = {begin}, [begin]
    while todo:  # ends: every node is added once
        here = todo.pop()
        for tail, head in arcs:
            if tail == here and head not in found:
                found.add(head)
                todo.append(head)
    return {arc: bound for arc, bound in arcs.items() if arc[0] in found}


def _leads(hops: Hops) -> dict[Row, str]:
    """By row, the state that it leads to: the row decides which rule fires."""
    return {hop.row: hops.spots[hop.dest].state for several in hops.hops for hop in several}


def _apart(hops: Hops, rows: Mapping[Row, None], state: str) -> int:
    """How many cases the rows of one event of a state need at least: as many as they have values of facts that nothing changes."""
    tables, most = tables_of(hops.workflow), 0
    for (key, event), names in tables.items():
        if key == state:
            fixed = [place for place, name in enumerate(names) if name not in hops.changing]
            found: set[tuple[Value, ...]] = {
                tuple(row.values[place] for place in fixed) for row in rows if (row.state, row.event) == (key, event)
            }
            most = max(most, len(found))
    return most
