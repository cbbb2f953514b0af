"""The configuration graph against a plain reading of the table, against `RefundCase`, and its merged form against naive refinement."""

from __future__ import annotations

import gc
import itertools
import weakref
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from transitions import Event as MachineEvent

from refund_fsm import BadData, Effect, Event, Limit, Policy, RefundCase, Rule, Text, UpTo, Workflow, WorkflowError, effect, guard, orders
from refund_fsm.errors import TooLong
from refund_fsm.graph import exploration
from refund_fsm.graph.bisimulation import coarsest
from refund_fsm.graph.configurations import ACCEPTED, FINAL, GUARD_FAILED, STATUSES, WRONG_STATE, ConfigGraph, explore
from refund_fsm.workflow.facts import reads_of
from tests.samples import at, photo
from tests.small import ASK, DONE, FINISH, OPEN, WAITING, build

GUIDE = Policy.guide()
ESCALATES = Policy(on_merchant_silence="escalate")
NOW = at("2026-03-02 10:00")
Config = tuple[str, Any]
GRAPHS = [
    pytest.param(key, policy, id=f"{key}-{policy.on_merchant_silence}")
    for key in orders.keys()
    for policy in (GUIDE, ESCALATES)
    if policy == GUIDE or any(one.by_policy for one in orders.get(key).fact_fields)
]


# 1. A plain reading: guards and effects of the table, called directly, for each configuration and event


@cache
def rows_of(workflow: Workflow) -> dict[tuple[str, str], list[Rule]]:
    """The rows of the table by source and event."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for rule in workflow.rules:
        found.setdefault((rule.source.key, rule.event.name), []).append(rule)
    return found


def judged(workflow: Workflow, config: Config, event: str) -> tuple[int, Rule | None, tuple[str, ...]]:
    """Status, rule and failed guards, by the table alone."""
    state, facts = config
    if workflow.states[state].final:
        return FINAL, None, ()
    rules = rows_of(workflow).get((state, event))
    if not rules:
        return WRONG_STATE, None, ()
    held = [rule for rule in rules if all(one(facts) for one in rule.when)]
    if held:
        return ACCEPTED, held[0], ()
    return GUARD_FAILED, None, tuple(dict.fromkeys(one.name for rule in rules for one in rule.when if not one(facts)))


@cache
def plain(order_type: str, policy: Policy = GUIDE) -> dict[Config, list[tuple[int, str | None, tuple[str, ...], Config | None]]]:
    """Every configuration, openings first, with (status, rule, failed guards, successor) for each event."""
    workflow = orders.get(order_type)
    starts = [one.start(policy) for one in workflow.fact_fields]
    found: dict[Config, Any] = {(workflow.initial.key, workflow.facts(*values)): None for values in itertools.product(*starts)}
    todo = deque(found)
    while todo:
        config = todo.popleft()
        found[config] = []
        for event in workflow.events:
            status, rule, failed = judged(workflow, config, event)
            after = (rule.dest.key, rule.effect(config[1]) if rule.effect else config[1]) if rule else None
            if after is not None and after not in found:
                found[after] = None
                todo.append(after)
            found[config].append((status, rule.id if rule else None, failed, after))
    return found


def naive_blocks(order_type: str) -> dict[Config, int]:
    """The coarsest bisimulation of the plain reading, by Moore's rounds over everything."""
    rows = plain(order_type)
    limit_of = orders.get(order_type).group_of
    looks = {config: (config[0], limit_of.get(config[0]), tuple(cell[:3] for cell in row)) for config, row in rows.items()}
    block = _numbered(looks)
    while True:
        finer = _numbered({c: (block[c], tuple(block[cell[3]] if cell[3] else None for cell in row)) for c, row in rows.items()})
        if len(set(finer.values())) == len(set(block.values())):
            return block
        block = finer


def _numbered(looks: dict[Config, Any]) -> dict[Config, int]:
    numbers: dict[Any, int] = {}
    return {config: numbers.setdefault(look, len(numbers)) for config, look in looks.items()}


def configs_of(graph: ConfigGraph) -> list[Config]:
    return [(graph.states[graph.state_of[i]], graph.facts_of(i)) for i in range(len(graph))]


# 2. Counts


