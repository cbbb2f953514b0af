"""Owns which workflows tests go through, and how a test is given one: those of the package, and a user's own (`tests.exchange`)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from refund_fsm import Workflow, orders
from tests.exchange import WORKFLOW as EXCHANGE

OURS: Mapping[str, Workflow] = {key: orders.get(key) for key in orders.keys()}
ALL: Mapping[str, Workflow] = {**OURS, EXCHANGE.key: EXCHANGE}

# Marks for tests over workflows: by `key`, or the `workflow` itself.
EVERY_KEY = pytest.mark.parametrize("key", OURS)
EVERY_KEY_AND_OWN = pytest.mark.parametrize("key", ALL)
EVERY_WORKFLOW_AND_OWN = pytest.mark.parametrize("workflow", ALL.values(), ids=ALL)
