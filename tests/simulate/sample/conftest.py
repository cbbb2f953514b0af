"""A result that several tests compare with."""

from __future__ import annotations

import pytest

from refund_fsm.simulate import Result
from tests.simulate.sample.playing import played


@pytest.fixture(scope="session")
def whole() -> Result:
    return played()
