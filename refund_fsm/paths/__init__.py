"""Room of covering paths: few, short, concrete, deterministic suites that reach everything a criterion asks for.

Must not know an order type, nor judge: all paths replay through `RefundCase`.
"""

from __future__ import annotations

from refund_fsm.paths.conditions import rows_of
from refund_fsm.paths.coverage import Attempt, Coverage
from refund_fsm.paths.covering import CRITERIA, cover, goal_names
from refund_fsm.paths.hops import Hops
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.paths.observing import OBSERVED
from refund_fsm.paths.space import Space
from refund_fsm.paths.suite import Suite
from refund_fsm.paths.truth import MAX_ROWS, Row, facts_read, size_of, tables_of
from refund_fsm.paths.turning import thresholds
from refund_fsm.paths.w import Complete

__all__ = [
    "CRITERIA",
    "MAX_ROWS",
    "OBSERVED",
    "PASS",
    "Attempt",
    "Complete",
    "Coverage",
    "Hops",
    "Input",
    "Row",
    "Space",
    "Suite",
    "cover",
    "facts_read",
    "goal_names",
    "rows_of",
    "size_of",
    "tables_of",
    "thresholds",
]
