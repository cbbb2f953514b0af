"""Owns what a picture shows and what goes together, read off a `Workflow`. Must not know markup, colours or Graphviz.

A rule is drawn as an arrow, or, where an arrow would clutter, named on the card of its source: rules that stay where they
are, and rules of one event that lead from many states into one final state. Every rule has exactly one of the two places.
What states that share a limit can do alike runs through a junction, so that it is drawn and worded once.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

from refund_fsm.diagram.forest import Forest, grown
from refund_fsm.diagram.limits import Row, rows_of
from refund_fsm.diagram.parts import Part, parts_of
from refund_fsm.diagram.pieces import Arrow, Card, Junction, alike, by_event
from refund_fsm.diagram.versions import gone
from refund_fsm.workflow import Actor, Event, Policy, Rule, State, Workflow

View = Literal["full", "spine", "phases", "near"]
VIEWS: tuple[View, ...] = get_args(View)
LONG = 14  # states of a path: a spine with a longer one is laid out as a sheet, which can be folded
MANY = 5  # from this many states on, an event that only ends the case is named on their cards


@dataclass(frozen=True)
class Plan:
    """All that one picture shows of a workflow under a policy.

    The view `spine` keeps the paths of the workflow's spine. `before` is an earlier workflow, whose states and rules that are gone are
    drawn as well, with the lengths that they had under `earlier` (None: the same policy). `part` is the part of the view `phases` that is
    drawn, `apart` the states that start columns of their own, `centre` the state of the view `near`, `folds` the states above which the
    first column is cut, to go on in a column beside it, `kept` the rules that are drawn (None: all).
    """

    workflow: Workflow
    policy: Policy
    view: View = "full"
    before: Workflow | None = None
    earlier: Policy | None = None
    part: Part | None = None
    apart: frozenset[str] = frozenset()
    centre: str = ""
    folds: frozenset[str] = frozenset()
    kept: frozenset[str] | None = None

    @cached_property
    def whole(self) -> Plan:
        """The plan of which this one shows a part."""
        cut = self.part or self.apart or self.centre or self.folds
        return replace(self, part=None, apart=frozenset(), centre="", folds=frozenset()) if cut else self

    @cached_property
    def is_short_spine(self) -> bool:
        """Whether only the spine is shown, and all its paths are short: its lines may then run anywhere."""
        return self.view == "spine" and max(map(len, self.workflow.spine), default=0) <= LONG

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The parts of the whole."""
        whole = self.whole
        return parts_of(whole.workflow, whole.states, whole.rules, whole.forest)

    @cached_property
    def _part_of(self) -> Mapping[str, Part]:
        return {key: part for part in self.parts for key in part.keys}

    def elsewhere(self, key: str) -> Part | None:
        """The part to which a state belongs, where that is another one than this."""
        found = self._part_of.get(key) if self.part else None
        return found if found != self.part else None

    @cached_property
    def spine(self) -> Mapping[str, int]:
        """The rules that stand for the steps of the spine, by id, with the number of their path. A person's comes before the clock's."""
        found: dict[str, int] = {}
        for rank, path in enumerate(self.workflow.spine):
            for source, dest in itertools.pairwise(path):
                rules = [rule for rule in self.workflow.rules if (rule.source.key, rule.dest.key) == (source.key, dest.key)]
                found.setdefault(min(rules, key=lambda rule: rule.by_clock).id, rank)
        return found

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that are drawn, those that are gone last."""
        if self.view == "spine":
            return tuple(rule for rule in self.workflow.rules if rule.id in self.spine)
        if self.part:
            return tuple(rule for rule in self.whole.rules if rule.source.key in self.part.keys)
        if self.centre:
            return tuple(rule for rule in self.whole.rules if self.centre in (rule.source.key, rule.dest.key))
        rules = (*self.workflow.rules, *(gone(self.workflow, self.before) if self.before else ()))
        return rules if self.kept is None else tuple(rule for rule in rules if rule.id in self.kept)

    @cached_property
    def states(self) -> Mapping[str, State]:
        """The states that are drawn, by key, those that are gone last."""
        if self.view == "spine":
            kept = {state.key for path in self.workflow.spine for state in path} | {self.workflow.initial.key}
            return {key: state for key, state in self.workflow.states.items() if key in kept}
        if self.part:
            return {key: state for key, state in self.whole.states.items() if key in self.part.keys}
        if self.centre:
            return {self.centre: self.whole.states[self.centre]}
        if self.kept is not None:
            ends = {self.workflow.initial.key, *(key for rule in self.rules for key in (rule.source.key, rule.dest.key))}
            return {key: state for key, state in self.workflow.states.items() if key in ends}
        earlier = self.before.states if self.before else {}
        return {**self.workflow.states, **{key: state for key, state in earlier.items() if key not in self.workflow.states}}

    @cached_property
    def endings(self) -> tuple[Event, ...]:
        """The events that only end the case, all from many states into the same final state, and are named on the cards."""
        if self.part or self.centre:
            return self.whole.endings
        found = []
        for rules in by_event(self.rules).values():
            ends = len({rule.dest.key for rule in rules}) == 1 and rules[0].dest.final
            if ends and len(rules) >= MANY and not any(rule.id in self.spine for rule in rules):
                found.append(rules[0].event)
        return tuple(found)

    def on_card(self, rule: Rule) -> bool:
        """Whether the rule is named on the card of its source and has no arrow."""
        away = bool(self.centre) and rule.source.key != self.centre  # what leads to the centre has an arrow
        return rule.internal or (rule.event.name in self._ending_names and not away)

    @cached_property
    def _ending_names(self) -> frozenset[str]:
        return frozenset(event.name for event in self.endings)

    @cached_property
    def forest(self) -> Forest:
        """Which states stand below and beside one another. The rules that may meet in a junction make no line: they run through it."""
        meeting = {rule.id for junction in self._meetings for rule in junction.rules} if not self.centre else set()
        off = len(self.workflow.spine)
        rules = [rule for rule in self.rules if not (self.on_card(rule) or rule.internal or rule.id in meeting)]
        rules.sort(key=lambda rule: self.spine.get(rule.id, off))
        steps = [(rule.source.key, rule.dest.key) for rule in rules if rule.dest.key in self.states and rule.dest.key not in self.apart]
        trunk = [state.key for state in self.workflow.spine[0] if state.key in self.states] if self.workflow.spine else []
        first = self.workflow.initial.key if self.workflow.initial.key in self.states else trunk[0] if trunk else next(iter(self.states))
        finals = (state.key for state in self.states.values() if state.final)
        return grown([first, *(key for key in self.states if key != first)], steps, trunk, finals)

    @cached_property
    def junctions(self) -> tuple[Junction, ...]:
        """The junctions, in the order of the limits: but for the spine, of states that stand directly below one another, one for the same
        states, since the stems of two would cross."""
        if self.is_short_spine:
            return self._meetings
        if self.centre:
            return ()
        orders = ((junction, self.forest.next_to_each_other(state.key for state in junction.states)) for junction in self._meetings)
        first = {order: one for one, order in reversed([*orders]) if order}
        return tuple(replace(one, states=tuple(self.states[key] for key in order)) for order, one in reversed(first.items()))

    @cached_property
    def _meetings(self) -> tuple[Junction, ...]:
        made: list[Junction | None] = []
        for group, _ in self.workflow.groups:
            keys = {state.key for state in group}
            if len(keys) > 1:
                here = tuple(rule for rule in self.rules if rule.source.key in keys)
                made += [self._junction(group, tuple(rules)) for rules in by_event(here).values()]
        return tuple(junction for junction in made if junction is not None)

    def _junction(self, group: tuple[State, ...], rules: tuple[Rule, ...]) -> Junction | None:
        """None unless all states of a group have the same rules of the event, with arrows, out of the group, off the spine."""
        keys = {state.key for state in group}
        same = [{alike(rule) for rule in rules if rule.source.key == key} for key in keys]
        if any(one != same[0] for one in same):
            return None
        if any(rule.dest.key in keys or rule.id in self.spine or self.on_card(rule) for rule in rules):
            return None
        return Junction(f"({rules[0].event.name} {group[0].key})", group, rules)

    @cached_property
    def arrows(self) -> tuple[Arrow, ...]:
        """The arrows, in the order of the table."""
        through = {rule.id: junction for junction in self.junctions for rule in junction.rules}
        bundles: dict[tuple[str, str], dict[object, list[Rule]]] = {}
        for rule in self.rules:
            if not self.on_card(rule):
                start = through[rule.id].name if rule.id in through else rule.source.key
                rows = bundles.setdefault((start, rule.dest.key), {})
                rows.setdefault((alike(rule), rule.actor.key), []).append(rule)
        return tuple(self._arrow([tuple(row) for row in rows.values()], through) for rows in bundles.values())

    def _arrow(self, rows: list[tuple[Rule, ...]], through: Mapping[str, Junction]) -> Arrow:
        off = len(self.workflow.spine)
        rows.sort(key=lambda row: (min(self.spine.get(rule.id, off) for rule in row), row[0].by_clock))
        ranks = [self.spine[rule.id] for row in rows for rule in row if rule.id in self.spine]
        return Arrow(tuple(rows), min(ranks, default=None), through.get(rows[0][0].id))

    def is_portal(self, arrow: Arrow) -> bool:
        """Whether an arrow ends in a pill, since its line would run far: any that is no line of the forest; none in a short spine."""
        return not self.is_short_spine and (arrow.junction is not None or (arrow.source.key, arrow.dest.key) not in self.forest.lines())

    def is_cut(self, arrow: Arrow) -> bool:
        """Whether the line of an arrow ends where its column is cut."""
        return arrow.dest.key in self.folds and not self.is_portal(arrow)

    @cached_property
    def _entries(self) -> Mapping[str, tuple[Arrow, ...]]:
        lines, found = self.forest.lines(), dict[str, list[Arrow]]()
        for arrow in self.whole.arrows if not self.is_short_spine else ():
            if arrow.junction is not None or (arrow.source.key, arrow.dest.key) not in lines:
                found.setdefault(arrow.dest.key, []).append(arrow)
        return {key: tuple(arrows) for key, arrows in found.items()}

    def entries(self, key: str) -> tuple[Arrow, ...]:
        """The portals that lead to a state: none where all of them have arrows of their own."""
        return () if self.centre else self._entries.get(key, ())

    @cached_property
    def left_out(self) -> Mapping[str, int]:
        """Of the states of the spine that do not end the case but from which no arrow is drawn, how many rules lead on."""
        drawn = {rule.source.key for rule in self.rules}
        open_ones = [key for key, state in self.states.items() if self.view == "spine" and not state.final and key not in drawn]
        return {key: sum(not rule.internal and rule.source.key == key for rule in self.workflow.rules) for key in open_ones}

    @cached_property
    def far(self) -> tuple[tuple[State, State], ...]:
        """For each state that no arrow reaches, the last one whose card leads there, so that it does not stand at the top."""
        reached = {arrow.dest.key for arrow in self.arrows}
        last = {rule.dest.key: rule for rule in self.rules if rule.dest.final and rule.dest.key not in reached}
        return tuple((rule.source, rule.dest) for rule in last.values())

    def neighbour(self, state: State) -> Card:
        """The card of a state beside the centre, without the rules named on it."""
        return replace(self.whole._card(state), rules=(), together=(), law=None)

    @cached_property
    def cards(self) -> tuple[Card, ...]:
        """The states, in the order of the workflow."""
        return tuple(self._card(state) for state in self.states.values())

    def _card(self, state: State) -> Card:
        flow = self.workflow
        here = [rule for rule in self._all_rules() if rule.source.key == state.key]
        group = flow.groups[flow.group_of[state.key]][0] if state.key in flow.group_of else ()
        return Card(
            state=state,
            actor=self._first_actor(here),
            limit=self.limit_of(state.key),
            together=tuple(other for other in group if other.key != state.key and other.key in self.whole.states),
            law=next((limit for one, limit in flow.law.items() if one.key == state.key), None),
            rules=tuple(rule for rule in here if self.view != "spine" and self.on_card(rule) and (not self.kept or rule.id in self.kept)),
            success=self.ends_well(state)[0],
            good=self.ends_well(state)[1],
        )

    def ends_well(self, state: State) -> tuple[bool, bool]:
        """Whether a case ends well in a state with the money, and whether without."""
        return state.final and not state.good and self._pays(state), state.final and state.good

    def _all_rules(self) -> tuple[Rule, ...]:
        return self.workflow.rules if self.view == "spine" or self.kept is not None else self.whole.rules

    def limit_of(self, key: str) -> tuple[Row, ...]:
        """The rows of a state's limit, empty where it has none; those of a state that is gone are the earlier workflow's."""
        if self.before and key not in self.workflow.states:
            return rows_of(self.before, self.earlier or self.policy, key)
        return rows_of(self.workflow, self.policy, key)

    def limit_of_rule(self, rule: Rule) -> tuple[Row, ...]:
        """The rows of the limit at which a rule fires: those of its own table, for one that is gone."""
        if self.before and rule.id not in self.workflow.by_id:
            return rows_of(self.before, self.earlier or self.policy, rule.source.key)
        return rows_of(self.workflow, self.policy, rule.source.key)

    def _first_actor(self, here: list[Rule]) -> Actor | None:
        """Who acts in a state: on the happy path who takes its next step, else who has the first rule with an arrow, of an event of few
        states before one of many; the clock last."""
        off = len(self.workflow.spine)
        many = Counter(rule.event.name for rule in self._all_rules())
        order = sorted(here, key=lambda rule: (rule.by_clock, self.on_card(rule), self.spine.get(rule.id, off), many[rule.event.name]))
        return order[0].actor if order else None

    def _pays(self, state: State) -> bool:
        """Whether the happy path ends in a final state, or the money moves into it."""
        ends = self.workflow.spine and self.workflow.spine[0][-1].key == state.key
        rules = self.workflow.rules if state.key in self.workflow.states else self.whole.rules
        return bool(ends or any(rule.event.pays for rule in rules if rule.dest.key == state.key))

    def sweep_into(self, state: State) -> tuple[Event, ...]:
        """The events named on cards that lead into a final state."""
        into = {rule.event.name for rule in self.whole.rules if rule.dest.key == state.key}
        return tuple(event for event in self.endings if event.name in into)

    @cached_property
    def actors(self) -> tuple[Actor, ...]:
        """The actors of the rules and cards that are drawn, the clock last."""
        found = {rule.actor.key: rule.actor for rule in self.rules}
        found |= {card.actor.key: card.actor for card in self.cards if card.actor is not None}
        return tuple(sorted(found.values(), key=lambda actor: any(r.by_clock for r in self.rules if r.actor.key == actor.key)))
