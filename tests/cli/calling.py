"""Owns how tests call the command line, and how they read what it prints."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from refund_fsm.cli import main
from tests.scenario.files import ORDER, REQUEST

Captured = pytest.CaptureFixture[str]
ANSI = re.compile(r"\x1b\[[0-9;]*m")
MISSED = "shop_window_missed_by_a_minute"


def run(capsys: Captured, *arguments: str, code: int = 0) -> str:
    """What a command prints on stdout when it ends with the code; nothing is on stderr but that something is compiled."""
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert but_compiling(err) == ""
    return out


def but_compiling(err: str) -> str:
    """Stderr without the line that says that something is compiled, which comes where nothing was kept before."""
    return "".join(line for line in err.splitlines(keepends=True) if not line.startswith("refund-fsm: compiling what plays cases"))


def run_json(capsys: Captured, *arguments: str, code: int = 0) -> Any:
    return json.loads(run(capsys, *arguments, "--json", code=code))


def fails(capsys: Captured, *arguments: str, code: int = 2) -> str:
    """The one line on stderr of a command that ends with the code and prints nothing else."""
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert out == "" and err.startswith("refund-fsm: ") and err.count("\n") == 1
    return err


def write(folder: Path, *parts: str) -> str:
    path = folder / "one.toml"
    path.write_text("".join((ORDER, REQUEST, *parts)), encoding="utf-8")
    return str(path)


def table_lines(out: str) -> list[str]:
    """The lines of the first table: from its heading to the empty line after it."""
    lines = out.split("\n")
    rule = next(place for place, line in enumerate(lines) if line.startswith("───"))
    start = rule
    while lines[start - 1]:
        start -= 1
    return lines[start : lines.index("", rule)]
