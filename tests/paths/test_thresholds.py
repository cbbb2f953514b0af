"""Numbers from which on facts are others are found by search, whatever the workflow, and met below, at and above."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from refund_fsm import Order, Policy, RefundRequest, paths
from refund_fsm.paths.dials import dials_of
from refund_fsm.paths.turning import changes
from refund_fsm.scenario import Opening
from tests.dear import DEPOSIT, WORKFLOW
from tests.paths.suites import attempts

DEAR = Policy.guide().dear_fen


@cache
def opening() -> Opening:
    """An order that is not dear."""
    return next(
        world.opening
        for world in paths.Hops(WORKFLOW, Policy.guide()).worlds
        if world.phases[0].facts.amount_ok and not world.phases[0].facts.benefits_used
    )


@cache
def suite() -> paths.Suite:
    return paths.cover(WORKFLOW, "boundaries")


CHANGES: list[tuple[Callable[[int], Any], list[int], list[tuple[int, Any, Any]]]] = [
    # facts by number, where it is looked, what is found
    (lambda number: number > 20_000, [0, 10**7], [(20_001, False, True)]),
    (lambda number: number < 7, [0, 1000], [(7, True, False)]),
    (lambda number: 5 <= number < 9, [0, 8, 1000], [(5, False, True), (9, True, False)]),
    (lambda number: number >= 0, [0, 1000], []),
    (lambda number: number if number < 3 else 3, [0, 10], [(1, 0, 1), (2, 1, 2), (3, 2, 3)]),
    (lambda number: number > 4 or None, [0, 10], []),
]


@pytest.mark.parametrize(("told", "looks", "expected"), CHANGES)
def test_changes_are_found_to_the_unit(told: Callable[[int], Any], looks: list[int], expected: list[tuple[int, Any, Any]]) -> None:
    assert changes(told, looks) == expected


def test_lines_of_money_are_found_in_a_workflow_of_ones_own() -> None:
    """By each number that moves it: the claimed line, a line beside it, an attribute. The balance is no line of the policy."""
    found = {(one.dial.name, one.number) for one in paths.thresholds(WORKFLOW, Policy.guide(), [opening()])}
    paid = opening().order.lines[0].paid_fen
    assert found == {
        ("what was paid for the line", DEAR + 1),
        ("what was paid beside it", DEAR + 1 - paid),
        ("deposit_fen of the order", DEPOSIT + 1),
    }


def test_each_is_met_below_at_and_above() -> None:
    def paid(order: Order, _: RefundRequest) -> int:
        return sum(line.paid_fen for line in order.lines)

    def deposit(order: Order, _: RefundRequest) -> Any:
        return order.attributes["deposit_fen"]

    wanted = {
        "what was paid for the line": (paid, DEAR + 1),
        "what was paid beside it": (paid, DEAR + 1),
        "deposit_fen of the order": (deposit, DEPOSIT + 1),
    }
    for dial, (read, number) in wanted.items():
        for apart, beside in ((-1, "a fen below"), (0, "at"), (1, "a fen above")):
            goals = [goal for goal in suite().goals if goal.endswith(f", by {dial}: {beside}")]
            assert goals, (dial, beside)
            for goal in goals:
                path = next(path for path in suite() if goal in path.goals)
                order, request, _ = path.opening
                assert read(order, request) == number + apart, goal
                if dial.startswith("what") and order.lines[-1].paid_fen > request.claimed_fen(order.line(request.sku)) + 5000:
                    assert any(line.refunded_fen for line in order.lines), "what was paid is not what is left"


def test_the_suite_is_seen_in_cases() -> None:
    assert suite().coverage(attempts(suite())).missed == ()


def test_a_number_is_read_and_set() -> None:
    order, request, _ = opening()
    names = [dial.name for dial in dials_of(order, request)]
    assert names == [
        "the claim",
        "what was paid for the line",
        "what was paid beside it",
        "applications of the line",
        "deposit_fen of the order",
    ]
    for dial in dials_of(order, request):
        if dial.read(order, request) is not None:
            assert dial.read(*dial.turn(order, request, 77)) == 77, dial.name
            assert dial.money == (dial.name != "applications of the line")
