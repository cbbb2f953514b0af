"""The commands about many cases: what they print and write, how they are interrupted, and what they refuse."""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import MissingPart, Policy, orders
from refund_fsm.cli.app import main
from refund_fsm.cli.questions import CASES, SEED, START
from refund_fsm.simulate import Behaviour, Fixed, Result, compare, first_passage, sensitivity, simulate
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from tests.cli.test_cli import HAN, Captured, fails, run, run_json
from tests.places import ROOT
from tests.simulate import many

LATER = "2026-03-12T10:00:00+08:00"
LONGEST = 60  # seconds of any command
EVERY = pytest.mark.parametrize("key", orders.keys())


def plain(text: str) -> str:
    """A text without the spaces that fill up its lines."""
    return "\n".join(line.rstrip() for line in text.split("\n"))


@pytest.fixture
def own_behaviour(tmp_path: Path) -> str:
    """A file in which complaints take ten times as long."""
    return str(Behaviour.default("virtual").changed(event="complain", delay=10.0).save(tmp_path / "own.toml"))


# 1. simulate
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
    assert START.isoformat() in re.sub(r"\s+", "", shown)
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


# 2. exact
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


# 3. compare
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


# 4. behaviour
@EVERY
def test_every_row_is_assumed_or_cites_something(key: str, capsys: Captured) -> None:
    found = run_json(capsys, "behaviour", key)
    behaviour = Behaviour.default(key)
    told = [one["says"]["zh"] for one in (*found["assumed"], *found["cited"])]
    assert len(set(told)) == len(told), "rows can be told apart"
    places = [one["place"] for one in (*found["assumed"], *found["cited"])]
    rows = [f"mix[{place}]" for place in range(len(behaviour.mix))] + [f"choices[{place}]" for place in range(len(behaviour.choices))]
    assert sorted(places) == sorted(["amount", *rows])
    assert any("A13" in one["cites"] for one in found["cited"]), "the guide's payout"
    out = run(capsys, "behaviour", key)
    assert all(re.search(rf"^{re.escape(place)} ", out, re.MULTILINE) for place in places)
    assert ILLUSTRATIVE.zh in out and ILLUSTRATIVE.en in out


@EVERY
def test_a_behaviour_is_said_in_the_language_asked_for(key: str, capsys: Captured) -> None:
    out = run(capsys, "behaviour", key, "--lang", "zh")
    words = set(re.findall(r"[A-Za-z_]{2,}", out)) - {"mix", "choices", "amount"}
    assert {word for word in words if not re.fullmatch(r"A\d+", word)} == set()
    assert not HAN.search(run(capsys, "behaviour", key, "--lang", "en"))


def test_a_behaviour_says_insurance_conditions_and_who_does_nothing(capsys: Captured) -> None:
    out = run(capsys, "behaviour", "third_party", "--lang", "en")
    for line in (
        r"mix\[3\] .*signed for, Evidence attached = no, freight insurance",
        r"choices\[16\] .*approve the refund \(Evidence attached = yes\), weight 80, takes uniform 1–2 working days",
        r"choices\[7\] .*“Negotiating”: merchant does nothing, weight 40",
    ):
        assert re.search(line, out), line


@EVERY
def test_the_file_to_start_from_is_the_behaviour(key: str, capsys: Captured, tmp_path: Path) -> None:
    path = tmp_path / "start.toml"
    path.write_text(run(capsys, "behaviour", key, "--toml"), encoding="utf-8")
    assert Behaviour.from_file(path) == Behaviour.default(key)
    again = run(capsys, "behaviour", key, "--toml", "--behaviour", str(path))
    assert again == path.read_text("utf-8")


# 5. export
def test_export_hands_behaviour_and_step_on(capsys: Captured, tmp_path: Path) -> None:
    assert "<pnml" in run(capsys, "export", "virtual", "--to", "pnml")
    path = tmp_path / "chain.toml"
    Behaviour.default("virtual").save(path)
    day = run(capsys, "export", "virtual", "--to", "prism")
    half = run(capsys, "export", "virtual", "--to", "prism", "--step", "12")
    assert day.startswith(("//", "dtmc")) and day != half
    assert run(capsys, "export", "virtual", "--to", "prism", "--behaviour", str(path)) == day, "put on the lattice just so"
    own = run(capsys, "export", "virtual", "--to", "prism", "--behaviour", str(path), "--step", "12")
    assert own == half


def test_export_names_the_option_of_what_does_not_fit(capsys: Captured, tmp_path: Path) -> None:
    base, path = Behaviour.default("virtual"), tmp_path / "long.toml"
    row = next(row for row in base.choices if row.delay is not None)
    place = base.choices.index(row)
    long = row.model_copy(update={"delay": Fixed(value=1e9, unit="days")})
    base.model_copy(update={"choices": (*base.choices[:place], long, *base.choices[place + 1 :])}).save(path)
    told = fails(capsys, "export", "virtual", "--to", "prism", "--behaviour", str(path))
    assert f"--behaviour {path}: choices[{place}].delay" in told
    told = fails(capsys, "export", "tests.exchange:WORKFLOW", "--to", "prism")
    assert "--behaviour: None; expected a file: no behaviour ships for exchange" in told


