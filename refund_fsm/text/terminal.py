"""Owns how sections look in a terminal and in a pipe: columns that line up, and nothing in a text taken for more than text.

On a terminal a table fits the window, in a pipe `PIPE_WIDTH`; what is wider is wrapped in its cells, so that nothing is cut. Lines of
text are not wrapped in a pipe. Must not know what is told.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from refund_fsm.text.sections import Notice, Pairs, Part, Section, Table, said
from refund_fsm.text.text import Languages

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.table import Table as RichTable
    from rich.text import Text as RichText

PIPE_WIDTH = 100  # columns
STAMP = len("2026-02-12 10:00")  # columns
NAME = 24  # columns: a short name, such as the id that a case is given
NARROW = 8  # columns: no narrower, where that can be helped


def text_of(sections: Iterable[Section], lang: Languages) -> str:
    """The sections as text without colours, every table within `PIPE_WIDTH`."""
    from rich.text import Text as RichText

    buffer = io.StringIO()
    console = _console(buffer, width=PIPE_WIDTH, force_terminal=False, no_color=True)
    for part in _parts(sections, lang):
        console.print(part, soft_wrap=isinstance(part, RichText))
    return buffer.getvalue()


def printed(sections: Iterable[Section], lang: Languages, file: Any) -> None:
    """Prints the sections to a terminal, with colours, as wide as its window."""
    console = _console(file)
    for part in _parts(sections, lang):
        console.print(_hanging(part))


def _parts(sections: Iterable[Section], lang: Languages) -> Iterator[RenderableType]:
    """What is printed, one after the other; a blank line sets sections apart."""
    for place, section in enumerate(sections):
        if place:
            yield _plain("")
        if section.title is not None:
            yield _plain(said(section.title, lang), "red" if section.alarm else "bold")
        for part in section.parts:
            yield _shown(part, lang)


def _shown(part: Part, lang: Languages) -> RenderableType:
    if isinstance(part, Table):
        return _table(part, lang) if part.rows or part.none is None else _plain(f"  {lang.say(part.none)}")
    if isinstance(part, Pairs):
        return _grid([[said(cell, lang) for cell in row] for row in part.rows])
    return _plain(said(part.text if isinstance(part, Notice) else part, lang))


def _plain(text: str, style: str = "") -> RichText:
    """Text that is shown as it is: no markup, no emoji codes."""
    from rich.text import Text as RichText

    return RichText(text, style=style)


def _table(table: Table, lang: Languages) -> _Aligned:
    rows = [[said(cell, lang) for cell in row] for row in table.rows]
    for place, column in enumerate(table.columns):
        if column.kind == "number":  # at the right, so that digits of one weight stand below each other
            width = max((len(row[place]) for row in rows), default=0)
            for row in rows:
                row[place] = row[place].rjust(width)
    headings = [column.heading if isinstance(column.heading, str) else lang.stack(column.heading) for column in table.columns]
    least = [{"instant": STAMP, "name": NAME}.get(column.kind, NARROW) for column in table.columns]
    return _Aligned(headings, rows, least, table.ruled)


@dataclass(frozen=True)
class _Aligned:
    """A table whose columns line up, as narrow as the window asks, but each no narrower than its `least` where that can be helped."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    least: Sequence[int]
    ruled: bool

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[RichTable]:
        from rich import box
        from rich.table import Table as RichTable

        made = RichTable(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="bold", show_lines=self.ruled)
        for heading, width in zip(self.headings, self._widths(options.max_width), strict=True):
            made.add_column(_plain(heading), overflow="fold", width=width)
        for row in self.rows:
            made.add_row(*(_plain(cell) for cell in row))
            if self.ruled:
                made.add_section()
        yield made

    def _widths(self, room: int) -> list[int]:
        """The columns' widths: their natural ones, the widest narrowed until all fit into the room."""
        from rich.cells import cell_len

        found = [
            max(cell_len(line) for cell in column for line in cell.split("\n")) for column in zip(self.headings, *self.rows, strict=True)
        ]
        room -= 2 * len(found) - 1  # a space after each column, and one between two
        while sum(found) > room:
            place = max(range(len(found)), key=lambda place: found[place] - self.least[place])
            if found[place] <= self.least[place]:
                break
            found[place] -= 1
        return found


def _grid(rows: Sequence[Sequence[str]]) -> RichTable:
    """Columns that line up, without headings."""
    from rich.table import Table as RichTable

    made = RichTable.grid(padding=(0, 2))
    for _ in range(max(map(len, rows), default=0)):
        made.add_column(overflow="fold")
    for row in rows:
        made.add_row(*(_plain(cell) for cell in row))
    return made


def _hanging(part: RenderableType) -> RenderableType:
    """A line of text for a terminal: what is wrapped keeps the line's indentation."""
    from rich.padding import Padding
    from rich.text import Text as RichText

    if not isinstance(part, RichText):
        return part
    indent = len(part.plain) - len(part.plain.lstrip(" "))
    return Padding.indent(part[indent:], indent) if indent else part


def _console(file: Any, **more: Any) -> Console:
    from rich.console import Console

    return Console(file=file, markup=False, highlight=False, emoji=False, **more)
