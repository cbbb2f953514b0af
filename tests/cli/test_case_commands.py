"""`run`, `demo`, `advise`: every move and refusal with its reason, clocks and breaches, in a table that lines up."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from refund_fsm import orders
from refund_fsm.case.refusal import Refusal
from refund_fsm.scenario.file import find, load, shipped
from refund_fsm.scenario.trace import play
from tests.cli.calling import MISSED, Captured, fails, run, run_json, table_lines, write
from tests.scenario.files import ORDER, SUBMIT, event


@pytest.mark.parametrize("lang", ["zh", "en", "both"])
@pytest.mark.parametrize("name", shipped())
def test_the_table_lines_up_and_nothing_is_cut(name: str, lang: str, capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    narrow = run(capsys, "run", name, "--lang", lang, code=name == MISSED)
    monkeypatch.setattr("refund_fsm.text.terminal.PIPE_WIDTH", 1000)  # so wide that nothing is wrapped
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
    assert max(map(cell_len, table_lines(narrow))) <= 100
    assert letters(narrow) == letters(out)


def letters(out: str) -> Counter[str]:
    """How often each character is printed, lines and blanks aside: the same however it is wrapped."""
    return Counter(one for one in out if not one.isspace() and one != "─")


@pytest.mark.parametrize("name", shipped())
def test_run_as_json_is_the_trace(name: str, capsys: Captured) -> None:
    shown = run_json(capsys, "run", name, code=name == MISSED)
    trace = play(load(find(name)))
    assert shown == json.loads(json.dumps(trace.to_dict()))
    assert (shown["state"], shown["paid_fen"]) == (trace.case.state.key, trace.case.paid_fen)
    assert [row["at"] for row in shown["rows"]] == [row.at.isoformat() for row in trace.rows]
    assert [row["rule"] for row in shown["rows"] if row["kind"] == "step"] == [step.rule.id for step in trace.case.steps]


def test_the_demo_tells_every_move_and_refusal_with_its_reason(capsys: Captured) -> None:
    shop = ("shop_merchant_silent_twice", "shop_window_missed_by_a_minute", "official_exchange")
    names = ("mall_return_happy_path", *shop, "virtual_benefits_used_complaint")
    shown = run_json(capsys, "demo", *names)
    out = run(capsys, "demo", *names)
    scenarios = shown["scenarios"]
    assert {one["order_type"] for one in scenarios} == set(orders.keys())
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


def test_the_demo_plays_one_or_those_asked_for(capsys: Captured) -> None:
    (told,) = run_json(capsys, "demo")["scenarios"]
    assert any(row["refusal"] for row in told["rows"]) and "--list" in run(capsys, "demo").splitlines()[-1]
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
    assert "--at: '2026-01-16T00:00:00+08:00'; expected not before order.paid_at" in fails(capsys, "advise", MISSED, "--at", "2026-01-16")
    assert "--at: 'soon'; expected an instant" in fails(capsys, "advise", MISSED, "--at", "soon")


def test_advise_another_than_the_buyer(capsys: Captured) -> None:
    about = ("advise", "shop_merchant_silent_twice", "--at", "2026-01-16T09:30:00+08:00")
    told = run_json(capsys, *about, "--role", "merchant")
    assert told["role"] == "merchant"
    assert {item["event"] for item in told["items"] if item["topic"] == "next"} == {"merchant_refund", "merchant_decline"}
    assert {(item["state"], item["deadline"]) for item in told["items"] if item["topic"] == "next"} == {("negotiating", "negotiation_days")}
    assert "If the merchant does nothing" in run(capsys, *about, "--role", "merchant", "--lang", "en")
    assert run_json(capsys, *about, "--role", "buyer") == run_json(capsys, *about)
    refused = fails(capsys, *about, "--role", "seller")
    assert "--role: 'seller'; expected an actor of third_party but the clock: buyer, merchant, carrier, platform, payment" in refused


def test_run_and_advise_take_a_saved_case(tmp_path: Path, capsys: Captured) -> None:
    """A saved case is told as the scenario that it comes from, what was refused aside."""
    trace = play(load(find("shop_merchant_silent_twice")))
    saved = tmp_path / "case.JSON"
    saved.write_text(trace.case.to_json(), encoding="utf-8")
    shown, played = run_json(capsys, "run", str(saved)), run_json(capsys, "run", "shop_merchant_silent_twice")
    for key in ("case_id", "order_type", "state", "now", "due", "breaches", "statutory_due", "payout_key", "paid_fen"):
        assert shown[key] == played[key], key
    steps = [row for row in played["rows"] if row["kind"] == "step"]
    assert [(row["at"], row["rule"], row["state"], row["details"]) for row in shown["rows"]] == [
        (row["at"], row["rule"], row["state"], row["details"]) for row in steps
    ]
    assert "商家超时未处理" in "".join(run(capsys, "run", str(saved), "--lang", "zh").split())
    later = trace.case.advance(to=trace.case.now + timedelta(days=400))
    saved.write_text(later.to_json(), encoding="utf-8")
    assert run_json(capsys, "run", str(saved))["rows"][-1]["kind"] == ("step" if later.steps[-1].at == later.now else "advance")
    saved.write_text(trace.case.to_json(), encoding="utf-8")
    advised = run_json(capsys, "advise", str(saved))
    assert advised["at"] == trace.case.now.isoformat()
    assert advised == run_json(capsys, "advise", "shop_merchant_silent_twice", "--at", trace.case.now.isoformat())
    assert "not before the last instant of the case" in fails(capsys, "advise", str(saved), "--at", trace.case.opened_at.isoformat())


@pytest.mark.parametrize("command", ["run", "advise"])
@pytest.mark.parametrize(
    ("text", "told"), [(None, "there is no such file"), ("", "case.json: head"), ("{}", "case.json: head"), ("[1]", "case.json: head")]
)
def test_a_saved_case_that_is_none_is_named(command: str, text: str | None, told: str, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / "case.json"
    if text is not None:
        path.write_text(text, encoding="utf-8")
    assert told in fails(capsys, command, str(path))
