"""`orders`, `show`, `check`, `draw`: the whole table, as people and as programs read it, of registered workflows and of one's own."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest
from rich.cells import cell_len

from refund_fsm import orders
from refund_fsm.cli import verifying
from refund_fsm.cli.app import main
from refund_fsm.cli.pictures import Views
from refund_fsm.cli.workflows import CRITERIA
from refund_fsm.diagram.plan import VIEWS
from refund_fsm.orders.lookup import workflow_of
from refund_fsm.paths import OBSERVED
from refund_fsm.paths.goals import CRITERIA as GOALS
from refund_fsm.testing import remote
from refund_fsm.workflow.catalogue import CATALOGUE
from tests.cli.calling import Captured, fails, run, run_json, table_lines


@pytest.mark.parametrize("key", orders.keys())
def test_show_as_json_is_the_table(key: str, capsys: Captured) -> None:
    shown = run_json(capsys, "show", key)
    workflow = orders.get(key)
    assert list(shown) == ["order_type", "fingerprint", "profile", "holds_from", "states", "limits", "special", "law", "rules"]
    assert (shown["order_type"], shown["fingerprint"]) == (workflow.key, workflow.fingerprint)
    assert [(s["key"], s["zh"], s["en"], s["final"]) for s in shown["states"]] == [
        (s.key, s.zh, s.en, s.final) for s in workflow.states.values()
    ]
    for row, rule in zip(shown["rules"], workflow.rules, strict=True):
        assert row == {
            "id": rule.id,
            "event": rule.event.name,
            "actor": rule.event.actor.key,
            "source": rule.source.key,
            "dest": rule.dest.key,
            "guards": [guard.name for guard in rule.when],
            "needs": list(rule.event.needs),
            "effect": list(rule.effect.changes if rule.effect else ()),
            "cites": list(rule.sources),
            "internal": rule.source is rule.dest,
        }
        assert all(id in CATALOGUE or id == "assumed" for id in row["cites"])
    by_clock = {rule.source.key for rule in workflow.rules if rule.event.actor.key == "clock"}
    rows = [(group, limit) for group, limits in workflow.groups for limit in limits]
    for row, (group, limit) in zip(shown["limits"], rows, strict=True):
        assert row["states"] == [state.key for state in group] and (row["field"], row["unit"]) == (limit.field, limit.unit)
        assert row["clock"] == bool(by_clock & set(row["states"])) and row["cites"]


@pytest.mark.parametrize("key", orders.keys())
def test_show_for_people_has_every_rule_state_and_source(key: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.text.terminal.PIPE_WIDTH", 1000)  # so wide that nothing is wrapped
    out = run(capsys, "show", key)
    workflow = orders.get(key)
    assert len({cell_len(line) for line in table_lines(out)}) == 1
    for rule in workflow.rules:
        assert re.search(rf"^{rule.id} ", out, re.MULTILINE) and rule.event.zh in out and rule.event.en in out
    for text in (*(s.text for s in workflow.states.values()), *(g.text for g in workflow.guards.values())):
        assert text.zh in out and text.en in out
    cited = {id for rule in workflow.rules for id in rule.sources} - {"assumed"}
    assert all(CATALOGUE[id].text.zh in out and CATALOGUE[id].text.en in out for id in cited)
    assert all(limit.field in out and limit.unit.split("_")[-1] in out for limit in workflow.limit_rows)


def test_orders(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.text.terminal.PIPE_WIDTH", 1000)  # so wide that nothing is wrapped
    shown = run_json(capsys, "orders")
    assert [one["order_type"] for one in shown] == list(orders.keys())
    out = run(capsys, "orders")
    for one in shown:
        workflow = orders.get(one["order_type"])
        assert (one["states"], one["rules"], one["fingerprint"]) == (len(workflow.states), len(workflow.rules), workflow.fingerprint)
        assert workflow.fingerprint[:12] in out and workflow.label.zh in out and one["applies"]["en"] in out


def test_check_judges_one_workflow_or_all_registered_ones(tmp_path: Path, capsys: Captured) -> None:
    told = json.loads(run(capsys, "check", "--json"))
    assert [report["order_type"] for report in told] == list(orders.keys())
    (tmp_path / "policy.toml").write_text('on_merchant_silence = "escalate"\n', encoding="utf-8")
    told = json.loads(run(capsys, "check", "tests.exchange:WORKFLOW", "--policy", str(tmp_path / "policy.toml"), "--json"))
    assert [report["order_type"] for report in told] == ["exchange"]


def test_draw(tmp_path: Path, capsys: Captured) -> None:
    folder = tmp_path / "drawn"
    assert main(["draw", "virtual", "-o", str(folder), "--check"]) == 1
    assert "stale: " in capsys.readouterr().err
    paths = run(capsys, "draw", "virtual", "-o", str(folder)).splitlines()
    assert paths and all(Path(path).is_file() for path in paths)
    assert run(capsys, "draw", "virtual", "-o", str(folder), "--check") == ""
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert "a folder that can be written" in fails(capsys, "draw", "virtual", "-o", str(tmp_path / "file"))


def test_a_workflow_of_ones_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    code = "from dataclasses import replace\nfrom refund_fsm import orders\nWORKFLOW = replace(orders.get('virtual'), key='lesson')\n"
    (tmp_path / "own_process_of_cli.py").write_text(code, encoding="utf-8")
    (tmp_path / "broken_process_of_cli.py").write_text("raise SystemExit('no')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    before = list(sys.path)
    assert run_json(capsys, "show", "own_process_of_cli:WORKFLOW")["order_type"] == "lesson"
    assert workflow_of("own_process_of_cli:WORKFLOW").key == "lesson"
    for name, told in {
        "own_process_of_cli:NOTHING": "expected a Workflow there, not NoneType",
        "own_process_of_cli:replace": "expected a Workflow there, not function",
        "broken_process_of_cli:X": "expected a module that can be imported (SystemExit: no)",
        "no_such_module_of_cli:X": "No module named",
        "own process:X": "expected module:attribute",
        ":": "expected module:attribute",
        "gift": "expected one of self_operated, third_party, virtual",
    }.items():
        assert told in fails(capsys, "show", name)
    assert sys.path == before


def test_what_a_module_prints_goes_to_stderr(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    code = "from refund_fsm import orders\nprint('noise')\nWORKFLOW = orders.get('virtual')\n"
    (tmp_path / "noisy_process_of_cli.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["paths", "noisy_process_of_cli:WORKFLOW", "--json"]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["workflow"] == "virtual" and err == "noise\n"


def test_the_words_of_the_options_are_those_of_the_library() -> None:
    assert [view.value for view in Views] == [*VIEWS, "timeline"]
    assert tuple(remote.LANGUAGES) == verifying.LANGUAGES
    assert set(CRITERIA) - {"w"} == {*GOALS, "conditions", "mcdc", "boundaries"} == set(OBSERVED)
