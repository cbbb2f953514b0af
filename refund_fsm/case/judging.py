"""Owns how an event is judged in a case: what bars it, which facts its guards are asked about, and the refusal that tells it all.

Looks and answers; the clock runs first, as a look ahead (`reached`), and what is allowed is for the case to do. Must not know an order
type, nor read a wall clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from refund_fsm.case.engine import Head, Live, advanced, due_of, is_guessed, is_reached
from refund_fsm.case.news import why_news
from refund_fsm.case.record import NO_DETAILS, checked_details, is_given, is_same
from refund_fsm.case.refusal import Code, Refusal, Verdict
from refund_fsm.errors import BadData
from refund_fsm.workflow import CLOCK, Event, Workflow, instant


def checked(workflow: Workflow, event: str, at: datetime, by: str, details: dict[str, Any]) -> tuple[datetime, Mapping[str, Any]]:
    """Instant and details as a case keeps them; `BadData` for what is no event's name, no actor or no detail."""
    at = instant(at, "at")
    if not isinstance(event, str):
        raise BadData("event", event, "the name of an event")
    if not isinstance(by, str) or by not in workflow.actors:
        raise BadData("by", by, f"an actor of the workflow: {', '.join(workflow.actors)}")
    return at, checked_details(details) if details else NO_DETAILS


def is_repeated(live: Live, event: str, by: str, details: Mapping[str, Any]) -> bool:
    """Whether the event was delivered before under its id, whatever its instant; anything else under that id is bad data."""
    place = live.seen.get(details["event_id"]) if "event_id" in details else None
    if place is None:
        return False
    step = live.steps[place]
    if (step.event, step.by) != (event, by) or not is_same(step.details, details):
        raise BadData("event_id", details["event_id"], f"a new id: step {place + 1} ({step.event} by {step.by}) has it already")
    return True


def reached(head: Head, live: Live, event: str, at: datetime, by: str, details: Mapping[str, Any] | None) -> tuple[Live, Refusal | None]:
    """The case when the clock has run to `at`, and what bars the event there, guards aside; `details=None` takes them as given."""
    due = live.due
    fires = due is not None and due.then is not None and at >= live.now and is_reached(live, at)
    if fires or (by == CLOCK.key and at >= live.now):  # else only time has passed
        run = advanced(head, live, at)
        if by == CLOCK.key and len(run.steps) > len(live.steps) and run.steps[-1].event == event:
            for name, value in (details or NO_DETAILS).items():
                if name not in ("event_id", "operator"):
                    raise BadData(name, value, "no detail but event_id and operator: the clock hands nothing over")
            return run, None
        live = run
    return live, _barred(head, live, event, at, by, details)


def backwards(head: Head, live: Live, event: str, at: datetime, by: str) -> Refusal:
    """The refusal of what is dated before `now`."""
    last = len(live.steps) - 1
    guessed = last >= 0 and live.steps[last].at == live.now and is_guessed(head, live, last)
    return refusal(head, live, "time_reversed", event, at, by, instant=live.now, counted_on=guessed)


def _barred(head: Head, live: Live, event: str, at: datetime, by: str, details: Mapping[str, Any] | None) -> Refusal | None:
    """The first reason other than a guard that the event is refused."""
    workflow = head.workflow
    known = workflow.events.get(event)
    if known is None:
        return refusal(head, live, "unknown_event", event, at, by)
    if live.state.final:
        return refusal(head, live, "case_final", event, at, by)
    if at < live.now:
        return backwards(head, live, event, at, by)
    if (live.state.key, event) not in workflow.rules_at:
        return refusal(head, live, "wrong_state", event, at, by)
    if known.actor.key != by:
        return refusal(head, live, "wrong_actor", event, at, by)
    if by == CLOCK.key:
        due = due_of(live)
        failed = () if due and due.then and due.then.event.name == event else head.stepper.failed(live.state.key, event, live.facts)
        ends = {"instant": due.at, "counted_on": due.provisional} if due else {}
        return refusal(head, live, "not_due", event, at, by, failed_guards=failed, facts=live.facts, **ends)
    if details is not None and known.needs:
        missing = tuple(need for need in known.needs if not is_given(details, need))
        if missing:
            return refusal(head, live, "missing_detail", event, at, by, missing=missing)
    return None


def verdict(head: Head, live: Live, barred: Refusal | None, event: str, at: datetime, by: str) -> Verdict:
    """What would become of the event, once `reached` has said where the case is then and what bars the event."""
    if barred is not None:
        return Verdict(event, False, None, barred)
    if by == CLOCK.key:
        return Verdict(event, True, live.steps[-1].rule, None)
    facts = facts_for(head, live, event, at)
    rule = head.stepper.first(live.state.key, event, facts)
    if rule is None:
        return Verdict(event, False, None, guard_failed(head, live, event, at, by, facts))
    return Verdict(event, True, rule, None)


def facts_for(head: Head, live: Live, event: str, at: datetime) -> Any:
    """The facts that the event is judged by: derived anew at a filing event."""
    return head.derive(at, live.kept) if head.workflow.events[event].files else live.facts


def guard_failed(head: Head, live: Live, event: str, at: datetime, by: str, facts: Any) -> Refusal:
    """The refusal of an event whose guards do not hold: it names all that fail."""
    failed = head.stepper.failed(live.state.key, event, facts)
    told = why_news(head, live, at, failed) if live.changes and head.workflow.events[event].files else ()
    return refusal(head, live, "guard_failed", event, at, by, failed_guards=failed, facts=facts, news=told)


def refusal(head: Head, live: Live, code: Code, event: str, at: datetime, by: str, **more: Any) -> Refusal:
    """A refusal, with who may send the event and where, when the workflow knows it."""
    workflow = head.workflow
    known: Event | None = workflow.events.get(event)
    if known is not None:
        more.update(actor=known.actor, sources=workflow.sources_of[event])
    return Refusal(code, event, at, by, live.state, workflow=workflow, ground=head.ground(at), **more)
