"""Owns how the tables of a chain become places: winners numbered, what can come again found, everything by place.

Must not decide anything: `chain` did.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.chain import DAY, FIXED, UNIFORM, Tables
from refund_fsm.simulate.sample.waves.places import (
    ADD,
    ALONE,
    CELL,
    DEST,
    FAR,
    FLAGS,
    KEEP,
    MARKS,
    NEVER,
    PAYS,
    RENEWS,
    RULE,
    SENDS,
    Cells,
    Int,
    Laid,
    Places,
    Rows,
    World,
)
from refund_fsm.simulate.sample.waves.words import BITS, LOOP, STEP

MAX_PLACES = 4_096  # more are played case by case: too few would wait at each


def places_of(t: Tables) -> Laid | None:
    """The places of a chain; None where there are too many, or too much can come again to be kept in one word."""
    if len(t.state) * _phases(t) > MAX_PLACES:
        return None
    number = _event_numbers(t)
    e = (2 * (1 + max(number.values(), default=0)) + 1).bit_length()
    moves = list(_moves(t, number))
    bits = _coming_again(t, moves)
    if len(bits) + t.groups > BITS:
        return None
    cells = _cells(t, moves, bits, e)
    rows = _rows(t, number)
    rules = len(t.pays)
    return Laid(
        places=_places(t, cells, rows, e),
        rows=rows,
        cells=cells,
        world=_world(t),
        bit_rule=_ints(bits.get(rule, -1) for rule in range(rules)),
        bit_state=_ints(bits.get(rules + one, -1) for one in range(len(t.final))),
    )


def _phases(t: Tables) -> int:
    return int(t.bounds.shape[1]) + 1


def _ints(values: Iterable[Any]) -> Int:
    return np.array(list(values), dtype=np.int64)


# 1. Winners


def _event_numbers(t: Tables) -> dict[tuple[int, int], int]:
    """By (state, event) a number from 1, in the order in which draws of one instant come; the clock is 0."""
    phases = _phases(t)
    orders: dict[int, dict[int, int]] = {}
    for place in range(len(t.state) * phases):
        for row in range(t.slot_rows[t.slots[place]], t.slot_rows[t.slots[place + 1]]):
            choice = t.row_choice[row]
            if choice >= 0:
                orders.setdefault(int(t.state[place // phases]), {})[int(t.choice_event[choice])] = int(t.choice_order[choice])
    return {(state, event): 1 + n for state, known in orders.items() for n, event in enumerate(sorted(known, key=lambda one: known[one]))}


class _Move(NamedTuple):
    """What an event's number does at a place: the rule that fires, and the nodes before and after it."""

    place: int
    number: int
    rule: int
    node: int
    dest: int


def _moves(t: Tables, number: dict[tuple[int, int], int]) -> Iterator[_Move]:
    phases = _phases(t)
    for place in range(len(t.state) * phases):
        node = place // phases
        if t.clock_rule[node] >= 0:
            yield _Move(place, 0, int(t.clock_rule[node]), node, int(t.clock_dest[node]))
        for event in np.flatnonzero(t.rule_at[place] >= 0):
            found = number.get((int(t.state[node]), int(event)))
            if found is not None:
                yield _Move(place, found, int(t.rule_at[place, event]), node, int(t.dest_at[place, event]))


def _coming_again(t: Tables, moves: Sequence[_Move]) -> dict[int, int]:
    """A bit for each rule, and each state (counted on after the rules), that one case can meet more than once."""
    rules, nodes = len(t.pays), len(t.state)
    after = [0] * nodes  # what may still come, as bits
    mine = [(move, 1 << move.rule | _entered(t, move, rules)) for move in moves]
    changed = True
    while changed:  # ends: bits are only added
        changed = False
        for move, bit in reversed(mine):
            more = after[move.node] | after[move.dest] | bit
            changed = changed or more != after[move.node]
            after[move.node] = more
    again = 0
    for move, bit in mine:
        again |= after[move.dest] & bit
    for node in t.open_node:
        again |= after[node] & 1 << (rules + int(t.state[node]))
    return {one: place for place, one in enumerate(one for one in range(rules + len(t.final)) if again >> one & 1)}


def _entered(t: Tables, move: _Move, rules: int) -> int:
    """The bit of the state that a move enters; 0 where the state stays."""
    return 0 if t.state[move.node] == t.state[move.dest] else 1 << (rules + int(t.state[move.dest]))


# 2. By place


def _places(t: Tables, cells: Cells, rows: Rows, e: int) -> Places:
    phases, groups = _phases(t), t.groups
    count = len(t.state) * phases
    node = np.arange(count) // phases
    state = t.state[node]
    group = np.where(t.limit[state] < 0, groups, t.limit[state])
    count_of = t.counted[node]
    flags = np.bitwise_or.reduce(cells.table.reshape(-1, CELL)[:, FLAGS].reshape(count, -1), axis=1)
    until = np.concatenate((t.bounds, np.full((len(t.state), 1), NEVER)), axis=1).reshape(-1)
    works = np.add.reduceat(np.append(rows.slot_works, 0), t.slots[:-1]) if len(t.slot_actor) else np.zeros(count, np.int64)
    return Places(
        state=state,
        group=group,
        law=t.law[node],
        fires=t.clocked[state] * (t.clock_rule[node] >= 0),
        lapses=((t.clocked[state] == 0) & (group < groups)).astype(np.int64),
        counted=np.where(count_of < 0, len(t.limit_end), count_of),
        hours=np.append(t.limit_hours, -1)[count_of],
        known=np.append(t.limit_known, NEVER)[count_of],
        varied=(_varied(t)[node]).astype(np.int64),
        until=np.minimum(until, NEVER),
        final=t.final[state],
        pays=((flags & PAYS) > 0).astype(np.int64),
        sends=((flags & SENDS) > 0).astype(np.int64),
        works=np.where(t.slots[1:] > t.slots[:-1], works, 0),
        slots=t.slots,
        phases=phases,
        winners=e,
    )


