"""The written form of a case, read plainly: how its digests are made, and how the same case stood in format 1."""

from __future__ import annotations

import copy
import hashlib
import json
from typing import Any


def resealed(data: dict[str, Any]) -> dict[str, Any]:
    """The same data with every digest made anew, as one would who knows the format."""
    link = ""
    for part in (data["head"], *data["steps"], data["tail"]):
        body = {name: _without_texts(value) for name, value in part.items() if name != "digest"}
        link = hashlib.sha256(f"{link}\n{json.dumps(body, sort_keys=True, separators=(',', ':'))}".encode()).hexdigest()
        part["digest"] = link
    return data


def _without_texts(value: Any) -> Any:
    """A sealed text is its digest, whether it is there or not."""
    if isinstance(value, list):
        return [_without_texts(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"text", "salt"}:
        return {"digest": hashlib.sha256(f"{value['salt']}\n{value['text']}".encode()).hexdigest()}
    return {name: _without_texts(one) for name, one in value.items()}


def blanked(data: dict[str, Any]) -> dict[str, Any]:
    """The same data with every sealed text taken out, and no digest made anew."""

    def without(part: dict[str, Any], name: str) -> dict[str, Any]:
        return {**part, **({name: _without_texts(part[name])} if name in part else {})}

    steps = [without(step, "details") for step in data["steps"]]
    return {"head": without(data["head"], "request"), "steps": steps, "tail": data["tail"]}


def as_format_1(text: str) -> dict[str, Any]:
    """The same case as it was written on 2026-11-25, when no calendar had changed under it."""
    data = copy.deepcopy(json.loads(text))
    data["head"] |= {"format": "refund_fsm case 1"}
    for name in ("payout_key", "facts", "due"):
        data["head"].pop(name, None)
    for row in data["steps"]:
        assert row.pop("kind") == "step"
        row.pop("due", None)
    plain: dict[str, Any] = _with_plain_texts(data)
    return resealed(plain)


def _with_plain_texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_with_plain_texts(one) for one in value]
    if not isinstance(value, dict):
        return value
    return value["text"] if value.keys() == {"text", "salt"} else {name: _with_plain_texts(one) for name, one in value.items()}
