"""How many single-fault mutants each suite kills, and in how many steps: the README's table.

Run by hand: `python -m tests.benchmarks.mutation` (Markdown; under ten minutes on two cores), `--json` for all figures, `--sample N`
for another number of mutants of each workflow, drawn with `--seed`, `--all` for all of them; `--inner N` for another number of those with
a fault inside a guard, a derivation or a calendar. Every workflow is judged under each choice
that a policy may make among its facts: a mutant is equivalent when it is so under all of them, and is killed when it is under one. All
suites have at most the steps that `w` has, but those that take `conditions` and `boundaries` along. What survives `w, limits` is listed
with the reason; exit code 1 when that is not the bound of the method, or when a fault inside survives `w` with both of these.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from refund_fsm import BadData, Policy, Workflow, orders, paths
from refund_fsm.graph.shortest import choices
from refund_fsm.scenario.path import Path, Player
from refund_fsm.testing.hypothesis.paths import BYTES, MISS_BYTES, Move, near_miss_of, path_of
from refund_fsm.testing.mutation import OPERATORS, TIMES, Judge, Killer, Mutant, Teller, inner_mutants, mutants
from refund_fsm.testing.openings import OPENING_BYTES
from tests.benchmarks import inner_mutation
from tests.benchmarks.rules_machine import recorded

PROCESSES = 2  # each has a workflow in hand
SAMPLE = 600
INNER = 120
WIDEST = "w, conditions, boundaries"
MOVES = 30  # of a random path at the most
EXTRA = (0, 1)  # extra states of `w` that repetition faults are tried with
SMALL = 100_000  # steps: a `w` with extra states that has more is not run


class Outcome(NamedTuple):
    """What became of one mutant: whether it is equivalent, and the steps by suite, None where it survives."""

    place: int
    equivalent: bool
    steps: dict[str, int | None]


class Bench:
    """One workflow's mutants, judges and suites."""

    def __init__(self, workflow: Workflow, sample: int | None, seed: int) -> None:
        self.workflow = workflow
        everything = mutants(workflow)
        few = sample is not None and sample < len(everything)
        self.all = len(everything)
        self.mutants = random.Random(seed).sample(everything, sample or 0) if few else list(everything)
        self.policies = choices(workflow)
        self.judges = [Judge(workflow, policy) for policy in self.policies]
        for judge in self.judges:
            assert judge.ways
        self.suites = {name: Killer(workflow, [(p, made(workflow, p)) for p in self.policies]) for name, made in SUITES.items()}
        self.late = self._late()

    def _late(self) -> dict[int, Killer]:
        """The complete suites with extra states, as far as they are small."""
        found = {}
        for extra in EXTRA[1:]:
            try:
                suites = [(policy, paths.cover(self.workflow, "w", policy, extra_states=extra)) for policy in self.policies]
            except BadData:
                break
            if sum(suite.steps for _, suite in suites) <= SMALL:
                found[extra] = Killer(self.workflow, [(policy, suite.paths) for policy, suite in suites])
        return found

    def inner(self, sample: int | None, seed: int) -> dict[str, Any]:
        """What becomes of faults inside guards, derivations and calendars."""
        everything = inner_mutants(self.workflow)
        few = sample is not None and sample < len(everything)
        chosen = random.Random(seed).sample(everything, sample or 0) if few else everything
        more = [(policy, [p for one in inner_mutation.NEW for p in paths.cover(self.workflow, one, policy)]) for policy in self.policies]
        killers = {
            WIDEST: Killer(self.workflow, [*more, *((policy, complete(self.workflow, policy)) for policy in self.policies)]),
            **self.suites,
        }
        tellers = [Teller(self.workflow, policy) for policy in self.policies]
        return {"mutants": len(everything), "tried": len(chosen), **inner_mutation.measured(chosen, tellers, killers, WIDEST)}

    def judged(self, place: int) -> Outcome:
        """What becomes of a mutant."""
        mutant = self.mutants[place]
        workflow = mutant.workflow  # held, so that it is made once
        if all(judge.equivalent(mutant) for judge in self.judges):
            return Outcome(place, True, {})
        found: dict[str, int | None] = {}
        for name, killer in self.suites.items():
            kill = killer.kill(mutant)
            found[name] = None if kill is None else kill.steps
        for extra, killer in self.late.items() if mutant.k else ():
            kill = killer.kill(mutant)
            found[f"w +{extra}"] = None if kill is None else kill.steps
        assert workflow is mutant.workflow
        return Outcome(place, False, found)

    def reason(self, mutant: Mutant) -> tuple[bool, str]:
        """Whether the bound explains that a mutant survives, and how."""
        told = []
        for judge in self.judges:
            if not judge.equivalent(mutant):
                ours, theirs = judge.classes(self.workflow), judge.classes(mutant.workflow)
                told.append((theirs > ours, f"{theirs} classes, and `w` allows for {ours}"))
        return all(beyond for beyond, _ in told), "; ".join(dict.fromkeys(text for _, text in told))


