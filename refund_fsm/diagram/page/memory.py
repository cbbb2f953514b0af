"""Owns what a configuration may forget: facts that nothing reads from its state on. Of very many configurations few are left.

Must not know an order type, nor what the facts mean.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from refund_fsm.workflow import CLOCK, Effect, Policy, Workflow, counting, reads_of

TRIED = 509  # sets of facts that an effect is tried on, to see whether it reads what is to be forgotten


class Memory:
    """Which facts are read in each state or after it: by guards of rules, of limits and of the law, and by effects."""

    def __init__(self, workflow: Workflow, policy: Policy, reads: Mapping[str, Sequence[str]], tried: Sequence[Any]) -> None:
        self._workflow, self._domains = workflow, workflow.domains(policy)
        self._counting = counting(workflow, policy)
        self._tried = tried[:: max(1, len(tried) // TRIED)]
        needed = {key: self._here(key, reads) for key in workflow.states}
        files = {rule.source.key for rule in workflow.rules if rule.event.files and rule.event.actor.key != CLOCK.key}
        self._drifts = {key: key in files for key in workflow.states}
        changed = True
        while changed:
            changed = False
            for rule in workflow.rules:
                source, dest = rule.source.key, rule.dest.key
                found = needed[dest] | (self._read_by(rule.effect, needed[dest]) if rule.effect else set())
                if not found <= needed[source] or (self._drifts[dest] and not self._drifts[source]):
                    needed[source] |= found
                    self._drifts[source] |= self._drifts[dest]
                    changed = True
        self._blank = {
            key: {name: values[0] for name, values in self._domains.items() if name not in names} for key, names in needed.items()
        }
        self._known: dict[tuple[str, Any], Any] = {}

    def of(self, state: str, facts: Any, drift: tuple[Any, ...], kept: frozenset[str]) -> tuple[Any, tuple[Any, ...], frozenset[str]]:
        """Facts, drift and what effects have kept, each without what is not read any more."""
        found = self._known.get((state, facts))
        if found is None:
            found = self._known.setdefault((state, facts), replace(facts, **self._blank[state]))
        return (found, drift, kept) if self._drifts[state] else (found, ((),), frozenset())

    def _here(self, state: str, reads: Mapping[str, Sequence[str]]) -> set[str]:
        """What guards read in a state: of its rules, of its limit and the special periods that it may meet, and of the law."""
        flow = self._workflow
        rows = [*flow.limits_at.get(state, ()), *(limit for one, limit in flow.law.items() if one.key == state)]
        guards = [guard for rule in flow.rules if rule.source.key == state for guard in rule.when]
        guards += [guard for row in rows for guard in row.guards]
        guards += [guard for row in flow.limits_at.get(state, ()) for _, _, some in self._counting.relevant(row) for guard in some]
        return {name for guard in guards for name in reads.get(guard.name) or reads_of(guard, self._domains)}

    def _read_by(self, effect: Effect, needed: set[str]) -> set[str]:
        """What an effect may read: all, unless what it changes is the same with all else blank."""
        rest = {name: values[0] for name, values in self._domains.items() if name not in needed and name not in effect.changes}
        for facts in self._tried:
            one, other = effect(facts), effect(replace(facts, **rest))
            if any(getattr(one, name) != getattr(other, name) for name in effect.changes):
                return {*self._domains}
        return {*effect.changes}
