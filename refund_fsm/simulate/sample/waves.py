"""Owns the compiled loop that plays many cases side by side: what `kernel.play` does one by one, to the bit, several times as fast.

Cases wait at their place (`places`) until enough are there, and are played together: what is looked up is looked up once for all of
them, and what is computed is computed in plain loops without branches that depend on chance. What a case needs at every place
travels with it: five words. The rest, which few look at, stays in a record. Must not know names, nor how chunks are handed out.
One file, because numba keeps what it compiled until the file of the compiled function changes, and would not see others change.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numba import njit
from numpy.typing import NDArray

from refund_fsm.simulate.chain import Tables
from refund_fsm.simulate.sample.kernel import (
    _CASE,
    _FIRST,
    _GAMMA,
    _S11,
    BIN,
    BINS,
    CASES,
    DAY,
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
    _exp,
    _log,
    _middle,
    _mixed,
    _normal,
)
from refund_fsm.simulate.sample.places import (
    ADD,
    ALONE,
    CELL,
    DEST,
    FAR,
    FLAGS,
    KEEP,
    MARKS,
    NEVER,
    PAYS,
    RENEWS,
    RULE,
    SENDS,
    Cells,
    Laid,
    Places,
    Rows,
    World,
)

WIDTH = 256  # cases played together at most
FULL = 128  # enough of them to be played
UNDER_WAY = 4_096  # cases
ROOM = 500  # for those who wait at a place; the others wait outside
STRIDE = 32  # arrays of a batch are filled up to a multiple of it, so that no rest is done one by one
ENTRY = 5  # words that travel: key, instant, end of the limit, tag, marks
FRESH = -1  # a limit that begins
BROKEN = 1 << 50  # added to the end of a limit that was recorded as passed
EPOCH, SLOTS = (1 << 20) - 1, (1 << 20) - 1  # masks of a tag
NOTED, OWN_LAW = 0, 1  # words of a record: the payer << 3 and the flags below; legal clocks
HAS_SENT, HAS_PAID, IS_PROVISIONAL = 1, 2, 4
FREE, READY, OUTSIDE, ALONES = range(4)  # counts of `Stock.held`

Float = NDArray[np.float64]
Int = NDArray[np.int64]
Word = NDArray[np.uint64]


class Stock(NamedTuple):
    """Where cases are. `queue` holds `room` entries for each place, then those that wait `outside` (and where for); `waiting` how many.

    `ready` are places with enough, `free` slots of records, `held` how many there are of both, of those outside and left alone.
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


class Batch(NamedTuple):
    """Columns of the cases that are played together."""

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


def stock_for(t: Tables, p: Laid, under_way: int = UNDER_WAY, room: int = ROOM) -> tuple[Stock, Batch]:
    """Zeros of the shapes that a chain needs. `room` is more than `FULL`."""
    places = len(p.places.state)
    most = int((p.places.slots[1:] - p.places.slots[:-1]).max(initial=0))

    def ints(count: int) -> Int:
        return np.zeros(count, np.int64)

    stock = Stock(
        queue=ints((places * room + under_way) * ENTRY),
        waiting=ints(places),
        outside=ints(under_way),
        ready=ints(2 * places + 2),
        free=np.arange(under_way),
        record=ints(under_way * (OWN_LAW + len(t.law_hours))),
        held=np.array([under_way, 0, 0, 0]),
        fired=ints(len(p.cells.rule_bit)),
        again=ints(64),
        room=room,
    )
    words, floats = ("key", "base"), ("u", "x", "y")
    dtype = {**dict.fromkeys(Batch._fields, np.int64), **dict.fromkeys(words, np.uint64), **dict.fromkeys(floats, np.float64)}
    size = {**dict.fromkeys(Batch._fields, WIDTH + STRIDE), "keys": max(most, 1) * (WIDTH + STRIDE)}
    return stock, Batch(**{name: np.zeros(size[name], dtype[name]) for name in Batch._fields})


