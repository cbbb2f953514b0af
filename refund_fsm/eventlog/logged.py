"""Owns a case as an event log tells it: its steps, and which of its limits were passed. Must not open a file, nor fire a rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from refund_fsm.errors import CalendarOutOfRange, TooLong
from refund_fsm.workflow import End, Limit, Policy, Rule, State, Workflow, counting


class LoggedStep(NamedTuple):
    """One row of a log: the rule that fired, and when."""

    at: datetime
    rule: Rule


class Passed(NamedTuple):
    """A limit that was passed and that no clock enforces, at its own instant."""

    limit: Limit
    at: datetime


@dataclass(frozen=True)
class LoggedCase:
    """A case of a log: it opens with its first step, and is known until `now`, the last instant of the whole log.

    `facts` are those of its columns: as they were when it was first filed. Effects change them from there; what a later filing would
    derive anew the log does not tell.
    """

    case_id: str
    steps: Sequence[LoggedStep]
    now: datetime
    facts: Any = field(repr=False)
    workflow: Workflow = field(repr=False)
    policy: Policy = field(repr=False)

    @property
    def opened_at(self) -> datetime:
        """The instant of its first step: a log tells nothing of what was before."""
        return self.steps[0].at

    def breaches(self) -> tuple[Passed, ...]:
        """The limits that were passed by `now`, in order, counted as a case counts them."""
        return self._passed

    @cached_property
    def _passed(self) -> tuple[Passed, ...]:
        count = _Count(self)
        for step in self.steps:
            count.step(step)
        count.look(self.now)
        return tuple(count.passed)


class _Count:
    """The limit that runs in a case, from step to step."""

    def __init__(self, case: LoggedCase) -> None:
        self._case, self._counting = case, counting(case.workflow, case.policy)
        self._bounds = case.workflow.bounds(case.policy)
        self._state, self._facts = case.steps[0].rule.source, case.facts
        self._entered, self._told = case.opened_at, False
        self._due = self._counted(self._state, self._entered)
        self.passed: list[Passed] = []

    def look(self, at: datetime) -> None:
        """Tells the limit of the present state when it is passed by `at`, was not told, and no clock enforces it."""
        due = self._due
        if due is None or self._told or self._state.key in self._case.workflow.clock_rules or due.at > at:
            return
        self.passed.append(Passed(due.why.row, due.at))
        self._told = True

    def step(self, step: LoggedStep) -> None:
        rule, at = step.rule, step.at
        self.look(at)
        before, self._facts = self._facts, rule.after(self._facts, self._bounds)
        dest, groups = rule.dest, self._case.workflow.group_of
        stays = rule.internal or (dest.key in groups and groups[dest.key] == groups.get(rule.source.key))
        if not stays:
            self._entered, self._told, self._due = at, False, self._counted(dest, at)
        elif self._counting.is_other(dest.key, self._facts, rule.source.key, before):
            self._go_on(dest, at)
        self._state = dest

    def _go_on(self, dest: State, at: datetime) -> None:
        """A limit that goes on as another, from the same start, ends neither before what was told nor before now; it can be passed anew."""
        told, due = self._due, self._counted(dest, self._entered)
        if due is not None:
            due = due._replace(at=max([due.at, at, *([told.at] if told else [])]))
            self._told = self._told and due.at <= at
        self._due = due

    def _counted(self, state: State, entered: datetime) -> End | None:
        count = self._counting.of(state.key, self._facts)
        try:
            return None if count is None else count.end(self._case.policy.calendar, entered)
        except (CalendarOutOfRange, TooLong):  # a limit that cannot be counted is not passed
            return None
