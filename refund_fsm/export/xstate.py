"""Owns the export for XState 5: JSON that holds a machine's config as `createMachine` takes it, and what its names stand for.

The config names guards, actions and delays; the same few lines of JavaScript implement them for every workflow, from the tables in the
JSON (tests/web/xstate_machine.mjs does). Made of the table: guards and effects are called on facts, nothing is asked of the
configuration graph.

- `guards`: a truth table each. `holds` lists the values, in the order of `reads`, for which it holds.
- `effects`: `rows` are pairs, the values of `reads` and what becomes of `changes`; null is "as it was". A missing row has no outcome.
- `delays`: a length and a unit, to be counted from the entry into the state, or into the parent state where states share a count.
  `hours` are exact; `days` and `working_days` end at 24:00 of the n-th (working) day after the day of entry, in Asia/Shanghai. So a
  delay in milliseconds depends on the instant of entry and on China's calendar, and whoever runs the machine must work it out there.
- A limit that nothing enforces has an action `breach` and leads nowhere. States that share a count are the children of one parent state:
  its delay raises the event `limit passed`, which nobody may send, and which each child answers with its own clock rules.
- An event carries `by` (an actor's key), `details`, and, where it files something (`files`), `facts` as they are derived at that moment;
  what an effect has changed (`kept`) outweighs them. Transitions stand in the order of precedence: wrong actor, missing detail, the
  rules, a failed guard; what is refused stays where it is and says why in `context.refused`. XState itself ignores what comes after a
  final state.

What can be trusted, as XState 5.33.3 was seen to run it (a test runs each row):

| what | can it be trusted |
|---|---|
| states, guards, effects, refusals, money, breaches | yes: random and covering paths step as in the library |
| a limit that facts decide, and one that an event moves | yes: on the present facts, from the same start, never sooner than told |
| a special period | as data: an implementation of delays that does not read `special` ends at the ordinary end |
| a limit of up to 24.8 days, on the clock of the system | yes |
| a longer limit | no: `setTimeout` fires at once beyond 2³¹ − 1 ms. `machineOf` refuses it, unless its actor has the clock `chained()` |
| `SimulatedClock`, many limits in one `increment` | no: it misses timers that are set meanwhile; go from limit to limit |
| a persisted snapshot | for state and context; its timers are gone. Keep the events with their instants, and send them again |
| `can` of an event that is refused | no: it is true, for a refusal is a transition too; send it, and look at `context.refused` |
| `can` of a machine that is done | no: it is true; look at `status` first. Nothing sent then has an effect, nor is it told as refused |

Version 2 is written where a limit has several counts for facts, or special periods of the policy may move it:

- A delay may carry `special`: periods with an instant each of `start` and `end`, and what the length becomes in them (`hours` or `days`).
  The end is counted with the delay's own length first. It lies in the first period for which start ≤ place < end, its place being its
  instant for hours, 00:00 of its last day for days and working days; then it is counted anew from the same start with the period's
  length, and stands, but for a period that is `never_shorter` and gives no later end. What holds depends on the instant of entry, so
  it is told as data, and must be worked out with the length. All periods of a delay hold for the facts of those who count by it.
- A delay may carry `plus`, a length and a unit that are then added: hours later, the same hour so many days later, or 24:00 of the n-th
  working day after the last day. Special periods do not judge the sum.
- `limits`: for a state, or a parent, whose limit has several counts, which delay counts when the guards of `when` hold; the first.
  XState starts all of them at the entry, and no event that stays enters again. `start_count` and `count_on` note in `context.counted`
  which counts have held, the present one last; a delay that ends (`pass`) acts only if it has held and all others that have held
  ended before (`ends`). So a limit that an event moves is counted on from the same start, and never ends before what was told; a
  breach is of the delay that counts at that moment (`counted`).

The law's clock, which only warns, is left out; so is the order of instants: no event is dated before the one that came last.
"""

from __future__ import annotations

from refund_fsm.export.identifiers import Identifiers
from refund_fsm.export.tables import tables_of
from refund_fsm.export.xstate_parts import Json, asked_by, first_to_last, guarded, laid_out, period_data, refuse, said
from refund_fsm.workflow import CLOCK, Count, Event, Policy, Rule, State, Workflow, counting, unit_of

FORMAT = "refund-fsm for XState 5, version {version}"
PASSED = "limit passed"


def document(workflow: Workflow, policy: Policy) -> str:
    """The JSON, readable: what fits is on one line. `WorkflowError` for an effect that cannot be tabulated."""
    return laid_out(_Export(workflow, policy).data(), "") + "\n"


