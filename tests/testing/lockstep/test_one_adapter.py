"""One adapter of ten lines serves them all: `verify_implementation`, its reproduction, and the files that suites are written as."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, paths
from refund_fsm.paths.coverage import Attempt
from refund_fsm.testing import BareCase, CaseImplementation
from tests.places import ROOT
from tests.testing.lockstep.desk import CLAIM, Adapter, Hurried
from tests.testing.lockstep.services import VIRTUAL, over, quick, variant

HERE = "tests.testing.lockstep.desk"


def test_one_adapter_serves_what_is_verified_written_and_reproduced(tmp_path: Path) -> None:
    code = [line for line in inspect.getsource(Adapter).splitlines()[1:] if line.strip()]
    assert len(code) <= 10
    assert quick(Adapter, CLAIM, examples=40).ok
    report = quick(Hurried, CLAIM, examples=40)
    assert not report.ok
    suite, again = paths.cover(CLAIM, "limits"), report.reproduction()
    assert f"from {HERE} import Hurried as make  # the implementation under test" in again
    files = {
        "suite_right": suite.to_pytest(make=f"{HERE}:Adapter"),
        "suite_hurried": suite.to_pytest(make=f"{HERE}:Hurried"),
        "again_right": again.replace("import Hurried as make", "import Adapter as make"),
        "again_hurried": again,
    }
    for name, text in files.items():
        (tmp_path / f"test_{name}.py").write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "-c", os.devnull, str(tmp_path)]
    run = subprocess.run(
        command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False, timeout=300
    )
    told = re.findall(r"^(PASSED|FAILED) \S*test_(suite|again)_(right|hurried)\.py", run.stdout, re.MULTILINE)
    assert {one for one in told if one[0] == "PASSED" and one[2] == "right"} == {("PASSED", "suite", "right"), ("PASSED", "again", "right")}
    assert sum(one[1:] == ("suite", "right") for one in told) == len(suite)
    assert not [one for one in told if one[0] == "FAILED" and one[2] == "right"], run.stdout
    assert {one[1] for one in told if one[0] == "FAILED"} == {"suite", "again"}, "and they can fail"


def failures(text: str, make: Any = None) -> list[str]:
    """What fails in a generated file when something else is tested."""
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), names)
    names["make"] = make or names["make"]
    failed = []
    for path in names["PATHS"]:
        try:
            names["test_path"](path)
        except AssertionError as error:
            failed.append(str(error).splitlines()[0])
    return failed


@pytest.mark.parametrize("kind", [BareCase, CaseImplementation])
@pytest.mark.parametrize("criterion", ["limits", "refusals"])
def test_a_file_tests_services_with_a_clock_of_their_own_and_without(criterion: str, kind: type[BareCase]) -> None:
    text = paths.cover(VIRTUAL, criterion).to_pytest()
    assert failures(text, over(VIRTUAL, kind)) == []
    assert failures(text, over(variant(VIRTUAL, "V10", dest=VIRTUAL.states["cancelled"]), kind)) or criterion == "refusals"


@pytest.mark.parametrize("criterion", ["limits", "refusals"])
def test_a_file_reaches_all_that_its_suite_is_for(criterion: str) -> None:
    """As the coverage of somebody's own tests counts it, call by call."""
    attempts: list[Attempt] = []

    class Watched(CaseImplementation):
        """Writes down what is called."""

        def apply(self, event: str, by: str, at: Any, details: Any) -> bool:
            before, verdict = self.opened, self.opened.ask(event, at=at, by=by, **details)
            taken = super().apply(event, by, at, details)
            attempts.append(Attempt(before, self.opened, event, by, at, verdict.refusal))
            return taken

        def advance(self, to: Any) -> None:
            """The same of time."""
            before = self.opened
            super().advance(to)
            attempts.append(Attempt(before, self.opened, None, None, to))

    suite = paths.cover(VIRTUAL, criterion)
    assert failures(suite.to_pytest(), over(VIRTUAL, Watched)) == []
    assert suite.coverage(attempts).missed == ()


def test_a_service_without_a_clock_is_offered_the_clocks_event_before_its_time() -> None:
    class Hasty(BareCase):
        """Takes the clock's event whenever it comes."""

        def apply(self, event: str, by: str, at: Any, details: Any) -> bool:
            due = self.opened.due
            return super().apply(event, by, max(at, due.at) if by == "clock" and due else at, details)

    text = paths.cover(VIRTUAL, "limits").to_pytest()
    assert any("evidence_timeout by None; expected not_due" in one for one in failures(text, over(VIRTUAL, Hasty)))


def test_deadlines_are_compared_where_a_service_tells_them_and_it_is_closed() -> None:
    closed = []

    class Late(CaseImplementation):
        """Tells no deadline."""

        def due(self) -> None:
            return None

        def close(self) -> None:
            """Is counted."""
            closed.append(self)

    text = paths.cover(VIRTUAL, "rules").to_pytest()
    assert len(failures(text, over(VIRTUAL, Late))) == 10 and len(closed) == text.count('"id": ') == 11, "one path is never filed"


@pytest.mark.parametrize("make", ["shop", "shop:Refund.Service", "shop adapter:Service", ":Service", 3])
def test_what_no_import_can_name_is_bad_data(make: Any) -> None:
    with pytest.raises(BadData, match=r"^make: .*; expected module:attribute of what gives an implementation"):
        paths.cover(CLAIM, "rules").to_pytest(make=make)
