"""Owns `Distribution`: when something happens, by cell of the lattice; its mean and its quantiles. Must not know what happens."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import BadData

Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Distribution:
    """When something happens: `p` is the probability by cell of `step`, from the start on, at the cell's edge and inside it (2 × cells).

    `begun` is how far into the first cell the start is, in cells (0 or ½: then anywhere inside it).
    """

    at: Float
    step: timedelta
    begun: float

    @property
    def p(self) -> Float:
        """The probability by cell."""
        return np.asarray(self.at.sum(axis=0))

    @property
    def total(self) -> float:
        """The probability that it happens by the horizon."""
        return float(self.at.sum())

    def mean(self) -> timedelta | None:
        """The mean time from the start, of the cases to which it happens; None where there are none."""
        total = self.total
        if total <= 0:
            return None
        cells = np.arange(self.at.shape[1])
        moment = float((self.at[0] * cells).sum() + (self.at[1] * (cells + 0.5)).sum())
        return (moment / total - self.begun) * self.step

    def cdf(self, time: timedelta) -> float:
        """The probability that it has happened by a time from the start; inside a cell spread evenly."""
        if not isinstance(time, timedelta):
            raise BadData("time", time, "a timedelta")
        at = time / self.step + self.begun
        cell = min(max(math.floor(at), 0), self.at.shape[1] - 1)
        if at < 0:
            return 0.0
        before = float(self.at[:, :cell].sum()) + float(self.at[0, cell])
        return float(before + float(self.at[1, cell]) * min(at - cell, 1.0))

    def quantile(self, p: float) -> timedelta | None:
        """The time from the start within which a share `p` (0 < p < 1) of the cases to which it happens had it; None without any."""
        if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 < p < 1:
            raise BadData("p", p, "a share between 0 and 1, such as 0.95")
        total = self.total
        if total <= 0:
            return None
        rises = np.cumsum(self.at.sum(axis=0))
        wanted = p * total
        cell = min(int(np.searchsorted(rises, wanted, side="left")), len(rises) - 1)
        rest = wanted - (float(rises[cell - 1]) if cell else 0.0) - float(self.at[0, cell])
        inside = rest / float(self.at[1, cell]) if rest > 0 and self.at[1, cell] > 0 else 0.0
        return max((cell + min(inside, 1.0) - self.begun) * self.step, timedelta(0))
