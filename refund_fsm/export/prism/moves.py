"""Owns the commands of one state in the PRISM model: draws on entry, the instants after it, the rules that lead on."""

from __future__ import annotations

from collections.abc import Iterable

from refund_fsm.export.prism.counts import CountTable
from refund_fsm.export.prism.draws import NONE_DRAWN, Draw
from refund_fsm.export.prism.lattice import Chances, Count, Lattice
from refund_fsm.export.prism.memory import Memory
from refund_fsm.export.prism.words import Words, choice, command, joined, number_of, plain, ratio
from refund_fsm.export.promela import said
from refund_fsm.export.tables import GuardTable, Row
from refund_fsm.text import Text
from refund_fsm.workflow import Rule


class Moves:
    """The commands, state by state. `laws` are the delays that the model has a formula for; `turning` the states that count turns."""

    def __init__(self, memory: Memory, words: Words, lattice: Lattice) -> None:
        self.workflow, self.memory, self.words, self.lattice, self.draws = memory.workflow, memory, words, lattice, memory.draws
        drawn = (option.chances for key in memory.states for draw in self.draws[key] for option in draw.options)
        self.laws: tuple[Chances, ...] = tuple(dict.fromkeys(drawn))
        self.turning = [key for key in memory.states if memory.turns(key)]

    def state(self, key: str) -> list[str]:
        """All commands of a state that is not final."""
        lines = []
        for draw in self.draws[key]:
            lines += self._draw(key, draw)
        if self.draws[key]:
            lines += self._look(key)
        lines += self._wait(key)
        for rule in self.memory.rules:
            if rule.source.key == key:
                lines += self._rule(rule)
        for event in self.memory.events(key):
            if self.memory.lapses(key, event):
                refused = f"!({self.words.able(self.workflow.rules_at[key, event])})"
                guard = [self.at(key), f"doing={self.words.does(event)}", refused]
                lines += command("", guard, [("", ["(doing'=now)", *self._used(key, event)])])
        return lines

    # 1. Formulas

    def at(self, key: str) -> str:
        """That the case is in a state."""
        return f"state={self.words.place(key)}"

    def clock(self, key: str) -> str:
        """That a clock rule will fire at the limit of a state."""
        return self.words.able(self.memory.clock_rules(key))

    def entry(self, key: str) -> str:
        """What is done first in a state: the first draw, or a look at this instant."""
        return self.words.draws(self.draws[key][0].actor) if self.draws[key] else "now"

    def length(self, count: Count, started: str = "") -> str:
        """The steps from the start of a limit to its end; `started` is the time of day at the start, where it is not 00:00 for certain."""
        per_day = self.lattice.per_day
        if not count.timed or not started:
            return str(count.after(0, per_day))
        if count.then is None:
            return f"{count.steps}-{started}"
        return f"{count.steps}+mod({per_day}-mod({started}+{count.steps},{per_day}),{per_day})+{count.then}"

    def _left(self, rule: Rule) -> list[str]:
        """How long a limit is that is counted anew, or otherwise from its start on: then it ends no sooner than it was to."""
        table, memory = self.memory.count_after(rule), self.memory
        if table is None:
            return []
        timed, since = rule.source.key in memory.timed, rule.source.key in memory.moved
        if memory.enters(rule):
            start = ["(since'=0)"] if rule.dest.key in memory.moved or since else []
            return [f"(left'={self._by_facts(table, 'time_of_day' if timed else '')})", *start]
        per_day = self.lattice.per_day
        whole = -(-self.most(memory.moved) // per_day) * per_day
        end = self._by_facts(table, f"mod(time_of_day+{whole}-since,{per_day})" if timed else "")
        return [f"(left'=max(left,{end}-since))"]

    def _by_facts(self, table: CountTable, started: str) -> str:
        found: dict[str, list[Row]] = {}
        for row, count in table.rows.items():
            found.setdefault(self.length(count, started), []).append(row)
        return choice([(self.words.formula(GuardTable(table.reads, tuple(rows))), text) for text, rows in found.items()])

    def most(self, keys: Iterable[str]) -> int:
        """The steps that the longest limit of some states can take."""
        counts = (count for key in keys for count in self.memory.count_at[key].counts)
        return max(count.after(start, self.lattice.per_day) for count in counts for start in range(self.lattice.per_day))

    def chance(self, law: Chances) -> str:
        """The formula of a delay: the chance that it ends at this age."""
        return self.words.names.of("chance_", self.laws.index(law) + 1)

    def time(self, key: str, event: str) -> str:
        """The chance that an event was drawn, and has come to its time now."""
        draw, words = self.memory.draw_of(key, event), self.words
        turn = f"turn<={self.memory.events(key).index(event)} & " if key in self.turning else ""
        text = "0"
        for number, option in reversed(list(enumerate(draw.options, 1))):
            if option.event == event:
                text = f"({turn}{words.drawn(draw.actor)}={number} ? {self.chance(option.chances)} : {text})"
        return text

    # 2. Draws

    def weights(self, key: str, draw: Draw) -> list[tuple[int, str]]:
        """By row that can be drawn: the number of what it gives, and what it weighs for the facts."""
        found = []
        for row in draw.rows:
            fits = joined((self.words.formula(row.when), self._accepted(key, row.event)))
            if fits != "false":
                weight = number_of(row.weight)
                found.append((row.number, weight if fits == "true" else f"({fits} ? {weight} : 0)"))
        return found

    def _draw(self, key: str, draw: Draw) -> list[str]:
        words, actors = self.words, [one.actor for one in self.draws[key]]
        place = actors.index(draw.actor) + 1
        then = f"(doing'={words.draws(actors[place]) if place < len(actors) else 'now'})"
        guard, nothing = [self.at(key), f"doing={words.draws(draw.actor)}"], [("", [then])]
        weights = self.weights(key, draw)
        if not weights:
            return command("draw", guard, nothing)
        total = words.weights_of(draw.actor, key)
        branches = [
            (
                ratio([weight for one, weight in weights if one == number], total),
                [then, *([f"({words.drawn(draw.actor)}'={number})"] if number != NONE_DRAWN else [])],
            )
            for number in sorted({number for number, _ in weights})
        ]
        if any("?" not in weight for _, weight in weights):
            return command("draw", guard, branches)
        return [*command("draw", [*guard, f"{total}>0"], branches), *command("draw", [*guard, f"{total}=0"], nothing)]

    def _accepted(self, key: str, event: str) -> str:
        rules = self.workflow.rules_at.get((key, event))
        return "true" if rules is None else self.words.able(rules)

    # 3. Instants

    def _look(self, key: str) -> list[str]:
        """What was drawn and has come to its time, the first in the order of the rules; or one step more."""
        events, branches, words = self.memory.events(key), [], self.words
        for place, event in enumerate(events):
            others = [f"(1-{words.time_of(other, key)})" for other in self.memory.rivals(events[:place], event)]
            forgotten = self._forgotten(key) if self.memory.leaves(key, event) else []
            branches.append(("*".join([*others, words.time_of(event, key)]), [f"(doing'={words.does(event)})", *forgotten]))
        quiet = "*".join(f"(1-{words.time_of(event, key)})" for event in events)
        turn = ["(turn'=0)"] if key in self.turning else []
        branches.append((quiet, ["(doing'=later)", "(age'=age+1)", *turn, *self._passing(key)]))
        clock = self.clock(key)
        due = "true" if clock == "false" else "left>0" if clock == "true" else f"!({joined(('left=0', clock))})"
        return command("", [self.at(key), "looks", "drawn", due], branches)

    def _wait(self, key: str) -> list[str]:
        """Nothing is left of what was drawn: until the clock comes."""
        if self.clock(key) == "false":
            return []
        guard = [self.at(key), "looks", "!drawn", "left>0", self.clock(key)]
        return command("", guard, [("", ["(doing'=later)", *self._passing(key)])])

    def _passing(self, key: str) -> list[str]:
        left = ["(left'=max(left-1,0))"] if key in self.memory.counted else []
        left += [f"(since'=min(since+1,{self.most(self.memory.moved)}))"] if key in self.memory.moved else []
        return left + ([f"(time_of_day'=mod(time_of_day+1,{self.lattice.per_day}))"] if key in self.memory.timed else [])

    # 4. Rules

    def _rule(self, rule: Rule) -> list[str]:
        key, event = rule.source.key, rule.event.name
        when = ("looks", "left=0") if rule.by_clock else (f"doing={self.words.does(event)}",)
        updates = self._stay(rule) if rule.internal else self._leave(rule)
        note = said(Text(f"{rule.actor.zh}：{rule.event.zh}", f"{rule.actor.en}: {rule.event.en}"))
        guard = [self.at(key), *when, self.words.may(rule), self.words.outcome(rule)]
        return [f"  // {plain(rule.id)} {note}", *command("rule", guard, [("", [*updates, *self.words.updates(rule)])])]

    def _stay(self, rule: Rule) -> list[str]:
        return ["(doing'=now)", *([] if rule.by_clock else self._used(rule.source.key, rule.event.name)), *self._left(rule)]

    def _used(self, key: str, event: str) -> list[str]:
        """What was drawn is used up; the other draws run on."""
        actor = self.memory.draw_of(key, event).actor
        others = " | ".join(f"{self.words.drawn(draw.actor)}>{NONE_DRAWN}" for draw in self.draws[key] if draw.actor != actor)
        age = f"({others} ? age : 0)" if others else "0"
        turn = [f"(turn'={self.memory.events(key).index(event) + 1})"] if key in self.turning else []
        return [f"({self.words.drawn(actor)}'={NONE_DRAWN})", f"(age'={age})", *turn]

    def _leave(self, rule: Rule) -> list[str]:
        key, dest, memory = rule.source.key, rule.dest.key, self.memory
        updates = [f"(state'={self.words.place(dest)})", f"(doing'={self.entry(dest)})"]
        if rule.by_clock or not memory.leaves(key, rule.event.name):
            updates += self._forgotten(key)
        if dest not in memory.counted:
            updates += ["(left'=0)"] if key in memory.counted else []
        updates += self._left(rule)
        if key in memory.moved and dest not in memory.moved and "(since'=0)" not in updates:
            updates.append("(since'=0)")
        return updates + (["(time_of_day'=0)"] if key in memory.timed and dest not in memory.timed else [])

    def _forgotten(self, key: str) -> list[str]:
        """Draws are forgotten when their state is left."""
        found = [f"({self.words.drawn(draw.actor)}'={NONE_DRAWN})" for draw in self.draws[key]]
        found += ["(age'=0)"] if self.draws[key] else []
        return found + (["(turn'=0)"] if key in self.turning else [])
