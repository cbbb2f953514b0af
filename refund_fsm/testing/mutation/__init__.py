"""Room of single-fault mutants: which no test can tell from the original, and which a suite kills.

Must not know an order type.
"""

from __future__ import annotations

from refund_fsm.testing.mutation.equivalence import Judge
from refund_fsm.testing.mutation.killing import Kill, Killer, killed_by
from refund_fsm.testing.mutation.making import mutants
from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.testing.mutation.operators import OPERATORS
from refund_fsm.testing.mutation.repetition import TIMES

__all__ = ["OPERATORS", "TIMES", "Judge", "Kill", "Killer", "Mutant", "killed_by", "mutants"]
