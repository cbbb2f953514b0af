"""Owns how a command's answer reaches the screen: sections for people, JSON for programs. Must not make answers."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from refund_fsm.cli.options import spoken
from refund_fsm.errors import printable
from refund_fsm.text import Languages
from refund_fsm.text.console import show, show_text
from refund_fsm.text.sections import Answer, Section, lines

AFTER = (Section(None),)  # nothing: what follows is set apart from what is on the screen already


def tell(answer: Answer, lang: Languages | None, json: bool, *, after: bool = False) -> None:
    """The answer on stdout; `after` another one that is on the screen already."""
    if json:
        show_text(answer.json())
    else:
        said_in = spoken(lang)
        show((*(AFTER if after else ()), *answer.sections(said_in)), said_in)


def tell_written(paths: Iterable[Path], *, after: bool = False) -> None:
    """The files that were written, one in a line, whatever their names hold; `after` an answer that is on the screen already."""
    show((*(AFTER if after else ()), *lines([printable(str(path)) for path in paths])), Languages.BOTH)
