"""Lines do not run far: no two cross, none runs through a label, and each label is nearest to its own line, whatever the workflow."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from functools import partial
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from refund_fsm import Actor, Event, Limit, Rule, State, Text, Workflow, diagram, orders
from refund_fsm.text import LANGS
from refund_fsm.workflow import ASSUMED
from tests.diagram.lines import crossings, drawn, nearer_to_another, struck
from tests.diagram.svg import SVG, svg_of, texts
from tests.exchange import WORKFLOW
from tests.labelled import LONG, looked_at, own
from tests.workflows import ALL, EVERY_KEY

VIEWS: tuple[diagram.View, ...] = ("full", "phases")
BEFORE = {"third_party": 23006, "self_operated": 8818, "shop_official": 35176, "virtual": 2263, "exchange": 3106}
"""How long all lines of a full picture were together, in points, before there were portals (2026-11-29, dc68acd)."""


def some(seed: int, count: int = 30) -> Workflow:
    """A workflow of random rules between many states, three of them final; none leads nowhere."""
    lots = random.Random(seed)
    people = [Actor(f"actor{number}", f"角色{number}", f"actor {number}") for number in range(4)]
    states = [State(f"s{number}", f"状态{number}", f"state {number}", final=number >= count - 3) for number in range(count)]
    steps = {(number, number + 1) for number in range(count - 3)}
    steps |= {(number, count - 2) for number in range(0, count - 3, 9)} | {(number, count - 1) for number in range(4, count - 3, 7)}
    steps |= {(lots.randrange(count - 3), lots.randrange(count)) for _ in range(count)}
    rules = []
    for place, (start, end) in enumerate(sorted(steps)):
        event = Event(f"go{place}", people[place % 4], f"步骤{place}" * lots.randrange(1, 5), f"step {place} " * lots.randrange(1, 9))
        rules.append(Rule(f"R{place}", states[start], event, states[end], ASSUMED))
    limits = {(states[2], states[3]): Limit("own_days", cites=ASSUMED, length=3)}
    return looked_at("some", Text("随机流程", "random"), tuple(rules), limits)


def several() -> dict[str, Callable[[], diagram.Diagram]]:
    made: dict[str, Callable[[], diagram.Diagram]] = {}
    for workflow, lang in itertools.product(ALL.values(), LANGS):
        counts = {rule.id: 7**place % 1009 for place, rule in enumerate(workflow.rules)}
        arguments: dict[str, dict[str, Any]] = {
            "full": {},
            "phases": {"view": "phases"},
            "counts": {"counts": counts},
            "spine": {"view": "spine"},
        }
        for view, given in arguments.items():
            made[f"{workflow.key} {view} {lang}"] = partial(diagram.draw, workflow, lang=lang, **given)
    for seed in range(4):
        for view in VIEWS:
            made[f"random {seed} {view}"] = partial(diagram.draw, some(seed), view=view)
    for view in VIEWS:
        made[f"long labels {view}"] = partial(diagram.draw, own(LONG), view=view)
    made["shop_official since third_party"] = partial(diagram.draw, orders.get("shop_official"), before=orders.get("third_party"))
    made["exchange since virtual"] = partial(diagram.draw, WORKFLOW, before=orders.get("virtual"))
    return made


@pytest.mark.parametrize("name", several())
def test_lines_keep_out_of_the_way(name: str) -> None:
    edges = drawn(ET.fromstring(several()[name]().svg()))
    assert crossings(edges) == []
    assert struck(edges) == []
    assert nearer_to_another(edges) == []


@pytest.mark.parametrize("key", BEFORE)
def test_all_lines_together_are_at_most_half_as_long_as_without_portals(key: str) -> None:
    root = svg_of(key) if key in orders.keys() else ET.fromstring(diagram.draw(WORKFLOW).svg())
    assert sum(edge.length for edge in drawn(root)) <= BEFORE[key] / 2


@EVERY_KEY
def test_a_pill_names_where_its_line_leads_and_the_card_there_names_from_where(key: str) -> None:
    workflow, root = orders.get(key), svg_of(key)
    nodes = [one for one in root.iter(f"{SVG}g") if one.get("class", "").startswith("node")]
    said = {one.get("id", "").removeprefix("state-"): " ".join(texts(one)) for one in nodes}
    assert any("portal" in one.get("class", "") for one in nodes)
    for one in nodes:
        if "portal" in one.get("class", ""):
            rule = workflow.by_id[next(one.iter(f"{SVG}title")).text.removeprefix("(to ").removesuffix(")")]  # type: ignore[union-attr]  # all nodes have a title with a text
            assert rule.dest.zh in " ".join(texts(one))
            assert rule.id in said[rule.dest.key].split()
            assert rule.source.zh in said[rule.dest.key]


# The yardstick
LINE = "M0,-50C30,-50 60,-50 90,-50"
DOWN = "M47,-90C47,-70 47,-31 47,-11"


def picture(*edges: tuple[str, str, tuple[float, float]]) -> ET.Element:
    groups = (
        f'<g id="edge-{name}" class="edge"><path fill="none" d="{path}"/><text x="{x}" y="{y}" font-size="10">label</text></g>'
        for name, path, (x, y) in edges
    )
    return ET.fromstring(f'<svg xmlns="http://www.w3.org/2000/svg">{"".join(groups)}</svg>')


def test_what_is_in_the_way_is_found() -> None:
    edges = drawn(picture(("a", LINE, (2, -55)), ("b", DOWN, (50, -80))))
    assert crossings(edges) == [("edge-a", "edge-b")]
    assert struck(edges) == []
    assert nearer_to_another(edges) == []
    assert struck(drawn(picture(("a", LINE, (35, -60)), ("b", DOWN, (50, -80))))) == [("edge-a", "edge-b")]
    assert nearer_to_another(drawn(picture(("a", LINE, (48, -70)), ("b", DOWN, (50, -80))))) == [("edge-a", "edge-b")]
