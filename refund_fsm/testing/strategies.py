"""Hands on the strategies under the name that users import. Owns nothing: see `testing.hypothesis.strategies`."""

from __future__ import annotations

from refund_fsm.testing.hypothesis.strategies import Draw, LegalPath, Move, NearMiss, cases, legal_paths, near_misses, orders_and_requests

__all__ = ["Draw", "LegalPath", "Move", "NearMiss", "cases", "legal_paths", "near_misses", "orders_and_requests"]
