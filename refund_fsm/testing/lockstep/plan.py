"""Owns the step from inputs to calls: what is called on an implementation, in its own names, and what it must answer to each call.

A plan is made before anything is called, so that it can be carried out at once, in a thread or in another process. Must not call
an implementation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from refund_fsm.case import MAX_CLOCK_STEPS, NO_DETAILS, Code
from refund_fsm.errors import TooLong
from refund_fsm.scenario import Opening
from refund_fsm.testing.lockstep.implementation import Abilities
from refund_fsm.testing.lockstep.model import Model, Move, Table
from refund_fsm.testing.lockstep.newer import newer
from refund_fsm.testing.lockstep.refusing import reasons
from refund_fsm.workflow import CLOCK, Order, RefundRequest

Told = tuple[str | None, str, datetime, Mapping[str, Any]]  # event (None: time passes), by, at, details: in our names


class Call(NamedTuple):
    """One call and what is expected of it, in the implementation's names; `event` None is `advance(at)`, or with an `order` among the
    details `news(order, at)`. `row` is the number of the
    input that it belongs to, from 1."""

    event: str | None
    by: str
    at: datetime
    details: dict[str, Any]
    taken: bool
    said: frozenset[str]
    due: datetime | None
    row: int


class Plan(NamedTuple):
    """An opening, what is expected of it, and calls. `due` is compared where `compares_due`; `known` are all states of theirs; `left` are
    the inputs that were left out, by number, each with the code by which it would have been refused."""

    order: Order
    request: RefundRequest
    at: datetime
    said: frozenset[str]
    due: datetime | None
    calls: list[Call]
    compares_due: bool
    closes: bool
    known: frozenset[str]
    left: Sequence[tuple[int, Code]] = ()


_call = tuple.__new__  # a `Call` made this way takes half as long


class Writer:
    """Writes the calls of one case, input by input, and leads the model along. `rows` are the inputs; of one that is left out, time."""

    __slots__ = (
        *("_actor_of", "_advances", "_calls", "_due", "_event_of", "_has_due", "_heard", "_leave_out", "_left"),
        *("hears", "model", "opening", "plan", "rows"),
    )

    def __init__(self, table: Table, abilities: Abilities, opening: Opening) -> None:
        fit = table.fit
        self.opening, self.model = opening, Model(table, opening)
        self.rows: list[Told] = []
        self._advances, self._has_due, self.hears = abilities.advances, abilities.has_due, abilities.hears
        self._event_of, self._actor_of = fit.event_of, fit.actor_of
        self._calls: list[Call] = []
        self._due = self.model.due if abilities.has_due else None
        self._heard = opening.at  # the latest instant that the implementation knows of
        self._leave_out, self._left = table.leave_out, list[tuple[int, Code]]()
        self.plan = Plan(*opening, self.model.said, self._due, self._calls, abilities.has_due, abilities.closes, fit.known, self._left)

    def write(self, event: str | None, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """The calls of one input; whether it did anything in the model: an event taken, or a clock rule fired."""
        model = self.model
        rows = self.rows
        rows.append((event, by, at, details))
        if at < model.now:
            if at < self._heard and event is not None:  # else the implementation cannot know that time was further on
                self._attempt(event, by, at, details)
            return False
        fired = None
        if self._advances or (model.rings is not None and model.rings <= at):
            fired = self._reach(at)
        else:
            model.now = at
        if event is None and "order" in details:
            return self._tell(at, details) or fired is not None
        if event is None:
            if fired is None and not self._advances:
                self._probe(at)
            return fired is not None
        if by == CLOCK.key and fired is not None and fired.rule.event.name == event:
            return True
        move = model.judge(event, by, details)
        if move is None:
            self._attempt(event, by, at, details)
            return fired is not None
        if move.restarts or move.moves:
            self._due = model.due if self._has_due else None
        self._heard = at
        given = dict(details) if details else {}
        call = (self._event_of[event], self._actor_of[by], at, given, True, model.said, self._due, len(rows))
        self._calls.append(_call(Call, call))
        return True

    def newer(self, draw: Callable[[], float]) -> Order:
        """The order as it may become next, drawn with a number from 0 up to 1."""
        return newer(self.model.order, self.opening.request.sku, self.model.now, draw)

    def _tell(self, at: datetime, details: Mapping[str, Any]) -> bool:
        """The news of one input, which an implementation without ears is not told, and neither is the model."""
        if not self.hears or not self.model.tell(details["order"]):
            return False
        self._heard = at
        self.model.settle()
        self._calls.append(Call(None, "", at, dict(details), True, self.model.said, self._due, len(self.rows)))
        return True

    def _reach(self, at: datetime) -> Move | None:
        """The clock runs to an instant; the last of its rules that fire."""
        model, last = self.model, None
        for _ in range(MAX_CLOCK_STEPS):
            move = model.tick(at)
            if move is None:
                break
            last = move
            if move.restarts or move.moves:
                self._due = model.due if self._has_due else None
            if not self._advances:
                self._heard = model.now
                event = self._event_of[move.rule.event.name]
                self._calls.append(
                    Call(event, self._actor_of[CLOCK.key], model.now, {}, True, model.said, self._due, len(self.rows)),
                )
        else:
            raise TooLong(f"workflow {model.table.workflow.key}: more than {MAX_CLOCK_STEPS} clock rules fired in one advance")
        if self._advances and at > self._heard:
            self._heard = at
            if last is None:
                model.settle()
            self._calls.append(Call(None, "", at, {}, True, model.said, self._due, len(self.rows)))
        return last

    def _attempt(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> None:
        """A call that must be refused; left out where the implementation has no name for the event."""
        theirs = self._event_of.get(event)
        if theirs is None:
            if event in self.model.table.workflow.events:
                return
            theirs = event
        if self._leave_out and self._is_left_out(event, by, at, details):
            return
        given = dict(details) if details else {}
        self.model.settle()
        call = (theirs, self._actor_of[by], at, given, False, self.model.said, self._due, len(self.rows))
        self._calls.append(_call(Call, call))

    def _is_left_out(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> bool:
        """Whether an input is refused for nothing but what is left out; time alone passes in its place."""
        codes = reasons(self.model, event, by, at, details)
        if not codes or not self._leave_out.issuperset(codes):
            return False
        self._left.append((len(self.rows), codes[0]))
        self.rows[-1] = (None, "", max(at, self.model.now), NO_DETAILS)
        return True

    def _probe(self, at: datetime) -> None:
        """An implementation that is sent the clock's events is offered the next one before its time."""
        clock = self.model.node.clock
        if clock is not None:
            self._attempt(clock.rule.event.name, CLOCK.key, at, {})


def planned(table: Table, abilities: Abilities, opening: Opening, rows: Iterable[Told]) -> Plan:
    """The plan of a whole case."""
    writer = Writer(table, abilities, opening)
    for row in rows:
        writer.write(*row)
    return writer.plan
