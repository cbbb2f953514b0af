"""The behaviour of a workflow as somebody who knows SimPy would play it: one process per case, guards asked on facts, a `csv` log.

The peer of `simulate` in the benchmark, and another program that says what a behaviour means (`tests/test_simpy_peer.py`). It knows
neither chain nor tables: rows are grouped by state and actor beforehand, and everything else is asked when a case gets there.
"""

from __future__ import annotations

import csv
import math
import random
from bisect import bisect
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

import simpy

from refund_fsm import Policy, Rule, Workflow
from refund_fsm.simulate import Behaviour
from refund_fsm.simulate.behaviour import NOTHING, Choice
from refund_fsm.simulate.delays import Empirical, Exponential, Fixed, LogNormal, Quantity, Triangular, Uniform
from refund_fsm.simulate.eventlog import COLUMNS

DAY, HOUR = 86_400, 3_600
DAYS = 3_660  # of the calendar, and the longest that a case is followed
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


class Row(NamedTuple):
    """A row of the behaviour. `delay` draws in seconds; None where nothing is done."""

    weight: float
    event: str
    place: int  # of the event's first rule in the state: who comes first at one instant
    when: tuple[tuple[str, tuple[Any, ...]], ...]
    delay: Callable[[], float] | None
    works: bool
    quantity: Quantity | None