def _varied(t: Tables) -> NDArray[np.bool_]:
    """By node, whether the end of its limit depends on more than the day, or whether its group can be counted by one row or another."""
    group, kinds = t.limit[t.state], t.counted
    several = [len(np.unique(kinds[group == one])) > 1 for one in range(t.groups)]
    pieces = np.append(np.diff(t.limit_pieces) > 0, False)
    return (kinds >= 0) & (np.append(several, False).astype(bool)[group] | pieces[kinds])


def _cells(t: Tables, moves: Sequence[_Move], bits: dict[int, int], e: int) -> Cells:
    phases, rules = _phases(t), len(t.pays)
    count = len(t.state) * phases << e
    cells, rule_bit, state_bit = np.zeros((count, CELL), np.int64), np.full(count, -1, np.int64), np.full(count, -1, np.int64)
    cells[:, FLAGS], cells[:, RULE] = ALONE, -1
    for move in moves:
        source, dest = int(t.state[move.node]), int(t.state[move.dest])
        stays = source == dest
        known = bits.get(move.rule, -1), -1 if stays else bits.get(rules + dest, -1)
        row = np.zeros(CELL, np.int64)
        row[DEST], row[RULE] = move.dest * phases, move.rule
        row[ADD] = STEP + LOOP * (not stays and t.loop[source] == t.loop[dest] and t.rank[dest] <= t.rank[source])
        row[KEEP] = -1 if t.loop[source] == t.loop[dest] else ~(STEP - LOOP)
        row[RENEWS] = -1 if t.limit[dest] < 0 or t.limit[dest] != t.limit[source] else 0
        row[MARKS] = sum(1 << bit for bit in known if bit >= 0)
        anew = row[RENEWS] == 0 and t.counted[move.dest] != t.counted[move.node]  # the limit runs on, and is counted otherwise
        row[FLAGS] = ALONE * (stays or anew) + PAYS * t.pays[move.rule] + SENDS * t.parcel[move.rule]
        for works in (0, 1):  # the last bit of a winner: whether its delay was in working days
            at = (move.place << e) + 2 * move.number + works
            cells[at], rule_bit[at], state_bit[at] = row, *known
    opened = bits.get(rules + int(t.state[t.open_node[0]]))
    return Cells(cells.reshape(-1), rule_bit, state_bit, group_bit=len(bits), opened_mark=0 if opened is None else 1 << opened)


def _rows(t: Tables, number: dict[tuple[int, int], int]) -> Rows:
    count, q = len(t.row_choice), t.quantities
    found: dict[str, Any] = {name: np.zeros(count) for name in ("least", "width", "b", "c")}
    found |= {name: np.zeros(count, np.int64) for name in ("rise", "kind", "what")}
    found["slot_works"] = np.zeros(len(t.slot_actor), np.int64)
    phases = _phases(t)
    at_place = np.repeat(np.arange(len(t.state) * phases), np.diff(t.slots))
    for slot, place in enumerate(at_place):
        for row in range(t.slot_rows[slot], t.slot_rows[slot + 1]):
            choice = t.row_choice[row]
            found["rise"][row] = math.ceil(t.row_rise[row] * 2.0**53)
            found["least"][row] = float(NEVER)
            if choice < 0:
                continue
            kind, works = int(q.kind[choice]), int(q.works[choice])
            found["least"][row], found["b"][row], found["c"][row] = q.a[choice], q.b[choice], q.c[choice]
            found["what"][row] = 2 * number[int(t.state[place // phases]), int(t.choice_event[choice])] + works
            found["slot_works"][slot] |= works
            if kind == UNIFORM:
                found["width"][row] = q.b[choice] - q.a[choice]
            elif kind != FIXED:
                found["kind"][row] = kind
    return Rows(slot_draw=(2 * t.slot_actor).astype(np.uint64), slot_rows=t.slot_rows, **found, points=q.points, rises=q.rises)


def _world(t: Tables) -> World:
    q = t.quantities
    return World(
        ends=np.minimum(np.concatenate((t.limit_end, np.full((1, len(t.works)), NEVER))), NEVER),
        limit_hours=t.limit_hours,
        limit_known=t.limit_known,
        limit_pieces=t.limit_pieces,
        limit_piece=t.limit_piece,
        shift=np.concatenate((np.zeros(len(t.days) + 1), (t.days - np.arange(len(t.days))) * DAY, [FAR])).astype(np.int64),
        day=np.stack((t.before[:-1] * DAY, t.works), axis=1).reshape(-1),
        open_place=t.open_node * _phases(t),
        open_pick=np.stack((t.open_other, np.arange(len(t.open_p))), axis=1).reshape(-1),
        open_p=t.open_p,
        open_payer=t.open_payer,
        law_hours=t.law_hours,
        law_end=t.law_end,
        law_works=t.law_works,
        amount_kind=int(q.kind[-1]),
        amount_a=float(q.a[-1]),
        amount_b=float(q.b[-1]),
        amount_c=float(q.c[-1]),
        start=t.start,
        known=t.known,
        horizon=t.horizon,
        actors=t.actors,
        barred=t.barred,
        states=len(t.final),
        groups=t.groups,
    )
