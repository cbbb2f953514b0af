"""A user's own workflow is drawn as any other, whatever its labels and names."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from refund_fsm import Limit, Policy, Text, diagram, orders
from refund_fsm.diagram import palette
from refund_fsm.workflow import ASSUMED
from tests.diagram.svg import SVG, groups, texts
from tests.exchange import WORKFLOW
from tests.labelled import NASTY, own
from tests.languages import EVERY_LANG


@pytest.mark.parametrize("spine", [True, False])
def test_markup_in_labels_is_shown_and_not_interpreted(spine: bool) -> None:
    made = diagram.draw(own(spine=spine))
    root = ET.fromstring(made.svg())
    shown = re.sub(r"\s", "", "".join(texts(root)))
    for text in (
        f"开始{NASTY}",
        f"Work {NASTY}",
        f"完成{NASTY}",
        f"begin {NASTY}",
        f"机器人{NASTY}",
        f"[条件{NASTY}]",
        f"own workflow {NASTY}",
    ):
        assert re.sub(r"\s", "", text) in shown
    for rule in ("R 1", "R.1", "R<1"):
        assert texts(root).count(rule) == 1
    assert {"state-a.3a.b", "state-w.22..5c.", "state-node", "edge-R.20.1", "edge-R.2e.1"} <= set(groups(root))
    assert not list(root.iter(f"{SVG}b"))
    titles = [one.get("{http://www.w3.org/1999/xlink}title", "") for one in root.iter(f"{SVG}a")]
    assert any(f"Start {NASTY}" in title for title in titles)


@pytest.mark.parametrize("empty", ["", " "])
def test_empty_labels_are_drawn_as_nothing(empty: str) -> None:
    flow = replace(own(""), label=Text(empty, empty))
    start, work = (replace(state, zh=empty, en=empty) for state in (flow.rules[0].source, flow.rules[0].dest))
    event = replace(flow.rules[0].event, zh=empty, en=empty, actor=replace(flow.rules[0].actor, zh=empty, en=empty))
    rules = (replace(flow.rules[0], source=start, dest=work, event=event), *(replace(rule, source=work) for rule in flow.rules[1:2]))
    bare = replace(flow, rules=rules, initial=start, limits={work: Limit("own_hours", cites=ASSUMED, length=5)}, law={}, spine=())
    assert diagram.draw(bare).svg().count('class="node state') == 3


def test_a_workflow_without_a_spine_has_no_happy_path() -> None:
    assert palette.SUCCESS not in diagram.draw(own(spine=False)).dot
    assert palette.SUCCESS in diagram.draw(own(spine=True)).dot


def test_a_law_clock_and_an_own_limit_are_on_the_card() -> None:
    shown = texts(groups(ET.fromstring(diagram.draw(own("")).svg()))["state-w.22..5c."])
    assert "≤ 5 小时 h" in shown
    assert any(line.endswith("≤ 6 天 d") and "法定" in line for line in shown)


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


@EVERY_LANG
def test_the_users_own_workflow_has_every_view(lang: Any) -> None:
    policy = Policy(return_days=8)
    for arguments in (
        {"view": "spine"},
        {"counts": {WORKFLOW.rules[0].id: 3}},
        {"before": policy},
        {"before": orders.get("self_operated")},
    ):
        assert diagram.draw(WORKFLOW, lang=lang, **arguments).svg().startswith("<svg")
