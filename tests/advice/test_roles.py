"""What others than the buyer are told: what waits for them, until when, and what follows if they do nothing."""

from __future__ import annotations

from typing import Any

import pytest

from refund_fsm import orders
from refund_fsm.advice import advise
from tests.advice.asked import tips
from tests.advice.rows import BACK, FAILED, FILED, GRANTED, MALL, NOT_SHIPPED, REJECTED, SENT, Told, asked, bought, check
from tests.exchange import WORKFLOW as EXCHANGE
from tests.samples import at


def to(role: str) -> dict[str, Any]:
    return {"more": {"role": role}}


BUYERS_OWN = ("所有聊天记录都别删", "申请售后”")
IN_ENGLISH = ("Keep every chat log", "Stay polite")
ROLES = [
    Told("merchant, reviewing", lambda: asked(*FILED), "2026-03-08 10:00",
         ("同意退货。之后转为“待买家退货”", "须提供说明",
         "如果商家什么都不做：到2026年3月11日24:00，系统按“商家超时未处理”处理，转为“待买家退货”"),
         ("Approve the return. The case then becomes “Awaiting return”.", "It needs a note",
          "If the merchant does nothing: at 11 March 2026 at 24:00 the clock acts (“no decision by the merchant in time”)"),
         (*BUYERS_OWN, "撤销申请"), (*IN_ENGLISH, "Cancel the request"), **to("merchant")),
    Told("merchant, what is barred", lambda: asked(*FILED), "2026-03-08 10:00", ("不满足条件",), ("not met",),
         topics=("barred",), **to("merchant")),
    Told("platform, nothing waits", lambda: asked(*FILED), "2026-03-08 10:00",
         ("现在没有等平台处理的事", "现在由商家处理"), ("Nothing waits for the platform now", "Now it is up to the merchant"),
         ("什么都不做", "买家处理"), ("does nothing", "up to the buyer"), **to("platform")),
    Told("platform, nothing waits, the buyer's turn", lambda: asked(*REJECTED), "2026-03-10 10:00",
         ("现在没有等平台处理的事", "现在由买家处理：重新申请"), ("Nothing waits for the platform now",
         "Now it is up to the buyer: apply again"),
         ("什么都不做",), ("does nothing",), **to("platform")),
    Told("platform, arbitrating", lambda: asked(*FAILED, "2026-03-10 12:00 | buyer | apply_arbitration"), "2026-03-11 10:00",
         ("判定退款", "如果平台什么都不做：过了2026年3月19日24:00就记为超时，但没有人强制执行，售后停在“平台介入中”"),
         ("Rule for a refund", "If the platform does nothing: after 19 March 2026 at 24:00 the limit is breached and nobody enforces it"),
         ("注意：商品已经寄出",), ("Mind what is lost",), **to("platform")),
    Told("platform, overdue", lambda: asked(*FAILED, "2026-03-10 12:00 | buyer | apply_arbitration"), "2026-03-20 10:00",
         ("平台已经超时", "期限已过，已记为超时，没有人强制执行"), ("The platform is overdue",
         "is breached already and nobody enforces it"),
         ("可以催办", "商家已经超时"), ("Press for it",), **to("platform")),
    Told("merchant, arbitration", lambda: asked(*FAILED, "2026-03-10 12:00 | buyer | apply_arbitration"), "2026-03-11 10:00",
         ("平台介入期间，商家的操作受限", "商家同意退款"), ("the merchant may only concede", "Concede the refund"), **to("merchant")),
    Told("merchant, received, the law's clock over", lambda: asked(*BACK), "2026-03-17 10:00",
         ("确认收到退货", "2026年3月16日24:00届满，退款已经违期"), ("Confirm the receipt", "and the refund is late"),
         ("据此催促",), ("press for it",), **to("merchant")),
    Told("carrier, on the way", lambda: asked(*SENT), "2026-03-09 10:00",
         ("退货送达", "如果物流公司什么都不做：到2026年3月23日24:00", "转为“平台介入中”"),
         ("Deliver the return", "If the carrier does nothing: at 23 March 2026 at 24:00", "“Platform arbitration”"), **to("carrier")),
    Told("payment, refunding", lambda: asked(*GRANTED, **NOT_SHIPPED), "2026-03-03 10:00",
         ("退款到账", "如果支付渠道什么都不做：过了2026年3月11日24:00就记为超时"),
         ("Refund paid", "If the payment channel does nothing: after 11 March 2026 at 24:00"), **to("payment")),
    Told("the mall's platform", lambda: asked(*MALL, order={"order_type": "self_operated"}), "2026-03-08 10:00",
         ("要求补充凭证", "如果平台什么都不做：过了"), ("Ask for evidence", "If the platform does nothing: after"), **to("platform")),
    Told("merchant, over", lambda: asked("2026-03-07 10:00 | buyer | cancel"), "2026-03-08 10:00",
         ("该售后已经结束",), ("The case has ended",), ("另行申请", "什么都不做", "没有等商家"), ("file a new one", "does nothing",
         "Nothing waits"), **to("merchant")),
    Told("merchant, an order alone", bought, "2026-03-08 10:00", ("还没有提交任何申请", "现在没有等商家处理的事"),
         ("Nothing was filed yet", "Nothing waits for the merchant now"), ("提交售后申请",), ("File the request",), **to("merchant")),
]  # fmt: skip  # a table


