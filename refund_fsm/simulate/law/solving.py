"""Owns how the law of a chain is solved: laid on a lattice, what can happen again found, the flow followed from the start on.

Must not know what the numbers are called: `exact` does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import NamedTuple

import numpy as np

from refund_fsm.errors import TooLong
from refund_fsm.simulate.chain import NEVER, Chain, Node
from refund_fsm.simulate.interrupts import Stop, Stopped
from refund_fsm.simulate.law.firsts import PAID, First, Graph, Item, Place
from refund_fsm.simulate.law.flow import forward
from refund_fsm.simulate.law.lattice import Float, Laid
from refund_fsm.simulate.law.laying import lay
from refund_fsm.simulate.law.net import Apart, Flow, doors, flow_for, net_for
from refund_fsm.simulate.law.work import work_for

AT_ONCE = 4_000_000  # instants times all instants: how much of a flow is followed before somebody may interrupt it


class Plan(NamedTuple):
    """What can happen more than once in a chain (see `firsts`): the same for all chains of the same nodes."""

    nodes: tuple[Node, ...]
    told: frozenset[tuple[int, int]]
    graph: Graph
    firsts: tuple[First, ...]


@dataclass(frozen=True, eq=False)
class Solved:
    """The law of a chain in numbers: where they belong, what can happen again, what flows, and what is followed apart."""

    laid: Laid
    plan: Plan
    flow: Flow
    apart: Apart

    @property
    def provisional(self) -> float:
        """What flows where working days count that no published calendar knows yet."""
        lattice, tables = self.laid.lattice, self.laid.tables
        starts = tables.limit_known[tables.limit_known < NEVER] // self.laid.seconds
        known = min([self.laid.known, *starts.tolist()])
        return float(self.flow.mass[:, :, known:].sum()) if known < lattice.last else 0.0

    def ever(self, item: Item) -> float:
        """The probability that something ever happens."""
        first = self._first_of.get(item)
        if first is None:
            return 0.0
        if first.apart:
            return min(1.0, float(self.apart.ever[self._thing_of[item]]))
        return min(1.0, math.fsum(self._at(place) for place in first.places))

    def _at(self, place: Place) -> float:
        flow = self.flow
        return float(flow.out[place.out] if place.out >= 0 else flow.inner[place.inner] if place.inner >= 0 else flow.breach[place.node])

    @cached_property
    def _first_of(self) -> dict[Item, First]:
        return {first.item: first for first in self.plan.firsts}

    @cached_property
    def _thing_of(self) -> dict[Item, int]:
        return {first.item: thing for thing, first in enumerate(one for one in self.plan.firsts if one.apart)}

    @cached_property
    def counts(self) -> Float:
        """By rule, how often it is expected to fire."""
        lattice, chain = self.laid.lattice, self.laid.chain
        found = np.zeros(len(chain.rules))
        fires = lattice.out_rule >= 0
        np.add.at(found, lattice.out_rule[fires], self.flow.out[: len(lattice.out_rule)][fires])
        phases = lattice.bounds.shape[1] + 1
        for place in range(len(lattice.race_of)):
            node, number = chain.nodes[place // phases], int(lattice.race_of[place])
            for row, one in enumerate(self.laid.races[number].rows if number >= 0 else ()):
                if one.outcome < 0:
                    event = chain.events.index(chain.behaviour.choices[one.choice].event)
                    found[node.moves[0][event].rule] += self.flow.inner[lattice.inner[place] + row]
        return found

    def ends_in(self, state: int) -> Float:
        """When a case ends in a final state, by its number: at the edge of each cell, and inside."""
        lattice, chain = self.laid.lattice, self.laid.chain
        rows = [row for row, node in enumerate(lattice.rows_node.tolist()) if chain.nodes[node].state == state]
        return self.flow.mass[rows].sum(axis=0) if rows else np.zeros((2, lattice.last + 1))


def solved(
    chain: Chain, step: timedelta, horizon: timedelta, like: Solved | None, only: frozenset[Item] | None, stop: Stop | None = None
) -> Solved:
    """The law of a chain. `like` is that of a chain of the same configurations and draws, on the same step: what can happen again is
    the same there, and is not looked for anew. `only`: of what can happen again, the items that are asked for; others count 0. Between
    pieces of some tenths of a second it can be interrupted, and raises `Stopped` when `stop` was asked for."""
    if like is None or like.plan.nodes is not chain.nodes:
        laid, plan = _planned(chain, step, horizon, only)
    elif _alike(chain, like.laid.chain):
        laid, plan = replace(like.laid, chain=chain), like.plan
    else:
        laid, plan = lay(chain, step, horizon, like.plan.told, like.laid), like.plan
    flow, apart = flow_for(laid.lattice), _apart_of(laid, plan.graph, plan.firsts)
    openings = np.array([one.node for one in chain.openings], np.int64)
    shares = np.array([one.share for one in chain.openings])
    work, net, last = work_for(laid.lattice), net_for(laid.lattice, apart), 2 * laid.lattice.last
    size, before = max(1, AT_ONCE // last), 0
    for first in range(net.start, last, size):
        if stop is not None and stop.asked:
            raise Stopped
        before = forward(work, net, openings, shares, flow, apart, first, min(first + size, last), before)
        if before < 0:
            raise TooLong(f"behaviour of {chain.workflow.key}: moves inside one instant find no end; does it go round in no time?")
    return Solved(laid, plan, flow, apart)


def _planned(chain: Chain, step: timedelta, horizon: timedelta, only: frozenset[Item] | None) -> tuple[Laid, Plan]:
    """A chain on its lattice, with what can happen more than once in it."""
    laid = lay(chain, step, horizon)
    graph = Graph(laid)
    told = graph.to_tell(only)
    if told:
        laid = lay(chain, step, horizon, told)
        graph = Graph(laid)
    return laid, Plan(chain.nodes, told, graph, tuple(graph.firsts(only)))


def _alike(chain: Chain, other: Chain) -> bool:
    """Whether two chains of the same nodes differ in their openings alone."""
    return chain.behaviour.choices is other.behaviour.choices and chain.policy is other.policy


def _apart_of(laid: Laid, graph: Graph, firsts: tuple[First, ...]) -> Apart:
    """The arrays of the things that are followed apart, and of payouts."""
    lattice, door = laid.lattice, doors(laid.lattice)
    things = [first for first in firsts if first.apart]
    count = len(things)
    row = np.full((len(lattice.rows_node) + int((lattice.node_rows > 1).sum()), count), -1, np.int64)
    out, inner = np.zeros((len(lattice.out_rule), count), np.uint8), np.zeros((max(int(lattice.inner[-1]), 1), count), np.uint8)
    counted = np.zeros((len(lattice.node_row), count), np.uint8)
    limit = np.full(count, -1, np.int64)
    places = 0
    for thing, first in enumerate(things):
        for node in sorted(first.nodes):
            begin, more = int(lattice.node_row[node]), int(lattice.node_rows[node])
            own = [*range(begin, begin + more), *([int(door[node])] if more > 1 else [])]
            row[own, thing] = np.arange(places, places + len(own))
            places += len(own)
        counted[[place.node for place in first.places], thing] = 1
        if first.item.kind == "limit":
            limit[thing] = first.item.number
        for place in graph.happens[first.item]:
            if place.out >= 0:
                out[place.out, thing] = 1
            elif place.inner >= 0:
                inner[place.inner, thing] = 1
                out[graph.inner_outs.get(place.inner, []), thing] = 2
    pays = np.zeros(max(len(lattice.out_rule), 1), np.uint8)
    pays[[place.out for first in firsts if first.item == PAID for place in first.places if place.out >= 0]] = 1
    paid = next((thing for thing, first in enumerate(things) if first.item == PAID), -1)
    mass, money = np.zeros((places, 2, lattice.last + 1)), np.zeros((2, lattice.last + 1))
    return Apart(row, out, inner, limit, counted, np.zeros(count), mass, pays, paid, money)
