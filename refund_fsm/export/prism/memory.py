"""Owns what a model of a workflow under a behaviour has to remember in each state: which facts, whether the count of a limit, whether
the time of day. What makes no difference any more is forgotten, which keeps the model small.

Made of the rules and tables. Must not write text, nor ask the configuration graph.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from refund_fsm.export.prism.counts import CountTable, before, count_tables
from refund_fsm.export.prism.draws import Draw
from refund_fsm.export.prism.lattice import Lattice
from refund_fsm.export.tables import EffectTable, tables_of, together
from refund_fsm.workflow import Policy, Rule, Workflow


class Memory:
    """One workflow under one policy and the draws of a behaviour.

    `rules` are those that can fire: of events that somebody draws, and the clock's, in the `states` that they lead to. By state:
    `facts` that can make a difference, `counted` where a limit that the clock enforces is counted (`count_at`: how long it is), `moved`
    where a rule may change the facts so that the limit that runs is counted otherwise, `timed` where the time of day will decide
    how long a limit is.
    """

    def __init__(self, workflow: Workflow, policy: Policy, draws: Mapping[str, tuple[Draw, ...]], lattice: Lattice) -> None:
        self.workflow, self.draws = workflow, draws
        self.domains = workflow.domains(policy)
        self.guards, self.effects = tables_of(workflow, self.domains)
        able = [rule for rule in workflow.rules if self._can_fire(rule)]
        reached = _closed({workflow.initial.key}, able, lambda rule: (rule.source.key, rule.dest.key))
        self.states = tuple(key for key in workflow.states if key in reached)
        self.rules = tuple(rule for rule in able if rule.source.key in reached)
        clocked = {key for key in self.states if self.clock_rules(key)}
        inner = [rule for rule in self.rules if not self.enters(rule)]
        self.counted = _closed(clocked, inner, lambda rule: (rule.dest.key, rule.source.key))
        self.count_at = count_tables(workflow, policy, lattice, self.domains, sorted(self.counted))
        self.moved = _closed({rule.source.key for rule in inner if self.moves(rule)}, inner, lambda rule: (rule.dest.key, rule.source.key))
        asked = {rule.source.key for rule in self.rules if self._is_timed(rule)} if lattice.per_day > 1 else set()
        self.timed = _closed(asked, self.rules, lambda rule: (rule.dest.key, rule.source.key))
        self.facts = self._facts()

    def _can_fire(self, rule: Rule) -> bool:
        key = rule.source.key
        if rule.by_clock:
            return key in self.workflow.group_of
        return any(option.event == rule.event.name for draw in self.draws[key] for option in draw.options)

    # 1. Rules

    def clock_rules(self, key: str) -> tuple[Rule, ...]:
        """The rules that the clock fires in a state."""
        return self.workflow.clock_rules.get(key, ()) if key in self.workflow.group_of else ()

    def before(self, rule: Rule) -> tuple[Rule, ...]:
        """The rules that fire in its place when they hold too: none in a workflow that was checked."""
        key = rule.source.key
        rivals = self.clock_rules(key) if rule.by_clock else self.workflow.rules_at[key, rule.event.name]
        return tuple(other for other in rivals[: rivals.index(rule)] if together(rule, other, self.domains))

    def enters(self, rule: Rule) -> bool:
        """Whether the rule leads to another limit than that of its source, or to none."""
        group_of = self.workflow.group_of
        source, dest = rule.source.key, rule.dest.key
        return source != dest and (dest not in group_of or group_of[dest] != group_of.get(source))

    def moves(self, rule: Rule) -> bool:
        """Whether the rule lets a limit run on, but may change how it is counted."""
        table = self.count_at.get(rule.dest.key)
        return table is not None and not self.enters(rule) and bool({*table.reads} & {*self._changes(rule)})

    def _changes(self, rule: Rule) -> tuple[str, ...]:
        return () if rule.effect is None else rule.effect.changes

    def count_after(self, rule: Rule) -> CountTable | None:
        """How a limit is counted after a rule, by the facts before it; None where the rule changes nothing of that."""
        if rule.dest.key not in self.counted or not (self.enters(rule) or self.moves(rule)):
            return None
        effect = None if rule.effect is None else self.effects[rule.effect.name]
        return before(self.count_at[rule.dest.key], effect, self.domains)

    def _is_timed(self, rule: Rule) -> bool:
        table = self.count_after(rule)
        return table is not None and any(count.timed for count in table.counts)

    # 2. Draws

    def events(self, key: str) -> tuple[str, ...]:
        """The events that are drawn in a state, in the order in which they happen at one instant: that of the rules."""
        drawn = {option.event for draw in self.draws[key] for option in draw.options}
        return tuple(dict.fromkeys(rule.event.name for rule in self.workflow.rules if rule.source.key == key and rule.event.name in drawn))

    def draw_of(self, key: str, event: str) -> Draw:
        """The draw that gives an event in a state."""
        return next(draw for draw in self.draws[key] if any(option.event == event for option in draw.options))

    def lapses(self, key: str, event: str) -> bool:
        """Whether an event that was drawn may be refused when its time comes: a rule that stays changed what its guards look at."""
        changed: set[str] = set()
        for rule in self.rules:
            if rule.source.key == key and rule.internal and rule.effect is not None:
                changed |= {*self.effects[rule.effect.name].changes}
        return any(changed & {*self.guards[guard.name].reads} for rule in self.workflow.rules_at[key, event] for guard in rule.when)

    def leaves(self, key: str, event: str) -> bool:
        """Whether an event that was drawn leads out of its state for certain."""
        return not self.lapses(key, event) and not any(rule.internal for rule in self.workflow.rules_at[key, event])

    def turns(self, key: str) -> bool:
        """Whether what comes first at an instant may leave others to come at it, and others that already did not."""
        events = self.events(key)
        return any(not self.leaves(key, event) and self.rivals(events[:place], event) for place, event in enumerate(events))

    def rivals(self, events: Sequence[str], event: str) -> tuple[str, ...]:
        """Those of the events that other actors draw: an actor draws one."""
        actor = self.workflow.events[event].actor
        return tuple(other for other in events if self.workflow.events[other].actor != actor)

    # 3. Facts

    def _facts(self) -> dict[str, frozenset[str]]:
        """The least sets such that a state remembers what is looked at in it, and what the rules make of it that is looked at later."""
        found = {key: self._asked(key) for key in self.states}
        while True:  # ends: every round adds one of the finitely many facts to a state, or returns
            fresh = {key: facts | self._behind(key, found) for key, facts in found.items()}
            if fresh == found:
                return found
            found = fresh

    def _asked(self, key: str) -> frozenset[str]:
        asked = {name for rule in self.rules if rule.source.key == key for guard in rule.when for name in self.guards[guard.name].reads}
        asked |= {name for draw in self.draws[key] for row in draw.rows for name in row.when.reads}
        return frozenset(asked)

    def _behind(self, key: str, found: Mapping[str, frozenset[str]]) -> frozenset[str]:
        needed: set[str] = set()
        for rule in self.rules:
            if rule.source.key == key:
                later = found[rule.dest.key]
                needed |= later if rule.effect is None else self._through(self.effects[rule.effect.name], later)
                table = self.count_after(rule)
                needed |= set() if table is None else {*table.reads}
        return frozenset(needed)

    def _through(self, table: EffectTable, later: frozenset[str]) -> frozenset[str]:
        """What must be known before an effect so that `later` is known after it, and so that it is known whether it has an outcome."""
        made = {name for place, name in enumerate(table.changes) if all(outcome[place] is not None for outcome in table.rows.values())}
        whole = table.is_whole(self.domains)
        before = (later - made) | ({*table.reads} if later & {*table.changes} or not whole else set())
        return frozenset(before)

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """All facts that are remembered anywhere, in the order of the facts class."""
        told = frozenset[str]().union(*self.facts.values())
        return tuple(one.name for one in self.workflow.fact_fields if one.name in told)


def _closed(start: Iterable[str], rules: Sequence[Rule], ends: Callable[[Rule], tuple[str, str]]) -> frozenset[str]:
    """The states that are led to from some, the second of a rule's ends being led to from the first."""
    found = set(start)
    while True:  # ends: every round adds one of the finitely many states, or returns
        fresh = {there for here, there in map(ends, rules) if here in found} - found
        if not fresh:
            return frozenset(found)
        found |= fresh
