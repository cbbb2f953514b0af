"""What a chain is played by, as arrays: the mix, and deadlines by day."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from refund_fsm import Policy
from refund_fsm.simulate.chain.alias import alias
from refund_fsm.simulate.chain.days import day_deadlines, days_from, working_deadlines
from tests.samples import at


def test_the_alias_table_is_the_mix() -> None:
    shares = np.array([0.5, 0.05, 0.2, 0.25])
    kept, other = alias(shares)
    found = kept / 4
    for place, taken in enumerate(other):
        found[taken] += (1 - kept[place]) / 4
    assert found == pytest.approx(shares)


@pytest.mark.parametrize("length", [1, 3, 7])
def test_deadlines_by_day_are_the_calendars(length: int) -> None:
    calendar, first = Policy.guide().calendar, at("2026-01-01 00:00")
    days = days_from(first.date(), 500, calendar)
    tables = {"working_days": working_deadlines(days, length), "days": day_deadlines(days, length)}
    rolled = day_deadlines(days, length, roll_over=True)
    for number in range(430):
        start = first + timedelta(days=number, hours=number % 24)
        for unit, table in tables.items():
            wanted = calendar.deadline(start, length, unit)  # type: ignore[arg-type]  # the keys are units
            assert first + timedelta(seconds=int(table[number])) == wanted.at, (start, unit)
        assert first + timedelta(seconds=int(rolled[number])) == calendar.deadline(start, length, "days", roll_over=True).at
    assert days.known == 365 and not days.ends
    strict = days_from(first.date(), 500, Policy(beyond="error").calendar)
    assert strict.ends and len(strict.works) == 365
