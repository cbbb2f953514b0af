"""The command line: what people and programs read, in which languages, with which exit code."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from refund_fsm import MissingPart, orders
from refund_fsm.case.refusal import Refusal
from refund_fsm.cli.app import main
from refund_fsm.orders.lookup import workflow_of
from refund_fsm.scenario.file import find, load, shipped
from refund_fsm.scenario.trace import play
from refund_fsm.workflow.catalogue import CATALOGUE
from tests.places import ROOT
from tests.scenario.files import ORDER, REQUEST, SUBMIT, event

Captured = pytest.CaptureFixture[str]
HAN = re.compile(r"[\u4e00-\u9fff]")
ANSI = re.compile(r"\x1b\[[0-9;]*m")
MISSED = "shop_window_missed_by_a_minute"


def run(capsys: Captured, *arguments: str, code: int = 0) -> str:
    """What a command prints on stdout when it ends with the code; nothing is on stderr."""
    assert main(arguments) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


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


@pytest.mark.parametrize("lang", ["zh", "en", "both"])
@pytest.mark.parametrize("name", shipped())
def test_the_table_lines_up_and_nothing_is_cut(name: str, lang: str, capsys: Captured) -> None:
    out = run(capsys, "run", name, "--lang", lang, code=name == MISSED)
    lines = table_lines(out)
    assert len({cell_len(line) for line in lines}) == 1
    trace = play(load(find(name)))
    for row in trace.rows:
        for one in ("zh", "en") if lang == "both" else (lang,):
            assert any(getattr(row.state, one) in line for line in lines)
            if row.step:
                assert any(getattr(row.step.rule.event, one) in line for line in lines)
    assert sum(bool(re.match(r"\d+ ", line)) for line in lines) == len(trace.rows)
    assert trace.case.payout_key in out


@pytest.mark.parametrize("columns", [100, 160])
def test_on_a_terminal_it_fits(columns: int, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    commands = [["demo"], ["show", "third_party"], ["orders"], *(["run", name] for name in shipped() if name != MISSED)]
    for command in commands:
        lines = ANSI.sub("", run(capsys, *command)).split("\n")
        assert max(map(cell_len, lines)) <= columns
        if command[0] == "run":
            cells = " ".join(table_lines("\n".join(lines)))
            dues = [row.due for row in play(load(find(command[1]))).rows if row.due and row.kind != "refused"]
            assert len(re.findall(r"2026-\d\d-\d\d \d\d:\d\d", cells)) >= len(dues), "a stamp is whole"
            assert "".join(lines).count("重复送达") == "".join(lines).count("delivered"), "nothing is cut"
            assert not re.search(r"2026-\d\d-\d\d(?! \d\d:\d\d)", cells)


@pytest.mark.parametrize("command", [["orders"], ["show", "virtual"], ["demo"], ["demo", "--list"], ["run", "mall_return_happy_path"]])
def test_one_language_is_one_language(command: list[str], capsys: Captured) -> None:
    english = run(capsys, *command, "--lang", "en")
    told = {HAN.search(line) is not None for line in english.split("\n")}
    chinese = run(capsys, *command, "--lang", "zh")
    assert False in told and HAN.search(chinese)
    for line in ("审核", "买家", "退款中"):
        assert line not in re.sub(r"note.*|#\d.*", "", english)
    assert "Refunding" not in chinese and "the buyer" not in chinese


@pytest.mark.parametrize("key", orders.keys())
def test_show_as_json_is_the_table(key: str, capsys: Captured) -> None:
    shown = run_json(capsys, "show", key)
    workflow = orders.get(key)
    assert list(shown) == ["order_type", "fingerprint", "states", "limits", "law", "rules"]
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
    for row, (group, limit) in zip(shown["limits"], workflow.groups, strict=True):
        assert row["states"] == [state.key for state in group] and (row["field"], row["unit"]) == (limit.field, limit.unit)
        assert row["clock"] == bool(by_clock & set(row["states"])) and row["cites"]


@pytest.mark.parametrize("key", orders.keys())
def test_show_for_people_has_every_rule_state_and_source(key: str, capsys: Captured) -> None:
    out = run(capsys, "show", key)
    workflow = orders.get(key)
    assert len({cell_len(line) for line in table_lines(out)}) == 1
    for rule in workflow.rules:
        assert re.search(rf"^{rule.id} ", out, re.MULTILINE) and rule.event.zh in out and rule.event.en in out
    for text in (*(s.text for s in workflow.states.values()), *(g.text for g in workflow.guards.values())):
        assert text.zh in out and text.en in out
    cited = {id for rule in workflow.rules for id in rule.sources} - {"assumed"}
    assert all(CATALOGUE[id].text.zh in out and CATALOGUE[id].text.en in out for id in cited)
    assert all(limit.field in out and limit.unit.split("_")[-1] in out for limit in workflow.limits.values())


def test_orders(capsys: Captured) -> None:
    shown = run_json(capsys, "orders")
    assert [one["order_type"] for one in shown] == list(orders.keys())
    out = run(capsys, "orders")
    for one in shown:
        workflow = orders.get(one["order_type"])
        assert (one["states"], one["rules"], one["fingerprint"]) == (len(workflow.states), len(workflow.rules), workflow.fingerprint)
        assert workflow.fingerprint[:12] in out and workflow.label.zh in out and one["applies"]["en"] in out


@pytest.mark.parametrize("name", shipped())
def test_run_as_json_is_the_trace(name: str, capsys: Captured) -> None:
    shown = run_json(capsys, "run", name, code=name == MISSED)
    trace = play(load(find(name)))
    assert shown == json.loads(json.dumps(trace.to_dict()))
    assert (shown["state"], shown["paid_fen"]) == (trace.case.state.key, trace.case.paid_fen)
    assert [row["at"] for row in shown["rows"]] == [row.at.isoformat() for row in trace.rows]
    assert [row["rule"] for row in shown["rows"] if row["kind"] == "step"] == [step.rule.id for step in trace.case.steps]


def test_the_demo_tells_every_move_and_refusal_with_its_reason(capsys: Captured) -> None:
    shown = run_json(capsys, "demo")
    out = run(capsys, "demo")
    scenarios = shown["scenarios"]
    assert {one["order_type"] for one in scenarios} == set(orders.keys()) and 3 <= len(scenarios) <= 6
    assert sum(one["refusal"] is not None for one in scenarios) == 1
    for one in scenarios:
        assert one["title"]["zh"] in out and one["title"]["en"] in out
        for row in one["rows"]:
            if row["rule"]:
                said = [shown["catalogue"][id] for id in row["cites"] if id != "assumed"]
                assert row["rule"] in out
                assert not said or any(text["zh"] in out and text["en"] in out for text in said)
            if row["refusal"]:
                assert row["refusal"]["text"]["zh"] in out and row["refusal"]["text"]["en"] in out
    assert out.count("✗") >= 2 * sum(row["refusal"] is not None for one in scenarios for row in one["rows"])


def test_the_demo_plays_all_or_those_asked_for(capsys: Captured) -> None:
    assert len(run_json(capsys, "demo", "--all")["scenarios"]) == len(shipped())
    assert [one["state"] for one in run_json(capsys, "demo", "virtual_changed_mind")["scenarios"]] == ["closed"]
    assert [one["name"] for one in run_json(capsys, "demo", "--list")] == list(shipped())
    assert [line.split()[0] for line in run(capsys, "demo", "--list").splitlines()] == list(shipped())
    assert "'nothing'" in fails(capsys, "demo", "nothing")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_refused_event_ends_with_its_explanation(lang: Any, capsys: Captured) -> None:
    refusal = play(load(find(MISSED))).refusal
    assert isinstance(refusal, Refusal)
    out = run(capsys, "run", MISSED, "--lang", lang, code=1)
    assert out.rstrip().endswith(refusal.explain(lang))
    assert refusal.explain("en" if lang == "zh" else "zh") not in out


def test_what_a_scenario_expected_in_vain_is_found(tmp_path: Path, capsys: Captured) -> None:
    out = run(capsys, "run", write(tmp_path, SUBMIT, event("start_review", "2026-02-13 11:00", "merchant", 'expect = "draft"')), code=1)
    assert out.rstrip().endswith("event[1].expect: 'draft'; but the case is 'reviewing'")


def test_the_clocks_and_breaches_below_the_table(tmp_path: Path, capsys: Captured) -> None:
    out = run(capsys, "run", "shop_statutory_clock_passed", "--lang", "en")
    assert re.search(r"statutory due +2026-09-21 24:00 \(7 days, L1\)  ⚠ the statutory refund date has passed", out)
    out = run(capsys, "run", "mall_return_happy_path", "--lang", "en")
    assert "⚠" not in out and re.search(r"payout due +2026-03-24 24:00 \(7 working days, A13\)", out)
    assert re.search(r"return freight +the buyer pays \(A7\)", out)
    out = run(capsys, "run", "mall_payout_fails_twice", "--lang", "en")
    assert re.search(r"breach +2026-05-26 24:00, 7 working days, payout_working_days \(recorded\)", out)
    assert any(line.rstrip().endswith("⚠ breach") for line in table_lines(out))
    path = Path(write(tmp_path, SUBMIT, "[[event]]\nadvance = 2026-02-20T00:00:00+08:00\n"))
    path.write_text(path.read_text(encoding="utf-8").replace("third_party", "self_operated").replace("-20T", "-27T"), encoding="utf-8")
    assert re.search(r"breach +2026-02-25 24:00, .*\(open\)", run(capsys, "run", str(path), "--lang", "en"))


def test_days_that_nobody_has_published_are_marked(tmp_path: Path, capsys: Captured) -> None:
    path = Path(write(tmp_path, SUBMIT))
    path.write_text(path.read_text(encoding="utf-8").replace("2026-", "2150-"), encoding="utf-8")
    assert "(provisional)" in run(capsys, "run", str(path), "--lang", "en")
    assert "(暂定)" in run(capsys, "run", str(path), "--lang", "zh")
    assert run_json(capsys, "run", str(path))["due"]["provisional"] is True


def test_notes_are_text_and_nothing_else(tmp_path: Path, capsys: Captured) -> None:
    note = r'note = "[bold]粗[/bold] [red]x :smile: [link=http://x]\n第二行\t[/]"'
    files = write(tmp_path, SUBMIT, event("start_review", "2026-02-13 11:00", "merchant", note))
    assert "[bold]粗[/bold] [red]x :smile: [link=http://x]⏎第二行 [/]\n" in run(capsys, "run", files)


def test_advise(capsys: Captured, tmp_path: Path) -> None:
    assert run_json(capsys, "advise", MISSED)["at"] == "2026-03-13T00:01:00+08:00"
    assert run_json(capsys, "advise", MISSED, "--at", "2026-03-12T22:30:00+08:00")["order_type"] == "third_party"
    order_only = tmp_path / "order.toml"
    order_only.write_text(ORDER, encoding="utf-8")
    assert run_json(capsys, "advise", str(order_only))["at"] == "2026-02-12T10:00:00+08:00"
    out = run(capsys, "advise", "shop_merchant_silent_twice", "--at", "2026-01-16T09:30:00+08:00", "--lang", "en")
    assert "Negotiating" in out
    assert "--at: '2026-01-16'; expected a datetime with a time zone" in fails(capsys, "advise", MISSED, "--at", "2026-01-16")
    assert "--at: 'soon'; expected an instant" in fails(capsys, "advise", MISSED, "--at", "soon")


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


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["frobnicate"], "frobnicate"),
        (["run"], "FILE"),
        (["run", "a", "b"], "b"),
        (["run", MISSED, "--frob"], "--frob"),
        (["run", MISSED, "--lang", "fr"], "fr"),
        (["run", "shop_window_missed"], f"did you mean {MISSED}?"),
        (["show"], "ORDER_TYPE"),
        (["draw", "gift"], "'gift'"),
    ],
)
def test_usage_errors_are_one_line(arguments: list[str], told: str, capsys: Captured) -> None:
    assert told in fails(capsys, *arguments)


def test_check_judges_one_workflow_or_all_registered_ones(tmp_path: Path, capsys: Captured) -> None:
    told = json.loads(run(capsys, "check", "--json"))
    assert [report["order_type"] for report in told] == list(orders.keys())
    (tmp_path / "policy.toml").write_text('on_merchant_silence = "escalate"\n', encoding="utf-8")
    told = json.loads(run(capsys, "check", "tests.exchange:WORKFLOW", "--policy", str(tmp_path / "policy.toml"), "--json"))
    assert [report["order_type"] for report in told] == ["exchange"]


def test_a_missing_part_is_3(monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    def missing(_: str) -> Path:
        raise MissingPart("pip install it")

    monkeypatch.setattr("refund_fsm.scenario.find", missing)
    assert fails(capsys, "run", "x", code=3) == "refund-fsm: pip install it\n"


def test_without_a_command_the_help_is_shown(capsys: Captured) -> None:
    for arguments, code in (([], 2), (["--help"], 0), (["run", "-h"], 0)):
        assert "Usage:" in run(capsys, *arguments, code=code)


def test_help_loads_little() -> None:
    loaded = "print(sorted({'rich', 'pydantic', 'transitions'} & set(sys.modules)))"
    code = f"import sys; from refund_fsm.cli import main; main(['--help']); {loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.rstrip().endswith("[]"), done.stdout


@pytest.mark.parametrize("module", ["refund_fsm", "refund_fsm.cli"])
def test_as_a_module_in_a_pipe_that_closes_and_an_ascii_console(module: str) -> None:
    # A reader that goes after one line, and an output that has no Chinese: neither is a traceback.
    command = [sys.executable, "-X", "utf8=0", "-m", module, "demo", "--all"]
    env = {"PYTHONIOENCODING": "ascii", "PATH": "", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env) as process:
        assert process.stdout is not None and process.stderr is not None
        assert b"\\u" in process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0
