"""The two that tell a case of `shop_official`: the plain reading and the package's own case, told the same and asked the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol

from refund_fsm import Evidence, Order, OrderLine, RefundCase, RefundRequest, Refused, orders
from tests.case.oracle_official import OfficialReading

KEY = "shop_official"
Look = dict[str, Any]


class Side(Protocol):
    """One of those that are compared."""

    def apply(self, event: str, at: datetime, by: str, details: Mapping[str, Any]) -> str:
        """The id of the rule that fires, or the code of the refusal and all guards that fail."""

    def advance(self, to: datetime) -> None:
        """Lets the time pass."""

    def look(self) -> Look:
        """All that is compared."""


@dataclass(frozen=True)
class Opening:
    """How a life begins: the order and the request as plain data."""

    order: dict[str, Any]
    request: dict[str, Any]
    at: datetime


class OfReading:
    """The plain reading as a side."""

    def __init__(self, opening: Opening) -> None:
        self.plain = OfficialReading(opening.order, opening.request, opening.at)

    def apply(self, event: str, at: datetime, by: str, details: Mapping[str, Any]) -> str:
        return " ".join((self.plain.apply(event, at, by, details), *self.plain.failed))

    def advance(self, to: datetime) -> None:
        self.plain.advance(to)

    def look(self) -> Look:
        plain, due = self.plain, self.plain.due()
        return {
            "state": plain.state,
            "now": plain.now,
            "facts": dict(plain.facts),
            "paid_fen": plain.paid_fen,
            "due": due and (due.at, due.field, due.special and (due.special.field, due.special.days, None), due.clock),
            "statutory": plain.statutory(),
            "steps": [(step.at, step.rule, step.state, step.breach) for step in plain.steps],
        }


class OfProduct:
    """The package's own case as a side."""

    def __init__(self, opening: Opening) -> None:
        order = {**opening.order, "lines": tuple(OrderLine(**line) for line in opening.order["lines"])}
        asked = {**opening.request, "evidence": tuple(Evidence(**piece) for piece in opening.request["evidence"])}
        self.case: Any = RefundCase.open(Order(**order), RefundRequest(**asked), at=opening.at, workflow=orders.get(KEY))

    def apply(self, event: str, at: datetime, by: str, details: Mapping[str, Any]) -> str:
        given = {name: Evidence(**value) if name == "evidence" and value else value for name, value in details.items()}
        try:
            self.case = self.case.apply(event, at=at, by=by, **given)
        except Refused as refused:
            return " ".join((refused.refusal.code, *(guard.name for guard in refused.refusal.failed_guards)))
        return str(self.case.steps[-1].rule.id)

    def advance(self, to: datetime) -> None:
        self.case = self.case.advance(to=to)

    def look(self) -> Look:
        case, due = self.case, self.case.due
        special = due and due.why.special
        row = special and (special.limit, special.days or None, special.hours or None)
        return {
            "state": case.state.key,
            "now": case.now,
            "facts": asdict(case.facts),
            "paid_fen": case.paid_fen,
            "due": due and (due.at, due.limit.field, row, due.then and due.then.event.name),
            "statutory": case.statutory_due and case.statutory_due.at,
            "steps": [(step.at, step.rule.id, step.dest.key, step.breach and step.breach.at) for step in case.steps],
        }


Maker = Callable[[Opening], Side]
