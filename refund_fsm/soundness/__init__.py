"""Room of the verdict on a workflow: every fault that its configuration graph can show, each with a witness.

Must not change a workflow, nor know an order type by name.
"""

from __future__ import annotations

from refund_fsm.soundness.checking import KINDS, MAX_CHOICES, REFILED, check
from refund_fsm.soundness.report import Accepted, Finding, Report, unneeded_text

__all__ = ["KINDS", "MAX_CHOICES", "REFILED", "Accepted", "Finding", "Report", "check", "unneeded_text"]
