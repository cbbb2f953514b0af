"""Owns the event log: rows of numbers made columns that process-mining tools know, written as they come, in bounded memory.

Must not know how cases are played.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import BadData, needing
from refund_fsm.workflow import Draft, Workflow, partial_of, place_of

Int = NDArray[np.int64]
SUFFIXES = (".parquet", ".csv")
COLUMNS = ("case:concept:name", "concept:name", "time:timestamp", "org:resource", "state", "rule", "amount")


class Rows(NamedTuple):
    """Rows of numbers, one for each event: case number, second since midnight of the first day, number of the rule, amount in fen."""

    case: Int
    second: Int
    rule: Int
    amount: Int


class EventLog:
    """A log file under way. Rows go to a draft beside the final name, which takes its place when all is written.

    | column | holds |
    |---|---|
    | `case:concept:name` | the number of the case, as text |
    | `concept:name`, `org:resource`, `rule` | the event, who did it, the rule that fired |
    | `state` | the state after it |
    | `time:timestamp` | the instant, to the second, in Asia/Shanghai |
    | `amount` | the amount claimed in the case, in fen |
    """

    def __init__(self, path: Path, workflow: Workflow, start: datetime) -> None:
        pyarrow = _pyarrow()
        self.path = path
        self._partial = False
        rules = workflow.rules
        self._texts = {
            "concept:name": pyarrow.array([rule.event.name for rule in rules]),
            "org:resource": pyarrow.array([rule.actor.key for rule in rules]),
            "state": pyarrow.array([rule.dest.key for rule in rules]),
            "rule": pyarrow.array([rule.id for rule in rules]),
        }
        self._midnight = int(start.replace(hour=0, minute=0, second=0).timestamp())
        text = pyarrow.dictionary(pyarrow.int32(), pyarrow.string())
        types = [pyarrow.string(), text, pyarrow.timestamp("s", tz="Asia/Shanghai"), text, text, text, pyarrow.int64()]
        self._schema = pyarrow.schema(list(zip(COLUMNS, types, strict=True)))
        self._draft = Draft(path, "log")
        self._writer: Any = None

    def _opened(self) -> Any:
        pyarrow = _pyarrow()
        try:
            if self.path.suffix == ".parquet":
                from pyarrow import parquet

                # Text goes out as numbers and a dictionary, and is said to be text: tools that know no categories read it as such.
                writer = parquet.ParquetWriter(
                    str(self._draft.path), self._schema, compression="zstd", write_statistics=False, store_schema=False
                )
                writer.add_key_value_metadata({"ARROW:schema": base64.b64encode(self._plain(pyarrow).serialize()).decode()})
                return writer
            from pyarrow import csv

            self._schema = self._plain(pyarrow)
            return csv.CSVWriter(str(self._draft.path), self._schema)
        except OSError as error:
            raise self._bad(error) from None

    def _plain(self, pyarrow: Any) -> Any:
        """The schema with text for dictionaries of text."""
        return pyarrow.schema([(one.name, pyarrow.string() if pyarrow.types.is_dictionary(one.type) else one.type) for one in self._schema])

    @classmethod
    @contextmanager
    def to(cls, path: Path | str | None, workflow: Workflow, start: datetime) -> Iterator[EventLog | None]:
        """The log of a `with` block; None without a path. On an error nothing is left under the final name but what was there."""
        if path is None:
            yield None
            return
        if not isinstance(path, (Path, str)) or Path(path).suffix not in SUFFIXES:
            raise BadData("log", str(path), f"a file whose name ends in {' or '.join(SUFFIXES)}")
        for place in (Path(path), partial_of(Path(path))):
            place_of(place, "log")
        book = cls(Path(path), workflow, start)
        try:
            book._writer = book._opened()
            yield book
            book._close()
        finally:
            book._abandon()

    def write(self, rows: Rows) -> None:
        """Adds rows."""
        if not len(rows.case):
            return
        pyarrow = _pyarrow()
        number = pyarrow.array(rows.rule.astype(np.int32))
        text = {name: pyarrow.DictionaryArray.from_arrays(number, values) for name, values in self._texts.items()}
        if self.path.suffix == ".csv":
            text = {name: column.cast(pyarrow.string()) for name, column in text.items()}
        stamps = pyarrow.array(rows.second + self._midnight).cast(pyarrow.timestamp("s", tz="Asia/Shanghai"))
        columns = [
            pyarrow.array(rows.case).cast(pyarrow.string()), text["concept:name"], stamps, text["org:resource"],
            text["state"], text["rule"], pyarrow.array(rows.amount),
        ]  # fmt: skip
        try:
            self._writer.write_table(pyarrow.Table.from_arrays(columns, schema=self._schema))
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


def _pyarrow() -> Any:
    with needing("an event log"):
        import pyarrow
    return pyarrow
