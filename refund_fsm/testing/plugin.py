"""Hands on the pytest plugin under the name that users and pytest know. Owns nothing: see `testing.coverage.plugin`."""

from __future__ import annotations

from refund_fsm.testing.coverage.plugin import CRITERIA as CRITERIA
from refund_fsm.testing.coverage.plugin import PART as PART
from refund_fsm.testing.coverage.plugin import SHOWN as SHOWN
from refund_fsm.testing.coverage.plugin import Measure as Measure
from refund_fsm.testing.coverage.plugin import pytest_addoption as pytest_addoption
from refund_fsm.testing.coverage.plugin import pytest_configure as pytest_configure
