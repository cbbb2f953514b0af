"""Progress on a terminal, and Ctrl-C: what is known so far, marked partial."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import orders
from refund_fsm.cli.questions import SEED, START
from refund_fsm.simulate import Behaviour, first_passage, simulate
from tests.cli.calling import but_compiling
from tests.places import ROOT

LONGEST = 180  # seconds of any command


class Terminal:
    """A command whose stderr is a terminal, and whose stdout is a pipe."""

    def __init__(self, *arguments: str) -> None:
        self.end, end = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "140", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "refund_fsm", *arguments]
        heard: Any = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # as in `test_streams`
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=end, env=environment, preexec_fn=heard)
        os.close(end)
        self.err = ""
        self._out: list[bytes] = []
        self._reader = threading.Thread(target=self._read_out)  # or a full pipe would stop the command
        self._reader.start()
        self._watch = threading.Timer(LONGEST, self.process.kill)  # what heeds no Ctrl-C would go on for days
        self._watch.start()

    def _read_out(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            self._out.append(out.read())

    def read(self) -> bool:
        """Reads what is there; False at the end."""
        try:
            data = os.read(self.end, 65_536)
        except OSError as error:
            if error.errno != errno.EIO:  # how Linux says that the other side is closed
                raise
            data = b""
        self.err += data.decode(errors="replace")
        return bool(data)

    def until(self, pattern: str) -> None:
        """Reads until stderr shows the pattern."""
        while not re.search(pattern, self.err):
            assert self.read(), f"ended without {pattern!r}: {self.err[-500:]}"

    def ended(self) -> tuple[int, str]:
        """Exit code and stdout."""
        while self.read():
            pass
        os.close(self.end)
        self._reader.join()
        self._watch.cancel()
        return self.process.wait(60), b"".join(self._out).decode()


def test_a_terminal_shows_progress_with_rate_and_time_left() -> None:
    terminal = Terminal("simulate", "virtual", "--cases", "600000", "--lang", "en")
    code, out = terminal.ended()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.err)
    assert code == 0 and out.startswith("Refund, virtual goods: simulation\n")
    assert re.search(r"100% 600,000 / 600,000 cases, [\d,]+/s 0:\d\d:\d\d < 0:00:00", shown), shown[-500:]
    assert "/s" not in out and "━" not in out


def test_a_pipe_shows_none() -> None:
    command = [sys.executable, "-m", "refund_fsm", "simulate", "virtual", "--cases", "300000", "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=True)
    assert but_compiling(done.stderr) == "" and "300,000" in done.stdout


def test_ctrl_c_ends_with_what_is_known_marked_partial_and_keeps_the_log(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")  # of the extra `test`
    log, plot = tmp_path / "log.parquet", tmp_path / "plot.svg"
    log.write_bytes(b"an earlier one")
    asked = ("--cases", "1000000000", "--log", str(log), "--plot", str(plot), "--lang", "both")
    terminal = Terminal("simulate", "virtual", *asked)
    terminal.until(r" [1-9][\d,]* / 1,000,000,000 cases, ")
    terminal.process.send_signal(signal.SIGINT)
    code, out = terminal.ended()
    assert code == 130
    (played,) = re.findall(r"partial: ([\d,]+) cases of the 1,000,000,000 asked for", out)
    assert "部分结果" in out and "Main figures" in out
    assert f"refund-fsm: interrupted after {played} of 1,000,000,000 cases; the log so far is" in terminal.err
    assert "Traceback" not in terminal.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.parquet", "log.partial.parquet", "plot.partial.svg"]
    assert log.read_bytes() == b"an earlier one"
    rows = pandas.read_parquet(tmp_path / "log.partial.parquet")
    assert rows["case:concept:name"].nunique() == int(played.replace(",", ""))
    assert "部分结果" in (tmp_path / "plot.partial.svg").read_text("utf-8")


def test_ctrl_c_as_json_is_whole_json_that_says_partial() -> None:
    terminal = Terminal("simulate", "virtual", "--cases", "1000000000", "--workers", "2", "--json")
    terminal.until(r" [1-9][\d,]* / 1,000,000,000 cases, ")
    terminal.process.send_signal(signal.SIGINT)
    code, out = terminal.ended()
    found = json.loads(out)
    assert code == 130 and found["partial"] is True and 0 < found["cases"] < 10**9
    cases = found["cases"]
    again = simulate(orders.get("virtual"), Behaviour.default("virtual"), cases=cases, seed=SEED, start=START)
    assert found["sums"] == json.loads(again.to_json())["sums"], "what was played before is what would have been"


def test_ctrl_c_in_a_comparison_prints_nothing() -> None:
    terminal = Terminal("compare", "virtual", "--cases", "1000000000")
    terminal.until(r"1 / 2 .* [1-9][\d,]* / 1,000,000,000 cases, ")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ended() == (130, "")


def test_a_fine_lattice_says_before_what_it_takes_and_ctrl_c_shows_the_law_that_is_known() -> None:
    terminal = Terminal("exact", "third_party", "--step", "0.02", "--json")
    terminal.until(r"144,000 cells: about [\d,]+ s and \d\.\d GB; Ctrl-C shows the law in steps of 1 h, which is known")
    terminal.process.send_signal(signal.SIGINT)
    code, out = terminal.ended()
    known = first_passage(orders.get("third_party"), Behaviour.default("third_party"), start=START)
    assert code == 130 and json.loads(out) == json.loads(known.to_json())
    assert "interrupted: this is the law in steps of 1 h, not of 0.02" in terminal.err and "Traceback" not in terminal.err


def test_ctrl_c_ends_a_fine_law_that_has_begun() -> None:
    """Some seconds later, when what is compiled is at work: it would take minutes."""
    terminal = Terminal("exact", "third_party", "--step", "0.02", "--lang", "en")
    terminal.until("which is known")
    threading.Timer(6, terminal.process.send_signal, (signal.SIGINT,)).start()
    code, out = terminal.ended()
    assert code == 130 and "in steps of 1 h" in out and "Traceback" not in terminal.err


def test_a_lattice_that_is_soon_done_says_nothing_before() -> None:
    command = [sys.executable, "-m", "refund_fsm", "exact", "virtual", "--step", "0.5", "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=True)
    assert but_compiling(done.stderr) == "" and "in steps of 0.5 h" in done.stdout


def test_ctrl_c_ends_what_ranks_changes_within_one_change() -> None:
    """On a lattice on which each change takes seconds, some seconds after the first has begun: all is compiled, the law was told before."""
    terminal = Terminal("exact", "third_party", "--step", "0.25", "--sensitivity", "--lang", "en")
    terminal.until(r"0 / \d+ changes")
    threading.Timer(4, terminal.process.send_signal, (signal.SIGINT,)).start()
    code, out = terminal.ended()
    assert code == 130 and "exact law" in out and "Traceback" not in terminal.err
