"""Owns a chain as arrays of numbers, as the compiled loops read them. Must not decide anything: `chain` did.

Instants are whole seconds after 00:00 (Asia/Shanghai) of the day of the start; `NEVER` stands for what does not come.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import BadData
from refund_fsm.simulate.chain.alias import alias
from refund_fsm.simulate.chain.chain import Chain
from refund_fsm.simulate.chain.days import DAY, NEVER, Days, day_deadlines, days_from, working_deadlines
from refund_fsm.simulate.chain.limits import limits_of
from refund_fsm.simulate.chain.quantities import Quantities, quantities
from refund_fsm.workflow import LAST_YEAR, Rule, Unit, Workflow, counting

MAX_DAYS = 3_660  # of one case: one that has not ended by then is left open

Float = NDArray[np.float64]
Int = NDArray[np.int64]


class Tables(NamedTuple):
    """A chain in numbers: N nodes, P phases at the most, E events, S states, R rules, L limit groups, K counts of limits, W legal clocks,
    C rows of choices.

    | name | shape | holds |
    |---|---|---|
    | `open_p`, `open_other`, `open_node`, `open_payer` | mix | alias table of the mix, node and payer of each opening (−1: nobody) |
    | `state`, `clock_rule`, `clock_dest` | N | the state; the rule that the limit fires and where to, or −1 |
    | `bounds` | N × (P − 1) | the instants at which a phase ends, or `NEVER` |
    | `slots` | N·P + 1 | where the slots of a node in a phase begin |
    | `slot_actor`, `slot_rows` | slots (+ 1) | the actor who draws, and where its rows begin |
    | `row_rise`, `row_choice` | rows | cumulated probability; the choice, or −1 for nothing |
    | `choice_event`, `choice_order` | C | the event; who comes first of two at one instant |
    | `rule_at`, `dest_at` | N·P × E | the rule that fires and the node after it, or −1 |
    | `loop`, `rank` | S | which loop of states it is in; its place in an order in which only loops go back |
    | `final`, `limit`, `clocked` | S | 1 for final; limit group, or −1; 1 if the clock has rules |
    | `counted`, `law` | N | how the limit is counted, or −1; the legal clock that entering starts, or −1 |
    | `limit_hours`, `limit_end`, `limit_known` | K, … × D, K | as `hours`, `end`, `known` of `Limits` |
    | `limit_pieces`, `limit_piece` | K + 1, … × `PIECE` | as `pieces`, `piece` of `Limits` |
    | `law_hours` | W | the length in seconds where it is in hours, else −1 |
    | `law_end` | W × D | by day, the instant at which the count ends |
    | `law_works` | W | 1 where working days count |
    | `pays`, `parcel` | R | 1 where the rule moves the money; where goods are sent back |
    | `works`, `before`, `days` | D, D + 1, – | as in `Days` |
    """

    open_p: Float
    open_other: Int
    open_node: Int
    open_payer: Int
    state: Int
    clock_rule: Int
    clock_dest: Int
    bounds: Int
    slots: Int
    slot_actor: Int
    slot_rows: Int
    row_rise: Float
    row_choice: Int
    choice_event: Int
    choice_order: Int
    rule_at: Int
    dest_at: Int
    loop: Int
    rank: Int
    final: Int
    limit: Int
    clocked: Int
    counted: Int
    law: Int
    limit_hours: Int
    limit_end: Int
    limit_known: Int
    limit_pieces: Int
    limit_piece: Int
    law_hours: Int
    law_end: Int
    law_works: Int
    pays: Int
    parcel: Int
    works: Int
    before: Int
    days: Int
    quantities: Quantities  # the choices' delays, then the amount
    start: int
    known: int  # the first instant of a day that is judged by weekends alone
    horizon: int  # an instant that no case is followed beyond
    actors: int
    groups: int  # L
    barred: int  # 1 where the calendar must not guess: what would need a later day is an error


def tables_of(chain: Chain) -> Tables:
    """The arrays of a chain. `BadData` for a start so late that no days are left before `LAST_YEAR` ends."""
    days, most = _days(chain)
    midnight = chain.start.replace(hour=0, minute=0, second=0)
    start = (chain.start - midnight) // timedelta(seconds=1)
    phases = max(len(node.bounds) for node in chain.nodes) + 1
    known = days.known * DAY if days.known < most or days.ends else NEVER
    return Tables(
        **_openings(chain),
        **_nodes(chain, phases, start),
        **_draws(chain, phases),
        **_choices(chain),
        **_loops(chain),
        **_states(chain),
        **_limits(chain, days, midnight, known),
        **_laws(chain, days),
        pays=_ints(rule.event.pays for rule in chain.workflow.rules),
        parcel=_ints(_sends_back(chain.workflow, rule) for rule in chain.workflow.rules),
        works=days.works,
        before=days.before,
        days=days.days,
        quantities=quantities([*(row.delay for row in chain.behaviour.choices), chain.behaviour.amount]),
        start=start,
        known=known,
        horizon=len(days.works) * DAY,
        actors=len(chain.workflow.actors),
        groups=len(chain.workflow.groups),
        barred=int(days.ends),
    )


def _sends_back(workflow: Workflow, rule: Rule) -> bool:
    """Whether a rule hands over the tracking number of goods that go back: one who files sends them, where anybody files."""
    filers = {event.actor.key for event in workflow.events.values() if event.files}
    return "tracking_no" in rule.event.needs and (not filers or rule.actor.key in filers)


def _ints(values: Any) -> Int:
    return np.array([int(value) for value in values], dtype=np.int64)


# 1. The calendar, limits, states


def _days(chain: Chain) -> tuple[Days, int]:
    """The days from the start on, and how many they would be in a calendar without an end."""
    first, calendar = chain.start.date(), chain.policy.calendar
    most = min(MAX_DAYS, (type(first)(LAST_YEAR, 12, 31) - first).days)
    if most < 1:
        raise BadData("start", chain.start.isoformat(), f"an instant before the last day of {LAST_YEAR}")
    days = days_from(first, most, calendar)
    if not len(days.works):
        calendar.is_working(first)  # raises, and says why
    return days, most


def _states(chain: Chain) -> dict[str, Any]:
    workflow = chain.workflow
    return {
        "final": _ints(workflow.states[key].final for key in chain.states),
        "limit": _ints(workflow.group_of.get(key, -1) for key in chain.states),
        "clocked": _ints(key in workflow.clock_rules for key in chain.states),
    }


def _limits(chain: Chain, days: Days, midnight: datetime, known: int) -> dict[str, Any]:
    found = limits_of(counting(chain.workflow, chain.policy).counts, days, midnight, known)
    return {"counted": _ints(node.counted for node in chain.nodes), **{f"limit_{name}": array for name, array in found._asdict().items()}}


def _laws(chain: Chain, days: Days) -> dict[str, Any]:
    laws, policy = chain.workflow.law, chain.policy
    law_of = {chain.states.index(state.key): place for place, state in enumerate(laws)}
    lengths = [(limit.unit, limit.length_in(policy)) for limit in laws.values()]
    ends = [_ends(unit, length, days, roll_over=policy.roll_over) for unit, length in lengths]
    return {
        "law": _ints(law_of[node.state] if node.law else -1 for node in chain.nodes),
        "law_hours": _ints(length * 3_600 if unit == "hours" else -1 for unit, length in lengths),
        "law_end": np.stack(ends) if ends else np.zeros((0, len(days.works)), np.int64),
        "law_works": _ints(unit == "working_days" or (unit == "days" and policy.roll_over) for unit, _ in lengths),
    }


def _ends(unit: Unit, length: int, days: Days, *, roll_over: bool) -> Int:
    if unit == "working_days":
        return working_deadlines(days, length)
    return day_deadlines(days, length, roll_over=roll_over) if unit == "days" else np.full(len(days.works), NEVER, np.int64)


# 2. Openings, configurations, draws


def _choices(chain: Chain) -> dict[str, Any]:
    rows = chain.behaviour.choices
    return {
        "choice_event": _ints(chain.events.index(row.event) if row.event in chain.events else -1 for row in rows),
        "choice_order": _ints(_order(chain, row.state, row.event) for row in rows),
    }


def _order(chain: Chain, state: str, event: str) -> int:
    return chain.order_of.get((chain.states.index(state), chain.events.index(event)), -1) if event in chain.events else -1


def payers(chain: Chain) -> tuple[str, ...]:
    """Who pays the return freight in some case of the mix, in order of first appearance."""
    return tuple(dict.fromkeys(one.payer for one in chain.openings if one.payer is not None))


def _openings(chain: Chain) -> dict[str, Any]:
    shares = np.array([one.share for one in chain.openings])
    rise, other = alias(shares)
    known = payers(chain)
    return {
        "open_p": rise,
        "open_other": other,
        "open_node": _ints(one.node for one in chain.openings),
        "open_payer": _ints(-1 if one.payer is None else known.index(one.payer) for one in chain.openings),
    }


def _nodes(chain: Chain, phases: int, start: int) -> dict[str, Any]:
    nodes, events = chain.nodes, len(chain.events)
    bounds = np.full((len(nodes), phases - 1), NEVER, np.int64)
    rule_at = np.full((len(nodes) * phases, events), -1, np.int64)
    dest_at = rule_at.copy()
    clock_rule, clock_dest = np.full(len(nodes), -1, np.int64), np.full(len(nodes), -1, np.int64)
    for place, node in enumerate(nodes):
        bounds[place, : len(node.bounds)] = np.array(node.bounds, np.int64) + start
        for phase in range(phases):
            for event, move in node.moves[min(phase, len(node.moves) - 1)].items():
                rule_at[place * phases + phase, event], dest_at[place * phases + phase, event] = move
        if node.clock is not None:
            clock_rule[place], clock_dest[place] = node.moves[0][node.clock]
    state = _ints(node.state for node in nodes)
    return {
        "state": state,
        "clock_rule": clock_rule,
        "clock_dest": clock_dest,
        "bounds": bounds,
        "rule_at": rule_at,
        "dest_at": dest_at,
    }


def _loops(chain: Chain) -> dict[str, Any]:
    """States that lead to each other, by the least of them; and states in reverse postorder, so that only loops go back in it."""
    after: list[set[int]] = [set() for _ in chain.states]
    for node in chain.nodes:
        for moves in node.moves:
            after[node.state] |= {chain.nodes[move.dest].state for move in moves.values()}
    reach = [set(one) for one in after]
    for middle in range(len(after)):  # Warshall
        for one in reach:
            if middle in one:
                one |= reach[middle]
    loop = [min([one, *(other for other in reach[one] if one in reach[other])]) for one in range(len(after))]
    post: list[int] = []
    _postorder(chain.nodes[chain.openings[0].node].state, after, set(), post)
    rank = {state: len(post) - place for place, state in enumerate(post)}
    return {"loop": _ints(loop), "rank": _ints(rank.get(one, 0) for one in range(len(after)))}


def _postorder(state: int, after: list[set[int]], seen: set[int], found: list[int]) -> None:
    seen.add(state)
    for one in sorted(after[state]):
        if one not in seen:
            _postorder(one, after, seen, found)
    found.append(state)


def _draws(chain: Chain, phases: int) -> dict[str, Any]:
    actors, rows = list(chain.workflow.actors), chain.behaviour.choices
    slots, slot_actor, slot_rows, rise, choice = [0], [], [0], [], []
    for node in chain.nodes:
        for phase in range(phases):
            for drawn in node.draws[min(phase, len(node.draws) - 1)]:
                numbers = [number if number >= 0 else -1 - number for number in drawn]
                weights = np.array([rows[number].weight for number in numbers])
                first = rows[numbers[0]]
                who = first.actor if drawn[0] < 0 else chain.workflow.events[first.event].actor.key
                slot_actor.append(actors.index(str(who)))
                rise += [*(np.cumsum(weights)[:-1] / weights.sum()).tolist(), 1.0]
                choice += [max(number, -1) for number in drawn]
                slot_rows.append(len(rise))
            slots.append(len(slot_actor))
    return {
        "slots": np.array(slots, np.int64),
        "slot_actor": np.array(slot_actor, np.int64),
        "slot_rows": np.array(slot_rows, np.int64),
        "row_rise": np.array(rise),
        "row_choice": np.array(choice, np.int64),
    }
