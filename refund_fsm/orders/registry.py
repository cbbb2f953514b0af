"""Owns the registry of order types: one line each. An order type is loaded when it is first asked for."""

from __future__ import annotations

import importlib

from refund_fsm.errors import BadData, one_of
from refund_fsm.workflow import Listing, Workflow

REGISTRY = {
    "self_operated": "refund_fsm.orders.self_operated",
    "third_party": "refund_fsm.orders.third_party",
    "virtual": "refund_fsm.orders.virtual",
}


def keys() -> tuple[str, ...]:
    """The registered order types."""
    return tuple(REGISTRY)


def get(key: str) -> Workflow:
    """The workflow of an order type; `BadData` for one that is not registered."""
    one_of("order_type", key, REGISTRY)
    workflow: Workflow = importlib.import_module(REGISTRY[key]).WORKFLOW
    return workflow


OWN_BADGES = ("小红书商城", "自营")
OWN_SELLER = "由小红书销售和发货"


def order_type_of(listing: Listing) -> str:
    """Which process applies to an item (A2, B2): its badge is the mall's, or its page names Xiaohongshu as the seller, or the
    badge is a shop's name. `BadData` when it shows neither."""
    badge = listing.badge.strip()
    if badge in OWN_BADGES or OWN_SELLER in listing.sold_by:
        return "self_operated"
    if badge:
        return "third_party"
    raise BadData(
        "badge", listing.badge, f"the mall's badge ({' or '.join(OWN_BADGES)}), a shop's name, or a page that says {OWN_SELLER} (A2, B2)"
    )
