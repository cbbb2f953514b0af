"""What the page's script is given: working days, first facts, wordings, the policy."""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import Policy, Refusal, orders
from refund_fsm.diagram.page import words
from refund_fsm.diagram.page.data import data_of
from refund_fsm.graph import explore
from refund_fsm.workflow import calendar
from tests.samples import case
from tests.workflows import ALL, EVERY_KEY_AND_OWN


@cache
def given(key: str) -> dict[str, Any]:
    """What the script of a workflow's page is given, under the workflow's own profile."""
    return data_of(ALL[key], ALL[key].default_policy())


@EVERY_KEY_AND_OWN
def test_the_working_days_are_those_of_the_calendar(key: str) -> None:
    policy = ALL[key].default_policy()
    told = given(key)["calendar"]
    known = {year for first, last in told["years"] for year in range(first, last + 1)}
    for day in (date(2003, 12, 25) + timedelta(days=n) for n in range(366 * 25)):
        off = f"{day:%m%d}" in re.findall("....", told["off"].get(str(day.year), ""))
        on = f"{day:%m%d}" in re.findall("....", told["on"].get(str(day.year), ""))
        assert (on or (day.weekday() < 5 and not off)) == policy.calendar.is_working(day), day
        assert (day.year in known) == policy.calendar.is_known(day), day


def test_days_that_came_out_since_are_in_the_next_page(monkeypatch: pytest.MonkeyPatch) -> None:
    today = calendar._published()
    last = max(today.years)
    days = {day: works for day, works in today.exceptions.items() if day.year < last}
    with monkeypatch.context() as patch:
        patch.setattr(calendar, "_published", lambda: calendar._Days(days, today.years - {last}, "days of then"))
        assert data_of(orders.get("virtual"), Policy.guide())["calendar"]["years"][-1][1] == last - 1
    assert data_of(orders.get("virtual"), Policy.guide())["calendar"]["years"][-1][1] == last


def test_the_users_own_days_are_in_the_page(tmp_path: Path) -> None:
    days = tmp_path / "days.toml"
    days.write_text("off = [2030-02-04, 2030-02-09]\nworking = [2030-02-10]\nyears = [2031]\n", encoding="utf-8")
    told = data_of(orders.get("virtual"), Policy(days_file=days))["calendar"]
    assert (told["off"]["2030"], told["on"]["2030"]) == ("0204", "0210")
    assert told["listed"] == ["2030-02-04", "2030-02-09", "2030-02-10"]
    assert told["years"][-1] == [2031, 2031]


@EVERY_KEY_AND_OWN
def test_the_first_facts_can_go_the_whole_spine(key: str) -> None:
    workflow = ALL[key]
    policy = workflow.default_policy()
    facts = given(key)["start"]["facts"]
    graph = explore(workflow, policy)
    here = {graph.index(workflow.initial.key, workflow.facts(**facts))}
    for state in workflow.spine[0][1:]:
        width = len(graph.events)
        here = {
            dest
            for one in here
            for dest in graph.successor[one * width : (one + 1) * width]
            if dest >= 0 and graph.states[graph.state_of[dest]] == state.key
        }
        assert here, (facts, state.key)


def test_refusals_are_worded_as_the_library_words_them() -> None:
    """Every template, filled in, is what `Refusal` says."""
    templates = words.refusals()
    start = case("third_party")
    refusals: list[Refusal] = []
    for name, who in (("start_review", "merchant"), ("review_timeout", "clock")):
        verdict = start.ask(name, at=start.now, by=who)
        assert verdict.refusal is not None
        refusals.append(verdict.refusal)
    wrong, clock = refusals
    flow = start.workflow
    for refusal, kind in ((wrong, "wrong_state"), (clock, "wrong_state_clock")):
        where = words.where(refusal.sources)
        event = flow.events[refusal.event]
        assert templates[kind].zh.format(event=event.zh, state=start.state.zh, where=where.zh) == refusal.explain("zh")
        assert templates[kind].en.format(event=event.en, state=start.state.en, where=where.en) == refusal.explain("en")
    for text in templates.values():
        assert "2101" not in text.zh + text.en and "2102" not in text.zh + text.en
        assert set(re.findall(r"\{(\w+)\}", text.zh)) == set(re.findall(r"\{(\w+)\}", text.en))


def test_the_policy_is_in_the_page() -> None:
    guide, statute = (data_of(orders.get("third_party"), policy) for policy in (Policy.guide(), Policy.statute()))
    assert guide["turns"] == [{"unit": "days", "length": 6, "roll": False}]
    assert statute["turns"] == [{"unit": "days", "length": 7, "roll": True}]
    assert [one["roll"] for one in statute["law"].values()] == [True]
    assert not any(one["roll"] for one in statute["limits"]), "a limit never rolls over"
