"""Owns truth tables: which facts the guards of an event read in a state, how a row of facts there is called, which rows an attempt meets.

A row is one combination of those facts, as they are judged at the event. Must not say which rows a case can meet, nor plan a path.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from refund_fsm.case import RefundCase
from refund_fsm.errors import TooLong
from refund_fsm.paths.coverage import Attempt, judged
from refund_fsm.workflow import Policy, Rule, Value, Workflow, reads_of

MAX_ROWS = 20_000  # of all truth tables of one workflow together: beyond, the criterion is an error that says what is smaller


class Row(NamedTuple):
    """A row of a truth table: a state's key, an event's name, and the values of the facts that are read there, in their order."""

    state: str
    event: str
    values: tuple[Value, ...]


@lru_cache(maxsize=64)
def tables_of(workflow: Workflow) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """By state and event, the facts that the guards of its rules read, in the order of the facts class."""
    domains = workflow.domains(workflow.default_policy())
    reads = {name: reads_of(guard, domains) for name, guard in workflow.guards.items()}
    found = {}
    for place, rules in workflow.rules_at.items():
        asked = {fact for rule in rules for guard in rule.when for fact in reads[guard.name]}
        found[place] = tuple(name for name in domains if name in asked)
    return found


@lru_cache(maxsize=64)
def ever_read(workflow: Workflow) -> tuple[str, ...]:
    """The facts that any guard reads, a limit's too."""
    domains = workflow.domains(workflow.default_policy())
    read = {name for guard in workflow.guards.values() for name in reads_of(guard, domains)}
    return tuple(name for name in domains if name in read)


def size_of(workflow: Workflow, policy: Policy) -> int:
    """How many rows the truth tables have together, those that no case can meet included. Quick: nothing is explored."""
    domains = {one.name: one.start(policy) if one.by_policy else one.domain(policy) for one in workflow.fact_fields}
    return sum(math.prod(len(domains[name]) for name in names) for names in tables_of(workflow).values())


def check_size(workflow: Workflow, policy: Policy) -> None:
    """`TooLong` beyond `MAX_ROWS`, which names the largest table and the criterion that is smaller."""
    size = size_of(workflow, policy)
    if size <= MAX_ROWS:
        return
    (state, event), names = max(tables_of(workflow).items(), key=lambda one: len(one[1]))
    raise TooLong(
        f"workflow {workflow.key}: the truth tables of its guards have {size:,} rows together, and truth.MAX_ROWS is {MAX_ROWS:,}; "
        f"{event} in {state} alone reads {len(names)} facts: {', '.join(names)}. Use mcdc, "
        f"which asks of each fact that it turns the verdict alone"
    )


def row_of(workflow: Workflow, state: str, event: str, facts: Any) -> Row:
    """The row that facts are in."""
    return Row(state, event, tuple(getattr(facts, name) for name in tables_of(workflow)[state, event]))


def told(value: Value) -> str:
    """A value of a fact as a name has it."""
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def name_of(workflow: Workflow, row: Row) -> str:
    """A row's name, such as `reviewing approve_refund: kind=refund_only`; without facts where no guard reads any."""
    names = tables_of(workflow)[row.state, row.event]
    facts = ", ".join(f"{name}={told(value)}" for name, value in zip(names, row.values, strict=True))
    return f"{row.state} {row.event}: {facts}" if facts else f"{row.state} {row.event}"


def fired(rules: tuple[Rule, ...], facts: Any) -> Rule | None:
    """The first of the rules whose guards all hold."""
    return next((rule for rule in rules if rule.holds(facts)), None)


def conditions(attempt: Attempt) -> Iterator[str]:
    """The rows that an attempt meets: of the rules that fire, and of an event that guards refuse."""
    before, after = attempt.before, attempt.after
    for step in after.steps[len(before.steps) :]:
        yield name_of(after.workflow, row_of(after.workflow, step.source.key, step.event, step.before))
    if attempt.code == "guard_failed" and attempt.event is not None:
        facts = judged(after, attempt.event, attempt.at)
        yield name_of(after.workflow, row_of(after.workflow, after.state.key, attempt.event, facts))


def facts_read(case: RefundCase, event: str, at: datetime) -> dict[str, Value]:
    """The facts that the guards of an event read in the case's state, as they are judged at an instant; none where none reads any, or
    where the event is not possible there."""
    names = tables_of(case.workflow).get((case.state.key, event), ())
    facts = judged(case, event, at) if names else None
    return {name: getattr(facts, name) for name in names}
