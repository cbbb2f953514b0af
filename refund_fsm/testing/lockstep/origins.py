"""Owns where facts come from: the fields of an order and a request that a fact turns with, found by changing one field at a time.

Works for any workflow, since the workflow itself is asked. A field that turns a fact only together with another, or to values that are
not tried, is not found. Must not call an implementation, nor know an order type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from refund_fsm.errors import RefundFsmError
from refund_fsm.scenario import Opening
from refund_fsm.workflow import Policy, Workflow

FAR = timedelta(days=400)  # further than any window is open
OTHER = "RC-OTHER"  # the id of another case
INSTANTS = ("paid_at", "shipped_at", "signed_at", "activated_at")  # of an order, in the order in which they come
NOT_ASKED = ("id", "order_type", "lines", "sku", "title", "description", "evidence")


def origins(workflow: Workflow, policy: Policy, opening: Opening) -> Mapping[str, tuple[str, ...]]:
    """By fact, the names of the fields with which it turns at the opening's instant; `attributes` by their own names."""
    found: dict[str, list[str]] = {}
    words = tuple(dict.fromkeys(one for domain in workflow.domains(policy).values() for one in domain))
    for name, before, after in (*_moved(opening), *((name, opening, other) for name, other in _changed(opening, words))):
        known, other = (_derived(workflow, policy, one) for one in (before, after))
        for one in fields(known) if known is not None and other is not None else ():
            if getattr(known, one.name) != getattr(other, one.name) and name not in found.setdefault(one.name, []):
                found[one.name].append(name)
    return {fact: tuple(names) for fact, names in found.items()}


def _moved(opening: Opening) -> Iterator[tuple[str, Opening, Opening]]:
    """Each instant moved far back, those that come before it being so already: none may come before what it follows."""
    before = opening
    for name in INSTANTS:
        then = getattr(opening.order, name)
        if then is not None:
            after = before._replace(order=before.order.model_copy(update={name: then - FAR}))
            yield name, before, after
            before = after


def _derived(workflow: Workflow, policy: Policy, opening: Opening) -> Any:
    """The facts; None where the workflow cannot say, such as without an attribute that it needs."""
    try:
        return workflow.derive(*opening, policy)
    except Exception:  # whatever a user's own derivation says to an order that nobody would place
        return None


def _changed(opening: Opening, words: Sequence[Any]) -> Iterator[tuple[str, Opening]]:
    """The opening with one field changed, and the field's name."""
    order, request, at = opening
    line = order.line(request.sku)
    for name, other in _others(order, at, words, 0):
        yield name, opening._replace(order=other)
    for name, other in _others(line, at, words, line.balance_fen):
        lines = tuple(other if one is line else one for one in order.lines)
        yield name, opening._replace(order=order.model_copy(update={"lines": lines}))
    for name, other in _others(request, at, words, line.balance_fen):
        yield name, opening._replace(request=other)


def _others(model: Any, at: datetime, words: Sequence[Any], balance: int) -> Iterator[tuple[str, Any]]:
    """Copies with one field changed that the model lets be, and the field's name."""
    known = {name: getattr(model, name) for name in type(model).model_fields if name not in (*NOT_ASKED, "attributes")}
    given = getattr(model, "attributes", {})
    for name, value in {**known, **given}.items():
        for other in (*_values(name, value, at, words, balance), *(words if name not in known else ())):
            if other != value:
                try:
                    yield name, model.model_copy(update={name: other} if name in known else {"attributes": {**given, name: other}})
                except RefundFsmError:  # not before it was paid, not more than was paid
                    continue


def _values(name: str, value: Any, at: datetime, words: Sequence[Any], balance: int) -> Iterable[Any]:
    if name.endswith("_at"):
        return (None, at - FAR, at, at + FAR)
    if isinstance(value, bool):
        return (not value,)
    if name == "open_case":
        return (None, OTHER)
    if isinstance(value, int):
        return (0, 1, value + 1, value + balance, max(0, value - balance), value * 1000)
    if name.endswith("_fen") or name == "quantity":
        return (1, balance + 1)
    return [one for one in words if isinstance(one, str)] if isinstance(value, str) else ()
