"""A case that was counted by another calendar loads: what was decided stands, and what is still to come is counted by today's."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import CalendarOutOfRange, Policy, RefundCase, SavedCaseError
from refund_fsm.workflow import calendar
from tests.case.lives import across_new_year, of_scenarios, said
from tests.case.sealing import as_format_1, resealed
from tests.places import ROOT
from tests.samples import at, case, play

OLDER = "CHINESECALENDAR_OLDER"  # an environment variable: a folder with an older chinesecalendar (`pip install --target`)
LAST = max(calendar._published().years)
Told = tuple[str, dict[str, Any]]


def knows_until(year: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The published calendar as it was before the days after that year came out."""
    monkeypatch.undo()
    today = calendar._published()
    days = {day: working for day, working in today.exceptions.items() if day.year <= year}
    known = frozenset(one for one in today.years if one <= year)
    source = f"chinesecalendar 0.{year} ({min(known)}–{year})"
    monkeypatch.setattr(calendar, "_published", lambda: calendar._Days(days, known, source))


@cache
def counted_until(year: int) -> tuple[Told, ...]:
    """Cases of all scenarios, and across the New Year after that year, as a calendar that ends there counts them."""
    with pytest.MonkeyPatch.context() as patch:
        knows_until(year, patch)
        return tuple((one.to_json(), said(one)) for one in (*of_scenarios(), *across_new_year(year + 1)))


def read_back(found: Iterable[Told], old: bool, seen: Counter[str]) -> None:
    """Every case is read under today's calendar and is what it was, but for what is still to come."""
    for text, then in found:
        one = RefundCase.from_json(json.dumps(as_format_1(text)) if old else text)
        now = said(one)
        steps = [[rule, when, None] for rule, when, _ in then["steps"]] if old else then["steps"]
        assert now["steps"] == steps
        for name in ("state", "now", "recorded", "paid_fen", "facts"):
            assert now[name] == then[name], name
        if then["due"] and then["due"][2] is None and datetime.fromisoformat(then["due"][0]) <= one.now:
            assert (now["due"], now["breaches"]) == (then["due"], then["breaches"]), "what was passed stands"
            seen["passed"] += 1
        elif one.due is not None:
            entered = one._live.entered
            today = one.policy.calendar.deadline(entered, one.due.length, one.due.unit)
            end = today.at + timedelta(days=one.due.why.plus)
            assert (one.due.at, one.due.provisional) == (max(end, one.now), today.provisional)
            seen["later" if one.due.at > datetime.fromisoformat(then["due"][0]) else "same or sooner"] += 1
            seen["provisional no more"] += then["due"][1] and not one.due.provisional
        tells_what_ends_elsewhere(one, old, seen)
        again = RefundCase.from_json(one.to_json())
        assert again == one and said(again) == now and again.to_json() == one.to_json() and again.recounted == one.recounted
        on = one.advance(to=one.now + timedelta(days=1))
        assert RefundCase.from_json(on.to_json()) == on
        seen["final" if one.state.final else "on its way"] += 1


def tells_what_ends_elsewhere(one: RefundCase, old: bool, seen: Counter[str]) -> None:
    """`recounted` against a plain count of every recorded limit."""
    expected = []
    for number, step in enumerate(one.steps, 1):
        group = one.workflow.group_of
        stays = step.source.key == step.dest.key or group.get(step.source.key, -1) == group.get(step.dest.key, -2)
        if step.due is not None and not stays:
            today = one.policy.calendar.deadline(step.at, step.due.length, step.due.unit)
            if today.at != step.due.at:
                expected.append((number, step.due.at, today.at))
    found = [(told.after, told.then.at, told.today.at) for told in one.recounted if told.today]
    if not old:
        assert found == expected
    assert all(then != today for _, then, today in found)
    seen["elsewhere"] += len(found)


OLD = pytest.mark.parametrize("old", [False, True], ids=["format 2", "format 1"])


@OLD
def test_cases_counted_before_a_year_was_published_stand(old: bool) -> None:
    seen = Counter[str]()
    read_back(counted_until(LAST - 1), old, seen)
    assert all(seen[name] for name in ("passed", "later", "same or sooner", "provisional no more", "elsewhere", "final", "on its way")), (
        seen
    )


