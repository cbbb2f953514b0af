"""Owns the suite of the criterion `boundaries`: ends of limits, changes of the facts, amounts, lines.

Its paths are made one by one, each from an opening of its own, since what is wanted is an instant or an order and not a path through the
states. Must not say which boundaries an attempt meets.
"""

from __future__ import annotations

from functools import lru_cache

from refund_fsm.paths.ends import across, limits, special
from refund_fsm.paths.filings import amounts, amounts_of_lines, lines, numbers, pieces, turned
from refund_fsm.paths.meeting import Made
from refund_fsm.paths.suite import Suite
from refund_fsm.workflow import Policy, Workflow


@lru_cache(maxsize=8)
def boundaries_suite(workflow: Workflow, policy: Policy) -> Suite:
    """The suite of `boundaries`."""
    made = Made(workflow, policy)
    for wanted in (limits, across, special, turned, amounts, pieces, amounts_of_lines, lines, numbers):
        wanted(made)
    return made.suite()
