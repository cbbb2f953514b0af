"""What a replay is made of: the cases that it shows, days, size, languages; and what it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

import pytest

from refund_fsm import BadData, CalendarOutOfRange, Policy, RefundCase, Text, diagram, orders
from refund_fsm.diagram.replay.days import MAX_DAYS
from refund_fsm.diagram.replay.played import MAX_CASES
from tests.exchange import WORKFLOW as EXCHANGE
from tests.simulate.sample.playing import VIRTUAL
from tests.simulate.simulated import START

DATA = re.compile(r'<script type="application/json" id="replay-data">(.*?)</script>', re.DOTALL)
MOST_BYTES = 2_000_000


def data(page: diagram.Page) -> Any:
    found = DATA.search(page.html)
    assert found is not None
    return json.loads(found[1])


@dataclass(frozen=True)
class Bare:
    """A case of somebody's own."""

    case_id: str = "bare"
    opened_at: datetime = START
    now: datetime = START
    steps: Sequence[Any] = ()
    late: Sequence[Any] = ()

    def breaches(self) -> Sequence[Any]:
        return self.late


@dataclass(frozen=True)
class Happened:
    at: datetime
    rule: Any = None


def test_the_page_has_every_step_and_every_limit_passed(cases: Sequence[RefundCase]) -> None:
    page = diagram.replay(VIRTUAL, cases)
    assert page.html == diagram.replay(VIRTUAL, iter(cases)).html, "the same bytes"
    told = data(page)
    rules = list(VIRTUAL.by_id)
    for row, case in zip(told["cases"], cases, strict=True):
        assert row[0] == case.case_id
        assert [rules[rule] for rule in row[3::2]] == [step.rule.id for step in case.steps]
        ends = list(accumulate(row[4::2], initial=row[1]))[1:]
        assert [START + timedelta(seconds=at) for at in ends] == [step.at for step in case.steps]
    passed = sorted((one.at - START).total_seconds() for case in cases for one in case.breaches())
    assert passed and [at for at, _, _ in told["passed"]] == passed
    assert all(not VIRTUAL.states[list(VIRTUAL.states)[state]].final for _, _, state in told["passed"])
    assert not re.search(r"(?:src|href)=|https?://(?!www\.w3\.org)", re.sub(r"xmlns(:xlink)?=\S+", "", page.html)), "asks for nothing"


def test_cases_are_evenly_chosen(cases: Sequence[RefundCase]) -> None:
    told = data(diagram.replay(VIRTUAL, cases, cases=20))
    assert [row[0] for row in told["cases"]] == [case.case_id for case in cases[::3]]
    assert told["whole"] == len(cases)


def test_days_off_and_festivals_are_there(cases: Sequence[RefundCase]) -> None:
    told = data(diagram.replay(VIRTUAL, cases))
    assert told["days"].startswith("000111111111000"), "12 to 14 February are worked, the festival goes from the 15th to the 23rd"
    assert told["festivals"]["5"] == ["春节", "Spring Festival"]
    assert told["festivals"]["2"] == ["春节调休上班", "working day made up for Spring Festival"]


def test_one_language_alone(cases: Sequence[RefundCase]) -> None:
    page = diagram.replay(VIRTUAL, cases[:1], lang="en", note=Text("说明", "a note"))
    told = data(page)
    assert told["langs"] == ["en"] and told["note"] == ["a note"] and told["text"] == [VIRTUAL.label.en]
    assert "replay-svg-zh" not in page.html
    assert set(re.findall("[\u4e00-\u9fff]", DATA.sub("", re.sub("<style.*?</style>", "", page.html, flags=re.DOTALL)))) <= set("中文")


def test_it_stays_small() -> None:
    """As many cases as there may be, of the largest table, with more steps than any has."""
    workflow = orders.get("shop_official")
    first = next(rule for rule in workflow.rules if rule.source.key == workflow.initial.key and not rule.dest.final)
    there = next(rule for rule in workflow.rules if rule.source.key == first.dest.key and rule.internal)
    steps = [Happened(START, first), *(Happened(START + timedelta(hours=n), there) for n in range(1, 20))]
    page = diagram.replay(workflow, [Bare(f"C{n:09d}", steps=steps) for n in range(MAX_CASES)], cases=MAX_CASES)
    assert len(page.html.encode()) <= MOST_BYTES


def test_a_users_own_workflow() -> None:
    assert len(data(diagram.replay(EXCHANGE, [Bare()]))["phases"]) >= 1


def test_a_case_without_steps_or_of_one_instant(cases: Sequence[RefundCase]) -> None:
    told = data(diagram.replay(VIRTUAL, [Bare()]))
    assert told["span"] == 0 and told["cases"] == [["bare", 0, list(VIRTUAL.states).index("draft")]]
    assert diagram.replay(VIRTUAL, [cases[0]]).html


def bad() -> list[tuple[dict[str, Any], str]]:
    rule = VIRTUAL.rules[0]
    late = START + timedelta(days=1)
    return [
        ({"played": []}, "played: 'no cases'; expected at least one case"),
        ({"played": 7}, "played: 7; expected cases with"),
        ({"played": "C1"}, "played: 'C1'; expected cases with"),
        ({"played": [7]}, "played: 7; expected cases with"),
        ({"cases": 0}, f"cases: 0; expected a whole number from 1 to {MAX_CASES:,}"),
        ({"cases": True}, "cases: True; expected"),
        ({"lang": "fr"}, "lang: 'fr'"),
        ({"policy": "guide"}, "policy: 'guide'; expected a Policy"),
        ({"note": "a note"}, "note: 'a note'; expected a Text"),
        ({"workflow": "virtual"}, "workflow: 'virtual'; expected a Workflow"),
        ({"workflow": orders.get("third_party"), "played": [Bare(steps=[Happened(START, rule)])]}, "rules of the workflow third_party"),
        ({"played": [Bare(steps=[Happened(late, rule), Happened(START, rule)])]}, "steps in their order"),
        ({"played": [Bare(opened_at=late, steps=[Happened(START, rule)])]}, "steps in their order"),
        ({"played": [Bare(steps=[Happened(START.replace(tzinfo=None), rule)])]}, "case bare: at: "),
        ({"played": [Bare(now=START + timedelta(days=MAX_DAYS))]}, f"at most {MAX_DAYS:,} days"),
        ({"played": [Bare(steps=[Happened(START, rule)] * 2_001)]}, "at most 2,000 steps"),
    ]


@pytest.mark.parametrize(("given", "told"), bad(), ids=[told for _, told in bad()])
def test_what_cannot_be_shown_is_told(given: dict[str, Any], told: str) -> None:
    with pytest.raises(BadData) as error:
        diagram.replay(**{"workflow": VIRTUAL, "played": [Bare()], **given})
    assert told in str(error.value)


def test_days_that_must_not_be_guessed() -> None:
    with pytest.raises(CalendarOutOfRange):
        diagram.replay(VIRTUAL, [Bare(now=START + timedelta(days=1_000))], policy=Policy(beyond="error"))
