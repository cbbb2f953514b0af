"""A user's own days, as a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workflow.days import OWN_DAYS


@pytest.fixture
def own_file(tmp_path: Path) -> Path:
    path = tmp_path / "days.toml"
    path.write_text(OWN_DAYS, encoding="utf-8")
    return path
