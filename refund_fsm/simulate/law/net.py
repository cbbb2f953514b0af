"""Owns what the flow needs to know of a lattice, in tables that the compiled loop reads quickly; what it adds up; and its scratch.

Must not move any mass: `flow` does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.law.lattice import Lattice

# `Net.nodes`: state, its limit group or −1, the first row and how many, its door, the race of the first phase or −1 where final, how the
# limit is counted or −1
STATE, GROUP, ROW, ROWS, DOOR, RACE, LIMIT = range(7)
NUMBER, OUT, INNER = range(3)  # `Net.enter`
DEST, PAYS, TELLS = range(3)  # `Net.outs`
NODE, LOW, HIGH, KEPT = range(4)  # `Net.places`
AT, COUNT, AGAIN = range(3)  # `Net.turn`

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Bytes = NDArray[np.uint8]


class Flow(NamedTuple):
    """What the law adds up.

    `mass` (rows and doors × 2 × T): the probability of entering a row in a cell, at its edge or inside; those who enter a node of
    several rows with a deadline that only then begins are at its door (`doors`). `out`, `inner`
    (see `Lattice`): of each outcome and internal event. `breach`, `left` (N): of passing the deadline, of staying for ever. `hours`
    (S): expected cells spent in each state, until the last cell.
    """

    mass: Float
    out: Float
    inner: Float
    breach: Float
    left: Float
    hours: Float


class Apart(NamedTuple):
    """B things whose cases are followed apart once they have happened (see `firsts`), and payouts.

    `row` (rows and doors × B): the place of a row in `mass`, or −1. `out`, `inner` (… × B): 1 where it happens, 2 where the outcome
    tells that it happened before in the state; `limit` (B): the group whose deadline it is, or −1. `counted` (N × B): 1 for nodes
    where it may happen for the first time. `ever` (B): its probability. `mass` (places × 2 × T): as in `Flow`, of the cases to which
    it has happened. `pays` (outcomes): 1 where the money is moved for the first time, or perhaps; `paid` is the one of the B things
    that tells, or −1; `money` (2 × T): when that is.
    """

    row: Int
    out: Bytes
    inner: Bytes
    limit: Int
    counted: Bytes
    ever: Float
    mass: Float
    pays: Bytes
    paid: int
    money: Float


class Net(NamedTuple):
    """What the flow needs to know of a lattice, and scratch.

    | name | shape | holds |
    |---|---|---|
    | `nodes`, `enter` | N × 7, N·P × 3 | see the constants; race, and where outcomes and rows begin, of a node entered in a phase |
    | `outs` | outcomes × 3 | where it leads; 1 where it pays; 1 where something happens that is followed apart |
    | `fine`, `ends` | K, K × 2 T | of counts, as in `Lattice` |
    | `rows` | 5 × rows | node, slot; the turn in which a row is worked off, or −1; by turn: the row; scratch: the queue, of turns |
    | `places` | 4 × rows and doors | the node; scratch: the first and the last cell with mass; 1 where something is followed apart |
    | `todo`, `crowd` | rows, C | scratch: mass to be moved in this instant, by row; that of each race |
    | `turn` | 3 | scratch: the place in the queue, its length, 1 when a row comes again in this instant |
    | `mine`, `late` | B | scratch: of the mass that is moved, that to which it has happened; the cell from which on it has to all |
    | `taken`, `taken_at` | places apart | scratch: what has been moved of a place in the instant with this code |
    """

    nodes: Int
    enter: Int
    outs: Int
    fine: Int
    ends: Int
    rows: Int
    places: Int
    todo: Float
    crowd: Float
    turn: Int
    mine: Float
    late: Int
    taken: Float
    taken_at: Int
    per_day: int
    start: int


def doors(lattice: Lattice) -> Int:
    """By node, the place in `Flow.mass` of those whose deadline begins when they enter; its row where it has only one."""
    several = lattice.node_rows > 1
    return np.where(several, len(lattice.rows_node) + np.cumsum(several) - 1, lattice.node_row)


def flow_for(lattice: Lattice) -> Flow:
    """Zeros of the right shapes."""
    places = len(lattice.rows_node) + int((lattice.node_rows > 1).sum())
    nodes, states = len(lattice.node_row), len(lattice.state_group)
    return Flow(
        mass=np.zeros((places, 2, lattice.last + 1)),
        out=np.zeros(max(int(lattice.out[-1]), 1)),
        inner=np.zeros(max(int(lattice.inner[-1]), 1)),
        breach=np.zeros(nodes),
        left=np.zeros(nodes),
        hours=np.zeros(states),
    )


def net_for(lattice: Lattice, apart: Apart) -> Net:
    """The tables of a lattice, and of what is followed apart on it."""
    phases, rows, door = lattice.bounds.shape[1] + 1, len(lattice.rows_node), doors(lattice)
    state, race = lattice.state_of, lattice.race_of[::phases]
    live = lattice.rows_order[race[lattice.rows_node[lattice.rows_order]] >= 0]
    by_row = np.full((5, rows), -1, np.int64)
    by_row[0], by_row[1], by_row[2, live], by_row[3, : len(live)] = lattice.rows_node, lattice.rows_slot, np.arange(len(live)), live
    places = np.zeros((4, len(apart.row)), np.int64)
    places[NODE, :rows], places[NODE, door] = lattice.rows_node, np.arange(len(door))
    places[LOW], places[HIGH], places[KEPT] = lattice.last + 1, -1, (apart.row >= 0).any(axis=1)
    return Net(
        nodes=np.column_stack((state, lattice.state_group[state], lattice.node_row, lattice.node_rows, door, race, lattice.node_count)),
        enter=np.column_stack((lattice.race_of, lattice.out[:-1], lattice.inner[:-1])),
        outs=np.column_stack((lattice.out_dest, apart.pays[: len(lattice.out_dest)], (apart.out > 0).any(axis=1))).astype(np.int64),
        fine=lattice.count_fine,
        ends=lattice.count_end,
        rows=by_row,
        places=places,
        todo=np.zeros(rows),
        crowd=np.zeros(len(lattice.race_state)),
        turn=np.zeros(3, np.int64),
        mine=np.zeros(len(apart.limit)),
        late=np.zeros(len(apart.limit), np.int64),
        taken=np.zeros(len(apart.mass)),
        taken_at=np.full(len(apart.mass), -1, np.int64),
        per_day=lattice.per_day,
        start=lattice.start,
    )
