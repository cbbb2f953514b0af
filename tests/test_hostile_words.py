"""Words of a table that mean something elsewhere: refused when nothing may show them, else a literal in every file that is made of them.

A table is built of quotes, backslashes, braces, line breaks, ends of comments and of elements, percent signs, keywords. Every generated
test file is run, every export is parsed with the words found again in it, and every picture is loaded.
"""

from __future__ import annotations

import ast
import csv
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import make_dataclass, replace
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Literal
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from refund_fsm import (
    CATALOGUE,
    CLOCK,
    Acceptance,
    Actor,
    CatalogueRule,
    Effect,
    Event,
    Freight,
    Guard,
    Limit,
    Order,
    OrderLine,
    Policy,
    RefundCase,
    RefundRequest,
    Rule,
    State,
    Text,
    Workflow,
    WorkflowError,
    diagram,
    lookup,
    paths,
)
from refund_fsm.eventlog import CaseColumns, EventLog, Rows
from refund_fsm.export import render
from refund_fsm.simulate import Behaviour
from refund_fsm.testing import CaseImplementation, verify_implementation
from refund_fsm.text.cells import unshielded
from tests.samples import at
from tests.small import DONE, LIMITS, OPEN, R1, R2, R3, R4, WAITING, build, is_small, nothing

PIECES = (
    *('"', "'", '"""', "'''", "\\", "\\n", '\\"', "{", "}", "{0}", "%s", "%", "${x}", "`", "#{", "*/", "/*", "//", "--", "-->", "<!--"),
    *("</script>", "<script>", "]]>", "<b>", "&amp;", "&", ";", "|", "$$", "@", "#", "\\N", "\\G", "=>", "==", "+", "~", "?", ":", "."),
    *("end", "init", "if", "do", "class", "def", "None", "module", "endmodule", "constructor", "__proto__", "node", "graph", "subgraph"),
    *("*", "=", "a", "字", "é", "🙂", "1", "-1", " ", "你好，", "²", "ﬁ"),
)
WORDS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join).filter(str.strip)
PROSE = st.lists(st.sampled_from((*PIECES, "\n", "\t")), min_size=1, max_size=5).map("".join)


@st.composite
def words(draw: Callable[[Any], Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that all differ, and prose."""
    return (
        tuple(draw(st.lists(WORDS, min_size=14, max_size=14, unique=True))),
        tuple(draw(st.lists(PROSE, min_size=14, max_size=14))),
    )


def table(names: Sequence[str], prose: Sequence[str]) -> Workflow:
    """A sound table of these words: four states, two of them final, a guard on a fact whose values are words, an effect, a limit."""
    said = [Text(one, other) for one, other in zip(prose, (*prose[1:], prose[0]), strict=True)]
    key, a, b, c, d, ask, pay, late, actor, one, other, first, second, third = names
    facts: Any = make_dataclass("Facts", [("size", Literal.__getitem__((one, other))), ("turned", bool, False)], frozen=True)
    who = Actor(actor, said[0].zh, said[0].en) if actor != CLOCK.key else Actor("who", said[0].zh, said[0].en)
    start, middle = State(a, said[1].zh, said[1].en), State(b, said[2].zh, said[2].en, note=(who, "W", said[3]))
    paid, over = State(c, said[4].zh, said[4].en, final=True), State(d, said[5].zh, said[5].en, final=True)
    file = Event(ask, who, said[6].zh, said[6].en, needs=("note",), how=said[7], files=True)
    settle, expire = Event(pay, who, said[8].zh, said[8].en, pays=True), Event(late, CLOCK, said[9].zh, said[9].en)
    guard = Guard("is_one", lambda facts: facts.size == one, said[10])
    turn = Effect("turn", lambda facts: replace(facts, turned=True), ("turned",))
    made: Workflow

    def example_of(asked: Any, when: datetime) -> tuple[Order, RefundRequest]:
        line = OrderLine(sku="S", title="物", quantity=1, paid_fen=100)
        return Order(id="T", order_type=made.key, lines=(line,), paid_at=when, attributes={"size": asked.size}), RefundRequest(
            sku="S", reason="x"
        )

    made = Workflow(
        key=key,
        label=said[11],
        rules=(
            Rule(first, start, file, middle, "assumed", when=(guard,), effect=turn),
            Rule(second, middle, settle, paid, "W"),
            Rule(third, middle, expire, over, "assumed"),
        ),
        initial=start,
        facts=facts,
        facts_of=lambda order, *_: facts(order.attributes["size"]),
        example_of=example_of,
        limits={middle: Limit("own_days", cites="W", length=3)},
        spine=((start, middle, paid),),
        catalogue={"W": CatalogueRule("W", said[12])},
        accepts=(Acceptance("blocker", second, said[13], "assumed"),),
    )
    return made


PLAIN = (tuple(f"w{n}" for n in range(14)), tuple(f"p{n}" for n in range(14)))
WORST = (
    (
        *('key"""\\', "*", "=", 'c"', "d'", "*/ ask", "</script>", "%s late", "a\\"),
        *('one"', "other\\", 'R"1\\', "R'2 -->", "${R3}"),
    ),
    (
        *('"""', "\\", "\n", '\\"""', "*/", "/*", "-->", "</script><script>alert(1)</script>", "]]>", "{x}", "%d", "$$a$$", "<b>&lt;</b>"),
        "\n\n#",
    ),
)


