"""Owns how an event is taken: the clock runs first, the event is judged, the machine moves, the step is recorded.

All is alike for an event that comes in and for one that is read back. Must not know an order type, nor read a wall clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from refund_fsm.case.engine import Head, Live, delivered, stepped
from refund_fsm.case.judging import facts_for, guard_failed, reached
from refund_fsm.case.refusal import Refused
from refund_fsm.workflow import CLOCK


def taken(head: Head, live: Live, event: str, at: datetime, by: str, details: Mapping[str, Any], facts: Any = None) -> Live:
    """The case after an event that is not a repeated one; raises `Refused`. `facts` stand in for those that are derived."""
    live, barred = reached(head, live, event, at, by, details)
    if barred is not None:
        raise Refused(barred)
    if by == CLOCK.key:
        return delivered(live, details)
    if facts is None:
        facts = facts_for(head, live, event, at)
    rule = head.stepper.fire(live.state.key, event, facts)
    if rule is None:
        raise Refused(guard_failed(head, live, event, at, by, facts))
    return stepped(head, live, rule, at, facts, details)