@pytest.mark.parametrize("row", ROLES, ids=lambda row: row.name)
def test_another_is_told_what_waits_for_him(row: Told) -> None:
    if row.topics == ("barred",):
        row = Told(row.name, row.subject, row.when, (), (), more=row.more)
        assert {tip.event for tip in tips(row.advice(), "barred")} == {"approve_refund"}
    check(row)


def test_the_one_who_files_is_advised_by_default() -> None:
    case = asked(*FILED)
    assert advise(case, case.now) == advise(case, case.now, role="buyer")
    assert advise(case, case.now).role == "buyer"


def test_a_workflow_of_ones_own_has_its_own_roles() -> None:
    found = EXCHANGE.example_of(EXCHANGE.facts("colour", "M", "plenty", False, 2), at("2026-03-07 10:00"))
    assert found is not None
    advice = advise(found[0], at("2026-03-07 10:00"), workflow=EXCHANGE, role="warehouse")
    assert [tip.text.zh for tip in tips(advice, "standing")] == ["还没有提交任何申请。", "现在没有等仓库处理的事。"]


@pytest.mark.parametrize("key", orders.keys())  # a function of the registry, no dict
def test_items_carry_data_beside_the_words(key: str) -> None:
    case = asked(order={"order_type": key})
    case = case.apply("contact_support" if key == "virtual" else "submit", at=case.now, by="buyer")
    advice = advise(case, case.now, role="buyer")
    for tip in (*tips(advice, "next"), *tips(advice, "standing")):
        assert (tip.state, tip.kind, tip.line) == ("requested", case.request.kind, "CUP")
    assert case.due is not None
    assert {(tip.until, tip.deadline) for tip in tips(advice, "next")} == {(case.due.at, case.due.limit.field)}
    assert {tip.state for tip in advice.items if tip.topic in ("process", "law", "last_resort")} == {None}
    alone = advise(case.order, case.now)
    assert {tip.state for tip in alone.items} == {None}


def test_an_order_alone_has_lines_and_kinds_where_it_is_about_one() -> None:
    other = {"sku": "CAKE", "title": "蛋糕", "no_reason_excluded": True}
    advice = advise(bought(lines=({}, other)), at("2026-03-07 10:00"))
    windows = [tip for tip in tips(advice, "deadline") if tip.deadline and "no_reason_days" in tip.deadline]
    assert [(tip.line, tip.deadline) for tip in windows] == [("CUP", "no_reason_days"), ("CUP", "statute:no_reason_days")]
    [barred] = [tip for tip in tips(advice, "kind") if tip.text.en.startswith("“蛋糕”: Not possible")]
    assert (barred.line, barred.kind) == ("CAKE", None)
    [fits] = [tip for tip in tips(advice, "kind") if "changed mind or wrong size or colour: return and refund" in tip.text.en]
    assert (fits.line, fits.kind) == ("CUP", "return_and_refund")
