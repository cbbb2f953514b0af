"""Owns what a case records and reports: `Step`, `Due`, `Breach`, and the details that come with an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

from refund_fsm.errors import BadData
from refund_fsm.workflow import KNOWN_NEEDS, MAX_EVIDENCE, Evidence, Limit, Rule, State, Unit, values

NO_DETAILS: Mapping[str, Any] = MappingProxyType({})
DETAILS = (*KNOWN_NEEDS, "event_id")


@dataclass(frozen=True, slots=True)
class Due:
    """When a limit is reached: at `at` exactly. `then` is the clock rule that fires, or None where passing it is a breach.

    `length` is in `unit`s; `provisional` says that a day beyond the published calendar was counted.
    """

    at: datetime
    limit: Limit
    unit: Unit
    length: int
    then: Rule | None
    provisional: bool


@dataclass(frozen=True, slots=True)
class Breach:
    """A limit that was passed and that nothing enforces. `at` is the limit's own instant."""

    limit: Limit
    at: datetime
    provisional: bool


class Step(NamedTuple):
    """One accepted event. `before` are the facts that were judged, `after` what the effect made of them; `breach` is the one
    that this step is the first to record."""

    at: datetime
    event: str
    by: str
    rule: Rule
    source: State
    dest: State
    before: Any
    after: Any
    details: Mapping[str, Any]
    breach: Breach | None


def checked_details(details: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """The details of an event, checked and frozen: `note`, `tracking_no`, `evidence` (made a tuple), `event_id`.

    A detail of None is as if it were not given. Raises `BadData` naming the detail.
    """
    kept: dict[str, Any] = {}
    for name, value in details.items():
        if name not in DETAILS:
            raise BadData(name, value, f"no such detail; an event may carry {', '.join(DETAILS)}")
        if value is None:
            continue
        if name == "note":
            kept[name] = values.prose(value, name)
        elif name == "evidence":
            kept[name] = _evidence(value, at)
        else:
            kept[name] = values.name(value, name)
    return MappingProxyType(kept) if kept else NO_DETAILS


def _evidence(value: object, at: datetime) -> tuple[Evidence, ...]:
    pieces = (value,) if isinstance(value, Evidence) else tuple(value) if isinstance(value, (tuple, list)) else None
    if pieces is None or not all(isinstance(piece, Evidence) for piece in pieces):
        raise BadData("evidence", value, "an Evidence, or a tuple of them")
    if len(pieces) > MAX_EVIDENCE:
        raise BadData("evidence", f"{len(pieces)} pieces", f"at most {MAX_EVIDENCE}")
    for place, piece in enumerate(pieces):
        if piece.at > at:
            raise BadData(f"evidence[{place}].at", piece.at.isoformat(), f"not after the event, {at.isoformat()}")
    return pieces


def is_given(details: Mapping[str, Any], need: str) -> bool:
    """Whether a need is met: white space is no note, an empty tuple no evidence."""
    value = details.get(need)
    return bool(value.strip()) if isinstance(value, str) else bool(value)
