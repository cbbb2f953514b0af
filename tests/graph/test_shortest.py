"""Shortest paths from what an order can open with lead everywhere and replay; and the choices that a policy has."""

from __future__ import annotations

import json

import pytest

from refund_fsm import WorkflowError, orders
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths, choices
from refund_fsm.scenario.path import START
from tests.graph.plain_reading import GUIDE
from tests.workflows import ALL, EVERY_KEY_AND_OWN


@EVERY_KEY_AND_OWN
def test_a_shortest_path_leads_to_every_class_and_replays(key: str) -> None:
    workflow = ALL[key]
    graph = explore(workflow).merged()
    shortest = ShortestPaths(workflow, workflow.default_policy(), graph)
    assert len(shortest.tree) == (153 if key == "shop_official" else len(graph)), "where an order leads"
    for place in shortest.tree:
        player = shortest.lead(place)
        assert player is not None
        assert graph.index(player.case.state.key, player.case.facts) == place
        path = player.path(("here",))
        assert len(path) == shortest.tree[place][2] and path.goals == ("here",)
        assert path.replay(workflow) == player.case
        told = json.loads(json.dumps(path.to_dict()))
        assert [row["state"] for row in told["steps"]] == [step.state for step in path.steps]


def test_no_path_is_shorter() -> None:
    """By the length of every path of so many steps, found without the search."""
    workflow = orders.get("virtual")
    graph = explore(workflow)
    shortest, width = ShortestPaths(workflow, GUIDE, graph), len(graph.events)
    reached, ring, length = set(shortest.openings), set(shortest.openings), 0
    while ring:
        assert all(shortest.tree[config][2] == length for config in ring)
        ring = {after for config in ring for after in graph.successor[config * width : (config + 1) * width] if after >= 0} - reached
        reached |= ring
        length += 1
    assert reached == set(shortest.tree)
    assert shortest.nearest([max(shortest.tree, key=lambda c: shortest.tree[c][2]), next(iter(shortest.openings))]) in shortest.openings
    assert shortest.nearest([]) is None


def test_openings_are_those_that_an_order_can_have() -> None:
    shop = orders.get("third_party")
    graph = explore(shop)
    shortest = ShortestPaths(shop, GUIDE, graph)
    for config in graph.openings:
        assert (config in shortest.openings) == (shop.example_of(graph.facts_of(config), START) is not None)
    assert 0 < len(shortest.openings) < len(graph.openings)


def test_an_order_without_the_facts_that_it_is_given_for_is_named() -> None:
    virtual = orders.get("virtual")
    lying = virtual.variant(example_of=lambda _, at: virtual.example_of(explore(virtual).facts_of(0), at))
    with pytest.raises(WorkflowError, match="which has not the facts"):
        _ = ShortestPaths(lying, GUIDE, explore(lying)).openings


@EVERY_KEY_AND_OWN
def test_choices_vary_what_the_policy_fixes(key: str) -> None:
    found = [policy.on_merchant_silence for policy in choices(ALL[key])]
    assert found == (["approve", "escalate"] if key == "third_party" else ["approve"])
