"""The page on a phone: the sheet with the actions first, every possible next rule in view or led to, the legend whole."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest

from tests.diagram.page.browsing import opened, state

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PHONE = {"width": 390, "height": 844}
STEPS = 14
# Where the labels of possible next rules are: in view, or at the edge a stub; what is in view lies under no stub and no other part.
LABELS = """async () => {
  for (let frame = 0; frame < 4; frame += 1) await new Promise(requestAnimationFrame);
  const { data, model, live } = refundPage;
  const host = document.getElementById('page-canvas'), view = host.getBoundingClientRect();
  const inside = box =>
    box.left >= view.left - 1 && box.right <= view.right + 1 && box.top >= view.top - 1 && box.bottom <= view.bottom + 1;
  const stubs = [...document.querySelectorAll('.stub')];
  const boxes = stubs.map(one => one.getBoundingClientRect());
  const led = new Set(stubs.flatMap(one => one.dataset.rules.split(' ')));
  const legal = model.verdicts(live(), live().now).map(one => one.rule).filter(rule => rule !== null);
  const due = model.due(live());
  const next = new Set([...legal, ...(due && due.then !== null ? [due.then] : [])]);
  const found = { seen: [], led: [], lost: [], covered: [], needless: [], cut: boxes.filter(one => !inside(one)).length };
  for (const rule of next) {
    const { id, slug } = data.rules[rule];
    const chip = host.shadowRoot.querySelector(`#${CSS.escape(`rule-${slug}`)}`);
    const parts = [chip];
    if (chip.classList.contains('row'))
      for (let part = chip.nextElementSibling; part && !part.id.startsWith('rule-'); part = part.nextElementSibling) parts.push(part);
    const rects = parts.map(part => part.getBoundingClientRect());
    const seen = rects.every(inside);
    found[seen ? 'seen' : led.has(id) ? 'led' : 'lost'].push(id);
    const well = rects.every(one => one.left > view.left + 9 && one.right < view.right - 9 && inside(one));
    if (well && chip.classList.contains('row') && led.has(id)) found.needless.push(id);
    const under = rects[0];
    if (seen && boxes.some(box => box.left < under.right && under.left < box.right && box.top < under.bottom && under.top < box.bottom))
      found.covered.push(id);
  }
  return found;
}"""


def walked(shown: Page, seed: int) -> list[dict[str, Any]]:
    """What is found at each step of a random walk, which starts anew where it ends."""
    drawn = random.Random(seed)
    found = []
    for _ in range(STEPS):
        found.append(shown.evaluate(LABELS))
        buttons = shown.locator(".action").count()
        if not buttons:
            shown.evaluate("refundPage.act.back(0)")
            continue
        shown.evaluate("place => document.querySelectorAll('.action')[place].click()", drawn.randrange(buttons))
    return found


@pytest.mark.parametrize(("key", "lang"), [("third_party", "en"), ("shop_official", "zh"), ("exchange", "en")])
def test_every_possible_next_rule_is_in_view_or_led_to(browser: Browser, addresses: dict[str, str], key: str, lang: str) -> None:
    with opened(browser, addresses[key], f"#lang={lang}", viewport=PHONE, has_touch=True) as watched:
        found = walked(watched.page, seed=7)
        assert [one["lost"] + one["covered"] + one["needless"] for one in found] == [[]] * STEPS
        assert sum(one["cut"] for one in found) == 0
        assert sum(len(one["seen"]) for one in found) > sum(len(one["led"]) for one in found), "most are in view"


def test_a_stub_leads_to_its_label_by_the_keyboard(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"], "#lang=en", viewport=PHONE, has_touch=True) as watched:
        shown = watched.page
        assert shown.evaluate(LABELS)["led"] == ["S01"]
        stub = shown.locator('[data-key="stub-S01"]')
        assert stub.inner_text().split() == ["S01", "contact", "the", "merchant", "→"]
        shown.focus("#page-canvas")
        shown.keyboard.press("Tab")
        assert shown.evaluate("document.activeElement.dataset.key") == "stub-S01"
        shown.keyboard.press("Enter")
        found = shown.evaluate(LABELS)
        assert "S01" in found["seen"]
        assert shown.evaluate("document.activeElement.id") == "page-canvas", "the stub is gone"
        shown.click('[data-key="follow"]')
        assert shown.evaluate(LABELS)["led"] == ["S01"]


def test_the_sheet_has_the_actions_first_and_three_sizes(browser: Browser, addresses: dict[str, str]) -> None:
    inside = """names => names.map(name => { const box = document.querySelector(name).getBoundingClientRect();
      return box.top >= 0 && box.bottom <= innerHeight; })"""
    height = "document.querySelector('#page-panel').getBoundingClientRect().height"
    with opened(browser, addresses["third_party"], "#lang=en", viewport=PHONE, has_touch=True) as watched:
        shown = watched.page
        order = shown.eval_on_selector_all("#page-panel > :not([hidden])", "all => all.map(one => one.id.slice(5))")
        assert order[:4] == ["grip", "place", "message", "actions"], "where it is, what came of it, what can be done"
        assert shown.evaluate(inside, ["#page-state-name", ".action", "#page-head"]) == [True] * 3
        sizes = [shown.evaluate(height)]
        for name in ("sheet_more", "sheet_less", "sheet_less"):
            shown.click(f'[data-key="{name}"]')
            sizes.append(shown.evaluate(height))
        half, whole, again, low = sizes
        assert low < half == again < whole < PHONE["height"]
        assert shown.is_disabled('[data-key="sheet_less"]')
        assert state(shown) == "Not filed" and shown.evaluate(inside, ["#page-state-name"]) == [True]
        assert shown.evaluate(LABELS)["lost"] == []
        assert shown.evaluate("document.documentElement.scrollHeight") <= PHONE["height"], "the sheet scrolls, not the page"


LEGEND = """() => [...document.querySelectorAll('#page-legend li')].map(one => {
  one.scrollIntoView({ block: 'nearest' });
  const box = one.getBoundingClientRect(), [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const shown = one.contains(document.elementFromPoint(x, y)) && box.left >= 0 && box.right <= innerWidth && box.bottom <= innerHeight;
  return [one.innerText.replace(/\\s+/g, ' ').trim(), shown, one.scrollWidth <= one.clientWidth];
})"""


def test_the_legend_is_whole_at_every_width(browser: Browser, addresses: dict[str, str]) -> None:
    told = {}
    for width, height in ((390, 844), (830, 1000), (1400, 900)):
        with opened(browser, addresses["shop_official"], "#lang=en", viewport={"width": width, "height": height}) as watched:
            shown = watched.page
            items = shown.evaluate(LEGEND)
            assert all(seen and whole for _, seen, whole in items), width
            told[width] = [text for text, _, _ in items]
            assert shown.locator("#page-canvas svg").get_by_text("colour = who acts").count() == 0, "not in the picture as well"
            if width == 1400:
                assert shown.evaluate("document.querySelector('#page-panel').scrollTop") == 0, "in view beside the panel"
            shown.keyboard.press("h")
            assert "mean time in the state" in shown.inner_text("#page-legend")
    assert told[390] == told[830] == told[1400]
    assert told[390][0] == "buyer platform merchant carrier payment channel clock (automatic) colour = who acts"
    assert any("published rules" in text for text in told[390])


BEYOND = """() => [...document.querySelectorAll('main *:not(#page-canvas)')].filter(one => {
  const box = one.getBoundingClientRect();
  return one.checkVisibility() && (box.right > innerWidth + 1 || box.left < -1);
}).map(one => one.outerHTML.slice(0, 90))"""
SMALL = """() => [...document.querySelectorAll('main :is(button, select, summary, input)')]
  .map(one => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
  .filter(([, box]) => box.width && (box.width < 24 || box.height < 24))"""
FOCUS = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), look = getComputedStyle(one);
  const within = (most, middle) => Math.max(1, Math.min(most - 1, middle));
  const over = document.elementFromPoint(within(innerWidth, box.left + box.width / 2), within(innerHeight, box.top + box.height / 2));
  return [one.dataset.key ?? one.id, look.outlineStyle === 'solid' && parseFloat(look.outlineWidth) >= 2,
    one.contains(over) || Boolean(over?.contains(one)) || over?.closest('.stub') !== null];
}"""


@pytest.mark.parametrize(("width", "height"), [(640, 512), (320, 568), (320, 256), (844, 390)], ids=["200%", "320", "400%", "on its side"])
def test_it_reflows(browser: Browser, addresses: dict[str, str], width: int, height: int) -> None:
    """A zoom of 200 % and 400 % at 1280 pixels (WCAG 1.4.10): one direction of scrolling, targets of 24 pixels, the focus in sight."""
    with opened(browser, addresses["third_party"], "#lang=en", viewport={"width": width, "height": height}) as watched:
        shown = watched.page
        shown.click("#page-start summary")
        shown.keyboard.press("2")
        assert shown.evaluate("document.documentElement.scrollWidth") <= width
        assert shown.evaluate(BEYOND) == []
        assert shown.evaluate(SMALL) == []
        shown.focus("#page-canvas")
        seen = [shown.evaluate(FOCUS)]
        while len(seen) < 60 and (not seen[-1] or seen[-1][0] != "print_diagram"):
            shown.keyboard.press("Tab")
            seen.append(shown.evaluate(FOCUS))
        assert len(seen) < 60, "the keyboard comes to the end"
        assert [one for one in seen if not all(one[1:])] == []
