"""A plain reading of a table, by which the graph is judged: guards and effects called directly, for each configuration and event."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable
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


MOST_OPENINGS = 20_000  # that are read: of more every seventh, which meets every value of every fact with every other


@cache
def plain(order_type: str, policy: Policy = GUIDE) -> dict[Config, list[tuple[int, str | None, tuple[str, ...], Config | None]]]:
    """Every configuration, openings first, with (status, rule, failed guards, successor) for each event. Of a large table what a part of
    the openings leads to: closed under all events, so what is alike there is alike in the whole."""
    workflow = orders.get(order_type)
    starts = [one.start(policy) for one in workflow.fact_fields]
    openings = list(itertools.product(*starts))
    openings = openings if len(openings) <= MOST_OPENINGS else openings[::7]
    found: dict[Config, Any] = {(workflow.initial.key, workflow.facts(*values)): None for values in openings}
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


def count_of(workflow: Workflow, policy: Policy, config: Config) -> tuple[object, ...] | None:
    """How the limit of a configuration is counted: its states, the number of the first row that holds, the special periods of that row's
    limit whose guards hold, and whether its plus is added."""
    state, facts = config
    for key, rows in workflow.limits.items():
        states, rows = key if isinstance(key, tuple) else (key,), rows if isinstance(rows, tuple) else (rows,)
        if state in [one.key for one in states]:
            number, row = next((n, row) for n, row in enumerate(rows) if all(one(facts) for one in row.when))
            periods = [p for p in policy.special if p.limit == row.field and all(workflow.guards[name](facts) for name in p.when)]
            names = tuple((p.limit, p.start, p.end, p.when) for p in periods)
            return tuple(one.key for one in states), number, names, row.plus_when is not None and row.plus_when(facts)
    return None


def starts_law(workflow: Workflow, config: Config) -> bool:
    """Whether the law's clock starts where a case comes to a configuration."""
    limit = {state.key: limit for state, limit in workflow.law.items()}.get(config[0])
    return limit is not None and all(one(config[1]) for one in limit.when)


def naive_blocks(order_type: str) -> dict[Config, int]:
    """The coarsest bisimulation of the plain reading, by Moore's rounds over everything."""
    workflow = orders.get(order_type)
    policy, rows = workflow.default_policy(), plain(order_type)
    counts = {config: (count_of(workflow, policy, config), starts_law(workflow, config)) for config in rows}
    looks = {config: (config[0], counts[config], tuple(cell[:3] for cell in row)) for config, row in rows.items()}
    block = _numbered(looks)
    numbers = {config: number for number, config in enumerate(rows)}
    after = [tuple(numbers[cell[3]] for cell in row if cell[3]) for row in rows.values()]  # what looks alike has as many
    known = list(block.values())
    while True:
        finer = _numbers((known[n], *(known[dest] for dest in dests)) for n, dests in enumerate(after))
        if len(set(finer)) == len(set(known)):
            return dict(zip(rows, known, strict=True))
        known = finer


def _numbers(looks: Iterable[Any]) -> list[int]:
    numbers: dict[Any, int] = {}
    return [numbers.setdefault(look, len(numbers)) for look in looks]


def _numbered(looks: dict[Config, Any]) -> dict[Config, int]:
    numbers: dict[Any, int] = {}
    return {config: numbers.setdefault(look, len(numbers)) for config, look in looks.items()}


def configs_of(graph: ConfigGraph) -> list[Config]:
    return [(graph.states[graph.state_of[i]], graph.facts_of(i)) for i in range(len(graph))]
