"""Room of the timeline: one case over time, as a picture and as lines for a terminal.

Must not decide anything about a case: it reads what the case tells.
"""

from __future__ import annotations

from refund_fsm.diagram.timeline.columns import lines
from refund_fsm.diagram.timeline.picture import PHONE, WIDE, Timeline, timeline

__all__ = ["PHONE", "WIDE", "Timeline", "lines", "timeline"]
