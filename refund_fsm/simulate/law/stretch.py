"""Owns stretches of a race: cells in which the same rows can end, computed alike, array by array. Compiled; shapes are in `work`.

Must not choose the stretches: `race` does.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.compiled import apart, part, width
from refund_fsm.simulate.law.actors import ACTIVE, ATOM, DIGIT, EDGE, EVENT, LAG, SHARE, SLOT, SOFT, STANDS, done, touched
from refund_fsm.simulate.law.cells import add, add_product, dot, fall, fill, hope, lay_line, multiply


@apart
def alone(
    won: Any, inner: Any, alive: Any, least: Any, most: Any, kernel: Any, rise: Any, rows: Any, masses: Any, stand: Any, others: Any,
    variants: Any, company: Any, busy: Any, u: Any, count: Any, faint: Any,
) -> Any:  # fmt: skip
    """A stretch from cell `u` on in which only one actor may do something. Returns how many of `count` cells were followed."""
    for turn in range(busy):
        row = rows[ACTIVE, turn]
        for form in (SOFT, ATOM):
            place = rows[form, row] + rows[LAG, row]
            if rows[EVENT, row] >= 0 and rows[form, row] >= 0:
                fall(alive[u : u + count], masses[SHARE, row] * company, rise[place : place + count])
    count = hope(alive[u : u + count], faint)
    for turn in range(busy):
        row = rows[ACTIVE, turn]
        for form in (SOFT, ATOM):
            place = rows[form, row] + rows[LAG, row]
            mass = masses[SHARE, row] * (rise[place + count] - rise[place]) if rows[form, row] >= 0 else 0.0
            if mass <= 0.0:
                continue
            kind = 0 if form == ATOM and rows[EDGE, row] == 1 else 1
            for variant in range(variants):
                if others[variant] > 0.0 and rows[EVENT, row] >= 0:
                    outcome = rows[EVENT, row] * variants + variant
                    touched(least, most, kind, outcome, u, u + count - 1)
                    add(won[kind, outcome, u : u + count], masses[SHARE, row] * others[variant], kernel[place : place + count])
                elif others[variant] > 0.0:
                    inner[row] += mass * others[variant]
            done(stand[STANDS], rows, row, mass)
    return count


@part
def _lay_all(
    lines: Any, changes: Any, kernel: Any, rise: Any, rows: Any, masses: Any, stand: Any, slots: Any, busy: Any, count: Any
) -> None:
    """Makes the lines of all moves that rows are of, and notes which these are."""
    radix = width(stand)
    for move in range(slots * radix):
        changes[move] = 0
    for turn in range(busy):
        row = rows[ACTIVE, turn]
        place, top = rows[SOFT, row] + rows[LAG, row], rows[DIGIT, row]
        for digit in range(top + 1):
            if (digit == 0 and (top > 0 or rows[EVENT, row] >= 0)) or (digit == top and top > 0):
                move, share = rows[SLOT, row] * radix + digit, masses[SHARE, row] if digit == 0 else -masses[SHARE, row]
                lay_line(
                    lines[0, move, :count], lines[1, move, :count], changes[move] == 0, stand[STANDS, rows[SLOT, row], digit], share,
                    kernel[place : place + count], rise[place : place + count],
                )  # fmt: skip
                changes[move] = 1


@part
def _times_there(into: Any, scratch: Any, lines: Any, changes: Any, stand: Any, slots: Any) -> None:
    """That nobody has won, by cell."""
    radix, count = width(stand), len(into)
    for slot in range(slots):
        fixed = 0.0
        fill(scratch, 0.0)
        for digit in range(radix):
            if changes[slot * radix + digit] == 1:
                add(scratch, 1.0, lines[0, slot * radix + digit, :count])
            else:
                fixed += stand[STANDS, slot, digit]
        multiply(into, fixed, scratch, scratch, 0.0)


@part
def _others(
    into: Any, scratch: Any, lines: Any, changes: Any, stand: Any, gauss: Any, digits: Any, slots: Any, slot: Any, variant: Any
) -> Any:
    """That the others than `slot` have done what the variant says, on the average of each cell. Whether they can have."""
    radix, count, fixed, moving = width(stand), len(into), 1.0, 0
    for other in range(slots):
        if other != slot and changes[other * radix + digits[variant, other]] == 1:
            moving += 1
        elif other != slot:
            fixed *= stand[STANDS, other, digits[variant, other]]
    fill(into, fixed if moving == 0 else 0.0)
    for point in range(width(gauss) if moving > 1 else moving):
        at, weight = (0.5, 1.0) if moving == 1 else (gauss[0, point], gauss[1, point])  # one line: its mean is in the middle
        fill(scratch, fixed * weight)
        for other in range(slots):
            move = other * radix + digits[variant, other]
            if other != slot and changes[move] == 1:
                multiply(scratch, 0.0, lines[0, move, :count], lines[1, move, :count], at)
        add(into, 1.0, scratch)
    return fixed > 0.0


@apart
def together(
    won: Any, inner: Any, alive: Any, least: Any, most: Any, kernel: Any, rise: Any, rows: Any, masses: Any, stand: Any, lines: Any,
    changes: Any, scratch: Any, gauss: Any, digits: Any, slots: Any, variants: Any, busy: Any, u: Any, count: Any, faint: Any,
) -> Any:  # fmt: skip
    """A stretch from cell `u` on in which several actors may do something, none of it at an instant; as `alone`. `alive` begins as 1."""
    some = 0
    for turn in range(busy):  # the others have mass only at instants, and none of it here
        if rows[SOFT, rows[ACTIVE, turn]] >= 0:
            rows[ACTIVE, some] = rows[ACTIVE, turn]
            some += 1
    _lay_all(lines, changes, kernel, rise, rows, masses, stand, slots, some, count)
    _times_there(alive[u : u + count], scratch[0, :count], lines, changes, stand, slots)
    count = hope(alive[u : u + count], faint)
    product = scratch[0, :count]
    for slot in range(slots):
        for variant in range(variants):
            if digits[variant, slot] > 0 or not _others(
                product, scratch[1, :count], lines, changes, stand, gauss, digits, slots, slot, variant
            ):
                continue
            for turn in range(some):
                row = rows[ACTIVE, turn]
                if rows[SLOT, row] != slot:
                    continue
                place = rows[SOFT, row] + rows[LAG, row]
                if rows[EVENT, row] < 0:
                    inner[row] += masses[SHARE, row] * dot(kernel[place : place + count], product)
                else:
                    outcome = rows[EVENT, row] * variants + variant
                    touched(least, most, 1, outcome, u, u + count - 1)
                    add_product(won[1, outcome, u : u + count], masses[SHARE, row], kernel[place : place + count], product)
    for turn in range(some):
        row = rows[ACTIVE, turn]
        place = rows[SOFT, row] + rows[LAG, row]
        done(stand[STANDS], rows, row, masses[SHARE, row] * (rise[place + count] - rise[place]))
    return count
