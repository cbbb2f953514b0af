"""The Mermaid text: every rule once, and what Mermaid itself reads and draws of it is the table."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import pytest

from refund_fsm import CLOCK, Actor, BadData, Event, Limit, Policy, Rule, State, Text, Workflow, diagram, guard
from refund_fsm.diagram import Lang, mermaid, palette
from refund_fsm.diagram.metrics import plain
from refund_fsm.diagram.plan import Plan
from refund_fsm.text import LANGS
from tests.browser import node_module, page_of
from tests.exchange import WORKFLOW as EXCHANGE
from tests.labelled import NoFacts, looked_at
from tests.languages import EVERY_LANG
from tests.workflows import ALL, EVERY_KEY, EVERY_KEY_AND_OWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.browser import Watched

Drawn = Callable[[str, Lang], dict[str, Any]]
NASTY = (
    '<b>&"\\N\\n&lt;{|}',
    "end; %% x --> y",
    "%%{init: {'theme': 'dark'}}%%",
    '"]:::over',
    "`_a_ **b** #35; #quot; ﬂ°°35¶ß",
    "1. one\n2. two",
    "- fa:fa-car http://a.b/c?d=e&f",
    "<script>alert(1)</script>$$x^2$$",
    "W" * 60,
    "中" * 60,
)


def nasty(label: str) -> Workflow:
    """A workflow whose labels, keys and rule ids a careless writer would break: with a rule that stays, two that share an edge, a clock."""

    @guard(zh=f"条件{label}", en=f"guard {label}")
    def is_ready(facts: NoFacts) -> bool:
        return facts.ready

    @guard(zh=f"不{label}", en=f"not {label}")
    def is_not(facts: NoFacts) -> bool:
        return not facts.ready

    robot = Actor("end", f"机器人{label}", f"robot {label}")
    start, work = State("end", f"开始{label}", f"Start {label}"), State('w"\\ %%', f"办理{label}", f"Work {label}")
    done = State("class", f"完成{label}", f"Done {label}", final=True)
    begin, ring = Event("begin", robot, f"开办{label}", f"begin {label}"), Event("ring", robot, f"提醒{label}", f"ring {label}")
    rules = (
        Rule("R 1", start, begin, work, "assumed", when=(is_ready,)),
        Rule("R;1", start, begin, done, "assumed", when=(is_not,)),
        Rule("R.1", work, Event("late", CLOCK, f"超时{label}", f"late {label}"), done, "assumed"),
        Rule("R<1", work, ring, work, "assumed"),
        Rule("1.", work, Event("stop", robot, f"停{label}", f"stop {label}"), done, "assumed", when=(is_ready,)),
        Rule("end", work, Event("quit", robot, f"弃{label}", f"quit {label}"), done, "assumed"),
    )
    limits = {work: Limit("own_hours", cites="assumed", length=5)}
    law = {work: Limit("law_days", cites="assumed", length=6)}
    return looked_at("nasty", Text(f"流程{label}", f"workflow {label}"), rules, limits, law=law, spine=((start, work, done),))


WORKFLOWS: Mapping[str, Workflow] = {
    **ALL,
    **{f"nasty {place}": nasty(label) for place, label in enumerate(NASTY)},
}
EVERY = pytest.mark.parametrize("key", WORKFLOWS)
EACH = pytest.mark.parametrize(
    ("key", "lang"), [(key, lang) for key in WORKFLOWS for lang in LANGS if lang == "both" or "nasty" not in key]
)


# 1. The text
@EVERY_KEY_AND_OWN
@EVERY_LANG
def test_each_rule_stands_once(key: str, lang: Lang) -> None:
    named = Counter(re.findall(r"<b>(\w+)</b>", mermaid.source(WORKFLOWS[key], lang=lang)))
    assert named == Counter(rule.id for rule in WORKFLOWS[key].rules)


@EVERY
def test_the_text_is_the_same_each_time_and_fits_mermaids_limit(key: str) -> None:
    text = mermaid.source(WORKFLOWS[key])
    assert text == mermaid.source(WORKFLOWS[key], policy=WORKFLOWS[key].default_policy())
    assert len(text) < 50_000, "Mermaid's maxTextSize"


@EVERY_KEY_AND_OWN
def test_the_languages_are_kept_apart(key: str) -> None:
    assert not re.search(r"[\u3400-\u9fff]", mermaid.source(WORKFLOWS[key], lang="en"))
    workflow = WORKFLOWS[key]
    chinese = mermaid.source(workflow, lang="zh")
    assert not any(f">{state.en}<" in chinese for state in workflow.states.values())


@EVERY_KEY
def test_limits_are_those_of_the_policy(key: str) -> None:
    workflow = WORKFLOWS[key]
    policy = Policy(return_days=61, arbitration_request_days=62, complaint_days=63)
    before, after = mermaid.source(workflow), mermaid.source(workflow, policy=policy)
    limits = [limit for limit in workflow.limit_rows if limit.length_in(policy) in (61, 62, 63)]
    assert limits, "no limit of the table is one of the three"
    for limit in limits:
        assert f"≤ {limit.length_in(policy)} 天 d" in after and f"≤ {limit.length_in(policy)} 天 d" not in before


@pytest.mark.parametrize("lang", ["fr", "", None, 3])
def test_an_unknown_language_lists_the_choices(lang: Any) -> None:
    with pytest.raises(BadData, match="'both' or 'zh' or 'en'"):
        mermaid.source(EXCHANGE, lang=lang)


VIEWS: list[tuple[str, dict[str, Any]]] = [
    *((key, {"view": view}) for key in ALL for view in ("spine", "phases")),
    *((key, {"view": "near", "state": workflow.initial.key}) for key, workflow in ALL.items()),
    ("third_party", {"view": "near", "state": "escalated"}),
    ("third_party", {"view": "phases", "phase": 2}),
    *((f"nasty {place}", {"view": "phases"}) for place in range(len(NASTY))),
    ("nasty 0", {"view": "near", "state": 'w"\\ %%'}),
]
EACH_VIEW = pytest.mark.parametrize(("key", "arguments"), VIEWS, ids=[f"{key} {' '.join(map(str, more.values()))}" for key, more in VIEWS])


def shown(key: str, arguments: dict[str, Any]) -> tuple[Workflow, Plan, str]:
    """A workflow, a hostile one with a phase of a hostile name, what a view of it shows, and its Mermaid text."""
    workflow = WORKFLOWS[key]
    if key not in ALL:
        workflow = workflow.variant(phases=((workflow.label, tuple(workflow.states.values())[:2]),))
    picture = diagram.draw(workflow, **arguments)
    assert picture.plan is not None
    return workflow, picture.plan, picture.mermaid()


def test_the_full_view_is_the_whole_text() -> None:
    picture = diagram.draw(EXCHANGE, counts={EXCHANGE.rules[0].id: 3}, lang="en")
    assert picture.mermaid() == mermaid.source(EXCHANGE, lang="en") == diagram.draw(EXCHANGE, before=Policy.statute(), lang="en").mermaid()


# 2. What Mermaid reads and draws
DRAW = """async (text) => {
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  const {diagramType} = await mermaid.parse(text);
  const {svg} = await mermaid.render('drawn', text);
  document.body.innerHTML = svg;
  const ids = (where) => [...where.querySelectorAll('b')].map((one) => one.textContent);
  const edges = diagram.db.getEdges().map((edge) => {
    const path = document.querySelectorAll(`path[data-id="${edge.id}"]`), label = document.querySelector(`g.label[data-id="${edge.id}"]`);
    const {strokeDasharray: dashes, stroke: colour, strokeWidth: width} = getComputedStyle(path[0]);
    return {start: edge.start, end: edge.end, paths: path.length, ids: label ? ids(label) : [],
      said: label ? label.textContent : '', dashes, colour, width};
  });
  const nodes = [...document.querySelectorAll('g.node')].map((node) => ({
    id: node.id.replace(/^.*?flowchart-(.*)-\\d+$/, '$1'), ids: ids(node), said: node.textContent, classes: [...node.classList]}));
  const parts = [...document.querySelectorAll('g.cluster')].map((part) => part.textContent);
  const marks = [...document.querySelectorAll('svg script, svg a, svg i, svg em, svg li, svg code, svg math, svg img')].length;
  const title = document.querySelector('.flowchartTitleText').textContent;
  return {type: diagramType, edges, nodes, parts, marks, title, drawn: document.querySelectorAll('path.flowchart-link').length};
}"""


@pytest.fixture(scope="module")
def watched(browser: Browser) -> Iterator[Watched]:
    """A page with Mermaid in it, as strict as GitHub's."""
    script = node_module("mermaid") / "dist" / "mermaid.min.js"
    with page_of(browser, viewport={"width": 1600, "height": 1200}) as watched:
        watched.page.set_content("<!DOCTYPE html><body></body>")
        watched.page.add_script_tag(path=script)
        watched.page.evaluate("mermaid.initialize({startOnLoad: false, securityLevel: 'strict'})")
        yield watched


