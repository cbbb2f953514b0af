"""The views of a picture: spine, case, counts, difference. What each marks, and nothing else; bad arguments are named."""

from __future__ import annotations

import itertools
import math
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from refund_fsm import BadData, Limit, Policy, RefundCase, Workflow, diagram, orders
from refund_fsm.diagram import palette
from refund_fsm.diagram.counts_view import cases_in
from refund_fsm.scenario import find, load, shipped
from refund_fsm.trace import play
from tests.exchange import WORKFLOW
from tests.test_diagram import SVG, groups, texts

EVERY = pytest.mark.parametrize("key", orders.keys())
PLAYED = [(name, play(load(find(name))).case) for name in shipped()]
CASES = pytest.mark.parametrize("case", [case for _, case in PLAYED if case], ids=[name for name, case in PLAYED if case])


def parsed(workflow: Workflow, **arguments: Any) -> dict[str, ET.Element]:
    return groups(ET.fromstring(diagram.draw(workflow, **arguments).svg()))


def edge_of(made: dict[str, ET.Element], rule: str) -> ET.Element:
    """The arrow of a rule, or the card that names it."""
    return next(group for group in made.values() if rule in texts(group))


def width_of(edge: ET.Element) -> float:
    return float(next(edge.iter(f"{SVG}path")).get("stroke-width", "1"))


def tones(group: ET.Element) -> set[str]:
    return set(group.get("class", "").split()) & {"faded", "next", "taken", "now", "added", "removed", "changed"}


# 1. The spine
@EVERY
def test_the_spine_has_its_ways_and_no_edge_that_the_table_lacks(key: str) -> None:
    workflow = orders.get(key)
    made = parsed(workflow, view="spine")
    drawn = {rule for group in made.values() for rule in texts(group) if rule in workflow.by_id}
    ends = {(workflow.by_id[rule].source.key, workflow.by_id[rule].dest.key) for rule in drawn}
    wanted = {(one.key, two.key) for way in workflow.spine for one, two in itertools.pairwise(way)}
    assert ends == wanted
    assert len(drawn) == len(ends), "one rule a step"
    states = {name.removeprefix("state-") for name in made if name.startswith("state-")}
    assert states == {state.key for way in workflow.spine for state in way}
    assert not any("[" in text for group in made.values() for text in texts(group))


def test_a_workflow_without_a_spine_still_has_a_spine_picture() -> None:
    made = parsed(replace(WORKFLOW, spine=()), view="spine")
    assert [name for name in made if name.startswith("state-")] == [f"state-{WORKFLOW.initial.key}"]


# 2. A case
@CASES
def test_a_case_lights_its_way_numbered_and_nothing_that_cannot_follow(case: RefundCase) -> None:
    made = parsed(case.workflow, case=case)
    for number, step in enumerate(case.steps, start=1):
        group = edge_of(made, step.rule.id)
        assert str(number) in texts(group)
        if not step.rule.internal and group.get("id", "").startswith("edge"):
            assert tones(group) == {"taken"}
            assert width_of(group) == 4
    assert [name for name, group in made.items() if "now" in tones(group)] == [f"state-{case.state.key}"]
    allowed = {v.rule.id for actor in case.workflow.actors for v in case.actions(at=case.now, by=actor) if v.rule}
    allowed |= {case.due.then.id} if case.due and case.due.then else set()
    taken = {step.rule.id for step in case.steps}
    for name, group in made.items():
        rules = set(re.findall(r"rule-(\S+)", group.get("class", "")))
        if name.startswith("edge-") and rules:
            expected = "taken" if rules & taken else "next" if rules & allowed else "faded"
            assert tones(group) == {expected}
    halos = [one for group in made.values() for one in group.iter(f"{SVG}path") if one.get("class") == "halo"]
    assert len(halos) == 3


