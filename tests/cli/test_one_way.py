"""One command, one way: it resolves a workflow's name once, asks one question, and its answer is made once for all who show it."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path
from typing import Any

import pytest

import refund_fsm.cli
from refund_fsm.cli import app, main
from refund_fsm.orders import lookup
from refund_fsm.simulate.report import comparison_view, overview
from refund_fsm.text import Languages
from refund_fsm.text.sections import Answer, Section
from tests.places import ROOT

COMMANDS = [
    # command, names resolved, answers made into sections
    ("orders", 0, 1),
    ("show virtual", 1, 1),
    ("show tests.exchange:WORKFLOW --json", 1, 0),
    ("check virtual", 1, 1),
    ("check --json", 4, 0),
    ("paths virtual", 1, 1),
    ("paths tests.exchange:WORKFLOW -o {folder}/test_paths.py", 1, 0),
    ("verify virtual --write-adapter javascript", 1, 0),
    ("export virtual --to promela", 1, 0),
    ("export virtual --to prism", 1, 0),
    ("demo virtual_benefits_used_complaint", 1, 1),
    ("run virtual_benefits_used_complaint", 1, 1),
    ("advise virtual_benefits_used_complaint", 1, 1),
    ("move {saved} --workflow self_operated --dry-run", 1, 1),
    ("move {saved} --policy statute --json --dry-run", 0, 0),
    ("draw virtual -o {folder}/virtual.dot", 1, 0),
    ("draw virtual --policy statute --before guide -o {folder}/changes.dot", 1, 0),
    ("draw --case virtual_benefits_used_complaint -o {folder}/case.dot", 1, 0),
    ("behaviour virtual", 1, 1),
    ("platform", 0, 1),
    ("platform xiaohongshu", 0, 1),
    ("platform xiaohongshu --json", 0, 0),
    ("simulate virtual --cases 200", 1, 1),
    ("simulate virtual --cases 200 --plot {folder}/result.html", 1, 1),
    ("simulate virtual --cases 200 --json --plot {folder}/result.svg", 1, 0),
    ("exact virtual --step 12 --plot {folder}/law.html", 1, 1),
    ("exact virtual --step 24 --sensitivity", 1, 2),  # the law at once, what changes it when that is known
    ("exact virtual --step 24 --sensitivity --json", 1, 0),
    ("compare virtual --step 24 --plot {folder}/both.html", 1, 1),
    ("compare virtual --other self_operated --step 24", 2, 1),
    ("replay --simulate virtual --cases 5 -o {folder}/replay.html", 1, 0),
]


SAVED = ROOT / "tests" / "fixtures" / "cases" / "mall_return_happy_path.json"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How often answers, and the figures of many cases, are made into sections while a test runs."""
    counts = {"answers": 0, "figures": 0}
    sections = Answer.sections

    def counted(self: Answer, lang: Languages) -> tuple[Section, ...]:
        counts["answers"] += lang not in self._known
        return sections(self, lang)

    def counting(make: Any) -> Any:
        def told(one: Any) -> Any:
            counts["figures"] += 1
            return make(one)

        return told

    monkeypatch.setattr(Answer, "sections", counted)
    monkeypatch.setattr(overview, "sections", counting(overview.sections))
    monkeypatch.setattr(comparison_view, "sections", counting(comparison_view.sections))
    return counts


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that are resolved while a test runs, by whoever has the function or gets it later."""
    names: list[str] = []
    original = lookup.workflow_of

    def watched(name: str, *arguments: Any, **more: Any) -> Any:
        names.append(name)
        return original(name, *arguments, **more)

    for one in pkgutil.walk_packages(refund_fsm.cli.__path__, "refund_fsm.cli."):
        if not one.name.endswith("__main__"):
            importlib.import_module(one.name)  # or it would keep what it first gets here
    for name, module in [*sys.modules.items()]:
        if name.partition(".")[0] == "refund_fsm" and vars(module).get("workflow_of") is original:
            monkeypatch.setattr(module, "workflow_of", watched)
    return names


@pytest.mark.parametrize(("command", "names", "answers"), COMMANDS, ids=[command for command, _, _ in COMMANDS])
def test_a_command_resolves_a_name_once_and_makes_its_answer_once(
    command: str,
    names: int,
    answers: int,
    made: dict[str, int],
    resolved: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(command.format(folder=tmp_path, saved=SAVED).split()) == 0, capsys.readouterr().err
    assert len(resolved) == names
    assert made["answers"] == answers
    assert made["figures"] <= 1, "whoever shows the figures shows the same sections"


def test_every_command_is_counted() -> None:
    assert {command.__name__ for command in app.COMMANDS} == {command.split()[0] for command, _, _ in COMMANDS}
