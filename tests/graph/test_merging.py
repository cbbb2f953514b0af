"""The merged graph is the coarsest bisimulation: the blocks of naive refinement, and none of two that look alike."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from refund_fsm import orders
from refund_fsm.graph.bisimulation import coarsest
from refund_fsm.graph.configurations import explore
from tests.graph.plain_reading import configs_of, naive_blocks


@pytest.mark.parametrize("order_type", orders.keys())
def test_the_blocks_are_those_of_naive_refinement(order_type: str) -> None:
    graph = explore(orders.get(order_type))
    merged, expected = graph.merged(), naive_blocks(order_type)
    pairs = {(merged.block_of[i], expected[config]) for i, config in enumerate(configs_of(graph)) if config in expected}
    assert len(pairs) == len(merged) == len(set(expected.values())), "one block for one block"


@pytest.mark.parametrize("order_type", orders.keys())
def test_the_merged_graph_is_a_bisimulation(order_type: str) -> None:
    graph = explore(orders.get(order_type))
    merged, width = graph.merged(), len(graph.events)
    raw, one = ([list(table) for table in (g.successor, g.rule_at, g.status, g.failed_at)] for g in (graph, merged))
    assert merged.failed_sets == graph.failed_sets
    for i, block in enumerate(merged.block_of):
        assert merged.state_of[block] == graph.state_of[i] and merged.limit_of(block) == graph.limit_of(i)
        assert merged.count_of[block] == graph.count_of[i] and merged.law_starts[block] == graph.law_starts[i]
        mine, its = slice(i * width, (i + 1) * width), slice(block * width, (block + 1) * width)
        assert one[0][its] == [-1 if after < 0 else merged.block_of[after] for after in raw[0][mine]]
        assert all(of_merged[its] == of_raw[mine] for of_merged, of_raw in zip(one[1:], raw[1:], strict=True))
    assert set(merged.openings) == {merged.block_of[i] for i in graph.openings}


@pytest.mark.parametrize("order_type", orders.keys())
def test_no_two_blocks_look_alike(order_type: str) -> None:
    merged = explore(orders.get(order_type)).merged()
    width = len(merged.events)
    rows = [
        (
            merged.state_of[b],
            merged.count_of[b],
            merged.law_starts[b],
            *(tuple(t[b * width : (b + 1) * width]) for t in (merged.successor, merged.rule_at, merged.failed_at)),
        )
        for b in range(len(merged))
    ]
    assert len(set(rows)) == len(rows)


@pytest.mark.parametrize("order_type", orders.keys())
def test_blocks_are_numbered_by_their_first_members(order_type: str) -> None:
    merged = explore(orders.get(order_type)).merged()
    blocks = list(merged.block_of)
    assert list(dict.fromkeys(blocks)) == list(range(len(merged)))
    assert list(merged.representative) == [blocks.index(block) for block in range(len(merged))]
    assert merged.facts_of(len(merged) - 1) == merged.raw.facts_of(merged.representative[-1])
    assert merged.merged() is merged


def told_apart(colours: Sequence[int], successors: Sequence[Sequence[int]]) -> set[tuple[int, int]]:
    """The pairs of places that some moves tell apart, by filling a table of pairs (Hopcroft & Ullman)."""
    places = range(len(colours))
    apart = {(i, j) for i in places for j in places if colours[i] != colours[j]}
    while True:
        more = {(i, j) for i in places for j in places if any(pair in apart for pair in zip(successors[i], successors[j], strict=False))}
        if more <= apart:
            return apart
        apart |= more


@st.composite
def systems(draw: st.DrawFn) -> tuple[list[int], list[list[int]]]:
    """Small systems; places of one colour have the same number of moves."""
    size = draw(st.integers(1, 9))
    colours = draw(st.lists(st.integers(0, 2), min_size=size, max_size=size))
    moves = draw(st.lists(st.integers(0, 3), min_size=3, max_size=3))
    return colours, [draw(st.lists(st.integers(0, size - 1), min_size=moves[c], max_size=moves[c])) for c in colours]


@given(systems())
@example(([0, 0, 0, 0, 1], [[1], [2], [3], [3], []]))
@example(([0, 0, 0, 1], [[1, 3], [2, 3], [0, 3], [3, 3]]))
def test_refinement_agrees_with_the_table_of_pairs(system: tuple[list[int], list[list[int]]]) -> None:
    colours, successors = system
    block_of = coarsest(colours, successors)
    apart = told_apart(colours, successors)
    places = range(len(colours))
    assert {(i, j) for i in places for j in places if block_of[i] != block_of[j]} == apart
    assert list(dict.fromkeys(block_of)) == list(range(len(set(block_of))))


def test_a_long_chain_is_told_apart_to_its_end() -> None:
    size = 3_000
    chain = [[place + 1] for place in range(size - 1)] + [[size - 1]]
    assert list(coarsest([0] * (size - 1) + [1], chain)) == list(range(size))
    assert set(coarsest([0] * size, chain)) == {0}
    assert list(coarsest([], [])) == []


def test_a_merger_keeps_colours_apart() -> None:
    virtual = explore(orders.get("virtual"))
    plain = virtual.merged()
    fine = virtual.merged_by([facts.benefits_used for facts in map(virtual.facts_of, range(len(virtual)))])
    assert len(plain) < len(fine)
    for block in range(len(fine)):
        members = [config for config in range(len(virtual)) if fine.block_of[config] == block]
        assert len({virtual.facts_of(config).benefits_used for config in members}) == 1
        assert len({plain.block_of[config] for config in members}) == 1
    assert fine.merged_by(()).block_of.tolist() == plain.block_of.tolist()
