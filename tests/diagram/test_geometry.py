"""Pictures measured in Chromium: no text sticks out of its card or chip, no labels overlap, no line runs through a foreign card."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pytest

from refund_fsm import CLOCK, Actor, Event, Guard, Limit, Policy, Rule, State, Text, Workflow, WorkflowError, diagram, guard, orders
from refund_fsm.cli import gallery
from refund_fsm.scenario import find, load, play, shipped
from refund_fsm.text import LANGS
from refund_fsm.workflow import ASSUMED
from tests.browser import page_of
from tests.diagram.geometry import measured
from tests.exchange import WORKFLOW
from tests.labelled import NASTY, looked_at, own
from tests.workflows import ALL, OURS

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

Draw = Callable[[], diagram.Diagram]
LONG = Text("这是一个刚好有六十个汉字长的标签" * 4, "An English label that is exactly sixty characters long, or so")
NEWLINES = f"two\nlines\tand 100% of {{it}} [x] {NASTY}"


@guard(zh=LONG.zh[:60], en=LONG.en[:60])
def is_long(facts: Any) -> bool:
    return bool(facts.ready)


@guard(zh="已就绪", en="it is ready")
def is_ready(facts: Any) -> bool:
    return bool(facts.ready)


def chain(length: int, label: Text, held: Guard) -> Workflow:
    """States in a row, each with a step, a clock, a way back and a way out."""
    people = [Actor(f"actor{number}", label.zh[:60], label.en[:60]) for number in range(3)]
    states = [State(f"s{number}", f"{label.zh}{number}"[-60:], f"{label.en}{number}"[-60:]) for number in range(length)]
    done = State("done", label.zh[:60], label.en[:60], final=True)
    gone = State("gone", label.zh[:60], label.en[:60], final=True)
    rules = [Rule("Q0", states[0], Event("quit", people[2], label.zh[:60], label.en[:60]), gone, ASSUMED)]
    for number, (here, there) in enumerate(itertools.pairwise([*states, done])):
        go = Event(f"go{number}", people[number % 3], label.zh[:60], label.en[:60])
        rules.append(Rule(f"G{number}", here, go, there, "mine", when=(held,) if number % 2 else ()))
        if number % 5 == 4:
            late = Event(f"late{number}", CLOCK, label.zh[:60], label.en[:60])
            back = Event(f"back{number}", people[0], label.zh[:60], label.en[:60])
            rules += [
                Rule(f"L{number}", here, late, gone, ASSUMED),
                Rule(f"B{number}", here, back, states[number - 3], "mine", when=(held,)),
            ]
    limits = {state: Limit(f"own{number}_hours", cites=ASSUMED, length=5) for number, state in enumerate(states) if number % 5 == 4}
    return looked_at("chain", label, rules, limits, spine=((*states, done),), catalogue={"mine": None})  # only its keys are read


def generated() -> dict[str, Workflow]:
    """Workflows that nobody would draw by hand."""
    return {
        "chain of 40": chain(40, Text("步骤", "step"), is_ready),
        "60 characters": chain(6, Text(LONG.zh[:60], LONG.en[:60]), is_long),
        "markup": own(spine=True),
        "newlines": own(NEWLINES, spine=True),
        "no spine": replace(WORKFLOW, spine=()),
    }


def changed(workflow: Workflow) -> Workflow:
    """The workflow with another source for its first rule, and without the last rule that it can do without."""
    first, *others = workflow.rules
    rules = (replace(first, cites=ASSUMED), *others)
    for rule in reversed(others):
        with suppress(WorkflowError):
            return replace(workflow, rules=tuple(one for one in rules if one.id != rule.id))
    raise AssertionError("no rule can go")


@cache
def pictures() -> dict[str, Draw]:
    """All pictures that are measured, by name: add a line to add a picture. The plain views are measured in every language; of what is
    laid over them each workflow has one, so that every overlay is met in every language and every workflow in each."""
    made: dict[str, Draw] = {}
    for (number, workflow), lang in itertools.product(enumerate(ALL.values()), LANGS):
        counts = {rule.id: 7**place % 1009 for place, rule in enumerate(workflow.rules)}
        waits = {state: timedelta(hours=5 * place) for place, state in enumerate(workflow.states)}
        views: dict[str, dict[str, Any]] = {
            "full": {},
            "spine": {"view": "spine"},
            "phases": {"view": "phases"},
            "counts": {"counts": counts, "waits": waits},
            "spine counts": {"view": "spine", "counts": counts, "waits": waits},
            "policy": {"before": Policy.statute()},
            "difference": {"before": changed(workflow)},
        }
        for place, state in enumerate(workflow.states):
            if place % len(LANGS) == LANGS.index(lang):
                made[f"{workflow.key} near {state} {lang}"] = partial(diagram.draw, workflow, lang=lang, view="near", state=state)
        for place, (view, arguments) in enumerate(views.items()):
            if view in ("full", "spine", "phases") or (number + place) % len(LANGS) == LANGS.index(lang):
                made[f"{workflow.key} {view} {lang}"] = partial(diagram.draw, workflow, lang=lang, **arguments)
    for name in shipped():
        made[f"case {name}"] = partial(_case, name)
    for workflow, lang in zip(OURS.values(), itertools.cycle(LANGS)):
        case = gallery.shown_case(workflow)
        made[f"{workflow.key} case on its way {lang}"] = partial(diagram.draw, workflow, case=case, lang=lang)
        made[f"{workflow.key} since exchange {lang}"] = partial(diagram.draw, workflow, before=WORKFLOW, lang=lang)
    for (now, before), lang in zip(itertools.permutations(("third_party", "shop_official")), LANGS, strict=False):
        made[f"{now} since {before} {lang}"] = partial(diagram.draw, OURS[now], before=OURS[before], lang=lang)
    for (name, workflow), lang in itertools.product(generated().items(), LANGS):
        made[f"{name} {lang}"] = partial(diagram.draw, workflow, lang=lang)
        made[f"{name} in phases {lang}"] = partial(diagram.draw, workflow, view="phases", lang=lang)
    made["chain of 40, its spine"] = partial(diagram.draw, generated()["chain of 40"], view="spine")
    return made


def _case(name: str) -> diagram.Diagram:
    case = play(load(find(name))).case
    if case is None:
        pytest.skip("the scenario opens no case")
    return diagram.draw(case.workflow, case=case)


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One page for all pictures."""
    with page_of(browser) as watched:
        yield watched.page


