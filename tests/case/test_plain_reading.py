"""A plain reading of the rules, written anew, agrees with every case: steps, refusals, facts, money and clocks."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, note, settings, target
from hypothesis import strategies as st

from refund_fsm import Policy, RefundCase, orders
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.testing.hypothesis.strategies import LegalPath, NearMiss, legal_paths, near_misses, orders_and_requests
from tests.case.drawn import SURE, UNDER, given_details
from tests.case.oracle import Plain, facts_at, holds, step
from tests.case.tables_by_hand import LIMITS, ROWS

EVERY_KEY = pytest.mark.parametrize("key", ROWS)  # of rules.md; official.md has a reading of its own

EXAMPLES = settings().max_examples  # of the profile


def agrees(plain: Plain, case: RefundCase) -> None:
    """State, facts, instants, steps, breaches, money and clocks are the same in both readings."""
    assert (case.state.key, asdict(case.facts), case.now) == (plain.state, plain.facts, plain.now)
    told = [(one.at, one.rule.id, one.dest.key, one.breach and one.breach.at) for one in case.steps]
    assert told == plain.log
    assert (case.due and case.due.at) == plain.due
    assert (case.statutory_due and case.statutory_due.at) == plain.statutory
    assert case.paid_fen == plain.paid_fen


def agrees_on_everything(case: RefundCase, plain: Plain, key: str) -> None:
    """Every event that either side knows, asked of both now."""
    events = case.workflow.events
    known = [(row.event, row.actor) for row in ROWS[key]] + [(one.name, one.actor.key) for one in events.values()]
    for name, by in dict.fromkeys(known):
        details = given_details(case, name) if name in events else {}
        verdict = case.ask(name, at=case.now, by=by, **details)
        found = plain.twin().tell(name, case.now, by, details)
        assert verdict.allowed == (found is None), (name, verdict, found)
        if verdict.refusal:
            assert found == (verdict.refusal.code, tuple(guard.name for guard in verdict.refusal.failed_guards))


@EVERY_KEY
@UNDER
def test_the_plain_reading_agrees_on_every_step(key: str, policy: Policy) -> None:
    fired = set[str]()

    @settings(SURE, max_examples=90)
    @given(legal_paths(orders.get(key), policy=policy))
    def check(path: LegalPath) -> None:
        order, request, at = path.opening
        plain = Plain(key, order, request, at, policy)
        agrees(plain, path.start)
        for move, case in zip(path.moves, path.cases()[1:], strict=True):
            note(f"{move!r}")
            assert plain.tell(move.event, move.at, move.by, move.details) is None
            agrees(plain, case)
        target(float(len(plain.log)), label="steps")
        fired.update(rule for _, rule, _, _ in plain.log)

    check()
    assert len(fired) > len(ROWS[key]) / 2, f"the paths exercise too little: {sorted(fired)}"


@EVERY_KEY
@UNDER
def test_the_plain_reading_agrees_on_every_refusal(key: str, policy: Policy) -> None:
    @given(near_misses(orders.get(key), policy=policy))
    def check(miss: NearMiss) -> None:
        order, request, at = miss.path.opening
        plain = Plain(key, order, request, at, policy)
        for move in miss.path.moves:
            assert plain.tell(move.event, move.at, move.by, move.details) is None
        move = miss.move
        refusal = move.asked(miss.path.case).refusal
        assert refusal is not None
        found = plain.tell(move.event, move.at, move.by, move.details)
        assert (refusal.code, tuple(guard.name for guard in refusal.failed_guards)) == found
        assert refusal.state.key == plain.state or refusal.code == "time_reversed"
        if refusal.code == "not_due":
            assert refusal.instant == plain.due

    check()


@EVERY_KEY
@UNDER
def test_the_plain_reading_agrees_on_everything_that_may_be_done(key: str, policy: Policy) -> None:
    workflow = orders.get(key)

    @settings(max_examples=EXAMPLES // 2)
    @given(legal_paths(workflow, policy=policy))
    def check(path: LegalPath) -> None:
        case = path.case
        plain = Plain(key, *path.opening[:2], path.opening.at, policy)
        for move in path.moves:
            plain.tell(move.event, move.at, move.by, move.details)
        agrees_on_everything(case, plain, key)

    check()


@EVERY_KEY
@UNDER
def test_the_plain_reading_agrees_in_every_class_of_configurations(key: str, policy: Policy) -> None:
    """Random paths seldom end where an inspection failed: shortest paths go everywhere."""
    workflow = orders.get(key)
    shortest = ShortestPaths(workflow, policy, explore(workflow, policy).merged())
    for place in shortest.tree:
        player = shortest.lead(place)
        assert player is not None
        plain = Plain(key, *player.opening[:2], player.opening.at, policy)
        for taken in player.case.steps:
            plain.tell(taken.event, taken.at, taken.by, taken.details)
        agrees_on_everything(player.case, plain, key)


@EVERY_KEY
@UNDER
def test_the_plain_reading_agrees_on_the_facts_of_an_order(key: str, policy: Policy) -> None:
    workflow = orders.get(key)

    @given(orders_and_requests(workflow, policy=policy), st.integers(0, 24 * 20))
    def check(opening: Any, hours: int) -> None:
        order, request, at = opening
        for then in (at, at + timedelta(hours=hours), at + timedelta(days=7) - timedelta(microseconds=1)):
            facts = workflow.facts_of(order, request, then, policy)
            assert asdict(facts) == facts_at(key, order, request, then, policy)
            for name, guard in workflow.guards.items():
                assert guard(facts) is holds(name, asdict(facts)), name

    check()


@EVERY_KEY
def test_the_plain_reading_has_the_same_states_and_limits(key: str) -> None:
    workflow = orders.get(key)
    assert [row.id for row in ROWS[key]] == list(workflow.by_id)
    assert {frozenset(group.split()): field for group, field in LIMITS[key].items()} == {
        frozenset(state.key for state in group): limit.field for group, (limit,) in workflow.groups
    }
    assert step(key, "draft", {}, "cancel", "buyer", {}) == (next(row for row in ROWS[key] if row.event == "cancel"), {})
