"""What an unchecked workflow takes that a checked one refuses, and what becomes of it in a machine, a graph and a case."""

from __future__ import annotations

from dataclasses import fields
from datetime import timedelta

import pytest

from refund_fsm import Policy, Rule, Workflow, WorkflowError, orders
from refund_fsm.case.machine import stepper_of
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths
from tests.small import ASK, DONE, FINISH, OPEN, WAITING, build, has_attempts, is_large, is_small


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


def test_rules_of_one_source_event_and_destination_are_told_apart_by_their_guards() -> None:
    rules = (Rule("A", OPEN, ASK, DONE, "A1", when=(is_small,)), Rule("B", OPEN, ASK, DONE, "A1", when=(is_large,)))
    workflow = build().variant(rules=rules)
    for size, rule in (("s", "A"), ("l", "B")):
        facts = workflow.facts(size=size, paid=True, attempts_left=0)
        for found in (stepper_of(workflow).fire("open", "ask", facts), stepper_of(workflow).first("open", "ask", facts)):
            assert found is not None and found.id == rule


def test_a_limit_whose_clock_rules_do_not_hold_passes_without_a_move() -> None:
    shop = orders.get("third_party")
    silent = shop.variant(rules=tuple(rule for rule in shop.rules if rule.id != "S11"))
    shortest = ShortestPaths(silent, Policy.guide(), explore(silent, strict=False).merged())
    player = next(
        p
        for place in shortest.tree
        if (p := shortest.lead(place)) and p.case.state.key == "requested" and p.case.facts.kind == "refund_only"
    )
    assert player.case.due is not None and player.case.due.then is None
    later = player.case.advance(to=player.case.due.at + timedelta(days=9))
    assert later.state.key == "requested" and later.apply("start_review", at=later.now, by="merchant").state.key == "reviewing"
