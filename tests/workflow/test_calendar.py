"""What a calendar is: its version, its equals, its copies, its cache, and when it loads the published days."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
from pathlib import Path

import chinese_calendar
import pytest

from refund_fsm import WorkCalendar
from refund_fsm.workflow import calendar
from tests.places import ROOT
from tests.samples import at
from tests.workflow.days import CHINA, OWN_DAYS, STRICT


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
    done = subprocess.run([sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_calendar_follows_the_published_days(monkeypatch: pytest.MonkeyPatch) -> None:
    one, today = WorkCalendar(), calendar._published()
    last = max(today.years)
    start = at(f"{last}-01-15 10:00")
    then = calendar._Days({day: works for day, works in today.exceptions.items() if day.year < last}, today.years - {last}, "days of then")
    with monkeypatch.context() as patch:
        patch.setattr(calendar, "_published", lambda: then)
        assert one.deadline(start, 30, "working_days").provisional and not one.is_known(start.date())
    assert not one.deadline(start, 30, "working_days").provisional and one.is_known(start.date())
