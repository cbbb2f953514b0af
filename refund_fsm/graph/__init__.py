"""Room of the configuration graph: exploration by asking the machine, merging, shortest paths, and traffic made up for pictures.

Must not know an order type. `shortest`, `drift` and `illustration` are named by those who need them.
"""

from __future__ import annotations

from refund_fsm.graph.bisimulation import coarsest
from refund_fsm.graph.configurations import STATUSES, ConfigGraph, MergedGraph, explore
from refund_fsm.graph.exploration import ACCEPTED, FINAL, GUARD_FAILED, MAX_CONFIGS, WRONG_STATE

__all__ = [
    "ACCEPTED",
    "FINAL",
    "GUARD_FAILED",
    "MAX_CONFIGS",
    "STATUSES",
    "WRONG_STATE",
    "ConfigGraph",
    "MergedGraph",
    "coarsest",
    "explore",
]
