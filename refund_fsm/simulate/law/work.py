"""Owns the room in which races are run, and what every race needs to know of a lattice, in tables that compiled loops read quickly.

Must not run a race.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.law.lattice import NO_DEADLINE, Lattice

BLOCK = 256  # cells at once where several actors may end

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Work(NamedTuple):
    """Room for one race, and what is known of the lattice. The actors of a race are slots; a digit says what an actor has done (D
    digits, 0 for nothing yet), a move is an actor and a digit.

    The race that was run: `won` (2 × outcomes × T): the probability of each outcome by cell, at its edge and inside, the cell of the
    entry first. `inner` (rows): that an internal event happens. `alive` (T): that nobody has won by the edge of a cell, the limit's
    instant not counted. `least`, `most` (2 × outcomes): the cells between which `won` is not 0 (most −1: nowhere); `total`, `moment`
    (2 × outcomes): its sum, and that of the cells weighed by it.

    | name | shape | holds |
    |---|---|---|
    | `kernel`, `rise` | 3 parts | mass that ends inside a cell when begun at an edge; when begun inside; at an instant; the mass before |
    | `atom` | part | the next place with mass at an instant |
    | `choices` | Q × 8 | 1 where working days count; where its places begin in a part (one more than masses); by part, the first |
    | | | with mass and the end of them, 0 and 0 without |
    | `races` | C × 7 | where its rows begin and end; number of slots, variants, events; 1 when clocked; who moves the limit, or −1 |
    | `counts`; `dues` | C × D; D | how the limit is counted, by what the mover has done; scratch: the deadline, as a code |
    | `what`, `shares` | rows × 5, rows | slot, choice, outcome or −1, digit, phases (bits); probability |
    | `digits` | C × variants × slots | the digits of a variant |
    | `bounds`, `gauss` | N × (P − 1), 2 × – | as in `Lattice`; points and weights |
    | `days` | 3 × (T + 1) | 1 in working days; how many of their cells come before; the next cell where working days begin or end |
    | `working` | – | the cells of working days |
    | `rows`, `masses` | 13 × rows, 3 × rows | scratch by row of the race, see `race` |
    | `stand` | 3 × slots × D | scratch: that an actor has done just that; how it changes in the cell; what has happened in it |
    | `others` | variants | scratch: that the other actors have done what it says |
    | `lines`, `changes` | 2 × moves × block, moves | scratch: `stand`, and how it changes, by cell; 1 where it does |
    | `part` | 2 × block | scratch |
    """

    won: Float
    inner: Float
    alive: Float
    least: Int
    most: Int
    total: Float
    moment: Float
    kernel: Float
    rise: Float
    atom: Int
    choices: Int
    races: Int
    counts: Int
    dues: Int
    what: Int
    shares: Float
    digits: Int
    bounds: Int
    gauss: Float
    days: Int
    working: Int
    rows: Int
    masses: Float
    stand: Float
    others: Float
    lines: Float
    changes: Int
    part: Float


def work_for(lattice: Lattice) -> Work:
    """Room for the races of a lattice."""
    races = np.column_stack(
        (
            *(lattice.race_rows[:-1], lattice.race_rows[1:], np.diff(lattice.race_slots)),
            *(lattice.race_variants, lattice.race_events, lattice.race_clocked, lattice.race_mover),
        )
    )
    outcomes = int(((lattice.race_events + 1) * lattice.race_variants).max(initial=1))
    rows, slots = (max(int(np.diff(begin).max(initial=1)), 1) for begin in (lattice.race_rows, lattice.race_slots))
    variants, digits = int(lattice.race_variants.max(initial=1)), int(lattice.slot_radix.max(initial=1))
    return Work(
        won=np.zeros((2, outcomes, lattice.last + 1)),
        inner=np.zeros(rows),
        alive=np.zeros(lattice.last + 2),
        least=np.zeros((2, outcomes), np.int64),
        most=np.full((2, outcomes), -1, np.int64),
        total=np.zeros((2, outcomes)),
        moment=np.zeros((2, outcomes)),
        **_kernels(lattice),
        races=np.ascontiguousarray(races),
        counts=lattice.race_counts,
        dues=np.zeros(lattice.race_counts.shape[1], np.int64),
        what=np.column_stack((lattice.row_slot, lattice.row_choice, lattice.row_event, lattice.row_digit, lattice.row_mask)),
        shares=lattice.row_share,
        digits=_digits(lattice, variants, slots),
        bounds=lattice.bounds,
        gauss=np.stack((lattice.gauss_at, lattice.gauss_weight)),
        days=np.stack((np.append(lattice.works, 0), lattice.before, _turns(lattice))),
        working=np.flatnonzero(lattice.works).astype(np.int64),
        rows=np.zeros((13, rows), np.int64),
        masses=np.zeros((3, rows)),
        stand=np.zeros((3, slots, digits)),
        others=np.zeros(variants),
        lines=np.zeros((2, slots * digits, BLOCK)),
        changes=np.zeros(slots * digits, np.int64),
        part=np.zeros((2, BLOCK)),
    )


def _kernels(lattice: Lattice) -> dict[str, Any]:
    """`kernel`, `rise`, `atom` and `choices`."""
    count = len(lattice.choice_works)
    at = lattice.mass + np.arange(count + 1)
    size = int(at[-1])
    kernel, rise, atom = np.zeros((3, size)), np.zeros((3, size)), np.full(size, NO_DEADLINE, np.int64)
    choices = np.zeros((count, 8), np.int64)
    choices[:, 0], choices[:, 1] = lattice.choice_works, at[:-1]
    for part, masses in enumerate((lattice.edge, lattice.inside, lattice.atoms)):
        for choice, begin in enumerate(at[:-1].tolist()):
            own = masses[lattice.mass[choice] : lattice.mass[choice + 1]]
            found = np.flatnonzero(own > 0)
            if len(found):
                kernel[part, begin : begin + len(own)] = own
                rise[part, begin + 1 : begin + len(own) + 1] = np.cumsum(own)
                choices[choice, 2 + 2 * part : 4 + 2 * part] = found[0], found[-1] + 1
            if len(found) and part == 2:
                after = np.searchsorted(found, np.arange(found[-1] + 1))
                atom[begin : begin + found[-1] + 1] = begin + found[after]
    return {"kernel": kernel.ravel(), "rise": rise.ravel(), "atom": atom, "choices": choices}


def _turns(lattice: Lattice) -> Int:
    ends = np.append(np.flatnonzero(np.diff(lattice.works)) + 1, lattice.last).astype(np.int64)
    return np.asarray(ends[np.searchsorted(ends, np.minimum(np.arange(lattice.last + 1), lattice.last - 1), side="right")])


def _digits(lattice: Lattice, variants: int, slots: int) -> Int:
    found = np.zeros((len(lattice.race_state), variants, slots), np.int64)
    for race in range(len(found)):
        begin, end = lattice.race_slots[race], lattice.race_slots[race + 1]
        every = np.arange(lattice.race_variants[race])[:, None]
        found[race, : len(every), : end - begin] = every // lattice.slot_stride[begin:end] % lattice.slot_radix[begin:end]
    return found
