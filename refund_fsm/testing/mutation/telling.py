"""Owns the verdict on a fault inside a guard, a derivation or a calendar: whether any case can tell it from the original.

A guard's fault is told by a row of a truth table that some case meets and that leads elsewhere; a derivation's by an order and an instant
at which a filing leads elsewhere, or to where later guards answer otherwise; a calendar's by a count that ends elsewhere. Orders are those
of `scenes`. Must not run a suite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, partial
from typing import Any

from refund_fsm.errors import CalendarOutOfRange, TooLong, WorkflowError
from refund_fsm.graph import drift
from refund_fsm.paths import Hops, Row, rows_of, tables_of
from refund_fsm.scenario import START
from refund_fsm.testing.mutation.alike import Alike
from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.testing.mutation.scenes import Hints, Scene, Told, around, scenes, told
from refund_fsm.testing.mutation.touch import touched
from refund_fsm.workflow import Count, Policy, Rule, Value, WorkCalendar, Workflow, counting

DAYS = 730  # on which counts are begun: two years
HOURS = (timedelta(0), timedelta(hours=7, minutes=59), timedelta(hours=8), timedelta(hours=10), timedelta(days=1, microseconds=-1))
SEARCHED = 6  # every so many orders the instants at which a mutant's facts change are searched; in between they are known from there

Outcome = tuple[Any, ...]  # what comes of an event: nothing, or a state with an effect


class Teller:
    """Tells mutants of `inside` from their workflow, under a policy (None: the workflow's own profile)."""

    def __init__(self, workflow: Workflow, policy: Policy | None = None) -> None:
        self.workflow, self.policy = workflow, policy or workflow.default_policy()

    def equivalent(self, mutant: Mutant) -> bool:
        """Whether no case tells the mutant from the original, as far as is tried."""
        if mutant.calendar is not None:
            faulty = mutant.under(self.policy)
            return not self._ends_differ(faulty.calendar) and not self._facts_differ(self.workflow, faulty)
        if mutant.workflow.facts_of is not self.workflow.facts_of:
            return not self._facts_differ(mutant.workflow, self.policy)
        return not self._rows_differ(mutant.workflow)

    # Guards

    @cached_property
    def _hops(self) -> Hops:
        return Hops(self.workflow, self.policy)

    @cached_property
    def _rows(self) -> dict[tuple[str, str], list[tuple[Any, Outcome]]]:
        """By state and event, facts of every row that a case meets, and what comes of it."""
        found: dict[tuple[str, str], list[tuple[Any, Outcome]]] = {}
        for row in rows_of(self._hops):
            facts = self._example(row)
            found.setdefault((row.state, row.event), []).append((facts, _outcome(self.workflow.rules_at[row.state, row.event], facts)))
        return found

    def _rows_differ(self, mutant: Workflow) -> bool:
        cells = touched(self.workflow, mutant).cells
        return any(_outcome(mutant.rules_at[cell], facts) != ours for cell in cells for facts, ours in self._rows.get(cell, ()))

    def _example(self, row: Row) -> Any:
        """Facts of a row. Its other facts matter to no guard."""
        known = dict(zip(tables_of(self.workflow)[row.state, row.event], row.values, strict=True))
        first: dict[str, Value] = {one.name: one.start(self.policy)[0] for one in self.workflow.fact_fields}
        return self.workflow.facts(**{**first, **known})

    # Derivations

    @cached_property
    def _scenes(self) -> tuple[Scene, ...]:
        return tuple(scenes(self.workflow, self.policy))

    @cached_property
    def _alike(self) -> Alike:
        return Alike(self.workflow, self.policy)

    @cached_property
    def _filings(self) -> list[tuple[tuple[Rule, ...], tuple[dict[str, Any], ...]]]:
        """The rules of each filing in each state, with what effects may have set there by then."""
        found = []
        for (state, _), rules in self.workflow.rules_at.items():
            if rules[0].event.files:
                kept = {tuple(sorted(spot.kept.items())): dict(spot.kept) for spot in self._hops.spots if spot.state == state}
                found.append((rules, tuple(kept.values()) or ({},)))
        return found

    def _facts_differ(self, mutant: Workflow, policy: Policy) -> bool:
        hints, seen = Hints(), dict[tuple[Any, Any, bool], bool]()
        for number, scene in enumerate(self._scenes):
            derive, opens = partial(told, mutant, policy, scene.opening), scene.opening.at
            for at in self._looks(scene, derive, hints, searched=number % SEARCHED == 0):
                ours, theirs = scene.at(at), derive(at)
                if ours == theirs:
                    continue
                key = (ours, theirs, at == opens)
                if key not in seen:
                    seen[key] = self._shows(*key)
                if seen[key]:
                    return True
        return False

    def _looks(self, scene: Scene, derive: Told, hints: Hints, *, searched: bool) -> Iterator[datetime]:
        """At which instants to compare: where the original changes, where the mutant is known to from orders before, and, in some orders,
        where it is found to."""
        yield from scene.looks
        places = hints.of(scene.opening)
        if searched:
            places = drift.changes(derive, scene.opening.at, (*scene.looks, *places))
            hints.learn(scene.opening, (at for at in places if at not in scene.looks))
        yield from (at for at in around(places) if at not in scene.looks and at >= scene.opening.at)

    def _shows(self, ours: Any, theirs: Any, opens: bool) -> bool:
        """Whether a case can tell two sets of facts, derived at one instant, that at which it opens or another."""
        try:
            self.workflow.bounds(self.policy).check(theirs, "", "")
        except WorkflowError:  # a fault that makes no facts is told at once
            return True
        if opens and self._alike.place(self.workflow.initial.key, ours) != self._alike.place(self.workflow.initial.key, theirs):
            return True
        return any(
            self._filed(rules, replace(ours, **kept)) != self._filed(rules, replace(theirs, **kept))
            for rules, several in self._filings
            for kept in several
        )

    def _filed(self, rules: tuple[Rule, ...], facts: Any) -> Any:
        """Where a filing leads: a state, and what facts there can be told apart by."""
        rule = next((rule for rule in rules if rule.holds(facts)), None)
        if rule is None:
            return None
        return rule.dest.key, self._alike.place(rule.dest.key, rule.effect(facts) if rule.effect else facts)

    # Calendars

    def _ends_differ(self, calendar: WorkCalendar) -> bool:
        """Whether any count that a case meets ends elsewhere, from five instants of each day of two years."""
        right = self.policy.calendar
        starts = [START.replace(hour=0) + timedelta(days=day) + hour for day in range(-DAYS // 2, DAYS // 2) for hour in HOURS]
        return any(_end(right, one, at) != _end(calendar, one, at) for one in self._counts for at in starts)

    @cached_property
    def _counts(self) -> list[Count]:
        counts = counting(self.workflow, self.policy)
        found = {id(one): one for spot in self._hops.spots if (one := counts.of(spot.state, spot.facts)) is not None}
        return list(found.values())


def _outcome(rules: tuple[Rule, ...], facts: Any) -> Outcome:
    """What comes of an event; which rule has it is not seen."""
    rule = next((rule for rule in rules if rule.holds(facts)), None)
    return () if rule is None else (rule.dest.key, rule.effect)


def _end(calendar: WorkCalendar, count: Count, start: datetime) -> datetime | None:
    try:
        return count.end(calendar, start).at
    except (CalendarOutOfRange, TooLong):
        return None
