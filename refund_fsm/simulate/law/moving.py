"""Owns the limits of a race that an actor's internal events move: one deadline for each thing that this actor, the mover, may have done.

Compiled; shapes are in `work`. Must not know who races, nor where a winner leads.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.compiled import apart, larger, part, smaller
from refund_fsm.simulate.law.actors import SHARE, SLOT, STANDS, touched, with_digits
from refund_fsm.simulate.law.lattice import NO_DEADLINE


@part
def moved(w: Any, number: Any, ends: Any, deadline: Any, code: Any) -> None:
    """The deadlines of a race that begins now, by what its mover has done: none before what was told."""
    for digit in range(len(w.dues)):
        count = w.counts[number, digit]
        w.dues[digit] = larger(ends[count, code], deadline) if count >= 0 else 2 * NO_DEADLINE


@apart
def clock_fires_on_some(
    won: Any, least: Any, most: Any, rows: Any, masses: Any, stand: Any, dues: Any, slots: Any, digits: Any, variants: Any,
    count: Any, clock: Any, mover: Any, u: Any, here: Any,
) -> Any:  # fmt: skip
    """The limits that end in cell `u`, which is `here`, of those that the mover's digits have: at its edge, or half of the mass at this
    one and half at the next where a limit ends inside. The cell in which the next of them ends."""
    for variant in range(variants):
        due = dues[digits[variant, mover]]
        if due // 2 == here:
            share = 0.5 if due % 2 == 1 else 1.0
            won[0, clock + variant, u] += share * with_digits(stand, slots, digits, variant, slots, 0.0)
            touched(least, most, 0, clock + variant, u, u)
    soonest = NO_DEADLINE + here - here  # of type int64, see `run`
    for digit in range(len(dues)):
        if dues[digit] // 2 == here:
            half = dues[digit] % 2 == 1
            left = 0.5 if half else 0.0
            stand[STANDS, mover, digit] *= left
            for row in range(count if digit == 0 else 0):  # who has not acted by then does not
                if rows[SLOT, row] == mover:
                    masses[SHARE, row] *= left
            dues[digit] = dues[digit] + 1 if half else 2 * NO_DEADLINE
        soonest = smaller(soonest, dues[digit] // 2)
    return soonest