def test_cases_counted_by_a_newer_calendar_stand_under_an_older_one(monkeypatch: pytest.MonkeyPatch) -> None:
    newer = [(one.to_json(), said(one)) for one in (*of_scenarios(), *across_new_year(LAST))]
    knows_until(LAST - 1, monkeypatch)
    read_back(newer, False, seen := Counter[str]())
    assert seen["elsewhere"] and seen["passed"]
    for text, then in newer:  # format 1 does not say when a limit fell that no step has recorded as passed
        one = RefundCase.from_json(json.dumps(as_format_1(text)))
        assert (one.state.key, [step.at.isoformat() for step in one.steps]) == (then["state"], [when for _, when, _ in then["steps"]])


@OLD
def test_the_real_package_of_then(old: bool, tmp_path: Path) -> None:
    folder = os.environ.get(OLDER)
    if folder is None:
        pytest.skip(f"{OLDER} names no folder with an older chinesecalendar")
    path = os.pathsep.join((folder, str(ROOT)))
    year = "import chinese_calendar as found; print(max(found.holidays).year)"
    run = subprocess.run([sys.executable, "-c", year], env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, check=True)
    assert int(run.stdout) < LAST
    command = [sys.executable, "-m", "tests.case.lives", str(int(run.stdout) + 1), str(tmp_path / "cases.json")]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, cwd=ROOT, check=True)
    read_back(json.loads((tmp_path / "cases.json").read_text(encoding="utf-8")), old, seen := Counter[str]())
    assert seen["elsewhere"] and seen["passed"] and seen["provisional no more"], seen


def test_a_days_file_that_gains_a_year(tmp_path: Path) -> None:
    file, new = tmp_path / "days.toml", LAST + 1
    file.write_text("off = []\n", encoding="utf-8")
    found = [(one.to_json(), said(one)) for one in across_new_year(new, days_file=file)]
    first = date(new, 1, 10)
    saturday = first + timedelta(days=(5 - first.weekday()) % 7)
    off = ", ".join(f"{new}-01-0{day}" for day in (1, 2, 3, 4, 5))
    file.write_text(f"years = [{new}]\noff = [{off}]\nworking = [{saturday}, {saturday + timedelta(days=1)}]\n", encoding="utf-8")
    for old in (False, True):
        seen = Counter[str]()
        for text, then in found:
            form = json.dumps(as_format_1(text)) if old else text
            assert [step.at.isoformat() for step in RefundCase.from_json(form).steps] == [when for _, when, _ in then["steps"]]
        if not old:
            read_back(found, old, seen)
            assert seen["elsewhere"] and seen["later"] and seen["passed"], seen


def test_a_calendar_may_change_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two machines with two calendars hand the same cases to and fro."""
    for text, then in counted_until(LAST - 1)[-60:]:
        one = RefundCase.from_json(text)
        for year in (LAST - 1, LAST, LAST - 1):
            saved = one.advance(to=one.now + timedelta(hours=7)).to_json()
            monkeypatch.undo()
            if year != LAST:
                knows_until(year, monkeypatch)
            one = RefundCase.from_json(saved)
            assert one.to_json() == RefundCase.from_json(one.to_json()).to_json()
        monkeypatch.undo()
        assert [[step.rule.id, step.at.isoformat()] for step in one.steps][: len(then["steps"])] == [row[:2] for row in then["steps"]]


def friday() -> date:
    """The second Friday of the last year that is published; all days around it differ from weekends alone in no calendar."""
    first = date(LAST, 1, 8)
    return first + timedelta(days=(4 - first.weekday()) % 7)


def reviewed(policy: Policy | None = None) -> RefundCase:
    """A claim that the platform has reviewed since that Friday, for three working days at most."""
    when = [f"{friday() - timedelta(days=days)} 10:00" for days in (4, 3, 2, 0)]
    given = {"paid_at": at(when[0]), "shipped_at": at(when[1]), "signed_at": at(when[2])}
    one = case("self_operated", opened=when[3], order=given, policy=policy, request={"reason": "quality"})
    return play(one, f"{when[3]} | buyer | submit", f"{when[3]} | platform | start_review")


def test_a_limit_that_today_puts_before_now_falls_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The weekend turns out to be worked: the count ends two days sooner, which is over by now."""
    knows_until(LAST - 1, monkeypatch)
    one = reviewed()
    assert one.due is not None
    one = one.advance(to=one.due.at - timedelta(hours=1))
    working = {friday() + timedelta(days=days): True for days in (1, 2)}
    today = calendar._published()
    found = calendar._Days({**today.exceptions, **working}, today.years | {LAST}, f"chinesecalendar 1 ({min(today.years)}–{LAST})")
    text = one.to_json()
    monkeypatch.setattr(calendar, "_published", lambda: found)
    for form in (text, json.dumps(as_format_1(text))):
        now = RefundCase.from_json(form)
        assert now.due is not None and one.due is not None
        sooner = Policy().calendar.deadline(now._live.entered, now.due.length, now.due.unit).at
        assert sooner < one.now == now.due.at < one.due.at, (sooner, one.now, now.due.at, one.due.at)
        assert [told.today and told.today.at for told in now.recounted] == ([sooner] if form == text else [])
        again = RefundCase.from_json(now.to_json())
        assert again.due == now.due and again == now


