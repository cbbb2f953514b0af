"""Owns which table a saved case was under: the one among those at hand that has its fingerprint. Must not read anything else of a case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from refund_fsm import orders
from refund_fsm.errors import BadData, SavedCaseError
from refund_fsm.workflow import Workflow

Tables = Workflow | Iterable[Workflow] | None  # None: the registered ones, in all their editions
SHORT = 12  # hex digits of a fingerprint that a message shows of a table at hand


def at_hand(given: Tables) -> tuple[Workflow, ...] | None:
    """The tables that were handed over; None for the registry's. `BadData` for what is no `Workflow`, and for none at all."""
    if given is None or isinstance(given, Workflow):
        return None if given is None else (given,)
    found = tuple(given) if isinstance(given, Iterable) and not isinstance(given, (str, bytes)) else ()
    if not found or not all(isinstance(one, Workflow) for one in found):
        raise BadData("workflow", found or given, "a Workflow, or several of them")
    return found


def table_of(where: str, order_type: Any, fingerprint: Any, tables: tuple[Workflow, ...] | None, since: Callable[[], datetime]) -> Workflow:
    """The table of a fingerprint; of several editions that do the same, the one in force at the instant that `since` gives, from which the
    case was under it. `SavedCaseError` saying what was saved, what is at hand, and what to do, where there is none."""
    known = _editions(where, order_type) if tables is None else tables
    alike = [one for one in known if one.fingerprint == fingerprint and one.key == order_type]
    if alike and (len(alike) == 1 or tables is not None):
        return alike[0]
    if alike:
        at = since()
        return next((one for one in reversed(alike) if one.holds_from is None or one.holds_from <= at), alike[0])
    told = ", ".join(f"{one.key!r} {one.fingerprint[:SHORT]}…" for one in known)
    todo = "hand over that one too (workflow=[new, old]; refund-fsm move: --former), then move the case with moved()"
    expected = f"the fingerprint of a table at hand ({told}): the case was saved under another table, of {order_type!r}; {todo}"
    raise SavedCaseError(where, fingerprint, expected)


def _editions(where: str, order_type: Any) -> tuple[Workflow, ...]:
    try:
        return orders.editions(order_type)
    except BadData as error:
        expected = f"{error.expected} (in {error.field}), or the table that it was saved under handed over (workflow=...; --former)"
        raise SavedCaseError(where, error.value, expected) from None
