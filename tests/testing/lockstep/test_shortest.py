"""The counterexample is shortest, says brute force; a search is the same each time, and says when it stopped at its cap."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from refund_fsm import Policy, Workflow, orders
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.scenario.path import START, Opening, Player
from tests.exchange import WORKFLOW as EXCHANGE
from tests.testing.lockstep.services import VIRTUAL, failing, openings, over, quick, variant, without

DEEP = ("M09", "M15", "M17", "M24", "M25", "M30")  # rules of the mall that are far from an opening, or reached in two ways


def departs(faulty: Workflow, right: Workflow, policy: Policy, opening: Opening, most: int) -> int | None:
    """The length of the shortest word on which two workflows part; words that leave both as they were are not gone on with."""
    level = [(Player.opened(faulty, policy, opening), Player.opened(right, policy, opening))]
    for length in range(1, most + 1):
        following = []
        for pair in level:
            for inputs in moves(right):
                after = [inputs(player) for player in pair]
                looks = [one and one.step and (one.step.refusal is None, one.step.state) for one in after]
                if looks[0] != looks[1]:
                    return length
                if after[0] and after[1] and (after[1].step.fired or after[0].step.fired):  # type: ignore[union-attr]  # each has a step
                    following.append((after[0], after[1]))
        level = following
    return None


def moves(workflow: Workflow) -> list[Callable[[Player], Player | None]]:
    found: list[Callable[[Player], Player | None]] = [lambda player: player.expired()]
    for name in workflow.events:
        found += [partial(Player.do, event=name, by=by) for by in workflow.actors]
        found.append(partial(Player.do, event=name, details={}))
    return found


def test_no_shorter_word_departs_says_brute_force() -> None:
    """Every word of events by everybody, bare or not, and the clock, from an opening of every set of facts, asked of `RefundCase`."""
    faulty, policy = variant(EXCHANGE, "X11", when=()), Policy.guide()
    report = quick(over(faulty), EXCHANGE, examples=100)
    assert report.counterexample is not None and report.proven
    length = len(report.counterexample)
    assert length == 4
    assert departs(faulty, EXCHANGE, policy, report.counterexample.opening, length) == length
    read = {(facts.stock, facts.worn): facts for facts in openings(EXCHANGE)}  # all that a guard reads at an opening
    for facts in read.values():
        example = EXCHANGE.example_of(facts, START)
        assert example is not None
        assert departs(faulty, EXCHANGE, policy, Opening(*example, START), length - 1) is None


@pytest.mark.parametrize(
    ("workflow", "rule"),
    [*((VIRTUAL, one.id) for one in VIRTUAL.rules if not one.by_clock), *((orders.get("self_operated"), one) for one in DEEP)],
    ids=lambda value: getattr(value, "key", value),
)
def test_a_dropped_rule_is_shown_by_a_shortest_path_to_it(workflow: Workflow, rule: str) -> None:
    graph = explore(workflow)
    number, width = graph.rule_number[rule], len(graph.events)
    tree = ShortestPaths(workflow, Policy.guide(), graph).tree
    nearest = min(steps for config, (_, _, steps) in tree.items() if number in graph.rule_at[config * width : (config + 1) * width])
    report = quick(over(without(workflow, rule)), workflow, criterion="rules", examples=0, max_search_calls=3000)
    assert report.counterexample is not None and len(report.counterexample) == nearest + 1, str(report)


def test_the_same_arguments_give_the_same_report() -> None:
    one, other = (quick(over(without(VIRTUAL, "V07")), VIRTUAL, criterion="rules", seed=7) for _ in range(2))
    assert one.text("zh") == other.text("zh") and one.counterexample == other.counterexample and one.tries == other.tries


def test_a_search_that_stops_at_its_cap_says_so() -> None:
    faulty = over(variant(VIRTUAL, "V03", effect=None))
    report = quick(faulty, VIRTUAL, examples=0, max_search_calls=150)
    assert not report.ok and not report.proven and "not ruled out" in report.text("en") and "不排除" in report.text("zh")
    assert report.counterexample is not None and len(report.counterexample) >= 7


def test_what_does_not_show_itself_again_is_said() -> None:
    left = [1]

    def once(_: Any, real: Any, event: str, *rest: Any) -> Any:
        return real(event, *rest) if event != "start_review" or not left else left.pop() and False

    report = quick(failing("apply", once), VIRTUAL, criterion="rules", examples=0)
    assert not report.ok and not report.again and "did not show itself again" in report.text("en") and "没有重现" in report.text("zh")
    assert report.counterexample == report.found
