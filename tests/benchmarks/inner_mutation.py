"""How many faults inside guards, derivations and calendars each suite kills, by operator, beside the suites that there were before.

Run by hand: `python -m tests.benchmarks.inner_mutation [ORDER_TYPE …]` (Markdown), `--every N` for every N-th mutant. A mutant that the
new criteria leave alive and that is not equivalent is listed; exit code 1 when there is one. Figures are under the workflow's own policy;
`tests.benchmarks.mutation` has the same under every choice of one, with `w` and random paths beside it.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from refund_fsm import Workflow, orders, paths
from refund_fsm.testing.mutation import INSIDE, Killer, Mutant, Teller, inner_mutants
from tests.exchange import WORKFLOW as EXCHANGE

NEW = ("conditions", "boundaries")
BEFORE = ("limits", "refusals", "guard_outcomes")  # `w` opens cases as `guard_outcomes` does, by what guards make of them


def measured(chosen: Sequence[Mutant], tellers: Sequence[Teller], killers: Mapping[str, Killer], widest: str) -> dict[str, Any]:
    """All figures of one workflow's mutants, as JSON data: equivalent are those that no teller tells; `widest` names the suite that is to
    leave none alive."""
    operators = {name: {"mutants": 0, "equivalent": 0, "killed": dict.fromkeys(killers, 0)} for name in INSIDE}
    survivors, mistaken = list[str](), list[str]()
    for mutant in chosen:
        row: Any = operators[mutant.operator]
        row["mutants"] += 1
        found = {name: killer.kill(mutant) is not None for name, killer in killers.items()}
        if not any(found.values()) and all(one.equivalent(mutant) for one in tellers):
            row["equivalent"] += 1
            continue
        for name, killed in found.items():
            row["killed"][name] += killed
        if not found[widest]:
            survivors.append(mutant.name)
            mistaken += [mutant.name] if any(found.values()) else []
    return {"operators": operators, "survivors": survivors, "killed_elsewhere": mistaken}


def lines(key: str, result: Mapping[str, Any]) -> Iterator[str]:
    """The rows of one workflow by operator; then what survives."""
    for operator, row in result["operators"].items():
        same, told = row["equivalent"], " | ".join(map(str, row["killed"].values()))
        yield f"| `{key}` | {operator} | {row['mutants']} | {same} | {row['mutants'] - same} | {told} |"
    for name in result["survivors"]:
        yield f"- survives: {key}: {name}{' (another suite kills it)' if name in result['killed_elsewhere'] else ''}"


def tables(result: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Kill rates by suite and by operator, over workflows by key; then what survives."""
    rows = {key: list(one["operators"].values()) for key, one in result.items()}
    names = list(next(iter(rows.values()))[0]["killed"])
    alive = {key: sum(row["mutants"] - row["equivalent"] for row in several) for key, several in rows.items()}
    yield "| suite | " + " | ".join(f"{key} ({alive[key]:,} faults inside)" for key in result) + " |"
    yield "|---|" + "---|" * len(result)
    for name in names:
        rates = [f"{100 * sum(row['killed'][name] for row in rows[key]) / max(1, alive[key]):.1f} %" for key in result]
        yield f"| {name} | {' | '.join(rates)} |"
    yield ""
    yield f"| order type | operator | mutants | equivalent | not equivalent | {' | '.join(names)} |"
    yield "|---|---|---|---|---|" + "---|" * len(names)
    for key, one in result.items():
        yield from lines(key, one)
    yield ""
    yield from (f"`{key}`: {one['tried']:,} of {one['mutants']:,} faults inside tried." for key, one in result.items())
    yield ""


def killers_of(workflow: Workflow) -> dict[str, Killer]:
    """The new criteria and those before, under the workflow's own policy."""
    policy = workflow.default_policy()
    return {
        ", ".join(names): Killer(workflow, [(policy, [path for one in names for path in paths.cover(workflow, one)])])
        for names in (NEW, BEFORE)
    }


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
        workflow = EXCHANGE if key == EXCHANGE.key else orders.get(key)
        chosen = inner_mutants(workflow)[:: given.every]
        for line in lines(key, measured(chosen, [Teller(workflow)], killers_of(workflow), ", ".join(NEW))):
            print(line, flush=True)
            found |= line.startswith("- ")
    return int(found)


if __name__ == "__main__":
    sys.exit(main())
