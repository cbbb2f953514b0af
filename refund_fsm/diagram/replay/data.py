"""Owns what the page of a replay is given: states, rules, cases and days as plain data for JSON. Must not decide anything.

Texts are lists, one for each language of the page; what has a name is a number into its list; instants are seconds after the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from refund_fsm.diagram import palette
from refund_fsm.diagram.dark import line
from refund_fsm.diagram.markup import slug
from refund_fsm.diagram.plan import Plan
from refund_fsm.diagram.replay import words
from refund_fsm.diagram.replay.days import days
from refund_fsm.diagram.replay.played import Track
from refund_fsm.text import Lang, Text
from refund_fsm.text import words as said
from refund_fsm.workflow import Policy, Workflow

Json = dict[str, Any]
MANY = 75  # seconds that a replay takes at the speed that it begins with, about


def data_of(workflow: Workflow, policy: Policy, tracks: Sequence[Track], whole: int, langs: Sequence[Lang]) -> Json:
    """All that the page knows. `whole` is the number of cases out of which the tracks were chosen."""

    def told(text: Text) -> list[str]:
        return [text.get(lang) for lang in langs]

    first, last = min(one.opened for one in tracks), max(one.now for one in tracks)
    signs, names = days(policy.calendar, first, last)
    span = (last - first).total_seconds()
    return {
        "langs": list(langs),
        "text": told(workflow.label),
        "start": int(first.replace(tzinfo=UTC).timestamp() * 1000),  # Shanghai's wall time, as if it were UTC
        "span": _seconds(first, last),
        "whole": whole,
        "days": signs,
        "festivals": {str(place): told(name) for place, name in names.items()},
        **_table(workflow, policy, told),
        **_cases(workflow, tracks, first),
        "speeds": [[speed, told(text)] for speed, text in words.SPEEDS],
        "speed": min(range(len(words.SPEEDS)), key=lambda place: abs(span / words.SPEEDS[place][0] - MANY)),
        "words": {key: told(text) for key, text in words.LABELS.items()},
        "weekdays": [told(text) for text in words.WEEKDAYS],
        "months": list(said.MONTHS),
    }


def _table(workflow: Workflow, policy: Policy, told: Any) -> Json:
    plan = Plan(workflow, policy, "phases")
    cards = {card.state.key: card for card in plan.cards}
    actors, states, events = list(workflow.actors), list(workflow.states), workflow.events
    colours = palette.colours(actors)
    part_of = {key: part.number - 1 for part in plan.parts for key in part.keys}
    return {
        "actors": [{"text": told(one.text), "colour": colours[key], "night": line(colours[key])} for key, one in workflow.actors.items()],
        "phases": [told(part.name) for part in plan.parts],
        "states": [
            {
                "id": f"state-{slug(key)}",
                "text": told(one.text),
                "final": one.final,
                "owner": actors.index(card.actor.key) if (card := cards.get(key)) and card.actor else -1,
                "phase": -1 if one.final else part_of.get(key, -1),
                "group": workflow.group_of.get(key, -1),
            }
            for key, one in workflow.states.items()
        ],
        "rules": [
            {
                "id": rule.id,
                "slug": slug(rule.id),
                "source": states.index(rule.source.key),
                "dest": states.index(rule.dest.key),
                "actor": actors.index(rule.actor.key),
                "text": told(events[rule.event.name].text),
            }
            for rule in workflow.rules
        ],
    }


def _cases(workflow: Workflow, tracks: Sequence[Track], first: datetime) -> Json:
    """`cases`: name, opening, state, then rule and seconds since what stands before, by turns. `passed`: case, instant, state."""
    rules: Mapping[str, int] = {rule: place for place, rule in enumerate(workflow.by_id)}
    states: Mapping[str, int] = {state: place for place, state in enumerate(workflow.states)}
    cases, passed = [], []
    for number, track in enumerate(tracks):
        before = _seconds(first, track.opened)
        row: list[Any] = [track.name, before, states[track.first]]
        for at, rule in track.moves:
            second = _seconds(first, at)
            row += [rules[rule], second - before]
            before = second
        cases.append(row)
        passed += [[_seconds(first, at), number, states[state]] for at, state in track.passed]
    return {"cases": cases, "passed": sorted(passed)}


def _seconds(first: datetime, at: datetime) -> int:
    return int((at - first).total_seconds())
