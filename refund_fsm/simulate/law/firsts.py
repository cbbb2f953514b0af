"""Owns which things can happen to a case more than once: rules that fire, states that are entered, limits that pass.

Of what happens at most once, the expected number is the probability that it ever happens. Of the rest it is, when it is counted only
where it cannot have happened before; where that is not known from the configuration, the cases to which it has happened are followed
apart (`race.forward`). Must not compute a probability.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from refund_fsm.simulate.law.lattice import Laid


class Item(NamedTuple):
    """One thing that can happen: `kind` is `rule`, `state`, `limit` or `paid` (any rule that moves the money), `number` which."""

    kind: str
    number: int


PAID = Item("paid", 0)


class Place(NamedTuple):
    """Where it happens: in node `node`, as outcome `out` of a race (place in `Lattice.out_rule`), as internal event `inner` (place in
    `Flow.inner`), or as the passing of the node's limit (both −1)."""

    node: int
    out: int
    inner: int


class First(NamedTuple):
    """How an item's probability is found: the places of which it is the sum, all of them when `apart`, where it may have happened
    before to some of the cases in a node and not to others; `nodes` are those in which that matters."""

    item: Item
    places: tuple[Place, ...]
    apart: bool
    nodes: frozenset[int]


class Graph:
    """The configurations as a graph, with the places where things happen."""

    def __init__(self, laid: Laid) -> None:
        self.laid = laid
        lattice, chain = laid.lattice, laid.chain
        self.phases = lattice.bounds.shape[1] + 1
        self.count = len(chain.nodes)
        self.edges: list[list[tuple[int, int]]] = [[] for _ in range(self.count)]  # by node: (place in out, dest)
        self.happens: dict[Item, list[Place]] = {}
        self.inner_outs: dict[int, list[int]] = {}  # by internal place that is told: outcomes that say it happened
        self.untold: set[int] = set()  # internal places that no outcome tells
        for node in range(self.count):
            for phase in range(self.phases):
                self._enter(node, phase)

    def _enter(self, node: int, phase: int) -> None:
        laid, lattice, chain = self.laid, self.laid.lattice, self.laid.chain
        number = int(lattice.race_of[node * self.phases + phase])
        if number < 0 or phase > len(chain.nodes[node].bounds):
            return
        race = laid.races[number]
        base, end = int(lattice.out[node * self.phases + phase]), int(lattice.out[node * self.phases + phase + 1])
        for out in range(base, end):
            dest, rule = int(lattice.out_dest[out]), int(lattice.out_rule[out])
            if dest < 0:
                continue
            self.edges[node].append((out, dest))
            self._add(Item("rule", rule), Place(node, out, -1))
            if chain.workflow.rules[rule].event.pays:
                self._add(PAID, Place(node, out, -1))
            if chain.nodes[dest].state != chain.nodes[node].state:
                self._add(Item("state", chain.nodes[dest].state), Place(node, out, -1))
        variants = int(lattice.race_variants[number])
        begin = int(lattice.race_slots[number])
        for place, row in enumerate(race.rows):
            if row.outcome >= 0:
                continue
            inner = int(lattice.inner[node * self.phases + phase]) + place
            event = chain.events.index(chain.behaviour.choices[row.choice].event)
            rule = chain.nodes[node].moves[0][event].rule
            self._add(Item("rule", rule), Place(node, -1, inner))
            if row.digit == 0:
                self.untold.add(inner)
                continue
            stride, radix = int(lattice.slot_stride[begin + row.slot]), int(lattice.slot_radix[begin + row.slot])
            self.inner_outs[inner] = [out for out in range(base, end) if ((out - base) % variants) // stride % radix == row.digit]
        group = int(lattice.state_group[chain.nodes[node].state])
        if group >= 0 and not race.clocked and phase == 0:
            self._add(Item("limit", group), Place(node, -1, -1))

    def _add(self, item: Item, place: Place) -> None:
        self.happens.setdefault(item, []).append(place)

    def after(self, place: Place) -> set[int]:
        """The nodes that a case may be in right after it left the node (for a limit: its group), the thing having happened."""
        if place.out < 0 and place.inner < 0:
            inside, found = [place.node], {place.node}
            while inside:  # ends: every node is added once
                fresh = {dest for _, dest in self.edges[inside.pop()]} - found
                inside += [dest for dest in fresh if self._group(dest) == self._group(place.node)]
                found |= fresh
            return {node for node in found if self._group(node) != self._group(place.node)}
        if place.out >= 0:
            return {int(self.laid.lattice.out_dest[place.out])}
        outs = self.inner_outs.get(place.inner) if place.inner >= 0 else None
        return {dest for out, dest in self.edges[place.node] if outs is None or out in outs}

    def _group(self, node: int) -> int:
        return int(self.laid.lattice.state_group[self.laid.chain.nodes[node].state])

    def reached(self, begin: Iterable[int], barred: frozenset[int] = frozenset()) -> set[int]:
        """The nodes that can be reached, without the outcomes that are barred."""
        found = set(begin)
        todo = list(found)
        while todo:  # ends: every node is added once
            for out, dest in self.edges[todo.pop()]:
                if out not in barred and dest not in found:
                    found.add(dest)
                    todo.append(dest)
        return found

    def firsts(self, only: frozenset[Item] | None = None) -> Iterator[First]:
        """For every item that can happen, how its probability is found; of those to be followed apart `only` some, and payouts."""
        openings = [one.node for one in self.laid.chain.openings]
        for item, places in self.happens.items():
            dirty = self.reached({node for place in places for node in self.after(place)})
            again = [place for place in places if place.node in dirty]
            if not again:
                yield First(item, tuple(places), False, frozenset())
                continue
            outs = {place.out for place in places if place.out >= 0}
            outs |= {out for place in places for out in self.inner_outs.get(place.inner, ())}
            clean = self.reached(openings, frozenset(outs))
            if only is not None and item not in only and item != PAID:
                continue
            if not any(place.node in clean for place in again):
                yield First(item, tuple(place for place in places if place.node not in dirty), False, frozenset())
                continue
            back = {place.node for place in places if place.node in clean}
            nodes = {node for node in dirty if back & self.reached({node})}
            yield First(item, tuple(place for place in places if place.node in back), True, frozenset(nodes))

    def to_tell(self, only: frozenset[Item] | None = None) -> frozenset[tuple[int, int]]:
        """(state, event) of internal events that must be told by the outcome, because they may have happened before."""
        found = set()
        for first in self.firsts(only):
            for place in first.places:
                if first.apart and first.item.kind == "rule" and place.inner in self.untold:
                    node = self.laid.chain.nodes[place.node]
                    event = next(e for e, move in node.moves[0].items() if move.rule == first.item.number)
                    found.add((node.state, event))
        return frozenset(found)
