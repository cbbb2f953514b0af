"""The behaviour of a workflow as somebody who knows SimPy would play it: one process per case, guards asked on facts, a `csv` log.

The peer of `simulate` in the benchmark, and another program that says what a behaviour means (`tests/simulate/test_simpy_peer.py`). It
knows neither chain nor tables: rows are grouped by state and actor beforehand, and everything else is asked when a case gets there.
"""

from __future__ import annotations

import csv
import math
import random
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import simpy

from refund_fsm import Policy, Rule, Workflow
from refund_fsm.eventlog import COLUMNS
from refund_fsm.simulate import Behaviour
from refund_fsm.simulate.behaviour import NOTHING, Choice
from refund_fsm.simulate.behaviour.delays import Empirical, Exponential, Fixed, LogNormal, Quantity, Triangular, Uniform

DAY, HOUR = 86_400, 3_600
DAYS = 3_660  # of the calendar
NEVER = DAYS * DAY  # no case is followed that far
SECOND = timedelta(seconds=1)
SECONDS = {"hours": 3_600.0, "days": 86_400.0, "working_days": 86_400.0, "fen": 1.0}
OPEN = "open"


@dataclass
class Tally:
    """What cases add up to. Rules, states and limits (by number) are counted once a case in `*_cases`; times in whole hours."""

    outcomes: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    rule_cases: Counter[str] = field(default_factory=Counter)
    breach_cases: Counter[int] = field(default_factory=Counter)
    stays: dict[str, Counter[int]] = field(default_factory=dict)
    money: Counter[int] = field(default_factory=Counter)
    payers: Counter[str] = field(default_factory=Counter)
    violations: int = 0
    paid_fen: int = 0
    draws: list[list[Quantity | None]] = field(default_factory=list)  # by case, if asked for: what each random number was for


class Opening(NamedTuple):
    """A kind of case: the facts that it opens with, an order and a request that have them, who pays the freight."""

    facts: Any
    order: Any
    request: Any
    payer: str | None


class Live:
    """What changes in a case."""

    def __init__(self, number: int, opening: Opening, state: str) -> None:
        self.number, self.opening, self.state, self.facts = number, opening, state, opening.facts
        self.kept: dict[str, Any] = {}
        self.law: dict[str, int] = {}
        self.fired: set[str] = set()
        self.late: set[int] = set()
        self.draws: list[Quantity | None] = [None]
        self.group, self.due, self.amount = -1, NEVER, 0
        self.breached = self.paid = self.sent = False


class Row(NamedTuple):
    """A row of the behaviour. `delay` draws in seconds; None where nothing is done."""

    weight: float
    event: str
    place: int  # of the event's first rule in the state: who comes first at one instant
    when: tuple[tuple[str, tuple[Any, ...]], ...]
    delay: Callable[[], float] | None
    works: bool
    files: bool
    quantity: Quantity | None


