"""The same picture is the same bytes: in every run and process, and in the committed files."""

from __future__ import annotations

import os
import subprocess
import sys

from refund_fsm import diagram, orders
from refund_fsm.diagram import render
from tests.places import DIAGRAMS
from tests.workflows import EVERY_KEY


@EVERY_KEY
def test_two_runs_give_the_same_bytes(key: str) -> None:
    first, second = (diagram.draw(orders.get(key)) for _ in range(2))
    assert first.dot == second.dot
    render._svg.cache_clear()
    one = first.svg()
    render._svg.cache_clear()
    assert one == second.svg()


def test_hash_seeds_change_nothing_and_no_path_is_needed() -> None:
    code = "import sys; from refund_fsm import diagram, orders; d = diagram.draw(orders.get('third_party')); print(d.dot + d.svg())"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**{k: v for k, v in os.environ.items() if k != "PATH"}, "PYTHONHASHSEED": seed, "PATH": "", "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
        )
        for seed in ("1", "2")
    ]
    made = diagram.draw(orders.get("third_party"))
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.decode().replace("\r\n", "\n") == made.dot + made.svg() + "\n"


@EVERY_KEY
def test_the_committed_dot_is_what_is_drawn(key: str) -> None:
    assert (DIAGRAMS / f"{key}.dot").read_bytes() == diagram.draw(orders.get(key)).dot.encode()
