"""Owns how many working days the stays in each state take: the races of a law that is solved, run once more from where its mass arrived.

Compiled. Must not move any mass: `flow` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from refund_fsm.simulate.compiled import kept, larger, width
from refund_fsm.simulate.law.flow import FAINT, NONE, _arrived, _deadline, _queued
from refund_fsm.simulate.law.lattice import NO_DEADLINE, Float, Int, Lattice
from refund_fsm.simulate.law.moving import moved
from refund_fsm.simulate.law.net import COUNT, LIMIT, NUMBER, RACE, ROWS, STATE, Flow, Net, net_for
from refund_fsm.simulate.law.race import race
from refund_fsm.simulate.law.solving import Solved
from refund_fsm.simulate.law.work import Work, work_for
from refund_fsm.simulate.sojourn import Sojourn


def sojourns(solved: Solved) -> Mapping[str, Sojourn]:
    """By state that is not final, the stays that end by the horizon, to half a step; about as much work as the law itself."""
    lattice, workflow = solved.laid.lattice, solved.laid.chain.workflow
    halves = _halves(lattice)
    found = np.zeros((len(workflow.states), int(halves[-1]) + 1))
    net = net_for(lattice, solved.apart)
    _reached(net, solved.flow)
    _lengths(work_for(lattice), net, solved.flow, halves, found)
    seconds = np.asarray(np.arange(found.shape[1]) * (solved.laid.seconds / 2), np.float64)
    return {key: Sojourn(seconds, found[place]) for place, (key, one) in enumerate(workflow.states.items()) if not one.final}


def _halves(lattice: Lattice) -> Int:
    """By the code of an instant, the half cells of working days before it."""
    works = np.append(lattice.works, 0)[: lattice.last + 1]
    before = lattice.before[: lattice.last + 1]
    return np.ascontiguousarray(np.stack((2 * before, 2 * before + works), axis=1).ravel())


def _reached(net: Net, flow: Flow) -> None:
    """The first and the last cell in which mass arrived, by row and door."""
    there: Any = np.any(flow.mass > 0, axis=1)
    some = there.any(axis=1)
    net.places[1, some] = there[some].argmax(axis=1)
    net.places[2, some] = there.shape[1] - 1 - there[some, ::-1].argmax(axis=1)


@kept
def _lengths(w: Work, net: Net, flow: Flow, halves: Int, found: Float) -> int:
    """Adds to `found` (states × half cells) the probability of each length; returns how many races were run."""
    nodes, enter, fine, ends, rows, places = net.nodes, net.enter, net.fine, net.ends, net.rows, net.places
    todo, crowd, turn, races, bounds, mass = net.todo, net.crowd, net.turn, w.races, w.bounds, flow.mass
    last, phases, outcomes, run = width(mass) - 1, width(bounds) + 1, 0, 0
    for instant in range(net.start, 2 * last):
        cell, inside = instant // 2, instant % 2
        _arrived(nodes, fine, ends, net.per_day, rows, places, todo, mass, cell, inside)
        _queued(nodes, rows, todo, crowd, turn)
        last_race, last_deadline = -1, -1
        for at in range(turn[COUNT]):
            row = rows[3, rows[4, at]]
            node, m, phase = rows[0, row], todo[row], 0
            while phase < phases - 1 and bounds[node, phase] <= cell:
                phase += 1
            number = enter[node * phases + phase, NUMBER]
            deadline = _deadline(fine, ends, net.per_day, nodes[node, LIMIT], rows[1, row], nodes[node, ROWS], cell, inside)
            told = deadline if races[number, 5] == 1 else NO_DEADLINE
            if number != last_race or told != last_deadline:
                if races[number, 6] >= 0:
                    moved(w, number, ends, told, instant)
                outcomes, _, _, _ = race(w, outcomes, number, node, inside, cell, told, FAINT / larger(crowd[nodes[node, RACE]], NONE))
                last_race, last_deadline = number, told
                run += 1
            for outcome in range(outcomes):
                for kind in range(2):
                    for u in range(w.least[kind, outcome], w.most[kind, outcome] + 1):
                        found[nodes[node, STATE], halves[2 * (cell + u) + kind] - halves[instant]] += m * w.won[kind, outcome, u]
    return run
