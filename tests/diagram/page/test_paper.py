"""What is printed: the sheet of the case on A4, or the whole diagram on A3, light, never the cut that is on the screen."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from refund_fsm import orders
from refund_fsm.text import Lang
from tests.diagram.page.browsing import DESK, PHONE, opened

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

EVERY_SINGLE_LANG = pytest.mark.parametrize("lang", ["en", "zh"])
A4, A3_LANDSCAPE = (595, 842), (1191, 842)  # points
MADE = "() => { window.dispatchEvent(new Event('beforeprint')); return document.querySelector('#page-paper').innerText; }"
KEPT = "window.print = () => { window.printed = document.documentElement.dataset.print; }"
WHOLE = """() => {
  const svg = document.querySelector('#page-paper .wall').shadowRoot.querySelector('svg');
  const [sheet, all] = [document.querySelector('#page-paper').getBoundingClientRect(), svg.getBoundingClientRect()];
  const outside = [...svg.querySelectorAll('text')].map(one => one.getBoundingClientRect())
    .filter(box => box.left < all.left - 1 || box.right > all.right + 1 || box.top < all.top - 1 || box.bottom > all.bottom + 1);
  const marked = svg.querySelectorAll('.now, .lit, .fading').length;
  const legend = [...document.querySelectorAll('#page-paper .legend li')].map(one => one.getBoundingClientRect());
  return [outside.length, marked, all.bottom <= sheet.bottom, legend.length > 5 && legend.every(box => box.bottom <= sheet.bottom + 1)];
}"""


def pages(pdf: bytes) -> list[tuple[int, int]]:
    """The sizes of the pages of a PDF of Chromium, in whole points."""
    boxes = re.findall(rb"/Type /Page\b.*?/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf, re.DOTALL)
    return [(round(float(width)), round(float(height))) for width, height in boxes]


def printed(shown: Page) -> list[tuple[int, int]]:
    return pages(shown.pdf(prefer_css_page_size=True))


@EVERY_SINGLE_LANG
def test_the_sheet_of_the_case_says_all_on_a4(browser: Browser, addresses: dict[str, str], lang: Lang) -> None:
    workflow = orders.get("third_party")
    with opened(browser, addresses["third_party"], f"#lang={lang}", color_scheme="dark", viewport=PHONE) as watched:
        shown = watched.page
        for key in "211":
            shown.keyboard.press(key)
        assert printed(shown) == [A4], "as it is asked for by the browser's own key"
        shown.emulate_media(media="print")
        told = shown.evaluate(MADE)
        assert shown.is_hidden("#page-main")
        for rule in ("S05", "S07", "S09"):
            assert f"{rule} ({workflow.by_id[rule].cites})" in told, "each step with its rule and source"
            assert workflow.by_id[rule].event.text.get(lang) in told
        for rule in ("S17", "S18", "S47"):
            assert rule in told, "what is possible now, and what the clock will do"
        assert workflow.states["awaiting_return"].text.get(lang) in told
        assert "2026-02-19" in told, "the limit"
        assert workflow.catalogue["B7"].text.get(lang) in told, "the source"
        assert workflow.catalogue["D7"].text.get(lang) not in told, "and no other"
        assert shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        wide = "document.querySelector('#page-paper').scrollWidth <= document.documentElement.clientWidth"
        shown.set_viewport_size({"width": 680, "height": 1000})  # the width of A4 between its margins
        assert shown.evaluate(wide)


@pytest.mark.parametrize(("key", "size"), [("third_party", PHONE), ("shop_official", DESK)])
def test_the_whole_diagram_is_one_page_of_a3(browser: Browser, addresses: dict[str, str], key: str, size: dict[str, int]) -> None:
    with opened(browser, addresses[key], "#lang=en", color_scheme="dark", viewport=size) as watched:
        shown = watched.page
        shown.keyboard.press("1")
        shown.evaluate(KEPT)
        shown.click('[data-print="diagram"]')
        assert shown.evaluate("printed") == "diagram"
        shown.emulate_media(media="print")
        shown.evaluate(MADE)
        shown.set_viewport_size({"width": 1512, "height": 1047})  # A3 between its margins
        assert shown.evaluate(WHOLE) == [0, 0, True, True]
        assert orders.get(key).label.en in shown.inner_text("#page-paper h1")
        shown.emulate_media(media="null")
        assert printed(shown) == [A3_LANDSCAPE]
        shown.evaluate("window.dispatchEvent(new Event('afterprint'))")
        assert shown.is_hidden("#page-paper")
        assert {*printed(shown)} == {A4}, "the next one is a case again"
