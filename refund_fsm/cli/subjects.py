"""Owns which order or case a command is about: that of a scenario, or a saved one. Must not print. Every `BadData` names the file."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from refund_fsm.case import RefundCase
from refund_fsm.errors import BadData, plain
from refund_fsm.scenario import find, load, subject_of
from refund_fsm.workflow import read_bytes

SAVED = ".json"


def saved_case(name: str, option: str) -> RefundCase | None:
    """The saved case of a file whose name ends in `.json`; None for any other name."""
    if not name.lower().endswith(SAVED):
        return None
    text = read_bytes(name, option)
    try:
        return RefundCase.from_json(text)
    except BadData as error:
        raise BadData(f"{name}: {error.field}", error.value, error.expected) from None


def advised(name: str, at: datetime | None) -> dict[str, Any]:
    """What `advise` is asked about: a saved case as of `at` (None: as far as it has got), or a scenario's order or case by then (None:
    by its last instant)."""
    case = saved_case(name, "file")
    if case is not None:
        when = case.now if at is None else at
        if when < case.now:
            raise BadData("--at", when.isoformat(), f"not before the last instant of the case, {case.now.isoformat()}, with {plain(name)}")
        return {"subject": case, "at": when}
    scenario = load(find(name))
    when = scenario.last_instant if at is None else at
    if when < scenario.order.paid_at:
        paid = scenario.order.paid_at.isoformat()
        raise BadData("--at", when.isoformat(), f"not before order.paid_at, {paid}, with {plain(name)}")
    subject = subject_of(scenario, when)
    if subject is scenario.order:
        return {"subject": subject, "at": when, "policy": scenario.policy, "workflow": scenario.workflow}
    return {"subject": subject, "at": when}
