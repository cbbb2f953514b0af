"""Owns which races a chain has: who draws what in which configuration, what they can lead to, and where that is.

Internal events are told by the outcome where they lead to another configuration, or must be told (see `firsts`): a variant is what the
actors have done of that. Must not know when anything happens, nor how likely.
"""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np

from refund_fsm.errors import BadData, TooLong
from refund_fsm.simulate.chain import Chain, Move, Node, Tables
from refund_fsm.simulate.law.lattice import Int, Laid, Race, Row
from refund_fsm.workflow import State

MAX_VARIANTS = 64


class Races:
    """The races of a chain, as columns of a `Lattice`. `told` are (state, event) of internal events that the outcome must tell; `like`
    has a chain of the same nodes, and so the same races."""

    def __init__(self, chain: Chain, tables: Tables, told: frozenset[tuple[int, int]], like: Laid | None) -> None:
        self.chain, self.tables, self.told, self.like = chain, tables, told, like
        self.phases = tables.bounds.shape[1] + 1
        self.numbers: dict[Race, int] = {race: number for number, race in enumerate(like.races)} if like is not None else {}

    def outcomes(self) -> dict[str, Any]:
        """Of each node entered in a phase: its race, and where each outcome of that leads."""
        if self.like is not None:
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
                race_of.append(self.numbers.setdefault(race, len(self.numbers)))
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

    def columns(self) -> dict[str, Any]:
        """Of each race: its rows and its actors."""
        rows: list[list[float]] = []
        weights = [row.weight for row in self.chain.behaviour.choices]
        begin, slots = [0], [0]
        stride: list[int] = []
        radix: list[int] = []
        for race in self.numbers:
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
            "race_state": _ints(race.state for race in self.numbers),
            "race_clocked": _ints(race.clocked for race in self.numbers),
            "race_variants": _ints(math.prod(race.radix) for race in self.numbers),
            "race_events": _ints(len(race.events) for race in self.numbers),
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
            "race_mover": _ints(race.mover for race in self.numbers),
            "race_counts": self._movers(),
        }

    def _movers(self) -> Int:
        """By race and digit of its mover, how the limit is counted."""
        found = np.full((len(self.numbers), max((len(race.counts) for race in self.numbers), default=1) or 1), -1, np.int64)
        for place, race in enumerate(self.numbers):
            found[place, : len(race.counts)] = race.counts
        return found

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
        race = Race(node.state, clocked, node.bounds, node.draws[phase], tuple(order), tuple(radix), tuple(outcomes), -1, ())
        if math.prod(radix) > MAX_VARIANTS:
            raise TooLong(f"{self._where(node)}: more than {MAX_VARIANTS} ways in which internal events may have happened")
        self._check(place, race)
        self._check_carried(place)
        mover, counts = self._mover(place, race)
        return race._replace(mover=mover, counts=counts)

    def _mover(self, place: int, race: Race) -> tuple[int, tuple[int, ...]]:
        """The slot whose internal events move the limit (−1: none does), and by its digit how the limit is counted then."""
        nodes = self.chain.nodes
        counts = {variant: nodes[self._after(place, race, variant)].counted for variant in itertools.product(*map(range, race.radix))}
        if all(count == nodes[place].counted for count in counts.values()):
            return -1, ()
        for slot, radix in enumerate(race.radix):
            told = tuple(counts[tuple(digit if one == slot else 0 for one in range(len(race.radix)))] for digit in range(radix))
            if all(count == told[variant[slot]] for variant, count in counts.items()):
                if race.clocked and len(self._together(place)) == 1:
                    return slot, told
                break
        raise self._uncounted(place)

    def _together(self, place: int) -> tuple[State, ...]:
        """The states that are counted together with that of a node."""
        group = int(self.tables.limit[self.chain.nodes[place].state])
        return self.chain.workflow.groups[group][0]

    def _check_carried(self, place: int) -> None:
        """That a limit which runs on in another state is counted there as it was."""
        node, nodes, limit = self.chain.nodes[place], self.chain.nodes, self.tables.limit
        for move in (move for moves in node.moves for move in moves.values()):
            there = nodes[move.dest]
            if there.state != node.state and limit[there.state] == limit[node.state] >= 0 and there.counted != node.counted:
                raise self._uncounted(place)

    def _uncounted(self, place: int) -> BadData:
        return BadData(
            "behaviour",
            self.chain.states[self.chain.nodes[place].state],
            "a limit that runs as it was counted, or that the clock enforces in this state alone and one actor's internal events move; "
            "simulate() plays such cases, the law cannot",
        )

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
        """That internal events commute, and neither open nor bar an event that another actor has drawn."""
        base = self.chain.nodes[place]
        drawn = {(row.slot, self.chain.events.index(self.chain.behaviour.choices[row.choice].event)) for row in race.rows}
        for variant in itertools.product(*map(range, race.radix)):
            if not any(variant):
                continue
            after = self._after(place, race, variant)
            there = self.chain.nodes[after]
            if after != self._after(place, race, variant, backwards=True) or len(base.moves) > 1:
                raise self._inexact(place)
            for event in {event for slot, event in drawn if not variant[slot]}:  # who has acted does nothing more
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


def _ints(values: Any) -> Int:
    return np.array([int(value) for value in values], dtype=np.int64)
