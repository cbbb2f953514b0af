"""Owns a chain as places, as the loop over many cases at once reads it (`waves`): what is drawn at a place, and where it leads.

A place is a node in a phase; what is the same for all who wait there is looked up once for them. Must not decide anything: `chain` did.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.simulate.behaviour import Fixed, Uniform
from refund_fsm.simulate.chain import DAY, KINDS, Tables

FAR = 1 << 40  # after any instant that is followed: it will happen, but not in time
NEVER = 1 << 44
MAX_PLACES = 4_096  # more are played case by case: too few would wait at each
BITS = 63  # of the word that says what a case has done before
ALONE = 1  # flags of a cell: what needs a look of its own (refused, or the state stays),
PAYS, SENDS = 2, 4  # and what moves the money, or hands over a tracking number
DEST, RULE, ADD, KEEP, RENEWS, MARKS, FLAGS = range(7)  # places in a row of `Cells.table`
CELL = 8  # its length
SLOT, LOOP, STEP = 1, 1 << 20, 1 << 40  # a tag: where the case's own things are, how often it went round, its steps

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Places(NamedTuple):
    """A chain as N·P places (node × P + phase), with 2ᵉ winners at each. By place:

    | name | holds |
    |---|---|
    | `state`, `group`, `law` | the state; limit group (L: none); legal clock, or −1 |
    | `fires`, `lapses` | 1 where the clock fires at the limit; where passing it is a breach |
    | `hours`, `counted` | the limit in seconds where it is in hours, else −1; 1 where it counts working days |
    | `until` | the instant at which the phase ends, or `NEVER` |
    | `final`, `pays`, `sends`, `works` | 1: the state is; something here pays, or sends; some delay is in working days |
    | `slots` (one more) | where the actors who draw here begin |
    """

    state: Int
    group: Int
    law: Int
    fires: Int
    lapses: Int
    hours: Int
    counted: Int
    until: Int
    final: Int
    pays: Int
    sends: Int
    works: Int
    slots: Int
    phases: int
    winners: int  # e


class Rows(NamedTuple):
    """Who draws what, by slot (an actor at a place) and by row.

    | name | shape | holds |
    |---|---|---|
    | `slot_draw`, `slot_rows`, `slot_works` | slots (+ 1) | the draw's number; where its rows begin; 1: some are in working days |
    | `rise`, `least`, `width`, `b`, `c`, `kind`, `what` | rows | cumulated probability in 2⁻⁵³; the delay; the winner's number |
    | `points`, `rises` | – | values and cumulated shares of what is `Empirical` |
    """

    slot_draw: NDArray[np.uint64]
    slot_rows: Int
    slot_works: Int
    rise: Int
    least: Float
    width: Float
    b: Float
    c: Float
    kind: Int
    what: Int
    points: Float
    rises: Float


class Cells(NamedTuple):
    """What a winner does at a place: N·P·2ᵉ rows of `CELL` numbers in `table`, whose places are named above.

    `rule_bit` and `state_bit` are the bits of its rule and of the state after it, or −1 where neither comes twice.
    """

    table: Int
    rule_bit: Int
    state_bit: Int
    group_bit: int  # of the first limit group
    opened_mark: int  # what a case has done when it opens


class World(NamedTuple):
    """The calendar, limits, the law, the openings and the amount. D days.

    | name | shape | holds |
    |---|---|---|
    | `ends` | (L + 1) × D | by day, the instant at which the limit ends |
    | `shift` | 2 × (days + 1) | what to add to an instant in seconds, or in worked seconds, by its day |
    | `day` | 2 × D | worked seconds before a day; 1 where it works |
    | `open_place`, `open_pick` | mix, 2 × mix | the place; alias table, the other first |

    The rest is as in `Tables`.
    """

    ends: Int
    shift: Int
    day: Int
    open_place: Int
    open_pick: Int
    open_p: Float
    open_payer: Int
    law_hours: Int
    law_end: Int
    law_works: Int
    amount_kind: int
    amount_a: float
    amount_b: float
    amount_c: float
    start: int
    known: int
    horizon: int
    actors: int
    barred: int
    states: int


class Laid(NamedTuple):
    """A chain laid out in places. In parts: what compiles tuples takes the longer the larger they are.

    `bit_rule` (R) and `bit_state` (S) are the bits of what can come again, or −1.
    """

    places: Places
    rows: Rows
    cells: Cells
    world: World
    bit_rule: Int
    bit_state: Int


def places_of(t: Tables) -> Laid | None:
    """The places of a chain; None where there are too many, or too much can come again to be kept in one word."""
    phases, count = t.bounds.shape[1] + 1, len(t.state) * (t.bounds.shape[1] + 1)
    if count > MAX_PLACES:
        return None
    number = _event_numbers(t)
    e = (2 * (1 + max(number.values(), default=0)) + 1).bit_length()
    moves = list(_moves(t, number))
    bits = _coming_again(t, moves)
    groups = len(t.limit_hours)
    if len(bits) + groups > BITS:
        return None
    node = np.arange(count) // phases
    state = t.state[node]
    group = np.where(t.limit[state] < 0, groups, t.limit[state])
    cells, rule_bit, state_bit = _cells(t, moves, bits, e)
    flags = np.bitwise_or.reduce(cells[:, FLAGS].reshape(count, -1), axis=1)
    until = np.concatenate((t.bounds, np.full((len(t.state), 1), NEVER)), axis=1).reshape(-1)
    rows, q = _rows(t, number, state), t.quantities
    works = np.add.reduceat(np.append(rows["slot_works"], 0), t.slots[:-1]) if len(t.slot_actor) else np.zeros(count, np.int64)
    rules, first = len(t.pays), len(t.pays) + int(t.state[t.open_node[0]])
    return Laid(
        places=Places(
            state=state,
            group=group,
            law=t.law[state],
            fires=t.clocked[state] * (t.clock_rule[node] >= 0),
            lapses=(t.clocked[state] == 0) * (group < groups),
            hours=np.append(t.limit_hours, -1)[group],
            counted=np.append(t.limit_works, 0)[group],
            until=np.minimum(until, NEVER),
            final=t.final[state],
            pays=((flags & PAYS) > 0).astype(np.int64),
            sends=((flags & SENDS) > 0).astype(np.int64),
            works=np.where(t.slots[1:] > t.slots[:-1], works, 0),
            slots=t.slots,
            phases=phases,
            winners=e,
        ),
        rows=Rows(
            slot_draw=(2 * t.slot_actor).astype(np.uint64),
            slot_rows=t.slot_rows,
            **rows,
            points=q.points,
            rises=q.rises,
        ),
        cells=Cells(
            table=cells.reshape(-1),
            rule_bit=rule_bit,
            state_bit=state_bit,
            group_bit=len(bits),
            opened_mark=1 << bits[first] if first in bits else 0,
        ),
        world=World(
            ends=np.minimum(np.concatenate((t.limit_end, np.full((1, len(t.works)), NEVER))), NEVER),
            shift=np.concatenate((np.zeros(len(t.days) + 1), (t.days - np.arange(len(t.days))) * DAY, [FAR])).astype(np.int64),
            day=np.stack((t.before[:-1] * DAY, t.works), axis=1).reshape(-1),
            open_place=t.open_node * phases,
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
        ),
        bit_rule=_ints(bits.get(rule, -1) for rule in range(rules)),
        bit_state=_ints(bits.get(rules + one, -1) for one in range(len(t.final))),
    )


def _ints(values: Iterable[Any]) -> Int:
    return np.array(list(values), dtype=np.int64)


def _event_numbers(t: Tables) -> dict[tuple[int, int], int]:
    """By (state, event) a number from 1, in the order in which draws of one instant come; the clock is 0."""
    phases = t.bounds.shape[1] + 1
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
    phases = t.bounds.shape[1] + 1
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


def _cells(t: Tables, moves: Sequence[_Move], bits: dict[int, int], e: int) -> tuple[Int, Int, Int]:
    phases, rules = t.bounds.shape[1] + 1, len(t.pays)
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
        row[FLAGS] = ALONE * stays + PAYS * t.pays[move.rule] + SENDS * t.parcel[move.rule]
        for works in (0, 1):  # the last bit of a winner: whether its delay was in working days
            at = (move.place << e) + 2 * move.number + works
            cells[at], rule_bit[at], state_bit[at] = row, *known
    return cells, rule_bit, state_bit


def _rows(t: Tables, number: dict[tuple[int, int], int], state: Int) -> dict[str, Any]:
    count, q = len(t.row_choice), t.quantities
    found: dict[str, Any] = {name: np.zeros(count) for name in ("least", "width", "b", "c")}
    found |= {name: np.zeros(count, np.int64) for name in ("rise", "kind", "what")}
    found["slot_works"] = np.zeros(len(t.slot_actor), np.int64)
    at_place = np.repeat(np.arange(len(state)), np.diff(t.slots))
    for slot, place in enumerate(at_place):
        for row in range(t.slot_rows[slot], t.slot_rows[slot + 1]):
            choice = t.row_choice[row]
            found["rise"][row] = math.ceil(t.row_rise[row] * 2.0**53)
            found["least"][row] = float(NEVER)
            if choice < 0:
                continue
            kind, works = int(q.kind[choice]), int(q.works[choice])
            found["least"][row], found["b"][row], found["c"][row] = q.a[choice], q.b[choice], q.c[choice]
            found["what"][row] = 2 * number[int(state[place]), int(t.choice_event[choice])] + works
            found["slot_works"][slot] |= works
            if kind == KINDS.index(Uniform):
                found["width"][row] = q.b[choice] - q.a[choice]
            elif kind != KINDS.index(Fixed):
                found["kind"][row] = kind
    return found
