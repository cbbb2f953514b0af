"""A report shows what was expected and what came, side by side."""

from __future__ import annotations

import re
import unicodedata

from refund_fsm.testing import CaseImplementation
from tests.testing.lockstep.services import VIRTUAL, over, quick, variant

CLOSED = VIRTUAL.states["closed"]


def test_the_traces_stand_side_by_side() -> None:
    report = quick(over(variant(VIRTUAL, "V07", dest=CLOSED), CaseImplementation), VIRTUAL, criterion="rules", examples=0)
    head, blank, *table, _, end = report.text("zh").splitlines()
    assert head == "虚拟商品退款流程：第3步不一致（状态不符，state）。应当：申请被拒绝；实际：售后关闭。" and not blank
    assert end == f"最初在一条4步的路径上发现；试了{report.tries}次，没有更短的反例。"
    assert [re.split(r" {2,}", line) for line in table] == [
        ["#", "时间", "谁", "做什么", "应当", "实际"],
        ["0", "2026-03-02 10:00", "开单", "未提交，无期限", "未提交，无期限"],
        ["1", "2026-03-02 10:01", "买家", "联系客服（contact_support）", *["接受，待审核，期限2026-03-05 24:00"] * 2],
        ["2", "2026-03-02 10:02", "平台", "开始审核（start_review）", *["接受，审核中，期限2026-03-05 24:00"] * 2],
        ["3", "2026-03-02 10:03", "平台", "拒绝申请（reject）", "接受，申请被拒绝，期限2026-03-09 24:00", "接受，售后关闭，无期限", "←"],
    ]
    last = [re.split(r" {2,}", line.removesuffix("←").rstrip())[-1] for line in table]
    starts = {width(line[: line.rindex(cell)]) for line, cell in zip(table, last, strict=True)}
    assert len(starts) == 1, "columns line up where a Chinese character is as wide as two others"
    english = report.text("en").splitlines()
    assert english[0] == "Refund, virtual goods: departs at step 3 (another state, state): expected Rejected; got Closed without refund."
    assert english[-3].split("  ")[0] == "3" and english[-3].endswith("taken, Closed without refund, no limit     ←")


def width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in text)
