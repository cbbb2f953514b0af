"""Owns which tests an earlier run skipped: one run writes their ids, another runs them alone, where what they lacked was installed since.

`REFUND_FSM_SKIPPED_TO=FILE` writes the ids of skipped tests, and of modules that were skipped as a whole, one a line.
`REFUND_FSM_ONLY=FILE` leaves out all tests but those. Knows nothing of why a test is skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

TO, ONLY = "REFUND_FSM_SKIPPED_TO", "REFUND_FSM_ONLY"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves those that the file names, by themselves or by their module."""
    if not (path := os.environ.get(ONLY)):
        return
    named = set(Path(path).read_text(encoding="utf-8").splitlines())
    kept: list[pytest.Item] = []
    others: list[pytest.Item] = []
    for item in items:
        (kept if named & {item.nodeid, item.nodeid.partition("::")[0]} else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = kept


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Writes the ids, in the one process that hears of all tests."""
    if path := os.environ.get(TO):
        ids = sorted({report.nodeid for report in terminalreporter.stats.get("skipped", [])})
        Path(path).write_text("".join(f"{one}\n" for one in ids), encoding="utf-8")
