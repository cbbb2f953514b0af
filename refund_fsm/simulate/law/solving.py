"""Owns how the law of a chain is solved: laid on a lattice, what can happen again found, the flow followed from the start on.

Must not know what the numbers are called: `exact` does.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple

import numpy as np

from refund_fsm.errors import TooLong
from refund_fsm.simulate.chain import Chain, Node
from refund_fsm.simulate.law.firsts import PAID, First, Graph, Item
from refund_fsm.simulate.law.flow import forward
from refund_fsm.simulate.law.lattice import Laid
from refund_fsm.simulate.law.laying import lay
from refund_fsm.simulate.law.net import Apart, Flow, doors, flow_for, net_for
from refund_fsm.simulate.law.work import work_for


class Plan(NamedTuple):
    """What can happen more than once in a chain (see `firsts`): the same for all chains of the same nodes."""

    nodes: tuple[Node, ...]
    told: frozenset[tuple[int, int]]
    graph: Graph
    firsts: tuple[First, ...]


class Solved(NamedTuple):
    """The law of a chain in numbers: where they belong, what can happen again, what flows, and what is followed apart."""

    laid: Laid
    plan: Plan
    flow: Flow
    apart: Apart


def solved(chain: Chain, step: timedelta, horizon: timedelta, like: Solved | None, only: frozenset[Item] | None) -> Solved:
    """The law of a chain. `like` is that of a chain of the same configurations and draws, on the same step: what can happen again is
    the same there, and is not looked for anew. `only`: of what can happen again, the items that are asked for; others count 0."""
    if like is None or like.plan.nodes is not chain.nodes:
        laid, plan = _planned(chain, step, horizon, only)
    elif _alike(chain, like.laid.chain):
        laid, plan = replace(like.laid, chain=chain), like.plan
    else:
        laid, plan = lay(chain, step, horizon, like.plan.told, like.laid), like.plan
    flow, apart = flow_for(laid.lattice), _apart_of(laid, plan.graph, plan.firsts)
    openings = np.array([one.node for one in chain.openings], np.int64)
    shares = np.array([one.share for one in chain.openings])
    if forward(work_for(laid.lattice), net_for(laid.lattice, apart), openings, shares, flow, apart):
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
