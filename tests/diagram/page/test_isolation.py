"""A page keeps to itself: one global object, no connection, no script but its own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tests.browser import page_of
from tests.workflows import EVERY_KEY_AND_OWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@EVERY_KEY_AND_OWN
def test_nothing_is_global_but_one_object(browser: Browser, addresses: dict[str, str], tmp_path: Path, key: str) -> None:
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>", encoding="utf-8")
    names = "Object.getOwnPropertyNames(window)"
    with page_of(browser) as watched:
        watched.page.goto(blank.as_uri())
        known = set(watched.page.evaluate(names))
        watched.page.goto(addresses[key])
        assert set(watched.page.evaluate(names)) - known == {"refundPage"}


def test_the_policy_of_the_page_forbids_connections(browser: Browser, addresses: dict[str, str]) -> None:
    with page_of(browser) as watched:
        watched.page.goto(addresses["virtual"])
        refused = watched.page.evaluate("fetch('data:text/plain,x').then(() => 'fetched', () => 'refused')")
        assert refused == "refused"
        add = "const one = document.createElement('script'); one.textContent = 'window.other = 1'; document.body.append(one)"
        assert watched.page.evaluate(f"(() => {{ {add}; return window.other }})()") is None