@settings(max_examples=40, deadline=None)
@given(words())
@example(PLAIN)
@example(WORST)
def test_every_generated_test_file_runs(found: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    workflow = table(*found)
    suite = paths.cover(workflow, "rules")
    text = suite.to_pytest('mine"\\:WORKFLOW')
    assert workflow.label.zh.split()[:1] == [] or ast.get_docstring(ast.parse(text)) is not None
    names: dict[str, Any] = {"__name__": "generated"}
    with pytest.MonkeyPatch.context() as patched:
        asked: dict[str, Workflow] = {}
        patched.setattr(lookup, "workflow_of", lambda name: asked.setdefault(name, workflow))
        exec(compile(text, "generated.py", "exec"), names)
    assert [*asked] == ['mine"\\:WORKFLOW'] and len(names["PATHS"]) == len(suite) > 0
    for path in names["PATHS"]:
        names["test_path"](path)
    assert {row[2] for path in names["PATHS"] for row in path["steps"] if row[2]} <= set(workflow.events)


@pytest.mark.parametrize("found", [PLAIN, WORST], ids=["plain", "worst"])
def test_a_reproduction_is_a_test_that_runs(found: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    workflow = table(*found)
    careless = workflow.variant(rules=workflow.rules[:1] + workflow.rules[2:])
    report = verify_implementation(lambda: CaseImplementation(careless), workflow, examples=5)
    assert not report.ok
    text = report.reproduction()
    assert ast.get_docstring(ast.parse(text))
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(re.sub("^from your_service import make", "make = None", text, flags=re.MULTILINE), "generated.py", "exec"), names)
    (test,) = (value for name, value in names.items() if name.startswith("test_"))
    names["make"] = lambda: CaseImplementation(workflow)
    test()
    names["make"] = lambda: CaseImplementation(careless)
    with pytest.raises(AssertionError):
        test()


def behaviour_of(workflow: Workflow) -> Behaviour:
    delay = {"kind": "fixed", "value": 24.0, "unit": "hours"}
    size = workflow.fact_fields[0].values
    assert size is not None
    rows = [rule for rule in workflow.rules if not rule.by_clock]
    return Behaviour.model_validate(
        {
            "order_type": workflow.key,
            "mix": [{"weight": 1.0, "facts": {"size": size[0]}}],
            "choices": [{"state": rule.source.key, "event": rule.event.name, "delay": delay} for rule in rows],
        }
    )


@settings(max_examples=60, deadline=None)
@given(words())
@example(PLAIN)
@example(WORST)
def test_every_export_is_parsed_with_the_words_in_it(found: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    workflow = table(*found)
    state = json.loads(render(workflow, "xstate"))
    assert state["workflow"]["key"] == workflow.key and list(state["events"]) == list(workflow.events)
    assert {node["meta"]["zh"] for node in state["machine"]["states"].values()} == {one.zh for one in workflow.states.values()}
    assert {rule for rule in workflow.by_id if json.dumps(rule, ensure_ascii=False) in render(workflow, "xstate")} == set(workflow.by_id)
    net = ElementTree.fromstring(render(workflow, "pnml"))
    space = {"p": "http://www.pnml.org/version-2009/grammar/pnml"}
    named = [one.text for one in net.findall(".//p:place/p:name/p:text", space)]
    assert named[: len(workflow.states)] == list(workflow.states)
    assert [one.text for one in net.findall(".//p:transition/p:name/p:text", space)][: len(workflow.rules)] == [
        r.event.name for r in workflow.rules
    ]
    promela = COMMENT_OR_STRING.sub(lambda part: '""' if part[0][0] == '"' else "", render(workflow, "promela"))
    assert promela.isascii() and "*/" not in promela and "/*" not in promela, "nothing but comments holds a label"
    assert re.fullmatch(r"(?s)[\w\s{}()\[\]:;,=&|!<>+#\"\\.?*-]*", promela)
    chain = render(workflow, "prism", behaviour=behaviour_of(workflow))
    code = [line.partition("//")[0] for line in chain.splitlines()]
    assert "\n".join(code).isascii() and not any('"' in re.sub(r'"\w+"', "", line) for line in code)


@pytest.mark.skipif(not shutil.which("spin"), reason="there is no spin here")
@pytest.mark.parametrize("found", [PLAIN, WORST], ids=["plain", "worst"])
def test_spin_reads_the_words(found: tuple[tuple[str, ...], tuple[str, ...]], tmp_path: Path) -> None:
    (tmp_path / "model.pml").write_text(render(table(*found), "promela"), encoding="utf-8")
    ran = subprocess.run(["spin", "-a", "model.pml"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and "error" not in ran.stdout.lower(), ran.stdout + ran.stderr


def test_lines_for_a_shell_hold_the_key_as_one_word() -> None:
    names = ("ke\"y; rm -rf $HOME `x` 'y", *PLAIN[0][1:])
    workflow = table(names, PLAIN[1])
    for text, word in (
        (render(workflow, "promela"), ".pml"),
        (render(workflow, "prism", behaviour=behaviour_of(workflow)), ".prism"),
    ):
        lines = [line for line in text.splitlines() if re.match(r"[ */]+(spin|storm|\./pan -r|Made by)", line)]
        assert len(lines) >= 3
        for line in lines:
            said = shlex.split(line.partition("# ")[0].partition(", of the")[0].lstrip(" */"))
            assert f"{names[0]}{word}" in said or f"{names[0]}{word}.trail" in said or names[0] in said, line


class _Page(HTMLParser):
    """What a browser would take for scripts, and which elements there are."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scripts: list[str] = []
        self._inside = False

    def handle_starttag(self, tag: str, _: object) -> None:
        self.tags.append(tag)
        if tag == "script":
            self._inside = True
            self.scripts.append("")

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag != "script"

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.scripts[-1] += data


@settings(max_examples=8, deadline=None)
@given(words())
@example(PLAIN)
@example(WORST)
def test_every_picture_is_loaded(found: tuple[tuple[str, ...], tuple[str, ...]]) -> None:
    workflow = table(*found)
    for view in ("full", "spine"):
        picture = diagram.draw(workflow, view=view)
        svg = ElementTree.fromstring(picture.svg())
        assert "script" not in {one.tag.rpartition("}")[2] for one in svg.iter()}
    mermaid = diagram.draw(workflow).mermaid()
    assert len(mermaid.splitlines()) == len(diagram.draw(table(*PLAIN)).mermaid().splitlines())
    page, plain = _Page(), _Page()
    page.feed(diagram.page(workflow).html)
    plain.feed(diagram.page(table(*PLAIN)).html)
    assert page.tags.count("script") == plain.tags.count("script")
    for one in page.scripts:
        if one.lstrip().startswith("{"):
            assert json.loads(one)


FORMULAS = (tuple(f"{sign}1+{n}" for n, sign in enumerate("=+-@＝'=+-@＝'=+")), PLAIN[1])


@pytest.mark.parametrize("found", [PLAIN, WORST, FORMULAS], ids=["plain", "worst", "formulas"])
def test_a_log_and_a_saved_case_hold_the_words(found: tuple[tuple[str, ...], tuple[str, ...]], tmp_path: Path) -> None:
    workflow = table(*found)
    domain = workflow.domains(Policy.guide())["size"]
    cases = CaseColumns(workflow.key, "guide", {"size": (domain, domain)})
    columns = [np.array(column, np.int64) for column in ((1, 1, 2), (0, 9, 9), (0, 1, 2), (100, 100, 100))]
    seen: dict[str, list[dict[str, str]]] = {}
    for name in ("log.csv", "log.parquet"):
        with EventLog.to(tmp_path / name, workflow, at("2026-03-02 10:00"), cases, 2) as log:
            assert log is not None
            log.write(Rows(*columns), np.array((0, 0, 1)))
    with (tmp_path / "log.csv").open(encoding="utf-8", newline="") as file:
        seen["csv"] = list(csv.DictReader(file))
    assert not [cell for row in seen["csv"] for cell in row.values() if cell.lstrip().startswith(("=", "+", "-", "@"))]
    seen["csv"] = [{name: unshielded(cell) for name, cell in row.items()} for row in seen["csv"]]
    seen["parquet"] = parquet.read_table(tmp_path / "log.parquet").to_pylist()
    for rows in seen.values():
        assert [row["rule"] for row in rows] == list(workflow.by_id) and [row["concept:name"] for row in rows] == list(workflow.events)
        assert [row["case:size"] for row in rows] == [domain[0], domain[0], domain[1]] and rows[0]["case:order_type"] == workflow.key
    opening = workflow.example_of(workflow.facts(found[0][9]), at("2026-03-02 10:00"))
    assert opening is not None
    case = RefundCase.open(*opening, at=at("2026-03-02 10:00"), workflow=workflow)
    case = case.apply(found[0][5], at=case.now, by=next(iter(workflow.actors)), note='"""')
    assert RefundCase.from_json(case.to_json(), workflow) == case


COMMENT_OR_STRING = re.compile(r'/\*.*?\*/|"(?:[^"\\\n]|\\.)*"', re.DOTALL)
BUYER = R1.event.actor
ORDER = Order(id="T", order_type="toy", lines=(OrderLine(sku="S", title="物", quantity=1, paid_fen=100),), paid_at=at("2026-03-02 10:00"))
OWN = CatalogueRule("W", Text("自己的", "our own"))
BAD = ("\x00", "\x1b[31m", "\u202e", "\u200b", "\x7f", "\x85", "\u2028", "\ud800", "\r")
PLACES: list[tuple[str, Callable[[str], Any], str]] = [
    # where the word stands, the table that holds it, what names it
    ("key", lambda word: with_first(key=word), "key"),
    ("label", lambda word: with_first(label=Text("玩具", word)), "label.en"),
    ("state key", lambda word: with_state(key=word), "source"),
    ("state label", lambda word: with_state(zh=word), "source open: zh"),
    ("state note", lambda word: with_state(note=(BUYER, "A4", Text(word, "no"))), "note: zh"),
    ("event name", lambda word: with_event(name=word), "name"),
    ("event label", lambda word: with_event(en=word), "event ask: en"),
    ("event how", lambda word: with_event(how=Text(word, "tap"), how_cites="A4"), "event ask: how: zh"),
    ("actor key", lambda word: with_event(actor=replace(BUYER, key=word)), "key"),
    ("actor label", lambda word: with_event(actor=replace(BUYER, zh=word)), "actor buyer: zh"),
    ("rule id", lambda word: build((replace(R1, id=word), R2, R3, R4)), "id"),
    ("rule cites", lambda word: build((replace(R1, cites=word), R2, R3, R4)), "cites"),
    ("guard name", lambda word: with_guard(name=word), "name"),
    ("guard label", lambda word: with_guard(text=Text("小", word)), "when is_small: text: en"),
    ("effect name", lambda word: build((replace(R1, effect=Effect(word, nothing, ("paid",))), R2, R3, R4)), "name"),
    ("limit field", lambda word: build(limits={WAITING: Limit(f"{word}_days", cites="A4", length=3)}), "field"),
    ("acceptance", lambda word: build(accepts=(Acceptance("blocker", word, Text("无", "none"), "assumed"),)), "subject"),
    ("acceptance reason", lambda word: build(accepts=(Acceptance("blocker", "x", Text(word, "none"), "assumed"),)), "reason: zh"),
    ("catalogue id", lambda word: build(catalogue={**CATALOGUE, word: OWN}), "id"),
    ("catalogue text", lambda word: build(catalogue={**CATALOGUE, "W": CatalogueRule("W", Text(word, "w"))}), "text: zh"),
    ("value of a fact", lambda word: build(facts=valued(word)), "value"),
    ("freight payer", lambda word: paid(word, Text("买家", "buyer"), "assumed"), "payer"),
    ("freight text", lambda word: paid("buyer", Text("买家", word), "assumed"), "text: en"),
    ("freight cites", lambda word: paid("buyer", Text("买家", "buyer"), word), "cites"),
]


def with_first(**changes: Any) -> Workflow:
    return Workflow(**{**{name: getattr(build(), name) for name in build().__dataclass_fields__}, **changes})


def with_state(**changes: Any) -> Workflow:
    return with_first(rules=tuple(replace(r, source=replace(OPEN, **changes)) if r is R1 else r for r in (R1, R2, R3, R4)))


def with_event(**changes: Any) -> Workflow:
    return build((replace(R1, event=replace(R1.event, **changes)), R2, R3, R4))


def with_guard(**changes: Any) -> Workflow:
    return build((R1, R2, replace(R3, when=(Guard(**{"name": "is_small", "test": is_small.test, "text": is_small.text, **changes}),)), R4))


def paid(*freight: Any) -> Any:
    return build(freight_of=lambda *_: Freight(*freight)).freight("facts", ORDER)


def valued(word: str) -> type:
    return make_dataclass("Valued", [("size", Literal.__getitem__(("s", "l", word)))], frozen=True)


@pytest.mark.parametrize(("make", "named"), [row[1:] for row in PLACES], ids=[row[0] for row in PLACES])
def test_a_word_that_hides_something_is_refused_wherever_it_stands(make: Callable[[str], Any], named: str) -> None:
    for bad in BAD:
        with pytest.raises(WorkflowError) as caught:
            make(f"a{bad}b")
        assert "text without control characters" in str(caught.value) and named in str(caught.value), str(caught.value)
        assert str(caught.value).isprintable()


def test_ids_are_one_line_that_is_not_blank_and_labels_may_have_several() -> None:
    for blank in ("", " ", "a\nb", "x" * 201):
        with pytest.raises(WorkflowError, match="id"):
            build((replace(R1, id=blank), R2, R3, R4))
    assert with_event(en="two\nlines")
    assert DONE.final and LIMITS
