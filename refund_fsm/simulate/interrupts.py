"""Owns Ctrl-C during long work: it asks the work to stop after the piece at hand, so that nothing is half added up.

A second one interrupts at once. Outside the main thread, where signals do not arrive, nothing is changed.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Stopped(Exception):  # it is no error
    """A piece of work ended because somebody asked for an end: it has no result."""


class Stop:
    """Whether somebody asked for an end."""

    def __init__(self) -> None:
        self.asked = False


@contextmanager
def interruptible() -> Iterator[Stop]:
    """A `with` block in which the first SIGINT sets `asked`, and the next raises `KeyboardInterrupt`."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGINT) is None:
        yield stop
        return

    def note(number: int, frame: FrameType | None) -> None:
        if stop.asked:
            signal.default_int_handler(number, frame)
        stop.asked = True

    before: Any = signal.signal(signal.SIGINT, note)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
