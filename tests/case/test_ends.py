"""Every case can still end, and one that was filed with the money; an ended one takes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, given, target
from hypothesis import strategies as st

from refund_fsm import RefundCase, Refused, orders
from refund_fsm.testing.hypothesis.strategies import LegalPath, cases, legal_paths
from tests.case.drawn import SURE, given_details, successors
from tests.workflows import EVERY_KEY

MOST_MOVES = 40  # moves within which a case must be able to end


def onward(edge: list[RefundCase], seen: set[Any]) -> list[RefundCase]:
    """The cases one move further, each state with its facts once."""
    fresh = []
    for case in edge:
        for after in successors(case):
            place = (after.state.key, after.facts)
            if place not in seen:
                seen.add(place)
                fresh.append(after)
    return fresh


def moves_to_an_end(case: RefundCase) -> int:
    """The fewest moves after which the case can have ended."""
    seen, edge = set[Any](), [case]
    for moves in range(MOST_MOVES):
        if any(one.state.final for one in edge):
            return moves
        edge = onward(edge, seen)
    raise AssertionError(f"{case!r} cannot end within {MOST_MOVES} moves")


@EVERY_KEY
def test_a_case_can_always_still_end(key: str) -> None:
    longest = 0

    @given(cases(orders.get(key)))
    def check(case: RefundCase) -> None:
        nonlocal longest
        longest = max(longest, moves_to_an_end(case))
        target(float(len(case.steps)), label="steps")
        event(case.state.key)

    check()
    assert longest > 0, "some case must not have ended yet"


@EVERY_KEY
def test_a_case_that_may_be_filed_can_end_with_the_money(key: str) -> None:
    """Where a path out of `draft` other than to its end was open, some continuation pays."""
    paid = set()

    @given(legal_paths(orders.get(key), max_steps=1))
    def check(path: LegalPath) -> None:
        case = path.case
        if case.state.final or case.state is case.workflow.initial:
            return
        seen, edge = set[Any](), [case]
        for _ in range(MOST_MOVES):
            if any(one.paid_fen for one in edge):
                paid.add(case.facts)
                return
            edge = onward(edge, seen)
        raise AssertionError(f"no path to the money from {case!r}")

    check()
    assert len(paid) > 1


@EVERY_KEY
def test_a_final_case_takes_nothing(key: str) -> None:
    workflow = orders.get(key)
    ended = Counter[str]()

    @SURE
    @given(cases(workflow), st.sampled_from((timedelta(0), timedelta(days=1), timedelta(days=400))))
    def check(case: RefundCase, gap: timedelta) -> None:
        if not case.state.final:
            return
        ended[case.state.key] += 1
        for name in workflow.events:
            for by in workflow.actors:
                for at in (case.now + gap, case.now - gap):
                    with pytest.raises(Refused) as refused:
                        case.apply(name, at=at, by=by, **given_details(case, name) if gap and at > case.now else {})
                    assert refused.value.refusal.code == "case_final"
        later = case.advance(to=case.now + gap)
        assert (later.now, later.steps, later.state, later.paid_fen) == (case.now + gap, case.steps, case.state, case.paid_fen)
        assert case.due is None and not any(v.allowed for by in workflow.actors for v in case.actions(at=later.now, by=by))

    check()
    assert set(ended) == {state.key for state in workflow.states.values() if state.final}
