"""Owns which codes bar an input, all that apply and not only the first, and which of them a run may leave out.

A service that takes its time from its own clock meets nothing that is dated back; one whose users are known by their log-in meets no wrong
actor. Such inputs are left out when the user says so. Must not call an implementation, nor know an order type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, get_args

from refund_fsm.case import Code, is_given
from refund_fsm.errors import BadData
from refund_fsm.testing.lockstep.model import Model
from refund_fsm.workflow import CLOCK

PRECEDENCE: tuple[Code, ...] = get_args(Code)
CAN_BE_LEFT_OUT: tuple[Code, ...] = ("unknown_event", "time_reversed", "wrong_actor", "not_due", "missing_detail")


def left_out(given: object) -> frozenset[Code]:
    """The codes of `leave_out`; `BadData` for what is none, and for those that say what the workflow itself forbids."""
    valid = f"refusal codes that a service never meets, out of {', '.join(CAN_BE_LEFT_OUT)}"
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise BadData("leave_out", given, f"a set of {valid}")
    codes = list(given)
    for one in codes:
        if one not in CAN_BE_LEFT_OUT:
            no = " (where the workflow itself says no, every service is asked)" if one in PRECEDENCE else ""
            raise BadData("leave_out", one, f"{valid}{no}")
    return frozenset(codes)


def reasons(model: Model, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> tuple[Code, ...]:
    """Every code that bars an input where the model is (the clock has run to `at`), in their order of precedence; none where it is taken.

    What no other reason can be asked of stands alone: an event that nobody knows, a case that has ended.
    """
    table, state = model.table, model.node.state
    known = table.workflow.events.get(event)
    if known is None:
        return ("unknown_event",)
    if model.node.final:
        return ("case_final",)
    possible, its_own = (state, event) in table.possible, known.actor.key == by
    found: dict[Code, bool] = {
        "time_reversed": at < model.now,
        "wrong_state": not possible,
        "wrong_actor": not its_own,
        "not_due": possible and its_own and by == CLOCK.key,
        "missing_detail": not all(is_given(details, need) for need in known.needs),
        "guard_failed": possible and known.actor.key != CLOCK.key and model.asked(known.files).move(event) is None,
    }
    return tuple(code for code in PRECEDENCE if found.get(code))