def test_facts_stand_as_they_were_judged_where_they_rest_on_days() -> None:
    """The seven days end on a holiday that was published since: the claim that was too late stays one."""
    text = next(text for text, _ in counted_until(LAST - 1) if '"roll_over":true' in text and '"event":"submit"' in text)
    data = json.loads(text)
    row = next(row for row in data["steps"] if row["event"] == "submit")
    row["before"]["goods"] = {"signed": "in_transit"}.get(row["before"]["goods"], "signed")
    with pytest.raises(SavedCaseError, match=r"expected one of|as replay gives|guard_failed"):
        RefundCase.from_json(json.dumps(resealed(data)))
    guide = next(json.loads(text) for text, _ in counted_until(LAST - 1) if '"roll_over":false' in text and '"event":"submit"' in text)
    row = next(row for row in guide["steps"] if row["event"] == "submit")
    name = "in_window" if "in_window" in row["before"] else "amount_ok"
    row["before"][name] = not row["before"][name]
    with pytest.raises(SavedCaseError, match=r"as replay gives \(before\)"):
        RefundCase.from_json(json.dumps(resealed(guide)))


def test_a_calendar_that_must_not_guess_reads_what_another_knew(monkeypatch: pytest.MonkeyPatch) -> None:
    for policy in (Policy(beyond="error"), Policy(beyond="error", roll_over=True, window_starts="next_day")):
        monkeypatch.undo()
        one = reviewed(policy)
        text = one.to_json()
        knows_until(LAST - 1, monkeypatch)
        back = RefundCase.from_json(text)
        assert back.steps == one.steps and back.facts == one.facts
        with pytest.raises(CalendarOutOfRange):
            _ = back.due
        assert [told.today for told in back.recounted] == [None]
        assert RefundCase.from_json(back.to_json()).steps == one.steps
        monkeypatch.undo()
        assert RefundCase.from_json(back.to_json()).due == one.due


def test_a_case_whose_limit_cannot_be_counted_stands_where_it_is() -> None:
    """The real calendar: who files on the last evening that it knows waits for days that must not be guessed, and is saved all the same."""
    filed = f"{LAST}-12-31 18:00"
    ordered = {name: at(f"{LAST}-12-{day} 10:00") for name, day in (("paid_at", 28), ("shipped_at", 29), ("signed_at", 30))}
    for key in ("third_party", "self_operated"):  # the clock ends the first one's limit, nobody the other's
        one = case(key, opened=filed, policy=Policy(beyond="error"), order=ordered).apply("submit", at=at(filed), by="buyer")
        back = RefundCase.from_json(one.to_json())
        assert back == one == one.advance(to=one.now) == pickle.loads(pickle.dumps(one)) and back.to_json() == one.to_json()
        with pytest.raises(CalendarOutOfRange):
            _ = back.due
        if key == "third_party":
            with pytest.raises(CalendarOutOfRange):
                back.advance(to=back.now + timedelta(hours=1))
        assert any(verdict.allowed for verdict in back.actions(at=back.now, by="buyer"))


ALTERED_CLOCK = (
    ("at", "2026-02-15T00:00:00+08:00", r"not_due.*saved under the calendar 'chinesecalendar 9\.9'"),
    ("rule", "S05", r"as replay gives \(rule\).*saved under the calendar"),
    ("dest", "refunded", r"as replay gives \(dest\)"),
)


@pytest.mark.parametrize(("name", "value", "words"), ALTERED_CLOCK)
def test_what_another_calendar_counted_is_verified_by_what_it_recorded(name: str, value: str, words: str) -> None:
    told = play(case(), "2026-02-13 10:00 | buyer | contact_merchant", "2026-02-17 10:00 | buyer | submit")
    data = json.loads(told.to_json())
    data["head"]["calendar"] = "chinesecalendar 9.9"
    assert RefundCase.from_json(json.dumps(resealed(data))).steps == told.steps
    assert told.steps[1].by == "clock" and data["steps"][1][name] != value
    data["steps"][1][name] = value
    with pytest.raises(SavedCaseError, match=f"step 2.*{words}"):
        RefundCase.from_json(json.dumps(resealed(data)))
