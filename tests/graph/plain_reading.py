"""A plain reading of a table, by which the graph is judged: guards and effects called directly, for each configuration and event."""

from __future__ import annotations

import itertools
from collections import deque
from functools import cache
from typing import Any

import pytest

from refund_fsm import Policy, Rule, Workflow, orders
from refund_fsm.graph.configurations import ACCEPTED, FINAL, GUARD_FAILED, WRONG_STATE, ConfigGraph

GUIDE = Policy.guide()
ESCALATES = Policy(on_merchant_silence="escalate")
GRAPHS = [
    pytest.param(key, policy, id=f"{key}-{policy.on_merchant_silence}")
    for key in orders.keys()
    for policy in (GUIDE, ESCALATES)
    if policy == GUIDE or any(one.by_policy for one in orders.get(key).fact_fields)
]
Config = tuple[str, Any]


@cache
def rows_of(workflow: Workflow) -> dict[tuple[str, str], list[Rule]]:
    """The rows of the table by source and event."""
    found: dict[tuple[str, str], list[Rule]] = {}
    for rule in workflow.rules:
        found.setdefault((rule.source.key, rule.event.name), []).append(rule)
    return found


def judged(workflow: Workflow, config: Config, event: str) -> tuple[int, Rule | None, tuple[str, ...]]:
    """Status, rule and failed guards, by the table alone."""
    state, facts = config
    if workflow.states[state].final:
        return FINAL, None, ()
    rules = rows_of(workflow).get((state, event))
    if not rules:
        return WRONG_STATE, None, ()
    held = [rule for rule in rules if all(one(facts) for one in rule.when)]
    if held:
        return ACCEPTED, held[0], ()
    return GUARD_FAILED, None, tuple(dict.fromkeys(one.name for rule in rules for one in rule.when if not one(facts)))


@cache
def plain(order_type: str, policy: Policy = GUIDE) -> dict[Config, list[tuple[int, str | None, tuple[str, ...], Config | None]]]:
    """Every configuration, openings first, with (status, rule, failed guards, successor) for each event."""
    workflow = orders.get(order_type)
    starts = [one.start(policy) for one in workflow.fact_fields]
    found: dict[Config, Any] = {(workflow.initial.key, workflow.facts(*values)): None for values in itertools.product(*starts)}
    todo = deque(found)
    while todo:
        config = todo.popleft()
        found[config] = []
        for event in workflow.events:
            status, rule, failed = judged(workflow, config, event)
            after = (rule.dest.key, rule.effect(config[1]) if rule.effect else config[1]) if rule else None
            if after is not None and after not in found:
                found[after] = None
                todo.append(after)
            found[config].append((status, rule.id if rule else None, failed, after))
    return found


def naive_blocks(order_type: str) -> dict[Config, int]:
    """The coarsest bisimulation of the plain reading, by Moore's rounds over everything."""
    rows = plain(order_type)
    limit_of = orders.get(order_type).group_of
    looks = {config: (config[0], limit_of.get(config[0]), tuple(cell[:3] for cell in row)) for config, row in rows.items()}
    block = _numbered(looks)
    while True:
        finer = _numbered({c: (block[c], tuple(block[cell[3]] if cell[3] else None for cell in row)) for c, row in rows.items()})
        if len(set(finer.values())) == len(set(block.values())):
            return block
        block = finer


def _numbered(looks: dict[Config, Any]) -> dict[Config, int]:
    numbers: dict[Any, int] = {}
    return {config: numbers.setdefault(look, len(numbers)) for config, look in looks.items()}


def configs_of(graph: ConfigGraph) -> list[Config]:
    return [(graph.states[graph.state_of[i]], graph.facts_of(i)) for i in range(len(graph))]
