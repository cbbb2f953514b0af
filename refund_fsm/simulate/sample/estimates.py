"""Owns estimates of what cases add up to: shares, means and quantiles with their 95 % intervals. Must not know what is estimated."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta

from refund_fsm.simulate.behaviour import Quantity
from refund_fsm.simulate.figures import QUANTILES, percentile
from refund_fsm.simulate.sample.histogram import Z95, Histogram
from refund_fsm.text.numbers import Interval
from refund_fsm.workflow import FrozenDict


def share(count: int, total: int) -> Interval:
    """A share of cases with its Wilson score interval (Wilson 1927), at 95 %; NaN where there are no cases."""
    if total == 0:
        return Interval(math.nan, math.nan, math.nan)
    p, z2 = count / total, Z95**2
    middle = (p + z2 / (2 * total)) / (1 + z2 / total)
    half = Z95 / (1 + z2 / total) * math.sqrt(p * (1 - p) / total + z2 / (4 * total**2))
    return Interval(p, max(0.0, middle - half), min(1.0, middle + half))


def times(kind: str, time: Histogram) -> Iterator[tuple[str, Interval]]:
    """The figures of a time by name, in hours: its mean, and the percentiles that are told."""
    yield f"{kind}:mean", time.mean_interval()
    for p in QUANTILES:
        yield f"{kind}:{percentile(p)}", quantile(time, p)


def quantile(histogram: Histogram, p: float) -> Interval:
    """A quantile in hours, with its interval."""
    found, ends = histogram.quantile(p), histogram.quantile_interval(p)
    hour = timedelta(hours=1)
    if found is None:
        return exact(math.nan)
    if ends is None:
        return Interval(found / hour, math.nan, math.nan)
    return Interval(found / hour, ends[0] / hour, ends[1] / hour)


def exact(value: float) -> Interval:
    """A value that is known exactly."""
    return Interval(value, value, value)


def about(total: int, squares: int, cases: int) -> Interval:
    """A mean per case, of its sum and its sum of squares, with the normal interval."""
    if not cases:
        return exact(math.nan)
    mean = total / cases
    if cases < 2:
        return Interval(mean, math.nan, math.nan)
    half = Z95 * math.sqrt(max(squares / cases - mean**2, 0.0) / cases)
    return Interval(mean, mean - half, mean + half)


def shares(counts: Mapping[str, int], total: int) -> Mapping[str, Interval]:
    """The share of each of some counts."""
    return FrozenDict({key: share(count, total) for key, count in counts.items()})


def mean_paid(amount: Quantity, paid_fen: int, paid: int, cases: int) -> Interval:
    """What is paid per case, of the sum and the number of cases that were paid. An amount is drawn apart from all else, so that its spread
    is that of the behaviour's amount."""
    if not cases:
        return exact(math.nan)
    p, mean = paid / cases, paid_fen / cases
    if cases < 2:
        return Interval(mean, math.nan, math.nan)
    squares = (amount.deviation**2 + amount.expected**2) * p
    half = Z95 * math.sqrt(max(squares - (amount.expected * p) ** 2, 0.0) / cases)
    return Interval(mean, mean - half, mean + half)


def finite(one: Interval) -> list[float | None]:
    """An interval as JSON has it: null for what is not known."""
    return [value if math.isfinite(value) else None for value in one.to_list()]
