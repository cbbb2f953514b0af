"""Owns China's working days, the instants that the package accepts, and the deadlines counted from them.

Must not read a clock, and must not know what a deadline is for. Days are those of Asia/Shanghai.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from refund_fsm.errors import BadData, CalendarOutOfRange, TooLong, one_of
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow.files import read_toml

FIRST_YEAR = 2000  # the years of accepted instants, in Shanghai
LAST_YEAR = 2199
MAX_DAYS_AHEAD = 3_660  # the longest count, in days or working days: ten years
MAX_HOURS_AHEAD = 24 * MAX_DAYS_AHEAD
MAX_SEARCH = 4 * MAX_DAYS_AHEAD  # days looked at for one answer; only a days file without working days needs more
MAX_CACHED = 100_000  # deadlines kept by one calendar

Unit = Literal["hours", "days", "working_days"]
Beyond = Literal["provisional", "error"]

_ONE_DAY = timedelta(days=1)
_SATURDAY = 5
_AN_INSTANT = "a datetime with a time zone, such as 2026-02-12T10:00:00+08:00"
_A_DATE = f"a date from {FIRST_YEAR} to {LAST_YEAR}, such as 2026-02-12"


def instant(value: object, field: str) -> datetime:
    """The instant in Asia/Shanghai; `BadData` naming `field` when it is no aware datetime of the accepted years."""
    if not isinstance(value, datetime):
        raise BadData(field, value, _AN_INSTANT)
    local = value if value.tzinfo is SHANGHAI and type(value) is datetime else _in_shanghai(value, field)
    if FIRST_YEAR <= local.year <= LAST_YEAR:
        return local
    raise BadData(field, value, f"an instant of the years {FIRST_YEAR} to {LAST_YEAR}")


def _in_shanghai(value: datetime, field: str) -> datetime:
    # What has no offset is naive, and `astimezone` would take it for the machine's own time. A `timezone` has one.
    if type(value.tzinfo) is not timezone and value.utcoffset() is None:
        raise BadData(field, value, _AN_INSTANT)
    try:
        local = value.astimezone(SHANGHAI)
    except OverflowError:  # within hours of year 1 or 9999
        raise BadData(field, value, f"an instant of the years {FIRST_YEAR} to {LAST_YEAR}") from None
    # A subclass (pandas, pendulum) may carry nanoseconds or an arithmetic of its own.
    return local if type(local) is datetime else datetime.combine(local.date(), local.time(), SHANGHAI)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The instant at which a count ends, in Asia/Shanghai. `provisional`: a day that is not known was used."""

    at: datetime
    provisional: bool


class _Days(NamedTuple):
    """Days that differ from the weekly rhythm (True: working), and the years in which these are all of them."""

    exceptions: Mapping[date, bool]
    years: frozenset[int]
    source: str


@lru_cache(maxsize=1)
def _published() -> _Days:
    """What `chinesecalendar` knows, read as its own `is_workday` reads it: a make-up day outweighs a holiday."""
    import chinese_calendar  # here, because a case without working days needs none of it

    off, working = chinese_calendar.holidays, chinese_calendar.workdays
    first, last = min(off).year, max(off).year
    exceptions = {**dict.fromkeys(off, False), **dict.fromkeys(working, True)}
    source = f"chinesecalendar {chinese_calendar.__version__} ({first}–{last})"
    return _Days(exceptions, frozenset(range(first, last + 1)), source)


def published() -> object:
    """The published days, as long as they are the same: one object."""
    return _published()


