"""Owns what a case opens with: which kind of case of the mix it is, and the amount that it claims. Compiled."""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.chain import Tables
from refund_fsm.simulate.compiled import kept, larger, part, smaller
from refund_fsm.simulate.sample.numbers import AMOUNT, OPENING, case_key, root_of, uniform
from refund_fsm.simulate.sample.quantiles import quantile

MOST_AMOUNT = 1e12  # fen: as in an order


@kept
def opening_of(t: Tables, seed: int, case: int) -> int:
    """The place in the mix of the opening that a case has."""
    return opened(t.open_p, t.open_other, case_key(root_of(seed), case))


@kept
def amount_of(t: Tables, seed: int, case: int) -> int:
    """What a case claims, in fen."""
    q, at = t.quantities, len(t.quantities.kind) - 1
    return claimed(q.kind[at], q.a[at], q.b[at], q.c[at], q.points, q.rises, case_key(root_of(seed), case))


@part
def opened(open_p: Any, open_other: Any, key: Any) -> Any:
    """Which opening a case has: Walker's alias method."""
    u = uniform(key, OPENING) * len(open_p)
    place = np.int64(u)
    return place if u - place < open_p[place] else open_other[place]


@part
def claimed(kind: Any, a: Any, b: Any, c: Any, points: Any, rises: Any, key: Any) -> Any:
    """What a case claims, in whole fen, of the parameters of the amount."""
    return np.int64(smaller(larger(quantile(kind, a, b, c, points, rises, uniform(key, AMOUNT)) + 0.5, 1.0), MOST_AMOUNT))
