"""Owns a suite of boundaries while it is made: what is aimed at, what was met, and the paths that met it. Must not say what is wanted."""

from __future__ import annotations

from refund_fsm.paths.coverage import attempts_of
from refund_fsm.paths.edges import AMOUNTS, boundaries
from refund_fsm.paths.suite import Suite
from refund_fsm.scenario import Path, Player
from refund_fsm.workflow import Policy, Workflow


class Made:
    """A suite being made."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self.workflow, self.policy = workflow, policy
        self.aimed: dict[str, None] = {}
        self.reached: dict[str, None] = {}
        self.paths: list[Path] = []
        self.by_number = False  # whether boundaries by number are wanted by now

    def keep(self, player: Player | None) -> None:
        """Keeps a path that meets something new."""
        if player is None:
            return
        seen = dict.fromkeys(name for attempt in attempts_of(player) for name in boundaries(attempt, by_number=self.by_number))
        fresh = tuple(name for name in seen if name in self.aimed and name not in self.reached)
        if fresh:
            self.reached.update(dict.fromkeys(fresh))
            self.paths.append(player.path(fresh))

    def suite(self) -> Suite:
        """What was made. A call meets one end of a limit, and one standing of an amount, which is that of its case."""
        missed = tuple(f"{name} (no case comes there so)" for name in self.aimed if name not in self.reached)
        goals = tuple(name for name in self.aimed if name in self.reached)
        limits = sum(": begun " in name for name in goals)
        cases = max(sum(name.startswith(one) for name in goals) for one in _of_cases(self.workflow))
        return Suite(self.workflow, self.policy, "boundaries", goals, missed, tuple(self.paths), max(1, cases), max(limits, cases, 1))


def _of_cases(workflow: Workflow) -> list[str]:
    """How the names begin of what is told apart by the order of a case: each needs a case of its own."""
    events = dict.fromkeys(rule.event.name for rule in workflow.rules if rule.event.files and rule.source.key == workflow.initial.key)
    return [f"{workflow.initial.key} {event}: {stands}" for event in events for stands in AMOUNTS.values()] or [" "]
