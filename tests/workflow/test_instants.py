"""What is an instant, and what is none; it is given in Shanghai's time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from refund_fsm import BadData
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import FIRST_YEAR, LAST_YEAR, instant
from tests.samples import at
from tests.workflow.days import NAIVE


class NoOffset(tzinfo):
    """A zone that does not know its offset: aware by name, naive in fact."""

    def utcoffset(self, _: datetime | None) -> None:
        return None

    def tzname(self, _: datetime | None) -> str:
        return "nowhere"

    def dst(self, _: datetime | None) -> None:
        return None


class Stamped(datetime):
    """A datetime of somebody else's, with more to it than ours."""


ACCEPTED = [
    # given                                                                 in Shanghai
    (datetime.fromisoformat("2026-02-12T10:00:00+08:00"), "2026-02-12T10:00:00"),
    (datetime(2026, 2, 12, 10, 0, 0, 5, tzinfo=SHANGHAI), "2026-02-12T10:00:00.000005"),
    (datetime(2026, 2, 12, 2, tzinfo=UTC), "2026-02-12T10:00:00"),
    (datetime(2026, 2, 12, 10, tzinfo=ZoneInfo("Asia/Shanghai")), "2026-02-12T10:00:00"),
    (datetime(2026, 2, 11, 21, tzinfo=timezone(timedelta(hours=-5))), "2026-02-12T10:00:00"),
    (Stamped(2026, 2, 12, 10, tzinfo=SHANGHAI), "2026-02-12T10:00:00"),
    (datetime(1999, 12, 31, 16, tzinfo=UTC), "2000-01-01T00:00:00"),
    (datetime(2199, 12, 31, 15, 59, 59, tzinfo=UTC), "2199-12-31T23:59:59"),
]


@pytest.mark.parametrize(("value", "expected"), ACCEPTED)
def test_an_instant_is_given_in_shanghai(value: datetime, expected: str) -> None:
    found = instant(value, "at")
    assert found == value
    assert (type(found), found.tzinfo, found.isoformat()) == (datetime, SHANGHAI, f"{expected}+08:00")


def test_shanghai_is_the_zone_of_that_name_in_all_accepted_years() -> None:
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month in range(1, 13):
            assert datetime(year, month, 1, tzinfo=SHANGHAI).utcoffset() == timedelta(hours=8)


NO_INSTANTS: list[Any] = [
    NAIVE,
    datetime(2026, 2, 12, 10, tzinfo=NoOffset()),
    date(2026, 2, 12),
    "2026-02-12T10:00:00+08:00",
    1_770_861_600,
    True,
    None,
    at("1999-12-31T23:59:59"),
    at("2200-01-01T00:00:00"),
    datetime.max.replace(tzinfo=UTC),
    datetime.min.replace(tzinfo=timezone(timedelta(hours=14))),
]


@pytest.mark.parametrize("value", NO_INSTANTS)
def test_what_is_no_instant_is_bad_data(value: Any) -> None:
    with pytest.raises(BadData) as caught:
        instant(value, "signed_at")
    assert caught.value.field == "signed_at"
    assert caught.value.value is value
    assert "2026-02-12T10:00:00+08:00" in caught.value.expected or "2000 to 2199" in caught.value.expected
