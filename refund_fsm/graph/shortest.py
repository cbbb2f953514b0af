"""Owns the shortest paths through a configuration graph: from what an order can open with, to every configuration.

Only openings that some order can have count, so that every path has a witness that replays. Must not know an order type.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from refund_fsm.graph.configurations import ConfigGraph, MergedGraph
from refund_fsm.scenario import Player
from refund_fsm.workflow import CLOCK, Policy, Workflow


def choices(workflow: Workflow) -> tuple[Policy, ...]:
    """The guide's policy, once for every choice of the facts that a policy fixes."""
    fixed = [one for one in workflow.fact_fields if one.by_policy]
    guide = Policy.guide()
    return tuple(
        guide.model_copy(update=dict(zip((one.name for one in fixed), values, strict=True)))
        for values in itertools.product(*(one.domain(guide) for one in fixed))
    )


class ShortestPaths:
    """A shortest path to every configuration of a graph, raw or merged.

    `openings` are those that an order can have, with the facts of the first such order.
    """

    def __init__(self, workflow: Workflow, policy: Policy, graph: ConfigGraph) -> None:
        self.workflow, self.policy, self.graph = workflow, policy, graph
        self.width = len(graph.events)

    @cached_property
    def openings(self) -> dict[int, Any]:
        """Opening configurations, each with facts that an order has."""
        graph = self.graph
        raw, block_of = (graph.raw, graph.block_of) if isinstance(graph, MergedGraph) else (graph, None)
        found: dict[int, Any] = {}
        for config in raw.openings:
            place = config if block_of is None else block_of[config]
            if place not in found and Player.with_facts(self.workflow, self.policy, raw.facts_of(config)) is not None:
                found[place] = raw.facts_of(config)
        return found

    @cached_property
    def tree(self) -> dict[int, tuple[int, int, int]]:
        """By configuration: the one before it on a shortest path (−1 at an opening), the event, and the number of steps."""
        found = dict.fromkeys(self.openings, (-1, -1, 0))
        todo = deque(found)
        while todo:  # ends: every configuration is added once
            config = todo.popleft()
            row = self.graph.successor[config * self.width : (config + 1) * self.width]
            for event, after in enumerate(row):
                if after >= 0 and after not in found:
                    found[after] = (config, event, found[config][2] + 1)
                    todo.append(after)
        return found

    def to(self, config: int) -> tuple[int, tuple[int, ...]]:
        """The opening and the events (numbers) of a shortest path; `KeyError` where no order leads."""
        events: list[int] = []
        while self.tree[config][0] >= 0:  # ends: each step is nearer to an opening
            config, event, _ = self.tree[config]
            events.append(event)
        return config, tuple(reversed(events))

    def nearest(self, configs: Iterable[int]) -> int | None:
        """The configuration that is reached in the fewest steps, None when none is."""
        return min((config for config in configs if config in self.tree), key=lambda config: self.tree[config][2], default=None)

    def player(self, opening: int, events: Sequence[int] = ()) -> Player | None:
        """A case led along the events of a path; None where it does not go, because a filing derives other facts later on."""
        player = Player.with_facts(self.workflow, self.policy, self.openings[opening])
        assert player is not None
        for number in events:
            taken = self.step(player, number)
            if taken is None:
                return None
            player = taken
        return player

    def step(self, player: Player, number: int) -> Player | None:
        """The player after an event that the graph accepts; None where the case does not."""
        event = self.workflow.events[self.graph.events[number]]
        after = player.expired() if event.actor.key == CLOCK.key else player.do(event.name)
        if after is None or after.step is None or after.step.refusal is not None:
            return None
        return after if after.step.fired and after.case.steps[-1].event == event.name else None

    def lead(self, config: int) -> Player | None:
        """A case led to a configuration by a shortest path."""
        return self.player(*self.to(config))
