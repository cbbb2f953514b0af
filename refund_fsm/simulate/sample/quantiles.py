"""Owns the quantiles of the families of distributions: what a random number in [0, 1) stands for. Compiled.

Their inverses, the curves of `behaviour`, are tested against them. Must not draw.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from refund_fsm.simulate.chain import EXPONENTIAL, FIXED, LOGNORMAL, TRIANGULAR, UNIFORM
from refund_fsm.simulate.compiled import part, tiny
from refund_fsm.simulate.sample.elementary import exp, log

NEAR = 0.425  # how far from ½ the first of the three approximations of the normal distribution reaches


@tiny
def _polynomial(r: Any, a: Any, b: Any, c: Any, d: Any, e: Any, f: Any, g: Any, h: Any) -> Any:
    return ((((((a * r + b) * r + c) * r + d) * r + e) * r + f) * r + g) * r + h


@part
def normal_near(q: Any) -> Any:
    """`normal` of ½ + q, |q| at most `NEAR`."""
    r = 0.180625 - q * q
    num = _polynomial(
        r, 2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
        13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608,
    )  # fmt: skip
    den = _polynomial(
        r, 5226.495278852545925, 28729.085735721942674, 39307.89580009271061, 21213.794301586595867,
        5394.1960214247511077, 687.1870074920579083, 42.313330701600911252, 1.0,
    )  # fmt: skip
    return q * num / den


@part
def normal(p: Any) -> Any:
    """The quantile of the standard normal distribution (Wichura, AS 241, PPND16; relative error about 1e-16)."""
    q = p - 0.5
    if abs(q) <= NEAR:
        return normal_near(q)
    r = p if q < 0.0 else 1.0 - p
    if r <= 0.0:
        return -38.0 if q < 0.0 else 38.0
    r = math.sqrt(-log(r))
    if r <= 5.0:
        r -= 1.6
        num = _polynomial(
            r, 7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177, 1.27045825245236838258,
            3.64784832476320460504, 5.7694972214606914055, 4.6303378461565452959, 1.42343711074968357734,
        )  # fmt: skip
        den = _polynomial(
            r, 1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
            0.68976733498510000455, 1.6763848301838038494, 2.05319162663775882187, 1.0,
        )  # fmt: skip
    else:
        r -= 5.0
        num = _polynomial(
            r, 2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386, 0.026532189526576123093,
            0.29656057182850489123, 1.7848265399172913358, 5.4637849111641143699, 6.6579046435011037772,
        )  # fmt: skip
        den = _polynomial(
            r, 2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
            0.0148753612908506148525, 0.13692988092273580531, 0.59983220655588793769, 1.0,
        )  # fmt: skip
    found = num / den
    return -found if q < 0.0 else found


@part
def quantile(kind: Any, a: Any, b: Any, c: Any, points: Any, rises: Any, u: Any) -> Any:
    """The value of a distribution at the probability u, in seconds or fen."""
    if kind == UNIFORM:
        return a + u * (b - a)
    if kind == EXPONENTIAL:
        return -a * log(1.0 - u)
    if kind == TRIANGULAR:
        if u * (c - a) < b - a:
            return a + math.sqrt(u * (c - a) * (b - a))
        return c - math.sqrt((1.0 - u) * (c - a) * (c - b))
    if kind == FIXED:
        return a
    if kind == LOGNORMAL:
        return exp(a + b * normal(u))
    return points[first_above(np.int64(a), np.int64(b) - 1, rises, u)]


@part
def first_above(low: Any, high: Any, rises: Any, u: Any) -> Any:
    """The first place from `low` to `high` whose cumulated share is above u."""
    while low < high:  # ends: halves the places
        middle = (low + high) // 2
        if rises[middle] > u:
            high = middle
        else:
            low = middle + 1
    return low
