"""How many faults inside guards and derivations each suite kills, by operator, beside the suites that there were before.

Run by hand: `python -m tests.benchmarks.inner_mutation [ORDER_TYPE …]` (Markdown), `--every N` for every N-th mutant. A mutant that the
new criteria leave alive and that is not equivalent is listed; exit code 1 when there is one.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator

from refund_fsm import Workflow, orders, paths
from refund_fsm.testing.mutation import INSIDE, Teller, inner_mutants, killed_by

NEW = ("conditions", "boundaries")
BEFORE = ("limits", "refusals", "guard_outcomes")  # `w` opens cases as `guard_outcomes` does, by what guards make of them


def table(workflow: Workflow, every: int) -> Iterator[str]:
    """The rows of one workflow; last, what survives."""
    teller, chosen = Teller(workflow), inner_mutants(workflow)[::every]
    suites = {name: [path for one in names for path in paths.cover(workflow, one)] for name, names in (("new", NEW), ("before", BEFORE))}
    made, same, killed = Counter(one.operator for one in chosen), Counter[str](), Counter[tuple[str, str]]()
    alive = []
    for mutant in chosen:
        if killed_by(mutant, suites["new"]) is not None:
            killed[mutant.operator, "new"] += 1
        elif teller.equivalent(mutant):
            same[mutant.operator] += 1
            continue
        else:
            alive.append(mutant.name)
        killed[mutant.operator, "before"] += killed_by(mutant, suites["before"]) is not None
    for operator in INSIDE:
        told = " | ".join(str(killed[operator, name]) for name in suites)
        yield f"| `{workflow.key}` | {operator} | {made[operator]} | {same[operator]} | {made[operator] - same[operator]} | {told} |"
    yield from (f"- survives: {name}" for name in alive)


def main() -> int:
    """Prints the table; 1 when something survives that a case can tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("order_types", nargs="*", default=list(orders.keys()))
    parser.add_argument("--every", type=int, default=1)
    given = parser.parse_args()
    print(f"| order type | operator | mutants | equivalent | others | {', '.join(NEW)} | {', '.join(BEFORE)} |")
    print("|---|---|---|---|---|---|---|")
    found = 0
    for key in given.order_types:
        for line in table(orders.get(key), given.every):
            print(line, flush=True)
            found |= line.startswith("- ")
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