def squeezed(text: str) -> str:
    """Without white space, which lines are broken at, and what keeps marks apart."""
    return "".join(plain(text).replace("\u2060", "").split())


def each(text: Text, lang: Lang) -> list[str]:
    return [text.zh, text.en] if lang == "both" else [text.get(lang)]


@pytest.fixture(scope="module")
def drawn(watched: Watched) -> Drawn:
    """What Mermaid reads and draws of a workflow, once for all tests."""

    @cache
    def draw(key: str, lang: Lang) -> dict[str, Any]:
        found: dict[str, Any] = watched.page.evaluate(DRAW, mermaid.source(WORKFLOWS[key], lang=lang))
        assert not watched.complaints
        assert found["type"] == "flowchart-v2"
        return found

    return draw


@EACH
def test_what_mermaid_draws_is_the_table(key: str, lang: Lang, drawn: Drawn) -> None:
    workflow = WORKFLOWS[key]
    found = drawn(key, lang)
    states = dict(zip((node["id"] for node in found["nodes"] if node["id"] != "start"), workflow.states, strict=True))
    first, *edges = found["edges"]
    assert (first["start"], states[first["end"]]) == ("start", workflow.initial.key)
    ways = [(rule, states[edge["start"]], states[edge["end"]]) for edge in edges for rule in edge["ids"]]
    stays = [(rule, states[node["id"]], states[node["id"]]) for node in found["nodes"] for rule in node["ids"]]
    assert Counter(ways + stays) == Counter((plain(rule.id), rule.source.key, rule.dest.key) for rule in workflow.rules)
    assert all(edge["ids"] for edge in edges) and found["drawn"] == len(found["edges"])
    assert all(edge["paths"] == 1 for edge in found["edges"])


