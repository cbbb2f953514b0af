"""Tables that lie about their effects, clash under another policy, are as small as can be, or too large."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import pytest

from refund_fsm import Effect, Limit, Policy, Rule, Text, UpTo, Workflow, WorkflowError, effect, guard, orders
from refund_fsm.errors import TooLong
from refund_fsm.graph import exploration
from refund_fsm.graph.configurations import explore
from tests.small import ASK, DONE, FINISH, OPEN, WAITING, build


@dataclass(frozen=True)
class Facts:
    size: Literal["s", "l"]
    attempts_left: Annotated[int, UpTo("max_resubmissions")]


@dataclass(frozen=True)
class OtherFacts(Facts):
    pass


@effect("size")
def takes_what_it_does_not_list(facts: Facts) -> Facts:
    return replace(facts, attempts_left=facts.attempts_left - 1)


@effect()
def shrinks(facts: Facts) -> Facts:
    return replace(facts, size="s")


@effect("attempts_left")
def takes_without_end(facts: Facts) -> Facts:
    return replace(facts, attempts_left=facts.attempts_left - 1)


@effect("size")
def makes_other_facts(facts: Facts) -> Facts:
    return OtherFacts(facts.size, facts.attempts_left)


@effect("attempts_left")
def takes_while_it_can(facts: Facts) -> Facts:
    return replace(facts, attempts_left=max(0, facts.attempts_left - 1))


@guard(zh="一次都不剩", en="none is left")
def none_left(facts: Facts) -> bool:
    return facts.attempts_left == 0 or facts.attempts_left > 2


@guard(zh="还剩", en="some are left")
def some_left(facts: Facts) -> bool:
    return facts.attempts_left > 0


def asking(what: Effect | None) -> Workflow:
    rules = (
        Rule("X1", OPEN, ASK, WAITING, "A4", effect=what),
        Rule("X2", WAITING, FINISH, DONE, "A4"),
        Rule("X3", WAITING, ASK, OPEN, "A4"),
    )
    return build(rules, limits={WAITING: Limit("return_days", cites="assumed")}, facts=Facts)


LIES = [
    # effect, words of the message
    (takes_what_it_does_not_list, "its effect takes_what_it_does_not_list changes attempts_left, which it does not list; it lists size"),
    (shrinks, "its effect shrinks changes size, which it does not list; it lists nothing"),
    (takes_without_end, "its effect takes_without_end makes attempts_left -1; expected one of 0, 1, 2"),
    (makes_other_facts, "its effect makes_other_facts gave OtherFacts(size='s', attempts_left=2), not a Facts"),
    (Effect("forgets", lambda _: None, ("size",)), "its effect forgets gave None, not a Facts"),
]


@pytest.mark.parametrize(("what", "words"), LIES, ids=[row[0].name for row in LIES])
def test_an_effect_that_lies_is_named_with_its_rule(what: Effect, words: str) -> None:
    with pytest.raises(WorkflowError) as caught:
        explore(asking(what))
    assert caught.value.row == "rule X1"
    assert words in str(caught.value)


def test_an_honest_effect_is_taken() -> None:
    graph = explore(asking(takes_while_it_can))
    assert {facts.attempts_left for facts in graph.facts} == {0, 1, 2}
    assert len(graph) == 2 * (3 + 3 + 2) - 2, "open with 2, 1, 0; waiting and done with 1, 0"


def test_rules_that_clash_under_another_policy_are_named() -> None:
    rules = (
        Rule("X1", OPEN, ASK, WAITING, "A4", when=(some_left,)),
        Rule("X2", OPEN, ASK, DONE, "A4", when=(none_left,)),
        Rule("X3", WAITING, FINISH, DONE, "A4"),
    )
    workflow = build(rules, limits={}, facts=Facts)
    assert len(explore(workflow)) > 0
    with pytest.raises(
        WorkflowError, match=r"rule X2: it clashes with rule X1: both can fire in open for Facts\(size='s', attempts_left=3\)"
    ):
        explore(workflow, Policy(max_resubmissions=3))


@dataclass(frozen=True)
class NoFacts:
    pass


@dataclass(frozen=True)
class OneFact:
    size: Literal["s", "l"]


@guard(zh="小件", en="it is small")
def is_small(facts: OneFact) -> bool:
    return facts.size == "s"


TINY: list[tuple[Callable[[], Workflow], int, int]] = [
    # table, configurations, blocks
    (lambda: build((Rule("X1", OPEN, ASK, DONE, "A4"),), limits={}, facts=NoFacts), 2, 2),
    (lambda: build((Rule("X1", OPEN, ASK, DONE, "A4"),), limits={}, facts=OneFact), 4, 2),
    (lambda: build((Rule("X1", OPEN, ASK, DONE, "A4", when=(is_small,)),), limits={}, facts=OneFact), 3, 3),
]


@pytest.mark.parametrize(("make", "configs", "blocks"), TINY, ids=["no fact", "a fact unread", "a fact read"])
def test_tables_of_no_fact_and_of_one(make: Callable[[], Workflow], configs: int, blocks: int) -> None:
    workflow = make()
    graph = explore(workflow)
    assert (len(graph), len(graph.merged())) == (configs, blocks)
    assert workflow.label == Text("玩具", "Toy")


@pytest.mark.parametrize("cap", [100, 1_600], ids=["at the openings", "further on"])
def test_too_many_configurations_are_refused_with_the_cap_named(cap: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration, "MAX_CONFIGS", cap)
    workflow = replace(orders.get("third_party"))
    with pytest.raises(TooLong, match=f"workflow third_party: more than exploration.MAX_CONFIGS = {cap:,} configurations"):
        explore(workflow)
    monkeypatch.setattr(exploration, "MAX_CONFIGS", 15_620)
    assert len(explore(workflow)) == 15_620, "a failed search leaves nothing behind, and the cap itself is allowed"
