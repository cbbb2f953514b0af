"""Owns how a written `Result` is read again. Must not compute: whatever follows from the sums is computed from them anew."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import numpy as np

from refund_fsm import orders
from refund_fsm.errors import BadData
from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.simulate.sample.result import FORMAT, Result
from refund_fsm.simulate.sample.sums import Sums, shapes_of
from refund_fsm.workflow import Policy, Workflow

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
        payers = tuple(map(str, data["payers"]))
        shapes = shapes_of(len(workflow.states), len(workflow.rules), len(workflow.groups), len(payers))
        found = Result(
            workflow,
            Behaviour(**data["behaviour"]),
            Policy(**data["policy"]),
            datetime.fromisoformat(data["start"]),
            tuple((int(seed), int(first), int(last)) for seed, first, last in data["ranges"]),
            int(data["asked"]),
            payers,
            Sums(**{name: _dense(name, data["sums"][name], shape) for name, shape in shapes.items()}),
            str(data["calendar"]),
        )
    except BadData:
        raise
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        raise BadData("result", str(error), WRITTEN) from None
    if any(not 0 <= first < last for _, first, last in found.ranges) or sum(last - first for _, first, last in found.ranges) != found.cases:
        raise BadData("ranges", found.ranges, f"the numbers of {found.cases:,} cases")
    if found.asked < found.cases:
        raise BadData("asked", found.asked, f"at least the {found.cases:,} cases that were played")
    return found


def _dense(name: str, data: dict[str, Any], shape: tuple[int, ...]) -> Any:
    if tuple(data["shape"]) != shape:
        raise BadData(f"sums.{name}.shape", data["shape"], f"{list(shape)}, as the workflow has it")
    flat = np.zeros(int(np.prod(shape)), np.int64)
    flat[np.array(data["places"], np.int64)] = data["values"]
    if (flat < 0).any():
        raise BadData(f"sums.{name}", int(flat.min()), "counts from 0")
    return flat.reshape(shape)
