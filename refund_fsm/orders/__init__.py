"""Room of the order types: one table each, the registry, how a workflow is named, and the words that guide a buyer.

Data, facts, guards and effects; must not step a case. `guidance`, `fact_labels` and `lookup` are named by those who need them: a
case does not.
"""

from __future__ import annotations

from refund_fsm.orders.registry import BESIDE, OWN_BADGES, OWN_SELLER, REGISTRY, at, editions, get, keys, order_type_of

__all__ = ["BESIDE", "OWN_BADGES", "OWN_SELLER", "REGISTRY", "at", "editions", "get", "keys", "order_type_of"]
