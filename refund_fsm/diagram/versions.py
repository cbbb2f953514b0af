"""Owns which rule of an earlier workflow is which rule of the present one. Must not know pictures."""

from __future__ import annotations

from collections.abc import Mapping

from refund_fsm.workflow import Rule, Workflow


def paired(now: Workflow, before: Workflow) -> Mapping[str, Rule]:
    """The earlier rule of each rule, by the present id: the one of the same id, else one of the same source, event and destination."""
    found = {rule.id: before.by_id[rule.id] for rule in now.rules if rule.id in before.by_id}
    left: dict[tuple[str, str, str], list[Rule]] = {}
    for rule in before.rules:
        if rule.id not in found:
            left.setdefault(_move(rule), []).append(rule)
    for rule in now.rules:
        if rule.id not in found and left.get(_move(rule)):
            found[rule.id] = left[_move(rule)].pop(0)
    return found


def gone(now: Workflow, before: Workflow) -> tuple[Rule, ...]:
    """The earlier rules that have no successor."""
    kept = {rule.id for rule in paired(now, before).values()}
    return tuple(rule for rule in before.rules if rule.id not in kept)


def _move(rule: Rule) -> tuple[str, str, str]:
    return rule.source.key, rule.event.name, rule.dest.key
