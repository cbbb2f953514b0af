"""What property tests of this room share: policies, settings of Hypothesis, and what anybody may do with a case."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

from refund_fsm import Evidence, Policy, RefundCase
from refund_fsm.case.refusal import Verdict

POLICIES = {
    "guide": Policy.guide(),
    "statute": Policy.statute(),
    "escalate": Policy(on_merchant_silence="escalate", max_resubmissions=0, max_evidence_requests=1, found_at_once_hours=1),
}
UNDER = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
SURE = settings(derandomize=True, max_examples=max(100, settings().max_examples))  # what must come up comes up on every run


def given_details(case: RefundCase, name: str) -> dict[str, Any]:
    """What an event needs."""
    known = {"note": "说明", "tracking_no": "SF1", "evidence": Evidence(kind="photo", by="buyer", at=case.now)}
    return {need: known[need] for need in case.workflow.events[name].needs}


def allowed(case: RefundCase) -> list[Verdict]:
    """Everything that anybody may do now."""
    return [verdict for by in case.workflow.actors for verdict in case.actions(at=case.now, by=by) if verdict.allowed]


def successors(case: RefundCase) -> Iterator[RefundCase]:
    """The case after each thing that anybody may do now, and after its limit."""
    for verdict in allowed(case):
        assert verdict.rule is not None
        yield case.apply(verdict.event, at=case.now, by=verdict.rule.actor.key, **given_details(case, verdict.event))
    if case.due and case.due.then:
        yield case.advance(to=case.due.at)
