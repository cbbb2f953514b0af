"""Owns what a page's script is given: the table of moves, labels, limits and working days, as plain data for JSON.

Texts are pairs of Chinese and English; everything else that has a name is a number into its list. Must not decide anything.
"""

from __future__ import annotations

import calendar as gregorian
import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from refund_fsm.diagram import palette
from refund_fsm.diagram.markup import slug
from refund_fsm.diagram.page import words
from refund_fsm.diagram.page.festivals import festivals_of
from refund_fsm.diagram.page.sources import sources_of
from refund_fsm.diagram.page.table import Block, Move, Table, kept_table_of
from refund_fsm.diagram.page.turns import Turn
from refund_fsm.diagram.plan import Plan
from refund_fsm.diagram.wording import is_published
from refund_fsm.errors import WorkflowError
from refund_fsm.orders import fact_labels
from refund_fsm.text import SHANGHAI, Text
from refund_fsm.text import words as said
from refund_fsm.workflow import (
    ASSUMED,
    CLOCK,
    FIRST_YEAR,
    LAST_YEAR,
    Count,
    Limit,
    Policy,
    Rule,
    SpecialPeriod,
    WorkCalendar,
    Workflow,
    counting,
    unit_of,
)

OPENING = datetime(2026, 2, 12, 10, tzinfo=SHANGHAI)  # a Thursday before a make-up Saturday and the Spring Festival: counts show at once
Json = dict[str, Any]
WEEKEND = 5


def data_of(workflow: Workflow, policy: Policy) -> Json:
    """Everything that the script of a page reads. The numbers of states, events, rules and guards are their places in the workflow."""
    table = kept_table_of(workflow, policy)
    return {
        "key": workflow.key,
        "text": _pair(workflow.label),
        "fingerprint": workflow.fingerprint[:8],
        "firstYear": FIRST_YEAR,
        "lastYear": LAST_YEAR,
        **_actors(workflow),
        "states": _states(workflow, policy),
        "events": _events(workflow),
        "guards": [{"name": name, "text": _pair(one.text)} for name, one in workflow.guards.items()],
        "rules": _rules(workflow),
        **_moves(workflow, table),
        **_openings(workflow, table),
        "start": {"facts": _first(workflow, table), "at": _milliseconds(OPENING)},
        "limits": [_count(one, policy) for one in counting(workflow, policy).counts],
        "law": {list(workflow.states).index(s.key): _limit(limit, policy, roll=policy.roll_over) for s, limit in workflow.law.items()},
        **sources_of(workflow, policy),
        "calendar": _calendar(policy.calendar, policy.calendar.version),
        "words": {key: _pair(text) for key, text in _labels(workflow, policy).items()},
        "refusals": {key: _pair(text) for key, text in words.refusals().items()},
        "instant": _pair(words.instant()),
        "months": list(said.MONTHS),
        "weekdays": [_pair(text) for text in words.WEEKDAYS],
    }


def _pair(text: Text) -> list[str]:
    return [text.zh, text.en]


def _actors(workflow: Workflow) -> Json:
    actors = list(workflow.actors)
    colours = palette.colours(actors)
    return {
        "clock": actors.index(CLOCK.key) if CLOCK.key in actors else -1,
        "actors": [{"key": key, "text": _pair(one.text), "colour": colours[key]} for key, one in workflow.actors.items()],
    }


def _states(workflow: Workflow, policy: Policy) -> list[Json]:
    cards = {card.state.key: card for card in Plan(workflow, policy).cards}
    actors = list(workflow.actors)
    return [
        {
            "key": key,
            "id": f"state-{slug(key)}",
            "text": _pair(one.text),
            "final": one.final,
            "success": cards[key].success,
            **({"good": True} if cards[key].good else {}),
            "owner": actors.index(owner.key) if (owner := cards[key].actor) else -1,
            "group": workflow.group_of.get(key, -1),
            "note": one.note and {"actor": actors.index(one.note[0].key), "text": _pair(one.note[2])},
        }
        for key, one in workflow.states.items()
    ]


