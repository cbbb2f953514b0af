"""Owns the search for every configuration that a case can reach. `graph.explore` is its face, and says what the tables hold.

Must not decide what the machine decides: it asks, once for every answer that can differ, and writes the answers down.
"""

from __future__ import annotations

import itertools
import math
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple

from refund_fsm.case import stepper_of
from refund_fsm.errors import TooLong, WorkflowError
from refund_fsm.workflow import Bounds, Effect, Policy, Rule, Workflow, reads_of

MAX_CONFIGS = 1_000_000  # of one graph: facts that allow more are too many to enumerate, which is an error and not a hang

ACCEPTED: Final = 0
GUARD_FAILED: Final = 1
WRONG_STATE: Final = 2
FINAL: Final = 3


class Names(NamedTuple):
    """What the numbers of a graph stand for: keys, names and ids in the workflow's order, and the limit group of each state."""

    states: tuple[str, ...]
    events: tuple[str, ...]
    rules: tuple[str, ...]
    limit_of_state: tuple[int, ...]
    facts_class: type
    values_of: Callable[[Any], tuple[Any, ...]]


class Tables:
    """The arrays of a graph while they are written. Shapes as in `ConfigGraph`."""

    def __init__(self) -> None:
        self.facts: list[Any] = []
        self.failed_sets: list[tuple[str, ...]] = [()]
        self.openings = array("i")
        self.state_of = array("i")
        self.fact_of = array("i")
        self.successor = array("i")
        self.rule_at = array("i")
        self.failed_at = array("i")
        self.status = bytearray()
        self.clashes: list[tuple[int, str, str]] = []


class _Row(NamedTuple):
    """What all configurations of one state that agree on what its guards read have in common. `moves` are (event, dest, after)."""

    rules: array[int]
    failed: array[int]
    status: bytes
    moves: tuple[tuple[int, int, _After | None], ...]


class _After(dict[int, int]):
    """The facts after an effect, by the facts before: numbers, found by running it once on each and held to what it may change."""

    def __init__(self, rule: Rule, explorer: Explorer) -> None:
        super().__init__()
        self._rule, self._explorer = rule, explorer

    def __missing__(self, number: int) -> int:
        explorer = self._explorer
        after = self._rule.after(explorer.tables.facts[number], explorer.bounds)
        found = self[number] = explorer.fact(after)
        return found


