"""Owns the registry of order types: one line each. An order type is loaded when it is first asked for."""

from __future__ import annotations

import importlib
from datetime import datetime

from refund_fsm.errors import BadData, one_of
from refund_fsm.workflow import Listing, Workflow, instant

REGISTRY: dict[str, str | tuple[str, ...]] = {  # the module of the table; of several editions the oldest first
    "self_operated": "refund_fsm.orders.self_operated",
    "third_party": "refund_fsm.orders.third_party",
    "virtual": "refund_fsm.orders.virtual",
    "shop_official": "refund_fsm.orders.shop_official",
}

BESIDE = {"shop_official": "third_party"}  # a table, and the one that reads the same process from another source


def keys() -> tuple[str, ...]:
    """The registered order types."""
    return tuple(REGISTRY)


def get(key: str) -> Workflow:
    """The workflow of an order type, in its newest edition; `BadData` for one that is not registered."""
    one_of("order_type", key, REGISTRY)
    return _loaded(_modules(key)[-1])


def editions(key: str) -> tuple[Workflow, ...]:
    """All editions of an order type's workflow, the oldest first; `BadData` for one that is not registered."""
    one_of("order_type", key, REGISTRY)
    return tuple(map(_loaded, _modules(key)))


def at(key: str, when: datetime) -> Workflow:
    """The edition of an order type's workflow that is in force at an instant; `BadData` for an instant before the first."""
    when, known = instant(when, "at"), editions(key)
    for one in reversed(known):
        if one.holds_from is None or one.holds_from <= when:
            return one
    first = known[0].holds_from
    assert first is not None, "an edition without a beginning is always in force"
    raise BadData("at", when.isoformat(), f"not before {first.isoformat()}, from when the table {key} holds")


def _modules(key: str) -> tuple[str, ...]:
    found = REGISTRY[key]
    return (found,) if isinstance(found, str) else found


def _loaded(module: str) -> Workflow:
    workflow: Workflow = importlib.import_module(module).WORKFLOW
    return workflow


OWN_BADGES = ("小红书商城", "自营")
OWN_SELLER = "由小红书销售和发货"


def order_type_of(listing: Listing) -> str:
    """Which process applies to an item (A2, B2): its badge is the mall's, or its page names Xiaohongshu as the seller, or the
    badge is a shop's name. `BadData` when it shows neither. The platform's own table, `shop_official`, is never answered: whether a
    shop's case is judged by it is the caller's choice."""
    badge = listing.badge.strip()
    if badge in OWN_BADGES or OWN_SELLER in listing.sold_by:
        return "self_operated"
    if badge:
        return "third_party"
    raise BadData(
        "badge", listing.badge, f"the mall's badge ({' or '.join(OWN_BADGES)}), a shop's name, or a page that says {OWN_SELLER} (A2, B2)"
    )