class _Export:
    """One workflow under one policy."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self.workflow, self.policy = workflow, policy
        names = Identifiers()
        self.id_of = {key: names.of("", key) for key in workflow.states}
        self.group_id = {
            place: names.of("", "_and_".join(self.id_of[state.key] for state in group))
            for place, (group, _) in enumerate(workflow.groups)
            if len(group) > 1
        }
        self.parent = {state.key: place for place in self.group_id for state in workflow.groups[place][0]}
        known = counting(workflow, policy).counts
        self.counts = [first_to_last([one for one in known if one.kind.group == place]) for place in range(len(workflow.groups))]
        special = any(one.special for one in known)
        self.version = 2 if special or any(map(self._is_moved, range(len(self.counts)))) else 1

    def data(self) -> Json:
        workflow = self.workflow
        domains = workflow.domains(self.policy)
        guards, effects = tables_of(workflow, domains)
        return {
            "format": FORMAT.format(version=self.version),
            "workflow": {"key": workflow.key, **said(workflow.label), "fingerprint": workflow.fingerprint},
            "actors": {key: said(actor.text) for key, actor in workflow.actors.items()},
            "events": {name: self._event(event) for name, event in workflow.events.items()},
            "facts": {
                one.name: {"values": list(domains[one.name]), "starts": list(one.start(self.policy))} for one in workflow.fact_fields
            },
            "guards": {
                name: {**said(guard.text), "reads": list(guards[name].reads), "holds": [list(row) for row in guards[name].holds]}
                for name, guard in workflow.guards.items()
            },
            "effects": {
                name: {
                    "reads": list(table.reads),
                    "changes": list(table.changes),
                    "rows": [[list(row), list(outcome)] for row, outcome in table.rows.items()],
                }
                for name, table in effects.items()
            },
            "delays": self._delays(),
            **({"limits": self._limits()} if any(map(self._is_moved, range(len(self.counts)))) else {}),
            "machine": self._machine(),
        }

    # 1. What the machine names

    def _event(self, event: Event) -> Json:
        return {**said(event.text), "actor": event.actor.key, "needs": list(event.needs), "files": event.files, "pays": event.pays}

    def _delays(self) -> Json:
        found: Json = {}
        for place, (group, _) in enumerate(self.workflow.groups):
            for count in self.counts[place]:
                told = found.setdefault(self._delay(count), {**self._length(count), "states": []})
                told["states"] += [state.key for state in group]
        return found

    def _length(self, count: Count) -> Json:
        limit = count.limit
        told: Json = {"length": count.length, "unit": count.unit, "field": limit.field, "cites": limit.cites}
        if count.special:
            told["special"] = [period_data(period) for period, _ in count.special]
        if count.plus and limit.plus is not None:
            told["plus"] = {"length": count.plus, "unit": unit_of(limit.plus), "field": limit.plus}
        return told

    def _delay(self, count: Count) -> str:
        """A delay's name: the limit's field, with its length where limits of that field differ in it, the guards of the special periods
        that may move it, and what is added."""
        limit = count.limit
        length = limit.length_in(self.policy)
        lengths = {other.length_in(self.policy) for other in self.workflow.limit_rows if other.field == limit.field}
        name = limit.field if len(lengths) == 1 else f"{limit.field}_{length}"
        guards = " and ".join(dict.fromkeys(guard.name for _, some in count.special for guard in some))
        return name + (f" if {guards}" if guards else "") + (f" plus {limit.plus}" if count.plus else "")

    def _limits(self) -> Json:
        """Of each limit that has several counts, which one holds for which facts: the first whose guards do."""
        return {
            self._owner(place): [{"delay": self._delay(count), "when": [guard.name for guard in asked_by(count)]} for count in counts]
            for place, counts in enumerate(self.counts)
            if self._is_moved(place)
        }

    def _owner(self, place: int) -> str:
        """The state or the parent that a limit is counted for."""
        return self.group_id.get(place) or self.id_of[self.workflow.groups[place][0][0].key]

    def _is_moved(self, place: int) -> bool:
        """Whether facts decide how a limit is counted."""
        return len(self.counts[place]) > 1

    # 2. The machine

    def _machine(self) -> Json:
        workflow = self.workflow
        return {
            "id": workflow.key,
            "initial": self._outermost(workflow.initial),
            "context": {
                "facts": None,
                "kept": {},
                "fired": [],
                "refused": None,
                "paid": 0,
                "breaches": [],
                "overdue": False,
                **({"counted": [], "passed": []} if any(map(self._is_moved, range(len(self.counts)))) else {}),
            },
            "on": {
                PASSED: {},
                "*": [{"guard": "unknown_event", **refuse("unknown_event")}, {"guard": "known_event", **refuse("wrong_state")}],
            },
            "states": self._nodes(),
        }

    def _outermost(self, state: State) -> str:
        place = self.parent.get(state.key)
        return self.id_of[state.key] if place is None else self.group_id[place]

    def _nodes(self) -> Json:
        found: Json = {}
        for state in self.workflow.states.values():
            place = self.parent.get(state.key)
            nodes = found if place is None else found.setdefault(self.group_id[place], self._group(place))["states"]
            nodes[self.id_of[state.key]] = self._node(state)
        return found

    def _group(self, place: int) -> Json:
        """The parent of states that are counted together. Where only some of them have clock rules, one that is entered after the limit
        has passed finds that in `overdue`."""
        group, _ = self.workflow.groups[place]
        first, (count, *_) = self.workflow.initial if self.workflow.initial in group else group[0], self.counts[place][::-1]
        entry = [{"type": "count_anew"}] if self._is_mixed(place) else []
        passed = [{"actions": [{"type": "note_overdue"}, {"type": "limit_passed"}]}]
        return {
            "id": self.group_id[place],
            "initial": self.id_of[first.key],
            "meta": {"limit": count.limit.field, "cites": count.limit.cites},
            **self._counted(place, entry, passed),
            "states": {},
        }

    def _counted(self, place: int, entry: list[Json], answers: list[Json]) -> Json:
        """The timers of a limit, and what its passing does: of several, the last to end that has counted."""
        if not self._is_moved(place):
            after: Json = {self._delay(self.counts[place][0]): answers[0] if place in self.group_id else answers}
            return {**({"entry": entry[0]} if entry else {}), "after": after}
        after = {}
        for name in dict.fromkeys(map(self._delay, self.counts[place])):
            ends, note = {"ends": name}, {"type": "pass", "params": {"delay": name}}
            acts = [guarded({**one, "actions": [note, *one["actions"]]}, ends) for one in answers]
            after[name] = [*acts, {"actions": [note]}]
        return {"entry": [*entry, {"type": "start_count", "params": {"limit": self._owner(place)}}], "after": after}

    def _is_mixed(self, place: int) -> bool:
        return len({state.key in self.workflow.clock_rules for state in self.workflow.groups[place][0]}) > 1

    def _node(self, state: State) -> Json:
        node: Json = {"id": self.id_of[state.key], "meta": {"key": state.key, **said(state.text)}}
        if state.final:
            return {**node, "type": "final"}
        events = {name: self._transitions(state, event) for name, event in self.workflow.events.items() if self._rules(state, event)}
        return {**node, **self._limit(state, events), "on": events}

    def _limit(self, state: State, events: Json) -> Json:
        """What the passing of a state's limit does: in the state itself, or put among the `events` of a child."""
        number, place = self.workflow.group_of.get(state.key), self.parent.get(state.key)
        if number is None:
            return {}
        rules = self.workflow.clock_rules.get(state.key, ())
        told: Json = {"counted": True} if self._is_moved(number) else {"limit": self.counts[number][0].limit.field}
        answers = [self._taken(rule) for rule in rules] or [{"actions": [{"type": "breach", "params": told}]}]
        if place is None:
            return self._counted(number, [], answers)
        events[PASSED] = answers
        return {"after": {"0": [self._taken(rule, overdue=True) for rule in rules]}} if rules and self._is_mixed(place) else {}

    def _rules(self, state: State, event: Event) -> tuple[Rule, ...]:
        return self.workflow.rules_at.get((state.key, event.name), ())

    def _transitions(self, state: State, event: Event) -> list[Json]:
        """What an event does, the first that applies."""
        found: list[Json] = [{"guard": {"type": "not_by", "params": {"actor": event.actor.key}}, **refuse("wrong_actor")}]
        if event.actor.key == CLOCK.key:
            return [*found, refuse("not_due")]
        if event.needs:
            found.append({"guard": {"type": "lacks", "params": {"needs": list(event.needs)}}, **refuse("missing_detail")})
        rules = self._rules(state, event)
        found += [self._taken(rule) for rule in rules]
        return found if any(not rule.when for rule in rules) else [*found, refuse("guard_failed")]

    def _taken(self, rule: Rule, *, overdue: bool = False) -> Json:
        """A rule as a transition; one that stays has no target, so that it restarts no delay."""
        wanted: Json = {"guards": [guard.name for guard in rule.when]}
        fired: Json = {"rule": rule.id}
        if rule.effect is not None:
            fired["effect"] = rule.effect.name
        if rule.event.pays:
            fired["pays"] = True
        if rule.event.files:
            wanted["files"] = fired["files"] = True
        if overdue:
            wanted["overdue"] = True
        return {
            **({} if rule.internal else {"target": f"#{self.id_of[rule.dest.key]}"}),
            **({"guard": {"type": "all", "params": wanted}} if len(wanted) > 1 or rule.when else {}),
            "actions": [{"type": "fire", "params": fired}, *self._count_on(rule)],
            "meta": {"rule": rule.id, "event": rule.event.name, "cites": list(rule.sources)},
        }

    def _count_on(self, rule: Rule) -> list[Json]:
        """After a rule that changes facts while a limit runs on that they may move."""
        group_of = self.workflow.group_of
        place = group_of.get(rule.dest.key)
        turns = rule.effect is not None or rule.event.files
        if not turns or place is None or not self._is_moved(place) or group_of.get(rule.source.key) != place:
            return []
        return [{"type": "count_on", "params": {"limit": self._owner(place)}}]
