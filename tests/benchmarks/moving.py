"""What the command `move` costs against loading and saving the same cases, and what loading and saving cost.

Run by hand: `python -m tests.benchmarks.moving [--cases 10000] [--rounds 5]`. The cases are a shop's,
each cut after a random step; each round takes every contender in turn, so that noise of the machine hits all alike. Times are those of the
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
from datetime import datetime, timedelta
from pathlib import Path

from refund_fsm import Evidence, Order, OrderLine, Policy, RefundCase, RefundRequest
from refund_fsm.text import SHANGHAI

START = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)
LIVES = (  # of a shop's case: its events, an hour apart; a case is cut after some of them
    ("submit", "start_review", "approve_return", "ship_return", "deliver_return", "confirm_receipt", "refund_paid"),
    ("submit", "add_evidence", "start_review", "reject", "resubmit", "start_review", "approve_return", "ship_return", "deliver_return"),
    ("submit", "start_review", "reject", "apply_arbitration", "add_evidence", "add_merchant_evidence", "rule_for_merchant", "complain"),
    ("contact_merchant", "merchant_decline", "submit", "start_review", "approve_return", "ship_return", "deliver_return", "reject_receipt"),
)


def lives(count: int) -> Iterator[RefundCase]:
    """Cases on their way, under the guide's policy."""
    draw, line = random.Random(15), OrderLine(sku="A", title="杯子", quantity=1, paid_fen=9900)
    paid, shipped, signed = (START - timedelta(days=days) for days in (4, 3, 1))
    asked = RefundRequest(sku="A", kind="return_and_refund", reason="size_or_colour")
    photo = Evidence(kind="photo", by="buyer", at=START)
    given: dict[str, object] = {"note": "尺码偏小，与描述不同", "tracking_no": "SF1234567890", "evidence": photo}
    for number in range(count):
        order = Order(id=f"O-{number}", order_type="third_party", lines=(line,), paid_at=paid, shipped_at=shipped, signed_at=signed)
        case = RefundCase.open(order, asked, at=START, policy=Policy.guide())
        life = draw.choice(LIVES)
        for name in life[: draw.randint(1, len(life))]:
            event = case.workflow.events[name]
            case = case.apply(name, at=case.now + timedelta(hours=1), by=event.actor.key, **{need: given[need] for need in event.needs})
        yield case


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
        few = Path(folder) / "few.jsonl"
        written(few, 20)
        moved(few, "--policy", "statute")  # once, so that nothing is made for the first time
        rounds = [{name: timed(call) for name, call in contenders.items()} for _ in range(asked.rounds)]
        print(f"{asked.cases:,} cases, {path.stat().st_size / 1e6:,.1f} MB, medians of {asked.rounds} rounds")
        for name in contenders:
            ratios = sorted(one[name] / one["load and save"] for one in rounds)
            middle = statistics.median(one[name] for one in rounds)
            print(f"{name:20} {middle:7.2f} s  {statistics.median(ratios):5.2f}× ({ratios[0]:.2f}–{ratios[-1]:.2f})")


if __name__ == "__main__":
    main()
