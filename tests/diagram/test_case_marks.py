"""A case over its picture: where it was, is, and may come to; its deadlines and breaches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from refund_fsm import BadData, Policy, RefundCase, Rule, diagram, orders
from refund_fsm.diagram import case_marks
from refund_fsm.scenario import find, load, play, shipped
from refund_fsm.text import stamp
from tests.diagram.svg import SVG, edge_of, parsed, texts, tones, width_of


def on_the_way(name: str) -> Iterator[tuple[str, RefundCase]]:
    """A scenario's case after every fourth step, and at its end."""
    scenario = load(find(name))
    whole = play(scenario).case
    for place, step in enumerate(whole.steps if whole else ()):
        case = play(scenario, until=step.at).case
        if case and (place % 4 == 0 or step is whole.steps[-1]):
            yield f"{name}-{place}", case


PLAYED = [found for name in shipped() for found in on_the_way(name)]
CASES = pytest.mark.parametrize("case", [case for _, case in PLAYED], ids=[name for name, _ in PLAYED])


def next_of(case: RefundCase) -> list[Rule]:
    """The rules that may fire next: those of what an actor may do now, and the clock's."""
    allowed = [verdict.rule for actor in case.workflow.actors for verdict in case.actions(at=case.now, by=actor) if verdict.rule]
    return allowed + ([case.due.then] if case.due and case.due.then else [])


@CASES
def test_a_case_lights_its_way_and_shows_its_deadlines_and_breaches(case: RefundCase) -> None:
    made = parsed(case.workflow, case=case, lang="en")
    _lights_its_way_numbered_and_its_cards_and_nothing_that_cannot_follow(case, made)
    _shows_its_deadlines_and_breaches_where_they_belong(case, made)


def _lights_its_way_numbered_and_its_cards_and_nothing_that_cannot_follow(case: RefundCase, made: dict[str, ElementTree.Element]) -> None:
    for number, step in enumerate(case.steps, start=1):
        group = edge_of(made, step.rule.id)
        assert str(number) in texts(group)
        if not step.rule.internal and group.get("id", "").startswith("edge"):
            assert tones(group) == {"taken"}
            assert width_of(group) == 4
    assert [name for name, group in made.items() if "now" in tones(group)] == [f"state-{case.state.key}"]
    allowed = {rule.id for rule in next_of(case)}
    taken = {step.rule.id for step in case.steps}
    for name, group in made.items():
        rules = set(re.findall(r"rule-(\S+)", group.get("class", "")))
        if name.startswith("edge-") and rules:
            expected = "taken" if rules & taken else "next" if rules & allowed else "faded"
            assert tones(group) == {expected}
    halos = [one for group in made.values() for one in group.iter(f"{SVG}path") if one.get("class") == "halo"]
    assert len(halos) == 3
    been = {state.key for step in case.steps for state in (step.source, step.dest)}
    ahead = {rule.dest.key for rule in next_of(case)}
    for key in case.workflow.states:
        expected = "now" if key == case.state.key else "taken" if key in been else "next" if key in ahead else "faded"
        assert tones(made[f"state-{key}"]) == {expected}, key


def _shows_its_deadlines_and_breaches_where_they_belong(case: RefundCase, made: dict[str, ElementTree.Element]) -> None:
    notes = re.compile(r"(?:[A-Z]\d+ )?((?:due|limit passed|statutory limit).*)")  # of one of several rules on a line, with its id
    found = ((name, notes.fullmatch(text)) for name, group in made.items() for text in texts(group))
    said = sorted((name, note[1]) for name, note in found if note)
    expected = []
    for step in case.steps:
        if step.breach:
            expected.append((f"state-{step.source.key}", f"limit passed {stamp(step.breach.at)}"))
    recorded = len(expected)
    expected += [(f"state-{case.state.key}", f"limit passed {stamp(breach.at)}") for breach in case.breaches()[recorded:]]
    due = case.due
    if due is not None and (due.then is not None or due.at > case.now):
        expected.append((f"state-{case.state.key}", f"due{' (provisional)' if due.provisional else ''} {stamp(due.at)}"))
        if due.then is not None:
            expected.append((edge_of(made, due.then.id).attrib["id"], expected[-1][1]))
    if case.statutory_due:
        key = next(state.key for state in case.workflow.law)
        expected.append((f"state-{key}", f"statutory limit{' passed' if case.statutory_passed else ''} {stamp(case.statutory_due.at)}"))
    assert said == sorted(expected)


def test_every_rule_that_may_fire_next_says_so_even_when_it_was_taken() -> None:
    scenario = load(find("shop_arbitration_for_the_buyer"))
    whole = play(scenario).case
    assert whole is not None
    asked = 0
    for step in whole.steps:
        case = play(scenario, until=step.at).case
        assert case is not None
        allowed = {rule.id for rule in next_of(case)}
        marks = case_marks.marks_of(case, case.workflow)
        assert {rule for rule, mark in marks.rules.items() if mark.open} == allowed
        shown = [text for group in parsed(case.workflow, case=case).values() for text in texts(group)]
        assert shown.count("▶") == len(allowed)
        asked += len(allowed & {one.rule.id for one in case.steps})
    assert asked, "a rule that was taken and may be taken again"


def test_only_the_way_taken_is_bold() -> None:
    case = play(load(find("shop_merchant_refunds_at_once"))).case
    assert case is not None
    taken = {step.rule.id for step in case.steps}
    names = {
        rule.event.zh: rule.id in taken
        for rule in case.workflow.rules
        if sum(r.event.zh == rule.event.zh for r in case.workflow.rules) == 1
    }
    shown = {}
    for name, group in parsed(case.workflow, case=case).items():
        for one in group.iter(f"{SVG}text") if name.startswith("edge-") else ():
            shown["".join(one.itertext())] = one.get("font-weight") == "bold"
    assert {name: shown[name] for name in names if name in shown} == {name: taken for name, taken in names.items() if name in shown}
    happy = {rule.event.zh for rule in case.workflow.rules if rule.dest.key == "reviewing"}
    assert happy & {name for name in names if name in shown and not shown[name]}, "a step of the happy path that was not taken"


def test_a_case_of_another_workflow_is_refused() -> None:
    case = next(case for _, case in PLAYED if case.workflow.key == "virtual")
    with pytest.raises(BadData, match="a case of 'third_party'"):
        diagram.draw(orders.get("third_party"), case=case)
    with pytest.raises(BadData, match="a RefundCase"):
        diagram.draw(orders.get("third_party"), case="x")  # type: ignore[arg-type]  # what a user may pass


def test_a_case_is_drawn_under_its_own_policy() -> None:
    case = PLAYED[0][1]
    with pytest.raises(BadData, match=r"policy: .*the case's own"):
        diagram.draw(case.workflow, case=case, policy=Policy.statute())
