"""Owns how a `Result` is written and read again. Must not compute: whatever follows from the sums is computed from them anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from refund_fsm import orders
from refund_fsm.errors import BadData
from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.simulate.sample.estimates import finite
from refund_fsm.simulate.sample.result import FORMAT, Result
from refund_fsm.simulate.sample.sums import Sums, dense, shapes_of, sparse
from refund_fsm.workflow import Policy, Workflow, instant

T = TypeVar("T")
WRITTEN = "what Result.to_json wrote"


def told_of(result: Result) -> dict[str, Any]:
    """All sums and settings of a result as plain data, and the figures that follow from them."""
    return {
        "format": FORMAT,
        "order_type": result.workflow.key,
        "fingerprint": result.workflow.fingerprint,
        "illustrative": True,
        "behaviour": result.behaviour.model_dump(mode="json"),
        "policy": result.policy.model_dump(mode="json"),
        "calendar": result.calendar,
        "start": result.start.isoformat(),
        "ranges": [list(one) for one in result.ranges],
        "asked": result.asked,
        "cases": result.cases,
        "partial": result.partial,
        "payers": list(result.payers),
        "sums": {name: sparse(array) for name, array in result.sums._asdict().items()},
        "figures": {name: {"unit": one.unit, "interval": finite(one.interval)} for name, one in result.figures().items()},
    }


def result_from(text: str | bytes, workflow: Workflow | None) -> Result:
    """The result; `BadData` naming what is wrong."""
    if not isinstance(text, (str, bytes, bytearray)):
        raise BadData("result", text, f"JSON text: {WRITTEN}")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadData("result", text, f"valid JSON ({str(error)[:200]})") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise BadData("format", data.get("format") if isinstance(data, dict) else data, f"{FORMAT}: {WRITTEN}")
    workflow = workflow or _part(data, "order_type", orders.get, "an order type")
    fingerprint = _part(data, "fingerprint", _text, "text")
    if workflow.fingerprint != fingerprint:
        raise BadData("fingerprint", fingerprint, f"that of the workflow at hand, {workflow.fingerprint}")
    payers = _part(data, "payers", _payers, "a list of text")
    shapes = shapes_of(len(workflow.states), len(workflow.rules), len(workflow.groups), len(payers))
    found = Result(
        workflow,
        _part(data, "behaviour", Behaviour.model_validate, "a behaviour"),
        _part(data, "policy", Policy.model_validate, "a policy"),
        _part(data, "start", lambda text: instant(datetime.fromisoformat(text), ""), "an ISO instant with a time zone"),
        _part(data, "ranges", _ranges, "rows of a seed, a first and a last number"),
        _part(data, "asked", _whole, "a whole number"),
        payers,
        _part(data, "sums", lambda sums: Sums(**{name: _sum(sums, name, shape) for name, shape in shapes.items()}), "a table of sums"),
        _part(data, "calendar", _text, "text"),
    )
    if any(not 0 <= first < last for _, first, last in found.ranges) or sum(last - first for _, first, last in found.ranges) != found.cases:
        raise BadData("ranges", found.ranges, f"the numbers of {found.cases:,} cases")
    if found.asked < found.cases:
        raise BadData("asked", found.asked, f"at least the {found.cases:,} cases that were played")
    return found


def _part(data: dict[str, Any], name: str, make: Callable[[Any], T], expected: str) -> T:
    """One field, read; `BadData` naming it, its value and what was expected."""
    if name not in data:
        raise BadData(f"result: {name}", None, "a value (the field is missing)")
    try:
        return make(data[name])
    except BadData as error:
        inside = error.field and error.field.partition(".")[0] != name
        raise BadData(
            f"result: {name}.{error.field}" if inside else f"result: {error.field or name}", error.value, error.expected
        ) from None
    except (KeyError, TypeError, ValueError, IndexError, OverflowError, AttributeError):
        raise BadData(f"result: {name}", data[name], expected) from None


def _sum(sums: dict[str, Any], name: str, shape: tuple[int, ...]) -> Any:
    if name not in sums:
        raise BadData(name, None, "a value (the field is missing)")
    try:
        return dense(name, sums[name], shape)
    except BadData:
        raise
    except (TypeError, ValueError, IndexError, OverflowError, AttributeError):
        raise BadData(name, sums[name], f"an array of the shape {shape}, as Result.to_json writes it") from None


def _payers(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError("no list of text")
    return tuple(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("no text")
    return value


def _ranges(value: Any) -> tuple[tuple[int, int, int], ...]:
    return tuple((_whole(seed), _whole(first), _whole(last)) for seed, first, last in value)


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("no whole number")
    return value
