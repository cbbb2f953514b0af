"""State diagrams: every state and rule once, arrows where the table has them, both languages, the same bytes everywhere."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree as ET

import pytest

from refund_fsm import CLOCK, Actor, BadData, Event, Limit, MissingPart, Policy, Rule, State, Text, Workflow, diagram, guard, orders
from refund_fsm.diagram import dot, markup, metrics, palette, render
from refund_fsm.diagram.plan import Plan
from refund_fsm.workflow import files
from refund_fsm.workflow.catalogue import ASSUMED
from tests.places import DIAGRAMS

COMMITTED = DIAGRAMS
SVG = "{http://www.w3.org/2000/svg}"
EVERY = pytest.mark.parametrize("key", orders.keys())
Lang = Literal["both", "zh", "en"]


@cache
def svg_of(key: str, lang: Lang = "both") -> ET.Element:
    return ET.fromstring(diagram.draw(orders.get(key), lang=lang).svg())


@cache
def layout_of(key: str) -> dict[str, Any]:
    """What Graphviz itself read out of the DOT."""
    found: dict[str, Any] = json.loads(dot.laid_out(diagram.draw(orders.get(key)).dot, "json"))
    return found


def texts(element: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in element.iter(f"{SVG}text")]


def groups(root: ET.Element) -> dict[str, ET.Element]:
    """The groups of the nodes and edges, by id."""
    return {one.attrib["id"]: one for one in root.iter(f"{SVG}g") if one.get("class", "").startswith(("node", "edge"))}


# 1. All of the table, each part once
@EVERY
def test_each_rule_stands_once_in_svg_and_dot(key: str) -> None:
    workflow = orders.get(key)
    shown = Counter(texts(svg_of(key)))
    assert {rule.id: shown[rule.id] for rule in workflow.rules} == {rule.id: 1 for rule in workflow.rules}
    source = diagram.draw(workflow).dot
    named = Counter(re.findall(r'ID="rule-(\w+)"', source))
    assert named == Counter(rule.id for rule in workflow.rules)
    ids = Counter(one.get("id") for one in svg_of(key).iter(f"{SVG}g"))
    assert all(ids[f"rule-{rule.id}"] == 1 for rule in workflow.rules)


@EVERY
def test_each_state_stands_once(key: str) -> None:
    workflow = orders.get(key)
    ids = Counter(one.get("id") for one in svg_of(key).iter(f"{SVG}g"))
    assert [ids[f"state-{state}"] for state in workflow.states] == [1] * len(workflow.states)
    drawn = [one["name"] for one in layout_of(key)["objects"] if not one["name"].startswith("(")]
    assert sorted(drawn) == sorted(workflow.states)


@EVERY
def test_arrows_and_cards_are_the_rows_of_the_table(key: str) -> None:
    layout = layout_of(key)
    names = {one["_gvid"]: one["name"] for one in layout["objects"]}
    ends = [(names[edge["tail"]], names[edge["head"]], edge) for edge in layout["edges"]]
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


CARDS = [
    # cancel rules that are left, whether they are named on cards
    (6, True),
    (5, True),
    (4, False),
]


@pytest.mark.parametrize(("left", "on_cards"), CARDS)
def test_from_five_states_on_an_ending_is_named_on_cards(left: int, on_cards: bool) -> None:
    virtual = orders.get("virtual")
    cancels = [rule for rule in virtual.rules if rule.event.name == "cancel"]
    plan = Plan(virtual.variant(rules=tuple(rule for rule in virtual.rules if rule not in cancels[left:])), Policy())
    assert plan.on_card(cancels[0]) is on_cards


@EVERY
def test_only_what_would_clutter_is_named_on_cards(key: str) -> None:
    plan = Plan(orders.get(key), Policy())
    rules = plan.workflow.rules
    starts = Counter(rule.event.name for rule in rules)
    ends = {event: {rule.dest for rule in rules if rule.event.name == event} for event in starts}
    sweeping = {event for event in starts if starts[event] >= 5 and len(ends[event]) == 1 and next(iter(ends[event])).final}
    named = {rule.id for card in plan.cards for rule in card.rules}
    assert sweeping
    assert named == {rule.id for rule in rules if rule.source == rule.dest or rule.event.name in sweeping}


@EVERY
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


@EVERY
def test_the_clock_is_dashed_and_nothing_else(key: str) -> None:
    workflow = orders.get(key)
    for edge in layout_of(key)["edges"]:
        rules = [workflow.by_id[rule] for rule in re.findall(r"rule-(\w+)", edge.get("class", ""))]
        if rules:
            assert all(rule.by_clock for rule in rules) == (edge.get("style") == "dashed")
            if "stem" not in edge["class"].split():
                timers = edge["label"].count('STYLE="ROUNDED,DASHED"')
                assert timers == len({(rule.event.name, rule.when) for rule in rules if rule.by_clock})


@EVERY
def test_assumed_rules_are_hollow_and_cited_ones_filled(key: str) -> None:
    workflow = orders.get(key)
    source = diagram.draw(workflow).dot
    colours = palette.colours(workflow.actors)
    for rule in workflow.rules:
        found = re.search(rf'COLOR="(#\w+)" BGCOLOR="(#\w+)" STYLE="ROUNDED" ID="rule-{rule.id}"', source)
        assert found is not None
        colour = colours[rule.actor.key]
        assert found.groups() == (colour, palette.PAPER if ASSUMED in rule.sources else colour)


@EVERY
@pytest.mark.parametrize("lang", ["both", "zh", "en"])
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
        assert not re.search(r"[\u4e00-\u9fff]", shown)
    if lang == "zh":
        assert workflow.initial.en not in shown


@EVERY
def test_guards_stand_in_brackets_on_their_arrows(key: str) -> None:
    workflow = orders.get(key)
    for edge in groups(svg_of(key)).values():
        said = re.sub(r"\s", "", "".join(texts(edge)))
        for rule in (workflow.by_id[one] for one in texts(edge) if one in workflow.by_id):
            for held in rule.when:
                assert re.sub(r"\s", "", f"[{held.text.zh}]") in said
                assert re.sub(r"\s", "", f"[{held.text.en}]") in said


@EVERY
def test_cards_show_who_acts_and_the_policys_limits(key: str) -> None:
    workflow = orders.get(key)
    policy = Policy(return_days=41, evidence_hours=43, complaint_days=47, receipt_days=53, statutory_refund_days=59)
    made = groups(ET.fromstring(diagram.draw(workflow, policy=policy).svg()))
    units = {"hours": "小时 h", "days": "天 d", "working_days": "个工作日 wd"}
    for state in workflow.states.values():
        shown = texts(made[f"state-{state.key}"])
        for limit in [workflow.limit_of.get(state.key), *(one for at, one in workflow.law.items() if at.key == state.key)]:
            if limit is not None:
                assert any(line.endswith(f"≤ {limit.length_in(policy)} {units[limit.unit]}") for line in shown)
        if not state.final:
            actors = {rule.actor.text.both() for rule in workflow.rules if rule.source.key == state.key}
            assert actors & set(shown)


# 2. The same bytes, everywhere
@EVERY
def test_two_runs_give_the_same_bytes(key: str) -> None:
    first, second = (diagram.draw(orders.get(key)) for _ in range(2))
    assert first.dot == second.dot
    render._svg.cache_clear()
    one = first.svg()
    render._svg.cache_clear()
    assert one == second.svg()


def test_hash_seeds_change_nothing_and_no_path_is_needed() -> None:
    code = "import sys; from refund_fsm import diagram, orders; d = diagram.draw(orders.get('third_party')); print(d.dot + d.svg())"
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**{k: v for k, v in os.environ.items() if k != "PATH"}, "PYTHONHASHSEED": seed, "PATH": "", "PYTHONUTF8": "1"},
            capture_output=True,
            check=True,
        )
        for seed in ("1", "2")
    ]
    made = diagram.draw(orders.get("third_party"))
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.decode().replace("\r\n", "\n") == made.dot + made.svg() + "\n"


@EVERY
def test_the_committed_dot_is_what_is_drawn(key: str) -> None:
    assert (COMMITTED / f"{key}.dot").read_bytes() == diagram.draw(orders.get(key)).dot.encode()


def test_the_module_global_of_graphviz_stays_as_it_is() -> None:
    from graphviz.backend import dot_command

    before = dot_command.DOT_BINARY
    dot.laid_out("digraph { a -> b }", "svg")
    assert dot_command.DOT_BINARY is before


def test_importing_the_diagrams_loads_no_graphviz() -> None:
    code = "import sys, refund_fsm.diagram; sys.exit('graphviz' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# 3. A user's own workflow
@dataclass(frozen=True, slots=True)
class NoFacts:
    """One fact, so that a guard has something to read."""

    ready: bool


NASTY = '<b>&"\\N\\n&lt;{|}'
LONG = "An event whose English label is exactly sixty characters long"[:60]


@guard(zh=f"条件{NASTY}", en=f"guard {NASTY}")
def is_ready(facts: Any) -> bool:
    return bool(facts.ready)


def own(label: str = NASTY, *, spine: bool = False, actor: str = "robot") -> Workflow:
    """Three states, an actor and keys of its own, a limit that carries its length, a law clock."""
    robot = Actor(actor, f"机器人{label}", f"robot {label}")
    start = State("a:b", f"开始{label}", f"Start {label}")
    work = State('w"\\', f"办理{label}", f"Work {label}")
    done = State("node", f"完成{label}", f"Done {label}", final=True)
    begin = Event("begin", robot, f"开始办理{label}", f"begin {label}")
    late = Event("late", CLOCK, f"超时{label}", f"late {label}")
    ring = Event("ring", robot, f"提醒{label}", f"ring {label}")
    rules = (
        Rule("R 1", start, begin, work, "mine", when=(is_ready,)),
        Rule("R.1", work, late, done, ASSUMED),
        Rule("R<1", work, ring, work, "mine"),
    )
    return Workflow(
        key="own/../key",
        label=Text(f"自己的流程{label}", f"own workflow {label}"),
        rules=rules,
        initial=start,
        facts=NoFacts,
        facts_of=lambda *_: NoFacts(ready=True),
        example_of=lambda *_: None,
        limits={work: Limit("own_hours", cites=ASSUMED, length=5)},
        law={work: Limit("law_days", cites="mine", length=6)},
        spine=((start, work, done),) if spine else (),
        catalogue={"mine": None},  # type: ignore[dict-item]  # only its keys are read
    )


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


@pytest.mark.parametrize("empty", ["", " ", "\x00"])
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


def two_states(*more: tuple[str, int, int]) -> Plan:
    """Three states, of which the first two share a limit; `stop` ends the case from the second; `more` are (event, source, dest)."""
    states = [State(name, name, name, final=name == "end") for name in ("one", "two", "end")]
    anyone = Actor("anyone", "某人", "anyone")
    rows = (("go", 0, 1), ("stop", 1, 2), *more)
    rules = tuple(
        Rule(f"X{place}", states[start], Event(name, anyone, name, name), states[stop], ASSUMED)
        for place, (name, start, stop) in enumerate(rows)
    )
    flow = Workflow(
        key="two",
        label=Text("二", "two"),
        rules=rules,
        initial=states[0],
        facts=NoFacts,
        facts_of=lambda *_: NoFacts(ready=True),
        example_of=lambda *_: None,
        limits={(states[0], states[1]): Limit("own_days", cites=ASSUMED, length=3)},
    )
    return Plan(flow, Policy())


def test_a_junction_stands_only_where_all_states_under_a_limit_do_alike() -> None:
    assert two_states().junctions == ()
    assert [[rule.id for rule in one.rules] for one in two_states(("stop", 0, 2)).junctions] == [["X1", "X2"]]
    assert [[rule.id for rule in arrow.rules] for arrow in two_states(("stop", 0, 2)).arrows] == [["X0"], ["X1", "X2"]]
    assert two_states(("leave", 0, 2)).junctions == ()
    assert [[rule.id for rule in arrow.rules] for arrow in two_states(("leave", 1, 2)).arrows] == [["X0"], ["X1", "X2"]]


def test_an_own_actor_has_the_same_colour_in_both_runs_and_no_one_elses() -> None:
    found = palette.colours(["zoe", "buyer", "adam", "clock"])
    assert found["buyer"] == palette.NAMED["buyer"]
    assert len(set(found.values())) == 4
    assert palette.colours(["zoe", "buyer", "adam", "clock"]) == found
    assert len(palette.colours(str(number) for number in range(50))) == 50


@pytest.mark.parametrize("colour", [*palette.NAMED.values(), *palette.SPARE, palette.SUCCESS, palette.SLATE, palette.MUTED])
def test_colours_can_be_read_on_white(colour: str) -> None:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    assert 1.05 / (0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05) >= 4.5


# 4. Nothing overflows, nothing covers another
Box = tuple[float, float, float, float]


def text_boxes(group: ET.Element) -> list[Box]:
    found = []
    for one in group.iter(f"{SVG}text"):
        size, x, y = (float(one.attrib[name]) for name in ("font-size", "x", "y"))
        wide = metrics.width("".join(one.itertext()), size, bold=one.get("font-weight") == "bold")
        found.append((x, y - 0.85 * size, x + wide, y + 0.2 * size))
    return found


def outline(group: ET.Element) -> Box:
    numbers = [float(part) for path in group.iter(f"{SVG}path") for part in re.findall(r"-?\d+\.?\d*", path.attrib["d"])]
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


def covers(one: Box, other: Box) -> bool:
    return one[0] < other[2] - 0.5 and other[0] < one[2] - 0.5 and one[1] < other[3] - 0.5 and other[1] < one[3] - 0.5


def check_room(root: ET.Element) -> None:
    everything = groups(root)
    cards = {name: outline(group) for name, group in everything.items() if name.startswith("state-")}
    for name, card in cards.items():
        for box in text_boxes(everything[name]):
            assert card[0] + 2 < box[0] and box[2] < card[2] - 2 and card[1] < box[1] and box[3] < card[3], name
    labels = [(name, box) for name, group in everything.items() if name not in cards for box in text_boxes(group)]
    for place, (name, box) in enumerate(labels):
        assert not [other for other, card in cards.items() if covers(box, card)], name
        assert not [other for other, taken in labels[:place] if covers(box, taken)], name


@EVERY
@pytest.mark.parametrize("lang", ["both", "zh", "en"])
def test_no_text_leaves_its_card_or_lies_on_another(key: str, lang: Lang) -> None:
    check_room(svg_of(key, lang))


@pytest.mark.parametrize("label", ["中" * 60, LONG, "W" * 60, "m" * 200, " ", "e\u0301 \x00\x07 tab\tnew\nline"])
def test_long_and_odd_labels_fit(label: str) -> None:
    made = ET.fromstring(diagram.draw(own(label)).svg())
    check_room(made)
    assert max(box[2] - box[0] for group in groups(made).values() for box in text_boxes(group)) < 260
    printable = re.sub(r"\s", "", metrics.plain(label))
    assert f"begin{printable}" in re.sub(r"\s", "", "".join(texts(made)))


# 5. Measures
@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("中文", 20), ("，", 10), ("i", 2.75), ("W", 9.44 / metrics.SLACK)],
)
def test_widths_of_texts_of_ten_points(text: str, width: float) -> None:
    assert metrics.width(text, 10) == pytest.approx(width * metrics.SLACK)


def test_graphviz_takes_no_text_for_wider_than_its_cell() -> None:
    """It would shift the text out of its place."""
    every = [chr(code) for code in range(33, 127)] + list("中≤→·“…§◆éß–Ж한ไ👍") + ["e\u0301"]
    lines = [markup.Line((markup.Run(char * 40, 10, bold=bold),)) for char in every for bold in (False, True)]
    source = f"digraph {{ node [shape=plain fontname={json.dumps(dot.FONT)}] a [label={markup.block(lines)}] }}"
    shown = list(ET.fromstring(render.cleaned(dot.laid_out(source, "svg").decode())).iter(f"{SVG}text"))
    assert ["".join(one.itertext())[0] for one in shown[::2]] == [text[0] for text in every]
    assert len({one.attrib["x"] for one in shown}) == 1


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("", 50, [""]),
        ("one two three", 45, ["one two", "three"]),
        ("中文字符", 21, ["中文", "字符"]),
        ("中文，字符", 21, ["中", "文，", "字符"]),
        ("（中文）字", 31, ["（中", "文）字"]),
        ("aaaaaaaaaa", 30, ["aaaaa", "aaaaa"]),
        ("a\n\t b", 50, ["a b"]),
    ],
)
def test_texts_are_broken_where_a_reader_expects_it(text: str, most: float, lines: list[str]) -> None:
    assert [*metrics.wrap(text, 10, most)] == lines


@pytest.mark.parametrize("texts_", [("a b", "a.20.b"), ("S08", "S08"), ("中", ".4e2d."), ("a.b", "a.2e.b")])
def test_ids_of_the_page_are_one_to_one(texts_: tuple[str, str]) -> None:
    assert markup.slug(texts_[0]) == texts_[1]


# 6. Files and errors
@pytest.mark.parametrize("suffix", [".dot", ".svg", ".SVG"])
def test_save_writes_the_form_that_the_suffix_names(suffix: str, tmp_path: Path) -> None:
    made = diagram.draw(orders.get("virtual"))
    path = made.save(tmp_path / f"a{suffix}")
    assert path.read_bytes() == (made.dot if suffix == ".dot" else made.svg()).encode()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_svg_is_one_element_without_prolog() -> None:
    svg = diagram.draw(orders.get("virtual")).svg()
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>\n")
    assert not re.search(r"<\?|<!", svg)
    assert diagram.draw(orders.get("virtual"))._repr_mimebundle_()["image/svg+xml"] == svg


def test_png_has_the_size_of_the_svg(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    data = diagram.draw(orders.get("virtual")).save(tmp_path / "a.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") > 1000


def test_png_without_its_extra_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingPart, match=r'pip install "refund-fsm\[png\]"'):
        diagram.draw(orders.get("virtual")).save(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.svg.gz"])
def test_an_unknown_suffix_lists_the_choices(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"\.dot or \.svg or \.png"):
        diagram.draw(orders.get("virtual")).save(tmp_path / name)


@pytest.mark.parametrize("lang", ["fr", "", None, 3])
def test_an_unknown_language_lists_the_choices(lang: Any) -> None:
    with pytest.raises(BadData, match="'both' or 'zh' or 'en'"):
        diagram.draw(orders.get("virtual"), lang=lang)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    made = diagram.draw(orders.get("virtual"))
    with pytest.raises(BadData, match=r"none.*a place that can be written"):
        made.save(tmp_path / "none" / "a.dot")
    with pytest.raises(BadData, match="a folder that can be written"):
        files.folder(tmp_path / "file")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.dot"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(BadData, match="No space left"):
        diagram.draw(orders.get("virtual")).save(path)
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.dot"]


def test_a_missing_engine_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    for engine in (None, "pure", "system"):
        with pytest.raises(MissingPart, match="pip install graphviz-pure"):
            dot.program(engine)
    with pytest.raises(MissingPart):
        diagram.draw(own("engine")).svg()
    assert not diagram.pinned()


def test_a_systems_dot_is_the_choice_and_the_fall_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name, **_: f"/usr/bin/{name}" if name == "dot" else None)
    assert dot.program("system") == dot.program() == "/usr/bin/dot"
    with pytest.raises(MissingPart):
        dot.program("pure")
    with pytest.raises(BadData, match="'pure' or 'system'"):
        dot.program("neato")  # type: ignore[arg-type]  # what a user may pass
