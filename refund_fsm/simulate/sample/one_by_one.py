"""Owns the compiled loop that plays cases one by one over the tables of a chain, and can write down what happens in each.

What it draws is a function of the case's number (`numbers`), so that it says what `waves` says, to the bit. Must not know names, nor
how chunks are handed out.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from refund_fsm.eventlog import Rows
from refund_fsm.simulate.chain import DAY, NEVER, Tables
from refund_fsm.simulate.compiled import kept, part, smaller
from refund_fsm.simulate.sample.counts import end_of, moved
from refund_fsm.simulate.sample.numbers import case_key, root_of
from refund_fsm.simulate.sample.opening import claimed, opened
from refund_fsm.simulate.sample.stay import Scratch, draw, place_at, win
from refund_fsm.simulate.sample.sums import (
    BIN,
    BINS,
    CASES,
    DONE,
    MAX_STEPS,
    MONEY_SECONDS,
    OFF_CALENDAR,
    PAID,
    PAID_FEN,
    PARCELS,
    PROVISIONAL,
    STEPS,
    STEPS_SQUARED,
    TOO_MANY_STEPS,
    VIOLATIONS,
    Sums,
)

Int = NDArray[np.int64]


def no_rows() -> Rows:
    """A log that is not written."""
    return Rows(*(np.zeros(0, np.int64) for _ in Rows._fields))


def rows_for(count: int) -> Rows:
    """Room for rows; at least for one case."""
    return Rows(*(np.empty(max(count, 2 * MAX_STEPS), np.int64) for _ in Rows._fields))


def play(t: Tables, seed: int, first: int, last: int, out: Sums, log: Rows) -> tuple[int, int, int]:
    """Plays the cases `first` to `last` − 1 and adds them to `out`; with a log of some length, writes its rows as well.

    Returns how it ended (`DONE` or an error), the case after the last that was played, and the number of rows. It stops early when
    the log might not hold the next case.
    """
    seen = (np.full(count, -1, np.int64) for count in (len(t.final), len(t.pays), t.groups))
    s = Scratch(*seen, *(np.zeros(count, np.int64) for count in (len(t.law_hours), t.actors, t.actors)))
    code, case, rows = _play(t, s, seed, first, last, out, log)
    return int(code), int(case), int(rows)


# 1. Into a state


@part
def _enter(s: Any, out: Any, case: Any, state: Any) -> None:
    """Counts the state."""
    out.visits[state] += 1
    if s.state[state] != case:
        s.state[state] = case
        out.state_cases[state] += 1


@part
def _start_law(t: Any, s: Any, clock: Any, now: Any) -> Any:
    """Starts a legal clock (−1: none), unless it runs. Whether that counts a working day that is not known."""
    if clock < 0 or s.law[clock] != NEVER:
        return False
    hours = t.law_hours[clock]
    s.law[clock] = now + hours if hours >= 0 else t.law_end[clock, now // DAY]
    return t.law_works[clock] == 1 and s.law[clock] > t.known


@part
def _due(t: Any, count: Any, began: Any) -> Any:
    """When a limit ends that is counted from an instant, and whether that counts a day that is not known."""
    if count < 0:
        return np.int64(NEVER), False
    return end_of(t.limit_hours, t.limit_end, t.limit_pieces, t.limit_piece, count, began, NEVER), began >= t.limit_known[count]


# 2. A rule fires, or a limit passes


@part
def _fire(
    t: Any, s: Any, out: Any, log: Any, case: Any, key: Any, opening: Any, rule: Any, now: Any, amount: Any, rows: Any, paid: Any, sent: Any
) -> Any:  # fmt: skip
    """A rule is counted and written down, and moves the money or sends a parcel. Amount, rows, paid and sent, as they are then."""
    out.rules[rule] += 1
    if s.rule[rule] != case:
        s.rule[rule] = case
        out.rule_cases[rule] += 1
    pays, written = t.pays[rule] == 1, len(log.case) > 0
    if amount == 0 and (written or pays):
        q, at = t.quantities, len(t.quantities.kind) - 1
        amount = claimed(q.kind[at], q.a[at], q.b[at], q.c[at], q.points, q.rises, key)
    if written:
        log.case[rows], log.second[rows], log.rule[rows], log.amount[rows] = case, now, rule, amount
        rows += 1
    if pays:
        out.totals[PAID_FEN] += amount
        if not paid:
            out.totals[PAID] += 1
            out.money[smaller((now - t.start) // BIN, BINS - 1)] += 1
            out.totals[MONEY_SECONDS] += now - t.start
    if t.parcel[rule] == 1 and not sent:
        sent = True
        out.totals[PARCELS] += 1
        if t.open_payer[opening] >= 0:
            out.payers[t.open_payer[opening]] += 1
    return amount, rows, paid or pays, sent


@part
def _breach(s: Any, out: Any, group: Any, case: Any) -> None:
    """A limit has passed with nothing to enforce it."""
    out.breaches[group] += 1
    if s.limit[group] != case:
        s.limit[group] = case
        out.breach_cases[group] += 1


# 3. Out of it


@part
def _leave(out: Any, state: Any, entered: Any, now: Any) -> None:
    """A stay has ended."""
    spent = now - entered
    out.stays[state, smaller(spent // BIN, BINS - 1)] += 1
    out.seconds[state] += spent


@part
def _end(t: Any, out: Any, state: Any, now: Any) -> None:
    """A case has come to a final state."""
    spent = now - t.start
    out.ends[state, smaller(spent // BIN, BINS - 1)] += 1
    out.end_seconds[state] += spent


@part
def _count(s: Any, out: Any, until: Any, steps: Any, provisional: Any) -> None:
    """A case is over; `until` is the instant by which a legal clock has run out, if it has."""
    for clock in range(len(s.law)):
        if s.law[clock] <= until:
            out.totals[VIOLATIONS] += 1
            break
    out.totals[CASES] += 1
    out.totals[STEPS] += steps
    out.totals[STEPS_SQUARED] += steps * steps
    if provisional:
        out.totals[PROVISIONAL] += 1


@kept
def _play(t: Tables, s: Scratch, seed: int, first: int, last: int, out: Sums, log: Rows) -> tuple[int, int, int]:
    """As `play`."""
    room, rows, root = len(log.case), 0, root_of(seed)
    for case in range(first, last):
        if room > 0 and room - rows < MAX_STEPS:
            return DONE, case, rows
        key = case_key(root, case)
        opening = opened(t.open_p, t.open_other, key)
        for clock in range(len(s.law)):
            s.law[clock] = NEVER
        node, now, steps, rounds, amount = t.open_node[opening], np.int64(t.start), 0, 0, np.int64(0)  # the amount is drawn when needed
        due, group, counted, began = np.int64(NEVER), np.int64(-1), np.int64(-1), np.int64(t.start)
        breached, sent, paid, provisional, beyond = False, False, False, False, False
        while True:  # ends: a final state, a stay without an end, or MAX_STEPS
            state, entered = t.state[node], now
            _enter(s, out, case, state)
            provisional |= _start_law(t, s, t.law[node], now)
            if t.final[state] == 1:
                _end(t, out, state, now)
                break
            if t.limit[state] < 0 or t.limit[state] != group:
                group, counted, breached, began = t.limit[state], t.counted[node], False, now
                due, guessed = _due(t, counted, began)
                provisional |= guessed
            elif t.counted[node] != counted:
                counted = t.counted[node]
                new, guessed = _due(t, counted, began)
                due = moved(due, new, now, NEVER)
                breached, provisional = breached and due <= now, provisional or guessed
            pending, best, late = draw(t, s, key, state, place_at(t, node, now), rounds, now)
            beyond |= late
            enforced = t.clocked[state] == 1
            while True:  # ends: each round takes one draw, or leaves the state
                now, rule, dest, pending, best, guessed = win(t, s, node, enforced, due, now, pending, best)
                provisional |= guessed
                if now >= t.horizon:
                    break
                if rule < 0:
                    continue
                if not enforced and not breached and group >= 0 and due <= now:
                    breached = True
                    _breach(s, out, group, case)
                steps += 1
                if steps > MAX_STEPS:
                    return TOO_MANY_STEPS, case, rows
                amount, rows, paid, sent = _fire(t, s, out, log, case, key, opening, rule, now, amount, rows, paid, sent)
                node = dest
                if t.state[dest] != state:
                    break
                provisional |= _start_law(t, s, t.law[dest], now)
                if t.counted[dest] != counted:
                    counted = t.counted[dest]
                    new, guessed = _due(t, counted, began)
                    due = moved(due, new, now, NEVER)
                    breached, provisional = breached and due <= now, provisional or guessed
            if now >= t.horizon:
                if t.barred == 1 and (beyond or now < NEVER or (group >= 0 and due == NEVER)):
                    return OFF_CALENDAR, case, rows
                out.open[state] += 1
                if not enforced and not breached and group >= 0 and due < NEVER:
                    _breach(s, out, group, case)
                now = np.int64(NEVER) - 1  # what ends at all has ended by then
                break
            after = t.state[node]
            if t.loop[after] != t.loop[state]:
                rounds = 0
            elif t.rank[after] <= t.rank[state]:
                rounds += 1
            _leave(out, state, entered, now)
        _count(s, out, now, steps, provisional)
    return DONE, last, rows