# No references are counted (`_nrt`): nothing is allocated here, and counting them cost as much as the play itself.
LOOP: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy", "_nrt": False}
F = TypeVar("F", bound=Callable[..., Any])


def stage(function: F) -> F:
    """A part of `play`, put in its place before compiling: tuples of arrays cost nothing only so."""
    made: F = njit(**LOOP, inline="always")(function)
    return made


def small(function: F) -> F:
    """What is compiled once, and put in its place afterwards."""
    made: F = njit(**LOOP, forceinline=True)(function)
    return made


def apart(function: F) -> F:
    """What is called."""
    made: F = njit(**LOOP)(function)
    return made


U = np.uint64  # of a place in an array: numba would look whether a signed one counts from the end


@small
def _push(s: Any, place: Any, key: Any, at: Any, due: Any, tag: Any, marks: Any) -> None:
    """Lets a case wait at a place."""
    count = s.waiting[U(place)]
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
    s.waiting[U(place)] = count + 1
    s.queue[U(q)] = np.int64(key)
    s.queue[U(q + 1)] = at
    s.queue[U(q + 2)] = due
    s.queue[U(q + 3)] = tag
    s.queue[U(q + 4)] = marks


# 1. Into a batch


@stage
def _take(n: Any, q: Any, b: Any, s: Any, first: Any, step: Any) -> None:
    """A batch out of its queue, from entry `q` on. `first` and `step` give the numbers of their draws."""
    for k in range(n):
        e = (q + k) * ENTRY
        b.key[k] = np.uint64(s.queue[U(e)])
        b.now[k] = s.queue[U(e + 1)]
        b.due[k] = s.queue[U(e + 2)]
        b.tag[k] = s.queue[U(e + 3)]
        b.marks[k] = s.queue[U(e + 4)]
    for k in range((n + STRIDE - 1) & -STRIDE):
        b.base[k] = b.key[k] + first + np.uint64((b.tag[k] >> 20) & EPOCH) * step
    for k in range((n + STRIDE - 1) & -STRIDE):
        b.day[k] = ((b.now[k] >> 7) * 6362915) >> 32  # by 86,400, exactly, below 2³⁰


@stage
def _begin_limits(n: Any, b: Any, world: Any, group: Any, hours: Any, counted: Any, known: Any, s: Any, size: Any) -> None:
    """The ends of the limits that begin now."""
    if hours >= 0:
        for k in range((n + STRIDE - 1) & -STRIDE):
            b.due[k] = b.now[k] + hours if b.due[k] < 0 else b.due[k]
        return
    for k in range(n):
        new = b.due[k] >> 63
        due = world.ends[U(group), U(b.day[k])]
        b.due[k] = (b.due[k] & ~new) | (due & new)
        if new & counted and due > known:
            s.record[U((b.tag[k] & SLOTS) * size + NOTED)] |= IS_PROVISIONAL


@stage
def _begin_law(n: Any, b: Any, world: Any, law: Any, s: Any, size: Any) -> None:
    """The legal clock starts, for those for whom it has not."""
    for k in range(n):
        o = (b.tag[k] & SLOTS) * size
        if s.record[o + OWN_LAW + law] == NEVER:
            hours = world.law_hours[law]
            due = b.now[k] + hours if hours >= 0 else min(world.law_end[law, b.day[k]], NEVER)
            s.record[o + OWN_LAW + law] = due
            if world.law_works[law] == 1 and due > world.known:
                s.record[o + NOTED] |= IS_PROVISIONAL


@stage
def _begin_work(n: Any, b: Any, world: Any) -> None:
    """The worked seconds before now."""
    for k in range(n):
        day = b.day[k]
        b.worked[k] = world.day[U(2 * day)] + world.day[U(2 * day + 1)] * (b.now[k] - day * DAY)


# 2. Everybody draws


