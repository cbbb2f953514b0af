"""Owns what is logged of a case: under the name `refund_fsm`, at DEBUG, with the case's id, a line for each step and news
of the order, and for what was refused.

Nothing that a person wrote is in it: no note, no number of a parcel. Must not change a case, nor set up logging.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from refund_fsm.case.engine import Head, Live
from refund_fsm.case.refusal import Refused
from refund_fsm.errors import shown

LOGGER = logging.getLogger("refund_fsm")
LOGGER.addHandler(logging.NullHandler())  # whether anything is shown is the program's choice


def logged(head: Head, live: Live, event: str, at: datetime, by: str, move: Callable[[], Live]) -> Live:
    """What the move gives; its steps are logged, or why it was refused. Costs one look at the level where nobody listens."""
    if not LOGGER.isEnabledFor(logging.DEBUG):
        return move()
    try:
        after = move()
    except Refused as refused:
        why = refused.refusal
        named = event if event in head.workflow.events else shown(event)  # what somebody made up must not look like a line
        LOGGER.debug("case %s: %s by %s at %s is refused in %s: %s", head.case_id, named, by, at.isoformat(), why.state.key, why.code)
        raise
    for step in after.steps[len(live.steps) :]:
        told = (step.at.isoformat(), step.event, step.by, step.rule.id, step.source.key, step.dest.key)
        LOGGER.debug("case %s: at %s %s by %s, rule %s: %s -> %s", head.case_id, *told)
    return after


def log_news(head: Head, live: Live) -> None:
    """A line for the news that the case was told last."""
    news = live.changes[-1]
    LOGGER.debug("case %s: at %s news of its order, after %d steps", head.case_id, news.at.isoformat(), news.after)
