"""What a service can get wrong about amounts and lines is found by what `w` takes along: each fault in a faithful service."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from refund_fsm import Order, Policy, RefundRequest, Workflow
from refund_fsm.testing import LockstepReport
from tests.testing.lockstep.services import VIRTUAL, over, quick
from tests.testing.lockstep.shop_faults import SHOP

Left = Callable[[Order, RefundRequest], int]


def _line(order: Order, request: RefundRequest) -> Any:
    return order.line(request.sku)


def left_of(left: Left, test: Callable[[int, int], bool] = lambda asked, left: 0 < asked <= left) -> Workflow:
    """Virtual goods, what is left of a line counted otherwise, or compared otherwise."""

    def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
        asked = request.claimed_fen(_line(order, request))
        return replace(VIRTUAL.facts_of(order, request, at, policy), amount_ok=test(asked, left(order, request)))

    return VIRTUAL.variant(facts_of=facts_of)


def balance(order: Order, request: RefundRequest) -> int:
    return int(_line(order, request).balance_fen)


def without_pending(order: Order, request: RefundRequest) -> int:
    line = _line(order, request)
    return int(line.paid_fen - line.refunded_fen)


def without_refunded(order: Order, request: RefundRequest) -> int:
    line = _line(order, request)
    return int(line.paid_fen - line.pending_fen)


def larger_of_both(order: Order, request: RefundRequest) -> int:
    line = _line(order, request)
    return int(line.paid_fen - max(line.refunded_fen, line.pending_fen))


def of_the_order(order: Order, _: RefundRequest) -> int:
    return sum(line.balance_fen for line in order.lines)


def refunds_of_the_order(order: Order, request: RefundRequest) -> int:
    line = _line(order, request)
    return int(line.paid_fen - line.pending_fen - sum(one.refunded_fen for one in order.lines))


def pending_of_the_order(order: Order, request: RefundRequest) -> int:
    line = _line(order, request)
    return int(line.paid_fen - line.refunded_fen - sum(one.pending_fen for one in order.lines))


def of_the_line_at(place: int) -> Left:
    return lambda order, _: order.lines[place].balance_fen


def fact_of_lines(workflow: Workflow, fact: str, read: Callable[[Order, RefundRequest], bool]) -> Workflow:
    """The workflow, one fact read off other lines."""

    def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
        return replace(workflow.facts_of(order, request, at, policy), **{fact: read(order, request)})

    return workflow.variant(facts_of=facts_of)


FAULTS = {
    "< for <= at the balance": left_of(balance, lambda asked, left: 0 < asked < left),
    "a claim of nothing is taken": left_of(balance, lambda asked, left: asked <= left),
    "a claim of a fen more is taken": left_of(balance, lambda asked, left: 0 < asked <= left + 1),
    "pending is ignored": left_of(without_pending),
    "refunded is ignored": left_of(without_refunded),
    "refunded or pending, whichever is more": left_of(larger_of_both),
    "what is left of the whole order": left_of(of_the_order),
    "refunds of the whole order": left_of(refunds_of_the_order),
    "pending money of the whole order": left_of(pending_of_the_order),
    "what is left of the first line": left_of(of_the_line_at(0)),
    "what is left of the last line": left_of(of_the_line_at(-1)),
    "a case on the first line": fact_of_lines(VIRTUAL, "other_case_open", lambda order, _: order.lines[0].open_case is not None),
    "a case on any line": fact_of_lines(VIRTUAL, "other_case_open", lambda order, _: any(one.open_case for one in order.lines)),
    "a case on another line": fact_of_lines(
        VIRTUAL, "other_case_open", lambda order, request: any(one.open_case for one in order.lines if one.sku != request.sku)
    ),
}
EXCLUDED = {
    "the first line's exclusion": fact_of_lines(SHOP, "excluded", lambda order, _: order.lines[0].no_reason_excluded),
    "the exclusion of any line": fact_of_lines(SHOP, "excluded", lambda order, _: any(one.no_reason_excluded for one in order.lines)),
}


def held(workflow: Workflow, original: Workflow) -> LockstepReport:
    criteria = ("conditions", "boundaries") if original is VIRTUAL else ("boundaries",)  # each of which `w` takes along
    return quick(over(workflow), original, criterion=criteria, examples=0, max_search_calls=100, policy=Policy.guide())


@pytest.mark.parametrize("name", [*FAULTS, *EXCLUDED])
def test_a_fault_of_amounts_or_lines_is_found(name: str) -> None:
    workflow, original = (FAULTS[name], VIRTUAL) if name in FAULTS else (EXCLUDED[name], SHOP)
    report = held(workflow, original)
    assert report.divergence is not None and report.divergence.kind == "acceptance", name
    assert report.counterexample is not None and report.again
    last = report.counterexample.steps[-1].event
    assert last is not None and original.events[last].files, "only filings look at amounts and lines"
    assert "read (from): " in report.text("en") and "line SKU-1" in report.text("en")


def test_the_same_sum_is_not_blamed() -> None:
    assert held(left_of(balance), VIRTUAL).ok
