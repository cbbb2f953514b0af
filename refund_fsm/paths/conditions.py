"""Owns the suites of whole truth tables: `conditions`, and `mcdc`, its smaller sister; and why a row is met by no case.

Sources: Ammann & Offutt, Introduction to Software Testing (combinatorial and active-clause coverage); Chilenski & Miller 1994 (MC/DC).
Must not choose a path, nor say what a row is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations, product

from refund_fsm.paths.coverage import attempts_of
from refund_fsm.paths.hops import Hops
from refund_fsm.paths.suite import Suite
from refund_fsm.paths.tour import Tour, Tours, least_calls
from refund_fsm.paths.truth import Row, check_size, conditions, name_of, tables_of, told
from refund_fsm.scenario import Path, Player, details_of
from refund_fsm.workflow import CLOCK, Policy, Value, Workflow


@lru_cache(maxsize=4)
def hops_of(workflow: Workflow, policy: Policy) -> Hops:
    """The hops of a workflow under a policy, found once."""
    return Hops(workflow, policy)


def rows_of(hops: Hops) -> tuple[Row, ...]:
    """Every row that a case can meet, by state and event in the order of the table."""
    order = {place: number for number, place in enumerate(hops.workflow.rules_at)}
    found = dict.fromkeys(hop.row for several in hops.hops for hop in several)
    return tuple(sorted(found, key=lambda row: order[row.state, row.event]))


def turning(hops: Hops) -> tuple[Row, ...]:
    """Rows of which, for each fact of each table that can turn the verdict alone, two differ in that fact and in the verdict only. Rows
    that serve already are taken again. The verdict is which rule fires, or that none does. Without facts a table's one row is wanted."""
    verdict = {hop.row: _verdict(hops, hop.row) for several in hops.hops for hop in several}
    wanted: dict[Row, None] = {}
    for (state, event), names in tables_of(hops.workflow).items():
        rows = [row for row in rows_of(hops) if (row.state, row.event) == (state, event)]
        if not names:
            wanted.update(dict.fromkeys(rows))
        for place in range(len(names)):
            pairs = _pairs(rows, verdict, place)
            chosen = min(pairs, key=lambda pair: sum(one not in wanted for one in pair), default=())
            wanted.update(dict.fromkeys(chosen))
        if rows and not any(row in wanted for row in rows):
            wanted[rows[0]] = None
    return tuple(wanted)


def _verdict(hops: Hops, row: Row) -> str:
    names = tables_of(hops.workflow)[row.state, row.event]
    partial = _Known(dict(zip(names, row.values, strict=True)))
    return next((rule.id for rule in hops.workflow.rules_at[row.state, row.event] if rule.holds(partial)), "")


class _Known:
    """The facts of one row, for guards that read no others."""

    def __init__(self, values: dict[str, Value]) -> None:
        self.__dict__.update(values)


def _pairs(rows: Sequence[Row], verdict: dict[Row, str], place: int) -> Iterator[tuple[Row, Row]]:
    """Two rows that differ in one fact, and in the verdict."""
    alike: dict[tuple[Value, ...], list[Row]] = {}
    for row in rows:
        alike.setdefault((*row.values[:place], *row.values[place + 1 :]), []).append(row)
    for several in alike.values():
        yield from ((one, other) for one, other in combinations(several, 2) if verdict[one] != verdict[other])


@lru_cache(maxsize=8)
def conditions_suite(workflow: Workflow, policy: Policy, criterion: str) -> Suite:
    """The suite of `conditions` or `mcdc`. `TooLong` as `truth.check_size` says, before anything is explored."""
    if criterion == "conditions":
        check_size(workflow, policy)
    hops = hops_of(workflow, policy)
    wanted = rows_of(hops) if criterion == "conditions" else turning(hops)
    names = {name_of(workflow, row): row for row in wanted}
    reached: dict[str, None] = {}
    paths: list[Path] = []
    for tour in Tours(hops, wanted).tours():
        player = _played(hops, tour)
        seen = dict.fromkeys(name for attempt in attempts_of(player) for name in conditions(attempt))
        fresh = [name for name in seen if name in names and name not in reached]
        if fresh:
            reached.update(dict.fromkeys(fresh))
            paths.append(player.path(tuple(fresh)))
    missed = [f"{name} (no case that was led there met it)" for name in names if name not in reached]
    infeasible = (*missed, *(unmet(hops) if criterion == "conditions" else ()))
    met = [row for name, row in names.items() if name in reached]
    starts = len({row.values for row in met if row.state == workflow.initial.key and row.event == _widest(workflow)})
    goals = tuple(name for name in names if name in reached)
    return Suite(workflow, policy, criterion, goals, infeasible, tuple(paths), min(starts, len(paths)) or 1, least_calls(hops, met))


def _widest(workflow: Workflow) -> str:
    first = [(event, names) for (state, event), names in tables_of(workflow).items() if state == workflow.initial.key]
    return max(first, key=lambda one: len(one[1]))[0] if first else ""


def _played(hops: Hops, tour: Tour) -> Player:
    """The case led along a tour, as far as it goes."""
    player = Player.opened(hops.workflow, hops.policy, hops.worlds[hops.world_of[tour.start]].opening)
    for hop in tour.hops:
        known = hops.workflow.events[hop.row.event]
        if known.actor.key == CLOCK.key:
            after = player.expired()
            if after is None:
                break
            player = after
        elif hop.at is None or hop.at < player.case.now:
            player = player.do(known.name)
        else:
            player = player.told(known.name, known.actor.key, hop.at, details_of(known, hop.at))
    return player


def unmet(hops: Hops) -> Iterator[str]:
    """The rows that no case meets, with the reason, those with a value or two values in common in one line."""
    domains = {one.name: one.start(hops.policy) if one.by_policy else one.domain(hops.policy) for one in hops.workflow.fact_fields}
    somewhere: dict[str, set[Value]] = {name: set() for name in hops.around.names}
    for spot in hops.spots:
        for name in hops.around.names:
            somewhere[name].add(getattr(spot.facts, name))
    by_table: dict[tuple[str, str], set[tuple[Value, ...]]] = {}
    for row in rows_of(hops):
        by_table.setdefault((row.state, row.event), set()).add(row.values)
    for (state, event), names in tables_of(hops.workflow).items():
        found = by_table.get((state, event), set())
        if not found:
            yield f"{state} {event} (no case comes there)"
            continue
        for cube in _cubes(names, [domains[name] for name in names], found):
            facts = ", ".join(f"{names[place]}={told(value)}" for place, value in cube)
            nowhere = len(cube) == 1 and cube[0][1] not in somewhere[names[cube[0][0]]]
            yield f"{state} {event}: {facts} ({'no order is so' if nowhere else 'no case comes there so'})"


_Cube = tuple[tuple[int, Value], ...]


def _cubes(names: Sequence[str], domains: Sequence[Iterable[Value]], found: set[tuple[Value, ...]]) -> Iterator[_Cube]:
    """Partial rows that stand for all rows which are not found: single values first, then pairs, then three, then whole rows."""
    told_of: list[_Cube] = []
    left = [row for row in product(*domains) if row not in found]
    for size in (1, 2, 3, len(names)):
        for places in combinations(range(len(names)), size):
            if not left:
                return
            there = {tuple(row[place] for place in places) for row in found}
            for values in dict.fromkeys(tuple(row[place] for place in places) for row in left):
                if values not in there:
                    told_of.append(tuple(zip(places, values, strict=True)))
                    yield told_of[-1]
            left = [row for row in left if tuple(row[place] for place in places) in there]
