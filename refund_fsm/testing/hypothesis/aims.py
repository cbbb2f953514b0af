"""Owns which state a drawn case is led to, and how: the distances of all configurations to each state, and moves that shorten them.

Left to chance, hardly any case gets into a dispute. So a state is chosen first, each alike, then facts from which it can be reached;
a few moves at random keep it within reach, and the rest go there. Needs no Hypothesis. Must not know an order type.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any

from refund_fsm.case import RefundCase, Refused
from refund_fsm.errors import BadData, TooLong, WorkflowError
from refund_fsm.graph import MergedGraph, explore
from refund_fsm.testing.hypothesis.paths import BYTES, GAPS, LegalPath, Move, details_of, move_of, path_of
from refund_fsm.testing.openings import OPENING_BYTES, Choices, Facts, opening_with, openings_of
from refund_fsm.workflow import CLOCK, Policy, Workflow

AIM_BYTES = 2  # which state, and how many moves at random come first
MOST_DETOURS = 10


class Aims:
    """The distances of one graph, found state by state when they are first asked for. `states` are those that some order leads to."""

    def __init__(self, workflow: Workflow, policy: Policy, graph: MergedGraph) -> None:
        self.workflow, self.policy, self.graph = workflow, policy, graph
        known = openings_of(workflow, policy)
        self._openings = [(self.block(workflow.initial.key, facts), facts) for facts in (*known.fruitful, *known.barren)]
        self._distances: dict[str, Sequence[int]] = {}
        self._states: dict[int, list[str]] = {}
        self._near: dict[tuple[str, int], Facts] = {}

    def block(self, state: str, facts: Any) -> int:
        """The block of a configuration; −1 for facts that are not in the graph there, derived anew since the opening."""
        try:
            return self.graph.index(state, facts)
        except BadData:
            return -1

    def states(self, most: int) -> list[str]:
        """The states that some order leads to in at most so many moves, the initial one first."""
        if most not in self._states:
            reached = (key for key in self.workflow.states if any(0 <= self.left(block, key) <= most for block, _ in self._openings))
            self._states[most] = list(reached)
        return self._states[most]

    def facts_for(self, state: str, most: int) -> Facts:
        """The facts of openings from which a state is at most so many moves off."""
        if (state, most) not in self._near:
            near = [facts for block, facts in self._openings if 0 <= self.left(block, state) <= most]
            self._near[state, most] = Facts(near, [one.name for one in self.workflow.fact_fields])
        return self._near[state, most]

    def left(self, block: int, state: str) -> int:
        """How many moves a state is off; −1 where it cannot be reached."""
        return self._to(state)[block] if block >= 0 else -1

    def _to(self, state: str) -> Sequence[int]:
        found = self._distances.get(state)
        if found is None:
            graph, number = self.graph, self.graph.state_number[state]
            far = [0 if graph.state_of[block] == number else -1 for block in range(len(graph))]
            todo = deque(block for block, steps in enumerate(far) if steps == 0)
            while todo:  # ends: every block is added once
                block = todo.popleft()
                for before in self._before[block]:
                    if far[before] < 0:
                        far[before] = far[block] + 1
                        todo.append(before)
            found = self._distances[state] = tuple(far)
        return found

    @cached_property
    def _before(self) -> list[list[int]]:
        graph, events = self.graph, len(self.graph.events)
        found: list[list[int]] = [[] for _ in range(len(graph))]
        for place, after in enumerate(graph.successor):
            if after >= 0 and self._can_happen(place // events, place % events):
                found[after].append(place // events)
        return found

    def _can_happen(self, block: int, event: int) -> bool:
        """Of the clock's events only the one that a limit enforces."""
        by_clock = self.workflow.events[self.graph.events[event]].actor.key == CLOCK.key
        return not by_clock or self.graph.limit_of(block) >= 0

    def onward(self, block: int, state: str) -> Iterator[tuple[str, int]]:
        """The events that bring a state nearer, each with the block that it leads to."""
        events = self.graph.events
        for number, name in enumerate(events):
            after = self.graph.successor[block * len(events) + number]
            if after >= 0 and self.left(after, state) == self.left(block, state) - 1 and self._can_happen(block, number):
                yield name, after


