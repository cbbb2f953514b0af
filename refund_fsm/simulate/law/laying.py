"""Owns how a chain is laid on a lattice of time: the calendar by cell, the mass of delays, rows of nodes with a deadline.

Must not know who races (`outcomes` does), nor compute a law.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import numpy as np

from refund_fsm.errors import BadData, CalendarOutOfRange
from refund_fsm.simulate.behaviour.curves import cells
from refund_fsm.simulate.chain import DAY, NEVER, UNIT_SECONDS, Chain, Tables, tables_of
from refund_fsm.simulate.law.lattice import NO_DEADLINE, Float, Int, Laid, Lattice
from refund_fsm.simulate.law.outcomes import Races
from refund_fsm.workflow import Count, counting, unit_of

MAX_CELLS = 200_000


def lay(
    chain: Chain, step: timedelta, horizon: timedelta, told: frozenset[tuple[int, int]] = frozenset(), like: Laid | None = None
) -> Laid:
    """The chain on a lattice. `told` are (state, event) of internal events whose having happened must be told by the outcome.

    `like` has a chain of the same nodes: what does not depend on behaviour is taken from it where the policy is the same too.
    """
    seconds = checked_step(step, horizon)
    tables = like.tables if like is not None and like.chain.policy is chain.policy else tables_of(chain)
    return _Layer(chain, tables, seconds, step, horizon, told, like).laid()


def fits(chain: Chain, step: timedelta) -> bool:
    """Whether all hours that limits are counted in are whole numbers of steps."""
    return all(not timedelta(hours=hours) % step for _, hours in _hours(chain))


def _hours(chain: Chain) -> Iterator[tuple[str, int]]:
    """The lengths in hours of limits, of what is added to them, and of what they become in special periods; each with its name."""
    for count in counting(chain.workflow, chain.policy).counts:
        if count.unit == "hours":
            yield f"the limit {count.limit.field}", count.length
        if count.plus and unit_of(str(count.limit.plus)) == "hours":
            yield f"the limit {count.limit.plus}", count.plus
        yield from ((f"{period.limit} in a special period", period.length) for period, _ in count.special if period.unit == "hours")


def checked_step(step: object, horizon: object) -> int:
    """The seconds of a step; `BadData` naming step or horizon where they make no lattice."""
    for name, given in (("step", step), ("horizon", horizon)):
        if not isinstance(given, timedelta):
            raise BadData(name, given, "a timedelta, such as timedelta(hours=1)")
    assert isinstance(step, timedelta) and isinstance(horizon, timedelta)
    if step <= timedelta(0) or timedelta(days=1) % step or step % timedelta(seconds=1):
        raise BadData("step", step, "whole seconds that divide a day, such as an hour")
    if not step <= horizon <= timedelta(days=3650):
        raise BadData("horizon", horizon, "from one step to 3,650 days")
    if horizon // step > MAX_CELLS:
        raise BadData("step", step, f"a step of which at most {MAX_CELLS:,} are in the horizon")
    return step // timedelta(seconds=1)


class _Layer:
    """The columns of one lattice under way."""

    def __init__(
        self,
        chain: Chain,
        tables: Tables,
        seconds: int,
        step: timedelta,
        horizon: timedelta,
        told: frozenset[tuple[int, int]],
        like: Laid | None,
    ) -> None:
        self.chain, self.tables, self.seconds, self.step = chain, tables, seconds, step
        self.per_day = DAY // seconds
        self.start = 2 * (tables.start // seconds) + (1 if tables.start % seconds else 0)
        wanted = self.start // 2 + math.ceil(horizon / step)
        self.last = min(wanted, len(tables.works) * self.per_day)
        if self.last < wanted and tables.barred:
            raise CalendarOutOfRange(
                f"the horizon of {horizon.days} days needs working days that are not known ({chain.policy.calendar.version}); "
                "ways out: a shorter horizon, a newer chinesecalendar, a days_file, or beyond = 'provisional'"
            )
        self.races = Races(chain, tables, told, like)

    def laid(self) -> Laid:
        known = self.tables.known // self.seconds if self.tables.known < NEVER else NO_DEADLINE
        return Laid(self.chain, self.tables, self.lattice(), tuple(self.races.numbers), self.step, known)

    def lattice(self) -> Lattice:
        columns: dict[str, Any] = {**self._time(), **self._mass(), **self._counts()}
        columns.update(self.races.outcomes())
        columns.update(self.races.columns())
        columns.update(self._rows(columns["count_slots"], columns["race_of"]))
        most = max((len(race.radix) for race in self.races.numbers), default=1)
        at, weight = _gauss(most // 2 + 1)
        return Lattice(**columns, gauss_at=at, gauss_weight=weight, per_day=self.per_day, start=self.start, last=self.last)

    def _time(self) -> dict[str, Any]:
        works = np.repeat(self.tables.works, self.per_day)[: self.last]
        before = np.concatenate((np.zeros(1, np.int64), np.cumsum(works)))
        bounds = np.where(self.tables.bounds < NEVER, (self.tables.bounds + self.seconds // 2) // self.seconds, NO_DEADLINE)
        return {"works": works, "before": before, "bounds": bounds, "state_of": self.tables.state}

    def _mass(self) -> dict[str, Any]:
        atoms: list[Any] = [np.zeros(0)]
        edge: list[Any] = [np.zeros(0)]
        inside: list[Any] = [np.zeros(0)]
        begin, works = [0], []
        for row in self.chain.behaviour.choices:
            works.append(int(row.delay is not None and row.delay.unit == "working_days"))
            if row.delay is not None:
                found = cells(row.delay, self.seconds / UNIT_SECONDS[row.delay.unit], self.last)
                atoms.append(found.atoms)
                edge.append(found.edge)
                inside.append(found.inside)
            begin.append(begin[-1] + (len(atoms[-1]) if row.delay is not None else 0))
        return {
            "atoms": np.concatenate(atoms),
            "edge": np.concatenate(edge),
            "inside": np.concatenate(inside),
            "mass": np.array(begin, np.int64),
            "choice_works": np.array(works, np.int64),
        }

    def _counts(self) -> dict[str, Any]:
        for name, hours in _hours(self.chain):
            if hours * 3_600 % self.seconds:
                raise BadData("step", self.step, f"a step of which {name}, {hours} hours, is a whole multiple")
        tables, groups = self.tables, self.chain.workflow.groups
        counts = counting(self.chain.workflow, self.chain.policy).counts
        ends = np.full((len(counts), 2 * self.last), 2 * NO_DEADLINE, np.int64)
        fine, slots = [], []
        codes = np.arange(2 * self.last)
        for place, count in enumerate(counts):
            ends[place] = self._ends(place, codes)
            fine.append(int(count.unit == "hours" or bool((ends[place][ends[place] < NO_DEADLINE] % (2 * self.per_day)).any())))
            together = len(groups[count.kind.group][0]) > 1
            slots.append(self._farthest(count, ends[place], codes, fine[-1]) + 1 if together else 1)
        return {
            "node_count": tables.counted,
            "count_end": ends,
            "count_fine": np.array(fine, np.int64),
            "count_slots": np.array(slots, np.int64),
            "state_group": tables.limit,
        }

    def _ends(self, place: int, codes: Int) -> Int:
        """Of a count, by the code of its start the code of its end."""
        tables = self.tables
        by_day = np.where(tables.limit_end < NEVER, tables.limit_end // self.seconds, NO_DEADLINE) * 2
        cell, hours = codes // 2, int(tables.limit_hours[place])
        day = cell // self.per_day
        found = codes + 2 * (hours // self.seconds) if hours >= 0 else by_day[place, day]
        open_yet = np.ones(len(codes), bool)
        for begin, end, shift, row, more in tables.limit_piece[tables.limit_pieces[place] : tables.limit_pieces[place + 1]].tolist():
            first, stop = (min(max(-((-at) // self.seconds), 0), self.last) for at in (begin, end))
            here = open_yet & (first <= cell) & (cell < stop)
            open_yet &= ~here
            other = codes + 2 * (shift // self.seconds) if shift >= 0 else np.zeros_like(codes)
            other = np.maximum(other, by_day[row, day]) if row >= 0 else other
            if more >= 0:
                last = (other - 1) // 2 // self.per_day
                inside = last < by_day.shape[1]
                other = np.where(inside, by_day[more, np.where(inside, last, 0)], 2 * NO_DEADLINE)
            found = np.where(here, other, found)
        return found

    def _farthest(self, count: Count, ends: Int, codes: Int, fine: int) -> int:
        """How many deadlines a row may be entered with: codes where they are fine, else days."""
        if count.unit == "hours" and not count.special and not count.plus:
            return 2 * (count.length * 3_600 // self.seconds) + 3
        away = ends - codes if fine else ends // (2 * self.per_day) - codes // (2 * self.per_day)
        return int(away[ends < NO_DEADLINE].max(initial=1)) + 2

    def _rows(self, count_slots: Int, race_of: Int) -> dict[str, Any]:
        node_row: list[int] = []
        node_rows: list[int] = []
        rows_node: list[int] = []
        rows_slot: list[int] = []
        for place, node in enumerate(self.chain.nodes):
            count = int(count_slots[node.counted]) if node.counted >= 0 and not self.tables.final[node.state] else 1
            node_row.append(len(rows_node))
            node_rows.append(count)
            rows_node += [place] * count
            rows_slot += list(range(count))
        order = sorted(
            range(len(rows_node)),
            key=lambda row: (self.chain.nodes[rows_node[row]].state, int(race_of[rows_node[row] * self.races.phases]), rows_slot[row], row),
        )
        return {
            "node_row": np.array(node_row, np.int64),
            "node_rows": np.array(node_rows, np.int64),
            "rows_node": np.array(rows_node, np.int64),
            "rows_slot": np.array(rows_slot, np.int64),
            "rows_order": np.array(order, np.int64),
        }


def _gauss(count: int) -> tuple[Float, Float]:
    """Gauss–Legendre points and weights on the interval from 0 to 1: exact for polynomials of degree 2 · count − 1."""
    at, weight = np.polynomial.legendre.leggauss(count)
    return (at + 1.0) / 2.0, weight / 2.0