@apart
def _curve(n: Any, kind: Any, a: Any, b: Any, c: Any, points: Any, rises: Any, u: Any, x: Any, some: Any) -> None:
    """`kernel._quantile` of many `u` into `x`, to the bit."""
    wide = (n + STRIDE - 1) & -STRIDE
    if kind == 0:
        for k in range(wide):
            x[k] = a
    elif kind == 1:
        for k in range(wide):
            x[k] = a + u[k] * (b - a)
    elif kind == 2:
        for k in range(wide):
            x[k] = -a * _log(1.0 - u[k])
    elif kind == 3:
        for k in range(wide):
            x[k] = _middle(u[k] - 0.5)
        m = np.int64(0)
        for k in range(n):
            some[m] = k
            m += np.int64(abs(u[k] - 0.5) > 0.425)
        for j in range(m):
            x[some[j]] = _normal(u[some[j]])
        for k in range(wide):
            x[k] = _exp(a + b * x[k])
    elif kind == 4:
        for k in range(wide):
            v = u[k]
            left = v * (c - a) < b - a
            r = math.sqrt(v * (c - a) * (b - a) if left else (1.0 - v) * (c - a) * (c - b))
            x[k] = a + r if left else c - r
    else:
        for k in range(n):
            low, high = np.int64(a), np.int64(b) - 1
            while low < high:  # ends: halves the places
                middle = (low + high) // 2
                if rises[middle] > u[k]:
                    high = middle
                else:
                    low = middle + 1
            x[k] = points[low]


@stage
def _choose(n: Any, b: Any, rows: Any, draw: Any, r0: Any, r1: Any) -> Any:
    """What one actor does, and its delay where that is fixed or uniform. Returns 0 where all are."""
    wide = (n + STRIDE - 1) & -STRIDE
    late = draw + U(1)
    least, width, what, bent = rows.least[r1 - 1], rows.width[r1 - 1], rows.what[r1 - 1] | r1 - 1 << 32, rows.kind[r1 - 1]
    for k in range(wide):
        u = np.float64(np.int64(_mixed(b.base[k] + late * _GAMMA) >> _S11)) * (1.0 / 9007199254740992.0)
        b.u[k] = u
        b.length[k] = np.int64(least + u * width)
        b.what[k] = what
    if r1 - r0 > 1:
        for k in range(wide):
            b.hash[k] = np.int64(_mixed(b.base[k] + draw * _GAMMA) >> _S11)
        for r in range(r1 - 2, r0 - 1, -1):
            rise, least, width, what = rows.rise[r], rows.least[r], rows.width[r], rows.what[r] | r << 32
            bent |= rows.kind[r]
            for k in range(wide):
                length = np.int64(least + b.u[k] * width)
                b.length[k] = length if b.hash[k] < rise else b.length[k]
                b.what[k] = what if b.hash[k] < rise else b.what[k]
    return bent


@stage
def _bend(n: Any, b: Any, rows: Any, r0: Any, r1: Any) -> None:
    """The delays of other families, of those who chose them."""
    for r in range(r0, r1):
        if rows.kind[r] == 0:
            continue
        m = np.int64(0)
        for k in range(n):
            b.some[U(m)] = k
            m += np.int64(b.what[k] >> 32 == r)
        for j in range(m):
            b.x[j] = b.u[U(b.some[j])]
        _curve(m, rows.kind[r], rows.least[r], rows.b[r], rows.c[r], rows.points, rows.rises, b.x, b.y, b.more)
        for j in range(m):
            b.length[U(b.some[j])] = np.int64(min(b.y[j], float(FAR)))


