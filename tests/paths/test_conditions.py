"""Whole truth tables are met in few calls, and what is not met is said; `mcdc` is the smaller criterion."""

from __future__ import annotations

from dataclasses import make_dataclass
from datetime import datetime
from itertools import product
from typing import Any

import pytest

from refund_fsm import Guard, Order, OrderLine, Policy, RefundRequest, Rule, Text, orders, paths
from refund_fsm.errors import TooLong
from refund_fsm.graph import explore
from refund_fsm.paths import truth
from refund_fsm.paths.conditions import rows_of, turning
from refund_fsm.paths.flow import Arc, least_cost
from refund_fsm.paths.hops import Hops
from refund_fsm.paths.tour import least_calls
from refund_fsm.paths.truth import name_of, row_of, size_of, tables_of
from refund_fsm.scenario import START
from tests.paths.brute import SMALL, fewest_calls
from tests.paths.suites import attempts, suite_of
from tests.toys import END, GO, A, toy
from tests.workflows import ALL, EVEN_AWKWARD

SHOP = orders.get("third_party")
EVERY_SMALL = pytest.mark.parametrize("key", SMALL)
MOST = 1.3  # times the bound: what a suite may have


@EVERY_SMALL
def test_the_bound_lies_below_the_fewest_calls_and_the_suite_near_it(key: str) -> None:
    workflow = SMALL[key]
    hops, suite = Hops(workflow, Policy.guide()), paths.cover(workflow, "conditions", Policy.guide())
    bound, fewest = least_calls(hops, rows_of(hops)), fewest_calls(hops)
    assert len(rows_of(hops)) <= bound <= fewest <= suite.steps
    assert suite.least_steps == bound and suite.steps <= MOST * bound


@pytest.mark.parametrize("criterion", ["conditions", "mcdc"])
@pytest.mark.parametrize("key", [key for key in EVEN_AWKWARD if key != "shop_official"])
def test_suites_are_short(key: str, criterion: str) -> None:
    workflow = EVEN_AWKWARD[key]
    suite = paths.cover(workflow, criterion)
    assert suite.least_steps <= suite.steps <= (MOST if criterion == "conditions" else 1.4) * suite.least_steps
    assert not [name for name in suite.infeasible if "led there" in name]


@pytest.mark.parametrize("key", ["self_operated", "virtual", "exchange"])
def test_every_combination_that_the_graph_has_is_met(key: str) -> None:
    """Where no filing comes later than the opening, cases meet what the configuration graph has, and nothing else."""
    workflow, policy = ALL[key], Policy.guide()
    graph = explore(workflow, policy)
    wanted = set()
    can_open = {config for config in graph.openings if workflow.make_up(graph.facts_of(config), START) is not None}
    seen, todo = set(can_open), list(can_open)
    width = len(graph.events)
    for config in todo:
        for after in graph.successor[config * width : (config + 1) * width]:
            if after >= 0 and after not in seen:
                seen.add(after)
                todo.append(after)
    for config in seen:
        state = graph.states[graph.state_of[config]]
        for event in workflow.events.values():
            if (state, event.name) in workflow.rules_at:
                wanted.add(name_of(workflow, row_of(workflow, state, event.name, graph.facts_of(config))))
    assert set(suite_of(key, "conditions").goals) == wanted


def test_a_window_kept_by_talking_is_among_the_combinations() -> None:
    """The facts of a later filing, which no opening has and the configuration graph does not hold."""
    goals = suite_of("third_party", "conditions").goals
    kept = [name for name in goals if "in_window=no" in name and "window_kept=yes" in name]
    assert {name.split(":")[0] for name in kept} == {"draft submit", "negotiating submit"}
    assert all("goods=signed" in name for name in kept)


