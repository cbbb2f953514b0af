"""Owns time counted in whole steps: delays as the chance of each step, limits as numbers of steps.

No calendar: every day is a working day, and day follows day. Must not draw anything, nor write text.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from typing import NamedTuple

from refund_fsm.errors import BadData
from refund_fsm.simulate.behaviour import Empirical, Fixed, Quantity
from refund_fsm.workflow import Count as Counted
from refund_fsm.workflow import unit_of

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LENGTHS = {"hours": HOUR, "days": DAY}
MOST_STEPS = 1_000_000  # of one delay: more is a slip, and no model checker enumerates them
NEAR = 1e-9  # how far a value, in steps, may be from a whole number: thirds of a day are no floating-point numbers

Chances = tuple[tuple[int, float], ...]


class Count(NamedTuple):
    """How long a limit is: `steps` after the start, or, `to_midnight`, after the 00:00 of the day of the start. With `then` it goes on from
    there to the next 00:00, unless it is there, and so many steps more."""

    steps: int
    to_midnight: bool
    then: int | None = None

    @property
    def timed(self) -> bool:
        """Whether the time of day of its start matters."""
        return self.to_midnight or self.then is not None

    def after(self, start: int, per_day: int) -> int:
        """The steps from a start at a time of day, in steps, to the end."""
        if self.then is None:
            return self.steps - start if self.to_midnight else self.steps
        return self.steps + -(start + self.steps) % per_day + self.then


class Lattice:
    """The instants that are whole steps after 00:00. `BadData` for a step that does not divide 24 h."""

    def __init__(self, step: timedelta) -> None:
        if not isinstance(step, timedelta):
            raise BadData("step", step, "a timedelta, such as timedelta(hours=12)")
        if step <= timedelta(0) or DAY % step:
            raise BadData("step", step, "a length that divides 24 h, such as 12 h")
        self.step = step
        self.per_day = DAY // step
        self.hours = Fraction(step // timedelta.resolution, HOUR // timedelta.resolution)

    def chances(self, delay: Quantity, where: str) -> Chances:
        """For each number of steps that the delay can take, ascending, the chance that it takes them given that it takes no fewer.

        The last chance is 1. `BadData` naming `where` for what is not a few values, each a whole number of steps.
        """
        if not isinstance(delay, (Fixed, Empirical)) or delay.unit not in LENGTHS:
            raise BadData(where, delay, f"fixed or empirical, in hours or days, of whole multiples of {self.hours} h")
        values = delay.values if isinstance(delay, Empirical) else (delay.value,)
        weights = (delay.weights if isinstance(delay, Empirical) else None) or (1.0,) * len(values)
        found: dict[int, Fraction] = {}
        for value, weight in zip(values, weights, strict=True):
            steps = self._steps(value, LENGTHS[delay.unit], where)
            found[steps] = found.get(steps, Fraction(0)) + Fraction(weight)
        rest, told = Fraction(0), []
        for steps, weight_of_all in reversed(found.items()):
            rest += weight_of_all
            if weight_of_all:
                told.append((steps, float(weight_of_all / rest)))
        return tuple(reversed(told))

    def _steps(self, value: float, length: timedelta, where: str) -> int:
        steps = value * (length / self.step)
        if abs(steps - round(steps)) > NEAR * max(1.0, steps) or steps > MOST_STEPS:
            raise BadData(where, value, f"whole multiples of {self.hours} h, at most {MOST_STEPS:,} of them")
        return round(steps)

    def count(self, count: Counted) -> Count:
        """The length of a limit as it is counted; `BadData` for hours that are no whole number of steps."""
        limit = count.limit
        if count.unit == "hours":
            found = Count(self._hours(limit.field, count.length), to_midnight=False)
        else:
            found = Count((count.length + 1) * self.per_day, to_midnight=True)
        return found if limit.plus is None or not count.plus else self._longer(found, limit.plus, count.plus)

    def _longer(self, count: Count, field: str, length: int) -> Count:
        unit = unit_of(field)
        if unit == "working_days" and not count.to_midnight:
            return count._replace(then=length * self.per_day)
        return count._replace(steps=count.steps + (self._hours(field, length) if unit == "hours" else length * self.per_day))

    def _hours(self, field: str, length: int) -> int:
        if length * HOUR % self.step:
            raise BadData("step", self.step, f"a step of which the limit {field}, {length} h, is a whole multiple")
        return length * HOUR // self.step
