"""Owns `skeleton`: a behaviour for any workflow to start from, which runs as it is and says that every number in it is assumed.

Must not know an order type, nor any number but those that it says are assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from refund_fsm.errors import BadData
from refund_fsm.graph import ConfigGraph, explore
from refund_fsm.scenario import Player
from refund_fsm.simulate.behaviour.behaviour import Behaviour
from refund_fsm.simulate.behaviour.delays import Quantity, Uniform
from refund_fsm.simulate.behaviour.rows import NOTHING, Choice, Share
from refund_fsm.workflow import CLOCK, FactField, Policy, State, Workflow

NOTE = "A skeleton: all weights and delays are assumed. Put your own numbers in."
USUAL = Uniform(least=1, most=24, unit="hours")  # in a state without a limit
ON_THE_SPINE, ELSEWHERE, STILL = 3.0, 1.0, 6.0  # weights: of a step of the main path, of another, and of those who only may act


def skeleton(workflow: Workflow, policy: Policy | None = None) -> Behaviour:
    """A behaviour of a workflow, to be changed: `simulate` and `first_passage` take it as it is.

    In every state each actor draws one of the events that lead out of it, steps of the spine more often, and takes as long as the
    limit allows at most; whoever has fewer events there than another actor mostly does nothing. The mix has an opening of an order
    from which a case can go furthest along the spine, and those that differ from it in one fact and can begin it, all alike. Events
    that stay in their state are left out. `BadData` where no order can open a case that anything moves.
    """
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow, such as orders.get('virtual')")
    policy = policy or workflow.default_policy()
    choices = tuple(row for state in workflow.states.values() if not state.final for row in _choices(workflow, state, policy))
    common, mix = _mix(workflow, policy)
    if not choices:
        raise BadData("workflow", workflow, "a rule that somebody but the clock fires: there is nothing for a behaviour to say")
    return Behaviour(order_type=workflow.key, note=NOTE, facts=common, mix=mix, choices=choices)


def _choices(workflow: Workflow, state: State, policy: Policy) -> Iterator[Choice]:
    """The rows of a state."""
    on_spine = {(path[place].key, path[place + 1].key) for path in workflow.spine for place in range(len(path) - 1)}
    events: dict[str, dict[str, float]] = {}
    for rule in workflow.rules:
        if rule.source.key == state.key and not rule.by_clock and not rule.internal:
            weights = events.setdefault(rule.actor.key, {})
            here = ON_THE_SPINE if (rule.source.key, rule.dest.key) in on_spine else ELSEWHERE
            weights[rule.event.name] = max(here, weights.get(rule.event.name, 0.0))
    most = max((sum(weights.values()) for weights in events.values()), default=0.0)
    delay = _delay(workflow, state, policy)
    leading = next((actor for actor, weights in events.items() if sum(weights.values()) == most), None)
    for actor, weights in events.items():
        yield from (Choice(state=state.key, event=event, weight=weight, delay=delay) for event, weight in weights.items())
        if actor != leading:
            yield Choice(state=state.key, event=NOTHING, actor=actor, weight=STILL * sum(weights.values()))


def _delay(workflow: Workflow, state: State, policy: Policy) -> Quantity:
    """At most as long as the limit of a state allows."""
    limit = workflow.ordinary(state.key)
    if limit is None:
        return USUAL
    return Uniform(least=0, most=max(float(limit.length_in(policy)), 1.0), unit=limit.unit)


def _mix(workflow: Workflow, policy: Policy) -> tuple[dict[str, Any], tuple[Share, ...]]:
    """The facts that all openings share, and the openings."""
    graph = explore(workflow, policy)
    far = {config: _along(workflow, graph, config) for config in graph.openings}
    moved = {graph.facts_of(config): steps for config, steps in far.items() if steps > 0}
    ranked = sorted(moved, key=lambda facts: -moved[facts])  # the order of the openings, where as far
    base = next((facts for facts in ranked if Player.with_facts(workflow, policy, facts) is not None), None)
    if base is None:
        raise BadData("workflow", workflow, "an example_of that gives an order for facts that some event moves")
    free = [one for one in workflow.fact_fields if len(one.start(policy)) > 1]
    found = [base, *_varied(workflow, policy, base, free, moved)]
    shared = {
        one.name: getattr(base, one.name) for one in free if all(getattr(facts, one.name) == getattr(base, one.name) for facts in found)
    }
    rest = [one.name for one in free if one.name not in shared]
    return shared, tuple(Share(weight=1, facts={name: getattr(facts, name) for name in rest}) for facts in found)


def _varied(workflow: Workflow, policy: Policy, base: Any, free: list[FactField], moved: Mapping[Any, int]) -> Iterator[Any]:
    """Openings that differ from the first in one fact, which an order can have and some event moves."""
    for one in free:
        for value in one.start(policy):
            facts = replace(base, **{one.name: value})
            if facts != base and facts in moved and Player.with_facts(workflow, policy, facts) is not None:
                yield facts


def _along(workflow: Workflow, graph: ConfigGraph, config: int) -> int:
    """How many steps of the spine a case can go that opens so; without a spine, 2 where somebody moves it, 1 where only the clock does."""
    width, (path, *_) = len(graph.events), (*workflow.spine, ())
    free = [number for number, name in enumerate(graph.events) if workflow.events[name].actor != CLOCK]
    for steps, state in enumerate(path[1:]):
        after = [graph.successor[config * width + event] for event in range(width)]
        config = next((one for one in after if one >= 0 and graph.states[graph.state_of[one]] == state.key), -1)
        if config < 0:
            return steps
    if path:
        return len(path) - 1
    moves = [event for event in range(width) if graph.successor[config * width + event] not in (-1, config)]
    return 2 if any(event in free for event in moves) else int(bool(moves))
