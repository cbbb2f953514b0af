"""The views of a picture: spine, case, counts, difference. What each marks, and nothing else; bad arguments are named."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from refund_fsm import BadData, Limit, Policy, RefundCase, Workflow, diagram, orders
from refund_fsm.diagram import case_view, difference_view, palette
from refund_fsm.diagram.counts_view import cases_in
from refund_fsm.scenario.file import find, load, shipped
from refund_fsm.scenario.trace import play
from refund_fsm.text.words import stamp
from tests.diagram.test_diagram import SVG, groups, own, texts
from tests.exchange import WORKFLOW

EVERY = pytest.mark.parametrize("key", orders.keys())


def on_the_way(name: str) -> Iterator[tuple[str, RefundCase]]:
    """A scenario's case after every third step, and at its end."""
    scenario = load(find(name))
    whole = play(scenario).case
    for place, step in enumerate(whole.steps if whole else ()):
        case = play(scenario, until=step.at).case
        if case and (place % 3 == 0 or step is whole.steps[-1]):
            yield f"{name}-{place}", case


PLAYED = [found for name in shipped() for found in on_the_way(name)]
CASES = pytest.mark.parametrize("case", [case for _, case in PLAYED], ids=[name for name, _ in PLAYED])


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
def test_a_case_shows_its_deadlines_and_breaches_where_they_belong(case: RefundCase) -> None:
    made = parsed(case.workflow, case=case, lang="en")
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


@CASES
def test_cards_tell_where_a_case_was_is_and_may_come_to(case: RefundCase) -> None:
    made = parsed(case.workflow, case=case)
    been = {state.key for step in case.steps for state in (step.source, step.dest)}
    ahead = {v.rule.dest.key for actor in case.workflow.actors for v in case.actions(at=case.now, by=actor) if v.rule}
    ahead |= {case.due.then.dest.key} if case.due and case.due.then else set()
    for key in case.workflow.states:
        expected = "now" if key == case.state.key else "taken" if key in been else "next" if key in ahead else "faded"
        assert tones(made[f"state-{key}"]) == {expected}, key


def test_every_rule_that_may_fire_next_says_so_even_when_it_was_taken() -> None:
    scenario = load(find("shop_arbitration_for_the_buyer"))
    whole = play(scenario).case
    assert whole is not None
    asked = 0
    for step in whole.steps:
        case = play(scenario, until=step.at).case
        assert case is not None
        allowed = {v.rule.id for actor in case.workflow.actors for v in case.actions(at=case.now, by=actor) if v.rule}
        allowed |= {case.due.then.id} if case.due and case.due.then else set()
        marks = case_view.marks_of(case, case.workflow)
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
    bundles = [set(re.findall(r"rule-(\S+)", group.get("class", ""))) for name, group in made.items() if name.startswith("edge-")]
    most = max(sum(counts[rule] for rule in bundle) for bundle in bundles)
    for name, group in made.items():
        rules = set(re.findall(r"rule-(\S+)", group.get("class", "")))
        if name.startswith("edge-") and rules:
            share = sum(counts[rule] for rule in rules) / most
            assert width_of(group) == pytest.approx(0.8 + 8.2 * math.sqrt(share), abs=0.06)  # Graphviz rounds


def test_a_rule_without_a_count_says_no_number() -> None:
    made = parsed(orders.get("virtual"), counts={"V01": 4, "V02": 0})
    assert "4 · 100%" in texts(edge_of(made, "V01"))
    assert "0 · 0%" in texts(edge_of(made, "V02"))
    assert [text for text in texts(edge_of(made, "V06")) if "%" in text] == []


def test_the_number_of_cases_is_what_left_the_initial_state_for_good() -> None:
    workflow = orders.get("third_party")
    assert cases_in(workflow, {"S01": 10, "S03": 4, "S05": 7}) == 13
    assert cases_in(workflow, {"S03": 4}) == 0
    shown = texts(edge_of(parsed(workflow, counts={"S01": 10, "S03": 4, "S05": 7}), "S05"))
    assert "7 · 54%" in shown


def test_waits_stand_on_the_cards() -> None:
    waits = {"reviewing": timedelta(days=2, hours=12), "requested": timedelta(minutes=90), "refunding": timedelta(days=1)}
    made = parsed(orders.get("virtual"), waits=waits, lang="en")
    assert "Ø 1.0 d" in texts(made["state-refunding"])
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


def test_all_that_a_rule_and_a_state_can_change_is_said() -> None:
    before = orders.get("self_operated")
    acted = next(rule for rule in before.rules if rule.effect and not rule.internal and not rule.by_clock)
    cited = next(rule for rule in before.rules if rule.id != acted.id and rule.cites != "assumed")
    other = next(actor for actor in before.actors.values() if actor.key == "carrier")
    told = next(rule for rule in before.rules if rule.event.name == "start_review")
    needy = next(rule for rule in before.rules if rule.event.needs == ("note",) and rule.id not in (acted.id, cited.id))
    same_event = [rule.id for rule in before.rules if rule.event.name == needy.event.name]
    assert same_event == [needy.id]
    new = {
        acted.id: replace(acted, effect=None),
        cited.id: replace(cited, cites="assumed"),
        told.id: replace(told, event=replace(told.event, actor=other)),
        needy.id: replace(needy, event=replace(needy.event, needs=())),
    }
    law = {state: Limit("own_days", "assumed", length=3) for state in before.law}
    now = replace(before, rules=tuple(new.get(rule.id, rule) for rule in before.rules), law=law)
    marks = difference_view.marks_of(now, Policy(), before, Policy())
    said = {rule: [note.text.en for note in mark.notes] for rule, mark in marks.rules.items()}
    assert said == {
        acted.id: ["another effect"],
        cited.id: [f"source was {cited.cites}"],
        told.id: [f"was {told.actor.en}: {told.event.en}"],
        needy.id: ["needed"],
    }
    assert {key: [note.text.en for note in mark.notes] for key, mark in marks.states.items()} == {
        state.key: ["was ≤ 7 d"] for state in before.law
    }


