"""A picture has all of the table, each part once: states, rules, arrows, guards, limits, labels, and who acts."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from xml.etree import ElementTree as ET

from refund_fsm import Policy, diagram, orders
from refund_fsm.diagram import Lang, palette
from refund_fsm.diagram.plan import Plan
from refund_fsm.workflow import ASSUMED
from tests.diagram.svg import SVG, groups, layout_of, svg_of, texts
from tests.languages import EVERY_LANG, HAN
from tests.workflows import EVERY_KEY


@EVERY_KEY
def test_each_rule_stands_once_in_svg_and_dot(key: str) -> None:
    workflow = orders.get(key)
    shown = Counter(texts(svg_of(key)))
    assert {rule.id: shown[rule.id] for rule in workflow.rules} == {rule.id: 1 for rule in workflow.rules}
    source = diagram.draw(workflow).dot
    named = Counter(re.findall(r'ID="rule-(\w+)"', source))
    assert named == Counter(rule.id for rule in workflow.rules)
    ids = Counter(one.get("id") for one in svg_of(key).iter(f"{SVG}g"))
    assert all(ids[f"rule-{rule.id}"] == 1 for rule in workflow.rules)


@EVERY_KEY
def test_each_state_stands_once(key: str) -> None:
    workflow = orders.get(key)
    ids = Counter(one.get("id") for one in svg_of(key).iter(f"{SVG}g"))
    assert [ids[f"state-{state}"] for state in workflow.states] == [1] * len(workflow.states)
    drawn = [one["name"] for one in layout_of(key)["objects"] if not one["name"].startswith("(")]
    assert sorted(drawn) == sorted(workflow.states)


@EVERY_KEY
def test_arrows_and_cards_are_the_rows_of_the_table(key: str) -> None:
    layout = layout_of(key)
    names = {one["_gvid"]: one["name"] for one in layout["objects"]}
    leads = {one["name"]: one["tooltip"].split(":")[0] for one in layout["objects"] if one["name"].startswith("(to ")}  # pills
    ends = [(names[edge["tail"]], leads.get(names[edge["head"]], names[edge["head"]]), edge) for edge in layout["edges"]]
    drawn = set()
    for tail, head, edge in ends:
        for rule in re.findall(r'ID="rule-(\w+)"', edge.get("label", "")):
            sources = (
                {t for t, h, stem in ends if h == tail and f"rule-{rule}" in stem["class"].split()} if tail.startswith("(") else {tail}
            )
            drawn |= {(rule, source, head) for source in sources}
    for node in layout["objects"]:
        drawn |= {(rule, node["name"], "") for rule in re.findall(r'ID="rule-(\w+)"', node.get("label", ""))}
    plan = Plan(orders.get(key), Policy())
    assert drawn == {(rule.id, rule.source.key, "" if plan.on_card(rule) else rule.dest.key) for rule in plan.workflow.rules}


@EVERY_KEY
def test_the_happy_path_is_the_first_way_of_the_spine(key: str) -> None:
    workflow = orders.get(key)
    layout = layout_of(key)
    names = {one["_gvid"]: one["name"] for one in layout["objects"]}
    happy = {(names[e["tail"]], names[e["head"]]) for e in layout["edges"] if e["penwidth"] == "3.4" and e["class"] != "start"}
    way = [state.key for state in workflow.spine[0]]
    assert happy == set(itertools.pairwise(way))
    for edge in layout["edges"]:
        if "happy" in edge.get("class", "").split():
            assert edge["color"] == palette.SUCCESS
    middles = {one["name"]: float(one["pos"].split(",")[0]) for one in layout["objects"]}
    assert max(middles[key] for key in way) - min(middles[key] for key in way) < 2, "one straight line"


@EVERY_KEY
def test_the_clock_is_dashed_and_nothing_else(key: str) -> None:
    workflow = orders.get(key)
    for edge in layout_of(key)["edges"]:
        rules = [workflow.by_id[rule] for rule in re.findall(r"rule-(\w+)", edge.get("class", ""))]
        if rules:
            assert all(rule.by_clock for rule in rules) == (edge.get("style") == "dashed")
            if "stem" not in edge["class"].split():
                timers = edge["label"].count('STYLE="ROUNDED,DASHED"')
                assert timers == len({(rule.event.name, rule.when) for rule in rules if rule.by_clock})


@EVERY_KEY
def test_assumed_rules_are_hollow_and_cited_ones_filled(key: str) -> None:
    workflow = orders.get(key)
    source = diagram.draw(workflow).dot
    colours = palette.colours(workflow.actors)
    for rule in workflow.rules:
        found = re.search(rf'COLOR="(#\w+)" BGCOLOR="(#\w+)" STYLE="ROUNDED" ID="rule-{rule.id}"', source)
        assert found is not None
        colour = colours[rule.actor.key]
        assert found.groups() == (colour, palette.PAPER if ASSUMED in rule.sources else colour)


@EVERY_KEY
@EVERY_LANG
def test_labels_stand_in_the_languages_asked_for(key: str, lang: Lang) -> None:
    workflow = orders.get(key)
    shown = re.sub(r"\s", "", "".join(texts(svg_of(key, lang))))
    labels = [workflow.label, *(state.text for state in workflow.states.values()), *(event.text for event in workflow.events.values())]
    labels += [*(guard.text for guard in workflow.guards.values()), *(actor.text for actor in workflow.actors.values())]
    for label in labels:
        for language, text in (("zh", label.zh), ("en", label.en)):
            if lang in ("both", language):
                assert re.sub(r"\s", "", text) in shown
    if lang == "en":
        assert not HAN.search(shown)
    if lang == "zh":
        assert workflow.initial.en not in shown


@EVERY_KEY
def test_guards_stand_in_brackets_on_their_arrows(key: str) -> None:
    workflow = orders.get(key)
    for edge in groups(svg_of(key)).values():
        said = re.sub(r"\s", "", "".join(texts(edge)))
        for rule in (workflow.by_id[one] for one in texts(edge) if one in workflow.by_id):
            for held in rule.when:
                assert re.sub(r"\s", "", f"[{held.text.zh}]") in said
                assert re.sub(r"\s", "", f"[{held.text.en}]") in said


@EVERY_KEY
def test_cards_show_who_acts_and_the_policys_limits(key: str) -> None:
    workflow = orders.get(key)
    policy = Policy(return_days=41, evidence_hours=43, complaint_days=47, receipt_days=53, statutory_refund_days=59)
    made = groups(ET.fromstring(diagram.draw(workflow, policy=policy).svg()))
    units = {"hours": "小时 h", "days": "天 d", "working_days": "个工作日 wd"}
    for state in workflow.states.values():
        shown = texts(made[f"state-{state.key}"])
        for limit in [workflow.ordinary(state.key), *(one for at, one in workflow.law.items() if at.key == state.key)]:
            if limit is not None:
                assert any(line.endswith(f"≤ {limit.length_in(policy)} {units[limit.unit]}") for line in shown)
        if not state.final:
            actors = {rule.actor.text.both() for rule in workflow.rules if rule.source.key == state.key}
            assert actors & set(shown)
