"""Owns how a case is opened: what it may be opened with, the policy and the workflow where none is named, and the id it is given.

Must not know an order type, nor read a wall clock.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from refund_fsm import orders
from refund_fsm.case.engine import Head, Live
from refund_fsm.errors import BadData
from refund_fsm.workflow import Order, Policy, RefundRequest, Workflow, instant, values


def opened(
    order: Order,
    request: RefundRequest,
    at: datetime,
    policy: Policy | None,
    workflow: Workflow | None,
    case_id: str | None,
    facts: Any = None,
) -> tuple[Head, Live]:
    """What is fixed of a new case, and where it is at first; raises as `RefundCase.open` says. `facts` stand in for those derived."""
    _check_type("order", order, Order)
    _check_type("request", request, RefundRequest)
    at = instant(at, "at")
    if workflow is None:
        workflow = orders.at(order.order_type, at)
    _check_type("workflow", workflow, Workflow)
    if policy is None:
        policy = workflow.default_policy(at)
    _check_type("policy", policy, Policy)
    workflow.check_opening(order, request, at)
    case_id = f"RC-{_digest(_told(order, request, at))[:16]}" if case_id is None else values.name(case_id, "case_id")
    head = Head(workflow, policy, order, request, at, case_id, facts)
    law = {s.key: at for s, limit in workflow.law.items() if s.key == workflow.initial.key and limit.holds(head.facts)}
    return head, Live(workflow.initial, head.facts, at, (), at, False, {}, law, {}, 0, head.claimed_fen, head.due)


def _check_type(name: str, value: object, expected: type) -> None:
    if not isinstance(value, expected):
        raise BadData(name, value, f"a {expected.__name__}")


def key_of(head: Head) -> str:
    """The idempotency key under which the case pays: made when it is first asked for, or read with the case."""
    head = head.opening
    if head.payout_key is None:
        head.payout_key = payout_key(head)
    return head.payout_key


def payout_key(head: Head) -> str:
    """The idempotency key of a case: derived from its id and from all that an id is derived from. 43 of `[0-9A-Za-z_-]`.

    So it differs between any two cases that differ in order type, order, request, opening instant or given id.
    """
    order = head.order if head.keyed_as is None else head.order.model_copy(update={"order_type": head.keyed_as})
    return f"RF-{_digest(head.case_id, _told(order, head.request, head.opened_at))[:40]}"


def _told(order: Order, request: RefundRequest, at: datetime) -> str:
    """Order (its type included), request and instant in one text. A field at its default is left out, so that a field which is added
    later changes no id."""
    import json  # here, so that importing the package does not load it

    parts = [one.model_dump(mode="json", exclude_defaults=True) for one in (order, request)]
    return json.dumps([*parts, at.isoformat()], sort_keys=True, separators=(",", ":"))


def _digest(*parts: str) -> str:
    import hashlib  # here, so that importing the package does not load it

    return hashlib.sha256("\0".join(parts).encode()).hexdigest()