class Peer:
    """Plays cases of one behaviour that all open at `start`. `seed` is that of its one `random.Random`; `record` keeps what was drawn."""

    def __init__(
        self, workflow: Workflow, behaviour: Behaviour, *, start: datetime, seed: int, policy: Policy | None = None, record: bool = False
    ) -> None:
        self.workflow, self.behaviour, self.policy = workflow, behaviour, policy or Policy.guide()
        self.random = random.Random(seed)
        self.midnight = start.replace(hour=0, minute=0, second=0)
        self.start = (start - self.midnight) // SECOND
        self.amount = _sampler(behaviour.amount, self.random)
        self.rows = self._grouped()
        self.openings = [self._opening(share.facts, share.freight_insurance, start) for share in behaviour.mix]
        self.shares = list(accumulate(share.weight for share in behaviour.mix))
        self.limits = {key: (limit.length_in(self.policy), limit.unit) for key, (*_, limit) in workflow.limits_at.items()}
        self.law = {state.key: (limit.length_in(self.policy), limit.unit) for state, limit in workflow.law.items()}
        self.filing = {rule.source.key for rule in workflow.rules if rule.event.files}
        self.before, self.working = self._calendar(self.midnight.date())
        self.tally = Tally(stays={key: Counter() for key in workflow.states})
        self.writer: Any = None
        self.record = record
        self.opened = 0

    def run(self, cases: int, log: Path | None = None) -> Tally:
        """Plays that many more cases, in one environment, and gives the tally of all so far; the log of these cases if asked for."""
        if log is None:
            return self._run(cases)
        with log.open("w", newline="", encoding="utf-8") as file:
            self.writer = csv.writer(file)
            self.writer.writerow(COLUMNS)
            self._run(cases)
        self.writer = None
        return self.tally

    def _run(self, cases: int) -> Tally:
        env = simpy.Environment(initial_time=self.start)
        for number in range(self.opened, self.opened + cases):
            env.process(self._case(env, number))
        self.opened += cases
        env.run()
        return self.tally

    # 1. Set up once

    def _grouped(self) -> dict[str, list[list[Row]]]:
        """Rows with some weight by state, and in it by actor."""
        found: dict[str, dict[str, list[Row]]] = {}
        for row in self.behaviour.choices:
            actor = row.actor if row.event == NOTHING else self.workflow.events[row.event].actor.key
            if row.weight > 0:
                found.setdefault(row.state, {}).setdefault(str(actor), []).append(self._row(row))
        return {state: list(actors.values()) for state, actors in found.items()}

    def _row(self, row: Choice) -> Row:
        rules = self.workflow.rules
        place = next((number for number, one in enumerate(rules) if (one.source.key, one.event.name) == (row.state, row.event)), -1)
        when = tuple((name, allowed if isinstance(allowed, tuple) else (allowed,)) for name, allowed in row.when.items())
        delay = None if row.delay is None else _sampler(row.delay, self.random)
        works = row.delay is not None and row.delay.unit == "working_days"
        files = row.event != NOTHING and self.workflow.events[row.event].files
        return Row(row.weight, row.event, place, when, delay, works, files, row.delay)

    def _opening(self, given: Mapping[str, Any], insured: bool, start: datetime) -> Opening:
        known = {**self.behaviour.facts, **given}
        values = {one.name: known[one.name] if one.name in known else one.start(self.policy)[0] for one in self.workflow.fact_fields}
        example = self.workflow.example_of(self.workflow.facts(**values), start)
        assert example is not None, f"no order has {values}"
        order, request = example[0].model_copy(update={"freight_insurance": insured}), example[1]
        facts = self.workflow.facts_of(order, request, start, self.policy)
        freight = self.workflow.freight_of(facts, order) if self.workflow.freight_of else None
        return Opening(facts, order, request, freight.payer if freight else None)

    def _calendar(self, first: date) -> tuple[list[int], list[int]]:
        """How many working days come before each day, and the working days, as numbers of days from the first."""
        works = [self.policy.calendar.is_working(first + timedelta(days=number)) for number in range(DAYS)]
        return [0, *accumulate(map(int, works))], [number for number, one in enumerate(works) if one]

    # 2. One case

    def _case(self, env: simpy.Environment, number: int) -> Generator[simpy.Event, Any, None]:
        """The process. It waits for the earliest of what was drawn and of the limit, and draws again when the state is left."""
        live = Live(number, self.openings[self._any(self.shares)], self.workflow.initial.key)
        if self.writer:
            live.amount = self._claim(live)
        while not self.workflow.states[live.state].final:  # ends: a final state, or nothing more to come
            state, entered = live.state, int(env.now)
            self._enter(live, entered)
            pending = self._drawn(live, entered)
            while live.state == state:  # ends: every round takes a draw, or leaves the state
                rule = self._clock_rule(live)
                if rule is not None and (not pending or live.due <= pending[0][0]):
                    at, event = max(live.due, int(env.now)), rule.event.name
                else:
                    at, _, event = pending.pop(0) if pending else (NEVER, 0, "")
                if at >= NEVER:
                    self._leave_open(live)
                    return
                yield env.timeout(at - env.now)
                facts = self._judged(live, event, at)
                rule = self._fires(state, event, facts)
                if rule is not None:
                    self._breach(live, at)
                    self._apply(live, rule, facts, at)
            self.tally.stays[state][(int(env.now) - entered) // HOUR] += 1
        self._start_law(live, int(env.now))
        self.tally.outcomes[live.state] += 1
        self.tally.violations += any(due <= env.now for due in live.law.values())
        self._count(live)

    def _enter(self, live: Live, now: int) -> None:
        """Clocks that begin: the law's, and the limit unless its group goes on."""
        self._start_law(live, now)
        group = self.workflow.group_of.get(live.state, -1)
        if group != live.group or group < 0:
            live.group, live.breached = group, False
            live.due = self._deadline(now, *self.limits[live.state]) if group >= 0 else NEVER

    def _start_law(self, live: Live, now: int) -> None:
        if live.state in self.law and live.state not in live.law:
            live.law[live.state] = self._deadline(now, *self.law[live.state], roll_over=self.policy.roll_over)

    def _drawn(self, live: Live, now: int) -> list[tuple[int, int, str]]:
        """What each actor will do and when: (instant, place of the rule, event), the earliest first."""
        state, facts = live.state, live.facts
        derived = self._derived(live, now) if state in self.filing else facts
        found: list[tuple[int, int, str]] = []
        for actor in self.rows.get(state, ()):
            rows = [
                row
                for row in actor
                if all(getattr(facts, name) in allowed for name, allowed in row.when)
                and (row.delay is None or self._fires(state, row.event, derived if row.files else facts))
            ]
            if not rows:
                continue
            if len(rows) > 1:
                rises = list(accumulate(one.weight for one in rows))
                row = rows[self._any(rises)]
                live.draws.append(None)
            else:
                row = rows[0]
            if row.delay is not None:
                seconds = int(row.delay())
                if not isinstance(row.quantity, Fixed):
                    live.draws.append(row.quantity)
                found.append((self._after(now, seconds) if row.works else now + seconds, row.place, row.event))
        found.sort()
        return found

    def _any(self, rises: list[float]) -> int:
        """A place by weight; `rises` are the cumulated weights."""
        return bisect(rises, self.random.random() * rises[-1], hi=len(rises) - 1)

    def _fires(self, state: str, event: str, facts: Any) -> Rule | None:
        for rule in self.workflow.rules_at[state, event]:
            if all(guard(facts) for guard in rule.when):
                return rule
        return None

    def _clock_rule(self, live: Live) -> Rule | None:
        for rule in self.workflow.clock_rules.get(live.state, ()):
            if all(guard(live.facts) for guard in rule.when):
                return rule
        return None

    def _judged(self, live: Live, event: str, now: int) -> Any:
        """The facts that an event is judged by: derived anew at a filing event."""
        return self._derived(live, now) if self.workflow.events[event].files else live.facts

    def _derived(self, live: Live, now: int) -> Any:
        """The facts at an instant; what an effect has set stays."""
        _, order, request, _ = live.opening
        facts = self.workflow.facts_of(order, request, self.midnight + timedelta(seconds=now), self.policy)
        return replace(facts, **live.kept) if live.kept else facts

    def _apply(self, live: Live, rule: Rule, facts: Any, at: int) -> None:
        """The effect, the record, the money."""
        if rule.effect is not None:
            after = rule.effect(facts)
            for name in rule.effect.changes:
                if getattr(after, name) != getattr(facts, name):
                    live.kept[name] = getattr(after, name)
            facts = after
        live.facts, live.state = facts, rule.dest.key
        self.tally.rules[rule.id] += 1
        live.fired.add(rule.id)
        if self.writer:
            stamp = (self.midnight + timedelta(seconds=at)).isoformat(sep=" ")
            self.writer.writerow((live.number, rule.event.name, stamp, rule.actor.key, rule.dest.key, rule.id, live.amount))
        if rule.event.pays:
            live.amount = live.amount or self._claim(live)
            self.tally.paid_fen += live.amount
            if not live.paid:
                live.paid = True
                self.tally.money[(at - self.start) // HOUR] += 1
        if "tracking_no" in rule.event.needs and not live.sent:
            live.sent = True
            self.tally.payers[str(live.opening.payer)] += 1

    def _claim(self, live: Live) -> int:
        """What is claimed, in fen."""
        live.draws.append(self.behaviour.amount)
        return max(1, int(self.amount() + 0.5))

    def _breach(self, live: Live, at: int) -> None:
        """Records the limit as passed where nothing enforces it."""
        if live.due <= at and not live.breached and live.group >= 0 and live.state not in self.workflow.clock_rules:
            live.breached = True
            live.late.add(live.group)

    def _leave_open(self, live: Live) -> None:
        self._breach(live, NEVER)
        self.tally.outcomes[OPEN] += 1
        self.tally.violations += bool(live.law)
        self._count(live)

    def _count(self, live: Live) -> None:
        self.tally.rule_cases.update(live.fired)
        self.tally.breach_cases.update(live.late)
        if self.record:
            self.tally.draws.append(live.draws)

    # 3. The calendar

    def _deadline(self, now: int, length: int, unit: Any, *, roll_over: bool = False) -> int:
        found = self.policy.calendar.deadline(self.midnight + timedelta(seconds=now), length, unit, roll_over=roll_over)
        return (found.at - self.midnight) // SECOND

    def _after(self, now: int, seconds: int) -> int:
        """The instant at which so much working time has passed."""
        day, rest = divmod(now, DAY)
        worked = self.before[day] * DAY + (rest if self.before[day + 1] > self.before[day] else 0) + seconds
        day, rest = divmod(worked, DAY)
        return self.working[day] * DAY + rest if day < len(self.working) else NEVER


def _sampler(quantity: Quantity, source: random.Random) -> Callable[[], float]:
    """Draws in seconds, or fen."""
    unit = SECONDS[quantity.unit]
    if isinstance(quantity, Fixed):
        value = quantity.value * unit
        return lambda: value
    if isinstance(quantity, Uniform):
        return partial(source.uniform, quantity.least * unit, quantity.most * unit)
    if isinstance(quantity, Exponential):
        return partial(source.expovariate, 1 / (quantity.mean * unit))
    if isinstance(quantity, LogNormal):
        return partial(source.lognormvariate, math.log(quantity.median * unit), quantity.sigma)
    if isinstance(quantity, Triangular):
        return partial(source.triangular, quantity.least * unit, quantity.most * unit, quantity.mode * unit)
    assert isinstance(quantity, Empirical)
    values, rises = [value * unit for value in quantity.values], list(accumulate(quantity.shares))
    return lambda: values[bisect(rises, source.random(), hi=len(values) - 1)]
