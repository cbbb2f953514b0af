"""Room of one case: the machine that steps it, its clock, what it records, how it judges and why it refuses, and its saved form.

Must not know an order type, nor read a wall clock. `saved` is loaded when a case is written or read.
"""

from __future__ import annotations

from refund_fsm.case.ahead import Difference
from refund_fsm.case.case import RefundCase
from refund_fsm.case.engine import MAX_CLOCK_STEPS, MAX_STEPS
from refund_fsm.case.judging import facts_for
from refund_fsm.case.machine import stepper_of
from refund_fsm.case.moved import Moved
from refund_fsm.case.newer import NEWS_LABEL, News
from refund_fsm.case.news import NEW_INSTANTS, NEW_OF_A_LINE, NEW_OF_AN_ORDER, check_newer
from refund_fsm.case.record import BLANKED, DETAILS, NO_DETAILS, Breach, Details, Due, How, Move, Recounted, Step, is_given, lately
from refund_fsm.case.refusal import NEEDS, Code, Refusal, Refused, Verdict
from refund_fsm.case.unmoved import Unmoved

__all__ = [
    "BLANKED",
    "DETAILS",
    "MAX_CLOCK_STEPS",
    "MAX_STEPS",
    "NEEDS",
    "NEWS_LABEL",
    "NEW_INSTANTS",
    "NEW_OF_AN_ORDER",
    "NEW_OF_A_LINE",
    "NO_DETAILS",
    "Breach",
    "Code",
    "Details",
    "Difference",
    "Due",
    "How",
    "Move",
    "Moved",
    "News",
    "Recounted",
    "RefundCase",
    "Refusal",
    "Refused",
    "Step",
    "Unmoved",
    "Verdict",
    "check_newer",
    "facts_for",
    "is_given",
    "lately",
    "stepper_of",
]
