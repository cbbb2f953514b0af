"""Owns which refusals a state has for each actor, with an input that asks for it: the goals of the criterion `refusals`.

Must not plan a path.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from refund_fsm.paths.inputs import NO_SUCH_EVENT, Input
from refund_fsm.paths.space import Space
from refund_fsm.workflow import CLOCK, Event


def refused(space: Space, place: int) -> Iterator[tuple[str, Input]]:
    """The name of each refusal at a place, and what is refused so."""
    workflow, key = space.workflow, space.state(place)
    here = [event for name, event in workflow.events.items() if (key, name) in workflow.rules_at]
    for by in workflow.actors:
        yield f"{key} {by} unknown_event", Input("by", NO_SUCH_EVENT, by)
        anything = _preferred(list(workflow.events.values()), by)
        if workflow.states[key].final:
            yield f"{key} {by} case_final", Input("by", anything.name, by)
            continue
        yield f"{key} {by} time_reversed", Input("reversed", anything.name, by)
        elsewhere = [event for event in workflow.events.values() if event not in here]
        if elsewhere:
            yield f"{key} {by} wrong_state", Input("by", _preferred(elsewhere, by).name, by)
        foreign = [event for event in here if event.actor.key != by]
        if foreign:
            yield f"{key} {by} wrong_actor", Input("by", foreign[0].name, by)
        for event in here:
            if event.actor.key != by:
                continue
            if by == CLOCK.key:
                yield f"{key} {by} not_due", Input("by", event.name, by)
                continue
            if event.needs:
                yield f"{key} {by} missing_detail", Input("bare", event.name, by)
            if not any(move.input == Input("do", event.name) for move in space.moves(place)):
                yield f"{key} {by} guard_failed", Input("by", event.name, by)


def _preferred(events: Sequence[Event], by: str) -> Event:
    """An event of the actor, if there is one."""
    return next((event for event in events if event.actor.key == by), events[0])
