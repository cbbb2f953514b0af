"""Owns what a case can do, as a graph to search: the moves that `RefundCase` makes, from the openings that an order can have.

A place is `2 * configuration + overdue`. The configuration graph takes an event of the clock wherever its guards hold; a case
knows one clock rule at a time, none where no limit counts, and fires it at once when the limit has passed already (`overdue`:
the clock led to a state that is counted under the same limit, which a sound table never does). Finds paths, judges nothing.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

from refund_fsm.graph import ConfigGraph, MergedGraph
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.scenario import Path, Player
from refund_fsm.workflow import Policy, Rule, Workflow

MAX_OPENINGS = 1000  # of one block, that are tried as a witness: a filing may derive other facts for some of them


class Move(NamedTuple):
    """A rule that can fire, and the place that it leads to."""

    rule: int
    dest: int


class GraphPath(NamedTuple):
    """A path through the graph to what was found: an opening configuration, the rules that fire, and what is tried at the end.

    `tried` is an event that is asked for there, whatever becomes of it; `waits` says that the limit is let pass there.
    """

    space: Space
    opening: int
    rules: tuple[int, ...]
    tried: str | None = None
    waits: bool = False

    def __len__(self) -> int:
        return len(self.rules) + (self.tried is not None) + self.waits


class Space:
    """The places that cases of a workflow reach under a policy. `graph` may be raw or merged; `moves` by place, in search order."""

    def __init__(self, workflow: Workflow, policy: Policy, graph: ConfigGraph) -> None:
        self.workflow, self.policy, self.graph = workflow, policy, graph
        self.width = len(graph.events)
        self.rules: tuple[Rule, ...] = tuple(workflow.by_id.values())
        self.final = [workflow.states[key].final for key in graph.states]
        self._kept: dict[tuple[int, bytes], tuple[tuple[int, ...], int | None]] = {}
        self.moves: dict[int, tuple[Move, ...]] = {}
        self.tree: dict[int, tuple[int, int, int]] = {}
        self._search()

    @cached_property
    def openings(self) -> Mapping[int, Any]:
        """The opening configurations, each with facts that an order has."""
        return ShortestPaths(self.workflow, self.policy, self.graph).openings

    def state(self, place: int) -> str:
        """The key of a place's state."""
        return self.graph.states[self.graph.state_of[place // 2]]

    def is_final(self, place: int) -> bool:
        """Whether a place's state is final."""
        return self.final[self.graph.state_of[place // 2]]

    def group(self, config: int) -> int:
        """The limit group of a configuration, or −1."""
        return self.graph.limit_of(config)

    def fires(self, config: int) -> tuple[tuple[int, ...], int | None]:
        """The rules (numbers) that actors can fire in a configuration, and the one that the clock fires at its limit."""
        cells = slice(config * self.width, (config + 1) * self.width)
        state = self.graph.state_of[config]
        key = (state, self.graph.rule_at[cells].tobytes())
        found = self._kept.get(key)
        if found is None:
            accepted = [rule for rule in self.graph.rule_at[cells] if rule >= 0]
            clock = [rule for rule in accepted if self.rules[rule].by_clock] if self.graph.limit_of_state[state] >= 0 else []
            actors = () if self.final[state] else tuple(rule for rule in accepted if not self.rules[rule].by_clock)
            found = self._kept[key] = (actors, min(clock, default=None))
        return found

    def after(self, config: int, rule: int) -> int:
        """The configuration that a rule leads to."""
        return self.graph.successor[config * self.width + self.graph.event_number[self.rules[rule].event.name]]

    def spin(self, config: int) -> tuple[int, ...]:
        """Where the clock goes round for ever under this one limit, once it has passed: `RefundCase` raises `TooLong`. Mostly nowhere."""
        seen: dict[int, None] = {}
        while config not in seen:  # ends: every configuration is added once
            seen[config] = None
            _, clock = self.fires(config)
            if clock is None or self.group(self.after(config, clock)) != self.group(config):
                return ()
            config = self.after(config, clock)
        return tuple(itertools.dropwhile(lambda one: one != config, seen))

    def _moves(self, place: int) -> Iterator[Move]:
        config, late = divmod(place, 2)
        actors, clock = self.fires(config)
        group = self.group(config)
        if not (late and clock is not None):
            for rule in actors:
                dest = self.after(config, rule)
                yield from self._led_to(config, rule, dest, bool(late) and self.group(dest) == group)
        if clock is not None and not self.spin(config):
            dest = self.after(config, clock)
            yield from self._led_to(config, clock, dest, self.group(dest) == group)

    def _led_to(self, config: int, rule: int, dest: int, late: bool) -> Iterator[Move]:
        """The places after a rule. A passed limit that goes on otherwise counted may end later, or fall at the present instant."""
        yield Move(rule, 2 * dest + late)
        if late and self.graph.count_of[dest] != self.graph.count_of[config]:
            yield Move(rule, 2 * dest)

    def _search(self) -> None:
        """Breadth-first: `tree` holds, of a shortest path, the place before (−1 at an opening), the rule and the number of steps."""
        self.tree = {2 * config: (-1, -1, 0) for config in self.openings}
        todo = deque(self.tree)
        while todo:  # ends: every place is added once
            place = todo.popleft()
            found = self.moves[place] = tuple(self._moves(place))
            for rule, dest in found:
                if dest not in self.tree:
                    self.tree[dest] = (place, rule, self.tree[place][2] + 1)
                    todo.append(dest)

    @cached_property
    def places_of(self) -> Mapping[str, tuple[int, ...]]:
        """The places of each state that is reached, nearest first."""
        found: dict[str, list[int]] = {}
        for place in self.moves:
            found.setdefault(self.state(place), []).append(place)
        return {key: tuple(places) for key, places in found.items()}

    @cached_property
    def facts_at(self) -> Mapping[int, Any]:
        """By place, facts that a case has there: those of its opening after the effects on a shortest path."""
        found: dict[int, Any] = {}
        bounds = self.workflow.bounds(self.policy)
        for place, (before, number, _) in self.tree.items():  # in the order of the search
            found[place] = self.openings[place // 2] if before < 0 else self.rules[number].after(found[before], bounds)
        return found

    def path_to(self, place: int, *more: int, tried: str | None = None, waits: bool = False) -> GraphPath:
        """A shortest path to a place, and some rules more."""
        rules: list[int] = []
        while self.tree[place][0] >= 0:  # ends: each step is nearer to an opening
            place, rule, _ = self.tree[place]
            rules.append(rule)
        return GraphPath(self, place // 2, (*reversed(rules), *more), tried, waits)

    def nearest(self, places: Iterable[int]) -> int | None:
        """The place that is reached in the fewest steps, None when none is."""
        return min((place for place in places if place in self.tree), key=lambda place: self.tree[place][2], default=None)


def witness(path: GraphPath) -> Path | None:
    """The path as a case went it; None where no order's facts stay as they are at its filing events."""
    space = path.space
    graph = space.graph
    starts: list[Any] = [space.openings[path.opening]]
    if isinstance(graph, MergedGraph):
        others = (config for config in graph.raw.openings if graph.block_of[config] == path.opening)
        starts += [graph.raw.facts_of(config) for config in others][:MAX_OPENINGS]
    for facts in starts:
        player = Player.with_facts(space.workflow, space.policy, facts)
        led = None if player is None else _led(player, path)
        if led is not None:
            return led.path()
    return None


def _led(player: Player, path: GraphPath) -> Player | None:
    expected = [path.space.rules[rule].id for rule in path.rules]
    while len(player.case.steps) < len(expected):  # ends: every round fires a rule, or returns
        before = len(player.case.steps)
        rule = path.space.rules[path.rules[before]]
        player = _waited(player) if rule.by_clock else player.do(rule.event.name)
        fired = [step.rule.id for step in player.case.steps]
        if len(fired) == before or fired[: len(expected)] != expected[: len(fired)]:
            return None
    if path.tried is not None:
        return player.do(path.tried)
    return _waited(player) if path.waits else player


def _waited(player: Player) -> Player:
    """The limit passes; a limit that has passed already is acted upon at once."""
    return player.expired() or player.at(player.case.now)
