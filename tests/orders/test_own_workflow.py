"""A workflow that the package has never heard of (`tests.exchange`) works everywhere, without touching the package."""

from __future__ import annotations

import copy
import json
import os
import pickle
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, note, settings

from refund_fsm import BadData, Evidence, Policy, RefundCase, Refused, SavedCaseError, diagram, graph
from refund_fsm.testing import legal_paths, near_misses, orders_and_requests
from refund_fsm.testing.hypothesis.paths import CODES
from refund_fsm.testing.hypothesis.strategies import LegalPath, NearMiss
from tests.exchange import WORKFLOW, ExchangeFacts, example_of, facts_of
from tests.places import ROOT
from tests.samples import at

SURE = settings(max_examples=300, derandomize=True)  # what must come up comes up on every run


def opened(stock: str = "last_one", worn: bool = False, **more: Any) -> RefundCase:
    """A case of 2026-02-09, a Monday, 10:00."""
    facts = ExchangeFacts("too_small", "L", stock, worn, 2)  # type: ignore[arg-type]  # the test's own values
    order, request = example_of(facts, at("2026-02-09 10:00"))
    return RefundCase.open(order, request, at=at("2026-02-09 10:00"), workflow=WORKFLOW, **more)


def sent(case: RefundCase, day: str) -> RefundCase:
    """The case when the goods are with the warehouse on that day."""
    case = case.apply("accept", at=at(f"{day} 11:00"), by="warehouse")
    return case.apply("send_goods", at=at(f"{day} 12:00"), by="buyer", tracking_no="SF1")


def test_a_case_runs_from_the_wish_to_the_refund_instead() -> None:
    case = sent(opened().apply("ask_exchange", at=at("2026-02-09 10:30"), by="buyer"), "2026-02-09")
    assert case.facts.sent_back
    case = case.apply("pass_goods", at=at("2026-02-13 09:00"), by="warehouse")
    assert [breach.limit.field for breach in case.breaches()] == ["inspection_days"]
    assert case.facts.stock == "none" and case.due and case.due.length == 240 and case.due.then is WORKFLOW.by_id["X14"]
    case = sent(case.apply("wrong_again", at=at("2026-02-14 09:00"), by="buyer"), "2026-02-14")
    assert case.statutory_due and case.statutory_due.at == at("2026-02-17 00:00"), "it started on the 9th and never restarts"
    with pytest.raises(Refused, match="Size L is sold out"):
        case.apply("pass_goods", at=at("2026-02-15 09:00"), by="warehouse")
    case = case.apply("refund_instead", at=at("2026-02-15 09:00"), by="warehouse")
    assert (case.state.key, case.paid_fen, case.refundable_fen, case.facts.swaps_left) == ("refunded", 59_900, 0, 1)


def test_the_clock_counts_the_lengths_of_the_workflow_itself() -> None:
    case = opened().apply("ask_exchange", at=at("2026-02-13 10:30"), by="buyer")  # the Friday before the make-up Saturday
    assert case.due and (case.due.at, case.due.unit, case.due.length) == (at("2026-02-25 00:00"), "working_days", 2)
    assert case.advance(to=case.due.at).state.key == "awaiting_goods"


def test_a_refusal_names_the_warehouse_and_the_note_of_the_state() -> None:
    case = opened().apply("ask_exchange", at=at("2026-02-09 10:30"), by="buyer")
    wrong = case.ask("accept", at=case.now, by="buyer").refusal
    assert wrong and wrong.code == "wrong_actor" and "仓库" in wrong.explain("zh")
    late = case.ask("send_goods", at=case.now, by="buyer").refusal
    assert late and late.explain("en").startswith("The size is fixed by now.")
    worn = opened(stock="none", worn=True).ask("ask_exchange", at=at("2026-02-09 10:30"), by="buyer").refusal
    assert worn and [guard.name for guard in worn.failed_guards] == ["unworn", "in_stock"]


def test_a_case_is_saved_read_copied_and_pickled() -> None:
    case = sent(opened().apply("ask_exchange", at=at("2026-02-09 10:30"), by="buyer"), "2026-02-09")
    assert RefundCase.from_json(case.to_json(), workflow=WORKFLOW) == case == copy.deepcopy(case)
    with pytest.raises(SavedCaseError, match="exchange"):
        RefundCase.from_json(case.to_json())
    again = pickle.loads(pickle.dumps(case))
    assert again.to_json() == case.to_json() and again.workflow.fingerprint == WORKFLOW.fingerprint


def test_a_case_needs_the_workflow_and_its_reasons() -> None:
    order, request = opened().order, opened().request
    with pytest.raises(BadData, match="order_type"):
        RefundCase.open(order, request, at=at("2026-02-09 10:00"))
    for changes in ({"reason": "quality"}, {"kind": "refund_only"}):
        with pytest.raises(BadData, match=f"request.{next(iter(changes))}"):
            RefundCase.open(order, request.model_copy(update=changes), at=at("2026-02-09 10:00"), workflow=WORKFLOW)


def test_the_strategies_reach_every_rule_and_every_start() -> None:
    fired, starts = set[str](), set[Any]()

    @SURE
    @given(legal_paths(WORKFLOW), orders_and_requests(WORKFLOW))
    def check(path: LegalPath, opening: Any) -> None:
        note(repr(path))
        fired.update(step.rule.id for step in path.case.steps)
        order, request, when = opening
        starts.add(facts_of(order, request, when, Policy.guide()))
        assert RefundCase.from_json(path.case.to_json(), workflow=WORKFLOW) == path.cases()[-1]

    check()
    assert fired == set(WORKFLOW.by_id)
    assert {facts.stock for facts in starts} == {"none", "last_one", "plenty"} and {facts.worn for facts in starts} == {False, True}


def test_every_refusal_comes_up_and_is_the_expected_one() -> None:
    codes = Counter[str]()

    @SURE
    @given(near_misses(WORKFLOW))
    def check(miss: NearMiss) -> None:
        refusal = miss.move.asked(miss.path.case).refusal
        assert refusal and refusal.code == miss.code and refusal.explain("zh")
        codes[miss.code] += 1

    check()
    assert set(codes) == set(CODES)


def test_two_needs_are_both_asked_for() -> None:
    case = sent(opened().apply("ask_exchange", at=at("2026-02-09 10:30"), by="buyer"), "2026-02-09")
    missing = case.ask("fail_goods", at=case.now, by="warehouse", note=" ").refusal
    assert missing and missing.missing == ("note", "evidence")
    photo = Evidence(kind="photo", by="warehouse", at=case.now)
    assert case.apply("fail_goods", at=case.now, by="warehouse", note="有污渍", evidence=photo).state.key == "refused"


def test_the_configuration_graph_takes_it() -> None:
    found = graph.explore(WORKFLOW, Policy())
    assert found is graph.explore(WORKFLOW, Policy()), "cached per workflow and policy"

    @given(legal_paths(WORKFLOW))
    def check(path: LegalPath) -> None:
        for case in path.cases():
            assert found.facts_of(found.index(case.state.key, case.facts)) == case.facts

    check()


def test_the_diagram_draws_it() -> None:
    drawn = diagram.draw(WORKFLOW).dot
    assert all(state.zh in drawn for state in WORKFLOW.states.values())


def test_the_command_line_shows_it_from_the_current_directory() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "refund_fsm.cli", "show", "tests.exchange:WORKFLOW", "--json"],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()
    shown = json.dumps(json.loads(run.stdout), ensure_ascii=False)
    assert all(rule.id in shown for rule in WORKFLOW.rules) and "仓库" in shown and WORKFLOW.key in shown
