"""Owns which limit runs in each configuration, and whether the law's clock starts there: what facts make of a table's limits, in numbers.

Must not count a day, nor know what follows.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from typing import Any, NamedTuple

from refund_fsm.workflow import Counting, Kind, Limit


class _Same(list[int]):
    """One number for all facts."""

    def __init__(self, number: int) -> None:
        super().__init__((number,))

    def __getitem__(self, _: object) -> Any:
        return super().__getitem__(0)


class Counted(NamedTuple):
    """`kinds` of counts, the number in them by configuration (−1 where no limit runs), and bytes: 1 where the law's clock starts."""

    kinds: tuple[Kind, ...]
    count_of: array[int]
    law_starts: bytes


def counted(limits: Counting, states: Sequence[str], facts: Sequence[Any], state_of: Sequence[int], fact_of: Sequence[int]) -> Counted:
    """Of configurations that are given as numbers of states and facts. A guard is asked once for each set of facts."""
    law = {state.key: limit for state, limit in limits.table.law.items()}
    places = list(zip(state_of, fact_of, strict=True))
    numbers, starts = [_numbers(limits, key, facts) for key in states], [_starts(law.get(key), facts) for key in states]
    count_of = array("i", [numbers[state][fact] for state, fact in places])
    law_starts = bytes([starts[state][fact] for state, fact in places])
    return Counted(tuple(one.kind for one in limits.counts), count_of, law_starts)


def _numbers(limits: Counting, key: str, facts: Sequence[Any]) -> Sequence[int]:
    """The number of the count in a state, by facts."""
    if key not in limits.table.limits_at:
        return _Same(-1)
    fixed = limits.fixed.get(key)
    if fixed is not None:
        return _Same(limits.number[fixed.kind])
    found = []
    for one in facts:
        count = limits.of(key, one)
        assert count is not None, "the state has a limit"
        found.append(limits.number[count.kind])
    return found


def _starts(limit: Limit | None, facts: Sequence[Any]) -> Sequence[int]:
    """Whether the law's clock starts in a state, by facts."""
    if limit is None or not limit.guards:
        return _Same(int(limit is not None))
    return [int(limit.holds(one)) for one in facts]
