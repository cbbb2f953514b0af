"""What limits that depend on facts, and special periods, cost the simulation and the exact law: CPU time, against another checkout.

Run by hand: `python -m tests.benchmarks.limits [--base FOLDER] [--rounds N]`. It prints a Markdown table. `FOLDER` is a checkout to compare
with (none: only this one). Contenders are timed in turn, round after round, each in a process of its own that has played and solved
everything once before; times are CPU seconds, the least of the rounds, and ratios are of those.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[2]
START = datetime.fromisoformat("2026-02-06T10:00:00+08:00")  # limits end in the Spring Festival
CASES = 1 << 18
OLDER = ("third_party", "virtual", "self_operated")
SHOP = "shop_official"
REPEATS = 2


def tasks() -> dict[str, Callable[[], Any]]:
    """What is timed, by name; what a checkout does not have is left out."""
    from refund_fsm import Policy, orders
    from refund_fsm.simulate import Behaviour, simulate
    from refund_fsm.simulate.chain import chain_of
    from refund_fsm.simulate.law.exact import law_of

    found: dict[str, Callable[[], Any]] = {}

    def add(key: str, name: str, policy: Policy) -> None:
        workflow, behaviour = orders.get(key), Behaviour.default(key)
        chain = chain_of(workflow, behaviour, START, policy)
        found[f"chain {name}"] = lambda: chain_of(workflow, behaviour, START, policy)
        found[f"law {name}"] = lambda: law_of(chain, timedelta(hours=1), timedelta(days=120))
        found[f"cases {name}"] = lambda: simulate(workflow, behaviour, cases=CASES, seed=7, start=START, policy=policy)

    for key in OLDER:
        add(key, key, Policy.guide())
    if SHOP in orders.keys() and hasattr(Policy, "platform"):
        try:
            add(SHOP, f"{SHOP}, guide", Policy.guide())
            add(SHOP, f"{SHOP}, platform", Policy.platform())
        except Exception as error:  # a checkout whose behaviour of it is not there yet
            print(error, file=sys.stderr)
    return found


def timed() -> dict[str, float]:
    """CPU seconds of each task in this process, the least of some."""
    times: dict[str, float] = {}
    for name, call in tasks().items():
        call()
        for _ in range(REPEATS):
            begin = time.process_time()
            call()
            times[name] = min(times.get(name, 1e9), time.process_time() - begin)
    return times


def asked(folder: Path) -> dict[str, float]:
    """The times of a checkout."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, __file__, "--one"], env=environment, capture_output=True, text=True, check=True)
    return {name: float(one) for name, one in json.loads(done.stdout).items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(timed()))
        return
    best: dict[str, dict[str, float]] = {"here": {}, "base": {}}
    for _ in range(given.rounds):
        for who, folder in (("base", given.base), ("here", HERE)):
            for name, one in (asked(folder) if folder is not None else {}).items():
                best[who][name] = min(best[who].get(name, 1e9), one)
    print("| what | base, s | here, s | ratio |\n|---|---|---|---|")
    for name, one in best["here"].items():
        base = best["base"].get(name)
        print(f"| {name} | {f'{base:.3f}' if base else ''} | {one:.3f} | {f'{one / base:.3f}' if base else ''} |")
    print()
    for kind in ("law", "cases"):
        special, plain, third = (best["here"][f"{kind} {name}"] for name in (f"{SHOP}, platform", f"{SHOP}, guide", "third_party"))
        print(f"{kind}: special periods {special / plain:.3f}; {SHOP} {special / third:.2f} times third_party")


if __name__ == "__main__":
    main()