class Peer:
    """Plays cases of one behaviour that all open at `start`. `seed` is that of its one `random.Random`; `record` keeps what was drawn."""

    def __init__(
        self, workflow: Workflow, behaviour: Behaviour, *, start: datetime, seed: int, policy: Policy | None = None, record: bool = False
    ) -> None:
        self.workflow, self.behaviour, self.policy = workflow, behaviour, policy or Policy.guide()
        self.random = random.Random(seed)
        self.midnight = start.replace(hour=0, minute=0, second=0)
        self.start = (start - self.midnight) // timedelta(seconds=1)
        self.amount = _sampler(behaviour.amount, self.random)
        self.rows = self._grouped()
        self.openings = [self._opening(share.facts, share.freight_insurance, start) for share in behaviour.mix]
        self.shares = list(accumulate(share.weight for share in behaviour.mix))
        self.limits = {key: (limit.length_in(self.policy), limit.unit) for key, limit in workflow.limit_of.items()}
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
        return Row(row.weight, row.event, place, when, delay, row.delay is not None and row.delay.unit == "working_days", row.delay)

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

    # 2. Asked as a case goes along

    def _deadline(self, now: int, length: int, unit: Any, *, roll_over: bool = False) -> int:
        found = self.policy.calendar.deadline(self.midnight + timedelta(seconds=now), length, unit, roll_over=roll_over)
        return (found.at - self.midnight) // timedelta(seconds=1)

    def _after(self, now: int, seconds: int) -> int:
        """The instant at which so much working time has passed; past the calendar where it does not say."""
        day, rest = divmod(now, DAY)
        worked = self.before[day] * DAY + (rest if self.before[day + 1] > self.before[day] else 0) + seconds
        day, rest = divmod(worked, DAY)
        return self.working[day] * DAY + rest if day < len(self.working) else DAYS * DAY

    def _fires(self, state: str, event: str, facts: Any, derived: Any) -> Rule | None:
        """The rule that fires; filing events are judged by the derived facts."""
        for rule in self.workflow.rules_at[state, event]:
            judged = derived if rule.event.files else facts
            if all(guard(judged) for guard in rule.when):
                return rule
        return None

    def _clock_rule(self, state: str, facts: Any) -> Rule | None:
        for rule in self.workflow.clock_rules.get(state, ()):
            if all(guard(facts) for guard in rule.when):
                return rule
        return None

    def _drawn(self, now: int, state: str, facts: Any, derived: Any, draws: list[Quantity | None]) -> list[tuple[int, int, str]]:
        """What each actor will do and when: (instant, place, event), the earliest first."""
        found: list[tuple[int, int, str]] = []
        for actor in self.rows.get(state, ()):
            rows = [
                row
                for row in actor
                if all(getattr(facts, name) in allowed for name, allowed in row.when)
                and (row.delay is None or self._fires(state, row.event, facts, derived))
            ]
            if not rows:
                continue
            row = rows[0]
            if len(rows) > 1:
                rises = list(accumulate(one.weight for one in rows))
                row = rows[bisect(rises, self.random.random() * rises[-1], hi=len(rows) - 1)]
                draws.append(None)
            if row.delay is None:
                continue
            seconds = int(row.delay())
            if not isinstance(row.quantity, Fixed):
                draws.append(row.quantity)
            found.append((self._after(now, seconds) if row.works else now + seconds, row.place, row.event))
        found.sort()
        return found

    # 3. One case

    def _case(self, env: simpy.Environment, number: int) -> Iterator[simpy.Event]:
        workflow, policy, tally = self.workflow, self.policy, self.tally
        opening = self.openings[bisect(self.shares, self.random.random() * self.shares[-1], hi=len(self.shares) - 1)]
        facts, order, request, payer = opening
        state, kept = workflow.initial.key, {}
        draws: list[Quantity | None] = [None]
        amount = self._claim(draws) if self.writer else 0
        fired: set[str] = set()
        late: set[int] = set()
        law: dict[str, int] = {}
        group, due, breached, paid, sent = -1, 0, False, False, False

        def derive() -> Any:
            fresh = workflow.facts_of(order, request, self.midnight + timedelta(seconds=env.now), policy)
            return replace(fresh, **kept) if kept else fresh

        while True:  # ends: a final state, or nothing more to come
            entered = int(env.now)
            if state in self.law and state not in law:
                law[state] = self._deadline(entered, *self.law[state], roll_over=policy.roll_over)
            if workflow.states[state].final:
                tally.outcomes[state] += 1
                tally.violations += any(one <= entered for one in law.values())
                break
            here = workflow.group_of.get(state, -1)
            if here != group or here < 0:
                group, breached = here, False
                due = self._deadline(entered, *self.limits[state]) if here >= 0 else 0
            enforced = state in workflow.clock_rules
            pending = self._drawn(entered, state, facts, derive() if state in self.filing else None, draws)
            came_from = state
            while state == came_from:  # ends: every round takes a draw, or leaves the state
                rule = self._clock_rule(state, facts) if enforced else None
                if rule is not None and (not pending or due <= pending[0][0]):
                    at = max(due, int(env.now))
                elif pending:
                    at, rule = pending[0][0], None
                else:
                    break
                if at >= DAYS * DAY:
                    break
                yield env.timeout(at - env.now)
                judged = facts
                if rule is None:
                    event = pending.pop(0)[2]
                    if workflow.events[event].files:
                        judged = derive()
                    rule = self._fires(state, event, facts, judged)
                    if rule is None:
                        continue
                if not enforced and not breached and group >= 0 and due <= at:
                    breached = True
                    late.add(group)
                if rule.effect is not None:
                    facts = rule.effect(judged)
                    for name in rule.effect.changes:
                        if getattr(facts, name) != getattr(judged, name):
                            kept[name] = getattr(facts, name)
                elif rule.event.files:
                    facts = judged
                tally.rules[rule.id] += 1
                fired.add(rule.id)
                state = rule.dest.key
                if self.writer:
                    self._write(number, rule, at, amount)
                if rule.event.pays:
                    amount = amount or self._claim(draws)
                    tally.paid_fen += amount
                    if not paid:
                        paid = True
                        tally.money[(at - self.start) // HOUR] += 1
                if not sent and "tracking_no" in rule.event.needs:
                    sent = True
                    tally.payers[str(payer)] += 1
            if state == came_from:  # nothing more to come
                tally.outcomes[OPEN] += 1
                if not enforced and not breached and group >= 0:
                    late.add(group)
                tally.violations += bool(law)
                break
            tally.stays[came_from][(int(env.now) - entered) // HOUR] += 1
        tally.rule_cases.update(fired)
        tally.breach_cases.update(late)
        if self.record:
            tally.draws.append(draws)

    def _claim(self, draws: list[Quantity | None]) -> int:
        """What is claimed, in fen."""
        draws.append(self.behaviour.amount)
        return max(1, int(self.amount() + 0.5))

    def _write(self, number: int, rule: Rule, at: int, amount: int) -> None:
        stamp = (self.midnight + timedelta(seconds=at)).isoformat(sep=" ")
        self.writer.writerow((number, rule.event.name, stamp, rule.actor.key, rule.dest.key, rule.id, amount))


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

