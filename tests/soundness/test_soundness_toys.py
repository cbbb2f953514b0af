"""Soundness of tiny tables: faults that only an unchecked table can have, and random tables held against the definitions."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refund_fsm import Acceptance, Limit, Order, Policy, RefundRequest, Rule, Text, Workflow
from refund_fsm.errors import TooLong
from refund_fsm.soundness import check
from refund_fsm.soundness.rounds import components
from tests import toys as made
from tests.soundness import naive_soundness as naive
from tests.soundness.found import assert_replays, found_in, witness_of
from tests.toys import ASK, END, GO, PAID, PAY, TELL, TICK, TOCK, TURN, A, B, C, D, toy

DAYS = Limit("return_days", cites="assumed")

SHORT = Limit("no_reason_days", cites="assumed", length=2)
WHEN_UP = replace(SHORT, when=(made.flagged,))
LAW: st.SearchStrategy[dict[Any, Limit]] = st.sampled_from(
    [{}, {C: replace(DAYS, when=(made.huge,))}, {D: replace(DAYS, when=(made.flagged,))}]
)
PLACES = st.sampled_from(made.STATES)
RULES = st.lists(
    st.builds(
        Rule,
        id=st.just(""),
        source=st.sampled_from((*made.STATES, A, A, B, B)),
        event=st.sampled_from(made.EVENTS),
        dest=PLACES,
        cites=st.just("assumed"),
        when=st.lists(st.sampled_from(made.GUARDS), max_size=2, unique=True).map(tuple),
        effect=st.none() | st.sampled_from(made.EFFECTS),
    ),
    min_size=1,
    max_size=9,
)
GROUPS: st.SearchStrategy[dict[Any, Any]] = st.sampled_from(
    [
        {},
        {A: DAYS},
        {A: DAYS, B: DAYS},
        {(A, B): DAYS},
        {(A, B): DAYS, C: DAYS},
        {(B, C): DAYS, D: DAYS, END: DAYS},
        {(A, B, C, D): DAYS},
        {A: (WHEN_UP, DAYS)},
        {(B, C): (replace(SHORT, when=(made.huge,)), WHEN_UP, DAYS), D: DAYS},
        {B: (replace(SHORT, when=(made.small,), plus="return_days", plus_when=made.flagged), DAYS), C: (WHEN_UP, DAYS)},
    ]
)


@st.composite
def toys(draw: st.DrawFn) -> Workflow:
    """A random table whose clock never leads to states under the same limit."""
    limits: dict[Any, Any] = draw(GROUPS)
    group = {state: place for place, key in enumerate(limits) for state in (key if isinstance(key, tuple) else (key,))}
    rules = (rule for rule in draw(RULES) if not rule.by_clock or group.get(rule.source, -1) != group.get(rule.dest, -2))
    return toy(*(replace(rule, id=f"R{number}") for number, rule in enumerate(rules)), limits=limits, law=draw(LAW))


@settings(max_examples=max(400, settings().max_examples))
@given(toys())
def test_a_random_table_is_judged_as_the_definitions_say(workflow: Workflow) -> None:
    if not workflow.rules:
        return
    found, expected = found_in(check(workflow)), naive.faults(workflow)
    rounds = {key for key in found if key[0] == "livelock"}
    assert set(found) - rounds == {key for key in expected if key[0] != "livelock"}
    assert rounds <= set(expected)
    for kind, subject in set(expected) - set(found):  # a round of fewer states, inside one that is found
        assert any(set(subject.split()) < set(other.split()) for _, other in rounds), (kind, subject)
    for key, finding in found.items():
        length = expected[key]
        if length is not None:
            assert finding.witness is not None
            assert len(finding.witness) == length or (key in rounds and len(finding.witness) < length)
        assert_replays(workflow, finding)


def test_the_clock_may_lead_on_under_a_limit_that_has_passed_but_not_round() -> None:
    chain = toy(
        Rule("R1", A, GO, B, "assumed"),
        Rule("R2", B, TICK, C, "assumed"),
        Rule("R3", C, TOCK, END, "assumed"),
        limits={(B, C): DAYS},
        accepts=(Acceptance("blocker", "x a", Text("无", "none"), "assumed"),),
    )
    assert check(chain).ok, check(chain).summary("en")
    stuck = chain.variant(rules=(*chain.rules, Rule("R4", C, ASK, A, "assumed")))
    assert set(found_in(check(stuck))) == {("dead_rule", "R4")}, "the case is in c for no time at all"
    endless = chain.variant(rules=(*chain.rules[:2], Rule("R3", C, TOCK, B, "assumed"), Rule("R4", B, ASK, END, "assumed")))
    found = found_in(check(endless))
    assert ("livelock", "b c") in found and ("dead_rule", "R3") in found
    path = found["livelock", "b c"].witness
    assert path is not None and [step.state for step in path.steps] == ["b"]
    with pytest.raises(TooLong):
        path.replay(endless).advance(to=path.steps[-1].due)  # type: ignore[arg-type]  # the state has a limit


def test_what_is_reached_under_a_limit_that_has_passed_is_left_by_the_clock_at_once() -> None:
    late = (Rule("R1", A, GO, B, "assumed"), Rule("R2", B, TICK, C, "assumed"), Rule("R3", C, ASK, D, "assumed"))
    table = (*late, Rule("R4", D, TOCK, END, "assumed"), Rule("R5", D, TELL, PAID, "assumed"))
    assert ("dead_rule", "R5") in found_in(check(toy(*table, limits={(B, C, D): DAYS})))
    assert ("dead_rule", "R5") not in found_in(check(toy(*table, limits={(B, C): DAYS, D: DAYS})))


def test_a_clock_that_leads_back_under_a_passed_limit_does_not_end_a_round() -> None:
    table = (
        Rule("R1", A, GO, B, "assumed"),
        Rule("R2", B, ASK, C, "assumed"),
        Rule("R3", C, TICK, B, "assumed"),
        Rule("R4", B, TELL, END, "assumed"),
    )
    found = found_in(check(toy(*table, limits={(B, C): DAYS})))
    path = found["livelock", "b c"].witness
    assert path is not None and [step.fired for step in path.steps] == [("R1",), ("R2",), ("R3",)]
    freed = (*table[:2], Rule("R3", C, TICK, END, "assumed"), Rule("R5", C, TURN, B, "assumed"), table[3])
    assert ("livelock", "b c") not in found_in(check(toy(*freed, limits={(B, C): DAYS}))), "once it has passed, the clock ends it"
    assert ("livelock", "b c") in found_in(check(toy(*freed, limits={B: DAYS, C: DAYS}))), "two limits start anew in every round"


def test_where_two_clock_rules_hold_the_first_fires_and_the_other_never_does() -> None:
    table = (Rule("R1", A, GO, B, "assumed"), Rule("R2", B, TICK, END, "assumed"), Rule("R3", B, TOCK, C, "assumed"))
    report = check(toy(*table, limits={B: DAYS}))
    assert {("clash", "R2 R3"), ("dead_rule", "R3"), ("unreachable_state", "c")} <= set(found_in(report))
    assert [step.fired for step in witness_of(report, "clash", "R2 R3").steps] == [("R1",), ("R2",)]
    assert "another rule always comes first" in found_in(report)["dead_rule", "R3"].message.en
    without_limit = found_in(check(toy(*table)))
    assert ("clash", "R2 R3") not in without_limit and "no limit" in without_limit["dead_rule", "R2"].message.en


def test_a_guard_in_a_final_state_is_never_asked() -> None:
    found = found_in(check(toy(Rule("R1", A, GO, END, "assumed"), Rule("R2", END, ASK, A, "assumed", when=(made.small,)))))
    assert {("guard_never_true", "small"), ("guard_never_false", "small")} <= set(found)
    assert found["guard_never_true", "small"].lacks is not None
    twice = toy(Rule("R1", A, GO, END, "assumed"), Rule("R2", END, ASK, A, "assumed"), Rule("R3", END, ASK, B, "assumed"))
    assert ("clash", "R2 R3") not in found_in(check(twice)), "neither is asked"


def test_a_round_without_any_limit_is_a_livelock_and_one_that_stays_in_a_state_is_none() -> None:
    table = (Rule("R1", A, GO, B, "assumed"), Rule("R2", B, ASK, A, "assumed"), Rule("R3", B, TELL, END, "assumed"))
    assert [step.fired for step in witness_of(check(toy(*table)), "livelock", "a b").steps] == [("R1",), ("R2",)]
    assert not any(kind == "livelock" for kind, _ in found_in(check(toy(table[0], replace(table[1], dest=B), table[2]))))
    inner = (table[0], replace(table[1], dest=C), Rule("R4", C, ASK, B, "assumed"), Rule("R5", C, TELL, D, "assumed"), table[2])
    path = witness_of(check(toy(*inner, Rule("R6", D, ASK, A, "assumed"))), "livelock", "a b c d")
    assert [step.fired for step in path.steps] == [("R1",), ("R2",), ("R4",)], "shorter than once round from the start"


def test_who_alone_leads_out_can_block_whatever_others_may_do_later() -> None:
    table = (Rule("R1", A, GO, B, "assumed"), Rule("R2", B, ASK, END, "assumed"), Rule("R3", B, TURN, B, "assumed"))
    assert set(found_in(check(toy(*table)))) == {("blocker", "x a"), ("blocker", "y b")}
    needs_x = (table[0], replace(table[1], when=(made.flagged,)), replace(table[2], effect=made.raise_flag))
    assert {("blocker", "x b"), ("blocker", "y b")} <= set(found_in(check(toy(*needs_x)))), "neither gets out without the other"
    assert ("blocker", "y b") not in found_in(check(toy(*table, Rule("R4", B, TICK, END, "assumed"), limits={B: DAYS})))


def _late_flag(order: Order, request: RefundRequest, at: datetime, policy: Policy) -> made.Toy:
    """The flag is up from an hour after the payment on."""
    return replace(made.facts_of(order, request, at, policy), flag=at - order.paid_at > timedelta(hours=1))


def test_a_finding_that_no_case_shows_says_so() -> None:
    """The graph takes facts as constant at filing; after the limit's days a case derives others."""
    table = (Rule("R1", A, TICK, B, "assumed"), Rule("R2", B, GO, C, "assumed", when=(made.unflagged,)), Rule("R3", B, ASK, END, "assumed"))
    found = found_in(check(toy(*table, limits={A: DAYS}).variant(facts_of=_late_flag)))["dead_end", "c"]
    assert found.witness is None and found.lacks is not None and "constant" in found.lacks.en
    assert found_in(check(toy(*table, limits={A: DAYS})))["dead_end", "c"].witness is not None


