"""A second, plain reading of a `Behaviour` whose delays are fixed or empirical, for tests: what becomes of its cases, by enumeration.

Stay by stay: all that the actors can draw on entry into a state is enumerated, delays too, and each combination is played through.
Guards and effects are called on real facts. Time is counted in hours; every day is a working day; facts do not turn with time.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from refund_fsm import CLOCK, Policy, Rule, Workflow
from refund_fsm.simulate.behaviour import NOTHING, Behaviour, Choice
from refund_fsm.simulate.behaviour.delays import Empirical, Fixed, Quantity

HOURS = {"hours": 1.0, "days": 24.0}
MAX_STAYS = 3_000
SMALL = 1e-14  # of all cases: what is left may be forgotten


class Stay(NamedTuple):
    """What a stay in a state depends on. `clock` is the hour of the day, `due` the hours until the limit that is counted, `age` those
    since its count started, 0 where facts cannot move it."""

    state: str
    facts: Any
    clock: float
    due: float | None
    age: float = 0.0


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


def law_of(workflow: Workflow, policy: Policy, behaviour: Behaviour) -> Law:
    """The law of the cases that open at 00:00; `rest` is the share of those that had not ended after `MAX_STAYS` stays."""
    law, now, known = Law(), _openings(workflow, policy, behaviour), dict[Stay, list[tuple[float, Left]]]()
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
                known[stay] = _ways(workflow, policy, behaviour, stay)
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


def _openings(workflow: Workflow, policy: Policy, behaviour: Behaviour) -> dict[Stay, float]:
    total, found = sum(share.weight for share in behaviour.mix), dict[Stay, float]()
    for share in behaviour.mix:
        starts = {one.name: one.start(policy)[0] for one in workflow.fact_fields}
        facts = workflow.facts(**{**starts, **behaviour.facts, **share.facts})
        stay = Stay(workflow.initial.key, facts, 0.0, _due(workflow, policy, workflow.initial.key, facts, 0.0))
        found[stay] = found.get(stay, 0.0) + share.weight / total
    return found


def _due(workflow: Workflow, policy: Policy, state: str, facts: Any, clock: float) -> float | None:
    """The hours from the entry to the limit; None where no clock enforces it in any state that is counted together with this one."""
    group = next((group for group, _ in workflow.groups if any(one.key == state for one in group)), ())
    if not any(one.key in workflow.clock_rules for one in group):
        return None
    limit = next(row for row in workflow.limits_at[state] if all(guard(facts) for guard in row.when))
    length = limit.length_in(policy)
    hours: float = length if limit.unit == "hours" else 24.0 * (length + 1) - clock
    if limit.plus is None or limit.plus_when is None or not limit.plus_when(facts):
        return hours
    more: int = getattr(policy, limit.plus)
    if limit.plus.endswith("_hours"):
        return hours + more
    if limit.plus.endswith("_working_days"):  # 24:00 of a day, so many days after the day in which it would end
        hours = 24.0 * math.ceil((clock + hours) / 24) - clock
    return hours + 24.0 * more


def _moved(workflow: Workflow, policy: Policy, stay: Stay, due: float | None, then: tuple[str, Any, float]) -> float | None:
    """The hours from the entry to a limit that runs on in a state with facts, after some hours: from the same start, and no sooner than
    before."""
    state, facts, now = then
    if due is None or not _is_movable(workflow, state):
        return due
    whole = _due(workflow, policy, state, facts, (stay.clock - stay.age) % 24)
    return due if whole is None else max(due, whole - stay.age, now)


def _is_movable(workflow: Workflow, state: str) -> bool:
    return any(row.guards for row in workflow.limits_at[state])


def _ways(workflow: Workflow, policy: Policy, behaviour: Behaviour, stay: Stay) -> list[tuple[float, Left]]:
    """How a stay may end, with what chance."""
    found: dict[Left, float] = defaultdict(float)
    for all_drawn in itertools.product(*(list(_draws(workflow, behaviour, stay, actor)) for actor in workflow.actors)):
        chance = 1.0
        for one, _ in all_drawn:
            chance *= one
        left = _played(workflow, policy, stay, sorted(drawn for _, drawn in all_drawn if drawn is not None))
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


def _played(workflow: Workflow, policy: Policy, stay: Stay, pending: list[Drawn]) -> Left:
    """The stay with these draws, in the order in which they happen."""
    facts, fired, now, due = stay.facts, list[str](), 0.0, stay.due
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
            return Left(_next(workflow, policy, stay, due, (rule.dest.key, facts, now)), tuple(fired), now)
        due = _moved(workflow, policy, stay, due, (stay.state, facts, now))


def _next(workflow: Workflow, policy: Policy, stay: Stay, due: float | None, then: tuple[str, Any, float]) -> Stay:
    state, facts, passed = then
    clock, group_of = (stay.clock + passed) % 24, workflow.group_of
    if state in group_of and group_of[state] == group_of.get(stay.state) and due is not None:
        due = _moved(workflow, policy, stay, due, then)
        assert due is not None
        return Stay(state, facts, clock, max(due - passed, 0.0), stay.age + passed if _is_movable(workflow, state) else 0.0)
    return Stay(state, facts, clock, _due(workflow, policy, state, facts, clock))
