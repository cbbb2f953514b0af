"""Festivals by day: their names in both languages, none on a make-up day or where nothing is published."""

from __future__ import annotations

from datetime import date

import pytest

from refund_fsm.workflow import festival


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
