"""Owns the compiled loop that plays cases over the tables of a chain, and the counter-based random numbers that it draws.

Every random number is a function of the seed, the number of the case and the number of the draw (SplitMix64: Steele, Lea and
Flood, OOPSLA 2014): no state, so that cases can be played in any order, in any chunks, anywhere. A draw's number says what it is
for (the state, how often its loop went round, the actor, whether event or delay), so that what-ifs draw the same where nothing changed.
Sums are integers. Must not know names, nor how chunks are handed out.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from refund_fsm.eventlog import Rows
from refund_fsm.simulate.chain import Tables

BIN = 3_600  # seconds of a bin of time
BINS = 9_601  # 400 days, and one for all that is longer
MAX_STEPS = 10_000  # rules that fire in one case: a behaviour that goes round without taking time is an error, not a hang
DONE, TOO_MANY_STEPS, OFF_CALENDAR = 0, 1, 2
NEVER = 1 << 62
FOR_EVER = 1e11  # seconds
MOST_AMOUNT = 1e12  # fen: as in an order
STALE = -2  # the earliest draw must be looked for again
DAY = 86_400

Int = NDArray[np.int64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_CASE = np.uint64(0xD1B54A32D192ED03)
_M1, _M2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S27, _S30, _S31, _S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)
_FIRST = 2  # draws 0 and 1 are the kind of case and the amount

# Places in `Sums.totals`
CASES, STEPS, STEPS_SQUARED, PAID, PAID_FEN, PARCELS, VIOLATIONS, PROVISIONAL, MONEY_SECONDS, TOTALS = range(10)


class Sums(NamedTuple):
    """What the cases of a chunk add up to. Integers: they are the same in any order.

    `rules`, `rule_cases` (R): firings, cases in which the rule fired. `visits`, `state_cases`, `seconds` (S): stays that began,
    cases that had one, seconds of stays that ended. `stays` (S × `BINS`): how long those were. `ends` (S × `BINS`): from the start
    to each final state; `end_seconds` (S). `money` (`BINS`): from the start to the first payout. `breaches`, `breach_cases` (L).
    `open` (S): cases that were left where they were. `payers`: parcels by who pays. `totals`: see the places above.
    """

    rules: Int
    rule_cases: Int
    visits: Int
    state_cases: Int
    seconds: Int
    stays: Int
    ends: Int
    end_seconds: Int
    money: Int
    breaches: Int
    breach_cases: Int
    open: Int
    payers: Int
    totals: Int


def no_rows() -> Rows:
    """A log that is not written."""
    return Rows(*(np.zeros(0, np.int64) for _ in Rows._fields))


def rows_for(count: int) -> Rows:
    """Room for rows; at least for one case."""
    return Rows(*(np.empty(max(count, 2 * MAX_STEPS), np.int64) for _ in Rows._fields))


def shapes_of(states: int, rules: int, limits: int, payers: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the sums of cases, of a workflow with so many states, rules, limit groups, and payers of freight."""
    shapes: tuple[tuple[int, ...], ...] = (
        *((rules,), (rules,), (states,), (states,), (states,), (states, BINS), (states, BINS), (states,), (BINS,)),
        *((limits,), (limits,), (states,), (max(payers, 1),), (TOTALS,)),
    )
    return dict(zip(Sums._fields, shapes, strict=True))


def sums_for(tables: Tables, payers: int) -> Sums:
    """Zeros of the shapes that a chain needs."""
    shapes = shapes_of(len(tables.final), len(tables.pays), len(tables.limit_hours), payers)
    return Sums(*(np.zeros(shape, np.int64) for shape in shapes.values()))


@njit(cache=True, nogil=True, error_model="numpy")
def _mixed(z: Any) -> Any:
    z = (z ^ (z >> _S30)) * _M1
    z = (z ^ (z >> _S27)) * _M2
    return z ^ (z >> _S31)


@njit(cache=True, nogil=True, error_model="numpy")
def _case_key(seed: Any, case: Any) -> Any:
    return _mixed(_mixed(np.uint64(seed) + _GAMMA) + np.uint64(case) * _CASE)


