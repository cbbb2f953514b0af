"""The timeline under the picture of a page: there once something has happened, as wide as its place, and as Python tells the case."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.diagram.page.browsing import PHONE, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

FIRE = "name => { const page = window.refundPage; page.act.fireEvent(page.data.events.findIndex((one) => one.name === name)); }"
ACT = "name => window.refundPage.act[name]()"


def lanes(shown: Page) -> list[str]:
    found: list[str] = shown.eval_on_selector_all("#page-course .head", "all => all.map((one) => one.textContent)")
    return found


def test_it_comes_with_the_first_step_and_tells_the_case(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"]) as watched:
        shown = watched.page
        assert shown.is_hidden("#page-course")
        for event in ("submit", "start_review"):
            shown.evaluate(FIRE, event)
        shown.wait_for_selector("#page-course svg")
        assert lanes(shown) == ["buyer", "merchant"]
        assert "Requested" in (shown.get_attribute("#page-course svg", "aria-label") or "")
        assert shown.locator("#page-course .ahead").count() == 1, "up to the limit"
        assert shown.locator("#page-course .festival").all_text_contents() == ["Spring Festival"]
        box, canvas = shown.locator("#page-course").bounding_box(), shown.locator("#page-canvas").bounding_box()
        assert box is not None
        assert canvas is not None
        assert box["y"] >= canvas["y"] + canvas["height"] - 1, "under the picture"
        shown.evaluate(FIRE, "reject")
        shown.evaluate(FIRE, "apply_arbitration")
        for act in ("jump", "day"):
            shown.evaluate(ACT, act)
        assert lanes(shown) == ["buyer", "merchant", "platform"]
        assert "late by 24 h" in (shown.text_content("#page-course svg") or "")
        assert shown.locator("#page-course .stay.passed").count() == 1
        wide = shown.locator("#page-course .stay").evaluate_all("all => all.map((one) => one.getBoundingClientRect().width)")
        assert max(wide) > 300, "the platform's is most of the axis"
        shown.evaluate(ACT, "reset_yes")
        assert shown.is_hidden("#page-course")


def test_on_a_phone_it_stands_in_the_sheet_and_fits(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"], viewport=PHONE) as watched:
        shown = watched.page
        shown.evaluate(FIRE, "submit")
        shown.wait_for_selector("#page-panel #page-course svg", state="attached")
        sides = shown.locator("#page-course text").evaluate_all(
            "all => all.map((one) => one.getBoundingClientRect()).map(({ left, right }) => [left, right])"
        )
        assert all(left >= 0 and right <= PHONE["width"] for left, right in sides), sides
        assert shown.evaluate("document.documentElement.scrollWidth <= innerWidth")