def test_nothing_that_a_move_inside_the_state_opens_is_a_dead_end() -> None:
    opens = Rule("R2", B, TELL, B, "assumed", effect=made.raise_flag)
    leaves = Rule("R3", B, PAY, PAID, "assumed", when=(made.flagged,))
    found = found_in(check(toy(Rule("R1", A, GO, B, "assumed"), opens, leaves)))
    assert not any(kind in ("dead_end", "cannot_end", "livelock") for kind, _ in found)
    assert ("dead_end", "b") in found_in(check(toy(Rule("R1", A, GO, B, "assumed"), replace(opens, effect=None), leaves)))


def test_parts_that_are_strongly_connected_against_reachability() -> None:
    graphs = itertools.product(*[[(), (0,), (1,), (2,), (0, 1), (1, 2), (0, 2)]] * 3)
    for ahead in graphs:
        edges = {place: tuple((0, dest) for dest in dests) for place, dests in enumerate(ahead)}
        reach = {place: _closure(edges, place) for place in edges}
        parts = {frozenset(two for two in reach[one] if one in reach[two]) for one in edges}
        assert set(components(edges)) == {part for part in parts if part}


def _closure(edges: dict[int, Any], start: int) -> set[int]:
    """What is reached in one step or more."""
    found: set[int] = set()
    todo = [start]
    while todo:
        fresh = {dest for _, dest in edges[todo.pop()]} - found
        found |= fresh
        todo += fresh
    return found


