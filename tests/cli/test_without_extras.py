"""Every command in an environment that has what the package always needs, and nothing else: it works, or says in one line how to get
what it lacks, by a command that pip understands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

from refund_fsm import MissingPart
from refund_fsm.cli.app import COMMANDS
from refund_fsm.errors import PARTS
from tests.places import ROOT

SIMULATE = ("numba", "numpy", "pyarrow", "scipy", "tomli-w")
SAVED = ROOT / "tests" / "fixtures" / "cases" / "mall_return_happy_path.json"
NEEDED = [
    # command, exit code, the packages that the line on stderr offers
    ("orders", 0, ()),
    ("show virtual --json", 0, ()),
    ("demo", 0, ()),
    ("run shop_merchant_silent_twice", 0, ()),
    ("advise shop_merchant_silent_twice --lang en", 0, ()),
    ("move {saved} --policy statute --dry-run", 0, ()),
    ("check virtual", 0, ()),
    ("paths virtual", 0, ()),
    ("paths virtual -o test_x.py", 0, ()),
    ("verify virtual --write-adapter python", 0, ()),
    ("export virtual --to promela", 0, ()),
    ("export virtual --to xstate", 0, ()),
    ("export virtual --to pnml", 0, ()),
    ("behaviour virtual", 0, ()),
    ("platform xiaohongshu", 0, ()),
    ("draw virtual -o x.svg", 0, ()),
    ("draw virtual -o x.html", 0, ()),
    ("draw virtual -o x.png", 3, ("resvg-py",)),
    ("draw virtual -o x.pdf", 3, ("fpdf2",)),
    ("behaviour virtual --toml", 3, SIMULATE),
    ("export virtual --to prism", 3, SIMULATE),
    ("simulate virtual --cases 10", 3, SIMULATE),
    ("simulate virtual --cases 10 --plot x.svg", 3, SIMULATE),
    ("simulate virtual --cases 10 --log x.csv", 3, SIMULATE),
    ("exact virtual", 3, SIMULATE),
    ("exact virtual --sensitivity", 3, SIMULATE),
    ("exact virtual --plot x.svg", 3, SIMULATE),
    ("compare virtual", 3, SIMULATE),
    ("replay --simulate virtual --cases 10 -o x.html", 3, SIMULATE),
    ("compare virtual --policy guide --policy statute --json", 3, SIMULATE),
]


def always_needed(name: str, found: dict[str, metadata.Distribution]) -> dict[str, metadata.Distribution]:
    """The packages that one needs without any extra, with all that these need."""
    for line in metadata.requires(name) or ():
        wanted = re.split(r"[^\w.-]", line, maxsplit=1)[0]
        if "extra ==" not in line and wanted not in found:
            try:
                found[wanted] = metadata.distribution(wanted)
            except metadata.PackageNotFoundError:
                continue  # of another platform or version
            always_needed(wanted, found)
    return found


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment of links to what the package always needs, and to its own metadata."""
    site = tmp_path_factory.mktemp("site")
    for one in always_needed("refund-fsm", {}).values():
        for file in one.files or ():
            top = file.parts[0]
            if top != ".." and not (site / top).exists():
                (site / top).symlink_to(Path(str(one.locate_file(top))))
    own = metadata.distribution("refund-fsm")
    (told,) = {file.parts[0] for file in own.files or () if file.parts[0].endswith(".dist-info")}
    (site / told).symlink_to(Path(str(own.locate_file(told))))
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    return {"PATH": path, "PYTHONPATH": os.pathsep.join((str(ROOT), str(site))), "HOME": str(site), "PYTHONUTF8": "1"}


def test_every_command_is_tried() -> None:
    assert {command.split()[0] for command, _, _ in NEEDED} == {one.__name__ for one in COMMANDS}


@pytest.mark.parametrize(("command", "code", "offered"), NEEDED, ids=[command for command, _, _ in NEEDED])
def test_it_works_or_says_in_one_line_how_to_get_what_it_lacks(
    command: str, code: int, offered: tuple[str, ...], bare: dict[str, str], tmp_path: Path
) -> None:
    line = [sys.executable, "-S", "-m", "refund_fsm", *command.format(saved=SAVED).split()]
    done = subprocess.run(line, env=bare, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == code, done.stderr
    if code == 0:
        assert done.stdout and not done.stderr
        return
    assert done.stdout == "" and done.stderr.count("\n") == 1 and list(tmp_path.iterdir()) == []
    python, asked = re.fullmatch(r"refund-fsm: .* not installed: (.*)pip install (.*)\n", done.stderr, re.DOTALL).groups()  # type: ignore[union-attr]  # else it fails
    assert sys.executable in python
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    bounds = {bounds_of(one) for owned in extras.values() for one in owned}
    assert {bounds_of(one) for one in shlex.split(asked)} <= bounds
    assert tuple(sorted(bounds_of(one)[0] for one in shlex.split(asked))) == offered


@pytest.mark.parametrize("code", ["from refund_fsm.simulate import first_passage", "import numpy"])
def test_a_module_of_ones_own_that_needs_a_part_is_told_so(code: str, bare: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(f"{code}\nfrom refund_fsm import orders\nWORKFLOW = orders.get('virtual')\n")
    command = [sys.executable, "-S", "-m", "refund_fsm", "check", "mine:WORKFLOW"]
    done = subprocess.run(command, env=bare, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 3 and done.stderr.count("\n") == 1, done.stderr
    asked = done.stderr.partition("pip install ")[2]
    assert tuple(sorted(bounds_of(one)[0] for one in shlex.split(asked))) == SIMULATE


def bounds_of(requirement: str) -> tuple[str, frozenset[str]]:
    """The name, and its bounds in any order."""
    name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
    return name, frozenset(requirement.removeprefix(name).split(","))


def test_the_parts_are_those_of_the_project() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        extras = tomllib.load(file)["project"]["optional-dependencies"]
    assert {part: tuple(bounds_of(one)[0] for one in extras[part]) for part in extras if part not in ("all", "test", "dev")} == PARTS


def test_where_the_package_is_not_installed_names_are_offered_without_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> list[str]:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", none)
    assert str(MissingPart.of("it", "matplotlib.figure")).endswith('pip install "matplotlib"')
    assert str(MissingPart.of("it", "graphviz-pure")).endswith('pip install "graphviz-pure"')
