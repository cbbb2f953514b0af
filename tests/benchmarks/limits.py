"""What limits that depend on facts, and special periods, cost the simulation and the exact law: CPU time, against another checkout.

Run by hand: `python -m tests.benchmarks.limits [--base FOLDER] [--rounds N] [--only law]`. It prints a Markdown table. `FOLDER` is a
checkout to compare with (none: only this one). Contenders are timed in turn, call by call, each in a process of its own that has played
and solved everything once before; times are CPU seconds, the least of the rounds, and ratios are of those.
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


def serve() -> None:
    """Answers each name of a task that is asked for, line by line, with the CPU seconds that it took; first of all with the names."""
    known = tasks()
    for call in known.values():
        call()
    print(json.dumps(list(known)), flush=True)
    for line in sys.stdin:
        begin = time.process_time()
        known[line.strip()]()
        print(time.process_time() - begin, flush=True)


class Contender:
    """A checkout at work in a process of its own."""

    def __init__(self, folder: Path) -> None:
        environment = {**os.environ, "PYTHONPATH": str(folder)}
        command = [sys.executable, __file__, "--serve"]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.names: list[str] = json.loads(self._told())

    def time(self, name: str) -> float:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{name}\n")
        self.process.stdin.flush()
        return float(self._told())

    def end(self) -> None:
        self.process.communicate()

    def _told(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", default="", help="what the names of tasks begin with")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve()
        return
    contenders = {who: Contender(folder) for who, folder in (("base", given.base), ("here", HERE)) if folder is not None}
    best: dict[tuple[str, str], float] = {}
    names = [name for name in contenders["here"].names if name.startswith(given.only)]
    for _ in range(given.rounds):
        for name in names:
            for who, one in contenders.items():
                if name in one.names:
                    best[who, name] = min(best.get((who, name), 1e9), one.time(name))
    for one in contenders.values():
        one.end()
    print("| what | base, s | here, s | ratio |\n|---|---|---|---|")
    for name in names:
        base, here = best.get(("base", name)), best["here", name]
        print(f"| {name} | {f'{base:.4f}' if base else ''} | {here:.4f} | {f'{here / base:.3f}' if base else ''} |")
    for kind in ("chain", "law", "cases"):
        told = [best.get(("here", f"{kind} {name}")) for name in (f"{SHOP}, platform", f"{SHOP}, guide", "third_party")]
        special, plain, third = told
        if special and plain and third:
            print(f"\n{kind}: special periods {special / plain:.3f}; {SHOP} {special / third:.2f} times third_party")


if __name__ == "__main__":
    main()