def test_what_no_case_meets_is_listed_with_the_reason() -> None:
    suite = suite_of("third_party", "conditions")
    assert "negotiating submit: amount_ok=no (no case comes there so)" in suite.infeasible
    met = {name for name in suite.goals if name.startswith("negotiating submit:")}
    assert met and not [name for name in met if "amount_ok=no" in name]
    domains = {one.name: one.domain(suite.policy) for one in SHOP.fact_fields}
    names = tables_of(SHOP)["negotiating", "submit"]
    cubes = [_cube(name) for name in suite.infeasible if name.startswith("negotiating submit:")]
    for values in product(*(domains[name] for name in names)):
        row = dict(zip(names, map(truth.told, values), strict=True))
        told = f"negotiating submit: {', '.join(f'{name}={value}' for name, value in row.items())}"
        assert (told in met) != any(cube.items() <= row.items() for cube in cubes), "a row is met, or one line says that it is not"


def _cube(line: str) -> dict[str, str]:
    facts = line.split(": ")[1].split(" (")[0]
    return dict(one.split("=", 1) for one in facts.split(", "))


def test_mcdc_turns_the_verdict_by_each_fact_alone() -> None:
    hops = Hops(SHOP, Policy.guide())
    wanted = turning(hops)
    assert set(wanted) < set(rows_of(hops)) and set(suite_of("third_party", "mcdc").goals) == {name_of(SHOP, row) for row in wanted}
    names = tables_of(SHOP)["draft", "submit"]
    rows = [row for row in wanted if (row.state, row.event) == ("draft", "submit")]
    for place, name in enumerate(names):
        alone = [
            (one, other)
            for one in rows
            for other in rows
            if one.values[place] != other.values[place]
            and (*one.values[:place], *one.values[place + 1 :]) == (*other.values[:place], *other.values[place + 1 :])
        ]
        assert alone, f"{name} alone"


def test_too_many_combinations_are_said_before_any_is_looked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(truth, "MAX_ROWS", size_of(SHOP, Policy.guide()) - 1)
    with pytest.raises(TooLong, match=r"3,151 rows together, and truth\.MAX_ROWS is 3,150; submit in draft alone reads 8 facts.*mcdc"):
        truth.check_size(SHOP, Policy.guide())


def test_what_is_covered_is_seen_in_cases() -> None:
    suite = suite_of("virtual", "conditions")
    some = [one for number, one in enumerate(attempts(suite)) if number % 2]
    covered = suite.coverage(some)
    assert 0 < len(covered.reached) < len(suite.goals)


def test_the_cheapest_flow_carries_what_arcs_ask_for() -> None:
    """Two units must pass b, which is fed directly at 5 or through c at 2; one more must pass c, which is fed at 1."""
    arcs: dict[Arc, tuple[int, int]] = {("a", "b"): (0, 5), ("b", "a"): (2, 0), ("a", "c"): (0, 1), ("c", "a"): (1, 0), ("c", "b"): (0, 1)}
    assert least_cost(arcs) == 2 * 2 + 1


def test_more_facts_than_can_be_combined_are_left_to_mcdc(monkeypatch: pytest.MonkeyPatch) -> None:
    """Many facts of one guard: the size is said at once, `conditions` names its cap, and `mcdc` asks for a row of each fact alone."""
    monkeypatch.setattr(truth, "MAX_ROWS", 2**6)
    names = [f"f{number}" for number in range(7)]
    facts = make_dataclass("Many", [(name, bool) for name in names], frozen=True)
    every = Guard("every", lambda one: all(getattr(one, name) for name in names), Text("全", "all of it"))

    def example_of(wanted: Any, at: datetime) -> tuple[Order, RefundRequest]:
        line = OrderLine(sku="S", title="物", quantity=1, paid_fen=100)
        order = Order(id="T", order_type="many", lines=(line,), paid_at=at, attributes={name: getattr(wanted, name) for name in names})
        return order, RefundRequest(sku="S", reason="any")

    def facts_of(order: Order, *_: Any) -> Any:
        return facts(**{name: order.attributes[name] for name in names})

    many = toy(Rule("1", A, GO, END, "assumed", when=(every,))).variant(key="many", facts=facts, facts_of=facts_of, example_of=example_of)
    assert size_of(many, Policy.guide()) == 2**7 > truth.MAX_ROWS
    with pytest.raises(TooLong, match=r"128 rows together, and truth\.MAX_ROWS is 64; go in a alone reads 7 facts.*Use mcdc"):
        paths.cover(many, "conditions")
    assert len(paths.cover(many, "mcdc").goals) == 8
