"""Owns the mass that flows from configuration to configuration, cell by cell. Compiled; the shapes are in `net` and `lattice`.

Must not know names, nor who wins: `race` does.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from refund_fsm.simulate.compiled import apart, kept, larger, part, smaller, width
from refund_fsm.simulate.law.cells import add, fill, sum_of
from refund_fsm.simulate.law.deadlines import carried, same_until, slot_of
from refund_fsm.simulate.law.lattice import NO_DEADLINE
from refund_fsm.simulate.law.moving import moved
from refund_fsm.simulate.law.net import (
    AGAIN,
    AT,
    COUNT,
    DEST,
    DOOR,
    GROUP,
    HIGH,
    INNER,
    KEPT,
    LIMIT,
    LOW,
    NODE,
    NUMBER,
    OUT,
    PAYS,
    RACE,
    ROW,
    ROWS,
    STATE,
    TELLS,
    Apart,
    Float,
    Flow,
    Int,
    Net,
)
from refund_fsm.simulate.law.race import passed, race
from refund_fsm.simulate.law.work import Work

FAINT = 1e-14  # probability of all cases in a race that is not followed any more; it stays where it is
NONE = 1e-16  # mass that does not move on
MAX_ROUNDS = 100_000  # of moves inside one instant


# 1. Who moves in an instant


@part
def _open(nodes: Any, places: Any, mass: Any, openings: Any, shares: Any, start: Any) -> None:
    """All cases open, in the instant with the code `start`."""
    for opening in range(len(openings)):
        place = nodes[openings[opening], DOOR]
        mass[place, start % 2, start // 2] += shares[opening]
        places[LOW, place], places[HIGH, place] = start // 2, start // 2


@part
def _stay(nodes: Any, places: Any, mass: Any, stays: Any, last: Any) -> None:
    """What arrives in the last cell stays."""
    for place in range(len(mass)):
        if nodes[places[NODE, place], RACE] >= 0:
            stays[places[NODE, place]] += mass[place, 0, last] + mass[place, 1, last]


@part
def _deadline(fine: Any, ends: Any, per_day: Any, count: Any, slot: Any, slots: Any, cell: Any, inside: Any) -> Any:
    """The code of the deadline of a row that moves now."""
    if count >= 0 and slots > 1:
        return carried(fine[count], per_day, slot, slots, cell, inside)
    return ends[count, 2 * cell + inside] if count >= 0 else np.int64(NO_DEADLINE)


@apart
def _fresh_row(nodes: Any, fine: Any, ends: Any, per_day: Any, node: Any, cell: Any, inside: Any) -> Any:
    """The row in which a node is entered with a deadline that begins now."""
    count, slots = nodes[node, LIMIT], nodes[node, ROWS]
    if slots == 1:
        return nodes[node, ROW]
    due = ends[count, 2 * cell + inside]
    return nodes[node, ROW] + slot_of(fine[count], per_day, slots, due, cell, inside)


@apart
def _arrived(nodes: Any, fine: Any, ends: Any, per_day: Any, rows: Any, places: Any, todo: Any, mass: Any, cell: Any, inside: Any) -> None:
    """What has arrived in an instant, by row; that of doors is in the rows that deadlines have which begin now."""
    fill(todo, 0.0)
    for row in range(len(todo)):
        if places[LOW, row] <= cell <= places[HIGH, row] and rows[2, row] >= 0:
            todo[row] = mass[row, inside, cell]
    for door in range(len(todo), len(mass)):
        if places[LOW, door] <= cell <= places[HIGH, door] and mass[door, inside, cell] > 0.0:
            todo[_fresh_row(nodes, fine, ends, per_day, places[NODE, door], cell, inside)] += mass[door, inside, cell]


@part
def _queued(nodes: Any, rows: Any, todo: Any, crowd: Any, turn: Any) -> None:
    """The rows with mass to move, in their order, and how much there is for each race."""
    fill(crowd, 0.0)
    turn[AT], turn[COUNT], turn[AGAIN] = -1, 0, 0
    for place in range(width(rows)):
        row = rows[3, place]
        if row < 0:
            break
        if todo[row] > NONE:
            rows[4, turn[COUNT]] = place
            turn[COUNT] += 1
            crowd[nodes[rows[0, row], RACE]] += todo[row]


@part
def _joins(rows: Any, todo: Any, turn: Any, row: Any, mass: Any) -> None:
    """More mass to move in this instant: in this round, when the row's turn is still to come."""
    before = todo[row]
    todo[row] += mass
    if before > NONE or todo[row] <= NONE:
        return
    if rows[2, row] <= rows[4, turn[AT]]:
        turn[AGAIN] = 1
        return
    place = turn[COUNT]
    while rows[4, place - 1] > rows[2, row]:  # ends: the one whose turn it is comes before
        rows[4, place] = rows[4, place - 1]
        place -= 1
    rows[4, place] = rows[2, row]
    turn[COUNT] += 1


