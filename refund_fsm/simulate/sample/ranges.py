"""Owns the numbers of the cases that were played, by seed: (seed, first, one past the last). None may count twice."""

from __future__ import annotations

from refund_fsm.errors import BadData

Ranges = tuple[tuple[int, int, int], ...]


def joined(one: Ranges, other: Ranges) -> Ranges:
    """Both in order, those that touch made one; `BadData` where a case is in both."""
    for seed, first, last in other:
        for seed_2, first_2, last_2 in one:
            if seed == seed_2 and first < last_2 and first_2 < last:
                raise BadData("ranges", (seed, first, last), f"other cases than {(seed_2, first_2, last_2)}: none may count twice")
    found: list[tuple[int, int, int]] = []
    for seed, first, last in sorted((*one, *other)):
        if found and found[-1][0] == seed and found[-1][2] == first:
            found[-1] = (seed, found[-1][1], last)
        else:
            found.append((seed, first, last))
    return tuple(found)
