"""Room of cases told as data: scenario files and the shipped ones, concrete paths, and traces of what became of them.

Must not judge: a case does.
"""

from __future__ import annotations

from refund_fsm.scenario.file import Scenario, find, load, shipped
from refund_fsm.scenario.path import MINUTE, PACE, PLAYED, START, Opening, Path, PathStep, Player, details_of
from refund_fsm.scenario.plain import refusal_of, text_of
from refund_fsm.scenario.recording import recorded
from refund_fsm.scenario.trace import Trace, TraceRow, play, subject_of

__all__ = [
    "MINUTE",
    "PACE",
    "PLAYED",
    "START",
    "Opening",
    "Path",
    "PathStep",
    "Player",
    "Scenario",
    "Trace",
    "TraceRow",
    "details_of",
    "find",
    "load",
    "play",
    "recorded",
    "refusal_of",
    "shipped",
    "subject_of",
    "text_of",
]
