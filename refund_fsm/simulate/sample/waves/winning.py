"""Owns what the winners of a batch do: most leave their state at once, and wait at their next place. Compiled.

Those who need a look of their own are left to `alone`. Must not draw.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.compiled import apart, part, smaller, tiny
from refund_fsm.simulate.sample.sums import BINS, MAX_STEPS
from refund_fsm.simulate.sample.waves.batch import filled
from refund_fsm.simulate.sample.waves.places import ADD, ALONE, CELL, DEST, FLAGS, KEEP, MARKS, RENEWS
from refund_fsm.simulate.sample.waves.stock import ALONES, push


@tiny
def hours(seconds: Any) -> Any:
    """The bin of a time: by 3,600, exactly, below 2³⁰."""
    return smaller(((seconds >> 4) * 76354975) >> 34, BINS - 1)


@apart
def judge(n: Any, b: Any, place: Any, e: Any, until: Any, known: Any, lapses: Any) -> Any:
    """What the winners mean, and which cases need a look of their own. Returns the seconds of all stays."""
    wide = filled(n)
    for k in range(wide):
        b.at[k] = b.win[k] >> e
        b.cell[k] = ((place << e) + (b.win[k] & ((1 << e) - 1))) * CELL
    for k in range(wide):
        b.hour[k] = hours(b.at[k] - b.now[k])
    for k in range(wide):
        b.flag[k] = np.int64(b.at[k] >= until) | (b.win[k] & np.int64(b.at[k] >= known)) | np.int64(b.tag[k] >> 40 >= MAX_STEPS)
    if lapses:
        for k in range(wide):
            b.flag[k] |= np.int64(b.due[k] <= b.at[k])
    total = np.int64(0)
    for k in range(n):
        total += b.at[k] - b.now[k]
    return total


@apart
def settle(n: Any, b: Any, p: Any, cells: Any, s: Any, stays: Any, state: Any) -> None:
    """Those whose winner is taken and leaves the state go on; the others are left alone."""
    alone = np.int64(0)
    for k in range(n):
        c = b.cell[k]
        if (cells.table[c + FLAGS] | b.flag[k]) & ALONE:
            b.some[alone] = k
            alone += 1
            continue
        s.fired[c >> 3] += 1
        stays[state * BINS + b.hour[k]] += 1
        marks, mine = b.marks[k], cells.table[c + MARKS]
        if marks & mine:
            note_again(cells, s, c >> 3, marks)
        at = b.at[k]
        place = phase_at(p, cells.table[c + DEST], at)
        due, tag = b.due[k] | cells.table[c + RENEWS], (b.tag[k] & cells.table[c + KEEP]) + cells.table[c + ADD]
        push(s, place, b.key[k], at, due, tag, marks | mine)
    s.held[ALONES] = alone


@part
def phase_at(p: Any, place: Any, at: Any) -> Any:
    """The place of the same node in the phase that an instant falls into; `place` is not after it."""
    while p.until[place] <= at:  # ends: the last phase has no end
        place += 1
    return place


@part
def note_again(cells: Any, s: Any, cell: Any, marks: Any) -> None:
    """Counts what a case has met before."""
    if cells.rule_bit[cell] >= 0:
        s.again[cells.rule_bit[cell]] += (marks >> cells.rule_bit[cell]) & 1
    if cells.state_bit[cell] >= 0:
        s.again[cells.state_bit[cell]] += (marks >> cells.state_bit[cell]) & 1
