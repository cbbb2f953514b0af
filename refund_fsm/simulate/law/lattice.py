"""Owns a chain on a lattice of time: which actors race in which configuration, the mass of their delays by cell, where it leads.

A cell is a step of time; an instant is at a cell's edge or somewhere inside it. Must not make it (`laying` does), nor compute a law.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.chain import Chain, Tables

NO_DEADLINE = 1 << 60

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Lattice(NamedTuple):
    """A chain in cells. T cells, N nodes, P phases, C races (who draws what in which state), K counts of limits, Q rows of
    choices.

    Deadlines and instants are codes: twice the cell, plus 1 when inside it. A row is a node, or a node with a deadline that it was
    entered with (moving inside a group of states), and the last of those says that the deadline had passed.

    | name | shape | holds |
    |---|---|---|
    | `works`, `before` | T, T + 1 | 1 for cells of working days; how many come before a cell |
    | `atoms`, `edge`, `inside`; `mass` | –; Q + 1 | as in `curves.Cells`, all choices; where those of a choice begin |
    | `choice_works` | Q | 1 where cells of working days are counted |
    | `bounds` | N × (P − 1) | the cell from which the next phase holds |
    | `state_group`, `node_count` | S, N | the limit group, or −1; how the limit is counted, or −1 |
    | `count_end` | K × 2 T | by the code of the start: the code of the end |
    | `count_fine`, `count_slots` | K | 1 where it may end at another cell than a day's first; rows of a node |
    | `race_state`, `race_clocked`, `race_variants`, `race_events` | C | of each race: state, clock, number of variants, of events |
    | `race_rows`, `race_slots` | C + 1 | where its rows and its actors begin |
    | `race_mover`, `race_counts` | C, C × digits | the actor whose internal events move the limit, or −1; by what it has done, the count |
    | `row_slot`, `row_share`, `row_choice`, `row_event`, `row_digit`, `row_mask` | rows | actor, probability, delay, outcome or −1, the |
    | | | variant that an internal event makes, phases (bits) in which it is accepted; rows stand in the order of the rules |
    | `slot_stride`, `slot_radix` | actors | how variants are numbered |
    | `race_of` | N·P | the race of a node entered in a phase, −1 for final |
    | `out`, `inner` | N·P | where the outcomes, and the rows, of a node entered in a phase begin in flows |
    | `out_rule`, `out_dest` | – | by outcome: (phase, event or clock, variant) |
    | `node_row`, `node_rows` | N | where its rows begin, and how many they are |
    | `rows_node`, `rows_slot`, `rows_order` | rows | node and deadline of a row; the order in which rows are worked off |
    """

    works: Int
    before: Int
    atoms: Float
    edge: Float
    inside: Float
    mass: Int
    choice_works: Int
    bounds: Int
    state_of: Int
    state_group: Int
    node_count: Int
    count_end: Int
    count_fine: Int
    count_slots: Int
    race_state: Int
    race_clocked: Int
    race_variants: Int
    race_events: Int
    race_rows: Int
    race_slots: Int
    race_mover: Int
    race_counts: Int
    row_slot: Int
    row_share: Float
    row_choice: Int
    row_event: Int
    row_digit: Int
    row_mask: Int
    slot_stride: Int
    slot_radix: Int
    race_of: Int
    out: Int
    inner: Int
    out_rule: Int
    out_dest: Int
    node_row: Int
    node_rows: Int
    rows_node: Int
    rows_slot: Int
    rows_order: Int
    gauss_at: Float  # points × orders: of the interval from 0 to 1
    gauss_weight: Float
    per_day: int
    start: int  # the code of the start
    last: int  # T: cells are not followed beyond


class Row(NamedTuple):
    """An event that may be drawn: by the actor of a slot, as a choice; the outcome that it is, or −1 for an internal event, with the
    digit that it sets in the variant; and the phases (bits) in which it is accepted."""

    slot: int
    choice: int
    outcome: int
    digit: int
    mask: int


class Race(NamedTuple):
    """Who races, as a value that nodes are grouped by. `drawn` are the draws of the node (see `Node`), nothing among them. `mover` is the
    slot of the actor whose internal events move the limit, or −1; `counts` how it is counted by the digit of that."""

    state: int
    clocked: bool
    bounds: tuple[int, ...]
    drawn: tuple[tuple[int, ...], ...]
    rows: tuple[Row, ...]
    radix: tuple[int, ...]
    events: tuple[int, ...]
    mover: int
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Laid:
    """A lattice with what its numbers stand for: races, the nodes' outcomes, and whether days were used that are only guessed."""

    chain: Chain
    tables: Tables
    lattice: Lattice
    races: tuple[Race, ...]
    step: timedelta
    known: int  # the first cell of a day that is judged by weekends alone

    @property
    def seconds(self) -> int:
        """Those of a step."""
        return self.step // timedelta(seconds=1)
