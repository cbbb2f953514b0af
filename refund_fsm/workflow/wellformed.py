"""Owns the checks that a `Workflow` passes when it is built. Looks at the table only; configurations are for `soundness`.

Each check raises `WorkflowError` naming the row. Guards are asked only over the facts that they read, so that building
takes milliseconds.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from refund_fsm.errors import BadData, WorkflowError
from refund_fsm.workflow import values
from refund_fsm.workflow.calendar import MAX_DAYS_AHEAD, MAX_HOURS_AHEAD
from refund_fsm.workflow.catalogue import expand
from refund_fsm.workflow.facts import Domain, FactField, NoSuchFact, NotFinite, Partial, assignments, reads_of
from refund_fsm.workflow.policy import PROFILES, Policy, Span
from refund_fsm.workflow.rows import Acceptance, Guard, Limit, Rule, State, unit_of
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
    _check_limits(workflow)
    _check_ends(workflow)
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
            _check_same(row, "state", state.key, state, workflow.states[state.key])
        _check_same(row, "event", rule.event.name, rule.event, workflow.events[rule.event.name])
        _check_same(row, "actor", rule.actor.key, rule.actor, workflow.actors[rule.actor.key])
        if rule.effect is not None:
            _check_same(row, "effect", rule.effect.name, rule.effect, effects.setdefault(rule.effect.name, rule.effect))
        if rule.by_clock and rule.event.files:
            raise WorkflowError(row, "the clock files nothing: its event must not be a filing event")
        for guard in rule.when:
            _check_same(row, "guard", guard.name, guard, workflow.guards[guard.name])
        unknown = [need for need in rule.event.needs if need not in KNOWN_NEEDS]
        if unknown:
            raise WorkflowError(row, f"event {rule.event.name} needs {unknown[0]!r}; expected one of {', '.join(KNOWN_NEEDS)}")


def _check_same(row: str, what: str, name: str, one: object, other: object) -> None:
    if one != other:
        raise WorkflowError(row, f"two different {what}s are named {name!r}")


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


def _check_limits(workflow: Table) -> None:
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
            _check_same(row, "guard", guard.name, guard, workflow.guards[guard.name])
        if limit.plus is not None or limit.plus_when is not None:
            raise WorkflowError(row, "nothing is added to a clock of the law; expected no plus")


def _check_row(workflow: Table, row: str, limit: Limit) -> None:
    """The length of one row of a limit, its guards, and what is added to it."""
    _check_length(row, limit)
    for guard in limit.guards:
        _check_same(row, "guard", guard.name, guard, workflow.guards[guard.name])
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
    _check_same(row, "state", state.key, state, workflow.states[state.key])


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
        _check_rows(group[0].key, rows, reads, domains)
    for state, limit in workflow.law.items():
        _read(f"law {limit.field} of {state.key}", limit.guards, reads, domains)
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


def _check_rows(key: str, rows: tuple[Limit, ...], reads: Mapping[str, tuple[str, ...]], domains: Mapping[str, Domain]) -> None:
    """All facts find a row of the limit, and every row is found by some."""
    asked = list(dict.fromkeys(name for row in rows for guard in row.guards for name in reads[guard.name]))
    found: set[int] = set()
    for known in assignments(asked, domains):
        facts = Partial(known)
        place = next((n for n, row in enumerate(rows) if all(guard(facts) for guard in row.when)), None)
        if place is None:
            fields = ", ".join(row.field for row in rows)
            raise WorkflowError(f"limit {rows[-1].field} of {key}", f"its rows ({fields}) leave facts uncovered: {known}")
        found.add(place)
    for place, row in enumerate(rows):
        if place not in found:
            raise WorkflowError(f"limit {row.field} of {key}", "it covers no facts: rows before it cover all that it asks for")


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
