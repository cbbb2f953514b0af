"""Owns at which instants facts that are derived from an order change by themselves: the window of a return ends, hours run out.

Must not know an order type, nor why the facts change: it sees only that they are derived otherwise at a later instant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

HORIZON = timedelta(days=400)  # beyond the longest length that a policy can set, rolled over
TICK = timedelta(microseconds=1)
LOOKS = (timedelta(0), *(timedelta(hours=h) for h in (1, 6, 20)), *(timedelta(days=2**n) for n in range(9)), HORIZON)

Told = Callable[[datetime], Any]  # the facts of one order as they are derived at an instant


def changes(told: Told, start: datetime, hints: Iterable[datetime] = ()) -> list[datetime]:
    """The instants up to `HORIZON` after `start` at which the facts change, to the microsecond, in order.

    Facts are looked at in ever wider steps (`LOOKS`); what turns and turns back between two looks is not seen. `hints` are instants at
    which facts of other orders changed: where they fit, the search is short; what is found is the same.
    """
    found: list[datetime] = []
    looks = {start + look for look in LOOKS}
    looks.update(at for hint in hints for at in (hint - TICK, hint) if start < at < start + HORIZON)
    for low, high in pairwise([(at, told(at)) for at in sorted(looks)]):
        _search(told, low, high, found)
    return found


def _search(told: Told, low: tuple[datetime, Any], high: tuple[datetime, Any], found: list[datetime]) -> None:
    """Halves the span between two looks (instant, facts) until it is a microsecond: at most 46 deep for `HORIZON`."""
    if low[1] == high[1]:
        return
    if high[0] - low[0] <= TICK:
        found.append(high[0])
        return
    at = low[0] + (high[0] - low[0]) // 2
    middle = at, told(at)
    _search(told, low, middle, found)
    _search(told, middle, high, found)
