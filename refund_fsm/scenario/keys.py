"""Owns how the tables of a scenario file are looked at: the keys that they may have, and the place that a message names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from refund_fsm.errors import BadData
from refund_fsm.workflow import values

T = TypeVar("T")


def known(table: object, keys: tuple[str, ...], where: str, prefix: str) -> None:
    """That a table has no other keys; else `BadData` naming the key."""
    if not isinstance(table, dict):
        raise BadData(f"{where}: {prefix.rstrip('.')}", table, "a table")
    for key, value in table.items():
        if key not in keys:
            shown = key if key.isprintable() and len(key) < values.MAX_NAME else repr(key[: values.MAX_NAME])
            raise BadData(f"{where}: {prefix}{shown}", value, f"no such key; known are {', '.join(keys)}")


def within(place: str, make: Callable[[Any], T], value: Any) -> T:
    """What `make` makes of the value; its `BadData` then names the place too."""
    try:
        return make(value)
    except BadData as error:
        dot = "" if error.field.startswith("[") or not error.field else "."
        raise BadData(f"{place}{dot}{error.field}", error.value, error.expected) from None
