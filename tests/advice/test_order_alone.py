"""What an order is told for which nothing was filed."""

from __future__ import annotations

from itertools import chain
from typing import Any

import pytest

from refund_fsm.advice import advise
from tests.advice.asked import said, tips
from tests.advice.situations import FAULT, ORDERS, PLACES
from tests.samples import at, order


@pytest.mark.parametrize(("order_type", "changes", "when", "events", "fits"), ORDERS)
def test_an_order_is_told_what_can_be_filed_and_on_what_ground(
    order_type: str, changes: dict[str, Any], when: str, events: list[str], fits: str
) -> None:
    advice = advise(order(order_type, **changes), at(when))
    assert [tip.event for tip in tips(advice, "next")] == events
    assert fits in said(advice, "kind")


@pytest.mark.parametrize(("order_type", "changes", "when", "topic", "cites", "text"), PLACES)
def test_a_heading_says_and_cites_what_applies(
    order_type: str, changes: dict[str, Any], when: str, topic: str, cites: set[str], text: str
) -> None:
    advice = advise(order(order_type, **changes), at(when))
    text = text.replace("sold", "由小红书销售和发货")
    assert text in said(advice, topic)
    assert cites <= set(chain.from_iterable(tip.cites for tip in tips(advice, topic)))


def test_a_larger_amount_is_not_called_small() -> None:
    advice = advise(order("third_party", line={"paid_fen": 5001}), at("2026-02-13 09:00"))
    assert [tip.cites for tip in tips(advice, "last_resort")] == [("D7",)]


def test_lines_of_which_different_things_are_said_are_named() -> None:
    line = order().lines[0]
    other = line.model_copy(update={"sku": "SKU-2", "title": "蛋糕", "no_reason_excluded": True})
    advice = advise(order().model_copy(update={"lines": (line, other)}), at("2026-02-13 09:00"))
    text = said(advice, "kind")
    assert "“杯子”: For the reason changed mind or wrong size or colour: return and refund." in text
    assert "“蛋糕”: Not possible now for the reason changed mind or wrong size or colour." in text
    assert f"\nFor the reason {FAULT}" in text, "said of both, so without a title"


def test_a_reason_that_is_refused_has_the_refusal_of_its_nearest_kind() -> None:
    """Out of the window a change of mind fails by the window alone as a return, and by more as a refund only."""
    advice = advise(order("self_operated"), at("2026-02-19 00:00"))
    [line] = [tip.text.en for tip in tips(advice, "kind") if "Not possible now for the reason changed mind" in tip.text.en]
    assert line.endswith("wrong size or colour. The seven-day window ended on 18 February 2026 at 24:00; signed on 12 February, counted "
                         "from the signing day (D4).")  # fmt: skip  # one sentence
