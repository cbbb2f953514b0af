"""Which mutants a suite kills, where, and after how many steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from refund_fsm import BadData, paths
from refund_fsm.testing.mutation import Killer, killed_by, mutants
from tests.testing.mutation.tiny import GUIDE, TINY, WORKFLOWS, judge_of, mutant, mutants_of
from tests.toys import ASK, GO, PAY


@cache
def suite_of(key: str, criterion: str) -> paths.Suite:
    return paths.cover(WORKFLOWS[key], criterion)


@pytest.mark.parametrize("key", ["virtual", "exchange", "tiny"])
def test_paths_left_out_would_not_have_killed(key: str) -> None:
    both: Sequence[Any] = (*suite_of(key, "rule_pairs").paths, *suite_of(key, "limits").paths, *suite_of(key, "refusals").paths)
    killer, killed = Killer(WORKFLOWS[key], [(GUIDE, both)]), 0
    for one in mutants_of(key)[:: {"tiny": 3, "virtual": 31}.get(key, 17)]:
        kill = killed_by(one, both)
        assert killer.kill(one) == kill, one
        killed += kill is not None
    assert killed > 20


@pytest.mark.parametrize("key", ["virtual", "exchange", "tiny"])
def test_the_complete_suite_kills_all_within_its_bound(key: str) -> None:
    """What survives can be told apart into more classes than the original, so that the suite promises nothing. (Of the large tables the
    benchmark of the suites tells how many are killed.)"""
    judge = judge_of(key)
    killer = Killer(WORKFLOWS[key], [(judge.policy, (*suite_of(key, "limits").paths, *suite_of(key, "w").paths))])
    bound, alive = judge.classes(WORKFLOWS[key]), 0
    for one in mutants_of(key)[:: {"tiny": 1}.get(key, 17)]:
        kill = None if judge.equivalent(one) else killer.kill(one)
        if kill is not None:
            alive += 1
        elif not judge.equivalent(one):
            assert judge.classes(one.workflow) > bound, one
    assert alive > 15


def test_the_limits_suite_kills_the_faults_of_limits() -> None:
    """Of the platform's table: rows, what is added, and the festival in which alone some of them show."""
    suite, faults = suite_of("shop_official", "limits"), [one for one in mutants_of("shop_official") if one.operator.startswith("limit ")]
    killer = Killer(WORKFLOWS["shop_official"], [(suite.policy, suite.paths)])
    assert len(faults) == 26 + 5 + 3 + 5 + 5 + 2 + 4
    alive = [one.name for one in faults if killer.kill(one) is None]
    assert alive == ["unshipped_review_hours of requested and fresh_review_hours swapped"], (
        "seen only of fresh goods unshipped at the festival"
    )


def test_a_kill_says_where_and_counts_the_steps_before() -> None:
    suite = suite_of("tiny", "rules")
    kill = killed_by(mutant("tiny", "T03 dropped"), suite)
    assert kill is not None and (kill.what, suite.paths[kill.path].steps[kill.step - 1].fired) == ("accepted", ("T03",))
    assert kill.steps == sum(map(len, suite.paths[: kill.path])) + kill.step
    shorter = killed_by(mutant("tiny", "tiny_hours of b: 47, not 48"), suite)
    assert shorter is not None and shorter.what == "due"
    assert killed_by(mutant("tiny", "T01 refused after 1 times"), suite_of("tiny", "w")) is None


def test_a_mutant_that_raises_is_killed() -> None:
    kill = killed_by(mutant("tiny", "T05 redirected to b"), suite_of("tiny", "rules"))
    assert kill is not None and kill.what == "TooLong"


def test_an_actor_that_a_mutant_has_lost_is_refused() -> None:
    only = replace(PAY, actor=GO.actor)
    flow = TINY.variant(rules=tuple(replace(rule, event=only) if rule.event is PAY else rule for rule in TINY.rules if rule.id != "T04"))
    lost = next(one for one in mutants(flow) if one.name == "T03 dropped")
    assert ASK.actor.key not in lost.workflow.actors
    kill = killed_by(lost, paths.cover(flow, "rules"))
    assert kill is not None and kill.what == "accepted"


def test_bad_input_is_named() -> None:
    with pytest.raises(BadData, match="workflow"):
        mutants("tiny")  # type: ignore[arg-type]  # what a user may pass
    with pytest.raises(BadData, match="policy"):
        mutants(TINY, "guide")  # type: ignore[arg-type]  # the same
