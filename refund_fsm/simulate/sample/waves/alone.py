"""Owns the cases of a batch that need a look of their own: played draw by draw, until they leave the state or are left open. Compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.chain import DAY
from refund_fsm.simulate.compiled import apart, larger, part, smaller
from refund_fsm.simulate.sample.counts import moved
from refund_fsm.simulate.sample.sums import BIN, BINS, DONE, MAX_STEPS, OFF_CALENDAR, TOO_MANY_STEPS
from refund_fsm.simulate.sample.waves.batch import STRIDE, WIDTH
from refund_fsm.simulate.sample.waves.ends import leave_open
from refund_fsm.simulate.sample.waves.limits import due_of, start_law
from refund_fsm.simulate.sample.waves.places import ADD, CELL, DEST, KEEP, MARKS, NEVER, RENEWS, RULE
from refund_fsm.simulate.sample.waves.stock import ALONES, push
from refund_fsm.simulate.sample.waves.winning import note_again, phase_at
from refund_fsm.simulate.sample.waves.words import BEGAN, BROKEN, IS_PROVISIONAL, NOTED, SLOTS


@part
def _breach(cells: Any, out: Any, group: Any, marks: Any) -> Any:
    """Records a limit as passed. Returns the marks."""
    out.breaches[group] += 1
    bit = np.int64(1) << (cells.group_bit + group)
    if not marks & bit:
        out.breach_cases[group] += 1
    return marks | bit


@part
def _next(b: Any, k: Any, slots: Any, at: Any, due: Any, fires: Any, e: Any, horizon: Any) -> Any:
    """The earliest that is left of a case's draws, which is taken away if it is in time."""
    w = larger(due & (BROKEN - 1), at) << e if fires else NEVER << e
    for slot in range(slots):
        w = smaller(w, b.keys[slot * (WIDTH + STRIDE) + k])
    if w >> e < horizon:
        for slot in range(slots):
            if b.keys[slot * (WIDTH + STRIDE) + k] == w:
                b.keys[slot * (WIDTH + STRIDE) + k] = NEVER << e
    return w


@part
def _move(cells: Any, s: Any, out: Any, cell: Any, group: Any, lapsed: Any, due: Any, tag: Any, marks: Any) -> Any:
    """The winner of a cell is taken, the limit having passed or not: the next place, and the words of the case then."""
    s.fired[cell] += 1
    if lapsed:
        due |= BROKEN
        marks = _breach(cells, out, group, marks)
    note_again(cells, s, cell, marks)
    row = cell * CELL
    return cells.table[row + DEST], due, (tag & cells.table[row + KEEP]) + cells.table[row + ADD], marks | cells.table[row + MARKS]


@part
def _clocks(renews: Any, p: Any, world: Any, s: Any, left: Any, place: Any, due: Any, at: Any, record: Any) -> Any:
    """The word of a limit that runs on at another place; where it is counted otherwise there, it has not passed if it ends later. The
    legal clock may start, without the state being left."""
    if p.law[place] >= 0 and p.state[place] == p.state[left]:
        start_law(world, p.law[place], s, record, at, at // DAY)
    if renews != 0 or p.counted[place] == p.counted[left]:
        return due
    count, began = p.counted[place], s.record[record + BEGAN]
    if began >= world.limit_known[count]:
        s.record[record + NOTED] |= IS_PROVISIONAL
    new = moved(due & (BROKEN - 1), due_of(world, count, began), at, NEVER)
    return new if new > at else new | (due & BROKEN)


@apart
def play_alone(b: Any, p: Any, cells: Any, world: Any, s: Any, out: Any, stays: Any, origin: Any, e: Any, size: Any) -> int:
    """Plays the cases that were left alone. `win` is −1 after it for those that are left open. Returns how it ended."""
    state, group, low = p.state[origin], p.group[origin], (1 << e) - 1
    slots = p.slots[origin + 1] - p.slots[origin]
    for one in range(s.held[ALONES]):
        k = b.some[one]
        place, at, due, marks, tag = origin - origin % p.phases, b.now[k], b.due[k], b.marks[k], b.tag[k]
        record = (tag & SLOTS) * size
        out.seconds[state] -= b.at[k] - b.now[k]  # `judge` took the winner as it was
        c, w, fires = np.int64(0), np.int64(0), p.fires[origin]
        while True:  # ends: each round takes one draw, or leaves the state
            w = _next(b, k, slots, at, due, fires, e, world.horizon)
            at = w >> e
            if at >= world.horizon:
                break
            if w & 1 and at >= world.known:
                s.record[record + NOTED] |= IS_PROVISIONAL
            c = (phase_at(p, place, at) << e) + (w & low)
            if cells.table[c * CELL + RULE] < 0:
                continue
            if tag >> 40 >= MAX_STEPS:
                return TOO_MANY_STEPS
            left = place
            place, due, tag, marks = _move(cells, s, out, c, group, p.lapses[origin] == 1 and due <= at, due, tag, marks)
            due = _clocks(cells.table[c * CELL + RENEWS], p, world, s, left, place, due, at, record)
            fires = p.fires[place]
            if p.state[place] != state:
                break
        b.win[k] = w
        if at >= world.horizon:
            if world.barred == 1 and (at < NEVER or (group < world.groups and due >= NEVER)):
                return OFF_CALENDAR
            if p.lapses[origin] and due < NEVER:
                _breach(cells, out, group, marks)
            b.win[k] = -1
            leave_open(world, s, out, state, tag, record)
            continue
        spent = at - b.now[k]
        stays[state * BINS + smaller(spent // BIN, BINS - 1)] += 1
        out.seconds[state] += spent
        push(s, phase_at(p, place, at), b.key[k], at, due | cells.table[c * CELL + RENEWS], tag, marks)
    return DONE
