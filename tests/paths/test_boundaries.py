"""Ends of limits and changes of facts to the microsecond, on every sort of day; amounts; lines."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from refund_fsm import Policy, RefundCase, orders, paths
from refund_fsm.paths.edges import WHEN, boundaries
from refund_fsm.paths.starts import DAYS, HOURS, PLAIN, exceptional, instants, sort_of
from refund_fsm.text import SHANGHAI
from tests.paths.suites import attempts, suite_of
from tests.workflows import EVERY_KEY_AND_OWN

CALENDAR = Policy.guide().calendar


@pytest.mark.parametrize(
    ("at", "sort"),
    [  # Asia/Shanghai; days by the published calendar of 2026
        ("2026-03-03T10:00", PLAIN),
        ("2026-03-03T00:00", "at midnight"),
        ("2026-03-03T23:59:59.999999", "a moment before midnight"),
        ("2026-03-03T08:00", "at midnight in UTC"),
        ("2026-03-03T07:59:59.999999", "a moment before midnight in UTC"),
        ("2026-03-06T10:00", "on the day before a weekend"),
        ("2026-05-08T10:00", "on the day before a make-up day"),
        ("2026-05-09T10:00", "on a make-up day"),
        ("2026-02-14T10:00", "on the day before a holiday"),
        ("2026-02-17T10:00", "on a day of rest"),
        ("2026-02-25T10:00", "at the end of February"),
        ("2025-12-30T10:00", "at the end of a year"),
    ],
)
def test_each_instant_is_of_one_sort(at: str, sort: str) -> None:
    assert sort_of(datetime.fromisoformat(at).replace(tzinfo=SHANGHAI), CALENDAR) == sort


def test_instants_are_of_the_sort_that_they_stand_for() -> None:
    found = dict(instants(CALENDAR, "working_days"))
    assert set(found) == {PLAIN, *HOURS, *DAYS}
    assert all(tried and all(sort_of(at, CALENDAR) == sort for at in tried) for sort, tried in found.items())
    assert found["on the day before a holiday"][0].month in (1, 2), "the longest holiday of the year is the Spring Festival"


@EVERY_KEY_AND_OWN
def test_every_limit_is_met_before_at_and_after_its_end(key: str) -> None:
    suite = suite_of(key, "boundaries")
    names = [name for name in suite.goals if ": begun " in name]
    for limit in {name.split(": begun ")[0] for name in names}:
        whens = {name.rsplit(": ", 1)[1] for name in names if name.startswith(f"{limit}: begun {PLAIN}")}
        assert whens == set(WHEN.values()), limit
    limited = {name.split()[0] for name in names}
    assert limited == {key for key in suite.workflow.limits_at if not suite.workflow.states[key].final}


@EVERY_KEY_AND_OWN
def test_limits_in_working_days_begin_on_every_sort_of_day(key: str) -> None:
    suite = suite_of(key, "boundaries")
    for state, rows in suite.workflow.limits_at.items():
        if {row.unit for row in rows} == {"working_days"}:
            sorts = {name.split(": ")[1] for name in suite.goals if name.startswith(f"{state} ") and ": begun " in name}
            assert sorts == {f"begun {sort}" for sort in (PLAIN, *HOURS, *DAYS)}, state


@EVERY_KEY_AND_OWN
def test_a_limit_goes_over_every_holiday_and_every_make_up_day(key: str) -> None:
    suite = suite_of(key, "boundaries")
    days = {name.split(": over ")[1] for name in suite.goals if ": over " in name}
    limits = {row.unit for rows in suite.workflow.limits_at.values() for row in rows}
    assert days == ({str(day) for day in exceptional(CALENDAR)} if "working_days" in limits else set())
    assert len(exceptional(CALENDAR)) > 40, "two published years"


def test_pieces_are_claimed_that_are_left_and_one_more() -> None:
    suite = suite_of("virtual", "boundaries")
    for word, quantity, taken in (("as many pieces as", 2, True), ("more pieces than", 3, False)):
        path = next(path for path in suite if f"draft contact_support: {word} are left" in path.goals)
        line = path.opening.order.line(path.opening.request.sku)
        assert (path.opening.request.quantity, line.quantity, line.balance_fen * 3) == (quantity, 3, line.paid_fen * 2)
        assert path.steps[0].accepted is taken


def test_the_window_is_tried_to_the_microsecond() -> None:
    """Signed at midnight or a moment before it, in Shanghai and in UTC: the change is where the guide's seven days end."""
    suite = suite_of("third_party", "boundaries")
    for sort in (PLAIN, *HOURS, *DAYS):
        for when in WHEN.values():
            name = f"draft submit: in_window yes→no 7 days on, dated {sort}: {when}"
            path = next(path for path in suite if name in path.goals)
            signed = path.opening.order.signed_at
            assert signed is not None and sort_of(signed, CALENDAR) == sort
            apart = next(apart for apart, told in WHEN.items() if told == when)
            end = datetime.combine(signed.astimezone(SHANGHAI).date(), datetime.min.time(), SHANGHAI) + timedelta(days=7)
            step = next(step for step in path.steps if step.at == end + apart)
            assert step.accepted == (apart < timedelta(0))


def test_special_periods_are_met_at_both_ends() -> None:
    suite = suite_of("shop_official", "boundaries")
    names = {name for name in suite.goals if "its ordinary end" in name}
    for period in suite.policy.special:
        for bound in (period.start, period.end):
            beside = ("a microsecond before", "at") if period.limit.endswith("_hours") else ("on the day before", "on the day of")
            for word in beside:
                assert any(f"{period.limit}: its ordinary end {word} {bound:%Y-%m-%d %H:%M}" in name for name in names), (period, word)


@EVERY_KEY_AND_OWN
def test_amounts_stand_to_the_balance_in_every_way(key: str) -> None:
    suite = suite_of(key, "boundaries")
    for path in suite:
        for goal in path.goals:
            if "the balance, " in goal and goal.count(":") == 1:
                line, asked = path.opening.order.line(path.opening.request.sku), path.opening.request.amount_fen
                assert asked is not None
                expected = {"a fen below": -1, "a fen above": 1}.get(goal.split(": ")[1].split(" the balance")[0], 0)
                assert asked - line.balance_fen == expected
                assert (("refunded" in goal), ("pending" in goal)) == (line.refunded_fen > 0, line.pending_fen > 0)


def test_lines_that_nobody_claims_are_traps() -> None:
    """The claimed line stands between others, and what holds of it holds of none of them, or the other way round."""
    suite = suite_of("third_party", "boundaries")
    traits = {goal.split(": ")[1] for goal in suite.goals if goal.endswith(("of the line alone", "of the other lines alone"))}
    names = ("refunded_fen", "pending_fen", "no_reason_excluded", "open_case")
    assert traits == {f"{name} of the {whose} alone" for name in names for whose in ("line", "other lines")}


def test_a_call_that_is_near_nothing_meets_nothing() -> None:
    path = next(path for path in suite_of("third_party", "boundaries") if path.steps[0].event == "submit")
    order, request, _ = path.opening
    case = RefundCase.open(order, request, at=order.signed_at or order.paid_at)
    at = case.now + timedelta(hours=3)
    assert [*boundaries(paths.Attempt(case, case.advance(to=at), None, None, at))] == []


def test_the_suite_is_seen_in_cases() -> None:
    suite = suite_of("virtual", "boundaries")
    assert suite.coverage(attempts(suite)).missed == ()
    assert suite.coverage([]).reached == frozenset()
    assert suite.workflow is orders.get("virtual")
