"""What a change of policy or of the table changes in the picture, and nothing else."""

from __future__ import annotations

import re
from dataclasses import replace

from refund_fsm import Limit, Policy, diagram, orders
from refund_fsm.diagram import difference_marks
from tests.diagram.svg import edge_of, parsed, texts, tones
from tests.exchange import WORKFLOW
from tests.workflows import EVERY_KEY


def test_a_policy_change_shows_rules_guards_and_limits() -> None:
    workflow = orders.get("third_party")
    policy = Policy(on_merchant_silence="escalate", return_days=10, window_starts="next_day")
    made = parsed(workflow, policy=policy, before=Policy.guide(), lang="en")
    ends = {"stem", "portal"}  # pieces of lines
    lines = {name: group for name, group in made.items() if not ends & set(group.get("class", "").split())}
    found = {name: tones(group) - {"faded"} for name, group in lines.items() if tones(group) - {"faded"}}
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


@EVERY_KEY
def test_no_change_is_said_to_be_none(key: str) -> None:
    workflow = orders.get(key)
    for before in (workflow, workflow.default_policy()):
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
    marks = difference_marks.marks_of(now, Policy(), before, Policy())
    said = {rule: [note.text.en for note in mark.notes] for rule, mark in marks.rules.items()}
    assert said == {
        acted.id: ["another effect"],
        cited.id: [f"source was {cited.cites}"],
        told.id: [f"was {told.actor.en}: {told.event.en}"],
        needy.id: ["needed a note"],
    }
    assert {key: [note.text.en for note in mark.notes] for key, mark in marks.states.items()} == {
        state.key: ["was ≤ 7 d"] for state in before.law
    }


def test_limits_that_are_no_longer_shared_are_told() -> None:
    before = orders.get("virtual")
    shared = next(key for key in before.limits if isinstance(key, tuple))
    limits = {key: limit for key, limit in before.limits.items() if key is not shared}
    now = replace(before, limits={**dict.fromkeys(shared, before.limits[shared]), **limits})
    marks = difference_marks.marks_of(now, Policy(), before, Policy())
    assert {key: [note.text.en for note in mark.notes] for key, mark in marks.states.items()} == {
        state.key: ["shares its limit with other states"] for state in shared
    }


def test_only_what_acts_in_the_workflow_is_in_the_heading() -> None:
    policy = Policy(return_days=10, evidence_hours=72, on_merchant_silence="escalate", found_at_once_hours=2)
    heading = diagram.draw(orders.get("virtual"), policy=policy, before=Policy(), lang="en").dot
    assert "time to supply evidence: 48 hours → 72 hours" in heading
    assert "found at once: 24 hours → 2 hours" in heading
    assert not re.search("time to send back|silence of the merchant", heading)


def test_each_language_of_what_changed_begins_a_line_of_its_own_where_both_do_not_fit() -> None:
    rules = tuple(replace(one, when=()) for one in WORKFLOW.rules if not one.by_clock)
    shown = parsed(WORKFLOW, before=replace(WORKFLOW, rules=rules, limits=dict(list(WORKFLOW.limits.items())[:1])))
    assert texts(shown["edge-X11"])[-1] == "+ [无货] [the size is out of stock]"
    assert texts(shown["state-inspecting"])[-2:] == ["与其他状态合计时限有变", "shares its limit with other states"]


def test_a_state_that_is_gone_is_drawn_as_gone() -> None:
    shown = parsed(orders.get("third_party"), before=orders.get("self_operated"))
    assert tones(shown["state-awaiting_evidence"]) == {"removed"}
    assert tones(shown["state-negotiating"]) == {"added"}
    assert texts(shown["state-awaiting_evidence"]).count("− 删除 removed") == 1, "told of the state alone, not of each rule on it"
    marks = difference_marks.marks_of(
        orders.get("third_party"), Policy(on_merchant_silence="escalate"), orders.get("third_party"), Policy()
    )
    assert [note.text.en for note in marks.rules["S15"].notes] == ["by policy (silence of the merchant: brings the platform in)"]


def test_rules_that_were_only_renumbered_are_the_same() -> None:
    before = orders.get("virtual")
    now = replace(before, rules=tuple(replace(rule, id=f"N{rule.id}") for rule in before.rules))
    made = diagram.draw(now, before=before)
    assert "没有差异" in made.dot
    shown = parsed(orders.get("third_party"), before=orders.get("self_operated"), lang="en")
    assert "was platform: start the review" in texts(edge_of(shown, "S07"))
    assert "removed" in tones(edge_of(shown, "M03"))
    assert "M07" not in {text for group in shown.values() for text in texts(group)}


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
    length = WORKFLOW.limits_at[clock.source.key][-1].length_in(Policy())
    assert any(text.startswith(f"{length} ") for text in shown)
    assert not any(text.startswith("33 ") for text in shown)


def test_a_policy_moves_every_rule_whose_guards_read_what_it_moves() -> None:
    for policy, rules in ((Policy(found_at_once_hours=1), {"V06"}), (Policy(max_evidence_requests=1), {"V03"})):
        marks = difference_marks.marks_of(orders.get("virtual"), policy, orders.get("virtual"), Policy())
        assert set(marks.rules) == rules


def test_no_two_junctions_stand_on_each_other() -> None:
    """Two tables that have little in common share limits of which several events could meet in one place."""
    dot = diagram.draw(orders.get("third_party"), before=orders.get("shop_official"), lang="en").dot
    places = [place for line in dot.splitlines() if 'shape="diamond"' in line for place in re.findall(r'pos="([^"]+)"', line)]
    assert places and len(places) == len(set(places))
