"""A long chain goes on beside itself: legible at the width of a README, every step once, and marks that say where it goes on."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from refund_fsm import State, Text, Workflow, WorkflowError, diagram
from refund_fsm.diagram import Lang
from refund_fsm.diagram.folding import ROW, cuts, letter
from tests.diagram.lines import README, crossings, drawn, nearer_to_another, shown_at, struck
from tests.diagram.svg import groups, texts
from tests.diagram.test_geometry import chain, is_ready
from tests.exchange import WORKFLOW
from tests.languages import EVERY_LANG

RULE_PT, RULE_PX = 10, 9


@pytest.fixture(scope="module")
def long() -> Workflow:
    return chain(40, Text("步骤", "step"), is_ready)


@EVERY_LANG
@pytest.mark.parametrize("view", ["spine", "phases", "full"])
def test_a_chain_of_40_states_is_legible_at_the_width_of_a_readme(long: Workflow, view: diagram.View, lang: Lang) -> None:
    root = ET.fromstring(diagram.draw(long, view=view, lang=lang).svg())
    assert RULE_PT * shown_at(root, README) >= RULE_PX
    made = groups(root)
    states = list(itertools.pairwise(long.spine[0]))
    assert {f"edge-G{number}" for number in range(len(states))} <= set(made)
    assert {f"state-{state.key}" for state in long.spine[0]} <= set(made)


def test_the_spine_of_a_chain_is_folded_and_its_marks_lead_on(long: Workflow) -> None:
    picture = diagram.draw(long, view="spine")
    root = ET.fromstring(picture.svg())
    wide, high = map(float, root.attrib["viewBox"].split()[2:])
    assert high < 2.5 * wide, "it was nine times as high as wide"
    made = groups(root)
    ends = [name for name in made if re.fullmatch(r"turn-.*-on", name)]
    assert len(ends) == 2
    for number, name in enumerate(ends, 1):
        key = name.removeprefix("turn-").removesuffix("-on")
        before = long.states[f"s{int(key[1:]) - 1}"]
        assert texts(made[name])[:2] == [letter(number), f"→ {long.states[key].zh}"]
        assert texts(made[f"turn-{key}"])[:2] == [letter(number), f"← {before.zh}"]
        assert f'"(on with {key})" -> "{key}"' in picture.dot and f'"{before.key}" -> "(onwards to {key})"' in picture.dot
        assert f'"{before.key}" -> "{key}"' not in picture.dot


@pytest.mark.parametrize("length", [40, 90])
def test_the_lines_of_a_folded_chain_keep_out_of_the_way(length: int) -> None:
    flow = chain(length, Text("步骤", "step"), is_ready)
    edges = drawn(ET.fromstring(diagram.draw(flow, view="spine").svg()))
    assert (crossings(edges), struck(edges), nearer_to_another(edges)) == ([], [], [])


def test_a_phase_that_is_a_chain_is_folded_too(long: Workflow) -> None:
    phases = ((Text("全部", "All"), tuple(long.states[f"s{number}"] for number in range(40))),)
    root = ET.fromstring(diagram.draw(replace(long, phases=phases), view="phases").svg())
    assert sum(name.endswith("-on") for name in groups(root)) > 1
    assert RULE_PT * shown_at(root, README) >= RULE_PX
    edges = drawn(root)
    assert (crossings(edges), struck(edges), nearer_to_another(edges)) == ([], [], [])


def test_where_a_column_is_cut() -> None:
    column = [f"s{number}" for number in range(40)]
    assert cuts(column, (), 1) == cuts(column[:ROW], (), 3) == frozenset()
    assert cuts(column, (), 4) == {"s10", "s20", "s30"}
    assert cuts(column, (), 2) == {"s10", "s20", "s30"}, "two rows of two"
    assert cuts(column, [("s9", "s10", "s11"), ("s29", "s30")], 4) == {"s12", "s20", "s31"}, "what is together stays together"
    assert cuts(column, [column], 4) == frozenset()
    assert [letter(number) for number in (1, 26, 27, 702, 703)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_workflow_of_one_state_is_refused_and_one_of_200_is_drawn() -> None:
    only = State("only", "唯一", "Only", final=True)
    with pytest.raises(WorkflowError, match="no rules"):
        replace(WORKFLOW, rules=(), spine=(), limits={}, initial=only)
    picture = diagram.draw(chain(200, Text("步骤", "step"), is_ready), view="spine", lang="zh")
    root = ET.fromstring(picture.svg())
    assert RULE_PT * shown_at(root, README) >= RULE_PX
    assert sum(name.startswith("state-") for name in groups(root)) == 201
