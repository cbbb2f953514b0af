"""Owns the phases that order types have in common, and the path of goods through them. Data only."""

from __future__ import annotations

from refund_fsm.orders.common import (
    awaiting_return,
    draft,
    receipt_rejected,
    received,
    refund_failed,
    refunded,
    refunding,
    requested,
    return_shipped,
    reviewing,
)
from refund_fsm.text import Text

FILING = Text("申请与审核", "Filing and review")
EXCHANGE = Text("换货", "Exchange")
PLATFORM_STEPS_IN = Text("平台介入", "The platform steps in")
RETURN = (Text("退货与验货", "Return and inspection"), (awaiting_return, return_shipped, received, receipt_rejected))
PAYOUT = (Text("打款", "Payout"), (refunding, refund_failed, refunded))
PATH_OF_GOODS = (draft, requested, reviewing, awaiting_return, return_shipped, received, refunding, refunded)
