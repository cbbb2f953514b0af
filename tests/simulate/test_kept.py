"""Where compiled code is kept, what is said of it, and that a disk which does not take it costs time and nothing else."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from refund_fsm.cli.progress import notices
from tests.places import ROOT
from tests.simulate.edited import HERE

PROGRAM = Path(__file__).with_name("amounts.py")
KEPT = "INFO refund_fsm.simulate compiling"
LOST = "WARNING refund_fsm.simulate compiling"


class Told(NamedTuple):
    """What a process gave, where it keeps code, and its notices."""

    gave: list[int]
    folder: str
    lines: list[str]


Run = Callable[..., Told]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """The program in a new process, with a user's folders that are empty, and a cache of its own or where it is told."""

    def ran(*arguments: str, cache: Path = tmp_path / "cache", home: Path = tmp_path / "home", package: Path = ROOT) -> Told:
        user = {"HOME": str(home), "XDG_CACHE_HOME": str(home / "cache"), "NUMBA_CACHE_DIR": str(cache)}
        done = subprocess.run(
            [sys.executable, "-B", str(PROGRAM), *arguments],
            env={**os.environ, **user, "PYTHONPATH": str(package)},
            cwd=package,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return Told(**json.loads(done.stdout), lines=done.stderr.splitlines())

    return ran


@pytest.fixture
def sealed(tmp_path: Path) -> Path:
    """A copy of the package beside whose sources nothing can be written, even by the superuser: a file stands where a folder should."""
    import shutil

    package = shutil.copytree(HERE, tmp_path / "sealed" / "refund_fsm", ignore=shutil.ignore_patterns("__pycache__"))
    for folder in [package, *(one for one in package.rglob("*") if one.is_dir())]:
        folder.joinpath("__pycache__").write_text("")
    return package.parent


def test_it_is_said_once_that_something_is_compiled_and_where_it_is_kept(run: Run, tmp_path: Path) -> None:
    first, again = run(), run()
    assert len(first.lines) == 1 and first.lines[0].startswith(KEPT) and first.lines[0].endswith(f"kept in {first.folder}")
    assert Path(first.folder).is_relative_to(tmp_path / "cache")
    assert again.lines == [] and again.gave == first.gave


def test_where_nothing_can_be_written_it_is_compiled_in_each_process_with_one_notice(run: Run, sealed: Path, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("")
    known = run().gave
    for _ in range(2):
        told = run(cache=file / "below", home=file / "home", package=sealed)
        assert told.gave == known and told.folder == "None"
        assert len(told.lines) == 1 and told.lines[0].startswith(LOST) and "no folder can be written" in told.lines[0]


def test_a_disk_that_is_full_costs_time_and_not_the_answer(run: Run, tmp_path: Path) -> None:
    full, after = run("full"), run()
    assert [line for line in full.lines if line.startswith(LOST)] == [full.lines[-1]] and full.folder in full.lines[-1]
    assert after.gave == full.gave and after.lines[0].startswith(KEPT), "nothing half written is taken for code"
    assert not list((tmp_path / "cache").rglob("*.tmp.*"))


def test_a_cache_that_cannot_be_read_costs_time_and_not_the_answer(run: Run) -> None:
    first = run()
    for file in [*Path(first.folder).glob("*.nbi")]:
        file.unlink()
        file.mkdir()
    told = run()
    assert told.gave == first.gave and [line for line in told.lines if line.startswith(LOST)] == told.lines and len(told.lines) == 1


def test_the_command_line_tells_notices_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    logger: Any = logging.getLogger("refund_fsm.simulate")
    before = logger.level, list(logger.handlers)
    with notices():
        logger.info("compiling, kept in /x")
    logger.info("not told")
    assert capsys.readouterr().err == "refund-fsm: compiling, kept in /x\n"
    assert (logger.level, logger.handlers) == before
