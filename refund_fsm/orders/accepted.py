"""Owns what `soundness` finds in every order type and is meant so, with the reasons. Data only."""

from __future__ import annotations

from refund_fsm.text import Text
from refund_fsm.workflow import Acceptance

PAYOUT_WAITS = Text(
    "只有支付渠道能打款，别人不能代替；超过打款期限记逾期，由平台催办。",
    "Only the payment channel can move the money, nobody in its place; past the payout limit a breach is recorded, to be followed up.",
)
ACCEPTED = (
    Acceptance(
        "blocker",
        "buyer draft",
        Text(
            "尚未提交，没有人在等；提交与否由买家决定。",
            "Nothing is filed yet, so nobody waits; whether to file is the buyer's choice.",
        ),
        "assumed",
    ),
    Acceptance("blocker", "payment refunding", PAYOUT_WAITS, "A13 assumed"),
    Acceptance("blocker", "payment refund_failed", PAYOUT_WAITS, "A13 assumed"),
    Acceptance(
        "livelock",
        "refunding refund_failed",
        Text(
            "打款失败就一直重试到成功；重试期间打款期限连着算，超过即记逾期。",
            "A failed payout is tried again until it succeeds; the limit runs on through all tries, and past it a breach is recorded.",
        ),
        "A13 assumed",
    ),
)
