"""The replay in Chromium: people in each state as the cases tell, playing and stepping, slider, still frames, one language at a time, a
phone's width, no finding of axe, no request to anywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from refund_fsm import RefundCase
from tests.browser import Watched, node_module, page_of
from tests.diagram.page.test_for_all import AXE
from tests.simulate.simulated import START

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
DAY = timedelta(days=1)
MOST_FRAMES = 600
SHOWN = """() => Object.fromEntries([...document.querySelectorAll('#replay-where tbody tr:not(.phase)')].map(row =>
  [row.querySelector('th').innerText.trim(), [...row.querySelectorAll('td')].map(one => one.textContent).join(' ').trim()]))"""
FRAMES = "async count => { for (let n = 0; n < count; n += 1) await new Promise(requestAnimationFrame); }"
INK = """() => {
  const one = document.getElementById('replay-over');
  return one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(Boolean);
}"""
PARTS = """() => document.getElementById('replay-sheet').shadowRoot.querySelectorAll('g.node.state').length"""
BEYOND = """() => [...document.querySelectorAll('main *:not(#replay-sheet, #replay-over, .heard)')].filter(one =>
  one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML.slice(0, 90))"""
SMALL = """() => [...document.querySelectorAll('main :is(button, select, input)')]
  .filter(one => { const box = one.getBoundingClientRect(); return box.width && (box.width < 24 || box.height < 24); })
  .map(one => one.outerHTML.slice(0, 80))"""


@contextmanager
def opened(browser: Browser, address: str, hash: str = "#lang=en", **options: Any) -> Iterator[Watched]:
    with page_of(browser, **{"viewport": DESK, **options}) as watched:
        watched.page.goto(address + hash)
        watched.page.evaluate(FRAMES, 2)
        yield watched
        assert watched.complaints == []


def press(shown: Page, key: str) -> None:
    shown.click(f'[data-key="{key}"]')
    shown.evaluate(FRAMES, 2)


def until(shown: Page, condition: str) -> None:
    """Frames until a condition holds. (Waiting as Playwright does would evaluate a text in the page, which its policy forbids.)"""
    for _ in range(MOST_FRAMES):
        if shown.evaluate(condition):
            return
        shown.evaluate(FRAMES, 2)
    raise AssertionError(f"never: {condition}")


def people(cases: Sequence[RefundCase], at: datetime) -> Counter[str]:
    """How many cases are where at an instant, as the cases themselves tell."""
    return Counter(([case.workflow.initial, *(step.dest for step in case.steps if step.at <= at)][-1]).en for case in cases)


def late(cases: Sequence[RefundCase], at: datetime) -> int:
    """How many have a limit behind them, in the state in which they still are."""
    found = 0
    for case in cases:
        ends = [step.at for step in case.steps if not step.rule.internal]
        found += any(one.at <= at and not any(one.at <= end <= at for end in ends) for one in case.breaches())
    return found


def test_numbers_are_those_of_the_cases(browser: Browser, address: str, cases: Sequence[RefundCase]) -> None:
    breach = next(one.at for case in cases for one in case.breaches())
    with opened(browser, address) as watched:
        shown = watched.page
        assert shown.evaluate(PARTS) > 5 and shown.evaluate(INK)
        for at in (START, START + 3 * DAY, breach, START + 12 * DAY, START + DAY, max(case.now for case in cases)):
            shown.evaluate("at => refundReplay.go(at)", (at - START).total_seconds())
            shown.evaluate(FRAMES, 2)
            told, wanted = shown.evaluate(SHOWN), people(cases, at)
            assert {name: int(cell.split()[0]) for name, cell in told.items() if cell.split()[0] != "0"} == dict(wanted), at
            assert sum(int(cell.split("!")[1]) for cell in told.values() if "!" in cell) == late(cases, at)
        assert late(cases, breach) > 0
        passed = sum(len(case.breaches()) for case in cases)
        assert f"limits passed: {passed}" in shown.inner_text("#replay-clock")
        assert f"({passed})" in shown.inner_text("#replay-passed h2") and shown.locator("#replay-passed li").count() == passed


def test_steps_days_and_the_slider(browser: Browser, address: str, cases: Sequence[RefundCase]) -> None:
    moments = sorted({START, *(step.at for case in cases for step in case.steps)})
    at = "refundReplay.session.at"
    with opened(browser, address) as watched:
        shown = watched.page
        press(shown, "step")
        assert START + timedelta(seconds=shown.evaluate(at)) == moments[1]
        assert any(rule in shown.inner_text("#replay-message") for rule in cases[0].workflow.by_id)
        press(shown, "step")
        press(shown, "back")
        assert START + timedelta(seconds=shown.evaluate(at)) == moments[1]
        press(shown, "back")
        press(shown, "back")
        assert shown.evaluate(at) == 0 and "beginning" in shown.inner_text("#replay-message")
        press(shown, "day")
        assert shown.evaluate(at) == DAY.total_seconds()
        shown.focus("#replay-slider")
        shown.keyboard.press("ArrowRight")
        assert shown.evaluate(at) == DAY.total_seconds() + 3_600
        told = "13 February 2026 Fri 11:00 · working day"
        assert shown.get_attribute("#replay-slider", "aria-valuetext") == told
        assert told in (shown.text_content("#replay-message") or "")
        shown.keyboard.press("End")
        shown.evaluate(FRAMES, 2)
        assert "0 open" in shown.inner_text("#replay-clock")
        shown.evaluate("refundReplay.go(3 * 86400)")
        shown.evaluate(FRAMES, 2)
        assert "day off · Spring Festival" in shown.inner_text("#replay-clock")
        assert shown.evaluate("document.getElementById('replay-clock').classList.contains('off')")


def test_it_plays_and_pauses(browser: Browser, address: str) -> None:
    at = "refundReplay.session.at"
    with opened(browser, address) as watched:
        shown = watched.page
        shown.select_option("#replay-speed", "604800")
        shown.focus('[data-key="play"]')
        shown.keyboard.press("Enter")
        assert shown.inner_text('[data-key="play"]') == "❚❚ Pause" and (shown.text_content("#replay-message") or "").strip() == ""
        until(shown, f"{at} > 86400")
        shown.keyboard.press("Enter")
        stood = shown.evaluate(at)
        shown.evaluate(FRAMES, 3)
        assert shown.evaluate(at) == stood, "it stands"
        assert shown.inner_text('[data-key="play"]') == "▶ Play" and "open" in (shown.text_content("#replay-message") or "")
        shown.evaluate("refundReplay.go(refundReplay.data.span - 60)")
        press(shown, "play")
        until(shown, "!refundReplay.session.playing")
        assert "the end" in shown.inner_text("#replay-message")


def test_still_frames_for_those_who_want_less_motion(browser: Browser, address: str) -> None:
    """Between two frames nothing moves: the instant stays, and no case is under way."""
    with opened(browser, address, reduced_motion="reduce") as watched:
        shown = watched.page
        shown.select_option("#replay-speed", "86400")
        press(shown, "play")
        assert "one still frame a second" in shown.inner_text("#replay-message")
        until(shown, "refundReplay.session.at > 0")
        assert shown.evaluate("refundReplay.session.at") % DAY.total_seconds() == 0
        shown.evaluate(FRAMES, 2)
        drawn = "document.getElementById('replay-over').toDataURL()"
        one = shown.evaluate(f"[refundReplay.session.at, {drawn}]")
        shown.evaluate(FRAMES, 2)
        other = shown.evaluate(f"[refundReplay.session.at, {drawn}]")
        assert one == other or one[0] != other[0]
        press(shown, "play")


def test_a_state_in_the_table_leads_to_its_card(browser: Browser, address: str) -> None:
    with opened(browser, address, viewport=PHONE) as watched:
        shown = watched.page
        shown.click("#replay-where button:text-is('Refunding')")
        shown.evaluate(FRAMES, 2)
        box = shown.evaluate("""() => {
          const host = document.getElementById('replay-scroll').getBoundingClientRect();
          const card = document.getElementById('replay-sheet').shadowRoot.getElementById('state-refunding').getBoundingClientRect();
          return card.top >= host.top && card.bottom <= host.bottom && card.left >= host.left && card.right <= host.right;
        }""")
        assert box and shown.evaluate("refundReplay.stage.scale()") >= 0.78


def test_one_language_at_a_time_and_one_name_for_all(browser: Browser, address: str) -> None:
    chinese = "/[\\u4e00-\\u9fff]/.test([...document.querySelectorAll('main *:not([lang])')].map(one => "
    chinese += "[...one.childNodes].filter(node => node.nodeType === 3).map(node => node.data).join('')).join(''))"
    with opened(browser, address, "#lang=en&at=2026-02-20T10:00") as watched:
        shown = watched.page
        assert not shown.evaluate(chinese) and shown.evaluate("document.documentElement.lang") == "en"
        assert "20 February 2026 Fri 10:00" in shown.inner_text("#replay-clock").replace("\xa0", " ")
        press(shown, "language")
        assert "2026年2月20日" in shown.inner_text("#replay-clock") and "春节" in shown.inner_text("#replay-clock")
        assert shown.evaluate("document.activeElement.dataset.key") == "language", "the focus is kept"
        refused = shown.evaluate("fetch('data:text/plain,x').then(() => 'fetched', () => 'refused')")
        assert refused == "refused"
        assert shown.evaluate("Object.getOwnPropertyNames(window).filter(name => /^refund|^make|^film$|^data$/.test(name))") == [
            "refundReplay"
        ]
        watched.console.clear()  # the refusal is one


@pytest.mark.parametrize(("size", "scheme"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"])
def test_axe_has_no_finding(browser: Browser, address: str, size: dict[str, int], scheme: str) -> None:
    engine = (node_module("axe-core") / "axe.min.js").read_text("utf-8")
    with opened(browser, address, "#lang=en&at=2026-03-01T10:00", viewport=size, color_scheme=scheme) as watched:
        shown = watched.page
        shown.evaluate(engine)
        assert shown.evaluate(AXE) == []
        assert shown.evaluate("document.documentElement.scrollWidth") <= size["width"]
        assert shown.evaluate(BEYOND) == [] and shown.evaluate(SMALL) == []
