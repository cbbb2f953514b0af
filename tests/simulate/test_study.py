"""The README's study: its picture is what the code draws now. (Its lines are run by `test_readme`.)"""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.places import ROOT
from tests.simulate.study import PICTURE, study

PINNED = ROOT / ".ci" / "constraints.txt"


def test_the_picture_is_fresh(tmp_path: Path) -> None:
    """Its text always; its bytes where matplotlib is the pinned one."""
    from refund_fsm.simulate import save_comparison_plot

    drawn = save_comparison_plot(study(), tmp_path / PICTURE.name).read_text(encoding="utf-8")
    kept = PICTURE.read_text(encoding="utf-8")
    told = [re.search(r"<desc>(.*?)</desc>", text, re.DOTALL) for text in (drawn, kept)]
    assert told[0] and told[1] and told[0][1] == told[1][1], "stale: run python -m tests.simulate.study"
    assert "示例" in kept and "illustrative" in kept
    if not PINNED.exists() or f"matplotlib=={version('matplotlib')}\n" not in PINNED.read_text(encoding="utf-8"):
        pytest.skip("another matplotlib than the pinned one draws other bytes")
    assert drawn == kept, "stale: run python -m tests.simulate.study"
