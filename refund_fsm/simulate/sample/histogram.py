"""Owns a histogram of times: bins of one hour that merge exactly, quantiles and means with their confidence intervals.

Must not know what the times are of.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import BadData
from refund_fsm.simulate.sample.sums import BIN, BINS
from refund_fsm.text.numbers import Interval

HOUR = timedelta(seconds=BIN)
Z95 = 1.959963984540054  # the 97.5 % point of the standard normal distribution


def share(count: int, total: int) -> Interval:
    """A share of cases with its Wilson score interval (Wilson 1927), at 95 %; NaN where there are no cases."""
    if total == 0:
        return Interval(math.nan, math.nan, math.nan)
    p, z2 = count / total, Z95**2
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * math.sqrt(p * (1 - p) / total + z2 / (4 * total**2))
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, eq=False, slots=True)
class Histogram:
    """How long something took: `counts` (9,601 integers) by whole hours, the last for 400 days and more; `seconds` their exact sum."""

    counts: NDArray[np.int64]
    seconds: int

    @property
    def total(self) -> int:
        """How many times were counted."""
        return int(self.counts.sum())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Histogram) and self.seconds == other.seconds and bool((self.counts == other.counts).all())

    __hash__ = None  # type: ignore[assignment]  # it holds an array

    def __add__(self, other: Histogram) -> Histogram:
        return Histogram(self.counts + other.counts, self.seconds + other.seconds)

    def mean(self) -> timedelta | None:
        """The exact mean; None where nothing was counted."""
        return timedelta(seconds=self.seconds / self.total) if self.total else None

    def mean_interval(self) -> Interval:
        """The mean in hours with its 95 % interval; the variance is that of the bins' middles."""
        total = self.total
        if total < 2:
            return Interval(self.seconds / BIN if total else math.nan, math.nan, math.nan)
        mean = self.seconds / BIN / total
        middles = np.arange(BINS) + 0.5
        spread = float((self.counts * (middles - float((self.counts * middles).sum()) / total) ** 2).sum()) / (total - 1)
        half = Z95 * math.sqrt(spread / total)
        return Interval(mean, mean - half, mean + half)

    def quantile(self, p: float) -> timedelta | None:
        """The time within which a share `p` (0 < p < 1) was done, to the hour (interpolated inside it); None where nothing was counted."""
        _check_share(p)
        return self._at(p * self.total) if self.total else None

    def quantile_interval(self, p: float) -> tuple[timedelta, timedelta] | None:
        """The 95 % confidence interval of a quantile by order statistics (binomial); None where too few were counted to bound it."""
        from scipy.stats import binom

        _check_share(p)
        total = self.total
        if not total:
            return None
        low, high = int(binom.ppf(0.025, total, p)), int(binom.ppf(0.975, total, p)) + 1
        return (self._at(low), self._at(high)) if low >= 1 and high <= total else None

    def _at(self, rank: float) -> timedelta:
        rises = np.cumsum(self.counts)
        place = min(int(np.searchsorted(rises, rank, side="left")), BINS - 1)
        here = int(self.counts[place])
        inside = (rank - (int(rises[place]) - here)) / here if here else 0.0
        return (place + min(max(inside, 0.0), 1.0)) * HOUR


def _check_share(p: object) -> None:
    if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 < p < 1:
        raise BadData("p", p, "a share between 0 and 1, such as 0.95")
