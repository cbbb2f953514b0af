"""Owns the cells of a race: what the actors do in a stretch of them, and in one where order counts. Compiled; shapes are in `work`.

In a stretch the same rows can end in all cells, so that every quantity is an array over cells. A line is what is there at the edge of
each cell, with a slant that it changes by until the next. Must not choose the stretches: `race` does.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.compiled import inlined, part, summing, tiny

# `Work.rows`, by row of the race: its actor, outcome or −1, digit, phases, whether it counts working days; places in `kernel` where its
# SOFT masses and those at an instant (ATOM) begin, or −1; the cells where they BEGIN and END; 1 when begun at an EDGE; its LAG in this
# stretch. Then lists: the rows that are WAITING, and ACTIVE in this stretch.
SLOT, EVENT, DIGIT, MASK, WORKS, SOFT, ATOM, BEGIN, END, EDGE, LAG, WAITING, ACTIVE = range(13)
SHARE, INSIDE, LOCKED = range(3)  # `Work.masses`: the row's probability; in this cell the mass inside, and what ends as far inside
STANDS, SLOPE, LOCK = range(3)  # `Work.stand`


# 1. Over the cells of a stretch


@part
def fill(into: Any, value: Any) -> None:
    for place in range(len(into)):
        into[place] = value


@tiny
def add(into: Any, factor: Any, values: Any) -> None:
    for place in range(len(into)):
        into[place] += factor * values[place]


@summing
def sum_of(values: Any) -> Any:
    found = 0.0
    for place in range(len(values)):
        found += values[place]
    return found


@part
def _fall(into: Any, factor: Any, rise: Any) -> None:
    """What is left when mass has come by each cell of it."""
    for place in range(len(into)):
        into[place] -= factor * (rise[place] - rise[0])


@part
def _lay(line: Any, slant: Any, first: Any, start: Any, share: Any, kernel: Any, rise: Any) -> None:
    """Takes the mass of a row from what stands at the edge of each cell, and from how it changes inside."""
    if first:
        for place in range(len(line)):
            line[place] = start - share * (rise[place] - rise[0])
            slant[place] = -share * kernel[place]
    else:
        for place in range(len(line)):
            line[place] -= share * (rise[place] - rise[0])
            slant[place] -= share * kernel[place]


@part
def _times(into: Any, fixed: Any, line: Any, slant: Any, at: Any) -> None:
    for place in range(len(into)):
        into[place] *= fixed + line[place] + at * slant[place]


@part
def _with(into: Any, factor: Any, kernel: Any, product: Any) -> None:
    for place in range(len(into)):
        into[place] += factor * kernel[place] * product[place]


@summing
def _dot(one: Any, other: Any) -> Any:
    found = 0.0
    for place in range(len(one)):
        found += one[place] * other[place]
    return found


@tiny
def hope(alive: Any, faint: Any) -> Any:
    """How many cells are followed, of some: until it is less likely than `faint` that the race goes on."""
    count = len(alive)
    if alive[count - 1] < faint:
        count = 1
        while alive[count] >= faint:  # ends: the last one is less
            count += 1
    return count


# 2. Of actors


@tiny
def there(stand: Any, slot: Any) -> Any:
    """That an actor has not won."""
    found = 0.0
    for digit in range(stand.shape[2]):
        found += stand[STANDS, slot, digit]
    return found


@tiny
def with_digits(stand: Any, slots: Any, digits: Any, variant: Any, skip: Any, at: Any) -> Any:
    """That all actors but `skip` have done what the variant says, at the place `at` of the cell."""
    found = 1.0
    for slot in range(slots):
        if slot != skip:
            digit = digits[variant, slot]
            found *= stand[STANDS, slot, digit] + stand[LOCK, slot, digit] + at * stand[SLOPE, slot, digit]
    return found


@tiny
def _done(stand: Any, rows: Any, row: Any, mass: Any) -> None:
    """The mass of a row has happened: its actor does nothing more."""
    if rows[EVENT, row] >= 0 or rows[DIGIT, row] > 0:
        stand[rows[SLOT, row], 0] -= mass
        if rows[DIGIT, row] > 0:
            stand[rows[SLOT, row], rows[DIGIT, row]] += mass


@tiny
def _touched(least: Any, most: Any, kind: Any, outcome: Any, begin: Any, end: Any) -> None:
    """Notes that an outcome has mass in cells; cells come in order."""
    if most[kind, outcome] < 0:
        least[kind, outcome] = begin
    most[kind, outcome] = end


@part
def _wins(
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
                _touched(least, most, kind, outcome, u, u)
                won[kind, outcome, u] += share


# 3. Stretches


@part
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
                _fall(alive[u : u + count], masses[SHARE, row] * company, rise[place : place + count])
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
                    _touched(least, most, kind, outcome, u, u + count - 1)
                    add(won[kind, outcome, u : u + count], masses[SHARE, row] * others[variant], kernel[place : place + count])
                elif others[variant] > 0.0:
                    inner[row] += mass * others[variant]
            _done(stand[STANDS], rows, row, mass)
    return count


@inlined
def _lay_all(
    lines: Any, changes: Any, kernel: Any, rise: Any, rows: Any, masses: Any, stand: Any, slots: Any, busy: Any, count: Any
) -> None:
    """Makes the lines of all moves that rows are of, and notes which these are."""
    radix = stand.shape[2]
    for move in range(slots * radix):
        changes[move] = 0
    for turn in range(busy):
        row = rows[ACTIVE, turn]
        place, top = rows[SOFT, row] + rows[LAG, row], rows[DIGIT, row]
        for digit in range(top + 1):
            if (digit == 0 and (top > 0 or rows[EVENT, row] >= 0)) or (digit == top and top > 0):
                move, share = rows[SLOT, row] * radix + digit, masses[SHARE, row] if digit == 0 else -masses[SHARE, row]
                _lay(
                    lines[0, move, :count], lines[1, move, :count], changes[move] == 0, stand[STANDS, rows[SLOT, row], digit], share,
                    kernel[place : place + count], rise[place : place + count],
                )  # fmt: skip
                changes[move] = 1


@inlined
def _times_there(into: Any, scratch: Any, lines: Any, changes: Any, stand: Any, slots: Any) -> None:
    """That nobody has won, by cell."""
    radix, count = stand.shape[2], len(into)
    for slot in range(slots):
        fixed = 0.0
        fill(scratch, 0.0)
        for digit in range(radix):
            if changes[slot * radix + digit] == 1:
                add(scratch, 1.0, lines[0, slot * radix + digit, :count])
            else:
                fixed += stand[STANDS, slot, digit]
        _times(into, fixed, scratch, scratch, 0.0)


@inlined
def _others(
    into: Any, scratch: Any, lines: Any, changes: Any, stand: Any, gauss: Any, digits: Any, slots: Any, slot: Any, variant: Any
) -> Any:
    """That the others than `slot` have done what the variant says, on the average of each cell. Whether they can have."""
    radix, count, fixed, moving = stand.shape[2], len(into), 1.0, 0
    for other in range(slots):
        if other != slot and changes[other * radix + digits[variant, other]] == 1:
            moving += 1
        elif other != slot:
            fixed *= stand[STANDS, other, digits[variant, other]]
    fill(into, fixed if moving == 0 else 0.0)
    for point in range(gauss.shape[1] if moving > 1 else moving):
        at, weight = (0.5, 1.0) if moving == 1 else (gauss[0, point], gauss[1, point])  # one line: its mean is in the middle
        fill(scratch, fixed * weight)
        for other in range(slots):
            move = other * radix + digits[variant, other]
            if other != slot and changes[move] == 1:
                _times(scratch, 0.0, lines[0, move, :count], lines[1, move, :count], at)
        add(into, 1.0, scratch)
    return fixed > 0.0


@part
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
                    inner[row] += masses[SHARE, row] * _dot(kernel[place : place + count], product)
                else:
                    outcome = rows[EVENT, row] * variants + variant
                    _touched(least, most, 1, outcome, u, u + count - 1)
                    _with(won[1, outcome, u : u + count], masses[SHARE, row], kernel[place : place + count], product)
    for turn in range(some):
        row = rows[ACTIVE, turn]
        place = rows[SOFT, row] + rows[LAG, row]
        _done(stand[STANDS], rows, row, masses[SHARE, row] * (rise[place + count] - rise[place]))
    return count


@part
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
            _wins(won, inner, least, most, rows, stand, slots, variants, digits, 0, u, row, masses[LOCKED, row], 0.0)
            _done(stand[STANDS], rows, row, masses[LOCKED, row])
            masses[LOCKED, row] = 0.0
    for turn in range(busy):
        _done(stand[SLOPE], rows, rows[ACTIVE, turn], masses[INSIDE, rows[ACTIVE, turn]])
    for point in range(gauss.shape[1]):
        at, weight = gauss[0, point], gauss[1, point]
        for variant in range(variants if clock >= 0 else 0):
            _touched(least, most, 1, clock + variant, u, u)
            won[1, clock + variant, u] += weight * with_digits(stand, slots, digits, variant, slots, at)
        for turn in range(busy):  # what ends as far inside, those before in the order having happened
            row = rows[ACTIVE, turn]
            if masses[LOCKED, row] > 0.0:
                if clock < 0:
                    _wins(won, inner, least, most, rows, stand, slots, variants, digits, 1, u, row, weight * masses[LOCKED, row], at)
                _done(stand[LOCK], rows, row, masses[LOCKED, row])
        for turn in range(busy):  # at the place `at` it has happened with probability `at`
            _done(stand[LOCK], rows, rows[ACTIVE, turn], (at - 1.0) * masses[LOCKED, rows[ACTIVE, turn]])
        factor = weight * (1.0 - at) if clock >= 0 else weight
        for turn in range(busy):
            row = rows[ACTIVE, turn]
            if masses[INSIDE, row] > 0.0:
                _wins(won, inner, least, most, rows, stand, slots, variants, digits, 1, u, row, factor * masses[INSIDE, row], at)
        for slot in range(slots):
            fill(stand[LOCK, slot], 0.0)
    for slot in range(slots):
        fill(stand[SLOPE, slot], 0.0)
    for turn in range(busy):
        row = rows[ACTIVE, turn]
        _done(stand[STANDS], rows, row, masses[INSIDE, row] + masses[LOCKED, row])