def complete(workflow: Workflow, policy: Policy) -> Sequence[Path]:
    """The suite `w`."""
    return paths.cover(workflow, "w", policy).paths


def complete_and_limits(workflow: Workflow, policy: Policy) -> Sequence[Path]:
    """The suites `limits` and `w`, the short one first."""
    return (*paths.cover(workflow, "limits", policy).paths, *complete(workflow, policy))


def budget(workflow: Workflow, policy: Policy) -> int:
    """The number of steps that each suite may have."""
    return paths.cover(workflow, "w", policy).steps


def random_paths(workflow: Workflow, policy: Policy) -> Sequence[Path]:
    """Our own random paths, in turn legal ones and near misses, from seeded bytes."""
    draw, found, left = random.Random(0), list[Path](), budget(workflow, policy)
    while left > 0:  # ends: a near miss has a step at least
        length = OPENING_BYTES + 1 + BYTES * MOVES
        walk = path_of(draw.randbytes(length), workflow, policy)
        miss = near_miss_of(draw.randbytes(MISS_BYTES + length), workflow, policy)
        for opening, moves in ((walk.opening, walk.moves), (miss.path.opening, (*miss.path.moves, miss.move))):
            found.append(_as_path(workflow, policy, opening, moves))
            left -= len(found[-1])
    return found


def _as_path(workflow: Workflow, policy: Policy, opening: Any, moves: Sequence[Move]) -> Path:
    player = Player.opened(workflow, policy, opening)
    for move in moves:
        player = player.told(move.event, move.by, move.at, move.details)
    return player.path()


SUITES: dict[str, Callable[[Workflow, Policy], Sequence[Path]]] = {
    "w": complete,
    "w, limits": complete_and_limits,
    "rule_pairs": lambda workflow, policy: paths.cover(workflow, "rule_pairs", policy).paths,
    "rules": lambda workflow, policy: paths.cover(workflow, "rules", policy).paths,
    "random paths and near misses": random_paths,
    "RuleBasedStateMachine": lambda workflow, policy: recorded(workflow, policy, budget(workflow, policy), illegal=False),
    "the same, with illegal events": lambda workflow, policy: recorded(workflow, policy, budget(workflow, policy), illegal=True),
}


def outcomes(bench: Bench) -> Iterator[Outcome]:
    """What becomes of every mutant."""
    for place in range(len(bench.mutants)):
        if place % 500 == 0:
            print(f"{bench.workflow.key}: {place:,} of {len(bench.mutants):,} mutants", file=sys.stderr)
        yield bench.judged(place)


def measured(bench: Bench, inner: dict[str, Any]) -> dict[str, Any]:
    """All figures of one workflow, as JSON data; `inner` are those of the faults inside."""
    found = list(outcomes(bench))
    live = [one for one in found if not one.equivalent]
    kinds = [bench.mutants[one.place].operator for one in found]
    operators = {}
    for operator in OPERATORS:
        alive = [one for one in live if bench.mutants[one.place].operator == operator]
        killed = {name: sum(one.steps[name] is not None for one in alive) for name in bench.suites}
        operators[operator] = {"mutants": kinds.count(operator), "equivalent": kinds.count(operator) - len(alive), "killed": killed}
    survivors = [bench.mutants[one.place] for one in live if one.steps["w, limits"] is None]
    reasons = {mutant.name: bench.reason(mutant) for mutant in survivors}
    return {
        "inner": inner,
        "mutants": bench.all,
        "tried": len(found),
        "equivalent": len(found) - len(live),
        "suites": {name: _suite(bench, live, name) for name in bench.suites},
        "operators": operators,
        "late": {k: _late(bench, [one for one in live if bench.mutants[one.place].k == k]) for k in TIMES},
        "survivors": {name: text for name, (_, text) in reasons.items()},
        "unexplained": [name for name, (beyond, _) in reasons.items() if not beyond],
    }


def _suite(bench: Bench, live: Sequence[Outcome], name: str) -> dict[str, Any]:
    steps = [taken for one in live if (taken := one.steps[name]) is not None]
    killer = bench.suites[name]
    return {
        "paths": len(killer.runs),
        "steps": killer.steps,
        "killed": len(steps),
        "of": len(live),
        "median_steps": statistics.median(steps) if steps else None,
        "most_steps": max(steps, default=None),
    }


