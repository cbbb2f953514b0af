"""Reads official.md, the contract of the platform's own table. Skips who needs it where it is not beside the checkout."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import pytest

from refund_fsm.text import SHANGHAI
from tests.orders.contract import MALL, Row, conditions, spelled, tables, ticked, ways_of
from tests.places import SHARED

FILE = SHARED / "official.md"
if not FILE.exists():
    pytest.skip("no ../shared/official.md beside the checkout: the table cannot be compared with the contract", allow_module_level=True)
TEXT = FILE.read_text(encoding="utf-8")
UNITS = {"h": "hours", "d": "days", "wd": "working_days"}
RETURN = "makes it a return: `kind` becomes `return_and_refund`, `goods_returned`, `exchange_sent` and `extended` become false"
A_RETURN = {"kind": "return_and_refund", "goods_returned": False, "exchange_sent": False, "extended": False}


def section(number: int) -> str:
    """The text under a numbered heading, up to the next."""
    (found,) = re.findall(rf"^## {number}\. [^\n]*\n(.*?)(?=^## |\Z)", TEXT, re.M | re.S)
    return str(found)


def rules() -> list[Row]:
    """The rules of § 4, ids given out in order, one for each source."""
    found: list[Row] = []
    for events, actor, way, told, cites in tables(section(4)):
        for event in ticked(events):
            if way.startswith("as in `rules.md`"):
                (same,) = [row for row in MALL if row.event == event]
                ways = [(same.source, same.dest, same.internal)]
            else:
                ways = ways_of(way)
            said = conditions(told.replace(RETURN, "").strip("; "), event)
            for source, dest, internal in ways:
                found.append(Row(f"P{len(found) + 1:02}", source, event, actor, dest, internal, cites=spelled(cites), **said))
    return found


def returns() -> set[str]:
    """The events whose effect makes a case a return."""
    return {event for events, _, _, told, _ in tables(section(4)) if RETURN in told for event in ticked(events)}


class LimitRow(NamedTuple):
    """One row of a limit as § 3 has it."""

    field: str
    length: int
    unit: str
    guard: str | None
    cites: tuple[str, ...]


def limits() -> dict[tuple[str, ...], tuple[tuple[LimitRow, ...], bool]]:
    """By the states that are counted together: the rows, and whether the clock acts at the end."""
    found = {}
    for states, told in tables(section(3)):
        rows = []
        parts = list(re.finditer(r"`(\w+)` (?:\d+–)?(\d+) (h|d|wd)\b(?: when `(\w+)`)?", told))
        for part, after in zip(parts, [*(one.start() for one in parts[1:]), len(told)], strict=True):
            tail = told[part.end() : after] if re.search(r"\(", told[part.end() : after]) else told[part.end() :]
            (inside,) = re.findall(r"\(([^()]*)\)", tail)[:1]
            cites = tuple(re.findall(r"\b(?:R\d+|assumed)\b", inside))
            rows.append(LimitRow(part[1], int(part[2]), UNITS[part[3]], part[4], cites))
        clock = "clock" in told
        assert clock != ("breach" in told), told
        groups = [ticked(states)] if " and " in states else [(state,) for state in ticked(states)]
        for group in groups:
            found[group] = (tuple(rows), clock)
    return found


@dataclass(frozen=True)
class Special:
    """One special period as § 3 has it."""

    limit: str
    guard: str | None
    start: datetime
    end: datetime
    days: int
    never_shorter: bool


def special() -> set[Special]:
    """The periods of the Spring Festival 2026."""
    said = " ".join(re.findall(r"^Spring Festival 2026, (.*?all others stay)\.", TEXT, re.M | re.S)[0].split())
    first, last = (_instant(one) for one in re.findall(r"(2026-\d\d-\d\d 00:00)", said))
    review, parcels = said.split("(R18): ")[1].split("; ", 1)
    found = set()
    for limit in ticked(review.split(" for refund only")[0]):
        for kind, guard in (
            ("refund only become", "wants_refund_only"),
            ("for a return", "wants_return"),
            ("for an exchange", "wants_exchange"),
        ):
            days = int(re.findall(rf"{kind} (\d+) d", review)[0])
            found.add(Special(limit, guard, first, last, days, never_shorter=False))
    spans = re.findall(r"(\d+) d in \[(\d\d-\d\d 00:00), (\d\d-\d\d 00:00)\)", parcels)
    assert len(spans) == 2 and "never shorter than the ordinary one" in parcels
    for limit in ticked(parcels.split(" become ")[0]):
        for days, start, end in spans:
            found.add(Special(limit, None, _instant(f"2026-{start}"), _instant(f"2026-{end}"), int(days), never_shorter=True))
    return found


def _instant(told: str) -> datetime:
    return datetime.fromisoformat(told).replace(tzinfo=SHANGHAI)
