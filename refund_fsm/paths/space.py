"""Owns the graph that paths are planned in: places (blocks of configurations that some order reaches) and the moves among them.

Must not know what a path is wanted for, nor step a case.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from refund_fsm.errors import WorkflowError
from refund_fsm.graph import ACCEPTED, MergedGraph, explore
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.paths.counts import limit_guards
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.workflow import CLOCK, Guard, Kind, Policy, Rule, Workflow


class Move(NamedTuple):
    """An input that is accepted at a place, the rule that fires, and the place after it."""

    input: Input
    rule: Rule
    dest: int


class Space:
    """The merged graph of a workflow under a policy. `finely`: places also agree on every guard of every rule that leaves them, and of
    their limits.

    `late`: moves are first offered a minute before the limit, then at once; and where nothing enforces a limit, a place has a
    twin (numbered N higher) for the time after it.
    """

    def __init__(self, workflow: Workflow, policy: Policy, *, finely: bool = False, late: bool = False) -> None:
        self.workflow, self.policy, self.late = workflow, policy, late
        raw = explore(workflow, policy, strict=False)
        self.graph: MergedGraph = raw.merged_by(_failing(workflow, raw.facts, raw.state_of, raw.fact_of)) if finely else raw.merged()
        self.shortest = ShortestPaths(workflow, policy, self.graph)
        self.openings = self.shortest.openings
        if not self.openings:
            raise WorkflowError(f"workflow {workflow.key}", "example_of gives no order for any facts")
        tree, limit_of = self.shortest.tree, self.graph.limit_of
        self.lasting = frozenset(place for place in tree if limit_of(place) >= 0 and not self._has_clock(place))
        self.places = (*tree, *(place + len(self.graph) for place in tree if late and place in self.lasting))
        self.banned: set[tuple[int, Input]] = set()

    def state(self, place: int) -> str:
        """The state's key."""
        return self.graph.states[self.graph.state_of[place % len(self.graph)]]

    def facts(self, place: int) -> Any:
        """The facts of the first configuration of the place."""
        return self.graph.facts_of(place % len(self.graph))

    def kind(self, place: int) -> Kind | None:
        """How the limit there is counted; None where there is none."""
        number = self.graph.count_of[place % len(self.graph)]
        return None if number < 0 else self.graph.counts[number]

    def overdue(self, place: int) -> bool:
        """Whether the limit there was passed."""
        return place >= len(self.graph)

    def _has_clock(self, place: int) -> bool:
        cells = range(place * len(self.graph.events), (place + 1) * len(self.graph.events))
        return any(self.graph.rule_at[c] >= 0 and self.workflow.by_id[self.graph.rules[self.graph.rule_at[c]]].by_clock for c in cells)

    @cached_property
    def _moves(self) -> dict[int, tuple[Move, ...]]:
        return {place: tuple(self._found(place)) for place in self.places}

    def _found(self, place: int) -> Iterator[Move]:
        graph, width, overdue = self.graph, len(self.graph.events), self.overdue(place)
        for number, name in enumerate(graph.events):
            cell = place % len(graph) * width + number
            if graph.status[cell] != ACCEPTED:
                continue
            rule = self.workflow.by_id[graph.rules[graph.rule_at[cell]]]
            if rule.by_clock:
                yield Move(PASS, rule, graph.successor[cell])
                continue
            dest = graph.successor[cell]
            if overdue and graph.limit_of(dest) == graph.limit_of(place % len(graph)) and dest in self.lasting:
                dest += len(graph)
            if self.late and not overdue and rule.source.key in self.workflow.limits_at:
                yield Move(Input("late", name), rule, dest)
            yield Move(Input("do", name), rule, dest)

    def moves(self, place: int) -> tuple[Move, ...]:
        """What is accepted there, in the order of the events."""
        found = self._moves[place]
        return tuple(move for move in found if (place, move.input) not in self.banned) if self.banned else found

    def by_rule(self, place: int, rule: str) -> Move | None:
        """The move by which a rule (id) fires there."""
        return next((move for move in self.moves(place) if move.rule.id == rule), None)

    def clock_move(self, place: int) -> Move | None:
        """The move of the clock there."""
        return next((move for move in self._moves[place] if move.rule.actor.key == CLOCK.key), None)

    def ends(self, place: int) -> bool:
        """Whether nothing leads away."""
        return all(move.dest == place for move in self._moves[place])

    @cached_property
    def reach(self) -> dict[int, int]:
        """By place, all places that moves lead to from it, itself included, as a mask of bits."""
        found = {place: 1 << place for place in self.places}
        changed = True
        while changed:  # ends: masks only grow
            changed = False
            for place in reversed(self.places):
                mask = found[place]
                for move in self._moves[place]:
                    mask |= found[move.dest]
                changed = changed or mask != found[place]
                found[place] = mask
        return found

    def rings(self, start: int) -> Iterator[tuple[int, tuple[Input, ...]]]:
        """Places by distance from one, each with the inputs of a shortest path."""
        inputs_to: dict[int, tuple[Input, ...]] = {start: ()}
        todo = deque(inputs_to)
        while todo:  # ends: every place is added once
            place = todo.popleft()
            yield place, inputs_to[place]
            for move in self.moves(place):
                if move.dest not in inputs_to:
                    inputs_to[move.dest] = (*inputs_to[place], move.input)
                    todo.append(move.dest)

    def after(self, place: int, one: Input) -> int:
        """The place after an input; the same where it is refused or only time passes."""
        for move in self._moves[place]:
            if move.input == one or (one.kind == "after" and move.input == PASS):
                return move.dest
        if one.kind in ("pass", "after") and place + len(self.graph) in self._moves:
            return place + len(self.graph)
        if one.kind != "too_late":
            return place
        clock = self.clock_move(place)
        return place if clock is None else self.after(clock.dest, Input("do", one.event))

    def fired(self, place: int, one: Input) -> tuple[str, ...]:
        """The ids of the rules that an input fires there."""
        for move in self._moves[place]:
            if move.input == one or (one.kind == "after" and move.input == PASS):
                return (move.rule.id,)
        clock = self.clock_move(place) if one.kind == "too_late" else None
        return () if clock is None else (clock.rule.id, *self.fired(clock.dest, Input("do", one.event)))


def _failing(workflow: Workflow, facts: Sequence[Any], state_of: Sequence[int], fact_of: Sequence[int]) -> list[Hashable]:
    """By configuration: for each rule that leaves its state, and for its limit, which of the guards fail."""
    states = list(workflow.states)
    asked = [[rule.when for rule in workflow.rules if rule.source.key == key and rule.when] for key in states]
    for key, rows in zip(states, asked, strict=True):
        rows += [guards] if (guards := limit_guards(workflow, key)) else []
    known: dict[tuple[int, Guard], bool] = {}

    def holds(fact: int, guard: Guard) -> bool:
        found = known.get((fact, guard))
        return found if found is not None else known.setdefault((fact, guard), guard(facts[fact]))

    return [
        tuple(tuple(holds(fact, guard) for guard in when) for when in asked[state]) for state, fact in zip(state_of, fact_of, strict=True)
    ]
