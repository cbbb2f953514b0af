"""Owns the numbers of many cases as pictures have them: shares of cases by state and rule, and how many working days stays take.

They are read off anything that has the fields of `Measured`: a result, a law, a log. Must not compute cases, nor know marks or markup.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from numbers import Real
from typing import Any, Protocol

from refund_fsm.errors import BadData
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Policy, Rule, WorkCalendar, Workflow

DAY = timedelta(days=1)
ROUNDING = 1e-9  # a share may pass 1 by so much
FIELDS = ("workflow", "policy", "start", "rule_counts", "rule_shares", "state_shares", "breach_shares", "working_stay", "time_to")
HAS_THEM = "a Result of simulate, a Law of first_passage, or what else has the fields " + ", ".join(FIELDS)


class Lengths(Protocol):
    """How long something took, in cases that had it."""

    def mean(self) -> timedelta | None:
        """The mean; None where nothing was counted."""

    def quantile(self, p: float, /) -> timedelta | None:
        """The time within which a share `p` was done; None where nothing was counted."""


class Measured(Protocol):
    """What many cases of one workflow add up to. Shares are of cases, numbers or intervals that have a `value`. Where cases were
    played or observed, `cases` says how many; what has no such field is a law, and counts are those expected in a case."""

    @property
    def workflow(self) -> Workflow:
        """Theirs."""

    @property
    def policy(self) -> Policy:
        """That under which they went on."""

    @property
    def start(self) -> datetime:
        """When they opened."""

    @property
    def rule_counts(self) -> Mapping[str, Any]:
        """How often each rule fired, by id."""

    @property
    def rule_shares(self) -> Mapping[str, Any]:
        """The share of cases in which each rule fired, by id."""

    @property
    def state_shares(self) -> Mapping[str, Any]:
        """The share of cases that were ever in each state, by key."""

    @property
    def breach_shares(self) -> Mapping[str, Any]:
        """The share of cases in which a limit passed with nothing to enforce it, by the keys of its states, `/` between them."""

    def working_stay(self, state: str, /) -> Lengths:
        """Working days of the stays in a state that is not final."""

    def time_to(self, state: str, /) -> Lengths:
        """From the start to a final state."""


@dataclass(frozen=True, slots=True)
class RuleFigure:
    """Of one rule: the share of cases in which it fired (0 to 1), how often it fired in all (of a law: in a case), and its share of
    all the times that its source was left (0 to 1; None for a rule that stays where it is)."""

    share: float
    count: float
    leaving: float | None


@dataclass(frozen=True, slots=True)
class StateFigure:
    """Of one state: the share of cases that were ever there (0 to 1), how often it was entered in all (of a law: in a case); mean,
    median and 90th percentile of the stays that ended, in working days (of a final state, from the start; no mean there); the share
    of cases whose limit ran out there, whether the clock then fired or nothing did (None: it has no limit)."""

    share: float
    count: float
    mean: float | None = None
    median: float | None = None
    p90: float | None = None
    overdue: float | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Figures:
    """The numbers of one workflow, by rule id and state key. `cases`: how many were counted; None of a law, where none were."""

    workflow: Workflow
    policy: Policy
    cases: int | None
    rules: Mapping[str, RuleFigure]
    states: Mapping[str, StateFigure]


def is_measured(one: object) -> bool:
    """Whether it has all fields that are drawn."""
    return not isinstance(one, Mapping) and all(hasattr(type(one), name) or name in getattr(one, "__dict__", ()) for name in FIELDS)


def figures_of(one: Measured, workflow: Workflow | None = None, field: str = "counts") -> Figures:
    """The numbers of what was measured, which must be of `workflow` (None: its own).

    `BadData` for what lacks a field, for another workflow's, for rules and states that it does not have, for shares outside 0 to 1,
    negative counts and times.
    """
    if not is_measured(one):
        raise BadData(field, one, f"a mapping of rule ids to how often each fired, or {HAS_THEM}")
    flow = one.workflow
    if workflow is not None and flow.fingerprint != workflow.fingerprint:
        found = f"{flow.key} ({flow.fingerprint[:8]})" if isinstance(flow, Workflow) else flow
        raise BadData(f"{field}.workflow", found, f"{workflow.key} ({workflow.fingerprint[:8]}), whose picture is drawn")
    known = (_named(f"{field}.rule_shares", one.rule_shares, flow.by_id, 1.0), _named(f"{field}.rule_counts", one.rule_counts, flow.by_id))
    cases = getattr(one, "cases", None)
    states = dict(_states(one, field, known[0], _entries(flow, known[1], 1.0 if cases is None else float(cases))))
    return Figures(flow, one.policy, cases, dict(_rules(flow, *known)), states)


def figures_alone(counts: object, workflow: Workflow, policy: Policy | None, waits: object) -> Figures:
    """The numbers of what was given as `counts`; `BadData` also for `waits` beside it and for a policy that is not its own."""
    figures = figures_of(counts, workflow)  # type: ignore[arg-type]  # it says what it lacks
    if waits is not None:
        raise BadData("waits", waits, "none beside a result or a law, which has times of its own")
    if policy not in (None, figures.policy):
        raise BadData("policy", policy, "none, or that of the result or law")
    return figures


def _entries(flow: Workflow, counts: Mapping[str, float], opened: float) -> dict[str, float]:
    """How often each state was entered; the opening is an entry."""
    found = {key: opened if key == flow.initial.key else 0.0 for key in flow.states}
    for rule in flow.rules:
        if not rule.internal:
            found[rule.dest.key] += counts.get(rule.id, 0.0)
    return found


def _rules(flow: Workflow, shares: Mapping[str, float], counts: Mapping[str, float]) -> Iterator[tuple[str, RuleFigure]]:
    left: dict[str, float] = {}
    for rule in flow.rules:
        if not rule.internal:
            left[rule.source.key] = left.get(rule.source.key, 0.0) + counts.get(rule.id, 0.0)
    for rule in flow.rules:
        share, count = shares.get(rule.id, 0.0), counts.get(rule.id, 0.0)
        whole = left.get(rule.source.key, 0.0)
        yield rule.id, RuleFigure(share, count, None if rule.internal else count / whole if whole else 0.0)


def _states(one: Measured, field: str, fired: Mapping[str, float], entries: Mapping[str, float]) -> Iterator[tuple[str, StateFigure]]:
    flow = one.workflow
    shares = _named(f"{field}.state_shares", one.state_shares, flow.states, 1.0)
    limits = {"/".join(state.key for state in group): group for group, _ in flow.groups}
    passed = _named(f"{field}.breach_shares", one.breach_shares, limits, 1.0)
    late = {state.key: passed.get(name, 0.0) for name, group in limits.items() for state in group}
    for key, state in flow.states.items():
        share = shares.get(key, 0.0)
        if state.final:
            yield key, StateFigure(share, entries[key], **_from_the_start(one, key, f"{field}.time_to({key!r})"))
            continue
        clocked = sum(fired.get(rule.id, 0.0) for rule in _by_clock(flow, key))
        stay = _lengths(one.working_stay(key), f"{field}.working_stay({key!r})", lambda time: time / DAY, mean=True)
        yield key, StateFigure(share, entries[key], **stay, overdue=min(1.0, late[key] + clocked) if key in late else None)


def _by_clock(flow: Workflow, state: str) -> list[Rule]:
    return [rule for rule in flow.rules if rule.by_clock and rule.source.key == state]


def _from_the_start(one: Measured, key: str, field: str) -> dict[str, float | None]:
    """Median and 90th percentile of the time to an end, in working days: all start at one instant, so that quantiles stay quantiles."""
    return _lengths(one.time_to(key), field, lambda time: worked(one.policy.calendar, one.start, time), mean=False)


def _lengths(lengths: Lengths, field: str, days: Callable[[timedelta], float], *, mean: bool) -> dict[str, float | None]:
    found = {"median": lengths.quantile(0.5), "p90": lengths.quantile(0.9), **({"mean": lengths.mean()} if mean else {})}
    for name, time in found.items():
        if time is not None and (not isinstance(time, timedelta) or time < timedelta(0)):
            raise BadData(f"{field}.{name}", time, "a timedelta from 0, or None")
    return {name: None if time is None else days(time) for name, time in found.items()}


def worked(calendar: WorkCalendar, start: datetime, time: timedelta) -> float:
    """The working days, of 24 hours each, in a time from an instant on."""
    at, end = start.astimezone(SHANGHAI), (start + time).astimezone(SHANGHAI)
    total, day = timedelta(0), at.date()
    while day <= end.date():
        if calendar.is_working(day):
            total += min(end, _midnight(day + DAY)) - max(at, _midnight(day))
        day += DAY
    return total / DAY


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)


def _named(field: str, given: object, known: Mapping[str, Any], most: float = math.inf) -> dict[str, float]:
    """Numbers by name, from 0 to `most`; what is not a number (no case was counted) is 0."""
    if not isinstance(given, Mapping):
        raise BadData(field, given, "a mapping of names to numbers")
    found = {}
    for name, one in given.items():
        if name not in known:
            raise BadData(field, name, f"one of {', '.join(known)}")
        given_as = getattr(one, "value", one)
        number = -1.0 if isinstance(given_as, bool) or not isinstance(given_as, Real) else float(given_as)
        if number < 0 or number > most + ROUNDING:
            raise BadData(f"{field}[{name!r}]", given_as, "a number from 0" + (f" to {most:g}" if most < math.inf else ""))
        found[name] = 0.0 if math.isnan(number) else min(number, most)
    return found
