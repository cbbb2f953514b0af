"""Owns what each actor draws on entry into a state, by a behaviour: its rows as tables over facts, its delays counted in steps.

Must not draw anything, nor write text.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import NamedTuple

from refund_fsm.errors import BadData
from refund_fsm.export.prism.lattice import Chances, Lattice
from refund_fsm.export.tables import GuardTable, same
from refund_fsm.simulate.behaviour import NOTHING, Behaviour, Choice
from refund_fsm.workflow import Domain, Policy, Value, Workflow

NONE_DRAWN = 0


class Option(NamedTuple):
    """What can be drawn: an event, and the chance of each step. `places` are the rows of the behaviour that give it."""

    event: str
    chances: Chances
    places: tuple[int, ...]


class Row(NamedTuple):
    """A row of the behaviour: what it weighs, when it fits, its event, and the number of what is drawn by it."""

    weight: float
    when: GuardTable
    event: str
    number: int


class Draw(NamedTuple):
    """One actor's draw in one state. Options are numbered from 1; `NONE_DRAWN` is to do nothing."""

    actor: str
    rows: tuple[Row, ...]
    options: tuple[Option, ...]


class Share(NamedTuple):
    """Facts that cases open with, and how often relative to the others."""

    weight: float
    facts: Mapping[str, Value]


def draws_of(workflow: Workflow, behaviour: Behaviour, lattice: Lattice, domains: Mapping[str, Domain]) -> dict[str, tuple[Draw, ...]]:
    """By state, the draws of the actors who may do something there, in the order of the workflow.

    Rows of one event and one delay share an option; rows without weight are left out. `BadData` names the first row whose delay is
    not of whole steps.
    """
    chances = [
        () if row.delay is None else lattice.chances(row.delay, f"choices[{place}].delay") for place, row in enumerate(behaviour.choices)
    ]
    found: dict[str, tuple[Draw, ...]] = {}
    for state in workflow.states:
        draws = [_draw(workflow, behaviour, chances, domains, state, actor) for actor in workflow.actors]
        found[state] = tuple(draw for draw in draws if draw.options)
    return found


def _draw(workflow: Workflow, behaviour: Behaviour, chances: list[Chances], domains: Mapping[str, Domain], state: str, actor: str) -> Draw:
    rows: list[Row] = []
    places: dict[tuple[str, Chances], list[int]] = {}
    for place, row in enumerate(behaviour.choices):
        if row.state != state or row.weight <= 0 or _actor_of(workflow, row) != actor:
            continue
        number = NONE_DRAWN
        if row.event != NOTHING:
            key = (row.event, chances[place])
            places.setdefault(key, []).append(place)
            number = list(places).index(key) + 1
        rows.append(Row(row.weight, _when(row, domains), row.event, number))
    return Draw(actor, tuple(rows), tuple(Option(event, law, tuple(one)) for (event, law), one in places.items()))


def _actor_of(workflow: Workflow, row: Choice) -> str | None:
    return row.actor if row.event == NOTHING else workflow.events[row.event].actor.key


def _when(row: Choice, domains: Mapping[str, Domain]) -> GuardTable:
    """What a row asks of the facts, as a guard's table."""
    reads = tuple(name for name in domains if name in row.when)
    allowed = []
    for name in reads:
        given = row.when[name]
        told = given if isinstance(given, tuple) else (given,)
        allowed.append([value for value in domains[name] if any(same(value, one) for one in told)])
    return GuardTable(reads, tuple(itertools.product(*allowed)))


def shares_of(workflow: Workflow, behaviour: Behaviour, policy: Policy) -> tuple[Share, ...]:
    """The kinds of cases with all their facts, those without weight left out. `BadData` for a fact that no case opens with, or none."""
    return tuple(
        Share(share.weight, _opening(workflow, policy, {**behaviour.facts, **share.facts}, f"mix[{place}].facts"))
        for place, share in enumerate(behaviour.mix)
        if share.weight > 0
    )


def _opening(workflow: Workflow, policy: Policy, given: Mapping[str, Value], where: str) -> dict[str, Value]:
    facts: dict[str, Value] = {}
    for one in workflow.fact_fields:
        start = one.start(policy)
        told = ", ".join(map(repr, start))
        if one.name in given:
            facts[one.name] = given[one.name]
            if not any(same(value, given[one.name]) for value in start):
                raise BadData(f"{where}.{one.name}", given[one.name], f"what a case opens with: {told}")
        elif len(start) == 1:
            facts[one.name] = start[0]
        else:
            raise BadData(f"{where}.{one.name}", None, f"a value, here or in the behaviour's facts: {told}")
    return facts
