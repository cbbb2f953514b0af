"""Clock rules of a user's own table: that lead back without end, that fork, and the law's clock beside them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from refund_fsm import CLOCK, Event, Limit, RefundCase, Rule
from refund_fsm.errors import TooLong
from tests.samples import at, order, request
from tests.small import OPEN, R1, R2, R3, R4, WAITING, Facts, build


def opened(*table: Any, **more: Any) -> RefundCase:
    """A draft in the small workflow, or one with other parts; its item is large, and two attempts are left."""
    workflow = build(*table, facts_of=lambda *_: Facts("l", True, 2), **more)
    return RefundCase.open(order(order_type="toy"), request(kind=None), at=at("2026-02-13 10:00"), workflow=workflow)


def test_clocks_that_go_round_end_in_an_error_not_in_a_hang() -> None:
    lapse = Event("lapse", CLOCK, "失效", "lapse")
    limits = {WAITING: Limit("wait_hours", cites="assumed", length=1), OPEN: Limit("open_hours", cites="assumed", length=1)}
    one = opened((R1, R2, R3, R4, Rule("X5", OPEN, lapse, WAITING, "assumed")), limits)
    assert len(one.advance(to=at("2026-02-14 10:00")).steps) == 24
    with pytest.raises(TooLong, match="more than 10000 clock rules fired in one advance"):
        one.advance(to=at("2027-12-31 10:00"))
    assert one.steps == ()


def test_a_law_clock_runs_from_the_first_entry_and_never_restarts() -> None:
    one = opened(law={WAITING: Limit("statutory_refund_days", cites="L1")})
    assert one.statutory_due is None
    first = one.apply("ask", at=at("2026-02-13 11:00"), by="buyer")
    again = first.apply("ask", at=at("2026-02-25 11:00"), by="buyer")  # the clock led back to the start in between
    assert [step.dest.key for step in again.steps] == ["waiting", "open", "waiting"]
    assert first.statutory_due is not None
    assert first.statutory_due.at == at("2026-02-21 00:00")
    assert again.statutory_due == first.statutory_due


def test_a_clock_event_that_another_forestalls_says_why() -> None:
    lapse = Event("lapse", CLOCK, "失效", "lapse")
    one = opened((R1, R2, R3, replace(R4, event=lapse)))
    waiting = one.apply("ask", at=one.now, by="buyer")
    expire, due = (waiting.ask(name, at=waiting.now, by="clock").refusal for name in ("expire", "lapse"))
    assert expire is not None and due is not None
    assert (expire.code, [guard.name for guard in expire.failed_guards], due.failed_guards) == ("not_due", ["is_small"], ())
    assert expire.explain("en") == "“expire” is not what follows at 20 February 2026 at 24:00: This condition is not met: it is small."
    assert "The limit has not passed" in due.explain("en")
