"""Steps of a case as the XState export is told of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from refund_fsm.scenario import Player


def ms_of(instant: datetime) -> int:
    """Milliseconds since 1970."""
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def facts_told(facts: Any) -> dict[str, Any]:
    """Facts by name."""
    return {name: getattr(facts, name) for name in facts.__dataclass_fields__}


def row_of(player: Player) -> dict[str, Any]:
    """The last step as XState gets it: the event with who sends it, and the facts of the moment where it files something."""
    case, step = player.case, player.step
    assert step is not None
    if step.event is None:
        return {"at": ms_of(step.at), "event": None}
    details = {name: [piece.kind for piece in value] if name == "evidence" else value for name, value in step.details.items()}
    event: dict[str, Any] = {"type": step.event, "by": step.by, "details": details}
    known = case.workflow.events.get(step.event)
    if known is not None and known.files:
        event["facts"] = facts_told(case.workflow.facts_of(case.order, case.request, step.at, case.policy))
    return {"at": ms_of(step.at), "event": event}