@njit(cache=True, nogil=True, error_model="numpy")
def _uniform(key: Any, draw: Any) -> Any:
    """In [0, 1), a multiple of 2⁻⁵³."""
    return np.float64(_mixed(key + np.uint64(draw) * _GAMMA) >> _S11) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True, error_model="numpy")
def _exp(x: Any) -> Any:
    """e to the power x, to 2⁻⁵², by arithmetic alone: it can be done side by side, and is the same everywhere."""
    k = np.floor(x * 1.4426950408889634 + 0.5)
    r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    p = 1.0 / 479001600.0  # Taylor's series: |r| is at most ln 2 / 2
    p = p * r + 1.0 / 39916800.0
    p = p * r + 1.0 / 3628800.0
    p = p * r + 1.0 / 362880.0
    p = p * r + 1.0 / 40320.0
    p = p * r + 1.0 / 5040.0
    p = p * r + 1.0 / 720.0
    p = p * r + 1.0 / 120.0
    p = p * r + 1.0 / 24.0
    p = p * r + 1.0 / 6.0
    p = p * r + 0.5
    p = p * (r * r) + r
    power = np.int64((np.int64(k) + 1023) << 52).view(np.float64)
    return power + power * p


@njit(cache=True, nogil=True, error_model="numpy")
def _log(x: Any) -> Any:
    """The natural logarithm of a normal x > 0, to 2⁻⁵² (the method of fdlibm's e_log.c, Sun 1993), by arithmetic alone."""
    bits = np.float64(x).view(np.int64)
    k = (bits - 0x3FE6A09E667F3BCD) >> 52  # x is 2ᵏ (1 + f), 1 + f from √½ to √2
    f = np.int64(bits - (k << 52)).view(np.float64) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    odd = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
    even = z * (0.6666666666666735130 + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591)))
    half = 0.5 * f * f
    n = np.float64(k)
    return n * 6.93147180369123816490e-01 - ((half - (s * (half + odd + even) + n * 1.90821492927058770002e-10)) - f)


