"""Owns how the text of a saved case comes apart: head, steps, tail, one after the other, so that a bad head ends it before a step is read.

Must not know what the parts mean. Every cap has a name here, and its error states it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from refund_fsm.case.engine import MAX_STEPS
from refund_fsm.errors import SavedCaseError

MAX_SAVED = 100_000_000  # characters (bytes, where bytes are handed over) of a saved case
MAX_PART = 8_000_000  # characters of its head, of one step, of its tail: twice what the longest notes and all evidence make
SMALL = 200_000  # characters that are taken apart as a whole, so that what is no saved case at all is said first
FIRST_LOOK = 8_192  # characters of a part that are tried first where all that is left would be too much to decode
PARTS = ("head", "steps", "tail")
_OUTLINE = f"an object of {', '.join(PARTS)}"
_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class Part(NamedTuple):
    """`head`, `step 3` or `tail`; its text as it stands in the file, and what that says. `steps` alone says that there is a list."""

    where: str
    text: str
    data: dict[str, Any]


def parts_of(text: str | bytes) -> Iterator[Part]:
    """The parts in the order of the text, each read when it is asked for. Raises `SavedCaseError`, at the latest at the end."""
    if not isinstance(text, (str, bytes)):
        raise SavedCaseError("head", text, "JSON text of a saved case")
    if len(text) > MAX_SAVED:
        raise SavedCaseError("head", f"{len(text):,} characters", f"at most {MAX_SAVED:,}")
    try:
        decoded = text if isinstance(text, str) else text.decode(json.detect_encoding(text))
    except ValueError as error:
        raise SavedCaseError("head", text, f"valid JSON ({error})") from None
    found = _Scanner(decoded).parts()
    return iter(list(found)) if len(decoded) <= SMALL else found


class _Scanner:
    """A place in a text."""

    def __init__(self, text: str) -> None:
        self.text, self.place = text, 0

    def parts(self) -> Iterator[Part]:
        self._begin()
        met: set[str] = set()
        while not self._took("}"):
            if met:
                self._expect(",")
            name = self._name()
            if name not in PARTS or name in met:
                raise SavedCaseError("head", name, _OUTLINE)
            met.add(name)
            self._expect(":")
            if name == "steps":
                yield Part("steps", "", {})
                yield from self._steps()
            else:
                yield self._part(name)
        if self._next():
            raise self._broken("nothing after the end")
        if len(met) < len(PARTS):
            raise SavedCaseError("head", sorted(met), _OUTLINE)

    def _begin(self) -> None:
        if self._took("{"):
            return
        if len(self.text) <= SMALL:
            self._decoded("head")  # says what is wrong with it
        raise SavedCaseError("head", self.text, _OUTLINE)

    def _steps(self) -> Iterator[Part]:
        if self._next() != "[":
            raise SavedCaseError("step 1", self._shown(), "a list of steps")
        self.place += 1
        number = 0
        while not self._took("]"):
            if number:
                self._expect(",")
            number += 1
            if number > 2 * MAX_STEPS:  # a change of the calendar is an entry too
                raise SavedCaseError(f"step {number:,}", "one more entry", f"at most {MAX_STEPS:,} steps")
            yield self._part(f"step {number}")

    def _part(self, where: str) -> Part:
        if self._next() != "{":
            raise SavedCaseError(where, self._shown(), "an object")
        start = self.place
        data = self._decoded(where)
        return Part(where, self.text[start : self.place], data)

    def _decoded(self, where: str) -> Any:
        """The value here; no more than `MAX_PART` characters are given to the decoder."""
        rest = len(self.text) - self.place
        most = min(rest, MAX_PART)
        size = most if rest == most else FIRST_LOOK
        while True:
            try:
                if size == rest:
                    found, self.place = _DECODER.raw_decode(self.text, self.place)
                else:
                    found, end = _DECODER.raw_decode(self.text[self.place : self.place + size])
                    self.place += end
            except (ValueError, RecursionError) as error:
                if size < most:
                    size = min(16 * size, most)
                    continue
                more = f" of at most {MAX_PART:,} characters" if most < rest else ""
                raise SavedCaseError(where, self.text[self.place :][:200], f"valid JSON{more} ({error})") from None
            return found

    def _name(self) -> str:
        if self._next() != '"':
            raise self._broken("a name in double quotes")
        found = self._decoded("head")
        assert isinstance(found, str), "what begins with a double quote is a text"
        return found

    def _next(self) -> str:
        """The next character that is no space, not taken; empty at the end."""
        match = _SPACE.match(self.text, self.place)
        assert match is not None, "no space is a match too"
        self.place = match.end()
        return self.text[self.place : self.place + 1]

    def _took(self, char: str) -> bool:
        if self._next() != char:
            return False
        self.place += 1
        return True

    def _expect(self, char: str) -> None:
        if not self._took(char):
            raise self._broken(repr(char))

    def _broken(self, wanted: str) -> SavedCaseError:
        return SavedCaseError("head", self._shown(), f"valid JSON ({wanted} at character {self.place:,})")

    def _shown(self) -> str:
        return self.text[self.place : self.place + 200]
