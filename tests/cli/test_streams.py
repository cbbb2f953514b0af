"""What cannot be printed: one line and a code of its own, silence when a reader has gone, and nothing half done after a signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from refund_fsm.cli import main
from refund_fsm.cli.app import EXIT_CODES
from tests.cli.calling import Captured
from tests.places import ROOT

COMMANDS = ["show virtual", "show virtual --json", "run shop_window_missed_by_a_minute", "--help", "run --help", "--version", ""]
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}


def shell(line: str, folder: Path = ROOT) -> tuple[int, str]:
    """The exit code and what is on stderr of a line of shell, in which `refund-fsm` is ours."""
    ours = f"refund_fsm() {{ '{sys.executable}' -m refund_fsm \"$@\"; }}"
    done = subprocess.run(
        ["sh", "-c", f"{ours}\n{line}"], env=ENV, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60
    )
    return done.returncode, done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_stdout_is_one_line_and_4(command: str) -> None:
    assert shell(f"refund_fsm {command} >/dev/full") == (
        4,
        "refund-fsm: stdout: No space left on device; what was to be printed is lost\n",
    )


@pytest.mark.parametrize("command", ["show virtual", "--help"])
def test_a_closed_stdout_is_one_line_and_4(command: str) -> None:
    assert shell(f"refund_fsm {command} >&-") == (4, "refund-fsm: stdout: it is closed; what was to be printed is lost\n")


def test_a_stderr_that_takes_nothing_changes_no_code() -> None:
    for where in (">&-", ">/dev/full"):
        assert shell(f"refund_fsm show gift 2{where}") == (2, "")
        assert shell(f"refund_fsm show virtual 2{where}") == (0, "")
    assert shell("refund_fsm show virtual >/dev/full 2>&1") == (4, "")


@pytest.mark.parametrize("command", ["show third_party", "check virtual", "--help"])
def test_a_reader_that_has_gone_is_silence(command: str) -> None:
    assert shell(f"{{ refund_fsm {command}; echo $? >&2; }} | true") == (0, "141\n")


def test_the_work_goes_on_when_nobody_reads(tmp_path: Path) -> None:
    assert shell("{ refund_fsm draw virtual -o x.dot; echo $? >&2; } | true", tmp_path) == (0, "141\n")
    assert (tmp_path / "x.dot").stat().st_size > 1000


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_leaves_nothing_half_written(number: signal.Signals, tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("old")
    command = [sys.executable, "-m", "refund_fsm", "simulate", "virtual", "--cases", "1000000000", "--log", "log.csv"]
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    heard: Any = partial(signal.signal, number, signal.SIG_DFL)  # whoever runs the tests under nohup ignores it, and so would the child
    with subprocess.Popen(command, env=ENV, cwd=tmp_path, preexec_fn=heard, **pipes) as process:
        try:
            while not any(path.stat().st_size > 1000 for path in tmp_path.iterdir()):  # ends: the log grows
                assert process.poll() is None
            process.send_signal(number)
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
    assert (process.returncode, out, err) == (128 + number, "", "")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"log.csv": "old"}


def test_the_help_tells_every_code(capsys: Captured) -> None:
    from refund_fsm.cli import options

    assert main(["--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert EXIT_CODES in told
    codes = {0, options.FOUND, options.WRONG, options.MISSING, options.UNPRINTED, options.STOPPED, options.PIPE_CLOSED, 143}
    assert all(f" {code} " in EXIT_CODES for code in codes)
    assert len(codes) == 8
