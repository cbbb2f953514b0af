"""Owns how a saved case is replayed: part by part, through the library, and compared place by place.

A step that today's calendar counted must come out as it is written. One that another calendar counted stands as it was recorded: its
clock ran as the file says, its facts are those that were judged then; all else is replayed all the same. Must not know how the text
comes apart (`parts`) or is sealed (`chain`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from refund_fsm.case.chain import unseal
from refund_fsm.case.engine import Head, Live, advanced, is_reached, recorded_due, running, stays
from refund_fsm.case.fields import check_calendar, check_digest, check_names, check_same, check_within, due_in, facts_in, instant_in, reads
from refund_fsm.case.heading import headed, is_old
from refund_fsm.case.judging import checked
from refund_fsm.case.moves import CARRIED, TOLD, carried_move, told_move
from refund_fsm.case.news import check_news, told
from refund_fsm.case.parts import Part
from refund_fsm.case.plain import due_data, step_of, tail_of
from refund_fsm.case.record import DETAILS, CalendarChange, Due, Seal, check_dated
from refund_fsm.case.recounting import changed
from refund_fsm.case.refusal import Refused
from refund_fsm.case.spelling import Speller
from refund_fsm.case.taking import taken
from refund_fsm.errors import BadData, RefundFsmError, SavedCaseError, shown
from refund_fsm.workflow import CLOCK, Evidence, Order, Workflow

STEP = ("at", "event", "by", "rule", "source", "dest", "before", "after", "details", "breach", "digest")
CHANGES = {
    "calendar": ("at", "calendar"),
    "news": ("at", "order"),
    "move": ("at", "how", "source", "state"),
}  # what happens to a case and is no step, by `kind`, with its fields
MAY = {
    "calendar": ("due",),
    "move": ("then", "due", *TOLD, *CARRIED),
}  # and those that may be missing
TAIL = ("now", "state", "steps", "digest")


class Reader:
    """A saved case as far as it has been read."""

    def __init__(self, part: Part, tables: tuple[Workflow, ...] | None) -> None:
        self.tables = tables
        self.old = is_old(part.data)
        self.link = check_digest(part, "head", "", old=self.old)
        self.spell = Speller()
        self.head, self.live = headed(part, tables, self.spell, old=self.old)
        self.here = self.head.policy.calendar.version
        self.counted_by = self.head.counted_by or self.here

    @property
    def foreign(self) -> bool:
        """Whether another calendar than today's counted what is read now."""
        return self.counted_by != self.here

    def take(self, part: Part) -> None:
        """The next entry: a step, or what else happened to the case."""
        row, where = part.data, f"step {len(self.live.steps) + 1}"
        self.link = check_digest(part, where, self.link, old=self.old)
        kind = "step" if self.old else row.get("kind")
        if kind != "step" and (not isinstance(kind, str) or kind not in CHANGES):
            known = " or ".join(map(repr, ("step", *CHANGES)))
            raise SavedCaseError(where, kind, f"{known} (kind); was it written by a newer refund_fsm?")
        try:
            if kind == "step":
                check_names(where, row, STEP if self.old else ("kind", *STEP), () if self.old else ("due",))
                self.live = self._stepped(where, row, part.text)
            else:
                check_names(where, row, ("kind", *CHANGES[kind], "digest"), MAY.get(kind, ()))
                self._changed(kind, where, row)
        except SavedCaseError:
            raise
        except Refused as error:
            expected = f"an event that the workflow takes here ({error}){self._other_days()}"
            raise SavedCaseError(where, row.get("event"), expected) from None
        except RefundFsmError as error:
            raise SavedCaseError(where, row.get("event"), f"a step that can be replayed ({error})") from None

    def end(self, part: Part) -> tuple[Head, Live]:
        """The case, once its tail is read; under another calendar than before it goes on from `now` by today's."""
        tail = part.data
        self.link = check_digest(part, "tail", self.link, old=self.old)
        check_names("tail", tail, TAIL)
        now = instant_in("tail", tail, "now")
        if now < self.live.now:
            raise SavedCaseError("tail", tail["now"], f"not before the last step, {self.live.now.isoformat()} (now)")
        live = self.live if self._waits(now) else advanced(self.head, self.live, now)
        live = live._replace(now=now)
        check_same("tail", tail, tail_of(live), self._other_days())
        return self.head, changed(self.head, live, self.here, self.counted_by) if self.foreign else live

    # 1. A step

    def _stepped(self, where: str, row: dict[str, Any], text: str) -> Live:
        head, event, by = self.head, row["event"], row["by"]
        seals: dict[str, Seal] = {}
        at, given = checked(head.workflow, event, instant_in(where, row, "at"), by, self._details(where, row, seals))
        check_dated(given, at)
        if seals:
            given.seals.update(seals)  # type: ignore[attr-defined]  # checked details are `Details`
        if given.get("event_id") in self.live.seen:
            raise SavedCaseError(where, given["event_id"], "an id that no step before has (event_id)")
        live = self._as_told(where, row, at)
        due = live.due
        if by != CLOCK.key and due is not None and due.then is not None and is_reached(live, at):
            expected = f"{due.then.event.name} by the clock at {max(due.at, live.now).isoformat()}, which came first"
            raise SavedCaseError(where, event, f"{expected}{self._other_days()}")
        facts = None
        if self.foreign and event in head.workflow.events and head.workflow.events[event].files:
            kept = live.kept
            facts = facts_in(head, where, row["before"], lambda policy: head.derive(at, kept, policy), "before", foreign=True)
            facts = replace(facts, **kept)
        after = taken(head, live, event, at, by, given, facts)
        if len(after.steps) != len(live.steps) + 1:
            raise SavedCaseError(where, event, "one step; replay makes another number of them")
        if not self.foreign and not self.old and reads(text, self.spell.step(after.steps[-1])):
            return after
        check_same(where, row, step_of(after.steps[-1]), self._other_days())
        return self._with_due(where, row, live, after)

    def _details(self, where: str, row: dict[str, Any], seals: dict[str, Seal]) -> dict[str, Any]:
        details = row["details"]
        if not isinstance(details, dict):
            raise SavedCaseError(where, details, "an object of details")
        for name in details:
            if name not in DETAILS:
                raise SavedCaseError(where, name, f"only the details {', '.join(DETAILS)}")
        if not self.old:
            unseal(details, seals)
        if "evidence" not in details:
            return details
        pieces = details["evidence"]
        if not isinstance(pieces, list):
            raise SavedCaseError(where, pieces, "a list of evidence")
        return {**details, "evidence": tuple(Evidence.model_validate(piece) for piece in pieces)}

    def _as_told(self, where: str, row: dict[str, Any], at: datetime) -> Live:
        """Where the case is before a step of another calendar, as far as only the step itself tells: its facts at the opening, which
        format 1 does not hold, and when its limit fell."""
        head, live = self.head, self.live
        if not self.foreign:
            return live
        event = head.workflow.events.get(row["event"]) if isinstance(row["event"], str) else None
        if self.old and not live.steps and event is not None and not event.files:
            head.facts = facts_in(
                head, where, row["before"], lambda policy: head.derive(head.opened_at, {}, policy), "before", foreign=True
            )
            live = live._replace(facts=head.facts)
        if live.due is not None or live.state.key not in head.workflow.limits_at:
            return live
        if row["by"] == CLOCK.key:
            return live._replace(due=recorded_due(head, live, at, provisional=False))
        return live._replace(due=due_in(head, where, row["breach"], live))

    def _with_due(self, where: str, row: dict[str, Any], live: Live, after: Live) -> Live:
        """The case after a step, whose limit is the one that was counted then."""
        step, due = after.steps[-1], due_in(self.head, where, row.get("due"), after)
        goes_on = stays(self.head, step.source, step.dest) and live.due is not None
        if due is not None and (goes_on or not self.foreign) and row["due"] != due_data(after.due):
            raise SavedCaseError(where, row["due"], f"{shown(due_data(after.due))}, as replay gives (due){self._other_days()}")
        if not self.foreign:
            return after
        return after._replace(due=due, steps=(*after.steps[:-1], step._replace(due=due)))

    # 2. What is no step

    def _changed(self, kind: str, where: str, row: dict[str, Any]) -> None:
        at, live = instant_in(where, row, "at"), self.live
        if at < live.now:
            raise SavedCaseError(where, row["at"], f"not before the step before it, {live.now.isoformat()} (at)")
        waits = kind == "calendar" and self._waits(at)
        if not waits and (first := advanced(self.head, live, at).steps[len(live.steps) :]):
            raise SavedCaseError(where, row["at"], f"{first[0].event} by the clock at {first[0].at.isoformat()}, which came first")
        if kind == "news":
            self.head, self.live = self._told(where, row, at)
        elif kind == "move":
            self._moved(where, row, at)
        else:
            self.live = self._counted_on(where, row, at)

    def _told(self, where: str, row: dict[str, Any], at: datetime) -> tuple[Head, Live]:
        """The case once it knows a newer order."""
        try:
            order = Order.model_validate(row["order"])
            check_within(where, row["order"], order.model_dump(mode="json"), "order")
            check_news(self.head, self.live, order, at)
        except BadData as error:
            raise SavedCaseError(where, error.value, f"{error.expected} (in {error.field})") from None
        if order == self.head.order:
            raise SavedCaseError(where, row["order"], "an order of which the case did not know yet (order)")
        return told(self.head, self.live, order, at)

    def _moved(self, where: str, row: dict[str, Any], at: datetime) -> None:
        """The case once other rules hold; of one that was judged anew since, only that it was moved is told."""
        live = self.live._replace(now=at)
        if "former" in row:
            self.live = told_move(where, row, at, self.head, live)
            return
        found = carried_move(where, row, at, self.head, live, self.tables)
        self.head, self.live = found
        self.here, self.counted_by = self.head.policy.calendar.version, row["calendar"]

    def _counted_on(self, where: str, row: dict[str, Any], at: datetime) -> Live:
        """The case from when on another calendar counts."""
        calendar = row["calendar"]
        check_calendar(where, calendar)
        live, was = self.live._replace(now=at), self.live.due
        self.counted_by = calendar
        due = due_in(self.head, where, row.get("due"), live)
        counted = None if self.foreign else running(self.head, live.state, live.facts, live.entered)
        if due is not None and isinstance(counted, Due) and isinstance(was, Due) and due.at not in (counted.at, was.at, at):
            raise SavedCaseError(where, row["due"], f"{counted.at.isoformat()}, as replay gives (due)")
        change = CalendarChange(len(live.steps), at, calendar, due)
        return live._replace(due=due or counted, changes=(*live.changes, change))

    def _waits(self, at: datetime) -> bool:
        """Whether a limit falls just where another calendar took over: what the clock does then is not done yet."""
        live = self.live
        last = live.changes[-1] if live.changes else None
        waiting = isinstance(last, CalendarChange) and (last.after, last.at) == (len(live.steps), at)
        return waiting and isinstance(live.due, Due) and live.due.at == at

    def _other_days(self) -> str:
        """A hint when the days were counted by another calendar than this machine's."""
        return f"; it was saved under the calendar {self.counted_by!r}, here it is {self.here!r}" if self.foreign else ""
