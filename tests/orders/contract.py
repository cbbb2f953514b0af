"""Reads rules.md, the contract beside the checkout: tables as rows, sentences as names. Skips who needs it where it is not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from refund_fsm import orders
from tests.places import SHARED

FILE = SHARED / "rules.md"
if not FILE.exists():
    pytest.skip("no ../shared/rules.md beside the checkout: the tables cannot be compared with the contract", allow_module_level=True)
TEXT = FILE.read_text(encoding="utf-8")
KEYS = ("self_operated", "third_party", "virtual")  # of the order types whose tables stand there
COLUMN = {"mall": "self_operated", "shop": "third_party", "virtual": "virtual"}


def section(title: str) -> str:
    """The text under a heading, up to the next heading."""
    (found,) = re.findall(rf"^#+ {re.escape(title)}[^\n]*\n(.*?)(?=^#|\Z)", TEXT, re.M | re.S)
    return str(found)


def tables(text: str) -> list[list[str]]:
    """The cells of all table rows, headers and rulers left out."""
    rows: list[list[str]] = []
    lines = text.splitlines()
    for place, line in enumerate(lines):
        if line.startswith("|") and not line.startswith("|---") and not (place + 1 < len(lines) and lines[place + 1].startswith("|---")):
            rows.append([cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]])
    return rows


def ticked(text: str) -> tuple[str, ...]:
    """The names in backquotes, in order."""
    return tuple(re.findall(r"`([a-z_]+)`", text))


def spelled(cites: str) -> tuple[str, ...]:
    """A provenance cell, its ranges spelled out."""
    found: list[str] = []
    for part in re.split(r",\s*", cites):
        ends = re.fullmatch(r"([A-Z])(\d+)–([A-Z])(\d+)", part)
        found += [f"{ends[1]}{n}" for n in range(int(ends[2]), int(ends[4]) + 1)] if ends else [part]
    return tuple(found)


@dataclass(frozen=True)
class Row:
    """One rule as rules.md has it. `takes` and `sets` are facts."""

    id: str
    source: str
    event: str
    actor: str
    dest: str
    internal: bool
    guards: tuple[str, ...]
    needs: tuple[str, ...]
    sets: tuple[str, ...]
    takes: tuple[str, ...]
    cites: tuple[str, ...]


def taken_by() -> dict[str, str]:
    """Which fact an event takes one of, by § 3: "`resubmit` takes one"."""
    found = {}
    for fact, values, _ in tables(section("3. Facts")):
        for event in re.findall(r"`([a-z_]+)` takes one", values):
            found[event] = ticked(fact)[0]
    return found


def conditions(cell: str, event: str) -> dict[str, tuple[str, ...]]:
    """Guards, needs and effects of a rule: "`guard`; needs note; sets `fact`"."""
    found: dict[str, tuple[str, ...]] = {"guards": (), "needs": (), "sets": (), "takes": ()}
    for part in filter(None, (part.strip() for part in cell.split(";"))):
        if part.startswith("needs "):
            found["needs"] = tuple(re.sub(r"\(.*?\)", "", part.removeprefix("needs ")).replace(",", " ").split())
        elif part.startswith("sets "):
            found["sets"] = ticked(part)
        elif part.startswith("takes one "):
            found["takes"] = (taken_by()[event],)
        else:
            assert re.fullmatch(r"`[a-z_]+`(, `[a-z_]+`)*", part), part
            found["guards"] = ticked(part)
    return found


def rules_of(title: str, letter: str, mall: list[Row]) -> list[Row]:
    """The rules of one § 7 table, ids given out in order, one for each source."""
    found: list[Row] = []
    for events, actor, way, told, cites in tables(section(title)):
        for event in ticked(events):
            same = [row for row in mall if row.event == event]
            ways = [(row.source, row.dest, row.internal) for row in same] if way == "as in the mall" else ways_of(way)
            if told == "as in the mall":
                said = {name: getattr(same[0], name) for name in ("guards", "needs", "sets", "takes")}
            else:
                said = conditions(told, event)
            for source, dest, internal in ways:
                found.append(Row(f"{letter}{len(found) + 1:02}", source, event, actor, dest, internal, cites=spelled(cites), **said))
    return found


def ways_of(cell: str) -> list[tuple[str, str, bool]]:
    """`a / b → c`, or `a / b, stays (internal)`."""
    if cell.endswith(", stays (internal)"):
        return [(state, state, True) for state in cell.removesuffix(", stays (internal)").split(" / ")]
    sources, dest = cell.split(" → ")
    return [(source, dest, False) for source in sources.split(" / ")]


MALL = rules_of("7.1", "M", [])
CONTRACT = {"self_operated": MALL, "third_party": rules_of("7.2", "S", MALL), "virtual": rules_of("7.3", "V", MALL)}


def limits_of() -> dict[str, dict[tuple[str, ...], tuple[str, int, str, bool, tuple[str, ...]]]]:
    """§ 6 for each order type: the states counted together, and (field, length, unit, by clock, provenance)."""
    found: dict[str, dict[tuple[str, ...], Any]] = {key: {} for key in KEYS}
    for states, *cells in tables(section("6. Limits")):
        groups = [ticked(part) for part in states.split(";")]
        first: Any = None
        for key, cell in zip(found, cells, strict=True):
            if cell.startswith("–"):
                continue
            limit = limit_of(cell, first)
            first = first or limit
            for group in groups:
                if set(group) <= set(orders.get(key).states):
                    found[key][group] = limit
    return found


def limit_of(cell: str, first: Any) -> Any:
    own = re.search(r"\(([^()]+)\)$", cell)
    if cell.startswith(("as in the mall", "the same")):
        return (*first[:-1], spelled(own[1])) if own else first
    parts = re.fullmatch(r"`(\w+)` (?:\d+–)?(\d+) (d|wd|h), (clock|breach) \((.+)\)", cell)
    assert parts, cell
    unit = {"d": "days", "wd": "working_days", "h": "hours"}[parts[3]]
    return parts[1], int(parts[2]), unit, parts[4] == "clock", spelled(parts[5])
