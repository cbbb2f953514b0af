"""Files and pickles of the commit of 2026-11-25 mean today what they meant then. What they are stands in `tests/fixtures/README.md`.

A registered table that is to do something else has another fingerprint, and its cases of then are refused: such a change needs a way for
them first, and fixtures of its own.
"""

from __future__ import annotations

import json
import os
import pickle
import pickletools
import re
import runpy
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from refund_fsm import Due, Order, Policy, RefundCase, Workflow, diagram, orders
from refund_fsm.cli import main
from refund_fsm.paths import cover
from refund_fsm.scenario import load, play
from refund_fsm.simulate import Behaviour, Result
from refund_fsm.testing import CaseImplementation
from tests.exchange import WORKFLOW as EXCHANGE
from tests.places import ROOT

FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = json.loads((FIXTURES / "expected.json").read_text(encoding="utf-8"))
LATER = ("shop_official",)  # order types that came after these files
WORKFLOWS: dict[str, Workflow] = {**{key: orders.get(key) for key in orders.keys() if key not in LATER}, "exchange": EXCHANGE}
SAME_DAYS = Policy.guide().calendar.version == EXPECTED["calendar"]


def named(pattern: str) -> pytest.MarkDecorator:
    """A test of each file of that pattern."""
    files = sorted(FIXTURES.glob(pattern))
    assert files, pattern
    return pytest.mark.parametrize("file", files, ids=lambda file: file.name.partition(".")[0])


def text_of(file: Path) -> str:
    """The text, without the newline that every file ends in."""
    return file.read_text(encoding="utf-8").removesuffix("\n")


def workflow_in(file: Path) -> Workflow:
    """The workflow whose key the file's name begins with, behind `reproduction_` or `test_`."""
    name = file.name.removeprefix("reproduction_").removeprefix("test_")
    return next(workflow for key, workflow in WORKFLOWS.items() if name.startswith(key))


def own(key: str) -> Workflow | None:
    """What `from_json` needs beside the registry."""
    return WORKFLOWS[key] if key not in orders.keys() else None


# 1. Cases and scenarios


def told(case: RefundCase) -> dict[str, Any]:
    """A case as `expected.json` has it."""

    def due_of(due: Due | None) -> dict[str, Any] | None:
        if due is None:
            return None
        return {"at": due.at.isoformat(), "provisional": due.provisional, "then": due.then.id if due.then else None}

    return {
        "state": case.state.key,
        "now": case.now.isoformat(),
        "rules": " ".join(step.rule.id for step in case.steps),
        "amount_fen": case.amount_fen,
        "paid_fen": case.paid_fen,
        "refundable_fen": case.refundable_fen,
        "payout_key": case.payout_key,
        "freight": case.freight.payer if case.freight else None,
        "due": due_of(case.due),
        "statutory_due": due_of(case.statutory_due),
        "breaches": [[breach.limit.field, breach.at.isoformat(), breach.provisional] for breach in case.breaches()],
    }


@named("cases/*.json")
def test_a_saved_case_is_what_it_was(file: Path) -> None:
    text = text_of(file)
    workflow = own(json.loads(text)["head"]["order_type"])
    case = RefundCase.from_json(text, workflow)
    assert decided(told(case)) == decided(EXPECTED["cases"][file.stem])
    if SAME_DAYS or not file.stem.endswith("new_year"):  # what is still to come is counted by today's calendar
        assert told(case) == EXPECTED["cases"][file.stem]
    again = RefundCase.from_json(case.to_json(), workflow)  # in today's format, and with the payout key of then
    assert again == case and told(again) == told(case) and again.to_json() == case.to_json()


def decided(said: dict[str, Any]) -> dict[str, Any]:
    """What no other calendar changes: all but the limits that run."""
    return {name: value for name, value in said.items() if name not in ("due", "statutory_due", "breaches")}


def test_the_saved_cases_are_on_their_way_and_ended_and_provisional() -> None:
    cases = EXPECTED["cases"]
    assert set(cases) == {file.stem for file in FIXTURES.glob("cases/*.json")}
    assert {(one["due"] or {}).get("provisional") for one in cases.values()} == {True, False, None}
    assert any(breach[-1] for one in cases.values() for breach in one["breaches"])
    assert any(one["paid_fen"] for one in cases.values()) and not all(one["paid_fen"] for one in cases.values())


@named("scenarios/*.toml")
def test_a_scenario_file_ends_in_the_case_that_it_ended_in(file: Path) -> None:
    name = "scenario_exchange" if file.stem == "exchange" else file.stem
    said, then = told(play(load(file)).case), EXPECTED["cases"][name]
    assert {**said, "payout_key": then["payout_key"]} == then, "a case that is opened today pays under a key of today"
    assert re.fullmatch("[0-9A-Za-z_-]{1,64}", said["payout_key"])


