"""What holds of every case of every order type, over legal paths and near misses drawn by the package's own strategies."""

from __future__ import annotations

import copy
import importlib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, asdict
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, given, note, settings, target
from hypothesis import strategies as st

from refund_fsm import CLOCK, BadData, Evidence, MissingPart, Policy, RefundCase, Refused, orders
from refund_fsm.case.machine import Stepper
from refund_fsm.case.refusal import Verdict
from refund_fsm.graph.configurations import explore
from refund_fsm.graph.shortest import ShortestPaths
from refund_fsm.testing.hypothesis.paths import CODES
from refund_fsm.testing.hypothesis.strategies import LegalPath, Move, NearMiss, cases, legal_paths, near_misses, orders_and_requests
from tests.case.oracle import LIMITS, ROWS, Plain, facts_at, holds, step

EVERY = pytest.mark.parametrize("key", orders.keys())
POLICIES = {
    "guide": Policy.guide(),
    "statute": Policy.statute(),
    "escalate": Policy(on_merchant_silence="escalate", max_resubmissions=0, max_evidence_requests=1, found_at_once_hours=1),
}
UNDER = pytest.mark.parametrize("policy", POLICIES.values(), ids=POLICIES)
SURE = settings(derandomize=True, max_examples=max(100, settings().max_examples))  # what must come up comes up on every run
EXAMPLES = settings().max_examples  # of the profile
WAYS_OUT = 40  # moves within which a case must be able to end


def given_details(case: RefundCase, name: str) -> dict[str, Any]:
    """What an event needs."""
    known = {"note": "说明", "tracking_no": "SF1", "evidence": Evidence(kind="photo", by="buyer", at=case.now)}
    return {need: known[need] for need in case.workflow.events[name].needs}


def allowed(case: RefundCase) -> list[Verdict]:
    """Everything that anybody may do now."""
    return [verdict for by in case.workflow.actors for verdict in case.actions(at=case.now, by=by) if verdict.allowed]


def successors(case: RefundCase) -> Iterator[RefundCase]:
    for verdict in allowed(case):
        assert verdict.rule is not None
        yield case.apply(verdict.event, at=case.now, by=verdict.rule.actor.key, **given_details(case, verdict.event))
    if case.due and case.due.then:
        yield case.advance(to=case.due.at)


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


def way_out(case: RefundCase) -> int:
    """The fewest moves after which the case can have ended."""
    seen, edge = set[Any](), [case]
    for moves in range(WAYS_OUT):
        if any(one.state.final for one in edge):
            return moves
        edge = onward(edge, seen)
    raise AssertionError(f"{case!r} cannot end within {WAYS_OUT} moves")


@EVERY
def test_a_case_can_always_still_end(key: str) -> None:
    longest = 0

    @given(cases(orders.get(key)))
    def check(case: RefundCase) -> None:
        nonlocal longest
        longest = max(longest, way_out(case))
        target(float(len(case.steps)), label="steps")
        event(case.state.key)

    check()
    assert longest > 0, "some case must not have ended yet"


@EVERY
def test_a_case_that_may_be_filed_can_end_with_the_money(key: str) -> None:
    """Where a path out of `draft` other than to its end was open, some continuation pays."""
    paid = set()

    @given(legal_paths(orders.get(key), max_steps=1))
    def check(path: LegalPath) -> None:
        case = path.case
        if case.state.final or case.state is case.workflow.initial:
            return
        seen, edge = set[Any](), [case]
        for _ in range(WAYS_OUT):
            if any(one.paid_fen for one in edge):
                paid.add(case.facts)
                return
            edge = onward(edge, seen)
        raise AssertionError(f"no way to the money from {case!r}")

    check()
    assert len(paid) > 1


@EVERY
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


@EVERY
@UNDER
def test_a_near_miss_is_refused_with_its_code_and_changes_nothing(key: str, policy: Policy) -> None:
    codes = Counter[str]()

    @SURE
    @given(near_misses(orders.get(key), policy=policy))
    def check(miss: NearMiss) -> None:
        case, move = miss.path.case, miss.move
        before, saved, twin = copy.copy(case), case.to_json(), miss.path.cases()[-1]
        verdict = move.asked(case)
        with pytest.raises(Refused) as refused:
            move.on(case)
        refusal = refused.value.refusal
        note(f"{move!r}: {refusal}")
        assert refusal.code == miss.code
        assert not verdict.allowed and verdict.rule is None and verdict.refusal == refusal
        assert case == before == twin and case.to_json() == saved
        assert (refusal.event, refusal.at, refusal.by) == (move.event, move.at, move.by)
        assert (refusal.code == "guard_failed") == bool(refusal.failed_guards)
        assert (refusal.code == "missing_detail") == bool(refusal.missing)
        assert refusal.explain("zh") and refusal.explain("en")
        codes[miss.code] += 1
        event(miss.code)

    check()
    assert set(codes) == set(CODES), codes


