"""Owns the `[[news]]` of a scenario file: what becomes known of its order, and where that stands among its events. Must not play it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from refund_fsm.case import NEW_INSTANTS, NEW_OF_A_LINE, NEW_OF_AN_ORDER
from refund_fsm.errors import BadData
from refund_fsm.scenario.keys import known, within
from refund_fsm.workflow import Order, OrderLine, instant

MAX_EVENTS = 10_000


@dataclass(frozen=True, slots=True)
class Row:
    """One `[[event]]`: an event of the actor `by`, or, where `name` is None, time that passes until `at`; or one `[[news]]`, that the
    order is `order` by then. `place` is where it stands in the file, such as `event[0]`.

    `expect` is the state that the case must be in afterwards, `refused` the code of the refusal that is meant to happen.
    """

    at: datetime
    name: str | None
    by: str
    details: Mapping[str, Any]
    expect: str | None
    refused: str | None
    place: str = ""
    order: Order | None = None


def news_of(tables: object, order: Order, where: str) -> tuple[Row, ...]:
    """The `[[news]]` of a file: when it is told, and what is new since the one before, of the order or of its `lines`, by their `sku`.

    `open_case = ""` says that no case is open any more.
    """
    if not isinstance(tables, list):
        raise BadData(f"{where}: news", tables, "tables [[news]]")
    if len(tables) > MAX_EVENTS:
        raise BadData(f"{where}: news", f"{len(tables):,} news", f"at most {MAX_EVENTS:,}")
    rows = []
    for number, table in enumerate(tables):
        place = f"news[{number}]"
        known(table, ("at", *NEW_INSTANTS, *NEW_OF_AN_ORDER, "lines"), where, f"{place}.")
        at = instant(table.get("at"), f"{where}: {place}.at")
        new = {name: value for name, value in table.items() if name not in ("at", "lines")}
        lines = _lines(table.get("lines", []), order, where, f"{place}.lines")
        order = within(f"{where}: {place}", Order.model_validate, {**dict(order), **new, "lines": lines})
        rows.append(Row(at, None, "", {}, None, None, place, order))
    return tuple(rows)


def _lines(tables: object, order: Order, where: str, place: str) -> list[OrderLine]:
    """The lines of an order with what is new of them."""
    if not isinstance(tables, list):
        raise BadData(f"{where}: {place}", tables, f"tables [[{place.partition('[')[0]}.lines]]")
    lines = {line.sku: line for line in order.lines}
    for number, table in enumerate(tables):
        known(table, ("sku", *NEW_OF_A_LINE), where, f"{place}[{number}].")
        new = {name: None if (name, value) == ("open_case", "") else value for name, value in table.items()}
        line = within(f"{where}: {place}[{number}]", order.line, new.get("sku"))
        lines[line.sku] = within(f"{where}: {place}[{number}]", OrderLine.model_validate, {**dict(lines[line.sku]), **new})
    return list(lines.values())


def in_order(events: tuple[Row, ...], news: tuple[Row, ...]) -> tuple[Row, ...]:
    """Events in the order of the file, and each news before the first event that is not earlier than it."""
    rows, left = [], list(reversed(news))
    for event in events:
        while left and left[-1].at <= event.at:
            rows.append(left.pop())
        rows.append(event)
    return (*rows, *reversed(left))
