"""Implementations that may be told news: random paths tell it, and one that does not heed it is found out; others are not told."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import pytest

from refund_fsm import BadData, Order, Workflow, orders
from refund_fsm.testing import CaseImplementation, verify_implementation
from refund_fsm.testing.lockstep.implementation import BareCase, abilities_of


class Counting(CaseImplementation):
    """Counts what it is told, over all cases."""

    told = 0

    def news(self, order: Order, at: datetime) -> None:
        """Counts, and tells the case."""
        type(self).told += 1
        super().news(order, at)


class Deaf(CaseImplementation):
    """Hears the news and does not heed it."""

    def news(self, order: Order, at: datetime) -> None:  # noqa: ARG002  # that is what is wrong with it
        """Only time passes."""
        self.advance(at)


def verified(make: type[BareCase], workflow: Workflow, **more: Any) -> Any:
    """The report of random paths alone."""
    return verify_implementation(partial(make, workflow), workflow, criterion=(), isolation="none", **{"examples": 200, **more})


@pytest.mark.parametrize("key", orders.keys())
def test_a_case_does_with_news_as_the_model_says(key: str) -> None:
    Counting.told = 0
    report = verified(Counting, orders.get(key))
    assert report.divergence is None
    assert Counting.told > 200


def test_one_that_does_not_heed_the_news_is_found_out_with_the_news_in_the_trace() -> None:
    report = verified(Deaf, orders.get("third_party"))
    assert report.divergence is not None and report.divergence.kind == "acceptance"
    lines = report.trace.lines("en")
    assert any("news of the order: " in line for line in lines)
    assert any("订单有新情况：" in line for line in report.trace.lines("zh"))
    assert "\n  to be refused (guard_failed): " in report.text("en"), "judged by the order as the case knows it then"
    told = [step for step in report.counterexample.steps if "order" in step.details]
    assert told and report.counterexample.replay(orders.get("third_party")).news
    assert report.counterexample.to_dict()["steps"][0]["details"]["order"]["id"] == told[0].details["order"].id


def test_the_test_that_is_written_tells_the_news() -> None:
    report = verified(Deaf, orders.get("third_party"))
    written = report.reproduction()
    assert "service.news(Order.model_validate_json(" in written


def test_one_without_ears_is_not_told() -> None:
    assert not abilities_of(BareCase(orders.get("virtual"))).hears
    assert abilities_of(CaseImplementation(orders.get("virtual"))).hears
    assert verified(BareCase, orders.get("virtual"), examples=50).divergence is None


class Odd(CaseImplementation):
    """Takes something else as news."""

    def news(self, order: Order) -> None:  # type: ignore[override]  # that is what is tested
        """Nothing."""


def test_news_that_cannot_be_called_so_is_said() -> None:
    with pytest.raises(BadData, match=r"make\(\).news: .*expected a method that can be called as news\(order, at\)"):
        verified(Odd, orders.get("virtual"))
