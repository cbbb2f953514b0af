"""Owns how a chain is found: every move is asked of the workflow's shared machine, and configurations that behave alike are merged.

It is asked as `graph.explore` asks it, with one thing more: filing events are judged by the facts as they are derived at their
instant, with what effects have set kept, as `RefundCase` does. Must not draw anything, nor know an order type.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from refund_fsm.case import stepper_of
from refund_fsm.errors import BadData, TooLong
from refund_fsm.graph import MAX_CONFIGS, coarsest
from refund_fsm.graph.drift import changes
from refund_fsm.simulate.behaviour import NOTHING, Behaviour
from refund_fsm.simulate.chain.chain import Chain, Course, Move, Node, Opening
from refund_fsm.workflow import CLOCK, Order, Policy, RefundRequest, Rule, Workflow, counting, instant, reads_of

SECOND = timedelta(seconds=1)


def chain_of(workflow: Workflow, behaviour: Behaviour, start: datetime, policy: Policy | None = None) -> Chain:
    """The chain of the cases that all open at `start`, a whole second. `policy=None` is the workflow's own profile.

    Raises `BadData` naming the place for a behaviour that does not fit the workflow, facts that no order has, a state that is
    left without a choice or a clock; `WorkflowError` for an effect that makes no facts, `TooLong` beyond `MAX_CONFIGS`.
    """
    if not isinstance(behaviour, Behaviour):
        raise BadData("behaviour", behaviour, "a Behaviour, such as Behaviour.default('virtual')")
    behaviour.check(workflow)
    if policy is not None and not isinstance(policy, Policy):
        raise BadData("policy", policy, "a Policy, or None")
    start = instant(start, "start")
    if start.microsecond:
        raise BadData("start", start.isoformat(), "a whole second")
    return _Builder(workflow, behaviour, policy or workflow.default_policy(), start).chain()


class _Key(NamedTuple):
    """A configuration before it is merged: `kept` are the facts that effects have changed, where that can still matter."""

    state: int
    facts: tuple[Any, ...]
    kept: frozenset[str]
    course: int


class _Builder:
    def __init__(self, workflow: Workflow, behaviour: Behaviour, policy: Policy, start: datetime) -> None:
        self.workflow, self.behaviour, self.policy, self.start = workflow, behaviour, policy, start
        self.states, self.events = tuple(workflow.states), tuple(workflow.events)
        self.rule_number = {rule.id: place for place, rule in enumerate(workflow.rules)}
        self.stepper = stepper_of(workflow)
        self.domains = workflow.domains(policy)
        self.bounds = workflow.bounds(policy)
        self.counting = counting(workflow, policy)
        self.law = {state.key: limit for state, limit in workflow.law.items()}
        self.reads: dict[tuple[int, int], tuple[str, ...]] = {}
        self.answers: dict[Any, Rule | None] = {}
        self.courses: list[Course] = []
        self.course_number: dict[Course, int] = {}
        self.keys: list[_Key] = []
        self.place: dict[_Key, int] = {}
        names = tuple(one.name for one in fields(workflow.facts))
        self.names = names
        self.values = attrgetter(*names) if len(names) > 1 else lambda facts: (getattr(facts, names[0]),)
        self.files = _leading_to(workflow, {rule.source.key for rule in workflow.rules if rule.event.files})
        self.rows = self._rows()
        self.events_at = [self._events_at(key) for key in self.states]
        self.order_of = self._order_of()

    def chain(self) -> Chain:
        raw_openings = [self._opening(place) for place, share in enumerate(self.behaviour.mix) if share.weight > 0]
        raw: list[Node] = []
        while len(raw) < len(self.keys):
            if len(self.keys) > MAX_CONFIGS:
                raise TooLong(f"behaviour of {self.workflow.key}: more than {MAX_CONFIGS:,} configurations")
            raw.append(self._node(self.keys[len(raw)]))
        block_of, nodes = _merged(raw)
        total = math.fsum(one.share for one in raw_openings)
        openings = tuple(one._replace(node=block_of[one.node], share=one.share / total) for one in raw_openings)
        return Chain(
            self.workflow,
            self.behaviour,
            self.policy,
            self.start,
            nodes,
            openings,
            self.states,
            self.events,
            tuple(self.workflow.by_id),
            self.order_of,
        )

    def _rows(self) -> dict[int, dict[str, list[int]]]:
        """The rows with some weight, by state and actor; actors in the order of the workflow."""
        found: dict[int, dict[str, list[int]]] = {}
        for actor in self.workflow.actors:
            for place, row in enumerate(self.behaviour.choices):
                who = row.actor if row.event == NOTHING else self.workflow.events[row.event].actor.key
                if who == actor:
                    found.setdefault(self.states.index(row.state), {}).setdefault(actor, []).append(place)
        return found

    def _events_at(self, state: str) -> tuple[int, ...]:
        """The events that can happen in a state: those of rows, and the clock's."""
        rows = {row.event for row in self.behaviour.choices if row.state == state and row.event != NOTHING and row.weight > 0}
        clock = {rule.event.name for rule in self.workflow.clock_rules.get(state, ())}
        return tuple(place for place, name in enumerate(self.events) if name in rows | clock)

    def _order_of(self) -> dict[tuple[int, int], int]:
        found: dict[tuple[int, int], int] = {}
        for place, rule in enumerate(self.workflow.rules):
            found.setdefault((self.states.index(rule.source.key), self.events.index(rule.event.name)), place)
        return found

    def _opening(self, place: int) -> Opening:
        share, where = self.behaviour.mix[place], f"mix[{place}].facts"
        facts = self._facts({**self.behaviour.facts, **share.facts}, where)
        example = self.workflow.make_up(facts, self.start)
        if example is None:
            raise BadData(where, str(facts), f"facts that some order has on {self.start.isoformat()}")
        order, request = example
        order = order.model_copy(update={"freight_insurance": share.freight_insurance})
        course = self._course(order, request)
        if course.phases[0] != facts:
            raise BadData(where, str(facts), f"facts that some order has; the nearest has {course.phases[0]}")
        number = self.course_number.setdefault(course, len(self.courses))
        if number == len(self.courses):
            self.courses.append(course)
        freight = self.workflow.freight(facts, order)
        node = self._number(self.workflow.initial.key, facts, frozenset(), number)
        return Opening(share.weight, node, order, request, freight.payer if freight else None, course)

    def _facts(self, given: Mapping[str, Any], where: str) -> Any:
        values = {}
        for one in self.workflow.fact_fields:
            start = one.start(self.policy)
            if one.name in given:
                values[one.name] = given[one.name]
                if not any(type(each) is type(given[one.name]) and each == given[one.name] for each in start):
                    raise BadData(f"{where}.{one.name}", given[one.name], f"what a case opens with: {', '.join(map(repr, start))}")
            elif len(start) == 1:
                values[one.name] = start[0]
            else:
                raise BadData(f"{where}.{one.name}", None, f"a value, here or in the behaviour's facts: {', '.join(map(repr, start))}")
        return self.workflow.facts(**values)

    def _course(self, order: Order, request: RefundRequest) -> Course:
        def told(at: datetime) -> Any:
            return self.workflow.derive(order, request, at, self.policy)

        turns = changes(told, self.start)
        bounds = tuple(-((self.start - at) // SECOND) for at in turns)  # the first whole second that is not before
        return Course((told(self.start), *(told(at) for at in turns)), bounds)

    def _number(self, state: str, facts: Any, kept: frozenset[str], course: int) -> int:
        filing = state in self.files
        key = _Key(self.states.index(state), self.values(facts), kept if filing else frozenset(), course if filing else -1)
        found = self.place.setdefault(key, len(self.keys))
        if found == len(self.keys):
            self.keys.append(key)
        return found

    def _node(self, key: _Key) -> Node:
        state = self.workflow.states[self.states[key.state]]
        facts = self.workflow.facts(**dict(zip(self.names, key.facts, strict=True)))
        if state.final:
            return Node(key.state, facts, (), ((),), ({},), None, -1, self._starts(key, facts))
        bounds = self.courses[key.course].bounds if key.course >= 0 else ()
        moves = tuple(self._moves(key, facts, phase) for phase in range(len(bounds) + 1))
        clock = next((e for e in self.events_at[key.state] if self.workflow.events[self.events[e]].actor == CLOCK and e in moves[0]), None)
        draws = tuple(self._draws(key, facts, moves[phase]) for phase in range(len(bounds) + 1))
        if not draws[0] and clock is None:
            raise BadData(
                "choices",
                state.key,
                f"in every state a row that holds and is accepted, or a limit that the clock enforces; none for {facts}",
            )
        return Node(key.state, facts, bounds, draws, moves, clock, self._count(key, facts), self._starts(key, facts))

    def _count(self, key: _Key, facts: Any) -> int:
        """How the limit is counted, or −1."""
        count = self.counting.of(self.states[key.state], facts)
        return -1 if count is None else self.counting.number[count.kind]

    def _starts(self, key: _Key, facts: Any) -> bool:
        """Whether entering starts the legal clock of the state."""
        limit = self.law.get(self.states[key.state])
        return limit is not None and limit.holds(facts)

    def _moves(self, key: _Key, facts: Any, phase: int) -> dict[int, Move]:
        """What each event of the state does in a phase; those that are refused are not in it."""
        found = {}
        for number in self.events_at[key.state]:
            event = self.workflow.events[self.events[number]]
            judged = self._derived(key, facts, phase) if event.files else facts
            rule = self._fired(key.state, number, judged)
            if rule is None:
                continue
            after, kept = judged, key.kept
            if rule.effect is not None:
                after = rule.after(judged, self.bounds)
                kept = kept | {name for name in rule.effect.changes if getattr(after, name) != getattr(judged, name)}
            found[number] = Move(self.rule_number[rule.id], self._number(rule.dest.key, after, kept, key.course))
        return found

    def _fired(self, state: int, event: int, facts: Any) -> Rule | None:
        """The rule that the machine fires. It is asked once for every answer that can differ: its guards read some of the facts."""
        place = (state, event)
        if place not in self.reads:
            rules = self.workflow.rules_at[self.states[state], self.events[event]]
            self.reads[place] = tuple({fact for rule in rules for one in rule.when for fact in reads_of(one, self.domains)})
        asked = (place, tuple(getattr(facts, name) for name in self.reads[place]))
        if asked not in self.answers:
            self.answers[asked] = self.stepper.fire(self.states[state], self.events[event], facts)
        return self.answers[asked]

    def _derived(self, key: _Key, facts: Any, phase: int) -> Any:
        derived = self.courses[key.course].phases[phase]
        return replace(derived, **{name: getattr(facts, name) for name in key.kept}) if key.kept else derived

    def _draws(self, key: _Key, facts: Any, moves: Mapping[int, Move]) -> tuple[tuple[int, ...], ...]:
        """By actor, the rows that can be drawn: they hold for the facts, and the workflow accepts them."""
        found = []
        for actor, places in self.rows.get(key.state, {}).items():
            fitting = [place for place in places if self.behaviour.choices[place].holds(facts)]
            if fitting and not any(self.behaviour.choices[place].weight > 0 for place in fitting):
                raise BadData(
                    f"choices[{fitting[0]}].weight", 0.0, f"weights of {actor} in {self.states[key.state]} that sum to more than 0"
                )
            drawn = tuple(
                number
                for place in fitting
                if self.behaviour.choices[place].weight > 0 and (number := self._drawn(place, moves)) is not None
            )
            if drawn:
                found.append(drawn)
        return tuple(found)

    def _drawn(self, place: int, moves: Mapping[int, Move]) -> int | None:
        row = self.behaviour.choices[place]
        if row.event == NOTHING:
            return -1 - place
        return place if self.events.index(row.event) in moves else None


def _leading_to(workflow: Workflow, targets: set[str]) -> set[str]:
    """The states from which some rules lead to a target, the targets themselves included."""
    found = set(targets)
    while fresh := {rule.source.key for rule in workflow.rules if rule.dest.key in found} - found:
        found |= fresh
    return found


def _merged(raw: list[Node]) -> tuple[Sequence[int], tuple[Node, ...]]:
    """The block of each configuration under the coarsest bisimulation, and one node for each block."""
    looks: dict[Any, int] = {}
    colours, successors = [], []
    for node in raw:
        cells = [(event, move) for moves in node.moves for event, move in sorted(moves.items())]
        rules = tuple(tuple((event, move.rule) for event, move in sorted(moves.items())) for moves in node.moves)
        look = node.state, node.bounds, node.draws, node.clock, node.counted, node.law, rules
        colours.append(looks.setdefault(look, len(looks)))
        successors.append([move.dest for _, move in cells])
    block_of = coarsest(colours, successors)
    firsts: dict[int, int] = {}
    for place, block in enumerate(block_of):
        firsts.setdefault(block, place)
    nodes = tuple(
        raw[place]._replace(moves=tuple({e: Move(m.rule, block_of[m.dest]) for e, m in moves.items()} for moves in raw[place].moves))
        for place in firsts.values()
    )
    return block_of, nodes
