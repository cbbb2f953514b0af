"""The verdict on a mutant is that of brute force, and its witness as short as can be."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from refund_fsm import Limit, Policy, Workflow
from refund_fsm.graph.configurations import explore
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.scenario.path import Player
from refund_fsm.testing.mutation import Judge, mutants
from refund_fsm.testing.mutation.dues import apart
from refund_fsm.testing.mutation.killing import struck
from refund_fsm.workflow import SpecialPeriod, counting
from refund_fsm.workflow.rows import CLOCK
from tests.testing.mutation.tiny import GUIDE, TINY, WORKFLOWS, flagged, judge_of, mutant, mutants_of, try_left
from tests.toys import B


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


FRESH = Limit("fresh_review_hours", cites="assumed", when=(flagged,))
ROWS = TINY.variant(limits={B: (FRESH, Limit("unshipped_review_hours", cites="assumed", plus="extension_days", plus_when=try_left))})
FESTIVAL = SpecialPeriod(limit="fresh_review_hours", start="2026-02-11T00:00:00+08:00", end="2026-02-25T00:00:00+08:00", days=7)
VERDICTS = [
    # what is wrong, the policy, whether no case can tell
    ("fresh_review_hours of b dropped", Policy(), False),  # more is added to the other, at first
    ("fresh_review_hours of b dropped", Policy(max_resubmissions=0), True),  # both take a day, and there is nothing to add
    ("fresh_review_hours of b dropped", Policy(max_resubmissions=0, special=(FESTIVAL,)), True),  # the flag never goes up
    ("fresh_review_hours of b: guard flagged negated", Policy(max_resubmissions=0), True),
    ("fresh_review_hours of b: guard flagged negated", Policy(max_resubmissions=0, special=(FESTIVAL,)), False),
    ("unshipped_review_hours of b: plus 8, not 7", Policy(), False),
    ("unshipped_review_hours of b: plus 8, not 7", Policy(max_resubmissions=0), True),
    ("fresh_review_hours of b: 25, not 24", Policy(), False),
    ("fresh_review_hours of b: 25, not 24", Policy(max_resubmissions=0), True),  # which never counts
]


@pytest.mark.parametrize(("name", "policy", "equivalent"), VERDICTS)
def test_a_fault_of_a_limit_is_told_only_where_it_can_show(name: str, policy: Policy, equivalent: bool) -> None:
    judge, one = Judge(ROWS, policy), next(one for one in mutants(ROWS, policy) if one.name == name)
    witness = judge.witness(one)
    assert judge.equivalent(one) is equivalent is (witness is None)
    if witness is not None:
        witness.replay(ROWS, policy)
        blow = struck(one.workflow, policy, witness)
        assert blow is not None and (blow.step, blow.what) == (len(witness), "due")


SPECIAL = [
    # two special periods of one limit of 36 hours, and whether they can be told apart
    ({"days": 7}, {"days": 7, "cites": "R18"}, False),
    ({"days": 7}, {"hours": 168}, True),
    ({"days": 7}, {"days": 7, "never_shorter": True}, False),
    ({"hours": 24}, {"hours": 24, "never_shorter": True}, True),
    ({"hours": 36}, {"hours": 30, "never_shorter": True}, False),  # neither changes anything
    ({"days": 7}, {"days": 7, "end": "2026-02-24T23:59:59+08:00"}, True),
    ({"days": 7}, {"days": 7, "start": "2026-02-11T00:00:01+08:00"}, True),
]


@pytest.mark.parametrize(("one", "other", "told"), SPECIAL)
def test_special_periods_are_told_apart_where_an_end_differs(one: dict[str, Any], other: dict[str, Any], told: bool) -> None:
    flow = TINY.variant(limits={B: Limit("fresh_review_hours", cites="assumed", length=36)})
    base = {"limit": "fresh_review_hours", "start": FESTIVAL.start, "end": FESTIVAL.end}
    counts = [counting(flow, Policy(special=(SpecialPeriod(**{**base, **more}),))).of("b", None) for more in (one, other)]
    starts = apart(GUIDE.calendar, *counts)
    assert (starts is not None) == told
    for start in starts or ():
        assert len({count.end(GUIDE.calendar, start).at for count in counts if count is not None}) == 2


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
    for key in ("virtual", "exchange", "tiny"):
        classes = judge_of(key).classes(WORKFLOWS[key])
        assert 1 < classes <= len(explore(WORKFLOWS[key], GUIDE).merged())
    tiny = judge_of("tiny")  # A: small or not; B, C: by the tries left, B by the flag, which C has up from the second time on; END
    assert tiny.classes(TINY) == 2 + 3 + 2 + 1
    assert tiny.classes(mutant("tiny", "T02: guard try_left dropped").workflow) == 2 + 2 + 1 + 1
