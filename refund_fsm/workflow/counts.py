"""Owns how a limit is counted: which row holds for which facts, which special period moves its end, and what is added to it.

One reading for a case and for every bulk tool. Must not know a case, nor what follows when a limit has ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple

from refund_fsm.errors import BadData, WorkflowError
from refund_fsm.workflow.calendar import Unit, WorkCalendar
from refund_fsm.workflow.catalogue import CATALOGUE, expand
from refund_fsm.workflow.facts import NoSuchFact, NotFinite, Partial, Value, assignments, reads_of
from refund_fsm.workflow.policy import Policy
from refund_fsm.workflow.rows import Guard, Limit, asked, unit_of
from refund_fsm.workflow.special import SpecialPeriod
from refund_fsm.workflow.table import Table
from refund_fsm.workflow.values import FrozenDict

_ONE_DAY = timedelta(days=1)
_A_MOMENT = timedelta(microseconds=1)
MAX_POLICIES = 100  # of which a table remembers the counts


@dataclass(frozen=True, slots=True)
class Why:
    """Why a limit ends when it does: the `row` of the table, the guards that let it count with the `facts` that they read, the `special`
    period that replaced its length (the end would have been `ordinary`), how many units of the row's `plus` were added, and
    `held`: the instant before which it may not end, since that was told, or is now."""

    row: Limit
    guards: tuple[Guard, ...] = ()
    facts: Mapping[str, Value] = FrozenDict()
    special: SpecialPeriod | None = None
    ordinary: datetime | None = None
    plus: int = 0
    held: datetime | None = None


class End(NamedTuple):
    """When a count ends, in which unit and length it was counted, whether a day that is not known was used, and why."""

    at: datetime
    unit: Unit
    length: int
    provisional: bool
    why: Why


class Kind(NamedTuple):
    """What a count is, apart from the facts that led to it: the number of its limit (as in `Table.groups`), of its row there, of the
    special periods that it may meet (as in `Policy.special`), and whether the row's `plus` is added."""

    group: int
    row: int
    special: tuple[int, ...]
    plus: bool


@dataclass(frozen=True, slots=True, eq=False)
class Count:
    """How a limit is counted for some facts: `length` `unit`s, unless the end falls in one of the periods of `special`; then `plus`."""

    kind: Kind
    limit: Limit
    unit: Unit
    length: int
    special: tuple[tuple[SpecialPeriod, tuple[Guard, ...]], ...]
    plus: int
    why: Why  # where no period is met

    def end(self, calendar: WorkCalendar, start: datetime) -> End:
        """The end of the count from `start`. `CalendarOutOfRange` or `TooLong` where it cannot be counted."""
        ordinary = calendar.deadline(start, self.length, self.unit)
        if not self.special and not self.plus:
            return End(ordinary.at, self.unit, self.length, ordinary.provisional, self.why)
        return self._moved(calendar, start, End(ordinary.at, self.unit, self.length, ordinary.provisional, self.why))

    def _moved(self, calendar: WorkCalendar, start: datetime, end: End) -> End:
        place = end.at if self.unit == "hours" else end.at - _ONE_DAY
        for period, guards in self.special:
            if period.start <= place < period.end:
                found = calendar.deadline(start, period.length, period.unit)
                if found.at >= end.at or not period.never_shorter:
                    why = Why(self.limit, _each_once(*self.why.guards, *guards), self.why.facts, period, end.at, self.plus)
                    end = End(found.at, period.unit, period.length, found.provisional or end.provisional, why)
                break
        if not self.plus:
            return end
        at, provisional = later(calendar, end.at, self.plus, unit_of(str(self.limit.plus)))
        return end._replace(at=at, provisional=end.provisional or provisional)


def later(calendar: WorkCalendar, at: datetime, length: int, unit: Unit) -> tuple[datetime, bool]:
    """The end of a count that was to end at `at` and goes on: so many hours later, the same hour so many days later, or 24:00 of the
    n-th working day after its last day; and whether that is provisional."""
    if unit == "working_days":
        found = calendar.deadline(at - _A_MOMENT, length, unit)
        return found.at, found.provisional
    return at + (timedelta(hours=length) if unit == "hours" else timedelta(days=length)), False


