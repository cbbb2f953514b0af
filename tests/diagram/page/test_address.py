"""The address of the page holds the case; the facts that it begins with, and what is wrong with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.diagram.page.browsing import message, opened, state

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_address_holds_the_case(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"]) as watched:
        shown = watched.page
        shown.click("#page-start summary")
        shown.select_option("#page-fact-goods", label="signed for")
        shown.fill("#page-opening", "2026-02-11T15:30")
        for key in ("fire-submit", "fire-start_review", "fire-reject", "jump"):
            shown.click(f'[data-key="{key}"]')
        before = shown.url, shown.inner_text("#page-state"), shown.inner_text("#page-history")
        assert state(shown) == "Closed without refund"
    with opened(browser, before[0], "") as watched:
        shown = watched.page
        assert (shown.url, shown.inner_text("#page-state"), shown.inner_text("#page-history")) == before
        shown.evaluate("location.hash = '#lang=zh'")
        shown.wait_for_function("document.documentElement.lang === 'zh-CN'")
        assert state(shown) == "未提交"


BAD = [
    ("table=00000000", "another table"),
    ("kind=nothing", "its part “kind” is wrong"),
    ("at=2026-13-45T99:99", "its part “at” is wrong"),
    ("at=1800-01-01T00:00", "its part “at” is wrong"),
    ("log=submit.0,submit.5", "its step 2"),
    ("log=nonsense.0", "its part “log” is wrong"),
    ("log=submit", "its part “log” is wrong"),
    ("log=submit.999999999", "its part “log” is wrong"),
    ("goods=not_shipped&in_window=false", "No order has these facts"),
    ("kind=%E0%A4%A", "its part “#” is wrong"),
    ("lgo=submit.0", "its part “lgo” is wrong"),
]


@pytest.mark.parametrize(("change", "told"), BAD, ids=[change for change, _ in BAD])
def test_a_bad_address_is_said_and_starts_anew(browser: Browser, addresses: dict[str, str], change: str, told: str) -> None:
    with opened(browser, addresses["third_party"]) as watched:
        good = watched.page.url
    given = dict(part.split("=", 1) for part in good.split("#")[1].split("&"))
    given |= dict(part.split("=", 1) for part in change.split("&"))
    with opened(browser, addresses["third_party"], "#" + "&".join(f"{name}={value}" for name, value in given.items())) as watched:
        assert told in message(watched.page)
        assert state(watched.page) == "Not filed"
        assert watched.page.url == good


def test_facts_that_no_order_has_are_explained(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"]) as watched:
        shown = watched.page
        shown.click("#page-start summary")
        shown.click("#page-fact-in_window")
        assert "No order has these facts" in message(shown)
        assert "“The goods are” to “signed for”" in message(shown)
        assert shown.is_checked("#page-fact-in_window"), "nothing was changed"
        shown.select_option("#page-fact-goods", label="signed for")
        assert "Filed from 2026-02-18 Wed 24:00 on" in shown.inner_text("#page-start"), "the window is said"
        shown.uncheck("#page-fact-in_window")
        assert "window" in shown.inner_text("#page-actions .here")
