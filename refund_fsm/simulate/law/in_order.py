"""Owns the cell of a race in which order counts: masses at an instant meet another actor, or the limit ends inside it. Compiled.

Must not choose the cell: `race` does.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.compiled import apart, width
from refund_fsm.simulate.law.actors import (
    ACTIVE,
    ATOM,
    EDGE,
    INSIDE,
    LAG,
    LOCK,
    LOCKED,
    SHARE,
    SLOPE,
    SOFT,
    STANDS,
    done,
    touched,
    wins,
    with_digits,
)
from refund_fsm.simulate.law.cells import fill


@apart
def in_order(
    won: Any, inner: Any, least: Any, most: Any, kernel: Any, rows: Any, masses: Any, stand: Any, gauss: Any, digits: Any,
    slots: Any, variants: Any, busy: Any, clock: Any, u: Any,
) -> None:  # fmt: skip
    """Goes through cell `u`. `clock` is the first outcome of the limit that ends in it, or −1."""
    for turn in range(busy):
        row = rows[ACTIVE, turn]
        masses[INSIDE, row], masses[LOCKED, row] = 0.0, 0.0
        if rows[SOFT, row] >= 0:
            masses[INSIDE, row] = masses[SHARE, row] * kernel[rows[SOFT, row] + rows[LAG, row]]
        if rows[ATOM, row] >= 0:
            masses[LOCKED, row] = masses[SHARE, row] * kernel[rows[ATOM, row] + rows[LAG, row]]
        if rows[EDGE, row] == 1 and masses[LOCKED, row] > 0.0:  # happens at the edge, in the order of the rows
            wins(won, inner, least, most, rows, stand, slots, variants, digits, 0, u, row, masses[LOCKED, row], 0.0)
            done(stand[STANDS], rows, row, masses[LOCKED, row])
            masses[LOCKED, row] = 0.0
    for turn in range(busy):
        done(stand[SLOPE], rows, rows[ACTIVE, turn], masses[INSIDE, rows[ACTIVE, turn]])
    for point in range(width(gauss)):
        at, weight = gauss[0, point], gauss[1, point]
        for variant in range(variants if clock >= 0 else 0):
            touched(least, most, 1, clock + variant, u, u)
            won[1, clock + variant, u] += weight * with_digits(stand, slots, digits, variant, slots, at)
        for turn in range(busy):  # what ends as far inside, those before in the order having happened
            row = rows[ACTIVE, turn]
            if masses[LOCKED, row] > 0.0:
                if clock < 0:
                    wins(won, inner, least, most, rows, stand, slots, variants, digits, 1, u, row, weight * masses[LOCKED, row], at)
                done(stand[LOCK], rows, row, masses[LOCKED, row])
        for turn in range(busy):  # at the place `at` it has happened with probability `at`
            done(stand[LOCK], rows, rows[ACTIVE, turn], (at - 1.0) * masses[LOCKED, rows[ACTIVE, turn]])
        factor = weight * (1.0 - at) if clock >= 0 else weight
        for turn in range(busy):
            row = rows[ACTIVE, turn]
            if masses[INSIDE, row] > 0.0:
                wins(won, inner, least, most, rows, stand, slots, variants, digits, 1, u, row, factor * masses[INSIDE, row], at)
        for slot in range(slots):
            fill(stand[LOCK, slot], 0.0)
    for slot in range(slots):
        fill(stand[SLOPE, slot], 0.0)
    for turn in range(busy):
        row = rows[ACTIVE, turn]
        done(stand[STANDS], rows, row, masses[INSIDE, row] + masses[LOCKED, row])