@njit(cache=True, nogil=True, error_model="numpy")
def _middle(q: Any) -> Any:
    """`_normal` of ½ + q, |q| at most 0.425."""
    r = 0.180625 - q * q
    num = (
        (
            (
                (((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r + 45921.953931549871457) * r
                + 13731.693765509461125
            )
            * r
            + 1971.5909503065514427
        )
        * r
        + 133.14166789178437745
    ) * r + 3.387132872796366608
    den = (
        (
            (
                (((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) * r + 21213.794301586595867) * r
                + 5394.1960214247511077
            )
            * r
            + 687.1870074920579083
        )
        * r
        + 42.313330701600911252
    ) * r + 1.0
    return q * num / den


@njit(cache=True, nogil=True)
def _normal(p: Any) -> Any:
    """The quantile of the standard normal distribution (Wichura, AS 241, PPND16; relative error about 1e-16)."""
    q = p - 0.5
    if abs(q) <= 0.425:
        return _middle(q)
    r = p if q < 0.0 else 1.0 - p
    if r <= 0.0:
        return -38.0 if q < 0.0 else 38.0
    r = math.sqrt(-_log(r))
    if r <= 5.0:
        r -= 1.6
        num = (
            (
                (
                    (((7.7454501427834140764e-4 * r + 0.0227238449892691845833) * r + 0.24178072517745061177) * r + 1.27045825245236838258)
                    * r
                    + 3.64784832476320460504
                )
                * r
                + 5.7694972214606914055
            )
            * r
            + 4.6303378461565452959
        ) * r + 1.42343711074968357734
        den = (
            (
                (
                    (
                        ((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                        + 0.14810397642748007459
                    )
                    * r
                    + 0.68976733498510000455
                )
                * r
                + 1.6763848301838038494
            )
            * r
            + 2.05319162663775882187
        ) * r + 1.0
    else:
        r -= 5.0
        num = (
            (
                (
                    (
                        ((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                        + 0.026532189526576123093
                    )
                    * r
                    + 0.29656057182850489123
                )
                * r
                + 1.7848265399172913358
            )
            * r
            + 5.4637849111641143699
        ) * r + 6.6579046435011037772
        den = (
            (
                (
                    (
                        ((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                        + 7.868691311456132591e-4
                    )
                    * r
                    + 0.0148753612908506148525
                )
                * r
                + 0.13692988092273580531
            )
            * r
            + 0.59983220655588793769
        ) * r + 1.0
    found = num / den
    return -found if q < 0.0 else found


@njit(cache=True, nogil=True)
def _quantile(kind: Any, a: Any, b: Any, c: Any, points: Any, rises: Any, u: Any) -> Any:
    """The value of a distribution at the probability u, in seconds or fen. Its inverse, `curves.cdf`, is tested against it."""
    if kind == 1:
        return a + u * (b - a)
    if kind == 2:
        return -a * _log(1.0 - u)
    if kind == 4:
        if u * (c - a) < b - a:
            return a + math.sqrt(u * (c - a) * (b - a))
        return c - math.sqrt((1.0 - u) * (c - a) * (c - b))
    if kind == 0:
        return a
    if kind == 3:
        return _exp(a + b * _normal(u))
    low, high = np.int64(a), np.int64(b) - 1
    while low < high:  # ends: halves the places
        middle = (low + high) // 2
        if rises[middle] > u:
            high = middle
        else:
            low = middle + 1
    return points[low]


@njit(cache=True, nogil=True, inline="always")
def _opened(open_p: Any, open_other: Any, key: Any) -> Any:
    """Which opening a case has: Walker's alias method."""
    u = _uniform(key, 0) * len(open_p)
    place = np.int64(u)
    return place if u - place < open_p[place] else open_other[place]


@njit(cache=True, nogil=True)
def opening_of(t: Tables, seed: int, case: int) -> int:
    """The place in the mix of the opening that a case has."""
    return _opened(t.open_p, t.open_other, _case_key(seed, case))


@njit(cache=True, nogil=True)
def amount_of(t: Tables, seed: int, case: int) -> int:
    """What a case claims, in fen."""
    q, at = t.quantities, len(t.quantities.kind) - 1
    return _amount(q.kind[at], q.a[at], q.b[at], q.c[at], q.points, q.rises, _case_key(seed, case))


@njit(cache=True, nogil=True)
def _amount(kind: Any, a: Any, b: Any, c: Any, points: Any, rises: Any, key: Any) -> Any:
    return np.int64(min(max(_quantile(kind, a, b, c, points, rises, _uniform(key, 1)) + 0.5, 1.0), MOST_AMOUNT))


@njit(cache=True, nogil=True)
def play(t: Tables, seed: int, first: int, last: int, out: Sums, log: Rows) -> tuple[int, int, int]:
    """Plays the cases `first` to `last` − 1 and adds them to `out`; with a log of some length, writes its rows as well.

    Returns how it ended (`DONE` or an error), the case after the last that was played, and the number of rows. It stops early when
    the log might not hold the next case.
    """
    # Out of the tuples once: numba would count references at every look
    actors = t.actors
    barred = t.barred
    before = t.before
    bounds = t.bounds
    choice_event = t.choice_event
    choice_order = t.choice_order
    clock_dest = t.clock_dest
    clock_rule = t.clock_rule
    clocked = t.clocked
    day_of = t.days
    dest_at = t.dest_at
    is_final = t.final
    horizon = t.horizon
    known = t.known
    law_of = t.law
    law_end = t.law_end
    law_hours = t.law_hours
    law_works = t.law_works
    limit_of = t.limit
    loop_of = t.loop
    limit_end = t.limit_end
    limit_hours = t.limit_hours
    limit_works = t.limit_works
    open_node = t.open_node
    open_other = t.open_other
    open_p = t.open_p
    open_payer = t.open_payer
    parcel = t.parcel
    rank_of = t.rank
    pays = t.pays
    row_choice = t.row_choice
    row_rise = t.row_rise
    rule_at = t.rule_at
    slot_actor = t.slot_actor
    slot_rows = t.slot_rows
    slots = t.slots
    start = t.start
    state_of = t.state
    works = t.works
    q = t.quantities
    kind, q_works, qa, qb, qc, points, rises = q.kind, q.works, q.a, q.b, q.c, q.points, q.rises
    n_breach_cases = out.breach_cases
    n_breaches = out.breaches
    n_end_seconds = out.end_seconds
    n_ends = out.ends
    n_money = out.money
    n_open = out.open
    n_payers = out.payers
    n_rule_cases = out.rule_cases
    n_rules = out.rules
    n_seconds = out.seconds
    n_state_cases = out.state_cases
    n_stays = out.stays
    n_totals = out.totals
    n_visits = out.visits
    log_case, log_second, log_rule, log_amount = log.case, log.second, log.rule, log.amount
    phases = bounds.shape[1] + 1
    states, actors, room = len(is_final), actors, len(log_case)
    amount_at = len(kind) - 1
    seen_state = np.full(states, -1, np.int64)
    seen_rule = np.full(len(pays), -1, np.int64)
    seen_limit = np.full(len(limit_hours), -1, np.int64)
    law_due = np.full(len(law_hours), NEVER, np.int64)
    when, which = np.zeros(actors, np.int64), np.zeros(actors, np.int64)
    rows = 0
    for case in range(first, last):
        if room > 0 and room - rows < MAX_STEPS:
            return DONE, case, rows
        key = _case_key(seed, case)
        opening = _opened(open_p, open_other, key)
        amount = np.int64(0)  # drawn when it is needed
        for clock in range(len(law_due)):
            law_due[clock] = NEVER
        node, now, steps, rounds = open_node[opening], np.int64(start), 0, 0
        due, group, breached, sent, paid, provisional, beyond = np.int64(NEVER), np.int64(-1), False, False, False, False, False
        while True:  # ends: a final state, a stay without an end, or MAX_STEPS
            state = state_of[node]
            entered = now
            n_visits[state] += 1
            if seen_state[state] != case:
                seen_state[state] = case
                n_state_cases[state] += 1
            clock = law_of[state]
            if clock >= 0 and law_due[clock] == NEVER:
                hours = law_hours[clock]
                law_due[clock] = now + hours if hours >= 0 else law_end[clock, now // DAY]
                provisional |= law_works[clock] == 1 and law_due[clock] > known
            if is_final[state] == 1:
                spent = now - start
                n_ends[state, min(spent // BIN, BINS - 1)] += 1
                n_end_seconds[state] += spent
                for clock in range(len(law_due)):
                    if law_due[clock] <= now:
                        n_totals[VIOLATIONS] += 1
                        break
                break
            if limit_of[state] < 0 or limit_of[state] != group:
                group = limit_of[state]
                breached = False
                due = np.int64(NEVER)
                if group >= 0:
                    hours = limit_hours[group]
                    due = now + hours if hours >= 0 else limit_end[group, now // DAY]
                    provisional |= limit_works[group] == 1 and due > known
            # 1. Everybody draws
            phase = 0
            while phase < phases - 1 and bounds[node, phase] <= now:
                phase += 1
            place = node * phases + phase
            pending, best = 0, -1
            draw = _FIRST + 2 * actors * (state + states * rounds)
            for slot in range(slots[place], slots[place + 1]):
                number = draw + 2 * slot_actor[slot]
                row, end = slot_rows[slot], slot_rows[slot + 1] - 1
                if row < end:
                    u = _uniform(key, number)
                    while row < end and u >= row_rise[row]:
                        row += 1
                choice = row_choice[row]
                if choice < 0:
                    continue
                length = _quantile(kind[choice], qa[choice], qb[choice], qc[choice], points, rises, _uniform(key, number + 1))
                if not length < FOR_EVER:
                    beyond = True
                    continue
                if q_works[choice] == 1:
                    day = now // DAY
                    worked = before[day] * DAY + works[day] * (now - day * DAY) + np.int64(length)
                    index = worked // DAY
                    if index >= len(day_of):
                        beyond = True
                        continue
                    at = day_of[index] * DAY + worked - index * DAY
                else:
                    at = now + np.int64(length)
                when[pending], which[pending] = at, choice
                if best < 0 or at < when[best] or (at == when[best] and choice_order[choice] < choice_order[which[best]]):
                    best = pending
                pending += 1
            # 2. The earliest wins, and what stays goes on
            enforced = clocked[state] == 1
            while True:  # ends: each round takes one draw, or leaves the state
                if best == STALE:
                    best = -1
                    for one in range(pending):
                        if (
                            best < 0
                            or when[one] < when[best]
                            or (when[one] == when[best] and choice_order[which[one]] < choice_order[which[best]])
                        ):
                            best = one
                if enforced and clock_rule[node] >= 0 and (best < 0 or due <= when[best]):
                    now = max(due, now)
                    rule, dest = clock_rule[node], clock_dest[node]
                else:
                    if best < 0:
                        now, dest, rule = np.int64(NEVER), np.int64(-1), np.int64(-1)
                    else:
                        now = when[best]
                        choice = which[best]
                        pending -= 1
                        when[best], which[best] = when[pending], which[pending]
                        best = STALE
                        if q_works[choice] == 1:
                            provisional |= now >= known
                        phase = 0
                        while phase < phases - 1 and bounds[node, phase] <= now:
                            phase += 1
                        rule = rule_at[node * phases + phase, choice_event[choice]]
                        dest = dest_at[node * phases + phase, choice_event[choice]]
                        if rule < 0 and now < horizon:
                            continue
                if now >= horizon:
                    beyond = beyond or now < NEVER
                    break
                if not enforced and not breached and group >= 0 and due <= now:
                    breached = True
                    n_breaches[group] += 1
                    if seen_limit[group] != case:
                        seen_limit[group] = case
                        n_breach_cases[group] += 1
                steps += 1
                if steps > MAX_STEPS:
                    return TOO_MANY_STEPS, case, rows
                n_rules[rule] += 1
                if seen_rule[rule] != case:
                    seen_rule[rule] = case
                    n_rule_cases[rule] += 1
                if amount == 0 and (room > 0 or pays[rule] == 1):
                    amount = _amount(kind[amount_at], qa[amount_at], qb[amount_at], qc[amount_at], points, rises, key)
                if room > 0:
                    log_case[rows], log_second[rows], log_rule[rows], log_amount[rows] = case, now, rule, amount
                    rows += 1
                if pays[rule] == 1:
                    n_totals[PAID_FEN] += amount
                    if not paid:
                        paid = True
                        n_totals[PAID] += 1
                        n_money[min((now - start) // BIN, BINS - 1)] += 1
                        n_totals[MONEY_SECONDS] += now - start
                if parcel[rule] == 1 and not sent:
                    sent = True
                    n_totals[PARCELS] += 1
                    if open_payer[opening] >= 0:
                        n_payers[open_payer[opening]] += 1
                node = dest
                if state_of[dest] != state:
                    break
            if now >= horizon:
                if barred == 1 and (beyond or (group >= 0 and due == NEVER)):
                    return OFF_CALENDAR, case, rows
                n_open[state] += 1
                if not enforced and not breached and group >= 0 and due < NEVER:
                    n_breaches[group] += 1
                    if seen_limit[group] != case:
                        seen_limit[group] = case
                        n_breach_cases[group] += 1
                for clock in range(len(law_due)):
                    if law_due[clock] < NEVER:
                        n_totals[VIOLATIONS] += 1
                        break
                break
            after = state_of[node]
            if loop_of[after] != loop_of[state]:
                rounds = 0
            elif rank_of[after] <= rank_of[state]:
                rounds += 1
            spent = now - entered
            n_stays[state, min(spent // BIN, BINS - 1)] += 1
            n_seconds[state] += spent
        n_totals[CASES] += 1
        n_totals[STEPS] += steps
        n_totals[STEPS_SQUARED] += steps * steps
        if provisional:
            n_totals[PROVISIONAL] += 1
    return DONE, last, rows
