"""Unchecked workflows, concrete paths, and shortest ways: what proofs and mutants stand on."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta

import pytest

from refund_fsm import BadData, Policy, RefundCase, Rule, Workflow, WorkflowError, orders
from refund_fsm.case.machine import stepper_of
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths, choices
from refund_fsm.scenario.path import MINUTE, START, Opening, Path, PathError, Player, details_of
from tests.exchange import WORKFLOW as EXCHANGE
from tests.small import ASK, DONE, FINISH, OPEN, WAITING, build, has_attempts, is_large, is_small

GUIDE = Policy.guide()
WORKFLOWS = {**{key: orders.get(key) for key in orders.keys()}, EXCHANGE.key: EXCHANGE}
each_workflow = pytest.mark.parametrize("key", WORKFLOWS)


# 1. Unchecked


def test_an_unchecked_workflow_takes_what_a_checked_one_refuses() -> None:
    sound = build()
    faulty = sound.variant(rules=sound.rules[:1])
    assert faulty.rules == sound.rules[:1] and faulty.key == sound.key and faulty.limits == sound.limits
    assert sound.variant().fingerprint == sound.fingerprint != faulty.fingerprint
    with pytest.raises(WorkflowError):
        Workflow(**{one.name: getattr(faulty, one.name) for one in fields(Workflow)})


def test_unchecked_takes_the_arguments_of_a_workflow_and_no_other() -> None:
    given = {one.name: getattr(build(), one.name) for one in fields(Workflow)}
    for name in ("law", "spine", "freight_of", "catalogue"):
        del given[name]
    assert dict(Workflow.unchecked(**given).law) == {} and Workflow.unchecked(**given).spine == ()
    with pytest.raises(TypeError, match="has no argument 'colour'"):
        Workflow.unchecked(**given, colour="red")
    del given["rules"]
    with pytest.raises(TypeError, match="needs the argument 'rules'"):
        Workflow.unchecked(**given)


def test_of_two_rules_that_can_both_fire_the_first_does() -> None:
    both = (Rule("A", OPEN, ASK, WAITING, "A1", when=(is_small,)), Rule("B", OPEN, ASK, DONE, "A1", when=(has_attempts,)))
    for rules, first in ((both, "A"), (both[::-1], "B")):
        workflow = build().variant(rules=(*rules, Rule("C", WAITING, FINISH, DONE, "A1")))
        graph = explore(workflow, strict=False)
        small = graph.index("open", workflow.facts(size="s", paid=True, attempts_left=2))
        assert graph.rules[graph.rule_at[small * len(graph.events) + graph.event_number["ask"]]] == first
        assert [pair for _, *pair in graph.clashes] == [["A", "B"] if first == "A" else ["B", "A"]]
        with pytest.raises(WorkflowError, match="clashes with rule"):
            explore(workflow)
    sound = explore(build(), strict=False)
    assert sound.clashes == () and list(sound.successor) == list(explore(build()).successor)


def test_rules_of_one_way_are_told_apart_by_their_guards() -> None:
    rules = (Rule("A", OPEN, ASK, DONE, "A1", when=(is_small,)), Rule("B", OPEN, ASK, DONE, "A1", when=(is_large,)))
    workflow = build().variant(rules=rules)
    for size, rule in (("s", "A"), ("l", "B")):
        facts = workflow.facts(size=size, paid=True, attempts_left=0)
        for found in (stepper_of(workflow).fire("open", "ask", facts), stepper_of(workflow).first("open", "ask", facts)):
            assert found is not None and found.id == rule


def test_a_limit_whose_clock_rules_do_not_hold_passes_without_a_move() -> None:
    shop = orders.get("third_party")
    silent = shop.variant(rules=tuple(rule for rule in shop.rules if rule.id != "S11"))
    shortest = ShortestPaths(silent, GUIDE, explore(silent, strict=False).merged())
    player = next(
        p
        for place in shortest.tree
        if (p := shortest.lead(place)) and p.case.state.key == "requested" and p.case.facts.kind == "refund_only"
    )
    assert player.case.due is not None and player.case.due.then is None
    later = player.case.advance(to=player.case.due.at + timedelta(days=9))
    assert later.state.key == "requested" and later.apply("start_review", at=later.now, by="merchant").state.key == "reviewing"


# 2. Paths


@each_workflow
def test_a_shortest_way_leads_to_every_class_and_replays(key: str) -> None:
    workflow = WORKFLOWS[key]
    graph = explore(workflow).merged()
    shortest = ShortestPaths(workflow, GUIDE, graph)
    assert set(shortest.tree) == set(range(len(graph)))
    for place in shortest.tree:
        player = shortest.lead(place)
        assert player is not None
        assert graph.index(player.case.state.key, player.case.facts) == place
        path = player.path(("here",))
        assert len(path) == shortest.tree[place][2] and path.goals == ("here",)
        assert path.replay(workflow) == player.case
        told = json.loads(json.dumps(path.to_dict()))
        assert [row["state"] for row in told["steps"]] == [step.state for step in path.steps]


def test_ways_are_shortest() -> None:
    """By the length of every walk of so many steps, found without the search."""
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


def test_a_player_tells_what_became_of_each_call() -> None:
    virtual = orders.get("virtual")
    facts = next(f for f in ShortestPaths(virtual, GUIDE, explore(virtual)).openings.values() if f.amount_ok and not f.other_case_open)
    player = Player.with_facts(virtual, GUIDE, facts)
    assert player is not None
    early = player.do("approve_refund")
    assert early.step is not None and (early.step.refusal, early.step.fired, early.step.accepted) == ("wrong_state", (), False)
    assert early.case.now == player.case.now + MINUTE, "time passes also where an event is refused"
    filed = early.do("contact_support").do("start_review").do("request_evidence")
    late = filed.expired(MINUTE)
    assert late is not None and late.step is not None and late.step.fired == ("V05",) and late.step.event is None
    assert filed.case.due is not None and late.case.now == filed.case.due.at + MINUTE
    back = late.told("reject", "platform", late.case.now - MINUTE, details_of(virtual.events["reject"], START))
    assert back.step is not None and back.step.refusal == "time_reversed" and back.case is late.case
    path = back.path()
    assert [step.event for step in path.steps] == ["approve_refund", "contact_support", "start_review", "request_evidence", None, "reject"]
    assert len(back.line()) == 7 and back.line()[0].case == player.case
    path.replay(virtual)


def test_a_step_close_to_the_limit_is_taken_before_it() -> None:
    exchange = EXCHANGE
    shortest = ShortestPaths(exchange, GUIDE, explore(exchange).merged())
    player = next(p for place in shortest.tree if (p := shortest.lead(place)) and p.case.state.key == "checking")
    near = player.expired(-MINUTE / 2)
    assert near is not None and near.do("accept").case.now == near.case.now
    done = shortest.lead(next(c for c in shortest.tree if shortest.graph.states[shortest.graph.state_of[c]] == "replaced"))
    assert done is not None and done.expired() is None


WRONG = [
    # field of the path or of its first step, another value, message
    ("state", "reviewing", "step 0: state is 'draft'; expected 'reviewing'"),
    ("fired", ("V13",), r"step 1: fired is \('V01',\); expected \('V13',\)"),
    ("refusal", "wrong_actor", "step 1: refusal is None; expected 'wrong_actor'"),
    ("due", None, "step 1: due is datetime"),
]


@pytest.mark.parametrize(("name", "value", "message"), WRONG)
def test_a_path_that_is_not_followed(name: str, value: object, message: str) -> None:
    virtual = orders.get("virtual")
    shortest = ShortestPaths(virtual, GUIDE, explore(virtual).merged())
    player = next(p for place in shortest.tree if (p := shortest.lead(place)) and p.case.state.key == "requested")
    path = player.path()
    state = str(value) if name == "state" else path.state
    first = path.steps[0] if name == "state" else path.steps[0]._replace(**{name: value})  # type: ignore[arg-type]  # one of its fields
    with pytest.raises(PathError, match=message):
        Path(path.opening, (first,), state, path.due).replay(virtual)


def test_an_example_that_lies_is_named() -> None:
    virtual = orders.get("virtual")
    lying = virtual.variant(example_of=lambda _, at: virtual.example_of(explore(virtual).facts_of(0), at))
    with pytest.raises(WorkflowError, match="which has not the facts"):
        _ = ShortestPaths(lying, GUIDE, explore(lying)).openings


@each_workflow
def test_choices_vary_what_the_policy_fixes(key: str) -> None:
    found = [policy.on_merchant_silence for policy in choices(WORKFLOWS[key])]
    assert found == (["approve", "escalate"] if key == "third_party" else ["approve"])


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


def test_an_opening_is_what_a_case_takes() -> None:
    facts = explore(EXCHANGE).facts_of(0)
    example = EXCHANGE.example_of(facts, START)
    assert example is not None
    player = Player.opened(EXCHANGE, GUIDE, Opening(*example, START))
    assert player.step is None and isinstance(player.case, RefundCase) and player.case.facts == facts
    with pytest.raises(BadData):
        player.told("ask_exchange", "nobody", START, {})
