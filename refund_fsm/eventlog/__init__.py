"""Room of event logs: the columns that process-mining tools know, and how they are written.

Must not know how cases are played.
"""

from __future__ import annotations

from refund_fsm.eventlog.log import COLUMNS, EventLog, Rows

__all__ = ["COLUMNS", "EventLog", "Rows"]
