"""What is painted over what: struck labels after the lines that strike them, nothing lost; and the current state's halo."""

from __future__ import annotations

import re

import pytest

from refund_fsm import diagram, orders
from refund_fsm.diagram import dot, layers, render
from refund_fsm.scenario import find, load, play
from tests.workflows import EVERY_KEY

HEAD = '<svg>\n<g id="graph0" class="graph">'


def edge(name: str, line: str, *texts: tuple[float, float, str]) -> str:
    """An edge as Graphviz writes it."""
    said = "\n".join(
        f'<text xml:space="preserve" text-anchor="start" x="{x}" y="{y}" font-size="10.00" fill="#111827">{text}</text>'
        for x, y, text in texts
    )
    return f'<g id="edge-{name}" class="edge buyer">\n<g><a>\n<path fill="none" stroke="#1d4ed8" d="{line}"/>\n{said}\n</a>\n</g>\n</g>'


def svg(*edges: str) -> str:
    return "\n".join((HEAD, *edges, "</g>", "</svg>", ""))


ACROSS = "M0,-50C30,-50 60,-50 90,-50"
FAR = "M0,-500C30,-500 60,-500 90,-500"


def order(found: str) -> list[str]:
    return re.findall(r'id="edge-(\w+)"', found)


def test_a_struck_label_is_painted_after_the_line_and_gets_an_edge() -> None:
    made = svg(edge("a", FAR, (20, -47, "struck"), (20, -30, "free")), edge("b", ACROSS))
    found = layers.relaid(made)
    assert order(found) == ["b", "a"]
    assert re.findall(r'<text class="over" [^>]*>([^<]*)<', found) == ["struck"]
    assert sorted(found.replace('class="over" ', "").split("\n")) == sorted(made.split("\n"))


def test_what_is_already_under_stays_there() -> None:
    made = svg(edge("b", ACROSS), edge("c", FAR), edge("a", FAR, (20, -47, "struck")))
    assert order(layers.relaid(made)) == ["b", "c", "a"]


@pytest.mark.parametrize("x", [-80.0, 100.0])
def test_a_line_that_passes_by_changes_nothing(x: float) -> None:
    made = svg(edge("a", FAR, (x, -47, "struck")), edge("b", ACROSS))
    assert layers.relaid(made) == made


def test_its_own_line_does_not_strike_a_label() -> None:
    made = svg(edge("a", ACROSS, (20, -47, "own")), edge("b", FAR))
    assert layers.relaid(made) == made


def test_two_that_strike_each_other_are_both_painted_once() -> None:
    made = svg(edge("a", ACROSS, (20, -97, "one")), edge("b", "M0,-100C30,-100 60,-100 90,-100", (20, -47, "two")))
    found = layers.relaid(made)
    assert sorted(order(found)) == ["a", "b"]
    assert found.count('class="over"') == 2


@EVERY_KEY
def test_nothing_of_a_picture_is_lost(key: str) -> None:
    raw = dot.laid_out(diagram.draw(orders.get(key)).dot, "svg").decode()
    found = layers.relaid(raw)
    assert sorted(found.replace('class="over" ', "").split("\n")) == sorted(raw.split("\n"))
    assert layers.relaid(found).count("<text") == raw.count("<text")


def test_the_current_state_has_a_halo_of_its_own_shape_behind_it() -> None:
    case = play(load(find("virtual_wrong_purchase"))).case
    made = diagram.draw(case.workflow, case=case).svg()
    group = re.search(r'<g id="state-refunded".*?</g>', made, re.DOTALL)
    assert group is not None
    shapes = re.findall(r'<path (class="halo" )?[^>]*? d="([^"]*)"', group.group(0))
    halos = [shape for halo, shape in shapes if halo]
    assert len(halos) == len(render.HALOS)
    assert {*halos} == {next(shape for halo, shape in shapes if not halo)}
    assert made.count('class="halo"') == len(render.HALOS)
