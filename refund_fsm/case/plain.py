"""Owns what a case records as plain data: steps, facts, limits and breaches, as a saved case and a trace hold them.

Must not read it back (`replay`), nor know how it is sealed (`chain`).
"""

from __future__ import annotations

from typing import Any

from refund_fsm.case.engine import Live, Uncounted
from refund_fsm.case.newer import News
from refund_fsm.case.record import Breach, Change, Due, Step
from refund_fsm.workflow import facts as finite

FORMAT = "refund_fsm case 2"
OLD_FORMAT = "refund_fsm case 1"  # that of 2026-11-25; read for good


def change_of(change: Change) -> dict[str, Any]:
    """What happened to a case and is no step, as a saved case holds it: its `kind`, when, and what."""
    if isinstance(change, News):
        return {"kind": "news", "at": change.at.isoformat(), "order": change.order.model_dump(mode="json")}
    told = {"kind": "calendar", "at": change.at.isoformat(), "calendar": change.calendar}
    return told if change.due is None else {**told, "due": limit_of(change.due)}


def tail_of(live: Live) -> dict[str, Any]:
    """Where a case is."""
    return {"now": live.now.isoformat(), "state": live.state.key, "steps": len(live.steps)}


def due_data(due: Due | Uncounted | None) -> dict[str, Any] | None:
    """The limit that runs, where one does and it is known."""
    return limit_of(due) if isinstance(due, Due) else None


def step_of(step: Step) -> dict[str, Any]:
    """One step as plain data."""
    return {
        "at": step.at.isoformat(),
        "event": step.event,
        "by": step.by,
        "rule": step.rule.id,
        "source": step.source.key,
        "dest": step.dest.key,
        "before": facts_of(step.before),
        "after": facts_of(step.after),
        "details": details_of(step),
        "breach": None if step.breach is None else limit_of(step.breach),
    }


def facts_of(facts: Any) -> dict[str, finite.Value]:
    """Facts as plain data."""
    return {name: getattr(facts, name) for name in type(facts).__dataclass_fields__}


def details_of(step: Step) -> dict[str, Any]:
    """The details of a step as plain data."""
    return {name: _detail(value) for name, value in step.details.items()}


def _detail(value: Any) -> Any:
    return [piece.model_dump(mode="json") for piece in value] if isinstance(value, tuple) else value


def limit_of(limit: Breach | Due) -> dict[str, Any]:
    """A breach, or a limit that runs, as plain data."""
    return {"limit": limit.limit.field, "at": limit.at.isoformat(), "provisional": limit.provisional}
