"""Every shipped scenario plays as it says, and its trace is the case's own history, told line by line."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest

from refund_fsm import RefundCase, Refused, orders
from refund_fsm.scenario.file import find, load, shipped
from refund_fsm.scenario.trace import play
from refund_fsm.text.words import stamp
from refund_fsm.workflow.rows import CLOCK

ENDS_REFUSED = {"shop_window_missed_by_a_minute": "guard_failed"}


DUES = {  # what is due after each move, counted by hand from the State Council's notice for 2026
    "mall_spring_festival": [
        *("2026-02-25 24:00", "2026-02-25 24:00", "2026-02-26 10:00", "2026-03-02 24:00", "2026-03-06 24:00"),
        *("2026-03-15 24:00", "2026-03-03 24:00", "2026-03-03 24:00", "2026-03-13 24:00", None),
    ],
    "shop_merchant_silent_twice": [
        *("2026-01-18 24:00", None, "2026-01-22 24:00", "2026-01-30 24:00", "2026-02-08 24:00", "2026-02-06 24:00"),
        *("2026-02-24 24:00", None),
    ],
    # By the platform's own rules: official.md § 3, its example of the festival and that of an exchange of 300 yuan; ten days
    # across the border and seven more; what began on a day counts from the next.
    "official_spring_festival": [
        *("2026-02-15 24:00", "2026-02-20 24:00", "2026-02-23 24:00", "2026-03-02 24:00", "2026-03-02 24:00", "2026-03-12 24:00", None),
    ],
    "official_dear_exchange_silent": [
        *("2026-04-14 22:00", "2026-04-20 24:00", "2026-04-21 24:00", "2026-04-18 10:00", "2026-04-28 24:00", "2026-04-29 24:00", None),
    ],
    "official_dear_exchange_kept": [
        *("2026-04-14 22:00", "2026-04-20 24:00", "2026-04-21 24:00", "2026-04-19 10:00", "2026-04-19 10:00", "2026-04-26 24:00", None),
    ],
    "official_cross_border": [
        *("2026-03-17 22:00", "2026-03-23 24:00", "2026-03-28 24:00", "2026-03-28 24:00", "2026-04-04 24:00", "2026-04-15 24:00", None),
    ],
    "official_rejected_and_left": ["2026-04-22 13:00", "2026-04-29 24:00", "2026-04-29 24:00", None],
    "mall_payout_fails_twice": ["2026-05-19 24:00"] * 2 + ["2026-05-26 24:00"] * 6 + [None] * 2,
}


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_plays_as_it_says(name: str) -> None:
    trace = play(load(find(name)))
    assert trace.unmet == ()
    assert (trace.refusal.code if trace.refusal else None) == ENDS_REFUSED.get(name)
    assert trace.rows and all(row.expect or name in ENDS_REFUSED for row in trace.scenario.rows)
    title = trace.scenario.title
    assert title is not None and title.zh != title.en and title.en.isprintable()
    assert {row.at.year for row in trace.rows} == {2026}


@pytest.mark.parametrize("key", orders.keys())
def test_each_order_type_has_four_scenarios_and_one_that_pays(key: str) -> None:
    traces = [play(load(find(name))) for name in shipped()]
    mine = [trace for trace in traces if trace.case.workflow.key == key]
    assert len(mine) >= 4
    assert any(trace.case.paid_fen == trace.case.amount_fen for trace in mine)
    assert any(row.refusal for trace in mine for row in trace.rows)


@pytest.mark.parametrize("name", shipped())
def test_a_trace_is_the_history_of_the_case(name: str) -> None:
    """Its steps are those of the case stepped in the plainest way, and each clock step comes when the line before it says."""
    told = load(find(name))
    trace = play(told)
    assert told.request is not None and told.opened_at is not None
    case = RefundCase.open(told.order, told.request, at=told.opened_at, policy=told.policy, workflow=told.workflow)
    for row in told.rows:
        try:
            case = case.apply(row.name, at=row.at, by=row.by, **row.details) if row.name else case.advance(to=row.at)
        except Refused:
            case = case.advance(to=row.at)
    assert [row.step for row in trace.rows if row.step] == list(case.steps)
    assert trace.case == case
    for before, line in pairwise(trace.rows):
        if line.step and line.by == CLOCK.key:
            assert before.due is not None and before.due.at == line.at and before.due.then is line.step.rule


@pytest.mark.parametrize("name", DUES)
def test_after_each_move_is_due_what_was_counted_by_hand(name: str) -> None:
    assert [stamp(row.due.at) if row.due else None for row in play(load(find(name))).rows] == DUES[name]


def test_the_subjects_that_a_newcomer_looks_for_are_there() -> None:
    seen: Counter[str] = Counter()
    for name in shipped():
        trace = play(load(find(name)))
        seen.update({f"end {trace.case.state.key}", f"at once {name.endswith('found_at_once')}"})
        seen.update(Counter(step.event for step in trace.case.steps))
        seen.update(f"barred {row.by} {row.state.key}" for row in trace.rows if row.refusal and row.refusal.code == "wrong_state")
    wanted = ("rule_refund", "rule_for_merchant", "negotiation_timeout", "review_timeout", "lose_return", "merchant_refund", "complain")
    assert all(seen[event] for event in (*wanted, "end refunded", "end closed", "at once True"))
    assert seen["payout_failed"] >= 2 and seen["barred merchant platform_arbitration"] >= 3


def test_what_the_platforms_own_rules_bring_is_shown() -> None:
    """Everything that this table has and the others have not fires in a shipped scenario, or is refused there with its reason."""
    traces = [play(load(find(name))) for name in shipped() if name.startswith("official_")]
    workflow = orders.get("shop_official")
    assert len(traces) >= 12 and all(trace.case.workflow is workflow for trace in traces)
    assert all(trace.case.policy == workflow.default_policy() for trace in traces), "without a profile, the table's own"
    others = {event for key in orders.keys() if key != workflow.key for event in orders.get(key).events}
    fired = {step.event for trace in traces for step in trace.case.steps}
    assert set(workflow.events) - others - fired == set()
    ends = Counter(trace.case.state.key for trace in traces)
    assert ends["exchanged"] >= 3 and ends["refunded"] and ends["closed"]
    refused = {
        (row.refusal.event, guard.name) for trace in traces for row in trace.rows if row.refusal for guard in row.refusal.failed_guards
    }
    guards = ("applications_remain", "period_open", "shipped", "unshipped", "may_refund_at_once", "not_yet_extended", "goods_with_buyer")
    assert set(guards) <= {guard for _, guard in refused}
    rows = {step.due.why.row.field for trace in traces for step in trace.case.steps if step.due}
    assert rows == {limit.field for limit in workflow.limit_rows}
    assert any(step.due and step.due.why.special and step.due.why.plus for trace in traces for step in trace.case.steps)
