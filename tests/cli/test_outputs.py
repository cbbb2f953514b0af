"""Every command that writes keeps to one rule of what may stand at its place, and never writes over what it reads."""

from __future__ import annotations

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from refund_fsm.cli import main
from refund_fsm.cli.app import COMMANDS
from refund_fsm.scenario.file import find, load
from refund_fsm.scenario.trace import play
from tests.cli.calling import Captured, fails
from tests.disks import full_after

WRITERS = [
    # command, option, suffix
    ("draw virtual", "--output", ".svg"),
    ("draw virtual", "--output", ".html"),
    ("draw virtual", "--output", ".mmd"),
    ("paths virtual", "--output", ".json"),
    ("replay --simulate virtual --cases 5", "--output", ".html"),
    ("paths virtual", "--output", ".py"),
    ("export virtual --to pnml", "--output", ".pnml"),
    ("export virtual --to prism", "--output", ""),
    ("simulate virtual --cases 50", "--log", ".csv"),
    ("simulate virtual --cases 50", "--log", ".parquet"),
    ("simulate virtual --cases 50", "--plot", ".svg"),
    ("exact virtual --step 24", "--plot", ".png"),
    ("compare virtual --step 24", "--plot", ".html"),
]
writers = pytest.mark.parametrize(("command", "option", "suffix"), WRITERS, ids=[" ".join(row) for row in WRITERS])


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def contents(folder: Path) -> dict[str, tuple[int, bytes]]:
    """What is there: kind and permissions, and the bytes of regular files."""
    return {
        path.name: (path.lstat().st_mode, path.read_bytes() if path.is_file() and not path.is_symlink() else b"")
        for path in folder.iterdir()
    }


def test_every_command_that_writes_is_listed() -> None:
    import inspect

    writing = {one.__name__ for one in COMMANDS if {"output", "log", "plot"} & inspect.signature(one).parameters.keys()}
    assert writing == {command.split()[0] for command, _, _ in WRITERS}


@writers
def test_what_is_no_regular_file_is_refused_and_stays(command: str, option: str, suffix: str, folder: Path, capsys: Captured) -> None:
    os.mkfifo(f"pipe{suffix}")
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(f"socket{suffix}")
    for name, target in (("to_pipe", f"pipe{suffix}"), ("device", "/dev/null"), ("full", "/dev/full")):
        Path(f"{name}{suffix}").symlink_to(target)
    if (command, suffix) != ("draw virtual", ""):
        Path(f"folder{suffix}").mkdir()
    before = contents(folder)
    for name, told in (
        ("pipe", "it is a named pipe"),
        ("to_pipe", "it is a named pipe"),
        ("socket", "it is a socket"),
        ("device", "it is a device"),
        ("full", "it is a device"),
        *([("folder", "it is a folder")] if not command.startswith("draw") else []),
        ("none/x", "there is no such folder"),
    ):
        line = fails(capsys, *command.split(), option, f"{name}{suffix}")
        assert line.startswith(f"refund-fsm: {option}: ") and told in line
    assert f"{option}: ''; expected " in fails(capsys, *command.split(), option, "")
    assert contents(folder) == before


@writers
def test_old_files_keep_place_and_permissions_and_a_link_is_followed(
    command: str, option: str, suffix: str, folder: Path, capsys: Captured
) -> None:
    (folder / "far").mkdir()
    old = folder / "far" / f"old{suffix}"
    old.write_text("old")
    old.chmod(0o604)
    Path(f"link{suffix}").symlink_to(f"far/old{suffix}")
    assert main([*command.split(), option, f"link{suffix}"]) == 0, capsys.readouterr().err
    assert Path(f"link{suffix}").is_symlink() and old.read_bytes() != b"old"
    assert stat.S_IMODE(old.stat().st_mode) == 0o604
    assert sorted(path.name for path in (*folder.iterdir(), *(folder / "far").iterdir())) == ["far", f"link{suffix}", f"old{suffix}"]


@writers
def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(
    command: str, option: str, suffix: str, folder: Path, capsys: Captured
) -> None:
    Path(f"old{suffix}").write_text("old")
    before = contents(folder)
    with full_after(2):
        assert main([*command.split(), option, f"old{suffix}"]) == 2
    assert f"refund-fsm: {option}: 'old{suffix}'; expected a place that can be written (" in capsys.readouterr().err
    assert contents(folder) == before


