"""The orders and cases that the tables of public questions are about: a shop, 99.00 yuan, paid on 2 March 2026, shipped on 3, signed for on
6 March at 15:00, unless said otherwise; and a row of such a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from refund_fsm import Order, OrderLine, RefundCase, RefundRequest
from refund_fsm.advice import Advice, advise
from refund_fsm.text import Lang
from tests.samples import at, play

UNSHIPPED: dict[str, Any] = {"shipped_at": None, "signed_at": None}
ON_ITS_WAY: dict[str, Any] = {"signed_at": None}


def bought(order_type: str = "third_party", **changes: Any) -> Order:
    """The order. `line=` and `lines=` change its one line, or give several."""
    line = {"sku": "CUP", "title": "杯子", "quantity": 1, "paid_fen": 9900, **changes.pop("line", {})}
    lines = [OrderLine(**{**line, **more}) for more in changes.pop("lines", ({},))]
    given: dict[str, Any] = {"id": "O-13", "order_type": order_type, "paid_at": at("2026-03-02 10:00"), "lines": lines}
    if order_type != "virtual":
        given |= {"shipped_at": at("2026-03-03 10:00"), "signed_at": at("2026-03-06 15:00")}
    return Order(**{**given, **changes})


def asked(*steps: str, opened: str = "2026-03-07 10:00", order: dict[str, Any] | None = None, **request: Any) -> RefundCase:
    """A case of it, after steps of `instant | actor | event`; a change of mind, unless said otherwise."""
    one = bought(**(order or {}))
    kind: dict[str, Any] = {"reason": "unused"} if one.order_type == "virtual" else {"kind": "return_and_refund", "reason": "changed_mind"}
    policy, workflow = request.pop("policy", None), request.pop("workflow", None)
    claim = RefundRequest(**{"sku": "CUP", **kind, **request})
    return play(RefundCase.open(one, claim, at=at(opened), policy=policy, workflow=workflow), *steps)


FILED = ("2026-03-07 10:00 | buyer | submit", "2026-03-07 11:00 | merchant | start_review")
REJECTED = (*FILED, "2026-03-09 12:00 | merchant | reject")
SENT = (*FILED, "2026-03-07 12:00 | merchant | approve_return", "2026-03-08 12:00 | buyer | ship_return")
BACK = (*SENT, "2026-03-09 12:00 | carrier | deliver_return")
FAILED = (*BACK, "2026-03-10 10:00 | merchant | reject_receipt")
NOT_SHIPPED: dict[str, Any] = {"kind": "refund_only", "reason": "not_shipped", "opened": "2026-03-02 12:00"}
EARLY = ("2026-03-02 12:00 | buyer | submit", "2026-03-02 13:00 | merchant | start_review")
GRANTED = (*EARLY, "2026-03-02 14:00 | merchant | approve_refund")
MALL = tuple(row.replace("merchant", "platform") for row in FILED)
MALL_BACK = tuple(row.replace("merchant", "platform") for row in BACK)


@dataclass(frozen=True)
class Told:
    """What is looked at, when, and what must and must not be said, in both languages, under the topics named (none: under any)."""

    name: str
    subject: Callable[[], Order | RefundCase]
    when: str
    zh: tuple[str, ...]
    en: tuple[str, ...]
    not_zh: tuple[str, ...] = ()
    not_en: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)
    cites: str = ""

    def advice(self) -> Advice:
        return advise(self.subject(), at(self.when), **self.more)

    def said(self, lang: Lang) -> str:
        return "\n".join(tip.text.get(lang) for tip in self.advice().items if not self.topics or tip.topic in self.topics)


def check(row: Told) -> None:
    """The words that must be there, and those that must not."""
    for lang, wanted, unwanted in (("zh", row.zh, row.not_zh), ("en", row.en, row.not_en)):
        said = row.said(lang)  # type: ignore[arg-type]  # one of the two
        assert [words for words in wanted if words not in said] == [], (lang, said)
        assert [words for words in unwanted if words in said] == [], (lang, said)