# 2. Results and behaviours


@named("results/*.json")
def test_a_result_is_what_it_was(file: Path) -> None:
    text = text_of(file)
    data = json.loads(text)
    result = Result.from_json(text, own(data["order_type"]))
    assert (result.cases, result.partial) == (data["cases"], data["partial"])
    assert result.partial == file.stem.endswith("partial") and len(result.ranges) == 1 + file.stem.endswith("merged")
    again = json.loads(result.to_json())
    then, now = data.pop("figures"), again.pop("figures")
    assert again == data
    assert {name: now[name]["unit"] for name in then} == {name: one["unit"] for name, one in then.items()}, "more figures may come"
    for name, one in then.items():  # but for the last digits, which another numpy may round otherwise
        wanted, got = (np.array(figure["interval"], float) for figure in (one, now[name]))
        np.testing.assert_allclose(got, wanted, rtol=1e-12, atol=1e-12, err_msg=name)


@named("behaviours/*.toml")
def test_a_behaviour_is_what_it_was(file: Path) -> None:
    behaviour = Behaviour.from_file(file)
    behaviour.check(workflow_in(file))
    assert Behaviour.from_toml(behaviour.to_toml()) == behaviour
    assert len(behaviour.to_toml()) < len(file.read_text(encoding="utf-8")), "written a row on a line since"
    if file.stem in orders.keys():
        assert behaviour == Behaviour.default(file.stem)


# 3. Suites, and tests that were written for somebody


def test_generated_test_files_run_as_they_are(tmp_path: Path) -> None:
    """They find their own workflow in the current folder, as they did."""
    paths = 0
    for file in FIXTURES.glob("*/test_*.py.txt"):
        shutil.copy(file, tmp_path / file.name.removesuffix(".txt"))
        paths += file.read_text(encoding="utf-8").count('"id": ')
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(tmp_path)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, timeout=300)
    assert run.returncode == 0 and f"{paths} passed" in run.stdout, run.stdout + run.stderr


@named("suites/test_*.py.txt")
def test_a_generated_test_file_says_the_same_today(file: Path) -> None:
    """Those of then call a `RefundCase`; today's call any implementation, and have a row for each move of the clock."""
    workflow, criterion = workflow_in(file), file.name.removesuffix(".py.txt").rpartition("_")[2]
    suite = cover(workflow, criterion, Policy.statute() if criterion == "limits" else None)
    now: dict[str, Any] = {"__name__": "generated"}
    exec(suite.to_pytest("tests.exchange:WORKFLOW" if workflow is EXCHANGE else None), now)
    then = runpy.run_path(str(file))
    assert (now["ORDERS"], now["REQUESTS"]) == (then["ORDERS"], then["REQUESTS"]) and now["POLICY"] == then["POLICY"]
    assert len(now["PATHS"]) == len(then["PATHS"]) > 0
    for path, old in zip(now["PATHS"], then["PATHS"], strict=True):
        assert {**path, "steps": []} == {**old, "state": workflow.initial.key, "due": None, "steps": []}
        rows = iter(path["steps"])
        assert [as_then(rows) for _ in old["steps"]] == old["steps"] and next(rows, None) is None


