"""Owns the faults: every change of one row of a workflow's table, or one limit, as mutants.

| operator | mutants |
|---|---|
| `rule dropped` | each rule |
| `rule added` | each state, also a final one, × each event that is not possible there × each state as destination; no guard, no effect; an event of the clock only where a limit runs |
| `rule redirected` | each rule × each other state as its destination |
| `guard dropped`, `guard negated` | each guard of each rule |
| `guard replaced` | each guard of each rule × each guard of the workflow that the rule has not |
| `actor swapped` | each event × each other actor of the workflow or the clock, which needs a limit in a state where the event is possible |
| `limit shifted` | each limit, a unit longer and a unit shorter (a limit of one unit is not shortened) |
| `limit row dropped` | each row of a limit that has several |
| `limit rows swapped` | each two rows of a limit, one after the other |
| `limit guard dropped`, `limit guard negated` | each guard of each row of a limit, also of what is added to it |
| `limit plus dropped`, `limit plus shifted` | each row to which more is added: nothing, a unit more, a unit less (if that is something) |
| `effect dropped` | each rule with an effect |
| `refused after k`, `redirected after k` | each rule, for k = 1, 2, 3: see `repetition` |

Not made: faults of facts, of details that an event needs, of the law's clocks (they only warn), and two faults at once.
"""  # noqa: E501  # a table row cannot be broken

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from functools import partial
from typing import Any

from refund_fsm.testing.mutation.mutant import Mutant, with_rules
from refund_fsm.testing.mutation.repetition import redirected_after, refused_after
from refund_fsm.testing.mutation.saturation import loosened
from refund_fsm.text import Text
from refund_fsm.workflow import CLOCK, Actor, Event, Guard, Limit, Policy, Rule, State, Workflow


