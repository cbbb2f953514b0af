"""The trace of a case that is there already says what the trace of the same case, played, says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from refund_fsm import RefundCase
from refund_fsm.scenario import find, load, play, recorded, shipped
from tests.samples import case

LATE = {"paid_at": "2027-01-02T10:00:00+08:00", "shipped_at": "2027-01-03T10:00:00+08:00", "signed_at": "2027-01-04T10:00:00+08:00"}


def test_an_instant_that_the_clock_counted_on_days_nobody_has_published_is_marked() -> None:
    opened = case(opened="2027-01-05 10:00", order=LATE)
    filed = opened.apply("submit", at=opened.now, by="buyer")
    assert filed.due is not None and filed.due.provisional
    trace = recorded(filed.advance(to=filed.due.at), "case.json")
    assert [(row.event, row.provisional) for row in trace.rows] == [("submit", False), ("review_timeout", True)]


@pytest.mark.parametrize("name", shipped())
def test_a_saved_case_is_told_as_it_was_played(name: str) -> None:
    played = play(load(find(name)))
    told = recorded(RefundCase.from_json(played.case.to_json()), name)
    steps = [row for row in played.rows if row.kind == "step"]
    assert [row for row in told.rows if row.kind == "step"] == [replace(row, due=row.step.due) if row.step else row for row in steps]
