"""Owns how cases end: in a final state, or left open. Each gives its record back. Compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.compiled import apart, part
from refund_fsm.simulate.sample.sums import BINS, CASES, PROVISIONAL, STEPS, STEPS_SQUARED, VIOLATIONS
from refund_fsm.simulate.sample.waves.places import NEVER
from refund_fsm.simulate.sample.waves.stock import FREE
from refund_fsm.simulate.sample.waves.winning import hours
from refund_fsm.simulate.sample.waves.words import IS_PROVISIONAL, NOTED, OWN_LAW, SLOTS


@apart
def end(n: Any, b: Any, world: Any, s: Any, out: Any, ends: Any, state: Any, size: Any) -> None:
    """Cases in a final state are over."""
    laws = len(world.law_hours)
    for k in range(n):
        record, at = (b.tag[k] & SLOTS) * size, b.now[k]
        spent = at - world.start
        ends[state * BINS + hours(spent)] += 1
        out.end_seconds[state] += spent
        late = np.int64(0)
        for law in range(laws):
            late |= np.int64(s.record[record + OWN_LAW + law] <= at)
        out.totals[VIOLATIONS] += late
        _count(s, out, b.tag[k], record)


@part
def leave_open(world: Any, s: Any, out: Any, state: Any, tag: Any, record: Any) -> None:
    """A case is left where it is."""
    out.open[state] += 1
    for law in range(len(world.law_hours)):
        if s.record[record + OWN_LAW + law] < NEVER:
            out.totals[VIOLATIONS] += 1
            break
    _count(s, out, tag, record)


@part
def _count(s: Any, out: Any, tag: Any, record: Any) -> None:
    """A case that is over gives its slot back."""
    steps = tag >> 40
    out.totals[CASES] += 1
    out.totals[STEPS] += steps
    out.totals[STEPS_SQUARED] += steps * steps
    out.totals[PROVISIONAL] += np.int64(s.record[record + NOTED] & IS_PROVISIONAL != 0)
    s.free[s.held[FREE]] = tag & SLOTS
    s.held[FREE] += 1
