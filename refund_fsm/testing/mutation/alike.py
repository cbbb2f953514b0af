"""Owns which facts no case can tell apart in a state: by what is taken there, how the limit is counted, and what comes after.

A bisimulation over the classes of facts that `classes` makes. Must not know a mutant.
"""

from __future__ import annotations

from typing import Any

from refund_fsm.graph import coarsest
from refund_fsm.testing.mutation.classes import FactClasses, Place, Table
from refund_fsm.workflow import CLOCK, Policy, Workflow


class Alike:
    """The blocks of a workflow's states and facts under a policy."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self._workflow = workflow
        self._facts = FactClasses(workflow, policy)
        table = Table(workflow, self._facts)
        places = [(state, number) for state in workflow.states for number in self._facts.facts_in]
        place_of = {place: count for count, place in enumerate(places)}
        looks: dict[object, int] = {}
        colours, successors = [], []
        for state, number in places:
            count = table.count(state, Place(number))
            answers: list[tuple[str, int] | None] = []
            for event in workflow.events.values():
                fired = table.fires(state, event.name, Place(number)) if self._asked(state, event.name) else None
                answers.append(None if fired is None else (fired[0].dest.key, fired[1].facts))
            look = (state, None if count is None else count.kind, tuple(answer is None for answer in answers))
            colours.append(looks.setdefault(look, len(looks)))
            successors.append([place_of[answer] for answer in answers if answer is not None])
        self._block = dict(zip(places, coarsest(colours, successors), strict=True))

    def _asked(self, state: str, event: str) -> bool:
        rules = self._workflow.rules_at.get((state, event), ())
        return bool(rules) and (rules[0].event.actor.key != CLOCK.key or state in self._workflow.limits_at)

    def place(self, state: str, facts: Any) -> object:
        """What facts in a state are told apart by: the number of their block; all that guards make of facts that none has at an opening."""
        number = self._facts.class_of.get(self._facts.values_of(facts))
        if number is None:
            return tuple(guard(facts) for guard in self._workflow.guards.values())
        return self._block[state, number]
