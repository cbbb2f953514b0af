"""The command line as a whole: one language is one language, what fits a terminal, usage, parts that are missing, pipes that close."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from refund_fsm import MissingPart
from refund_fsm.scenario.file import find, load, shipped
from refund_fsm.scenario.trace import play
from tests.cli.calling import ANSI, MISSED, Captured, fails, run, table_lines
from tests.languages import HAN
from tests.places import ROOT


@pytest.mark.parametrize("columns", [100, 160])
def test_on_a_terminal_it_fits(columns: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    commands = [["demo"], ["show", "third_party"], ["orders"], *(["run", name] for name in shipped() if name != MISSED)]
    for command in commands:
        lines = ANSI.sub("", run(capsys, *command)).split("\n")
        assert max(map(cell_len, lines)) <= columns
        if command[0] == "run":
            cells = " ".join(table_lines("\n".join(lines)))
            dues = [row.due for row in play(load(find(command[1]))).rows if row.due and row.kind != "refused"]
            assert len(re.findall(r"2026-\d\d-\d\d \d\d:\d\d", cells)) >= len(dues), "a stamp is whole"
            assert "".join(lines).count("重复送达") == "".join(lines).count("delivered"), "nothing is cut"
            assert not re.search(r"2026-\d\d-\d\d(?! \d\d:\d\d)", cells)


@pytest.mark.parametrize("command", [["orders"], ["show", "virtual"], ["demo"], ["demo", "--list"], ["run", "mall_return_happy_path"]])
def test_one_language_is_one_language(command: list[str], capsys: Captured) -> None:
    english = run(capsys, *command, "--lang", "en")
    told = {HAN.search(line) is not None for line in english.split("\n")}
    chinese = run(capsys, *command, "--lang", "zh")
    assert False in told and HAN.search(chinese)
    for line in ("审核", "买家", "退款中"):
        assert line not in re.sub(r"note.*|#\d.*", "", english)
    assert "Refunding" not in chinese and "the buyer" not in chinese


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["frobnicate"], "frobnicate"),
        (["run"], "FILE"),
        (["run", "a", "b"], "b"),
        (["run", MISSED, "--frob"], "--frob"),
        (["run", MISSED, "--lang", "fr"], "fr"),
        (["run", "shop_window_missed"], f"did you mean {MISSED}?"),
        (["show"], "ORDER_TYPE"),
        (["draw", "gift"], "'gift'"),
    ],
)
def test_usage_errors_are_one_line(arguments: list[str], told: str, capsys: Captured) -> None:
    assert told in fails(capsys, *arguments)


def test_a_missing_part_is_3(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def missing(_: str) -> Path:
        raise MissingPart("pip install it")

    monkeypatch.setattr("refund_fsm.scenario.find", missing)
    assert fails(capsys, "run", "x", code=3) == "refund-fsm: pip install it\n"


def test_without_a_command_the_help_is_shown(capsys: Captured) -> None:
    for arguments, code in (([], 2), (["--help"], 0), (["run", "-h"], 0)):
        assert "Usage:" in run(capsys, *arguments, code=code)


def test_help_loads_little() -> None:
    loaded = "print(sorted({'rich', 'pydantic', 'transitions'} & set(sys.modules)))"
    code = f"import sys; from refund_fsm.cli import main; main(['--help']); {loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.rstrip().endswith("[]"), done.stdout


@pytest.mark.parametrize("module", ["refund_fsm", "refund_fsm.cli"])
def test_as_a_module_in_a_pipe_that_closes_and_an_ascii_console(module: str) -> None:
    # A reader that goes after one line, and an output that has no Chinese: neither is a traceback.
    command = [sys.executable, "-X", "utf8=0", "-m", module, "demo", "--all"]
    env = {"PYTHONIOENCODING": "ascii", "PATH": "", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None and process.stderr is not None
        assert b"\\u" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 141
