"""Owns how states, events, facts, guards and effects of a workflow are written in the language of PRISM.

Every identifier is a prefix, an underscore and a name made plain, so that none is a keyword, which have no underscores.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from refund_fsm.export.identifiers import Identifiers
from refund_fsm.export.prism.memory import Memory
from refund_fsm.export.promela import said
from refund_fsm.export.tables import EffectTable, GuardTable, Row, condition, is_bool, says
from refund_fsm.orders import fact_labels
from refund_fsm.text import Text
from refund_fsm.workflow import Domain, Rule, Value, assignments


class Words:
    """The identifiers of one model, and formulas in them. `fields` are the facts that it has variables for."""

    def __init__(self, memory: Memory) -> None:
        self.memory, self.workflow, self.domains = memory, memory.workflow, memory.domains
        self.fields = memory.fields
        self.names = Identifiers()
        self._up_to = {one.name for one in memory.workflow.fact_fields if one.up_to is not None}

    # 1. Names

    def place(self, key: str) -> str:
        return self.names.of("in_", key)

    def does(self, event: str) -> str:
        return self.names.of("does_", event)

    def draws(self, actor: str) -> str:
        return self.names.of("draws_", actor)

    def drawn(self, actor: str) -> str:
        return self.names.of("drawn_by_", actor)

    def time_of(self, event: str, key: str) -> str:
        """The formula for the chance that the time of an event has come, in a state."""
        return self.names.of(f"{self.names.of('time_to_', event)}_in_", key)

    def weights_of(self, actor: str, key: str) -> str:
        """The formula for what all rows that fit weigh together, of an actor in a state."""
        return self.names.of(f"{self.names.of('weights_of_', actor)}_in_", key)

    def fact(self, name: str) -> str:
        return self.names.of("fact_", name)

    def guard(self, name: str) -> str:
        return self.names.of("is_", name)

    def value(self, name: str, value: Value) -> str:
        """A value as it is written: a bool or a count as itself, any other by a constant that stands for its number."""
        if is_bool(self.domains[name]):
            return "true" if value else "false"
        return str(value) if name in self._up_to else self.names.of(f"{self.fact(name)}_", value)

    def constants(self) -> list[str]:
        """The constants that stand for values."""
        return [
            f"const int {self.value(name, value)} = {place}; // {said(fact_labels.of_value(self.workflow, name, value))}"
            for name in self.fields
            if not is_bool(self.domains[name]) and name not in self._up_to
            for place, value in enumerate(self.domains[name])
        ]

    def declared(self, name: str) -> str:
        """The variable of a fact. It starts at the value that stands for a fact that is forgotten."""
        kind = "bool" if is_bool(self.domains[name]) else f"[0..{len(self.domains[name]) - 1}]"
        return f"{self.fact(name)} : {kind} init {self.forgotten(name)}; // {said(fact_labels.of_field(self.workflow, name))}"

    def forgotten(self, name: str) -> str:
        return self.value(name, self.domains[name][0])

    # 2. Formulas over facts

    def formula(self, table: GuardTable) -> str:
        """That one of the table's rows is so."""
        return _spelled(condition(table.reads, table.holds, self.domains, self._atom))

    def _atom(self, name: str, values: Domain) -> str:
        return says(self.fact(name), values, self.domains[name], partial(self.value, name), "=", "!=")

    def may(self, rule: Rule) -> str:
        """That the rule's guards hold, and none of the rules that fire in its place."""
        parts = [self.guard(guard.name) for guard in rule.when]
        parts += [f"!{in_brackets(self.may(other))}" for other in self.memory.before(rule)]
        return " & ".join(parts) or "true"

    def able(self, rules: Iterable[Rule]) -> str:
        """That one of the rules can fire."""
        able = list(dict.fromkeys(" & ".join(self.guard(guard.name) for guard in rule.when) for rule in rules))
        if "" in able:
            return "true"
        return " | ".join(f"({one})" if " & " in one and len(able) > 1 else one for one in able) or "false"

    # 3. Effects

    def outcome(self, rule: Rule) -> str:
        """That the rule's effect has an outcome, where its guards alone do not say so."""
        table = self._effect(rule)
        if table is None or self._is_sure(rule, table):
            return "true"
        return self.formula(GuardTable(table.reads, tuple(table.rows)))

    def _effect(self, rule: Rule) -> EffectTable | None:
        return None if rule.effect is None else self.memory.effects[rule.effect.name]

    def _is_sure(self, rule: Rule, table: EffectTable) -> bool:
        if table.is_whole(self.domains):
            return True
        guards = [self.memory.guards[guard.name] for guard in rule.when]
        reads = {*table.reads}.union(*(guard.reads for guard in guards))
        return all(
            tuple(known[name] for name in table.reads) in table.rows
            for known in assignments([name for name in self.domains if name in reads], self.domains)
            if all(tuple(known[name] for name in guard.reads) in guard.holds for guard in guards)
        )

    def updates(self, rule: Rule) -> list[str]:
        """What the rule makes of the facts: what its effect changes, and what the next state does not remember."""
        source, dest = self.memory.facts[rule.source.key], self.memory.facts[rule.dest.key]
        table, found = self._effect(rule), []
        for name in self.fields:
            fact = self.fact(name)
            if name not in dest:
                made = self.forgotten(name) if name in source else fact
            else:
                made = fact if table is None or name not in table.changes else self._made(table, name)
            if made != fact:
                found.append(f"({fact}'={made})")
        return found

    def _made(self, table: EffectTable, name: str) -> str:
        place, made_by = table.changes.index(name), dict[str, list[Row]]()
        for row, outcome in table.rows.items():
            value = outcome[place]
            made_by.setdefault(self.fact(name) if value is None else self.value(name, value), []).append(row)
        return choice([(self.formula(GuardTable(table.reads, tuple(rows))), made) for made, rows in made_by.items()])


def choice(values: Sequence[tuple[str, str]]) -> str:
    """The first value whose condition holds; the last one where none of the others does."""
    (when, made), *rest = values
    return made if not rest else f"({when} ? {made} : {choice(rest)})"


def _spelled(formula: str) -> str:
    return formula.replace("&&", "&").replace("||", "|")


def in_brackets(formula: str) -> str:
    """The formula as part of another one."""
    return f"({formula})" if " " in formula else formula


def joined(parts: Iterable[str]) -> str:
    """All of the parts, those that are true for certain left out."""
    told = [part for part in dict.fromkeys(parts) if part != "true"]
    return " & ".join(f"({part})" if " | " in part and len(told) > 1 else part for part in told) or "true"


def plain(name: str) -> str:
    """A name as a comment may show it."""
    return said(Text(name, name))


def number_of(value: float) -> str:
    """A number that is read back as the same."""
    return repr(value).removesuffix(".0")


def ratio(part: Sequence[str], whole: str) -> str:
    """What some weights are of all."""
    return f"({' + '.join(part)})/{whole}" if len(part) > 1 else f"{part[0]}/{whole}"


def command(label: str, guard: Iterable[str], branches: Sequence[tuple[str, Sequence[str]]]) -> list[str]:
    """Lines of a command: a guard, and branches with their chances and updates. One branch alone needs no chance."""
    head = f"  [{label}] {joined(guard)} ->"
    if len(branches) == 1:
        return [f"{head} {' & '.join(branches[0][1])};"]
    lines = [f"{chance} : {' & '.join(updates)}" for chance, updates in branches]
    return [head, f"      {lines[0]}", *(f"    + {line}" for line in lines[1:-1]), f"    + {lines[-1]};"]
