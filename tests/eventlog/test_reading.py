"""An event log is read again as it was written: the same steps, the same limits passed; and what is no such log is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, Policy, RefundCase, eventlog, orders
from refund_fsm.eventlog import LoggedCase, LoggedStep
from refund_fsm.scenario import find, load, play, shipped
from refund_fsm.simulate import play_case
from tests.simulate.sample.playing import DEFAULT, VIRTUAL, played
from tests.simulate.simulated import START

CASES = 150


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same cases in each format."""
    found = {suffix: tmp_path_factory.mktemp("log") / f"log{suffix}" for suffix in (".parquet", ".csv")}
    for path in found.values():
        played(cases=CASES, log=path)
    return found


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_a_log_tells_what_was_played(written: dict[str, Path], suffix: str) -> None:
    log = eventlog.read(written[suffix])
    assert log.workflow is VIRTUAL and log.policy == Policy.guide()
    passed = 0
    for case in log:
        told = play_case(VIRTUAL, DEFAULT, case=int(case.case_id[1:]), seed=7, start=START)
        assert [(step.at, step.rule.id) for step in case.steps] == [(step.at, step.rule.id) for step in told.steps]
        assert [(one.at, one.limit) for one in case.breaches()] == [(one.at, one.limit) for one in told.breaches()]
        passed += len(case.breaches())
    assert passed > 0
    assert log.now == max(step.at for case in log for step in case.steps) == log[-1].now
    assert [case.case_id for case in log[2:4]] == [log[2].case_id, log[3].case_id]


@pytest.mark.parametrize("name", shipped())
def test_limits_passed_are_those_of_the_case(name: str) -> None:
    """Of cases played by the library: limits that are counted together, go on as others, and are passed anew."""
    case = play(load(find(name))).case
    if not case.steps or case.news or case.moves:
        pytest.skip("news is told to a case, not to a log")
    assert [(one.limit, one.at) for one in logged(case).breaches()] == [(one.limit, one.at) for one in case.breaches()]


def logged(case: RefundCase) -> LoggedCase:
    steps = [LoggedStep(step.at, step.rule) for step in case.steps]
    return LoggedCase("C", steps, case.now, case.steps[0].before, case.workflow, case.policy)


def test_the_order_of_rows_does_not_matter_but_within_a_case(written: dict[str, Path], tmp_path: Path) -> None:
    head, *rows = written[".csv"].read_text("utf-8").splitlines()
    mixed = tmp_path / "mixed.csv"
    mixed.write_text("\n".join([head, *sorted(rows, key=lambda row: row.split(",")[2])]) + "\n", "utf-8")
    whole = {case.case_id: [step.at for step in case.steps] for case in eventlog.read(written[".csv"])}
    assert {case.case_id: [step.at for step in case.steps] for case in eventlog.read(mixed)} == whole


def test_a_log_that_ends_too_early_leaves_cases_open(written: dict[str, Path], tmp_path: Path) -> None:
    cut = tmp_path / "cut.csv"
    cut.write_text("".join(written[".csv"].read_text("utf-8").splitlines(keepends=True)[:2]), "utf-8")
    (case,) = eventlog.read(cut)
    assert len(case.steps) == 1 and not case.steps[-1].rule.dest.final and case.now == case.opened_at


Change = Callable[[list[str]], str]
BAD: list[tuple[str, Change, str]] = [
    ("empty", lambda lines: "".join(lines[:0]), "an event log, whole"),
    ("no rows", lambda lines: lines[0], "'no rows'; expected at least one step"),
    ("cut off", lambda lines: "".join(lines)[:900], "an event log, whole"),
    ("another rule", lambda lines: "".join(lines).replace('"V01"', '"X99"'), "'X99'; expected a rule of the workflow virtual"),
    ("a gap", lambda lines: lines[0] + lines[1] + lines[3], "step 2: "),
    ("backwards", lambda lines: lines[0] + lines[1] + lines[2].replace("2026-", "2025-"), "expected an instant not before"),
    ("no zone", lambda lines: "".join(lines).replace("+08:00", ""), "with their zone"),
    ("a fact", lambda lines: "".join(lines).replace(",false", ",maybe"), "'maybe'; expected one of"),
    ("a column", lambda lines: "".join(lines).replace('"rule"', '"row"'), "expected rule among them"),
    ("two", lambda lines: "".join([*lines[:2], lines[2].replace('"virtual"', '"gift"')]), "expected one value for all rows"),
    ("unknown", lambda lines: "".join(lines).replace('"virtual"', '"gift"'), "case:order_type: 'gift'; expected one of"),
    ("policy", lambda lines: "".join(lines).replace('"guide"', '"guide, return_days = 5"'), "a profile alone"),
]


@pytest.mark.parametrize(("change", "told"), [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_what_is_no_log_is_told(written: dict[str, Path], tmp_path: Path, change: Change, told: str) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text(change(written[".csv"].read_text("utf-8").splitlines(keepends=True)), "utf-8")
    with pytest.raises(BadData) as error:
        list(eventlog.read(bad))
    assert told in str(error.value)


def test_a_log_of_something_else_is_told(written: dict[str, Path], tmp_path: Path) -> None:
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(written[".parquet"].read_bytes()[:-40])
    given: list[tuple[tuple[Any, ...], str]] = [
        ((cut,), "an event log, whole"),
        ((tmp_path / "none.csv",), "a file that can be read"),
        ((tmp_path / "log.txt",), "a file whose name ends in .parquet or .csv"),
        ((written[".csv"], orders.get("third_party")), "'virtual'; expected third_party"),
        ((written[".csv"], None, Policy.statute()), "'statute'; expected that of the log: guide"),
    ]
    for arguments, told in given:
        with pytest.raises(BadData) as error:
            eventlog.read(*arguments)
        assert told in str(error.value)
