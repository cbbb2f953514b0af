"""The event log of a sample: what happened, whole or partial, never in the place of an old one before it is done."""

from __future__ import annotations

import csv
import os
import stat
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, Workflow, export
from refund_fsm.eventlog import COLUMNS
from refund_fsm.simulate import Behaviour, play_case, simulate
from refund_fsm.simulate.sample import population
from tests.disks import full_after
from tests.simulate.sample.playing import DEFAULT, VIRTUAL, played
from tests.simulate.simulated import START
from tests.workflows import OURS


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_log_is_what_happened(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"log{suffix}"
    found = played(cases=400, log=path, workers=2)
    assert found == played(cases=400)
    rows = _rows(path)
    assert tuple(rows[0]) == COLUMNS and sum(found.rule_counts.values()) == len(rows)
    cases = [int(row["case:concept:name"]) for row in rows]
    assert cases == sorted(cases) and set(cases) <= set(range(400))
    for number in (0, 17, 399):
        mine = [row for row in rows if int(row["case:concept:name"]) == number]
        case = play_case(VIRTUAL, DEFAULT, case=number, seed=7, start=START)
        assert [(row["rule"], row["concept:name"], row["org:resource"], row["state"]) for row in mine] == [
            (step.rule.id, step.event, step.by, step.dest.key) for step in case.steps
        ]
        assert [_stamp(row) for row in mine] == [step.at.isoformat() for step in case.steps]
        assert {int(row["amount"]) for row in mine} == {case.amount_fen}
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    from pyarrow import parquet

    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows


def _stamp(row: dict[str, Any]) -> str:
    value = row["time:timestamp"]
    return f"{value[:10]}T{value[11:19]}+08:00" if isinstance(value, str) else str(value.isoformat())


@pytest.mark.parametrize("workflow", OURS.values(), ids=OURS)
def test_pm4py_finds_every_finished_case_fitting(workflow: Workflow, tmp_path: Path) -> None:
    pm4py = pytest.importorskip("pm4py")
    behaviour = Behaviour.default(workflow.key)
    path, net_path = tmp_path / "log.parquet", tmp_path / "net.pnml"
    found = simulate(workflow, behaviour, cases=150, seed=3, start=START, log=path)
    assert found.outcomes["open"].value == 0
    net_path.write_text(export.render(workflow, "pnml"), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pandas

        frame = pandas.read_parquet(path)
        assert frame["case:concept:name"].nunique() == 150
        net, initial, final = pm4py.read_pnml(str(net_path))
        aligned = pm4py.conformance_diagnostics_alignments(frame, net, initial, final, multi_processing=False)
        assert len(aligned) == 150 and all(one["fitness"] == 1.0 for one in aligned)
        broken = frame[frame["case:concept:name"] == "0"].iloc[:-1]
        assert pm4py.conformance_diagnostics_alignments(broken, net, initial, final)[0]["fitness"] < 1.0


def test_an_interrupt_leaves_what_is_known(tmp_path: Path) -> None:
    """Ctrl-C: a partial result, its log under another name and readable, nothing under the final one."""
    path = tmp_path / "log.csv"

    def stop(done: int, _: int) -> None:
        if done >= 2 * population.LOGGED_TASK:
            raise KeyboardInterrupt

    found = played(cases=10**6, log=path, progress=stop)
    assert found.partial and found.cases == 2 * population.LOGGED_TASK and found.asked == 10**6
    assert [one.name for one in tmp_path.iterdir()] == ["log.partial.csv"]
    assert int(_rows(tmp_path / "log.partial.csv")[-1]["case:concept:name"]) == found.cases - 1
    assert found == replace(played(cases=found.cases), asked=10**6)


def test_an_error_leaves_the_old_log_alone(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    path.write_text("old")

    def fail(*_: int) -> None:
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        played(log=path, progress=fail)
    assert path.read_text() == "old" and [one.name for one in tmp_path.iterdir()] == ["log.parquet"]


@pytest.mark.parametrize("size", [0, 3, 50_000])
@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_full_disk_leaves_the_old_log_alone(suffix: str, size: int, tmp_path: Path) -> None:
    path = tmp_path / f"log{suffix}"
    path.write_text("old")
    with full_after(size), pytest.raises(BadData, match=r"log: .*a place that can be written \(.*File too large"):
        played(cases=20_000, log=path)
    assert path.read_text() == "old" and [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_link_to_a_log_is_followed_and_stays(tmp_path: Path) -> None:
    (tmp_path / "far").mkdir()
    (tmp_path / "log.csv").symlink_to("far/book.csv")
    played(cases=10, log=tmp_path / "log.csv")
    assert (tmp_path / "log.csv").is_symlink() and _rows(tmp_path / "far" / "book.csv")

    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    assert played(cases=10**6, log=tmp_path / "log.csv", progress=stop).partial
    assert sorted(one.name for one in (tmp_path / "far").iterdir()) == ["book.csv", "book.partial.csv"]


@pytest.mark.parametrize("name", ["log.csv", "log.partial.csv"])
def test_a_log_takes_no_place_that_is_no_file(name: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / name)
    with pytest.raises(BadData, match=r"log: .*it is a named pipe"):
        played(cases=10, log=tmp_path / "log.csv")
    assert stat.S_ISFIFO((tmp_path / name).stat().st_mode) and len(list(tmp_path.iterdir())) == 1
