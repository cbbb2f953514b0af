"""Limits as arrays say what `Count.end` says, to the second: rows, special periods, and what is added, in all units."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from refund_fsm import Limit, Policy, Rule, Workflow, orders
from refund_fsm.simulate.chain import NEVER
from refund_fsm.simulate.chain.days import DAY, days_from
from refund_fsm.simulate.chain.limits import Limits, limits_of
from refund_fsm.simulate.sample.counts import end_of
from refund_fsm.workflow import Count, SpecialPeriod, counting
from tests.samples import at
from tests.toys import END, TICK, TURN, A, flagged, raise_flag, small, toy

FIRST = at("2026-09-20 00:00")
FIELDS = ("unshipped_review_hours", "return_days", "payout_working_days", "extension_days", "signed_receipt_hours")
PLUS = (None, "extension_days", "unshipped_review_hours", "payout_working_days")


def any_policy(source: random.Random) -> Policy:
    """A policy with special periods of all kinds about the National Day, one after another for each limit."""
    special: list[Any] = []
    for field in FIELDS:
        day = FIRST + timedelta(days=source.randrange(8))
        for _ in range(3):
            end = day + timedelta(hours=source.choice([5, 24, 60.5, 240]))
            length: Any = source.choice([{"hours": source.choice([1, 30, 300])}, {"days": source.choice([1, 9, 20])}])
            when = source.choice([(), ("small",)])
            never = source.random() < 0.5
            special.append(SpecialPeriod(limit=field, when=when, start=day, end=end, never_shorter=never, **length))
            day = end
    return Policy(special=tuple(special))


def table(source: random.Random) -> Workflow:
    """A toy whose limit has a row for small ones, and something added once the flag is up."""
    rows = []
    for when in ((small,), ()):
        plus = source.choice(PLUS)
        rows.append(Limit(source.choice(FIELDS), "assumed", None, when, plus, flagged if plus else None))
    return toy(
        Rule("T1", A, TURN, A, "assumed", effect=raise_flag), Rule("T2", A, TICK, END, "assumed"), limits={A: tuple(rows)}
    )  # fmt: skip


def same(counts: tuple[Count, ...], policy: Policy, starts: list[datetime]) -> None:
    calendar = policy.calendar
    days = days_from(FIRST.date(), 600, calendar)
    found = limits_of(counts, days, FIRST, days.known * DAY)
    for place, count in enumerate(counts):
        for start in starts:
            second = (start - FIRST) // timedelta(seconds=1)
            wanted = count.end(calendar, start)
            assert _end(found, place, second) == (wanted.at - FIRST) // timedelta(seconds=1), (count.kind, count.limit, start, wanted)
            assert (second >= found.known[place]) == wanted.provisional, (count.kind, count.limit, start, wanted)


def _end(limits: Limits, count: int, second: int) -> int:
    python: Any = end_of.py_func  # type: ignore[attr-defined]  # a compiled part has it
    return int(python(limits.hours, limits.end, limits.pieces, limits.piece, count, second, NEVER))


@pytest.mark.parametrize("seed", range(60))
def test_limits_end_as_counts_say(seed: int) -> None:
    source = random.Random(seed)
    policy, workflow = any_policy(source), table(source)
    starts = [FIRST + timedelta(seconds=source.randrange(30 * DAY)) for _ in range(60)]
    starts += [FIRST + timedelta(days=source.randrange(150), seconds=source.choice([-1, 0, 1]) + DAY) for _ in range(40)]
    same(counting(workflow, policy).counts, policy, starts)


def test_the_platforms_limits_end_as_counts_say() -> None:
    shop, policy = orders.get("shop_official"), Policy.platform()
    first = at("2026-01-20 00:00")
    days = days_from(first.date(), 600, policy.calendar)
    counts = counting(shop, policy).counts
    found = limits_of(counts, days, first, days.known * DAY)
    for place, count in enumerate(counts):
        for hour in range(24 * 50):
            for more in (-1, 0, 1):
                start = first + timedelta(hours=hour + 1, seconds=more)
                wanted = count.end(policy.calendar, start).at
                assert _end(found, place, (start - first) // timedelta(seconds=1)) == (wanted - first) // timedelta(seconds=1)
