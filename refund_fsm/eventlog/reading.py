"""Owns how an event log that `EventLog` wrote is read again: a sequence of cases, each made when it is asked for.

Must not guess: what such a file would not hold is told with its row or its case, and what was expected.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, overload

import numpy as np

from refund_fsm.errors import BadData
from refund_fsm.eventlog.columns import Int, column_of, pyarrow
from refund_fsm.eventlog.log import SUFFIXES
from refund_fsm.eventlog.logged import LoggedCase, LoggedStep
from refund_fsm.orders.lookup import workflow_of
from refund_fsm.text import SHANGHAI
from refund_fsm.text.cells import shielded
from refund_fsm.workflow import PROFILES, Policy, Value, Workflow, instant, policy_text

CASE, RULE, WHEN, TYPE, POLICY = "case:concept:name", "rule", "time:timestamp", "case:order_type", "case:policy"
FIRST = datetime(1970, 1, 1, tzinfo=SHANGHAI).astimezone(SHANGHAI)
AS_WRITTEN = "as `simulate --log` writes it"


def read(path: Path | str, workflow: Workflow | None = None, policy: Policy | None = None) -> Logged:
    """The cases of a log file (`.parquet` or `.csv`), in the order of the file.

    `workflow=None` is the registered one of the log's order type; `policy=None` is the profile that the log names. Raises `BadData`
    for a file that cannot be read, is cut off, or holds what no such log does; for a log of another workflow or policy than that of the
    arguments; and, when a case is asked for, for steps that do not follow from each other. `MissingPart` without pyarrow.
    """
    told = str(path)
    if not isinstance(path, (Path, str)) or Path(path).suffix not in SUFFIXES:
        raise BadData("log", told, f"a file whose name ends in {' or '.join(SUFFIXES)}")
    table = _table(Path(path))
    lacking = [name for name in (CASE, RULE, WHEN, TYPE, POLICY) if name not in table.column_names]
    if lacking:
        raise BadData(f"log {told}: columns", ", ".join(table.column_names)[:200], f"{lacking[0]} among them, {AS_WRITTEN}")
    if not table.num_rows:
        raise BadData(f"log {told}", "no rows", "at least one step of one case")
    key, named = (_only(table, name, told) for name in (TYPE, POLICY))
    workflow = _workflow(key, workflow, told)
    return Logged(table, workflow, _policy(named, policy, told), told)


class Logged(Sequence[LoggedCase]):
    """The cases of a log. `workflow` and `policy` are those they were played under."""

    def __init__(self, table: Any, workflow: Workflow, policy: Policy, told: str) -> None:
        self.workflow, self.policy, self._told = workflow, policy, told
        ids = _coded(table[CASE])
        numbers = ids.indices.to_numpy(zero_copy_only=False).astype(np.int64)
        order = np.argsort(numbers, kind="stable")  # the rows of a case beside each other, however the file is sorted
        self._ids, self._order = ids.dictionary.to_pylist(), order
        self._ends = np.searchsorted(numbers[order], np.arange(len(self._ids) + 1))
        self._rules = self._numbered(table, RULE, {rule.id: rule for rule in workflow.rules}, "a rule of the workflow " + workflow.key)
        self._seconds = _seconds(table[WHEN], told)
        self._facts = [(one.name, self._fact(table, one.name, domain)) for one, domain in self._domains()]
        self.now = self._instant(int(self._seconds.max()))

    def _domains(self) -> Any:
        domains = self.workflow.domains(self.policy)
        return [(one, domains[one.name]) for one in self.workflow.fact_fields]

    def _fact(self, table: Any, name: str, domain: Sequence[Value]) -> tuple[list[Any], Int]:
        column = column_of(name)
        if column not in table.column_names:
            raise BadData(f"log {self._told}: columns", ", ".join(table.column_names)[:200], f"{column} among them, {AS_WRITTEN}")
        words = {(str(one).lower() if isinstance(one, bool) else str(one)): one for one in domain}
        return self._numbered(table, column, words, f"one of {', '.join(words)}")

    def _numbered(self, table: Any, column: str, known: Mapping[str, Any], expected: str) -> tuple[list[Any], Int]:
        """The values of a column, each once, and the place among them by row."""
        coded = _coded(table[column])
        cells = {shielded(word): value for word, value in known.items()} | dict(known)
        found = coded.dictionary.to_pylist()
        for cell in found:
            if cell not in cells:
                raise BadData(f"log {self._told}: {column}", cell, expected)
        return [cells[cell] for cell in found], coded.indices.to_numpy(zero_copy_only=False)

    def __len__(self) -> int:
        return len(self._ids)

    @overload
    def __getitem__(self, place: int) -> LoggedCase: ...
    @overload
    def __getitem__(self, place: slice) -> list[LoggedCase]: ...
    def __getitem__(self, place: int | slice) -> LoggedCase | list[LoggedCase]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        place = range(len(self))[place]
        rows = self._order[self._ends[place] : self._ends[place + 1]]
        rules, numbers = self._rules
        steps = [LoggedStep(self._instant(int(self._seconds[row])), rules[int(numbers[row])]) for row in rows]
        self._check(self._ids[place], steps)
        facts = self.workflow.facts(**{name: values[int(which[rows[0]])] for name, (values, which) in self._facts})
        return LoggedCase(self._ids[place], steps, self.now, facts, self.workflow, self.policy)

    def _check(self, case: str, steps: Sequence[LoggedStep]) -> None:
        for number, (one, other) in enumerate(pairwise(steps), start=2):
            step = f"log {self._told}: case {case}, step {number}"
            if other.at < one.at:
                raise BadData(step, other.at.isoformat(), f"an instant not before that of the step before it, {one.at.isoformat()}")
            if other.rule.source.key != one.rule.dest.key:
                raise BadData(step, other.rule.id, f"a rule from {one.rule.dest.key}, where {one.rule.id} led")

    def _instant(self, second: int) -> datetime:
        return instant(FIRST + timedelta(seconds=second), f"log {self._told}: {WHEN}")


def _table(path: Path) -> Any:
    """All rows, texts as they stand; of a CSV all is text."""
    arrow = pyarrow()
    what = f"an event log, whole, {AS_WRITTEN}"
    try:
        if path.suffix == ".parquet":
            from pyarrow import parquet

            return parquet.read_table(str(path))
        from pyarrow import csv

        with path.open("rb") as file:
            names = file.readline().decode("utf-8-sig").strip().replace('"', "").split(",")
        convert = csv.ConvertOptions(column_types=dict.fromkeys(names, arrow.string()), strings_can_be_null=False)
        return csv.read_csv(str(path), convert_options=convert)
    except OSError as error:
        raise BadData("log", str(path), f"a file that can be read ({error.strerror or _first_line(error)})") from None
    except (arrow.ArrowException, ValueError) as error:
        raise BadData("log", str(path), f"{what} ({_first_line(error)})") from None


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:160]


def _coded(column: Any) -> Any:
    """A column of texts as numbers and the values, each once, in the order in which they first stand; null is an empty text."""
    arrow = pyarrow()
    from pyarrow import compute

    if arrow.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return compute.fill_null(column.cast(arrow.string()), "").combine_chunks().dictionary_encode()


def _only(table: Any, column: str, told: str) -> str:
    """The one value of a column."""
    found = _coded(table[column]).dictionary.to_pylist()
    if len(found) > 1:
        raise BadData(f"log {told}: {column}", ", ".join(map(repr, found[:3])), "one value for all rows: logs of one workflow, one policy")
    return str(found[0])


def _workflow(key: str, workflow: Workflow | None, told: str) -> Workflow:
    if workflow is None:
        try:
            return workflow_of(key)
        except BadData as error:
            raise BadData(f"log {told}: {TYPE}", key, error.expected) from None
    if key not in (workflow.key, shielded(workflow.key)):
        raise BadData(f"log {told}: {TYPE}", key, f"{workflow.key}, as the workflow that was asked for")
    return workflow


def _policy(named: str, policy: Policy | None, told: str) -> Policy:
    if policy is None and named in PROFILES:
        return Policy.profile(named)
    if policy is None:
        raise BadData(f"log {told}: {POLICY}", named, "a profile alone; a policy of your own must be handed over with its log")
    if policy_text(policy) != named:
        raise BadData("policy", policy_text(policy), f"that of the log: {named}")
    return policy


def _seconds(column: Any, told: str) -> Int:
    """Seconds since midnight of 1970-01-01 in Shanghai."""
    arrow = pyarrow()
    from pyarrow import compute

    try:
        if arrow.types.is_string(column.type) or arrow.types.is_dictionary(column.type):
            column = compute.cast(column.cast(arrow.string()), arrow.timestamp("s", tz="UTC"))
        found = column.cast(arrow.timestamp("s", tz="UTC"), safe=False).cast(arrow.int64())
        if found.null_count:
            raise BadData(f"log {told}: {WHEN}", None, "an instant in each row")
        seconds: Int = found.combine_chunks().to_numpy(zero_copy_only=False) - int(FIRST.timestamp())
        return seconds
    except arrow.ArrowException as error:
        raise BadData(f"log {told}: {WHEN}", _first_line(error), "instants in ISO 8601 with their zone") from None
