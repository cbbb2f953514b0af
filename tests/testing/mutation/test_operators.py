"""Which mutants there are: each fault that an operator promises and no other, in one row, inside the domains of the facts."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from dataclasses import fields

import pytest

from refund_fsm import Rule
from refund_fsm.graph.configurations import explore
from refund_fsm.scenario.path import Player
from refund_fsm.testing.mutation import OPERATORS, TIMES, Judge, mutants
from refund_fsm.workflow.rows import CLOCK
from tests.testing.mutation.tiny import GUIDE, TINY, WORKFLOWS, Tiny, each_workflow, mutant, mutants_of, take_try
from tests.toys import TURN, B, C


def test_each_operator_makes_what_it_should() -> None:
    rules, states, by_hand, guards = 6, 4, 5, 3
    assert Counter(one.operator for one in mutants_of("tiny")) == {
        "rule dropped": rules,
        "rule added": (states * by_hand - by_hand) * states,  # each event is possible in one state; `tick` where the only limit is
        "rule redirected": rules * (states - 1),
        "guard dropped": guards,
        "guard negated": guards,
        "guard replaced": guards * (guards - 1),
        "actor swapped": 5 + 2 + 2,  # each event to the other actor, `tick` to both; `turn` and `tell` to the clock, for B has a limit
        "limit shifted": 2,
        "effect dropped": 2,
        "refused after k": rules * len(TIMES),
        "redirected after k": rules * len(TIMES),
    }


@each_workflow
def test_as_many_as_the_table_makes(key: str) -> None:
    workflow, made = WORKFLOWS[key], Counter(one.operator for one in mutants_of(key))
    rules, states = workflow.rules, workflow.states
    when = [rule.when for rule in rules]
    by_hand = [event for event in workflow.events.values() if event.actor.key != CLOCK.key]
    ticking = len(workflow.events) - len(by_hand)
    free = len(by_hand) * len(states) + ticking * len(workflow.limits_at) - len(workflow.rules_at)
    several = [rows for _, rows in workflow.groups if len(rows) > 1]
    plus = [row for row in workflow.limit_rows if row.plus is not None]
    asked = sum(len(row.guards) for row in workflow.limit_rows)
    assert [one for one in OPERATORS if not made[one]] == ([] if several else [one for one in OPERATORS if one.startswith("limit ")][1:])
    assert made["rule added"] == free * len(states)
    assert made["limit row dropped"] == sum(map(len, several)) and made["limit rows swapped"] == sum(len(rows) - 1 for rows in several)
    assert made["limit guard dropped"] == made["limit guard negated"] == asked
    assert made["limit plus dropped"] == len(plus) and made["limit plus shifted"] == 2 * len(plus)
    assert made["rule redirected"] == len(rules) * (len(states) - 1)
    assert made["guard dropped"] == made["guard negated"] == sum(map(len, when))
    assert made["guard replaced"] == sum(len(one) * (len(workflow.guards) - len(one)) for one in when)
    assert made["limit shifted"] == 2 * len(workflow.limit_rows)
    assert made["effect dropped"] == sum(rule.effect is not None for rule in rules)
    assert made["refused after k"] == made["redirected after k"] == len(rules) * len(TIMES)


@each_workflow
def test_names_are_unique(key: str) -> None:
    names = [one.name for one in mutants_of(key)]
    assert len(set(names)) == len(names) and all(name.isprintable() for name in names)


def changed(rule: Rule, other: Rule) -> set[str]:
    """The fields in which two rows differ."""
    return {one.name for one in fields(Rule) if getattr(rule, one.name) != getattr(other, one.name)}


ROW = {
    "rule redirected": {"dest"},
    "guard dropped": {"when"},
    "guard negated": {"when"},
    "guard replaced": {"when"},
    "actor swapped": {"event"},
    "effect dropped": {"effect"},
    "refused after k": {"when", "effect"},
    "redirected after k": {"when", "effect"},
}


@each_workflow
def test_a_mutant_differs_in_one_row(key: str) -> None:
    workflow, made = WORKFLOWS[key], mutants_of(key)
    some = made[:: {"third_party": 41, "self_operated": 23, "tiny": 1, "shop_official": 97}.get(key, 7)]
    for one in dict.fromkeys((*some, *(one for one in made if one.operator.startswith("limit ")))):
        faulty = one.workflow
        limits = [place for place, (mine, its) in enumerate(zip(workflow.groups, faulty.groups, strict=True)) if mine != its]
        ids = [rule.id for rule in faulty.rules]
        rows = [rule for rule in workflow.rules if rule.id in ids and changed(rule, faulty.by_id[rule.id])]
        gone, fresh = set(workflow.by_id) - set(ids), [id for id in ids if id not in workflow.by_id]
        assert len(limits) == one.operator.startswith("limit "), one
        assert len(gone) == (one.operator == "rule dropped"), one
        assert len(fresh) == (one.operator in ("rule added", "redirected after k")), one
        opened = one.operator == "rule added" and workflow.states[one.subject].final
        if one.operator in ("rule added", "rule dropped") or one.operator.startswith("limit "):
            assert not rows or opened, one
            assert opened == any(
                state.final != faulty.states[state.key].final for state in workflow.states.values() if state.key in faulty.states
            )
        elif one.operator == "actor swapped":
            assert {rule.event.name for rule in rows} == {one.subject}, one
        else:
            assert [rule.id for rule in rows] == [one.subject], one
        for rule in rows if not opened else ():
            assert changed(rule, faulty.by_id[rule.id]) - {"effect"} == ROW[one.operator] - {"effect"}, one


def test_what_is_changed_has_a_name_of_its_own() -> None:
    dropped, negated = (mutant("tiny", f"T02: guard try_left {how}").workflow.by_id["T02"] for how in ("dropped", "negated"))
    assert [one.name for one in (*dropped.when, *negated.when)] == ["not try_left"]
    assert dropped.effect is not None and dropped.effect.name != take_try.name
    assert {one.workflow.fingerprint for one in mutants_of("tiny")}.isdisjoint({TINY.fingerprint})


def test_a_faulty_workflow_is_kept_only_as_long_as_it_is_held() -> None:
    one = mutant("tiny", "T01 dropped")
    held = one.workflow
    assert one.workflow is held
    seen = weakref.ref(held)
    del held
    gc.collect()
    assert seen() is None and one.workflow.rules == TINY.rules[1:]


@pytest.mark.parametrize("name", ["T02: guard try_left dropped", "T02: guard try_left negated", "T02: guard try_left replaced by flagged"])
def test_an_effect_that_lost_its_guard_takes_no_more_than_there_is(name: str) -> None:
    faulty = mutant("tiny", name).workflow
    start = Player.with_facts(faulty, GUIDE, Tiny("s", 2))
    assert start is not None
    graph, player = explore(faulty, GUIDE, strict=False), start.do("go")
    lowest = player.case.facts.tries
    for event in ("turn", "ask") * 4:
        player = player.do(event)
        lowest = min(lowest, player.case.facts.tries)
        assert graph.index(player.case.state.key, player.case.facts) >= 0
    assert lowest >= 0


@pytest.mark.parametrize("key", ["virtual", "exchange", "tiny"])
def test_every_mutant_has_a_graph(key: str) -> None:
    for one in mutants_of(key)[:: 1 if key == "tiny" else 29]:
        assert len(explore(one.workflow, GUIDE, strict=False)) > 0


def test_an_effect_that_only_its_place_keeps_in_bounds_is_held_back_elsewhere_too() -> None:
    loose = TINY.variant(rules=(*TINY.rules[:1], Rule("T02", B, TURN, C, "assumed", effect=take_try), *TINY.rules[3:]))
    back = next(one for one in mutants(loose) if one.name == "T06 redirected to b")
    assert back.original is loose
    for number in range(len(graph := explore(back.workflow, GUIDE, strict=False))):
        assert graph.facts_of(number).tries >= 0
    assert not Judge(loose).equivalent(back)


@pytest.mark.parametrize("k", TIMES)
@pytest.mark.parametrize("operator", ["refused after k", "redirected after k"])
def test_a_late_fault_shows_after_k_times(operator: str, k: int) -> None:
    policy = GUIDE.model_copy(update={"max_resubmissions": 9})
    late = next(one for one in mutants(TINY, policy) if (one.operator, one.subject, one.k) == (operator, "T03", k))
    ours, its = (Player.with_facts(flow, policy, flow.facts("s", 9)) for flow in (TINY, late.workflow))
    assert ours is not None and its is not None
    ours, its = ours.do("go"), its.do("go")
    for number in range(k + 1):
        ours, its = ours.do("turn").do("ask"), its.do("turn").do("ask")
        assert ours.case.state is B
        as_it_should = (its.case.state, its.step and its.step.refusal) == (B, None)
        assert as_it_should == (number < k)
    assert its.case.state is C  # which comes after B
    assert its.step is not None and its.step.accepted == operator.startswith("redirected")


def test_lengths_come_from_the_policy() -> None:
    long = GUIDE.model_copy(update={"evidence_hours": 5})
    shifted = (one for one in mutants(WORKFLOWS["virtual"], long) if one.operator == "limit shifted")
    found = {limit.length for one in shifted for limit in one.workflow.limit_rows if limit.field == "evidence_hours"}
    assert found == {None, 4, 6}
