"""Owns the columns of the cases that are played together, and how they come in: from a queue, or as new cases. Compiled.

Must not know what happens to a case.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.compiled import apart, part, tiny
from refund_fsm.simulate.sample.numbers import OPENING, bits, case_key, unit
from refund_fsm.simulate.sample.waves.places import NEVER
from refund_fsm.simulate.sample.waves.stock import FREE, push
from refund_fsm.simulate.sample.waves.words import ENTRY, EPOCH, FRESH, NOTED, OWN_LAW, PAYER

WIDTH = 256  # cases played together at most
STRIDE = 32  # columns are filled up to a multiple of it, so that no rest is done one by one

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Word = NDArray[np.uint64]


class Batch(NamedTuple):
    """Columns of the cases that are played together.

    | name | holds, by case |
    |---|---|
    | `key`, `now`, `due`, `tag`, `marks` | the words that travel |
    | `base`, `day`, `worked` | what the stay's random numbers are made of; the day of `now`, and the worked seconds before it |
    | `hash`, `u`, `x`, `y` | scratch: random numbers, and what they stand for |
    | `length`, `what` | of the actor who draws: the delay, then when it ends; the winner that it would be, with its row above |
    | `keys` | by actor and case: when, and what it is in the last `e` bits; `win` the least of them |
    | `at`, `cell`, `hour`, `flag` | of the winner: its instant, its row in `Cells.table`, the stay in whole hours, why it is left alone |
    | `some`, `more` | scratch: places of those who have something in common |
    """

    key: Word
    now: Int
    due: Int
    tag: Int
    marks: Int
    base: Word
    day: Int
    worked: Int
    hash: Int
    u: Float
    x: Float
    y: Float
    length: Int
    what: Int
    keys: Int
    win: Int
    at: Int
    cell: Int
    hour: Int
    flag: Int
    some: Int
    more: Int


def batch_for(actors: int) -> Batch:
    """Room for a batch, where at most so many actors draw at one place."""
    words, floats = ("key", "base"), ("u", "x", "y")
    dtype = {**dict.fromkeys(Batch._fields, np.int64), **dict.fromkeys(words, np.uint64), **dict.fromkeys(floats, np.float64)}
    size = {**dict.fromkeys(Batch._fields, WIDTH + STRIDE), "keys": max(actors, 1) * (WIDTH + STRIDE)}
    return Batch(**{name: np.zeros(size[name], dtype[name]) for name in Batch._fields})


@tiny
def filled(n: Any) -> Any:
    """How long columns of `n` cases are."""
    return (n + STRIDE - 1) & -STRIDE


@part
def take(n: Any, q: Any, b: Any, s: Any, first: Any, step: Any) -> None:
    """A batch out of its queue, from entry `q` on. `first` and `step` give the numbers of their draws."""
    for k in range(n):
        e = (q + k) * ENTRY
        b.key[k] = np.uint64(s.queue[e])
        b.now[k] = s.queue[e + 1]
        b.due[k] = s.queue[e + 2]
        b.tag[k] = s.queue[e + 3]
        b.marks[k] = s.queue[e + 4]
    for k in range(filled(n)):
        b.base[k] = b.key[k] + first + np.uint64((b.tag[k] >> 20) & EPOCH) * step
    for k in range(filled(n)):
        b.day[k] = ((b.now[k] >> 7) * 6362915) >> 32  # by 86,400, exactly, below 2³⁰


@apart
def open_cases(n: Any, b: Any, p: Any, cells: Any, world: Any, s: Any, root: Any, number: Any, size: Any) -> None:
    """The cases from `number` on open; each waits at its first place."""
    mix, laws = np.float64(len(world.open_p)), len(world.law_hours)
    for k in range(n):
        b.key[k] = case_key(root, number + k)
    for k in range(n):
        b.u[k] = unit(bits(b.key[k], OPENING)) * mix
    for k in range(n):
        opening = np.int64(b.u[k])
        b.at[k] = world.open_pick[2 * opening + np.int64(b.u[k] - opening < world.open_p[opening])]
    for k in range(n):
        s.held[FREE] -= 1
        slot = s.free[s.held[FREE]]
        s.record[slot * size + NOTED] = world.open_payer[b.at[k]] << PAYER
        for law in range(laws):
            s.record[slot * size + OWN_LAW + law] = NEVER
        place = world.open_place[b.at[k]]
        while p.until[place] <= world.start:
            place += 1
        push(s, place, b.key[k], world.start, np.int64(FRESH), slot, cells.opened_mark)