def _late(bench: Bench, live: Sequence[Outcome]) -> dict[str, int]:
    """Faults that show late: how many there are, and how many each complete suite kills."""
    killed = Counter(name for one in live for name, steps in one.steps.items() if steps is not None)
    names = {"w, limits": 0, **{f"w +{extra}": extra for extra in bench.late}}
    return {"mutants": len(live), **{name: killed[name] for name in names}}


def readme(result: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The README's table: kill rates, and the steps of each suite."""
    yield "| suite | " + " | ".join(f"{key} ({one['tried'] - one['equivalent']:,} mutants)" for key, one in result.items()) + " |"
    yield "|---|" + "---|" * len(result)
    for name in next(iter(result.values()))["suites"]:
        suites = [one["suites"][name] for one in result.values()]
        rates = [f"{100 * one['killed'] / max(1, one['of']):.1f} % ({one['steps']:,} steps)" for one in suites]
        yield f"| {name} | {' | '.join(rates)} |"
    once = [row for one in result.values() for operator, row in one["operators"].items() if "after k" not in operator]
    alive, killed = sum(row["mutants"] - row["equivalent"] for row in once), sum(row["killed"]["w, limits"] for row in once)
    yield ""
    yield f"Of the {alive:,} faults of one row `w` and `limits` kill {killed:,}; the other faults show after a rule fired a few times."
    yield ""


def markdown(result: dict[str, dict[str, Any]]) -> Iterator[str]:
    """The tables."""
    yield from readme(result)
    yield from inner_mutation.tables({key: one["inner"] for key, one in result.items()})
    yield "| order type | suite | paths | steps | killed | of | rate | steps to the kill, median | most |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for key, one in result.items():
        for name, suite in one["suites"].items():
            rate = f"{100 * suite['killed'] / max(1, suite['of']):.1f} %"
            sizes = f"{suite['paths']:,} | {suite['steps']:,} | {suite['killed']:,} | {suite['of']:,}"
            yield f"| `{key}` | {name} | {sizes} | {rate} | {_number(suite['median_steps'])} | {_number(suite['most_steps'])} |"
    yield ""
    names = list(next(iter(result.values()))["suites"])
    yield f"| operator | mutants | equivalent | not equivalent | {' | '.join(names)} |"
    yield "|---|---|---|---|" + "---|" * len(names)
    for operator in OPERATORS:
        rows = [one["operators"][operator] for one in result.values()]
        total, same = sum(row["mutants"] for row in rows), sum(row["equivalent"] for row in rows)
        killed = [f"{sum(row['killed'][name] for row in rows):,}" for name in names]
        yield f"| {operator} | {total:,} | {same:,} | {total - same:,} | {' | '.join(killed)} |"
    yield ""
    yield "| order type | faults that show after | not equivalent | killed by `w`, `limits` | and with `extra_states=1` |"
    yield "|---|---|---|---|---|"
    for key, one in result.items():
        for k, late in one["late"].items():
            yield f"| `{key}` | {k} | {late['mutants']} | {late['w, limits']} | {late.get('w +1', 'not run: too long')} |"
    yield ""
    for key, one in result.items():
        yield f"`{key}`: {one['tried']:,} of {one['mutants']:,} mutants tried, {one['equivalent']:,} equivalent."
        yield from (f"- survives `w`, `limits`: {name} ({reason})" for name, reason in one["survivors"].items())
        yield from (f"- **not explained**: {name}" for name in one["unexplained"])


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _measured(task: tuple[str, int | None, int | None, int]) -> dict[str, Any]:
    key, sample, inner, seed = task
    bench = Bench(orders.get(key), sample, seed)
    return measured(bench, bench.inner(inner, seed))


def main() -> int:
    """Prints the tables; 1 when a mutant within the bound survives `w` and `limits`, or a fault inside `w` with the new criteria."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("order_types", nargs="*", default=list(orders.keys()))
    parser.add_argument("--sample", type=int, default=SAMPLE, help=f"mutants of each workflow; default: {SAMPLE}")
    parser.add_argument("--inner", type=int, default=INNER, help=f"faults inside, of each workflow; default: {INNER}")
    parser.add_argument("--all", action="store_true", help="all mutants instead of a sample")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    keys = sorted(given.order_types, key=lambda key: -len(orders.get(key).rules))  # the longest first
    tasks = [(key, None if given.all else given.sample, None if given.all else given.inner, given.seed) for key in keys]
    with multiprocessing.get_context("fork").Pool(PROCESSES) as pool:
        made = dict(zip(keys, pool.map(_measured, tasks, chunksize=1), strict=True))
    result = {key: made[key] for key in given.order_types}
    print(json.dumps(result, ensure_ascii=False, indent=1) if given.json else "\n".join(markdown(result)))
    return int(any(one["unexplained"] or one["inner"]["survivors"] for one in result.values()))


if __name__ == "__main__":
    sys.exit(main())
