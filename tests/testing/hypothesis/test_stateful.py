"""Each order type as a stateful test, whose failures shrink to a few readable steps. Whole paths are `test_properties.py`'s."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from refund_fsm import CLOCK, Evidence, Order, RefundCase, RefundRequest, Refused, Workflow, orders
from refund_fsm.testing.hypothesis.strategies import orders_and_requests
from tests.exchange import WORKFLOW as EXCHANGE

WAITS = ("nothing", "a minute", "a day", "up to the limit", "to the limit", "beyond it")
PICKS = st.integers(0, 1000)
BRIEF = settings(max_examples=max(10, settings().max_examples // 4), stateful_step_count=20)


class Life(RuleBasedStateMachine):
    """One case: legal events, the clock, illegal events, saving and loading. `workflow` is set by `life_of`."""

    workflow: Workflow
    case: RefundCase

    def details(self, event: str) -> dict[str, Any]:
        """What the event needs."""
        given = {"note": "说明", "tracking_no": "SF1", "evidence": Evidence(kind="photo", by="buyer", at=self.case.now)}
        return {need: given[need] for need in self.workflow.events[event].needs}

    def verdicts(self, *, allowed: bool) -> list[tuple[str, str]]:
        """Event and actor of everything that is allowed, or refused, now."""
        verdicts = [(v, by) for by in self.workflow.actors for v in self.case.actions(at=self.case.now, by=by)]
        return [(verdict.event, by) for verdict, by in verdicts if verdict.allowed == allowed]

    def start(self, opening: tuple[Order, RefundRequest, Any]) -> None:
        """Opens the case."""
        order, request, at = opening
        self.case = RefundCase.open(order, request, at=at, workflow=self.workflow)

    @precondition(lambda self: self.verdicts(allowed=True))
    @rule(pick=PICKS)
    def a_legal_event_is_taken(self, pick: int) -> None:
        offered = self.verdicts(allowed=True)
        event, by = offered[pick % len(offered)]
        before = self.case
        self.case = before.apply(event, at=before.now, by=by, **self.details(event))
        taken = self.case.steps[-1]
        assert self.case.steps == (*before.steps, taken) and (taken.event, taken.by, taken.at) == (event, by, before.now)
        assert (taken.source, taken.dest) == (before.state, self.case.state)

    @rule(wait=st.sampled_from(WAITS))
    def the_clock_passes(self, wait: str) -> None:
        before, due = self.case, self.case.due
        left = max(due.at - before.now, timedelta(0)) if due else timedelta(days=1)
        tick = min(left, timedelta(microseconds=1))
        gaps = (timedelta(0), timedelta(minutes=1), timedelta(days=1), left - tick, left, left + timedelta(days=2))
        to = before.now + gaps[WAITS.index(wait)]
        self.case = before.advance(to=to)
        fired = self.case.steps[len(before.steps) :]
        assert self.case.now == to and all(step.by == CLOCK.key for step in fired)
        assert bool(fired) == bool(due and due.then and due.at <= to)
        if fired and due:
            assert (fired[0].at, fired[0].rule) == (due.at, due.then)

    @precondition(lambda self: self.verdicts(allowed=False))
    @rule(pick=PICKS)
    def an_illegal_event_is_refused_and_changes_nothing(self, pick: int) -> None:
        barred = self.verdicts(allowed=False)
        event, by = barred[pick % len(barred)]
        saved = self.case.to_json()
        with pytest.raises(Refused) as refused:
            self.case.apply(event, at=self.case.now, by=by, **self.details(event))
        assert refused.value.refusal.explain("zh") and self.case.to_json() == saved

    @rule()
    def a_case_is_saved_and_loaded(self) -> None:
        loaded = RefundCase.from_json(self.case.to_json(), workflow=self.workflow)
        assert loaded == self.case
        self.case = loaded

    @invariant()
    def the_money_is_right(self) -> None:
        pays = [step for step in self.case.steps if step.rule.event.pays]
        assert self.case.paid_fen == len(pays) * self.case.amount_fen and len(pays) <= 1
        assert not pays or self.case.state.final

    @invariant()
    def no_enforced_limit_lies_behind(self) -> None:
        due = self.case.due
        assert not (due and due.then and due.at <= self.case.now)


def life_of(workflow: Workflow) -> type[Life]:
    """The stateful test of one workflow."""
    start = initialize(opening=orders_and_requests(workflow))(Life.start)
    return type(f"Life_{workflow.key}", (Life,), {"workflow": workflow, "begin": start})


@pytest.mark.parametrize("workflow", [*(orders.get(key) for key in orders.keys()), EXCHANGE], ids=lambda workflow: workflow.key)
def test_a_life(workflow: Workflow) -> None:
    run_state_machine_as_test(life_of(workflow), settings=BRIEF)
