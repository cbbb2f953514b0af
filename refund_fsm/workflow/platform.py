"""Owns the editions of the profile `platform`: what Xiaohongshu's own notices change for a time, by the date of the copy. Data only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from refund_fsm.text import SHANGHAI
from refund_fsm.workflow.special import SpecialPeriod


@dataclass(frozen=True, slots=True)
class Edition:
    """What a profile is from `holds_from` on, as read in a copy of a date."""

    copy: str
    holds_from: datetime
    special: tuple[SpecialPeriod, ...]


def _spring_festival_2026() -> tuple[SpecialPeriod, ...]:
    """Notice 67764 (R18): limits that would end from 2026-02-11 to before 2026-02-25."""
    first, eve, last = (datetime(2026, 2, day, tzinfo=SHANGHAI) for day in (11, 17, 25))
    review = [
        SpecialPeriod(limit=limit, when=(guard,), start=first, end=last, days=days, cites="R18")
        for limit in ("shipped_review_hours", "fresh_review_hours")
        for guard, days in (("wants_refund_only", 7), ("wants_return", 5), ("wants_exchange", 7))
    ]
    parcels = [
        SpecialPeriod(limit=limit, start=start, end=end, days=days, never_shorter=True, cites=cites)
        for limit, cites in (
            ("parcel_return_days", "R18"),
            ("parcel_receipt_days", "R18"),
            ("cross_border_receipt_days", "R18"),
            ("signed_receipt_hours", "R18 assumed"),
        )
        for start, end, days in ((first, eve, 15), (eve, last, 10))
    ]
    return (*review, *parcels)


def editions() -> Mapping[str, Edition]:
    """The editions by the date of their copy, the oldest first. Made when first asked for: importing builds no period."""
    if not _EDITIONS:
        one = Edition("2026-03-09", datetime(2025, 12, 24, tzinfo=SHANGHAI), _spring_festival_2026())
        _EDITIONS[one.copy] = one
    return _EDITIONS


def edition_at(at: datetime | None) -> Edition:
    """The edition in force at an instant (None: the newest); the first one before any holds."""
    known = tuple(editions().values())
    return known[-1] if at is None else next((one for one in reversed(known) if one.holds_from <= at), known[0])


_EDITIONS: dict[str, Edition] = {}
