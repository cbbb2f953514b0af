"""A case is a value: opened with what fits, equal by what it is, immutable, copied and pickled."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime
from typing import Any

import pytest

from refund_fsm import BadData, RefundCase, orders
from tests.case.led import REJECTED, after
from tests.samples import case


def test_a_case_is_immutable_equal_by_value_and_can_be_copied() -> None:
    one, other = after(*REJECTED), after(*REJECTED)
    assert one == other
    assert hash(one) == hash(other)
    assert one != after(*REJECTED[:2])
    assert one.__eq__(1) is NotImplemented
    with pytest.raises(AttributeError, match="immutable"):
        one.state = one.state  # type: ignore[misc]  # it must not work
    with pytest.raises(AttributeError, match="immutable"):
        del one._live
    with pytest.raises(TypeError, match=r"RefundCase\.open"):
        RefundCase()
    with pytest.raises(TypeError):
        one.steps[0].details["note"] = "x"  # type: ignore[index]  # it must not work
    assert copy.deepcopy(one) == one
    assert pickle.loads(pickle.dumps(one)) == one
    assert "rejected" in repr(one)


def test_the_case_id_is_derived_or_given() -> None:
    assert case().case_id == case().case_id
    assert case().case_id != case(opened="2026-02-13 10:01").case_id
    assert case(case_id="mine").case_id == "mine"


UTC = datetime.fromisoformat("2026-02-13T02:00:00+00:00")


def test_instants_are_kept_in_shanghai() -> None:
    one = case().apply("submit", at=UTC, by="buyer")
    assert one.now == UTC
    assert one.now.isoformat() == "2026-02-13T10:00:00+08:00"


OPENINGS: list[tuple[dict[str, Any], str]] = [
    ({"opened": "2026-02-10 09:59"}, "at: '2026-02-10T09:59:00+08:00'; expected not before the order was paid"),
    ({"request": {"reason": "unused"}}, "request.reason: 'unused'; expected one of changed_mind"),
    ({"request": {"kind": "exchange"}}, "request.kind: 'exchange'; expected one of refund_only, return_and_refund"),
    ({"request": {"kind": None}}, "request.kind: None; expected one of"),
    ({"request": {"sku": "SKU-2"}}, "sku: 'SKU-2'; expected a SKU of the order O-1: SKU-1"),
    ({"order": {"order_type": "barter"}}, "order_type: 'barter'; expected 'self_operated' or 'third_party' or 'virtual'"),
    ({"workflow": orders.get("virtual")}, "order.order_type: 'third_party'; expected 'virtual', the workflow's key"),
    ({"workflow": "virtual"}, "workflow: 'virtual'; expected a Workflow"),
    ({"policy": "guide"}, "policy: 'guide'; expected a Policy"),
    ({"case_id": " "}, "case_id: ' '; expected text of 1 to 200 characters"),
]


@pytest.mark.parametrize(("changes", "message"), OPENINGS)
def test_a_case_is_not_opened_with_what_does_not_fit(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(BadData) as caught:
        case(**changes)
    assert str(caught.value).startswith(message)


def test_virtual_goods_have_no_kind() -> None:
    with pytest.raises(BadData, match=r"request\.kind: 'refund_only'; expected None"):
        case("virtual", request={"kind": "refund_only"})