# 2. Where the mass of a row goes


@apart
def _happens(
    mine: Any, late: Any, taken: Any, taken_at: Any, apart_row: Any, apart_mass: Any, apart_inner: Any, limit: Any, counted: Any, ever: Any,
    inner: Any, m: Any, row: Any, door: Any, node: Any, group: Any, base: Any, lapse: Any, missed: Any, cell: Any, inside: Any,
) -> None:  # fmt: skip
    """Of the mass of a row that moves now, and of its door if not −1, that to which each thing has happened; what happens in the node.

    `lapse` is the cell from which on the limit has passed, `missed` the probability of that; `base` is the place of the first event.
    """
    for thing in range(len(mine)):
        ours = limit[thing] >= 0 and limit[thing] == group
        mine[thing], late[thing] = 0.0, lapse if ours else NO_DEADLINE
        for side in range(2):
            place = row if side == 0 else door
            there = apart_row[place, thing] if place >= 0 else -1
            if there >= 0:
                before = taken[there] if taken_at[there] == 2 * cell + inside else 0.0
                taken[there], taken_at[there] = apart_mass[there, inside, cell], 2 * cell + inside
                mine[thing] += taken[there] - before
        if counted[node, thing] == 1 and ours:
            ever[thing] += (m - mine[thing]) * missed
        elif counted[node, thing] == 1:
            for event in range(len(inner)):
                if apart_inner[base + event, thing] == 1:
                    ever[thing] += (m - mine[thing]) * inner[event]


@part
def _spread_apart(
    mine: Any, late: Any, row: Any, mass: Any, told: Any, m: Any, share: Any, cell: Any, kind: Any, u: Any, until: Any
) -> None:  # fmt: skip
    """Of the mass that is moved to a row, that to which each thing has happened; all of it where the outcome tells so."""
    for thing in range(len(mine)):
        apart = row[thing]
        if apart >= 0:
            one = m if told[thing] > 0 else mine[thing]
            split = larger(smaller(late[thing], until + 1), u)
            if one > 0.0 and split > u:
                add(mass[apart, kind, cell + u : cell + split], one, share[u:split])
            if split <= until:
                add(mass[apart, kind, cell + split : cell + until + 1], m, share[split : until + 1])


@apart
def _spread(
    won: Any, least: Any, most: Any, totals: Any, bounds: Any, nodes: Any, outs: Any, fine: Any, ends: Any, rows: Any, places: Any,
    todo: Any, crowd: Any, turn: Any, mine: Any, late: Any, mass: Any, flow_out: Any,
    apart_row: Any, apart_out: Any, apart_mass: Any, counted: Any, ever: Any, money: Any,
    per_day: Any, paid: Any, m: Any, node: Any, base: Any, outcomes: Any, deadline: Any, cell: Any, inside: Any,
) -> None:  # fmt: skip
    """Moves the mass `m` of a row of a node to where the race that was run leads. `base` is the place of the node's first outcome."""
    things, last_phase, last, group = len(mine), len(bounds), width(mass) - 1, nodes[node, GROUP]
    for outcome in range(outcomes):
        for kind in range(2):
            end, u, phase = most[kind, outcome], least[kind, outcome], 0
            share = won[kind, outcome]
            while u <= end:  # ends: each round takes at least one cell
                while phase < last_phase and bounds[phase] <= cell + u:
                    phase += 1
                stop = end if phase == last_phase else smaller(end, bounds[phase] - 1 - cell)
                place = base + phase * outcomes + outcome
                dest = outs[place, DEST]
                if dest < 0:  # refused in this phase: nobody wins so
                    u = stop + 1
                    continue
                total = totals[kind, outcome] if u == least[kind, outcome] and stop == end else sum_of(share[u : stop + 1])
                flow_out[place] += m * total
                if outs[place, PAYS] == 1:
                    add(money[kind, cell + u : cell + stop + 1], m - mine[paid] if paid >= 0 else m, share[u : stop + 1])
                for thing in range(things if outs[place, TELLS] == 1 else 0):
                    if apart_out[place, thing] == 1 and counted[node, thing] == 1:
                        ever[thing] += (m - mine[thing]) * total
                slots, there = nodes[dest, ROWS], nodes[dest, GROUP]
                while u <= stop:  # ends: each round takes at least one cell
                    target, until = nodes[dest, DOOR], stop
                    if slots > 1 and there == group:
                        target = nodes[dest, ROW] + slot_of(fine[nodes[dest, LIMIT]], per_day, slots, deadline, cell + u, kind)
                        until = smaller(stop, same_until(deadline, cell + u, last) - cell)
                    add(mass[target, kind, cell + u : cell + until + 1], m, share[u : until + 1])
                    places[LOW, target] = smaller(places[LOW, target], cell + u)
                    places[HIGH, target] = larger(places[HIGH, target], cell + until)
                    if u == 0 and kind == inside and nodes[dest, RACE] >= 0:
                        crowd[nodes[dest, RACE]] += m * share[0]
                        now = target if target < len(todo) else _fresh_row(nodes, fine, ends, per_day, dest, cell, inside)
                        _joins(rows, todo, turn, now, m * share[0])
                    if places[KEPT, target] == 1:
                        told = apart_out[place]
                        _spread_apart(mine, late, apart_row[target], apart_mass, told, m, share, cell, kind, u, until)
                    u = until + 1


