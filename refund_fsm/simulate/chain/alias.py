"""Owns the alias table, which draws one of several things with one random number. Must not draw."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Float = NDArray[np.float64]
Int = NDArray[np.int64]


def alias(shares: Float) -> tuple[Float, Int]:
    """Walker's alias table (Vose 1991) of shares that sum to 1: place i is kept with probability `p[i]`, else `other[i]` is taken."""
    count = len(shares)
    p, other = shares * count, np.arange(count)
    small, large = [i for i in range(count) if p[i] < 1.0], [i for i in range(count) if p[i] >= 1.0]
    while small and large:
        low, high = small.pop(), large[-1]
        other[low] = high
        p[high] -= 1.0 - p[low]
        if p[high] < 1.0:
            small.append(large.pop())
    for rest in (*small, *large):
        p[rest] = 1.0
    return p, other.astype(np.int64)
