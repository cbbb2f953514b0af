"""Every block of the README that `.ci/run` does not run is run here, as a new user would; of the shell lines of a block the first alone
as a program of its own."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from refund_fsm.cli import main
from tests.places import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    """The blocks in a language outside Run and Test: (heading, text)."""
    found = []
    for section in re.split(r"^(?=## )", README, flags=re.MULTILINE):
        heading = section.splitlines()[0].removeprefix("## ")
        if heading not in ("Run", "Test"):
            found += [(heading, text) for name, text in BLOCK.findall(section) if name == language]
    return found


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """The command in a copy of what a clone holds, with this environment's programs first on the PATH."""
    path = os.pathsep.join((sysconfig.get_path("scripts"), os.environ.get("PATH", "")))
    env = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    for name in ("README.md", "diagrams", "tests"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(source, tmp_path / name)
    return tmp_path


def test_the_readme_has_its_sections_in_order() -> None:
    headings = re.findall(r"^## (.*)$", README, flags=re.MULTILINE)
    uses = [
        "A case",
        "The platform's own rules",
        "Your own process",
        "Pictures and pages",
        "Cases by hand, and advice",
        "Is the workflow right?",
    ]
    assert headings == ["Run", "Test", "What to install", *uses, "Does our service follow it?", "How long does it take?"]
    assert re.search(r"^!\[.*\]\(diagrams/.*\.svg\)$", README, flags=re.MULTILINE)
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
    for anchor in re.findall(r"\]\(#([^)]+)\)", README):
        assert anchor in {heading.lower().replace(" ", "-").replace("'", "") for heading in headings}, anchor


def test_every_section_on_a_use_ends_in_a_page_that_says_more() -> None:
    for section in re.split(r"^(?=## )", README, flags=re.MULTILINE)[4:]:
        links = re.findall(r"\]\(([^)#:]+)\)", section)
        assert any(Path(link).suffix in (".py", ".md") or (ROOT / link).is_dir() for link in links), section.splitlines()[0]
        assert "](" in "".join(section.strip().splitlines()[-3:]), section.splitlines()[0]


@pytest.mark.parametrize(("heading", "code"), blocks("python"))
def test_a_python_block_prints_what_its_comments_say(heading: str, code: str, clone: Path) -> None:
    """What the block prints is what its comments `# → …` say, in order."""
    done = run([sys.executable, "-c", code], clone)
    assert done.returncode == 0, f"{heading}: {done.stderr}"
    told = [line.strip() for line in re.findall(r"#\s*→\s*(.*)$", code, flags=re.MULTILINE)]
    assert [line for line in done.stdout.splitlines() if line] == told


def test_the_table_of_ones_own_is_a_module_that_the_commands_take(clone: Path) -> None:
    (code,) = [code for heading, code in blocks("python") if heading == "Your own process"]
    (clone / "mine.py").write_text(code, encoding="utf-8")
    for command in ("check mine:repair", "paths mine:repair --json", "behaviour mine:repair --toml"):
        done = run([sys.executable, "-m", "refund_fsm", *command.split()], clone)
        assert (done.returncode, done.stderr) == (0, "") and done.stdout
    assert not (clone / "repair.svg").exists(), "naming it runs no more than the table"


@pytest.mark.parametrize(("heading", "code"), blocks("sh"))
def test_a_shell_line_ends_with_the_code_that_it_names(
    heading: str, code: str, clone: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each line ends with the exit code that its comment `# exit N` names, else with 0: the first in a shell, the others in process."""
    monkeypatch.chdir(clone)
    for number, line in enumerate(filter(None, code.splitlines())):
        command, _, comment = line.partition("  #")
        code_told = re.search(r"exit (\d)", comment)
        if number == 0:
            done = run(["bash", "-c", command], clone)
            ended, out, err = done.returncode, done.stdout, done.stderr
        else:
            program, *arguments = shlex.split(command)
            assert program == "refund-fsm"
            ended = main(arguments)
            out, err = capsys.readouterr()
        assert ended == int(code_told[1] if code_told else 0), f"{heading}: {line}\n{out}\n{err}"
        assert "Traceback" not in err


def test_there_are_blocks_to_run() -> None:
    assert blocks("python")
    assert blocks("sh")