@EVERY
def test_a_saved_case_reads_back_as_itself(key: str) -> None:
    @given(cases(orders.get(key)), st.sampled_from((timedelta(0), timedelta(hours=5), timedelta(days=60))))
    def check(case: RefundCase, gap: timedelta) -> None:
        for one in (case, case.advance(to=case.now + gap)):
            text = one.to_json()
            again = RefundCase.from_json(text)
            assert again == one and again.to_json() == text and hash(again) == hash(one)
            assert (again.facts, again.due, again.paid_fen, again.breaches()) == (one.facts, one.due, one.paid_fen, one.breaches())

    check()


@EVERY
def test_the_same_moves_give_the_same_case(key: str) -> None:
    @given(legal_paths(orders.get(key)))
    def check(path: LegalPath) -> None:
        assert path.cases()[-1] == path.case
        by_steps = path.start
        for step_ in path.case.steps:  # also one by one, clock rules at their own instants
            by_steps = by_steps.apply(step_.event, at=step_.at, by=step_.by, **step_.details)
        assert by_steps.advance(to=path.case.now) == path.case

    check()


@EVERY
def test_time_never_runs_backwards(key: str) -> None:
    @given(legal_paths(orders.get(key)))
    def check(path: LegalPath) -> None:
        instants = [path.opening.at, *(step_.at for step_ in path.case.steps), path.case.now]
        assert instants == sorted(instants)
        for case in path.cases():
            with pytest.raises(Refused) as refused:
                case.advance(to=case.now - timedelta(microseconds=1))
            assert refused.value.refusal.code == "time_reversed"
            assert not (case.due and case.due.then) or case.due.at > case.now

    check()


