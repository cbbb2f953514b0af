"""Owns the columns of an event log: what they are called, of which types they are, how rows of numbers become them.

Must not open a file, nor know how cases are played.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import needing
from refund_fsm.text import SHANGHAI
from refund_fsm.text.cells import shielded
from refund_fsm.workflow import Workflow

Int = NDArray[np.int64]
COLUMNS = ("case:concept:name", "concept:name", "time:timestamp", "org:resource", "state", "rule", "amount")
CASE_COLUMNS = ("case:order_type", "case:policy", "case:amount_fen")  # and one for each fact
DIGITS = 9  # of a case's number, more where there are more cases; so logs of one kind can be put together
OFFSET = "+08:00"  # Shanghai's, in all accepted years
HOURS_EAST = 8 * 3_600

Value = bool | int | str


class Rows(NamedTuple):
    """Rows of numbers, one for each event: case number, second since midnight of the first day, number of the rule, amount in fen."""

    case: Int
    second: Int
    rule: Int
    amount: Int


class CaseColumns(NamedTuple):
    """What is said of a case as a whole: order type, policy, and by fact its domain and its value in each kind of case."""

    order_type: str
    policy: str
    facts: Mapping[str, tuple[Sequence[Value], Sequence[Value]]]


def case_id(number: int, width: int = DIGITS) -> str:
    """The id that a log gives a case: `C000000017`. A letter, or readers of CSV would take it for a number; digits that sort."""
    return f"C{number:0{width}d}"


class Columns:
    """The columns of one log. `last` is the highest number of a case; `text` asks for what a CSV file holds."""

    def __init__(self, workflow: Workflow, start: datetime, cases: CaseColumns, last: int, *, text: bool) -> None:
        self._arrow = pyarrow()
        self._text = text
        self._width = max(DIGITS, len(str(last)))
        self._midnight = int(start.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0).timestamp())
        rules = workflow.rules
        self._by_rule = {
            "concept:name": self._words([rule.event.name for rule in rules]),
            "org:resource": self._words([rule.actor.key for rule in rules]),
            "state": self._words([rule.dest.key for rule in rules]),
            "rule": self._words([rule.id for rule in rules]),
        }
        self._same = {"case:order_type": self._words([cases.order_type]), "case:policy": self._words([cases.policy])}
        self._by_kind = {column_of(name): self._values(*fact) for name, fact in cases.facts.items()}
        self.schema = self._schema()

    def _schema(self) -> Any:
        arrow = self._arrow
        number, words = arrow.int64(), arrow.dictionary(arrow.int32(), arrow.string())
        stamp = arrow.string() if self._text else arrow.timestamp("ns", tz=SHANGHAI.key)
        types = dict.fromkeys((*COLUMNS, *CASE_COLUMNS), words) | {"time:timestamp": stamp, "amount": number, "case:amount_fen": number}
        types |= {name: words if values.type == arrow.string() else values.type for name, values in self._by_kind.items()}
        return arrow.schema(list(types.items()))

    @property
    def plain(self) -> Any:
        """The schema with text for dictionaries of text."""
        arrow = self._arrow
        return arrow.schema([(one.name, arrow.string() if arrow.types.is_dictionary(one.type) else one.type) for one in self.schema])

    def table(self, rows: Rows, kinds: Int) -> Any:
        """The rows as a table: those of whole cases, in the order of the cases, each with the kind of its case."""
        arrow = self._arrow
        starts = np.diff(rows.case, prepend=-1) != 0
        ids = arrow.array([case_id(number, self._width) for number in rows.case[starts].tolist()], arrow.string())
        rule, kind, none = (arrow.array(one.astype(np.int32)) for one in (rows.rule, kinds, np.zeros(len(kinds))))
        amount = arrow.array(rows.amount)
        found = {
            "case:concept:name": self._of(ids, arrow.array(np.cumsum(starts).astype(np.int32) - 1)),
            "time:timestamp": self._stamps(rows.second + self._midnight),
            "amount": amount,
            "case:amount_fen": amount,
            **{name: self._of(values, rule) for name, values in self._by_rule.items()},
            **{name: self._of(values, none) for name, values in self._same.items()},
            **{name: self._of(values, kind) for name, values in self._by_kind.items()},
        }
        return arrow.Table.from_arrays([found[name] for name in self.schema.names], schema=self.plain if self._text else self.schema)

    def _of(self, values: Any, places: Any) -> Any:
        """The values that stand at the places; text as numbers and a dictionary where the file can hold that."""
        words = values.type == self._arrow.string() and not self._text
        return self._arrow.DictionaryArray.from_arrays(places, values) if words else values.take(places)

    def _words(self, words: Sequence[str]) -> Any:
        return self._arrow.array([shielded(one) for one in words] if self._text else list(words), self._arrow.string())

    def _values(self, domain: Sequence[Value], values: Sequence[Value]) -> Any:
        """A fact's values, of its domain's one type; text where there is none."""
        kinds = {type(one) for one in domain}
        if kinds == {bool}:
            return self._arrow.array(values, self._arrow.bool_())
        return self._arrow.array(values, self._arrow.int64()) if kinds == {int} else self._words([str(one) for one in values])

    def _stamps(self, seconds: Int) -> Any:
        """Instants, of seconds since 1970: in nanoseconds, or as ISO 8601 has them."""
        arrow = self._arrow
        if not self._text:
            return arrow.array(seconds * 1_000_000_000).cast(arrow.timestamp("ns", tz=SHANGHAI.key))
        from pyarrow import compute

        local = compute.strftime(arrow.array(seconds + HOURS_EAST).cast(arrow.timestamp("s")), format="%Y-%m-%dT%H:%M:%S")
        return compute.binary_join_element_wise(local, arrow.scalar(OFFSET), arrow.scalar(""))


def column_of(fact: str) -> str:
    """The column of a fact: `case:` and its name, but for names that a column has already."""
    while f"case:{fact}" in (*CASE_COLUMNS, *COLUMNS):
        fact = f"fact_{fact}"
    return f"case:{fact}"


def pyarrow() -> Any:
    """The package, or `MissingPart`."""
    with needing("an event log"):
        import pyarrow
    return pyarrow