# 6. Bad input
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("simulate virtual --cases 0", "--cases: 0; expected a whole number from 1"),
        ("simulate virtual --cases many", "--cases"),
        ("simulate virtual --seed -1", "--seed: -1; expected a whole number from 0"),
        ("simulate virtual --workers 0", "--workers: 0; expected a whole number from 1"),
        ("simulate virtual --workers 9999", "--workers: 9999; expected"),
        ("simulate virtual --start 2026-02-12", "--start: '2026-02-12'; expected a datetime with a time zone"),
        ("simulate virtual --start soon", "--start: 'soon'; expected an instant such as"),
        ("simulate virtual --start 2250-01-01T00:00:00+08:00", "--start: '2250"),
        ("simulate virtual --policy lax", "--policy: 'lax'; expected guide or statute"),
        ("simulate virtual --behaviour none.toml", "--behaviour: 'none.toml'; expected a readable TOML file"),
        ("simulate virtual --log log.txt", "--log: 'log.txt'; expected a file whose name ends in .parquet or .csv"),
        ("simulate virtual --log none/log.csv", "--log: 'none/log.csv'; expected a file that can be written"),
        ("simulate virtual --plot plot.pdf", "--plot: 'plot.pdf'; expected a name that ends in .svg"),
        ("simulate virtual --plot none/plot.svg", "--plot: 'none/plot.svg'; expected a place that can be written"),
        ("simulate gift", "'gift'; expected one of self_operated"),
        ("simulate virtual --lang fr", "--lang"),
        ("exact virtual --step 7", "--step: "),
        ("exact virtual --step 0", "--step: "),
        ("exact virtual --step nan", "--step: nan"),
        ("exact virtual --horizon -1", "--horizon: "),
        ("exact virtual --horizon 1e99", "--horizon: 1e+99"),
        ("exact virtual --plot x.gif", "--plot: 'x.gif'"),
        ("compare virtual --policy guide", "--policy: 'guide'; expected something that differs"),
        ("compare virtual --policy guide --policy guide", "expected something that differs"),
        ("compare virtual --policy guide --policy statute --policy guide", "--policy: 'guide'; expected --policy once for both, or twice"),
        ("compare virtual --seed 3", "--seed: 3; expected --cases beside it"),
        ("compare virtual --cases 10 --step 2", "--step: 2.0; expected no --cases beside it"),
        ("compare virtual --other gift", "'gift'"),
        ("behaviour virtual --toml --json", "--toml: True; expected no --json beside it"),
        ("export virtual --to pnml --step 2", "--step: "),
        ("exact virtual --figure steps", "--figure: 'steps'; expected --sensitivity beside it"),
        ("exact virtual --sensitivity --figure speed", "--figure: 'speed'; expected one of"),
        ("exact third_party --sensitivity --figure statutory", "--figure: 'statutory'; expected a figure of the law"),
        ("export virtual --to prism --step 7", "--step: "),
        ("export virtual --to svg", "--to: 'svg'"),
    ],
)
def test_bad_input_is_one_line_that_names_the_option(
    arguments: str, told: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert told in fails(capsys, *arguments.split())
    assert list(tmp_path.iterdir()) == [], "nothing is left"


@pytest.mark.parametrize(
    ("found", "put", "told"),
    [
        ('event = "reject"', 'event = "rejoice"', "event: 'rejoice'; expected an event that somebody has in reviewing"),
        ("weight = 99", "weight = -1", "weight: -1; expected a number from 0"),
        ('order_type = "virtual"', 'order_type = "third_party"', "behaviour.order_type: 'third_party'; expected 'virtual'"),
        ('reason = "wrong_purchase"', 'reason = "whim"', "reason: 'whim'; expected one of"),
        ("choices = [", "choices = ", "valid TOML"),
    ],
)
def test_a_bad_behaviour_is_told_with_file_and_place(found: str, put: str, told: str, tmp_path: Path, capsys: Captured) -> None:
    from refund_fsm.simulate.behaviour.behaviour import SHIPPED

    text = (SHIPPED / "virtual.toml").read_text("utf-8")
    assert found in text
    path = tmp_path / "bad.toml"
    path.write_text(text.replace(found, put), encoding="utf-8")
    for command in ("simulate", "exact", "behaviour"):
        line = fails(capsys, command, "virtual", "--behaviour", str(path))
        assert line.startswith("refund-fsm: --behaviour") and str(path) in line and told in line


def test_a_missing_part_is_3(monkeypatch: pytest.MonkeyPatch, capsys: Captured, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    told = fails(capsys, "simulate", "virtual", "--cases", "10", "--plot", str(tmp_path / "x.svg"), code=3)
    assert 'pip install "refund-fsm[plot]"' in told

    def missing(*_: object, **__: object) -> None:
        raise MissingPart("pip install it")

    monkeypatch.setattr("refund_fsm.simulate.simulate", missing)
    assert fails(capsys, "simulate", "virtual", code=3) == "refund-fsm: pip install it\n"


# 7. Progress and Ctrl-C
class Terminal:
    """A command whose stderr is a terminal, and whose stdout is a pipe."""

    def __init__(self, *arguments: str) -> None:
        self.end, end = pty.openpty()
        environment = {**os.environ, "TERM": "xterm", "COLUMNS": "140", "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "refund_fsm", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=end, env=environment)
        os.close(end)
        self.err = ""
        self._out: list[bytes] = []
        self._reader = threading.Thread(target=self._read_out)  # or a full pipe would stop the command
        self._reader.start()
        self._watch = threading.Timer(LONGEST, self.process.kill)  # what heeds no Ctrl-C would go on for days
        self._watch.start()

    def _read_out(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as out:
            self._out.append(out.read())

    def read(self) -> bool:
        """Reads what is there; False at the end."""
        try:
            data = os.read(self.end, 65_536)
        except OSError as error:
            if error.errno != errno.EIO:  # how Linux says that the other side is closed
                raise
            data = b""
        self.err += data.decode(errors="replace")
        return bool(data)

    def until(self, pattern: str) -> None:
        """Reads until stderr shows the pattern."""
        while not re.search(pattern, self.err):
            assert self.read(), f"ended without {pattern!r}: {self.err[-500:]}"

    def ended(self) -> tuple[int, str]:
        """Exit code and stdout."""
        while self.read():
            pass
        os.close(self.end)
        self._reader.join()
        self._watch.cancel()
        return self.process.wait(60), b"".join(self._out).decode()


def test_a_terminal_shows_progress_with_rate_and_time_left() -> None:
    terminal = Terminal("simulate", "virtual", "--cases", "600000", "--lang", "en")
    code, out = terminal.ended()
    shown = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.err)
    assert code == 0 and out.startswith("Refund, virtual goods: simulation\n")
    assert re.search(r"100% 600,000 / 600,000 cases, [\d,]+/s 0:\d\d:\d\d < 0:00:00", shown), shown[-500:]
    assert "/s" not in out and "━" not in out


def test_a_pipe_shows_none() -> None:
    command = [sys.executable, "-m", "refund_fsm", "simulate", "virtual", "--cases", "300000", "--lang", "en"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, check=True)
    assert done.stderr == "" and "300,000" in done.stdout


def test_ctrl_c_ends_with_what_is_known_marked_partial_and_keeps_the_log(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")  # of the extra `test`
    log, plot = tmp_path / "log.parquet", tmp_path / "plot.svg"
    log.write_bytes(b"an earlier one")
    asked = ("--cases", "1000000000", "--log", str(log), "--plot", str(plot), "--lang", "both")
    terminal = Terminal("simulate", "virtual", *asked)
    terminal.until(r" [1-9][\d,]* / 1,000,000,000 cases, ")
    terminal.process.send_signal(signal.SIGINT)
    code, out = terminal.ended()
    assert code == 130
    (played,) = re.findall(r"partial: ([\d,]+) cases of the 1,000,000,000 asked for", out)
    assert "部分结果" in out and "Main figures" in out
    assert f"refund-fsm: interrupted after {played} of 1,000,000,000 cases; the log so far is" in terminal.err
    assert "Traceback" not in terminal.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["log.parquet", "log.partial.parquet", "plot.partial.svg"]
    assert log.read_bytes() == b"an earlier one"
    rows = pandas.read_parquet(tmp_path / "log.partial.parquet")
    assert rows["case:concept:name"].nunique() == int(played.replace(",", ""))
    assert "部分结果" in (tmp_path / "plot.partial.svg").read_text("utf-8")


def test_ctrl_c_as_json_is_whole_json_that_says_partial() -> None:
    terminal = Terminal("simulate", "virtual", "--cases", "1000000000", "--workers", "2", "--json")
    terminal.until(r" [1-9][\d,]* / 1,000,000,000 cases, ")
    terminal.process.send_signal(signal.SIGINT)
    code, out = terminal.ended()
    found = json.loads(out)
    assert code == 130 and found["partial"] is True and 0 < found["cases"] < 10**9
    cases = found["cases"]
    again = simulate(orders.get("virtual"), Behaviour.default("virtual"), cases=cases, seed=SEED, start=START)
    assert found["sums"] == json.loads(again.to_json())["sums"], "what was played before is what would have been"


def test_ctrl_c_in_a_comparison_prints_nothing() -> None:
    terminal = Terminal("compare", "virtual", "--cases", "1000000000")
    terminal.until(r"1 / 2 .* [1-9][\d,]* / 1,000,000,000 cases, ")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.ended() == (130, "")


def test_the_commands_are_in_the_help_and_load_little(capsys: Captured) -> None:
    shown = run(capsys, "--help")
    for name in ("simulate", "exact", "compare", "behaviour", "export"):
        assert re.search(rf"^  {name} ", shown, re.MULTILINE)
    loaded = "print(sorted({'numpy', 'rich', 'numba'} & set(sys.modules)))"
    code = f"import sys; from refund_fsm.cli import main; main(['simulate', '--help']); {loaded}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.rstrip().endswith("[]")
