"""The cases that tests of the replay show, and the page that they look at, made once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from refund_fsm import RefundCase, diagram
from refund_fsm.simulate import play_case
from tests.simulate.sample.playing import DEFAULT, VIRTUAL
from tests.simulate.simulated import START

NUMBERS = range(100, 160)  # three of them pass a limit


@pytest.fixture(scope="session")
def cases() -> Sequence[RefundCase]:
    """Cases of virtual goods, filed on the eve of the Spring Festival."""
    return [play_case(VIRTUAL, DEFAULT, case=number, seed=7, start=START) for number in NUMBERS]


@pytest.fixture(scope="session")
def address(cases: Sequence[RefundCase], tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of their replay."""
    page = diagram.replay(VIRTUAL, cases)
    return page.save(Path(tmp_path_factory.mktemp("replay")) / "replay.html").as_uri()
