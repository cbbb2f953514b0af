"""Several kinds of divergence in one run: each with how often it was met and a shortest counterexample of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from refund_fsm.testing import CaseImplementation, LockstepReport
from refund_fsm.testing.lockstep import groups
from tests.testing.lockstep.services import SHIFTED, VIRTUAL, Clocked, Details, assert_reproduced, quick, without


class Worse(CaseImplementation):
    """Three things are wrong with it: a row lacks, a limit is a day longer, and one event raises in one state, whoever asks."""

    def __init__(self) -> None:
        super().__init__(without(SHIFTED, "V16"))

    def apply(self, event: str, by: str, at: datetime, details: Details) -> bool:
        """Raises for one event."""
        if event == "cancel" and self.state() == "requested":
            raise KeyError("合同")
        return super().apply(event, by, at, details)


def found(**more: Any) -> LockstepReport:
    return quick(Worse, VIRTUAL, criterion=("rules", "refusals"), **{"examples": 40, "max_search_calls": 60, **more})


@pytest.fixture(scope="module")
def worse() -> LockstepReport:
    return found(most=6, max_search_calls=20_000)


KINDS = {
    # kind, event, expected, got: the steps of the shortest path to it
    ("deadline", None, "rejected", ""): 3,
    ("raised", "cancel", "V14", "KeyError"): 2,
    ("acceptance", "cancel", "V16", ""): 4,
    ("raised", "cancel", "wrong_actor", "KeyError"): 2,
}


def test_every_kind_is_shown_by_a_shortest_path_of_its_own(worse: LockstepReport) -> None:
    by_kind = {(one.group.kind, one.group.event, one.group.expected, one.group.got): one for one in worse.divergences}
    assert {kind: len(one.counterexample) for kind, one in by_kind.items()} == KINDS
    for one in worse.divergences:
        assert (one.divergence.kind, one.divergence.part) == (one.group.kind, one.group.part)
        assert one.again and one.proven and one.cases >= 1
        one.counterexample.replay(VIRTUAL)
        one.found.replay(VIRTUAL)
        assert_reproduced(one, Worse, Clocked)


def test_the_first_kind_stands_where_the_only_one_stood(worse: LockstepReport) -> None:
    first = worse.divergences[0]
    assert (worse.divergence, worse.counterexample, worse.found) == (first.divergence, first.counterexample, first.found)
    assert worse.trace is first.trace
    assert (worse.again, worse.proven, worse.tries) == (first.again, first.proven, first.tries)
    assert worse.reproduction() == first.reproduction() and not worse.stopped
    only = found()
    assert len(only.divergences) == 1 and only.divergences[0].cases == 1 and only.paths < worse.paths
    assert only.divergences[0].text("en") == only.text("en"), "one alone is told as before"


def test_the_cases_of_all_kinds_are_counted(worse: LockstepReport) -> None:
    assert worse.walks == 40 and [run.criterion for run in worse.suites] == ["rules", "refusals"], "it goes on to the end"
    two = found(most=2)
    assert [one.group for one in two.divergences] == [one.group for one in worse.divergences[:2]]
    assert {**{one.group: one.cases for one in two.divergences}, **two.further} == {one.group: one.cases for one in worse.divergences}
    assert len(two.further) == 2 and "\nalso acceptance, cancel, expected V16 (cases: " in two.text("en")


def test_the_kinds_are_listed_before_they_are_told(worse: LockstepReport) -> None:
    departed = sum(one.cases for one in worse.divergences)
    for lang, head, row in (
        ("en", f"departs in 4 kinds, in {departed} of {worse.paths} cases.", "an exception, cancel, expected V14, got KeyError (cases: "),
        ("zh", f"4种不一致，{worse.paths}单中有{departed}单。", "抛出异常，cancel，应当 V14，实际 KeyError（"),
    ):
        lines = worse.text(lang).splitlines()  # type: ignore[arg-type]  # one of the two languages
        assert lines[0].endswith(head)
        assert any(row in line for line in lines[1:5])
        assert [line for line in lines if line.startswith("── ")] == [f"── {number} ──" for number in range(1, 5)]
        for one in worse.divergences:
            assert one.text(lang) in worse.text(lang)  # type: ignore[arg-type]  # the same


def test_a_service_that_departs_everywhere_is_not_led_through_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MAX_FAULTS", 5)
    report = found(most=3, examples=10)
    assert report.stopped and sum(one.cases for one in report.divergences) + sum(report.further.values()) == 5
    assert "not all paths" in report.text("en") and "未跑完" in report.text("zh")
