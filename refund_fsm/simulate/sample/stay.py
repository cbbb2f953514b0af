"""Owns one stay of one case in a state: everybody draws, and who comes first. Compiled.

Must not know what happens then: `one_by_one` does.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.chain import DAY, NEVER
from refund_fsm.simulate.compiled import larger, part, width
from refund_fsm.simulate.sample.numbers import FIRST, uniform
from refund_fsm.simulate.sample.quantiles import quantile

FOR_EVER = 1e11  # seconds
STALE = -2  # the earliest draw must be looked for again

Int = NDArray[np.int64]


class Scratch(NamedTuple):
    """By state, rule and limit group the last case that was in it, fired it, passed it; by legal clock when it ends, in this case.

    By actor, what is drawn in this stay: when it happens, and which choice it is.
    """

    state: Int
    rule: Int
    limit: Int
    law: Int
    when: Int
    which: Int


@part
def draw(t: Any, s: Any, key: Any, state: Any, place: Any, rounds: Any, now: Any) -> Any:
    """Everybody draws. How many may happen, which of them first (−1: none), and whether some come after all that is followed."""
    q = t.quantities
    pending, best, beyond = 0, -1, False
    draw = FIRST + 2 * t.actors * (state + len(t.final) * rounds)
    for slot in range(t.slots[place], t.slots[place + 1]):
        number = draw + 2 * t.slot_actor[slot]
        row, end = t.slot_rows[slot], t.slot_rows[slot + 1] - 1
        if row < end:
            u = uniform(key, number)
            while row < end and u >= t.row_rise[row]:
                row += 1
        choice = t.row_choice[row]
        if choice < 0:
            continue
        length = quantile(q.kind[choice], q.a[choice], q.b[choice], q.c[choice], q.points, q.rises, uniform(key, number + 1))
        if not length < FOR_EVER:
            beyond = True
            continue
        if q.works[choice] == 1:
            day = now // DAY
            worked = t.before[day] * DAY + t.works[day] * (now - day * DAY) + np.int64(length)
            index = worked // DAY
            if index >= len(t.days):
                beyond = True
                continue
            at = t.days[index] * DAY + worked - index * DAY
        else:
            at = now + np.int64(length)
        s.when[pending], s.which[pending] = at, choice
        if best < 0 or _sooner(t, s, pending, best):
            best = pending
        pending += 1
    return pending, best, beyond


@part
def _sooner(t: Any, s: Any, one: Any, other: Any) -> Any:
    """Whether one draw comes before another: at one instant by the order of the rules."""
    when, which = s.when, s.which
    return when[one] < when[other] or (when[one] == when[other] and t.choice_order[which[one]] < t.choice_order[which[other]])


@part
def place_at(t: Any, node: Any, now: Any) -> Any:
    """The place of a node in the phase of an instant."""
    phase, phases = 0, width(t.bounds) + 1
    while phase < phases - 1 and t.bounds[node, phase] <= now:
        phase += 1
    return node * phases + phase


@part
def win(t: Any, s: Any, node: Any, enforced: Any, due: Any, now: Any, pending: Any, best: Any) -> Any:
    """When the next thing happens, the rule that fires (−1: refused, or nothing comes) and where it leads; how many draws are left,
    which of them is first, and whether it came in working days that are not known."""
    if best == STALE:
        best = -1
        for one in range(pending):
            if best < 0 or _sooner(t, s, one, best):
                best = one
    if enforced and t.clock_rule[node] >= 0 and (best < 0 or due <= s.when[best]):
        return larger(due, now), t.clock_rule[node], t.clock_dest[node], pending, best, False
    if best < 0:
        return np.int64(NEVER), np.int64(-1), np.int64(-1), pending, best, False
    at, choice, last = s.when[best], s.which[best], pending - 1
    s.when[best], s.which[best] = s.when[last], s.which[last]
    place, event = place_at(t, node, at), t.choice_event[choice]
    return at, t.rule_at[place, event], t.dest_at[place, event], last, STALE, t.quantities.works[choice] == 1 and at >= t.known