@CASES
def test_a_case_shows_its_deadline_and_its_breaches(case: RefundCase) -> None:
    from refund_fsm.words import stamp

    said = [text for group in parsed(case.workflow, case=case, lang="en").values() for text in texts(group)]
    breaches = case.breaches()
    assert sorted(text for text in said if text.startswith("limit passed")) == sorted(f"limit passed {stamp(b.at)}" for b in breaches)
    due = case.due
    lit = due is not None and (due.then is not None or due.at > case.now)
    unsure = due is not None and due.provisional
    shown = [text for text in said if text.startswith("due")]
    expected = f"due{' (provisional)' if unsure else ''} {stamp(due.at)}" if due is not None else ""
    assert shown == [expected] * ((2 if due is not None and due.then else 1) if lit else 0)


def test_a_case_of_another_workflow_is_refused() -> None:
    case = next(case for _, case in PLAYED if case and case.workflow.key == "virtual")
    with pytest.raises(BadData, match="a case of 'third_party'"):
        diagram.draw(orders.get("third_party"), case=case)
    with pytest.raises(BadData, match="a RefundCase"):
        diagram.draw(orders.get("third_party"), case="x")  # type: ignore[arg-type]  # what a user may pass


# 3. Counts
@EVERY
def test_counts_give_numbers_shares_and_widths(key: str) -> None:
    workflow = orders.get(key)
    counts = {rule.id: 40 * number for number, rule in enumerate(workflow.rules)}
    cases = cases_in(workflow, counts)
    made = parsed(workflow, counts=counts)
    for rule in workflow.rules:
        shown = texts(edge_of(made, rule.id))
        share = 100 * counts[rule.id] / cases if cases else 0
        said = f"{counts[rule.id]:,}" if not cases else f"{counts[rule.id]:,} · {share:.{0 if share >= 10 or not share else 1}f}%"
        assert said in shown or f"{rule.id} {said}" in shown
    most = max(counts.values())
    for name, group in made.items():
        rules = set(re.findall(r"rule-(\S+)", group.get("class", "")))
        if name.startswith("edge-") and rules:
            weight = min(1.0, sum(counts[rule] for rule in rules) / most)
            assert width_of(group) == pytest.approx(0.8 + 8.2 * math.sqrt(weight), abs=0.01)


def test_the_number_of_cases_is_what_left_the_initial_state_for_good() -> None:
    workflow = orders.get("third_party")
    assert cases_in(workflow, {"S01": 10, "S03": 4, "S05": 7}) == 13
    assert cases_in(workflow, {"S03": 4}) == 0
    shown = texts(edge_of(parsed(workflow, counts={"S01": 10, "S03": 4, "S05": 7}), "S05"))
    assert "7 · 54%" in shown


def test_waits_stand_on_the_cards() -> None:
    made = parsed(orders.get("virtual"), waits={"reviewing": timedelta(days=2, hours=12), "requested": timedelta(minutes=90)}, lang="en")
    assert "Ø 2.5 d" in texts(made["state-reviewing"])
    assert "Ø 1.5 h" in texts(made["state-requested"])


# 4. Differences
def test_a_policy_change_shows_rules_guards_and_limits() -> None:
    workflow = orders.get("third_party")
    policy = Policy(on_merchant_silence="escalate", return_days=10, window_starts="next_day")
    made = parsed(workflow, policy=policy, before=Policy.guide(), lang="en")
    found = {
        name: tones(group) - {"faded"} for name, group in made.items() if tones(group) - {"faded"} and "stem" not in group.get("class", "")
    }
    assert found == {
        "edge-S05": {"changed"},
        "edge-S06": {"changed"},
        "edge-S11": {"removed"},
        "edge-S13": {"removed"},
        "edge-S15": {"added"},
        "edge-S18": {"changed"},
        "state-awaiting_return": {"changed"},
    }
    assert "was ≤ 7 d" in texts(made["state-awaiting_return"])
    assert any("judged otherwise" in text for text in texts(made["edge-S05"]))


@EVERY
def test_no_change_is_said_to_be_none(key: str) -> None:
    workflow = orders.get(key)
    for before in (workflow, Policy.guide()):
        made = diagram.draw(workflow, before=before)
        assert "没有差异" in made.dot
        assert not re.search(r'class="[^"]*(added|removed|changed)', made.dot)


