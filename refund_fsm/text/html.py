"""Owns how sections are written as HTML: headings, tables and notices, each text in an element of its language.

A cell of a table is text to a spreadsheet too, by the rule of `text.cells`. Must not know what is told, nor the page around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from refund_fsm.text.cells import APOSTROPHE, shown
from refund_fsm.text.sections import Cell, Notice, Pairs, Part, Section, Table
from refund_fsm.text.text import Languages, Text

WIDE = 6  # columns: such a table takes the whole page


def both(text: Text, lang: Languages) -> str:
    """The text in its languages, each in an element of its own; what is the same in both, such as a unit, is said once."""
    told: dict[str, str] = {}
    for one in lang.each:
        told.setdefault(text.get(one), "zh-CN" if one == "zh" else "en")
    return " ".join(f'<span lang="{language}">{escape(one)}</span>' for one, language in told.items())


def cell_html(cell: Cell, lang: Languages) -> str:
    """A cell, nothing in it taken for more than text."""
    return escape(cell) if isinstance(cell, str) else both(cell, lang)


def _within(cell: Cell, lang: Languages) -> str:
    """What stands in a cell of a table: a spreadsheet that opens or is given the table takes nothing in it for a formula."""
    first = cell if isinstance(cell, str) else cell.get(lang.each[0])
    return (APOSTROPHE if shown(first) != first else "") + cell_html(cell, lang)


def section_html(section: Section, lang: Languages) -> str:
    """A section with its title and its parts."""
    wide = ' class="wide"' if any(len(table.columns) >= WIDE for table in section.tables if table.rows) else ""
    heading = "" if section.title is None else f"<h2>{cell_html(section.title, lang)}</h2>"
    return f"<section{wide}>{heading}{''.join(_part(part, lang) for part in section.parts)}</section>"


def _part(part: Part, lang: Languages) -> str:
    if isinstance(part, Table):
        return _table(part, lang)
    if isinstance(part, Pairs):
        return _pairs(part, lang)
    return f"<p>{cell_html(part.text if isinstance(part, Notice) else part, lang)}</p>"


def _table(table: Table, lang: Languages) -> str:
    if not table.rows and table.none is not None:
        return f"<p>{both(table.none, lang)}</p>"
    kinds = [' class="number"' if column.kind == "number" else "" for column in table.columns]
    heads = "".join(f"<th{kind}>{_within(column.heading, lang)}</th>" for kind, column in zip(kinds, table.columns, strict=True))
    rows = "".join(
        f"<tr>{''.join(f'<td{kind}>{_within(cell, lang)}</td>' for kind, cell in zip(kinds, row, strict=True))}</tr>\n"
        for row in table.rows
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>\n{rows}</tbody></table>"


def _pairs(pairs: Pairs, lang: Languages) -> str:
    rows = "".join(
        f"<tr><th>{_within(first, lang)}</th>{''.join(f'<td>{_within(cell, lang)}</td>' for cell in rest)}</tr>\n"
        for first, *rest in pairs.rows
    )
    return f'<table class="settings"><tbody>\n{rows}</tbody></table>'


def in_bold(sections: Iterable[Section]) -> Iterator[Cell]:
    """What is shown in bold: titles, headings, and all that pairs say."""
    for section in sections:
        if section.title is not None:
            yield section.title
        for part in section.parts:
            if isinstance(part, Table):
                yield from (column.heading for column in part.columns)
            elif isinstance(part, Pairs):
                yield from (cell for row in part.rows for cell in row)