COUNTS = [
    # order type, policies, configurations in all
    ("self_operated", (GUIDE,), 15_588),
    ("third_party", (GUIDE, ESCALATES), 31_240),
    ("virtual", (GUIDE,), 1_088),
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


# 3. Every cell of the tables


@pytest.mark.parametrize(("order_type", "policy"), GRAPHS)
def test_every_cell_is_what_the_table_says(order_type: str, policy: Policy) -> None:
    graph = explore(orders.get(order_type), policy)
    expected = plain(order_type, policy)
    configs = configs_of(graph)
    assert len(configs) == len(expected) and not any(config not in expected for config in configs)  # sets would take minutes to show
    width = len(graph.events)
    for i, config in enumerate(configs):
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


# 4. The machine is asked, and only once for each answer that can differ


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
    asked: list[tuple[Any, ...]] = []
    trigger = MachineEvent.trigger

    def spy(self: MachineEvent, model: Any, facts: Any) -> bool:
        rules = workflow.rules_at[model.state, self.name]
        read = sorted({name for rule in rules for one in rule.when for name in reads_of(one, domains)})
        asked.append((model.state, self.name, *(getattr(facts, name) for name in read)))
        return bool(trigger(self, model, facts))

    monkeypatch.setattr(MachineEvent, "trigger", spy)
    explore(workflow)
    assert len(asked) == len(set(asked))
    assert {place[:2] for place in asked} == set(workflow.rules_at)


# 5. The merged graph


@pytest.mark.parametrize("order_type", orders.keys())
def test_the_blocks_are_those_of_naive_refinement(order_type: str) -> None:
    graph = explore(orders.get(order_type))
    merged, expected = graph.merged(), naive_blocks(order_type)
    pairs = {(merged.block_of[i], expected[config]) for i, config in enumerate(configs_of(graph))}
    assert len(pairs) == len(merged) == len(set(expected.values())), "one block for one block"


@pytest.mark.parametrize("order_type", orders.keys())
def test_the_merged_graph_is_a_bisimulation(order_type: str) -> None:
    graph = explore(orders.get(order_type))
    merged, width = graph.merged(), len(graph.events)
    for i, block in enumerate(merged.block_of):
        assert merged.state_of[block] == graph.state_of[i] and merged.limit_of(block) == graph.limit_of(i)
        for e in range(width):
            raw, one = i * width + e, block * width + e
            after = graph.successor[raw]
            assert merged.successor[one] == (-1 if after < 0 else merged.block_of[after])
            assert merged.rule_at[one] == graph.rule_at[raw] and merged.status[one] == graph.status[raw]
            assert merged.failed(block, e) == graph.failed(i, e)
    assert set(merged.openings) == {merged.block_of[i] for i in graph.openings}


@pytest.mark.parametrize("order_type", orders.keys())
def test_no_two_blocks_look_alike(order_type: str) -> None:
    merged = explore(orders.get(order_type)).merged()
    width = len(merged.events)
    rows = [
        (merged.state_of[b], *(tuple(t[b * width : (b + 1) * width]) for t in (merged.successor, merged.rule_at, merged.failed_at)))
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


# 6. Raw, merged and RefundCase agree


class Walk:
    """A case and its configuration, side by side. Seconds pass between steps, so that the facts at a filing stay as they were."""

    def __init__(self, workflow: Workflow, policy: Policy, opening: int) -> None:
        self.workflow, self.graph = workflow, explore(workflow, policy)
        self.merged = self.graph.merged()
        self.config = opening
        asked = workflow.example_of(self.graph.facts_of(opening), NOW)
        assert asked is not None
        self.case = RefundCase.open(*asked, at=NOW, policy=policy, workflow=workflow)

    def files_alike(self, when: datetime) -> bool:
        """Whether a filing event at an instant derives the facts that the case has, but for what effects have set."""
        case = self.case
        kept = {name for step in case.steps for name in (step.rule.effect.changes if step.rule.effect else ())}
        fresh = self.workflow.facts_of(case.order, case.request, when, case.policy)
        return bool(replace(fresh, **{name: getattr(case.facts, name) for name in kept}) == case.facts)

    def compare(self) -> int:
        """The same state and facts; and for every event, asked by its own actor, the same answer of case, raw and merged graph.
        Returns how many events were compared: all but filing events whose facts time has changed."""
        graph, merged, case = self.graph, self.merged, self.case
        assert graph.index(case.state.key, case.facts) == self.config
        when = case.now + timedelta(seconds=1)
        compared = 0
        for e, event in enumerate(self.workflow.events.values()):
            expected = self.answer(event, when)
            if expected is None:
                continue
            compared += 1
            for one, config in ((graph, self.config), (merged, merged.block_of[self.config])):
                cell = config * len(graph.events) + e
                rule = None if one.rule_at[cell] < 0 else one.rules[one.rule_at[cell]]
                assert (STATUSES[one.status[cell]], rule, one.failed(config, e)) == expected, (case.state.key, event.name)
        return compared

    def answer(self, event: Event, when: datetime) -> tuple[str, str | None, tuple[str, ...]] | None:
        """What the case says: status, rule, failed guards. None where time has changed what a filing event is judged by."""
        if event.files and not self.files_alike(when):
            return None
        by, due = event.actor.key, self.case.due
        if due is not None and due.then is not None and due.then.event == event:
            when = due.at
        verdict = self.case.ask(event.name, at=when, by=by, **details_of(event))
        if verdict.refusal is None:
            return "accepted", verdict.rule.id if verdict.rule else None, ()
        return verdict.refusal.code, None, tuple(one.name for one in verdict.refusal.failed_guards)

    def take(self, e: int) -> None:
        """Both take an event that the graph accepts."""
        event = self.workflow.events[self.graph.events[e]]
        if event.actor.key == "clock":
            assert self.case.due is not None
            self.case = self.case.advance(to=self.case.due.at)
        else:
            when = self.case.now + timedelta(seconds=1)
            self.case = self.case.apply(event.name, at=when, by=event.actor.key, **details_of(event))
        self.config = self.graph.successor[self.config * len(self.graph.events) + e]

    def open_events(self) -> list[int]:
        """The events that the graph accepts and the case can be given with the same facts."""
        width = len(self.graph.events)
        alike = self.files_alike(self.case.now + timedelta(seconds=1))
        return [
            e
            for e, name in enumerate(self.graph.events)
            if self.graph.successor[self.config * width + e] >= 0 and (alike or not self.workflow.events[name].files)
        ]


def details_of(event: Event) -> dict[str, Any]:
    given = {"note": "说明", "tracking_no": "SF123", "evidence": photo()}
    return {need: given[need] for need in event.needs}


@cache
def witnessed(order_type: str, policy: Policy) -> tuple[int, ...]:
    """The openings that an order can have."""
    workflow = orders.get(order_type)
    graph = explore(workflow, policy)
    return tuple(i for i in graph.openings if workflow.example_of(graph.facts_of(i), NOW) is not None)


def shortest_ways(order_type: str, policy: Policy) -> Iterator[tuple[int, tuple[int, ...], int]]:
    """A shortest way to every block from an opening that an order can have: (opening, events, block)."""
    graph = explore(orders.get(order_type), policy)
    merged, width = graph.merged(), len(graph.events)
    ways: dict[int, tuple[int, tuple[int, ...]]] = {}
    for i in witnessed(order_type, policy):
        ways.setdefault(merged.block_of[i], (i, ()))
    todo = deque(ways)
    while todo:
        block = todo.popleft()
        opening, events = ways[block]
        yield opening, events, block
        for e, after in enumerate(merged.successor[block * width : (block + 1) * width]):
            if after >= 0 and after not in ways:
                ways[after] = (opening, (*events, e))
                todo.append(after)


@pytest.mark.parametrize(("order_type", "policy"), GRAPHS)
def test_a_case_agrees_with_the_graphs_in_every_block(order_type: str, policy: Policy) -> None:
    reached = set()
    for opening, events, block in shortest_ways(order_type, policy):
        walk = Walk(orders.get(order_type), policy, opening)
        for e in events:
            assert e in walk.open_events()
            walk.take(e)
        assert walk.compare() == len(walk.graph.events)
        assert walk.merged.block_of[walk.config] == block
        reached.add(block)
    assert reached == set(range(len(explore(orders.get(order_type), policy).merged()))), "a real case can be in every block"


@pytest.mark.parametrize("order_type", orders.keys())
@given(st.integers(0, 2**16), st.booleans(), st.binary(max_size=25))
def test_a_case_agrees_with_the_graphs_on_random_walks(order_type: str, opening: int, escalates: bool, turns: bytes) -> None:
    policy = ESCALATES if escalates else GUIDE
    openings = witnessed(order_type, policy)
    walk = Walk(orders.get(order_type), policy, openings[opening % len(openings)])
    walk.compare()
    for turn in turns:
        events = walk.open_events()
        if not events:
            break
        walk.take(events[turn % len(events)])
        walk.compare()


# 7. What is not in the graph


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


# 8. Kept


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


# 9. Tables that lie


@dataclass(frozen=True)
class Facts:
    size: Literal["s", "l"]
    attempts_left: Annotated[int, UpTo("max_resubmissions")]


@dataclass(frozen=True)
class OtherFacts(Facts):
    pass


@effect("size")
def takes_what_it_does_not_list(facts: Facts) -> Facts:
    return replace(facts, attempts_left=facts.attempts_left - 1)


@effect()
def shrinks(facts: Facts) -> Facts:
    return replace(facts, size="s")


@effect("attempts_left")
def takes_without_end(facts: Facts) -> Facts:
    return replace(facts, attempts_left=facts.attempts_left - 1)


@effect("size")
def makes_other_facts(facts: Facts) -> Facts:
    return OtherFacts(facts.size, facts.attempts_left)


@effect("attempts_left")
def takes_while_it_can(facts: Facts) -> Facts:
    return replace(facts, attempts_left=max(0, facts.attempts_left - 1))


@guard(zh="一次都不剩", en="none is left")
def none_left(facts: Facts) -> bool:
    return facts.attempts_left == 0 or facts.attempts_left > 2


@guard(zh="还剩", en="some are left")
def some_left(facts: Facts) -> bool:
    return facts.attempts_left > 0


def asking(what: Effect | None) -> Workflow:
    rules = (
        Rule("X1", OPEN, ASK, WAITING, "A4", effect=what),
        Rule("X2", WAITING, FINISH, DONE, "A4"),
        Rule("X3", WAITING, ASK, OPEN, "A4"),
    )
    return build(rules, limits={WAITING: Limit("return_days", cites="assumed")}, facts=Facts)


LIES = [
    # effect, words of the message
    (takes_what_it_does_not_list, "its effect takes_what_it_does_not_list changes attempts_left, which it does not list; it lists size"),
    (shrinks, "its effect shrinks changes size, which it does not list; it lists nothing"),
    (takes_without_end, "its effect takes_without_end makes attempts_left -1; expected one of 0, 1, 2"),
    (makes_other_facts, "its effect makes_other_facts gave OtherFacts(size='s', attempts_left=2), not a Facts"),
    (Effect("forgets", lambda _: None, ("size",)), "its effect forgets gave None, not a Facts"),
]


@pytest.mark.parametrize(("what", "words"), LIES, ids=[row[0].name for row in LIES])
def test_an_effect_that_lies_is_named_with_its_rule(what: Effect, words: str) -> None:
    with pytest.raises(WorkflowError) as caught:
        explore(asking(what))
    assert caught.value.row == "rule X1"
    assert words in str(caught.value)


def test_an_honest_effect_is_taken() -> None:
    graph = explore(asking(takes_while_it_can))
    assert {facts.attempts_left for facts in graph.facts} == {0, 1, 2}
    assert len(graph) == 2 * (3 + 3 + 2) - 2, "open with 2, 1, 0; waiting and done with 1, 0"


def test_rules_that_clash_under_another_policy_are_named() -> None:
    rules = (
        Rule("X1", OPEN, ASK, WAITING, "A4", when=(some_left,)),
        Rule("X2", OPEN, ASK, DONE, "A4", when=(none_left,)),
        Rule("X3", WAITING, FINISH, DONE, "A4"),
    )
    workflow = build(rules, limits={}, facts=Facts)
    assert len(explore(workflow)) > 0
    with pytest.raises(
        WorkflowError, match=r"rule X2: it clashes with rule X1: both can fire in open for Facts\(size='s', attempts_left=3\)"
    ):
        explore(workflow, Policy(max_resubmissions=3))


@dataclass(frozen=True)
class NoFacts:
    pass


@dataclass(frozen=True)
class OneFact:
    size: Literal["s", "l"]


@guard(zh="小件", en="it is small")
def is_small(facts: OneFact) -> bool:
    return facts.size == "s"


TINY: list[tuple[Callable[[], Workflow], int, int]] = [
    # table, configurations, blocks
    (lambda: build((Rule("X1", OPEN, ASK, DONE, "A4"),), limits={}, facts=NoFacts), 2, 2),
    (lambda: build((Rule("X1", OPEN, ASK, DONE, "A4"),), limits={}, facts=OneFact), 4, 2),
    (lambda: build((Rule("X1", OPEN, ASK, DONE, "A4", when=(is_small,)),), limits={}, facts=OneFact), 3, 3),
]


@pytest.mark.parametrize(("make", "configs", "blocks"), TINY, ids=["no fact", "a fact unread", "a fact read"])
def test_tables_of_no_fact_and_of_one(make: Callable[[], Workflow], configs: int, blocks: int) -> None:
    workflow = make()
    graph = explore(workflow)
    assert (len(graph), len(graph.merged())) == (configs, blocks)
    assert workflow.label == Text("玩具", "Toy")


@pytest.mark.parametrize("cap", [100, 1_600], ids=["at the openings", "on the way"])
def test_too_many_configurations_are_refused_with_the_cap_named(cap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration, "MAX_CONFIGS", cap)
    workflow = replace(orders.get("third_party"))
    with pytest.raises(TooLong, match=f"workflow third_party: more than exploration.MAX_CONFIGS = {cap:,} configurations"):
        explore(workflow)
    monkeypatch.setattr(exploration, "MAX_CONFIGS", 15_620)
    assert len(explore(workflow)) == 15_620, "a failed search leaves nothing behind, and the cap itself is allowed"
