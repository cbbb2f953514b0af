"""How fast many cases and the exact law are: against SimPy, against drawing random numbers alone, on two threads, in a new process.

Run by hand: `python -m tests.benchmarks.simulation [--quick]`. It prints a Markdown table. Contenders are timed in turn, round after
round, so that noise of the machine hits all alike; times are medians over the rounds, ratios are ratios of medians. SimPy plays the
same behaviour in `simpy_peer`; that it says the same is printed too (`tests/simulate/test_simpy_peer.py` tests it).

The floor draws as many random numbers as cases need, from the same generator under the same case keys, and adds them up: one for the
kind of case, one for each actor with more than one choice, one for each delay that is not fixed, one for the amount of those who are
paid. How many that is, case by case, is what the SimPy peer recorded. It is measured twice: the plain numbers in [0, 1), and with those
that stand for a delay or an amount made that (whole seconds, fen). Here, on two threads and on the other calendar, what is done once
a run (the chain) is not counted.
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from refund_fsm import orders
from refund_fsm.simulate import Behaviour, first_passage, sensitivity, simulate
from refund_fsm.simulate.chain.quantities import quantities
from refund_fsm.simulate.compiled import kept
from refund_fsm.simulate.sample.numbers import case_key, root_of, uniform
from refund_fsm.simulate.sample.quantiles import quantile
from tests.benchmarks.simpy_peer import Peer
from tests.samples import at
from tests.simulate.simulated import every_day_works

START = at("2026-02-12 10:00")  # the eve of the Spring Festival
SEED = 7
KEY = "third_party"
GOALS = {"simpy": 200, "floor": 5, "threads": 1.8, "calendar": 1.25, "log": 50, "first": 10, "later": 1.5, "law": 0.5, "sensitivity": 20}
Call = Callable[[], Any]
Ints = NDArray[np.int64]


class Sizes:
    """How much is done: cases of ours in a round, with a log, of SimPy, with its log, recorded for the floor; rounds; new processes."""

    def __init__(self, *, quick: bool) -> None:
        self.ours, self.logged = (1 << 20, 1 << 17) if quick else (1 << 22, 1 << 19)
        self.peer, self.peer_logged, self.drawn = (1_000, 1_000, 1 << 13) if quick else (5_000, 3_000, 1 << 14)
        self.rounds, self.processes = (3, 1) if quick else (7, 3)


def timed(contenders: dict[str, Call], rounds: int) -> dict[str, float]:
    """The median seconds of each, all run once before and then in turn."""
    for call in contenders.values():
        call()
    took: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, call in contenders.items():
            start = time.perf_counter()
            call()
            took[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in took.items()}


# 1. The floor
@kept
def plain(counts: Any, seed: int, blocks: int) -> float:
    """The sum of the random numbers of `blocks` × `len(counts)` cases; `counts` (a power of two of them) says how many each draws.

    Every block takes the counts in another order, so that a processor cannot learn them by heart, as it cannot with true cases.
    """
    total, last = 0.0, len(counts) - 1
    for block in range(blocks):
        for place in range(len(counts)):
            key = case_key(root_of(seed), block * len(counts) + place)
            for draw in range(counts[(place * (2 * block + 1)) & last]):
                total += uniform(key, draw)
    return total


@kept
def turned(counts: Any, firsts: Any, meant: Any, q: Any, seed: int, blocks: int) -> float:
    """The same, with the numbers that stand for a quantity made that quantity. `meant`, from the case's `firsts` on: its place, or −1."""
    kind, a, b, c, points, rises = q.kind, q.a, q.b, q.c, q.points, q.rises
    total, last = 0.0, len(counts) - 1
    for block in range(blocks):
        for place in range(len(counts)):
            key = case_key(root_of(seed), block * len(counts) + place)
            spot = (place * (2 * block + 1)) & last
            for draw in range(counts[spot]):
                u, one = uniform(key, draw), meant[firsts[spot] + draw]
                total += u if one < 0 else np.int64(quantile(kind[one], a[one], b[one], c[one], points, rises, u))
    return total


