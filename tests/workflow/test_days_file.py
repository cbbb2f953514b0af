"""Beyond the known years, and the user's own days."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from refund_fsm import BadData, CalendarOutOfRange, WorkCalendar
from refund_fsm.errors import TooLong
from refund_fsm.workflow import calendar
from tests.samples import at
from tests.workflow.days import CHINA, STRICT


def test_a_strict_calendar_names_the_day_and_the_ways_out() -> None:
    with pytest.raises(CalendarOutOfRange) as caught:
        STRICT.nth_working_day(date(2026, 12, 30), 2)
    for part in ("2027-01-01", "2027", "2004–2026", "newer chinesecalendar", "days_file", "provisional"):
        assert part in str(caught.value)
    assert STRICT.deadline(at("2027-06-01T10:00:00"), 7, "days") == CHINA.deadline(at("2027-06-01T10:00:00"), 7, "days")


def test_beyond_is_one_of_two() -> None:
    with pytest.raises(BadData, match="'provisional' or 'error'"):
        WorkCalendar(beyond="guess")  # type: ignore[arg-type]  # the refusal is the point


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
