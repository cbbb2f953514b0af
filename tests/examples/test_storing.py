"""Cases in a database: what was written is read, a lost race is told and loses nothing, and the clock finds what is due."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from refund_fsm import Order, OrderLine, RefundCase, RefundRequest, Refused, SavedCaseError
from tests.examples.storing import Cases, Stale

NOON = datetime(2026, 2, 13, 12, tzinfo=timezone(timedelta(hours=8)))
HOUR = timedelta(hours=1)


@pytest.fixture
def cases(tmp_path: Path) -> Iterator[Cases]:
    found = Cases(str(tmp_path / "cases.db"))
    yield found
    found.close()


def filed(id: str) -> RefundCase:
    cup = OrderLine(sku="CUP", title="杯子", quantity=1, paid_fen=9900)
    order = Order(
        id=id, order_type="third_party", lines=(cup,), paid_at=NOON - 72 * HOUR, shipped_at=NOON - 48 * HOUR, signed_at=NOON - HOUR
    )
    request = RefundRequest(sku="CUP", kind="return_and_refund", reason="size_or_colour")
    return RefundCase.open(order, request, at=NOON).apply("submit", at=NOON, by="buyer")


def test_what_is_saved_is_loaded_and_goes_on(cases: Cases) -> None:
    case = filed("O-1")
    cases.add(case)
    assert cases.load(case.case_id) == (case, 1)
    after = cases.apply(case.case_id, "start_review", at=NOON + HOUR, by="merchant", event_id="m-1")
    assert cases.load(case.case_id) == (after, 2)
    assert cases.apply(case.case_id, "start_review", at=NOON + HOUR, by="merchant", event_id="m-1") == after, "delivered again"
    assert cases.load(case.case_id)[1] == 2
    with pytest.raises(Refused):
        cases.apply(case.case_id, "resubmit", at=NOON + 2 * HOUR, by="buyer")
    assert cases.load(case.case_id) == (after, 2)


def test_of_two_who_read_the_same_one_is_told_and_nothing_is_lost(cases: Cases) -> None:
    cases.add(case := filed("O-1"))
    mine, version = cases.load(case.case_id)
    cases.apply(case.case_id, "cancel", at=NOON + HOUR, by="buyer")
    with pytest.raises(Stale):
        cases.save(mine.apply("start_review", at=NOON + HOUR, by="merchant"), version)
    assert cases.load(case.case_id)[0].state.key == "cancelled"
    with pytest.raises(sqlite3.IntegrityError):
        cases.add(case)
    with pytest.raises(KeyError):
        cases.load("none")


def test_the_clock_acts_on_what_is_due_and_on_nothing_else(cases: Cases) -> None:
    for id in ("O-1", "O-2"):
        cases.add(filed(id))
    first, second = (filed(id).case_id for id in ("O-1", "O-2"))
    cases.apply(second, "cancel", at=NOON + HOUR, by="buyer")
    due = cases.load(first)[0].due
    assert due is not None and list(cases.tick(due.at - timedelta(microseconds=1))) == []
    moved = list(cases.tick(due.at))
    assert [(one.case_id, one.state.key) for one in moved] == [(first, "awaiting_return")]
    assert list(cases.tick(due.at)) == []


def test_a_row_that_was_altered_is_refused(cases: Cases) -> None:
    cases.add(case := filed("O-1"))
    cases.db.execute("UPDATE cases SET body = replace(body, '9900', '9901')")
    with pytest.raises(SavedCaseError):
        cases.load(case.case_id)
