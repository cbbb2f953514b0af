"""Advice is right after every step of every workflow, own ones included, for every role, in both languages: what is offered is taken,
what is taken is offered, nothing is past without being called so, and no two items contradict."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain, product
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refund_fsm import CLOCK, Policy, RefundCase, Workflow
from refund_fsm.paths import cover
from refund_fsm.testing.strategies import LegalPath, legal_paths
from tests.advice.story import Seen, details_of, look
from tests.case.drawn import allowed
from tests.samples import at
from tests.workflows import EVEN_AWKWARD

OTHER = Policy.statute().model_copy(update={"on_merchant_silence": "escalate", "max_resubmissions": 0, "max_evidence_requests": 0})
NEVER_BARRED = {  # events of which one rule or another takes whatever comes where they are possible
    *(("shop_official", event) for event in ("confirm_receipt", "rule_for_merchant", "withdraw")),
}
LATE = timedelta(days=9)  # longer than the days of no-reason return
EXAMPLES, OPENINGS = 10, 16
OPENED = at("2026-02-13 10:00")


def policies_of(workflow: Workflow) -> tuple[Policy, Policy]:
    """The workflow's own profile, in which limits may become others in February 2026, and another."""
    own = workflow.default_policy()
    return own, OTHER.model_copy(update={"special": own.special})


def openings(workflow: Workflow, policy: Policy) -> Iterator[RefundCase]:
    """A case of some facts, spread over all that an order can have, and the same a move and two later: so that every guard fails."""
    domains = workflow.domains(policy)
    every = list(product(*domains.values()))
    for values in Random(13).sample(every, min(len(every), OPENINGS)):
        found = workflow.example_of(workflow.facts(**dict(zip(domains, values, strict=True))), OPENED)
        if found is not None:
            case = RefundCase.open(*found, at=OPENED, policy=policy, workflow=workflow)
            yield case
            for _ in range(2):
                moves = [verdict.rule for verdict in allowed(case) if verdict.rule and not verdict.rule.dest.final]
                if moves:
                    name, by = moves[-1].event.name, moves[-1].actor.key
                    case = case.apply(name, at=OPENED, by=by, **details_of(case, name, OPENED))
                    yield case


def walked(workflow: Workflow, policy: Policy) -> Iterator[RefundCase]:
    """A case after each step of the paths that cover all rules; of those alike, one."""
    met = set()
    for path in cover(workflow, "rules", policy=policy).paths:
        order, request, when = path.opening
        case = RefundCase.open(order, request, at=when, policy=policy, workflow=workflow)
        for step in (None, *path.steps):
            if step is not None:
                case = case.advance(to=step.at)
                if step.event is not None and step.by != CLOCK.key and step.accepted:
                    case = case.apply(step.event, at=step.at, by=str(step.by), **step.details)
            if (case.state.key, case.facts) not in met:
                met.add((case.state.key, case.facts))
                yield case


def faults_of(case: RefundCase, seen: Seen) -> list[str]:
    """The faults now and when its limit has passed, and for the one who files long after."""
    due, filer = case.due, case.workflow.rules[0].actor.key
    found = [fault for when in dict.fromkeys([case.now, *([due.at] if due else [])]) for fault in look(case, when, seen)]
    return found + ([] if case.state.final else look(case, case.now + LATE, seen, {filer}))


@pytest.mark.parametrize("key", EVEN_AWKWARD)
def test_every_state_is_met_and_every_event_is_offered_and_refused(key: str) -> None:
    workflow, seen = EVEN_AWKWARD[key], Seen()
    for policy in policies_of(workflow):
        for case in chain(openings(workflow, policy), walked(workflow, policy)):
            assert faults_of(case, seen) == []
    states = {(key, state) for state in workflow.states}
    events = {(key, name) for name, event in workflow.events.items() if event.actor.key != CLOCK.key}
    assert states - set(seen.states) == set()
    assert events - set(seen.offered) == set(), "offered nowhere"
    assert events - set(seen.refused) == set(), "refused nowhere"
    guarded = {(key, rule.event.name) for rule in workflow.rules if rule.when and not rule.by_clock}
    barred = {event for event in guarded if seen.barred[event]}
    assert guarded - barred == {event for event in NEVER_BARRED if event[0] == key}, "never refused with its reason"
    sys.stdout.write(
        f"\n{key}: {seen.advices} advices on {len(seen.situations)} situations; {len(states)} states; {len(events)} events, offered "
        f"{sum(seen.offered.values())} times, refused {sum(seen.refused.values())}, the {len(guarded)} guarded ones with their reason "
        f"too; {seen.past} instants past and called so; {seen.losses} losses told\n"
    )


@pytest.mark.parametrize("key", EVEN_AWKWARD)
@given(data=st.data())
@settings(max_examples=EXAMPLES)
def test_advice_is_right_after_every_step_of_any_path(key: str, data: st.DataObject) -> None:
    policy = data.draw(st.sampled_from(policies_of(EVEN_AWKWARD[key])))
    path: LegalPath = data.draw(legal_paths(EVEN_AWKWARD[key], policy=policy, max_steps=8))
    seen = Seen()
    for case in path.cases():
        assert look(case, case.now, seen) == []
    assert look(path.case, path.case.now + LATE, seen) == []
