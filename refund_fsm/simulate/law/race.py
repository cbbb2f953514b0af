"""Owns the race: who wins in a state, and when. Compiled; the shapes are in `lattice` and `work`.

A race begins when a state is entered, at a cell's edge or inside the cell (then all places in it count alike). In each cell, first the
limit that ends at its edge, then delays that end just at the edge in the order of the rules, then what ends inside the cell: masses
there are spread evenly, and the share of each winner is integrated exactly. Delays of whole cells that begin inside a cell end just as
far inside.

Cells are worked off in stretches in which the same rows can end: all cells of a stretch are computed alike, array by array. Only where
masses at an instant meet another actor, or the limit ends inside a cell, one cell is gone through in order (`in_order`).
Must not know names, nor where a winner leads: `flow` does.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.compiled import apart, larger, part, smaller, summing, tiny, width
from refund_fsm.simulate.law.actors import (
    ACTIVE,
    ATOM,
    BEGIN,
    DIGIT,
    EDGE,
    END,
    EVENT,
    LAG,
    MASK,
    SHARE,
    SLOT,
    SOFT,
    STANDS,
    WAITING,
    WORKS,
    there,
    with_digits,
)
from refund_fsm.simulate.law.cells import fill, hope
from refund_fsm.simulate.law.in_order import in_order
from refund_fsm.simulate.law.lattice import NO_DEADLINE
from refund_fsm.simulate.law.moving import clock_fires_on_some
from refund_fsm.simulate.law.stretch import alone, together
from refund_fsm.simulate.law.work import BLOCK, Work


@apart
def _ready(
    choices: Any, what: Any, shares: Any, days: Any, working: Any, rows: Any, masses: Any, size: Any,
    begin: Any, count: Any, inside: Any, cell: Any, last: Any,
) -> None:  # fmt: skip
    """The rows of a race: where their masses are, and in which cells they begin and end."""
    for row in range(count):
        masses[SHARE, row] = shares[begin + row]
        rows[SLOT, row], rows[EVENT, row] = what[begin + row, 0], what[begin + row, 2]
        rows[DIGIT, row], rows[MASK, row] = what[begin + row, 3], what[begin + row, 4]
        choice = choices[what[begin + row, 1]]
        form = 1 if inside == 1 and (choice[0] == 0 or days[0, cell] == 1) else 0
        first, end, atom_first, atom_end = choice[2 + 2 * form], choice[3 + 2 * form], choice[6], choice[7]
        rows[WAITING, row], rows[WORKS, row], rows[EDGE, row] = row, choice[0], 1 - form
        rows[SOFT, row] = form * size + choice[1] if end > 0 else -1
        rows[ATOM, row] = 2 * size + choice[1] if atom_end > 0 else -1
        if atom_end > 0:
            first, end = smaller(first, atom_first) if end > 0 else atom_first, larger(end, atom_end)
        if choice[0] == 0 or end == 0:
            rows[BEGIN, row], rows[END, row] = cell + first, cell + end
        else:
            place = days[1, cell] + first
            rows[BEGIN, row] = working[place] if place < len(working) else last
            place = days[1, cell] + end - 1
            rows[END, row] = working[place] + 1 if place < len(working) else last


@part
def _choose(rows: Any, days: Any, waiting: Any, phase: Any, here: Any, cell: Any, stop: Any) -> Any:
    """The rows that may end in a cell, and until when just they: (how many are still waiting, how many are active, the actor of the
    last, whether there are several actors, until when)."""
    kept, busy, lone, several = here - here, here - here, here - here - 1, False  # of type int64, see `run`
    for turn in range(waiting):
        row = rows[WAITING, turn]
        if rows[END, row] <= here:
            continue
        rows[WAITING, kept] = row
        kept += 1
        if rows[BEGIN, row] > here:
            stop = smaller(stop, rows[BEGIN, row])
            continue
        stop = smaller(stop, rows[END, row])
        if (rows[MASK, row] >> phase) & 1 == 0:
            continue
        rows[LAG, row] = here - cell
        if rows[WORKS, row] == 1:
            stop = smaller(stop, days[2, here])
            if days[0, here] == 0:
                continue
            rows[LAG, row] = days[1, here] - days[1, cell]
        rows[ACTIVE, busy] = row
        busy += 1
        several = several or (lone >= 0 and lone != rows[SLOT, row])
        lone = rows[SLOT, row]
    return kept, busy, lone, several, stop


@part
def _begin(stand: Any, slots: Any) -> None:
    """Nobody has done anything."""
    for slot in range(slots):
        for digit in range(width(stand)):
            stand[STANDS, slot, digit] = 1.0 if digit == 0 else 0.0


@part
def _clock_fires(
    won: Any, least: Any, most: Any, stand: Any, slots: Any, digits: Any, variants: Any, clock: Any, u: Any
) -> None:  # fmt: skip
    """The limit ends at the edge of cell `u`: whoever is still there has not won."""
    for variant in range(variants):
        won[0, clock + variant, u] = with_digits(stand, slots, digits, variant, slots, 0.0)
        least[0, clock + variant], most[0, clock + variant] = u, u


@part
def _meet(rows: Any, atom: Any, busy: Any, size: Any, here: Any, stop: Any) -> Any:
    """Whether masses at an instant meet other actors in a cell; and until when they do not."""
    meets = False
    for turn in range(busy):
        row = rows[ACTIVE, turn]
        if rows[ATOM, row] >= 0:
            place = rows[ATOM, row] + rows[LAG, row] - 2 * size
            meets = meets or atom[place] == place
            stop = smaller(stop, here + atom[place] - place)
    return meets, stop


@tiny
def _all_there(stand: Any, slots: Any, skip: Any) -> Any:
    """That no actor but `skip` has won."""
    found = 1.0
    for slot in range(slots):
        found *= there(stand, slot) if slot != skip else 1.0
    return found


@apart
def _run(
    w: Work,
    number: int,
    node: int,
    inside: int,
    cell: int,
    deadline: int,
    faint: float,
) -> tuple[int, float]:
    """Fills `w` for a race that begins in `cell`. `deadline` is a code; it only matters where a clock enforces it. The race is not
    followed when it is less likely than `faint` that it goes on.

    Returns the number of cells that were filled, and the probability that nobody has won when the last cell or all hope ends.
    """
    first_row, slots, variants, clock = w.races[number, 0], w.races[number, 2], w.races[number, 3], w.races[number, 3] * w.races[number, 4]
    waiting, clocked, last, size = w.races[number, 1] - first_row, w.races[number, 5] == 1, len(w.alive) - 2, len(w.kernel) // 3
    won, inner, alive, least, most, kernel, rise, atom = w.won, w.inner, w.alive, w.least, w.most, w.kernel, w.rise, w.atom
    days, rows, masses, stand, others, digits, bounds = w.days, w.rows, w.masses, w.stand, w.others, w.digits[number], w.bounds[node]
    mover, dues = w.races[number, 6], w.dues
    fill(inner, 0.0)
    if clocked and deadline <= 2 * cell + inside:  # entered too late: the clock fires at once
        won[inside, clock, 0] = 1.0
        least[inside, clock], most[inside, clock] = 0, 0
        return 1, 0.0
    if slots == 0 and not clocked:
        return 0, 1.0
    _ready(w.choices, w.what, w.shares, days, w.working, rows, masses, size, first_row, waiting, inside, cell, last)
    _begin(stand, slots)
    due_cell = deadline // 2 if clocked else NO_DEADLINE  # of a mover, the soonest of its deadlines
    none = cell - cell  # an int64 for numba; 0 would have a type of its own, for which it would compile all that it is passed to again
    here, left, phase, known, company = cell, 1.0, 0, none - 1, 1.0  # known: the actor whose company and `others` are known
    while here < last and (left >= faint or here == cell):
        u, stop = here - cell, smaller(last, due_cell)
        while phase < len(bounds) and bounds[phase] <= here:
            phase += 1
        if phase < len(bounds):
            stop = smaller(stop, bounds[phase])
        now = here == due_cell
        if now and mover >= 0:
            due_cell = clock_fires_on_some(
                won, least, most, rows, masses, stand, dues, slots, digits, variants, w.races[number, 1] - first_row, clock, mover, u, here
            )  # fmt: skip
            known, now, stop = none - 1, False, smaller(smaller(last, due_cell), bounds[phase] if phase < len(bounds) else last)
            left = _all_there(stand, slots, none - 1)
            if left < faint:
                alive[u] = left
                return u + 1, larger(left, 0.0)
        if now and deadline % 2 == 0:
            _clock_fires(won, least, most, stand, slots, digits, variants, clock, u)
            alive[u] = left
            return u + 1, 0.0
        waiting, busy, lone, several, stop = _choose(rows, days, waiting, phase, here, cell, stop)
        ordered = now
        if several:
            meets, stop = _meet(rows, atom, busy, size, here, smaller(stop, here + BLOCK))
            ordered = ordered or meets
        if ordered:
            stop = here + 1
        fill(alive[u : stop - cell], 1.0 if several and not ordered else left)
        if ordered:
            in_order(
                won, inner, least, most, kernel, rows, masses, stand, w.gauss, digits, slots, variants, busy, clock if now else none - 1, u
            )  # fmt: skip
            if now:
                return u + 1, 0.0
        elif busy == 0:
            stop = here + hope(alive[u : stop - cell], faint)
        elif several:
            stop = here + together(
                won, inner, alive, least, most, kernel, rise, rows, masses, stand, w.lines, w.changes, w.part, w.gauss, digits,
                slots, variants, busy, u, stop - here, faint,
            )  # fmt: skip
        else:
            if lone != known:
                known, company = lone, _all_there(stand, slots, lone)
                for variant in range(variants):
                    others[variant] = with_digits(stand, slots, digits, variant, lone, 0.0) if digits[variant, lone] == 0 else 0.0
            stop = here + alone(
                won, inner, alive, least, most, kernel, rise, rows, masses, stand, others, variants, company,
                busy, u, stop - here, faint,
            )  # fmt: skip
        if several or ordered:
            known = none - 1
        if known >= 0:
            left = company * there(stand, known) if busy > 0 else left
        elif busy > 0:
            left = _all_there(stand, slots, none - 1)
        here = stop
    alive[here - cell] = left
    return here - cell, larger(left, 0.0)


@part
def passed(alive: Any, cell: Any, inside: Any, deadline: Any, count: Any) -> Any:
    """That nobody had won by a deadline, in the race that was run for `count` cells: that the limit passes with nothing to enforce it."""
    lag = deadline // 2 - cell
    if deadline <= 2 * cell + inside or lag > count:
        return 0.0
    return alive[lag] if deadline % 2 == 0 or lag >= count else (alive[lag] + alive[lag + 1]) / 2.0


@part
def race(w: Any, before: Any, number: Any, node: Any, inside: Any, cell: Any, told: Any, faint: Any) -> Any:
    """Runs a race where one with so many outcomes was run before. How many it has, what `_run` returns, and the cells it lasts."""
    _cleared(w, before)
    count, rest = _run(w, number, node, inside, cell, told, faint)
    outcomes = (w.races[number, 4] + 1) * w.races[number, 3]
    _summed(w, outcomes)
    moments, totals = w.moment, w.total
    length = rest * (len(w.alive) - 2 - cell - 0.5 * inside)
    for outcome in range(outcomes):
        for kind in range(2):
            length += moments[kind, outcome] + 0.5 * (kind - inside) * totals[kind, outcome]
    return outcomes, count, rest, length


@summing
def _summed(w: Work, outcomes: int) -> None:
    """Fills `total` and `moment` of the race that was run."""
    won, least, most, totals, moments = w.won, w.least, w.most, w.total, w.moment
    for kind in range(2):
        for outcome in range(outcomes):
            total, moment = 0.0, 0.0
            if most[kind, outcome] >= 0:
                some = won[kind, outcome, least[kind, outcome] : most[kind, outcome] + 1]
                for place in range(len(some)):
                    total += some[place]
                    moment += some[place] * place
                moment += total * least[kind, outcome]
            totals[kind, outcome], moments[kind, outcome] = total, moment


@part
def _cleared(w: Work, outcomes: int) -> None:
    """Makes the room of the race that was run empty again."""
    won, least, most = w.won, w.least, w.most
    for kind in range(2):
        for outcome in range(outcomes):
            if most[kind, outcome] >= 0:
                fill(won[kind, outcome, least[kind, outcome] : most[kind, outcome] + 1], 0.0)
                most[kind, outcome] = -1
