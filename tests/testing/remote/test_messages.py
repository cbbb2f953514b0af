"""What is sent: an order and a request with every field, whatever they hold, on one line of ASCII."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

from refund_fsm import Evidence, Workflow, orders
from refund_fsm.testing.openings import OPENING_BYTES, Choices, opening_of
from refund_fsm.testing.remote import messages
from refund_fsm.workflow import Frozen
from tests.exchange import WORKFLOW


def whole(model: Frozen) -> dict[str, Any]:
    """As pydantic writes it, with what it leaves out at its default."""
    found = model.model_dump(mode="json")
    return {name: found.get(name, one.default) for name, one in type(model).model_fields.items()}


@pytest.mark.parametrize("workflow", [orders.get("shop_official"), WORKFLOW], ids=lambda one: one.key)
def test_orders_and_requests_are_sent_whole(workflow: Workflow) -> None:
    random = Random(7)
    for _ in range(20):
        order, request, at = opening_of(Choices(random.randbytes(OPENING_BYTES)), workflow, workflow.default_policy())
        assert messages.plain_of(order) == {**whole(order), "lines": [whole(line) for line in order.lines]}
        assert messages.plain_of(request) == whole(request)
        line = messages.written("open", 3, {"order": messages.plain_of(order), "at": at.isoformat()})
        assert line.isascii() and line.count(b"\n") == 1 and line.endswith(b"\n")
        assert json.loads(line)["order"] == messages.plain_of(order)


def test_details_are_text_and_a_list_of_evidence() -> None:
    at = datetime.fromisoformat("2026-02-12T10:00:00.000001+08:00")
    one = Evidence(kind="photo", by="buyer", at=at, note="好\n🙂")
    told = {"kind": "photo", "by": "buyer", "at": "2026-02-12T10:00:00.000001+08:00", "sha256": None, "note": "好\n🙂"}
    assert messages.details_of({"note": " \n", "evidence": (one,)}) == {"note": " \n", "evidence": [told]}
    assert messages.details_of({"evidence": one}) == {"evidence": [told]} and messages.details_of({"evidence": ()}) == {"evidence": []}


@pytest.mark.parametrize("zone", ["Z", "+00:00", "+08:00", "-03:30"])
def test_a_limit_may_be_told_in_any_zone(zone: str) -> None:
    told = messages.due_of({"id": 1, "due": f"2026-03-02T10:00:00.000001{zone}"})
    assert told is not None and told.utcoffset() is not None and told.microsecond == 1
    assert abs(told - datetime.fromisoformat("2026-03-02T10:00:00.000001Z")) < timedelta(days=1)
