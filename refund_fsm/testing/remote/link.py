"""Owns what a link to a service is: one message there, one answer back, within a time; and the faults that can come between.

Must not know what a message says, nor by what it travels.
"""

from __future__ import annotations

import time
from typing import Literal, Protocol

from refund_fsm.errors import printable
from refund_fsm.testing.lockstep import CallFault

MAX_ANSWER = 1 << 20  # bytes of one answer, which is a line of a few words
CHUNK = 1 << 16  # bytes that are read at once
SHOWN = 200  # bytes of what a service wrote that a message shows


class Link(Protocol):
    """What leads to a service. What `exchange` raises leaves the link as it may be: whoever called it must `drop` it then."""

    def exchange(self, message: bytes, seconds: float) -> bytes:
        """The answer to one message; `CallFault` when none, or something else, comes within so many seconds."""
        ...  # the body of a protocol's method, which mypy wants where something is returned

    def drop(self) -> None:
        """Ends the connection at once; the next message opens another."""

    def close(self) -> None:
        """Ends the connection and what was started for it, giving it a moment to end by itself."""

    def said(self) -> tuple[str, ...]:
        """The last lines that the service wrote elsewhere (its stderr), nothing in them interpreted."""
        ...  # the same


class Deadline:
    """An instant of the machine's steady clock until which something may take."""

    __slots__ = ("_end", "seconds")

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left, more than 0; `CallFault` when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise self.passed()
        return left

    def passed(self) -> CallFault:
        """The fault of what takes longer."""
        return CallFault("hung", f"no answer within {self.seconds:g} s")


def fault(kind: Literal["raised", "hung", "nonsense"], told: str) -> CallFault:
    """A fault in words, on one line."""
    return CallFault(kind, printable(" ".join(told.split())))


def excerpt(raw: bytes) -> str:
    """The beginning of what a service wrote, as text in which nothing is interpreted, between quotes."""
    text = repr(raw[:SHOWN].decode("utf-8", errors="replace"))
    return text if len(raw) <= SHOWN else f"{text}…"
