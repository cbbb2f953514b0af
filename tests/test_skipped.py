"""What one run skips, another runs, and nothing twice: `.ci/run` leans on it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.places import ROOT
from tests.skipped import ONLY, TO

MODULE = """
    import os, pytest
    if "TOOL" not in os.environ:
        pytest.skip("no tool", allow_module_level=True)

    def test_one(): pass
    def test_two(): pass
"""
MIXED = """
    import os, pytest
    tool = pytest.mark.skipif("TOOL" not in os.environ, reason="no tool")

    def test_plain(): pass

    @tool
    @pytest.mark.parametrize("n", [1, 2])
    def test_with(n): pass

    def test_inside():
        if "TOOL" not in os.environ:
            pytest.skip("no tool")
"""


@pytest.mark.parametrize("workers", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_what_was_skipped_is_run_where_the_tool_is_and_nothing_else(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, workers: tuple[str, ...]
) -> None:
    pytester.makepyfile(test_whole=MODULE, test_mixed=MIXED)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("TOOL", raising=False)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # five processes would load Hypothesis and more, which no test here uses
    options = ("-p", "tests.skipped", "-p", "no:cacheprovider", *(("-p", "xdist.plugin", *workers) if workers else ()))
    with monkeypatch.context() as first:
        first.setenv(TO, str(tmp_path / "skipped"))
        done = pytester.runpytest_subprocess(*options)
    assert done.parseoutcomes()["passed"] == 1
    assert (tmp_path / "skipped").read_text().splitlines() == [
        "test_mixed.py::test_inside", "test_mixed.py::test_with[1]", "test_mixed.py::test_with[2]", "test_whole.py",
    ]  # fmt: skip
    monkeypatch.setenv("TOOL", "here")
    monkeypatch.setenv(ONLY, str(tmp_path / "skipped"))
    done = pytester.runpytest_subprocess(*options)
    assert done.ret == pytest.ExitCode.OK and done.parseoutcomes()["passed"] == 5
