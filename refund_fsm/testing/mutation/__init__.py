"""Room of single-fault mutants: which no test can tell from the original, and which a suite kills.

Must not know an order type.
"""

from __future__ import annotations

from refund_fsm.testing.mutation.equivalence import Judge
from refund_fsm.testing.mutation.inside import INSIDE, inner_mutants
from refund_fsm.testing.mutation.killing import Kill, Killer, killed_by
from refund_fsm.testing.mutation.making import mutants
from refund_fsm.testing.mutation.mutant import Mutant
from refund_fsm.testing.mutation.operators import OPERATORS
from refund_fsm.testing.mutation.repetition import TIMES
from refund_fsm.testing.mutation.telling import Teller

__all__ = ["INSIDE", "OPERATORS", "TIMES", "Judge", "Kill", "Killer", "Mutant", "Teller", "inner_mutants", "killed_by", "mutants"]
