"""What the command `move` costs against loading and saving the same cases, and what loading and saving cost.

Run by hand: `python -m tests.benchmarks.moving [--cases 10000] [--rounds 5]`. The cases are the shop's, played by its default behaviour
and cut at a random step; each round takes every contender in turn, so that noise of the machine hits all alike. Times are those of the
process; the table gives medians and the least and the greatest ratio of a round.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from refund_fsm import Policy, RefundCase, orders
from refund_fsm.simulate import Behaviour, play_case
from refund_fsm.text import SHANGHAI

START = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
KEY = "third_party"


def lives(count: int) -> Iterator[RefundCase]:
    """Cases on their way and ended, under the guide's policy."""
    draw, behaviour, workflow = random.Random(15), Behaviour.default(KEY), orders.get(KEY)
    for number in range(count):
        ended = play_case(workflow, behaviour, case=number, seed=15, start=START, policy=Policy.guide())
        one = RefundCase.open(ended.order, ended.request, at=ended.opened_at, policy=ended.policy, workflow=workflow, case_id=f"C-{number}")
        for step in ended.steps[: draw.randint(0, len(ended.steps))]:
            if one.due is not None and one.due.then is not None and one.due.at <= step.at:
                one = one.advance(to=step.at)
            else:
                one = one.apply(step.event, at=step.at, by=step.by, **step.details)
        yield one


def written(path: Path, count: int) -> None:
    """Writes that many cases, one a line."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(RefundCase.to_jsonl(lives(count)))


def load_and_save(path: Path, to: Path) -> None:
    """Reads every case and writes it again."""
    with path.open("rb") as file, to.open("w", encoding="utf-8") as out:
        for line in file:
            out.write(f"{RefundCase.from_json(line).to_json()}\n")


def moved(path: Path, *options: str) -> None:
    """The command, in this process."""
    from refund_fsm.cli import main

    path.with_name(f"{path.stem}.moved{path.suffix}").unlink(missing_ok=True)
    with contextlib.redirect_stdout(io.StringIO()):
        code = main(["move", str(path), *options])
    assert code == 0, f"the command ended with {code}"


def timed(call: Callable[[], None]) -> float:
    """Seconds of the process."""
    start = time.process_time()
    call()
    return time.process_time() - start


def main() -> None:
    """Measures, and prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path, to = Path(folder) / "cases.jsonl", Path(folder) / "again.jsonl"
        written(path, asked.cases)
        contenders: dict[str, Callable[[], None]] = {
            "load and save": lambda: load_and_save(path, to),
            "move, judged anew": lambda: moved(path, "--policy", "statute"),
            "move --from-now": lambda: moved(path, "--policy", "statute", "--from-now"),
            "move --dry-run": lambda: moved(path, "--policy", "statute", "--dry-run"),
        }
        load_and_save(path, to)  # once, so that nothing is made for the first time
        rounds = [{name: timed(call) for name, call in contenders.items()} for _ in range(asked.rounds)]
        print(f"{asked.cases:,} cases, {path.stat().st_size / 1e6:,.1f} MB, medians of {asked.rounds} rounds")
        for name in contenders:
            ratios = sorted(one[name] / one["load and save"] for one in rounds)
            middle = statistics.median(one[name] for one in rounds)
            print(f"{name:20} {middle:7.2f} s  {statistics.median(ratios):5.2f}× ({ratios[0]:.2f}–{ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
