"""What cases, and attempts on cases, cover of a suite's goals."""

from __future__ import annotations

import pytest

from refund_fsm import BadData, RefundCase
from refund_fsm.paths.coverage import attempts_in
from tests.paths.suites import suite_of
from tests.samples import at, order, play, request


def test_cases_and_attempts_cover_what_fired_in_them() -> None:
    suite = suite_of("virtual", "rules")
    first = suite.paths[0].replay(suite.workflow)
    covered = suite.coverage([first])
    assert covered.reached == {step.rule.id for step in first.steps} and 0 < covered.ratio < 1
    assert set(covered.missed) == set(suite.goals) - covered.reached
    assert str(covered) == f"rules: {len(covered.reached)} of 25 ({covered.ratio:.1%})"
    assert suite.coverage([]).ratio == 0.0
    shop = suite_of("third_party", "rules")
    assert shop.coverage([first]).reached == frozenset(), "a case of another workflow"
    with pytest.raises(BadData, match="steps: 7; expected a RefundCase or an Attempt"):
        suite.coverage([7])  # type: ignore[list-item]  # that is the point


@pytest.mark.parametrize("criterion", ["rules", "rule_pairs", "guard_outcomes", "limits", "states"])
def test_a_case_is_covered_as_its_events_were(criterion: str) -> None:
    """Pairs across cases do not count; a case remembers what fired when."""
    suite = suite_of("third_party", criterion)
    whole = {goal for path in suite for goal in path.goals}
    found = suite.coverage([path.replay(suite.workflow) for path in suite]).reached
    assert found <= whole
    if criterion in ("rules", "rule_pairs", "states"):
        assert found == set(suite.goals)


def test_steps_of_a_case_are_taken_by_the_order_that_it_knew_then() -> None:
    free = order()
    taken = free.model_copy(update={"lines": tuple(one.model_copy(update={"open_case": "RC-X"}) for one in free.lines)})
    told = RefundCase.open(taken, request(), at=at("2026-02-13 09:00")).with_order(free, at=at("2026-02-13 10:00"))
    filed = play(told, "2026-02-13 11:00 | buyer | submit")
    assert [(one.event, one.after.state.key) for one in attempts_in([filed])] == [("submit", "requested")]
