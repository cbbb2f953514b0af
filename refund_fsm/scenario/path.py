"""Owns concrete paths of cases: an opening, steps with instants, actors and details, and what is expected after each.

A `Player` leads a `RefundCase` and writes down what became of it; a `Path` is what it wrote, to be replayed on any case, saved
or told. Must not know an order type, nor choose which to play: who asks for a path chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from refund_fsm.case import NO_DETAILS, Code, Details, RefundCase, Refused
from refund_fsm.errors import BadData, RefundFsmError, WorkflowError
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import CLOCK, Event, Evidence, Order, Policy, RefundRequest, Workflow

START = datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)  # a Monday, no holiday within a month: paths read easily
PACE = timedelta(minutes=1)  # between two steps
MINUTE = timedelta(minutes=1)
PLAYED = "PATH"  # the id of every case that a player opens


class Opening(NamedTuple):
    """An order, a request, and the instant at which a case is opened with them."""

    order: Order
    request: RefundRequest
    at: datetime


class PathStep(NamedTuple):
    """One call on a case, and what is expected of it. `event` is None where nothing but time passes (`by` is then None too), or where the
    case is told of an `order`, which is among the details.

    `fired` are the ids of all rules that fire in it, clock rules that fall due before the event included; `refusal` is the code
    when the event is not taken. `state` is the state's key, `due` the deadline in force after the step,
    `provisional` that it rests on days whose holidays are not published yet.
    """

    event: str | None
    by: str | None
    at: datetime
    details: Mapping[str, Any]
    fired: tuple[str, ...]
    refusal: Code | None
    state: str
    due: datetime | None
    provisional: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the event is taken."""
        return self.refusal is None


class PathError(RefundFsmError):
    """A path that a case does not follow. `place` is the number of the step, from 1; 0 is the opening."""

    def __init__(self, place: int, what: str, got: object, expected: object) -> None:
        self.place, self.what, self.got, self.expected = place, what, got, expected
        super().__init__(f"step {place}: {what} is {got!r}; expected {expected!r}")


@dataclass(frozen=True, slots=True)
class Path:
    """An opening and steps. Made by a `Player`, so it was played once; `replay` plays it again."""

    opening: Opening
    steps: tuple[PathStep, ...]
    state: str
    due: datetime | None
    goals: tuple[str, ...] = field(default=(), compare=False)

    def __len__(self) -> int:
        return len(self.steps)

    def replay(self, workflow: Workflow, policy: Policy | None = None) -> RefundCase:
        """The case after the path; `PathError` at the first step where state, rules, refusal or deadline are not as expected."""
        player = Player.opened(workflow, policy or workflow.default_policy(), self.opening)
        _same(0, "state", player.case.state.key, self.state)
        for place, step in enumerate(self.steps, 1):
            player = player.passed(step.event, step.by or "", step.at, step.details)
            assert player.step is not None
            for what in ("refusal", "fired", "state", "due"):
                _same(place, what, getattr(player.step, what), getattr(step, what))
        return player.case

    def to_dict(self) -> dict[str, Any]:
        """The path as JSON data."""
        order, request, at = self.opening
        told: dict[str, Any] = {"goals": list(self.goals)} if self.goals else {}
        opened = {"state": self.state, "due": _iso(self.due)}
        order_data, request_data = (one.model_dump(mode="json", exclude_defaults=True) for one in (order, request))
        return {
            **told,
            "order": order_data,
            "request": request_data,
            "at": at.isoformat(),
            **opened,
            "steps": [_row(s) for s in self.steps],
        }


def _same(place: int, what: str, got: object, expected: object) -> None:
    if got != expected:
        raise PathError(place, what, got, expected)


def _row(step: PathStep) -> dict[str, Any]:
    details = {
        name: [_plain(piece) for piece in value] if name == "evidence" else _plain(value) if name == "order" else value
        for name, value in step.details.items()
    }
    shown = {"event": step.event, "by": step.by} if step.event is not None else {}
    outcome = {"fired": list(step.fired)} if step.fired else {}
    refused = {"refusal": step.refusal} if step.refusal else {}
    more = {"details": details} if details else {}
    after = {"state": step.state, "due": _iso(step.due), "provisional": step.provisional}
    return {**shown, "at": step.at.isoformat(), **more, **outcome, **refused, **after}


def _plain(model: Evidence | Order) -> dict[str, Any]:
    return model.model_dump(mode="json", exclude_defaults=True)


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


