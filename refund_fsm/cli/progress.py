"""Owns what is told of long work while it goes on, on stderr: its progress bar, where that is a terminal, and the library's notices.

Must not know what the work is.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.text import Text as RichText

from refund_fsm.text.console import complain

Advance = Callable[[int, int], None]  # how much is done, of how much


class _Done(ProgressColumn):
    """How many of how many, and how many in a second."""

    def __init__(self, unit: str) -> None:
        super().__init__()
        self._unit = unit

    def render(self, task: Task) -> RichText:
        """`262,144 / 1,000,000 cases, 2,400,000/s`."""
        speed = task.finished_speed or task.speed
        rate = f", {speed:,.0f}/s" if speed else ""
        return RichText(f"{task.completed:,.0f} / {task.total or 0:,.0f} {self._unit}{rate}")


@contextmanager
def bar(total: int, unit: str, label: str = "") -> Iterator[Advance | None]:
    """A bar of `total` units for the time of a `with` block, with rate and time left; None when stderr is no terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        *([TextColumn("{task.description}")] if label else []),
        *(BarColumn(), TaskProgressColumn(), _Done(unit), TimeElapsedColumn(), TextColumn("<"), TimeRemainingColumn()),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(label, total=total)
        try:
            yield lambda done, of: progress.update(task, completed=done, total=of)
        except BaseException:
            progress.live.transient = True  # what failed leaves no bar above its message
            raise


class _Told(logging.Handler):
    """One line on stderr for each notice."""

    def emit(self, record: logging.LogRecord) -> None:
        """Tells it."""
        complain(record.getMessage())


@contextmanager
def notices(room: str = "simulate") -> Iterator[None]:
    """What a room of the library says of long work, for the time of a `with` block: that it compiles, and where that is kept; how large
    a suite is that is about to run."""
    logger, told = logging.getLogger(f"refund_fsm.{room}"), _Told(logging.INFO)
    level = logger.level
    logger.addHandler(told)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(told)
        logger.setLevel(level)
