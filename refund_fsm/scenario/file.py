"""Owns scenario files: TOML that gives an order, a request, a policy, events and news, read and checked before anything is played.

Must not play them (`trace.py`) and must not print. Every `BadData` names file, key, value and what was expected.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeVar, get_args

from refund_fsm import orders
from refund_fsm.case import DETAILS, Code
from refund_fsm.errors import BadData
from refund_fsm.orders.lookup import workflow_of
from refund_fsm.scenario.keys import known, within
from refund_fsm.scenario.news import MAX_EVENTS, Row, in_order, news_of
from refund_fsm.text import SHANGHAI, Text
from refund_fsm.workflow import Evidence, Order, Policy, RefundRequest, Workflow, edition_at, instant, read_toml, values

SHIPPED = Path(__file__).parent / "shipped"
SUFFIX = ".toml"
TOP = ("title", "workflow", "policy", "opened_at", "order", "request", "event", "news")
EVENT_KEYS = ("name", "at", "by", *DETAILS, "expect", "refused")
ADVANCE_KEYS = ("advance", "expect")
T = TypeVar("T")


@dataclass(frozen=True)
class Scenario:
    """A scenario file's content. `where` names the file in messages; `request` is None for an order on which nothing was filed."""

    where: str
    title: Text | None
    workflow: Workflow
    policy: Policy
    order: Order
    request: RefundRequest | None
    opened_at: datetime | None
    rows: tuple[Row, ...]

    @property
    def last_instant(self) -> datetime:
        """The last instant that the file names: of its events, its opening, else of what had happened to the order."""
        order = self.order_at(None)
        if self.rows:
            return max(row.at for row in self.rows)
        found = (self.opened_at, order.paid_at, order.shipped_at, order.signed_at, order.activated_at)
        return max(at for at in found if at is not None)

    def order_at(self, at: datetime | None) -> Order:
        """The order as the file's news has it by an instant; by the last of them for None."""
        return next((row.order for row in reversed(self.rows) if row.order and (at is None or row.at <= at)), self.order)


def shipped() -> tuple[str, ...]:
    """The names of the scenarios that come with the package, sorted."""
    return tuple(sorted(path.stem for path in SHIPPED.glob(f"*{SUFFIX}")))


