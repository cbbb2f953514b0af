"""Owns the checks that a `Workflow` passes when it is built. Looks at the table only; configurations are for `soundness`.

Each check raises `WorkflowError` naming the row. Guards are asked only over the facts that they read, so that building
takes milliseconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from refund_fsm.errors import BadData, WorkflowError
from refund_fsm.workflow import limit_checks, phases, values
from refund_fsm.workflow.catalogue import expand
from refund_fsm.workflow.facts import Domain, FactField, NoSuchFact, NotFinite, Partial, assignments, reads_of
from refund_fsm.workflow.policy import PROFILES, Policy
from refund_fsm.workflow.rows import Acceptance, Guard, Rule
from refund_fsm.workflow.table import Table

KNOWN_NEEDS = ("note", "tracking_no", "evidence")
KNOWN_FINDINGS = (  # what `soundness` looks for, in the order of its reports
    *("unreachable_state", "dead_rule", "guard_never_true", "guard_never_false", "limit_never_due"),
    *("clash", "final_left", "dead_end", "cannot_end", "blocker", "livelock", "paid_twice", "not_paid"),
)


def check(workflow: Table) -> None:
    """Raises `WorkflowError` for the first fault found: names, then limits, then structure, then guards."""
    _check_names(workflow)
    _check_citations(workflow)
    _check_accepts(workflow)
    limit_checks.check_limits(workflow)
    _check_ends(workflow)
    phases.check_apart(f"workflow {workflow.key}", workflow.phases, workflow.states)
    _check_clock(workflow)
    _check_reach(workflow)
    try:
        _check_facts(workflow)
        _check_guards(workflow)
    except NotFinite as error:
        raise WorkflowError(f"fact {error.field}", error.why) from None


def _check_names(workflow: Table) -> None:
    if workflow.profile not in PROFILES:
        raise WorkflowError(f"workflow {workflow.key}", f"profile: {workflow.profile!r}; expected one of {', '.join(PROFILES)}")
    if not workflow.rules:
        raise WorkflowError(f"workflow {workflow.key}", "it has no rules")
    ids: set[str] = set()
    moves: dict[tuple[str, str, str], str] = {}
    effects: dict[str, object] = {}
    for rule in workflow.rules:
        row = f"rule {rule.id}"
        if rule.id in ids:
            raise WorkflowError(row, "its id is given out twice")
        ids.add(rule.id)
        move = (rule.source.key, rule.event.name, rule.dest.key)
        if move in moves:
            raise WorkflowError(row, f"it has the source, event and destination of rule {moves[move]}: {' '.join(move)}")
        moves[move] = rule.id
        for state in (rule.source, rule.dest):
            limit_checks.check_same(row, "state", state.key, state, workflow.states[state.key])
        limit_checks.check_same(row, "event", rule.event.name, rule.event, workflow.events[rule.event.name])
        limit_checks.check_same(row, "actor", rule.actor.key, rule.actor, workflow.actors[rule.actor.key])
        if rule.effect is not None:
            limit_checks.check_same(row, "effect", rule.effect.name, rule.effect, effects.setdefault(rule.effect.name, rule.effect))
        if rule.by_clock and rule.event.files:
            raise WorkflowError(row, "the clock files nothing: its event must not be a filing event")
        for guard in rule.when:
            limit_checks.check_same(row, "guard", guard.name, guard, workflow.guards[guard.name])
        unknown = [need for need in rule.event.needs if need not in KNOWN_NEEDS]
        if unknown:
            raise WorkflowError(row, f"event {rule.event.name} needs {unknown[0]!r}; expected one of {', '.join(KNOWN_NEEDS)}")


def _check_citations(workflow: Table) -> None:
    rows = [(f"rule {rule.id}", rule.cites) for rule in workflow.rules]
    rows += [(f"event {e.name}", e.how_cites) for e in workflow.events.values() if e.how_cites]
    rows += [(f"limit {limit.field}", limit.cites) for limit in (*workflow.limit_rows, *workflow.law.values())]
    rows += [(f"state {state.key}", state.note[1]) for state in workflow.states.values() if state.note]
    rows += [(_accepted(one), one.cites) for one in workflow.accepts]
    for row, cites in rows:
        try:
            found = expand(cites, workflow.catalogue)
        except BadData as error:
            raise WorkflowError(row, f"unknown catalogue id in {cites!r} ({error})") from None
        if not found:
            raise WorkflowError(row, "it cites nothing; expected catalogue ids, or 'assumed'")


def _accepted(one: Acceptance) -> str:
    return f"acceptance {one.finding} {one.subject}"


def _check_accepts(workflow: Table) -> None:
    """Kinds that there are, each subject once. Whether anything needs an acceptance is for `soundness`."""
    seen: set[tuple[str, str]] = set()
    for one in workflow.accepts:
        if one.finding not in KNOWN_FINDINGS:
            raise WorkflowError(_accepted(one), f"unknown kind {one.finding!r}; expected one of {', '.join(KNOWN_FINDINGS)}")
        if (one.finding, one.subject) in seen:
            raise WorkflowError(_accepted(one), "it stands there twice")
        seen.add((one.finding, one.subject))


def _check_ends(workflow: Table) -> None:
    for key, state in workflow.states.items():
        if state.good and not state.final:
            raise WorkflowError(f"state {key}", "it is good, and no end; expected good of a final state")
    for rule in workflow.rules:
        if rule.source.final:
            raise WorkflowError(f"rule {rule.id}", f"it leaves the final state {rule.source.key}")
    for group, rows in workflow.groups:
        for state in group:
            if state.final:
                raise WorkflowError(f"limit {rows[0].field}", f"it belongs to the final state {state.key}")
    for path in workflow.spine:
        for source, dest in itertools.pairwise(path):
            if not any(r.source.key == source.key and r.dest.key == dest.key for r in workflow.rules):
                raise WorkflowError(f"spine {source.key} → {dest.key}", "the table has no such rule")


def _check_clock(workflow: Table) -> None:
    for rule in workflow.rules:
        if not rule.by_clock:
            continue
        row = f"rule {rule.id}"
        if rule.source.key not in workflow.limits_at:
            raise WorkflowError(row, f"the clock fires it, but the state {rule.source.key} has no limit")
        if rule.event.needs:
            raise WorkflowError(row, f"the clock cannot hand over {rule.event.needs[0]!r}")
        if workflow.group_of[rule.source.key] == workflow.group_of.get(rule.dest.key):
            raise WorkflowError(row, f"the clock would fire it for ever: {rule.dest.key} is counted under the same limit")


def _check_reach(workflow: Table) -> None:
    forward: dict[str, set[str]] = {key: set() for key in workflow.states}
    backward: dict[str, set[str]] = {key: set() for key in workflow.states}
    for rule in workflow.rules:
        forward[rule.source.key].add(rule.dest.key)
        backward[rule.dest.key].add(rule.source.key)
    reached = _closure([workflow.initial.key], forward)
    ending = _closure([key for key, state in workflow.states.items() if state.final], backward)
    for key in workflow.states:
        if key not in reached:
            raise WorkflowError(f"state {key}", f"it cannot be reached from {workflow.initial.key}")
        if key not in ending:
            raise WorkflowError(f"state {key}", "no final state can be reached from it")


def _closure(start: Iterable[str], edges: Mapping[str, set[str]]) -> set[str]:
    found = set(start)
    todo = list(found)
    while todo:  # ends: every state is added once
        fresh = edges[todo.pop()] - found
        found |= fresh
        todo += fresh
    return found


def _check_facts(workflow: Table) -> None:
    names = {one.name for one in workflow.fact_fields}
    for one in workflow.fact_fields:
        _check_words(one)
    for rule in workflow.rules:
        for name in rule.effect.changes if rule.effect else ():
            if name not in names:
                raise WorkflowError(f"rule {rule.id}", f"its effect {rule.effect and rule.effect.name} changes {name!r}, which is no fact")


def _check_words(fact: FactField) -> None:
    """That its values and its label are words which nothing can take for more than words."""
    try:
        for value in fact.values or ():
            if isinstance(value, str):
                values.prose(value, "value")
        if fact.label is not None:
            values.both(fact.label.zh, fact.label.en, "label.")
            for value, said in fact.label.values.items():
                values.both(said.zh, said.en, f"label.values[{value!r}].")
    except BadData as error:
        raise WorkflowError(f"fact {fact.name}", str(error)) from None


def _check_guards(workflow: Table) -> None:
    domains = workflow.domains(Policy())
    reads: dict[str, tuple[str, ...]] = {}
    for rule in workflow.rules:
        _read(f"rule {rule.id}", rule.when, reads, domains)
    for group, rows in workflow.groups:
        for limit in rows:
            _read(f"limit {limit.field} of {group[0].key}", limit.guards, reads, domains)
        limit_checks.check_cover(group[0].key, rows, reads, domains)
    for state, limit in workflow.law.items():
        row = f"law {limit.field} of {state.key}"
        _read(row, limit.guards, reads, domains)
        limit_checks.check_ever(row, limit, reads, domains)
    for rules in workflow.rules_at.values():
        _check_apart(rules, reads, domains)
    for key, rules in workflow.clock_rules.items():
        _check_apart(rules, reads, domains)
        _check_cover(key, rules, reads, domains)


def _read(row: str, guards: Iterable[Guard], reads: dict[str, tuple[str, ...]], domains: Mapping[str, Domain]) -> None:
    """Finds out what the guards of a row read."""
    for guard in guards:
        if guard.name in reads:
            continue
        try:
            reads[guard.name] = reads_of(guard, domains)
        except NoSuchFact as error:
            raise WorkflowError(row, f"its guard {guard.name} reads {error.args[0]!r}, which is no fact") from None
        except TypeError as error:
            raise WorkflowError(row, f"its guard {guard.name}: {error}") from None
        except WorkflowError as error:
            raise WorkflowError(row, f"its guard {guard.name}: {error.fault}") from error.__cause__


def _facts_read(rules: Iterable[Rule], reads: Mapping[str, tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(name for rule in rules for guard in rule.when for name in reads[guard.name]))


def _check_apart(rules: tuple[Rule, ...], reads: Mapping[str, tuple[str, ...]], domains: Mapping[str, Domain]) -> None:
    """No facts satisfy two of the rules."""
    for place, one in enumerate(rules):
        for other in rules[:place]:
            for known in assignments(_facts_read((one, other), reads), domains):
                facts = Partial(known)
                if all(guard(facts) for guard in (*one.when, *other.when)):
                    raise WorkflowError(f"rule {one.id}", f"it clashes with rule {other.id}: both can fire in {one.source.key} for {known}")


def _check_cover(key: str, rules: tuple[Rule, ...], reads: Mapping[str, tuple[str, ...]], domains: Mapping[str, Domain]) -> None:
    """All facts satisfy one of the rules."""
    for known in assignments(_facts_read(rules, reads), domains):
        facts = Partial(known)
        if not any(all(guard(facts) for guard in rule.when) for rule in rules):
            ids = ", ".join(rule.id for rule in rules)
            raise WorkflowError(f"state {key}", f"its clock rules ({ids}) leave facts uncovered: {known}")
