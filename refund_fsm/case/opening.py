"""Owns how a case is opened: what it may be opened with, the policy and the workflow where none is named, and the id it is given.

Must not know an order type, nor read a wall clock.
"""

from __future__ import annotations

from datetime import datetime

from refund_fsm import orders
from refund_fsm.case.engine import Head, Live
from refund_fsm.errors import BadData
from refund_fsm.workflow import Order, Policy, RefundRequest, Workflow, instant, values


def opened(
    order: Order, request: RefundRequest, at: datetime, policy: Policy | None, workflow: Workflow | None, case_id: str | None
) -> tuple[Head, Live]:
    """What is fixed of a new case, and where it is at first; raises as `RefundCase.open` says."""
    _check_type("order", order, Order)
    _check_type("request", request, RefundRequest)
    at = instant(at, "at")
    if policy is None:
        policy = Policy.guide()
    _check_type("policy", policy, Policy)
    if workflow is None:
        workflow = orders.get(order.order_type)
    _check_type("workflow", workflow, Workflow)
    if order.order_type != workflow.key:
        raise BadData("order.order_type", order.order_type, f"{workflow.key!r}, the workflow's key")
    if at < order.paid_at:
        raise BadData("at", at.isoformat(), f"not before the order was paid, {order.paid_at.isoformat()}")
    _check_asked(workflow, request)
    order.line(request.sku)
    case_id = _case_id(order, request, at) if case_id is None else values.name(case_id, "case_id")
    head = Head(workflow, policy, order, request, at, case_id)
    law = {s.key: at for s in workflow.law if s.key == workflow.initial.key}
    return head, Live(workflow.initial, head.derive(at, {}), at, (), at, False, {}, law, {}, 0)


def _check_type(name: str, value: object, expected: type) -> None:
    if not isinstance(value, expected):
        raise BadData(name, value, f"a {expected.__name__}")


def _check_asked(workflow: Workflow, request: RefundRequest) -> None:
    """Kind and reason are among those that the workflow's facts know."""
    known = {one.name: one.values for one in workflow.fact_fields}
    for name in ("kind", "reason"):
        value, allowed = getattr(request, name), known.get(name)
        if allowed is None and name == "kind" and value is not None:
            raise BadData("request.kind", value, f"None: {workflow.key} has no kinds")
        if allowed is not None and value not in allowed:
            raise BadData(f"request.{name}", value, f"one of {', '.join(map(str, allowed))}")


def _case_id(order: Order, request: RefundRequest, at: datetime) -> str:
    import hashlib  # here, so that importing the package does not load it

    told = "\0".join((order.id, request.sku, at.isoformat()))
    return f"RC-{hashlib.sha256(told.encode()).hexdigest()[:16]}"
