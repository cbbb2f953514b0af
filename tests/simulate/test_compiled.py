"""What is compiled is kept until a source changes that it takes from: nobody clears a cache by hand."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refund_fsm.simulate import compiled
from tests.places import ROOT
from tests.rooms import PACKAGE, arrows, sources

PROGRAM = Path(__file__).with_name("edited.py")


@pytest.fixture(scope="module")
def edited(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What compiled code of a copy of the package computed before and after each edit, with a cache of its own."""
    folder = tmp_path_factory.mktemp("edited")
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": ""}
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(folder)], capture_output=True, text=True, env=environment, cwd=folder, timeout=600, check=False
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_an_edit_of_any_file_that_compiled_code_takes_from_is_seen(edited: dict[str, Any]) -> None:
    constants = edited["constants"]
    files = [file.relative_to(PACKAGE).as_posix() for file in compiled.files()]
    assert constants["files"] == files and len(files) > 30
    assert len({*constants["stamps"]}) == len(files) + 1, "no edit leaves the stamp as it was"
    told = [1] * len(files)
    assert constants["before"] == [[told, False], [told, True]], "compiled at first, then kept"
    assert {Path(path).parent.as_posix() for path in constants["after"]} >= {*compiled.ROOMS}
    for place, path in enumerate(files):
        told[place] = 2
        if path in constants["after"]:
            assert constants["after"][path] == [[told, False], [told, True]], path


def test_code_that_was_cut_off_on_disk_is_compiled_anew(edited: dict[str, Any]) -> None:
    told = [2] * len(compiled.files())
    for suffix in (".nbc", ".nbi"):
        assert edited["constants"][f"cut {suffix}"] == [[told, False], [told, True]], suffix


def test_an_edit_changes_what_is_computed(edited: dict[str, Any]) -> None:
    amounts, most, another, swapped, law = edited["used"]
    for first, again, after in (amounts, most, swapped, law):
        assert again == [first[0], True], "it was kept"
        assert after[1] is False and after[0] != first[0]
    assert another[2] == [another[1][0], False], "one more tuple changes nothing, and is compiled"


def test_all_that_compiled_code_takes_from_is_stamped() -> None:
    stamped = {".".join(file.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__") for file in compiled.files()}
    modules = sources()
    compilers = {"kept", "part", "tiny", "apart", "summing"}
    users = {arrow.user for arrow in arrows(modules) if arrow.owner == "simulate.compiled" and arrow.name in compilers}
    assert len(users) > 10 and users <= stamped
    assert [module for module, text in modules.items() if _imports_numba(text) and not module.startswith("simulate.compiled")] == []
    for module in sorted(users):
        taken = {arrow.name: arrow.owner for arrow in arrows({module: modules[module]}, modules)}
        for name in _used_in_compiled(modules[module], compilers):
            assert taken.get(name, module) in stamped, f"{module} compiles {name} of {taken[name]}, which is not stamped"


def _imports_numba(text: str) -> bool:
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    return any((name or "").partition(".")[0] == "numba" for node in found for name in _names_of(node))


def _names_of(node: ast.Import | ast.ImportFrom) -> list[str | None]:
    return [node.module] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names]


def _used_in_compiled(text: str, compilers: set[str]) -> set[str]:
    """The names that compiled functions of a module use."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and any(isinstance(one, ast.Name) and one.id in compilers for one in node.decorator_list):
            found |= {one.id for statement in node.body for one in ast.walk(statement) if isinstance(one, ast.Name)}
    return found


def test_the_sources_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert compiled.sources() is compiled.sources() and len(compiled.sources()) == 32
    assert all(file.is_relative_to(ROOT) or file.is_file() for file in compiled.files())
    monkeypatch.setattr(compiled, "files", list)
    assert compiled.sources() is compiled.sources()
