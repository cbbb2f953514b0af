"""Virtual goods as they should be, by lines: `RefundCase` behind the protocol."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any

from refund_fsm import Evidence, Order, RefundRequest, orders
from refund_fsm.testing import CaseImplementation

CASES: dict[str, CaseImplementation] = {}


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    op, told = asked["op"], dict[str, Any]()
    if op == "hello":
        return {"protocol": 1, "operations": ["open", "apply", "state", "advance", "due", "news", "close"]}
    if op == "close":
        del CASES[asked["case"]]
        return told
    case = CASES.setdefault(asked["case"], CaseImplementation(orders.get("virtual")))
    at = datetime.fromisoformat(asked.get("at") or asked.get("to") or "2026-01-01T00:00:00+08:00")
    if op == "open":
        case.open(Order.model_validate(asked["order"]), RefundRequest.model_validate(asked["request"]), at)
    elif op == "apply":
        details = asked["details"]
        if "evidence" in details:
            details["evidence"] = tuple(Evidence.model_validate(one) for one in details["evidence"])
        told["taken"] = case.apply(asked["event"], asked["by"], at, details)
    elif op == "advance":
        case.advance(at)
    elif op == "news":
        case.news(Order.model_validate(asked["order"]), at)
    due = case.due()
    return {**told, "state": case.state(), "due": due.isoformat() if due else None}


if __name__ == "__main__":
    for line in sys.stdin:
        asked = json.loads(line)
        sys.stdout.write(json.dumps({"id": asked["id"], **answer(asked)}) + "\n")
        sys.stdout.flush()
