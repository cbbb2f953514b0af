"""Room of who does what, how likely and how fast: as data, and the behaviours that ship.

Must not play cases.
"""

from __future__ import annotations

from refund_fsm.simulate.behaviour.behaviour import ILLUSTRATIVE, Behaviour, shipped
from refund_fsm.simulate.behaviour.delays import MAX_VALUES, Empirical, Exponential, Fixed, LogNormal, Quantity, Triangular, Uniform
from refund_fsm.simulate.behaviour.rows import ASSUMED, NOTHING, Choice, Share

__all__ = [
    "ASSUMED",
    "ILLUSTRATIVE",
    "MAX_VALUES",
    "NOTHING",
    "Behaviour",
    "Choice",
    "Empirical",
    "Exponential",
    "Fixed",
    "LogNormal",
    "Quantity",
    "Share",
    "Triangular",
    "Uniform",
    "shipped",
]
