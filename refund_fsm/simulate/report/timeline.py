"""Owns what pictures show along the time axis: the times of a result or a law as one kind of curve, and the days off.

Must not know pictures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.figures import QUANTILES
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.sample import HOUR, Histogram, Result
from refund_fsm.text import Text
from refund_fsm.workflow import festival

ONE_DAY = timedelta(days=1)
SEEN = 0.998  # of those that are paid, or end, this share is in the picture: a few stragglers would squeeze all others together
WEEK = 7


@dataclass(frozen=True, eq=False)
class Curve:
    """`mass`: the share of all cases whose money comes, or which end, in each cell of `step`; `quantiles`: days, by share of those.

    `begun` is how far into the first cell the start is, in cells.
    """

    mass: NDArray[np.float64]
    step: timedelta
    quantiles: dict[float, float]
    begun: float = 0.0

    @property
    def total(self) -> float:
        """The share of cases that are paid, or end."""
        return float(self.mass.sum())

    def by_day(self, days: int) -> NDArray[np.float64]:
        """The share of all cases for each of the first days (24 h from the start)."""
        day_of = np.floor((np.arange(len(self.mass)) + 0.5 - self.begun) * (self.step / ONE_DAY)).astype(int)
        return np.bincount(np.clip(day_of, 0, days), weights=self.mass, minlength=days + 1)[:days].astype(np.float64)

    def risen(self, days: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Times in days, and the share that has been paid, or has ended, by then, of those that ever are."""
        cells = min(len(self.mass), math.ceil(days / (self.step / ONE_DAY)))
        share = np.concatenate([np.zeros(1), np.cumsum(self.mass[:cells])]) / (self.total or 1.0)
        times = (np.arange(cells + 1, dtype=np.float64) - self.begun) * (self.step / ONE_DAY)
        return np.maximum(times, 0.0), share.astype(np.float64)

    @property
    def days(self) -> int:
        """How many days are worth showing: whole weeks, at least one."""
        rises = np.cumsum(self.mass)
        cell = int(np.searchsorted(rises, SEEN * self.total)) + 1 if self.total else 0
        return max(WEEK, WEEK * math.ceil(cell * (self.step / ONE_DAY) / WEEK))


def curve_of(one: Many, kind: str) -> Curve:
    """A time of a result or a law, by its kind (`figures.times`): to the money, or to the end."""
    time = one.time_to_money if kind == "money" else one.time_to_end
    found = {p: at / ONE_DAY for p in QUANTILES if (at := time.quantile(p)) is not None}
    if isinstance(time, Histogram):
        return Curve(time.counts / max(one.cases if isinstance(one, Result) else 1, 1), HOUR, found)
    return Curve(np.asarray(time.p, np.float64), time.step, found, time.begun)


def off_days(one: Many, days: int) -> list[tuple[float, float]]:
    """The spans without working days among the first days, in days from the start; none where the calendar must not guess."""
    calendar = one.policy.calendar
    midnight = one.start.replace(hour=0, minute=0, second=0)
    spans: list[tuple[int, int]] = []  # the first day off, and the one after the last
    for day in range(days + 1):
        date = (midnight + day * ONE_DAY).date()
        judged = one.policy.beyond == "provisional" or calendar.is_known(date)
        if judged and not calendar.is_working(date):
            begin = spans.pop()[0] if spans and spans[-1][1] == day else day
            spans.append((begin, day + 1))
    ahead = (midnight - one.start) / ONE_DAY
    return [(max(begin + ahead, 0.0), min(end + ahead, float(days))) for begin, end in spans if begin + ahead < days]


def festivals(one: Many, days: int) -> list[tuple[float, float, Text]]:
    """The public holidays among the first days, in days from the start, with their names; weekends in them are in them."""
    midnight = one.start.replace(hour=0, minute=0, second=0)
    calendar, found = one.policy.calendar, list[tuple[int, int, Text]]()
    for day in range(days + 1):
        date = (midnight + day * ONE_DAY).date()
        name = festival(date)
        if name is None or calendar.is_working(date):  # known to be off, unless a days file says otherwise
            continue
        begin = found.pop()[0] if found and found[-1][1:] == (day, name) else day
        found.append((begin, day + 1, name))
    ahead = (midnight - one.start) / ONE_DAY
    return [
        (max(begin + ahead, 0.0), min(end + ahead, float(days)), name)
        for begin, end, name in found
        if end + ahead > 0 and begin + ahead < days
    ]
