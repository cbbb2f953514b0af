"""What stands on cards and what meets in a junction, so that a picture stays clear."""

from __future__ import annotations

from collections import Counter

import pytest

from refund_fsm import Actor, Event, Limit, Policy, Rule, State, Text, orders
from refund_fsm.diagram.plan import Plan
from refund_fsm.workflow import ASSUMED
from tests.labelled import looked_at
from tests.workflows import EVERY_KEY

CARDS = [
    # cancel rules that are left, whether they are named on cards
    (6, True),
    (5, True),
    (4, False),
]


@pytest.mark.parametrize(("left", "on_cards"), CARDS)
def test_from_five_states_on_an_ending_is_named_on_cards(left: int, on_cards: bool) -> None:
    virtual = orders.get("virtual")
    cancels = [rule for rule in virtual.rules if rule.event.name == "cancel"]
    plan = Plan(virtual.variant(rules=tuple(rule for rule in virtual.rules if rule not in cancels[left:])), Policy())
    assert plan.on_card(cancels[0]) is on_cards


@EVERY_KEY
def test_only_what_would_clutter_is_named_on_cards(key: str) -> None:
    plan = Plan(orders.get(key), Policy())
    rules = plan.workflow.rules
    starts = Counter(rule.event.name for rule in rules)
    ends = {event: {rule.dest for rule in rules if rule.event.name == event} for event in starts}
    sweeping = {event for event in starts if starts[event] >= 5 and len(ends[event]) == 1 and next(iter(ends[event])).final}
    named = {rule.id for card in plan.cards for rule in card.rules}
    assert sweeping or key == "shop_official", "whose cancel starts in four states"
    assert named == {rule.id for rule in rules if rule.source == rule.dest or rule.event.name in sweeping}


def two_states(*more: tuple[str, int, int]) -> Plan:
    """Three states, of which the first two share a limit; `stop` ends the case from the second; `more` are (event, source, dest)."""
    states = [State(name, name, name, final=name == "end") for name in ("one", "two", "end")]
    anyone = Actor("anyone", "某人", "anyone")
    rows = (("go", 0, 1), ("stop", 1, 2), *more)
    rules = tuple(
        Rule(f"X{place}", states[start], Event(name, anyone, name, name), states[stop], ASSUMED)
        for place, (name, start, stop) in enumerate(rows)
    )
    limits = {(states[0], states[1]): Limit("own_days", cites=ASSUMED, length=3)}
    return Plan(looked_at("two", Text("二", "two"), rules, limits), Policy())


def test_a_junction_stands_only_where_all_states_under_a_limit_do_alike() -> None:
    assert two_states().junctions == ()
    assert [[rule.id for rule in one.rules] for one in two_states(("stop", 0, 2)).junctions] == [["X1", "X2"]]
    assert [[rule.id for rule in arrow.rules] for arrow in two_states(("stop", 0, 2)).arrows] == [["X0"], ["X1", "X2"]]
    assert two_states(("leave", 0, 2)).junctions == ()
    assert [[rule.id for rule in arrow.rules] for arrow in two_states(("leave", 1, 2)).arrows] == [["X0"], ["X1", "X2"]]
