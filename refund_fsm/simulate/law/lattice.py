"""Owns a chain on a lattice of time: which actors race in which configuration, the mass of their delays by cell, where it leads.

A cell is a step of time; an instant is at a cell's edge or somewhere inside it. Must not compute a law: `race` and `exact` do.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import BadData, CalendarOutOfRange, TooLong
from refund_fsm.simulate.behaviour.curves import cells
from refund_fsm.simulate.chain import DAY, NEVER, UNIT_SECONDS, Chain, Move, Node, Tables, tables_of

MAX_CELLS = 200_000
MAX_VARIANTS = 64
NO_DEADLINE = 1 << 60

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Lattice(NamedTuple):
    """A chain in cells. T cells, N nodes, P phases, C races (who draws what in which state), G limit groups, Q rows of choices.

    Deadlines and instants are codes: twice the cell, plus 1 when inside it. A row is a node, or a node with a deadline that it was
    entered with (moving inside a group of states), and the last of those says that the deadline had passed.

    | name | shape | holds |
    |---|---|---|
    | `works`, `before` | T, T + 1 | 1 for cells of working days; how many come before a cell |
    | `atoms`, `edge`, `inside`; `mass` | –; Q + 1 | as in `curves.Cells`, all choices; where those of a choice begin |
    | `choice_works` | Q | 1 where cells of working days are counted |
    | `bounds` | N × (P − 1) | the cell from which the next phase holds |
    | `state_group` | S | the limit group, or −1 |
    | `group_hours`, `group_end`, `group_slots` | G, G × days, G | length in cells (−1: see `group_end`: the cell, by day); rows of a node |
    | `race_state`, `race_clocked`, `race_variants`, `race_events` | C | of each race: state, clock, number of variants, of events |
    | `race_rows`, `race_slots` | C + 1 | where its rows and its actors begin |
    | `row_slot`, `row_share`, `row_choice`, `row_event`, `row_digit`, `row_mask` | rows | actor, probability, delay, outcome or −1, the |
    | | | variant that an internal event makes, phases (bits) in which it is accepted; rows stand in the order of the rules |
    | `slot_stride`, `slot_radix` | actors | how variants are numbered |
    | `race_of` | N·P | the race of a node entered in a phase, −1 for final |
    | `out`, `inner` | N·P | where the outcomes, and the rows, of a node entered in a phase begin in flows |
    | `out_rule`, `out_dest` | – | by outcome: (phase, event or clock, variant) |
    | `node_row`, `node_rows` | N | where its rows begin, and how many they are |
    | `rows_node`, `rows_slot`, `rows_order` | rows | node and deadline of a row; the order in which rows are worked off |
    """

    works: Int
    before: Int
    atoms: Float
    edge: Float
    inside: Float
    mass: Int
    choice_works: Int
    bounds: Int
    state_of: Int
    state_group: Int
    group_hours: Int
    group_end: Int
    group_slots: Int
    race_state: Int
    race_clocked: Int
    race_variants: Int
    race_events: Int
    race_rows: Int
    race_slots: Int
    row_slot: Int
    row_share: Float
    row_choice: Int
    row_event: Int
    row_digit: Int
    row_mask: Int
    slot_stride: Int
    slot_radix: Int
    race_of: Int
    out: Int
    inner: Int
    out_rule: Int
    out_dest: Int
    node_row: Int
    node_rows: Int
    rows_node: Int
    rows_slot: Int
    rows_order: Int
    gauss_at: Float  # points × orders: of the interval from 0 to 1
    gauss_weight: Float
    per_day: int
    start: int  # the code of the start
    last: int  # T: cells are not followed beyond


class Row(NamedTuple):
    """An event that may be drawn: by the actor of a slot, as a choice; the outcome that it is, or −1 for an internal event, with the
    digit that it sets in the variant; and the phases (bits) in which it is accepted."""

    slot: int
    choice: int
    outcome: int
    digit: int
    mask: int


class Race(NamedTuple):
    """Who races, as a value that nodes are grouped by. `drawn` are the draws of the node (see `Node`), nothing among them."""

    state: int
    clocked: bool
    bounds: tuple[int, ...]
    drawn: tuple[tuple[int, ...], ...]
    rows: tuple[Row, ...]
    radix: tuple[int, ...]
    events: tuple[int, ...]


@dataclass(frozen=True)
class Laid:
    """A lattice with what its numbers stand for: races, the nodes' outcomes, and whether days were used that are only guessed."""

    chain: Chain
    tables: Tables
    lattice: Lattice
    races: tuple[Race, ...]
    step: timedelta
    known: int  # the first cell of a day that is judged by weekends alone


