"""Owns made-up traffic for pictures: seeded random walks over the legal moves of a workflow. Not a simulation of anything real.

Must not know an order type. What comes out is marked illustrative wherever it is shown.
"""

from __future__ import annotations

import itertools
from datetime import timedelta
from random import Random

from refund_fsm.graph.configurations import ACCEPTED, MergedGraph, explore
from refund_fsm.workflow import Policy, Workflow

MAX_STEPS = 500  # of one random walk: one that has not ended then is left where it is
ON_THE_SPINE, ELSEWHERE, GIVES_UP = 8.0, 1.0, 0.12  # how often a step of the spine, another one, one that just ends the case is taken
HOURS = {"hours": 1, "days": 24, "working_days": 34}  # of a unit, roughly, weekends included
UNLIMITED_HOURS = 72


def illustrate(workflow: Workflow, *, cases: int, seed: int, policy: Policy | None = None) -> tuple[dict[str, int], dict[str, timedelta]]:
    """How often each rule fires (by id) in `cases` random walks, and the mean time in each state that was left (by key).

    Steps along the spine are likelier than others, and a stay lasts up to the state's limit. The same seed gives the same random walks.
    """
    policy = policy or workflow.default_policy()
    walks = _RandomWalks(workflow, policy, Random(seed))
    for _ in range(cases):
        walks.take()
    means = {key: timedelta(hours=round(walks.hours[key] / walks.stays[key], 1)) for key in workflow.states if key in walks.stays}
    return walks.counts, means


class _RandomWalks:
    def __init__(self, workflow: Workflow, policy: Policy, random: Random) -> None:
        self.workflow, self.policy, self.random = workflow, policy, random
        self.graph: MergedGraph = explore(workflow, policy).merged()
        self.moves = [self._moves(config) for config in range(len(self.graph))]
        self.starts = [config for config in self.graph.openings if self._leads_on(config)]
        self.starts = self.starts or list(self.graph.openings)
        self.counts = dict.fromkeys((rule.id for rule in workflow.rules), 0)
        self.stays: dict[str, int] = {}
        self.hours: dict[str, float] = {}

    def _moves(self, config: int) -> list[tuple[str, int, float]]:
        """Rule, next configuration and weight of every legal move."""
        graph, width = self.graph, len(self.graph.events)
        cells = [config * width + event for event in range(width)]
        return [
            (rule := graph.rules[graph.rule_at[cell]], graph.successor[cell], self._weight(rule))
            for cell in cells
            if graph.status[cell] == ACCEPTED
        ]

    def _leads_on(self, config: int) -> bool:
        """Whether a random walk that begins here can take a step of the spine; without a spine, any step."""
        return any(weight == ON_THE_SPINE or not self.workflow.spine for _, _, weight in self.moves[config])

    def _weight(self, rule_id: str) -> float:
        rule = self.workflow.by_id[rule_id]
        steps = {pair for path in self.workflow.spine[:1] for pair in itertools.pairwise(path)}
        if (rule.source, rule.dest) in steps and not rule.by_clock:
            return ON_THE_SPINE
        return GIVES_UP if rule.dest.final and not rule.event.pays else ELSEWHERE

    def take(self) -> None:
        """One random walk from an opening to an end."""
        config = self.starts[int(self.random.random() * len(self.starts))]
        for _ in range(MAX_STEPS):
            if not self.moves[config]:
                return
            rule_id, after, _ = self._chosen(self.moves[config])
            rule = self.workflow.by_id[rule_id]
            self.counts[rule_id] += 1
            if not rule.internal:
                self._stay(rule.source.key, whole=rule.by_clock)
            config = after

    def _chosen(self, moves: list[tuple[str, int, float]]) -> tuple[str, int, float]:
        at = self.random.random() * sum(weight for _, _, weight in moves)
        for move in moves:
            at -= move[2]
            if at < 0:
                return move
        return moves[-1]

    def _stay(self, key: str, *, whole: bool) -> None:
        rows = self.workflow.limits_at.get(key, ())
        longest = max((row.length_in(self.policy) * HOURS[row.unit] for row in rows), default=UNLIMITED_HOURS)
        self.stays[key] = self.stays.get(key, 0) + 1
        self.hours[key] = self.hours.get(key, 0.0) + longest * (1.0 if whole else self.random.random() ** 2)
