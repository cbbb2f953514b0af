"""Owns when derived facts change by themselves: found by deriving them at ever later instants, and written as a count.

Must not know an order type: whether a window ends or a grace of hours runs out, it sees only that `facts_of` answers otherwise.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from refund_fsm.errors import WorkflowError
from refund_fsm.graph.drift import HORIZON, LOOKS, TICK, Told, changes
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Policy, Unit, Workflow

ROLLED = 14  # days that a last day may roll over at most
# Openings that every count is held to: a plain day, midnight and the last instant of a day, a weekend, before and inside the
# Spring Festival of 2026 and the National Day of 2025, a make-up day.
REFERENCES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    for text in (
        "2025-06-10T10:00:00",
        "2025-09-24T00:00:00",
        "2025-09-28T09:30:00",
        "2025-10-04T23:59:59.999999",
        "2026-02-07T15:00:00",
        "2026-02-13T10:00:00",
        "2026-02-14T10:00:00",
    )
)


class Turn(NamedTuple):
    """How long after the opening the facts change. Days end at 24:00; `length` may be 0: the end of the opening's own day."""

    unit: Unit
    length: int
    roll: bool

    def after(self, start: datetime, policy: Policy) -> datetime:
        """The first instant at which the facts are the later ones."""
        if self.unit == "hours":
            return start + timedelta(hours=self.length)
        if self.unit == "working_days":
            return policy.calendar.deadline(start, self.length, self.unit).at
        last = start.date() + timedelta(days=self.length)
        if self.roll:
            last, _ = policy.calendar.roll(last)
        return datetime(last.year, last.month, last.day, tzinfo=SHANGHAI) + timedelta(days=1)


class Course(NamedTuple):
    """The facts of an order from its opening on: `phases` in order, and the turn that ends each but the last."""

    phases: tuple[Any, ...]
    turns: tuple[Turn, ...]


class Courses:
    """Finds the course of facts under a policy. Turns that were found once are tried first."""

    def __init__(self, workflow: Workflow, policy: Policy) -> None:
        self.workflow = workflow
        self.policy = policy
        self._known: list[tuple[Turn, ...]] = [()]

    def in_short(self, facts: Any) -> Course | None:
        """As `of`, but looked at from the first reference alone, and only at the turns that are known: for one of very many facts, of
        which others were looked at closely."""
        start = REFERENCES[0]
        derived = self._told(facts, start)
        if derived is None:
            return None
        last = derived(start + HORIZON - TICK)
        for turns in self._known:
            instants = [turn.after(start, self.policy) for turn in turns]
            phases = (facts, *(derived(at) for at in instants))  # at the start it has these, `_told` has seen
            if phases[-1] == last and [derived(at - TICK) for at in instants] == list(phases[:-1]) and len({*phases}) == len(phases):
                return Course(phases, turns)
        return self.of(facts)

    def of(self, facts: Any) -> Course | None:
        """The course that begins with the facts; None when no order has them. `WorkflowError` when no count fits it."""
        found = [self._told(facts, start) for start in REFERENCES]
        told = [one for one in found if one is not None]
        if not told:
            return None
        if len(told) < len(found):
            raise WorkflowError(self._row, f"example_of gives an order with {facts!r} at some instants alone")
        first = told[0]
        phases = tuple(key for key, _ in groupby(first(REFERENCES[0] + look) for look in LOOKS))
        for turns in self._known:
            if self._fits(turns, phases, told):
                return Course(phases, turns)
        turns = self._fitted(facts, told)
        self._known.append(turns)
        return Course(phases, turns)

    @property
    def _row(self) -> str:
        return f"workflow {self.workflow.key}"

    def _told(self, facts: Any, start: datetime) -> Told | None:
        """What derives, at any instant, the facts of an order that has these at `start`."""
        made_up = self.workflow.make_up(facts, start)
        if made_up is None:
            return None
        derived = self.workflow.derive(*made_up, start, self.policy)
        if derived != facts:
            raise WorkflowError(self._row, f"example_of gives an order with {derived!r} for {facts!r}")
        return lambda at: self.workflow.derive(*made_up, at, self.policy)

    def _fits(self, turns: tuple[Turn, ...], phases: tuple[Any, ...], told: list[Told]) -> bool:
        if len(turns) != len(phases) - 1:
            return False
        for start, derived in zip(REFERENCES, told, strict=True):
            instants = [turn.after(start, self.policy) for turn in turns]
            before = [derived(at - TICK) for at in (*instants, start + HORIZON)]
            after = [derived(at) for at in (start, *instants)]
            if tuple(before) != phases or tuple(after) != phases:
                return False
        return True

    def _fitted(self, facts: Any, told: list[Told]) -> tuple[Turn, ...]:
        """The counts that meet the changes of every reference. The first that does is taken: hours, days, then working days."""
        turned = [changes(derived, start) for start, derived in zip(REFERENCES, told, strict=True)]
        if len({len(one) for one in turned}) == 1:
            fitted = [self._count(instants) for instants in zip(*turned, strict=True)]
            if all(fitted):
                return tuple(one for one in fitted if one is not None)
        shown = ", ".join(
            f"{one.isoformat()} (from {start.isoformat()})" for start, [one, *_] in zip(REFERENCES, turned, strict=True) if one
        )
        raise WorkflowError(self._row, f"facts_of changes {facts!r} by itself at instants that are no count from the opening: {shown}")

    def _count(self, instants: tuple[datetime, ...]) -> Turn | None:
        hours, rest = divmod(instants[0] - REFERENCES[0], timedelta(hours=1))
        days = (instants[0] - REFERENCES[0].replace(hour=0)).days - 1
        candidates = [] if rest else [Turn("hours", hours, False)]
        candidates.append(Turn("days", days, False))
        candidates += [Turn("days", length, True) for length in range(days, max(days - ROLLED, 0) - 1, -1)]
        candidates += [Turn("working_days", length, False) for length in range(1, days + 1)]
        for turn in candidates:
            if turn.length >= 0 and all(turn.after(start, self.policy) == at for start, at in zip(REFERENCES, instants, strict=True)):
                return turn
        return None
