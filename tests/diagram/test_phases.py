"""Phases: each legible where people read it, every rule once, and a strip that says where each belongs. A state with its neighbours."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from refund_fsm import BadData, Policy, Text, Workflow, diagram, orders
from refund_fsm.diagram import Lang
from refund_fsm.diagram.labels import Labels
from refund_fsm.diagram.layout.curves import ROUND
from refund_fsm.diagram.panels import MOST as PANEL
from refund_fsm.diagram.parts import MOST
from refund_fsm.diagram.places import Places
from refund_fsm.diagram.plan import Plan
from tests.diagram.lines import README, drawn, shown_at
from tests.diagram.svg import SVG, groups, texts
from tests.diagram.test_portals import some
from tests.exchange import WORKFLOW
from tests.languages import EVERY_LANG
from tests.workflows import ALL, EVERY_KEY

RULE_PX, GUARD_PX = 9, 8
RULE_PT, GUARD_PT = 10, 9  # the smallest size of what happens, in English, and of a guard


@EVERY_LANG
@pytest.mark.parametrize("key", ALL)
def test_a_picture_of_phases_is_legible_at_the_width_of_a_readme(key: str, lang: Lang) -> None:
    for phase in (None, *range(1, len(diagram.phases(ALL[key])) + 1)):
        root = ET.fromstring(diagram.draw(ALL[key], view="phases", phase=phase, lang=lang).svg())
        scale = shown_at(root, README)
        assert (RULE_PT * scale >= RULE_PX, GUARD_PT * scale >= GUARD_PX) == (True, True), (phase, scale)


@pytest.mark.parametrize("workflow", [*ALL.values(), *(some(seed) for seed in range(4))], ids=lambda one: one.key)
def test_every_rule_and_every_state_that_goes_on_stands_in_one_phase(workflow: Workflow) -> None:
    whole = diagram.draw(workflow, view="phases").dot
    alone = "".join(diagram.draw(workflow, view="phases", phase=number).dot for number in range(1, len(diagram.phases(workflow)) + 1))
    for dot in (whole, alone):
        assert Counter(re.findall(r'ID="rule-([^"]+)"', dot)) == Counter(rule.id for rule in workflow.rules)
        cards = Counter(re.findall(r'id="state-([^"]+)"', dot))
        assert max(cards.values()) == 1
        assert {key for key, state in workflow.states.items() if not state.final} <= set(cards)


@EVERY_KEY
def test_a_line_over_a_seam_ends_in_a_pill_with_the_number_of_the_phase(key: str) -> None:
    workflow = orders.get(key)
    home = {state.key: number for number, (_, group) in enumerate(workflow.phases, 1) for state in group}
    made = groups(ET.fromstring(diagram.draw(workflow, view="phases").svg()))
    seams = 0
    for group in made.values():
        title = next(one.text or "" for one in group.iter(f"{SVG}title"))
        if "portal" in group.get("class", ""):
            rule = workflow.by_id[title.removeprefix("(to ").removesuffix(")")]
            here, there = home.get(rule.source.key), home.get(rule.dest.key)
            assert texts(group)[0] == (f"→ {rule.dest.zh}" if there in (None, here) else str(there))
            seams += there not in (None, here)
    assert seams


def test_the_strip_shows_all_phases_and_marks_the_one_that_is_shown() -> None:
    workflow = orders.get("third_party")
    made = groups(ET.fromstring(diagram.draw(workflow, view="phases", phase=2).svg()))
    for number, (name, group) in enumerate(workflow.phases, 1):
        box = made[f"part-{number}"]
        assert {str(number), name.zh, name.en} <= set(texts(box))
        assert all(state.zh in "".join(texts(box)) for state in group)
        assert ("#1f2937" in {one.get("fill") for one in list(box.iter(f"{SVG}path"))[:1]}) is (number == 2)
    heads = groups(ET.fromstring(diagram.draw(workflow, view="phases").svg()))
    assert [texts(heads[f"head-{number}"])[1] for number in (1, 2, 3, 4)] == [name.zh for name, _ in workflow.phases]


def test_without_phases_the_spine_is_cut() -> None:
    assert [name.en for name in diagram.phases(WORKFLOW)] == ["Exchange wished for to Replaced"]
    alone = groups(ET.fromstring(diagram.draw(WORKFLOW, view="phases").svg()))
    assert not any(name.startswith(("part-", "head-")) for name in alone), "a strip of one part shows nothing"
    flow = some(1)
    parts = Plan(flow, Policy(), "phases").parts
    assert len(parts) > 3
    assert all(sum(not flow.states[key].final for key in part.keys) <= MOST for part in parts)


def test_no_part_of_a_table_of_200_states_is_wider_than_a_readme_takes() -> None:
    flow = some(3, 200)
    plan = Plan(flow, flow.default_policy(), "phases")
    labels = [Labels(replace(plan, part=part), "both") for part in plan.parts if "s155" in part.keys or part.number < 4]
    assert len(labels) == 4, "and where three columns stand apart from one another"
    assert all(Places.within(one, PANEL).width <= PANEL for one in labels)


def test_the_line_of_the_happy_path_goes_on_straight_or_turns_well_before_its_head() -> None:
    straight = {one.id: one for one in drawn(ET.fromstring(diagram.draw(orders.get("self_operated"), view="phases", phase=1).svg()))}
    assert len({round(y, 1) for _, y in straight["edge-M07"].points}) == 1
    turning = {one.id: one for one in drawn(ET.fromstring(diagram.draw(WORKFLOW, view="near", state="checking").svg()))}
    for rule in ("X01", "X03"):
        points = turning[f"edge-{rule}"].points
        level = [x for x, y in points if abs(y - points[-1][1]) < 0.1]
        assert max(level) - min(level) >= ROUND, rule


def test_a_state_left_out_of_all_phases_is_shown_where_it_is_reached() -> None:
    third = orders.get("third_party")
    name, group = third.phases[0]
    rejected = third.states["rejected"]
    flow = third.variant(phases=((name, tuple(state for state in group if state.key != "rejected")), *third.phases[1:]))
    assert "rejected" in Plan(flow, Policy(), "phases").parts[0].keys
    assert f'id="state-{rejected.key}"' in diagram.draw(flow, view="phases", phase=1).dot


@EVERY_KEY
def test_near_shows_all_that_leads_to_a_state_and_on_from_it(key: str) -> None:
    workflow = orders.get(key)
    for state in workflow.states.values():
        picture = diagram.draw(workflow, view="near", state=state.key)
        assert RULE_PT * shown_at(ET.fromstring(picture.svg()), README) >= RULE_PX, state.key
        dot = picture.dot
        around = {rule.id for rule in workflow.rules if state in (rule.source, rule.dest)}
        assert Counter(re.findall(r'ID="rule-([^"]+)"', dot)) == Counter(around)
        assert re.findall(r'id="state-([^"]+)"', dot) == [state.key]
        leads = re.findall(r'^\t"([^"]+)" -> "([^"]+)"', dot, re.MULTILINE)
        assert all(state.key in pair for pair in leads if "(start)" not in pair)


BAD = [
    ({"view": "phases", "phase": 5}, r"phase: 5; expected the number of a phase: 1 \(Filing and review\)"),
    ({"view": "phases", "phase": True}, "phase: True"),
    ({"phase": 1}, "phase: 1; expected none with view='full'"),
    ({"view": "near"}, "state: None; expected one of draft, "),
    ({"view": "near", "state": "nowhere"}, "state: 'nowhere'; expected one of draft, "),
    ({"state": "draft"}, "state: 'draft'; expected none with view='full'"),
]


@pytest.mark.parametrize(("arguments", "why"), BAD)
def test_bad_arguments_are_named(arguments: dict[str, object], why: str) -> None:
    with pytest.raises(BadData, match=why):
        diagram.draw(orders.get("third_party"), **arguments)  # type: ignore[arg-type]  # they are bad


def test_a_picture_says_what_it_shows() -> None:
    root = ET.fromstring(diagram.draw(orders.get("virtual"), lang="en").svg())
    assert (root.get("role"), root.get("aria-label")) == ("img", "Refund, virtual goods")
    said = [(one.tag.removeprefix(SVG), one.text) for one in list(root)[:2]]
    assert said[0] == ("title", "Refund, virtual goods")
    assert said[1][0] == "desc"
    assert said[1][1] == "11 states, 25 rules. Happy path: Not filed → Requested → Under review → Refunding → Refunded."
    odd = Text('a "b" <c> & \\d', 'a "b" <c> & \\d')
    made = ET.fromstring(diagram.draw(orders.get("virtual").variant(label=odd), lang="en").svg())
    assert made.get("aria-label") == odd.en


def test_a_picture_for_one_theme_asks_no_screen() -> None:
    picture = diagram.draw(orders.get("virtual"), view="phases")
    made, light, dark = (picture.svg(theme=theme) for theme in (None, "light", "dark"))
    assert "prefers-color-scheme" in made and "prefers-color-scheme" not in light + dark
    assert len(light) < len(dark) < len(made)
    head = next(one.get("fill") for one in groups(ET.fromstring(made))["head-1"].iter(f"{SVG}path"))
    assert f'path[fill="{head}"]{{fill:' in dark, "the bar above a phase is dark on a dark screen"
    with pytest.raises(BadData, match=r"theme: 'sepia'; expected 'light' or 'dark'"):
        picture.svg(theme="sepia")  # type: ignore[arg-type]  # it is bad
