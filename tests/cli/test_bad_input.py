"""Bad input of the commands about many cases is one line that names the option."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from refund_fsm import MissingPart
from tests.cli.calling import Captured, fails

NO_WHOLE = ("5.0", "1e3", "1_000", "+5", "５", "0x10", "True", "5,000")  # some of them are one to some version of typer
NO_ISO = ("2026", "20260212", "1770861600", "2026-W07-4", "20260212T1000", "2026-02-12T10", "２０２６-02-12", "2026-02-30")
STEP = "expected a number of hours: whole seconds that divide a day"
HORIZON = "expected a number of days: from one step to 3,650 days"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("simulate virtual --cases 0", "--cases: 0; expected a whole number from 1"),
        ("simulate virtual --cases many", "--cases: 'many'; expected a whole number"),
        ("simulate virtual --cases 1e5", "--cases: '1e5'; expected a whole number"),
        ("simulate virtual --cases 5.0", "--cases: '5.0'; expected a whole number"),
        ("compare virtual --cases x", "--cases: 'x'; expected a whole number"),
        ("simulate virtual --workers 2.5", "--workers: '2.5'; expected a whole number"),
        ("paths virtual --extra-states x", "--extra-states: 'x'; expected a whole number"),
        ("exact virtual --horizon 10^9", "--horizon: '10^9'; expected a number of days"),
        ("export virtual --to prism --step abc", "--step: 'abc'; expected a number of hours"),
        ("draw virtual --view up", "--view: 'up'; expected 'full' or 'spine'"),
        *((f"simulate virtual --cases {one}", f"--cases: {one!r}; expected a whole number") for one in NO_WHOLE),
        ("simulate virtual --seed 1.0", "--seed: '1.0'; expected a whole number"),
        ("simulate virtual --workers 2.0", "--workers: '2.0'; expected a whole number"),
        ("compare virtual --cases 5.0", "--cases: '5.0'; expected a whole number"),
        ("compare virtual --cases 5 --seed 1.0", "--seed: '1.0'; expected a whole number"),
        *((f"exact virtual --start {one}", f"--start: {one!r}; expected an instant such as 2026-02-12T10:00, or a date") for one in NO_ISO),
        ("draw --case shop_window_missed_by_a_minute --at 20260212", "--at: '20260212'; expected an instant such as"),
        ("simulate virtual --seed -1", "--seed: -1; expected a whole number from 0"),
        ("simulate virtual --workers 0", "--workers: 0; expected a whole number from 1"),
        ("simulate virtual --workers 9999", "--workers: 9999; expected"),
        ("simulate virtual --start soon", "--start: 'soon'; expected an instant such as"),
        ("simulate virtual --start 2250-01-01T00:00:00+08:00", "--start: '2250"),
        ("simulate virtual --policy lax", "--policy: 'lax'; expected guide or statute"),
        ("simulate virtual --behaviour none.toml", "--behaviour: 'none.toml'; expected a readable TOML file"),
        ("simulate virtual --log log.txt", "--log: 'log.txt'; expected a file whose name ends in .parquet or .csv"),
        ("simulate virtual --log none/log.csv", "--log: 'none/log.csv'; expected a place that can be written"),
        ("simulate virtual --plot plot.pdf", "--plot: 'plot.pdf'; expected a name that ends in .svg"),
        ("simulate virtual --plot none/plot.svg", "--plot: 'none/plot.svg'; expected a place that can be written"),
        ("simulate gift", "'gift'; expected one of self_operated"),
        ("simulate virtual --lang fr", "--lang: 'fr'; expected 'both' or 'zh' or 'en'"),
        ("--lang fr orders", "--lang: 'fr'; expected 'both' or 'zh' or 'en'"),
        ("exact virtual --step 7", f"--step: 7; {STEP}"),
        ("exact virtual --step 0", f"--step: 0; {STEP}"),
        ("exact virtual --step -1", f"--step: -1; {STEP}"),
        ("exact virtual --step 0.0001", f"--step: 0.0001; {STEP}"),
        ("exact virtual --sensitivity --step 0", f"--step: 0; {STEP}"),
        ("compare virtual --step 0", f"--step: 0; {STEP}"),
        ("exact virtual --step nan", "--step: nan; expected a number of hours"),
        ("exact virtual --step 0.25 --horizon 3650", "--step: 0.25; expected a number of hours: a step of which at most 200,000"),
        ("exact virtual --horizon -1", f"--horizon: -1; {HORIZON}"),
        ("exact virtual --horizon 0.001", f"--horizon: 0.001; {HORIZON}"),
        ("exact virtual --horizon 4000", f"--horizon: 4000; {HORIZON}"),
        ("exact virtual --horizon 1e99", f"--horizon: 1e+99; {HORIZON}"),
        ("exact virtual --horizon inf", f"--horizon: inf; {HORIZON}"),
        ("paths virtual --cover foo", "--cover: 'foo'; expected one of states"),
        ("paths virtual --cover w --extra-states 99", "--extra-states: 99; expected a whole number from 0 to 3"),
        ("paths virtual --extra-states 2", "--extra-states: 2; expected 0"),
        ("draw --case . -o x.svg", "--case: '.'; expected a readable TOML file (it is a folder)"),
        ("draw virtual -o x.svg/", "--output: 'x.svg/'; expected a folder's name, or a file's without / at its end"),
        ("advise virtual_support_overdue --at 2020-01-01", ": --at: '2020-01-01T00:00:00+08:00'; expected not before order.paid_at"),
        ("exact virtual --plot x.gif", "--plot: 'x.gif'"),
        ("compare virtual --policy guide", "--policy: 'guide'; expected something that differs"),
        ("compare virtual --policy guide --policy guide", "expected something that differs"),
        ("compare virtual --policy guide --policy statute --policy guide", "--policy: 'guide'; expected --policy once for both, or twice"),
        ("compare virtual --seed 3", "--seed: 3; expected --cases beside it"),
        ("compare virtual --cases 10 --step 2", "--step: 2; expected no --cases beside it"),
        ("compare virtual --other gift", "'gift'"),
        ("behaviour virtual --toml --json", "--toml: True; expected no --json beside it"),
        ("export virtual --to pnml --step 2", "--step: 2; expected --to prism beside it, not --to pnml"),
        ("export virtual --to pnml --behaviour x.toml", "--behaviour: 'x.toml'; expected --to prism beside it, not --to pnml"),
        ("exact virtual --figure steps", "--figure: 'steps'; expected --sensitivity beside it"),
        ("exact virtual --sensitivity --figure speed", "--figure: 'speed'; expected one of"),
        ("exact third_party --sensitivity --figure statutory", "--figure: 'statutory'; expected a figure of the law"),
        ("export virtual --to prism --step 7", "--step: 7; expected a number of hours: a length that divides 24 h"),
        ("export virtual --to prism --step 0", "--step: 0; expected a number of hours: a length that divides 24 h"),
        ("export tests.exchange:WORKFLOW --to prism --step 0", "--behaviour: None; expected a file"),
        ("export virtual --to svg", "--to: 'svg'"),
    ],
)
def test_bad_input_is_one_line_that_names_the_option(
    arguments: str, told: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    line = fails(capsys, *arguments.split())
    assert told in line and not re.search(r"timedelta|datetime|Value error|Input should|Invalid value", line), line
    assert list(tmp_path.iterdir()) == [], "nothing is left"


@pytest.mark.parametrize(
    "command",
    ["simulate virtual --cases 9", "check virtual", "draw virtual -o x.svg", "export virtual --to pnml", "paths virtual", "exact virtual"],
)
def test_a_days_file_that_cannot_be_read_is_told_with_the_policy_file(
    command: str, capsys: Captured, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for given, told in (("no.toml", "days_file: 'no.toml'; expected a readable TOML file"), ("", "days_file: ''; expected the name of a")):
        Path("policy.toml").write_text(f'days_file = "{given}"\n')
        line = fails(capsys, *command.split(), "--policy", "policy.toml")
        assert re.match(r"refund-fsm: --policy(:| policy\.toml:) ", line) and told in line
    assert [path.name for path in tmp_path.iterdir()] == ["policy.toml"]


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
    assert 'pip install "matplotlib<4,>=3.9"' in told

    def missing(*_: object, **__: object) -> None:
        raise MissingPart("pip install it")

    monkeypatch.setattr("refund_fsm.simulate.simulate", missing)
    assert fails(capsys, "simulate", "virtual", code=3) == "refund-fsm: pip install it\n"
