"""The SQLite service held against the workflow of virtual goods. What a user writes is the names and the first test."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest

from refund_fsm import orders
from refund_fsm.testing import Names, verify_implementation
from tests.examples import sqlite_service
from tests.examples.sqlite_service import LEFT, ONE_AT_A_TIME, OPERATIONS, Database, RefundService

VIRTUAL = orders.get("virtual")
NAMES = Names(
    events={
        "联系客服": "contact_support", "要求补充凭证": "request_evidence", "补交凭证": "supply_evidence", "同意退款": "approve_refund",
        "拒绝": "reject", "投诉": "complain", "认可拒绝": "accept_rejection", "复核通过": "grant_refund", "复核维持": "uphold_rejection",
        "撤销": "cancel", "上传凭证": "add_evidence", "到账": "refund_paid", "打款失败": "payout_failed", "重新打款": "retry_payout",
    },
    states={
        "新建": "draft", "处理中": {"requested", "reviewing"}, "待凭证": "awaiting_evidence", "已拒绝": "rejected", "官方复核": "escalated",
        "打款中": "refunding", "打款异常": "refund_failed", "已退款": "refunded", "已关闭": "closed", "已撤销": "cancelled",
    },
    actors={"用户": "buyer", "客服": "platform", "支付": "payment"},
    by_itself=("start_review",),
)  # fmt: skip


def test_the_service_does_as_the_workflow_says() -> None:
    report = verify_implementation(RefundService, VIRTUAL, names=NAMES, examples=100)
    assert report.ok, report.text("zh")


def forget_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_service, "EVIDENCE_ROUNDS", 3)


def count_failures_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_service, "COUNTED_TOGETHER", ())


def ask_for_no_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "复核维持", (*OPERATIONS["复核维持"][:3], None))


def count_saturdays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chinese_calendar.is_workday", lambda day: day.weekday() < 6)


def let_anybody_cancel_late(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(OPERATIONS, "撤销", ("用户", (*OPERATIONS["撤销"][1], "打款中"), "已撤销", None))


@pytest.mark.parametrize(
    ("fault", "kind", "steps"),
    [
        (let_anybody_cancel_late, "acceptance", ["contact_support", "approve_refund", "cancel"]),
        (ask_for_no_note, "acceptance", ["contact_support", "reject", "complain", "uphold_rejection"]),
        (forget_rounds, "acceptance", ["contact_support", *["request_evidence", "supply_evidence"] * 2, "request_evidence"]),
        (count_failures_anew, "deadline", ["contact_support", "approve_refund", "payout_failed"]),
        (count_saturdays, "deadline", ["contact_support", "approve_refund"]),
    ],
)
def test_a_fault_of_the_service_is_found(fault: Any, kind: str, steps: list[str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    report = verify_implementation(RefundService, VIRTUAL, names=NAMES, max_search_calls=5000)
    assert report.divergence is not None and report.counterexample is not None
    assert report.divergence.kind == kind, report.text("zh")
    assert [step.event for step in report.counterexample.steps] == steps, report.text("zh")
    assert "from tests.examples.sqlite_service import RefundService as make" in report.reproduction()


# Two tickets of one order, in one database: what a user adds is `shared`


def held_together(examples: int = 0) -> Any:
    return verify_implementation(RefundService, VIRTUAL, names=NAMES, criterion=(), examples=examples, shared=Database)


def test_two_tickets_in_one_database_do_as_the_workflow_says() -> None:
    report = held_together(50)
    assert report.ok and report.pairs > 50, report.text("zh")


def let_two_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_service, "ONE_AT_A_TIME", ONE_AT_A_TIME.replace("UNIQUE ", ""))


def let_one_be_open_in_an_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_service, "ONE_AT_A_TIME", ONE_AT_A_TIME.replace("(line)", "(paid_at)"))


def forget_what_was_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_service, "LEFT", LEFT.replace("sum(claim_fen)", "0"))


def count_drafts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite_service, "ONE_AT_A_TIME", ONE_AT_A_TIME.replace("'新建', ", ""))


@pytest.mark.parametrize(
    ("fault", "kind", "steps"),
    [
        (let_two_be_open, "acceptance", [None, None, "contact_support", "contact_support"]),
        (let_one_be_open_in_an_order, "acceptance", [None, None, "contact_support", "contact_support"]),
        (forget_what_was_paid, "acceptance", [None, None, "contact_support", "approve_refund", "refund_paid", "contact_support"]),
        (count_drafts, "raised", [None, None]),
    ],
)
def test_a_fault_between_two_tickets_is_found(fault: Any, kind: str, steps: list[str | None], monkeypatch: pytest.MonkeyPatch) -> None:
    fault(monkeypatch)
    report = held_together()
    assert report.divergence is not None and report.divergence.kind == kind, report.text("zh")
    assert [step.event for step in report.pair.steps] == steps and report.proven, report.text("zh")
    assert "from tests.examples.sqlite_service import Database as shared" in report.reproduction()
    space: dict[str, Any] = {}
    exec(compile(report.reproduction(), "reproduction", "exec"), space)
    (test,) = [value for name, value in space.items() if name.startswith("test_")]
    with pytest.raises((AssertionError, sqlite3.IntegrityError)):
        test()
    monkeypatch.undo()
    test()
