"""A plain `RuleBasedStateMachine` as many would write one for a workflow, and the paths that it takes on a case.

A rule for each event, which may run in the states that have the event; a rule for the passing of time; with `illegal`, one that asks
for any event by anybody. Half of the cases open with facts that may be filed. It looks at the model only, so what it does on a mutant is
what it does on the original until the two differ: its paths are recorded once and run on every mutant. What it does after the
end of a case is not counted against it.
"""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from refund_fsm import CLOCK, Policy, Workflow
from refund_fsm.case.record import NO_DETAILS
from refund_fsm.scenario.path import Path, Player, details_of
from refund_fsm.testing.openings import openings_of

STEPS = 50  # of one example, Hypothesis's own default
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 60, 1440, 4 * 1440, 30 * 1440))


class _Enough(KeyboardInterrupt):
    """The budget is spent. Of the kind that Hypothesis lets through at once."""


def recorded(workflow: Workflow, policy: Policy, budget: int, *, illegal: bool) -> list[Path]:
    """The paths of a derandomised run, until they have `budget` steps."""
    found: list[Path] = []
    left, base = budget, _machine(workflow, policy, illegal)

    def start(self: Any) -> None:
        base.__init__(self)
        if left <= 0:
            raise _Enough

    def end(self: Any) -> None:
        nonlocal left
        player = getattr(self, "player", None)
        while player is not None and player.before is not None and player.before.case.state.final:  # ends: it has one step less
            player = player.before
        if player is not None and left > 0:
            found.append(player.path())
            left -= len(found[-1])

    machine = type("Recorded", (base,), {"__init__": start, "teardown": end})
    profile = settings(
        max_examples=budget,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    with contextlib.suppress(_Enough):
        run_state_machine_as_test(machine, settings=profile)
    return found


def _machine(workflow: Workflow, policy: Policy, illegal: bool) -> Any:
    known = openings_of(workflow, policy)
    openings = st.sampled_from(known.fruitful) | st.sampled_from(known.barren)

    class Plain(RuleBasedStateMachine):
        player: Player

        @initialize(facts=openings)
        def open(self, facts: Any) -> None:
            player = Player.with_facts(workflow, policy, facts)
            assert player is not None
            self.player = player

        @rule(wait=st.sampled_from(WAITS))
        def time_passes(self, wait: timedelta) -> None:
            self.player = self.player.at(self.player.case.now + wait)

    body: dict[str, Any] = {}
    for name, event in workflow.events.items():
        if event.actor.key != CLOCK.key:
            body[name] = _rule_of(workflow, name)
    if illegal:
        events, actors = st.sampled_from(tuple(workflow.events)), st.sampled_from(tuple(workflow.actors))
        body["illegal_event"] = rule(event=events, by=actors)(_ask)
    return type("PlainMachine", (Plain,), body)


def _rule_of(workflow: Workflow, name: str) -> Any:
    sources = {state.key for state in workflow.sources_of[name]}

    def possible(self: Any) -> bool:
        return self.player.case.state.key in sources

    def act(self: Any) -> None:
        self.player = self.player.do(name)

    return precondition(possible)(rule()(act))


def _ask(self: Any, event: str, by: str) -> None:
    """Any event by anybody; what the model makes of it is expected."""
    known = self.player.case.workflow.events[event]
    at = self.player.case.now
    self.player = self.player.told(event, by, at, details_of(known, at) if by != CLOCK.key else NO_DETAILS)
