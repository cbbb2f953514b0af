"""A shop's service that does as the workflow says, but for one fault of the kind that testers of refunds name first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from refund_fsm import Order, Policy, RefundRequest, Workflow, effect, guard, orders
from refund_fsm.testing import BareCase

SHOP = orders.get("third_party")
FactsOf = Callable[[Order, RefundRequest, datetime, Policy], Any]


def with_facts(change: Callable[[Any, Order, RefundRequest, datetime], Any]) -> Workflow:
    """The shop, its facts derived otherwise."""

    def facts_of(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> Any:
        return change(SHOP.facts_of(order, request, at, policy), order, request, at)

    return SHOP.variant(facts_of=facts_of)


def _window(facts: Any, *, open_: bool) -> Any:
    return replace(facts, in_window=facts.goods != "signed" or open_)


def ignored(facts: Any, *_: Any) -> Any:
    return _window(facts, open_=True)


def a_day_later(facts: Any, order: Order, _: RefundRequest, at: datetime) -> Any:
    signed = order.signed_at
    return _window(facts, open_=signed is None or (at - timedelta(days=8)).date() < signed.date())


def hours(facts: Any, order: Order, _: RefundRequest, at: datetime) -> Any:
    return _window(facts, open_=order.signed_at is None or at < order.signed_at + timedelta(hours=168))


def in_utc(facts: Any, order: Order, _: RefundRequest, at: datetime) -> Any:
    signed = order.signed_at
    return _window(facts, open_=signed is None or (at.astimezone(UTC).date() - signed.astimezone(UTC).date()).days < 7)


def first_line(_: Any, order: Order, request: RefundRequest, at: datetime) -> Any:
    """Looks at the first line of the order, whichever is claimed."""
    first = order.lines[0]
    asked = RefundRequest(**{**dict(request), "sku": first.sku})
    return SHOP.facts_of(order, asked, at, Policy.guide())


def pending_forgotten(facts: Any, order: Order, request: RefundRequest, _: datetime) -> Any:
    line = order.line(request.sku)
    asked = line.balance_fen if request.amount_fen is None else request.amount_fen
    return replace(facts, amount_ok=0 < asked <= line.paid_fen - line.refunded_fen)


@guard(zh="在七天无理由退货期内，或不受其限制", en="the seven-day window is open, or does not matter")
def window_open(facts: Any) -> bool:
    if facts.reason == "size_or_colour" and facts.goods == "in_transit":
        return False
    return SHOP.guards["window_open"](facts)


@effect("negotiated")
def give_notice(facts: Any) -> Any:
    return replace(facts, negotiated=True)


FAULTS: Mapping[str, Workflow] = {
    "the window is ignored, an excluded item is still refused": with_facts(ignored),
    "the window counts from the day after signing": with_facts(a_day_later),
    "the window is 168 hours from the minute of signing": with_facts(hours),
    "the window counts days in UTC": with_facts(in_utc),
    "size_or_colour is refused while the goods are on the way": SHOP.variant(
        rules=[replace(r, when=tuple(window_open if g.name == "window_open" else g for g in r.when)) for r in SHOP.rules]
    ),
    "a window kept by talking is forgotten": SHOP.variant(
        rules=[replace(r, effect=give_notice) if r.effect is not None and r.effect.name == "give_notice" else r for r in SHOP.rules]
    ),
}
MORE: Mapping[str, Workflow] = {
    "the first line is looked at, whichever is claimed": with_facts(first_line),
    "pending money is forgotten": with_facts(pending_forgotten),
}


class Service(BareCase):
    """The shop's case over a table of its own. It knows the guide's policy alone."""

    def __init__(self, workflow: Workflow) -> None:
        super().__init__(workflow, Policy.guide())