class WorkCalendar:
    """China's working days: the published ones, then the user's own (`days_file`), then weekends alone.

    A day is known when its year is published or complete in the days file, or when the days file lists it. Any other
    day is judged by weekends and marked provisional (`beyond="provisional"`), or raises `CalendarOutOfRange`
    (`beyond="error"`).

    The days file is TOML: `years = [2027]` (complete by this file), `off = [2027-02-08]`, `working = [2027-02-14]`.
    Its days outweigh the published ones. It is read once, here; a bad one raises `BadData` naming file, key, value
    and what was expected.
    """

    _counted_by: _Days | None = None  # the published days that `_merged` and `_cache` are of
    _merged: _Days

    def __init__(self, *, beyond: Beyond = "provisional", days_file: Path | str | None = None) -> None:
        one_of("beyond", beyond, get_args(Beyond))
        self._beyond = beyond
        self._own = _read_days(days_file) if days_file is not None else _Days({}, frozenset(), "")
        self._cache: dict[tuple[date, int, Unit, bool], Deadline] = {}

    def __eq__(self, other: object) -> bool:
        return self._identity == other._identity if isinstance(other, WorkCalendar) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity)

    def __repr__(self) -> str:
        return f"<WorkCalendar {self.version}, beyond={self._beyond!r}>"

    def __getstate__(self) -> dict[str, Any]:
        return {"_beyond": self._beyond, "_own": self._own, "_cache": {}}  # what can be computed again does not travel

    @property
    def _identity(self) -> tuple[str, str]:
        return self._beyond, self._own.source

    @property
    def version(self) -> str:
        """The sources of the days, such as `chinesecalendar 1.11.0 (2004–2026) + days file sha256:…`."""
        return " + ".join(source for source in (_published().source, self._own.source) if source)

    def is_known(self, day: date) -> bool:
        """Whether the day is judged by more than weekends alone."""
        _check_date(day)
        return self._knows(day)

    def is_working(self, day: date) -> bool:
        """Whether people work on that day. `CalendarOutOfRange` for an unknown day when `beyond` is `error`."""
        _check_date(day)
        return self._works(day)

    def roll(self, day: date) -> tuple[date, bool]:
        """The day itself if it is a working day, else the next one; and whether that is provisional."""
        _check_date(day)
        return self._nth_from(day, 1)

    def nth_working_day(self, day: date, n: int) -> tuple[date, bool]:
        """The n-th working day strictly after `day`, 1 ≤ n ≤ `MAX_DAYS_AHEAD`; and whether that is provisional."""
        _check_date(day)
        _check_length("n", n, MAX_DAYS_AHEAD)
        return self._nth_from(day + _ONE_DAY, n)

    def deadline(self, start: datetime, length: int, unit: Unit, *, roll_over: bool = False) -> Deadline:
        """The end of a count from `start` (rules.md § 6; Civil Code arts. 201 and 203, L4).

        `hours` are exact. `days` and `working_days` end at 24:00, that is 00:00 of the next day, of the n-th (working)
        day after the day of `start`; a start at exactly 00:00 belongs to the day that begins. With `roll_over` a count
        in `days` whose last day is no working day ends on the next working day; it changes no other unit.

        To check working days by hand: the last day is the n-th of those on which people work, counted from the day after `start`. So
        a start on Sunday 2026-02-15, in the Spring Festival (to the 23rd), with one working day ends with Tuesday the 24th, `at` being
        2026-02-25T00:00. `holidays` says the same (`get_nth_working_day(day, n)`); of `chinese_calendar`, ask `find_workday(n - 1,
        day + 1)`. Its `find_workday(n, day)` is for a `day` on which people work: of a day off it first goes to the next working day
        (the 24th) and counts from there, so that `find_workday(1, date(2026, 2, 15))` is the 25th, a working day too late.

        `length` is a whole number from 1 to `MAX_DAYS_AHEAD` (`MAX_HOURS_AHEAD` for hours). `BadData` for what cannot
        be counted, `CalendarOutOfRange` when a day is not known and `beyond` is `error`.
        """
        start = instant(start, "start")
        if type(length) is not int:  # True and 1.0 would find the entry of 1 in the cache
            raise BadData("length", length, "a whole number")
        if unit == "hours":
            _check_length("length", length, MAX_HOURS_AHEAD)
            return Deadline(start + timedelta(hours=length), provisional=False)
        key = (start.date(), length, unit, roll_over)
        self._follow()
        found = self._cache.get(key)
        return found if found is not None else self._count(key)

    def _count(self, key: tuple[date, int, Unit, bool]) -> Deadline:
        day, length, unit, roll_over = key
        _check_length("length", length, MAX_DAYS_AHEAD)
        if unit == "working_days":
            last, provisional = self._nth_from(day + _ONE_DAY, length)
        elif unit == "days":
            last, provisional = day + timedelta(days=length), False
            if roll_over:
                last, provisional = self._nth_from(last, 1)
        else:
            raise BadData("unit", unit, " or ".join(repr(known) for known in get_args(Unit)))
        if len(self._cache) >= MAX_CACHED:
            self._cache.clear()
        found = Deadline(datetime.combine(last + _ONE_DAY, time.min, SHANGHAI), provisional)
        self._cache[key] = found
        return found

    def _nth_from(self, day: date, n: int) -> tuple[date, bool]:
        """The n-th working day from `day` on, `day` itself included; and whether a day looked at was not known."""
        provisional = False
        for _ in range(MAX_SEARCH):
            provisional = provisional or not self._knows(day)
            n -= self._works(day)
            if n == 0:
                return day, provisional
            day += _ONE_DAY
        raise TooLong(f"no end found up to {day}: fewer working days than asked for in {MAX_SEARCH:,} days ({self.version})")

    @property
    def _days(self) -> _Days:
        """The published days and the user's own."""
        self._follow()
        return self._merged

    def _follow(self) -> None:
        """Goes over to the published days as they are by now; what was counted by others is dropped."""
        known, own = _published(), self._own
        if known is not self._counted_by:
            self._merged, self._cache = _Days({**known.exceptions, **own.exceptions}, known.years | own.years, ""), {}
            self._counted_by = known

    def _knows(self, day: date) -> bool:
        return day.year in self._days.years or day in self._own.exceptions

    def _works(self, day: date) -> bool:
        exception = self._days.exceptions.get(day)
        if exception is not None:
            return exception
        if self._beyond == "error" and day.year not in self._days.years:
            raise CalendarOutOfRange(
                f"{day}: the working days of {day.year} are not known (known: {_spans(self._days.years)}, "
                f"from {self.version}); "
                "ways out: a newer chinesecalendar, the days of that year in a days_file, or beyond = 'provisional'"
            )
        return day.weekday() < _SATURDAY


