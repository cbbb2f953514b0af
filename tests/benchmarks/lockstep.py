"""Steps per second of random lockstep against an in-memory implementation, and of a `RuleBasedStateMachine` with a rule per trigger.

Run by hand: `python -m tests.benchmarks.lockstep`. Both drive the same implementation, a table of dictionaries over the configurations
that were met, in turn, round after round, so that noise of the machine hits both alike. A step is a call of `apply` whose answer and state
are compared. What lockstep needs besides (drawing openings and paths, expectations, deadlines of the clock) is in its time; the
stateful test gets its openings ready made, and looks up what it expects in the same table.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from refund_fsm import CLOCK, Order, Policy, RefundRequest, Workflow, orders
from refund_fsm.scenario.path import START, Opening, details_of
from refund_fsm.testing import verify_implementation
from refund_fsm.testing.openings import openings_of

ROUNDS = 5
WALKS = 3000
EXAMPLES, STEPS = 100, 50
GOAL = 20


class Config:
    """A state and facts: by event, the configuration that follows and the facts that it changed. Filled when it is first met."""

    __slots__ = ("after", "facts", "state")

    def __init__(self, state: str, facts: Any) -> None:
        self.state, self.facts = state, facts
        self.after: dict[str, tuple[Config, dict[str, Any]]] | None = None

    def row(self, rows: Rows) -> dict[str, tuple[Config, dict[str, Any]]]:
        """What every event does that is taken here."""
        if self.after is None:
            self.after = {}
            for one in rows.workflow.rules:
                if one.source.key == self.state and all(guard(self.facts) for guard in one.when):
                    facts = one.effect(self.facts) if one.effect else self.facts
                    names = one.effect.changes if one.effect else ()
                    changed = {name: getattr(facts, name) for name in names if getattr(facts, name) != getattr(self.facts, name)}
                    self.after[one.event.name] = rows.config(one.dest.key, facts), changed
        return self.after


class Rows:
    """The table of a workflow, shared by all cases."""

    def __init__(self, workflow: Workflow) -> None:
        self.workflow, self.policy = workflow, Policy.guide()
        self.limit = {key: (one.length_in(self.policy), one.unit) for key, (*_, one) in workflow.limits_at.items()}
        self.actor = {name: event.actor.key for name, event in workflow.events.items()}
        self.needs = {name: event.needs for name, event in workflow.events.items()}
        self.files = {(one.source.key, one.event.name) for one in workflow.rules if one.event.files}
        self._configs: dict[tuple[str, Any], Config] = {}

    def config(self, state: str, facts: Any) -> Config:
        """The one configuration of a state and facts."""
        found = self._configs.get((state, facts))
        return found or self._configs.setdefault((state, facts), Config(state, facts))

    def opened(self, order: Order, request: RefundRequest, at: datetime) -> Config:
        """The configuration of a case just opened."""
        return self.config(self.workflow.initial.key, self.workflow.facts_of(order, request, at, self.policy))


class InMemory:
    """A case as a place in the table. A filing derives the facts anew, but for those that a step has changed."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows

    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        """Opens the case."""
        self.order, self.request = order, request
        self.at = self.entered = at
        self.kept: dict[str, Any] = {}
        self.config = self.rows.opened(order, request, at)

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """Whether the event is taken."""
        rows, config = self.rows, self.config
        if rows.actor.get(event) != by or at < self.at:
            return False
        for need in rows.needs[event]:
            value = details.get(need)
            if not value or (isinstance(value, str) and not value.strip()):
                return False
        if (config.state, event) in rows.files:
            config = rows.config(config.state, replace(rows.workflow.facts_of(self.order, self.request, at, rows.policy), **self.kept))
        found = (config.after or config.row(rows)).get(event)
        if found is None or (by == "clock" and at < self.due()):
            return False
        dest, changed = found
        if changed:
            self.kept.update(changed)
        group_of = rows.workflow.group_of
        if config.state != dest.state and group_of.get(config.state) != group_of.get(dest.state, -1):
            self.entered = at
        self.config, self.at = dest, at
        return True

    def due(self) -> datetime:
        """The limit of the present state."""
        return self.rows.policy.calendar.deadline(self.entered, *self.rows.limit[self.config.state]).at

    def state(self) -> str:
        """The key of the state."""
        return self.config.state


