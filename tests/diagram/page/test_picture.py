"""The diagram in the page: counts and waits laid over, moved and zoomed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from refund_fsm import orders
from refund_fsm.diagram import page
from tests.diagram.page.browsing import opened, state

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_counts_and_waits_are_laid_over(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"]) as watched:
        shown = watched.page
        plain = shown.inner_html("#page-canvas svg")
        shown.keyboard.press("h")
        assert shown.get_attribute('[data-key="heat"]', "aria-pressed") == "true"
        assert shown.inner_html("#page-canvas svg") != plain
        assert "1,000 times" in shown.inner_text('[data-key="fire-contact_merchant"]')
        shown.keyboard.press("1")
        assert "mean time here" in shown.inner_text("#page-state")
        shown.keyboard.press("h")
        assert "mean time here" not in shown.inner_text("#page-state")


def test_the_overlay_keeps_the_widths_that_count_cases(browser: Browser, tmp_path: Path) -> None:
    workflow = orders.get("virtual")
    path = page(workflow, counts={rule.id: 9 * place**2 for place, rule in enumerate(workflow.rules)}).save(tmp_path / "a.html")
    with opened(browser, path.as_uri()) as watched:
        watched.page.keyboard.press("1")
        watched.page.keyboard.press("h")
        widths = watched.page.eval_on_selector_all(
            "#page-canvas .edge .line",
            "all => all.map(one => [parseFloat(getComputedStyle(one).strokeWidth), +one.getAttribute('stroke-width')])",
        )
        assert watched.page.locator("#page-canvas .edge.taken").count() > 0
    assert len({drawn for drawn, _ in widths}) > 5
    assert [drawn for drawn, _ in widths] == pytest.approx([meant for _, meant in widths])


def test_without_counts_there_is_no_overlay(browser: Browser, tmp_path: Path) -> None:
    path = page(orders.get("virtual")).save(tmp_path / "page.html")
    with opened(browser, path.as_uri()) as watched:
        assert watched.page.locator('[data-key="heat"]').count() == 0
        watched.page.keyboard.press("h")
        assert state(watched.page) == "Not filed"


def test_the_diagram_is_moved_and_zoomed(browser: Browser, addresses: dict[str, str]) -> None:
    box = "document.querySelector('#page-canvas').shadowRoot.querySelector('svg').viewBox.baseVal"
    size = f"(() => {{ const {{x, y, width, height}} = {box}; return [x, y, width, height] }})()"
    with opened(browser, addresses["third_party"]) as watched:
        shown = watched.page
        start = shown.evaluate(size)
        shown.keyboard.press("+")
        assert shown.evaluate(size)[2] < start[2]
        shown.keyboard.press("-")
        shown.keyboard.press("-")
        assert shown.evaluate(size)[2] > start[2]
        shown.keyboard.press("0")
        assert shown.evaluate(size)[:2] == [0, 0]
        shown.keyboard.press("c")
        assert shown.evaluate(size) == pytest.approx(start, abs=0.01)
        shown.focus("#page-canvas")
        shown.keyboard.press("ArrowRight")
        assert shown.evaluate(size)[0] > start[0]
        before = shown.evaluate(size)
        shown.mouse.move(600, 800)
        shown.mouse.wheel(0, -300)
        shown.wait_for_function(f"{box}.width < {before[2]}")
        before = shown.evaluate(size)
        shown.mouse.down()
        shown.mouse.move(700, 850, steps=4)
        shown.mouse.up()
        assert shown.evaluate(size)[0] < before[0]
        assert state(shown) == "Not filed", "a drag is no click"


def test_the_card_of_the_current_state_keeps_the_weights_that_the_font_has(browser: Browser, addresses: dict[str, str]) -> None:
    """Any other weight is drawn with the bold font, which has only what is bold: the rest would be empty boxes."""
    with opened(browser, addresses["third_party"]) as watched:
        weights = watched.page.eval_on_selector_all(
            "#page-canvas .node.now text", "all => all.map(one => [getComputedStyle(one).fontWeight, one.getAttribute('font-weight')])"
        )
        assert weights and all(seen == {None: "400", "bold": "700"}[given] for seen, given in weights)
