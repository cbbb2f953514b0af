"""`simulate`, `exact`, `compare`: what they print and write is what the library answers."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import Policy, orders
from refund_fsm.cli.app import main
from refund_fsm.cli.questions import CASES, SEED, START
from refund_fsm.simulate import Behaviour, Result, compare, first_passage, sensitivity, simulate
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from tests.cli.calling import Captured, but_compiling, run, run_json
from tests.simulate import many

LATER = "2026-03-12T10:00:00+08:00"


STRANGE = """
from dataclasses import replace
from refund_fsm import Text, orders
V = orders.get("virtual")
S = {s: replace(s, zh=s.zh + chr(0x1F642), en=s.en + "\\thangul \ud55c\\nx") for s in V.states.values()}
WORKFLOW = V.variant(
    label=Text("a\\tb\\nc", "a\\tb\\nc"), initial=S[V.initial], spine=[[S[s] for s in path] for path in V.spine], law={},
    rules=[replace(r, source=S[r.source], dest=S[r.dest]) for r in V.rules], limits={tuple(S[s] for s in g): x for g, x in V.groups},
)
"""


def test_what_no_font_has_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    (tmp_path / "strange_of_cli.py").write_text(STRANGE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    assert main(["exact", "strange_of_cli:WORKFLOW", "--step", "24", "--plot", "x.svg"]) == 0
    err = capsys.readouterr().err
    assert but_compiling(err) == "refund-fsm: not in the embedded font, shown in the reader's own fonts, if at all: \ud55c\U0001f642\n"
    assert "\t" not in Path("x.svg").read_text("utf-8") and "a b c" in Path("x.svg").read_text("utf-8")


EVERY = pytest.mark.parametrize("key", orders.keys())


def plain(text: str) -> str:
    """A text without the spaces that fill up its lines."""
    return "\n".join(line.rstrip() for line in text.split("\n"))


@pytest.fixture
def own_behaviour(tmp_path: Path) -> str:
    """A file in which complaints take ten times as long."""
    return str(Behaviour.default("virtual").changed(event="complain", delay=10.0).save(tmp_path / "own.toml"))


@EVERY
def test_simulate_prints_the_summary_of_the_result(key: str, capsys: Captured) -> None:
    result = simulate(orders.get(key), Behaviour.default(key), cases=3_000, seed=7, start=START)
    for lang in ("zh", "en", "both"):
        out = run(capsys, "simulate", key, "--cases", "3000", "--seed", "7", "--lang", lang)
        assert plain(out) == plain(result.summary(lang))


def test_simulate_as_json_is_the_result_to_the_bit_for_any_number_of_workers(capsys: Captured) -> None:
    result = simulate(orders.get("virtual"), Behaviour.default("virtual"), cases=300_000, seed=7, start=START)
    for workers in ("1", "2"):
        out = run(capsys, "simulate", "virtual", "--cases", "300000", "--seed", "7", "--workers", workers, "--json")
        assert Result.from_json(out) == result


def test_simulate_heeds_its_options(capsys: Captured, own_behaviour: str) -> None:
    workflow = orders.get("virtual")
    asked = ("--policy", "statute", "--behaviour", own_behaviour, "--start", LATER)
    found = Result.from_json(run(capsys, "simulate", "virtual", *asked, "--cases", "500", "--json"))
    assert found.policy == Policy.statute() and found.start.isoformat() == LATER
    assert found == simulate(workflow, Behaviour.from_file(own_behaviour), cases=500, seed=SEED, start=found.start, policy=Policy.statute())
    assert found.behaviour != Behaviour.default("virtual")


def test_the_defaults_are_those_of_the_help(capsys: Captured) -> None:
    shown = run(capsys, "simulate", "--help")
    assert re.sub(r"\s+", "", f"{START:%Y-%m-%d}") in re.sub(r"\s+", "", shown)
    assert re.search(rf"--cases\s+N.*\[default: {CASES}\]", shown, re.DOTALL)
    assert many.START == START, "as in the README"


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_simulate_writes_the_log(suffix: str, tmp_path: Path, capsys: Captured) -> None:
    pandas = pytest.importorskip("pandas")  # of the extra `test`
    path = tmp_path / f"log{suffix}"
    out = run_json(capsys, "simulate", "virtual", "--cases", "200", "--log", str(path))
    rows = pandas.read_csv(path) if suffix == ".csv" else pandas.read_parquet(path)
    assert rows["case:concept:name"].nunique() == 200
    assert len(rows) == round(out["figures"]["steps"]["interval"][0] * 200)


@pytest.mark.parametrize("suffix", [".svg", ".png", ".html"])
def test_simulate_writes_the_plot_and_says_where(suffix: str, tmp_path: Path, capsys: Captured) -> None:
    path = tmp_path / f"plot{suffix}"
    out = run(capsys, "simulate", "virtual", "--cases", "500", "--plot", str(path))
    assert out.endswith(f"\n\n{path}\n") and path.stat().st_size > 10_000
    assert run_json(capsys, "simulate", "virtual", "--cases", "500", "--plot", str(path))["cases"] == 500, "JSON alone"


def test_exact_prints_the_law(capsys: Captured) -> None:
    law = first_passage(orders.get("virtual"), Behaviour.default("virtual"), start=START)
    assert plain(run(capsys, "exact", "virtual", "--lang", "en")) == plain(law.summary("en"))
    assert run_json(capsys, "exact", "virtual") == json.loads(law.to_json())


def test_exact_heeds_its_options(capsys: Captured, tmp_path: Path, own_behaviour: str) -> None:
    asked = ("--policy", "statute", "--behaviour", own_behaviour, "--start", LATER, "--step", "2", "--horizon", "60")
    found = run_json(capsys, "exact", "virtual", *asked)
    assert (found["step_seconds"], found["horizon_seconds"], found["start"]) == (7_200, 60 * 86_400, LATER)
    assert found["policy"]["window_starts"] == "next_day" and found["behaviour"] != Behaviour.default("virtual").model_dump(mode="json")
    path = tmp_path / "law.svg"
    assert run(capsys, "exact", "virtual", "--step", "2", "--plot", str(path)).endswith(f"{path}\n")
    assert ILLUSTRATIVE.en in path.read_text("utf-8")


def test_exact_ranks_what_to_change(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("exact", "virtual", "--step", "12", "--horizon", "30", "--sensitivity")
    found: list[Any] = []

    def once(*arguments: Any, **more: Any) -> Any:
        assert more["step"] == timedelta(hours=12) and more["horizon"] == timedelta(days=30)
        if not found:  # it takes seconds
            found.append(sensitivity(*arguments, **more))
        return found[0]

    monkeypatch.setattr("refund_fsm.simulate.sensitivity", once)
    out = run(capsys, *asked, "--lang", "en")
    assert "the exact law" in out and "+10 %, the others scaled" in out and "complaint_days" in out
    assert plain(out).endswith(plain(found[0].summary("en")))
    shown = run_json(capsys, *asked)
    assert set(shown) == {"law", "sensitivity"} and shown["law"]["figures"]
    assert shown["sensitivity"] == json.loads(found[0].to_json())


def test_exact_ranks_the_figures_that_are_named_after_the_law_is_told(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def stopped(*_: Any, **more: Any) -> None:
        asked.append(more)
        raise KeyboardInterrupt

    monkeypatch.setattr("refund_fsm.simulate.sensitivity", stopped)
    command = ("exact", "virtual", "--sensitivity", "--lang", "en")
    assert main([*command, "--figure", "steps", "--figure", "money:p80", "--step", "6"]) == 130
    assert "the exact law" in capsys.readouterr().out, "what was known before Ctrl-C"
    assert main(list(command)) == 130 and main([*command, "--json", "--step", "6"]) == 130
    assert [one["figures"] for one in asked] == [("steps", "money:p80"), None, None]
    assert asked[0]["step"] == timedelta(hours=6) and "step" not in asked[1], "the library's own"
    out = capsys.readouterr().out
    shown = json.loads(out[out.index("{") :])
    assert shown["sensitivity"] is None and shown["law"]["figures"]


def test_compare_without_more_is_guide_and_statute_exactly(capsys: Captured) -> None:
    workflow, behaviour = orders.get("virtual"), Behaviour.default("virtual")
    laws = [first_passage(workflow, behaviour, start=START, policy=policy) for policy in (Policy.guide(), Policy.statute())]
    expected = compare(*laws)
    assert plain(run(capsys, "compare", "virtual", "--lang", "en")) == plain(expected.summary("en"))
    asked = ("--policy", "guide", "--policy", "statute")
    assert run_json(capsys, "compare", "virtual", *asked) == json.loads(expected.to_json())


def test_compare_what_differs(capsys: Captured, own_behaviour: str, tmp_path: Path) -> None:
    default = str(Behaviour.default("virtual").save(tmp_path / "default.toml"))
    coarse = ("--step", "4", "--horizon", "60")
    pairs: list[tuple[tuple[str, ...], tuple[str, str]]] = [
        (("--behaviour", default, "--behaviour", own_behaviour), ("behaviour A", "behaviour B")),
        (("--start", LATER, "--start", START.isoformat()), ("start 2026-03-12 10:00", "start 2026-02-12 10:00")),
        (("--other", "self_operated"), ("Refund, virtual goods", "Refund, self-operated")),
        (("--policy", "statute", "--start", LATER, "--start", START.isoformat()), ("start 2026-03-12 10:00", "start 2026-02-12 10:00")),
    ]
    for asked, names in pairs:
        found = run_json(capsys, "compare", "virtual", *asked, *coarse)
        assert (found["a"]["name"]["en"], found["b"]["name"]["en"])[0] == names[0]
        assert found["b"]["name"]["en"].startswith(names[1].partition(",")[0])
        assert found["exact"] is True and (found["a"]["step_hours"], found["a"]["horizon_days"]) == (4, 60)
    once = run_json(capsys, "compare", "virtual", *pairs[3][0], *coarse)
    assert once["a"]["policy"] == once["b"]["policy"] and once["a"]["policy"]["window_starts"] == "next_day", "once holds for both"


def test_compare_by_simulation(capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "two.svg"
    found = run_json(capsys, "compare", "third_party", "--cases", "2000", "--seed", "3", "--plot", str(path))
    assert found["exact"] is False and found["a"]["ranges"] == found["b"]["ranges"] == [[3, 0, 2000]]
    assert "policy statute" in path.read_text("utf-8")
    assert run(capsys, "compare", "third_party", "--cases", "2000", "--plot", str(path)).endswith(f"{path}\n")


def test_the_commands_are_in_the_help_and_load_little(capsys: Captured) -> None:
    shown = run(capsys, "--help")
    for name in ("simulate", "exact", "compare", "behaviour", "export"):
        assert re.search(rf"^  {name} ", shown, re.MULTILINE)
    loaded = "print(sorted({'numpy', 'rich', 'numba'} & set(sys.modules)))"
    code = f"import sys; from refund_fsm.cli import main; main(['simulate', '--help']); {loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.rstrip().endswith("[]")
