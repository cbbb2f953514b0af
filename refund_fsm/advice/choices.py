"""Owns which kinds and reasons of a refund would be taken: each is tried on a case that asks for it.

Must not judge by itself: every verdict is a case's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from refund_fsm.case import News, RefundCase, Refusal, Refused, Step, Verdict
from refund_fsm.orders.guidance import Guidance
from refund_fsm.workflow import CLOCK, Event, Evidence, Freight, Order, Policy, RefundRequest, Workflow


class Looked(Protocol):
    """What is looked at: the part of a scene that a choice needs."""

    @property
    def workflow(self) -> Workflow: ...
    @property
    def policy(self) -> Policy: ...
    @property
    def guidance(self) -> Guidance | None: ...
    @property
    def order(self) -> Order: ...
    @property
    def at(self) -> datetime: ...
    @property
    def case(self) -> RefundCase | None: ...
    @property
    def filing(self) -> tuple[Event, ...]: ...


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind and a reason that a buyer could claim, the verdict on them, and who would pay for sending the goods back."""

    kind: str | None
    reason: str
    verdict: Verdict
    files: frozenset[str]
    freight: Freight | None
    facts: Any = None  # as it would be filed with


def judged(scene: Looked, sku: str) -> Iterator[Choice]:
    """Every kind and reason that the workflow knows."""
    like = scene.case.request if scene.case else None
    reasons = asks_of(scene, "reason") or ((like.reason,) if like else ())
    for reason in dict.fromkeys(str(reason) for reason in reasons):
        for kind in asks_of(scene, "kind") or (None if like is None else like.kind,):
            choice = _choice(scene, sku, None if kind is None else str(kind), reason)
            if choice is not None:
                yield choice


def asks_of(scene: Looked, name: str) -> tuple[object, ...]:
    """The values of a fact that a request names; () where the workflow has no such fact."""
    return next((one.domain(scene.policy) for one in scene.workflow.fact_fields if one.name == name), ())


def _choice(scene: Looked, sku: str, kind: str | None, reason: str) -> Choice | None:
    """None where the case would not have come to where it is if it had asked for that."""
    like, case = scene.case.request if scene.case else None, scene.case
    asked = {"kind": kind, "reason": reason}
    request = RefundRequest(sku=sku, kind=kind, reason=reason) if like is None else like.model_copy(update=asked)
    if case is None or case.state.final:  # a new case
        found: RefundCase | None = _opened(scene, request)
    else:
        found = _as_if(case, request)
    verdict = _answer(scene, found)
    if found is None or verdict is None:
        return None
    files = frozenset(event.name for event in scene.filing if _asked(found, (event.name,), scene.at).allowed)
    return Choice(kind, reason, verdict, files, found.freight, found.facts)


def fresh(scene: Looked, kind: str | None) -> Verdict | None:
    """The verdict on a new case that asks for what the present one does, of a kind; None where there is nothing to file."""
    assert scene.case is not None
    return _answer(scene, _opened(scene, scene.case.request.model_copy(update={"kind": kind})))


def present(scene: Looked) -> Verdict | None:
    """The verdict on what the present case asks for, as far as it is still to be filed."""
    return _answer(scene, scene.case)


def _opened(scene: Looked, request: RefundRequest) -> RefundCase:
    return RefundCase.open(_counted(scene), request, at=scene.at, policy=scene.policy, workflow=scene.workflow)


def filed(case: RefundCase | None) -> bool:
    """Whether the case was filed."""
    return case is not None and any(step.rule.event.files for step in case.steps)


def _counted(scene: Looked) -> Order:
    """The order as a new case would find it, once the present one has ended: what that has filed counts among the applications, where they
    are counted."""
    case, order = scene.case, scene.order
    if case is not None and order.line(case.request.sku).open_case == case.case_id:
        lines = [line.model_copy(update={"open_case": None}) if line.sku == case.request.sku else line for line in order.lines]
        order = order.model_copy(update={"lines": tuple(lines)})
    if case is None or scene.guidance is None or scene.guidance.applications is None or not filed(case):
        return order
    lines = [
        line.model_copy(update={"applications": line.applications + 1}) if line.sku == case.request.sku else line for line in order.lines
    ]
    return order.model_copy(update={"lines": tuple(lines)})


def _answer(scene: Looked, case: RefundCase | None) -> Verdict | None:
    """The verdict on what the guidance asks, or on the filing events; the first that is taken, or else the first refusal."""
    asked = [scene.guidance.asks] if scene.guidance else [(event.name,) for event in scene.filing]
    if case is None or not asked:
        return None
    verdicts = [_asked(case, events, scene.at) for events in asked]
    return next((one for one in verdicts if one.allowed), verdicts[0])


# What stands in for the details that an event needs, when it is only asked whether the event would be taken.
GIVEN: dict[str, Callable[[datetime], object]] = {
    "note": lambda _: "…",
    "tracking_no": lambda _: "…",
    "evidence": lambda at: Evidence(kind="photo", by="advice", at=at),
}


def _as_if(case: RefundCase, request: RefundRequest) -> RefundCase | None:
    """The case if it had asked for something else: the same steps and news at the same instants. None where it would not stand there."""
    if request == case.request:
        return case
    if case.opening_order.order_type != case.workflow.key:  # it was moved to the table of another order type
        return None
    other = RefundCase.open(
        case.opening_order, request, at=case.opened_at, policy=case.policy, workflow=case.workflow, case_id=case.case_id
    )
    try:
        for one in case.history:
            if isinstance(one, News):
                other = other.with_order(one.order, at=one.at)
            elif isinstance(one, Step):
                by_clock = one.by == CLOCK.key
                other = other.advance(to=one.at) if by_clock else other.apply(one.event, at=one.at, by=one.by, **one.details)
        other = other.advance(to=case.now)
    except Refused:
        return None
    return other if other.state.key == case.state.key else None


def _asked(case: RefundCase, events: tuple[str, ...], at: datetime) -> Verdict:
    """The verdict on the last of the events, those before it taken; or on the first of them that is refused."""
    for name in events:
        event = case.workflow.events[name]
        given = {need: GIVEN[need](at) for need in event.needs}
        verdict = case.ask(name, at=at, by=event.actor.key, **given)
        if not verdict.allowed or name == events[-1]:
            break
        case = case.apply(name, at=at, by=event.actor.key, **given)
    return verdict


def closest(choices: Iterable[Choice]) -> Refusal:
    """Of several refused choices the refusal that is nearest to being none: with the fewest failed guards."""
    refusals = [choice.verdict.refusal for choice in choices if choice.verdict.refusal]
    return min(refusals, key=lambda refusal: len(refusal.failed_guards))
