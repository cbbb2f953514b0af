"""China's working days and the deadlines counted from them, against a second opinion and a naive count."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import holidays
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refund_fsm.errors import BadData, CalendarOutOfRange, TooLong
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import calendar
from refund_fsm.workflow.calendar import FIRST_YEAR, LAST_YEAR, MAX_DAYS_AHEAD, MAX_HOURS_AHEAD, Deadline, Unit, WorkCalendar, instant
from tests.places import ROOT

CHINA = WorkCalendar()
STRICT = WorkCalendar(beyond="error")
ONE_DAY = timedelta(days=1)
UNITS: tuple[Unit, ...] = ("hours", "days", "working_days")


def days_of(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += ONE_DAY


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+08:00")


# Working days


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_agrees_with_a_second_opinion(year: int) -> None:
    other = holidays.country_holidays("CN", years=range(year - 1, year + 2))
    days = list(days_of(date(year, 1, 1), date(year, 12, 31)))
    assert [day for day in days if CHINA.is_working(day) != other.is_working_day(day)] == []


def test_every_published_day_is_what_chinesecalendar_says() -> None:
    """Its own `is_workday` is the judge of how we read its tables, to the first and last day that it accepts."""
    first, last = min(chinese_calendar.holidays).year, max(chinese_calendar.holidays).year
    days = list(days_of(date(first, 1, 1), date(last, 12, 31)))
    judge: Callable[[date], bool] = chinese_calendar.is_workday
    assert [day for day in days if STRICT.is_working(day) != judge(day)] == []
    assert all(CHINA.is_known(day) for day in days)
    assert not CHINA.is_known(days[0] - ONE_DAY)
    assert not CHINA.is_known(days[-1] + ONE_DAY)


TRAPS = [
    # day          works  why
    ("2026-02-13", True, "the Friday before the Spring Festival"),
    ("2026-02-14", True, "a Saturday that is worked, on the eve of the festival"),
    ("2026-02-15", False, "the festival begins on a Sunday"),
    ("2026-02-16", False, "New Year's Eve, a Monday"),
    ("2026-02-20", False, "a Friday given for 2026-02-14"),
    ("2026-02-23", False, "a Monday given for 2026-02-28"),
    ("2026-02-24", True, "the first day after the festival"),
    ("2026-02-28", True, "a Saturday that is worked"),
    ("2026-01-04", True, "a Sunday that is worked"),
    ("2026-03-01", False, "a plain Sunday"),
    ("2026-10-08", True, "the first day after the National Day week"),
    ("2026-10-10", True, "a Saturday that is worked"),
    ("2024-02-09", True, "New Year's Eve of 2024: leave was recommended, not given"),
]


@pytest.mark.parametrize(("day", "works", "why"), TRAPS)
def test_known_traps(day: str, works: bool, why: str) -> None:
    assert CHINA.is_working(date.fromisoformat(day)) is works, why
    assert CHINA.is_known(date.fromisoformat(day))


ROLLS = [
    # day          rolls to      provisional
    ("2026-02-13", "2026-02-13", False),
    ("2026-02-14", "2026-02-14", False),
    ("2026-02-15", "2026-02-24", False),
    ("2026-02-19", "2026-02-24", False),
    ("2026-12-31", "2026-12-31", False),
    ("2027-01-01", "2027-01-01", True),
    ("2027-01-02", "2027-01-04", True),
    ("2003-12-31", "2003-12-31", True),
]


@pytest.mark.parametrize(("day", "expected", "provisional"), ROLLS)
def test_roll(day: str, expected: str, provisional: bool) -> None:
    assert CHINA.roll(date.fromisoformat(day)) == (date.fromisoformat(expected), provisional)


NTH = [
    # after        n  is            provisional
    ("2026-02-12", 1, "2026-02-13", False),
    ("2026-02-12", 2, "2026-02-14", False),
    ("2026-02-12", 3, "2026-02-24", False),
    ("2026-02-12", 7, "2026-02-28", False),
    ("2026-02-14", 1, "2026-02-24", False),
    ("2026-12-22", 7, "2026-12-31", False),
    ("2026-12-23", 7, "2027-01-01", True),
    ("2003-12-31", 1, "2004-01-02", False),
    ("2003-12-30", 1, "2003-12-31", True),
    ("2003-12-30", 2, "2004-01-02", True),
]


@pytest.mark.parametrize(("day", "n", "expected", "provisional"), NTH)
def test_nth_working_day(day: str, n: int, expected: str, provisional: bool) -> None:
    assert CHINA.nth_working_day(date.fromisoformat(day), n) == (date.fromisoformat(expected), provisional)


@given(day=st.dates(date(2003, 6, 1), date(2028, 12, 31)), n=st.integers(1, 40))
@example(day=date(2026, 12, 22), n=8)
def test_the_nth_working_day_is_found_by_counting(day: date, n: int) -> None:
    ahead = list(days_of(day + ONE_DAY, day + timedelta(days=4 * n + 30)))
    expected = [one for one in ahead if CHINA.is_working(one)][n - 1]
    consulted = ahead[: ahead.index(expected) + 1]
    assert CHINA.nth_working_day(day, n) == (expected, not all(map(CHINA.is_known, consulted)))


def test_seven_working_days_outlast_seven_days() -> None:
    """rules.md § 1.L: A13 is longer than L1 for every receipt date up to 2026-12-22; with roll-over never shorter."""
    for day in days_of(date(2024, 1, 1), date(2026, 12, 22)):
        seventh, provisional = CHINA.nth_working_day(day, 7)
        assert not provisional
        assert seventh > day + timedelta(days=7)
        assert seventh >= CHINA.roll(day + timedelta(days=7))[0]


# Deadlines

DEADLINES: list[tuple[str, int, Unit, bool, str, bool]] = [
    # start                length unit          roll   at                     provisional
    ("2026-02-12T10:00:00", 7, "days", False, "2026-02-20T00:00:00", False),  # L1, signed 2026-02-12
    ("2026-02-12T10:00:00", 7, "days", True, "2026-02-25T00:00:00", False),  # the same, rolled over (L4)
    ("2026-02-12T10:00:00", 6, "days", False, "2026-02-19T00:00:00", False),  # D4: the signing day is day 1
    ("2026-02-11T10:00:00", 3, "days", True, "2026-02-15T00:00:00", False),  # a make-up Saturday stays
    ("2026-02-12T10:00:00", 3, "working_days", False, "2026-02-25T00:00:00", False),
    ("2026-02-12T10:00:00", 3, "working_days", True, "2026-02-25T00:00:00", False),
    ("2026-02-15T10:00:00", 1, "working_days", False, "2026-02-25T00:00:00", False),  # begun on a holiday
    ("2026-03-02T00:00:00", 1, "days", False, "2026-03-04T00:00:00", False),  # 00:00 belongs to the day that begins
    ("2026-03-01T23:59:59", 1, "days", False, "2026-03-03T00:00:00", False),
    ("2026-03-02T00:00:00", 1, "working_days", False, "2026-03-04T00:00:00", False),
    ("2026-03-01T23:59:59", 1, "working_days", False, "2026-03-03T00:00:00", False),
    ("2026-02-12T10:00:01", 48, "hours", False, "2026-02-14T10:00:01", False),
    ("2026-02-15T10:00:00", 1, "hours", True, "2026-02-15T11:00:00", False),  # hours are exact, whatever the day
    ("2026-12-30T10:00:00", 1, "working_days", False, "2027-01-01T00:00:00", False),  # ends as the known years end
    ("2026-12-30T10:00:00", 2, "working_days", False, "2027-01-02T00:00:00", True),
    ("2026-12-30T10:00:00", 3, "working_days", False, "2027-01-05T00:00:00", True),
    ("2026-12-30T10:00:00", 15, "days", False, "2027-01-15T00:00:00", False),  # plain days ask no calendar
    ("2026-12-30T10:00:00", 3, "days", True, "2027-01-05T00:00:00", True),
    ("2026-12-30T10:00:00", 72, "hours", False, "2027-01-02T10:00:00", False),
]


@pytest.mark.parametrize(("start", "length", "unit", "roll_over", "expected", "provisional"), DEADLINES)
def test_deadline(start: str, length: int, unit: Unit, roll_over: bool, expected: str, provisional: bool) -> None:
    own = WorkCalendar()
    first = own.deadline(at(start), length, unit, roll_over=roll_over)
    assert first == Deadline(at(expected), provisional)
    assert first.at.tzinfo is SHANGHAI
    assert own.deadline(at(start), length, unit, roll_over=roll_over) == first
    if unit != "hours":
        assert own.deadline(at(start), length, unit, roll_over=roll_over) is first, "counted once"


def test_the_day_is_that_of_shanghai() -> None:
    evening = datetime(2026, 2, 11, 16, 30, tzinfo=UTC)  # 00:30 of 2026-02-12 in Shanghai
    assert CHINA.deadline(evening, 7, "days") == CHINA.deadline(at("2026-02-12T10:00:00"), 7, "days")


NAIVE = datetime(2026, 2, 12, 10)  # noqa: DTZ001  # what must be refused
STARTS = st.dates(date(2003, 6, 1), date(2028, 12, 31)).flatmap(
    lambda day: st.times().map(lambda time: datetime.combine(day, time, SHANGHAI))
)


@given(
    starts=st.tuples(STARTS, STARTS).map(sorted),
    length=st.integers(1, 30),
    unit=st.sampled_from(UNITS),
    roll_over=st.booleans(),
)
@example(starts=[at("2026-02-13T23:59:59"), at("2026-02-14T00:00:00")], length=1, unit="days", roll_over=True)
def test_deadlines_are_monotone(starts: list[datetime], length: int, unit: Unit, roll_over: bool) -> None:
    one, two = (CHINA.deadline(start, length, unit, roll_over=roll_over).at for start in starts)
    assert starts[0] < one <= two
    assert one <= CHINA.deadline(starts[0], length + 1, unit, roll_over=roll_over).at


@given(start=STARTS, length=st.integers(1, 30), unit=st.sampled_from(UNITS), roll_over=st.booleans())
def test_a_strict_calendar_agrees_or_raises(start: datetime, length: int, unit: Unit, roll_over: bool) -> None:
    relaxed = CHINA.deadline(start, length, unit, roll_over=roll_over)
    if relaxed.provisional:
        with pytest.raises(CalendarOutOfRange):
            STRICT.deadline(start, length, unit, roll_over=roll_over)
    else:
        assert STRICT.deadline(start, length, unit, roll_over=roll_over) == relaxed


BAD_COUNTS: list[tuple[Any, Any, Any, str]] = [
    # start                     length               unit            field
    (at("2026-02-12T10:00:00"), 0, "days", "length"),
    (at("2026-02-12T10:00:00"), -1, "working_days", "length"),
    (at("2026-02-12T10:00:00"), True, "days", "length"),
    (at("2026-02-12T10:00:00"), 1.0, "days", "length"),
    (at("2026-02-12T10:00:00"), MAX_DAYS_AHEAD + 1, "days", "length"),
    (at("2026-02-12T10:00:00"), MAX_HOURS_AHEAD + 1, "hours", "length"),
    (at("2026-02-12T10:00:00"), 7, "weeks", "unit"),
    (NAIVE, 7, "days", "start"),
    (date(2026, 2, 12), 7, "days", "start"),
]


@pytest.mark.parametrize(("start", "length", "unit", "field"), BAD_COUNTS)
def test_what_cannot_be_counted_is_bad_data(start: Any, length: Any, unit: Any, field: str) -> None:
    own = WorkCalendar()
    own.deadline(at("2026-02-12T10:00:00"), 1, "days")  # True and 1.0 equal the 1 that is now in the cache
    with pytest.raises(BadData) as caught:
        own.deadline(start, length, unit)
    assert caught.value.field == field


@pytest.mark.parametrize("n", [0, -1, MAX_DAYS_AHEAD + 1, True, 2.0])
def test_n_is_bounded(n: Any) -> None:
    with pytest.raises(BadData, match=f"1 to {MAX_DAYS_AHEAD:,}"):
        CHINA.nth_working_day(date(2026, 2, 12), n)
    assert CHINA.nth_working_day(date(2026, 2, 12), MAX_DAYS_AHEAD)[1]


@pytest.mark.parametrize("day", [at("2026-02-12T10:00:00"), "2026-02-12", None, date(1999, 12, 31), date(2200, 1, 1)])
def test_a_day_is_a_date(day: Any) -> None:
    for ask in (CHINA.is_working, CHINA.is_known, CHINA.roll, lambda day: CHINA.nth_working_day(day, 1)):
        with pytest.raises(BadData, match=r"^day: "):
            ask(day)


# Instants


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
    (at("2026-02-12T10:00:00"), "2026-02-12T10:00:00"),
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
    zone = ZoneInfo("Asia/Shanghai")
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        for month in range(1, 13):
            assert datetime(year, month, 1, tzinfo=zone).utcoffset() == SHANGHAI.utcoffset(None)


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


# Beyond the known years, and the user's own days


def test_a_strict_calendar_names_the_day_and_the_ways_out() -> None:
    with pytest.raises(CalendarOutOfRange) as caught:
        STRICT.nth_working_day(date(2026, 12, 30), 2)
    for part in ("2027-01-01", "2027", "2004–2026", "newer chinesecalendar", "days_file", "provisional"):
        assert part in str(caught.value)
    assert STRICT.deadline(at("2027-06-01T10:00:00"), 7, "days") == CHINA.deadline(at("2027-06-01T10:00:00"), 7, "days")


def test_beyond_is_one_of_two() -> None:
    with pytest.raises(BadData, match="'provisional' or 'error'"):
        WorkCalendar(beyond="guess")  # type: ignore[arg-type]  # the refusal is the point


OWN_DAYS = """
years = [2027]
off = [2027-02-08, 2026-03-02]
working = [2026-02-16, 2027-02-14, 2028-01-01]
"""


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    path = tmp_path / "days.toml"
    path.write_text(OWN_DAYS, encoding="utf-8")
    return path


OWN = [
    # day          works  known  why
    ("2027-02-08", False, True, "a Monday that the file takes off"),
    ("2027-02-14", True, True, "a Sunday that the file makes up"),
    ("2027-02-15", True, True, "a plain Monday of a year that the file completes"),
    ("2027-02-13", False, True, "a plain Saturday of that year"),
    ("2026-03-02", False, True, "the file outweighs the plain day of a published year"),
    ("2026-02-16", True, True, "and the published holiday"),
    ("2026-02-14", True, True, "what the file does not name stays as published"),
    ("2028-01-01", True, True, "a listed day is known, its year is not"),
    ("2028-01-02", False, False, "so the next day is judged by weekends"),
]


@pytest.mark.parametrize(("day", "works", "known", "why"), OWN)
def test_a_days_file_adds_and_outweighs(own_file: Path, day: str, works: bool, known: bool, why: str) -> None:
    own = WorkCalendar(days_file=own_file)
    assert own.is_working(date.fromisoformat(day)) is works, why
    assert own.is_known(date.fromisoformat(day)) is known, why


def test_a_days_file_ends_what_is_provisional(own_file: Path) -> None:
    strict = WorkCalendar(beyond="error", days_file=str(own_file))
    assert strict.nth_working_day(date(2027, 2, 5), 1) == (date(2027, 2, 9), False)
    assert strict.deadline(at("2027-02-01T10:00:00"), 7, "days", roll_over=True).at == at("2027-02-10T00:00:00")
    assert strict.roll(date(2028, 1, 1)) == (date(2028, 1, 1), False)
    with pytest.raises(CalendarOutOfRange, match=r"2028-01-02.*2004–2027"):
        strict.roll(date(2028, 1, 2))


BAD_FILES = [
    # content                                            field ends in   the message says
    ("years = 2027", "years", "a list of years"),
    ("years = [2027, true]", "years[1]", "True"),
    ("years = ['2027']", "years[0]", "'2027'"),
    ("years = [1999]", "years[0]", "from 2000 to 2199"),
    ("off = 2027-02-08", "off", "a list of dates"),
    ("off = [2027-02-08, '2027-02-09']", "off[1]", "'2027-02-09'"),
    ("working = [2027-02-14T00:00:00]", "working[0]", "a date from"),
    ("working = [2200-01-01]", "working[0]", "from 2000 to 2199"),
    ("off = [2027-02-14]\nworking = [2027-02-14]", "off", "2027-02-14"),
    ("holidays = [2027-02-08]", "holidays", "only years, off and working"),
    ("off = [2027-02-30]", "days_file", "valid TOML"),
    ("off = [", "days_file", "valid TOML"),
    ("off = " + "[" * 100_000, "days_file", "nested so deeply"),
    ("\udcff", "days_file", "TOML text in UTF-8"),
]


@pytest.mark.parametrize(("content", "field", "says"), BAD_FILES)
def test_a_bad_days_file_is_bad_data(tmp_path: Path, content: str, field: str, says: str) -> None:
    path = tmp_path / "days.toml"
    path.write_bytes(content.encode(errors="surrogateescape"))
    with pytest.raises(BadData) as caught:
        WorkCalendar(days_file=path)
    assert caught.value.field in (field, f"{path}: {field}")
    assert str(path) in str(caught.value)
    assert says in str(caught.value)


def test_a_days_file_that_cannot_be_read_is_bad_data(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.toml", tmp_path):
        with pytest.raises(BadData, match=r"^days_file: .*a readable TOML file"):
            WorkCalendar(days_file=path)
    with pytest.raises(BadData, match=r"^days_file: 7"):
        WorkCalendar(days_file=7)  # type: ignore[arg-type]  # the refusal is the point


def test_a_search_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "MAX_SEARCH", 9)
    path = tmp_path / "days.toml"
    path.write_text(f"off = [{', '.join(f'2027-03-{day:02}' for day in range(1, 32))}]")
    with pytest.raises(TooLong, match="9 days"):
        WorkCalendar(days_file=path).roll(date(2027, 3, 1))


# What a calendar is


def test_the_version_names_the_sources(own_file: Path) -> None:
    published = f"chinesecalendar {chinese_calendar.__version__} (2004–{max(chinese_calendar.holidays).year})"
    assert CHINA.version == published
    own = WorkCalendar(days_file=own_file).version
    assert own.startswith(f"{published} + days file sha256:")
    assert len(own.rsplit(":", 1)[1]) == 12


def test_equal_calendars_answer_alike(own_file: Path, tmp_path: Path) -> None:
    own = WorkCalendar(days_file=own_file)
    twin = tmp_path / "twin.toml"
    twin.write_bytes(own_file.read_bytes())
    changed = tmp_path / "changed.toml"
    changed.write_text(OWN_DAYS + "# another content", encoding="utf-8")
    assert {CHINA, WorkCalendar()} == {CHINA}
    assert {own, WorkCalendar(days_file=twin)} == {own}
    assert len({CHINA, STRICT, own, WorkCalendar(days_file=changed)}) == 4
    assert CHINA != "chinesecalendar"
    assert own.version in repr(own)


def test_a_calendar_travels_with_its_days(own_file: Path) -> None:
    own = WorkCalendar(days_file=own_file)
    expected = own.deadline(at("2027-02-05T10:00:00"), 3, "working_days")
    own_file.unlink()
    for copied in (pickle.loads(pickle.dumps(own)), copy.deepcopy(own)):
        assert copied == own
        assert copied.deadline(at("2027-02-05T10:00:00"), 3, "working_days") == expected


def test_the_cache_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "MAX_CACHED", 2)
    own = WorkCalendar()
    for length in (1, 2, 3, 1, 2, 3):
        assert own.deadline(at("2026-03-02T10:00:00"), length, "days").at == at(f"2026-03-0{3 + length}T00:00:00")
        assert len(own._cache) <= 2


def test_the_published_days_are_loaded_at_first_use() -> None:
    asked = "import sys, refund_fsm.workflow.calendar as own; own.WorkCalendar(); print('chinese_calendar' in sys.modules)"
    root = ROOT
    done = subprocess.run([sys.executable, "-c", asked], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