def _events(workflow: Workflow) -> list[Json]:
    actors = list(workflow.actors)
    return [
        {
            "name": name,
            "text": _pair(one.text),
            "actor": actors.index(one.actor.key),
            "needs": _pair(words.needs(one.needs)) if one.needs else None,
            "how": _pair(one.how) if one.how else None,
            "files": one.files and one.actor.key != CLOCK.key,
            "where": _pair(words.where(workflow.sources_of[name])),
        }
        for name, one in workflow.events.items()
    ]


def _rules(workflow: Workflow) -> list[Json]:
    states, events = list(workflow.states), list(workflow.events)
    return [
        {
            "id": rule.id,
            "slug": slug(rule.id),
            "event": events.index(rule.event.name),
            "source": states.index(rule.source.key),
            "dest": states.index(rule.dest.key),
            "cites": rule.cites,
            "assumed": ASSUMED in rule.sources,
            **({"published": True} if _is_published(workflow, rule) else {}),
        }
        for rule in workflow.rules
    ]


def _moves(workflow: Workflow, table: Table) -> Json:
    states, events, rules, guards = (list(names) for names in (workflow.states, workflow.events, workflow.by_id, workflow.guards))
    sets: dict[tuple[str, ...], int] = {}
    blocks = []
    for block in table.blocks:
        moves, failed = [], []
        for place, column in enumerate(table.columns):
            cell = block.cells.get(column)
            if isinstance(cell, Move):
                moves.append([place, rules.index(cell.rule), cell.block])
            elif cell is not None:
                failed.append([place, sets.setdefault(cell, len(sets))])
        blocks.append([states.index(block.state), moves, failed, *_counted(block, workflow)])
    return {
        "columns": [[events.index(column.event), column.phase] for column in table.columns],
        "blocks": blocks,
        "failedSets": [[guards.index(name) for name in names] for names in sets],
    }


def _openings(workflow: Workflow, table: Table) -> Json:
    """`openingAt` has a number into `openings` for each combination of the facts, the last running fastest; −1: no order has it."""
    turns: dict[Turn, int] = {}
    found: dict[Any, int] = {}
    places = []
    for opening in table.openings:
        if opening is not None:
            for turn in opening.turns:
                turns.setdefault(turn, len(turns))
        places.append(-1 if opening is None else found.setdefault(opening, len(found)))
    openings = [
        {
            "block": one.block,
            "turns": [turns[turn] for turn in one.turns],
            "drift": [[_fact(workflow, *pair) for pair in phase] for phase in one.drift],
        }
        for one in found
    ]
    fields = [
        {"name": name, "text": _pair(fact_labels.of_field(workflow, name)), "values": [_value(workflow, name, value) for value in values]}
        for name, values in table.fields.items()
        if len(values) > 1
    ]
    return {"facts": fields, "openings": openings, "openingAt": places, "turns": [turn._asdict() for turn in turns]}


def _first(workflow: Workflow, table: Table) -> Json:
    """The first facts with which a case can go all along the spine's first path; of a workflow without one, the first that an order has."""
    path = [state.key for state in workflow.spine[0]] if workflow.spine else []
    assignments = [dict(zip(table.fields, values, strict=True)) for values in itertools.product(*table.fields.values())]
    possible = [(facts, one.block) for facts, one in zip(assignments, table.openings, strict=True) if one is not None]
    if not possible:
        raise WorkflowError(f"workflow {workflow.key}", "example_of gives no order for any facts")
    return next((facts for facts, block in possible if _goes(workflow, table, block, path)), possible[0][0])


def _goes(workflow: Workflow, table: Table, block: int, path: list[str]) -> bool:
    here = {block}
    for dest in path[1:]:
        cells = (cell for one in here for cell in table.blocks[one].cells.values())
        here = {cell.block for cell in cells if isinstance(cell, Move) and workflow.by_id[cell.rule].dest.key == dest}
    return bool(here)


def _milliseconds(instant: datetime) -> int:
    """Shanghai wall time as the script counts it: as if it were UTC."""
    return int(instant.replace(tzinfo=UTC).timestamp() * 1000)


