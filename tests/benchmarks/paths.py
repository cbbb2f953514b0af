"""Sizes of all suites against their lower bounds, and how long they take. Run by hand: `python -m tests.benchmarks.paths`.

Beside it, how long one replay of all its paths on `RefundCase` takes (a suite of `w` is made in less: shared beginnings are played once).
"""

from __future__ import annotations

import statistics
import time

from refund_fsm import Policy, Workflow, orders, paths
from refund_fsm.graph.configurations import explore
from tests.exchange import WORKFLOW as EXCHANGE

REPEATS = 5


def timed(workflow: Workflow, criterion: str) -> tuple[paths.Suite, float]:
    """The suite, and the median time to make it, in seconds, the workflow and its graph being known."""
    took = []
    for _ in range(1 if criterion == "w" else REPEATS):
        start = time.perf_counter()
        suite = paths.cover(workflow, criterion)
        took.append(time.perf_counter() - start)
    return suite, statistics.median(took)


def main() -> None:
    """Prints the table."""
    print("| workflow | criterion | goals | infeasible | paths (least) | steps (least) | made in | replay |")
    print("|---|---|---|---|---|---|---|---|")
    for workflow in (*(orders.get(key) for key in orders.keys()), EXCHANGE):
        start = time.perf_counter()
        explore(workflow, Policy.guide(), strict=False).merged()
        explored = time.perf_counter() - start
        for criterion in paths.CRITERIA:
            suite, seconds = timed(workflow, criterion)
            start = time.perf_counter()
            for path in suite:
                path.replay(workflow)
            replay = time.perf_counter() - start
            sizes = f"{len(suite):,} ({suite.least_paths:,}) | {suite.steps:,} ({suite.least_steps:,})"
            counts = f"{len(suite.goals):,} | {len(suite.infeasible)}"
            print(f"| {workflow.key} | {criterion} | {counts} | {sizes} | {seconds:.3f} s | {replay:.3f} s |")
        print(f"| {workflow.key} | graph | | | | | {explored:.3f} s | |")


if __name__ == "__main__":
    main()