def as_then(rows: Iterator[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The next rows of today as the row that they were: what the clock did in a step stood in the step's own row."""
    at, actor, event, details, taken, why, state, due = next(rows)
    fired = []
    while actor == "clock" and taken:
        fired.append(why)
        at, actor, event, details, taken, why, state, due = next(rows)
    if actor is None:
        event, why = None, ""
    return at, actor, event, details, " ".join((*fired, *([why] if why else []))), state, due


@named("suites/*.json")
def test_a_suite_in_json_is_written_alike_today(file: Path) -> None:
    key, _, criterion = file.stem.rpartition("_")
    now = json.loads(cover(WORKFLOWS[key], criterion).to_json())
    for path in now["paths"]:
        for one in (path, *path["steps"]):
            assert one.pop("provisional", False) is False, "said since"
    assert now == json.loads(text_of(file))


@named("suites/reproduction_*.py.txt")
def test_a_reproduction_fails_on_the_fault_alone(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow, lacking = workflow_in(file), file.name.removesuffix(".py.txt").rpartition("_")[2]
    careless = workflow.variant(rules=[rule for rule in workflow.rules if rule.id != lacking])

    def run_on(served: Workflow) -> None:
        monkeypatch.setitem(sys.modules, "your_service", SimpleNamespace(make=lambda: CaseImplementation(served)))
        (test,) = (one for name, one in runpy.run_path(str(file)).items() if name.startswith("test_"))
        test()

    run_on(workflow)
    with pytest.raises(AssertionError):
        run_on(careless)


def test_a_reproduction_that_tells_news_fails_on_the_deaf_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Deaf(CaseImplementation):
        """Does not heed the news."""

        def news(self, order: Order, at: datetime) -> None:  # noqa: ARG002  # that is what is wrong with it
            """Only time passes."""
            self.advance(at)

    def run_on(kind: type[CaseImplementation]) -> None:
        monkeypatch.setitem(sys.modules, "your_service", SimpleNamespace(make=lambda: kind(orders.get("virtual"))))
        names = runpy.run_path(str(FIXTURES / "of_2026_11_29" / "reproduction_virtual_news.py.txt"))
        names["test_virtual_acceptance_at_step_2"]()

    run_on(CaseImplementation)
    with pytest.raises(AssertionError):
        run_on(Deaf)


# 4. Policies and counts


def test_a_policy_file_says_what_it_said() -> None:
    policy = Policy.from_file(FIXTURES / "files" / "policy.toml")
    assert policy.model_dump(mode="json", exclude={"days_file"}) == EXPECTED["policy"]
    assert "days file sha256:" in policy.calendar.version


@named("files/counts.*")
def test_a_file_of_counts_draws_what_it_says(file: Path, tmp_path: Path) -> None:
    shop, given = orders.get("third_party"), json.loads((FIXTURES / "files" / "counts.json").read_text(encoding="utf-8"))
    assert main(["draw", shop.key, "--counts", str(file), "-o", str(tmp_path / "counts.dot")]) == 0
    waits = {state: timedelta(hours=hours) for state, hours in given["waits_hours"].items()}
    assert (tmp_path / "counts.dot").read_bytes() == diagram.draw(shop, counts=given["counts"], waits=waits).rendered(".dot")


# 5. Pickles


def loaded(name: str) -> Any:
    """What a pickle of then holds."""
    return pickle.loads((FIXTURES / "pickles" / f"{name}.pickle").read_bytes())


def effects_of(workflow: Workflow) -> tuple[Any, ...]:
    """All effects, in order of first appearance in the rules."""
    return tuple(dict.fromkeys(rule.effect for rule in workflow.rules if rule.effect))


@pytest.mark.parametrize("key", WORKFLOWS)
def test_pickled_guards_and_effects_are_the_very_objects(key: str) -> None:
    workflow = WORKFLOWS[key]
    for then, now in ((loaded(f"{key}_guards"), workflow.guards.values()), (loaded(f"{key}_effects"), effects_of(workflow))):
        assert then and all(one is other for one, other in zip(then, now, strict=True))


@pytest.mark.parametrize("key", WORKFLOWS)
def test_a_pickled_workflow_is_the_same_table(key: str) -> None:
    then, now = loaded(f"{key}_workflow"), WORKFLOWS[key]
    assert type(then) is Workflow and then.fingerprint == now.fingerprint
    assert list(then.by_id) == list(now.by_id), "words may change, and what is accepted; what the table does has its fingerprint"
    assert (then.facts, then.facts_of, then.example_of) == (now.facts, now.facts_of, now.example_of)
    assert then.catalogue == {id: now.catalogue[id] for id in then.catalogue}, "rules are added, none changes"


@named("pickles/*_case.pickle")
def test_a_pickled_case_is_the_saved_one(file: Path) -> None:
    name = file.stem.removesuffix("_case")
    assert told(loaded(file.stem)) == EXPECTED["cases"][name]


@pytest.mark.parametrize("name", ["virtual_guards", "exchange_workflow", "third_party_rejected_case"])
def test_a_pickle_is_read_where_nothing_of_ours_is_loaded_yet(name: str) -> None:
    code = "import pathlib, pickle, sys; print(type(pickle.loads(pathlib.Path(sys.argv[1]).read_bytes())).__name__)"
    command = [sys.executable, "-c", code, str(FIXTURES / "pickles" / f"{name}.pickle")]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == type(loaded(name)).__name__, run.stderr


@pytest.mark.parametrize("key", WORKFLOWS)
def test_pickles_of_guards_and_effects_name_where_they_are_and_nothing_else_of_ours(key: str) -> None:
    for one in (*WORKFLOWS[key].guards.values(), *effects_of(WORKFLOWS[key])):
        written = pickle.dumps(one, 4)
        assert pickle.loads(written) is one
        function = getattr(one, "test", None) or one.run
        words = [argument for _, argument, _ in pickletools.genops(written) if isinstance(argument, str)]
        assert [word for word in words if not word.startswith(("pkgutil", "resolve_name"))] == [f"{function.__module__}:{one.name}"]
