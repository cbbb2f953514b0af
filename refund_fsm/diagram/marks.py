"""Owns what a view lays over a picture: tones, numbers, notes and widths for rules and states. Plain data, no markup.

Must not know how marks are found (see `case_marks`, `counts_marks`, `difference_marks`) nor how they look (`labels`, `dot`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from refund_fsm.text import Text
from refund_fsm.workflow import SpecialPeriod

Tone = Literal["plain", "faded", "next", "taken", "now", "added", "removed", "changed"]
TONES: tuple[Tone, ...] = ("faded", "plain", "next", "taken", "now", "changed", "removed", "added")  # the last one outweighs the others
NEXT = "▶"
Kind = Literal["count", "due", "breach", "change", "when"]
Sign = Tone | Kind
CHANGES: Mapping[Sign, tuple[str, Text]] = {
    "added": ("+", Text("新增", "added")),
    "removed": ("−", Text("删除", "removed")),
    "changed": ("Δ", Text("变更", "changed")),
}  # with their signs, which tell them apart without colour


@dataclass(frozen=True, slots=True)
class Note:
    """A line that a view adds to a rule or a state: words, and what is the same in both languages
    before and after them."""

    text: Text
    kind: Kind
    value: str = ""
    lead: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a view says of one rule or state. `numbers` are the steps of a case; `open` says that the rule may fire next;
    `weight` is the share of the widest line, 0 to 1; on a map, `number` is what is said first, `beside` what stands behind it,
    `fill` the colour of a card; `row` is the place of the row of its limit that counts, `special` the
    special period that does."""

    tone: Tone = "plain"
    notes: tuple[Note, ...] = ()
    numbers: tuple[int, ...] = ()
    weight: float | None = None
    open: bool = False
    number: str = ""
    beside: str = ""
    fill: str = ""
    row: int | None = None
    special: SpecialPeriod | None = None


@dataclass(frozen=True, slots=True)
class Scale:
    """What the colours of a map's cards mean: of what, and each colour with the numbers that it stands for."""

    text: Text
    steps: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of a picture; `rest` is for what has none. `heading` stands under the title; `key` explains tones in the legend;
    `scale` is that of a map (`map_marks`), None for any other picture."""

    rules: Mapping[str, Mark] = field(default_factory=dict)
    states: Mapping[str, Mark] = field(default_factory=dict)
    rest: Mark = Mark()
    heading: tuple[Text, ...] = ()
    key: tuple[tuple[Sign, Text], ...] = ()
    scale: Scale | None = None

    def rule(self, rule_id: str) -> Mark:
        """The mark of a rule."""
        return self.rules.get(rule_id, self.rest)

    def state(self, key: str) -> Mark:
        """The mark of a state."""
        return self.states.get(key, self.rest)


def strongest(marks: Iterable[Mark]) -> Tone:
    """The tone that outweighs the others."""
    return max((mark.tone for mark in marks), key=TONES.index, default="plain")
