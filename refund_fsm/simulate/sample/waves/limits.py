"""Owns the clocks that start when cases come to a place: limits, legal clocks, working time. Compiled.

Must not know what a limit does when it has passed.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.simulate.chain import DAY
from refund_fsm.simulate.compiled import apart, smaller
from refund_fsm.simulate.sample.waves.batch import filled
from refund_fsm.simulate.sample.waves.places import NEVER
from refund_fsm.simulate.sample.waves.words import IS_PROVISIONAL, NOTED, OWN_LAW, SLOTS


@apart
def begin_limits(n: Any, b: Any, world: Any, group: Any, hours: Any, counted: Any, known: Any, s: Any, size: Any) -> None:
    """The ends of the limits that begin now."""
    if hours >= 0:
        for k in range(filled(n)):
            b.due[k] = b.now[k] + hours if b.due[k] < 0 else b.due[k]
        return
    for k in range(n):
        new = b.due[k] >> 63
        due = world.ends[group, b.day[k]]
        b.due[k] = (b.due[k] & ~new) | (due & new)
        if new & counted and due > known:
            s.record[(b.tag[k] & SLOTS) * size + NOTED] |= IS_PROVISIONAL


@apart
def begin_law(n: Any, b: Any, world: Any, law: Any, s: Any, size: Any) -> None:
    """The legal clock starts, for those for whom it has not."""
    for k in range(n):
        o = (b.tag[k] & SLOTS) * size
        if s.record[o + OWN_LAW + law] == NEVER:
            hours = world.law_hours[law]
            due = b.now[k] + hours if hours >= 0 else smaller(world.law_end[law, b.day[k]], NEVER)
            s.record[o + OWN_LAW + law] = due
            if world.law_works[law] == 1 and due > world.known:
                s.record[o + NOTED] |= IS_PROVISIONAL


@apart
def begin_work(n: Any, b: Any, world: Any) -> None:
    """The worked seconds before now."""
    for k in range(n):
        day = b.day[k]
        b.worked[k] = world.day[2 * day] + world.day[2 * day + 1] * (b.now[k] - day * DAY)
