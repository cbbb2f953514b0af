"""Owns when limits end that are counted from an instant, and where those end that run and are counted otherwise from then on. Compiled.

Arrays are those of `Limits`. Must not know what a limit does when it has passed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.chain import DAY, FROM, MORE, ROW, SHIFT, UNTIL
from refund_fsm.simulate.compiled import larger, part, width


@part
def end_of(hours: Any, end: Any, pieces: Any, piece: Any, count: Any, now: Any, never: Any) -> Any:
    """When a count ends that begins now; `never` where no day is known that it could end with."""
    for one in range(pieces[count], pieces[count + 1]):
        if piece[one, FROM] <= now and now < piece[one, UNTIL]:
            due = now + piece[one, SHIFT] if piece[one, SHIFT] >= 0 else now
            row, more = piece[one, ROW], piece[one, MORE]
            if row >= 0:
                due = larger(due, end[row, now // DAY])
            if more >= 0:
                day = (due - 1) // DAY
                due = end[more, day] if day < width(end) else np.int64(never)
            return due
    return now + hours[count] if hours[count] >= 0 else end[count, now // DAY]


@part
def moved(told: Any, new: Any, now: Any, never: Any) -> Any:
    """Where a limit ends that was told to end at `told` and is counted anew: not before that, nor before now."""
    due = larger(new, now)
    return larger(due, told) if told < never else due
