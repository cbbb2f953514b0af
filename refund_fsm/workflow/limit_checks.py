"""Owns the checks of limits that a `Workflow` passes when it is built: lengths, states, rows and what is added to them.

Each raises `WorkflowError` naming the row. Must not ask a rule.
"""

from __future__ import annotations

from collections.abc import Mapping

from refund_fsm.errors import WorkflowError
from refund_fsm.workflow.calendar import MAX_DAYS_AHEAD, MAX_HOURS_AHEAD
from refund_fsm.workflow.facts import Domain, Partial, assignments
from refund_fsm.workflow.policy import Policy, Span
from refund_fsm.workflow.rows import Limit, State, unit_of
from refund_fsm.workflow.table import Table


def check_limits(workflow: Table) -> None:
    owner: dict[str, Limit] = {}
    for group, rows in workflow.groups:
        if not group or not all(hasattr(state, "key") for state in group):
            raise WorkflowError(f"limit {rows[0].field}", f"it belongs to {group!r}; expected a State or a tuple of them")
        for state in group:
            row = f"limit {rows[0].field} of {state.key}"
            _check_state(workflow, row, state)
            if state.key in owner:
                raise WorkflowError(row, f"the state already has the limit {owner[state.key].field}")
            owner[state.key] = rows[0]
        for limit in rows:
            _check_row(workflow, f"limit {limit.field} of {group[0].key}", limit)
        _check_unlike(group[0].key, rows)
    for state, limit in workflow.law.items():
        row = f"law {limit.field} of {state.key}"
        _check_state(workflow, row, state)
        _check_length(row, limit)
        for guard in limit.guards:
            check_same(row, "guard", guard.name, guard, workflow.guards[guard.name])
        if limit.plus is not None or limit.plus_when is not None:
            raise WorkflowError(row, "nothing is added to a clock of the law; expected no plus")


def _check_row(workflow: Table, row: str, limit: Limit) -> None:
    """The length of one row of a limit, its guards, and what is added to it."""
    _check_length(row, limit)
    for guard in limit.guards:
        check_same(row, "guard", guard.name, guard, workflow.guards[guard.name])
    if (limit.plus is None) != (limit.plus_when is None):
        if limit.plus is None:
            raise WorkflowError(row, f"plus_when: {limit.plus_when and limit.plus_when.name}; expected a plus, which it lets be added")
        raise WorkflowError(row, f"plus: {limit.plus!r}; expected the guard plus_when, which says when it is added")
    if limit.plus is not None:
        try:
            unit_of(limit.plus)
        except WorkflowError as error:
            raise WorkflowError(row, f"plus: {limit.plus!r}; {error.fault}") from None
        _check_field(row, limit.plus, "plus")


def _check_unlike(key: str, rows: tuple[Limit, ...]) -> None:
    """No two rows of a limit are alike, and none asks what one before it asks."""
    for place, one in enumerate(rows):
        for before, other in enumerate(rows[:place], 1):
            alike = "" if one != other else f"it is alike row {before}"
            if alike or set(one.when) == set(other.when):
                guards = ", ".join(guard.name for guard in one.when) or "nothing"
                raise WorkflowError(f"limit {one.field} of {key}", alike or f"it asks what row {before}, {other.field}, asks: {guards}")


def _check_state(workflow: Table, row: str, state: State) -> None:
    if state.key not in workflow.states:
        raise WorkflowError(row, "no rule has this state")
    check_same(row, "state", state.key, state, workflow.states[state.key])


def _check_length(row: str, limit: Limit) -> None:
    assert limit.unit  # raises WorkflowError when the name has no unit
    if limit.length is not None:
        most = MAX_HOURS_AHEAD if limit.unit == "hours" else MAX_DAYS_AHEAD
        if isinstance(limit.length, bool) or not isinstance(limit.length, int) or not 1 <= limit.length <= most:
            raise WorkflowError(row, f"length {limit.length!r}; expected a whole number from 1 to {most:,}")
        return
    if limit.field not in Policy.model_fields:
        raise WorkflowError(row, f"{limit.field!r} is no field of Policy, and the limit has no length of its own")
    _check_field(row, limit.field, "limit")


def _check_field(row: str, field: str, what: str) -> None:
    if field not in Policy.model_fields:
        raise WorkflowError(row, f"{what}: {field!r} is no field of Policy")
    value = getattr(Policy(), field)
    if isinstance(value, bool) or not isinstance(value, (int, Span)):
        raise WorkflowError(row, f"the policy field {field!r} is no length")


def check_cover(key: str, rows: tuple[Limit, ...], reads: Mapping[str, tuple[str, ...]], domains: Mapping[str, Domain]) -> None:
    """All facts find a row of the limit, every row is found by some, and for some of those its `plus` is added."""
    asked = list(dict.fromkeys(name for row in rows for guard in row.guards for name in reads[guard.name]))
    found: set[int] = set()
    added: set[int] = set()
    for known in assignments(asked, domains):
        facts = Partial(known)
        place = next((n for n, row in enumerate(rows) if all(guard(facts) for guard in row.when)), None)
        if place is None:
            fields = ", ".join(row.field for row in rows)
            raise WorkflowError(f"limit {rows[-1].field} of {key}", f"its rows ({fields}) leave facts uncovered: {known}")
        found.add(place)
        extra = rows[place].plus_when
        if extra is not None and extra(facts):
            added.add(place)
    for place, row in enumerate(rows):
        if place not in found:
            raise WorkflowError(f"limit {row.field} of {key}", "it covers no facts: rows before it cover all that it asks for")
        if row.plus_when is not None and place not in added:
            fault = f"plus: {row.plus!r}; {row.plus_when.name} holds for no facts for which the row counts, so that it is never added"
            raise WorkflowError(f"limit {row.field} of {key}", fault)


def check_ever(row: str, limit: Limit, reads: Mapping[str, tuple[str, ...]], domains: Mapping[str, Domain]) -> None:
    """That a clock of the law, which need not run for all facts, runs for some."""
    asked = list(dict.fromkeys(name for guard in limit.when for name in reads[guard.name]))
    if not any(all(guard(facts) for guard in limit.when) for facts in map(Partial, assignments(asked, domains))):
        guards = ", ".join(guard.name for guard in limit.when)
        raise WorkflowError(row, f"it covers no facts: none satisfy all of {guards}")


def check_same(row: str, what: str, name: str, one: object, other: object) -> None:
    if one != other:
        raise WorkflowError(row, f"two different {what}s are named {name!r}")
