"""Owns how a written `Result` is read again. Must not compute: whatever follows from the sums is computed from them anew."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np

from refund_fsm import orders
from refund_fsm.errors import BadData
from refund_fsm.policy import Policy
from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.simulate.kernel import Sums
from refund_fsm.simulate.result import FORMAT, Result
from refund_fsm.spec import Workflow

WRITTEN = "what Result.to_json wrote"


def result_from(text: str | bytes, workflow: Workflow | None) -> Result:
    """The result; `BadData` naming what is wrong."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadData("result", text, f"valid JSON ({str(error)[:200]})") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadData("format", data.get("format") if isinstance(data, dict) else data, f"{FORMAT}: {WRITTEN}")
    try:
        workflow = workflow or orders.get(data["order_type"])
        if workflow.fingerprint != data["fingerprint"]:
            raise BadData("fingerprint", data["fingerprint"], f"that of the workflow at hand, {workflow.fingerprint}")
        return Result(
            workflow,
            Behaviour(**data["behaviour"]),
            Policy(**data["policy"]),
            datetime.fromisoformat(data["start"]),
            tuple((int(seed), int(first), int(last)) for seed, first, last in data["ranges"]),
            int(data["asked"]),
            tuple(data["payers"]),
            Sums(**{name: _dense(data["sums"][name]) for name in Sums._fields}),
        )
    except BadData:
        raise
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise BadData("result", str(error), WRITTEN) from None


def _dense(data: dict[str, Any]) -> Any:
    flat = np.zeros(int(np.prod(data["shape"])), np.int64)
    flat[np.array(data["places"], np.int64)] = data["values"]
    return flat.reshape(data["shape"])
