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
| a limit of up to 24.8 days, on the clock of the system | yes |
| a longer limit | no: `setTimeout` fires at once beyond 2³¹ − 1 ms. `machineOf` refuses it, unless its actor has the clock `chained()` |
| `SimulatedClock`, many limits in one `increment` | no: it misses timers that are set meanwhile; go from limit to limit |
| a persisted snapshot | for state and context; its timers are gone. Keep the events with their instants, and send them again |
| `can` of an event that is refused | no: it is true, for a refusal is a transition too; send it, and look at `context.refused` |
| `can` of a machine that is done | no: it is true; look at `status` first. Nothing sent then has an effect, nor is it told as refused |

The law's clock, which only warns, is left out; so is the order of instants: no event is dated before the one that came last.
"""

from __future__ import annotations

import json
from typing import Any

from refund_fsm.export.identifiers import Identifiers
from refund_fsm.export.tables import tables_of
from refund_fsm.text import Text
from refund_fsm.workflow import CLOCK, Event, Limit, Policy, Rule, State, Workflow

FORMAT = "refund-fsm for XState 5, version 1"
PASSED = "limit passed"
WIDE = 120  # characters that a list or an object may have on one line

Json = dict[str, Any]


def document(workflow: Workflow, policy: Policy) -> str:
    """The JSON, readable: what fits is on one line. `WorkflowError` for an effect that cannot be tabulated."""
    return _laid_out(_Export(workflow, policy).data(), "") + "\n"


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

    def data(self) -> Json:
        workflow = self.workflow
        domains = workflow.domains(self.policy)
        guards, effects = tables_of(workflow, domains)
        return {
            "format": FORMAT,
            "workflow": {"key": workflow.key, **_said(workflow.label), "fingerprint": workflow.fingerprint},
            "actors": {key: _said(actor.text) for key, actor in workflow.actors.items()},
            "events": {name: self._event(event) for name, event in workflow.events.items()},
            "facts": {
                one.name: {"values": list(domains[one.name]), "starts": list(one.start(self.policy))} for one in workflow.fact_fields
            },
            "guards": {
                name: {**_said(guard.text), "reads": list(guards[name].reads), "holds": [list(row) for row in guards[name].holds]}
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
            "machine": self._machine(),
        }

    # 1. What the machine names

    def _event(self, event: Event) -> Json:
        return {**_said(event.text), "actor": event.actor.key, "needs": list(event.needs), "files": event.files, "pays": event.pays}

    def _delays(self) -> Json:
        found: Json = {}
        for group, (*_, limit) in self.workflow.groups:
            name = self._delay(limit)
            told: Json = {
                "length": limit.length_in(self.policy),
                "unit": limit.unit,
                "field": limit.field,
                "cites": limit.cites,
                "states": [],
            }
            found.setdefault(name, told)["states"] += [state.key for state in group]
        return found

    def _delay(self, limit: Limit) -> str:
        """A delay's name: the limit's field, with its length where limits of that field differ in it."""
        length = limit.length_in(self.policy)
        lengths = {other.length_in(self.policy) for other in self.workflow.limit_rows if other.field == limit.field}
        return limit.field if len(lengths) == 1 else f"{limit.field}_{length}"

    # 2. The machine

    def _machine(self) -> Json:
        workflow = self.workflow
        return {
            "id": workflow.key,
            "initial": self._outermost(workflow.initial),
            "context": {"facts": None, "kept": {}, "fired": [], "refused": None, "paid": 0, "breaches": [], "overdue": False},
            "on": {
                PASSED: {},
                "*": [{"guard": "unknown_event", **_refuse("unknown_event")}, {"guard": "known_event", **_refuse("wrong_state")}],
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
        group, (*_, limit) = self.workflow.groups[place]
        first = self.workflow.initial if self.workflow.initial in group else group[0]
        entry = {"entry": {"type": "count_anew"}} if self._is_mixed(place) else {}
        passed = {"actions": [{"type": "note_overdue"}, {"type": "limit_passed"}]}
        return {
            "id": self.group_id[place],
            "initial": self.id_of[first.key],
            "meta": {"limit": limit.field, "cites": limit.cites},
            **entry,
            "after": {self._delay(limit): passed},
            "states": {},
        }

    def _is_mixed(self, place: int) -> bool:
        return len({state.key in self.workflow.clock_rules for state in self.workflow.groups[place][0]}) > 1

    def _node(self, state: State) -> Json:
        node: Json = {"id": self.id_of[state.key], "meta": {"key": state.key, **_said(state.text)}}
        if state.final:
            return {**node, "type": "final"}
        events = {name: self._transitions(state, event) for name, event in self.workflow.events.items() if self._rules(state, event)}
        return {**node, **self._limit(state, events), "on": events}

    def _limit(self, state: State, events: Json) -> Json:
        """What the passing of a state's limit does: in the state itself, or put among the `events` of a child."""
        limit, place = self.workflow.ordinary(state.key), self.parent.get(state.key)
        if limit is None:
            return {}
        rules = self.workflow.clock_rules.get(state.key, ())
        told = {"limit": limit.field}
        answers = [self._taken(rule) for rule in rules] or [{"actions": [{"type": "breach", "params": told}]}]
        if place is None:
            return {"after": {self._delay(limit): answers}}
        events[PASSED] = answers
        return {"after": {"0": [self._taken(rule, overdue=True) for rule in rules]}} if rules and self._is_mixed(place) else {}

    def _rules(self, state: State, event: Event) -> tuple[Rule, ...]:
        return self.workflow.rules_at.get((state.key, event.name), ())

    def _transitions(self, state: State, event: Event) -> list[Json]:
        """What an event does, the first that applies."""
        found: list[Json] = [{"guard": {"type": "not_by", "params": {"actor": event.actor.key}}, **_refuse("wrong_actor")}]
        if event.actor.key == CLOCK.key:
            return [*found, _refuse("not_due")]
        if event.needs:
            found.append({"guard": {"type": "lacks", "params": {"needs": list(event.needs)}}, **_refuse("missing_detail")})
        rules = self._rules(state, event)
        found += [self._taken(rule) for rule in rules]
        return found if any(not rule.when for rule in rules) else [*found, _refuse("guard_failed")]

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
            "actions": [{"type": "fire", "params": fired}],
            "meta": {"rule": rule.id, "event": rule.event.name, "cites": list(rule.sources)},
        }


def _refuse(code: str) -> Json:
    return {"actions": [{"type": "refuse", "params": {"code": code}}]}


def _said(text: Text) -> Json:
    return {"zh": text.zh, "en": text.en}


def _laid_out(value: Any, indent: str) -> str:
    """JSON in which what fits stands on one line."""
    flat = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or len(flat) + len(indent) <= WIDE:
        return flat
    inner = indent + "  "
    if isinstance(value, dict):
        rows = [f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(one, inner)}" for key, one in value.items()]
    else:
        rows = [_laid_out(one, inner) for one in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n{inner}" + f",\n{inner}".join(rows) + f"\n{indent}{closing}"