@kept
def forward(w: Work, net: Net, openings: Int, shares: Float, flow: Flow, apart: Apart, first: int, end: int, before: int) -> int:
    """The law from the instant with the code `first` on, before `end`: fills `flow` and `apart`. `before` is what it returned for the
    instants before, 0 at the start: how many outcomes the race has that was run last; −1 when moves inside one instant find no end."""
    nodes, enter, outs, fine, ends, rows, places = net.nodes, net.enter, net.outs, net.fine, net.ends, net.rows, net.places
    todo, crowd, turn, mine, late, per_day = net.todo, net.crowd, net.turn, net.mine, net.late, net.per_day
    mass, flow_inner, breach, stays, lengths, bounds = flow.mass, flow.inner, flow.breach, flow.left, flow.hours, w.bounds
    races, inner, alive = w.races, w.inner, w.alive
    last, phases = width(mass) - 1, width(bounds) + 1
    if first == net.start:
        _open(nodes, places, mass, openings, shares, net.start)
    outcomes, count, rest, length = before, 0, 0.0, 0.0  # of the race that was run
    for instant in range(first, end):
        cell, inside, rounds = instant // 2, instant % 2, 0
        _arrived(nodes, fine, ends, per_day, rows, places, todo, mass, cell, inside)
        _queued(nodes, rows, todo, crowd, turn)
        while turn[COUNT] > 0:
            rounds += 1
            if rounds > MAX_ROUNDS:
                return -1
            last_race, last_deadline = -1, -1
            while turn[AT] + 1 < turn[COUNT]:  # ends: every row has one turn
                turn[AT] += 1
                row = rows[3, rows[4, turn[AT]]]
                node, m, phase = rows[0, row], todo[row], 0
                todo[row] = 0.0
                while phase < phases - 1 and bounds[node, phase] <= cell:
                    phase += 1
                number = enter[node * phases + phase, NUMBER]
                state, group, count_of, slots = nodes[node, STATE], nodes[node, GROUP], nodes[node, LIMIT], nodes[node, ROWS]
                deadline = _deadline(fine, ends, per_day, count_of, rows[1, row], slots, cell, inside)
                told = deadline if races[number, 5] == 1 else NO_DEADLINE
                if number != last_race or told != last_deadline:
                    if races[number, 6] >= 0:
                        moved(w, number, ends, told, instant)
                    faint = FAINT / larger(crowd[nodes[node, RACE]], NONE)
                    outcomes, count, rest, length = race(w, outcomes, number, node, inside, cell, told, faint)
                    last_race, last_deadline = number, told
                missed = passed(alive, cell, inside, deadline, count) if told == NO_DEADLINE else 0.0
                breach[node] += m * missed
                stays[node] += m * rest
                lengths[state] += m * length
                base, events = enter[node * phases + phase, INNER], races[number, 1] - races[number, 0]
                for event in range(events):
                    flow_inner[base + event] += m * inner[event]
                if len(mine) > 0:
                    door = nodes[node, DOOR] if slots > 1 and _fresh_row(nodes, fine, ends, per_day, node, cell, inside) == row else -1
                    lapse = 0 if deadline <= instant else deadline // 2 - cell if told == NO_DEADLINE else NO_DEADLINE
                    _happens(
                        mine, late, net.taken, net.taken_at, apart.row, apart.mass, apart.inner, apart.limit, apart.counted, apart.ever,
                        inner[:events], m, row, door, node, group, base, lapse, missed, cell, inside,
                    )  # fmt: skip
                _spread(
                    w.won, w.least, w.most, w.total, bounds[node], nodes, outs, fine, ends, rows, places,
                    todo, crowd, turn, mine, late, mass, flow.out,
                    apart.row, apart.out, apart.mass, apart.counted, apart.ever, apart.money,
                    per_day, apart.paid, m, node, enter[node * phases + phase, OUT], outcomes, deadline, cell, inside,
                )  # fmt: skip
            if turn[AGAIN] == 0:
                break
            _queued(nodes, rows, todo, crowd, turn)
    if end == 2 * last:
        _stay(nodes, places, mass, stays, last)
    return outcomes
