"""Owns the instants of a state machine's steps: how long is waited, before and after limits and changes of the facts.

Must not know an order type.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from refund_fsm.graph import drift
from refund_fsm.scenario import Opening
from refund_fsm.testing.lockstep import Table
from refund_fsm.workflow import FrozenDict

WAITS: Mapping[str, timedelta] = FrozenDict(
    {
        "at once": timedelta(0),
        "a minute on": timedelta(minutes=1),
        "a day on": timedelta(days=1),
        "a minute before the limit": timedelta(minutes=-1),
        "at the limit": timedelta(0),
        "a minute after the limit": timedelta(minutes=1),
        "a microsecond before the limit": -drift.TICK,
        "a microsecond before the facts change": -drift.TICK,
        "when the facts change": timedelta(0),
    }
)


def instant_after(wait: str, now: datetime, due: datetime | None, turns: Callable[[], Iterable[datetime]]) -> datetime:
    """An instant, never before now; where no limit runs, or no facts change, those that look at them are a day on.

    `turns` gives the instants at which the facts change by themselves, in order; it is asked for waits that look at them.
    """
    near = due
    if wait.endswith("change"):
        near = next((turn for turn in turns() if turn > now), None)
    elif not wait.endswith("limit"):
        return now + WAITS[wait]
    return now + WAITS["a day on"] if near is None else max(now, near + WAITS[wait])


def turns_of(table: Table, opening: Opening) -> list[datetime]:
    """When the facts of the order change by themselves, from its opening on."""
    order, request, at = opening
    return drift.changes(lambda instant: table.workflow.derive(order, request, instant, table.policy), at)
