"""Owns the PRISM model of a workflow under a behaviour: a Markov chain in discrete time, for the model checker Storm.

Made of the table itself: guards and effects are called on facts (`tables`), the behaviour's rows are copied. Nothing is asked of the
configuration graph or of a simulation, and no probability is worked out but the chance that a delay ends at a step that it reached,
so that what Storm says is a second opinion on everything that the library computes.

A case opens at 00:00, with the facts of one row of `mix`. On entry into a state each actor draws a row among those that fit. From
then on one instant after the other is looked at: `now`, or `later`, one step after the one before. The clock comes first, then what
was drawn and has come to its time, in the order of the rules. How long ago it was drawn (`age`) is what is remembered of a delay: the
chance that its time has come, given that it had not before, makes the same law as a delay that is drawn at once.

Approximations, all said in the head of the model: no calendar (every day is a working day), and so no special periods; facts do not
turn with time, so a filing event derives nothing anew; delays are whole steps. What makes no difference any more is forgotten: a fact,
a count, a draw is put back to its first value (`memory`). Where an effect has no outcome, which no case that the library plays comes
to, the model deadlocks.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from datetime import timedelta

from refund_fsm.export.prism.draws import NONE_DRAWN, draws_of, shares_of
from refund_fsm.export.prism.lattice import Chances, Lattice
from refund_fsm.export.prism.memory import Memory
from refund_fsm.export.prism.moves import Moves
from refund_fsm.export.prism.words import Words, command, in_brackets, joined, number_of, plain, ratio
from refund_fsm.export.promela import said
from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.workflow import Policy, Workflow

HEAD = """\
// {label} ({key})
//
// Made by refund-fsm export {name} --to prism, of the rules, guards and effects themselves, and of a behaviour: its choices and its mix.
// One step is {hours} h. No calendar: every day is a working day. The facts of a case do not turn with time.
{special}// Facts: {facts}.
// Rules that nobody chooses: {idle}.
//
//   storm --prism {file} --prop 'P=? [F {end}]'
//   storm --prism {file} --prop 'R{{"steps"}}=? [F "done" | "open"]'  # rules that fire
//   storm --prism {file} --prop 'R{{"hours"}}=? [F "done" | "open"]'  # until it ends, or nothing will happen any more
//   storm --prism {file} --prop 'P=? [F{{"hours"}}<=168 "done"]'      # ended within a week"""

STAGES = """\
const int opens = 0; // the case opens
const int now = 1; // this instant is looked at
const int later = 2; // a step passes, then that instant is looked at"""


def model(workflow: Workflow, policy: Policy, behaviour: Behaviour, step: timedelta) -> str:
    """The model as text, of one workflow under one policy and one behaviour, in steps that divide 24 h.

    `BadData` for a step that does not, a behaviour that does not fit the workflow, a delay that is not fixed or empirical in whole steps
    (`choices[i].delay`), or a limit in hours that is not; `WorkflowError` for an effect that cannot be tabulated.
    """
    return "\n".join(_Model(workflow, policy, behaviour, step).lines()) + "\n"


