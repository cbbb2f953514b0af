"""Owns the protocol's words: how an operation becomes a line of JSON, and what an answer must be. `PROTOCOL` is its version.

Must not know how lines travel, nor what is expected of a service.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn

from refund_fsm.errors import plain, shown
from refund_fsm.testing.lockstep import CallFault
from refund_fsm.testing.remote.link import excerpt, fault
from refund_fsm.workflow import Evidence, Frozen

PROTOCOL = 1
NEEDED = ("open", "apply", "state")
FURTHER = ("advance", "due", "news", "close")
Answer = Mapping[str, Any]


def written(op: str, number: int, members: Mapping[str, Any]) -> bytes:
    """One operation as a line of JSON in ASCII."""
    return json.dumps({"id": number, "op": op, **members}).encode("ascii") + b"\n"


def plain_of(value: Any) -> Any:
    """An order, a request, or what comes with an event, as JSON has it: every field of a model, those at their default too. By hand, since
    pydantic would take a Ctrl-C that comes meanwhile for a value that cannot be written."""
    if isinstance(value, Frozen):
        return {name: plain_of(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: plain_of(one) for name, one in value.items()}
    return [plain_of(one) for one in value] if isinstance(value, tuple) else value


def details_of(details: Mapping[str, Any]) -> dict[str, Any]:
    """What comes with an event: text as it is, evidence as a list of objects, one alone too."""
    return {name: plain_of((value,) if isinstance(value, Evidence) else value) for name, value in details.items()}


def answer_of(raw: bytes, number: int) -> Answer:
    """The object that a line holds, which answers the operation of that number; `CallFault` for anything else. Members that are not known
    are let be."""
    try:
        found = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):  # no UTF-8 either
        raise fault("nonsense", f"an answer that is no JSON: {excerpt(raw.strip())}") from None
    if not isinstance(found, dict):
        raise fault("nonsense", f"an answer that is no JSON object: {excerpt(raw.strip())}")
    told = found.get("id")
    if type(told) is not int or told != number:
        raise fault("nonsense", f"an answer with the id {_said(told)}, to the operation {number}")
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are not JSON, though Python reads them


def check_error(answer: Answer) -> None:
    """`CallFault` for an answer by which the service says that it failed."""
    if "error" in answer:
        told = answer["error"]
        raise fault("raised", f"the service says: {plain(told) if isinstance(told, str) else _said(told)}")


def taken_of(answer: Answer) -> bool:
    """Whether an event was taken."""
    found = _member(answer, "taken")
    if not isinstance(found, bool):
        raise fault("nonsense", f"an answer whose taken is {_said(found)}; expected true or false")
    return found


def state_of(answer: Answer) -> str:
    """The state that an answer holds."""
    found = _member(answer, "state")
    if not isinstance(found, str):
        raise fault("nonsense", f"an answer whose state is {_said(found)}; expected text")
    return found


def due_of(answer: Answer) -> datetime | None:
    """The limit that an answer holds."""
    found = _member(answer, "due")
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(found)
        if at.utcoffset() is None:
            raise ValueError
    except (TypeError, ValueError):
        raise _no_instant(found) from None
    return at


def _no_instant(found: object) -> CallFault:
    return fault("nonsense", f"an answer whose due is {_said(found)}; expected an instant with a zone, in ISO 8601, or null")


def operations_of(answer: Answer) -> tuple[str, ...]:
    """The operations that a service has, by its answer to `hello`, in our order; names that are not known are let be."""
    version = _member(answer, "protocol")
    if type(version) is not int or version != PROTOCOL:
        raise fault("nonsense", f"an answer to hello whose protocol is {_said(version)}; expected {PROTOCOL}")
    found = _member(answer, "operations")
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise fault("nonsense", f"an answer to hello whose operations are {_said(found)}; expected a list of names")
    for name in NEEDED:
        if name not in found:
            raise fault("nonsense", f"an answer to hello whose operations lack {name}; expected {', '.join(NEEDED)} and what else there is")
    return tuple(name for name in (*NEEDED, *FURTHER) if name in found)


def _member(answer: Answer, name: str) -> Any:
    if name not in answer:
        raise fault("nonsense", f"an answer without {name}: {_said({key: value for key, value in answer.items() if key != 'id'})}")
    return answer[name]


def _said(value: object) -> str:
    """A value out of JSON, as Python writes it, cut."""
    return shown(value)
