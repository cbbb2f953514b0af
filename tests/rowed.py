"""A shop whose limits depend on the facts: rows, what is added, special periods in days and in hours, and a law that not all cases start.

Evidence is handed in by internal rules, so that it moves the limit that runs: to a later end, and to one that has passed already.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from refund_fsm import Limit, Policy, Workflow, guard, orders
from refund_fsm.workflow import SpecialPeriod

SHOP = orders.get("third_party")
STATES = SHOP.states


@guard(zh="已有凭证", en="evidence was given")
def evidenced(facts: Any) -> bool:
    return bool(facts.has_evidence)


@guard(zh="仅退款", en="refund only")
def only_money(facts: Any) -> bool:
    return bool(facts.kind == "refund_only")


def _limits() -> dict[Any, Any]:
    limits: dict[Any, Any] = dict(SHOP.limits)
    limits[STATES["platform_arbitration"],] = limits.pop(STATES["platform_arbitration"])
    found = {}
    for states, row in limits.items():
        keys = {one.key for one in (states if isinstance(states, tuple) else (states,))}
        if "requested" in keys:
            found[states] = (
                Limit("evidence_hours", "assumed", length=9, when=(evidenced, only_money)),
                Limit("evidence_hours", "assumed", plus="return_days", plus_when=evidenced),
            )
        elif "platform_arbitration" in keys:
            found[states] = (
                Limit("return_days", "assumed", length=2, when=(evidenced,), plus="payout_working_days", plus_when=only_money),
                Limit("receipt_days", "B11 assumed"),
            )
        else:
            found[states] = row
    return found


WORKFLOW: Workflow = replace(
    SHOP,
    limits=_limits(),
    law={state: replace(limit, when=(evidenced,)) for state, limit in SHOP.law.items()},
    accepts=(),
)
NAME = "rowed"  # its key is the shop's, so that its examples are
POLICY = Policy(
    special=(
        SpecialPeriod(limit="evidence_hours", when=("only_money",), start="2026-02-12T12:00+08:00", end="2026-02-14T00:00+08:00", days=3),
        SpecialPeriod(limit="evidence_hours", start="2026-02-12T00:00+08:00", end="2026-02-17T00:00+08:00", hours=30, never_shorter=True),
        SpecialPeriod(limit="return_days", start="2026-02-15T00:00+08:00", end="2026-02-24T00:00+08:00", hours=100),
        SpecialPeriod(limit="receipt_days", start="2026-02-15T00:00+08:00", end="2026-03-24T00:00+08:00", days=4, never_shorter=True),
        SpecialPeriod(limit="payout_working_days", start="2026-02-15T00:00+08:00", end="2026-03-24T00:00+08:00", days=20),
    )
)
