"""The page in a real Chromium: every feature once, no request and no complaint, legible in both colour schemes, usable by all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from refund_fsm import Workflow, orders
from refund_fsm.diagram import page
from tests.browser import Watched, node_module, page_of
from tests.exchange import WORKFLOW

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

KEYS = (*orders.keys(), WORKFLOW.key)
SCHEMES = ("light", "dark")
PHONE = {"width": 375, "height": 800}
DESK = {"width": 1600, "height": 1000}


def _workflow(key: str) -> Workflow:
    return WORKFLOW if key == WORKFLOW.key else orders.get(key)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The address of the page of each workflow, with counts and waits laid over."""
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for key in KEYS:
        workflow = _workflow(key)
        counts = {id: 1000 // place for place, id in enumerate(workflow.by_id, start=1)}
        waits = {state: timedelta(hours=30 * place) for place, state in enumerate(workflow.states)}
        path = page(workflow, counts=counts, waits=waits).save(Path(folder) / f"{key}.html")
        found[key] = path.as_uri()
    return found


@contextmanager
def opened(browser: Browser, address: str, hash: str = "#lang=en", **options: Any) -> Iterator[Watched]:
    """A page; it must not have complained or asked for anything when the test is done with it."""
    with page_of(browser, **{"viewport": DESK, "reduced_motion": "reduce", **options}) as watched:
        watched.page.goto(address + hash)
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


@pytest.mark.parametrize("key", KEYS)
def test_a_whole_case_by_keys_alone(browser: Browser, files: dict[str, str], key: str) -> None:
    """The first event again and again ends every case, or comes round; the history has each step, and U takes all of them back."""
    with opened(browser, files[key]) as watched:
        shown, first = watched.page, state(watched.page)
        assert first == _workflow(key).initial.en
        for _ in range(6):
            shown.keyboard.press("1")
        steps = shown.locator("#page-history li").count() - 1
        assert steps >= 3
        assert shown.locator("#page-canvas .node.now").count() == 1
        for _ in range(steps):
            shown.keyboard.press("u")
        assert state(shown) == first
        assert shown.locator("#page-history li").count() == 1


def test_events_are_fired_by_key_by_button_and_in_the_diagram(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["third_party"]) as watched:
        shown = watched.page
        assert state(shown) == "Not filed"
        shown.click("#page-canvas #rule-S05")
        assert state(shown) == "Requested"
        shown.keyboard.press("1")
        assert state(shown) == "Under review"
        shown.click('[data-key="fire-approve_return"]')
        assert state(shown) == "Awaiting return"
        assert lit(shown, ".node.now") == ["state-awaiting_return"]
        assert {"edge-S05", "edge-S07", "edge-S09"} <= set(lit(shown, ".edge.taken"))
        assert "edge-S17" in lit(shown, ".edge.next")
        assert "edge-S17" not in lit(shown, ".edge.taken")
        faded = shown.eval_on_selector("#page-canvas #state-escalated", "one => Number(getComputedStyle(one).opacity)")
        assert faded < 0.5
        shown.click("#page-canvas #edge-S17 .hit", force=True)
        assert state(shown) == "Return shipped"


def test_needs_are_named_and_taken_as_given(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["third_party"], "#lang=en") as watched:
        for key in ("2", "1", "1"):
            watched.page.keyboard.press(key)
        assert "needs a tracking number (taken as given)" in watched.page.inner_text('[data-key="fire-ship_return"]')


def test_what_is_refused_is_shown_with_every_reason(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["third_party"]) as watched:
        shown = watched.page
        shown.click("#page-start summary")
        shown.select_option("#page-fact-reason", label="damaged")
        shown.uncheck("#page-fact-amount_ok")
        refused = shown.inner_text("#page-actions .here")
        guards = orders.get("third_party").guards
        assert orders.get("third_party").events["submit"].en in refused
        assert guards["kind_fits"].text.en in refused
        assert guards["amount_within_balance"].text.en in refused
        shown.click("#page-canvas #rule-S05")
        assert guards["kind_fits"].text.en in message(shown)
        assert state(shown) == "Not filed"
        assert shown.locator("#page-actions details li").count() == 0, "the long list is made when it is asked for"
        shown.click("#page-actions summary")
        shown.locator("#page-actions details li").first.wait_for()
        others = shown.inner_text("#page-actions details")
        assert "is possible only in “Under review”" in others
        assert "the limit of" in others


def test_a_state_says_what_it_forbids(browser: Browser, files: dict[str, str]) -> None:
    """The note of B10 stands before the refusals of the merchant, and of nobody else."""
    workflow = orders.get("third_party")
    note = workflow.states["platform_arbitration"].note
    assert note is not None
    with opened(browser, files["third_party"]) as watched:
        shown = watched.page
        for event in ("submit", "start_review", "reject", "apply_arbitration"):
            shown.click(f'[data-key="fire-{event}"]')
        assert state(shown) == "Platform arbitration"
        shown.click("#page-actions summary")
        shown.locator("#page-actions details li").first.wait_for()
        told = shown.eval_on_selector_all(
            "#page-actions details li", "all => all.map(one => [one.querySelector('small').textContent, one.innerText])"
        )
        assert {who for who, text in told if note[2].en in text} == {"merchant"}


def test_the_clock_jumps_to_limits_and_marks_breaches(browser: Browser, files: dict[str, str]) -> None:
    """Across the make-up Saturday of 14 February 2026 and the Spring Festival."""
    with opened(browser, files["self_operated"]) as watched:
        shown = watched.page
        shown.keyboard.press("1")
        assert "2026-02-24 Tue 24:00" in shown.inner_text("#page-state"), "13 and 14 February are worked, 15 to 23 are not"
        assert "Jump" in shown.inner_text("#page-state")
        shown.click('[data-key="jump"]')
        assert clock(shown) == "2026-02-24 Tue 24:00"
        assert "Limit passed: 3 working days" in shown.inner_text("#page-state")
        assert "Limit passed" in message(shown)
        shown.keyboard.press("u")
        assert "Limit passed" not in shown.inner_text("#page-state")
    with opened(browser, files["third_party"]) as watched:
        shown = watched.page
        for key in ("2", "1", "1"):
            shown.keyboard.press(key)
        assert state(shown) == "Awaiting return"
        shown.keyboard.press("j")
        assert state(shown) == "Closed without refund", "the clock's rule has fired"
        assert "not sent back in time" in message(shown)


def test_the_clock_moves_by_hours_days_mornings_and_to_an_instant(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["virtual"]) as watched:
        shown = watched.page
        shown.keyboard.press("t")
        assert clock(shown) == "2026-02-12 Thu 11:00"
        shown.keyboard.press("d")
        assert clock(shown) == "2026-02-13 Fri 11:00"
        shown.keyboard.press("m")
        assert clock(shown) == "2026-02-14 Sat 09:00", "a make-up day"
        shown.keyboard.press("m")
        assert clock(shown) == "2026-02-24 Tue 09:00", "after the holiday"
        shown.fill('[data-key="when"]', "2026-03-01T08:30")
        shown.click('[data-key="go"]')
        assert clock(shown) == "2026-03-01 Sun 08:30"
        shown.fill('[data-key="when"]', "2026-02-01T08:30")
        shown.click('[data-key="go"]')
        assert clock(shown) == "2026-03-01 Sun 08:30"
        assert "not before the present one" in message(shown)
        shown.select_option('[data-key="pace"]', "none")
        shown.keyboard.press("Escape")
        shown.click('[data-key="fire-contact_support"]')
        assert clock(shown) == "2026-03-01 Sun 08:30"


def test_time_zone_of_the_browser_changes_nothing(browser: Browser, files: dict[str, str]) -> None:
    looks = []
    for zone in ("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"):
        with opened(browser, files["self_operated"], timezone_id=zone) as watched:
            for key in ("1", "1", "d", "m"):
                watched.page.keyboard.press(key)
            looks.append((watched.page.inner_text("#page-state"), watched.page.url))
    assert len(set(looks)) == 1


def test_history_undo_redo_and_reset(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["third_party"]) as watched:
        shown = watched.page
        for key in ("2", "1", "1", "1"):
            shown.keyboard.press(key)
        assert state(shown) == "Return shipped"
        shown.click('[data-key="step-1"]')
        assert state(shown) == "Under review"
        shown.keyboard.press("y")
        assert state(shown) == "Awaiting return"
        shown.click('[data-key="undo"]')
        assert state(shown) == "Under review"
        shown.keyboard.press("r")
        assert state(shown) == "Not filed"
        assert shown.is_disabled('[data-key="undo"]')
        shown.keyboard.press("y")
        assert state(shown) == "Requested", "what was done can be done again"


def test_back_to_a_step_of_the_clock(browser: Browser, files: dict[str, str]) -> None:
    """A jump by the clock can fire several rules at once: the history leads to each of them."""
    with opened(browser, files["third_party"]) as watched:
        shown = watched.page
        for key in ("2", "1", "1", "1"):
            shown.keyboard.press(key)
        shown.fill('[data-key="when"]', "2026-06-01T09:00")
        shown.click('[data-key="go"]')
        last = shown.locator("#page-history li").count() - 2
        assert shown.inner_text(f'[data-key="step-{last}"] .when') != clock(shown)
        shown.click(f'[data-key="step-{last}"]')
        shown.click(f'[data-key="step-{last - 1}"]')
        assert state(shown) == "Return shipped"


def test_the_address_holds_the_case(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["third_party"]) as watched:
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
def test_a_bad_address_is_said_and_starts_anew(browser: Browser, files: dict[str, str], change: str, told: str) -> None:
    with opened(browser, files["third_party"]) as watched:
        good = watched.page.url
    given = dict(part.split("=", 1) for part in good.split("#")[1].split("&"))
    given |= dict(part.split("=", 1) for part in change.split("&"))
    with opened(browser, files["third_party"], "#" + "&".join(f"{name}={value}" for name, value in given.items())) as watched:
        assert told in message(watched.page)
        assert state(watched.page) == "Not filed"
        assert watched.page.url == good


def test_facts_that_no_order_has_are_explained(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["third_party"]) as watched:
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


CHINESE = """() => [...document.querySelectorAll('main *')].flatMap(one => [...one.childNodes])
  .filter(one => one.nodeType === 3 && /[\\u4e00-\\u9fff]/.test(one.data) && !one.parentElement.closest('style, [lang]'))
  .map(one => one.data)"""


def test_two_languages_one_at_a_time(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["self_operated"]) as watched:
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


def test_counts_and_waits_are_laid_over(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["third_party"]) as watched:
        shown = watched.page
        plain = shown.inner_html("#page-canvas")
        shown.keyboard.press("h")
        assert shown.get_attribute('[data-key="heat"]', "aria-pressed") == "true"
        assert shown.inner_html("#page-canvas") != plain
        assert "1,000 times" in shown.inner_text('[data-key="fire-contact_merchant"]')
        shown.keyboard.press("1")
        assert "mean time here" in shown.inner_text("#page-state")
        shown.keyboard.press("h")
        assert "mean time here" not in shown.inner_text("#page-state")


def test_the_overlay_keeps_the_widths_that_count_cases(browser: Browser, tmp_path: Path) -> None:
    workflow = orders.get("virtual")
    path = page(workflow, counts={rule.id: 9 * place**2 for place, rule in enumerate(workflow.rules)}).save(tmp_path / "a.html")
    with opened(browser, path.as_uri()) as watched:
        watched.page.keyboard.press("1")
        watched.page.keyboard.press("h")
        widths = watched.page.eval_on_selector_all(
            "#page-canvas .edge .line",
            "all => all.map(one => [parseFloat(getComputedStyle(one).strokeWidth), +one.getAttribute('stroke-width')])",
        )
        assert watched.page.locator("#page-canvas .edge.taken").count() > 0
    assert len({drawn for drawn, _ in widths}) > 5
    assert [drawn for drawn, _ in widths] == pytest.approx([meant for _, meant in widths])


def test_without_counts_there_is_no_overlay(browser: Browser, tmp_path: Path) -> None:
    path = page(orders.get("virtual")).save(tmp_path / "page.html")
    with opened(browser, path.as_uri()) as watched:
        assert watched.page.locator('[data-key="heat"]').count() == 0
        watched.page.keyboard.press("h")
        assert state(watched.page) == "Not filed"


def test_pan_and_zoom(browser: Browser, files: dict[str, str]) -> None:
    box = "document.querySelector('#page-canvas svg').viewBox.baseVal"
    size = f"(() => {{ const {{x, y, width, height}} = {box}; return [x, y, width, height] }})()"
    with opened(browser, files["third_party"]) as watched:
        shown = watched.page
        start = shown.evaluate(size)
        shown.keyboard.press("+")
        assert shown.evaluate(size)[2] < start[2]
        shown.keyboard.press("-")
        shown.keyboard.press("-")
        assert shown.evaluate(size)[2] > start[2]
        shown.keyboard.press("0")
        assert shown.evaluate(size)[:2] == [0, 0]
        shown.keyboard.press("c")
        assert shown.evaluate(size) == pytest.approx(start, abs=0.01)
        shown.focus("#page-canvas")
        shown.keyboard.press("ArrowRight")
        assert shown.evaluate(size)[0] > start[0]
        before = shown.evaluate(size)
        shown.mouse.move(600, 800)
        shown.mouse.wheel(0, -300)
        shown.wait_for_function(f"{box}.width < {before[2]}")
        before = shown.evaluate(size)
        shown.mouse.down()
        shown.mouse.move(700, 850, steps=4)
        shown.mouse.up()
        assert shown.evaluate(size)[0] < before[0]
        assert state(shown) == "Not filed", "a drag is no click"


def test_the_keys_are_listed(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["virtual"]) as watched:
        shown = watched.page
        shown.keyboard.press("?")
        assert shown.is_visible("#page-keys")
        assert "fire that event" in shown.inner_text("#page-keys")
        shown.keyboard.press("1")
        assert state(shown) == "Not filed", "the keys of the page rest"
        shown.keyboard.press("Escape")
        assert not shown.is_visible("#page-keys")


def test_keys_rest_while_something_is_typed(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["virtual"]) as watched:
        watched.page.focus('[data-key="when"]')
        watched.page.keyboard.press("1")
        assert state(watched.page) == "Not filed"
        watched.page.focus('[data-key="pace"]')
        watched.page.keyboard.press("1")
        assert state(watched.page) == "Not filed"


def test_the_focus_is_never_lost(browser: Browser, files: dict[str, str]) -> None:
    with opened(browser, files["third_party"]) as watched:
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


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_phone_shows_all_without_sideways_scrolling(browser: Browser, files: dict[str, str], key: str, lang: str) -> None:
    with opened(browser, files[key], f"#lang={lang}", viewport=PHONE, has_touch=True) as watched:
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
  return found.violations.filter(one => ['serious', 'critical'].includes(one.impact))
    .map(one => [one.id, one.nodes.map(node => node.html.slice(0, 120)), one.nodes[0].failureSummary]);
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


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("key", KEYS)
def test_text_is_legible_in_both_colour_schemes(browser: Browser, files: dict[str, str], key: str, scheme: str) -> None:
    """All text of the panel has 4.5:1 (WCAG 2.1 AA), with every kind of text on show; the paper is that of the scheme."""
    with opened(browser, files[key], color_scheme=scheme) as watched:
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


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("key", "lang"), [("third_party", "zh"), ("self_operated", "en"), ("virtual", "zh"), ("exchange", "en")])
def test_axe_has_no_serious_finding(browser: Browser, files: dict[str, str], key: str, lang: str, scheme: str) -> None:
    engine = (node_module("axe-core") / "axe.min.js").read_text("utf-8")
    with opened(browser, files[key], f"#lang={lang}", color_scheme=scheme) as watched:
        shown = watched.page
        shown.evaluate(engine)
        assert shown.evaluate(AXE) == []
        for selector in ("#page-start summary", "#page-actions summary"):
            shown.click(selector)
        for _ in range(3):
            shown.keyboard.press("1")
        assert shown.evaluate(AXE) == []
        shown.keyboard.press("?")
        assert shown.evaluate(AXE) == []


@pytest.mark.parametrize("key", KEYS)
def test_nothing_is_global_but_one_object(browser: Browser, files: dict[str, str], tmp_path: Path, key: str) -> None:
    blank = tmp_path / "blank.html"
    blank.write_text("<!doctype html><title>blank</title>", encoding="utf-8")
    names = "Object.getOwnPropertyNames(window)"
    with page_of(browser) as watched:
        watched.page.goto(blank.as_uri())
        known = set(watched.page.evaluate(names))
        watched.page.goto(files[key])
        assert set(watched.page.evaluate(names)) - known == {"refundPage"}


def test_the_policy_of_the_page_forbids_connections(browser: Browser, files: dict[str, str]) -> None:
    with page_of(browser) as watched:
        watched.page.goto(files["virtual"])
        refused = watched.page.evaluate("fetch('data:text/plain,x').then(() => 'fetched', () => 'refused')")
        assert refused == "refused"
        add = "const one = document.createElement('script'); one.textContent = 'window.other = 1'; document.body.append(one)"
        assert watched.page.evaluate(f"(() => {{ {add}; return window.other }})()") is None