@EACH
def test_labels_survive_literally(key: str, lang: Lang, drawn: Drawn) -> None:
    workflow = WORKFLOWS[key]
    found = drawn(key, lang)
    assert found["marks"] == 0
    title = squeezed(found["title"])
    label = squeezed("·".join(each(workflow.label, lang))).translate(str.maketrans("<>&", "＜＞＆"))
    assert title == label or (key == "shop_official" and title.startswith(f"{label}·▣")), "and what the sign of the platform means"
    nodes = [node for node in found["nodes"] if node["id"] != "start"]
    for node, state in zip(nodes, workflow.states.values(), strict=True):
        rules = [rule for rule in workflow.rules if rule.internal and rule.source.key == state.key]
        for text in (state.text, *(rule.event.text for rule in rules)):
            assert all(squeezed(said) in squeezed(node["said"]) for said in each(text, lang))
    said_of = {rule: squeezed(edge["said"]) for edge in found["edges"] for rule in edge["ids"]}
    for rule in (rule for rule in workflow.rules if not rule.internal):
        texts = (rule.event.text, *(guard.text for guard in rule.when))
        assert all(squeezed(said) in said_of[plain(rule.id)] for text in texts for said in each(text, lang))
        assert rule.by_clock or squeezed(each(rule.actor.text, lang)[0]) in said_of[plain(rule.id)]


@EVERY
def test_the_look_tells_clock_happy_path_actors_and_ends(key: str, drawn: Drawn) -> None:
    workflow = WORKFLOWS[key]
    plan = Plan(workflow, Policy.guide())
    found = drawn(key, "both")
    by_id = {plain(rule.id): rule for rule in workflow.rules}
    colours: dict[str, set[str]] = {}
    for edge in found["edges"][1:]:
        rules = [by_id[rule] for rule in edge["ids"]]
        happy = any(plan.spine.get(rule.id) == 0 for rule in rules)
        assert (edge["width"] == "4px") == happy
        assert ("," in edge["dashes"]) == (rules[0].by_clock and not happy)
        assert len({rule.actor.key for rule in rules}) == 1
        colours.setdefault("happy" if happy else rules[0].actor.key, set()).add(edge["colour"])
    assert all(len(shades) == 1 for shades in colours.values())
    assert len({next(iter(shades)) for shades in colours.values()}) == len(colours)
    look = {node["id"]: node["classes"] for node in found["nodes"]}
    for node, card in zip((one for one in look if one != "start"), plan.cards, strict=True):
        assert (card.success, card.good) == ("paid" in look[node], "good" in look[node])
        assert (card.state.final and not (card.success or card.good)) == ("over" in look[node])
        if card.actor and not card.state.final:
            assert f"by_{card.actor.key}" in look[node]
    for colour in palette.colours(workflow.actors).values():
        assert colour in mermaid.source(workflow)


@EACH_VIEW
def test_a_view_is_drawn_with_its_rules_and_their_states_and_no_more(key: str, arguments: dict[str, Any], watched: Watched) -> None:
    workflow, plan, text = shown(key, arguments)
    found = watched.page.evaluate(DRAW, text)
    assert not watched.complaints
    names = mermaid._names("s", workflow.states)
    states = {name: key for key, name in names.items()}
    edges = [edge for edge in found["edges"] if edge["start"] != "start"]
    ways = [(rule, states[edge["start"]], states[edge["end"]]) for edge in edges for rule in edge["ids"]]
    stays = [(rule, states[node["id"]], states[node["id"]]) for node in found["nodes"] for rule in node["ids"]]
    assert Counter(ways + stays) == Counter((plain(rule.id), rule.source.key, rule.dest.key) for rule in plan.rules)
    ends = {state.key for rule in plan.rules for state in (rule.source, rule.dest)}
    assert {states[node["id"]] for node in found["nodes"] if node["id"] != "start"} == ends | set(plan.states)
    assert any(edge["start"] == "start" for edge in found["edges"]) == (workflow.initial.key in plan.states)
    parts = (plan.part,) if plan.part else plan.parts if plan.view == "phases" else ()
    named = {squeezed(f"{part.number}·{''.join(each(part.name, 'both'))}") for part in parts}
    assert {squeezed(part) for part in found["parts"]} == named
    assert found["marks"] == 0 and found["drawn"] == len(found["edges"])
    for edge in edges:
        assert (edge["width"] == "4px") == any(plan.spine.get(rule.id) == 0 for rule in plan.rules if plain(rule.id) in edge["ids"])
