"""Owns what reaches stdout and stderr: sections, text as it is, and one line of complaint. Must not know what is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable

from refund_fsm.text.sections import Section
from refund_fsm.text.text import Languages, one_line


def show(sections: Iterable[Section], lang: Languages) -> None:
    """Prints sections: as wide as the window on a terminal, at their natural width elsewhere."""
    from refund_fsm.text import terminal  # here, so that who prints JSON does not load it

    if sys.stdout.isatty():
        _written(lambda: terminal.printed(sections, lang, sys.stdout))
    else:
        show_text(terminal.text_of(sections, lang))


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
