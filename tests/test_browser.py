"""The watch itself must see: a page that misbehaves is caught, a page that reads its own files is not; and what is missing is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser import VARIABLE, page_of
from tests.places import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BAD = [
    ("<img src='http://example.com/a.png'>", "http://example.com/a.png"),
    ("<script>fetch('https://example.com/f').catch(() => 0)</script>", "https://example.com/f"),
    ("<script>new WebSocket('ws://localhost:1/')</script>", "ws://localhost:1/"),
    ("<script>console.error('wrong')</script>", "error: wrong"),
    ("<script>console.warn('odd')</script>", "warning: odd"),
    ("<script>setTimeout(() => { throw Error('late') }, 0)</script>", "late"),
]


@pytest.mark.parametrize(("body", "told"), BAD, ids=[told for _, told in BAD])
def test_a_page_that_misbehaves_is_caught(browser: Browser, tmp_path: Path, body: str, told: str) -> None:
    (tmp_path / "page.html").write_text(f"<!DOCTYPE html><meta charset=utf-8>{body}", encoding="utf-8")
    with page_of(browser) as watched:
        watched.page.goto((tmp_path / "page.html").as_uri())
        watched.page.evaluate("() => new Promise(done => setTimeout(done, 20))")
        assert told in watched.complaints


def test_a_page_of_its_own_files_is_not(browser: Browser, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!DOCTYPE html><img src='data:,'><script src=own.js></script>", encoding="utf-8")
    (tmp_path / "own.js").write_text("console.log('here')", encoding="utf-8")
    with page_of(browser) as watched:
        watched.page.goto((tmp_path / "page.html").as_uri())
        assert watched.console == ["log: here"]
        assert not watched.complaints


def test_tests_that_lack_a_tool_leave_a_clean_end(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """A module that skips itself has a report of its collection, which carries no marks: it is no browser test."""
    pytester.makepyfile(
        test_tool="import pytest\npytest.skip('no tool', allow_module_level=True)",
        test_page="def test_a_page(browser):\n    raise AssertionError('there is no browser')",
    )
    pytester.makeini("[pytest]\nmarkers = browser")
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(VARIABLE, raising=False)
    done = pytester.runpytest_subprocess("-p", "tests.browser", "-p", "no:cacheprovider")
    assert (done.ret, done.stderr.str()) == (pytest.ExitCode.OK, "")
    done.assert_outcomes(skipped=2)
    done.stdout.fnmatch_lines(["1 browser tests skipped. * is missing: *"])
