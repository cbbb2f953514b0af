"""A page for all: two languages, keys, focus, a phone's width, legible by day and by night, no finding of axe."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from refund_fsm import orders
from tests.browser import node_module
from tests.diagram.page.browsing import DESK, PHONE, lit, opened, state
from tests.workflows import EVERY_KEY_AND_OWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser


EACH_SCHEME = pytest.mark.parametrize("scheme", ["light", "dark"])
CHINESE = """() => [...document.querySelectorAll('main *')].flatMap(one => [...one.childNodes])
  .filter(one => one.nodeType === 3 && /[\\u4e00-\\u9fff]/.test(one.data) && !one.parentElement.closest('style, [lang]'))
  .map(one => one.data)"""


def test_one_language_is_shown_at_a_time(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["self_operated"]) as watched:
        shown = watched.page
        shown.keyboard.press("1")
        assert shown.evaluate("document.documentElement.lang") == "en"
        assert state(shown) == "Requested"
        assert shown.evaluate(CHINESE) == []
        shown.keyboard.press("l")
        assert state(shown) == "待审核"
        assert shown.evaluate("document.documentElement.lang") == "zh-CN"
        assert shown.title().startswith(orders.get("self_operated").label.zh)
        ids = shown.eval_on_selector_all("[id]", "all => all.map(one => one.id)")
        assert len(ids) == len(set(ids))
        assert lit(shown, ".node.now") == ["state-requested"]


def test_the_keys_are_listed(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["virtual"]) as watched:
        shown = watched.page
        shown.keyboard.press("?")
        assert shown.is_visible("#page-keys")
        assert "fire that event" in shown.inner_text("#page-keys")
        shown.keyboard.press("1")
        assert state(shown) == "Not filed", "the keys of the page rest"
        shown.keyboard.press("Escape")
        assert not shown.is_visible("#page-keys")


def test_keys_rest_while_something_is_typed(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["virtual"]) as watched:
        watched.page.focus('[data-key="when"]')
        watched.page.keyboard.press("1")
        assert state(watched.page) == "Not filed"
        watched.page.focus('[data-key="pace"]')
        watched.page.keyboard.press("1")
        assert state(watched.page) == "Not filed"


def test_the_focus_is_never_lost(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"]) as watched:
        shown = watched.page
        focused = "document.activeElement.dataset.key ?? document.activeElement.id"
        shown.focus('[data-key="fire-submit"]')
        shown.keyboard.press("Enter")
        assert shown.evaluate(focused) == "state", "the button is gone: the state's name has the focus"
        shown.focus('[data-key="hour"]')
        shown.keyboard.press("Enter")
        assert shown.evaluate(focused) == "hour"
        shown.focus('[data-key="undo"]')
        for _ in range(2):
            shown.keyboard.press("Enter")
        assert shown.evaluate(focused) == "state"
        shown.focus('[data-key="language"]')
        shown.keyboard.press("Enter")
        assert shown.evaluate(focused) == "language"
        shown.click("#page-start summary")
        shown.focus("#page-fact-excluded")
        shown.keyboard.press("Space")
        assert shown.evaluate(focused) == "page-fact-excluded"
        assert shown.is_visible("#page-fact-excluded")


@EVERY_KEY_AND_OWN
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone_shows_all_without_sideways_scrolling(browser: Browser, addresses: dict[str, str], key: str, lang: str) -> None:
    with opened(browser, addresses[key], f"#lang={lang}", viewport=PHONE, has_touch=True) as watched:
        shown = watched.page
        shown.click("#page-start summary")
        for _ in range(3):
            assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
            outside = shown.eval_on_selector_all(
                "#page-panel *",
                "all => all.filter(one => one.getBoundingClientRect().right > innerWidth + 0.5).map(one => one.outerHTML.slice(0, 80))",
            )
            assert outside == []
            shown.tap(".action")
        small = shown.eval_on_selector_all(
            "#page-panel button", "all => all.filter(one => one.offsetParent && one.getBoundingClientRect().height < 24).length"
        )
        assert small == 0


AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations.map(one => [one.id, one.impact, one.nodes.map(node => node.html.slice(0, 120)), one.nodes[0].failureSummary]);
}"""
CONTRAST = """() => {
  const numbers = text => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const linear = part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  const light = ([r, g, b]) => [r, g, b].map(part => linear(part / 255))
    .reduce((sum, part, place) => sum + part * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = one => {
    for (; one; one = one.parentElement) {
      const [r, g, b, a = 1] = numbers(getComputedStyle(one).backgroundColor);
      if (a > 0.99) return [r, g, b];
    }
    return null;
  };
  const poor = [];
  for (const one of document.querySelectorAll('#page-panel *, #page-zoom *, #page-keys *')) {
    if (![...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()) || !one.getClientRects().length) continue;
    const [ink, paper] = [light(numbers(getComputedStyle(one).color)), light(behind(one))];
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < 4.5) poor.push([one.outerHTML.slice(0, 100), ratio]);
  }
  return poor;
}"""


@EACH_SCHEME
@EVERY_KEY_AND_OWN
def test_text_is_legible_in_both_colour_schemes(browser: Browser, addresses: dict[str, str], key: str, scheme: str) -> None:
    """All text of the panel has 4.5:1 (WCAG 2.1 AA), with every kind of text on show; the paper is that of the scheme."""
    with opened(browser, addresses[key], color_scheme=scheme) as watched:
        shown = watched.page
        for selector in ("#page-start summary", "#page-actions summary"):
            shown.click(selector)
        assert shown.evaluate(CONTRAST) == []
        for _ in range(2):
            shown.keyboard.press("1")
        shown.fill('[data-key="when"]', "2027-06-01T09:00")
        shown.click('[data-key="go"]')
        assert shown.evaluate(CONTRAST) == []
        dark = shown.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(13, 17, 23)"
        assert dark == (scheme == "dark")


LOOKED_AT = [
    ("third_party", "zh", DESK, "light"),
    ("third_party", "en", PHONE, "dark"),
    ("self_operated", "en", PHONE, "light"),
    ("virtual", "zh", DESK, "dark"),
    ("exchange", "en", DESK, "light"),
]


@pytest.mark.parametrize(("key", "lang", "size", "scheme"), LOOKED_AT, ids=[f"{key}-{lang}-{scheme}" for key, lang, _, scheme in LOOKED_AT])
def test_axe_has_no_finding(browser: Browser, addresses: dict[str, str], key: str, lang: str, size: dict[str, int], scheme: str) -> None:
    """Of any level: when it opens, with all on show (on a phone in the open sheet) after steps, and in both dialogs."""
    engine = (node_module("axe-core") / "axe.min.js").read_text("utf-8")
    with opened(browser, addresses[key], f"#lang={lang}", color_scheme=scheme, viewport=size) as watched:
        shown = watched.page
        shown.evaluate(engine)
        assert shown.evaluate(AXE) == []
        for selector in ("#page-start summary", "#page-actions summary"):
            shown.click(selector)
        for _ in range(2):
            shown.keyboard.press("1")
        if size == PHONE:
            shown.click('[data-key="sheet_more"]')
        assert shown.evaluate(AXE) == []
        for key_of_dialog in ("r", "?"):
            shown.keyboard.press(key_of_dialog)
            assert shown.locator("dialog[open]").count() == 1
            assert shown.evaluate(AXE) == []
            shown.keyboard.press("Escape")
