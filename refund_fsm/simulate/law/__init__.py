"""Room of the exact law: time to absorption by forward recursion on a lattice, and what a change does to it.

Must not draw lots, nor tell it to people: `report` does.
"""

from __future__ import annotations

from refund_fsm.simulate.law.distribution import Distribution
from refund_fsm.simulate.law.exact import Law, first_passage
from refund_fsm.simulate.law.laying import checked_step
from refund_fsm.simulate.law.whatif import Effect, Sensitivity, sensitivity

__all__ = ["Distribution", "Effect", "Law", "Sensitivity", "checked_step", "first_passage", "sensitivity"]