def test_limits_that_are_no_longer_shared_are_told() -> None:
    before = orders.get("virtual")
    shared = next(key for key in before.limits if isinstance(key, tuple))
    limits = {key: limit for key, limit in before.limits.items() if key is not shared}
    now = replace(before, limits={**dict.fromkeys(shared, before.limits[shared]), **limits})
    marks = difference_view.marks_of(now, Policy(), before, Policy())
    assert {key: [note.text.en for note in mark.notes] for key, mark in marks.states.items()} == {
        state.key: ["shares its limit with other states"] for state in shared
    }


def test_only_what_acts_in_the_workflow_is_in_the_heading() -> None:
    policy = Policy(return_days=10, evidence_hours=72, on_merchant_silence="escalate", found_at_once_hours=2)
    heading = diagram.draw(orders.get("virtual"), policy=policy, before=Policy()).dot
    assert "evidence_hours: 48 → 72" in heading
    assert "found_at_once_hours: 24 → 2" in heading
    assert not re.search("return_days|on_merchant_silence", heading)


def test_a_state_that_is_gone_is_drawn_as_gone() -> None:
    shown = parsed(orders.get("third_party"), before=orders.get("self_operated"))
    assert tones(shown["state-awaiting_evidence"]) == {"removed"}
    assert tones(shown["state-negotiating"]) == {"added"}
    marks = difference_view.marks_of(orders.get("third_party"), Policy(on_merchant_silence="escalate"), orders.get("third_party"), Policy())
    assert [note.value for note in marks.rules["S15"].notes] == ["on_merchant_silence = escalate"]


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
        ({"policy": "statute"}, "policy: 'statute'.*a Policy, or None"),
        ({"note": "x"}, "note: 'x'.*a Text, or None"),
        ({"counts": {"V01": 10**16}}, "a whole number from 0 to 1,000,000,000,000,000"),
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
def test_cards_are_dark_in_the_dark(key: str) -> None:
    svg = diagram.draw(orders.get(key)).svg()
    colours = palette.colours(orders.get(key).actors)
    for colour in {palette.tint(colours[rule.actor.key]).lower() for rule in orders.get(key).rules if not rule.by_clock}:
        if f'<path fill="{colour}"' in svg:
            found = re.search(rf'path\[fill="{colour}"\]{{fill:#(..)(..)(..)}}', svg)
            assert found is not None
            assert max(int(part, 16) for part in found.groups()) < 0x50


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


def test_a_workflow_is_asked_for() -> None:
    with pytest.raises(BadData, match=r"workflow: 'virtual'.*a Workflow"):
        diagram.draw("virtual")  # type: ignore[arg-type]  # what a user may pass


def test_actors_may_be_called_like_what_a_class_means() -> None:
    for name in ("now", "right-now", "faded", "final"):
        svg = diagram.draw(own("", actor=name)).svg()
        assert 'class="halo"' not in svg
        assert not re.search(rf'class="[^"]* (?:now|faded){"" if name == "final" else "[ &quot;]"}"', svg)


def test_labels_that_are_the_same_in_both_languages_stand_once() -> None:
    flow = orders.get("third_party")
    same = {name: replace(event, zh=event.en) for name, event in flow.events.items()}
    made = diagram.draw(replace(flow, rules=tuple(replace(rule, event=same[rule.event.name]) for rule in flow.rules)))
    assert "← cancel the request: 见各卡片" in made.svg()


def test_a_rule_that_is_gone_keeps_its_own_limit() -> None:
    limits = dict(WORKFLOW.limits)
    clock = next(rule for rule in WORKFLOW.rules if rule.by_clock)
    group = next(key for key in limits if clock.source in (key if isinstance(key, tuple) else (key,)))
    now = replace(
        WORKFLOW,
        rules=tuple(rule for rule in WORKFLOW.rules if not (rule.by_clock and rule.source == clock.source)),
        limits={**limits, group: Limit("own_days", "assumed", length=33)},
    )
    shown = texts(edge_of(parsed(now, before=WORKFLOW, lang="en"), clock.id))
    length = limits[group].length_in(Policy())
    assert any(text.startswith(f"{length} ") for text in shown)
    assert not any(text.startswith("33 ") for text in shown)


def test_a_policy_moves_every_rule_whose_guards_read_what_it_moves() -> None:
    for policy, rules in ((Policy(found_at_once_hours=1), {"V06"}), (Policy(max_evidence_requests=1), {"V03"})):
        marks = difference_view.marks_of(orders.get("virtual"), policy, orders.get("virtual"), Policy())
        assert set(marks.rules) == rules


def test_waits_below_an_hour_are_in_minutes() -> None:
    assert "Ø 0.5 min" in texts(parsed(orders.get("virtual"), waits={"reviewing": timedelta(seconds=30)}, lang="en")["state-reviewing"])


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
