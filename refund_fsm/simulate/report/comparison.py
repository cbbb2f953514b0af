"""Owns `compare` and `Comparison`: two results or laws figure by figure, and how far their differences can be trusted.

Must not simulate: both are there already.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from refund_fsm.errors import BadData
from refund_fsm.simulate.figures import Figure, frame
from refund_fsm.simulate.report import settings
from refund_fsm.simulate.report.settings import Many
from refund_fsm.simulate.sample import Result
from refund_fsm.text import Text
from refund_fsm.text.numbers import Interval, Unit, half
from refund_fsm.workflow import FrozenDict

if TYPE_CHECKING:
    from refund_fsm.diagram import Diagram, Lang

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of both: `difference` is b − a with its interval. `exact` says that both are laws: no sampling error is in it.

    The ends of `difference` are NaN where a sample keeps no interval of its own (stays alone), and where a law estimates no error.
    """

    name: str
    label: Text
    unit: Unit
    a: Interval
    b: Interval
    difference: Interval
    exact: bool

    @property
    def clear(self) -> bool:
        """Whether the interval of the difference leaves no room for none."""
        return self.difference.low > 0 or self.difference.high < 0

    @property
    def weight(self) -> float:
        """The size of the difference in half widths of its interval, by which rows are ranked; 0 where no interval is known."""
        size, width = abs(self.difference.value), half(self.difference)
        if not size > 0 or math.isnan(width):
            return 0.0
        return size / width if width > 0 else math.inf


@dataclass(frozen=True)
class Comparison:
    """Two results or laws. `rows` are the figures that both have, main figures first; `only_in` names those that one alone has."""

    a: Many
    b: Many
    names: tuple[Text, Text]
    rows: tuple[Row, ...]
    only_in: Mapping[str, tuple[str, ...]]

    @property
    def exact(self) -> bool:
        """Whether no sampling error is in it: both are laws."""
        return settings.is_law(self.a) and settings.is_law(self.b)

    @property
    def common_cases(self) -> bool:
        """Whether both are samples of one workflow that share case numbers of one seed: common random numbers."""
        if not isinstance(self.a, Result) or not isinstance(self.b, Result) or self.a.workflow.key != self.b.workflow.key:
            return False
        return any(
            seed == seed_2 and first < last_2 and first_2 < last
            for seed, first, last in self.a.ranges
            for seed_2, first_2, last_2 in self.b.ranges
        )

    def __getitem__(self, name: str) -> Row:
        """The row of a figure; `BadData` for one that is not in both."""
        for row in self.rows:
            if row.name == name:
                return row
        raise BadData("figure", name, "a figure that both have")

    def ranked(self) -> tuple[Row, ...]:
        """The rows by `weight`: first what differs most, measured by how well the difference is known."""
        return tuple(sorted(self.rows, key=lambda row: -row.weight))

    def summary(self, lang: Lang = "both") -> str:
        """A table for people, in Chinese, English or both."""
        from refund_fsm.simulate.report.summary import comparison_text

        return comparison_text(self, lang)

    def diagram(self, lang: Lang = "both") -> Diagram:
        """One state diagram of what differs: changes of shares and of times with their signs; what does not differ is folded.

        `BadData` for two workflows, which share no states, and for a result without cases.
        """
        from refund_fsm.simulate.report.difference import difference_map

        return difference_map(self, lang)

    def to_json(self, *, indent: int | None = None) -> str:
        """The settings of both and all rows as JSON; what is not known is null."""
        data = {
            "format": FORMAT,
            "illustrative": True,
            "a": {"name": _pair(self.names[0]), **settings.data(self.a)},
            "b": {"name": _pair(self.names[1]), **settings.data(self.b)},
            "policy_differs": settings.policy_data(self.a.policy, self.b.policy),
            "exact": self.exact,
            "rows": [
                {
                    "name": row.name,
                    "label": _pair(row.label),
                    "unit": row.unit,
                    **{key: [_finite(value) for value in getattr(row, key).to_list()] for key in ("a", "b", "difference")},
                    "exact": row.exact,
                    "clear": row.clear,
                }
                for row in self.rows
            ],
            "only_in": {side: list(names) for side, names in self.only_in.items()},
        }
        return json.dumps(data, ensure_ascii=False, indent=indent)

    def to_frame(self) -> Any:
        """The rows as a table of polars, or of pandas where there is no polars: `difference` from `low` to `high`."""
        return frame(
            [
                {"name": row.name, "zh": row.label.zh, "en": row.label.en, "unit": row.unit, "a": row.a.value, "b": row.b.value,
                 "difference": row.difference.value, "low": row.difference.low, "high": row.difference.high, "exact": row.exact}
                for row in self.rows
            ]
        )  # fmt: skip

    def __repr__(self) -> str:
        return f"<Comparison of {self.names[0].en!r} and {self.names[1].en!r}: {len(self.rows)} figures>"


def compare(a: Many, b: Many, *, names: tuple[Text, Text] | None = None) -> Comparison:
    """What changes from `a` to `b`, each a `Result` or a `Law`, of two policies, behaviours, starts or workflows.

    Of two laws the interval of a difference is the sum of their estimated errors. Of samples it is the 95 % interval of two
    independent ones, which is wider than need be for common random numbers (the same seed). Of a law and a sample, both are added.
    `names` say what each is; None: by what differs first. `BadData` for anything else than a result or a law.
    """
    settings.checked("a", a)
    settings.checked("b", b)
    if names is not None and not (isinstance(names, tuple) and len(names) == 2 and all(isinstance(one, Text) for one in names)):
        raise BadData("names", names, "two Texts, or None")
    ours, theirs = a.figures(), b.figures()
    rows = tuple(_row(ours[name], theirs[name], settings.is_law(a), settings.is_law(b)) for name in ours if name in theirs)
    only_in = {"a": tuple(name for name in ours if name not in theirs), "b": tuple(name for name in theirs if name not in ours)}
    return Comparison(a, b, names or settings.names(a, b), rows, FrozenDict(only_in))


def _row(a: Figure, b: Figure, exact_a: bool, exact_b: bool) -> Row:
    difference = b.value - a.value
    width = _width(a.interval, b.interval, exact_a, exact_b)
    return Row(
        a.name, a.label, a.unit, a.interval, b.interval, Interval(difference, difference - width, difference + width), exact_a and exact_b
    )


def _width(a: Interval, b: Interval, exact_a: bool, exact_b: bool) -> float:
    """Half the width of the interval: estimated errors of laws add up, independent sampling errors add up by their squares."""
    widths = [(half(a), exact_a), (half(b), exact_b)]
    if any(not exact and not width > 0 for width, exact in widths):  # a sample without an interval: the error is there, but not known
        return math.nan
    bounds = sum(width for width, exact in widths if exact)
    return bounds + math.hypot(*(width for width, exact in widths if not exact))


def _pair(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