HAPPY = replace(END, good=True)


def test_an_end_that_is_good_without_money_needs_none_and_takes_none() -> None:
    """An exchange: the case ends well and nothing is paid; what was paid may not end so as well."""
    good = toy(Rule("R1", A, GO, B, "assumed"), Rule("R2", B, PAY, PAID, "assumed"), Rule("R3", B, TELL, HAPPY, "assumed"))
    assert not {kind for kind, _ in found_in(check(good))} & {"not_paid", "paid_twice"}
    both = toy(Rule("R1", A, GO, B, "assumed"), Rule("R2", B, PAY, C, "assumed"), Rule("R3", C, TELL, HAPPY, "assumed"))
    finding = found_in(check(both))["paid_twice", "R3"]
    assert "good without money" in finding.message.en and "end" in finding.message.en
    assert finding.witness is not None and [step.fired for step in finding.witness.steps] == [("R1",), ("R2",), ("R3",)]
    straight = toy(Rule("R1", A, GO, B, "assumed"), Rule("R2", B, PAY, HAPPY, "assumed"), Rule("R3", B, TELL, HAPPY, "assumed"))
    assert [key for key in found_in(check(straight)) if "paid" in key[0]] == [("paid_twice", "R2")]


def test_a_row_of_a_limit_that_never_counts_is_named() -> None:
    rows: Any = (WHEN_UP, replace(SHORT, when=(made.small,)), DAYS)
    table = (Rule("R1", A, GO, B, "assumed", when=(made.small,)), Rule("R2", B, TICK, END, "assumed"))
    found = found_in(check(toy(*table, limits={B: rows})))
    named = {subject for kind, subject in found if kind == "limit_never_due"}
    assert named == {"b no_reason_days#1", "b return_days"}, "the flag is never up, and only what is small comes so far"
    first = found["limit_never_due", "b no_reason_days#1"]
    assert "Row 1 (no_reason_days)" in first.message.en and first.witness is not None and first.witness.steps[-1].state == "b"
    assert ("guard_never_true", "flagged") in found and ("guard_never_false", "small") not in found, "small is asked in the draft, too"
    raised = (replace(table[0], effect=made.raise_flag), table[1])
    assert {s for k, s in found_in(check(toy(*raised, limits={B: rows}))) if k == "limit_never_due"} == {
        "b no_reason_days#2",
        "b return_days",
    }


def test_guards_that_stand_only_in_limits_or_in_the_law_are_asked_there() -> None:
    table = (
        Rule("R1", A, GO, B, "assumed"),
        Rule("R2", B, TICK, END, "assumed"),
        Rule("R3", B, TURN, B, "assumed", effect=made.raise_flag),
    )
    law = {B: replace(DAYS, when=(made.small,))}
    flow = toy(*table, limits={B: replace(DAYS, plus="return_days", plus_when=made.flagged)}, law=law)
    assert not [key for key in found_in(check(flow)) if key[0].startswith("guard")]
    unraised = toy(*table[:2], limits={B: replace(DAYS, plus="return_days", plus_when=made.flagged)}, law=law)
    assert [key for key in found_in(check(unraised)) if key[0].startswith("guard")] == [("guard_never_true", "flagged")]
