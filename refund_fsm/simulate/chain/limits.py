"""Owns how limits are counted, as arrays: the end of each count by the day of its start, and where it depends on more than that.

Says what `Count.end` says (a test holds them together); must not decide anything of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.chain.days import DAY, NEVER, Days, day_deadlines, working_deadlines
from refund_fsm.workflow import Count, unit_of

UNIT = {"hours": 3_600, "days": DAY}  # seconds
FROM, UNTIL, SHIFT, ROW, MORE = range(5)  # of a piece
PIECE = 5

Int = NDArray[np.int64]


class Limits(NamedTuple):
    """K counts, and rows of ends: the first K are theirs. Instants are seconds after the 00:00 that `Days` begin with.

    `hours` (K): the length in seconds where nothing but that counts, else −1; then `end` (rows × D) has the end by the day of the start.
    `known` (K): a start from then on counts days that are not known, or `NEVER`. `pieces` (K + 1): where the pieces of a count begin
    in `piece` (… × `PIECE`): a start in [`FROM`, `UNTIL`) ends `SHIFT` seconds later (−1: no such), or where the row `ROW` says (−1),
    the later of both; and when `MORE` is a row, that is the start of it: its last day.
    """

    hours: Int
    end: Int
    known: Int
    pieces: Int
    piece: Int


def limits_of(counts: Sequence[Count], days: Days, midnight: datetime, known: int) -> Limits:
    """The counts as arrays. `midnight` is the instant 0, `known` that of the first day which is judged by weekends alone."""
    made = _Made(counts, days, midnight, known)
    for place, count in enumerate(counts):
        made.add(place, count)
    return made.limits()


class _Made:
    def __init__(self, counts: Sequence[Count], days: Days, midnight: datetime, known: int) -> None:
        self.days, self.midnight, self.from_unknown = days, midnight, known
        width = len(days.works)
        self.rows: list[Int] = [np.full(width, NEVER, np.int64) for _ in counts]
        self.hours: list[int] = []
        self.known: list[int] = []
        self.begin, self.piece = [0], list[tuple[int, int, int, int, int]]()

    def limits(self) -> Limits:
        rows = np.stack(self.rows) if self.rows else np.zeros((0, len(self.days.works)), np.int64)
        hours, known, begin = (np.array(one, np.int64) for one in (self.hours, self.known, self.begin))
        return Limits(hours, rows, known, begin, np.array(self.piece, np.int64).reshape(len(self.piece), PIECE))

    def add(self, place: int, count: Count) -> None:
        if count.unit == "hours":
            self._in_hours(count)
        else:
            self._by_day(place, count)
        self.begin.append(len(self.piece))

    def _in_hours(self, count: Count) -> None:
        length = count.length * UNIT["hours"]
        plus, more = self._plus(count)
        self.hours.append(length + plus)
        for period, _ in count.special:
            start, end = (self._second(at) - length for at in (period.start, period.end))
            shift, row = length + plus if period.never_shorter else -1, -1
            if period.unit == "hours":
                shift = max(shift, period.length * UNIT["hours"] + plus)
            else:
                row = self._row(day_deadlines(self.days, period.length) + plus)
            self.piece.append((start, end, shift, row, more))
        if more >= 0:
            self.piece.append((-NEVER, NEVER, length, -1, more))
        self.known.append(NEVER if more < 0 else self._unknown(more, length))

    def _by_day(self, place: int, count: Count) -> None:
        ordinary = self._ordinary(count)
        guessed = ordinary > self.from_unknown if count.unit == "working_days" else np.zeros(len(ordinary), bool)
        plus, more = self._plus(count)
        end, open_yet = ordinary.copy(), np.ones(len(ordinary), bool)
        for period, _ in count.special:
            last = ordinary - DAY  # 00:00 of the last day
            here = open_yet & (self._second(period.start) <= last) & (last < self._second(period.end))
            open_yet &= ~here
            if period.unit == "days":
                other = day_deadlines(self.days, period.length)
                end[here] = np.maximum(other, end)[here] if period.never_shorter else other[here]
                continue
            for first, stop in _runs(here):
                row = self._row(ordinary + plus) if period.never_shorter else -1
                self.piece.append((first * DAY, stop * DAY, period.length * UNIT["hours"] + plus, row, more))
        end = np.where(end < NEVER, end + plus, NEVER)
        if more >= 0:
            end = self._after(more, end)
            guessed |= end > self.from_unknown
        self.hours.append(-1)
        self.rows[place] = end
        self.known.append(int(np.flatnonzero(guessed)[0]) * DAY if guessed.any() else NEVER)

    def _ordinary(self, count: Count) -> Int:
        return working_deadlines(self.days, count.length) if count.unit == "working_days" else day_deadlines(self.days, count.length)

    def _plus(self, count: Count) -> tuple[int, int]:
        """What is added: seconds, or a row of working days that are counted on, or −1."""
        if not count.plus:
            return 0, -1
        unit = unit_of(str(count.limit.plus))
        if unit == "working_days":
            return 0, self._row(working_deadlines(self.days, count.plus))
        return count.plus * UNIT[unit], -1

    def _after(self, more: int, end: Int) -> Int:
        """Counted on from ends, in the working days of a row."""
        last = (np.minimum(end, NEVER) - 1) // DAY
        inside = last < len(self.days.works)
        found = np.full(len(end), NEVER, np.int64)
        found[inside] = self.rows[more][last[inside]]
        return found

    def _unknown(self, more: int, length: int) -> int:
        """From when on a start, so many seconds before it goes on in working days, counts days that are not known."""
        late = np.flatnonzero(self.rows[more] > self.from_unknown)
        return int(late[0]) * DAY + 1 - length if len(late) else NEVER

    def _row(self, end: Int) -> int:
        self.rows.append(np.minimum(end, NEVER))
        return len(self.rows) - 1

    def _second(self, at: datetime) -> int:
        """The first whole second that is not before an instant."""
        return -((self.midnight - at) // timedelta(seconds=1))


def _runs(here: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Where days follow on each other: the first, and the one after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], here, [False])).astype(np.int8)))
    return [(int(first), int(stop)) for first, stop in edges.reshape(-1, 2)]
