"""Owns what the cases of a batch draw: what each actor would do, after what delay, and who comes first. Compiled.

Must not know what the winner does.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refund_fsm.simulate.chain import DAY, EXPONENTIAL, FIXED, LOGNORMAL, TRIANGULAR, UNIFORM
from refund_fsm.simulate.compiled import apart, larger, part, smaller
from refund_fsm.simulate.sample.elementary import exp, log
from refund_fsm.simulate.sample.numbers import bits, unit
from refund_fsm.simulate.sample.quantiles import NEAR, first_above, normal, normal_near
from refund_fsm.simulate.sample.waves.batch import STRIDE, WIDTH, filled
from refund_fsm.simulate.sample.waves.places import FAR, NEVER
from refund_fsm.simulate.sample.waves.words import BROKEN, U


@apart
def quantiles(n: Any, kind: Any, a: Any, b: Any, c: Any, points: Any, rises: Any, u: Any, x: Any, some: Any) -> None:
    """`quantile` of many `u` into `x`, to the bit."""
    wide = filled(n)
    if kind == FIXED:
        for k in range(wide):
            x[k] = a
    elif kind == UNIFORM:
        for k in range(wide):
            x[k] = a + u[k] * (b - a)
    elif kind == EXPONENTIAL:
        for k in range(wide):
            x[k] = -a * log(1.0 - u[k])
    elif kind == LOGNORMAL:
        for k in range(wide):
            x[k] = normal_near(u[k] - 0.5)
        m = np.int64(0)
        for k in range(n):
            some[m] = k
            m += np.int64(abs(u[k] - 0.5) > NEAR)
        for j in range(m):
            x[some[j]] = normal(u[some[j]])
        for k in range(wide):
            x[k] = exp(a + b * x[k])
    elif kind == TRIANGULAR:
        for k in range(wide):
            v = u[k]
            left = v * (c - a) < b - a
            r = math.sqrt(v * (c - a) * (b - a) if left else (1.0 - v) * (c - a) * (c - b))
            x[k] = a + r if left else c - r
    else:
        for k in range(n):
            x[k] = points[first_above(np.int64(a), np.int64(b) - 1, rises, u[k])]


@apart
def _choose(n: Any, b: Any, rows: Any, draw: Any, r0: Any, r1: Any) -> Any:
    """What one actor does, and its delay where that is fixed or uniform. Returns 0 where all are."""
    wide = filled(n)
    late = draw + U(1)
    least, width, what, bent = rows.least[r1 - 1], rows.width[r1 - 1], rows.what[r1 - 1] | r1 - 1 << 32, rows.kind[r1 - 1]
    for k in range(wide):
        u = unit(bits(b.base[k], late))
        b.u[k] = u
        b.length[k] = np.int64(least + u * width)
        b.what[k] = what
    if r1 - r0 > 1:
        for k in range(wide):
            b.hash[k] = bits(b.base[k], draw)
        for r in range(r1 - 2, r0 - 1, -1):
            rise, least, width, what = rows.rise[r], rows.least[r], rows.width[r], rows.what[r] | r << 32
            bent |= rows.kind[r]
            for k in range(wide):
                length = np.int64(least + b.u[k] * width)
                b.length[k] = length if b.hash[k] < rise else b.length[k]
                b.what[k] = what if b.hash[k] < rise else b.what[k]
    return bent


@apart
def _bend(n: Any, b: Any, rows: Any, r0: Any, r1: Any) -> None:
    """The delays of other families, of those who chose them."""
    for r in range(r0, r1):
        if rows.kind[r] == 0:
            continue
        m = np.int64(0)
        for k in range(n):
            b.some[m] = k
            m += np.int64(b.what[k] >> 32 == r)
        for j in range(m):
            b.x[j] = b.u[b.some[j]]
        quantiles(m, rows.kind[r], rows.least[r], rows.b[r], rows.c[r], rows.points, rows.rises, b.x, b.y, b.more)
        for j in range(m):
            b.length[b.some[j]] = np.int64(smaller(b.y[j], float(FAR)))


@part
def _race(n: Any, b: Any, world: Any, works: Any, row: Any, e: Any) -> None:
    """When that is, with what it is in the last `e` bits; and the earliest so far."""
    wide = filled(n)
    last = np.int64(len(world.shift) // 2)
    if works:
        for k in range(wide):
            b.length[k] += b.worked[k] if b.what[k] & 1 else b.now[k]
        for k in range(n):
            day = smaller(np.int64(U(b.length[k]) // U(DAY)), last - 1)
            b.length[k] += world.shift[(b.what[k] & 1) * last + day]
    else:
        for k in range(wide):
            b.length[k] += b.now[k]
    for k in range(wide):
        key = (b.length[k] << e) | (b.what[k] & ((1 << e) - 1))
        b.keys[row + k] = key
        b.win[k] = smaller(b.win[k], key)


@part
def draw(n: Any, b: Any, p: Any, rows: Any, world: Any, place: Any, e: Any) -> None:
    """Who comes first: the limit at its own instant, then by the order of the rules."""
    for k in range(filled(n)):
        b.win[k] = larger(b.now[k], b.due[k] & (BROKEN - 1)) << e if p.fires[place] else NEVER << e
    for slot in range(p.slots[place], p.slots[place + 1]):
        r0, r1 = rows.slot_rows[slot], rows.slot_rows[slot + 1]
        if _choose(n, b, rows, rows.slot_draw[slot], r0, r1):
            _bend(n, b, rows, r0, r1)
        _race(n, b, world, rows.slot_works[slot], (slot - p.slots[place]) * (WIDTH + STRIDE), e)
