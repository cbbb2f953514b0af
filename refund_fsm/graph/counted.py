"""Owns which limit runs in each configuration, and whether the law's clock starts there: what facts make of a table's limits, in numbers.

Must not count a day, nor know what follows.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from refund_fsm.workflow import Counting, Kind, Limit


class _Numbers(dict[int, int]):
    """The numbers of the counts in a state, by facts: asked once for each, where a case is there with them."""

    def __init__(self, limits: Counting, key: str, facts: Sequence[Any]) -> None:
        super().__init__()
        self._limits, self._key, self._facts = limits, key, facts

    def __missing__(self, fact: int) -> int:
        count = self._limits.of(self._key, self._facts[fact])
        assert count is not None, "the state has a limit"
        found = self[fact] = self._limits.number[count.kind]
        return found


class _Starts(dict[int, int]):
    """Whether the law's clock starts in a state, by facts: asked as the numbers are."""

    def __init__(self, limit: Limit, facts: Sequence[Any]) -> None:
        super().__init__()
        self._limit, self._facts = limit, facts

    def __missing__(self, fact: int) -> int:
        found = self[fact] = int(self._limit.holds(self._facts[fact]))
        return found


class Counted(NamedTuple):
    """`kinds` of counts, the number in them by configuration (−1 where no limit runs), and bytes: 1 where the law's clock starts."""

    kinds: tuple[Kind, ...]
    count_of: array[int]
    law_starts: bytes


def counted(limits: Counting, states: Sequence[str], facts: Sequence[Any], state_of: Sequence[int], fact_of: Sequence[int]) -> Counted:
    """Of configurations that are given as numbers of states and facts. A guard is asked once for each set of facts."""
    law = {state.key: limit for state, limit in limits.table.law.items()}
    numbers, starts = [_numbers(limits, key, facts) for key in states], [_starts(law.get(key), facts) for key in states]
    count_of = array("i", [numbers[state][fact] for state, fact in zip(state_of, fact_of, strict=True)])
    law_starts = bytes([starts[state][fact] for state, fact in zip(state_of, fact_of, strict=True)])
    return Counted(tuple(one.kind for one in limits.counts), count_of, law_starts)


def _numbers(limits: Counting, key: str, facts: Sequence[Any]) -> Mapping[int, int] | Sequence[int]:
    """The number of the count in a state, by facts."""
    fixed = limits.fixed.get(key)
    if fixed is not None or key not in limits.table.limits_at:
        return [-1 if fixed is None else limits.number[fixed.kind]] * len(facts)
    return _Numbers(limits, key, facts)


def _starts(limit: Limit | None, facts: Sequence[Any]) -> Mapping[int, int] | Sequence[int]:
    """Whether the law's clock starts in a state, by facts."""
    if limit is None or not limit.guards:
        return [int(limit is not None)] * len(facts)
    return _Starts(limit, facts)
