"""Which edition of a table and of a profile holds at an instant, and that a case keeps the one it was opened under."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from refund_fsm import BadData, Order, OrderLine, Policy, RefundCase, RefundRequest, SavedCaseError, Workflow, orders
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import platform
from refund_fsm.workflow.special import SpecialPeriod

FIRST = orders.get("shop_official")
CHANGE = datetime(2026, 6, 1, tzinfo=SHANGHAI)
ORDER = Order(
    id="O-1",
    order_type="shop_official",
    lines=[OrderLine(sku="A", title="杯子", quantity=1, paid_fen=9900)],
    paid_at=datetime(2026, 5, 20, 9, tzinfo=SHANGHAI),
)
REQUEST = RefundRequest(sku="A", kind="refund_only", reason="not_shipped")


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> Workflow:
    """A second edition from `CHANGE` on: the platform refunds nothing at once any more."""
    made = Workflow(**{**_arguments(), "rules": tuple(r for r in FIRST.rules if r.event.name != "fast_refund"), "holds_from": CHANGE})
    module = ModuleType("tests_second_edition")
    module.WORKFLOW = made  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(orders.REGISTRY, "shop_official", ("refund_fsm.orders.shop_official", module.__name__))
    return made


def _arguments() -> dict[str, Any]:
    from dataclasses import fields

    return {one.name: getattr(FIRST, one.name) for one in fields(Workflow)}


def opened(at: datetime, **more: Any) -> RefundCase:
    return RefundCase.open(ORDER, REQUEST, at=at, **more)


def test_the_newest_is_given_and_the_one_in_force_is_found(second: Workflow) -> None:
    assert orders.get("shop_official") is second and orders.editions("shop_official") == (FIRST, second)
    assert orders.at("shop_official", CHANGE) is second
    assert orders.at("shop_official", CHANGE - timedelta(microseconds=1)) is FIRST
    with pytest.raises(BadData, match="2025-12-24"):
        orders.at("shop_official", datetime(2025, 12, 1, tzinfo=SHANGHAI))
    with pytest.raises(BadData, match="order_type"):
        orders.at("shop", CHANGE)
    with pytest.raises(BadData, match="time zone"):
        orders.at("shop_official", CHANGE.replace(tzinfo=None))


def test_a_case_keeps_the_edition_it_was_opened_under(second: Workflow) -> None:
    before = opened(CHANGE - timedelta(hours=1))
    assert before.workflow is FIRST
    filed = before.apply("submit", at=CHANGE + timedelta(hours=1), by="buyer")
    assert filed.workflow is FIRST and filed.apply("fast_refund", at=filed.now, by="platform").state.key == "refunding"
    after = opened(CHANGE)
    assert after.workflow is second and not any(v.event == "fast_refund" for v in after.actions(at=CHANGE, by="platform"))


def test_a_saved_case_is_read_under_its_own_edition(second: Workflow) -> None:
    for at, expected in ((CHANGE - timedelta(hours=1), FIRST), (CHANGE, second)):
        case = opened(at).apply("submit", at=at, by="buyer")
        assert RefundCase.from_json(case.to_json()) == case and RefundCase.from_json(case.to_json()).workflow is expected


def test_of_editions_that_do_the_same_the_one_in_force_at_the_opening_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("tests_reworded_edition")
    module.WORKFLOW = Workflow(**{**_arguments(), "holds_from": CHANGE})  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setitem(orders.REGISTRY, "shop_official", ("refund_fsm.orders.shop_official", module.__name__))
    reworded: Workflow = module.WORKFLOW
    assert reworded.fingerprint == FIRST.fingerprint
    for at, expected in ((CHANGE - timedelta(hours=1), FIRST), (CHANGE, reworded)):
        case = opened(at)
        assert case.workflow is expected is RefundCase.from_json(case.to_json()).workflow


def test_a_case_of_an_edition_that_is_not_there_is_refused(second: Workflow, monkeypatch: pytest.MonkeyPatch) -> None:
    text = opened(CHANGE).to_json()
    monkeypatch.setitem(orders.REGISTRY, "shop_official", "refund_fsm.orders.shop_official")
    assert second not in orders.editions("shop_official")
    with pytest.raises(SavedCaseError, match="saved under another table"):
        RefundCase.from_json(text)


def test_without_a_policy_the_edition_of_the_profile_in_force_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    row = SpecialPeriod(limit="unshipped_review_hours", start=CHANGE, end=CHANGE + timedelta(days=9), days=9)
    monkeypatch.setitem(platform._EDITIONS, "2026-06-02", platform.Edition("2026-06-02", CHANGE, (row,)))
    platform.edition_at(None)
    assert opened(CHANGE).policy == Policy(special=(row,)) == FIRST.default_policy()
    assert opened(CHANGE - timedelta(hours=1)).policy == Policy.platform("2026-03-09")
    shop = ORDER.model_copy(update={"order_type": "third_party"})
    assert RefundCase.open(shop, REQUEST, at=CHANGE).policy == Policy.guide()


def test_a_policy_of_ones_own_is_kept() -> None:
    case = opened(CHANGE, policy=Policy.guide())
    assert case.policy == Policy.guide() and RefundCase.from_json(case.to_json()).policy == Policy.guide()


def test_a_module_of_ones_own_is_registered_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(orders.REGISTRY, "more", "refund_fsm.orders.virtual")
    assert orders.get("more") is orders.get("virtual") and orders.editions("more") == (orders.get("virtual"),)
