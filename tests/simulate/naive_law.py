"""A second, plain reading of a `Behaviour` whose delays are fixed or empirical, for tests: what becomes of its cases, by enumeration.

Stay by stay: all that the actors can draw on entry into a state is enumerated, delays too, and each combination is played through.
Guards and effects are called on real facts. Time is counted in hours; every day is a working day; facts do not turn with time. Of the
limits it is given the rows, the special periods and what is added, and reads them in its own words.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from refund_fsm import CLOCK, Policy, Rule, Workflow
from refund_fsm.simulate.behaviour import NOTHING, Behaviour, Choice
from refund_fsm.simulate.behaviour.delays import Empirical, Fixed, Quantity

HOURS = {"hours": 1.0, "days": 24.0}
MAX_STAYS = 3_000
SMALL = 1e-14  # of all cases: what is left may be forgotten


class Stay(NamedTuple):
    """What a stay in a state depends on. `clock` is the hour of the day, or since the first day where special periods are near; `due` the
    hours until the limit that is counted, `since` those since its count began (0 where that makes no difference)."""

    state: str
    facts: Any
    clock: float
    due: float | None
    since: float


class Drawn(NamedTuple):
    """What an actor has drawn: the hours until it happens, the place of its first rule, the event."""

    hours: float
    order: int
    event: str


class Left(NamedTuple):
    """How a stay ends: the stay after it, None where it does not end; the rules that fired in it, and the hours that it took."""

    then: Stay | None
    fired: tuple[str, ...]
    hours: float


@dataclass
class Law:
    """What becomes of the cases: the share in each final state, of those that stay open, firings by rule, hours until then."""

    ends: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    open: float = 0.0
    fired: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    hours: float = 0.0
    rest: float = 1.0

    @property
    def steps(self) -> float:
        return sum(self.fired.values())


class Limits(NamedTuple):
    """What limits are counted by. `first` is the 00:00 that hours are counted from where special periods are near, else None."""

    workflow: Workflow
    policy: Policy
    first: datetime | None

    def end(self, state: str, facts: Any, began: float) -> float:
        """The hour at which the limit of a state ends that began to be counted at another."""
        rows = self.workflow.limits_at[state]
        row = next(one for one in rows if all(guard(facts) for guard in one.when))
        length = row.length_in(self.policy)
        end = began + length if row.unit == "hours" else _midnight_after(began, length)
        judged = end if row.unit == "hours" else end - 24
        for period in self.policy.special if self.first is not None else ():
            start, stop = ((at - self.first) / timedelta(hours=1) for at in (period.start, period.end))  # type: ignore[operator]  # it is there
            asked = period.limit == row.field and all(self.workflow.guards[name](facts) for name in period.when)
            if asked and start <= judged < stop:
                other = _midnight_after(began, period.days) if period.days is not None else began + (period.hours or 0)
                end = max(end, other) if period.never_shorter else other
                break
        if row.plus is not None and row.plus_when is not None and row.plus_when(facts):
            if row.plus.endswith("working_days"):  # 24:00 of a day, so many days after the day in which it would end
                end = 24.0 * math.ceil(end / 24)
            end += getattr(self.policy, row.plus) * (1 if row.plus.endswith("hours") else 24)
        return end


def _midnight_after(hour: float, days: int) -> float:
    """24:00 of the day so many days after that of an hour."""
    return 24.0 * (hour // 24 + days + 1)


def law_of(workflow: Workflow, policy: Policy, behaviour: Behaviour, start: datetime | None = None) -> Law:
    """The law of the cases that open at 00:00, or at `start`, where special periods count then; `rest` is the share of those that had not
    ended after `MAX_STAYS` stays."""
    first = None if start is None else start.replace(hour=0)
    limits = Limits(workflow, policy, first)
    opened = 0.0 if start is None else float(start.hour)
    law, now, known = Law(), _openings(limits, behaviour, opened), dict[Stay, list[tuple[float, Left]]]()
    for _ in range(MAX_STAYS):
        law.rest = sum(now.values())
        if law.rest < SMALL:
            break
        then: dict[Stay, float] = defaultdict(float)
        for stay, share in now.items():
            if workflow.states[stay.state].final:
                law.ends[stay.state] += share
                continue
            if stay not in known:
                known[stay] = _ways(limits, behaviour, stay)
            for chance, left in known[stay]:
                law.hours += share * chance * left.hours
                for rule in left.fired:
                    law.fired[rule] += share * chance
                if left.then is None:
                    law.open += share * chance
                else:
                    then[left.then] += share * chance
        now = then
    return law


def _openings(limits: Limits, behaviour: Behaviour, clock: float) -> dict[Stay, float]:
    workflow, total, found = limits.workflow, sum(share.weight for share in behaviour.mix), dict[Stay, float]()
    for share in behaviour.mix:
        starts = {one.name: one.start(limits.policy)[0] for one in workflow.fact_fields}
        facts = workflow.facts(**{**starts, **behaviour.facts, **share.facts})
        stay = _begun(limits, workflow.initial.key, facts, clock)
        found[stay] = found.get(stay, 0.0) + share.weight / total
    return found


def _enforced(workflow: Workflow, state: str) -> bool:
    """Whether a clock enforces the limit of a state, there or in a state that is counted together with it."""
    group = next((group for group, _ in workflow.groups if any(one.key == state for one in group)), ())
    return any(one.key in workflow.clock_rules for one in group)


def _begun(limits: Limits, state: str, facts: Any, clock: float) -> Stay:
    """A stay whose limit begins to be counted now."""
    if not _enforced(limits.workflow, state):
        return Stay(state, facts, clock, None, 0.0)
    return Stay(state, facts, clock, limits.end(state, facts, clock) - clock, 0.0)


def _is_fixed(limits: Limits) -> bool:
    """Whether no facts and no days move a limit that runs."""
    return limits.first is None and all(len(rows) == 1 and not rows[0].guards for _, rows in limits.workflow.groups)


def _moved(limits: Limits, stay: Stay, state: str, facts: Any, due: float, now: float) -> float:
    """The hours from the beginning of a stay to the limit that was to end after `due`, when the facts are others `now`: counted from where
    it was, ending neither before what was told nor before now."""
    if _is_fixed(limits):
        return due
    return max(limits.end(state, facts, stay.clock - stay.since) - stay.clock, due, now)


def _ways(limits: Limits, behaviour: Behaviour, stay: Stay) -> list[tuple[float, Left]]:
    """How a stay may end, with what chance."""
    workflow, found = limits.workflow, defaultdict[Left, float](float)
    for all_drawn in itertools.product(*(list(_draws(workflow, behaviour, stay, actor)) for actor in workflow.actors)):
        chance = 1.0
        for one, _ in all_drawn:
            chance *= one
        left = _played(limits, stay, sorted(drawn for _, drawn in all_drawn if drawn is not None))
        found[left] += chance
    return [(chance, left) for left, chance in found.items()]


def _draws(workflow: Workflow, behaviour: Behaviour, stay: Stay, actor: str) -> Iterator[tuple[float, Drawn | None]]:
    rows = [row for row in behaviour.choices if row.state == stay.state and _actor(workflow, row) == actor and row.holds(stay.facts)]
    rows = [row for row in rows if row.event == NOTHING or _rule(workflow, stay.state, row.event, stay.facts)]
    total = sum(row.weight for row in rows)
    if total == 0:
        yield 1.0, None
        return
    for row in rows:
        if row.delay is None:
            yield row.weight / total, None
            continue
        order = workflow.rules.index(workflow.rules_at[stay.state, row.event][0])
        for chance, hours in _hours(row.delay):
            yield row.weight / total * chance, Drawn(hours, order, row.event)


def _hours(delay: Quantity) -> list[tuple[float, float]]:
    assert isinstance(delay, (Fixed, Empirical))
    unit = HOURS[delay.unit]
    if isinstance(delay, Fixed):
        return [(1.0, delay.value * unit)]
    return [(share, value * unit) for share, value in zip(delay.shares, delay.values, strict=True)]


def _actor(workflow: Workflow, row: Choice) -> str | None:
    return row.actor if row.event == NOTHING else workflow.events[row.event].actor.key


def _rule(workflow: Workflow, state: str, event: str, facts: Any) -> Rule | None:
    return _first(workflow.rules_at[state, event], facts)


def _first(rules: tuple[Rule, ...], facts: Any) -> Rule | None:
    return next((rule for rule in rules if all(guard(facts) for guard in rule.when)), None)


def _played(limits: Limits, stay: Stay, pending: list[Drawn]) -> Left:
    """The stay with these draws, in the order in which they happen."""
    workflow, facts, due, fired, now = limits.workflow, stay.facts, stay.due, list[str](), 0.0
    clock_rules = tuple(rule for rule in workflow.rules if rule.source.key == stay.state and rule.actor.key == CLOCK.key)
    while True:  # ends: a draw is used up in every round, or the state is left
        rule = _first(clock_rules, facts) if due is not None else None
        if rule is not None and due is not None and (not pending or due <= pending[0].hours):
            now = max(now, due)
        elif pending:
            drawn, *pending = pending
            now = drawn.hours
            rule = _rule(workflow, stay.state, drawn.event, facts)
            if rule is None:
                continue
        else:
            return Left(None, tuple(fired), now)
        fired.append(rule.id)
        facts = rule.effect(facts) if rule.effect else facts
        if rule.dest.key != stay.state:
            return Left(_next(limits, stay._replace(due=due), rule.dest.key, facts, now), tuple(fired), now)
        if due is not None:
            due = _moved(limits, stay, stay.state, facts, due, now)


def _next(limits: Limits, stay: Stay, state: str, facts: Any, passed: float) -> Stay:
    clock, group_of = stay.clock + passed, limits.workflow.group_of
    clock = clock % 24 if limits.first is None else clock
    if state in group_of and group_of[state] == group_of.get(stay.state) and stay.due is not None:
        due = _moved(limits, stay, state, facts, stay.due, passed)
        return Stay(state, facts, clock, max(due - passed, 0.0), 0.0 if _is_fixed(limits) else stay.since + passed)
    return _begun(limits, state, facts, clock)
