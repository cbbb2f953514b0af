"""Room of a workflow and a behaviour as one chain of configurations, draws and moves, and as tables of numbers.

Must not draw lots.
"""

from __future__ import annotations

from refund_fsm.simulate.chain.building import chain_of
from refund_fsm.simulate.chain.chain import Chain, Course, Move, Node, Opening
from refund_fsm.simulate.chain.days import DAY, NEVER
from refund_fsm.simulate.chain.limits import FROM, MORE, PIECE, ROW, SHIFT, UNTIL
from refund_fsm.simulate.chain.quantities import EXPONENTIAL, FIXED, LOGNORMAL, TRIANGULAR, UNIFORM, UNIT_SECONDS
from refund_fsm.simulate.chain.tables import Tables, payers, tables_of

__all__ = [
    "DAY",
    "EXPONENTIAL",
    "FIXED",
    "FROM",
    "LOGNORMAL",
    "MORE",
    "NEVER",
    "PIECE",
    "ROW",
    "SHIFT",
    "TRIANGULAR",
    "UNIFORM",
    "UNIT_SECONDS",
    "UNTIL",
    "Chain",
    "Course",
    "Move",
    "Node",
    "Opening",
    "Tables",
    "chain_of",
    "payers",
    "tables_of",
]
