"""Owns the headless Chromium that tests share, and what they load into it. Reads nothing from the network.

A test that takes the fixture `browser`, or wears `@needs_chromium`, carries the mark `browser` (`pytest -m browser`), and skips
where Playwright or Chromium is missing. Knows nothing of what the tests look at.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

WEB = Path(__file__).parent / "web"
VARIABLE = "REFUND_FSM_CHROMIUM"  # names another Chromium than the one on the PATH
FLAGS = (
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",  # a container's shared memory is small
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no name has an address
)
OUTSIDE = re.compile(r"^(?!(?:file|data|about|blob):)")

needs_chromium = pytest.mark.browser


@cache
def missing() -> str | None:
    """What browser tests lack here and how to get it; None when nothing."""
    if importlib.util.find_spec("playwright") is None:
        return "Playwright is missing: pip install -e '.[dev]'"
    if chromium() is None:
        return f"Chromium is missing: apt-get install chromium, or name one in {VARIABLE}"
    return None


def chromium() -> str | None:
    """The path of the browser: that of the environment variable, else the one on the PATH."""
    return os.environ.get(VARIABLE) or shutil.which("chromium")


def node_module(name: str) -> Path:
    """The folder of an npm package of `tests/web/package.json`; skips the test where it is not installed."""
    folder = WEB / "node_modules" / name
    if not folder.is_dir():
        pytest.skip(f"{name} is missing: npm ci --prefix tests/web")
    return folder


@dataclass(frozen=True)
class Watched:
    """A page, and what it said and asked for since it was opened: console messages (`type: text`), uncaught errors, addresses outside."""

    page: Page
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def complaints(self) -> list[str]:
        """What a sound page has none of: errors and warnings of the console, uncaught errors, requests to anywhere."""
        loud = [message for message in self.console if message.startswith(("error:", "warning:"))]
        return loud + self.errors + self.requests


@contextmanager
def page_of(browser: Browser, **context_options: Any) -> Iterator[Watched]:
    """A page in a context of its own (`new_context` takes the options); requests to anywhere but files and the page itself are stopped."""
    context = browser.new_context(**{"service_workers": "block", "offline": True, **context_options})
    try:
        context.route(OUTSIDE, _abort)
        watched = Watched(context.new_page())
        context.on("console", lambda message: watched.console.append(f"{message.type}: {message.text}"))
        context.on("weberror", lambda error: watched.errors.append(str(error.error)))
        context.on("request", lambda request: watched.requests.append(request.url) if OUTSIDE.match(request.url) else None)
        watched.page.on("websocket", lambda socket: watched.requests.append(socket.url))
        yield watched
    finally:
        context.close()


def _abort(route: Route) -> None:
    route.abort()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for each pytest process, with a fresh user folder."""
    if lack := missing():
        pytest.skip(lack)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium(), args=list(FLAGS))
        yield opened
        opened.close()


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests that use the fixture, and skips the marked ones where something is missing."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")
        if item.get_closest_marker("browser") and (lack := missing()):
            item.add_marker(pytest.mark.skip(reason=lack))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for all browser tests that were skipped."""
    lack = missing()
    skipped = terminalreporter.stats.get("skipped", [])
    ours = [report for report in skipped if "browser" in getattr(report, "keywords", ())]  # the report of a collection has none
    if lack and ours:
        terminalreporter.write_line(f"{len(ours)} browser tests skipped. {lack}")