def lay(
    chain: Chain, step: timedelta, horizon: timedelta, told: frozenset[tuple[int, int]] = frozenset(), like: Laid | None = None
) -> Laid:
    """The chain on a lattice. `told` are (state, event) of internal events whose having happened must be told by the outcome.

    `like` has a chain of the same nodes: what does not depend on behaviour is taken from it where the policy is the same too.
    """
    seconds = _checked(step, horizon)
    tables = like.tables if like is not None and like.chain.policy is chain.policy else tables_of(chain)
    return _Layer(chain, tables, seconds, step, horizon, told, like).laid()


def fits(chain: Chain, step: timedelta) -> bool:
    """Whether every limit in hours is a whole number of steps."""
    lengths = (limit.length_in(chain.policy) for _, limit in chain.workflow.groups if limit.unit == "hours")
    return not any(timedelta(hours=length) % step for length in lengths)


def _checked(step: object, horizon: object) -> int:
    if not isinstance(step, timedelta) or step <= timedelta(0) or timedelta(days=1) % step or step % timedelta(seconds=1):
        raise BadData("step", step, "a timedelta of whole seconds that divides a day, such as one hour")
    if not isinstance(horizon, timedelta) or not step <= horizon <= timedelta(days=3650):
        raise BadData("horizon", horizon, "a timedelta from one step to 3,650 days")
    if horizon // step > MAX_CELLS:
        raise BadData("step", step, f"a step of which at most {MAX_CELLS:,} are in the horizon")
    return step // timedelta(seconds=1)


