"""Owns what changes hands when winners pay or send: the money, and parcels with who pays their freight. Compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.compiled import apart, larger
from refund_fsm.simulate.sample.numbers import AMOUNT, bits, unit
from refund_fsm.simulate.sample.sums import MONEY_SECONDS, PAID, PAID_FEN, PARCELS
from refund_fsm.simulate.sample.waves.drawing import quantiles
from refund_fsm.simulate.sample.waves.places import CELL, FLAGS, PAYS, SENDS
from refund_fsm.simulate.sample.waves.winning import hours
from refund_fsm.simulate.sample.waves.words import HAS_PAID, HAS_SENT, NOTED, PAYER, SLOTS


@apart
def pay(n: Any, b: Any, rows: Any, cells: Any, world: Any, s: Any, out: Any, place: Any, e: Any, size: Any) -> None:
    """What is claimed is paid out."""
    m = np.int64(0)
    for k in range(n):
        b.some[m] = k
        c = (place << e) + (b.win[k] & ((1 << e) - 1))
        m += np.int64(cells.table[c * CELL + FLAGS] & PAYS != 0) & ~(b.win[k] >> 63)
    for j in range(m):
        b.u[j] = unit(bits(b.key[b.some[j]], AMOUNT))
    quantiles(m, world.amount_kind, world.amount_a, world.amount_b, world.amount_c, rows.points, rows.rises, b.u, b.x, b.more)
    total, seconds, firsts = np.int64(0), np.int64(0), np.int64(0)
    for j in range(m):
        total += larger(np.int64(1), np.int64(b.x[j] + 0.5))
    for j in range(m):
        k = b.some[j]
        record = (b.tag[k] & SLOTS) * size
        noted = s.record[record + NOTED]
        if not noted & HAS_PAID:
            s.record[record + NOTED] = noted | HAS_PAID
            spent = (b.win[k] >> e) - world.start
            out.money[hours(spent)] += 1
            seconds += spent
            firsts += 1
    out.totals[PAID_FEN] += total
    out.totals[PAID] += firsts
    out.totals[MONEY_SECONDS] += seconds


@apart
def send(n: Any, b: Any, cells: Any, s: Any, out: Any, place: Any, e: Any, size: Any) -> None:
    """Parcels, by who pays the freight."""
    for k in range(n):
        c = (place << e) + (b.win[k] & ((1 << e) - 1))
        if b.win[k] >= 0 and cells.table[c * CELL + FLAGS] & SENDS:
            record = (b.tag[k] & SLOTS) * size
            noted = s.record[record + NOTED]
            if not noted & HAS_SENT:
                s.record[record + NOTED] = noted | HAS_SENT
                out.totals[PARCELS] += 1
                if noted >> PAYER >= 0:
                    out.payers[noted >> PAYER] += 1
