"""Room of services in another language: the protocol of lines of JSON, spoken to a process or over HTTP, and a start for one's adapter.

Must not know an order type, nor what is asked of an implementation. Nothing that a service says is executed, and nothing is taken on trust.
"""

from __future__ import annotations

from refund_fsm.testing.remote.adapter import LANGUAGES, skeleton
from refund_fsm.testing.remote.service import RemoteImplementation, RemoteService

__all__ = ["LANGUAGES", "RemoteImplementation", "RemoteService", "skeleton"]
