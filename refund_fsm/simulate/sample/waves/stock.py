"""Owns where cases are: those who wait at a place, the slots of their records, and what is counted of winners. Compiled.

Must not know what happens to a case.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.compiled import apart, tiny
from refund_fsm.simulate.sample.waves.words import ENTRY

FULL = 128  # enough of them to be played
FREE, READY, OUTSIDE, ALONES = range(4)  # counts of `Stock.held`

Int = NDArray[np.int64]


class Stock(NamedTuple):
    """Where cases are. `queue` holds `room` entries for each place, then those that wait `outside` (and where for); `waiting` how many.

    `ready` are places with enough, `free` slots of records, `held` how many there are of both, of those outside and left alone.
    `fired` counts by cell what has won, `again` by bit what had been done before.
    """

    queue: Int
    waiting: Int
    outside: Int
    ready: Int
    free: Int
    record: Int
    held: Int
    fired: Int
    again: Int
    room: int


def stock_for(places: int, cells: int, record: int, under_way: int, room: int) -> Stock:
    """Nobody, of `under_way` cases at once with `record` words each; `room` at each place is more than `FULL`, others wait outside."""

    def ints(count: int) -> Int:
        return np.zeros(count, np.int64)

    return Stock(
        queue=ints((places * room + under_way) * ENTRY),
        waiting=ints(places),
        outside=ints(under_way),
        ready=ints(2 * places + 2),
        free=np.arange(under_way),
        record=ints(under_way * record),
        held=np.array([under_way, 0, 0, 0]),
        fired=ints(cells),
        again=ints(64),
        room=room,
    )


@tiny
def push(s: Any, place: Any, key: Any, at: Any, due: Any, tag: Any, marks: Any) -> None:
    """Lets a case wait at a place."""
    count = s.waiting[place]
    q = (place * s.room + count) * ENTRY
    if count >= FULL - 1:
        if count == FULL - 1:
            s.ready[s.held[READY]] = place
            s.held[READY] += 1
        elif count == s.room:
            s.outside[s.held[OUTSIDE]] = place
            q = (len(s.waiting) * s.room + s.held[OUTSIDE]) * ENTRY
            s.held[OUTSIDE] += 1
            count -= 1
    s.waiting[place] = count + 1
    s.queue[q] = np.int64(key)
    s.queue[q + 1] = at
    s.queue[q + 2] = due
    s.queue[q + 3] = tag
    s.queue[q + 4] = marks


@apart
def pick(s: Any) -> Any:
    """A place with enough cases, else the one with the most; −1 where there is none."""
    waited = s.held[OUTSIDE]
    s.held[OUTSIDE] = 0
    for one in range(waited):  # a place for those outside
        e = (len(s.waiting) * s.room + one) * ENTRY
        push(s, s.outside[one], s.queue[e], s.queue[e + 1], s.queue[e + 2], s.queue[e + 3], s.queue[e + 4])
    while s.held[READY] > 0:
        s.held[READY] -= 1
        place = s.ready[s.held[READY]]
        if s.waiting[place] >= FULL:
            return place
    best, found = np.int64(0), np.int64(-1)
    for one in range(len(s.waiting)):
        if s.waiting[one] > best:
            best, found = s.waiting[one], np.int64(one)
    return found
