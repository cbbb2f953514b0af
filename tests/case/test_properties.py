"""What holds of every case of every order type, over legal paths and near misses drawn by the package's own strategies."""

from __future__ import annotations

import copy
from collections import Counter
from dataclasses import FrozenInstanceError
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from refund_fsm import CLOCK, BadData, Policy, RefundCase, Refused, orders
from refund_fsm.case.machine import Stepper
from refund_fsm.testing.hypothesis.paths import CODES
from refund_fsm.testing.hypothesis.strategies import LegalPath, Move, NearMiss, cases, legal_paths, near_misses
from tests.case.drawn import SURE, UNDER, given_details, successors
from tests.workflows import EVERY_KEY


@EVERY_KEY
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


@EVERY_KEY
def test_a_saved_case_reads_back_as_itself(key: str) -> None:
    @given(cases(orders.get(key)), st.sampled_from((timedelta(0), timedelta(hours=5), timedelta(days=60))))
    def check(case: RefundCase, gap: timedelta) -> None:
        for one in (case, case.advance(to=case.now + gap)):
            text = one.to_json()
            again = RefundCase.from_json(text)
            assert again == one and again.to_json() == text and hash(again) == hash(one)
            assert (again.facts, again.due, again.paid_fen, again.breaches()) == (one.facts, one.due, one.paid_fen, one.breaches())

    check()


@EVERY_KEY
def test_the_same_moves_give_the_same_case(key: str) -> None:
    @given(legal_paths(orders.get(key)))
    def check(path: LegalPath) -> None:
        assert path.cases()[-1] == path.case
        by_steps = path.start
        for step_ in path.case.steps:  # also one by one, clock rules at their own instants
            by_steps = by_steps.apply(step_.event, at=step_.at, by=step_.by, **step_.details)
        assert by_steps.advance(to=path.case.now) == path.case

    check()


@EVERY_KEY
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


@EVERY_KEY
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


@EVERY_KEY
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


@EVERY_KEY
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


@EVERY_KEY
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
