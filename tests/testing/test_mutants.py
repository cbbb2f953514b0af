"""Mutants: every fault that an operator promises and no other, the verdict on each held against brute force, witnesses, kills."""

from __future__ import annotations

import gc
import weakref
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

import pytest

from refund_fsm import BadData, Limit, Order, OrderLine, Policy, RefundRequest, Rule, Text, UpTo, Workflow, effect, guard, orders, paths
from refund_fsm.graph.configurations import explore
from refund_fsm.paths.inputs import PASS, Input
from refund_fsm.scenario.path import Player
from refund_fsm.testing.mutation import OPERATORS, TIMES, Judge, Killer, Mutant, killed_by, mutants
from refund_fsm.testing.mutation.killing import struck
from refund_fsm.workflow.rows import CLOCK
from tests.exchange import WORKFLOW as EXCHANGE
from tests.toys import ASK, END, GO, PAY, TELL, TICK, TURN, A, B, C

GUIDE = Policy.guide()


@dataclass(frozen=True, slots=True)
class Tiny:
    """What a guard may read."""

    size: Literal["s", "l"]
    tries: Annotated[int, UpTo("max_resubmissions")]
    flag: bool = False


@guard(zh="小", en="it is small")
def small(facts: Tiny) -> bool:
    return facts.size == "s"


@guard(zh="还可以试", en="a try is left")
def try_left(facts: Tiny) -> bool:
    return facts.tries > 0


@guard(zh="有旗", en="the flag is up")
def flagged(facts: Tiny) -> bool:
    return facts.flag


@effect("tries")
def take_try(facts: Tiny) -> Tiny:
    return replace(facts, tries=facts.tries - 1)


@effect("flag")
def raise_flag(facts: Tiny) -> Tiny:
    return replace(facts, flag=True)


def facts_of(_: Order, request: RefundRequest, __: datetime, policy: Policy) -> Tiny:
    return Tiny(request.attributes["size"], policy.max_resubmissions)  # type: ignore[arg-type]  # the examples below set it


def example_of(facts: Tiny, when: datetime) -> tuple[Order, RefundRequest]:
    order = Order(id="T", order_type="tiny", lines=(OrderLine(sku="S", title="物", quantity=1, paid_fen=100),), paid_at=when)
    return order, RefundRequest(sku="S", reason="any", attributes={"size": facts.size})


TINY = Workflow(
    key="tiny",
    label=Text("小", "Tiny"),
    rules=(
        Rule("T01", A, GO, B, "assumed", when=(small,)),
        Rule("T02", B, TURN, C, "assumed", when=(try_left,), effect=take_try),
        Rule("T03", C, ASK, B, "assumed", effect=raise_flag),
        Rule("T04", B, TELL, END, "assumed", when=(flagged,)),
        Rule("T05", B, TICK, END, "assumed"),
        Rule("T06", C, PAY, END, "assumed"),
    ),
    initial=A,
    facts=Tiny,
    facts_of=facts_of,
    example_of=example_of,
    limits={B: Limit("tiny_hours", cites="assumed", length=48)},
)
WORKFLOWS = {**{key: orders.get(key) for key in orders.keys()}, EXCHANGE.key: EXCHANGE, TINY.key: TINY}
each_workflow = pytest.mark.parametrize("key", WORKFLOWS)


@cache
def mutants_of(key: str) -> tuple[Mutant, ...]:
    return mutants(WORKFLOWS[key])


@cache
def judge_of(key: str) -> Judge:
    return Judge(WORKFLOWS[key])


def mutant(key: str, name: str) -> Mutant:
    return next(one for one in mutants_of(key) if one.name == name)


# 1. Which mutants there are