@EVERY
def test_an_accepted_event_fires_exactly_one_rule(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    workflow = orders.get(key)
    fired: list[tuple[str, str]] = []
    plain = Stepper.fire

    def spied(self: Stepper, source: str, name: str, facts: Any) -> Any:
        fired.append((source, name))
        return plain(self, source, name, facts)

    monkeypatch.setattr(Stepper, "fire", spied)

    @given(legal_paths(workflow))
    def check(path: LegalPath) -> None:
        case = path.start
        for move in path.moves:
            fired.clear()
            after = move.on(case)
            taken = after.steps[len(case.steps) :]
            assert fired == [(one.source.key, one.event) for one in taken] and taken
            for one in taken:
                holding = [rule for rule in workflow.rules_at[one.source.key, one.event] if all(guard(one.before) for guard in rule.when)]
                assert holding == [one.rule]
                assert (one.rule.source, one.rule.dest, one.rule.actor.key) == (one.source, one.dest, one.by)
            assert {one.by for one in taken[:-1]} <= {CLOCK.key} and taken[-1].event == move.event
            case = after

    check()


@EVERY
def test_ask_actions_and_apply_agree(key: str) -> None:
    workflow = orders.get(key)

    @given(cases(workflow), st.sampled_from((timedelta(0), timedelta(minutes=1), timedelta(days=2), timedelta(days=30))))
    def check(case: RefundCase, gap: timedelta) -> None:
        at = case.now + gap
        for by in workflow.actors:
            offered = {verdict.event: verdict for verdict in case.actions(at=at, by=by)}
            assert list(offered) == [name for name, one in workflow.events.items() if one.actor.key == by]
            for name, verdict in offered.items():
                details = given_details(case, name)
                assert case.ask(name, at=at, by=by, **details) == verdict
                assert outcome(case, Move(name, at, by, details)) == (verdict.rule, verdict.refusal)
        assert case == RefundCase.from_json(case.to_json()), "asking changes nothing"

    check()


def outcome(case: RefundCase, move: Move) -> tuple[Any, Any]:
    """The rule that fires, or the refusal."""
    try:
        after = move.on(case)
    except Refused as refused:
        return None, refused.refusal
    return after.steps[-1].rule, None


@EVERY
def test_the_money_moves_once_and_never_more_than_the_balance(key: str) -> None:
    paid = Counter[bool]()

    @SURE
    @given(legal_paths(orders.get(key)))
    def check(path: LegalPath) -> None:
        order, request, _ = path.opening
        line = order.line(request.sku)
        balance = line.paid_fen - line.refunded_fen - line.pending_fen
        keys = set()
        for case in path.cases():
            keys.add(case.payout_key)
            asked = balance if request.amount_fen is None else request.amount_fen
            assert case.amount_fen == asked
            payouts = [one for one in case.steps if one.event == "refund_paid"]
            assert len(payouts) == (case.state.key == "refunded")
            assert case.paid_fen == (asked if payouts else 0) <= balance
            assert case.refundable_fen == balance - case.paid_fen
            if case.state.key in ("refunding", "refund_failed"):
                assert 0 < case.amount_fen <= balance
            paid[bool(payouts)] += 1
        assert len(keys) == 1

    check()
    assert paid[True] and paid[False]


@EVERY
@UNDER
def test_the_plain_reading_agrees_on_every_step(key: str, policy: Policy) -> None:
    fired = set[str]()

    @settings(SURE, max_examples=150)
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


def agrees(plain: Plain, case: RefundCase) -> None:
    """State, facts, instants, steps, breaches, money and clocks are the same in both readings."""
    assert (case.state.key, asdict(case.facts), case.now) == (plain.state, plain.facts, plain.now)
    told = [(one.at, one.rule.id, one.dest.key, one.breach and one.breach.at) for one in case.steps]
    assert told == plain.log
    assert (case.due and case.due.at) == plain.due
    assert (case.statutory_due and case.statutory_due.at) == plain.statutory
    assert case.paid_fen == plain.paid_fen


@EVERY
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


@EVERY
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


@EVERY
@UNDER
def test_the_plain_reading_agrees_in_every_class_of_configurations(key: str, policy: Policy) -> None:
    """Random paths seldom end where an inspection failed: shortest ways go everywhere."""
    workflow = orders.get(key)
    shortest = ShortestPaths(workflow, policy, explore(workflow, policy).merged())
    for place in shortest.tree:
        player = shortest.lead(place)
        assert player is not None
        plain = Plain(key, *player.opening[:2], player.opening.at, policy)
        for taken in player.case.steps:
            plain.tell(taken.event, taken.at, taken.by, taken.details)
        agrees_on_everything(player.case, plain, key)


@EVERY
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


@EVERY
def test_the_plain_reading_has_the_same_states_and_limits(key: str) -> None:
    workflow = orders.get(key)
    assert [row.id for row in ROWS[key]] == list(workflow.by_id)
    assert {frozenset(group.split()): field for group, field in LIMITS[key].items()} == {
        frozenset(state.key for state in group): limit.field for group, limit in workflow.groups
    }
    assert step(key, "draft", {}, "cancel", "buyer", {}) == (next(row for row in ROWS[key] if row.event == "cancel"), {})


@EVERY
def test_a_case_and_its_parts_are_immutable(key: str) -> None:
    @settings(max_examples=20)
    @given(cases(orders.get(key)))
    def check(case: RefundCase) -> None:
        text = case.to_json()
        parts = ((case.facts, "reason"), (case.order, "lines"), (case.request, "reason"), (case.policy, "beyond"))
        for thing, name in ((case, "state"), (case, "_live"), *parts):
            with pytest.raises((AttributeError, FrozenInstanceError, BadData, TypeError)):
                setattr(thing, name, None)
        for one in case.steps:
            with pytest.raises(AttributeError):
                one.at = case.now  # type: ignore[misc]  # that is the point
            with pytest.raises(TypeError):
                one.details["note"] = "x"  # type: ignore[index]  # the same
        list(successors(case))
        assert case.to_json() == text and copy.deepcopy(case) is case

    check()


def test_without_hypothesis_the_strategies_say_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    for name in ("refund_fsm.testing.strategies", "refund_fsm.testing.hypothesis.strategies"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(MissingPart, match=re.escape('pip install "refund-fsm[testing]"')):
        importlib.import_module("refund_fsm.testing.strategies")
