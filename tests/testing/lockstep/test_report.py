"""A report shows what was expected and what came, side by side."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest

from refund_fsm import Policy, Workflow
from refund_fsm.scenario.path import START, Opening
from refund_fsm.testing import CaseImplementation
from refund_fsm.testing.lockstep.origins import origins
from tests.exchange import WORKFLOW as EXCHANGE
from tests.testing.lockstep.services import VIRTUAL, Clocked, failing, openings, over, quick, variant
from tests.testing.lockstep.shop_faults import SHOP

CLOSED = VIRTUAL.states["closed"]


def test_the_traces_stand_side_by_side() -> None:
    report = quick(over(variant(VIRTUAL, "V07", dest=CLOSED), CaseImplementation), VIRTUAL, criterion="rules", examples=0)
    head, blank, *rest, _, end = report.text("zh").splitlines()
    table, about = rest[: rest.index("")], rest[rest.index("") + 1 :]
    assert head == "虚拟商品退款流程：第3步不一致（状态不符，state）。应当：申请被拒绝；实际：售后关闭。" and not blank
    assert end == f"最初在一条4步的路径上发现；试了{report.tries}次，没有更短的反例。"
    assert [re.split(r" {2,}", line) for line in table] == [
        ["#", "时间", "谁", "做什么", "应当", "实际"],
        ["0", "2026-03-02 10:00", "开单", "未提交，无期限", "未提交，无期限"],
        ["1", "2026-03-02 10:01", "买家", "联系客服（contact_support）", *["接受，待审核，期限2026-03-05 24:00"] * 2],
        ["2", "2026-03-02 10:02", "平台", "开始审核（start_review）", *["接受，审核中，期限2026-03-05 24:00"] * 2],
        ["3", "2026-03-02 10:03", "平台", "拒绝申请（reject）", "接受，申请被拒绝，期限2026-03-09 24:00", "接受，售后关闭，无期限", "←"],
    ]
    judged, order, line, request, *since = about[1:]
    assert about[0] == "第3步：" and judged == "  应当接受（V07）：“审核中”转为“申请被拒绝”"
    assert order.startswith("  订单：paid_at 20") and line == "  商品 SKU-1：paid_fen 9900"
    assert request.startswith("  申请：reason ")
    assert since == [
        "  时间：2026-03-02 10:03 (2026-03-02 02:03 UTC)，距前一步0:01:00",
        "  此前的期限：2026-03-05 24:00 (support_working_days 3)",
        "  此后的期限：2026-03-09 24:00 (complaint_days 7)",
        "  附带：note '说明 / a note: 拒绝申请'",
        "  调用：advance(2026-03-02 10:03), apply('reject', 'platform', 2026-03-02 10:03, {…})",
    ]
    last = [re.split(r" {2,}", line.removesuffix("←").rstrip())[-1] for line in table]
    starts = {width(line[: line.rindex(cell)]) for line, cell in zip(table, last, strict=True)}
    assert len(starts) == 1, "columns line up where a Chinese character is as wide as two others"
    english = report.text("en").splitlines()
    assert english[0] == "Refund, virtual goods: departs at step 3 (another state, state): expected Rejected; got Closed without refund."
    (shown,) = (line for line in english if line.startswith("3  "))
    assert shown.endswith("taken, Closed without refund, no limit     ←")


def test_a_refusal_is_told_with_its_code_its_reason_and_what_was_handed_over() -> None:
    """A service that takes a note of blanks for one: the report shows the blanks."""

    def taken(_: object, real: Any, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> Any:
        return real(event, by, at, {**details, "note": "a note"} if details.get("note", "").isspace() else details)

    report = quick(failing("apply", taken), VIRTUAL, criterion="rules", examples=400)
    assert report.divergence is not None and report.divergence.expected is False
    told = report.text("en")
    assert r"handed over: note ' \n'" in told and "to be refused (missing_detail): " in told
    commented = [line.strip() for line in report.reproduction().splitlines() if line.strip().startswith("#")]
    assert r"# handed over: note ' \n'" in commented


def test_a_refusal_of_guards_is_told_with_the_facts_and_the_order() -> None:
    faulty = variant(VIRTUAL, "V01", when=())
    report = quick(over(faulty), VIRTUAL, criterion="conditions", examples=0)
    told = report.text("en")
    assert "guards that fail: amount_within_balance (the amount is within the balance)" in told
    assert re.search(
        r"facts that they read \(from\): amount_ok=False \(.*_fen.*\)\n  other facts read \(from\): other_case_open=False \(open_case\)",
        told,
    )
    assert "to be refused (guard_failed): " in told and "line SKU-1: paid_fen " in told and "after the step before it" in told


FROM = [
    # workflow, fact, the fields that it comes from
    (SHOP, "in_window", ("signed_at",)),
    (SHOP, "goods", ("signed_at",)),
    (SHOP, "amount_ok", ("paid_fen", "refunded_fen", "pending_fen", "amount_fen", "quantity")),
    (SHOP, "other_case_open", ("open_case",)),
    (SHOP, "window_kept", ()),
    (EXCHANGE, "stock", ("stock",)),
    (EXCHANGE, "size", ("size",)),
    (EXCHANGE, "sent_back", ()),
]


@pytest.mark.parametrize(("workflow", "fact", "fields"), FROM)
def test_a_fact_is_told_with_the_fields_that_it_comes_from(workflow: Workflow, fact: str, fields: tuple[str, ...]) -> None:
    """Found by changing them, so for a workflow that nobody knows as well."""
    facts = [one for one in openings(workflow) if getattr(one, "amount_ok", True) and getattr(one, "goods", "signed") == "signed"][-1]
    made_up = workflow.make_up(facts, START)
    assert made_up is not None
    assert origins(workflow, Policy.guide(), Opening(*made_up, START)).get(fact, ()) == fields


def test_what_the_clock_is_to_do_is_told() -> None:
    """At its limit, and before it."""

    def late(_: object, real: Any, to: datetime) -> Any:
        real(to - timedelta(seconds=1))

    def early(self: Any, real: Any, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> Any:
        due = self.opened.due
        return real(event, by, max(at, due.at) if by == "clock" and due else at, details)

    slow = quick(failing("advance", late, Clocked), VIRTUAL, criterion="limits", examples=0, max_search_calls=300)
    assert "the clock is to act at 2026-03-04 10:03 (V05): from “Awaiting evidence” to “Under review”" in slow.text("en")
    assert "called: advance(2026-03-04 10:03)" in slow.text("en") and "时钟应在2026-03-04 10:03执行（V05）" in slow.text("zh")
    hasty = quick(failing("apply", early), VIRTUAL, criterion="limits", examples=0, max_search_calls=300)
    assert "the clock is to do nothing by then" in hasty.text("en")
    assert "called: apply('evidence_timeout', 'clock', 2026-03-04 10:02, {})" in hasty.text("en")


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
