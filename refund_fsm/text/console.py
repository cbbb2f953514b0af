"""Owns what reaches stdout and stderr: sections, text as it is, one line of complaint, and what becomes of what cannot be printed.

Must not know what is told.
"""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from refund_fsm.errors import printable
from refund_fsm.text.sections import Section
from refund_fsm.text.text import Languages, one_line


def show(sections: Iterable[Section], lang: Languages) -> None:
    """Prints sections: as wide as the window on a terminal, at their natural width elsewhere."""
    from refund_fsm.text import terminal  # here, so that who prints JSON does not load it

    if sys.stdout.isatty():
        terminal.printed(sections, lang, sys.stdout)
        sys.stdout.flush()
    else:
        show_text(terminal.text_of(sections, lang))


def show_text(text: str) -> None:
    """Prints text as it is."""
    sys.stdout.write(text)
    sys.stdout.flush()


def complain(message: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"refund-fsm: {printable(one_line(message))}\n")


class Guarded:
    """A stream that takes all that is written, whether or not it gets anywhere: `lost` is what the system said when it did not.

    So the work goes on to its end, and whoever began it says afterwards, once, that its words are lost. Has no `buffer`: nobody writes
    past it.
    """

    def __init__(self, stream: TextIO | None) -> None:
        self.lost: OSError | None = None
        self._closed = stream is None
        self._stream: TextIO = io.StringIO() if stream is None else stream

    def write(self, text: str) -> int:
        """Writes, as long as that is possible."""
        if self._closed and text:
            self.lost = OSError(errno.EBADF, "it is closed")
        if self.lost is None:
            self._try(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        """Hands over what was written, as long as that is possible."""
        if self.lost is None:
            self._try(self._stream.flush)

    def _try(self, act: Any) -> None:
        try:
            act()
        except OSError as error:
            self.lost = error
            with suppress(OSError, ValueError):  # what is held back goes nowhere, instead of failing again when Python ends
                nowhere = os.open(os.devnull, os.O_WRONLY)
                os.dup2(nowhere, self._stream.fileno())
                os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        if name in ("_stream", "buffer", "detach"):
            raise AttributeError(name)
        return getattr(self._stream, name)


@contextmanager
def guarded() -> Iterator[Guarded]:
    """A `with` block in which stdout and stderr never fail; gives stdout, which says whether something was lost."""
    before = sys.stdout, sys.stderr
    out, err = Guarded(before[0]), Guarded(before[1])
    sys.stdout, sys.stderr = cast(TextIO, out), cast(TextIO, err)
    try:
        yield out
    finally:
        out.flush()
        err.flush()
        sys.stdout, sys.stderr = before
