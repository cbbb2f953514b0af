"""Owns what a case records as plain data: steps, facts, limits and breaches, as a saved case and a trace hold them.

Must not read it back (`replay`), nor know how it is sealed (`chain`).
"""

from __future__ import annotations

import json
from typing import Any

from refund_fsm.case.engine import Live, Uncounted
from refund_fsm.case.newer import News
from refund_fsm.case.record import Breach, Change, Due, Move, Step
from refund_fsm.workflow import Policy
from refund_fsm.workflow import facts as finite

FORMAT = "refund_fsm case 2"
OLD_FORMAT = "refund_fsm case 1"  # that of 2026-11-25; read for good


def change_of(change: Change) -> dict[str, Any]:
    """What happened to a case and is no step, as a saved case holds it: its `kind`, when, and what."""
    if isinstance(change, Move):
        return _move_of(change)
    if isinstance(change, News):
        return {"kind": "news", "at": change.at.isoformat(), "order": change.order.model_dump(mode="json")}
    told = {"kind": "calendar", "at": change.at.isoformat(), "calendar": change.calendar}
    return told if change.due is None else {**told, "due": limit_of(change.due)}


def _move_of(move: Move) -> dict[str, Any]:
    """A move. One that is only told holds the rules of before, any other those that hold since; of the policy what differs."""
    ends = {name: end for name, end in (("then", move.then), ("due", move.due)) if end is not None}
    told = {
        "kind": "move",
        "at": move.at.isoformat(),
        "how": move.how,
        "source": move.source,
        "state": move.dest,
        **{name: {"limit": end.limit, "at": end.at.isoformat(), "provisional": end.provisional} for name, end in ends.items()},
    }
    if move.is_told:
        was = move.was
        former = {"order_type": was.key, "fingerprint": was.fingerprint, "policy": differing(move.now.policy, was.policy)}
        return {**told, "former": former}
    return {
        **told,
        "order_type": move.now.key,
        "fingerprint": move.now.fingerprint,
        "calendar": move.calendar,
        "policy": differing(move.was.policy, move.now.policy),
        "facts": facts_of(move.facts),
        **({"given": dict(move.given)} if move.given else {}),
        **({"breach": limit_of(move.breach)} if move.breach else {}),
    }


MAX_PAIRS = 100  # of policies of which it is kept how they differ
_pairs: dict[tuple[str, str], dict[str, Any]] = {}


def differing(base: Policy, other: Policy) -> dict[str, Any]:
    """The fields of a policy that differ from those of `base`, as plain data."""
    pair = base.spelled, other.spelled
    if pair not in _pairs:
        if len(_pairs) >= MAX_PAIRS:
            _pairs.clear()
        was, now = (json.loads(one) for one in pair)
        gone = {name: getattr(other, name) for name in was if name not in now}  # at its default, and then not spelled
        _pairs[pair] = {name: list(value) if isinstance(value, tuple) else value for name, value in gone.items()}
        _pairs[pair] |= {name: value for name, value in now.items() if name not in was or value != was[name]}
    return _pairs[pair]


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
