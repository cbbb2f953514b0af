"""Owns what each actor of a race has done so far, and what that leaves the others. Compiled; shapes are in `work`.

Must not know in which cells things happen.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.compiled import apart, tiny, width

# `Work.rows`, by row of the race: its actor, outcome or −1, digit, phases, whether it counts working days; places in `kernel` where its
# SOFT masses and those at an instant (ATOM) begin, or −1; the cells where they BEGIN and END; 1 when begun at an EDGE; its LAG in this
# stretch. Then lists: the rows that are WAITING, and ACTIVE in this stretch.
SLOT, EVENT, DIGIT, MASK, WORKS, SOFT, ATOM, BEGIN, END, EDGE, LAG, WAITING, ACTIVE = range(13)
SHARE, INSIDE, LOCKED = range(3)  # `Work.masses`: the row's probability; in this cell the mass inside, and what ends as far inside
STANDS, SLOPE, LOCK = range(3)  # `Work.stand`


@tiny
def there(stand: Any, slot: Any) -> Any:
    """That an actor has not won."""
    found = 0.0
    for digit in range(width(stand)):
        found += stand[STANDS, slot, digit]
    return found


@apart
def with_digits(stand: Any, slots: Any, digits: Any, variant: Any, skip: Any, at: Any) -> Any:
    """That all actors but `skip` have done what the variant says, at the place `at` of the cell."""
    found = 1.0
    for slot in range(slots):
        if slot != skip:
            digit = digits[variant, slot]
            found *= stand[STANDS, slot, digit] + stand[LOCK, slot, digit] + at * stand[SLOPE, slot, digit]
    return found


@tiny
def done(stand: Any, rows: Any, row: Any, mass: Any) -> None:
    """The mass of a row has happened: its actor does nothing more."""
    if rows[EVENT, row] >= 0 or rows[DIGIT, row] > 0:
        stand[rows[SLOT, row], 0] -= mass
        if rows[DIGIT, row] > 0:
            stand[rows[SLOT, row], rows[DIGIT, row]] += mass


@tiny
def touched(least: Any, most: Any, kind: Any, outcome: Any, begin: Any, end: Any) -> None:
    """Notes that an outcome has mass in cells; cells come in order."""
    if most[kind, outcome] < 0:
        least[kind, outcome] = begin
    most[kind, outcome] = end


@apart
def wins(
    won: Any, inner: Any, least: Any, most: Any, rows: Any, stand: Any, slots: Any, variants: Any, digits: Any,
    kind: Any, u: Any, row: Any, mass: Any, at: Any,
) -> None:  # fmt: skip
    """Adds the mass of a row at the place `at` of a cell, so far as the other actors are still there."""
    for variant in range(variants):
        if digits[variant, rows[SLOT, row]] == 0:
            share = mass * with_digits(stand, slots, digits, variant, rows[SLOT, row], at)
            if rows[EVENT, row] < 0:
                inner[row] += share
            else:
                outcome = rows[EVENT, row] * variants + variant
                touched(least, most, kind, outcome, u, u)
                won[kind, outcome, u] += share