def _value(workflow: Workflow, name: str, value: Any) -> Json:
    yes_no = words.LABELS["yes" if value else "no"] if isinstance(value, bool) else None
    return {"value": value, "text": _pair(yes_no or fact_labels.of_value(workflow, name, value))}


def _fact(workflow: Workflow, name: str, value: Any) -> Json:
    return {"name": name, "text": _pair(fact_labels.of_field(workflow, name)), "value": _value(workflow, name, value)["text"]}


def _counted(block: Block, workflow: Workflow) -> list[int]:
    """What a block has beside its state: the number of its count where the state alone does not tell it, and 0 where its state has a
    clock of the law that does not start."""
    group = workflow.group_of.get(block.state, -1)
    barred = not block.law and any(state.key == block.state for state in workflow.law)
    return [block.counted, 0] if barred else [] if block.counted == group else [block.counted]


def _labels(workflow: Workflow, policy: Policy) -> Mapping[str, Text]:
    """The labels of a page: what only some tables have is said where they have it."""
    counts = counting(workflow, policy).counts
    counted = any(one.special or one.plus for one in counts) or len(counts) > len(workflow.groups)
    published = any(_is_published(workflow, rule) for rule in workflow.rules)
    good = any(state.good for state in workflow.states.values())
    more = ((counted, words.COUNTS), (published, words.PUBLISHED), (good, words.GOOD))
    return words.LABELS | {key: text for asked, labels in more if asked for key, text in labels.items()}


def _is_published(workflow: Workflow, rule: Rule) -> bool:
    """Whether the rule rests on what the platform itself published, alone or beside others."""
    return any(is_published(id, workflow.catalogue) for id in rule.sources)


def _count(count: Count, policy: Policy) -> Json:
    """A count: its length, the special periods that it may meet in their order, and what is added."""
    found = _limit(count.limit, policy, roll=False)
    if count.special:
        found["special"] = [_special(period) for period, _ in count.special]
    if count.plus:
        unit = unit_of(str(count.limit.plus))
        found["plus"] = {"unit": unit, "length": count.plus, "text": _pair(words.limit(count.plus, unit))}
    return found


def _special(period: SpecialPeriod) -> Json:
    return {
        "start": _milliseconds(period.start.astimezone(SHANGHAI)),
        "end": _milliseconds(period.end.astimezone(SHANGHAI)),
        "unit": period.unit,
        "length": period.length,
        "never": period.never_shorter,
        "text": _pair(words.limit(period.length, period.unit)),
        "days": said.period(period.start, period.end),
        "cites": period.cites,
    }


def _limit(limit: Limit, policy: Policy, *, roll: bool) -> Json:
    length = limit.length_in(policy)
    return {"unit": limit.unit, "length": length, "roll": roll, "text": _pair(words.limit(length, limit.unit)), "cites": limit.cites}


@lru_cache(maxsize=8)
def _calendar(calendar: WorkCalendar, version: str) -> Mapping[str, Any]:  # noqa: ARG001  # equal calendars may be of other versions
    """Days that differ from the weekly rhythm, by year as a string of MMDD; years that are known, as spans; known days of other years."""
    days = [date(FIRST_YEAR, 1, 1) + timedelta(days=n) for n in range((date(LAST_YEAR + 1, 1, 1) - date(FIRST_YEAR, 1, 1)).days)]
    off: dict[str, str] = {}
    working: dict[str, str] = {}
    years: list[list[int]] = []
    listed: list[str] = []
    for year, group in itertools.groupby(days, key=lambda day: day.year):
        known = [(day, calendar.is_working(day)) for day in group if calendar.is_known(day)]
        for day, works in known:
            if works != (day.weekday() < WEEKEND):
                kind = working if works else off
                kind[str(year)] = kind.get(str(year), "") + f"{day:%m%d}"
        if len(known) == 365 + gregorian.isleap(year):
            years = [*years[:-1], [years[-1][0], year]] if years and years[-1][1] == year - 1 else [*years, [year, year]]
        else:
            listed += [day.isoformat() for day, _ in known]
    return {"off": off, "on": working, "years": years, "listed": listed, "festivals": festivals_of(calendar)}
