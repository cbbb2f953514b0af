"""How long exploring and soundness take, all choices of what the policy fixes. Run by hand: `python -m tests.benchmarks.soundness`."""

from __future__ import annotations

import gc
import time

from refund_fsm import Workflow, orders
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import choices
from refund_fsm.soundness import check

ROUNDS = 3
GOAL_SECONDS = 2.0  # for all workflows together


def timed(workflow: Workflow) -> tuple[float, float, float]:
    """Seconds to explore, to merge, and to judge; each round on a copy that knows nothing yet, the best of them."""
    found = []
    for _ in range(ROUNDS):
        fresh = workflow.variant()
        gc.collect()
        start = time.perf_counter()
        graphs = [explore(fresh, policy) for policy in choices(fresh)]
        explored = time.perf_counter()
        for graph in graphs:
            graph.merged()
        merged = time.perf_counter()
        assert check(fresh).ok
        found.append((explored - start, merged - explored, time.perf_counter() - merged))
    return min(found, key=sum)


def main() -> None:
    """Prints the table."""
    print(f"{'order type':16}{'configs':>9}{'merged':>8}{'explore s':>11}{'merge s':>9}{'judge s':>9}{'sum s':>8}")
    total = 0.0
    for key in orders.keys():
        workflow = orders.get(key)
        seconds = timed(workflow)
        graphs = [explore(workflow, policy) for policy in choices(workflow)]
        sizes = sum(map(len, graphs)), sum(len(graph.merged()) for graph in graphs)
        row = "".join(f"{one:{width}.3f}" for one, width in zip((*seconds, sum(seconds)), (11, 9, 9, 8), strict=True))
        print(f"{key:16}{sizes[0]:9,}{sizes[1]:8,}{row}")
        total += sum(seconds)
    print(f"together {total:.2f} s; the goal is {GOAL_SECONDS} s")


if __name__ == "__main__":
    main()
