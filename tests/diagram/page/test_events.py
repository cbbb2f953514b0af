"""Events in the page: fired, refused, taken back and done again, by keys, by buttons and in the diagram."""

from __future__ import annotations

from typing import TYPE_CHECKING

from refund_fsm import orders
from tests.diagram.page.browsing import clock, lit, message, opened, state
from tests.workflows import ALL, EVERY_KEY_AND_OWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@EVERY_KEY_AND_OWN
def test_a_whole_case_is_played_by_keys_alone(browser: Browser, addresses: dict[str, str], key: str) -> None:
    """The first event again and again ends every case, or comes round; the history has each step, and U takes all of them back."""
    with opened(browser, addresses[key]) as watched:
        shown, first = watched.page, state(watched.page)
        assert first == ALL[key].initial.en
        for _ in range(6):
            shown.keyboard.press("1")
        steps = shown.locator("#page-history li").count() - 1
        assert steps >= 3
        assert shown.locator("#page-canvas .node.now").count() == 1
        for _ in range(steps):
            shown.keyboard.press("u")
        assert state(shown) == first
        assert shown.locator("#page-history li").count() == 1


def test_events_are_fired_by_key_by_button_and_in_the_diagram(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"]) as watched:
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


def test_needs_are_named_and_taken_as_given(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"], "#lang=en") as watched:
        for key in ("2", "1", "1"):
            watched.page.keyboard.press(key)
        assert "needs a tracking number (taken as given)" in watched.page.inner_text('[data-key="fire-ship_return"]')


def test_what_is_refused_is_shown_with_every_reason(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"]) as watched:
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


def test_a_state_says_what_it_forbids(browser: Browser, addresses: dict[str, str]) -> None:
    """The note of B10 stands before the refusals of the merchant, and of nobody else."""
    workflow = orders.get("third_party")
    note = workflow.states["platform_arbitration"].note
    assert note is not None
    with opened(browser, addresses["third_party"]) as watched:
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


def test_the_history_is_undone_redone_and_reset(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["third_party"]) as watched:
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
        assert state(shown) == "Under review", "it asks before the steps go"
        shown.click('[data-key="reset_no"]')
        assert state(shown) == "Under review"
        shown.click('[data-key="reset"]')
        assert "Steps taken: 2." in shown.inner_text("#page-ask")
        shown.keyboard.press("Enter")
        assert state(shown) == "Not filed"
        assert shown.is_disabled('[data-key="undo"]')
        shown.keyboard.press("y")
        assert state(shown) == "Requested", "what was done can be done again"
        shown.click('[data-key="step-open"]')
        shown.keyboard.press("r")
        assert shown.is_hidden("#page-ask"), "no step would go"


def test_the_history_leads_back_to_each_step_of_the_clock(browser: Browser, addresses: dict[str, str]) -> None:
    """A jump by the clock can fire several rules at once: the history leads to each of them."""
    with opened(browser, addresses["third_party"]) as watched:
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
