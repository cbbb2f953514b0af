"""What exploring and merging the configuration graphs costs, against a bare pass over their moves in dictionaries.

Run by hand: `python -m tests.benchmarks.configurations`. Each round is a process of its own, so that nothing is cached;
the workflows are built before the clock starts.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from refund_fsm import graph, orders

ROUNDS = 7


def once() -> tuple[float, float, float]:
    """Seconds to explore, to merge, and to pass once over all moves held in dictionaries (the floor)."""
    workflows = [orders.get(key) for key in orders.keys()]
    start = time.perf_counter()
    graphs = [graph.explore(workflow) for workflow in workflows]
    explored = time.perf_counter()
    merged = [one.merged() for one in graphs]
    done = time.perf_counter()
    tables = [
        {(i, e): one.successor[i * len(one.events) + e] for i in range(len(one.state_of)) for e in range(len(one.events))} for one in graphs
    ]
    ready = time.perf_counter()
    moves = sum(1 for table in tables for dest in table.values() if dest >= 0)
    floor = time.perf_counter() - ready
    assert moves
    assert merged
    return explored - start, done - explored, floor


def main() -> None:
    """Prints medians over processes."""
    if sys.argv[1:] == ["once"]:
        print(*once())
        return
    runs = []
    for _ in range(ROUNDS):
        run = subprocess.run([sys.executable, "-m", __spec__.name, "once"], capture_output=True, text=True, check=True)
        runs.append([float(cell) for cell in run.stdout.split()])
    explore, merge, floor = (statistics.median(column) for column in zip(*runs, strict=True))
    print(f"explore {explore:.2f} s + merge {merge:.2f} s = {explore + merge:.2f} s; a pass over the moves {floor * 1000:.0f} ms")
    for key in orders.keys():
        one = graph.explore(orders.get(key))
        print(f"{key:16}{len(one.state_of):8,} configurations{len(one.merged().state_of):6} classes")


if __name__ == "__main__":
    main()
