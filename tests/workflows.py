"""Owns which workflows tests go through, and how a test is given one: the package's, a user's own (`tests.exchange`), an awkward one."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from refund_fsm import Workflow, orders
from tests.awkward import WORKFLOW as AWKWARD
from tests.exchange import WORKFLOW as EXCHANGE

OURS: Mapping[str, Workflow] = {key: orders.get(key) for key in orders.keys()}
ALL: Mapping[str, Workflow] = {**OURS, EXCHANGE.key: EXCHANGE}
EVEN_AWKWARD: Mapping[str, Workflow] = {**ALL, AWKWARD.key: AWKWARD}

# Marks for tests over workflows: by `key`, or the `workflow` itself.
EVERY_KEY = pytest.mark.parametrize("key", OURS)
EVERY_KEY_AND_OWN = pytest.mark.parametrize("key", ALL)
EVERY_WORKFLOW_AND_OWN = pytest.mark.parametrize("workflow", ALL.values(), ids=ALL)
EVERY_WORKFLOW_EVEN_AWKWARD = pytest.mark.parametrize("workflow", EVEN_AWKWARD.values(), ids=EVEN_AWKWARD)
