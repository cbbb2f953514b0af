"""Owns the event log as a file under way: written as it comes, in bounded memory, in the place of an old one only when it is done.

Must not know how cases are played, nor what the columns hold: `columns` does.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

from refund_fsm.errors import BadData
from refund_fsm.eventlog.columns import CaseColumns, Columns, Int, Rows, pyarrow
from refund_fsm.workflow import Draft, Workflow, partial_of, place_of

SUFFIXES = (".parquet", ".csv")


class EventLog:
    """A log file under way. Rows go to a draft beside the final name, which takes its place when all is written.

    | column | holds |
    |---|---|
    | `case:concept:name` | the case, as text that sorts as the cases do: `C000000017` is case 17 of the simulation |
    | `concept:name`, `org:resource`, `rule` | the event, who did it, the rule that fired |
    | `state` | the state after it |
    | `time:timestamp` | the instant, a whole second: in Parquet in nanoseconds with the zone Asia/Shanghai, in CSV ISO 8601 with +08:00 |
    | `amount`, `case:amount_fen` | the amount claimed in the case, in fen |
    | `case:order_type`, `case:policy` | the workflow's key; the policy's profile, with what differs from it |
    | `case:` and the name of a fact | the fact as it was derived when the case was first filed (if it never was: when it was opened) |

    Nanoseconds, since pm4py reckons with others as if they were. In CSV a text that a spreadsheet would take for a formula begins with
    an apostrophe, which `text.cells` says how to undo; and readers that know zones (pyarrow, polars, DuckDB) give its instants in UTC.
    DuckDB shows instants in the zone of its session, and subtracts those in nanoseconds only after `::timestamptz`.
    """

    def __init__(self, path: Path, workflow: Workflow, start: datetime, cases: CaseColumns, last: int) -> None:
        self.path = path
        self._partial = False
        self._columns = Columns(workflow, start, cases, last, text=path.suffix == ".csv")
        self._draft = Draft(path, "log")
        self._writer: Any = None

    def _opened(self) -> Any:
        try:
            if self.path.suffix == ".parquet":
                from pyarrow import parquet

                # Text goes out as numbers and a dictionary, and is said to be text: tools that know no categories read it as such.
                writer = parquet.ParquetWriter(
                    str(self._draft.path), self._columns.schema, compression="zstd", write_statistics=False, store_schema=False
                )
                writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(self._columns.plain.serialize()).decode()})
                return writer
            from pyarrow import csv

            return csv.CSVWriter(str(self._draft.path), self._columns.plain)
        except OSError as error:
            raise self._bad(error) from None

    @classmethod
    @contextmanager
    def to(cls, path: Path | str | None, workflow: Workflow, start: datetime, cases: CaseColumns, last: int) -> Iterator[EventLog | None]:
        """The log of a `with` block, for cases up to the number `last`; None without a path. On an error nothing is left under the final
        name but what was there."""
        if path is None:
            yield None
            return
        if not isinstance(path, (Path, str)) or Path(path).suffix not in SUFFIXES:
            raise BadData("log", str(path), f"a file whose name ends in {' or '.join(SUFFIXES)}")
        for place in (Path(path), partial_of(Path(path))):
            place_of(place, "log")
        pyarrow()  # says which part is missing
        book = cls(Path(path), workflow, start, cases, last)
        try:
            book._writer = book._opened()
            yield book
            book._close()
        finally:
            book._abandon()

    def write(self, rows: Rows, kinds: Int) -> None:
        """Adds rows: those of whole cases, each with the kind of its case, a place in what `cases` says of the facts."""
        if not len(rows.case):
            return
        try:
            self._writer.write_table(self._columns.table(rows, kinds))
        except OSError as error:
            raise self._bad(error) from None

    def interrupted(self) -> None:
        """What was written is kept, under `NAME.partial.SUFFIX`."""
        self._partial = True

    def _close(self) -> None:
        try:
            self._writer.close()
        except OSError as error:
            raise self._bad(error) from None
        self._draft.flush()
        if self._partial:
            self._draft.move(partial_of(self.path))
        self._draft.put()

    def _abandon(self) -> None:
        """Leaves nothing but what has its place."""
        with suppress(Exception):  # a full disk may refuse even the end of the file
            if self._writer is not None:
                self._writer.close()
        self._draft.drop()

    def _bad(self, error: OSError) -> BadData:
        return BadData("log", str(self.path), f"a place that can be written ({error.strerror or error})")
