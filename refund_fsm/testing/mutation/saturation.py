"""Owns what keeps a mutant inside the domains of its facts: effects that stop at the end of a domain instead of leaving it.

An effect may rely on its rule's guard (a count is taken down only where some is left). A mutant that has lost the guard takes
nothing then, in its graph as in its cases. Must not know which faults there are.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from refund_fsm.errors import TooLong
from refund_fsm.graph import MAX_CONFIGS
from refund_fsm.workflow import Effect, FactField, Policy, Rule, Workflow, reads_of


@dataclass(frozen=True, slots=True)
class _Saturating:
    """An effect after which every fact that would leave its domain is as it was before. Counts have no upper end but the policy's."""

    effect: Effect
    facts: Sequence[FactField]

    def __call__(self, before: Any) -> Any:
        after = self.effect(before)
        kept = {
            one.name: getattr(before, one.name)
            for one in self.facts
            if one.name in self.effect.changes and _leaves(one, getattr(after, one.name))
        }
        return replace(after, **kept) if kept else after


def _leaves(fact: FactField, after: Any) -> bool:
    return bool(after < 0) if fact.values is None else after not in fact.values


def saturating(workflow: Workflow, effect: Effect) -> Effect:
    """The effect under a new name, kept inside the domains; itself where it changes only what is true or false."""
    if not _counts(workflow, effect):
        return effect
    return Effect(f"{effect.name} while it can", _Saturating(effect, workflow.fact_fields), effect.changes)


def loosened(workflow: Workflow, rule: Rule) -> Rule:
    """A rule whose guards were changed: its effect, if it may leave a domain, no longer relies on them."""
    return replace(rule, effect=saturating(workflow, rule.effect)) if rule.effect is not None and _counts(workflow, rule.effect) else rule


def held(workflow: Workflow, policy: Policy) -> Workflow:
    """The workflow itself where every rule's guards keep its effect inside the domains. Where only the rule's place in the table
    does, the same with such effects saturating, so that a fault elsewhere in the table does no harm.

    `TooLong` beyond `exploration.MAX_CONFIGS` sets of the facts that matter.
    """
    found = [rule for rule in workflow.rules if rule.effect is not None and _counts(workflow, rule.effect)]
    loose = {rule.id for rule in found if _can_leave(workflow, policy, rule)}
    if not loose:
        return workflow
    return workflow.variant(rules=tuple(loosened(workflow, rule) if rule.id in loose else rule for rule in workflow.rules))


def _counts(workflow: Workflow, effect: Effect) -> bool:
    """Whether it changes a fact that is more than true or false."""
    return any(one.name in effect.changes and one.values != (False, True) for one in workflow.fact_fields)


def _can_leave(workflow: Workflow, policy: Policy, rule: Rule) -> bool:
    """Whether facts that its guards let through leave a domain. What an effect makes of a fact is taken to follow from the facts that it
    changes and those that its guards read; all others are tried at both ends of their domains."""
    assert rule.effect is not None
    domains = workflow.domains(policy)
    names = {*rule.effect.changes, *(name for guard in rule.when for name in reads_of(guard, domains))}
    if math.prod(len(domain) for name, domain in domains.items() if name in names) > MAX_CONFIGS:
        raise TooLong(f"workflow {workflow.key}: more than exploration.MAX_CONFIGS = {MAX_CONFIGS:,} sets of facts; expected fewer")
    for end in (0, -1):
        tried = [domain if name in names else domain[end : end + 1 or None] for name, domain in domains.items()]
        for values in itertools.product(*tried):
            facts = workflow.facts(**dict(zip(domains, values, strict=True)))
            if not all(guard(facts) for guard in rule.when):
                continue
            after = rule.effect(facts)
            if any(_leaves(one, getattr(after, one.name)) for one in workflow.fact_fields):
                return True
    return False