@pytest.mark.parametrize(
    "command",
    [
        "export virtual --to pnml --policy {file} -o {file}",
        "export virtual --to pnml --policy {file} -o link",
        "export virtual --to prism --behaviour virtual.toml -o virtual.toml",
        "export virtual --to pnml --policy uses_days.toml -o days.toml",
        "export mine:WORKFLOW --to pnml -o mine.py",
        "paths mine:WORKFLOW -o mine.py",
        "export mywf:WORKFLOW --to pnml -o rules_of.py",
        "paths pk.sub:WORKFLOW -o pk/__init__.py",
        "draw --case own.toml -o mine.svg",
        "draw virtual --policy policy.svg -o policy.svg",
        "draw virtual --before policy.svg -o policy.svg",
        "draw virtual --counts counts.svg -o counts.svg",
        "draw --case case.json -o case.svg",
        "draw --case scenario.svg -o scenario.svg",
        "draw virtual --policy virtual.dot -o .",
        "simulate virtual --cases 10 --policy policy.csv --log policy.csv",
        "simulate virtual --cases 10 --policy policy.svg --plot policy.svg",
        "exact virtual --behaviour behaviour.svg --plot behaviour.svg",
        "compare virtual --behaviour behaviour.svg --plot behaviour.svg",
    ],
)
def test_what_is_read_is_not_written(command: str, folder: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    from refund_fsm.simulate.behaviour.behaviour import SHIPPED

    for name in ("policy.toml", "policy.svg", "policy.csv", "virtual.dot"):
        Path(name).write_text("no_reason_days = 8\n")
    Path("uses_days.toml").write_text('days_file = "days.toml"\n')
    Path("days.toml").write_text("off = [2027-02-08]\n")
    Path("mine.py").write_text("from refund_fsm import orders\nWORKFLOW = orders.get('virtual')\n")
    Path("counts.svg").write_text("[counts]\nV01 = 3\n")
    scenario = find("virtual_support_overdue")
    Path("scenario.svg").write_bytes(scenario.read_bytes())
    Path("case.json").write_text(play(load(scenario)).case.to_json(), encoding="utf-8")
    Path("case.svg").hardlink_to("case.json")
    for name in ("virtual.toml", "behaviour.svg"):
        Path(name).write_bytes((SHIPPED / "virtual.toml").read_bytes())
    Path("link").symlink_to("policy.toml")
    Path("rules_of.py").write_text("from mine import WORKFLOW\n")
    Path("mywf.py").write_text("from rules_of import WORKFLOW\n")
    Path("pk").mkdir()
    Path("pk/__init__.py").write_text("")
    Path("pk/sub.py").write_text("from mine import WORKFLOW\n")
    Path("own.toml").write_text(f'workflow = "mine:WORKFLOW"\n{scenario.read_text("utf-8")}', encoding="utf-8")
    Path("mine.svg").symlink_to("mine.py")
    for name in ("mine", "rules_of", "mywf", "pk", "pk.sub"):
        monkeypatch.delitem(sys.modules, name, raising=False)  # of another folder
    before = contents(folder)
    assert "another file than those that are read" in fails(capsys, *command.format(file="policy.toml").split())
    assert {name: one for name, one in contents(folder).items() if name != "__pycache__"} == before
    assert Path("pk/__init__.py").read_text() == ""


def test_a_blank_name_is_none(folder: Path, capsys: Captured) -> None:
    for command, option, _ in WRITERS:
        assert f"{option}: ' '; expected " in fails(capsys, *command.split(), option, " ")
    assert list(folder.iterdir()) == []


def test_the_name_of_what_was_written_is_printed_as_text(folder: Path, capsys: Captured) -> None:
    assert main(["draw", "virtual", "-o", "a\x1b[31m\nb.mmd"]) == 0
    assert capsys.readouterr().out == "a\\x1b[31m\\nb.mmd\n" and (folder / "a\x1b[31m\nb.mmd").exists()


def test_two_outputs_are_two_files(folder: Path, capsys: Captured) -> None:
    Path("log.csv").symlink_to("plot.svg")
    assert "--plot: 'plot.svg'; expected another file than that of --log" in fails(
        capsys, "simulate", "virtual", "--cases", "10", "--log", "log.csv", "--plot", "plot.svg"
    )
    assert [path.name for path in folder.iterdir()] == ["log.csv"]


def test_two_workflows_of_one_key_do_not_overwrite_each_other(capsys: Captured) -> None:
    Path("other_mine.py").write_text(
        "from refund_fsm import orders\nV = orders.get('virtual')\nW = V.variant(rules=[r for r in V.rules if r.id != 'V16'])\n"
    )
    assert "two have this one" in fails(capsys, "draw", "other_mine:V", "other_mine:W", "-o", "pictures")
    assert not Path("pictures").exists()


def test_check_reads_no_pipe(capsys: Captured) -> None:
    os.mkfifo("virtual.dot")
    assert main(["draw", "virtual", "--check", "-o", "virtual.dot"]) == 1
    assert "stale: virtual.dot" in capsys.readouterr().err


def test_a_saved_case_is_read_as_any_file(capsys: Captured) -> None:
    os.mkfifo("case.json")
    assert "it is a named pipe" in fails(capsys, "draw", "--case", "case.json", "-o", "x.svg")
