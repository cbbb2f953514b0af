"""Owns a finished suite: concrete paths with what is expected of each step, as a value, as JSON, as a pytest file.

Must not plan paths.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from typing import Any

from refund_fsm.case import RefundCase
from refund_fsm.paths import coverage
from refund_fsm.paths.coverage import Attempt, Coverage
from refund_fsm.paths.observing import OBSERVED
from refund_fsm.scenario import Path
from refund_fsm.workflow import Policy, Workflow


@dataclass(frozen=True)
class Suite:
    """Paths that reach every goal of a criterion that any order can reach. The same arguments make the same suite.

    `goals`: names of what is covered; `infeasible`: what the table has and no order can reach under the policy. `least_paths`
    and `least_steps`: no suite for these goals has fewer (for `w`: every transition takes a step; how a complete suite could be
    so short is not known). Each path's `goals` are those that no path before it reaches.
    """

    workflow: Workflow = field(repr=False, compare=False)  # by its fingerprint: one out of a pickle is another object
    policy: Policy = field(repr=False)
    criterion: str
    goals: tuple[str, ...] = field(repr=False)
    infeasible: tuple[str, ...] = field(repr=False)
    paths: tuple[Path, ...] = field(repr=False)
    least_paths: int
    least_steps: int
    extra_states: int = 0

    def __eq__(self, other: object) -> bool:
        return self._compared == other._compared if isinstance(other, Suite) else NotImplemented

    @property
    def _compared(self) -> tuple[Any, ...]:
        return (self.workflow.fingerprint, *(getattr(self, one.name) for one in fields(self) if one.compare))

    def __len__(self) -> int:
        """The number of paths."""
        return len(self.paths)

    def __iter__(self) -> Iterator[Path]:
        return iter(self.paths)

    @property
    def steps(self) -> int:
        """The number of steps in all paths."""
        return sum(len(path) for path in self.paths)

    def coverage(self, steps: Iterable[Attempt | RefundCase]) -> Coverage:
        """What cases, or attempts on cases, reach of the suite's goals. A case counts with the events that it has taken, a refusal
        only as an `Attempt`. Cases of other workflows are left out. `BadData` for anything else."""
        observed = coverage.transitions(self._graph()) if self.criterion == "w" else OBSERVED[self.criterion]
        wanted, reached = frozenset(self.goals), set[str]()
        for attempt in coverage.attempts_in(steps):
            if attempt.after.workflow.fingerprint == self.workflow.fingerprint:
                reached |= wanted.intersection(observed(attempt))
        return Coverage(self.criterion, self.goals, frozenset(reached))

    def _graph(self) -> Any:
        from refund_fsm.graph import explore

        return explore(self.workflow, self.policy, strict=False).merged()

    def to_dict(self) -> dict[str, Any]:
        """The suite as JSON data."""
        return {
            "workflow": self.workflow.key,
            "fingerprint": self.workflow.fingerprint,
            "policy": self.policy.model_dump(mode="json"),
            "criterion": self.criterion,
            **({"extra_states": self.extra_states} if self.criterion == "w" else {}),
            "size": {"paths": len(self), "steps": self.steps, "least_paths": self.least_paths, "least_steps": self.least_steps},
            "goals": list(self.goals),
            "infeasible": list(self.infeasible),
            "paths": [path.to_dict() for path in self.paths],
        }

    def to_json(self, *, indent: int | None = None) -> str:
        """The suite as JSON: orders and requests as their models take them, instants in ISO 8601, expected outcomes step by step."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=indent)

    def to_pytest(self, workflow: str | None = None, *, make: str | None = None) -> str:
        """A test file in Python that plays the paths on a `testing.Implementation`, the same that `verify_implementation` takes.

        `make` is how to find what gives one, `module:attribute` (`BadData` else); None: `RefundCase` is tested, and the file marks the line
        to change. `workflow` is how to find the workflow, `module:attribute`; needed for one that is not registered (`BadData` else).
        Events, actors and states have our names in the file.
        """
        from refund_fsm.paths.pytest_file import written

        return written(self, workflow, make)
