"""The command `replay`: a page from an event log in each of its forms, or simulated; and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_fsm import diagram, eventlog
from tests.cli.calling import Captured, fails, run
from tests.simulate.sample.playing import played


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_log_is_replayed(tmp_path: Path, capsys: Captured, suffix: str) -> None:
    log, page = tmp_path / f"log{suffix}", tmp_path / "page.html"
    played(cases=40, log=log)
    assert run(capsys, "replay", str(log), "-o", str(page), "--cases", "7", "--lang", "en") == f"{page}\n"
    cases = eventlog.read(log)
    assert page.read_text("utf-8") == diagram.replay(cases.workflow, cases, cases=7, lang="en").html


def test_simulated_cases_are_replayed(tmp_path: Path, capsys: Captured) -> None:
    page = tmp_path / "page.html"
    run(capsys, "replay", "--simulate", "virtual", "--cases", "3", "--seed", "7", "-o", str(page))
    html = page.read_text("utf-8")
    assert '"SIM-7-2"' in html and "SIM-7-3" not in html and "illustrative" in html


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", "FILE: None; expected the name of an event log"),
        ("log.csv --simulate virtual", "FILE: 'log.csv'; expected"),
        ("none.csv", "FILE: 'none.csv'; expected a file that can be read"),
        ("log.csv --start 2026-01-01", "--start: '2026-01-01'; expected --simulate beside it"),
        ("log.csv --policy statute", "--policy: 'statute'; expected that of the log: guide"),
        ("log.csv --order-type third_party", "case:order_type: 'virtual'; expected third_party"),
        ("--simulate virtual --order-type virtual", "--order-type: 'virtual'; expected a FILE beside it"),
        ("log.csv --cases 0", "--cases: 0; expected a whole number from 1 to 2,000"),
        ("log.csv --cases few", "--cases: 'few'; expected a whole number"),
        ("log.csv -o page.svg", "--output: 'page.svg'; expected a name that ends in .html"),
        ("log.csv -o none/page.html", "--output: 'none/page.html'; expected a place that can be written"),
    ],
)
def test_what_cannot_be_replayed(arguments: str, told: str, log: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured) -> None:
    monkeypatch.chdir(log.parent)
    assert told in fails(capsys, "replay", *arguments.split())


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("log") / "log.csv"
    played(cases=3, log=path)
    return path
