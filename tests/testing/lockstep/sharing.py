"""Services whose cases share a backend: one that does as it should, and ones with a fault that a single case never shows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from refund_fsm import Order, RefundCase, RefundRequest, Refused, Workflow, orders

VIRTUAL = orders.get("virtual")
SHOP = orders.get("third_party")


class Desk:
    """All cases of one shop. Faults override `known`: the order as a case knows it, or `late`: what else becomes of a filing."""

    workflow: Workflow = VIRTUAL

    def __init__(self) -> None:
        self.cases: list[RefundCase] = []
        self.order: Order | None = None
        self.closed = False

    def close(self) -> None:
        """Closes the shop, once."""
        assert not self.closed
        self.closed = True

    def known(self, order: Order, case: RefundCase) -> Order:
        """The order with what the other cases have taken."""
        for other in self.cases:
            if other.case_id != case.case_id:
                order = order.after(other, of=case.case_id)
        return order


class ShopDesk(Desk):
    """The same for a shop of third parties."""

    workflow = SHOP


class Ticket:
    """One case at a desk, with a clock and deadlines."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.number = desk, -1

    @property
    def case(self) -> RefundCase:
        """The case."""
        return self.desk.cases[self.number]

    def open(self, order: Order, request: RefundRequest, at: datetime) -> None:
        """Opens the case under a number of the desk's."""
        self.number = len(self.desk.cases)
        self.desk.order = order
        opened = RefundCase.open(order, request, at=at, workflow=self.desk.workflow, case_id=f"T{self.number}")
        self.desk.cases.append(opened)

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """Whether the event is taken, by what the desk knows of the order."""
        case, order = self.case, self.desk.order
        assert order is not None
        try:
            told = case if at < case.now or by == "clock" else case.with_order(self.desk.known(order, case), at=at)
            self.desk.cases[self.number] = told.apply(event, at=at, by=by, **details)
        except Refused:
            return False
        return True

    def advance(self, to: datetime) -> None:
        """The clock runs."""
        self.desk.cases[self.number] = self.case.advance(to=to)

    def state(self) -> str:
        """The state."""
        return self.case.state.key

    def due(self) -> datetime | None:
        """The limit."""
        due = self.case.due
        return None if due is None else due.at


class Sent:
    """One case at a desk, which is sent the clock's events."""

    def __init__(self, desk: Desk) -> None:
        self._ticket = Ticket(desk)
        self.open, self.state = self._ticket.open, self._ticket.state

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """The same; a clock's event is taken where it is due."""
        return self._ticket.apply(event, by, at, details)


class Ends(Ticket):
    """Ends its process at a second filing."""

    def apply(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        if event == "contact_support" and any(one.is_open for one in self.desk.cases):
            os._exit(17)
        return super().apply(event, by, at, details)
