"""Owns `News`: that a case was told of a newer order, and what is new in it, in words. Must not check it, nor tell the case (`news`)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from refund_fsm.text import Text, words
from refund_fsm.workflow import Order, OrderLine

INSTANTS = {
    "shipped_at": Text("已发货", "shipped"),
    "signed_at": Text("已签收", "signed for"),
    "activated_at": Text("已激活", "activated"),
}
NEWS_LABEL = Text("订单有新情况", "news of the order")
OTHER_ITEMS = Text("订单的其他商品有变化", "other items of the order have changed")
NOTHING = Text("没有与本售后有关的变化", "nothing that concerns this case")


class News(NamedTuple):
    """At `at`, after that many steps, the case `case_id` of the line `sku` was told of `order`; until then it knew `was`."""

    after: int
    at: datetime
    order: Order
    was: Order
    sku: str
    case_id: str

    @property
    def what(self) -> tuple[Text, ...]:
        """What is new, thing by thing: of the order, of the case's own line, and whether other lines have changed."""
        return tuple(_new(self)) or (NOTHING,)

    @property
    def text(self) -> Text:
        """What is new, in one sentence without a full stop."""
        what = self.what
        return Text("；".join(one.zh for one in what), "; ".join(one.en for one in what))


def _new(news: News) -> Iterator[Text]:
    was, order = news.was, news.order
    for name, label in INSTANTS.items():
        at: datetime | None = getattr(order, name)
        if at is not None and getattr(was, name) is None:
            on = words.instant(at)
            yield Text(f"{label.zh}（{on.zh}）", f"{label.en} on {on.en}")
    if order.benefits_used != was.benefits_used:
        yield Text("已使用权益", "benefits have been used") if order.benefits_used else Text("未使用权益", "no benefits have been used")
    yield from _of_line(was.line(news.sku), order.line(news.sku), news.case_id)
    if any(one != other for one, other in zip(was.lines, order.lines, strict=True) if one.sku != news.sku):
        yield OTHER_ITEMS


def _of_line(was: OrderLine, line: OrderLine, case_id: str) -> Iterator[Text]:
    if line.refunded_fen != was.refunded_fen:
        amount = words.yuan(line.refunded_fen)
        yield Text(f"其他售后已退{amount.zh}", f"other cases have refunded {amount.en}")
    if line.pending_fen != was.pending_fen:
        amount = words.yuan(line.pending_fen)
        yield Text(f"其他售后占用{amount.zh}", f"other cases hold {amount.en}")
    before, other = (None if one.open_case == case_id else one.open_case for one in (was, line))
    if other != before and other is not None:
        yield Text(f"该商品另有进行中的售后（{other}）", f"another case, {other}, is open on the item")
    elif other != before:
        yield Text("该商品没有其他进行中的售后", "no other case is open on the item")
    if line.applications != was.applications:
        yield Text(f"该商品的其他售后已申请{line.applications}次", f"other cases of the item were filed {words.times(line.applications)}")