def test_a_changed_workflow_shows_what_is_gone_what_is_new_and_what_differs() -> None:
    before = orders.get("virtual")
    gone = next(rule for rule in before.rules if rule.internal)
    first_rule, *kept = (rule for rule in before.rules if rule.id != gone.id)
    altered = replace(first_rule, when=first_rule.when[1:])
    new = replace(kept[0], id="V99", cites="assumed", event=replace(kept[0].event, name="begin_by_hand"))
    limits = dict(before.limits)
    first = next(iter(limits))
    limits[first] = Limit("own_days", "assumed", length=41)
    now = replace(before, rules=(altered, *kept, new), limits=limits)
    made = parsed(now, before=before, lang="en")
    assert {rule for name, group in made.items() if "added" in tones(group) for rule in texts(group) if rule in now.by_id} >= {"V99"}
    assert gone.id in {rule for group in made.values() for rule in texts(group)}
    assert "removed" in tones(edge_of(made, gone.id)) or "− removed" in texts(edge_of(made, gone.id))
    assert "− [" in " ".join(texts(edge_of(made, altered.id))), texts(edge_of(made, altered.id))
    keys = [state.key for state in (first if isinstance(first, tuple) else (first,))]
    assert all("≤ 41 d" in texts(made[f"state-{key}"]) and "changed" in tones(made[f"state-{key}"]) for key in keys)


def test_rules_that_were_only_renumbered_are_the_same() -> None:
    before = orders.get("virtual")
    now = replace(before, rules=tuple(replace(rule, id=f"N{rule.id}") for rule in before.rules))
    made = diagram.draw(now, before=before)
    assert "没有差异" in made.dot
    shown = parsed(orders.get("third_party"), before=orders.get("self_operated"), lang="en")
    assert "was platform: start the review" in texts(edge_of(shown, "S07"))
    assert "removed" in tones(edge_of(shown, "M03"))
    assert "M07" not in {text for group in shown.values() for text in texts(group)}


# 5. Bad arguments
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"view": "map"}, "view: 'map'; expected 'full' or 'spine'"),
        ({"counts": {"X1": 1}}, "counts: 'X1'.*a rule of virtual: V01, V02"),
        ({"counts": {"V01": -1}}, r"counts\['V01'\]: -1.*whole number from 0"),
        ({"counts": {"V01": True}}, "whole number from 0"),
        ({"counts": [1]}, "counts.*a mapping"),
        ({"waits": {"nowhere": timedelta(1)}}, "waits: 'nowhere'.*a state of virtual: draft"),
        ({"waits": {"draft": 3}}, r"waits\['draft'\]: 3.*a timedelta from 0"),
        ({"before": "guide"}, "before: 'guide'.*a Workflow, or a Policy"),
        ({"counts": {}, "before": Policy.guide()}, "draw: 'counts, before'.*one of case, counts with waits, or before"),
        ({"view": "spine", "before": Policy.guide()}, "view: 'spine'.*'full' with before"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(BadData, match=message):
        diagram.draw(orders.get("virtual"), **arguments)


# 6. The dark, and a user's own workflow
@EVERY
@pytest.mark.parametrize("view", ["full", "spine"])
def test_every_colour_has_its_look_in_the_dark(key: str, view: Any) -> None:
    svg = diagram.draw(orders.get(key), view=view).svg()
    style = re.search(r'<style class="dark">(.*?)</style>', svg)
    assert style is not None
    body = svg.replace(style.group(0), "")
    strong = {colour.lower() for colour in (*palette.LIGHT, palette.INK, palette.MUTED, palette.SLATE)}
    for colour in set(re.findall(r'<text [^>]*fill="(#\w+)"', body)) & strong:
        assert f'text[fill="{colour}"]' in style.group(1)


@pytest.mark.parametrize("lang", ["both", "zh", "en"])
def test_the_users_own_workflow_has_every_view(lang: Any) -> None:
    policy = Policy(return_days=8)
    for arguments in (
        {"view": "spine"},
        {"counts": {WORKFLOW.rules[0].id: 3}},
        {"before": policy},
        {"before": orders.get("self_operated")},
    ):
        assert diagram.draw(WORKFLOW, lang=lang, **arguments).svg().startswith("<svg")
