"""Two open-source shops held against the platform's own rules: where their tables depart, and what blocks a case in them.

Their states are read by the platforms' files, so these and the tables hold each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from refund_fsm import Order, RefundCase, RefundRequest, orders, platforms, soundness
from refund_fsm.testing import BareCase, Names, verify_implementation
from tests.examples import litemall, yudao
from tests.samples import at

OFFICIAL = orders.get("shop_official")
SHOPS = {"yudao": (yudao.WORKFLOW, yudao.OURS), "litemall": (litemall.WORKFLOW, litemall.OURS)}


def ours(shop: str, state: str) -> frozenset[str]:
    """The states of the platform's table that a shop's state can be; before anything is filed there is a draft."""
    workflow, platform = SHOPS[shop][0], platforms.get(shop)
    return frozenset({"draft"}) if state == workflow.initial.key else platform.meaning(status=state).within(OFFICIAL)


def alone(shop: str) -> set[str]:
    """Rules of a shop that the platform's table has in no state that is meant."""
    workflow, names = SHOPS[shop]
    return {rule.id for rule in workflow.rules if not any(_matches(shop, rule.id, ours_name) for ours_name in names)}


def _matches(shop: str, id: str, event: str) -> bool:
    workflow, names = SHOPS[shop]
    theirs = next(rule for rule in workflow.rules if rule.id == id)
    if names[event] != theirs.event.name:
        return False
    source, dest = ours(shop, theirs.source.key), ours(shop, theirs.dest.key)
    return any(rule.event.name == event and rule.source.key in source and rule.dest.key in dest for rule in OFFICIAL.rules)


@pytest.mark.parametrize("shop", SHOPS)
def test_a_shops_states_are_the_codes_that_its_file_has(shop: str) -> None:
    workflow = SHOPS[shop][0]
    codes = {code.value: code for code in platforms.get(shop).field("status").codes}
    assert codes.keys() | {"none"} == workflow.states.keys() | {"none"}
    for key, code in codes.items():
        assert code.final in (workflow.states[key].final, None)
        actors = {rule.event.actor.key for rule in workflow.rules if rule.source.key == key and rule.dest.key != rule.source.key}
        assert set(code.turn) & actors or not actors or key == workflow.initial.key


@pytest.mark.parametrize(("shop", "rules"), [("yudao", {"Y13"}), ("litemall", {"L02"})])
def test_what_a_shop_lets_happen_that_the_platform_does_not(shop: str, rules: set[str]) -> None:
    """yudao's buyer cancels while the parcel travels; litemall takes a second submission while the first is pending."""
    assert alone(shop) == rules


@pytest.mark.parametrize("shop", SHOPS)
def test_a_payment_that_failed_cannot_be_told_from_one_under_way(shop: str) -> None:
    told = {state: ours(shop, state) for state in SHOPS[shop][0].states}
    assert [states for states in told.values() if "refund_failed" in states] == [{"refunding", "refund_failed"}]
    assert platforms.get(shop).meaning(status="40" if shop == "yudao" else "2").narrowed_by == (), "no other field tells it"


@pytest.mark.parametrize("shop", SHOPS)
def test_a_shop_has_no_time_limits_and_so_somebody_can_block_it(shop: str) -> None:
    workflow = SHOPS[shop][0]
    assert not workflow.limits
    clocked = {code for code in workflow.states for state in ours(shop, code) if state in OFFICIAL.limits_at}
    blocked = {finding.subject.split()[-1] for finding in soundness.check(workflow).findings if finding.kind == "blocker"}
    assert blocked - {workflow.initial.key} == {"yudao": {"20", "40"}, "litemall": {"2"}}[shop]
    assert blocked - {workflow.initial.key} < clocked, "where the platform has a limit"


def test_a_second_submission_is_taken_while_the_first_is_pending() -> None:
    order, request = litemall.example_of(litemall.Facts(received=True, amount_ok=True), at("2026-03-02 10:00"))
    case = RefundCase.open(order, request, at=at("2026-03-02 10:00"), workflow=litemall.WORKFLOW)
    for minute in (1, 2):
        case = case.apply("submit", at=at(f"2026-03-02 10:0{minute}"), by="buyer")
    assert [step.dest.key for step in case.steps] == ["1", "1"]


class Yudao(BareCase):
    """yudao under our names: it has no drafts, takes a payment up by itself, and what its buttons do not show cannot be clicked."""

    def __init__(self) -> None:
        super().__init__(yudao.WORKFLOW)
        self.left = False

    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        super().open(order.model_copy(update={"order_type": "yudao"}), request, at)

    def state(self) -> str:
        return "61" if self.left else super().state()

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        facts = self.opened.steps[-1].after if self.opened.steps else None
        wrong = {"approve_refund": "return_and_refund", "approve_return": "refund_only"}
        if self.left or event not in yudao.OURS or (facts is not None and facts.kind == wrong.get(event)):
            return False
        if event == "cancel" and facts is None:
            self.left = by == "buyer"
            return self.left
        if event == "retry_payout":
            return by == "payment" and facts is not None and not facts.paying and super().apply("refund", "merchant", at, {})
        taken = super().apply(yudao.OURS[event], by, at, details)
        if taken and self.state() == "40" and event != "payout_failed":
            super().apply("refund", "merchant", at, {})
        return taken


def test_in_lockstep_it_departs_where_a_refused_case_is_over_and_where_goods_are_exchanged() -> None:
    unseen = OFFICIAL.states.keys() & set(platforms.get("yudao").unseen) - {"draft"}
    states = {state: ours("yudao", state) for state in yudao.WORKFLOW.states}
    absent = [event for event in OFFICIAL.events if event not in yudao.OURS]
    names = Names(states={**states, "(no code)": unseen}, absent=absent)
    report = verify_implementation(
        Yudao, OFFICIAL, criterion="rules", examples=0, names=names, isolation="none", most=6, max_search_calls=60
    )
    found = {(one.group.kind, one.group.event, one.group.expected) for one in report.divergences}
    assert found == {("acceptance", "cancel", "P48"), ("acceptance", "submit", "P01")}
    kinds = {one.group.event: one.counterexample.opening.request.kind for one in report.divergences}
    assert kinds["submit"] == "exchange"
