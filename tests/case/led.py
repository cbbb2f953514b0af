"""Cases led by hand, as rows of `instant | actor | event`: the paths that several tests begin with."""

from __future__ import annotations

from typing import Any

from refund_fsm import RefundCase
from tests.samples import case, play

RETURN_PATH = (
    "2026-02-13 10:00 | buyer | submit",
    "2026-02-13 11:00 | merchant | start_review",
    "2026-02-13 12:00 | merchant | approve_return",
    "2026-02-14 10:00 | buyer | ship_return",
    "2026-02-15 10:00 | carrier | deliver_return",
)
REJECTED = (*RETURN_PATH[:2], "2026-02-13 12:00 | merchant | reject")


def after(*rows: str, **kind: Any) -> RefundCase:
    """A case of a shop, or as `kind` says, after rows."""
    return play(case(**kind), *rows)
