"""Owns where a long column is cut, so that it goes on in a column beside it. Must not know sizes, words or markup."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence

ROW = 14  # states one below the other: a column with more is cut, where others fit beside it


def cuts(column: Sequence[str], together: Iterable[Collection[str]], across: int) -> frozenset[str]:
    """The states of a column above which it is cut, into pieces of about the same length, `across` of them side by side.

    States that are `together` are not parted. Nothing for a column that is short, or beside which no other fits.
    """
    if across < 2 or len(column) <= ROW:
        return frozenset()
    pieces = across * math.ceil(len(column) / (across * ROW))
    groups = [frozenset(group) for group in together]
    whole = {at for at in range(1, len(column)) if any({column[at - 1], column[at]} <= group for group in groups)}
    found = set()
    for piece in range(1, pieces):
        at = next((at for at in range(piece * len(column) // pieces, len(column)) if at not in whole), None)
        if at:
            found.add(column[at])
    return frozenset(found)


def letter(number: int) -> str:
    """The name of a cut, from 1: A, B, …, Z, AA, AB, …"""
    found = ""
    while number:
        number, rest = divmod(number - 1, 26)
        found = chr(ord("A") + rest) + found
    return found