class Counting:
    """All counts of a table under a policy. Made by `counting`."""

    def __init__(self, table: Table, policy: Policy) -> None:
        self._table, self._policy = table, policy
        self._special = _checked(table, policy)
        self._groups = [_Group(self, place) for place in range(len(table.groups))]
        self._at = {key: self._groups[group] for key, group in table.group_of.items()}
        self.fixed: Mapping[str, Count] = {key: one.only for key, one in self._at.items() if one.only is not None}

    def of(self, state: str, facts: Any) -> Count | None:
        """The count that runs in a state for facts; None where there is none. (Building a table made sure that a row holds; the last
        one counts where it was not checked.)"""
        found = self.fixed.get(state)
        if found is not None:
            return found
        group = self._at.get(state)
        return None if group is None else group.of(facts)

    def is_other(self, state: str, facts: Any, before: str, earlier: Any) -> bool:
        """Whether a limit is counted otherwise than before, so that its end may move."""
        now, then = self.of(state, facts), self.of(before, earlier)
        return now is not then and (now is None or then is None or now.kind != then.kind)

    @cached_property
    def counts(self) -> tuple[Count, ...]:
        """Every count that there can be, in the order of limits, rows, special periods, without `plus` before with."""
        found = {one.kind: one for group in self._groups for one in group.all()}
        return tuple(found[kind] for kind in sorted(found))

    @cached_property
    def number(self) -> Mapping[Kind, int]:
        """The place in `counts` by kind."""
        return {one.kind: place for place, one in enumerate(self.counts)}

    @property
    def signature(self) -> tuple[object, ...]:
        """What tells which facts are counted alike: alike for two policies where facts make the same kinds."""
        return tuple((limit, guards) for limit, guards, _ in self._special)

    def relevant(self, row: Limit) -> list[tuple[int, SpecialPeriod, tuple[Guard, ...]]]:
        """The special periods of a row's limit, with their places in the policy and their guards."""
        return [(place, self._policy.special[place], guards) for limit, guards, place in self._special if limit == row.field]

    @property
    def policy(self) -> Policy:
        """The policy under which is counted."""
        return self._policy

    @property
    def table(self) -> Table:
        """The table whose limits are counted."""
        return self._table


