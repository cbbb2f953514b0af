"""Suites that tests of this room look at, each made once; and what happens when their paths are played anew, call by call."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from refund_fsm import Policy, RefundCase, paths
from tests.workflows import ALL

GUIDE = Policy.guide()
ESCALATES = Policy(on_merchant_silence="escalate")
EVERY_CRITERION = pytest.mark.parametrize("criterion", paths.CRITERIA)


@cache
def suite_of(key: str, criterion: str, policy: Policy | None = None) -> paths.Suite:
    """The suite of a criterion for a workflow by its key; without a policy under the workflow's own profile."""
    return paths.cover(ALL[key], criterion, policy)


def attempts(suite: paths.Suite, every: int = 1) -> Iterator[paths.Attempt]:
    """What the paths (every n-th) do, played anew, call by call."""
    for path in suite.paths[::every]:
        order, request, at = path.opening
        case = RefundCase.open(order, request, at=at, policy=suite.policy, workflow=suite.workflow)
        for step in path.steps:
            if step.event is None:
                after, refusal = case.advance(to=step.at), None
            else:
                verdict = case.ask(step.event, at=step.at, by=step.by or "", **step.details)
                refusal = verdict.refusal
                if refusal is None:
                    after = case.apply(step.event, at=step.at, by=step.by or "", **step.details)
                else:
                    after = case.advance(to=max(case.now, step.at))
            yield paths.Attempt(case, after, step.event, step.by, step.at, refusal)
            case = after