def find(name: str) -> Path:
    """The file of that name, or the shipped scenario of that name where no such file exists; `BadData` for neither."""
    path = Path(name)
    with suppress(OSError, ValueError):  # a name that no file can have
        if name and path.exists():
            return path
    if name in shipped():
        return SHIPPED / f"{name}{SUFFIX}"
    import difflib  # here, because only a slip needs it

    near = difflib.get_close_matches(name, shipped(), n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise BadData("file", name, f"a scenario file, or a shipped scenario (refund-fsm demo --list){hint}")


def load(path: Path) -> Scenario:
    """The scenario of a TOML file of at most `files.MAX_BYTES` and `MAX_EVENTS`. Raises `BadData`.

    An instant without a zone is Shanghai's, a date alone the beginning of that day.
    """
    where = str(path) if str(path).isprintable() else repr(str(path))
    data, _ = read_toml(path)
    data = {key: value if key == "policy" else _in_shanghai(value) for key, value in data.items()}
    known(data, TOP, where, "")
    if "order" not in data:
        raise BadData(f"{where}: order", None, "a table [order]")
    order = within(f"{where}: order", Order.model_validate, data["order"])
    opened = instant(data["opened_at"], f"{where}: opened_at") if "opened_at" in data else None
    workflow = _workflow(data, order, opened or _first(data), where)
    if workflow.key != order.order_type:
        raise BadData(f"{where}: order.order_type", order.order_type, f"{workflow.key!r}, the key of the workflow")
    request = within(f"{where}: request", RefundRequest.model_validate, data["request"]) if "request" in data else None
    events = _rows(data.get("event", []), workflow, where)
    if opened is None and events:
        opened = events[0].at
    rows = in_order(events, news_of(data.get("news", []), order, where))
    policy = _policy(data, path, where, workflow, opened)
    return Scenario(where, _title(data, where), workflow, policy, order, request, opened, rows)


def _first(data: Mapping[str, Any]) -> datetime | None:
    """The instant of the first event, as far as there is one; what is wrong with it is said where the events are read."""
    events = data.get("event")
    first = events[0] if isinstance(events, list) and events and isinstance(events[0], dict) else {}
    found = first.get("at", first.get("advance"))
    return found if isinstance(found, datetime) else None


def _workflow(data: Mapping[str, Any], order: Order, opened: datetime | None, where: str) -> Workflow:
    """The workflow that the file names, or that of the order's type, in the edition in force when the case is opened."""
    name = data.get("workflow", order.order_type)
    try:
        found = workflow_of(name)
        return orders.at(found.key, opened) if opened is not None and name in orders.keys() and "workflow" not in data else found
    except BadData as error:
        if error.field == "at":
            raise BadData(f"{where}: opened_at", error.value, error.expected) from None
        raise BadData(f"{where}: {'workflow' if 'workflow' in data else 'order.order_type'}", error.value, error.expected) from None


def _in_shanghai(value: Any) -> Any:
    """The data of a file, in which an instant without a zone is Shanghai's, and a date alone the beginning of that day."""
    if isinstance(value, dict):
        return {key: _in_shanghai(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_in_shanghai(one) for one in value]
    if isinstance(value, date):
        found = value if isinstance(value, datetime) else datetime.combine(value, time.min)
        return found if found.tzinfo is not None else found.replace(tzinfo=SHANGHAI)
    return value


def _title(data: dict[str, Any], where: str) -> Text | None:
    if "title" not in data:
        return None
    title = data["title"]
    known(title, ("zh", "en"), where, "title.")
    return Text(*(values.name(title.get(lang), f"{where}: title.{lang}") for lang in ("zh", "en")))


def _policy(data: dict[str, Any], path: Path, where: str, workflow: Workflow, opened: datetime | None) -> Policy:
    """The policy of the file; where it names no profile, the workflow's own, in the edition in force when the case is opened."""
    fields = data.get("policy", {})
    if not isinstance(fields, dict):
        raise BadData(f"{where}: policy", fields, "a table")
    if "profile" not in fields:
        fields = {"profile": workflow.profile, **fields}
    if fields["profile"] == "platform" and "copy" not in fields:
        fields = {**fields, "copy": edition_at(opened).copy}
    if isinstance(fields.get("days_file"), str) and fields["days_file"]:
        fields = {**fields, "days_file": path.parent / fields["days_file"]}
    policy = Policy.from_mapping(fields, f"{where}: policy")
    within(f"{where}: policy", lambda one: one.calendar, policy)
    return policy


def _rows(tables: object, workflow: Workflow, where: str) -> tuple[Row, ...]:
    if not isinstance(tables, list):
        raise BadData(f"{where}: event", tables, "tables [[event]]")
    if len(tables) > MAX_EVENTS:
        raise BadData(f"{where}: event", f"{len(tables):,} events", f"at most {MAX_EVENTS:,}")
    return tuple(_row(table, workflow, where, f"event[{place}]") for place, table in enumerate(tables))


def _row(table: object, workflow: Workflow, where: str, place: str) -> Row:
    given: dict[str, Any] = table if isinstance(table, dict) else {}
    advances = "advance" in given
    known(table, ADVANCE_KEYS if advances else EVENT_KEYS, where, f"{place}.")
    expect = _choice(given, "expect", tuple(workflow.states), where, place)
    if advances:
        return Row(instant(given["advance"], f"{where}: {place}.advance"), None, "", {}, expect, None, place)
    if "name" not in given:
        raise BadData(f"{where}: {place}.name", None, "the name of an event (or advance = an instant)")
    name = values.name(given["name"], f"{where}: {place}.name")
    at = instant(given.get("at"), f"{where}: {place}.at")
    by = _choice(given, "by", tuple(workflow.actors), where, place)
    if by is None:
        raise BadData(f"{where}: {place}.by", None, f"one of {', '.join(workflow.actors)}")
    details = {key: given[key] for key in DETAILS if key in given}
    if "evidence" in details:
        details["evidence"] = _evidence(details["evidence"], by, at, f"{where}: {place}.evidence")
    return Row(at, name, by, details, expect, _choice(given, "refused", get_args(Code), where, place), place)


def _choice(table: dict[str, Any], key: str, known: tuple[str, ...], where: str, place: str) -> str | None:
    value = table.get(key)
    if value is not None and value not in known:
        raise BadData(f"{where}: {place}.{key}", value, f"one of {', '.join(known)}")
    return value


def _evidence(tables: object, by: str, at: datetime, place: str) -> tuple[Evidence, ...]:
    """Pieces of evidence; whose and when are the event's unless a piece says otherwise."""
    pieces = [tables] if isinstance(tables, dict) else tables
    if not isinstance(pieces, list) or not all(isinstance(piece, dict) for piece in pieces):
        raise BadData(place, tables, 'a list of tables such as {kind = "photo"}')
    full = ({"by": by, "at": at, **piece} for piece in pieces)
    return tuple(within(f"{place}[{number}]", Evidence.model_validate, piece) for number, piece in enumerate(full))