class _Model:
    """The pieces of one model."""

    def __init__(self, workflow: Workflow, policy: Policy, behaviour: Behaviour, step: timedelta) -> None:
        self.workflow, self.policy, self.lattice = workflow, policy, Lattice(step)
        behaviour.check(workflow)
        self.draws = draws_of(workflow, behaviour, self.lattice, workflow.domains(policy))
        self.shares = shares_of(workflow, behaviour, policy)
        self.memory = Memory(workflow, policy, self.draws, self.lattice)
        self.words = Words(self.memory)
        self.moves = Moves(self.memory, self.words, self.lattice)
        self.here = [draw for key in self.memory.states for draw in self.draws[key]]
        self.actors = [actor for actor in workflow.actors if any(draw.actor == actor for draw in self.here)]
        drawn = {option.event for draw in self.here for option in draw.options}
        self.events = [name for name in workflow.events if name in drawn]
        self.finals = [key for key, state in workflow.states.items() if state.final]

    def lines(self) -> list[str]:
        head, asked = self._head(), self._asked()
        blocks = (head, ["dtmc"], self._states(), self._stages(), self.words.constants(), self._formulas(), self._module(), asked)
        return [line for block in blocks if block for line in (*block, "")][:-1]

    # 1. Head and constants

    def _head(self) -> list[str]:
        idle = [plain(rule.id) for rule in self.workflow.rules if rule not in self.memory.rules]
        left_out = [one.name for one in self.workflow.fact_fields if one.name not in self.memory.fields]
        facts = ", ".join(self.memory.fields) or "none"
        if left_out:
            facts += f"; left out, since they make no difference: {', '.join(left_out)}"
        return HEAD.format(
            label=said(self.workflow.label),
            key=plain(self.workflow.key),
            name=shlex.quote(plain(self.workflow.key)),
            file=shlex.quote(f"{plain(self.workflow.key)}.prism"),
            hours=self.lattice.hours,
            special=self._special(),
            facts=facts,
            idle=", ".join(idle) or "none",
            end=f'"{self._final(self.finals[0])}"' if self.finals else '"done"',
        ).splitlines()

    def _special(self) -> str:
        """What is left out of the policy, where anything is."""
        fields = {row.field for row in self.workflow.limit_rows}
        left_out = sorted({plain(period.limit) for period in self.policy.special if period.limit in fields})
        return f"// Special periods, which a calendar would tell, are left out: {', '.join(left_out)}.\n" if left_out else ""

    def _states(self) -> list[str]:
        states = enumerate(self.workflow.states.items())
        return [f"const int {self.words.place(key)} = {number}; // {said(state.text)}" for number, (key, state) in states]

    def _stages(self) -> list[str]:
        """What a state of the model is about to do."""
        stages = [(self.words.draws(actor), said(self.workflow.actors[actor].text)) for actor in self.actors]
        stages += [(self.words.does(name), said(self.workflow.events[name].text)) for name in self.events]
        return [*STAGES.splitlines(), *(f"const int {name} = {number}; // {text}" for number, (name, text) in enumerate(stages, 3))]

    # 2. Formulas

    def _formulas(self) -> list[str]:
        return [*self._guards(), *self._chances(), *self._looks(), *self._times(), *self._weights()]

    def _guards(self) -> list[str]:
        used = {guard.name for rule in self.memory.rules for guard in rule.when}
        return [
            f"formula {self.words.guard(name)} = ({self.words.formula(self.memory.guards[name])}); // {said(guard.text)}"
            for name, guard in self.workflow.guards.items()
            if name in used
        ]

    def _chances(self) -> list[str]:
        lines = ["", "// By age: the chance that a delay ends now, given that it has not before"] if self.moves.laws else []
        for law in self.moves.laws:
            places = {place for draw in self.here for option in draw.options if option.chances == law for place in option.places}
            rows = ", ".join(f"choices[{place}]" for place in sorted(places))
            lines.append(f"formula {self.moves.chance(law)} = {_by_age(_runs(law))}; // {rows}")
        return lines

    def _looks(self) -> list[str]:
        at, states = self.moves.at, self.memory.states
        drawn = " | ".join(f"{self.words.drawn(actor)}>{NONE_DRAWN}" for actor in self.actors) or "false"
        clocks = {key: self.moves.clock(key) for key in states if key not in self.finals}
        sticks = [joined((at(key), "true" if when == "false" else f"!({when})")) for key, when in clocks.items() if when != "true"]
        return [
            "",
            "formula looks = (doing=now | doing=later);",
            f"formula drawn = ({drawn});",
            f"formula ended = ({' | '.join(map(at, self.finals)) or 'false'});",
            "// Nothing is left of what was drawn, and no clock will come",
            f"formula stuck = (looks & !drawn & ({' | '.join(map(in_brackets, sticks)) or 'false'}));",
        ]

    def _times(self) -> list[str]:
        lines = ["", "// The chance that an event was drawn, and that its time is now"] if self.moves.laws else []
        for key in self.memory.states:
            events = self.memory.events(key)
            lines += [f"formula {self.words.time_of(event, key)} = {self.moves.time(key, event)};" for event in events]
        return lines

    def _weights(self) -> list[str]:
        lines = ["", "// What all that can be drawn weighs together"]
        for key in self.memory.states:
            for draw in self.draws[key]:
                total = " + ".join(weight for _, weight in self.moves.weights(key, draw)) or "0"
                lines.append(f"formula {self.words.weights_of(draw.actor, key)} = ({total});")
        return [*lines, f"formula cases = ({' + '.join(number_of(share.weight) for share in self.shares)});"]

    # 3. The module

    def _module(self) -> list[str]:
        lines = ["module refund_case", *(f"  {line}" for line in self._variables()), "", *self._opening()]
        for key in self.memory.states:
            if key not in self.finals:
                lines += ["", f"  // {plain(key)}: {said(self.workflow.states[key].text)}", *self.moves.state(key)]
        return [*lines, "", "  [] ended | stuck -> true;", "endmodule"]

    def _variables(self) -> list[str]:
        memory, moves = self.memory, self.moves
        lines = [
            f"state : [0..{len(self.workflow.states) - 1}] init {self.words.place(self.workflow.initial.key)};",
            f"doing : [0..{2 + len(self.actors) + len(self.events)}] init opens;",
        ]
        for actor in self.actors:
            most = max(len(draw.options) for draw in self.here if draw.actor == actor)
            lines.append(f"{self.words.drawn(actor)} : [0..{most}] init {NONE_DRAWN};")
        if moves.laws:
            lines.append(f"age : [0..{max(law[-1][0] for law in moves.laws)}] init 0; // steps since the draws")
        if moves.turning:
            most = max(len(memory.events(key)) for key in moves.turning)
            lines.append(f"turn : [0..{most}] init 0; // how many of the state's events have had their turn at this instant")
        if memory.counted:
            lines.append(f"left : [0..{moves.most(memory.counted)}] init 0; // steps until the limit")
        if memory.moved:
            lines.append(f"since : [0..{moves.most(memory.moved)}] init 0; // steps since the start of a limit that may be moved")
        if memory.timed:
            lines.append(f"time_of_day : [0..{self.lattice.per_day - 1}] init 0; // steps since 00:00")
        return lines + [self.words.declared(name) for name in memory.fields]

    def _opening(self) -> list[str]:
        first, words, found = self.workflow.initial.key, self.words, dict[str, list[str]]()
        table = self.memory.count_at.get(first)
        for share in self.shares:
            left = [] if table is None else [f"(left'={self.moves.length(table.of(share.facts))})"]
            known = [name for name in self.memory.fields if name in self.memory.facts[first]]
            facts = [f"({words.fact(name)}'={words.value(name, share.facts[name])})" for name in known]
            updates = " & ".join([f"(doing'={self.moves.entry(first)})", *left, *facts])
            found.setdefault(updates, []).append(number_of(share.weight))
        return command("open", ["doing=opens"], [(ratio(weights, "cases"), [updates]) for updates, weights in found.items()])

    # 4. What can be asked

    def _final(self, key: str) -> str:
        return self.words.names.of("final_", key)

    def _asked(self) -> list[str]:
        at = self.moves.at
        return [
            *(f'label "{self._final(key)}" = {at(key)}; // {said(self.workflow.states[key].text)}' for key in self.finals),
            'label "done" = ended;',
            'label "open" = stuck;',
            "",
            'rewards "steps" // rules that fire',
            "  [rule] true : 1;" if self.memory.rules else "  true : 0;",  # Storm knows no action that no command has
            "endrewards",
            "",
            'rewards "hours" // time that passes',
            f"  doing=later : {self.lattice.hours};",
            "endrewards",
        ]


def _runs(law: Chances) -> list[tuple[int, float]]:
    """The ages from which on another chance holds; the last, which is 1, holds for good."""
    runs = [(0, 0.0)]
    for age, chance in law:
        if runs[-1][0] == age:
            runs.pop()
        runs += [(age, chance), (age + 1, 0.0)]
    return runs[:-1]


def _by_age(runs: Sequence[tuple[int, float]]) -> str:
    """A formula that looks the age up, halving the runs: no deeper than it must be."""
    if len(runs) == 1:
        return number_of(runs[0][1])
    middle = len(runs) // 2
    return f"(age<{runs[middle][0]} ? {_by_age(runs[:middle])} : {_by_age(runs[middle:])})"
