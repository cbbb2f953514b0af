"""Owns the step from planned paths to concrete ones: every plan is played on a `RefundCase`, and what that shows is what counts.

Facts are constant in the graph, yet a filing event derives them anew for its instant; where a case does not follow its plan the
move is barred and the rest is planned again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from refund_fsm.paths import coverage, moments
from refund_fsm.paths.bounds import lower_bounds
from refund_fsm.paths.goals import CRITERIA, Goals
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.paths.plan import PlannedPath, Planner
from refund_fsm.paths.space import Space
from refund_fsm.paths.suite import Suite
from refund_fsm.paths.w import Complete
from refund_fsm.scenario import Path, Player
from refund_fsm.workflow import CLOCK, Policy, Workflow

MAX_ROUNDS = 100  # of planning anew: each bars a move at least


class _Covering:
    """A suite being made: what is reached, and the paths that reached it."""

    def __init__(self, space: Space, goals: Goals, criterion: str) -> None:
        self.space, self.goals, self.criterion = space, goals, criterion
        self.names = dict.fromkeys(goals.names)
        self.reached: dict[str, None] = {}
        self.paths: list[Path] = []

    def left(self) -> int:
        """The goals not reached yet, as a mask."""
        return sum(1 << number for number, name in enumerate(self.goals.names) if name not in self.reached)

    def play(self, planned: PlannedPath) -> tuple[int, Input] | None:
        """Keeps the path when it reaches something new; says where the case strayed from the plan."""
        player, strayed = _played(self.space, planned)
        self.keep(player)
        return strayed

    def keep(self, player: Player) -> None:
        """Keeps what was played when it reaches something new."""
        fresh = [name for name in _reached(self.criterion, player) if name in self.names and name not in self.reached]
        if fresh:
            self.reached.update(dict.fromkeys(fresh))
            self.paths.append(player.path(tuple(fresh)))

    def play_planned(self) -> tuple[int, int]:
        """Plans and plays; where a case strays the move is barred, and the rest planned again. Returns the lower bounds."""
        bounds: tuple[int, int] | None = None
        for _ in range(MAX_ROUNDS):
            planner = Planner(self.space, self.goals)
            bounds = bounds or lower_bounds(planner, planner.all)
            strayed = [stray for stray in map(self.play, planner.paths(self.left())) if stray is not None]
            if not strayed:
                break
            self.space.banned.update(strayed)
            for stray in strayed:
                self.goals.at_step.pop(stray, None)
        assert bounds is not None
        return bounds

    def play_straight(self, wanted: dict[tuple[int, Input], list[int]]) -> None:
        """What is still left, each by a shortest path without delay: a case may have strayed because of what it had done before."""
        tree = self.space.shortest.tree
        for place, one in sorted((step for step in wanted if step[0] in tree), key=lambda step: (tree[step[0]][2], step)):
            if any(self.goals.names[goal] not in self.reached for goal in wanted[place, one]):
                self.play(_straight(self.space, place, one))

    def play_extras(self) -> None:
        """What needs an instant of its own, unless a planned path has reached it."""
        self.names.update(dict.fromkeys(name for extra in self.goals.extras for name in extra.names))
        for extra in self.goals.extras:
            for player in moments.played(self.space, extra):
                self.keep(player)


def covering_suite(workflow: Workflow, policy: Policy, criterion: str) -> Suite:
    """The suite of a criterion other than `w`."""
    space = Space(workflow, policy, finely=criterion == "guard_outcomes", late=criterion == "limits")
    goals = CRITERIA[criterion](space)
    wanted = dict(goals.at_step)
    made = _Covering(space, goals, criterion)
    bounds = made.play_planned()
    made.play_straight(wanted)
    made.play_extras()
    covered = tuple(name for name in made.names if name in made.reached)
    infeasible = (*goals.infeasible, *(name for name in made.names if name not in made.reached))
    return Suite(workflow, policy, criterion, covered, infeasible, tuple(made.paths), *bounds)


def _straight(space: Space, place: int, one: Input) -> PlannedPath:
    """The input after a shortest path, taken without delay."""
    opening, events = space.shortest.to(place)
    known = [space.workflow.events[space.graph.events[number]] for number in events]
    return PlannedPath(opening, (*(PASS if event.actor.key == CLOCK.key else Input("do", event.name) for event in known), one))


def _reached(criterion: str, player: Player) -> Iterator[str]:
    seen: set[str] = {player.line()[0].case.state.key} if criterion == "states" else set()
    yield from seen
    for attempt in coverage.attempts_of(player):
        for name in coverage.OBSERVED[criterion](attempt):
            if name not in seen:
                seen.add(name)
                yield name


def _played(space: Space, planned: PlannedPath) -> tuple[Player, tuple[int, Input] | None]:
    """The path played on a case, as far as the case follows it; and where it strayed."""
    player, place = space.shortest.player(planned.opening), planned.opening
    assert player is not None
    for one in planned.inputs:
        after = one.on(player)
        if after is None or after.step is None or after.step.fired != space.fired(place, one):
            return player, (place, one)
        player, place = after, space.after(place, one)
    return player, None


def complete_suite(workflow: Workflow, policy: Policy, extra_states: int, seen: Mapping[str, str] | None = None) -> Suite:
    """The suite of the criterion `w`."""
    space = Space(workflow, policy)
    plan = Complete(space, extra_states, seen)
    plan.check()
    graph, tries = space.graph, dict[int, _Trie]()
    for opening, word in plan.words():
        node = tries.setdefault(opening, {})
        for one in word:
            node = node.setdefault(one, {})
    goals = {
        coverage.transition(graph, place, "pass" if one == PASS else one.event): None for place, row in plan.dest.items() for one in row
    }
    paths, strayed = list[Path](), dict[str, None]()
    for opening, trie in tries.items():
        start = Player.with_facts(workflow, policy, plan.openings[opening][1])
        assert start is not None
        for leaf in _leaves(plan, start, plan.openings[opening][0], trie, strayed):
            paths.append(leaf)
    covered = tuple(name for name in goals if name not in strayed)
    return Suite(workflow, policy, "w", covered, tuple(strayed), tuple(paths), len(plan.openings), len(goals), extra_states)


_Trie = dict[Input, "_Trie"]


def _leaves(plan: Complete, start: Player, place: int, trie: _Trie, strayed: dict[str, None]) -> Iterator[Path]:
    """The paths of a tree of inputs, every shared beginning played once."""
    space = plan.space
    todo = [(start, place, trie)]
    while todo:  # ends: every node of the tree is met once
        player, place, node = todo.pop()
        if not node:
            yield player.path()
            continue
        for one, below in reversed(node.items()):
            after, dest = one.on(player), plan.dest[place][one]
            assert after is not None and after.step is not None, "every input of the alphabet can be done"
            if after.step.fired != space.fired(place, one):
                strayed[coverage.transition(space.graph, place, one.event or "pass")] = None
            todo.append((after, dest, below))