def _spans(years: frozenset[int]) -> str:
    """`2004–2026, 2028`."""
    firsts = [year for year in sorted(years) if year - 1 not in years]
    lasts = [year for year in sorted(years) if year + 1 not in years]
    return ", ".join(f"{one}–{two}" if one < two else f"{one}" for one, two in zip(firsts, lasts, strict=True))


def _is_date(value: object) -> bool:
    """A plain date of the accepted years; a datetime is a date to Python, yet equals none and would not be found."""
    return isinstance(value, date) and not isinstance(value, datetime) and FIRST_YEAR <= value.year <= LAST_YEAR


def _check_date(day: object) -> None:
    if not _is_date(day):
        raise BadData("day", day, _A_DATE)


def _check_length(field: str, value: object, most: int) -> None:
    if type(value) is not int or not 1 <= value <= most:
        raise BadData(field, value, f"a whole number from 1 to {most:,}")


def _read_days(path: Path | str) -> _Days:
    """The user's own days; `BadData` for a file that is not exactly what `WorkCalendar` describes."""
    import hashlib  # here, so that importing the package does not load it

    if not isinstance(path, (Path, str)):
        raise BadData("days_file", path, "a path, or None")
    data, content = read_toml(path, "days_file")
    for name in data:
        if name not in ("years", "off", "working"):
            raise BadData(f"{path}: {name}", data[name], "no such key: only years, off and working")
    off, working = (_dates(path, name, data.get(name, [])) for name in ("off", "working"))
    for day in off & working:
        raise BadData(f"{path}: off", day.isoformat(), "a date that is not in working as well")
    exceptions = {**dict.fromkeys(off, False), **dict.fromkeys(working, True)}
    digest = hashlib.sha256(content).hexdigest()[:12]
    return _Days(exceptions, _years(path, data.get("years", [])), f"days file sha256:{digest}")


def _dates(path: Path | str, name: str, values: Any) -> frozenset[date]:
    if not isinstance(values, list):
        raise BadData(f"{path}: {name}", values, "a list of dates")
    for place, value in enumerate(values):
        if not _is_date(value):
            raise BadData(f"{path}: {name}[{place}]", value, _A_DATE)
    return frozenset(values)


def _years(path: Path | str, values: Any) -> frozenset[int]:
    if not isinstance(values, list):
        raise BadData(f"{path}: years", values, "a list of years")
    for place, value in enumerate(values):
        if not isinstance(value, int) or not FIRST_YEAR <= value <= LAST_YEAR:
            raise BadData(f"{path}: years[{place}]", value, f"a year from {FIRST_YEAR} to {LAST_YEAR}")
    return frozenset(values)
