"""Owns the classes of facts that no mutant tells apart, and what a table does in a state with facts of a class.

Two sets of facts are one class when every guard of the workflow agrees on them, now and after any effects in any order. All that a
mutant's table is made of are these guards and effects (negated, saturating, counting), so configurations of one class behave alike in
every mutant, and each mutant is judged on a few thousand of them instead of all. Must not compare tables.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from refund_fsm.errors import TooLong
from refund_fsm.graph import MAX_CONFIGS, coarsest
from refund_fsm.scenario import START
from refund_fsm.testing.mutation.saturation import saturating
from refund_fsm.workflow import Count, Effect, Policy, Rule, Workflow, counting


class Place(NamedTuple):
    """Facts as a mutant sees them: the number of their class, and the values of the facts that only the mutant has."""

    facts: int
    more: tuple[Any, ...] = ()


class FactClasses:
    """The classes of a workflow's facts under a policy. `facts_in[i]` are facts of class `i`; `openings` maps a class to the facts
    of it that some order has when a case is opened."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self.workflow, self.policy = workflow, policy
        self.names = tuple(one.name for one in workflow.fact_fields)
        self._values: Any = attrgetter(*self.names) if len(self.names) > 1 else None  # which gives one only of one
        facts = [one for one in _starts(workflow, policy) if workflow.make_up(one, START) is not None]
        first = len(facts)
        effects = [saturating(workflow, effect) for effect in dict.fromkeys(rule.effect for rule in workflow.rules) if effect]
        number = {self.values_of(one): place for place, one in enumerate(facts)}
        successors: list[list[int]] = []
        for one in facts:  # grows as it goes; ends: there are finitely many facts
            row = []
            for effect in effects:
                after = effect(one)
                row.append(number.setdefault(self.values_of(after), len(facts)))
                if row[-1] == len(facts):
                    facts.append(after)
            successors.append(row)
            if len(facts) > MAX_CONFIGS:
                raise _too_long(workflow)
        guards = tuple(workflow.guards.values())
        colours: dict[tuple[bool, ...], int] = {}
        looks = [colours.setdefault(tuple(guard(one) for guard in guards), len(colours)) for one in facts]
        block_of = coarsest(looks, successors)
        self.class_of: Mapping[tuple[Any, ...], int] = {values: block_of[place] for values, place in number.items()}
        self.facts_in: dict[int, Any] = {}
        self.openings: dict[int, list[Any]] = {}
        for place, one in enumerate(facts):
            self.facts_in.setdefault(block_of[place], one)
            if place < first:
                self.openings.setdefault(block_of[place], []).append(one)

    def values_of(self, facts: Any) -> tuple[Any, ...]:
        """The values of the workflow's own facts."""
        found: tuple[Any, ...] = self._values(facts) if self._values else tuple([getattr(facts, name) for name in self.names])
        return found


def _starts(workflow: Workflow, policy: Policy) -> Iterator[Any]:
    starts = [one.start(policy) for one in workflow.fact_fields]
    if math.prod(map(len, starts)) > MAX_CONFIGS:
        raise _too_long(workflow)
    for values in itertools.product(*starts):
        yield workflow.facts(**dict(zip((one.name for one in workflow.fact_fields), values, strict=True)))


def _too_long(workflow: Workflow) -> TooLong:
    cap = f"exploration.MAX_CONFIGS = {MAX_CONFIGS:,}"
    return TooLong(f"workflow {workflow.key}: more than {cap} sets of facts; expected fewer facts, or facts of fewer values")


class Table:
    """What one workflow, the original or a mutant, does at a place. `base` is the original's table: where rows are the same, so
    are its answers."""

    def __init__(self, workflow: Workflow, classes: FactClasses, base: Table | None = None) -> None:
        self.workflow, self.classes, self.base = workflow, classes, base
        self._answers: dict[tuple[str, str, Place], tuple[Rule, Place] | None] = {}
        self._facts: dict[Place, Any] = {}
        self._afters: dict[tuple[Effect, Place], Place] = {}
        self._counts: dict[tuple[str, Place], Count | None] = {}

    @cached_property
    def own_facts(self) -> tuple[str, ...]:
        """The names of the facts that the original has not."""
        return tuple(one.name for one in fields(self.workflow.facts) if one.name not in self.classes.names)

    def start(self, number: int) -> Place:
        """The place that a case with facts of a class opens at."""
        starts = {one.name: one.starts for one in self.workflow.fact_fields}
        return Place(number, tuple(starts[name] for name in self.own_facts))

    def fires(self, state: str, event: str, at: Place) -> tuple[Rule, Place] | None:
        """The first rule that holds, and the place after it; None when the event is refused. Clock events as if they were due."""
        rules = self.workflow.rules_at.get((state, event), ())
        if self.base is not None and rules == self.base.workflow.rules_at.get((state, event), ()):
            found = self.base.fires(state, event, Place(at.facts))
            return None if found is None else (found[0], Place(found[1].facts, at.more))
        asked = (state, event, at)
        if asked not in self._answers:
            self._answers[asked] = self._fired(rules, at)
        return self._answers[asked]

    def _fired(self, rules: tuple[Rule, ...], at: Place) -> tuple[Rule, Place] | None:
        facts = self._facts_at(at)
        for rule in rules:
            if not rule.source.final and rule.holds(facts):
                return rule, at if rule.effect is None else self._after(rule.effect, at)
        return None

    def _facts_at(self, at: Place) -> Any:
        if at not in self._facts:
            facts = self.classes.facts_in[at.facts]
            own = zip(self.own_facts, at.more, strict=True)
            known = zip(self.classes.names, self.classes.values_of(facts), strict=True)
            self._facts[at] = self.workflow.facts(**dict(known), **dict(own)) if self.own_facts else facts
        return self._facts[at]

    def _after(self, effect: Effect, at: Place) -> Place:
        if (effect, at) not in self._afters:
            after = effect(self._facts_at(at))
            values = tuple(getattr(after, name) for name in self.own_facts)
            self._afters[effect, at] = Place(self.classes.class_of[self.classes.values_of(after)], values)
        return self._afters[effect, at]

    def count(self, state: str, at: Place) -> Count | None:
        """How the limit of a state is counted there."""
        if self.base is not None and self.workflow.limits == self.base.workflow.limits:
            return self.base.count(state, Place(at.facts))
        if (state, at) not in self._counts:
            self._counts[state, at] = counting(self.workflow, self.classes.policy).of(state, self._facts_at(at))
        return self._counts[state, at]

    def passed(self, state: str, at: Place) -> tuple[str, Place] | None:
        """Where a case is when the limit of its state has passed, itself when nothing enforces it; None when the clock goes round
        for ever. The count goes on as long as states are counted together, so more than one rule may fire."""
        group_of = self.workflow.group_of
        group, met = group_of[state], set[tuple[str, Place]]()
        while (state, at) not in met:  # ends: there are finitely many places
            met.add((state, at))
            found = self._by_clock(state, at)
            if found is None:
                return state, at
            rule, at = found
            state = rule.dest.key
            if group_of.get(state) != group:
                return state, at
        return None

    def _by_clock(self, state: str, at: Place) -> tuple[Rule, Place] | None:
        for name in dict.fromkeys(rule.event.name for rule in self.workflow.clock_rules.get(state, ())):
            found = self.fires(state, name, at)
            if found is not None:
                return found
        return None
