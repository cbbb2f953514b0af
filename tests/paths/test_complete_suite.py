"""The complete suite: every input in every class of configurations, each followed by what tells the class after it from others."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from refund_fsm import BadData, orders, paths
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.paths.space import Space
from refund_fsm.paths.w import Complete
from refund_fsm.scenario.path import START, Path
from tests.paths.suites import GUIDE, suite_of
from tests.workflows import ALL, EVERY_KEY_AND_OWN


@EVERY_KEY_AND_OWN
def test_identifiers_tell_every_two_classes_apart_that_can_be_told_apart(key: str) -> None:
    plan = Complete(Space(ALL[key], GUIDE), 0)
    space = plan.space

    def answers(place: int, word: tuple[Any, ...]) -> list[tuple[bool, str]]:
        found = []
        for one in word:
            found.append((one in plan.taken[place], space.state(place := plan.dest[place][one])))
        return found

    for one, other in itertools.combinations(sorted(space.places), 2):
        if space.state(one) != space.state(other):
            continue
        common = [w for w in plan.identifiers[one] for v in plan.identifiers[other] if w[: len(v)] == v or v[: len(w)] == w]
        told = any(answers(one, w) != answers(other, w) for w in common)
        assert told == ((one, other) in plan.separating)
        if not told:  # equal as far as this sees: no input answers differently, and all lead to equals or to one class
            assert plan.taken[one] == plan.taken[other]
            for move in plan.offered[one]:
                after = tuple(sorted((plan.dest[one][move], plan.dest[other][move])))
                assert after[0] == after[1] or (space.state(after[0]) == space.state(after[1]) and after not in plan.separating)


# (Of the platform's own table the suite would have a million steps; the mall's is much like that of the shops.)
@pytest.mark.parametrize("key", [key for key in ALL if key not in ("shop_official", "self_operated")])
def test_where_states_look_alike_classes_are_told_apart_by_what_follows(key: str) -> None:
    """Every state looks the same: only what is taken tells classes apart, and which ones it can tell is found anew."""
    workflow = ALL[key]
    plan = Complete(Space(workflow, GUIDE), 0, dict.fromkeys(workflow.states, "处理中"))
    places = sorted(plan.space.places)
    alike = {(one, other) for one in places for other in places if plan.taken[one] == plan.taken[other]}
    while True:
        dest = plan.dest
        left = {(a, b) for a, b in alike if all((dest[a][i], dest[b][i]) in alike for i in dest[a].keys() & dest[b].keys())}
        if left == alike:
            break
        alike = left
    assert {pair for pair in itertools.combinations(places, 2) if pair not in alike} == set(plan.separating)
    suite = paths.cover(workflow, "w", seen=dict.fromkeys(workflow.states, "处理中"))
    assert suite.steps > suite_of(key, "w").steps
    with pytest.raises(BadData, match=f"seen\\[{workflow.initial.key}\\]: None; expected what is seen of the state"):
        paths.cover(workflow, "w", seen={})
    with pytest.raises(BadData, match="seen: 'rules'; expected the criterion w"):
        paths.cover(workflow, "rules", seen={key: key for key in workflow.states})


@EVERY_KEY_AND_OWN
def test_every_input_is_tried_in_every_class_and_every_class_of_facts_is_opened(key: str) -> None:
    suite, workflow = suite_of(key, "w"), ALL[key]
    graph = explore(workflow).merged()
    classes = set(ShortestPaths(workflow, suite.policy, graph).tree)  # where an order leads: in the older tables everywhere
    assert key == "shop_official" or len(classes) == len(graph)
    pairs = sum(len([e for e in workflow.events.values() if e.actor.key != "clock"]) + (graph.limit_of(c) >= 0) for c in classes)
    assert len(suite.goals) == suite.least_steps == pairs
    guards = tuple(workflow.guards.values())
    opened = {tuple(guard(workflow.facts_of(*path.opening, GUIDE)) for guard in guards) for path in suite}
    possible = {
        tuple(guard(graph.raw.facts_of(c)) for guard in guards)
        for c in graph.raw.openings
        if workflow.example_of(graph.raw.facts_of(c), START) is not None
    }
    assert opened == possible


def calls_of(path: Path) -> tuple[object, ...]:
    return (path.opening.request.reason, *((step.event, step.at) for step in path.steps))


def test_extra_states_make_the_suite_longer_up_to_a_stated_size() -> None:
    workflow = orders.get("virtual")
    plain, more = suite_of("virtual", "w"), paths.cover(workflow, "w", extra_states=1)
    assert more.extra_states == 1 and len(more) > 10 * len(plain) and set(more.goals) == set(plain.goals)
    begun = {calls[:length] for path in more for calls in [calls_of(path)] for length in range(len(calls) + 1)}
    assert all(calls_of(path) in begun for path in plain), "a longer suite has all of a shorter one"
    with pytest.raises(BadData, match=r"extra_states: 3; expected fewer: .* about [\d,]+ paths, and w.MAX_PATHS is 250,000"):
        paths.cover(orders.get("third_party"), "w", extra_states=3)
