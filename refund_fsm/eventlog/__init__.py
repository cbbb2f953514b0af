"""Room of event logs: the columns that process-mining tools know, and how they are written.

Must not know how cases are played.
"""

from __future__ import annotations

from refund_fsm.eventlog.columns import CASE_COLUMNS, COLUMNS, CaseColumns, Rows, case_id
from refund_fsm.eventlog.log import EventLog

__all__ = ["CASE_COLUMNS", "COLUMNS", "CaseColumns", "EventLog", "Rows", "case_id"]
