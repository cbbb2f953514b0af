"""Room of event logs: the columns that process-mining tools know, how they are written, and how such a log is read again.

Must not know how cases are played.
"""

from __future__ import annotations

from refund_fsm.eventlog.columns import CASE_COLUMNS, COLUMNS, CaseColumns, Rows, case_id
from refund_fsm.eventlog.log import EventLog
from refund_fsm.eventlog.logged import LoggedCase, LoggedStep, Passed
from refund_fsm.eventlog.reading import Logged, read

__all__ = ["CASE_COLUMNS", "COLUMNS", "CaseColumns", "EventLog", "Logged", "LoggedCase", "LoggedStep", "Passed", "Rows", "case_id", "read"]
