"""What is right passes, under every policy, with every suite; and each implementation is closed."""

from __future__ import annotations

from functools import partial

import pytest

from refund_fsm import Policy, Workflow, paths
from refund_fsm.testing import BareCase, CaseImplementation, verify_implementation
from tests.exchange import WORKFLOW as EXCHANGE
from tests.testing.lockstep.services import VIRTUAL, Service, over, quick
from tests.workflows import ALL

POLICIES = {"guide": Policy.guide(), "statute": Policy.statute(), "escalate": Policy(on_merchant_silence="escalate", max_resubmissions=1)}


KINDS = (BareCase, CaseImplementation)
PLAYED = [  # every workflow under every policy, and as either kind
    pytest.param(workflow, policy, KINDS[(number + place) % 2], id=f"{key}-{name}")
    for number, (key, workflow) in enumerate(ALL.items())
    for place, (name, policy) in enumerate(POLICIES.items())
]


@pytest.mark.parametrize(("workflow", "policy", "kind"), PLAYED)
def test_refund_case_itself_passes(workflow: Workflow, policy: Policy, kind: type[BareCase]) -> None:
    criteria = ("refusals", "limits", "rule_pairs")
    report = quick(partial(kind, workflow, policy), workflow, criterion=criteria, examples=60, policy=policy)
    assert report.ok and report.divergence is None and report.counterexample is None, str(report)
    assert tuple(run.criterion for run in report.suites) == criteria and report.walks == 60
    assert report.paths == sum(run.paths for run in report.suites) + 60
    assert "the same" in report.text("en") and "一致" in report.text("zh") and report.reproduction() == ""


@pytest.mark.parametrize("workflow", [VIRTUAL, EXCHANGE], ids=lambda workflow: workflow.key)
def test_the_complete_suite_takes_refusals_and_limits_along(workflow: Workflow) -> None:
    report = verify_implementation(partial(CaseImplementation, workflow), workflow, examples=0)
    assert report.ok and [run.criterion for run in report.suites] == ["refusals", "limits", "conditions", "boundaries", "w"]
    assert report.suites[-1].paths == len(paths.cover(workflow, "w"))


def test_a_suite_brings_its_policy() -> None:
    suite = paths.cover(VIRTUAL, "limits", Policy(complaint_days=3))
    make = partial(BareCase, VIRTUAL, Policy(complaint_days=3))
    assert quick(make, VIRTUAL, criterion=[suite, "rules"], examples=50).ok
    assert not quick(over(VIRTUAL), VIRTUAL, criterion=suite, examples=0).ok


def test_every_implementation_is_closed_once() -> None:
    opened, closed = [0], [0]

    class Counted(Service):
        def __init__(self) -> None:
            super().__init__()
            opened[0] += 1

        def close(self) -> None:
            closed[0] += 1

    assert quick(Counted, VIRTUAL, criterion="rules", examples=20).ok
    assert opened == closed and opened[0] > 20