def test_each_operator_makes_what_it_should() -> None:
    rules, states, by_hand, guards = 6, 4, 5, 3
    assert Counter(one.operator for one in mutants_of("tiny")) == {
        "rule dropped": rules,
        "rule added": (states * by_hand - by_hand) * states,  # each event is possible in one state; `tick` where the only limit is
        "rule redirected": rules * (states - 1),
        "guard dropped": guards,
        "guard negated": guards,
        "guard replaced": guards * (guards - 1),
        "actor swapped": 5 + 2 + 2,  # each event to the other actor, `tick` to both; `turn` and `tell` to the clock, for B has a limit
        "limit shifted": 2,
        "effect dropped": 2,
        "refused after k": rules * len(TIMES),
        "redirected after k": rules * len(TIMES),
    }


@each_workflow
def test_as_many_as_the_table_makes(key: str) -> None:
    workflow, made = WORKFLOWS[key], Counter(one.operator for one in mutants_of(key))
    rules, states = workflow.rules, workflow.states
    when = [rule.when for rule in rules]
    by_hand = [event for event in workflow.events.values() if event.actor.key != CLOCK.key]
    ticking = len(workflow.events) - len(by_hand)
    free = len(by_hand) * len(states) + ticking * len(workflow.limit_of) - len(workflow.rules_at)
    assert list(made) == list(OPERATORS) and made["rule added"] == free * len(states)
    assert made["rule redirected"] == len(rules) * (len(states) - 1)
    assert made["guard dropped"] == made["guard negated"] == sum(map(len, when))
    assert made["guard replaced"] == sum(len(one) * (len(workflow.guards) - len(one)) for one in when)
    assert made["limit shifted"] == 2 * len(workflow.groups)
    assert made["effect dropped"] == sum(rule.effect is not None for rule in rules)
    assert made["refused after k"] == made["redirected after k"] == len(rules) * len(TIMES)


@each_workflow
def test_names_are_unique(key: str) -> None:
    names = [one.name for one in mutants_of(key)]
    assert len(set(names)) == len(names) and all(name.isprintable() for name in names)


def changed(rule: Rule, other: Rule) -> set[str]:
    """The fields in which two rows differ."""
    return {one.name for one in fields(Rule) if getattr(rule, one.name) != getattr(other, one.name)}


ROW = {
    "rule redirected": {"dest"},
    "guard dropped": {"when"},
    "guard negated": {"when"},
    "guard replaced": {"when"},
    "actor swapped": {"event"},
    "effect dropped": {"effect"},
    "refused after k": {"when", "effect"},
    "redirected after k": {"when", "effect"},
}


@each_workflow
def test_a_mutant_differs_in_one_row(key: str) -> None:
    workflow = WORKFLOWS[key]
    for one in mutants_of(key)[:: 1 if key == "tiny" else 7]:
        faulty = one.workflow
        limits = [place for place, (mine, its) in enumerate(zip(workflow.groups, faulty.groups, strict=True)) if mine != its]
        ids = [rule.id for rule in faulty.rules]
        rows = [rule for rule in workflow.rules if rule.id in ids and changed(rule, faulty.by_id[rule.id])]
        gone, fresh = set(workflow.by_id) - set(ids), [id for id in ids if id not in workflow.by_id]
        assert len(limits) == (one.operator == "limit shifted"), one
        assert len(gone) == (one.operator == "rule dropped"), one
        assert len(fresh) == (one.operator in ("rule added", "redirected after k")), one
        opened = one.operator == "rule added" and workflow.states[one.subject].final
        if one.operator in ("rule added", "rule dropped", "limit shifted"):
            assert not rows or opened, one
            assert opened == any(
                state.final != faulty.states[state.key].final for state in workflow.states.values() if state.key in faulty.states
            )
        elif one.operator == "actor swapped":
            assert {rule.event.name for rule in rows} == {one.subject}, one
        else:
            assert [rule.id for rule in rows] == [one.subject], one
        for rule in rows if not opened else ():
            assert changed(rule, faulty.by_id[rule.id]) - {"effect"} == ROW[one.operator] - {"effect"}, one


def test_what_is_changed_has_a_name_of_its_own() -> None:
    dropped, negated = (mutant("tiny", f"T02: guard try_left {how}").workflow.by_id["T02"] for how in ("dropped", "negated"))
    assert [one.name for one in (*dropped.when, *negated.when)] == ["not try_left"]
    assert dropped.effect is not None and dropped.effect.name != take_try.name
    assert {one.workflow.fingerprint for one in mutants_of("tiny")}.isdisjoint({TINY.fingerprint})