@stage
def _race(n: Any, b: Any, world: Any, works: Any, row: Any, e: Any) -> None:
    """When that is, with what it is in the last `e` bits; and the earliest so far."""
    wide = (n + STRIDE - 1) & -STRIDE
    last = np.int64(len(world.shift) // 2)
    if works:
        for k in range(wide):
            b.length[k] += b.worked[k] if b.what[k] & 1 else b.now[k]
        for k in range(n):
            day = min(np.int64(U(b.length[k]) // U(DAY)), last - 1)
            b.length[k] += world.shift[U((b.what[k] & 1) * last + day)]
    else:
        for k in range(wide):
            b.length[k] += b.now[k]
    for k in range(wide):
        key = (b.length[k] << e) | (b.what[k] & ((1 << e) - 1))
        b.keys[row + k] = key
        b.win[k] = min(b.win[k], key)


@stage
def _draw(n: Any, b: Any, p: Any, rows: Any, world: Any, place: Any, e: Any) -> None:
    """Who comes first: the limit at its own instant, then by the order of the rules."""
    for k in range((n + STRIDE - 1) & -STRIDE):
        b.win[k] = max(b.now[k], b.due[k] & (BROKEN - 1)) << e if p.fires[place] else NEVER << e
    for slot in range(p.slots[place], p.slots[place + 1]):
        r0, r1 = rows.slot_rows[slot], rows.slot_rows[slot + 1]
        if _choose(n, b, rows, rows.slot_draw[slot], r0, r1):
            _bend(n, b, rows, r0, r1)
        _race(n, b, world, rows.slot_works[slot], (slot - p.slots[place]) * (WIDTH + STRIDE), e)


# 3. The earliest wins


@stage
def _judge(n: Any, b: Any, place: Any, e: Any, until: Any, known: Any, lapses: Any) -> Any:
    """What the winners mean, and which cases need a look of their own. Returns the seconds of all stays."""
    wide = (n + STRIDE - 1) & -STRIDE
    for k in range(wide):
        b.at[k] = b.win[k] >> e
        b.cell[k] = ((place << e) + (b.win[k] & ((1 << e) - 1))) * CELL
    for k in range(wide):
        b.hour[k] = min((((b.at[k] - b.now[k]) >> 4) * 76354975) >> 34, BINS - 1)  # by 3,600, exactly, below 2³⁰
    for k in range(wide):
        b.flag[k] = np.int64(b.at[k] >= until) | (b.win[k] & np.int64(b.at[k] >= known)) | np.int64(b.tag[k] >> 40 >= MAX_STEPS)
    if lapses:
        for k in range(wide):
            b.flag[k] |= np.int64(b.due[k] <= b.at[k])
    total = np.int64(0)
    for k in range(n):
        total += b.at[k] - b.now[k]
    return total


@stage
def _settle(n: Any, b: Any, p: Any, cells: Any, s: Any, stays: Any, state: Any) -> None:
    """Those whose winner is taken and leaves the state go on; the others are left alone."""
    alone = np.int64(0)
    for k in range(n):
        c = b.cell[k]
        if (cells.table[U(c + FLAGS)] | b.flag[k]) & ALONE:
            b.some[U(alone)] = k
            alone += 1
            continue
        s.fired[U(c >> 3)] += 1
        stays[U(state * BINS + b.hour[k])] += 1
        marks, mine = b.marks[k], cells.table[U(c + MARKS)]
        if marks & mine:
            _note_again(cells, s, c >> 3, marks)
        at, place = b.at[k], cells.table[U(c + DEST)]
        while p.until[U(place)] <= at:  # ends: the last phase has no end
            place += 1
        due, tag = b.due[k] | cells.table[U(c + RENEWS)], (b.tag[k] & cells.table[U(c + KEEP)]) + cells.table[U(c + ADD)]
        _push(s, place, b.key[k], at, due, tag, marks | mine)
    s.held[ALONES] = alone


@stage
def _note_again(cells: Any, s: Any, cell: Any, marks: Any) -> None:
    """Counts what a case has met before."""
    if cells.rule_bit[cell] >= 0:
        s.again[cells.rule_bit[cell]] += (marks >> cells.rule_bit[cell]) & 1
    if cells.state_bit[cell] >= 0:
        s.again[cells.state_bit[cell]] += (marks >> cells.state_bit[cell]) & 1


@stage
def _breach(cells: Any, out: Any, group: Any, marks: Any) -> Any:
    """Records a limit as passed. Returns the marks."""
    out.breaches[group] += 1
    bit = np.int64(1) << (cells.group_bit + group)
    if not marks & bit:
        out.breach_cases[group] += 1
    return marks | bit


@stage
def _alone(b: Any, p: Any, cells: Any, world: Any, s: Any, out: Any, stays: Any, origin: Any, e: Any, size: Any) -> int:
    """Plays the cases that were left alone draw by draw. `win` is −1 after it for those that are left open. Returns how it ended."""
    state, group, low = p.state[origin], p.group[origin], (1 << e) - 1
    slots = p.slots[origin + 1] - p.slots[origin]
    for one in range(s.held[ALONES]):
        k = b.some[one]
        place, at, due, marks, tag = origin - origin % p.phases, b.now[k], b.due[k], b.marks[k], b.tag[k]
        record = (tag & SLOTS) * size
        out.seconds[state] -= b.at[k] - b.now[k]  # `_judge` took the winner as it was
        c, w, fires = np.int64(0), np.int64(0), p.fires[origin]
        while True:  # ends: each round takes one draw, or leaves the state
            w = max(due & (BROKEN - 1), at) << e if fires else NEVER << e
            for slot in range(slots):
                w = min(w, b.keys[slot * (WIDTH + STRIDE) + k])
            at = w >> e
            if at >= world.horizon:
                break
            for slot in range(slots):
                if b.keys[slot * (WIDTH + STRIDE) + k] == w:
                    b.keys[slot * (WIDTH + STRIDE) + k] = NEVER << e
            if w & 1 and at >= world.known:
                s.record[record + NOTED] |= IS_PROVISIONAL
            here = place
            while p.until[here] <= at:
                here += 1
            c = (here << e) + (w & low)
            if cells.table[c * CELL + RULE] < 0:
                continue
            if tag >> 40 >= MAX_STEPS:
                return TOO_MANY_STEPS
            s.fired[c] += 1
            if p.lapses[origin] and due <= at:
                due |= BROKEN
                marks = _breach(cells, out, group, marks)
            _note_again(cells, s, c, marks)
            marks |= cells.table[c * CELL + MARKS]
            tag = (tag & cells.table[c * CELL + KEEP]) + cells.table[c * CELL + ADD]
            place = cells.table[c * CELL + DEST]
            fires = p.fires[place]
            if p.state[place] != state:
                break
        b.win[k] = w
        if at >= world.horizon:
            if world.barred == 1 and (at < NEVER or (group < world.ends.shape[0] - 1 and due >= NEVER)):
                return OFF_CALENDAR
            if p.lapses[origin] and due < NEVER:
                _breach(cells, out, group, marks)
            b.win[k] = -1
            _leave_open(world, s, out, state, tag, record)
            continue
        spent = at - b.now[k]
        stays[state * BINS + min(spent // BIN, BINS - 1)] += 1
        out.seconds[state] += spent
        while p.until[place] <= at:
            place += 1
        _push(s, place, b.key[k], at, due | cells.table[c * CELL + RENEWS], tag, marks)
    return DONE


@stage
def _leave_open(world: Any, s: Any, out: Any, state: Any, tag: Any, record: Any) -> None:
    out.open[state] += 1
    for law in range(len(world.law_hours)):
        if s.record[record + OWN_LAW + law] < NEVER:
            out.totals[VIOLATIONS] += 1
            break
    _count(s, out, tag, record)


@stage
def _count(s: Any, out: Any, tag: Any, record: Any) -> None:
    """A case that is over gives its slot back."""
    steps = tag >> 40
    out.totals[CASES] += 1
    out.totals[STEPS] += steps
    out.totals[STEPS_SQUARED] += steps * steps
    out.totals[PROVISIONAL] += np.int64(s.record[record + NOTED] & IS_PROVISIONAL != 0)
    s.free[s.held[FREE]] = tag & SLOTS
    s.held[FREE] += 1


# 4. Money, parcels, ends, openings


@stage
def _pay(n: Any, b: Any, rows: Any, cells: Any, world: Any, s: Any, out: Any, place: Any, e: Any, size: Any) -> None:
    """What is claimed is paid out."""
    m = np.int64(0)
    for k in range(n):
        b.some[U(m)] = k
        c = (place << e) + (b.win[k] & ((1 << e) - 1))
        m += np.int64(cells.table[U(c * CELL + FLAGS)] & PAYS != 0) & ~(b.win[k] >> 63)
    for j in range(m):
        b.u[j] = np.float64(np.int64(_mixed(b.key[U(b.some[j])] + _GAMMA) >> _S11)) * (1.0 / 9007199254740992.0)
    _curve(m, world.amount_kind, world.amount_a, world.amount_b, world.amount_c, rows.points, rows.rises, b.u, b.x, b.more)
    total, seconds, firsts = np.int64(0), np.int64(0), np.int64(0)
    for j in range(m):
        total += max(np.int64(1), np.int64(b.x[j] + 0.5))
    for j in range(m):
        k = b.some[j]
        record = (b.tag[U(k)] & SLOTS) * size
        noted = s.record[U(record + NOTED)]
        if not noted & HAS_PAID:
            s.record[U(record + NOTED)] = noted | HAS_PAID
            spent = (b.win[U(k)] >> e) - world.start
            out.money[U(min(((spent >> 4) * 76354975) >> 34, BINS - 1))] += 1
            seconds += spent
            firsts += 1
    out.totals[PAID_FEN] += total
    out.totals[PAID] += firsts
    out.totals[MONEY_SECONDS] += seconds


@stage
def _send(n: Any, b: Any, cells: Any, s: Any, out: Any, place: Any, e: Any, size: Any) -> None:
    """Parcels, by who pays the freight."""
    for k in range(n):
        c = (place << e) + (b.win[k] & ((1 << e) - 1))
        if b.win[k] >= 0 and cells.table[U(c * CELL + FLAGS)] & SENDS:
            record = (b.tag[k] & SLOTS) * size
            noted = s.record[U(record + NOTED)]
            if not noted & HAS_SENT:
                s.record[U(record + NOTED)] = noted | HAS_SENT
                out.totals[PARCELS] += 1
                if noted >> 3 >= 0:
                    out.payers[noted >> 3] += 1


@stage
def _end(n: Any, b: Any, world: Any, s: Any, out: Any, ends: Any, state: Any, size: Any) -> None:
    """Cases in a final state are over."""
    laws = len(world.law_hours)
    for k in range(n):
        record, at = (b.tag[k] & SLOTS) * size, b.now[k]
        spent = at - world.start
        ends[U(state * BINS + min(((spent >> 4) * 76354975) >> 34, BINS - 1))] += 1
        out.end_seconds[state] += spent
        late = np.int64(0)
        for law in range(laws):
            late |= np.int64(s.record[U(record + OWN_LAW + law)] <= at)
        out.totals[VIOLATIONS] += late
        _count(s, out, b.tag[k], record)


@stage
def _open(n: Any, b: Any, p: Any, cells: Any, world: Any, s: Any, root: Any, number: Any, size: Any) -> None:
    """The cases from `number` on open."""
    mix, laws = np.float64(len(world.open_p)), len(world.law_hours)
    for k in range(n):
        b.key[k] = _mixed(root + np.uint64(number + k) * _CASE)
    for k in range(n):
        b.u[k] = np.float64(np.int64(_mixed(b.key[k]) >> _S11)) * (1.0 / 9007199254740992.0) * mix
    for k in range(n):
        opening = np.int64(b.u[k])
        b.at[k] = world.open_pick[U(2 * opening + np.int64(b.u[k] - opening < world.open_p[U(opening)]))]
    for k in range(n):
        s.held[FREE] -= 1
        slot = s.free[U(s.held[FREE])]
        s.record[U(slot * size + NOTED)] = world.open_payer[U(b.at[k])] << 3
        for law in range(laws):
            s.record[U(slot * size + OWN_LAW + law)] = NEVER
        place = world.open_place[U(b.at[k])]
        while p.until[U(place)] <= world.start:
            place += 1
        _push(s, place, b.key[k], world.start, np.int64(FRESH), slot, cells.opened_mark)


@apart
def _pick(s: Any) -> Any:
    """A place with enough cases, else the one with the most; −1 where there is none."""
    waited = s.held[OUTSIDE]
    s.held[OUTSIDE] = 0
    for one in range(waited):  # a place for those outside
        e = (len(s.waiting) * s.room + one) * ENTRY
        _push(s, s.outside[one], s.queue[e], s.queue[e + 1], s.queue[e + 2], s.queue[e + 3], s.queue[e + 4])
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


@apart
def play(
    p: Places,
    rows: Rows,
    cells: Cells,
    world: World,
    s: Stock,
    b: Batch,
    seed: int,
    first: int,
    last: int,
    out: Sums,
    stays: Int,
    ends: Int,
) -> int:
    """Plays the cases `first` to `last` − 1 and adds them to `out` (`stays` and `ends` are its own, flat). Returns how it ended."""
    e, number, size = p.winners, np.int64(first), OWN_LAW + len(world.law_hours)
    root = _mixed(np.uint64(seed) + _GAMMA)
    while True:  # ends: every round plays cases, and cases end
        if s.held[READY] == 0 and s.held[FREE] > 0 and number < last:
            n = min(min(np.int64(WIDTH), s.held[FREE]), last - number)
            _open(n, b, p, cells, world, s, root, number, size)
            number += n
        place = _pick(s)
        if place < 0:
            break
        n = min(s.waiting[place], np.int64(WIDTH))
        left = s.waiting[place] - n
        s.waiting[place] = left
        if left >= FULL:
            s.ready[s.held[READY]] = place
            s.held[READY] += 1
        state, law = p.state[place], p.law[place]
        _take(n, place * s.room + left, b, s, U(_FIRST + 2 * world.actors * state) * _GAMMA, U(2 * world.actors * world.states) * _GAMMA)
        if law >= 0:
            _begin_law(n, b, world, law, s, size)
        if p.final[place]:
            _end(n, b, world, s, out, ends, state, size)
            continue
        _begin_limits(n, b, world, p.group[place], p.hours[place], p.counted[place], world.known, s, size)
        if p.works[place]:
            _begin_work(n, b, world)
        _draw(n, b, p, rows, world, place, e)
        out.seconds[state] += _judge(n, b, place, e, min(world.horizon, p.until[place]), world.known, p.lapses[place])
        _settle(n, b, p, cells, s, stays, state)
        if s.held[ALONES]:
            code = _alone(b, p, cells, world, s, out, stays, place, e, size)
            if code != DONE:
                return code
        if p.pays[place]:
            _pay(n, b, rows, cells, world, s, out, place, e, size)
        if p.sends[place]:
            _send(n, b, cells, s, out, place, e, size)
    return DONE


def play_all(t: Tables, p: Laid, seed: int, first: int, last: int, out: Sums, under_way: int = UNDER_WAY, room: int = ROOM) -> int:
    """Plays the cases `first` to `last` − 1 and adds them to `out`. Returns how it ended: `DONE` or an error."""
    stock, batch = stock_for(t, p, under_way, room)
    code = play(p.places, p.rows, p.cells, p.world, stock, batch, seed, first, last, out, out.stays.reshape(-1), out.ends.reshape(-1))
    opened = int(t.state[t.open_node[0]])
    out.visits[opened] += last - first
    out.state_cases[opened] += last - first
    fired = np.flatnonzero(stock.fired)
    counts, cells = stock.fired[fired], p.cells.table.reshape(-1, CELL)[fired]
    np.add.at(out.rules, cells[:, RULE], counts)
    np.add.at(out.rule_cases, cells[:, RULE], counts)
    after = p.places.state[cells[:, DEST]]
    enters = after != p.places.state[fired >> p.places.winners]
    np.add.at(out.visits, after[enters], counts[enters])
    np.add.at(out.state_cases, after[enters], counts[enters])
    for bits, cases in ((p.bit_rule, out.rule_cases), (p.bit_state, out.state_cases)):
        again = bits >= 0
        cases[again] -= stock.again[bits[again]]
    return int(code)