class _Layer:
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
        self.chain, self.tables, self.seconds, self.step, self.told, self.like = chain, tables, seconds, step, told, like
        self.per_day = DAY // seconds
        self.start = 2 * (tables.start // seconds) + (1 if tables.start % seconds else 0)
        wanted = self.start // 2 + math.ceil(horizon / step)
        self.last = min(wanted, len(tables.works) * self.per_day)
        if self.last < wanted and tables.barred:
            raise CalendarOutOfRange(
                f"the horizon of {horizon.days} days needs working days that are not known ({chain.policy.calendar.version}); "
                "ways out: a shorter horizon, a newer chinesecalendar, a days_file, or beyond = 'provisional'"
            )
        self.phases = tables.bounds.shape[1] + 1
        self.actors = list(chain.workflow.actors)
        self.races: dict[Race, int] = {}

    def laid(self) -> Laid:
        known = self.tables.known // self.seconds if self.tables.known < NEVER else NO_DEADLINE
        return Laid(self.chain, self.tables, self.lattice(), tuple(self.races), self.step, known)

    def lattice(self) -> Lattice:
        columns: dict[str, Any] = {**self._time(), **self._mass(), **self._groups()}
        columns.update(self._outcomes())
        columns.update(self._races())
        columns.update(self._rows(columns["group_slots"], columns["state_group"], columns["race_of"]))
        most = max((len(race.radix) for race in self.races), default=1)
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

    def _groups(self) -> dict[str, Any]:
        workflow, tables = self.chain.workflow, self.tables
        hours, slots = [], []
        ends = np.where(tables.limit_end < NEVER, tables.limit_end // self.seconds, NO_DEADLINE)
        days = self.last // self.per_day + 1
        for place, (group, limit) in enumerate(workflow.groups):
            length = int(tables.limit_hours[place])
            if length >= 0 and length % self.seconds:
                raise BadData("step", self.step, f"a step of which the limit {limit.field}, {length // 3600} hours, is a whole multiple")
            hours.append(length / self.seconds if length >= 0 else -1.0)
            farthest = 1
            if length >= 0:
                farthest = 2 * math.ceil(hours[-1]) + 3
            elif len(group) > 1:
                away = ends[place, :days] // self.per_day - np.arange(len(ends[place, :days]))
                farthest = int(away[away < NO_DEADLINE // self.per_day // 2].max(initial=1)) + 2
            slots.append(farthest + 1 if len(group) > 1 else 1)
        return {
            "group_hours": np.array([-1 if one < 0 else 2 * math.floor(one) + (one != math.floor(one)) for one in hours], np.int64),
            "group_end": ends,
            "group_slots": np.array(slots, np.int64),
            "state_group": tables.limit,
        }

    def _outcomes(self) -> dict[str, Any]:
        if self.like is not None:
            self.races = {race: number for number, race in enumerate(self.like.races)}
            return {name: getattr(self.like.lattice, name) for name in ("race_of", "out", "inner", "out_rule", "out_dest")}
        race_of: list[int] = []
        out: list[int] = []
        inner: list[int] = []
        rules: list[int] = []
        dests: list[int] = []
        inner_at = 0
        for place, node in enumerate(self.chain.nodes):
            for phase in range(self.phases):
                out.append(len(rules))
                inner.append(inner_at)
                if self.tables.final[node.state]:
                    race_of.append(-1)
                    continue
                race = self._race(place, node, phase)
                race_of.append(self.races.setdefault(race, len(self.races)))
                inner_at += len(race.rows)
                for fired in range(self.phases):
                    for event in (*race.events, None):
                        for variant in itertools.product(*map(range, race.radix)):
                            move = self._outcome(place, race, variant, event, fired)
                            rules.append(move.rule)
                            dests.append(move.dest)
        return {
            "race_of": np.array(race_of, np.int64),
            "out": np.array([*out, len(rules)], np.int64),
            "inner": np.array([*inner, inner_at], np.int64),
            "out_rule": np.array(rules, np.int64),
            "out_dest": np.array(dests, np.int64),
        }

    def _race(self, place: int, node: Node, phase: int) -> Race:
        choices, events = self.chain.behaviour.choices, self.chain.events
        phase = min(phase, len(node.draws) - 1)
        rows: list[Row] = []
        radix: list[int] = []
        outcomes: list[int] = []
        for slot, drawn in enumerate(node.draws[phase]):
            digits: dict[int, int] = {}
            for number in drawn:
                if number < 0:
                    continue
                event = events.index(choices[number].event)
                moves = [moves.get(event) for moves in node.moves]
                mask = sum(1 << bit for bit in range(self.phases) if moves[min(bit, len(moves) - 1)] is not None)
                first = next(move for move in moves if move is not None)
                internal = self.chain.nodes[first.dest].state == node.state
                outcome = digit = 0
                if internal:
                    outcome = -1
                    if first.dest != place or (node.state, event) in self.told:
                        digit = digits.setdefault(event, len(digits) + 1)
                elif event in outcomes:
                    outcome = outcomes.index(event)
                else:
                    outcome = len(outcomes)
                    outcomes.append(event)
                rows.append(Row(slot, number, outcome, digit, mask))
            radix.append(len(digits) + 1)
        order = sorted(rows, key=lambda row: self.tables.choice_order[row.choice])
        clocked = bool(self.tables.clocked[node.state]) and node.clock is not None
        race = Race(node.state, clocked, node.bounds, node.draws[phase], tuple(order), tuple(radix), tuple(outcomes))
        if math.prod(radix) > MAX_VARIANTS:
            raise TooLong(f"{self._where(node)}: more than {MAX_VARIANTS} ways in which internal events may have happened")
        self._check(place, race)
        return race

    def _where(self, node: Node) -> str:
        return f"behaviour of {self.chain.workflow.key}, in {self.chain.states[node.state]}"

    def _after(self, place: int, race: Race, variant: tuple[int, ...], *, backwards: bool = False) -> int:
        """The node that the internal events of a variant lead to."""
        slots = range(len(variant))
        for slot in reversed(slots) if backwards else slots:
            if variant[slot]:
                row = next(row for row in race.rows if row.slot == slot and row.digit == variant[slot])
                event = self.chain.events.index(self.chain.behaviour.choices[row.choice].event)
                move = self.chain.nodes[place].moves[0].get(event)
                if move is None:
                    raise self._inexact(place)
                place = move.dest
        return place

    def _check(self, place: int, race: Race) -> None:
        """That internal events commute, and neither open nor bar another event that was drawn."""
        base = self.chain.nodes[place]
        drawn = {self.chain.events.index(self.chain.behaviour.choices[row.choice].event) for row in race.rows}
        for variant in itertools.product(*map(range, race.radix)):
            if not any(variant):
                continue
            after = self._after(place, race, variant)
            there = self.chain.nodes[after]
            if after != self._after(place, race, variant, backwards=True) or len(base.moves) > 1:
                raise self._inexact(place)
            for event in drawn:
                one, other = base.moves[0].get(event), there.moves[0].get(event)
                if (one is None) != (other is None) or (one and other and one.rule != other.rule):
                    raise self._inexact(place)

    def _inexact(self, place: int) -> BadData:
        return BadData(
            "behaviour",
            self.chain.states[self.chain.nodes[place].state],
            "internal events that leave alone what else may happen in their state; simulate() plays such cases, the law cannot",
        )

    def _outcome(self, place: int, race: Race, variant: tuple[int, ...], event: int | None, phase: int) -> Move:
        node = self.chain.nodes[self._after(place, race, variant)]
        if event is None:
            return node.moves[0][node.clock] if node.clock is not None else Move(-1, -1)
        return node.moves[min(phase, len(node.moves) - 1)].get(event, Move(-1, -1))

    def _races(self) -> dict[str, Any]:
        rows: list[list[float]] = []
        weights = [row.weight for row in self.chain.behaviour.choices]
        begin, slots = [0], [0]
        stride: list[int] = []
        radix: list[int] = []
        for race in self.races:
            totals = [math.fsum(weights[max(number, -1 - number)] for number in drawn) for drawn in race.drawn]
            rows += [[one.slot, weights[one.choice] / totals[one.slot], *one[1:]] for one in race.rows]
            begin.append(len(rows))
            # the last actor's variant runs fastest, as in itertools.product
            stride += [math.prod(race.radix[place + 1 :]) for place in range(len(race.radix))]
            radix += race.radix
            slots.append(len(radix))
        columns = np.array(rows, dtype=np.float64).reshape(len(rows), 6)
        whole = columns.astype(np.int64)
        return {
            "race_state": _ints(race.state for race in self.races),
            "race_clocked": _ints(race.clocked for race in self.races),
            "race_variants": _ints(math.prod(race.radix) for race in self.races),
            "race_events": _ints(len(race.events) for race in self.races),
            "race_rows": np.array(begin, np.int64),
            "race_slots": np.array(slots, np.int64),
            "row_slot": whole[:, 0].copy(),
            "row_share": columns[:, 1].copy(),
            "row_choice": whole[:, 2].copy(),
            "row_event": whole[:, 3].copy(),
            "row_digit": whole[:, 4].copy(),
            "row_mask": whole[:, 5].copy(),
            "slot_stride": np.array(stride, np.int64),
            "slot_radix": np.array(radix, np.int64),
        }

    def _rows(self, group_slots: Int, state_group: Int, race_of: Int) -> dict[str, Any]:
        node_row: list[int] = []
        node_rows: list[int] = []
        rows_node: list[int] = []
        rows_slot: list[int] = []
        for place, node in enumerate(self.chain.nodes):
            group = int(state_group[node.state])
            count = int(group_slots[group]) if group >= 0 and not self.tables.final[node.state] else 1
            node_row.append(len(rows_node))
            node_rows.append(count)
            rows_node += [place] * count
            rows_slot += list(range(count))
        order = sorted(
            range(len(rows_node)),
            key=lambda row: (self.chain.nodes[rows_node[row]].state, int(race_of[rows_node[row] * self.phases]), rows_slot[row], row),
        )
        return {
            "node_row": np.array(node_row, np.int64),
            "node_rows": np.array(node_rows, np.int64),
            "rows_node": np.array(rows_node, np.int64),
            "rows_slot": np.array(rows_slot, np.int64),
            "rows_order": np.array(order, np.int64),
        }


def _ints(values: Any) -> Int:
    return np.array([int(value) for value in values], dtype=np.int64)


def _gauss(count: int) -> tuple[Float, Float]:
    """Gauss–Legendre points and weights on the interval from 0 to 1: exact for polynomials of degree 2 · count − 1."""
    at, weight = np.polynomial.legendre.leggauss(count)
    return (at + 1.0) / 2.0, weight / 2.0
