"""Situations in which advice was wrong once: each with what is right, and with others of the same kind."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from refund_fsm import Policy, RefundCase
from refund_fsm.advice import advise
from tests.advice.asked import tips
from tests.advice.rows import (
    BACK,
    EARLY,
    FAILED,
    GRANTED,
    MALL,
    MALL_BACK,
    NOT_SHIPPED,
    ON_ITS_WAY,
    REJECTED,
    SENT,
    UNSHIPPED,
    Told,
    asked,
    bought,
    check,
)
from tests.exchange import WORKFLOW as EXCHANGE
from tests.samples import at

EXCLUDED, EMPTY = {"no_reason_excluded": True}, {"refunded_fen": 9900}
TWO: list[dict[str, Any]] = [{}, {"sku": "CAKE", "title": "蛋糕", **EXCLUDED}]
LEFT_ALONE: dict[str, Any] = {"topics": ("deadline",)}
ZH_WINDOW, EN_WINDOW = "七天无理由", "No-reason return"
LOST = ("失去了无理由退货的权利", "Mind what is lost: the no-reason right.")
GONE = ("商品已经寄出，不在买家手里", "the goods are no longer with the buyer")
CALLED_OFF = (*BACK, "2026-03-10 10:00 | merchant | reject_receipt", "2026-03-10 12:00 | buyer | accept_rejection")
LOST_PARCEL = (*SENT, "2026-03-09 12:00 | carrier | lose_return")
STATUTE = Policy.statute()

WINDOWS = [
    Told("excluded", lambda: bought(line=EXCLUDED), "2026-03-07 10:00", ("质量问题",), ("For a fault",), (ZH_WINDOW,), (EN_WINDOW,),
         **LEFT_ALONE),
    Told("nothing left", lambda: bought(line=EMPTY), "2026-03-07 10:00", (), (), (ZH_WINDOW, "质量"), (EN_WINDOW, "fault"), **LEFT_ALONE),
    Told("nothing left, money", lambda: bought(line=EMPTY), "2026-03-07 10:00", (), (), ("如果现在就同意",), ("if granted now",)),
    Told("nothing left, on its way", lambda: bought(line=EMPTY, **ON_ITS_WAY), "2026-03-04 10:00", ("未签收",), ("not signed for",),
         ("可以申请退货退款",), ("A return can be asked for",)),
    Told("excluded, on its way", lambda: bought(line=EXCLUDED, **ON_ITS_WAY), "2026-03-04 10:00", ("未签收",), ("not signed for",),
         ("可以申请退货退款", "期限要等签收"), ("A return can be asked for", "start with the signing")),
    Told("nothing left, unshipped", lambda: bought(line=EMPTY, **UNSHIPPED), "2026-03-02 12:00", ("尚未发货",), ("not been shipped",),
         ("随时可以申请仅退款",), ("at any time",)),
    Told("lines that differ", lambda: bought(lines=TWO), "2026-03-07 10:00", ("“杯子”：七天无理由",),
         ("“杯子”: No-reason return by the guide",),
         ("“蛋糕”：七天无理由", "\n七天无理由，按"), ("“蛋糕”: No-reason", "\nNo-reason"), **LEFT_ALONE),
    Told("a draft of an excluded item", lambda: asked(order={"line": EXCLUDED}, reason="quality"), "2026-03-07 10:00", (), (),
         (ZH_WINDOW,), (EN_WINDOW,), **LEFT_ALONE),
    Told("in the mall, by the statute", lambda: bought("self_operated", line=EXCLUDED), "2026-03-07 10:00", (), (), (ZH_WINDOW,),
         (EN_WINDOW,),
         more={"policy": STATUTE}, **LEFT_ALONE),
]  # fmt: skip  # a table

LOSSES = [
    Told("rejected, the window over", lambda: asked(*REJECTED), "2026-03-14 10:00", (LOST[0], "重新申请。\n"),
         (LOST[1], "Apply again.\n"),
         topics=("next",)),
    Told("rejected, the window open", lambda: asked(*REJECTED), "2026-03-12 10:00", ("撤销申请。",), ("Cancel the request.",),
         (LOST[0], "注意"), (LOST[1], "Mind what is lost"), topics=("next",)),
    Told("the mall, being reviewed", lambda: asked(*MALL, order={"order_type": "self_operated"}), "2026-03-13 10:00",
         (LOST[0],), (LOST[1],), topics=("next",)),
    Told("by the statute a day later", lambda: asked(*REJECTED, policy=STATUTE), "2026-03-13 10:00", (), (), (LOST[0],), (LOST[1],),
         topics=("next",)),
    Told("to be sent back", lambda: asked(*SENT[:3]), "2026-03-13 10:00", (LOST[0],), (LOST[1],), topics=("next",)),
    Told("what the clock does then", lambda: asked(*SENT[:3]), "2026-03-13 10:00", (LOST[0],), (LOST[1],), topics=("deadline",)),
    Told("a fault", lambda: asked(*REJECTED, reason="quality"), "2026-03-14 10:00", (), (), ("注意",), ("Mind what is lost",),
         topics=("next",)),
    Told("kept by talking, not filed", lambda: asked("2026-03-11 10:00 | buyer | contact_merchant"), "2026-03-13 10:00",
         (LOST[0],), (LOST[1],), topics=("next",)),
    Told("never filed in time", lambda: asked(), "2026-03-14 10:00", ("撤销申请。",), ("Cancel",), ("注意",), ("Mind what is lost",),
         topics=("next",)),
    Told("virtual, a day later", lambda: asked("2026-03-02 12:00 | buyer | contact_support", opened="2026-03-02 12:00",
                                               order={"order_type": "virtual"}),
         "2026-03-03 10:00", ("不能再以“未使用任何权益”为由重新申请",), ("cannot be filed anew for the reason no benefit used",),
         topics=("next",)),
    Told("arbitration, the goods at the merchant", lambda: asked(*FAILED, "2026-03-10 12:00 | buyer | apply_arbitration"),
         "2026-03-11 10:00",
         (GONE[0],), (GONE[1],), topics=("next",)),
    Told("inspection failed", lambda: asked(*FAILED), "2026-03-11 10:00", (GONE[0],), (GONE[1],), topics=("next",)),
    Told("the parcel lost", lambda: asked(*LOST_PARCEL), "2026-03-11 10:00", (GONE[0],), (GONE[1],), topics=("next",)),
    Told("the mall, the parcel lost",
         lambda: asked(*MALL_BACK[:4], "2026-03-09 12:00 | carrier | lose_return", order={"order_type": "self_operated"}),
         "2026-03-11 10:00", (GONE[0],), (GONE[1],), topics=("next",)),
]  # fmt: skip  # a table

GOODS = [
    Told("accepted, the goods at the seller", lambda: asked(*CALLED_OFF), "2026-03-11 10:00",
         ("退回的商品在对方那里，应由对方另行寄回给买家", "不会再有第二次退货"), ("are to be sent back to the buyer",
         "there is no second return"),
         ("商品已于2026年3月6日签收", "可以申请", "最晚2026"), ("were signed for", "return and refund.", "file a new one",
         "No-reason return by")),
    Told("withdrawn, the parcel lost", lambda: asked(*LOST_PARCEL, "2026-03-09 13:00 | buyer | withdraw"), "2026-03-11 10:00",
         ("没有送达记录", "没有说"), ("no delivery is on record", "do not say"), ("应由对方另行寄回",), ("are to be sent back",)),
    Told("shipped after a refund only", lambda: asked(*EARLY, **NOT_SHIPPED), "2026-03-04 10:00",
         ("仍按提交时的情况处理", "可以等结果", "可以拒收"), ("stays as filed", "Wait for the outcome",
         "When the parcel comes, refuse it"),
         ("把发货单号填为退货单号", "可以申请退货退款"), ("waybill", "A return can be asked for")),
    Told("signed for after a refund only", lambda: asked(*EARLY, **NOT_SHIPPED), "2026-03-06 16:00",
         ("仍按提交时的情况处理",), ("stays as filed",), ("拒收",), ("refuse it", "waybill")),
    Told("paid for after a refund only", lambda: asked(*GRANTED, **NOT_SHIPPED), "2026-03-04 10:00",
         ("仍按提交时的情况处理", "可以拒收"), ("stays as filed", "refuse it"), ("可以等结果",), ("file anew",)),
    Told("to be sent back, on its way", lambda: asked("2026-03-04 10:00 | buyer | submit", "2026-03-04 11:00 | merchant | start_review",
                                                      "2026-03-04 12:00 | merchant | approve_return", opened="2026-03-04 10:00"),
         "2026-03-05 10:00", ("拒收就算寄回",), ("refusing the delivery counts",), ("仍按提交时",), ("stays as filed",)),
]  # fmt: skip  # a table

TERMS = [
    Told("two hours after", lambda: bought("virtual"), "2026-03-02 12:00", ("2026年3月3日10:00之前",),
         ("before 3 March 2026 at 10:00",), cites="C4"),
    Told("a day after", lambda: bought("virtual"), "2026-03-03 10:00", ("10:00已过",), ("at 10:00 is over",), ("之前，且",),
         ("that is before",)),
    Told("benefits used", lambda: bought("virtual", benefits_used=True), "2026-03-02 12:00", (), (), ("24小时", "尚未开通"),
         ("24 hours", "Not activated"),
         topics=("deadline", "standing")),
    Told("nothing left", lambda: bought("virtual", line=EMPTY), "2026-03-02 12:00", (), (), ("24小时", "尽早"), ("24 hours", "soon"),
         topics=("deadline", "standing")),
    Told("another policy", lambda: bought("virtual"), "2026-03-02 12:00", ("2026年3月2日13:00之前",), ("2 March 2026 at 13:00",),
         more={"policy": Policy(found_at_once_hours=3)}),
]  # fmt: skip  # a table

MONEY = [
    Told("refunding", lambda: asked(*GRANTED, order=UNSHIPPED, **NOT_SHIPPED), "2026-03-03 10:00",
         ("最迟应在2026年3月11日24:00之前到账",), ("should be there by 11 March 2026",), ("还没有凭证", "开箱视频", "随时可以申请"),
         ("better bring some", "unboxing", "at any time")),
    Told("overdue", lambda: asked(*GRANTED, order=UNSHIPPED, **NOT_SHIPPED), "2026-03-20 10:00",
         ("99.00元最迟应在2026年3月11日24:00之前到账，现在已经逾期",), ("that is overdue",), ("之前到账。",), ("should be there",)),
    Told("on the way back, nothing to hand in", lambda: asked(*SENT), "2026-03-08 13:00", ("聊天记录都别删",), ("Keep every chat log",),
         ("还没有凭证",), ("better bring some",)),
    Told("a draft that cannot be filed", lambda: asked(order={"line": EMPTY}), "2026-03-08 13:00", (), (), ("还没有凭证",
         "如果现在就同意"),
         ("better bring some", "if granted now")),
]  # fmt: skip  # a table

STORIES = [
    Told("kept by talking", lambda: asked("2026-03-11 10:00 | buyer | contact_merchant"), "2026-03-13 10:00",
         ("七天无理由的权利得以保留：2026年3月12日24:00之后仍可提交",),
         ("the no-reason right is kept: a request is taken after 12 March 2026 at 24:00",),
         ("已过", "本次按此判断"), ("that is over", "judged by this"), topics=("deadline",)),
    Told("kept, and then cancelled", lambda: asked("2026-03-11 10:00 | buyer | contact_merchant", "2026-03-11 11:00 | buyer | cancel"),
         "2026-03-13 10:00", ("已过，本次按此判断",), ("that is over; requests are judged by this",), ("得以保留",), ("right is kept",),
         topics=("deadline",)),
    Told("closed by the clock", lambda: asked("2026-03-07 10:00 | buyer | submit").advance(to=at("2026-04-20 10:00")), "2026-04-21 10:00",
         ("当前状态：售后关闭",), ("The case is “Closed without refund”",), ("退款中", "未提交"), ("Refunding", "Not filed")),
    Told("attempts used up", lambda: asked(*MALL, "2026-03-08 10:00 | platform | reject", order={"order_type": "self_operated"},
                                           policy=Policy(max_resubmissions=0)),
         "2026-03-09 10:00", ("先看清拒绝理由", "可以投诉"), ("Read the reason", "complain"), ("可以重新申请",), ("apply again",),
         topics=("standing", "next")),
    Told("talking, and nothing can be filed", lambda: asked("2026-03-14 10:00 | buyer | contact_merchant", opened="2026-03-14 10:00"),
         "2026-03-14 11:00", ("跟商家讲清",), ("State the reason",), ("就自己提交申请",), ("file yourself",), topics=("standing",
         "next")),
]  # fmt: skip  # a table


@pytest.mark.parametrize("row", [*WINDOWS, *LOSSES, *GOODS, *TERMS, *MONEY, *STORIES], ids=lambda row: row.name)
def test_what_is_said_is_right(row: Told) -> None:
    check(row)
    assert row.cites in {id for tip in row.advice().items for id in (*tip.cites, "")}


def test_applying_again_is_offered_plainly() -> None:
    """`resubmit` keeps the facts as filed: nothing is lost by it."""
    advice = LOSSES[0].advice()
    [again] = [tip for tip in tips(advice, "next") if tip.event == "resubmit"]
    assert again.text.zh == "重新申请。" and again.text.en == "Apply again."


def test_losses_are_said_of_what_ends_the_case_alone() -> None:
    advice = LOSSES[0].advice()
    warned = {tip.event for tip in tips(advice, "next") if "Mind what is lost" in tip.text.en}
    assert warned == {"cancel", "accept_rejection"}


def test_a_claim_that_a_table_of_ones_own_would_not_take_again_is_said_to_be_lost() -> None:
    """No guidance says so: it is asked of the table."""

    found = EXCHANGE.example_of(EXCHANGE.facts("colour", "M", "plenty", False, 2), at("2026-03-07 10:00"))
    assert found is not None
    order = found[0].model_copy(update={"attributes": {"stock": "plenty", "sold_out_after_days": 4}})
    case = RefundCase.open(order, found[1], at=at("2026-03-07 10:00"), workflow=EXCHANGE)
    case = case.apply("ask_exchange", at=case.now, by="buyer")
    for days, lost in ((0, False), (2, True)):
        [tip] = [tip for tip in tips(advise(case, case.now + timedelta(days=days)), "next") if tip.event == "withdraw"]
        assert ("Mind what is lost: it cannot be filed anew for the reason wrong colour." in tip.text.en) is lost
        assert ("不能再以“颜色不合适”为由重新申请" in tip.text.zh) is lost
