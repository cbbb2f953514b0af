"""What a chain makes of a workflow and a behaviour, and every way in which they do not fit, with the place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from refund_fsm import BadData, Rule, Workflow, orders
from refund_fsm.simulate import Behaviour, Choice, Fixed, Share
from refund_fsm.simulate.chain import chain_of
from tests.exchange import WORKFLOW
from tests.samples import at
from tests.simulate.simulated import START, choice, exchanging, toyed
from tests.toys import ASK, END, TURN, A, B, toy


def virtual(**changes: Any) -> Behaviour:
    return Behaviour.default("virtual").model_copy(update=changes)


def with_row(**row: Any) -> Behaviour:
    base = Behaviour.default("virtual")
    given = {"delay": Fixed(value=1), **row}
    return base.model_copy(update={"choices": (*base.choices, Choice(**given))})


MIXED = Behaviour.default("virtual").mix[0].facts
UNREVIEWED = tuple(row for row in Behaviour.default("virtual").choices if row.state != "reviewing")


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (virtual(order_type="third_party"), r"behaviour\.order_type: 'third_party'; expected 'virtual'"),
        (with_row(state="drafty", event="cancel"), r"choices\[32\]\.state: 'drafty'; expected a state of virtual: draft, "),
        (with_row(state="refunded", event="cancel"), r"choices\[32\]\.state: 'refunded'; expected a state that is not final"),
        (with_row(state="draft", event="complain"), r"choices\[32\]\.event: 'complain'; expected .* in draft: contact_support, "),
        (with_row(state="rejected", event="complaint_timeout"), r"choices\[32\]\.event: 'complaint_timeout'"),
        (with_row(state="draft", event="cancel", actor="platform"), r"choices\[32\]\.actor: 'platform'; expected 'buyer'"),
        (with_row(state="draft", event="nothing", actor="clock", delay=None), r"choices\[32\]\.actor: 'clock'"),
        (with_row(state="draft", event="cancel", when={"evidence": True}), r"choices\[32\]\.when\.evidence: True; expected a fact of"),
        (with_row(state="draft", event="cancel", when={"reason": "bored"}), r"choices\[32\]\.when\.reason: 'bored'; expected one of"),
        (with_row(state="draft", event="cancel", when={"has_evidence": 1}), r"choices\[32\]\.when\.has_evidence: 1"),
        (virtual(facts={"amount_ok": True}), r"mix\[0\]\.facts\.other_case_open: None; expected a value, here or in"),
        (virtual(facts={"amount_ok": [True, False], "other_case_open": False}), r"facts\.amount_ok: \(True, False\); expected one"),
        (
            virtual(mix=(Share(weight=1, facts={**MIXED, "evidence_requests_left": 1}),)),
            r"mix\[0\]\.facts\.evidence_requests_left: 1; expected what a case opens with: 2",
        ),
        (virtual(choices=UNREVIEWED), r"choices: 'reviewing'; expected in every state a row that holds"),
        (
            Behaviour.default("virtual").changed(state="escalated", actor="platform", weight=0),
            r"choices\[\d+\]\.weight: 0\.0; expected weights of platform in escalated",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(behaviour: Behaviour, told: str) -> None:
    with pytest.raises(BadData, match=told):
        chain_of(orders.get("virtual"), behaviour, START)


def test_facts_that_no_order_has_are_refused() -> None:
    shop = Behaviour.default("third_party")
    lost = shop.model_copy(update={"mix": (Share(weight=1, facts={**shop.mix[0].facts, "in_window": False}),)})
    with pytest.raises(BadData, match=r"mix\[0\]\.facts: .*expected facts that some order has on 2026-02-12"):
        chain_of(orders.get("third_party"), lost, START)


def test_draws_hold_for_the_facts_and_are_accepted() -> None:
    """Evidence raises approval (A9), the kind decides which approval, and after the window only cancelling is left."""
    shop = Behaviour.default("third_party")
    chain = chain_of(orders.get("third_party"), shop, START)
    reviewing = chain.states.index("reviewing")
    events = set()
    for node in chain.nodes:
        if node.state == reviewing:
            facts = node.facts
            rows = [shop.choices[number] for drawn in node.draws[0] for number in drawn if number >= 0]
            approvals = {row.event for row in rows if row.event.startswith("approve")}
            assert approvals == {"approve_refund" if facts.kind == "refund_only" else "approve_return"}
            shares = sum(row.weight for row in rows if row.event in approvals)
            assert shares == (80 if facts.has_evidence else 58)
            events |= approvals
    assert len(events) == 2
    turned = [node for node in chain.nodes if node.bounds]
    assert turned and {chain.states[node.state] for node in turned} == {"draft", "negotiating"}
    late = at("2026-02-12 00:00") + timedelta(days=7)  # the signing day is day 1
    assert {bound for node in turned for bound in node.bounds} == {(late - START) // timedelta(seconds=1)}


def test_a_workflow_of_ones_own_serves() -> None:
    chain = chain_of(WORKFLOW, exchanging(), START)
    assert {chain.states[node.state] for node in chain.nodes} == set(WORKFLOW.states)
    workflow: Workflow = toy(Rule("T1", A, TURN, B, "assumed"), Rule("T2", B, ASK, END, "assumed"))
    assert len(chain_of(workflow, toyed(choice("a", "turn"), choice("b", "ask")), START).nodes) == 3