def drawn_by_peer(cases: int) -> tuple[Ints, Ints, Ints, Any]:
    """What cases of the peer drew: how many numbers each, where they begin in the list of what they were for, the list, the quantities."""
    peer = Peer(orders.get(KEY), Behaviour.default(KEY), start=START, seed=SEED, record=True)
    draws = peer.run(cases).draws
    known = list(dict.fromkeys(one for case in draws for one in case if one is not None))
    place = {one: number for number, one in enumerate(known)}
    counts = np.array([len(case) for case in draws])
    meant = np.array([-1 if one is None else place[one] for case in draws for one in case])
    return counts, np.cumsum(counts) - counts, meant, quantities(list(known))


# 2. The rows of the table
Row = tuple[str, str, str]


def goal(name: str, value: float, *, least: bool) -> str:
    """`at least 200: yes`."""
    met = value >= GOALS[name] if least else value <= GOALS[name]
    return f"at {'least' if least else 'most'} {GOALS[name]:g}{'' if name in ('first', 'later', 'law') else '×'}: {'yes' if met else 'NO'}"


def against_simpy(sizes: Sizes) -> Iterator[Row]:
    """Default behaviour, calendar, limits, breaches and histograms, no log, one thread; and against the floor."""
    workflow, behaviour = orders.get(KEY), Behaviour.default(KEY)
    ours = partial(simulate, workflow, behaviour, cases=sizes.ours, seed=SEED, start=START)
    peer = Peer(workflow, behaviour, start=START, seed=SEED)
    counts, firsts, meant, q = drawn_by_peer(sizes.drawn)
    blocks = max(1, sizes.ours // len(counts))
    took = timed(
        {
            "ours": ours,
            "once": partial(ours, cases=1),
            "two": partial(ours, workers=2),
            "peer": partial(peer.run, sizes.peer),
            "plain": partial(plain, counts, SEED, blocks),
            "turned": partial(turned, counts, firsts, meant, q, SEED, blocks),
        },
        sizes.rounds,
    )
    one, theirs = took["ours"] / sizes.ours, took["peer"] / sizes.peer
    each, halved = ((took[name] - took["once"]) / sizes.ours for name in ("ours", "two"))
    yield f"{KEY}, {sizes.ours:,} cases, one thread", f"{1 / one:,.0f} cases/s: {took['once']:.3f} s once, {each * 1e9:.1f} ns a case", ""
    yield f"SimPy, {sizes.peer:,} cases", f"{1 / theirs:,.0f} cases/s", ""
    yield "ours / SimPy", f"{theirs / one:,.0f}×", goal("simpy", theirs / one, least=True)
    yield from agreement(ours(), peer)
    for name, what in (("plain", "plain numbers"), ("turned", "made delays and amounts")):
        least = took[name] / (blocks * len(counts))
        told = f"{least * 1e9:.1f} ns for {counts.mean():.2f} numbers; a case {each / least:.1f}×"
        yield f"floor, {what}", told, goal("floor", each / least, least=False)
    yield "one thread / two", f"{each / halved:.2f}×", goal("threads", each / halved, least=True)


def agreement(result: Any, peer: Peer) -> Iterator[Row]:
    """That both played the same: outcomes, and the time to the money by whole hours."""
    tally, counts = peer.tally, result.time_to_money.counts
    cases = sum(tally.outcomes.values())
    apart = max(abs(tally.outcomes[key] / cases - one.value) for key, one in result.outcomes.items())
    n, m = int(counts.sum()), sum(tally.money.values())
    theirs = np.cumsum([tally.money[hour] for hour in range(len(counts))]) / m
    distance = float(np.abs(np.cumsum(counts) / n - theirs).max())
    error = math.sqrt(0.25 / cases)
    yield f"the same? outcomes of {cases:,} cases", f"shares differ by at most {apart:.4f}", f"standard error at most {error:.4f}"
    critical = 1.949 * math.sqrt((n + m) / (n * m))  # of Kolmogorov and Smirnov's statistic at 0.001
    yield (
        "the same? time to the money",
        f"Kolmogorov–Smirnov {distance:.4f}",
        f"critical {critical:.4f}: {'yes' if distance < critical else 'NO'}",
    )


def calendar_cost(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """Against the same behaviour where every day works. Cases go other ways then, so steps are told as well."""
    workflow, behaviour = orders.get(KEY), Behaviour.default(KEY)
    real = partial(simulate, workflow, behaviour, cases=sizes.ours, seed=SEED, start=START)
    even = partial(real, policy=every_day_works(folder))
    ready = {f"{name} ready": partial(call, cases=1) for name, call in (("real", real), ("even", even))}
    took = timed({"real": real, "even": even, **ready}, sizes.rounds)
    steps = [call().steps / sizes.ours for call in (real, even)]
    each = [(took[name] - took[f"{name} ready"]) / sizes.ours * 1e9 for name in ("real", "even")]
    ratio = each[0] / each[1]
    told = f"{each[0]:.1f} / {each[1]:.1f} ns: {ratio:.2f}× ({steps[0]:.2f} / {steps[1]:.2f} steps)"
    yield "calendar / every day works", told, goal("calendar", ratio, least=False)


def logs(sizes: Sizes, folder: Path) -> Iterator[Row]:
    """With the event log: Parquet against SimPy's `csv`."""
    workflow, behaviour = orders.get(KEY), Behaviour.default(KEY)
    peer = Peer(workflow, behaviour, start=START, seed=SEED)
    ours = partial(simulate, workflow, behaviour, cases=sizes.logged, seed=SEED, start=START, log=folder / "ours.parquet")
    took = timed({"ours": ours, "peer": partial(peer.run, sizes.peer_logged, log=folder / "peer.csv")}, sizes.rounds)
    one, theirs = took["ours"] / sizes.logged, took["peer"] / sizes.peer_logged
    told = f"{1 / one:,.0f} / {1 / theirs:,.0f} cases/s: {theirs / one:,.0f}×"
    yield "with a Parquet log / SimPy with its CSV log", told, goal("log", theirs / one, least=True)


FRESH = """
import time
begun = time.perf_counter()
from datetime import datetime, timedelta
from refund_fsm import orders
from refund_fsm.text import SHANGHAI
from refund_fsm.simulate import Behaviour, first_passage, simulate
workflow, behaviour = orders.get({key!r}), Behaviour.default({key!r})
start = datetime(2026, 2, 12, 10, tzinfo=SHANGHAI)
{call}
print(time.perf_counter() - begun)
"""
CALLS = {
    "simulate": "simulate(workflow, behaviour, cases=1000, seed=7, start=start)",
    "first_passage": "first_passage(workflow, behaviour, start=start)",
}


def processes(sizes: Sizes) -> Iterator[Row]:
    """Imports and the call, in a new process: nothing compiled yet, and compiled before."""
    for name, call in CALLS.items():
        first, later = [], []
        for _ in range(sizes.processes):
            with tempfile.TemporaryDirectory() as cache:
                first.append(_fresh(call, cache))
                later += [_fresh(call, cache) for _ in range(sizes.processes)]
        yield (
            f"{name} in a new process, compiled first",
            f"{statistics.median(first):.1f} s",
            goal("first", statistics.median(first), least=False),
        )
        yield f"{name} in a later process", f"{statistics.median(later):.2f} s", goal("later", statistics.median(later), least=False)


def _fresh(call: str, cache: str) -> float:
    run = subprocess.run(
        [sys.executable, "-c", FRESH.format(key=KEY, call=call)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "NUMBA_CACHE_DIR": cache},
    )
    return float(run.stdout)


def exact(sizes: Sizes) -> Iterator[Row]:
    """The exact law on the lattice of one hour over 120 days, and what every parameter does to it."""
    laws: dict[str, Call] = {}
    for key in orders.keys():
        laws[key] = partial(first_passage, orders.get(key), Behaviour.default(key), start=START)
    took = timed(laws, sizes.rounds)
    for key, seconds in took.items():
        yield f"first_passage {key}", f"{seconds:.3f} s", goal("law", seconds, least=False)
    for key in orders.keys():
        call = partial(sensitivity, orders.get(key), Behaviour.default(key), start=START)
        start = time.perf_counter()
        found = call()
        ratio = (time.perf_counter() - start) / took[key]
        yield f"sensitivity {key}, {len(found.rows)} changes / one law", f"{ratio:.1f}×", goal("sensitivity", ratio, least=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, more noise")
    sizes = Sizes(quick=parser.parse_args(arguments).quick)
    print(f"Python {sys.version.split()[0]}, numba {numba.__version__}, {os.cpu_count()} cores; medians of {sizes.rounds} rounds\n")
    print("| what | measured | goal |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for rows in (against_simpy(sizes), calendar_cost(sizes, folder), logs(sizes, folder), processes(sizes), exact(sizes)):
            for row in rows:
                print(f"| {' | '.join(row)} |", flush=True)


if __name__ == "__main__":
    main()