class _Group:
    """The rows of one limit, and the counts that facts make of them."""

    def __init__(self, whole: Counting, place: int) -> None:
        self._whole, self._place = whole, place
        self._states, self._rows = whole.table.groups[place]
        special = [guard for row in self._rows for _, _, guards in whole.relevant(row) for guard in guards]
        self._guards = (*dict.fromkeys([guard for row in self._rows for guard in row.guards] + special),)
        self._known: dict[Any, Count] = {}
        self.only = self._made({}) if not self._guards else None

    @cached_property
    def _reads(self) -> dict[Guard, tuple[str, ...]]:
        domains = self._whole.table.domains(self._whole.policy)
        return {guard: reads_of(guard, domains) for guard in self._guards}

    @cached_property
    def _names(self) -> tuple[str, ...] | None:
        """The facts that the guards read; None where that cannot be found out, as in a table that was not checked."""
        with suppress(NoSuchFact, NotFinite, WorkflowError, TypeError):
            read = {name for names in self._reads.values() for name in names}
            return tuple(one.name for one in self._whole.table.fact_fields if one.name in read)
        return None

    @cached_property
    def _pick(self) -> Callable[[Any], Any]:
        return attrgetter(*self._names) if self._names else lambda _: ()

    def of(self, facts: Any) -> Count:
        if self._names is None:
            return self._made(facts)
        key = self._pick(facts)
        found = self._known.get(key)
        if found is None:
            found = self._known.setdefault(key, self._made(facts))
        return found

    def all(self) -> Iterator[Count]:
        """The counts for all facts."""
        if self.only is not None:
            yield self.only
        else:
            for known in assignments(self._names or (), self._whole.table.domains(self._whole.policy)):
                yield self._made(Partial(known))

    def _made(self, facts: Any) -> Count:
        told = f"of {' '.join(state.key for state in self._states)}"
        row = next((n for n, row in enumerate(self._rows) if _all_hold(row.when, facts, f"limit {row.field} {told}")), len(self._rows) - 1)
        limit = self._rows[row]
        near = [one for one in self._whole.relevant(limit) if _all_hold(one[2], facts, f"special period of {limit.field} {told}")]
        added = limit.plus_when is not None and asked(limit.plus_when, facts, f"limit {limit.field} {told}")
        plus = limit.plus_in(self._whole.policy) if added else 0
        why = Why(
            limit,
            _each_once(*limit.when, *((limit.plus_when,) if added and limit.plus_when else ())),
            self._because(row, near, facts),
            plus=plus,
        )
        kind = Kind(self._place, row, tuple(place for place, _, _ in near), added)
        special = tuple((period, guards) for _, period, guards in near)
        return Count(kind, limit, limit.unit, limit.length_in(self._whole.policy), special, plus, why)

    def _because(self, row: int, near: list[tuple[int, SpecialPeriod, tuple[Guard, ...]]], facts: Any) -> Mapping[str, Value]:
        """The facts that were read until the row was found, for its `plus` and for the periods that it may meet."""
        if not self._guards or self._names is None:
            return FrozenDict()
        guards = [guard for one in self._rows[: row + 1] for guard in one.when] + [guard for _, _, some in near for guard in some]
        if (plus_when := self._rows[row].plus_when) is not None:
            guards.append(plus_when)
        read = {name for guard in guards for name in self._reads[guard]}
        return FrozenDict({name: getattr(facts, name) for name in self._names if name in read})


def _each_once(*guards: Guard) -> tuple[Guard, ...]:
    """Guards that a row, its `plus` and a period ask: what more than one of them asks is told once."""
    return tuple(dict.fromkeys(guards))


def _all_hold(guards: tuple[Guard, ...], facts: Any, row: str) -> bool:
    return all(asked(guard, facts, row) for guard in guards)


def _checked(table: Table, policy: Policy) -> list[tuple[str, tuple[Guard, ...], int]]:
    """The special periods that the table has a limit for: the limit, the guards, the place in the policy. `BadData` for other guards, and
    for sources that neither the table's catalogue nor ours has."""
    if not policy.special:
        return []
    fields, found = {row.field for row in table.limit_rows}, []
    for place, period in enumerate(policy.special):
        if period.limit not in fields:
            continue
        for number, name in enumerate(period.when):
            if name not in table.guards:
                expected = f"a guard of the workflow {table.key}: {', '.join(table.guards)}"
                raise BadData(f"policy.special[{place}].when[{number}]", name, expected)
        _check_cites(table, place, period)
        found.append((period.limit, tuple(table.guards[name] for name in period.when), place))
    return found


def _check_cites(table: Table, place: int, period: SpecialPeriod) -> None:
    """That the sources of a period are known: a policy that ships cites ours, whatever the table's own."""
    try:
        found = expand(period.cites, {**CATALOGUE, **table.catalogue})
    except BadData as error:
        raise BadData(f"policy.special[{place}].cites", error.value, error.expected) from None
    if not found:
        raise BadData(f"policy.special[{place}].cites", period.cites, "catalogue ids, or 'assumed'")


def counting(table: Table, policy: Policy) -> Counting:
    """How the limits of a table are counted under a policy. `BadData` naming the row of `Policy.special` that asks a guard, or cites a
    source, which the table lacks. Kept with the table."""
    known: dict[int, Counting] = table.__dict__.setdefault("_countings", {})  # in it, so that both go together
    found = known.get(id(policy))
    if found is None:
        if len(known) >= MAX_POLICIES:
            known.clear()
        found = known.setdefault(id(policy), Counting(table, policy))  # it holds the policy, so that its number stays its own
    return found
