"""Storm, asked about a model in the folder of the test."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests import storm
from tests.export.prism.questions import Asked


@pytest.fixture
def built(tmp_path: Path) -> Callable[..., Any]:
    return partial(storm.built, tmp_path)


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return partial(storm.asked, tmp_path)
