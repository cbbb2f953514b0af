"""The keys of the page: they can be switched off, and that is remembered; the last message is told again in the other language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.diagram.page.browsing import clock, message, opened, state

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NO_STORAGE = "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('none', 'SecurityError'); } })"
HINTS = "#page-main kbd:not([data-key=help] kbd), [aria-keyshortcuts]"


def switched(shown: Page, *, on: bool) -> None:
    shown.click('[data-key="help"]')
    shown.set_checked('[data-key="keys"]', on)
    shown.click('#page-keys [data-key="close"]')


def test_the_keys_can_be_switched_off_and_that_is_remembered(browser: Browser, addresses: dict[str, str]) -> None:
    """WCAG 2.1.4: without keys, nothing happens by a letter, nothing promises one, and the buttons and arrows work."""
    with opened(browser, addresses["third_party"]) as watched:
        shown = watched.page
        assert shown.locator(HINTS).count() > 10
        switched(shown, on=False)
        for _ in range(2):
            before = state(shown), clock(shown), shown.url
            for key in "1tdmjrlfhc?+-0":
                shown.keyboard.press(key)
            assert (state(shown), clock(shown), shown.url) == before
            assert shown.locator("dialog[open]").count() == 0
            assert shown.locator(HINTS).count() == 0
            shown.reload()
        shown.focus("#page-canvas")
        box = shown.get_attribute("#page-canvas svg", "viewBox")
        shown.keyboard.press("ArrowDown")
        assert shown.get_attribute("#page-canvas svg", "viewBox") != box, "arrows move what has the focus"
        shown.click('[data-key="fire-submit"]')
        assert state(shown) == "Requested"
        switched(shown, on=True)
        shown.keyboard.press("1")
        assert state(shown) == "Under review"


def test_without_storage_the_choice_holds_for_the_visit(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["virtual"], "") as watched:
        shown = watched.page
        shown.add_init_script(NO_STORAGE)
        shown.goto(addresses["virtual"] + "#lang=en")
        shown.reload()
        switched(shown, on=False)
        shown.keyboard.press("1")
        assert state(shown) == "Not filed"
        shown.reload()
        shown.keyboard.press("1")
        assert state(shown) == "Requested"


def test_the_language_tells_the_last_message_again(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"], "#lang=en&table=00000000") as watched:
        shown = watched.page

        def said(en: str, zh: str) -> None:
            """The message, in English, in Chinese and back; what is wrong stays so."""
            told, look = message(shown), shown.get_attribute("#page-message", "class")
            assert en in told
            shown.keyboard.press("l")
            assert zh in message(shown)
            assert shown.get_attribute("#page-message", "class") == look
            shown.keyboard.press("l")
            assert message(shown) == told

        said("it belongs to another table", "它属于另一张流程表")
        shown.keyboard.press("2")
        said("Now Requested. The limit ends at", "现在是待审核。时限到")
        shown.keyboard.press("d")
        said("It is 2026-02-13", "现在 2026-02-13")
        shown.click("#page-canvas #rule-S17")
        said("is refused", "不能“")
        shown.keyboard.press("u")
        said("Back at: Requested", "回到：待审核")
        shown.keyboard.press("f")
        said("Back at: Requested", "回到：待审核")
        shown.click("#page-start summary")
        shown.click("#page-fact-in_window")
        said("No order has these facts", "没有这样的订单")
        shown.fill('[data-key="when"]', "2020-03-01T08:30")
        shown.click('[data-key="go"]')
        shown.focus('[data-key="go"]')
        said("and not before the present one", "且不早于现在")


@pytest.mark.parametrize("place", [1, 2])
def test_a_dialog_holds_all_keys(browser: Browser, addresses: dict[str, str], place: int) -> None:
    with opened(browser, addresses["virtual"]) as watched:
        shown = watched.page
        shown.keyboard.press("1")
        shown.keyboard.press("r" if place == 1 else "?")
        before = state(shown), clock(shown)
        for key in "1tu":
            shown.keyboard.press(key)
        assert (state(shown), clock(shown)) == before
        shown.keyboard.press("Escape")
        shown.keyboard.press("u")
        assert state(shown) == "Not filed"
