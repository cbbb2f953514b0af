"""Festivals by day: their names in both languages, none on a make-up day or where nothing is published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from refund_fsm.workflow import festival, made_up_for, published_festivals


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-02-14", None),  # a Saturday on which people work
        ("2026-02-15", ("春节", "Spring Festival")),
        ("2026-02-23", ("春节", "Spring Festival")),
        ("2026-02-24", None),
        ("2026-02-28", None),  # another make-up day
        ("2026-05-01", ("劳动节", "Labour Day")),
        ("2026-05-09", None),
        ("2030-02-03", None),  # no calendar of that year is published
    ],
)
def test_a_day_has_the_name_of_its_festival(day: str, name: tuple[str, str] | None) -> None:
    found = festival(date.fromisoformat(day))
    assert (found and (found.zh, found.en)) == name


def test_a_make_up_day_says_for_which_festival() -> None:
    found = made_up_for(date(2026, 2, 14))
    assert found is not None and (found.zh, found.en) == ("春节", "Spring Festival")
    assert made_up_for(date(2026, 2, 15)) is None and made_up_for(date(2026, 3, 2)) is None


def test_the_days_of_a_festival_stand_in_a_row() -> None:
    (spring,) = [one for one in published_festivals() if one.days[0].year == 2026 and one.name.en == "Spring Festival"]
    assert spring.days == tuple(date(2026, 2, 15) + timedelta(days=n) for n in range(9))
    days = [day for one in published_festivals() for day in one.days]
    assert len(days) == len(set(days)) and all(festival(day) == one.name for one in published_festivals() for day in one.days)
