"""Drawn cases are spread over the states as the docstring of `cases` says, and what fails shrinks to a plain opening."""

from __future__ import annotations

import random
from collections import Counter
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from refund_fsm import Order, Policy, RefundCase, RefundRequest, Workflow, orders
from refund_fsm.testing import CaseImplementation, machine_for
from refund_fsm.testing.hypothesis import registration
from refund_fsm.testing.hypothesis.aims import AIM_BYTES, aimed, aims_of
from refund_fsm.testing.hypothesis.paths import BYTES
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.model import Table
from refund_fsm.testing.lockstep.names import fit
from refund_fsm.testing.lockstep.random_paths import random_paths
from refund_fsm.testing.openings import FIRST_DAY, OPENING_BYTES, Choices, openings_of, plain_opening_of
from refund_fsm.testing.strategies import cases, orders_and_requests
from tests.workflows import EVERY_WORKFLOW_AND_OWN

MOVES = 30
GUIDE = Policy.guide()
SURE = settings(database=None, derandomize=True, deadline=None, suppress_health_check=tuple(HealthCheck))


def led(workflow: Workflow, number: int, moves: int = MOVES) -> tuple[str, RefundCase]:
    """The state that bytes of a fixed seed aim at, and the case that they stand for."""
    aims = aims_of(workflow, GUIDE)
    assert aims is not None
    states = aims.states(moves)
    data = bytes([number % len(states)]) + random.Random(number).randbytes(AIM_BYTES - 1 + OPENING_BYTES + BYTES * moves)
    return states[number % len(states)], aimed(data, workflow, GUIDE).case


@EVERY_WORKFLOW_AND_OWN
def test_nine_in_ten_arrive_wherever_they_are_led(workflow: Workflow) -> None:
    arrived, asked = Counter[str](), Counter[str]()
    for number in range(20 * len(workflow.states)):
        state, case = led(workflow, number)
        asked[state] += 1
        arrived[state] += case.state.key == state
    assert set(asked) == set(workflow.states), "every state is aimed at"
    for state, often in asked.items():
        assert arrived[state] >= 0.9 * often, state


def test_paths_to_one_state_differ() -> None:
    shop = orders.get("third_party")
    found = {tuple(step.rule.id for step in case.steps) for state, case in (led(shop, n) for n in range(340)) if state == "refunded"}
    assert len(found) >= 6


def test_few_moves_lead_to_near_states_alone() -> None:
    shop = orders.get("third_party")
    for number in range(60):
        state, case = led(shop, number, moves=2)
        assert case.state.key == state and len(case.steps) <= 2 * 2
    assert {led(shop, number, moves=0)[1].state.key for number in range(9)} == {"draft"}


def test_any_case_of_the_package_is_as_often_in_dispute_as_in_any_state() -> None:
    registration.register()
    seen = Counter[tuple[str, str]]()

    @settings(SURE, max_examples=800)
    @given(st.from_type(RefundCase))
    def drawn(case: RefundCase) -> None:
        seen[case.workflow.key, case.state.key] += 1

    drawn()
    for key in orders.keys():
        states = orders.get(key).states
        even = sum(often for (one, _), often in seen.items() if one == key) / len(states)
        for state in states:
            assert seen[key, state] >= even / 3, (key, state)


def test_the_simplest_case_is_one_just_opened() -> None:
    shop = orders.get("third_party")
    case = find(cases(shop), lambda _: True, settings=settings(SURE, max_examples=200))
    plain = plain_opening_of(Choices(b""), shop, GUIDE)
    assert case.steps == () and case.order == plain.order and case.opened_at == FIRST_DAY.replace(hour=10)


Opened = tuple[Order, RefundRequest, datetime]


@pytest.mark.parametrize(
    "wanted",
    [{"reason": "quality"}, {"goods": "signed"}, {"kind": "return_and_refund", "reason": "not_as_described"}],
    ids=["quality", "signed", "not as described"],
)
def test_an_opening_is_plain_in_every_fact_that_does_not_matter(wanted: dict[str, Any]) -> None:
    shop = orders.get("third_party")

    def matters(opening: Opened) -> bool:
        facts = shop.derive(*opening, GUIDE)
        return all(getattr(facts, name) == value for name, value in wanted.items())

    order, request, at = find(orders_and_requests(shop), matters, settings=settings(SURE, max_examples=3000))
    facts, fruitful = shop.derive(order, request, at, GUIDE), openings_of(shop, GUIDE).fruitful
    assert (order.id, len(order.lines), order.payment_method, request.description) == ("ORDER-1", 1, "wechat", "")
    for one in shop.fact_fields:
        if one.name in wanted:
            continue
        for value in one.start(GUIDE):
            if value == getattr(facts, one.name):
                break
            plainer = type(facts)(**{**_as_dict(facts), one.name: value})
            assert plainer not in fruitful, f"{one.name} could be {value!r}"


def _as_dict(facts: Any) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in type(facts).__dataclass_fields__}


def test_the_opening_of_a_machines_counterexample_shrinks_to_a_plain_one() -> None:
    virtual = orders.get("virtual")
    careless = virtual.variant(rules=[rule for rule in virtual.rules if not rule.event.files])
    opened: list[Opened] = []

    class Machine(machine_for(lambda: CaseImplementation(careless), virtual)):  # type: ignore[misc]  # a class made for the workflow
        def begin(self, opening: Opened) -> None:
            opened.append(opening)
            super().begin(opening)

    with pytest.raises(AssertionError, match="apply gave False; expected True"):
        run_state_machine_as_test(Machine, settings=settings(SURE, max_examples=30, phases=[Phase.generate, Phase.shrink]))
    plain = plain_opening_of(Choices(b""), virtual, GUIDE)
    assert opened[-1] == tuple(plain)


def spread_over(opened: list[Any], least: int) -> None:
    """That openings have facts of nearly as many sets as there are, that most let the case go on, and every value of every fact."""
    shop = orders.get("third_party")
    known = set(openings_of(shop, GUIDE).fruitful)
    assert len(set(opened)) >= least and sum(one in known for one in opened) >= 0.75 * len(opened)
    for one in shop.fact_fields:
        assert {getattr(facts, one.name) for facts in opened} == set(one.start(GUIDE)), one.name


def test_each_random_walk_has_an_opening_of_its_own() -> None:
    shop = orders.get("third_party")
    walks = random_paths(Table(fit(None, shop), GUIDE), Abilities(True, False, False), 300, 0)
    spread_over([shop.derive(*walk.opening, GUIDE) for walk in walks], least=220)


def test_each_run_of_a_machine_has_an_opening_of_its_own() -> None:
    """`machine_for` opens with what this strategy gives."""
    shop, opened = orders.get("third_party"), list[Any]()

    @settings(SURE, max_examples=200, phases=[Phase.generate])
    @given(orders_and_requests(shop))
    def drawn(opening: Opened) -> None:
        opened.append(shop.derive(*opening, GUIDE))

    drawn()
    spread_over(opened, least=120)
