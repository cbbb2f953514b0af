"""Owns how keys and names of a workflow become identifiers of another language: plain ASCII, each given out once."""

from __future__ import annotations

import re
from collections.abc import Iterable


class Identifiers:
    """Identifiers by what they stand for. The same thing gets the same one; two things never share one, nor one that is `reserved`."""

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self._given: dict[tuple[object, ...], str] = {(name,): name for name in reserved}

    def of(self, prefix: str, name: object) -> str:
        """`prefix` and the name, what is no letter, digit or underscore replaced; numbered where that is given out already."""
        key = (prefix, type(name), name)
        if key not in self._given:
            plain = prefix + (re.sub(r"[^0-9A-Za-z_]", "_", str(name)) or "_")
            taken, number, free = set(self._given.values()), 1, plain
            while free in taken:  # ends: the identifiers given out are finitely many
                number += 1
                free = f"{plain}_{number}"
            self._given[key] = free
        return self._given[key]
