"""Owns distributions as arrays of numbers: delays and amounts, all in seconds or fen. Must not draw from them."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.behaviour import Empirical, Exponential, Fixed, LogNormal, Quantity, Triangular, Uniform

KINDS = (Fixed, Uniform, Exponential, LogNormal, Triangular, Empirical)
FIXED, UNIFORM, EXPONENTIAL, LOGNORMAL, TRIANGULAR, EMPIRICAL = range(len(KINDS))
UNIT_SECONDS = {"hours": 3_600.0, "days": 86_400.0, "working_days": 86_400.0, "fen": 1.0}

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Quantities(NamedTuple):
    """Q distributions, all in seconds (or fen). `kind` as in `KINDS`; `a`, `b`, `c` its parameters; `works`: counted in working days.

    For `Empirical` `a` and `b` are the first place and the one past the last in `points` and `rises`, its values and cumulated shares.
    """

    kind: Int
    works: Int
    a: Float
    b: Float
    c: Float
    points: Float
    rises: Float


def quantities(all_of: list[Quantity | None]) -> Quantities:
    """Distributions as arrays; None is kept as an empty place."""
    count = len(all_of)
    kind, works = np.zeros(count, np.int64), np.zeros(count, np.int64)
    a, b, c = (np.zeros(count) for _ in range(3))
    points: list[float] = []
    rises: list[float] = []
    for place, one in enumerate(all_of):
        if one is None:
            continue
        kind[place] = KINDS.index(type(one))
        works[place] = one.unit == "working_days"
        unit = UNIT_SECONDS[one.unit]
        if isinstance(one, Empirical):
            a[place] = len(points)
            points += [value * unit for value in one.values]
            rises += [*np.cumsum(one.shares)[:-1].tolist(), 1.0]
            b[place] = len(points)
        else:
            a[place], b[place], c[place] = _parameters(one, unit)
    return Quantities(kind, works, a, b, c, np.array(points), np.array(rises))


def _parameters(one: Quantity, unit: float) -> tuple[float, float, float]:
    if isinstance(one, Fixed):
        return one.value * unit, 0.0, 0.0
    if isinstance(one, Uniform):
        return one.least * unit, one.most * unit, 0.0
    if isinstance(one, Exponential):
        return one.mean * unit, 0.0, 0.0
    if isinstance(one, LogNormal):
        return math.log(one.median * unit), one.sigma, 0.0
    assert isinstance(one, Triangular)
    return one.least * unit, one.mode * unit, one.most * unit
