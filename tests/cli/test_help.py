"""Whoever names module:attribute is told that the module is run."""

from __future__ import annotations

import pytest

from tests.cli.calling import Captured, run

COMMANDS = ("show", "check", "paths", "verify", "export", "draw", "simulate", "exact", "compare", "behaviour", "replay")


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_that_takes_a_module_says_that_it_is_run(command: str, capsys: Captured) -> None:
    assert "that module is run" in " ".join(run(capsys, command, "--help").split())
