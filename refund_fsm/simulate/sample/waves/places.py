"""Owns a chain as places, as the loop over many cases at once reads it: what is drawn at a place, and where it leads.

A place is a node in a phase; what is the same for all who wait there is looked up once for them. Must not make them: `layout` does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FAR = 1 << 40  # after any instant that is followed: it will happen, but not in time
NEVER = 1 << 44
ALONE = 1  # flags of a cell: what needs a look of its own (refused, or the state stays),
PAYS, SENDS = 2, 4  # and what moves the money, or hands over a tracking number
DEST, RULE, ADD, KEEP, RENEWS, MARKS, FLAGS = range(7)  # places in a row of `Cells.table`
CELL = 8  # its length

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Places(NamedTuple):
    """A chain as N·P places (node × P + phase), with 2ᵉ winners at each. By place:

    | name | holds |
    |---|---|
    | `state`, `group`, `law` | the state; limit group (L: none); legal clock, or −1 |
    | `fires`, `lapses` | 1 where the clock fires at the limit; where passing it is a breach |
    | `counted`, `hours`, `known`, `varied` | as in `Tables` of how the limit is counted (of none: a row that never ends); 1 where the end |
    | | depends on more than the day, or where it may be counted otherwise later |
    | `until` | the instant at which the phase ends, or `NEVER` |
    | `final`, `pays`, `sends`, `works` | 1: the state is; something here pays, or sends; some delay is in working days |
    | `slots` (one more) | where the actors who draw here begin |
    """

    state: Int
    group: Int
    law: Int
    fires: Int
    lapses: Int
    counted: Int
    hours: Int
    known: Int
    varied: Int
    until: Int
    final: Int
    pays: Int
    sends: Int
    works: Int
    slots: Int
    phases: int
    winners: int  # e


class Rows(NamedTuple):
    """Who draws what, by slot (an actor at a place) and by row.

    | name | shape | holds |
    |---|---|---|
    | `slot_draw`, `slot_rows`, `slot_works` | slots (+ 1) | the draw's number; where its rows begin; 1: some are in working days |
    | `rise`, `least`, `width`, `b`, `c`, `kind`, `what` | rows | cumulated probability in 2⁻⁵³; the delay; the winner's number |
    | `points`, `rises` | – | values and cumulated shares of what is `Empirical` |
    """

    slot_draw: NDArray[np.uint64]
    slot_rows: Int
    slot_works: Int
    rise: Int
    least: Float
    width: Float
    b: Float
    c: Float
    kind: Int
    what: Int
    points: Float
    rises: Float


class Cells(NamedTuple):
    """What a winner does at a place: N·P·2ᵉ rows of `CELL` numbers in `table`, whose places are named above.

    `rule_bit` and `state_bit` are the bits of its rule and of the state after it, or −1 where neither comes twice.
    """

    table: Int
    rule_bit: Int
    state_bit: Int
    group_bit: int  # of the first limit group
    opened_mark: int  # what a case has done when it opens


class World(NamedTuple):
    """The calendar, limits, the law, the openings and the amount. D days.

    | name | shape | holds |
    |---|---|---|
    | `ends` | … × D | `Tables.limit_end`, and a row of what never ends |
    | `shift` | 2 × (days + 1) | what to add to an instant in seconds, or in worked seconds, by its day |
    | `day` | 2 × D | worked seconds before a day; 1 where it works |
    | `open_place`, `open_pick` | mix, 2 × mix | the place; alias table, the other first |

    The rest is as in `Tables`.
    """

    ends: Int
    limit_hours: Int
    limit_known: Int
    limit_pieces: Int
    limit_piece: Int
    shift: Int
    day: Int
    open_place: Int
    open_pick: Int
    open_p: Float
    open_payer: Int
    law_hours: Int
    law_end: Int
    law_works: Int
    amount_kind: int
    amount_a: float
    amount_b: float
    amount_c: float
    start: int
    known: int
    horizon: int
    actors: int
    barred: int
    states: int
    groups: int


class Laid(NamedTuple):
    """A chain laid out in places. In parts: what compiles tuples takes the longer the larger they are.

    `bit_rule` (R) and `bit_state` (S) are the bits of what can come again, or −1.
    """

    places: Places
    rows: Rows
    cells: Cells
    world: World
    bit_rule: Int
    bit_state: Int