def test_a_faulty_workflow_is_kept_only_as_long_as_it_is_held() -> None:
    one = mutant("tiny", "T01 dropped")
    held = one.workflow
    assert one.workflow is held
    seen = weakref.ref(held)
    del held
    gc.collect()
    assert seen() is None and one.workflow.rules == TINY.rules[1:]


# 2. Effects stay inside the domains


@pytest.mark.parametrize("name", ["T02: guard try_left dropped", "T02: guard try_left negated", "T02: guard try_left replaced by flagged"])
def test_an_effect_that_lost_its_guard_takes_no_more_than_there_is(name: str) -> None:
    faulty = mutant("tiny", name).workflow
    start = Player.with_facts(faulty, GUIDE, Tiny("s", 2))
    assert start is not None
    graph, player = explore(faulty, GUIDE, strict=False), start.do("go")
    lowest = player.case.facts.tries
    for event in ("turn", "ask") * 4:
        player = player.do(event)
        lowest = min(lowest, player.case.facts.tries)
        assert graph.index(player.case.state.key, player.case.facts) >= 0
    assert lowest >= 0


@pytest.mark.parametrize("key", ["virtual", "exchange", "tiny"])
def test_every_mutant_has_a_graph(key: str) -> None:
    for one in mutants_of(key)[:: 1 if key == "tiny" else 13]:
        assert len(explore(one.workflow, GUIDE, strict=False)) > 0


def test_an_effect_that_only_its_place_keeps_in_bounds_is_held_back_elsewhere_too() -> None:
    loose = TINY.variant(rules=(*TINY.rules[:1], Rule("T02", B, TURN, C, "assumed", effect=take_try), *TINY.rules[3:]))
    back = next(one for one in mutants(loose) if one.name == "T06 redirected to b")
    assert back.original is loose
    for number in range(len(graph := explore(back.workflow, GUIDE, strict=False))):
        assert graph.facts_of(number).tries >= 0
    assert not Judge(loose).equivalent(back)


# 3. Faults that show late


@pytest.mark.parametrize("k", TIMES)
@pytest.mark.parametrize("operator", ["refused after k", "redirected after k"])
def test_a_late_fault_shows_after_k_times(operator: str, k: int) -> None:
    policy = GUIDE.model_copy(update={"max_resubmissions": 9})
    late = next(one for one in mutants(TINY, policy) if (one.operator, one.subject, one.k) == (operator, "T03", k))
    ours, its = (Player.with_facts(flow, policy, flow.facts("s", 9)) for flow in (TINY, late.workflow))
    assert ours is not None and its is not None
    ours, its = ours.do("go"), its.do("go")
    for number in range(k + 1):
        ours, its = ours.do("turn").do("ask"), its.do("turn").do("ask")
        assert ours.case.state is B
        as_it_should = (its.case.state, its.step and its.step.refusal) == (B, None)
        assert as_it_should == (number < k)
    assert its.case.state is C  # which comes after B
    assert its.step is not None and its.step.accepted == operator.startswith("redirected")


# 4. The verdict


def inputs_of(workflow: Workflow) -> list[Input]:
    return [*(Input("do", name) for name, event in workflow.events.items() if event.actor.key != CLOCK.key), PASS]


def shortest(workflow: Workflow, faulty: Workflow, most: int = 3000) -> int | None:
    """The fewest inputs that tell a faulty workflow from the original, by brute force on pairs of cases; None when none do."""
    pairs: list[tuple[Player, Player, int]] = []
    graph = explore(workflow, GUIDE)
    for facts in map(graph.facts_of, graph.openings):
        ours = Player.with_facts(workflow, GUIDE, facts)
        if ours is not None:
            pairs.append((ours, Player.opened(faulty, GUIDE, ours.opening), 0))
    seen = set()
    for ours, its, length in pairs:  # grows as it goes
        if seen_as(ours) != seen_as(its):
            return length
    for ours, its, length in pairs:
        due = ours.case.due
        place = (ours.case.state.key, ours.case.facts, its.case.facts, due is not None and due.at <= ours.case.now)
        if place in seen:
            continue
        seen.add(place)
        assert len(seen) < most
        for one in inputs_of(workflow):
            after = one.on(ours)
            if after is None or after.step is None:
                continue
            twin = same(its, after)
            if twin is None:
                return length + 1
            pairs.append((after, twin, length + 1))
    return None


