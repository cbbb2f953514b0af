"""What a suite promises to reach is reached by paths that replay, under any policy, the same for the same call."""

from __future__ import annotations

import pytest

from refund_fsm import Policy, orders, paths
from refund_fsm.scenario.path import PathError
from tests.awkward import WORKFLOW as AWKWARD
from tests.paths.suites import ESCALATES, EVERY_CRITERION, attempts, suite_of
from tests.workflows import EVERY_KEY_AND_OWN

HASTY = Policy(no_reason_days=1, negotiation_days=20, evidence_hours=1)  # a filing after the negotiation comes too late


@EVERY_CRITERION
@EVERY_KEY_AND_OWN
def test_every_path_replays_and_all_goals_are_reached(key: str, criterion: str) -> None:
    suite = suite_of(key, criterion)
    every = {"shop_official": 20, "self_operated": 6}.get(key, 1)
    if criterion == "w" and every > 1:  # of its thousands of paths some
        assert len(suite.coverage(attempts(suite, every)).reached) > len(suite.goals) / 6
        return
    for path in suite:
        path.replay(suite.workflow, suite.policy)
    covered = suite.coverage(attempts(suite))
    assert covered.missed == () and covered.ratio == 1.0
    assert not set(suite.goals) & set(suite.infeasible) and len(set(suite.goals)) == len(suite.goals) > 0
    if criterion != "w":
        assert sorted(goal for path in suite for goal in path.goals) == sorted(suite.goals), "each goal is some path's own"
        assert all(path.goals for path in suite)


SHORT = tuple(one for one in paths.CRITERIA if one not in ("w", "prime_paths"))  # each of these two alone takes as long as all others
UNDER = [(one, policy) for policy in (ESCALATES, HASTY) for one in SHORT] + [("w", HASTY), ("prime_paths", ESCALATES)]


@pytest.mark.parametrize(("criterion", "policy"), UNDER)
def test_every_path_replays_under_other_policies(criterion: str, policy: Policy) -> None:
    suite = suite_of("third_party", criterion, policy)
    for path in suite:
        path.replay(suite.workflow, policy)
    assert suite.coverage(attempts(suite)).missed == ()


@EVERY_CRITERION
def test_a_workflow_of_hard_names_and_mixed_limits_is_covered(criterion: str) -> None:
    """A limit is shared by a state that a clock rule leaves and one that none does."""
    suite = paths.cover(AWKWARD, criterion)
    for path in suite:
        path.replay(AWKWARD)
    assert suite.coverage(attempts(suite)).missed == ()


def test_what_time_takes_away_is_not_promised() -> None:
    """With a negotiation longer than the window, the graph has configurations that no case reaches at a late filing."""
    strayed = suite_of("third_party", "w", HASTY).infeasible
    assert all(name.endswith((" submit", " contact_merchant")) for name in strayed)
    assert suite_of("third_party", "w").infeasible == ()


@EVERY_CRITERION
def test_the_same_call_makes_the_same_suite(criterion: str) -> None:
    one = paths.cover(orders.get("virtual"), criterion)
    assert one.to_json() == paths.cover(orders.get("virtual"), criterion, Policy.guide()).to_json()
    assert one.paths == suite_of("virtual", criterion).paths


def test_a_path_that_does_not_hold_names_the_step() -> None:
    path = next(path for path in suite_of("virtual", "rules") if len(path) > 3)
    spoilt = path.steps[2]._replace(state="cancelled")
    broken = type(path)(path.opening, (*path.steps[:2], spoilt, *path.steps[3:]), path.state, path.due)
    with pytest.raises(PathError, match=rf"step 3: state is '{path.steps[2].state}'; expected 'cancelled'"):
        broken.replay(orders.get("virtual"))