class Explorer:
    """One search. Numbers stand for states, events, rules and facts; a configuration's key is `fact * S + state`."""

    def __init__(self, workflow: Workflow, policy: Policy, *, strict: bool = True) -> None:
        self.workflow = workflow
        self.policy = policy
        self.strict = strict
        self.domains = workflow.domains(policy)
        self.bounds = Bounds(workflow.facts, self.domains)
        self.names = Names(
            tuple(workflow.states),
            tuple(workflow.events),
            tuple(workflow.by_id),
            tuple(workflow.group_of.get(key, -1) for key in workflow.states),
            workflow.facts,
            _getter(attrgetter, tuple(self.domains)),
        )
        self.tables = Tables()
        self.stepper = stepper_of(workflow)
        self.rule_number = {rule.id: number for number, rule in enumerate(workflow.rules)}
        self.values: list[tuple[Any, ...]] = []
        self.fact_number: dict[tuple[Any, ...], int] = {}
        self.failed_number: dict[tuple[str, ...], int] = {(): 0}
        self.afters: dict[Effect, _After] = {}
        self.answers: dict[tuple[Any, ...], tuple[Rule | None, int]] = {}
        self.clashing: dict[tuple[str, str], tuple[str, Any]] = {}  # two rule ids: the state and the facts in which both can fire
        reads = {name: reads_of(one, self.domains) for name, one in workflow.guards.items()}
        self.events_at = [self._reading(key, reads) for key in self.names.states]
        self.state_reads = [self._projection({fact for _, facts, _ in events for fact in facts}) for events in self.events_at]

    def _reading(self, state: str, reads: Mapping[str, Sequence[str]]) -> list[tuple[str, set[str], Callable[[Any], tuple[Any, ...]]]]:
        """The events of a state, each with the facts that its guards read there and how to pick their values."""
        found = []
        for name in self.names.events:
            rules = self.workflow.rules_at.get((state, name), ())
            facts = {fact for rule in rules for one in rule.when for fact in reads[one.name]}
            if rules:
                found.append((name, facts, self._projection(facts)))
        return found

    def _projection(self, facts: set[str]) -> Callable[[Any], tuple[Any, ...]]:
        return _getter(itemgetter, tuple(place for place, name in enumerate(self.domains) if name in facts))

    def fact(self, facts: Any) -> int:
        """The number of a facts object, given out when it is first met."""
        values = self.names.values_of(facts)
        number = self.fact_number.setdefault(values, len(self.values))
        if number == len(self.values):
            self.values.append(values)
            self.tables.facts.append(facts)
        return number

    def explored(self) -> tuple[Names, Tables, dict[int, int]]:
        """The search: names, tables, and the configuration of each key. Raises as `graph.explore` says."""
        tables, states = self.tables, len(self.names.states)
        state_of, fact_of, values = tables.state_of, tables.fact_of, self.values
        place = {fact * states: config for config, fact in enumerate(self._openings())}  # the initial state's number is 0
        tables.openings = array("i", place.values())
        state_of.extend([0] * len(place))
        fact_of.extend(key // states for key in place)
        rows: list[dict[tuple[Any, ...], _Row]] = [{} for _ in range(states)]
        blank = [-1] * len(self.names.events)
        config = 0
        while config < len(state_of):
            if len(state_of) > MAX_CONFIGS:
                raise self._too_long()
            state, fact = state_of[config], fact_of[config]
            read = self.state_reads[state](values[fact])
            row = rows[state].get(read) or rows[state].setdefault(read, self._row(state, fact))
            line = blank.copy()
            for event, dest, after in row.moves:
                key = (fact if after is None else after[fact]) * states + dest
                line[event] = found = place.setdefault(key, len(state_of))
                if found == len(state_of):
                    state_of.append(dest)
                    fact_of.append(key // states)
            tables.successor.fromlist(line)
            tables.rule_at.extend(row.rules)
            tables.failed_at.extend(row.failed)
            tables.status += row.status
            config += 1
        for pair, (where, facts) in self.clashing.items():
            tables.clashes.append((place[self.fact(facts) * states + self.names.states.index(where)], *pair))
        return self.names, tables, place

    def _openings(self) -> Iterable[int]:
        starts = [one.start(self.policy) for one in self.workflow.fact_fields]
        if math.prod(map(len, starts)) > MAX_CONFIGS:
            raise self._too_long()
        make, product = self.workflow.facts, itertools.product(*starts)
        if not _as_given(make):
            return [self.fact(make(**dict(zip(self.domains, values, strict=True)))) for values in product]
        self.values += product
        self.tables.facts += itertools.starmap(make, self.values)
        self.fact_number.update(zip(self.values, range(len(self.values)), strict=True))
        return range(len(self.values))

    def _too_long(self) -> TooLong:
        cap = f"exploration.MAX_CONFIGS = {MAX_CONFIGS:,}"
        return TooLong(f"workflow {self.workflow.key}: more than {cap} configurations; expected fewer facts, or facts of fewer values")

    def _row(self, state: int, fact: int) -> _Row:
        """The events of a configuration, judged."""
        key, events = self.names.states[state], len(self.names.events)
        elsewhere = FINAL if self.workflow.states[key].final else WRONG_STATE
        row = _Row(array("i", [-1]) * events, array("i", [0]) * events, b"", ())
        status, moves = bytearray([elsewhere]) * events, []
        for name, _, read in self.events_at[state]:
            event = self.names.events.index(name)
            asked = (state, event, read(self.values[fact]))
            if asked not in self.answers:
                self.answers[asked] = self._asked(key, name, self.tables.facts[fact])
            rule, row.failed[event] = self.answers[asked]
            status[event] = GUARD_FAILED if rule is None else ACCEPTED
            if rule is not None:
                row.rules[event] = self.rule_number[rule.id]
                moves.append((event, self.names.states.index(rule.dest.key), self._after(rule)))
        return row._replace(status=bytes(status), moves=tuple(moves))

    def _asked(self, state: str, event: str, facts: Any) -> tuple[Rule | None, int]:
        """The rule that the machine fires; or None, and the number of the set of guards that fail."""
        rule = self.stepper.fire(state, event, facts)
        if rule is None:
            failed = tuple(one.name for one in self.stepper.failed(state, event, facts))
            number = self.failed_number.setdefault(failed, len(self.failed_number))
            if number == len(self.tables.failed_sets):
                self.tables.failed_sets.append(failed)
            return None, number
        for other in self.workflow.rules_at[state, event]:
            if other is rule or not other.holds(facts):
                continue
            if self.strict:
                raise WorkflowError(f"rule {other.id}", f"it clashes with rule {rule.id}: both can fire in {state} for {facts!r}")
            self.clashing.setdefault((rule.id, other.id), (state, facts))
        return rule, 0

    def _after(self, rule: Rule) -> _After | None:
        if rule.effect is None:
            return None
        return self.afters.setdefault(rule.effect, _After(rule, self))


def _as_given(facts: type) -> bool:
    """Whether a facts class takes its fields by place and keeps them as they are, as a plain dataclass does."""
    made = "__init__" in vars(facts) and getattr(facts, "__dataclass_params__").init  # noqa: B009  # of every dataclass, typed by none
    return made and not hasattr(facts, "__post_init__") and not any(one.kw_only or not one.init for one in fields(facts))


def _getter(make: Callable[..., Callable[[Any], Any]], keys: tuple[Any, ...]) -> Callable[[Any], tuple[Any, ...]]:
    """What picks the keys of an object as a tuple: `itemgetter` and `attrgetter` give one only from two keys on."""
    if len(keys) > 1:
        return make(*keys)
    return lambda holder: tuple(make(key)(holder) for key in keys)