def seen_as(player: Player) -> tuple[str, datetime | None]:
    due = player.case.due
    return player.case.state.key, None if due is None else due.at


def same(its: Player, after: Player) -> Player | None:
    """The faulty workflow's case after the same step; None when it does otherwise."""
    step = after.step
    assert step is not None
    try:
        if step.event is None:
            twin = its.at(step.at)
        elif step.by in its.case.workflow.actors:
            twin = its.told(step.event, step.by or "", step.at, step.details)
        else:
            twin = its.at(step.at)
            return twin if not step.accepted and seen_as(twin) == seen_as(after) else None
    except Exception:  # whatever it raises, it does otherwise
        return None
    assert twin.step is not None
    return twin if (twin.step.accepted, *seen_as(twin)) == (step.accepted, *seen_as(after)) else None


def test_the_verdict_is_that_of_brute_force_and_the_witness_as_short() -> None:
    same_as = 0
    for one in mutants_of("tiny"):
        found, witness = shortest(TINY, one.workflow), judge_of("tiny").witness(one)
        assert judge_of("tiny").equivalent(one) == (found is None), one
        assert (None if witness is None else len(witness)) == found, one
        same_as += found is None
    assert 20 < same_as < len(mutants_of("tiny")) / 2


@pytest.mark.parametrize("key", ["virtual", "exchange"])
def test_the_verdict_is_that_of_brute_force_on_a_larger_table(key: str) -> None:
    chosen = [one for one in mutants_of(key) if one.operator not in ("rule added", "rule redirected")]
    for one in chosen[:: len(chosen) // 6]:
        found, witness = shortest(WORKFLOWS[key], one.workflow), judge_of(key).witness(one)
        assert judge_of(key).equivalent(one) == (found is None), one
        assert (None if witness is None else len(witness)) == found, one


@pytest.mark.parametrize(
    ("key", "name", "equivalent"),
    [
        ("virtual", "V19: effect keep_evidence dropped", True),  # no guard reads it
        ("virtual", "V03: effect take_evidence_request dropped", False),
        ("virtual", "V06 dropped", False),
        ("virtual", "V01 refused after 1 times", True),  # nothing leads back to the draft
        ("third_party", "S12 redirected to requested", True),  # whose own limit has passed too, and leads on at once
        ("third_party", "S06: guard no_other_case dropped", True),  # who talks has no other case
        ("third_party", "S34: guard goods_with_buyer replaced by wants_return", False),
        ("self_operated", "refunded, cancel → cancelled added", False),
    ],
)
def test_known_verdicts(key: str, name: str, equivalent: bool) -> None:
    assert judge_of(key).equivalent(mutant(key, name)) is equivalent


@pytest.mark.parametrize("key", ["virtual", "exchange"])
def test_each_mutant_that_is_not_equivalent_has_a_witness(key: str) -> None:
    judge, seen = judge_of(key), Counter[str]()
    for one in mutants_of(key):
        seen[one.operator] += 1
        if one.operator == "rule added" and seen[one.operator] % 25:
            continue
        witness = judge.witness(one)
        assert (witness is None) == judge.equivalent(one), one
        if witness is not None:
            witness.replay(WORKFLOWS[key], GUIDE)
            blow = struck(one.workflow, GUIDE, witness)
            assert blow is not None and blow.step == len(witness), one


def test_the_classes_of_a_workflow_are_no_more_than_its_blocks() -> None:
    for key in WORKFLOWS:
        classes = judge_of(key).classes(WORKFLOWS[key])
        assert 1 < classes <= len(explore(WORKFLOWS[key], GUIDE).merged())
    tiny = judge_of("tiny")  # A: small or not; B, C: by the tries left, B by the flag, which C has up from the second time on; END
    assert tiny.classes(TINY) == 2 + 3 + 2 + 1
    assert tiny.classes(mutant("tiny", "T02: guard try_left dropped").workflow) == 2 + 2 + 1 + 1


# 5. Kills


@cache
def suite_of(key: str, criterion: str) -> paths.Suite:
    return paths.cover(WORKFLOWS[key], criterion)


@pytest.mark.parametrize("key", ["virtual", "exchange", "tiny"])
def test_paths_left_out_would_not_have_killed(key: str) -> None:
    both: Sequence[Any] = (*suite_of(key, "rule_pairs").paths, *suite_of(key, "limits").paths, *suite_of(key, "refusals").paths)
    killer, killed = Killer(WORKFLOWS[key], [(GUIDE, both)]), 0
    for one in mutants_of(key)[:: 1 if key == "tiny" else 17]:
        kill = killed_by(one, both)
        assert killer.kill(one) == kill, one
        killed += kill is not None
    assert killed > 20


@each_workflow
def test_the_complete_suite_kills_all_within_its_bound(key: str) -> None:
    """What survives can be told apart into more classes than the original, so that the suite promises nothing."""
    judge = judge_of(key)
    killer = Killer(WORKFLOWS[key], [(GUIDE, (*suite_of(key, "limits").paths, *suite_of(key, "w").paths))])
    bound, alive = judge.classes(WORKFLOWS[key]), 0
    for one in mutants_of(key)[:: {"third_party": 101, "self_operated": 61, "tiny": 1}.get(key, 11)]:
        kill = None if judge.equivalent(one) else killer.kill(one)
        if kill is not None:
            alive += 1
        elif not judge.equivalent(one):
            assert judge.classes(one.workflow) > bound, one
    assert alive > 15


def test_a_kill_says_where_and_counts_the_steps_before() -> None:
    suite = suite_of("tiny", "rules")
    kill = killed_by(mutant("tiny", "T03 dropped"), suite)
    assert kill is not None and (kill.what, suite.paths[kill.path].steps[kill.step - 1].fired) == ("accepted", ("T03",))
    assert kill.steps == sum(map(len, suite.paths[: kill.path])) + kill.step
    shorter = killed_by(mutant("tiny", "tiny_hours of b: 47, not 48"), suite)
    assert shorter is not None and shorter.what == "due"
    assert killed_by(mutant("tiny", "T01 refused after 1 times"), suite_of("tiny", "w")) is None


def test_a_mutant_that_raises_is_killed() -> None:
    kill = killed_by(mutant("tiny", "T05 redirected to b"), suite_of("tiny", "rules"))
    assert kill is not None and kill.what == "TooLong"


def test_an_actor_that_a_mutant_has_lost_is_refused() -> None:
    only = replace(PAY, actor=GO.actor)
    flow = TINY.variant(rules=tuple(replace(rule, event=only) if rule.event is PAY else rule for rule in TINY.rules if rule.id != "T04"))
    lost = next(one for one in mutants(flow) if one.name == "T03 dropped")
    assert ASK.actor.key not in lost.workflow.actors
    kill = killed_by(lost, paths.cover(flow, "rules"))
    assert kill is not None and kill.what == "accepted"


def test_bad_input_is_named() -> None:
    with pytest.raises(BadData, match="workflow"):
        mutants("tiny")  # type: ignore[arg-type]  # what a user may pass
    with pytest.raises(BadData, match="policy"):
        mutants(TINY, "guide")  # type: ignore[arg-type]  # the same


def test_lengths_come_from_the_policy() -> None:
    long = GUIDE.model_copy(update={"evidence_hours": 5})
    shifted = (one for one in mutants(WORKFLOWS["virtual"], long) if one.operator == "limit shifted")
    found = {limit.length for one in shifted for limit in one.workflow.limits.values() if limit.field == "evidence_hours"}
    assert found == {None, 4, 6}
