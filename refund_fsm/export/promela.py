"""Owns the Promela model of a workflow, for the model checker spin: what every rule, guard and effect does, and what is claimed.

Made of the table itself: guards and effects are called on facts (`tables`), nothing is asked of the configuration graph. One process
opens a case with any facts that a case can open with, then fires any rule whose guards hold, or waits. Each approximation lets the
model do more than a case can, so what spin finds true is true of every case:

- Facts that no order has (`example_of` gives none) are among those that a case opens with.
- Facts turn with time, and a filing event derives them anew. So wherever something can be filed, the facts that are derived, and that
  no effect has changed, take any values before each step.
- The clock has no time: a limit may pass at any moment, and one clock rule of a state fires like any other rule. So which row of a
  limit counts, what is added to it and which period moves it makes no difference: guards that limits alone ask are left out, and
  facts that they alone read.
- Where two rules of one event hold, which only an unchecked workflow allows, either fires.

Facts that no guard reads, not even through an effect, are left out: they change nothing. What an effect makes outside of a fact's
values is a failed assertion. A final state carries an `end_` label, so that spin's invalid end states are the dead ends; and in it
nobody acts for ever, since a run that stops is misjudged under `<>[]` (https://github.com/nimble-code/Spin/issues/38).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from functools import partial

from refund_fsm.export import formulas
from refund_fsm.export.identifiers import Identifiers
from refund_fsm.export.tables import EffectTable, Row, condition, is_bool, relevant, says, tables_of
from refund_fsm.orders import fact_labels
from refund_fsm.text import Text
from refund_fsm.workflow import Domain, FactField, Policy, Rule, State, Value, Workflow

HEAD = """\
/*
 * {label} ({key})
 *
 * Made by refund-fsm export {name} --to promela, of the rules, guards and effects themselves.
 * Facts: {facts}.
 * Facts that no order has are included; where something can be filed the facts may turn; a limit may pass at any time.
 *
 *   spin -a {file}
 *   gcc -O2 -DSAFETY -DNOCLAIM -o pan pan.c && ./pan -m100000   # no invalid end state, no failed assertion
 *   gcc -O2 -o pan pan.c && ./pan -a -m100000 -N ends           # the same for {claims}
 *   ./pan -r -N ends {trail}                            # a counterexample: the rules that fire in it
 *
 * Each of these leaves one assumption of `ends` out, and is refuted where it is needed: {doubts}.
 */"""

RESERVED = (*formulas.DEEDS, *formulas.NAMES, "state", "deed", "paid", "place", "ended", "facts_turn", "refund_case")


def model(workflow: Workflow, policy: Policy) -> str:
    """The model as text, of one workflow under one policy. `WorkflowError` for an effect that cannot be tabulated."""
    return "\n".join(_Model(workflow, policy).lines()) + "\n"


def said(text: Text) -> str:
    """A label in both languages, for a comment."""
    both = text.zh if text.zh == text.en else f"{text.zh} | {text.en}"
    return " ".join(both.split()).replace("*/", "* /").replace("/*", "/ *")


class _Model:
    """The pieces of one model, and the identifiers that they share."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self.workflow, self.policy = workflow, policy
        self.domains = workflow.domains(policy)
        guards, self.effects = tables_of(workflow, self.domains)
        asked = {guard.name for rule in workflow.rules for guard in rule.when}
        self.guards = {name: table for name, table in guards.items() if name in asked}
        told = relevant(workflow, self.guards, self.effects, self.domains)
        self.fields = tuple(one for one in workflow.fact_fields if one.name in told)
        self.left_out = [one.name for one in workflow.fact_fields if one.name not in told]
        self.names = Identifiers(RESERVED)
        self.derived = tuple(one for one in self.fields if len(one.start(policy)) > 1)
        self.kept = {one.name for one in self.derived} & {name for table in self.effects.values() for name in table.changes}
        self.filing = {rule.source.key for rule in workflow.rules if rule.event.files}

    def lines(self) -> list[str]:
        inside = {key: f"state == {self.place(key)}" for key in self.workflow.states}
        return [
            *self._head(),
            "",
            *self._declared(),
            "",
            *self._guards(),
            "",
            *self._effects(),
            *self._turning(),
            "",
            *formulas.written(self.workflow, self.domains, inside),
            "",
            *self._process(),
        ]

    # 1. Names

    def place(self, key: str) -> str:
        return self.names.of("in_", key)

    def label(self, state: State) -> str:
        return self.names.of("end_" if state.final else "at_", state.key)

    def fact(self, name: str) -> str:
        return self.names.of("fact_", name)

    def value(self, name: str, value: Value) -> str:
        """A value as it is written: a bool or a count as itself, any other by a name that stands for its number."""
        if is_bool(self.domains[name]):
            return "true" if value else "false"
        return str(value) if self._counts(name) else self.names.of(f"{name}_", value)

    def _counts(self, name: str) -> bool:
        return next(one.up_to for one in self.fields if one.name == name) is not None

    def atom(self, name: str, values: Domain) -> str:
        """That a fact has one of the values."""
        return says(self.fact(name), values, self.domains[name], partial(self.value, name), " == ", " != ")

    def holds(self, rules: Iterable[Rule]) -> str:
        """That one of the rules can fire."""
        able = [self.may(rule) for rule in rules]
        return "true" if "true" in able else " || ".join(dict.fromkeys(able)) or "false"

    def may(self, rule: Rule) -> str:
        return " && ".join(self.names.of("is_", guard.name) for guard in rule.when) or "true"

    # 2. Declarations

    def _head(self) -> list[str]:
        workflow = self.workflow
        facts, key = ", ".join(one.name for one in self.fields) or "no facts", said(Text(workflow.key, workflow.key))
        if self.left_out:
            facts += f"; left out, since no guard looks at them: {', '.join(self.left_out)}"
        return HEAD.format(
            label=said(workflow.label),
            key=key,
            name=shlex.quote(key),
            file=shlex.quote(f"{key}.pml"),
            trail=shlex.quote(f"{key}.pml.trail"),
            facts=facts,
            claims=", ".join(formulas.claims(workflow)),
            doubts=", ".join(formulas.doubts(workflow, self.domains)),
        ).splitlines()

    def _declared(self) -> list[str]:
        states = ",\n".join(f"  {self.place(key)} /* {said(state.text)} */" for key, state in self.workflow.states.items())
        deeds = ",\n".join(f"  {name} /* {meant} */" for name, meant in formulas.DEEDS.items())
        first = self.place(self.workflow.initial.key)
        lines = [f"mtype:place = {{\n{states}\n}};", f"mtype:deed = {{\n{deeds}\n}};"]
        lines += [f"mtype:place state = {first};", "mtype:deed deed = opened; /* the last step */", "byte paid = 0; /* payouts, up to 2 */"]
        for one in self.fields:
            lines += self._field(one)
        return lines + [f"bool {self.names.of('kept_', one.name)} = false;" for one in self.derived if one.name in self.kept]

    def _field(self, one: FactField) -> list[str]:
        values, start = self.domains[one.name], one.start(self.policy)[0]
        lines = []
        if not is_bool(values) and one.up_to is None:
            lines = [
                f"#define {self.value(one.name, value)} {place} /* {said(fact_labels.of_value(self.workflow, one.name, value))} */"
                for place, value in enumerate(values)
            ]
        kind = "bool" if is_bool(values) else "byte"
        note = "" if one.up_to is None else f", 0 to {values[-1]}"
        label = said(fact_labels.of_field(self.workflow, one.name))
        return [*lines, f"{kind} {self.fact(one.name)} = {self.value(one.name, start)}; /* {label}{note} */"]

    # 3. Guards, effects, and facts that turn

    def _guards(self) -> list[str]:
        lines = []
        for name, table in self.guards.items():
            guard = self.workflow.guards[name]
            formula = condition(table.reads, table.holds, self.domains, self.atom)
            lines.append(f"#define {self.names.of('is_', name)} ({formula}) /* {said(guard.text)} */")
        return lines

    def _effects(self) -> list[str]:
        lines: list[str] = []
        for name, table in self.effects.items():
            if self._matters(table):
                lines += [f"inline {self.names.of('do_', name)}() {{", *(f"  {line}" for line in self._outcomes(table)), "}", ""]
        return lines

    def _matters(self, table: EffectTable) -> bool:
        return any(one.name in table.changes for one in self.fields)

    def _outcomes(self, table: EffectTable) -> list[str]:
        """The effect's branches: rows that lead to the same values together, by a formula over what the effect reads."""
        told, branches = {one.name for one in self.fields}, dict[str, list[Row]]()
        for row, outcome in table.rows.items():
            made = zip(table.changes, outcome, strict=True)
            sets = "; ".join(self._set(name, value) for name, value in made if value is not None and name in told)
            branches.setdefault(sets or "skip", []).append(row)
        choices = [(condition(table.reads, rows, self.domains, self.atom), sets) for sets, rows in branches.items()]
        if [formula for formula, _ in choices] == ["true"]:
            return [choices[0][1]]
        beyond = [] if table.is_whole(self.domains) else [":: else -> assert(false) /* beyond what the facts can be */"]
        return ["if", *(f":: {formula} -> {sets}" for formula, sets in choices), *beyond, "fi"]

    def _set(self, name: str, value: Value) -> str:
        fact, new = self.fact(name), self.value(name, value)
        if name not in self.kept:
            return f"{fact} = {new}"
        kept = self.names.of("kept_", name)
        return f"{kept} = ({kept} || {fact} != {new}); {fact} = {new}"

    def _turning(self) -> list[str]:
        """The facts take any values that they can be derived with. They are forgotten first: so all paths to a state meet there, and
        what follows is searched once."""
        lines = ["inline facts_turn() { /* as they are derived, of whatever order and at whatever time */", "  d_step {", "    skip;"]
        for one in self.derived:
            lines.append(f"    {self._unless_kept(one, f'{self.fact(one.name)} = {self.value(one.name, one.start(self.policy)[0])}')};")
        lines += ["  };", "  atomic {", "    skip;"]
        for one in self.derived:
            choices = " ".join(f":: {self.fact(one.name)} = {self.value(one.name, value)}" for value in one.start(self.policy))
            lines.append(f"    {self._unless_kept(one, f'if {choices} fi')};")
        return [*lines, "  }", "}"]

    def _unless_kept(self, one: FactField, statement: str) -> str:
        return f"if :: {self.names.of('kept_', one.name)} :: else -> {statement} fi" if one.name in self.kept else statement

    # 4. The process

    def _process(self) -> list[str]:
        initial = self.workflow.initial
        lines = ["active proctype refund_case() {"]
        if initial.key not in self.filing:
            lines.append("  facts_turn();")
        lines.append(f"  goto {self.label(initial)};")
        for state in self.workflow.states.values():
            lines += ["", *self._state(state)]
        return [*lines, "}"]

    def _state(self, state: State) -> list[str]:
        rules = [rule for rule in self.workflow.rules if rule.source.key == state.key]
        lines = [f"{self.label(state)}: /* {said(state.text)} */"]
        if not rules and not state.final:
            return [*lines, "  false; /* a dead end */"]
        if state.key in self.filing:
            lines.append("  facts_turn();")
        able = "true" if state.final else self.holds(rules)
        lines.append("  if")
        lines.append(f"  :: d_step {{ {able} -> deed = waited }} goto {self.label(state)} /* nobody acts */")
        for rule in rules:
            lines += self._rule(rule)
        return [*lines, "  fi;"]

    def _rule(self, rule: Rule) -> list[str]:
        steps = [f'printf("{_printed(rule)}\\n")', f"deed = {self._deed(rule)}"]
        if rule.effect is not None and self._matters(self.effects[rule.effect.name]):
            steps.append(f"{self.names.of('do_', rule.effect.name)}()")
        if rule.event.pays:
            steps += ["paid = (paid < 2 -> paid + 1 : 2)", "assert(paid <= 1)"]
        steps.append(f"state = {self.place(rule.dest.key)}")
        note = said(Text(f"{rule.actor.zh}：{rule.event.zh}", f"{rule.actor.en}: {rule.event.en}"))
        return [
            f"  :: d_step {{ /* {said(Text(rule.id, rule.id))} {note} */",
            f"       {self.may(rule)} -> {'; '.join(steps)}",
            f"     }} goto {self.label(rule.dest)}",
        ]

    def _deed(self, rule: Rule) -> str:
        if rule.event.pays:
            return formulas.PAID
        if rule.internal:
            return formulas.STAYED
        payers = formulas.payers(self.workflow, rule, self.domains)
        able = self.holds(payers)
        if not payers:
            return formulas.MOVED
        return formulas.WITHHELD if able == "true" else f"(({able}) -> {formulas.WITHHELD} : {formulas.MOVED})"


def _printed(rule: Rule) -> str:
    """What a simulation prints when the rule fires, safe in a string of Promela."""
    plain = f"{rule.id} {rule.source.key} {rule.event.name} {rule.dest.key}"
    return "".join(sign if sign.isascii() and sign.isprintable() and sign not in '"\\%' else "_" for sign in plain)