@lru_cache(maxsize=64)
def aims_of(workflow: Workflow, policy: Policy) -> Aims | None:
    """The aims of a workflow under a policy; None for one that is too large to be explored, or too faulty."""
    try:
        return Aims(workflow, policy, explore(workflow, policy, strict=False).merged())
    except (TooLong, WorkflowError):
        return None


def aimed(data: bytes, workflow: Workflow, policy: Policy) -> LegalPath:
    """The legal path that the bytes stand for: `AIM_BYTES` for where it leads, `OPENING_BYTES` for the opening, `BYTES` for each move.

    It ends in the chosen state, but for the few that a filing at a later instant, with other facts, has led away from it for good. Of a
    workflow that cannot be explored no state is chosen.
    """
    aims = aims_of(workflow, policy)
    if aims is None:
        return path_of(data[AIM_BYTES - 1 :], workflow, policy)
    first, rest = data[AIM_BYTES : AIM_BYTES + OPENING_BYTES], data[AIM_BYTES + OPENING_BYTES :]
    rows = [tuple(rest[place : place + BYTES]) for place in range(0, len(rest), BYTES)]
    states = aims.states(len(rows))
    state = states[data[0] % len(states)]
    choices = Choices(first)
    opening = opening_with(choices, workflow, policy, aims.facts_for(state, len(rows)).pick(choices))
    case = RefundCase.open(*opening[:2], at=opening.at, policy=policy, workflow=workflow)
    moves: list[Move] = []
    for place, (pick, wait, extra) in enumerate(rows):
        block = aims.block(case.state.key, case.facts)
        detour = place < data[1] % (MOST_DETOURS + 1)
        if case.state.final or (case.state.key == state and not detour):
            break
        move = _detour(case, aims, state, (pick, wait, extra), len(rows) - place - 1) if detour else None
        if move is None and case.state.key != state:
            move = _nearer(case, aims, block, state, (pick, wait, extra))
        if move is not None:
            moves.append(move)
            case = move.on(case)
    return LegalPath(opening, tuple(moves), case)


def _detour(case: RefundCase, aims: Aims, state: str, row: tuple[int, int, int], rest: int) -> Move | None:
    """A move at random that keeps the state within reach of the moves that are left."""
    pick, wait, extra = row
    move = move_of(case, pick - 1, wait, extra) if pick else None
    if move is None:
        return None
    after = move.on(case)
    return move if 0 <= aims.left(aims.block(after.state.key, after.facts), state) <= rest else None


def _nearer(case: RefundCase, aims: Aims, block: int, state: str, row: tuple[int, int, int]) -> Move | None:
    """A move that brings the state nearer: after the wait that the bytes stand for, else at once, or by the clock at the limit. Where
    the facts are not those of the graph any more, a move at random."""
    pick, wait, extra = row
    if aims.left(block, state) < 0:
        return move_of(case, pick, wait, extra)
    able = list(aims.onward(block, state))
    for name, after in able[pick % len(able) :] + able[: pick % len(able)]:
        event = aims.workflow.events[name]
        if event.actor.key == CLOCK.key:
            waits = [case.due.at - case.now] if case.due is not None and case.due.at >= case.now else []
        else:
            waits = [GAPS[wait % len(GAPS)], GAPS[0]]
        for gap in waits:
            at = case.now + gap
            details = {} if event.actor.key == CLOCK.key else details_of(event, at, extra, len(case.steps))
            move = Move(name, at, event.actor.key, details)
            if _leads(move, case, aims, after):
                return move
    return move_of(case, pick, wait, extra)


def _leads(move: Move, case: RefundCase, aims: Aims, block: int) -> bool:
    try:
        after = move.on(case)
    except Refused:
        return False
    return aims.block(after.state.key, after.facts) == block
