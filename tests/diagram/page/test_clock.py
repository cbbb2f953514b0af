"""The page's clock: jumps to limits, moves as it is told, in Shanghai's time wherever the browser is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.diagram.page.browsing import clock, message, opened, state

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def test_the_clock_jumps_to_limits_and_marks_breaches(browser: Browser, addresses: dict[str, str]) -> None:
    """Across the make-up Saturday of 14 February 2026 and the Spring Festival."""
    with opened(browser, addresses["self_operated"]) as watched:
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
    with opened(browser, addresses["third_party"]) as watched:
        shown = watched.page
        for key in ("2", "1", "1"):
            shown.keyboard.press(key)
        assert state(shown) == "Awaiting return"
        shown.keyboard.press("j")
        assert state(shown) == "Closed without refund", "the clock's rule has fired"
        assert "not sent back in time" in message(shown)


def test_the_clock_moves_by_hours_days_mornings_and_to_an_instant(browser: Browser, addresses: dict[str, str]) -> None:
    with opened(browser, addresses["virtual"]) as watched:
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


def test_the_time_zone_of_the_browser_changes_nothing(browser: Browser, addresses: dict[str, str]) -> None:
    looks = []
    for zone in ("Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"):
        with opened(browser, addresses["self_operated"], timezone_id=zone) as watched:
            for key in ("1", "1", "d", "m"):
                watched.page.keyboard.press(key)
            looks.append((watched.page.inner_text("#page-state"), watched.page.url))
    assert len(set(looks)) == 1
