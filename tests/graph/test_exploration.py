"""The configuration graph is what a plain reading of the table finds, by asking the machine as seldom as can be."""

from __future__ import annotations

import gc
import itertools
import weakref
from dataclasses import replace
from typing import Any

import pytest
from transitions import Event as MachineEvent

from refund_fsm import BadData, Policy, orders
from refund_fsm.graph.configurations import ACCEPTED, explore
from refund_fsm.workflow.facts import reads_of
from tests.graph.plain_reading import ESCALATES, GRAPHS, GUIDE, configs_of, plain
from tests.small import build

COUNTS = [
    # order type, policies, configurations in all
    ("self_operated", (GUIDE,), 15_588),
    ("third_party", (GUIDE, ESCALATES), 31_240),
    ("virtual", (GUIDE,), 1_088),
    ("shop_official", (GUIDE,), 172_608),
]


@pytest.mark.parametrize(("order_type", "policies", "count"), COUNTS)
def test_as_many_configurations_as_an_independent_reading_finds(order_type: str, policies: tuple[Policy, ...], count: int) -> None:
    graphs = [explore(orders.get(order_type), policy) for policy in policies]
    assert sum(map(len, graphs)) == count


@pytest.mark.parametrize("order_type", orders.keys())
def test_the_openings_are_all_sets_of_facts_that_a_case_can_open_with(order_type: str) -> None:
    workflow = orders.get(order_type)
    graph = explore(workflow)
    starts = [one.start(GUIDE) for one in workflow.fact_fields]
    opened = {(graph.states[graph.state_of[i]], graph.facts_of(i)) for i in graph.openings}
    possible = {(workflow.initial.key, workflow.facts(*values)) for values in itertools.product(*starts)}
    assert len(opened ^ possible) == 0
    assert len(opened) == len(graph.openings)


@pytest.mark.parametrize(("order_type", "policy"), GRAPHS)
def test_every_cell_is_what_the_table_says(order_type: str, policy: Policy) -> None:
    graph = explore(orders.get(order_type), policy)
    expected = plain(order_type, policy)
    configs = configs_of(graph)
    met = [(i, config) for i, config in enumerate(configs) if config in expected]
    assert len(met) == len(expected)  # sets would take minutes to show
    assert order_type == "shop_official" or len(met) == len(configs), "only what is too large is read in part"
    width = len(graph.events)
    for i, config in met:
        for e, (status, rule, failed, after) in enumerate(expected[config]):
            cell = i * width + e
            assert graph.status[cell] == status
            assert graph.rule_at[cell] == (-1 if rule is None else graph.rule_number[rule])
            assert graph.failed(i, e) == failed
            assert (None if graph.successor[cell] < 0 else configs[graph.successor[cell]]) == after


@pytest.mark.parametrize("order_type", orders.keys())
def test_shapes_names_and_limits(order_type: str) -> None:
    workflow = orders.get(order_type)
    for graph in (explore(workflow), explore(workflow).merged()):
        width = len(workflow.events)
        assert (graph.states, graph.events, graph.rules) == (tuple(workflow.states), tuple(workflow.events), tuple(workflow.by_id))
        assert [graph.state_number[key] for key in graph.states] == list(range(len(graph.states)))
        assert [graph.event_number[name] for name in graph.events] == list(range(width))
        assert [graph.rule_number[rule] for rule in graph.rules] == list(range(len(graph.rules)))
        for table in (graph.successor, graph.rule_at, graph.failed_at, graph.status):
            assert len(table) == len(graph) * width and table.readonly
        for i in range(len(graph)):
            assert graph.limit_of(i) == workflow.group_of.get(graph.states[graph.state_of[i]], -1)
        with pytest.raises(TypeError):
            graph.successor[0] = 0


@pytest.mark.parametrize("order_type", orders.keys())
def test_names_and_facts_lead_back_to_the_configuration(order_type: str) -> None:
    graph = explore(orders.get(order_type))
    merged = graph.merged()
    for i, (state, facts) in enumerate(configs_of(graph)):
        assert graph.index(state, facts) == i
        assert merged.index(state, replace(facts)) == merged.block_of[i]


def test_it_is_the_machine_that_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = build()
    monkeypatch.setattr(MachineEvent, "trigger", lambda *_, **__: False)
    graph = explore(workflow)
    assert len(graph) == len(graph.openings)
    assert not any(status == ACCEPTED for status in graph.status)


@pytest.mark.parametrize("order_type", orders.keys())
def test_the_machine_is_asked_once_for_each_answer_that_can_differ(order_type: str, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = replace(orders.get(order_type))
    domains = workflow.domains(GUIDE)
    reads = {
        cell: sorted({name for rule in rules for one in rule.when for name in reads_of(one, domains)})
        for cell, rules in workflow.rules_at.items()
    }
    asked: list[tuple[Any, ...]] = []
    trigger = MachineEvent.trigger

    def spy(self: MachineEvent, model: Any, facts: Any) -> bool:
        asked.append((model.state, self.name, *(getattr(facts, name) for name in reads[model.state, self.name])))
        return bool(trigger(self, model, facts))

    monkeypatch.setattr(MachineEvent, "trigger", spy)
    explore(workflow)
    assert len(asked) == len(set(asked))
    assert {place[:2] for place in asked} == set(workflow.rules_at)


@pytest.mark.parametrize("order_type", orders.keys())
def test_what_is_not_in_the_graph_is_bad_data(order_type: str) -> None:
    raw = explore(orders.get(order_type))
    configs = configs_of(raw)
    known = set(configs)
    stranger = next(c for c in ((raw.states[0], facts) for facts in raw.facts) if c not in known)
    for graph in (raw, raw.merged()):
        with pytest.raises(BadData, match=r"state: 'Draft'; expected a state of the workflow: "):
            graph.index("Draft", raw.facts[0])
        with pytest.raises(BadData, match=r"facts: \{\}; expected an object of the class "):
            graph.index(raw.states[0], {})
        with pytest.raises(BadData, match=f"expected facts that are reached in {raw.states[0]}"):
            graph.index(*stranger)


def test_facts_that_another_policy_fixes_are_not_in_the_graph() -> None:
    workflow = orders.get("third_party")
    facts = explore(workflow, ESCALATES).facts_of(0)
    assert facts.on_merchant_silence == "escalate"
    with pytest.raises(BadData, match="under the graph's policy"):
        explore(workflow).index("draft", facts)
    assert {one.on_merchant_silence for one in explore(workflow).facts} == {"approve"}


def test_one_graph_for_one_workflow_and_what_its_facts_can_be() -> None:
    workflow = orders.get("third_party")
    graph = explore(workflow)
    assert explore(workflow, Policy.guide()) is graph and graph.merged() is graph.merged()
    assert explore(workflow, Policy(return_days=3)) is graph, "a length of time is no fact"
    assert explore(workflow, ESCALATES) is not graph
    assert len(explore(workflow, Policy(max_resubmissions=0))) < len(graph) < len(explore(workflow, Policy(max_resubmissions=3)))
    assert explore(replace(workflow)) is not graph


def test_a_graph_does_not_keep_its_workflow_alive() -> None:
    workflow = build()
    graph = explore(workflow)
    graph.merged()
    gone = weakref.ref(workflow)
    del workflow
    gc.collect()
    assert gone() is None
    assert len(graph) > 0 and "configurations" in repr(graph)
