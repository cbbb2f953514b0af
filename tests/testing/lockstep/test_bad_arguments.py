"""A wrong argument is an error before anything runs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from refund_fsm import BadData, Order, Policy, RefundRequest, paths
from refund_fsm.testing import verify_implementation
from tests.exchange import WORKFLOW as EXCHANGE
from tests.testing.lockstep.services import VIRTUAL, Details, OneTooFew, Service, never


class NoState:
    def open(self, _order: Order, _request: RefundRequest, _at: datetime) -> None:
        raise AssertionError("nothing runs")

    def apply(self, _event: str, _by: str, _at: datetime, _details: Details) -> bool:
        raise AssertionError("nothing runs")


class Promising(OneTooFew):
    async def apply(self, _event: str, _by: str, _at: datetime, _details: Details) -> bool:  # type: ignore[override]  # on purpose
        raise AssertionError("nothing runs")


class BadAdvance(Service):
    def advance(self) -> None:
        raise AssertionError("nothing runs")


BAD_ARGUMENTS: list[tuple[dict[str, Any], str]] = [
    ({"make": 3}, "make: 3;"),
    ({"make": NoState}, "make().state: not there in"),
    ({"make": OneTooFew}, "make().apply: apply(_event: "),
    ({"make": Promising}, "make().apply: a coroutine function;"),
    ({"make": BadAdvance}, "make().advance: advance() "),
    ({"workflow": "virtual"}, "workflow: 'virtual';"),
    ({"criterion": "everything"}, "criterion: 'everything';"),
    ({"criterion": ["w", 3]}, "criterion: 3;"),
    ({"criterion": None}, "criterion: None;"),
    ({"criterion": paths.cover(EXCHANGE, "states")}, "criterion: \"a suite of the workflow 'exchange'\";"),
    ({"criterion": paths.cover(VIRTUAL, "states"), "policy": Policy.statute()}, "policy: Policy("),
    ({"examples": -1}, "examples: -1;"),
    ({"examples": True}, "examples: True;"),
    ({"seed": "x"}, "seed: 'x';"),
    ({"timeout": 0}, "timeout: 0;"),
    ({"timeout": float("nan")}, "timeout: nan;"),
    ({"isolation": "prison"}, "isolation: 'prison';"),
    ({"isolation": "process", "make": lambda: Service()}, "make: <function"),
    ({"policy": {}}, "policy: {};"),
    ({"max_search_calls": 1.5}, "max_search_calls: 1.5;"),
    ({"most": 0}, "most: 0; expected a whole number from 1 to 1,000"),
    ({"most": True}, "most: True;"),
    ({"leave_out": "not_due"}, "leave_out: 'not_due'; expected a set of refusal codes"),
    ({"leave_out": 3}, "leave_out: 3;"),
    ({"leave_out": {"time_travel"}}, "leave_out: 'time_travel'; expected refusal codes that a service never meets, out of unknown_event, "),
    ({"leave_out": ["not_due", "guard_failed"]}, "leave_out: 'guard_failed'; expected refusal codes that a service never meets, out of "),
    ({"leave_out": [["not_due"]]}, "leave_out: ['not_due'];"),
]


@pytest.mark.parametrize(("arguments", "told"), BAD_ARGUMENTS, ids=[told for _, told in BAD_ARGUMENTS])
def test_a_wrong_argument_is_named_before_anything_runs(arguments: dict[str, Any], told: str) -> None:
    with pytest.raises(BadData) as caught:
        verify_implementation(**{"make": never, "workflow": VIRTUAL, **arguments})
    assert str(caught.value).startswith(told)