class Player:
    """A case being led. Immutable: each step makes a new player that remembers the one before it."""

    __slots__ = ("before", "case", "opening", "step")

    def __init__(self, case: RefundCase, opening: Opening, before: Player | None = None, step: PathStep | None = None) -> None:
        self.case, self.opening, self.before, self.step = case, opening, before, step

    @classmethod
    def opened(cls, workflow: Workflow, policy: Policy, opening: Opening) -> Player:
        """A player of a case just opened."""
        return cls(RefundCase.open(*opening[:2], at=opening.at, policy=policy, workflow=workflow, case_id=PLAYED), opening)

    @classmethod
    def with_facts(cls, workflow: Workflow, policy: Policy, facts: Any, at: datetime = START) -> Player | None:
        """A player of a case opened with these facts; None when no order can have them. `WorkflowError` when `example_of` is wrong."""
        made_up = workflow.make_up(facts, at)
        if made_up is None:
            return None
        player = cls.opened(workflow, policy, Opening(*made_up, at))
        if player.case.facts != facts:
            raise WorkflowError(f"workflow {workflow.key}", f"example_of gives {made_up!r} at {at}, which has not the facts {facts!r}")
        return player

    def do(self, event: str, *, by: str | None = None, details: Mapping[str, Any] | None = None) -> Player:
        """The event, by default of its own actor and with what it needs, a minute later (at once where the limit leaves no minute)."""
        case, known = self.case, self.case.workflow.events.get(event)
        due, at = case.due, case.now + PACE
        if due is not None and due.at <= at:
            at = case.now
        if details is None:
            details = details_of(known, at) if known else NO_DETAILS
        return self.told(event, by or (known.actor.key if known else CLOCK.key), at, details)

    def told(self, event: str, by: str, at: datetime, details: Mapping[str, Any]) -> Player:
        """The event exactly as given."""
        case = self.case
        code: Code | None = None
        try:
            after = case.apply(event, at=at, by=by, **details)
        except Refused as refused:
            code = refused.refusal.code
            after = case.advance(to=at) if at >= case.now else case
        return self._next(event, by, at, details, code, after)

    def at(self, at: datetime) -> Player:
        """Nothing but time passes, to an instant."""
        return self._next(None, None, at, NO_DETAILS, None, self.case.advance(to=at))

    def news(self, order: Order, at: datetime) -> Player:
        """The case is told how its order is by then; as if only time had passed where that cannot be."""
        try:
            after = self.case.with_order(order, at=at)
        except BadData:
            return self.at(at)
        return self._next(None, None, at, {"order": order}, None, after)

    def passed(self, event: str | None, by: str, at: datetime, details: Mapping[str, Any]) -> Player:
        """A step as it is written: an event, time that passes, or news."""
        if event is not None:
            return self.told(event, by, at, details)
        return self.news(details["order"], at) if "order" in details else self.at(at)

    def expired(self, beyond: timedelta = timedelta(0)) -> Player | None:
        """Time passes to the limit's instant plus `beyond`; None where there is no limit, or that lies behind."""
        due = self.case.due
        return None if due is None or due.at + beyond < self.case.now else self.at(due.at + beyond)

    def _next(
        self, event: str | None, by: str | None, at: datetime, given: Mapping[str, Any], code: Code | None, case: RefundCase
    ) -> Player:
        fired = tuple(step.rule.id for step in case.steps[len(self.case.steps) :])
        due = case.due
        step = PathStep(event, by, at, given, fired, code, case.state.key, None if due is None else due.at, bool(due and due.provisional))
        return Player(case, self.opening, self, step)

    def line(self) -> tuple[Player, ...]:
        """All players from the opening to this one."""
        found, player = [self], self
        while player.before is not None:  # ends: every player has one step more than the one before
            player = player.before
            found.append(player)
        return tuple(reversed(found))

    def path(self, goals: tuple[str, ...] = ()) -> Path:
        """What was played."""
        first, *rest = self.line()
        due = first.case.due
        steps = tuple(one.step for one in rest if one.step is not None)
        return Path(self.opening, steps, first.case.state.key, None if due is None else due.at, goals)


def details_of(event: Event, at: datetime) -> Mapping[str, Any]:
    """What an event needs, and nothing else."""
    given: dict[str, Any] = {}
    for need in event.needs:
        if need == "evidence":
            given[need] = (Evidence(kind="photo", by=event.actor.key, at=at),)
        else:
            given[need] = "SF0000000001" if need == "tracking_no" else f"说明 / a note: {event.zh}"
    return Details(given) if given else NO_DETAILS
