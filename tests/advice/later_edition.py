"""A made-up later edition of the platform's own table: the same rules from 2026-07-01 on, with a longer answer to what was shipped."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from refund_fsm import Limit
from refund_fsm.orders.shop_official import WORKFLOW as FIRST
from refund_fsm.text import SHANGHAI

REQUESTED = FIRST.states["requested"]
LONGER = {**FIRST.limits, REQUESTED: (*FIRST.limits[REQUESTED][:-1], Limit("shipped_review_hours", "R5 R6", 72))}  # type: ignore[index]
WORKFLOW = replace(FIRST, limits=LONGER, holds_from=datetime(2026, 7, 1, tzinfo=SHANGHAI))
