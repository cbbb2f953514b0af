"""Owns the written form of a case: head, steps and tail as JSON with chained digests, and how it is read and verified.

The digests show the first altered place. They use no secret: that is integrity, not authenticity.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from refund_fsm import orders
from refund_fsm.case.record import DETAILS, Breach, Step
from refund_fsm.case.refusal import Refused
from refund_fsm.errors import BadData, RefundFsmError, SavedCaseError, shown
from refund_fsm.workflow import CLOCK, Evidence, Order, Policy, RefundRequest, Workflow, instant
from refund_fsm.workflow import facts as finite

if TYPE_CHECKING:
    from refund_fsm.case.case import RefundCase

    C = TypeVar("C", bound=RefundCase)

FORMAT = "refund_fsm case 1"
MAX_SAVED = 100_000_000  # characters
PARTS = ("head", "steps", "tail")


def written(case: RefundCase, indent: int | None = None) -> str:
    """The case as JSON: `{"head", "steps": [...], "tail"}`, each part with the digest of itself and all before it."""
    head = _head_of(case)
    link = _seal(head, "")
    steps = []
    for step in case.steps:
        row = step_of(step)
        link = _seal(row, link)
        steps.append(row)
    tail: dict[str, Any] = {"now": case.now.isoformat(), "state": case.state.key, "steps": len(steps)}
    _seal(tail, link)
    return json.dumps({"head": head, "steps": steps, "tail": tail}, ensure_ascii=False, indent=indent)


def _head_of(case: RefundCase) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "order_type": case.workflow.key,
        "fingerprint": case.workflow.fingerprint,
        "calendar": case.policy.calendar.version,
        "policy": case.policy.model_dump(mode="json"),
        "case_id": case.case_id,
        "opened_at": case.opened_at.isoformat(),
        "order": case.order.model_dump(mode="json"),
        "request": case.request.model_dump(mode="json"),
    }


def step_of(step: Step) -> dict[str, Any]:
    """One step as plain data."""
    return {
        "at": step.at.isoformat(),
        "event": step.event,
        "by": step.by,
        "rule": step.rule.id,
        "source": step.source.key,
        "dest": step.dest.key,
        "before": facts_of(step.before),
        "after": facts_of(step.after),
        "details": {name: _detail(value) for name, value in step.details.items()},
        "breach": None if step.breach is None else breach_of(step.breach),
    }


def facts_of(facts: Any) -> dict[str, finite.Value]:
    """Facts as plain data."""
    return {name: getattr(facts, name) for name in type(facts).__dataclass_fields__}


def breach_of(breach: Breach) -> dict[str, Any]:
    """A breach as plain data."""
    return {"limit": breach.limit.field, "at": breach.at.isoformat(), "provisional": breach.provisional}


def _detail(value: Any) -> Any:
    return [piece.model_dump(mode="json") for piece in value] if isinstance(value, tuple) else value


def _seal(part: dict[str, Any], link: str) -> str:
    """Gives a part its digest, over itself and the digest before it."""
    part["digest"] = _digest(part, link)
    return str(part["digest"])


def _digest(part: dict[str, Any], link: str) -> str:
    body = {name: value for name, value in part.items() if name != "digest"}
    text = json.dumps(body, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(f"{link}\n{text}".encode()).hexdigest()


def read(kind: type[C], text: str | bytes, workflow: Workflow | None = None) -> C:
    """A case from JSON: digests checked, then replayed through the library, then compared place by place.

    `workflow=None` takes the registry's. Raises `SavedCaseError` whose `position` is `head`, `step N` (from 1) or `tail`.
    """
    head, steps, tail = _parsed(text)
    _check_chain(head, steps, tail)
    case = _opened(kind, head, workflow)
    _check_same("head", head, _head_of(case), "calendar")
    for number, row in enumerate(steps, 1):
        where = f"step {number}"
        try:
            case = _replayed(case, where, row)
        except SavedCaseError:
            raise
        except Refused as error:
            raise SavedCaseError(
                where, row.get("event"), f"an event that the workflow takes here ({error}){_other_days(case, head)}"
            ) from None
        except RefundFsmError as error:
            raise SavedCaseError(where, row.get("event"), f"a step that can be replayed ({error})") from None
        _check_same(where, row, step_of(case.steps[-1]), more=_other_days(case, head))
    now = _instant("tail", tail, "now")
    if now < case.now:
        raise SavedCaseError("tail", tail.get("now"), f"not before the last step, {case.now.isoformat()} (now)")
    case = case.advance(to=now)
    _check_same(
        "tail", tail, {"now": case.now.isoformat(), "state": case.state.key, "steps": len(case.steps)}, more=_other_days(case, head)
    )
    return case


def _parsed(text: str | bytes) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    if not isinstance(text, (str, bytes)):
        raise SavedCaseError("head", text, "JSON text of a saved case")
    if len(text) > MAX_SAVED:
        raise SavedCaseError("head", f"{len(text):,} characters", f"at most {MAX_SAVED:,}")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SavedCaseError("head", text if isinstance(text, str) else text[:200], f"valid JSON ({error})") from None
    if not isinstance(data, dict) or sorted(data) != sorted(PARTS):
        raise SavedCaseError("head", data, f"an object of {', '.join(PARTS)}")
    head, steps, tail = (data[name] for name in PARTS)
    if not isinstance(steps, list):
        raise SavedCaseError("step 1", steps, "a list of steps")
    for where, part in (("head", head), *((f"step {n}", row) for n, row in enumerate(steps, 1)), ("tail", tail)):
        if not isinstance(part, dict):
            raise SavedCaseError(where, part, "an object")
    return head, steps, tail


def _check_chain(head: dict[str, Any], steps: list[dict[str, Any]], tail: dict[str, Any]) -> None:
    """The first place that was altered, added or taken out is where the chain of digests breaks."""
    link = ""
    for where, part in (("head", head), *((f"step {n}", row) for n, row in enumerate(steps, 1)), ("tail", tail)):
        if part.get("digest") != _digest(part, link):
            raise SavedCaseError(where, part.get("digest"), "the digest of what is written here and before; it was altered here")
        link = part["digest"]


def _opened(kind: type[C], head: dict[str, Any], workflow: Workflow | None) -> C:
    if head.get("format") != FORMAT:
        raise SavedCaseError("head", head.get("format"), f"format {FORMAT!r}")
    try:
        if workflow is None:
            workflow = orders.get(head.get("order_type", ""))
        if head.get("fingerprint") != workflow.fingerprint:
            expected = f"fingerprint {workflow.fingerprint} of {workflow.key!r}: the case was saved under another table"
            raise SavedCaseError("head", head.get("fingerprint"), expected)
        policy = Policy.model_validate(head.get("policy"))
        assert policy.calendar  # reads its days_file now, so that a bad one is the head's fault
        order = Order.model_validate(head.get("order"))
        request = RefundRequest.model_validate(head.get("request"))
        at = _instant("head", head, "opened_at")
        return kind.open(order, request, at=at, policy=policy, workflow=workflow, case_id=head.get("case_id"))
    except SavedCaseError:
        raise
    except BadData as error:
        raise SavedCaseError("head", error.value, f"{error.expected} (in {error.field})") from None
    except RefundFsmError as error:
        raise SavedCaseError("head", head.get("case_id"), f"a case that can be opened ({error})") from None


def _replayed(case: C, where: str, row: dict[str, Any]) -> C:
    at, event, by = _instant(where, row, "at"), row.get("event"), row.get("by")
    if by != CLOCK.key and case.advance(to=at).steps != case.steps:
        fired = case.advance(to=at).steps[len(case.steps)]
        raise SavedCaseError(where, event, f"{fired.event} by the clock at {fired.at.isoformat()}, which came first")
    details = row.get("details")
    if not isinstance(details, dict):
        raise SavedCaseError(where, details, "an object of details")
    for name in details:
        if name not in DETAILS:
            raise SavedCaseError(where, name, f"only the details {', '.join(DETAILS)}")
    if "evidence" in details:
        pieces = details["evidence"]
        if not isinstance(pieces, list):
            raise SavedCaseError(where, pieces, "a list of evidence")
        details = {**details, "evidence": tuple(Evidence.model_validate(piece) for piece in pieces)}
    after = case.apply(event, at=at, by=by, **details)  # type: ignore[arg-type]  # apply checks both
    if len(after.steps) != len(case.steps) + 1:
        raise SavedCaseError(where, event, "one step; replay makes another number of them")
    return after


def _instant(where: str, part: dict[str, Any], name: str) -> datetime:
    value = part.get(name)
    try:
        return instant(datetime.fromisoformat(value), name)  # type: ignore[arg-type]  # TypeError is caught
    except (TypeError, ValueError):
        raise SavedCaseError(where, value, f"an ISO instant ({name})") from None


def _check_same(where: str, given: dict[str, Any], replayed: dict[str, Any], *but: str, more: str = "") -> None:
    for name in {**replayed, **given}:
        if name not in ("digest", *but) and (name not in given or name not in replayed or given[name] != replayed[name]):
            raise SavedCaseError(where, given.get(name), f"{shown(replayed.get(name))}, as replay gives ({name}){more}")


def _other_days(case: RefundCase, head: dict[str, Any]) -> str:
    """A hint when the days were counted by another calendar than this machine's."""
    here = case.policy.calendar.version
    return "" if here == head.get("calendar") else f"; it was saved under the calendar {head.get('calendar')!r}, here it is {here!r}"
