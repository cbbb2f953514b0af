"""The map of many cases: what is said first, what is folded and said, colours, bad input; and where things stand, in Chromium."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from refund_fsm import Policy, Text, Workflow, diagram, orders
from refund_fsm.diagram import dark, palette
from refund_fsm.diagram.figures import figures_of
from refund_fsm.diagram.map_marks import METRICS, days, kept, percent
from refund_fsm.diagram.plan import Plan
from refund_fsm.errors import BadData
from tests.browser import page_of
from tests.diagram.geometry import faults
from tests.diagram.page.browsing import opened
from tests.diagram.svg import edge_of, parsed, texts
from tests.workflows import EVERY_KEY

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

START = datetime.fromisoformat("2026-02-12T10:00:00+08:00")


@dataclass(frozen=True)
class Took:
    """How long something took: one length."""

    length: timedelta | None

    def mean(self) -> timedelta | None:
        return self.length

    def quantile(self, p: float, /) -> timedelta | None:
        return self.length and p * self.length


@dataclass(frozen=True)
class Seen:
    """What was measured, by hand: the fields that a map draws, and no more."""

    workflow: Workflow
    rule_counts: Any
    rule_shares: Any
    state_shares: Any
    breach_shares: Any = field(default_factory=dict)
    stay: Took = Took(timedelta(days=2))
    cases: int | None = 1_000
    policy: Policy = field(default_factory=Policy.guide)
    start: datetime = START

    def working_stay(self, _: str, /) -> Took:
        return self.stay

    def time_to(self, _: str, /) -> Took:
        return Took(timedelta(days=9))


def seen(workflow: Workflow, **more: Any) -> Seen:
    """Rules that fire the rarer, the later they stand in the table: the first in all cases, the last in 1 of 1,000."""
    count = len(workflow.rules)
    shares = {rule.id: max(0.001, (1 - place / count) ** 3) for place, rule in enumerate(workflow.rules)}
    states = {key: max([shares[rule.id] for rule in workflow.rules if rule.dest.key == key], default=1.0) for key in workflow.states}
    made = Seen(workflow, {id: 1_500 * share for id, share in shares.items()}, shares, states, policy=workflow.default_policy())
    return replace(made, **more)


VIRTUAL = orders.get("virtual")


# 1. What is said


def test_the_number_comes_first_and_guards_and_sources_are_hidden() -> None:
    made = parsed(VIRTUAL, counts=seen(VIRTUAL), lang="en")
    assert texts(edge_of(made, "V01"))[0] == "1,500 · 100%"
    assert texts(made["state-requested"])[0].endswith("%")
    shown = [text for name, group in made.items() if name.startswith(("edge-", "state-")) for text in texts(group)]
    assert not [text for text in shown if text.startswith(("[", "§", "▣"))]
    assert "median 1.0 · p90 1.8 · Ø 2.0" in texts(made["state-reviewing"])


@EVERY_KEY
def test_no_per_cent_is_above_100(key: str) -> None:
    workflow = orders.get(key)
    said = diagram.draw(workflow, counts=seen(workflow), threshold=0, lang="en").dot
    found = [float(one) for one in re.findall(r"(\d+(?:\.\d+)?)%", said)]
    assert len(found) > len(workflow.rules) and max(found) <= 100


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.0004, "<0.1%"), (0.0123, "1.2%"), (0.0996, "10%"), (0.9996, ">99%"), (1, "100%"), (0.5, "50%")]
)
def test_shares_are_said_with_two_figures(share: float, said: str) -> None:
    assert percent(share) == said


@pytest.mark.parametrize(("count", "said"), [(0, "0"), (0.001, "<0.01"), (0.126, "0.13"), (0.999, "1.0"), (4.26, "4.3"), (12.7, "13")])
def test_working_days_are_said_with_two_figures(count: float, said: str) -> None:
    assert days(count) == said


def test_ends_have_totals_also_where_they_have_no_card() -> None:
    whole = seen(VIRTUAL, state_shares={"refunded": 0.5, "closed": 0.3, "cancelled": 0.1})
    assert (
        "ends: Refunded 50% · Closed without refund 30% · Cancelled by the buyer 10% · left open 10%"
        in diagram.draw(VIRTUAL, counts=whole, view="phases", lang="en").dot
    )


# 2. What is folded


def test_what_is_rare_is_folded_and_said() -> None:
    figures = figures_of(seen(VIRTUAL))
    least = 0.05
    drawn = kept(figures, least, Plan(VIRTUAL, VIRTUAL.default_policy()).spine)
    assert drawn is not None and 0 < len(drawn) < len(VIRTUAL.rules)
    made = diagram.draw(VIRTUAL, counts=seen(VIRTUAL), threshold=least, lang="en")
    shown = set(re.findall(r"rule-(V\d+)", made.svg()))
    assert shown == drawn
    assert f"{len(VIRTUAL.rules) - len(drawn)} rules, each in less than 5% of cases, are folded into “other”" in made.dot
    assert re.search(r"\+\d+ other → \d", made.dot)
    assert set(re.findall(r"rule-(V\d+)", diagram.draw(VIRTUAL, counts=seen(VIRTUAL), threshold=0).svg())) == set(VIRTUAL.by_id)


@EVERY_KEY
@pytest.mark.parametrize("threshold", [0.02, 0.3, 0.99])
def test_whatever_is_folded_the_spine_stays(key: str, threshold: float) -> None:
    workflow = orders.get(key)
    plan = Plan(workflow, workflow.default_policy())
    for view in ("full", "phases"):
        dot = diagram.draw(workflow, counts=seen(workflow), threshold=threshold, view=view, lang="zh").dot
        assert set(plan.spine) <= set(re.findall(r"rule-([A-Z]+\d+)", dot))


# 3. Colours


@pytest.mark.parametrize("metric", METRICS)
def test_texts_can_be_read_on_every_step(metric: str) -> None:
    steps = [palette.heat(metric, at) for at in range(len(palette.LEVELS))]
    assert len(set(steps)) == len(steps)
    for step in steps:
        for ink in (palette.INK, palette.SLATE):
            assert palette.contrast(ink, step) >= palette.TEXT, step
            assert palette.contrast(dark.line(ink), dark.area(step)) >= palette.TEXT, step


def test_cards_are_coloured_by_the_metric() -> None:
    fills = {}
    for metric in METRICS:
        card = parsed(VIRTUAL, counts=seen(VIRTUAL), metric=metric)["state-reviewing"]
        fills[metric] = next(one.get("fill") for one in card.iter("{http://www.w3.org/2000/svg}path"))
    assert fills["time"] == palette.heat("time", 3).lower()  # one working day of median
    assert len(set(fills.values())) == 3


# 4. Bad input


@pytest.mark.parametrize(
    ("counts", "more", "told"),
    [
        (7, {}, "counts: 7; expected a mapping of rule ids to how often each fired, or a Result of simulate, a Law"),
        (seen(orders.get("third_party")), {}, "counts.workflow: 'third_party .*; expected virtual"),
        (seen(VIRTUAL, rule_shares={"V99": 0.1}), {}, "counts.rule_shares: 'V99'; expected one of V01"),
        (seen(VIRTUAL, rule_shares={"V01": 1.1}), {}, r"counts.rule_shares\['V01'\]: 1.1; expected a number from 0 to 1"),
        (seen(VIRTUAL, rule_counts={"V01": -1}), {}, r"counts.rule_counts\['V01'\]: -1; expected a number from 0"),
        (seen(VIRTUAL, state_shares={"nowhere": 1}), {}, "counts.state_shares: 'nowhere'; expected one of draft"),
        (seen(VIRTUAL, breach_shares={"nowhere": 1}), {}, "counts.breach_shares: 'nowhere'; expected one of"),
        (seen(VIRTUAL, state_shares=3), {}, "counts.state_shares: 3; expected a mapping"),
        (seen(VIRTUAL, stay=Took(timedelta(days=-1))), {}, r"counts.working_stay\('draft'\).median: .*; expected a timedelta from 0"),
        (seen(VIRTUAL), {"metric": "money"}, "metric: 'money'; expected"),
        (seen(VIRTUAL), {"threshold": 1}, "threshold: 1; expected a share"),
        (seen(VIRTUAL), {"threshold": float("nan")}, "threshold: nan; expected a share"),
        (seen(VIRTUAL), {"waits": {}}, "waits: {}; expected none beside a result"),
        (seen(VIRTUAL), {"policy": Policy.statute()}, "policy: .*; expected none, or that of the result"),
        ({"V01": 3}, {"metric": "time"}, "metric: 'time'; expected none without counts"),
        (None, {"threshold": 0.1}, "threshold: 0.1; expected none without counts"),
    ],
)
def test_bad_input_names_field_value_and_what_was_expected(counts: Any, more: dict[str, Any], told: str) -> None:
    with pytest.raises(BadData, match=f"^{told}"):
        diagram.draw(VIRTUAL, counts=counts, **more)


# 5. Where things stand


def test_maps_keep_things_apart(browser: Browser) -> None:
    kinds: tuple[tuple[diagram.View, float], ...] = (("full", 0.0), ("full", 0.02), ("phases", 0.02))
    asked = [(key, view, least) for key in orders.keys() for view, least in kinds]
    with page_of(browser) as watched:
        for key, view, least in asked:
            workflow = orders.get(key)
            made = diagram.draw(workflow, counts=seen(workflow), view=view, threshold=least)
            assert faults(watched.page, made.svg()) == [], (key, view, least)


# 6. The page


def test_a_reader_chooses_metric_and_threshold(browser: Browser, tmp_path: Path) -> None:
    path = diagram.page(VIRTUAL, counts=seen(VIRTUAL), note=Text("手工", "by hand")).save(tmp_path / "map.html")
    card = "document.querySelector('#page-canvas').shadowRoot.querySelector('#state-reviewing path').getAttribute('fill')"
    edges = "[...document.querySelector('#page-canvas').shadowRoot.querySelectorAll('.edge')]"
    lines = f"{edges}.filter((one) => getComputedStyle(one).display !== 'none').length"
    with opened(browser, path.as_uri()) as watched:
        shown = watched.page
        assert shown.is_hidden("#page-map")
        shown.keyboard.press("h")
        assert shown.evaluate(card) == palette.heat("time", 3).lower()
        shown.focus("#page-map-metric")
        shown.keyboard.press("ArrowDown")
        assert shown.evaluate("document.activeElement.id") == "page-map-metric", "it keeps the focus"
        assert shown.evaluate(card) == palette.heat("breach", 0).lower()
        shown.select_option("#page-map-least", label="nothing: draw all")
        every = shown.evaluate(lines)
        assert shown.inner_text("#page-map-said") == "All rules are drawn."
        shown.select_option("#page-map-least", label="20% of cases")
        assert 0 < shown.evaluate(lines) < every
        assert re.match(r"\d+ rules are folded into “other”, \d+ states are not drawn.", shown.inner_text("#page-map-said"))
        shown.click('[data-key="numbers"]')
        assert shown.locator("#page-map tbody tr").count() < len(VIRTUAL.states)
        assert "median" in shown.inner_text("#page-map thead").lower() and "+" in shown.inner_text("#page-map tbody")
        box = shown.evaluate("[document.querySelector('#page-map').scrollWidth, document.querySelector('#page-map').clientWidth]")
        assert box[0] <= box[1], "nothing sticks out"
        shown.keyboard.press("l")
        assert "并入" in shown.inner_text("#page-map-said")
