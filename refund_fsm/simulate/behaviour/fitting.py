"""Owns whether rows of a behaviour fit a workflow: its states, events, actors and facts. Must not change them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from refund_fsm.errors import BadData
from refund_fsm.simulate.behaviour.rows import NOTHING, Choice
from refund_fsm.workflow import CLOCK, Event, Workflow


def fits(row: Choice, state: str | None, event: str | None, actor: str | None, events: Mapping[str, Event]) -> bool:
    """Whether a row is one of a state, an event and an actor (None: any); `events` says whose an event is."""
    if state not in (None, row.state) or event not in (None, row.event):
        return False
    return actor is None or actor == (row.actor or (events[row.event].actor.key if row.event in events else None))


def check_choice(row: Choice, workflow: Workflow, where: str) -> None:
    """`BadData` for a row with a state, event, actor or fact that the workflow does not have."""
    state = workflow.states.get(row.state)
    if state is None:
        raise BadData(f"{where}.state", row.state, f"a state of {workflow.key}: {', '.join(workflow.states)}")
    if state.final:
        raise BadData(f"{where}.state", row.state, "a state that is not final: nothing happens there")
    if row.event == NOTHING:
        if row.actor not in workflow.actors or row.actor == CLOCK.key:
            raise BadData(f"{where}.actor", row.actor, f"an actor of {workflow.key}: {_actors(workflow)}")
    else:
        event = workflow.events.get(row.event)
        here = [name for (source, name) in workflow.rules_at if source == row.state and workflow.events[name].actor != CLOCK]
        if event is None or row.event not in here:
            raise BadData(f"{where}.event", row.event, f"an event that somebody has in {row.state}: {', '.join(here)}, or {NOTHING}")
        if row.actor not in (None, event.actor.key):
            raise BadData(f"{where}.actor", row.actor, f"{event.actor.key!r}, who has this event, or none")
    check_facts(row.when, workflow, f"{where}.when", several=True)


def check_facts(facts: Mapping[str, Any], workflow: Workflow, where: str, *, several: bool) -> None:
    """`BadData` for facts that are none, or have other values; `several`: a list of values is one too."""
    known = {one.name: one for one in workflow.fact_fields}
    for name, value in facts.items():
        if name not in known:
            raise BadData(f"{where}.{name}", value, f"a fact of {workflow.key}: {', '.join(known)}")
        if isinstance(value, tuple) and not several:
            raise BadData(f"{where}.{name}", value, "one value")
        domain = known[name].values
        for one in value if isinstance(value, tuple) else (value,):
            fits = type(one) is int if domain is None else any(type(one) is type(each) and one == each for each in domain)
            if not fits:
                expected = "a whole number" if domain is None else f"one of {', '.join(map(repr, domain))}"
                raise BadData(f"{where}.{name}", one, expected)


def _actors(workflow: Workflow) -> str:
    return ", ".join(key for key in workflow.actors if key != CLOCK.key)
