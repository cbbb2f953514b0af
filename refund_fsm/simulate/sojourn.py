"""Owns `Sojourn`: how long stays in a state took, in working days, as weighted lengths; its mean and its quantiles.

A working day here is one of 24 hours: of a stay from Friday to Monday, ten o'clock, one day is worked. Must not know where stays come
from: `sample.worked` and `law.staying` do.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import BadData


@dataclass(frozen=True, eq=False, slots=True)
class Sojourn:
    """`seconds` (N) of working days, ascending, and the weight of each (N): how many stays were so long, or how likely one is."""

    seconds: NDArray[np.float64]
    weights: NDArray[np.float64]

    @property
    def total(self) -> float:
        """How many stays ended, or are expected to in a case."""
        return float(self.weights.sum())

    def mean(self) -> timedelta | None:
        """The mean; None where no stay ended."""
        total = self.total
        return timedelta(seconds=float((self.seconds * self.weights).sum()) / total) if total > 0 else None

    def quantile(self, p: float) -> timedelta | None:
        """The shortest length that a share `p` (0 < p < 1) of the stays did not pass; None where no stay ended."""
        if isinstance(p, bool) or not isinstance(p, (int, float)) or not 0 < p < 1:
            raise BadData("p", p, "a share between 0 and 1, such as 0.95")
        if not self.total > 0:
            return None
        rises = np.cumsum(self.weights)
        place = int(np.searchsorted(rises, p * rises[-1] * (1 - 1e-12), side="left"))
        return timedelta(seconds=float(self.seconds[min(place, len(self.seconds) - 1)]))
