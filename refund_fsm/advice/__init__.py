"""Room of the advice: what a buyer, an agent for one, or another actor should do now, until when, and where to tap.

Must not change anything, read a wall clock, or judge: what is possible is asked of the case.
"""

from __future__ import annotations

from refund_fsm.advice.advising import Advice, AdviceLang, advise, cited
from refund_fsm.advice.tip import Tip

__all__ = ["Advice", "AdviceLang", "Tip", "advise", "cited"]
