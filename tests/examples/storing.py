"""How a service keeps its cases: one row for each in its own database (SQLite here), text from `to_json`, verified when it is read.

Copy it. What matters: the row has a version, and is written only where nobody else wrote in between; what is due stands in a column,
so that one query finds what the clock has to do; an event has an id, so that a delivery that comes twice changes nothing; the money is
moved by whoever reads `payout_key`, once for each key. Several services on one database: the same statements, inside a transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from refund_fsm import RefundCase

SCHEMA = """
CREATE TABLE IF NOT EXISTS cases (
  case_id TEXT PRIMARY KEY, version INTEGER NOT NULL, state TEXT NOT NULL,
  due TEXT,                                       -- UTC, so that text sorts as time does; NULL: nothing is due
  body TEXT NOT NULL                              -- RefundCase.to_json()
);
CREATE INDEX IF NOT EXISTS cases_due ON cases (due);
"""


class Stale(Exception):
    """Somebody else changed the case since it was read: read it again, and decide anew."""


class Cases:
    """Cases in one SQLite file."""

    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None)
        self.db.executescript(SCHEMA)

    def close(self) -> None:
        """Closes the database."""
        self.db.close()

    def add(self, case: RefundCase) -> None:
        """A new case; `sqlite3.IntegrityError` when it is there."""
        self.db.execute("INSERT INTO cases VALUES (?, 1, ?, ?, ?)", (case.case_id, case.state.key, _due(case), case.to_json()))

    def load(self, case_id: str) -> tuple[RefundCase, int]:
        """The case and its version; `KeyError` when there is none, `SavedCaseError` for a row that was altered."""
        row = self.db.execute("SELECT body, version FROM cases WHERE case_id = ?", (case_id,)).fetchone()
        if row is None:
            raise KeyError(case_id)
        return RefundCase.from_json(row[0]), row[1]

    def save(self, case: RefundCase, version: int) -> None:
        """Writes the case over the version that it was read as; `Stale` when there is a newer one, and nothing is written."""
        done = self.db.execute(
            "UPDATE cases SET version = version + 1, state = ?, due = ?, body = ? WHERE case_id = ? AND version = ?",
            (case.state.key, _due(case), case.to_json(), case.case_id, version),
        )
        if done.rowcount != 1:
            raise Stale(case.case_id)

    def apply(self, case_id: str, event: str, *, at: datetime, by: str, **details: Any) -> RefundCase:
        """One event; `Refused` with every reason, `Stale` when somebody was faster."""
        case, version = self.load(case_id)
        after = case.apply(event, at=at, by=by, **details)
        if after is not case:
            self.save(after, version)
        return after

    def tick(self, at: datetime) -> Iterator[RefundCase]:
        """What a timer calls every minute: lets every limit act that fell due by `at`, and gives the cases that moved."""
        found = self.db.execute("SELECT case_id FROM cases WHERE due <= ? ORDER BY due", (_utc(at),)).fetchall()
        for (case_id,) in found:
            case, version = self.load(case_id)
            after = case.advance(to=max(at, case.now))
            self.save(after, version)
            yield after


def _due(case: RefundCase) -> str | None:
    """When the clock acts next; a limit that is only recorded as a breach is none."""
    return _utc(case.due.at) if case.due is not None and case.due.then is not None else None


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
