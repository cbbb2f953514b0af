"""The verdict on a mutant is that of brute force, and its witness as short as can be."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

import pytest

from refund_fsm import Workflow
from refund_fsm.graph.configurations import explore
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.scenario.path import Player
from refund_fsm.testing.mutation.killing import struck
from refund_fsm.workflow.rows import CLOCK
from tests.testing.mutation.tiny import GUIDE, TINY, WORKFLOWS, judge_of, mutant, mutants_of


def inputs_of(workflow: Workflow) -> list[Input]:
    return [*(Input("do", name) for name, event in workflow.events.items() if event.actor.key != CLOCK.key), PASS]


def shortest(workflow: Workflow, faulty: Workflow, most: int = 3000) -> int | None:
    """The fewest inputs that tell a faulty workflow from the original, by brute force on pairs of cases; None when none do."""
    pairs: list[tuple[Player, Player, int]] = []
    graph = explore(workflow, GUIDE)
    for facts in map(graph.facts_of, graph.openings):
        ours = Player.with_facts(workflow, GUIDE, facts)
        if ours is not None:
            pairs.append((ours, Player.opened(faulty, GUIDE, ours.opening), 0))
    seen = set()
    for ours, its, length in pairs:  # grows as it goes
        if seen_as(ours) != seen_as(its):
            return length
    for ours, its, length in pairs:
        due = ours.case.due
        place = (ours.case.state.key, ours.case.facts, its.case.facts, due is not None and due.at <= ours.case.now)
        if place in seen:
            continue
        seen.add(place)
        assert len(seen) < most
        for one in inputs_of(workflow):
            after = one.on(ours)
            if after is None or after.step is None:
                continue
            twin = same(its, after)
            if twin is None:
                return length + 1
            pairs.append((after, twin, length + 1))
    return None


def seen_as(player: Player) -> tuple[str, datetime | None]:
    due = player.case.due
    return player.case.state.key, None if due is None else due.at


def same(its: Player, after: Player) -> Player | None:
    """The faulty workflow's case after the same step; None when it does otherwise."""
    step = after.step
    assert step is not None
    try:
        if step.event is None:
            twin = its.at(step.at)
        elif step.by in its.case.workflow.actors:
            twin = its.told(step.event, step.by or "", step.at, step.details)
        else:
            twin = its.at(step.at)
            return twin if not step.accepted and seen_as(twin) == seen_as(after) else None
    except Exception:  # whatever it raises, it does otherwise
        return None
    assert twin.step is not None
    return twin if (twin.step.accepted, *seen_as(twin)) == (step.accepted, *seen_as(after)) else None


def test_the_verdict_is_that_of_brute_force_and_the_witness_as_short() -> None:
    same_as = 0
    for one in mutants_of("tiny"):
        found, witness = shortest(TINY, one.workflow), judge_of("tiny").witness(one)
        assert judge_of("tiny").equivalent(one) == (found is None), one
        assert (None if witness is None else len(witness)) == found, one
        same_as += found is None
    assert 20 < same_as < len(mutants_of("tiny")) / 2


@pytest.mark.parametrize("key", ["virtual", "exchange"])
def test_the_verdict_is_that_of_brute_force_on_a_larger_table(key: str) -> None:
    chosen = [one for one in mutants_of(key) if one.operator not in ("rule added", "rule redirected")]
    for one in chosen[:: len(chosen) // 4]:
        found, witness = shortest(WORKFLOWS[key], one.workflow), judge_of(key).witness(one)
        assert judge_of(key).equivalent(one) == (found is None), one
        assert (None if witness is None else len(witness)) == found, one


@pytest.mark.parametrize(
    ("key", "name", "equivalent"),
    [
        ("virtual", "V19: effect keep_evidence dropped", True),  # no guard reads it
        ("virtual", "V03: effect take_evidence_request dropped", False),
        ("virtual", "V06 dropped", False),
        ("virtual", "V01 refused after 1 times", True),  # nothing leads back to the draft
        ("third_party", "S12 redirected to requested", True),  # whose own limit has passed too, and leads on at once
        ("third_party", "S06: guard no_other_case dropped", True),  # who talks has no other case
        ("third_party", "S34: guard goods_with_buyer replaced by wants_return", False),
        ("self_operated", "refunded, cancel → cancelled added", False),
    ],
)
def test_the_verdict_is_what_thought_says(key: str, name: str, equivalent: bool) -> None:
    assert judge_of(key).equivalent(mutant(key, name)) is equivalent


@pytest.mark.parametrize("key", ["virtual", "exchange"])
def test_each_mutant_that_is_not_equivalent_has_a_witness(key: str) -> None:
    judge, seen = judge_of(key), Counter[str]()
    for one in mutants_of(key):
        seen[one.operator] += 1
        if seen[one.operator] % (25 if one.operator == "rule added" else 3):
            continue
        witness = judge.witness(one)
        assert (witness is None) == judge.equivalent(one), one
        if witness is not None:
            witness.replay(WORKFLOWS[key], GUIDE)
            blow = struck(one.workflow, GUIDE, witness)
            assert blow is not None and blow.step == len(witness), one


def test_the_classes_of_a_workflow_are_no_more_than_its_blocks() -> None:
    for key in WORKFLOWS:
        classes = judge_of(key).classes(WORKFLOWS[key])
        assert 1 < classes <= len(explore(WORKFLOWS[key], GUIDE).merged())
    tiny = judge_of("tiny")  # A: small or not; B, C: by the tries left, B by the flag, which C has up from the second time on; END
    assert tiny.classes(TINY) == 2 + 3 + 2 + 1
    assert tiny.classes(mutant("tiny", "T02: guard try_left dropped").workflow) == 2 + 2 + 1 + 1
