"""Owns the loop over batches: what `one_by_one` does case by case, to the bit, several times as fast. Compiled.

Must not know names, nor how chunks are handed out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.chain import Tables
from refund_fsm.simulate.compiled import kept, smaller
from refund_fsm.simulate.sample.numbers import FIRST, GAMMA, root_of
from refund_fsm.simulate.sample.sums import DONE, Sums
from refund_fsm.simulate.sample.waves.alone import play_alone
from refund_fsm.simulate.sample.waves.batch import WIDTH, Batch, batch_for, open_cases, take
from refund_fsm.simulate.sample.waves.drawing import draw
from refund_fsm.simulate.sample.waves.ends import end
from refund_fsm.simulate.sample.waves.limits import begin_law, begin_limits, begin_work
from refund_fsm.simulate.sample.waves.money import pay, send
from refund_fsm.simulate.sample.waves.places import CELL, DEST, RULE, Cells, Laid, Places, Rows, World
from refund_fsm.simulate.sample.waves.stock import ALONES, FREE, FULL, READY, Stock, pick, stock_for
from refund_fsm.simulate.sample.waves.winning import judge, settle
from refund_fsm.simulate.sample.waves.words import OWN_LAW, U

UNDER_WAY = 4_096  # cases
ROOM = 500  # for those who wait at a place; the others wait outside

Int = NDArray[np.int64]


@kept
def _play(
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
    """As `play`, but for what is counted by cell (`stays` and `ends` are those of `out`, flat)."""
    e, number, size = p.winners, np.int64(first), OWN_LAW + len(world.law_hours)
    root = root_of(seed)
    while True:  # ends: every round plays cases, and cases end
        if s.held[READY] == 0 and s.held[FREE] > 0 and number < last:
            n = smaller(smaller(np.int64(WIDTH), s.held[FREE]), last - number)
            open_cases(n, b, p, cells, world, s, root, number, size)
            number += n
        place = pick(s)
        if place < 0:
            break
        n = smaller(s.waiting[place], np.int64(WIDTH))
        left = s.waiting[place] - n
        s.waiting[place] = left
        if left >= FULL:
            s.ready[s.held[READY]] = place
            s.held[READY] += 1
        state, law = p.state[place], p.law[place]
        take(n, place * s.room + left, b, s, U(FIRST + 2 * world.actors * state) * GAMMA, U(2 * world.actors * world.states) * GAMMA)
        if law >= 0:
            begin_law(n, b, world, law, s, size)
        if p.final[place]:
            end(n, b, world, s, out, ends, state, size)
            continue
        begin_limits(n, b, p, world, place, s, size)
        if p.works[place]:
            begin_work(n, b, world)
        draw(n, b, p, rows, world, place, e)
        out.seconds[state] += judge(n, b, place, e, smaller(world.horizon, p.until[place]), world.known, p.lapses[place])
        settle(n, b, p, cells, s, stays, state)
        if s.held[ALONES]:
            code = play_alone(b, p, cells, world, s, out, stays, place, e, size)
            if code != DONE:
                return code
        if p.pays[place]:
            pay(n, b, rows, cells, world, s, out, place, e, size)
        if p.sends[place]:
            send(n, b, cells, s, out, place, e, size)
    return DONE


def play(t: Tables, p: Laid, seed: int, first: int, last: int, out: Sums, under_way: int = UNDER_WAY, room: int = ROOM) -> int:
    """Plays the cases `first` to `last` − 1 and adds them to `out`. Returns how it ended: `DONE` or an error."""
    actors = int((p.places.slots[1:] - p.places.slots[:-1]).max(initial=0))
    stock = stock_for(len(p.places.state), len(p.cells.rule_bit), OWN_LAW + len(t.law_hours), under_way, room)
    stays, ends = out.stays.reshape(-1), out.ends.reshape(-1)
    code = _play(p.places, p.rows, p.cells, p.world, stock, batch_for(actors), seed, first, last, out, stays, ends)
    opened = int(t.state[t.open_node[0]])
    out.visits[opened] += last - first
    out.state_cases[opened] += last - first
    _count_fired(p, stock, out)
    return int(code)


def _count_fired(p: Laid, stock: Stock, out: Sums) -> None:
    """Firings and visits, from what has won by cell; and in how many cases, from what had been done before."""
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
