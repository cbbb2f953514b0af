"""How tests use a page in Chromium: open it, and read what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from tests.browser import Watched, page_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


PHONE = {"width": 375, "height": 800}
DESK = {"width": 1600, "height": 1000}


@contextmanager
def opened(browser: Browser, address: str, hash: str = "#lang=en", **options: Any) -> Iterator[Watched]:
    """A page; it must not have complained or asked for anything when the test is done with it."""
    with page_of(browser, **{"viewport": DESK, "reduced_motion": "reduce", **options}) as watched:
        watched.page.goto(address + hash)
        watched.page.wait_for_selector("#page-canvas svg", state="attached")
        yield watched
        assert watched.complaints == []


def state(shown: Page) -> str:
    return shown.inner_text("#page-state-name")


def message(shown: Page) -> str:
    return shown.inner_text("#page-message")


def clock(shown: Page) -> str:
    return shown.inner_text("#page-state .now")


def lit(shown: Page, selector: str) -> list[str]:
    """The ids of elements of the diagram, in order."""
    found: list[str] = shown.eval_on_selector_all(f"#page-canvas {selector}", "all => all.map(one => one.id)")
    return found
