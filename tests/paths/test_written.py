"""A suite as JSON, as a test file that runs, and on the command line; and what cannot be asked for."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from refund_fsm import BadData, Policy, WorkflowError, orders, paths
from refund_fsm.cli import app as cli
from refund_fsm.cli import workflows
from tests.exchange import WORKFLOW as EXCHANGE
from tests.paths.suites import ESCALATES, EVERY_CRITERION, suite_of
from tests.small import build


def test_the_json_tells_all() -> None:
    suite = suite_of("third_party", "guard_outcomes")
    data = json.loads(suite.to_json(indent=1))
    assert data["size"] == {"paths": len(suite), "steps": suite.steps, "least_paths": suite.least_paths, "least_steps": suite.least_steps}
    assert data["goals"] == list(suite.goals) and data["infeasible"] == list(suite.infeasible) and data["criterion"] == "guard_outcomes"
    for path, told in zip(suite, data["paths"], strict=True):
        assert [row["state"] for row in told["steps"]] == [step.state for step in path.steps]
        assert [row.get("refusal") for row in told["steps"]] == [step.refusal for step in path.steps]
        assert told["request"]["reason"] == path.opening.request.reason


def run_file(text: str) -> list[str]:
    """Runs a generated test file's test for each path: the failures."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), names)
    failures = []
    for path in names["PATHS"]:
        try:
            names["test_path"](path)
        except AssertionError as error:
            failures.append(f"{path['id']}: {error}")
    return failures


@pytest.mark.parametrize("criterion", ["rules", "limits", "refusals"])
def test_the_generated_file_runs_and_can_fail(criterion: str) -> None:
    for key in ("virtual", "exchange"):
        text = suite_of(key, criterion).to_pytest("tests.exchange:WORKFLOW" if key == "exchange" else None)
        assert run_file(text) == []
    suite = suite_of("third_party", criterion, ESCALATES)
    assert run_file(suite.to_pytest()) == []
    wrong = suite.to_pytest().replace("'on_merchant_silence': 'escalate'", "'on_merchant_silence': 'approve'")
    assert criterion == "refusals" or run_file(wrong)
    assert run_file(suite_of("virtual", criterion).to_pytest().replace("'requested'", "'reviewing'"))
    with pytest.raises(BadData, match="module:attribute of the workflow 'exchange', which is not registered"):
        suite_of("exchange", "rules").to_pytest()


SPECIAL = Policy.platform().special
POLICIES = [
    # a policy that is not the guide's, and how a test file names it
    (Policy.platform(), "POLICY = Policy.platform('2026-03-09')"),
    (
        Policy(special=SPECIAL, extension_days=5),
        "POLICY = Policy.from_mapping({'profile': 'platform', 'copy': '2026-03-09', 'extension_days': 5})",
    ),
    (Policy(special=SPECIAL[:7], parcel_return_days=6), "POLICY = Policy.from_mapping({'parcel_return_days': 6,"),
]


@pytest.mark.parametrize(("policy", "said"), POLICIES)
def test_a_policy_with_special_periods_reads_back_equal(policy: Policy, said: str) -> None:
    suite = paths.cover(orders.get("shop_official"), "limits", policy)
    short = replace(suite, paths=suite.paths[::9])
    text = short.to_pytest()
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), names)
    assert names["POLICY"] == policy and said in text
    assert run_file(text) == []
    wrong = "\n".join("POLICY = Policy.guide()" if line.startswith("POLICY = Policy.platform") else line for line in text.splitlines())
    assert policy != Policy.platform() or run_file(wrong), "the special periods are tried"


COMMANDS = [
    # arguments, exit code, what is printed
    ("paths virtual --lang en", 0, "11 paths (no suite has fewer than 11) of 51 steps (at least 40) for 25 goals"),
    ("paths third_party --cover rules --lang zh", 0, "在此政策下不可能达到"),
    ("paths virtual --cover w --lang en", 0, "finds every fault of an implementation with at most 0 classes more"),
    ("paths virtual --cover everything", 2, "--cover: 'everything'; expected one of states, rules,"),
    ("paths virtual --cover rules --extra-states 1", 2, "--extra-states: 1; expected 0: only the criterion w has them"),
    ("paths virtual --cover w --extra-states -1", 2, "--extra-states: -1; expected a whole number from 0 to 3"),
    ("paths nothing", 2, "order_type: 'nothing'; expected one of"),
    ("paths virtual -o suite.txt", 2, "--output: 'suite.txt'; expected a .json or a .py file"),
    ("paths virtual --policy nowhere", 2, "--policy: 'nowhere'; expected guide or statute"),
]


@pytest.mark.parametrize(("arguments", "code", "said"), COMMANDS)
def test_the_command_answers_or_says_what_it_expected(arguments: str, code: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments.split()) == code
    printed = capsys.readouterr()
    assert said in printed.out + printed.err


def test_the_command_writes_files(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    made = tmp_path / "test_paths.py"
    assert cli.main(["paths", "tests.exchange:WORKFLOW", "--cover", "rule_pairs", "-o", str(made)]) == 0
    assert run_file(made.read_text(encoding="utf-8")) == []
    assert cli.main(["paths", "virtual", "-o", str(tmp_path / "suite.json")]) == 0
    assert json.loads((tmp_path / "suite.json").read_text(encoding="utf-8"))["size"]["paths"] == 11
    assert cli.main(["paths", "virtual", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.split("suite.json\n", 1)[1])["criterion"] == "rules"
    assert cli.main(["paths", "virtual", "-o", str(tmp_path / "no" / "suite.json")]) == 2
    assert workflows.CRITERIA == paths.CRITERIA


BAD = [
    # arguments, message
    (("virtual", "rules"), "workflow: 'virtual'; expected a Workflow"),
    ((EXCHANGE, 3), "criterion: 3; expected one of"),
    ((EXCHANGE, "rules", "guide"), "policy: 'guide'; expected a Policy, or None"),
]


@pytest.mark.parametrize(("arguments", "message"), BAD)
def test_bad_input_is_named_with_what_was_expected(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(BadData, match=message):
        paths.cover(*arguments)
    with pytest.raises(BadData, match="criterion: 'w'; expected one of states"):
        paths.goal_names(EXCHANGE, "w")
    with pytest.raises(BadData, match="extra_states: True"):
        paths.cover(EXCHANGE, "w", extra_states=True)


@EVERY_CRITERION
def test_a_workflow_that_gives_no_orders_has_no_paths(criterion: str) -> None:
    with pytest.raises(WorkflowError, match="workflow toy: example_of gives no order for any facts"):
        paths.cover(build(), criterion)
