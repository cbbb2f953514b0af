"""Room of a workflow and a behaviour as one chain of configurations, draws and moves, and as tables of numbers.

Must not draw lots.
"""

from __future__ import annotations

from refund_fsm.simulate.chain.chain import Chain, Move, Node, Opening, chain_of
from refund_fsm.simulate.chain.days import DAY, NEVER
from refund_fsm.simulate.chain.tables import (
    EXPONENTIAL,
    FIXED,
    KINDS,
    LOGNORMAL,
    TRIANGULAR,
    UNIFORM,
    UNIT_SECONDS,
    Tables,
    payers,
    tables_of,
)

__all__ = [
    "DAY",
    "EXPONENTIAL",
    "FIXED",
    "KINDS",
    "LOGNORMAL",
    "NEVER",
    "TRIANGULAR",
    "UNIFORM",
    "UNIT_SECONDS",
    "Chain",
    "Move",
    "Node",
    "Opening",
    "Tables",
    "chain_of",
    "payers",
    "tables_of",
]
