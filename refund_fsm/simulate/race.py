"""Owns the compiled loops of the exact law: who wins a race and when, and the mass that flows from configuration to configuration.

A race begins when a state is entered, at a cell's edge or inside the cell (then all places in it count alike). In each cell, first the
limit that ends at its edge, then delays that end just at the edge in the order of the rules, then what ends inside the cell: masses
there are spread evenly, and the share of each winner is integrated exactly (Gauss–Legendre). Delays of whole cells that begin inside a
cell end just as far inside. Must not know names; shapes are in `lattice`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from refund_fsm.simulate.lattice import NO_DEADLINE, Lattice

FAINT = 1e-14  # probability of all cases in a race that is not followed any more; it stays where it is
NONE = 1e-16  # mass that does not move on
MAX_ROUNDS = 100_000  # of moves inside one instant

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Work(NamedTuple):
    """Room for one race. `won` (2 × outcomes × T): the probability of each outcome by cell, at its edge and inside, the cell of the
    entry first. `inner` (rows): that an internal event happens. `alive` (T): that nobody has won by the edge of a cell, the limit's
    instant not counted. `least`, `most` (2 × outcomes): the cells between which `won` is not 0 (most −1: nowhere); `total`, `moment`
    (2 × outcomes): its sum, and that of the cells weighed by it. The rest is scratch."""

    won: Float
    inner: Float
    alive: Float
    least: Int
    most: Int
    total: Float
    moment: Float
    none: Float
    done: Float
    soft: Float
    soft_digit: Float
    locked: Float
    locked_digit: Float
    row_soft: Float
    row_lock: Float
    active: Int
    digits: Int
    others: Float


def work_for(lattice: Lattice) -> Work:
    """Room for the races of a lattice."""
    outcomes = int(((lattice.race_events + 1) * lattice.race_variants).max(initial=1))
    rows = int(np.diff(lattice.race_rows).max(initial=1))
    slots = max(int(np.diff(lattice.race_slots).max(initial=1)), 1)
    radix = int(lattice.slot_radix.max(initial=1))
    return Work(
        np.zeros((2, outcomes, lattice.last + 1)),
        np.zeros(max(rows, 1)),
        np.zeros(lattice.last + 2),
        np.zeros((2, outcomes), np.int64),
        np.full((2, outcomes), -1, np.int64),
        np.zeros((2, outcomes)),
        np.zeros((2, outcomes)),
        *(np.zeros(slots), np.zeros((slots, radix)), np.zeros(slots), np.zeros((slots, radix)), np.zeros(slots), np.zeros((slots, radix))),
        *(np.zeros(max(rows, 1)), np.zeros(max(rows, 1)), np.zeros(max(rows, 1), np.int64)),
        np.zeros((int(lattice.race_variants.max(initial=1)), slots), np.int64),
        np.zeros(int(lattice.race_variants.max(initial=1))),
    )


@njit(cache=True, nogil=True)
def _share(
    none: Any, done: Any, soft: Any, soft_digit: Any, lock: Any, lock_digit: Any, skip: Any, digits: Any, variant: Any, at: Any
) -> Any:
    """That all actors but `skip` are still there, at the place `at` of the cell, having done what `variant` says."""
    found = 1.0
    for slot in range(digits.shape[1]):
        if slot == skip:
            continue
        digit = digits[variant, slot]
        if digit == 0:
            found *= none[slot] - lock[slot] - at * soft[slot]
        else:
            found *= done[slot, digit] + lock_digit[slot, digit] + at * soft_digit[slot, digit]
    return found


@njit(cache=True, nogil=True)
def _alive(none: Any, done: Any, radix: Any) -> Any:
    found = 1.0
    for slot in range(len(radix)):
        one = none[slot]
        for digit in range(1, radix[slot]):
            one += done[slot, digit]
        found *= one
    return found


@njit(cache=True, nogil=True, inline="always")
def _touched(least: Any, most: Any, kind: Any, outcome: Any, lag: Any) -> None:
    """Notes that an outcome has mass in a cell; cells come in order."""
    if most[kind, outcome] < 0:
        least[kind, outcome] = lag
    most[kind, outcome] = lag


@njit(cache=True, nogil=True)
def race(L: Lattice, number: int, node: int, inside: int, cell: int, deadline: int, faint: float, w: Work) -> tuple[int, float]:  # noqa: N803
    """Fills `w` for a race that begins in `cell`. `deadline` is a code; it only matters where a clock enforces it. The race is not
    followed when it is less likely than `faint` that it goes on.

    Returns the number of cells that were filled, and the probability that nobody has won when the last cell or all hope ends.
    """
    first_row, end_row = L.race_rows[number], L.race_rows[number + 1]
    first_slot, end_slot = L.race_slots[number], L.race_slots[number + 1]
    stride, radix = L.slot_stride[first_slot:end_slot], L.slot_radix[first_slot:end_slot]
    slots, variants, clock = end_slot - first_slot, L.race_variants[number], L.race_events[number] * L.race_variants[number]
    clocked = L.race_clocked[number] == 1
    row_slot, row_choice, row_share = L.row_slot[first_row:end_row], L.row_choice[first_row:end_row], L.row_share[first_row:end_row]
    row_event, row_digit, row_mask = L.row_event[first_row:end_row], L.row_digit[first_row:end_row], L.row_mask[first_row:end_row]
    works, before, choice_works, mass = L.works, L.before, L.choice_works, L.mass
    atoms, edge, within = L.atoms, L.edge, L.inside
    gauss_at, gauss_weight = L.gauss_at, L.gauss_weight
    bounds = L.bounds[node]
    won, inner, none, done = w.won, w.inner, w.none, w.done
    soft, soft_digit, lock, lock_digit = w.soft, w.soft_digit, w.locked, w.locked_digit
    row_soft, row_lock = w.row_soft, w.row_lock
    rows, active = end_row - first_row, w.active  # the rows whose delay may not have ended yet, in order
    going = rows
    for row in range(rows):
        active[row] = row
        row_soft[row] = 0.0
        row_lock[row] = 0.0
    digits = w.digits[:variants, :slots]
    for slot in range(slots):
        for variant in range(variants):
            digits[variant, slot] = (variant // stride[slot]) % radix[slot]
        none[slot] = 1.0
        for digit in range(radix[slot]):
            done[slot, digit] = 0.0
            lock_digit[slot, digit] = 0.0
        lock[slot] = 0.0
    for row in range(rows):
        inner[row] = 0.0
    alive, least, most = w.alive, w.least, w.most
    if clocked and deadline <= 2 * cell + inside:  # entered too late: the clock fires at once
        won[inside, clock, 0] = 1.0
        least[inside, clock], most[inside, clock] = 0, 0
        return 1, 0.0
    if slots == 0 and not clocked:
        return 0, 1.0
    due_cell, due_inside = deadline // 2, deadline % 2
    here, left, lone, company, others = cell, 1.0, -1, 1.0, w.others  # lone: whose company is known
    phase, phases = 0, len(bounds)
    while here < L.last:
        if slots == 0 and here < due_cell:
            here = min(due_cell, L.last)
            continue
        while phase < phases and bounds[phase] <= here:
            phase += 1
        alive[here - cell] = left
        if clocked and here == due_cell and due_inside == 0:
            for variant in range(variants):
                won[0, clock + variant, here - cell] = _share(none, done, none, done, lock, lock_digit, -1, digits, variant, 0.0)
                least[0, clock + variant], most[0, clock + variant] = here - cell, here - cell
            return here - cell + 1, 0.0
        any_soft, any_lock, moved, busy = False, False, False, -1  # busy: the actor with mass in this cell; -2 for several
        for slot in range(slots):
            soft[slot] = 0.0
            for digit in range(radix[slot]):
                soft_digit[slot, digit] = 0.0
        kept = 0
        for turn in range(going):
            row = active[turn]
            active[kept] = row
            kept += 1
            row_soft[row] = 0.0
            row_lock[row] = 0.0
            if (row_mask[row] >> phase) & 1 == 0:
                continue
            choice = row_choice[row]
            at_edge = inside == 0
            if choice_works[choice] == 1:
                if works[here] == 0:
                    continue
                lag = before[here] - before[cell]
                at_edge = at_edge or works[cell] == 0
            else:
                lag = here - cell
            place = mass[choice] + lag
            if place >= mass[choice + 1]:
                kept -= 1
                continue
            slot, share, digit = row_slot[row], row_share[row], row_digit[row]
            atom = share * atoms[place]
            if atom > 0.0:
                if at_edge:
                    lone, moved = -1, True  # happens at the edge of this cell, in the order of the rows
                    if row_event[row] >= 0:
                        for variant in range(variants):
                            if digits[variant, slot] == 0:
                                _touched(least, most, 0, row_event[row] * variants + variant, here - cell)
                                won[0, row_event[row] * variants + variant, here - cell] += atom * _share(
                                    none, done, none, done, lock, lock_digit, slot, digits, variant, 0.0
                                )
                        none[slot] -= atom
                    else:
                        rest = none[slot]
                        for other in range(1, radix[slot]):
                            rest += done[slot, other]
                        if rest > 0.0:
                            inner[row] += atom * _alive(none, done, radix) / rest
                        if digit > 0:
                            none[slot] -= atom
                            done[slot, digit] += atom
                else:
                    row_lock[row] = atom
                    any_lock = True
                    busy = slot if busy == -1 or busy == slot else -2
            one = share * (edge[place] if at_edge else within[place])
            if one > 0.0:
                row_soft[row] = one
                any_soft = True
                busy = slot if busy == -1 or busy == slot else -2
                if row_event[row] >= 0:
                    soft[slot] += one
                elif digit > 0:
                    soft[slot] += one
                    soft_digit[slot, digit] += one
        going = kept
        clock_inside = clocked and here == due_cell and due_inside == 1
        if busy >= 0 and not clock_inside:  # nobody else can win in this cell
            slot = busy
            if slot != lone:
                lone, company = slot, 1.0
                for variant in range(variants):
                    others[variant] = _share(none, done, none, done, lock, lock_digit, slot, digits, variant, 0.0)
                for other in range(slots):
                    if other != slot:
                        there = none[other]
                        for digit in range(1, radix[other]):
                            there += done[other, digit]
                        company *= there
            for turn in range(going):
                row = active[turn]
                one = row_soft[row] + row_lock[row]
                if one <= 0.0:
                    continue
                event, digit = row_event[row], row_digit[row]
                for variant in range(variants):
                    if digits[variant, slot] != 0:
                        continue
                    if event >= 0:
                        outcome = event * variants + variant
                        if most[1, outcome] < 0:
                            least[1, outcome] = here - cell
                        most[1, outcome] = here - cell
                        won[1, outcome, here - cell] += one * others[variant]
                    else:
                        inner[row] += one * others[variant]
                if event >= 0 or digit > 0:
                    none[slot] -= one
                    if digit > 0:
                        done[slot, digit] += one
                    elif event >= 0:
                        left -= one * company
        elif any_soft or any_lock or clock_inside:
            lone, moved = -1, True
            for point in range(len(gauss_at)):
                at, weight = gauss_at[point], gauss_weight[point]
                if clock_inside:
                    for variant in range(variants):
                        _touched(least, most, 1, clock + variant, here - cell)
                        won[1, clock + variant, here - cell] += weight * _share(
                            none, done, soft, soft_digit, lock, lock_digit, -1, digits, variant, at
                        )
                for turn in range(going):  # locked masses, those before in the order having happened
                    row = active[turn]
                    atom = row_lock[row]
                    if atom > 0.0:
                        slot, digit = row_slot[row], row_digit[row]
                        if not clock_inside:
                            if row_event[row] >= 0:
                                for variant in range(variants):
                                    if digits[variant, slot] == 0:
                                        _touched(least, most, 1, row_event[row] * variants + variant, here - cell)
                                        won[1, row_event[row] * variants + variant, here - cell] += (
                                            weight
                                            * atom
                                            * _share(none, done, soft, soft_digit, lock, lock_digit, slot, digits, variant, at)
                                        )
                            else:
                                for variant in range(variants):
                                    if digits[variant, slot] == 0:
                                        inner[row] += (
                                            weight
                                            * atom
                                            * _share(none, done, soft, soft_digit, lock, lock_digit, slot, digits, variant, at)
                                        )
                        if row_event[row] >= 0:
                            lock[slot] += atom
                        elif digit > 0:
                            lock[slot] += atom
                            lock_digit[slot, digit] += atom
                for slot in range(slots):
                    lock[slot] = 0.0
                    for digit in range(radix[slot]):
                        lock_digit[slot, digit] = 0.0
                if any_soft:
                    # locked masses have happened at the place `at` with probability `at`
                    if any_lock:
                        for turn in range(going):
                            row = active[turn]
                            if row_lock[row] > 0.0 and (row_event[row] >= 0 or row_digit[row] > 0):
                                lock[row_slot[row]] += at * row_lock[row]
                                if row_digit[row] > 0:
                                    lock_digit[row_slot[row], row_digit[row]] += at * row_lock[row]
                    factor = weight * (1.0 - at) if clock_inside else weight
                    for turn in range(going):
                        row = active[turn]
                        one = row_soft[row]
                        if one > 0.0:
                            slot = row_slot[row]
                            for variant in range(variants):
                                if digits[variant, slot] == 0:
                                    share = factor * one * _share(none, done, soft, soft_digit, lock, lock_digit, slot, digits, variant, at)
                                    if row_event[row] >= 0:
                                        _touched(least, most, 1, row_event[row] * variants + variant, here - cell)
                                        won[1, row_event[row] * variants + variant, here - cell] += share
                                    else:
                                        inner[row] += share
                    if any_lock:
                        for slot in range(slots):
                            lock[slot] = 0.0
                            for digit in range(radix[slot]):
                                lock_digit[slot, digit] = 0.0
            if clock_inside:
                return here - cell + 1, 0.0
            for turn in range(going):
                row = active[turn]
                gone = row_soft[row] + row_lock[row]
                if gone > 0.0 and (row_event[row] >= 0 or row_digit[row] > 0):
                    none[row_slot[row]] -= gone
                    if row_digit[row] > 0:
                        done[row_slot[row], row_digit[row]] += gone
        here += 1
        if moved:
            left = _alive(none, done, radix)
        if left < faint:
            alive[here - cell] = left
            return here - cell, max(left, 0.0)
    alive[max(L.last - cell, 0)] = left
    return max(L.last - cell, 0), left


@njit(cache=True, nogil=True)
def _summed(w: Work, outcomes: int) -> None:
    """Fills `total` and `moment` of the race that was run."""
    for kind in range(2):
        for outcome in range(outcomes):
            won = w.won[kind, outcome]
            total, moment = 0.0, 0.0
            for u in range(w.least[kind, outcome], w.most[kind, outcome] + 1):
                total += won[u]
                moment += won[u] * u
            w.total[kind, outcome], w.moment[kind, outcome] = total, moment


@njit(cache=True, nogil=True)
def _cleared(w: Work, outcomes: int) -> None:
    """Makes the room of the race that was run empty again."""
    for kind in range(2):
        for outcome in range(outcomes):
            for u in range(w.least[kind, outcome], w.most[kind, outcome] + 1):
                w.won[kind, outcome, u] = 0.0
            w.most[kind, outcome] = -1


@njit(cache=True, nogil=True)
def passed(w: Work, cell: int, inside: int, deadline: int, count: int) -> float:
    """The probability that the deadline passes before anybody has won the race that was run."""
    lag = deadline // 2 - cell
    if deadline <= 2 * cell + inside or lag > count:
        return 0.0
    return w.alive[lag] if deadline % 2 == 0 or lag >= count else (w.alive[lag] + w.alive[lag + 1]) / 2.0


@njit(cache=True, nogil=True, inline="always")
def deadline_of(L: Lattice, group: int, slot: int, slots: int, cell: int, inside: int) -> int:  # noqa: N803
    """The code of the deadline in a state of a limit group, entered from outside (`slots` 1) or with the deadline of a slot."""
    if group < 0:
        return NO_DEADLINE
    if slots == 1:
        return fresh(L, group, cell, inside)
    if slot == slots - 1:
        return 2 * cell + inside  # passed
    span = slots - 1
    if L.group_hours[group] >= 0:
        return 2 * cell + (slot - 2 * cell) % span
    day = cell // L.per_day + 1
    return 2 * L.per_day * (day + (slot - day) % span)


@njit(cache=True, nogil=True, inline="always")
def fresh(L: Lattice, group: int, cell: int, inside: int) -> int:  # noqa: N803
    """The code of the deadline that begins to be counted now."""
    hours = L.group_hours[group]
    if hours >= 0:
        code = 2 * cell + inside + 2 * (hours // 2)
        return code if hours % 2 == 0 else 2 * (code // 2) + 1
    return 2 * L.group_end[group, cell // L.per_day]


@njit(cache=True, nogil=True, inline="always")
def row_of(L: Lattice, dest: int, group: int, deadline: int, cell: int, inside: int) -> int:  # noqa: N803
    """The row in which a node is entered, out of a state of `group` with a deadline."""
    slots = L.node_rows[dest]
    if slots == 1:
        return L.node_row[dest]
    there = L.state_group[L.state_of[dest]]
    code = 2 * cell + inside
    due = deadline if there == group else fresh(L, there, cell, inside)
    if due <= code:
        return L.node_row[dest] + slots - 1
    if L.group_hours[there] >= 0:
        return L.node_row[dest] + due % (slots - 1)
    return L.node_row[dest] + (due // (2 * L.per_day)) % (slots - 1)


@njit(cache=True, nogil=True, inline="always")
def until(L: Lattice, dest: int, group: int, deadline: int, cell: int) -> int:  # noqa: N803
    """The last cell, from `cell` on, up to which `row_of` stays the same, whatever it is."""
    if L.node_rows[dest] == 1:
        return L.last
    there = L.state_group[L.state_of[dest]]
    if there != group:
        return cell if L.group_hours[there] >= 0 else (cell // L.per_day + 1) * L.per_day - 1
    return max(cell, deadline // 2 - 1) if cell < deadline // 2 else (cell if cell == deadline // 2 else L.last)


class Flow(NamedTuple):
    """What the law adds up. `mass` (rows × 2 × T): the probability of entering a row in a cell, at its edge or inside. `out`, `inner`
    (see `Lattice`): of each outcome and internal event. `breach`, `left` (N): of passing the deadline, of staying for ever.
    `hours` (S): expected cells spent in each state, until the last cell."""

    mass: Float
    out: Float
    inner: Float
    breach: Float
    left: Float
    hours: Float


def flow_for(lattice: Lattice) -> Flow:
    """Zeros of the right shapes."""
    return Flow(
        np.zeros((len(lattice.rows_node), 2, lattice.last + 1)),
        np.zeros(max(int(lattice.out[-1]), 1)),
        np.zeros(max(int(lattice.inner[-1]), 1)),
        np.zeros(len(lattice.node_row)),
        np.zeros(len(lattice.node_row)),
        np.zeros(len(lattice.state_group)),
    )


class Apart(NamedTuple):
    """B things whose cases are followed apart once they have happened (see `firsts`), and payouts.

    `row` (B × rows): the place of a row in `mass`, or −1. `out`, `inner` (B × …): 1 where it happens, 2 where the outcome tells that it happened before in the state; `limit` (B): the group whose
    deadline it is, or −1. `counted` (B × N): 1 for nodes where it may happen for the first time. `ever` (B): its probability. `mass`
    (places × 2 × T): as in `Flow`, of the cases to which it has happened. `pays` (outcomes): 1 where the money is moved for the first
    time, or perhaps; `paid` is the one of the B things that tells, or −1; `money` (2 × T): when that is.
    """

    row: Int
    out: NDArray[np.uint8]
    inner: NDArray[np.uint8]
    limit: Int
    counted: NDArray[np.uint8]
    ever: Float
    mass: Float
    pays: NDArray[np.uint8]
    paid: int
    money: Float


@njit(cache=True, nogil=True)
def forward(L: Lattice, w: Work, openings: Int, shares: Float, flow: Flow, apart: Apart) -> int:  # noqa: N803
    """The law from the start on: fills `flow` and `apart`. Returns 0, or 1 when moves inside one instant find no end."""
    things, apart_mass, apart_row = len(apart.limit), apart.mass, apart.row
    todo_apart, mine = np.zeros(max(len(apart.mass), 1)), np.zeros(max(things, 1))
    mass = flow.mass
    rows, phases = len(L.rows_node), L.bounds.shape[1] + 1
    low = np.full(rows, L.last + 1, np.int64)
    high = np.full(rows, -1, np.int64)
    todo, crowd = np.zeros(rows), np.zeros(len(L.race_state))
    start, begin = L.start // 2, L.start % 2
    for place in range(len(openings)):
        row = row_of(L, openings[place], -1, NO_DEADLINE, start, begin)
        mass[row, begin, start] += shares[place]
        low[row], high[row] = start, start
    for cell in range(start, L.last):
        for inside in range(2):
            active = False
            for row in range(rows):
                todo[row] = 0.0
                if low[row] <= cell <= high[row] and mass[row, inside, cell] > NONE and L.race_of[L.rows_node[row] * phases] >= 0:
                    todo[row] = mass[row, inside, cell]
                    active = True
            if active:
                for place in range(len(apart_mass)):
                    todo_apart[place] = apart_mass[place, inside, cell]
            rounds = 0
            while active:
                active = False
                crowd[:] = 0.0
                for row in range(rows):
                    if todo[row] > 0.0:
                        crowd[L.race_of[L.rows_node[row] * phases]] += todo[row]
                rounds += 1
                if rounds > MAX_ROUNDS:
                    return 1
                last_race, last_deadline, outcomes, count, rest = -1, -1, 0, 0, 0.0
                for turn in range(rows):
                    row = L.rows_order[turn]
                    m = todo[row]
                    if m <= NONE:
                        continue
                    todo[row] = 0.0
                    node = L.rows_node[row]
                    phase = 0
                    while phase < phases - 1 and L.bounds[node, phase] <= cell:
                        phase += 1
                    number = L.race_of[node * phases + phase]
                    state = L.race_state[number]
                    group = L.state_group[state]
                    deadline = deadline_of(L, group, L.rows_slot[row], L.node_rows[node], cell, inside)
                    told = deadline if L.race_clocked[number] == 1 else NO_DEADLINE
                    if number != last_race or told != last_deadline:
                        _cleared(w, outcomes)
                        outcomes = (L.race_events[number] + 1) * L.race_variants[number]
                        faint = FAINT / max(crowd[L.race_of[node * phases]], NONE)
                        count, rest = race(L, number, node, inside, cell, told, faint, w)
                        _summed(w, outcomes)
                        last_race, last_deadline = number, told
                    if told == NO_DEADLINE:
                        flow.breach[node] += m * passed(w, cell, inside, deadline, count)
                    for thing in range(things):
                        mine[thing] = 0.0
                        place = apart_row[thing, row]
                        if place >= 0:
                            mine[thing] = todo_apart[place]
                            todo_apart[place] = 0.0
                        if apart.counted[thing, node] == 1:
                            fresh_mass = m - mine[thing]
                            if apart.limit[thing] == group:
                                if told == NO_DEADLINE:
                                    apart.ever[thing] += fresh_mass * passed(w, cell, inside, deadline, count)
                            else:
                                base = L.inner[node * phases + phase]
                                for inner in range(L.race_rows[number + 1] - L.race_rows[number]):
                                    if apart.inner[thing, base + inner] == 1:
                                        apart.ever[thing] += fresh_mass * w.inner[inner]
                    flow.left[node] += m * rest
                    flow.hours[state] += m * rest * (L.last - cell - 0.5 * inside)
                    for place in range(L.race_rows[number + 1] - L.race_rows[number]):
                        flow.inner[L.inner[node * phases + phase] + place] += m * w.inner[place]
                    base = L.out[node * phases + phase]
                    for outcome in range(outcomes):
                        for kind in range(2):
                            end = w.most[kind, outcome]
                            if end < 0:
                                continue
                            won = w.won[kind, outcome]
                            flow.hours[state] += m * (w.moment[kind, outcome] + 0.5 * (kind - inside) * w.total[kind, outcome])
                            u, fired = w.least[kind, outcome], 0
                            while u <= end:  # ends: each round takes at least one cell
                                at = cell + u
                                stop = L.last
                                while fired < phases - 1 and L.bounds[node, fired] <= at:
                                    fired += 1
                                if fired < phases - 1:
                                    stop = L.bounds[node, fired] - 1
                                place = base + fired * outcomes + outcome
                                dest = L.out_dest[place]
                                stop = min(stop, until(L, dest, group, deadline, at)) - cell
                                target = row_of(L, dest, group, deadline, at, kind)
                                stop = min(stop, end)
                                into = mass[target, kind]
                                total = 0.0
                                for v in range(u, stop + 1):
                                    total += won[v]
                                    into[cell + v] += m * won[v]
                                flow.out[place] += m * total
                                if apart.pays[place] == 1:
                                    fresh_mass = m - mine[apart.paid] if apart.paid >= 0 else m
                                    for v in range(u, stop + 1):
                                        apart.money[kind, cell + v] += fresh_mass * won[v]
                                for thing in range(things):
                                    happens = apart.out[thing, place] > 0
                                    if apart.out[thing, place] == 1 and apart.counted[thing, node] == 1:
                                        apart.ever[thing] += (m - mine[thing]) * total
                                    there = apart_row[thing, target]
                                    if there < 0:
                                        continue
                                    one = m if happens else mine[thing]
                                    late = deadline // 2 - cell if apart.limit[thing] == group and told == NO_DEADLINE else L.last
                                    if deadline <= 2 * cell + inside and apart.limit[thing] == group:
                                        late = 0
                                    if one > 0.0 or late <= stop:
                                        into = apart_mass[there, kind]
                                        for v in range(u, stop + 1):
                                            into[cell + v] += won[v] * (m if v >= late else one)
                                        if u == 0 and kind == inside:
                                            todo_apart[there] += won[0] * (m if late <= 0 else one)
                                low[target] = min(low[target], at)
                                high[target] = max(high[target], cell + stop)
                                if u == 0 and kind == inside and L.race_of[dest * phases] >= 0:
                                    todo[target] += m * won[0]
                                    crowd[L.race_of[dest * phases]] += m * won[0]
                                    if todo[target] > NONE:
                                        active = True
                                u = stop + 1
                _cleared(w, outcomes)
    for row in range(rows):  # what arrives in the last cell stays
        node = L.rows_node[row]
        if L.race_of[node * phases] >= 0:
            flow.left[node] += mass[row, 0, L.last] + mass[row, 1, L.last]
    return 0
