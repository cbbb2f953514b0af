"""The event log of a sample: what happened, whole or partial, never in the place of an old one before it is done."""

from __future__ import annotations

import csv
import os
import stat
import warnings
from collections import Counter
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyarrow import parquet

from refund_fsm import BadData, Workflow, export, orders
from refund_fsm.eventlog import CASE_COLUMNS, COLUMNS, CaseColumns, EventLog, Rows, case_id
from refund_fsm.simulate import Behaviour, Triangular, play_case, simulate
from refund_fsm.simulate.sample import population
from tests.disks import full_after
from tests.simulate.sample.playing import DEFAULT, VIRTUAL, played
from tests.simulate.simulated import START
from tests.workflows import OURS

FACTS_OF = 60  # cases whose facts are looked at


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_the_log_is_what_happened(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"log{suffix}"
    found = played(cases=400, log=path, workers=2)
    assert found == played(cases=400)
    rows = _rows(path)
    facts = [f"case:{one.name}" for one in VIRTUAL.fact_fields]
    assert list(rows[0]) == [*COLUMNS, *CASE_COLUMNS, *facts] and sum(found.rule_counts.values()) == len(rows)
    cases = [row["case:concept:name"] for row in rows]
    assert cases == sorted(cases) and set(cases) <= {case_id(number) for number in range(400)}
    for number in (0, 17, 399):
        mine = [row for row in rows if row["case:concept:name"] == f"C{number:09d}"]
        case = play_case(VIRTUAL, DEFAULT, case=number, seed=7, start=START)
        assert [(row["rule"], row["concept:name"], row["org:resource"], row["state"]) for row in mine] == [
            (step.rule.id, step.event, step.by, step.dest.key) for step in case.steps
        ]
        assert [_stamp(row) for row in mine] == [step.at.isoformat() for step in case.steps]
        assert {int(row[name]) for row in mine for name in ("amount", "case:amount_fen")} == {case.amount_fen}
        assert {(row["case:order_type"], row["case:policy"]) for row in mine} == {("virtual", "guide")}
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("key", ["self_operated", "third_party", "virtual"])
def test_the_facts_of_a_case_are_those_when_it_was_filed(key: str, tmp_path: Path) -> None:
    """Held against cases played by the library, whose first filing derives the facts at its instant: of those who hesitate for days some
    file other facts than they opened with."""
    workflow, default = orders.get(key), Behaviour.default(key)
    slow = Triangular(unit="hours", least=1.0, mode=20.0, most=400.0)
    first = workflow.initial.key
    rows = tuple(one.model_copy(update={"delay": slow}) if one.state == first and one.delay else one for one in default.choices)
    behaviour = default.model_copy(update={"choices": rows})
    simulate(workflow, behaviour, cases=FACTS_OF, seed=3, start=START, log=tmp_path / "log.parquet")
    told = {row["case:concept:name"]: row for row in _rows(tmp_path / "log.parquet")}
    seen: Counter[bool] = Counter()
    for number in range(FACTS_OF):
        case = play_case(workflow, behaviour, case=number, seed=3, start=START)
        if not case.steps:  # a log has no case without events
            assert case_id(number) not in told
            continue
        filed = next((step.at for step in case.steps if step.rule.event.files), START)
        facts, opened = (workflow.derive(case.order, case.request, at, case.policy) for at in (filed, START))
        assert {one.name: told[case_id(number)][f"case:{one.name}"] for one in workflow.fact_fields} == asdict(facts)
        seen[facts != opened] += 1
    assert min(seen[True], seen[False]) > 3, seen


def test_columns_keep_their_types_and_case_numbers_their_order(tmp_path: Path) -> None:
    """A fact named as a column is called has one of its own; case numbers of any size are text that sorts as they do."""
    cases = CaseColumns("toy", "guide", {"policy": ((1, 2), (2, 1)), "mixed": ((1, "x"), (1, "x")), "yes": ((False, True), (True, True))})
    last = 10**12
    rows = Rows(*(np.array(one, np.int64) for one in ((9, 10, last), (0, 1, 2), (0, 0, 0), (5, 5, 5))))
    with EventLog.to(tmp_path / "log.parquet", VIRTUAL, START, cases, last) as log:
        assert log is not None
        log.write(rows, np.array((0, 1, 1)))
    found = parquet.read_table(tmp_path / "log.parquet")
    assert found.column("case:concept:name").to_pylist() == ["C0000000000009", "C0000000000010", "C1000000000000"]
    told = {
        name: (str(found.schema.field(f"case:{name}").type), found.column(f"case:{name}").to_pylist())
        for name in ("fact_policy", *cases.facts)
    }
    assert told == {
        "fact_policy": ("int64", [2, 1, 1]),
        "policy": ("string", ["guide"] * 3),
        "mixed": ("string", ["1", "x", "x"]),
        "yes": ("bool", [True, True, True]),
    }


def _rows(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    rows: list[dict[str, Any]] = parquet.read_table(path).to_pylist()
    return rows


def _stamp(row: dict[str, Any]) -> str:
    value = row["time:timestamp"]
    return value if isinstance(value, str) else str(value.isoformat())


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
        broken = frame[frame["case:concept:name"] == "C000000000"].iloc[:-1]
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
    assert _rows(tmp_path / "log.partial.csv")[-1]["case:concept:name"] == case_id(found.cases - 1)
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
