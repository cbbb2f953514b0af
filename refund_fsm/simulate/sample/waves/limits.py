"""Owns the clocks that start when cases come to a place: limits, legal clocks, working time. Compiled.

Must not know what a limit does when it has passed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.chain import DAY
from refund_fsm.simulate.compiled import apart, part, smaller
from refund_fsm.simulate.sample.counts import end_of
from refund_fsm.simulate.sample.waves.batch import filled
from refund_fsm.simulate.sample.waves.places import NEVER
from refund_fsm.simulate.sample.waves.words import BEGAN, IS_PROVISIONAL, NOTED, OWN_LAW, SLOTS


@part
def due_of(world: Any, count: Any, began: Any) -> Any:
    """When a count ends that began at an instant."""
    return end_of(world.limit_hours, world.ends, world.limit_pieces, world.limit_piece, count, began, NEVER)


@apart
def _begin_varied(n: Any, b: Any, world: Any, count: Any, s: Any, size: Any) -> None:
    """As `begin_limits`, where the end depends on more than the day, or where what is counted may change: it is kept when it began."""
    for k in range(n):
        if b.due[k] < 0:
            record = (b.tag[k] & SLOTS) * size
            s.record[record + BEGAN] = b.now[k]
            b.due[k] = due_of(world, count, b.now[k])
            if b.now[k] >= world.limit_known[count]:
                s.record[record + NOTED] |= IS_PROVISIONAL


@apart
def begin_limits(n: Any, b: Any, p: Any, world: Any, place: Any, s: Any, size: Any) -> None:
    """The ends of the limits that begin now."""
    count, hours, known = p.counted[place], p.hours[place], p.known[place]
    if p.varied[place]:
        _begin_varied(n, b, world, count, s, size)
        return
    if hours >= 0:
        for k in range(filled(n)):
            b.due[k] = b.now[k] + hours if b.due[k] < 0 else b.due[k]
        return
    for k in range(n):
        new = b.due[k] >> 63
        due = world.ends[count, b.day[k]]
        b.due[k] = (b.due[k] & ~new) | (due & new)
        if new & np.int64(b.now[k] >= known):
            s.record[(b.tag[k] & SLOTS) * size + NOTED] |= IS_PROVISIONAL


@apart
def begin_law(n: Any, b: Any, world: Any, law: Any, s: Any, size: Any) -> None:
    """The legal clock starts, for those for whom it has not."""
    for k in range(n):
        start_law(world, law, s, (b.tag[k] & SLOTS) * size, b.now[k], b.day[k])


@part
def start_law(world: Any, law: Any, s: Any, record: Any, now: Any, day: Any) -> None:
    """A legal clock starts, unless it has."""
    if s.record[record + OWN_LAW + law] == NEVER:
        hours = world.law_hours[law]
        due = now + hours if hours >= 0 else smaller(world.law_end[law, day], NEVER)
        s.record[record + OWN_LAW + law] = due
        if world.law_works[law] == 1 and due > world.known:
            s.record[record + NOTED] |= IS_PROVISIONAL


@apart
def begin_work(n: Any, b: Any, world: Any) -> None:
    """The worked seconds before now."""
    for k in range(n):
        day = b.day[k]
        b.worked[k] = world.day[2 * day] + world.day[2 * day + 1] * (b.now[k] - day * DAY)