class ThreeMethods:
    """`InMemory` with nothing but the three methods."""

    def __init__(self, rows: Rows) -> None:
        made = InMemory(rows)
        self.open, self.apply, self.state = made.open, made.apply, made.state


def plain_machine(rows: Rows, counted: list[int]) -> type[RuleBasedStateMachine]:
    """A rule for each event with a precondition, as a user would write it; what is expected stands in the table."""
    workflow = rows.workflow
    facts = openings_of(workflow, rows.policy).fruitful[:64]
    examples = [Opening(*example, START) for one in facts if (example := workflow.example_of(one, START))]

    def begin(self: Any, opening: Opening) -> None:
        self.case = ThreeMethods(rows)
        self.case.open(*opening)
        self.config, self.at = rows.opened(*opening), opening.at

    def possible(self: Any, event: str) -> bool:
        return event in self.config.row(rows)

    def fire(self: Any, event: str) -> None:
        self.at += timedelta(minutes=1)
        counted[0] += 1
        assert self.case.apply(event, rows.actor[event], self.at, details_of(workflow.events[event], self.at)) is True
        self.config, _ = self.config.row(rows)[event]
        assert self.case.state() == self.config.state

    def nothing(_: Any) -> None:
        """A rule that may always run, as a case that has ended needs one. Counted as a step too."""
        counted[0] += 1

    body: dict[str, Any] = {"begin": initialize(opening=st.sampled_from(examples))(begin), "nothing": rule()(nothing)}
    for name, event in workflow.events.items():
        if event.actor.key != CLOCK.key:
            body[name] = precondition(_bound(possible, name))(rule()(_bound(fire, name)))
    return type("Plain", (RuleBasedStateMachine,), body)


def _bound(what: Any, name: str) -> Any:
    """A function of the machine alone; a `partial` would be printed for every precondition, which is slow."""

    def one(self: Any) -> Any:
        return what(self, name)

    one.__name__ = name
    return one


def stateful(machine: type[RuleBasedStateMachine], counted: list[int]) -> float:
    """Steps per second of the stateful test."""
    counted[0] = 0
    chosen = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, database=None, deadline=None, suppress_health_check=tuple(HealthCheck)
    )
    start = time.perf_counter()
    run_state_machine_as_test(machine, settings=chosen)
    return counted[0] / (time.perf_counter() - start)


def lockstep(rows: Rows, seed: int) -> tuple[float, float]:
    """Steps per second of random lockstep, and how long a path is."""
    start = time.perf_counter()
    report = verify_implementation(partial(ThreeMethods, rows), rows.workflow, criterion=(), examples=WALKS, seed=seed, isolation="none")
    taken = time.perf_counter() - start
    assert report.ok, str(report)
    return report.steps / taken, report.steps / report.walks


def main() -> None:
    """Prints the table."""
    print(f"{'order type':16}{'lockstep, steps/s':>20}{'steps a path':>14}{'rule per trigger':>20}{'ratio':>8}   goal {GOAL}×")
    for key in orders.keys():
        rows, counted = Rows(orders.get(key)), [0]
        machine = plain_machine(rows, counted)
        ours, theirs = list[float](), list[float]()
        length = 0.0
        for number in range(ROUNDS):
            gc.collect()
            speed, length = lockstep(rows, number)
            ours.append(speed)
            theirs.append(stateful(machine, counted))
        one, other = statistics.median(ours), statistics.median(theirs)
        print(f"{key:16}{one:20,.0f}{length:14.1f}{other:20,.0f}{one / other:7.1f}×")


if __name__ == "__main__":
    main()
