"""Owns the whole numbers of an order and a request that facts may be compared by: what each is called, read and set.

Must not know an order type, a policy's number, nor which facts change.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from refund_fsm.workflow import Order, OrderLine, Policy, RefundRequest, Workflow

CLAIM, PAID, BESIDE, TIMES = "the claim", "what was paid for the line", "what was paid beside it", "applications of the line"

M = TypeVar("M", bound=BaseModel)
Asked = tuple[Order, RefundRequest]


class Dial(NamedTuple):
    """A number of an order and a request; `money`: in fen, else a count. `read` gives None where there is none."""

    name: str
    money: bool
    low: int
    read: Callable[[Order, RefundRequest], int | None]
    turn: Callable[[Order, RefundRequest, int], Asked]


def dials_of(order: Order, request: RefundRequest) -> Iterator[Dial]:
    """The numbers that an order and its request have."""
    yield from DIALS
    for holder, model in (("order", order), ("request", request)):
        for key, value in model.attributes.items():
            if isinstance(value, int) and not isinstance(value, bool):
                name = f"{key} of the {holder}"
                yield Dial(name, key.endswith("_fen"), 0, partial(_attribute, holder, key), partial(_with_attribute, holder, key))


def within(order: Order, request: RefundRequest) -> bool:
    """Whether what is claimed is no more than the balance."""
    line = order.line(request.sku)
    return request.claimed_fen(line) <= line.balance_fen


def facts_of(workflow: Workflow, policy: Policy, order: Order, request: RefundRequest, at: datetime) -> Any:
    """The facts of an order as a dial made it; None where the derivation is not made for such an order."""
    try:
        return workflow.facts_of(order, request, at, policy)
    except Exception:  # whatever a user's derivation raises at a number that no order has
        return None


def _with(model: M, **changes: Any) -> M:
    """The same with other values, unchecked, since it is only looked at."""
    return BaseModel.model_copy(model, update=changes)


def _claim(order: Order, request: RefundRequest) -> int:
    return request.claimed_fen(order.line(request.sku))


def _with_claim(order: Order, request: RefundRequest, number: int) -> Asked:
    return order, _with(request, amount_fen=number, quantity=None)


def _with_line(order: Order, line: OrderLine, **changes: Any) -> Order:
    return _with(order, lines=tuple(_with(one, **changes) if one is line else one for one in order.lines))


def _paid(order: Order, request: RefundRequest) -> int:
    return order.line(request.sku).paid_fen


def _with_paid(order: Order, request: RefundRequest, number: int) -> Asked:
    line = order.line(request.sku)
    return _with_line(order, line, paid_fen=number), _with(request, amount_fen=request.claimed_fen(line), quantity=None)


def _other(order: Order, request: RefundRequest) -> OrderLine | None:
    return next((line for line in order.lines if line.sku != request.sku), None)


def _paid_beside(order: Order, request: RefundRequest) -> int | None:
    other = _other(order, request)
    return None if other is None else other.paid_fen


def _with_paid_beside(order: Order, request: RefundRequest, number: int) -> Asked:
    other = _other(order, request)
    return (order if other is None else _with_line(order, other, paid_fen=number)), request


def _applications(order: Order, request: RefundRequest) -> int:
    return order.line(request.sku).applications


def _with_applications(order: Order, request: RefundRequest, number: int) -> Asked:
    return _with_line(order, order.line(request.sku), applications=number), request


def _attribute(holder: str, key: str, order: Order, request: RefundRequest) -> int | None:
    value = (order if holder == "order" else request).attributes.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _with_attribute(holder: str, key: str, order: Order, request: RefundRequest, number: int) -> Asked:
    if holder == "order":
        return _with(order, attributes={**order.attributes, key: number}), request
    return order, _with(request, attributes={**request.attributes, key: number})


DIALS = (
    Dial(CLAIM, True, 1, _claim, _with_claim),
    Dial(PAID, True, 1, _paid, _with_paid),
    Dial(BESIDE, True, 0, _paid_beside, _with_paid_beside),
    Dial(TIMES, False, 0, _applications, _with_applications),
)
