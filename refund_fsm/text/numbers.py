"""Owns figures as people read them: a value with its interval and its unit, and how many decimals say as much as is known.

Must not know what the numbers are of.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from refund_fsm.text.text import Text

Unit = Literal["share", "hours", "fen", "times"]

NOT_KNOWN = "—"
SHOWN_AS: dict[Unit, tuple[float, Text]] = {
    "share": (100.0, Text("%", "%")),
    "hours": (1 / 24, Text("天", "days")),
    "fen": (0.01, Text("元", "yuan")),
    "times": (1.0, Text("次", "times")),
}  # by what a figure is multiplied for people, and what that is in
FEWEST, MOST, TINIEST = 1, 2, 6  # decimals: of a rough number, of a sharp one, at most of one that would else be shown as 0
SMALLEST_BOUND = 0.000001  # in what people are shown: less is no news


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % confidence interval; `low` and `high` are equal to `value` where it is exact."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.4g} [{self.low:.4g}, {self.high:.4g}]"

    def to_list(self) -> list[float]:
        """Value, low, high."""
        return [self.value, self.low, self.high]


def half(one: Interval) -> float:
    """Half the width of an interval, in its own unit; NaN where nothing is known of it."""
    return (one.high - one.low) / 2


def decimals(one: Interval, unit: Unit) -> int:
    """How many decimals say as much as is known: two figures of the interval's half width; more where a small value would look like 0."""
    scale = SHOWN_AS[unit][0]
    width, size = scale * half(one), abs(scale * one.value)
    places = 2 if not math.isfinite(width) or width <= 0 else min(max(1 - math.floor(math.log10(width)), FEWEST), MOST)
    if not size > (width if math.isfinite(width) else 0.0):  # it may well be 0
        return places
    return next((more for more in range(places, TINIEST + 1) if round(size, more)), places)


def number(value: float, unit: Unit, places: int, *, sign: bool = False) -> str:
    """A value for people, without its unit."""
    if not math.isfinite(value):
        return NOT_KNOWN
    shown = round(SHOWN_AS[unit][0] * value, places)
    return f"{shown + 0.0:{'+' if sign and shown else ''},.{places}f}"  # + 0.0: no "-0.0"


def estimate(one: Interval, unit: Unit) -> str:
    """The value of a figure for people."""
    return number(one.value, unit, decimals(one, unit))


def between(one: Interval, unit: Unit, *, sign: bool = False) -> str:
    """The interval of a figure for people, from its lower to its upper end; empty where none is known."""
    if not half(one) > 0:  # true for NaN too
        return ""
    places = decimals(one, unit)
    return " … ".join(number(end, unit, places, sign=sign) for end in (one.low, one.high))


def bound(one: Interval, unit: Unit) -> str:
    """How far a computed figure is estimated to be off, to one digit, rounded up: `±0.02`; empty where that is not known."""
    width = SHOWN_AS[unit][0] * max(one.high - one.value, one.value - one.low)
    if not math.isfinite(width):
        return ""
    if width < SMALLEST_BOUND:
        return f"±{0 if width <= 0 else SMALLEST_BOUND:g}"
    places = max(0, -math.floor(round(math.log10(width), 9)))
    return f"±{math.ceil(round(width * 10**places, 6)) / 10**places:,.{places}f}"  # rounded first: 1.0000000001 is 1


def unit_text(unit: Unit) -> Text:
    """The unit in which people are told a figure."""
    return SHOWN_AS[unit][1]
