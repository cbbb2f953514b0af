"""The page of a comparison, and the tornado: what differs first, legible at every width, on three sheets of paper; loads nothing."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, Policy, Text
from refund_fsm.simulate import Sensitivity, compare, save_plot
from refund_fsm.simulate.law.whatif import Effect
from refund_fsm.simulate.report.comparison_page import comparison_report
from refund_fsm.simulate.report.spines import cells_of
from refund_fsm.simulate.report.tornado import bars_of, tornado
from tests.browser import needs_chromium, page_of
from tests.simulate.many import START, exact, sampled
from tests.simulate.report.drawn import said

MAY = START.replace(month=5, day=18)


@cache
def four() -> str:
    """Two policies and two starts."""
    a, b, *others = (sampled(policy=policy, start=start, cases=2_000) for start in (START, MAY) for policy in ("guide", "statute"))
    return comparison_report(compare(a, b), cells=cells_of((a, b, *others)))


def test_what_differs_comes_first_and_the_rest_is_folded() -> None:
    page = four()
    order = [page.index(one) for one in ("Main figures that differ", "Sooner or later", "The map of what differs", "What it rests on")]
    assert order == sorted(order)
    shown, folded = page[: page.index("<details")], page[page.index("<details") :]
    assert "outcome: Refunded" not in shown and "outcome: Refunded" in folded, "the two policies pay alike"
    assert page.count('<figure class="diagram') == 1, "one map"
    assert page.count('<figure class="panel">') == 5 + 4, "the curves, and four spines"
    assert len(ids := re.findall(r'\bid="([^"]+)"', page)) == len(set(ids)), "an id stands once"
    assert not re.findall(r"(?:src|href)=\"(?!#)", page.replace('xlink:href="#', ""))


def test_two_workflows_have_a_diagram_each() -> None:
    page = comparison_report(compare(sampled("virtual", cases=500), sampled(cases=500)), "en")
    assert "two workflows share no states" in page and "The map of what differs" not in page
    assert page.count('<section class="drawn"><h2><span lang="en">State diagram') == 2


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_reads_well_in_a_browser(scheme: str, browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "four.html"
    path.write_text(four(), encoding="utf-8")
    with page_of(browser, color_scheme=scheme, viewport={"width": 830, "height": 700}) as watched:
        page = watched.page
        page.goto(path.as_uri())
        assert watched.complaints == []
        for width in (830, 390):
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
            assert min(page.evaluate(SIZES, ".panel svg")) >= 7, "the names of festivals, and what is larger"
            assert min(page.evaluate(SIZES, ".change svg")) >= 8.5
            assert page.evaluate(INSIDE) == [], "no text of a panel is cut"
        assert page.evaluate(APART) == [], "no card covers another, nor a label"
        if scheme == "light":
            assert 2 <= len(re.findall(rb"/Type\s*/Page\b", page.pdf(format="A4", prefer_css_page_size=True))) <= 3


SIZES = """(where) => [...document.querySelectorAll(where)].flatMap((svg) => [...svg.querySelectorAll('text')]
  .filter((one) => one.textContent.trim()).map((one) => parseFloat(getComputedStyle(one).fontSize) * svg.getScreenCTM().a))"""
INSIDE = """() => [...document.querySelectorAll('.panel svg')].flatMap((svg) => { const box = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')].filter((one) => { const at = one.getBoundingClientRect();
    return at.left < box.left - 1 || at.right > box.right + 1 || at.top < box.top - 2 || at.bottom > box.bottom + 2; })
    .map((one) => one.textContent); })"""
APART = """() => { const svg = document.querySelector('.change svg');
  const cards = [...svg.querySelectorAll('g.node')].map((one) => [one, one.querySelector('path').getBoundingClientRect()]);
  const meets = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const found = [];
  cards.forEach(([one, a], at) => cards.slice(at + 1).forEach(([, b]) => { if (meets(a, b)) found.push(one.id); }));
  for (const text of svg.querySelectorAll('g.edge text')) for (const [one, a] of cards)
    if (meets(text.getBoundingClientRect(), a)) found.push(`${one.id}: ${text.textContent}`);
  return found; }"""


# The tornado
ROWS = (
    Effect("policy.appeal_days", Text("政策 appeal_days", "policy appeal_days"), Text("+1", "+1"), {"arbitration": 0.02, "end:p95": 0.0}),
    Effect(
        "choices[1].weight",
        Text("权重", "weight"),
        Text("+10%，其余按比例", "+10 %, the others scaled"),
        {"arbitration": -0.03, "end:p95": 5.0},
    ),
    Effect("policy.appeal_days", Text("政策 appeal_days", "policy appeal_days"), Text("−1", "−1"), {"arbitration": -0.05, "end:p95": 1e-5}),
    Effect("choices[2].delay", Text("用时", "time"), Text("+10%", "+10 %"), {"arbitration": float("nan"), "end:p95": 2.0}),
)


def found(**more: Any) -> Sensitivity:
    """A sensitivity with few rows."""
    one = sampled("virtual", cases=500)
    given = {"base": {"arbitration": 0.1, "end:p95": 400.0}, "rows": ROWS, "asked": len(ROWS), **more}
    return Sensitivity(one.workflow, one.behaviour, Policy.guide(), START, timedelta(hours=4), timedelta(days=60), **given)


def test_the_bars_are_the_effects_most_first_both_ways_together() -> None:
    first, second = bars_of(found(), "arbitration")
    assert (first.parameter.en, first.size) == ("policy appeal_days", 0.05) and second.parameter.en == "weight"
    assert [(change.en, effect) for change, effect in first.effects] == [("−1", -0.05), ("+1", 0.02)]
    assert [one.parameter.en for one in bars_of(found(), "end:p95")] == ["weight", "time"], "what would be shown as 0 has no bar"
    with pytest.raises(BadData, match="figure: "):
        bars_of(found(), "money:p95")


def test_the_tornado_says_its_numbers_and_what_it_is() -> None:
    told = said(tornado(found(), "en").svg)
    assert {"−5.00 (−1)", "+2.00 (+1)", "−3.00 (+10%)", "+0.21 (+10%)", "now: 10.000 %"} <= set(told)
    assert any("illustrative" in one for one in told) and not any("partial" in one for one in told)
    assert any("partial: 4 / 9" in one for one in said(tornado(found(asked=9), "en").svg))
    assert "none" in said(tornado(found(rows=()), "en").svg)
    with pytest.raises(BadData, match="ranks: "):
        tornado(exact())  # type: ignore[arg-type]


def test_a_plot_with_ranks_is_the_tornado_and_a_report_has_both(tmp_path: Path) -> None:
    one, ranks = sampled("virtual", cases=500), found()
    alone = save_plot(one, tmp_path / "alone.svg").read_bytes()
    beside = save_plot(one, tmp_path / "ranks.svg", ranks=ranks).read_bytes()
    assert alone != beside == tornado(ranks).svg.encode()
    page = save_plot(one, tmp_path / "ranks.html", ranks=ranks).read_text("utf-8")
    assert page.index('class="plot tornado"') < page.index('<figure class="plot">')
    assert len(ids := re.findall(r'\bid="([^"]+)"', page)) == len(set(ids))
