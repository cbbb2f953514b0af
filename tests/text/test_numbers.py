"""Figures as people read them: as many decimals as are known, an interval, a bound, a sign where it is wanted."""

from __future__ import annotations

import math
from typing import Any

import pytest

from refund_fsm.text.numbers import Interval, between, bound, decimals, estimate, number, unit_text


@pytest.mark.parametrize(
    ("low", "value", "high", "unit", "shown", "span"),
    [
        (0.09, 0.11, 0.13, "share", "11.0", "9.0 … 13.0"),
        (0.1099, 0.11, 0.1101, "share", "11.00", "10.99 … 11.01"),
        (0.11, 0.11, 0.11, "share", "11.00", ""),
        (1e-6, 2e-6, 3e-6, "share", "0.0002", "0.0001 … 0.0003"),
        (-1e-3, 1e-6, 1e-3, "share", "0.00", "-0.10 … 0.10"),
        (440.0, 453.4, 470.0, "hours", "18.89", "18.33 … 19.58"),
        (math.nan, math.nan, math.nan, "hours", "—", ""),
        (10_511.4, 10_511.4, 10_511.4, "fen", "105.11", ""),
        (123_456_789.0, 123_456_789.0, 123_456_789.0, "fen", "1,234,567.89", ""),
        (0.0, 1e-17, 0.0, "share", "0.00", ""),
    ],
)
def test_an_estimate_has_as_many_decimals_as_are_known(low: float, value: float, high: float, unit: Any, shown: str, span: str) -> None:
    one = Interval(value, low, high)
    assert (estimate(one, unit), between(one, unit)) == (shown, span)


@pytest.mark.parametrize(
    ("off", "told"), [(0.0, "±0"), (0.000123, "±0.02"), (0.0001, "±0.01"), (1e-12, "±1e-06"), (0.3, "±30"), (math.inf, ""), (math.nan, "")]
)
def test_a_bound_is_one_digit_rounded_up(off: float, told: str) -> None:
    assert bound(Interval(0.5, 0.5 - off, 0.5 + off), "share") == told


def test_a_sign_where_it_is_wanted() -> None:
    assert [number(one, "times", 1, sign=True) for one in (1.25, -1.25, 0.0, -0.01)] == ["+1.2", "-1.2", "0.0", "0.0"]
    assert decimals(Interval(5.0, 4.0, 6.0), "times") == 1


def test_what_is_not_known_is_said_and_a_unit_has_its_name() -> None:
    assert number(math.nan, "fen", 2) == "—"
    assert [unit_text(unit).en for unit in ("share", "hours", "fen", "times")] == ["%", "days", "yuan", "times"]
