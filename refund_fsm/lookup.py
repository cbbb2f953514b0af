"""Hands on what generated test files import. Owns nothing: see `orders.lookup`."""

from __future__ import annotations

from refund_fsm.orders.lookup import workflow_of as workflow_of
