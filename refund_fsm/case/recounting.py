"""Owns what ran in a case and what another calendar makes of it: which limit ran after each thing that happened, how the running one is
counted on from today, and what would end elsewhere today.

Must not change what was decided: steps stand as they were recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from refund_fsm.case.engine import Head, Live, Uncounted, not_before, running, stays
from refund_fsm.case.record import CalendarChange, Due, Move, Recounted, Step, happened
from refund_fsm.errors import CalendarOutOfRange
from refund_fsm.workflow import CLOCK, State, as_of


def changed(head: Head, live: Live, calendar: str, former: str) -> Live:
    """The case from its `now` on under another calendar, which is today's; `former` is the one that counted it so far.

    A limit that was passed stays where it was passed. One still to come is counted anew, and ends at `now` at the earliest.
    """
    due = live.due
    if live.state.key in head.workflow.limits_at and (due is None or not _is_passed(head, live, due)):
        past = _passed_unsaid(head, live, former) if due is None else None
        due = past or _from_now_on(running(head, live.state, live.facts, live.entered), live.now)
    change = CalendarChange(len(live.steps), live.now, calendar, due if isinstance(due, Due) else None)
    changes = live.changes
    if changes and isinstance(changes[-1], CalendarChange) and changes[-1][:2] == change[:2]:  # nothing has come of the one before
        changes = changes[:-1]
    return live._replace(due=due, changes=(*changes, change))


def _is_passed(head: Head, live: Live, due: Due | Uncounted) -> bool:
    """Whether nothing but a breach was to come of the limit, and it has come."""
    return isinstance(due, Due) and live.state.key not in head.workflow.clock_rules and (live.breached or due.at <= live.now)


def _passed_unsaid(head: Head, live: Live, former: str) -> Due | None:
    """The limit that was passed, of a case whose file does not say when its limits fell: as a step recorded it, else as the former
    calendar would count it, where that can be known."""
    then = running(head, live.state, live.facts, live.entered)
    if not isinstance(then, Due) or live.state.key in head.workflow.clock_rules:
        return None
    if live.breached:
        breach = next(step.breach for step in reversed(live.steps) if step.breach)
        return then._replace(at=breach.at, provisional=breach.provisional)
    calendar, count = as_of(head.policy.calendar, former), head.counting.of(live.state.key, live.facts)
    if calendar is None or count is None:
        return None
    try:
        end = count.end(calendar, live.entered)
    except CalendarOutOfRange:
        return None
    return then._replace(at=end.at, provisional=end.provisional) if end.at <= live.now else None


def _from_now_on(due: Due | Uncounted | None, now: datetime) -> Due | Uncounted | None:
    return due._replace(at=now) if isinstance(due, Due) and due.at < now else due


def recounted(head: Head, live: Live) -> tuple[Recounted, ...]:
    """The limits that today's calendar would end elsewhere, each as it was counted last before its state was left."""
    changes = [change for change in live.changes if isinstance(change, CalendarChange)]
    if not changes:
        return ()
    found = []
    for after, then, entered, state, facts, under in _counts(head, live, changes):
        today = running(under, state, facts, entered)
        if isinstance(today, Due) and then.why.held is not None:
            today = today._replace(at=max(today.at, then.why.held))
        again = then._replace(at=today.at, provisional=today.provisional) if isinstance(today, Due) else None
        if again is None or again.at != then.at:
            found.append(Recounted(after, then, again))
    return tuple(found)


def _counts(head: Head, live: Live, changes: list[CalendarChange]) -> Iterator[tuple[int, Due, datetime, State, Any, Head]]:
    """Each count of a limit: after how many steps it began, the limit, from when and in which state it was counted, for which facts at
    last, and under which rules."""
    later = {change.after: change.due for change in changes[:-1]}  # the last is today's own
    eras = _eras(head, live)
    head = eras[0][1]
    after, entered, state, due, facts = 0, head.opened_at, head.workflow.initial, head.due, head.facts
    then = due if isinstance(due, Due) else None
    for number, step in enumerate(live.steps, 1):
        for move, under in eras[1:]:
            if move is not None and move.after == number - 1:
                head, state, facts, then = under, step.source, move.facts, _since(under, move, step.source, entered)
        then = later.get(number - 1) or then or _told_by(head, step, entered)
        if stays(head, step.source, step.dest):
            then = step.due if step.due is not None and step.due.why != (then and then.why) else then  # moved, by other facts
            facts = step.after
            continue
        if then is not None:
            yield after, then, entered, state, facts, head
        after, entered, state, then, facts = number, step.at, step.dest, step.due, step.after
    if (last := eras[-1][0]) is not None and last.after == len(live.steps):
        head, state, facts, then = eras[-1][1], live.state, last.facts, _since(eras[-1][1], last, live.state, entered)
    if then is not None:
        yield after, then, entered, state, facts, head


def _eras(head: Head, live: Live) -> list[tuple[Move | None, Head]]:
    """The rules that held one after the other: the move that began each (None at first), and the head."""
    moves = [one for one in live.changes if isinstance(one, Move) and not one.is_told]
    found: list[tuple[Move | None, Head]] = []
    for move in reversed(moves):
        found.insert(0, (move, head))
        assert head.former is not None, "whoever was moved was under other rules before"
        head = head.former
    return [(None, head.opening), *found]


def _since(head: Head, move: Move, state: State, entered: datetime) -> Due | None:
    """The limit that runs since a move, as it was told then; it may have been held back until the move."""
    due = running(head, state, move.facts, entered)
    if move.due is None or not isinstance(due, Due):
        return None
    held = not_before(due, None, move.at)
    due = held if isinstance(held, Due) and held.at == move.due.at else due
    return due._replace(at=move.due.at, provisional=move.due.provisional)


def _stays_passed(due: Due | Uncounted | None, move: Move, state: State, under: Head) -> bool:
    """Whether a limit had passed before a move, with a breach, and so was not counted by the new rules."""
    if not isinstance(due, Due) or move.due is None or state.key in under.clock:
        return False
    return due.then is None and due.at == move.due.at <= move.at


def stood(head: Head, live: Live) -> Iterator[tuple[State, Due | None]]:
    """Where the case was after each step, news and move, and the limit that ran then, as it was counted then."""
    eras = _eras(head, live)
    under = eras.pop(0)[1]
    state, due, entered = under.workflow.initial, under.due, under.opened_at
    for one in happened(live.steps, live.changes):
        if isinstance(one, Step):
            entered = entered if stays(under, one.source, one.dest) else one.at
            state, due = one.dest, one.due
        elif isinstance(one, CalendarChange):
            due = one.due
            continue
        elif isinstance(one, Move) and not one.is_told:
            under = eras.pop(0)[1]
            state = under.workflow.states[one.dest]
            due = due if _stays_passed(due, one, state, under) else _since(under, one, state, entered)
        yield state, due if isinstance(due, Due) else None


def _told_by(head: Head, step: Step, entered: datetime) -> Due | None:
    """The limit that ended with a step, where only the step tells: of the clock, or with a breach."""
    end = step.at if step.by == CLOCK.key else step.breach.at if step.breach else None
    due = running(head, step.source, step.before, entered)
    if end is None or not isinstance(due, Due):
        return None
    return due._replace(at=end, provisional=step.breach.provisional if step.breach else due.provisional)
