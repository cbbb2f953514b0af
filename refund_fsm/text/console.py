"""Owns how text reaches the screen: languages, tables whose columns line up, and nothing in a text taken for more than text.

On a terminal a table fits the window; in a pipe it has its natural width, so that nothing is cut or wrapped.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from refund_fsm.text.text import Lang, Text

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.table import Table
    from rich.text import Text as RichText

PIPE_WIDTH = 100_000  # columns: wider than any row, so that a pipe gets every table at its natural width
BREAK = "⏎"
STAMP = len("2026-02-12 10:00")  # columns
NARROW = 8  # columns: no narrower, where that can be helped


class Languages(StrEnum):
    """The languages of the output."""

    ZH = "zh"
    EN = "en"
    BOTH = "both"

    @property
    def each(self) -> tuple[Lang, ...]:
        """The languages, Chinese first."""
        return ("zh", "en") if self is Languages.BOTH else ("zh",) if self is Languages.ZH else ("en",)

    @property
    def colon(self) -> str:
        """The colon after a text in these languages."""
        return "：" if self is Languages.ZH else ": "

    def say(self, text: Text, separator: str = " / ") -> str:
        """The text in these languages."""
        return separator.join(dict.fromkeys(text.get(lang) for lang in self.each))

    def stack(self, text: Text) -> str:
        """The text in these languages, one below the other."""
        return self.say(text, "\n")


def one_line(text: str) -> str:
    """A note in one line: line breaks are shown as ⏎."""
    return BREAK.join(text.splitlines()).replace("\t", " ") if not text.isprintable() else text


def plain(text: str, style: str = "") -> RichText:
    """Text that is shown as it is: no markup, no emoji codes."""
    from rich.text import Text as RichText

    return RichText(text, style=style)


@dataclass(frozen=True)
class Aligned:
    """A table whose columns line up, as narrow as the window asks. `lines` sets rows apart; columns under `instants` keep a stamp whole."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    lines: bool = False
    instants: Container[str] = ()

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Table]:
        from rich import box
        from rich.table import Table

        made = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), header_style="bold", show_lines=self.lines)
        for heading, width in zip(self.headings, self.widths(options.max_width), strict=True):
            made.add_column(plain(heading), overflow="fold", width=width)
        for row in self.rows:
            made.add_row(*(plain(cell) for cell in row))
            if self.lines:
                made.add_section()
        yield made

    def widths(self, room: int) -> list[int]:
        """The columns' widths: their natural ones, the widest narrowed until all fit into the room."""
        from rich.cells import cell_len

        found = [
            max(cell_len(line) for cell in column for line in cell.split("\n")) for column in zip(self.headings, *self.rows, strict=True)
        ]
        least = [STAMP if heading in self.instants else NARROW for heading in self.headings]
        room -= 2 * len(found) - 1  # a space after each column, and one between two
        while sum(found) > room:
            place = max(range(len(found)), key=lambda place: found[place] - least[place])
            if found[place] <= least[place]:
                break
            found[place] -= 1
        return found


def grid(rows: Sequence[Sequence[str]]) -> Table:
    """Columns that line up, without headings."""
    from rich.table import Table

    made = Table.grid(padding=(0, 2))
    for _ in range(max(map(len, rows), default=0)):
        made.add_column(overflow="fold")
    for row in rows:
        made.add_row(*(plain(cell) for cell in row))
    return made


def show(parts: Iterable[RenderableType | str]) -> None:
    """Prints the parts, one after the other: strings as they are, the rest by rich."""
    if not sys.stdout.isatty():
        show_text(text_of(parts))
        return
    console = _console(sys.stdout)

    def write() -> None:
        for one in parts:
            console.print(_hanging(plain(one) if isinstance(one, str) else one))

    _written(write)


def text_of(parts: Iterable[RenderableType | str]) -> str:
    """The parts as text without colours, every table at its natural width."""
    from rich.text import Text as RichText

    buffer = io.StringIO()
    console = _console(buffer, width=PIPE_WIDTH, force_terminal=False, no_color=True)
    for one in parts:
        part = plain(one) if isinstance(one, str) else one
        console.print(part, soft_wrap=isinstance(part, RichText))
    return buffer.getvalue()


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


def show_json(data: Any) -> None:
    """Prints data as JSON."""
    show_text(f"{json.dumps(data, ensure_ascii=False, indent=2)}\n")


def show_text(text: str) -> None:
    """Prints text as it is."""
    _written(lambda: sys.stdout.write(text))


def _written(write: Callable[[], object]) -> None:
    """Writes, and takes a reader that has gone (`| head`) for an end, not for an error."""
    try:
        write()
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(message: str) -> None:
    """One line on stderr."""
    line = one_line(message)
    sys.stderr.write(f"refund-fsm: {line if line.isprintable() else repr(line)[1:-1]}\n")
