"""The command line under the oldest typer that pyproject.toml allows; all other tests have the newest.

Skips where `TYPER_OLDEST` names no folder that holds it (`.ci/run` makes one).
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.calling import but_compiling

OLDEST = Path(os.environ.get("TYPER_OLDEST", ""))
ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.skipif("TYPER_OLDEST" not in os.environ, reason="TYPER_OLDEST is not set: a folder with the oldest typer")


def called(*arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as a program of its own, which finds that typer first."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join((str(OLDEST), str(ROOT)))}
    return subprocess.run((sys.executable, "-m", "refund_fsm", *arguments), capture_output=True, text=True, env=environment, check=False)


def test_it_is_the_oldest_that_is_allowed() -> None:
    allowed = re.search(r'"typer>=([\d.]+),', (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert allowed is not None and list(OLDEST.glob(f"typer-{allowed[1]}*.dist-info")), "the test and pyproject.toml name one version"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("simulate virtual --cases 5.0", "--cases: '5.0'; expected a whole number"),
        ("simulate virtual --cases 1_000", "--cases: '1_000'; expected a whole number"),
        ("compare virtual --cases 5 --seed 1.0", "--seed: '1.0'; expected a whole number"),
        ("simulate virtual --cases 0", "--cases: 0; expected a whole number from 1"),
        ("exact virtual --start 20260212", "--start: '20260212'; expected an instant such as 2026-02-12T10:00"),
        ("exact virtual --start 1770861600", "--start: '1770861600'; expected an instant such as 2026-02-12T10:00"),
    ],
)
def test_what_is_no_number_or_instant_is_refused(arguments: str, told: str) -> None:
    done = called(*arguments.split())
    assert done.returncode == 2 and not done.stdout and done.stderr.startswith(f"refund-fsm: {told}"), done.stderr


@pytest.mark.parametrize(
    "arguments", ["--help", "simulate --help", "behaviour virtual --json", "simulate virtual --cases 50 --seed 2 --json"]
)
def test_what_is_right_is_done(arguments: str) -> None:
    done = called(*arguments.split())
    assert done.returncode == 0 and done.stdout and not but_compiling(done.stderr), done.stderr