# 1. The pictures
@pytest.mark.parametrize("name", pictures())
def test_nothing_sticks_out_nothing_overlaps_and_no_line_runs_through_a_foreign_card(page: Page, name: str) -> None:
    picture = measured(page, pictures()[name]().svg())
    wrong = [*picture.faults(), *(one for one in picture.strikes() if one.kind == "card")]
    assert [str(one) for one in wrong] == []
    assert picture.fonts > 0, "the picture carries no font of its own"
    assert picture.unset == 0, "a font of the picture could not be read"


# 2. The yardstick
def _first_card(svg: str) -> tuple[float, float]:
    found = re.search(r'<g id="state-.*?<path[^>]* d="M([-\d.]+),([-\d.]+)', svg, re.DOTALL)
    assert found is not None
    return float(found[1]), float(found[2])


@pytest.mark.parametrize("kind", ["outside its card", "outside its chip", "outside the picture", "overlap", "on a card"])
def test_a_text_in_the_wrong_place_is_found(browser: Browser, kind: str) -> None:
    svg = pictures()[f"{orders.keys()[0]} full both"]().svg()
    moved = MOVED[kind](svg)
    assert moved != svg
    with page_of(browser) as watched:
        assert kind in {fault.kind for fault in measured(watched.page, moved).faults()}


def _state_text(svg: str) -> str:
    """The first text of a card a thousand points long."""
    return re.sub(r'(<g id="state-.*?<text[^>]*>)', r"\g<1>" + "W" * 60, svg, count=1, flags=re.DOTALL)


def _chip_text(svg: str) -> str:
    return re.sub(r'(<g id="rule-.*?<text[^>]*>)', r"\g<1>WW", svg, count=1, flags=re.DOTALL)


def _out(svg: str) -> str:
    return re.sub(r'(<text[^>]* y=")[-\d.]+', r"\g<1>99", svg, count=1)


def _twice(svg: str) -> str:
    return re.sub(r'(<g id="edge-.*?)(<text.*?</text>)', r"\1\2\2", svg, count=1, flags=re.DOTALL)


def _on_card(svg: str) -> str:
    """The first label of an arrow where the first text of a card is."""
    found = re.search(r'<g id="state-.*?<text[^>]* x="([-\d.]+)" y="([-\d.]+)"', svg, re.DOTALL)
    assert found is not None
    place = rf'\g<1> x="{found[1]}" y="{found[2]}"'
    return re.sub(r'(<g id="edge-(?!start).*?<text[^>]*?) x="[-\d.]+" y="[-\d.]+"', place, svg, count=1, flags=re.DOTALL)


MOVED: dict[str, Callable[[str], str]] = {
    "outside its card": _state_text,
    "outside its chip": _chip_text,
    "outside the picture": _out,
    "overlap": _twice,
    "on a card": _on_card,
}


def test_a_line_through_a_text_or_a_card_is_found(browser: Browser) -> None:
    svg = pictures()[f"{orders.keys()[0]} full both"]().svg()
    x, y = _first_card(svg)
    line = f'\\1 d="M{x - 400},{y - 10}L{x + 800},{y - 10}"'
    ids = re.findall(r'<g id="(edge-[^"]*)"', svg)
    moved = re.sub(rf'(<g id="{re.escape(ids[-1])}".*?<path[^>]*?) d="[^"]*"', line, svg, count=1, flags=re.DOTALL)
    with page_of(browser) as watched:
        struck = measured(watched.page, moved).strikes()
    assert {one.kind for one in struck if one.edge == ids[-1]} == {"card", "text"}
    assert all(one.amount > 0 for one in struck)
