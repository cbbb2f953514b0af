"""Owns what an answer is made of before it is shown: sections of lines, notices, tables and pairs for people, JSON for programs.

What reaches a terminal (`terminal`), a pipe or a page (`html`) is written from these alone. Must not know what is told, nor how it looks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from refund_fsm.text.text import Languages, Text

Cell = str | Text  # a `str` is said already; a `Text` is said in the languages of the output
Rows = tuple[tuple[Cell, ...], ...]

NONE = Text("没有", "none")


@dataclass(frozen=True, slots=True)
class Notice:
    """What must not be overlooked: illustrative, partial, provisional."""

    text: Text


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; `kind` says whether `number`s stand under it, which line up at the right, `instant`s, or short `name`s: both are kept
    whole."""

    heading: Cell
    kind: Literal["text", "number", "instant", "name"] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """Columns with their headings, and rows with a cell for each column.

    `ruled` sets rows apart. Without rows `none` is said in its place; where that is None too, the headings stand alone.
    """

    columns: tuple[Column, ...]
    rows: Rows
    ruled: bool = False
    none: Text | None = None


@dataclass(frozen=True, slots=True)
class Pairs:
    """Rows without headings: a label, and what is said of it, once or several times."""

    rows: Rows


Part = Cell | Notice | Table | Pairs


@dataclass(frozen=True, slots=True)
class Section:
    """Parts that belong together, under a title or without one. An `alarm` is the title of something refused."""

    title: Cell | None
    parts: tuple[Part, ...] = ()
    alarm: bool = False

    @property
    def tables(self) -> Iterator[Table]:
        """Its tables."""
        return (part for part in self.parts if isinstance(part, Table))


@dataclass(frozen=True)
class Answer:
    """What is said to one question: to people `sections` in their languages, to programs `json`. Each is made when it is asked for."""

    made: Callable[[Languages], Iterable[Section]]
    json: Callable[[], str]
    _known: dict[Languages, tuple[Section, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def sections(self, lang: Languages) -> tuple[Section, ...]:
        """The sections in the languages, made once for all who show them."""
        if lang not in self._known:
            self._known[lang] = tuple(self.made(lang))
        return self._known[lang]


def json_of(data: Any) -> str:
    """Data as JSON, ending in a newline."""
    return f"{json.dumps(data, ensure_ascii=False, indent=2)}\n"


def lines(found: Sequence[str]) -> tuple[Section, ...]:
    """Lines alone, as one section; none without lines."""
    return (Section(None, tuple(found)),) if found else ()


def tabled(title: Text, columns: Iterable[Column], rows: Iterable[tuple[Cell, ...]]) -> Section:
    """A section that is one table, or says that there is nothing to tell."""
    return Section(title, (Table(tuple(columns), tuple(rows), none=NONE),))


def said(cell: Cell, lang: Languages) -> str:
    """A cell in the languages."""
    return cell if isinstance(cell, str) else lang.say(cell)


def columns(*headings: Text) -> tuple[Column, ...]:
    """Columns of text."""
    return tuple(Column(heading) for heading in headings)


def numbers(*headings: Text) -> tuple[Column, ...]:
    """Columns of numbers."""
    return tuple(Column(heading, "number") for heading in headings)