def _dropped(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for rule in workflow.rules:
        yield Mutant("rule dropped", f"{rule.id} dropped", rule.id, workflow, partial(with_rules, workflow, rule))


def _added(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for source in workflow.states.values():
        for event in workflow.events.values():
            if (source.key, event.name) in workflow.rules_at:
                continue
            if event.actor.key == CLOCK.key and source.key not in workflow.limits_at:
                continue
            for dest in workflow.states.values():
                name = f"{source.key}, {event.name} → {dest.key} added"
                yield Mutant("rule added", name, source.key, workflow, partial(_with_rule, workflow, source, event, dest))


def _with_rule(workflow: Workflow, source: State, event: Event, dest: State) -> dict[str, Any]:
    """The change that adds a rule. A final state that it leaves is final no more, in any rule."""
    rules = (*workflow.rules, Rule("added", source, event, dest, "assumed"))
    if not source.final:
        return {"rules": rules}
    opened = replace(source, final=False)
    ends = [tuple(opened if state.key == opened.key else state for state in (rule.source, rule.dest)) for rule in rules]
    return {"rules": tuple(replace(rule, source=one, dest=other) for rule, (one, other) in zip(rules, ends, strict=True))}


def _redirected(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for rule in workflow.rules:
        for dest in workflow.states.values():
            if dest.key != rule.dest.key:
                changes = partial(with_rules, workflow, rule, replace(rule, dest=dest))
                yield Mutant("rule redirected", f"{rule.id} redirected to {dest.key}", rule.id, workflow, changes)


def _guard_dropped(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for rule in workflow.rules:
        for guard in rule.when:
            yield _guarded(workflow, rule, "guard dropped", guard, "dropped")


def _guard_negated(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for rule in workflow.rules:
        for guard in rule.when:
            yield _guarded(workflow, rule, "guard negated", guard, "negated", negated(guard))


def _guard_replaced(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for rule in workflow.rules:
        for guard in rule.when:
            for other in workflow.guards.values():
                if other not in rule.when:
                    yield _guarded(workflow, rule, "guard replaced", guard, f"replaced by {other.name}", other)


def _guarded(workflow: Workflow, rule: Rule, operator: str, guard: Guard, how: str, *instead: Guard) -> Mutant:
    """A rule with other guards, or none, in the place of one."""
    when = tuple(new for one in rule.when for new in (instead if one is guard else (one,)))
    changes = partial(with_rules, workflow, rule, loosened(workflow, replace(rule, when=when)))
    return Mutant(operator, f"{rule.id}: guard {guard.name} {how}", rule.id, workflow, changes)


def negated(guard: Guard) -> Guard:
    """The guard that holds where this one fails."""

    def test(facts: Any) -> bool:
        return not guard(facts)

    return Guard(f"not {guard.name}", test, Text(f"并非：{guard.text.zh}", f"not: {guard.text.en}"))


def _swapped(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    actors = {**workflow.actors, CLOCK.key: workflow.actors.get(CLOCK.key, CLOCK)}
    for event in workflow.events.values():
        runs = any(state.key in workflow.limits_at for state in workflow.sources_of[event.name])
        for actor in actors.values():
            if actor.key != event.actor.key and (runs or actor.key != CLOCK.key):
                name = f"{event.name} by {actor.key}, not {event.actor.key}"
                yield Mutant("actor swapped", name, event.name, workflow, partial(_by, workflow, event, actor))


def _by(workflow: Workflow, event: Event, actor: Actor) -> dict[str, Any]:
    swapped = replace(event, actor=actor)
    return {"rules": tuple(replace(rule, event=swapped) if rule.event.name == event.name else rule for rule in workflow.rules)}


def _shifted(workflow: Workflow, policy: Policy) -> Iterator[Mutant]:
    for group, rows, number in [(*one, number) for one in workflow.groups for number in range(len(one[1]))]:
        limit = rows[number]
        length = limit.length_in(policy)
        for shifted in (length + 1, length - 1):
            if shifted:
                name = f"{_row(group, rows, number)}: {shifted}, not {length}"
                changes = partial(_limited, workflow, limit, replace(limit, length=shifted), group)
                yield Mutant("limit shifted", name, group[0].key, workflow, changes)


def _limited(workflow: Workflow, limit: Limit, instead: Limit, group: tuple[State, ...]) -> dict[str, Any]:
    limits = dict(workflow.limits)
    for key, rows in workflow.limits.items():
        if group in (key, (key,)):
            limits[key] = tuple(instead if one is limit else one for one in rows) if isinstance(rows, tuple) else instead
    return {"limits": limits}


def _with_rows(workflow: Workflow, group: tuple[State, ...], rows: tuple[Limit, ...]) -> dict[str, Any]:
    """The change that gives states other rows of their limit."""
    return {"limits": {key: rows if group in (key, (key,)) else known for key, known in workflow.limits.items()}}


def _row_dropped(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for group, rows in workflow.groups:
        for number in range(len(rows) if len(rows) > 1 else 0):
            left = (*rows[:number], *rows[number + 1 :])
            yield _with_limit(workflow, "limit row dropped", group, f"{_row(group, rows, number)} dropped", left)


def _rows_swapped(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for group, rows in workflow.groups:
        for number in range(len(rows) - 1):
            swapped = (*rows[:number], rows[number + 1], rows[number], *rows[number + 2 :])
            fault = f"{_row(group, rows, number)} and {rows[number + 1].field} swapped"
            yield _with_limit(workflow, "limit rows swapped", group, fault, swapped)


def _limit_guard_dropped(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for group, rows in workflow.groups:
        for number, row in enumerate(rows):
            for guard in row.when:
                when = tuple(one for one in row.when if one is not guard)
                fault = f"{_row(group, rows, number)}: guard {guard.name} dropped"
                yield _with_row(workflow, "limit guard dropped", group, fault, (rows, number), replace(row, when=when))
            if row.plus_when is not None:
                fault = f"{_row(group, rows, number)}: guard {row.plus_when.name} of plus dropped"
                yield _with_row(workflow, "limit guard dropped", group, fault, (rows, number), replace(row, plus_when=ALWAYS))


def _limit_guard_negated(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for group, rows in workflow.groups:
        for number, row in enumerate(rows):
            for guard in row.when:
                when = tuple(negated(one) if one is guard else one for one in row.when)
                fault = f"{_row(group, rows, number)}: guard {guard.name} negated"
                yield _with_row(workflow, "limit guard negated", group, fault, (rows, number), replace(row, when=when))
            if row.plus_when is not None:
                fault = f"{_row(group, rows, number)}: guard {row.plus_when.name} of plus negated"
                changed = replace(row, plus_when=negated(row.plus_when))
                yield _with_row(workflow, "limit guard negated", group, fault, (rows, number), changed)


def _plus_dropped(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for group, rows in workflow.groups:
        for number, row in enumerate(rows):
            if row.plus is not None:
                fault = f"{_row(group, rows, number)}: plus {row.plus} dropped"
                yield _with_row(workflow, "limit plus dropped", group, fault, (rows, number), replace(row, plus=None, plus_when=None))


def _plus_shifted(workflow: Workflow, policy: Policy) -> Iterator[Mutant]:
    for group, rows in workflow.groups:
        for number, row in enumerate(rows):
            length = row.plus_in(policy)
            for shifted in (length + 1, length - 1) if length else ():
                if shifted:
                    fault = f"{_row(group, rows, number)}: plus {shifted}, not {length}"
                    values = {one.name: getattr(row, one.name) for one in fields(Limit)}
                    yield _with_row(workflow, "limit plus shifted", group, fault, (rows, number), _PlusOf(**values, added=shifted))


@dataclass(frozen=True, slots=True)
class _PlusOf(Limit):
    """A row whose plus has a length of its own."""

    added: int = 0

    def plus_in(self, policy: Policy) -> int:  # noqa: ARG002  # a length of its own, whatever the policy
        return self.added


def _always(_: Any) -> bool:
    return True


ALWAYS = Guard("always", _always, Text("总是", "always"))


def _row(group: tuple[State, ...], rows: tuple[Limit, ...], number: int) -> str:
    """A row of a limit in words; rows of one field are told apart by their places."""
    field = rows[number].field
    place = "" if [one.field for one in rows].count(field) == 1 else f"#{number + 1}"
    return f"{field}{place} of {', '.join(state.key for state in group)}"


def _with_row(
    workflow: Workflow, operator: str, group: tuple[State, ...], fault: str, place: tuple[tuple[Limit, ...], int], row: Limit
) -> Mutant:
    rows, number = place
    return _with_limit(workflow, operator, group, fault, (*rows[:number], row, *rows[number + 1 :]))


def _with_limit(workflow: Workflow, operator: str, group: tuple[State, ...], fault: str, rows: tuple[Limit, ...]) -> Mutant:
    return Mutant(operator, fault, group[0].key, workflow, partial(_with_rows, workflow, group, rows))


def _effect_dropped(workflow: Workflow, _: Policy) -> Iterator[Mutant]:
    for rule in workflow.rules:
        if rule.effect is not None:
            changes = partial(with_rules, workflow, rule, replace(rule, effect=None))
            yield Mutant("effect dropped", f"{rule.id}: effect {rule.effect.name} dropped", rule.id, workflow, changes)


OPERATORS: dict[str, Callable[[Workflow, Policy], Iterator[Mutant]]] = {
    "rule dropped": _dropped,
    "rule added": _added,
    "rule redirected": _redirected,
    "guard dropped": _guard_dropped,
    "guard negated": _guard_negated,
    "guard replaced": _guard_replaced,
    "actor swapped": _swapped,
    "limit shifted": _shifted,
    "limit row dropped": _row_dropped,
    "limit rows swapped": _rows_swapped,
    "limit guard dropped": _limit_guard_dropped,
    "limit guard negated": _limit_guard_negated,
    "limit plus dropped": _plus_dropped,
    "limit plus shifted": _plus_shifted,
    "effect dropped": _effect_dropped,
    "refused after k": refused_after,
    "redirected after k": redirected_after,
}
