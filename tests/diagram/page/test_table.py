"""The table behind the page says what the machine and the configuration graph say, without a browser."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from refund_fsm import Policy, RefundCase, Workflow, WorkflowError, orders
from refund_fsm.diagram.page import table as tables
from refund_fsm.diagram.page.table import Column, Move, Table, kept_table_of, table_of
from refund_fsm.diagram.page.turns import REFERENCES, Courses, Turn
from refund_fsm.errors import TooLong
from refund_fsm.graph import ConfigGraph, explore
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import counting
from tests.exchange import WORKFLOW
from tests.samples import at
from tests.workflows import ALL

POLICIES = {"guide": Policy.guide(), "statute": Policy.statute()}
EVERY_POLICY = {**POLICIES, "platform": Policy.platform()}


ONE_IN = 7  # of all sets of facts: no fact is the same in all that are taken

MADE = [(key, name) for key in ALL for name in POLICIES if key != "shop_official"] + [("shop_official", "platform")]


@pytest.fixture(scope="module", params=MADE, ids="-".join)
def made(request: pytest.FixtureRequest) -> tuple[Workflow, Policy, Table]:
    key, name = request.param
    return ALL[key], EVERY_POLICY[name], kept_table_of(ALL[key], EVERY_POLICY[name])


def opened(table: Table) -> list[tuple[dict[str, Any], int]]:
    """The facts that an order has at an opening, and the block that they begin in."""
    values = itertools.product(*table.fields.values())
    return [(dict(zip(table.fields, one, strict=True)), found.block) for one, found in zip(values, table.openings, strict=True) if found]


def said(graph: ConfigGraph, config: int, event: int) -> str | tuple[str, ...] | None:
    """The rule, or the guards that fail; None where the event is not possible."""
    rule = graph.rule_at[config * len(graph.events) + event]
    return graph.rules[rule] if rule >= 0 else graph.failed(config, event) or None


def test_blocks_say_what_the_graph_says_wherever_facts_stay(made: tuple[Workflow, Policy, Table]) -> None:
    """Both are walked together from every opening: the first phase of the table is the graph."""
    workflow, policy, table = made
    graph = explore(workflow, policy).merged()
    met = {(graph.index(workflow.initial.key, workflow.facts(**facts)), block) for facts, block in opened(table)}
    todo = list(met)
    while todo:
        config, number = todo.pop()
        block = table.blocks[number]
        assert block.state == graph.states[graph.state_of[config]]
        for event, name in enumerate(graph.events):
            cell = block.cells.get(Column(name, 0))
            assert (cell.rule if isinstance(cell, Move) else cell) == said(graph, config, event), (block.state, name)
            if isinstance(cell, Move):
                pair = (graph.successor[config * len(graph.events) + event], cell.block)
                if pair not in met:
                    met.add(pair)
                    todo.append(pair)
    assert {config for config, _ in met} <= set(range(len(graph)))
    assert len({block for _, block in met}) >= len({config for config, _ in met}), "the table splits blocks of the graph, never joins them"


def test_the_table_is_small(made: tuple[Workflow, Policy, Table]) -> None:
    workflow, policy, table = made
    graph = explore(workflow, policy).merged()
    assert len(table.blocks) <= 1.2 * len(graph)
    alike = {(*block.cells.items(), block.state, block.counted, block.law) for block in table.blocks}
    assert len(alike) == len(table.blocks), "no two blocks are alike"


def test_blocks_know_how_their_limit_is_counted(made: tuple[Workflow, Policy, Table]) -> None:
    workflow, policy, table = made
    limits = counting(workflow, policy)
    found = {block.counted for block in table.blocks} - {-1}
    assert found <= set(range(len(limits.counts)))
    for block in table.blocks:
        if block.counted < 0:
            assert block.state not in workflow.limits_at
        else:
            assert workflow.group_of[block.state] == limits.counts[block.counted].kind.group
    if workflow.key == "shop_official":
        told = {block.state: {one.counted for one in table.blocks if one.state == block.state} for block in table.blocks}
        assert (len(told["requested"]), len(told["return_shipped"])) == (7, 4), (
            "of three rows and three kinds; of two rows, extended or not"
        )
        assert {one.law for one in table.blocks if one.state == "received"} == {True, False}


@pytest.mark.parametrize("key", [key for key in ALL if key != "shop_official"])
def test_what_is_forgotten_changes_nothing(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table of very many openings is made in a shorter way: of few it makes the same."""
    whole = kept_table_of(ALL[key], Policy.guide())
    monkeypatch.setattr(tables, "MANY_OPENINGS", 0)
    assert table_of(ALL[key], Policy.guide()) == whole


def test_facts_turn_when_the_library_derives_them_anew(made: tuple[Workflow, Policy, Table]) -> None:
    """Openings on every day around the Spring Festival and National Day: to the microsecond."""
    workflow, policy, table = made
    turning = [(facts, one) for (facts, _), one in zip(opened(table), filter(None, table.openings), strict=True) if one.turns]
    if workflow is WORKFLOW:
        assert not turning
        return
    days = [date(2026, 2, 1) + timedelta(days=n) for n in range(30)] + [date(2025, 9, 20) + timedelta(days=n) for n in range(20)]
    for number, day in enumerate(days):
        facts, opening = turning[number * 7 % len(turning)]
        start = datetime(day.year, day.month, day.day, number % 24, 30, tzinfo=SHANGHAI)
        example = workflow.example_of(workflow.facts(**facts), start)
        assert example is not None
        turn = opening.turns[0].after(start, policy)
        before, after = (workflow.facts_of(*example, when, policy) for when in (turn - timedelta(microseconds=1), turn))
        assert before == workflow.facts(**facts), (day, facts)
        assert after == replace(before, **dict(opening.drift[0])) != before, (day, facts)


@pytest.mark.parametrize("key", ["self_operated", "third_party"])
def test_the_window_is_fitted_under_any_policy(key: str) -> None:
    workflow = orders.get(key)

    def turns(**changes: Any) -> set[Turn]:
        policy = Policy(**changes)
        courses = Courses(workflow, policy)
        facts = itertools.product(*(one.start(policy) for one in workflow.fact_fields))
        found = [courses.of(workflow.facts(*values)) for values in itertools.islice(facts, 0, None, ONE_IN)]
        return {turn for one in found if one for turn in one.turns}

    assert turns(no_reason_days=1) == {Turn("days", 0, False)}
    assert turns(no_reason_days=365, window_starts="next_day") == {Turn("days", 365, False)}
    assert turns(no_reason_days=10, roll_over=True) == {Turn("days", 9, True)}


def test_a_field_that_an_effect_has_changed_does_not_drift() -> None:
    """A shop that has plenty from the second day on; the last one taken before stays taken, as in the library."""

    def facts_of(order: Any, request: Any, when: datetime, policy: Policy) -> Any:
        facts: Any = WORKFLOW.facts_of(order, request, when, policy)
        return replace(facts, stock="plenty") if when - order.paid_at >= timedelta(days=4) else facts

    rules = [replace(rule, event=replace(rule.event, files=True)) if rule.id == "X12" else rule for rule in WORKFLOW.rules]
    workflow = replace(WORKFLOW, facts_of=facts_of, rules=tuple(rules))
    table = table_of(workflow, Policy.guide())
    start, later = at("2026-03-02 10:00"), at("2026-03-04 10:00")
    assert {turn for one in table.openings if one for turn in one.turns} == {Turn("hours", 24, False)}, "paid three days before"
    facts = workflow.facts("too_small", "M", "last_one", False, 2)
    example = workflow.example_of(facts, start)
    assert example is not None
    case = RefundCase.open(*example, at=start, workflow=workflow)
    block = next(block for known, block in opened(table) if workflow.facts(**known) == facts)
    for event, phase in [
        ("ask_exchange", 0),
        ("accept", 0),
        ("send_goods", 0),
        ("pass_goods", 0),
        ("wrong_again", 1),
        ("accept", 0),
        ("send_goods", 0),
    ]:
        details = {"tracking_no": "SF1"} if event == "send_goods" else {}
        case = case.apply(event, at=later if phase else case.now, by=workflow.events[event].actor.key, **details)
        cell = table.blocks[block].cells[Column(event, phase)]
        assert isinstance(cell, Move)
        assert cell.rule == case.steps[-1].rule.id
        block = cell.block
    refusal = case.ask("pass_goods", at=case.now, by="warehouse").refusal
    assert refusal is not None
    assert tuple(guard.name for guard in refusal.failed_guards) == table.blocks[block].cells[Column("pass_goods", 0)] == ("in_stock",)


def test_a_filing_is_judged_by_the_facts_of_its_phase() -> None:
    """A shop whose stock is sold out on the fourth day."""

    def example_of(facts: Any, when: datetime) -> Any:
        order, request = WORKFLOW.example_of(facts, when)  # type: ignore[misc]  # it has one for all facts
        return order.model_copy(update={"attributes": {**order.attributes, "sold_out_after_days": 4}}), request

    table = table_of(replace(WORKFLOW, example_of=example_of), Policy.guide())
    turning = [one for one in table.openings if one and one.turns]
    assert {one.drift for one in turning} == {((("stock", "none"),),)}
    wished = table.blocks[turning[0].block]
    assert isinstance(wished.cells[Column("ask_exchange", 0)], Move)
    assert wished.cells[Column("ask_exchange", 1)] == ("in_stock",)


def test_facts_that_change_by_no_count_are_an_error() -> None:
    def facts_of(order: Any, request: Any, when: datetime, policy: Policy) -> Any:
        facts: Any = WORKFLOW.facts_of(order, request, when, policy)
        return replace(facts, worn=facts.worn or (when - order.paid_at) > timedelta(days=3, minutes=7))

    workflow = replace(WORKFLOW, facts_of=facts_of)
    with pytest.raises(WorkflowError, match="no count from the opening"):
        table_of(workflow, Policy.guide())


def test_an_example_that_has_other_facts_is_an_error() -> None:
    def example_of(facts: Any, when: datetime) -> Any:
        return WORKFLOW.example_of(replace(facts, worn=False), when)

    workflow = replace(WORKFLOW, example_of=example_of)
    with pytest.raises(WorkflowError, match="gives an order with"):
        Courses(workflow, Policy.guide()).of(workflow.facts("too_small", "S", "none", True, 2))


def test_too_many_facts_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_OPENINGS", 71)
    with pytest.raises(TooLong, match="71 sets of facts"):
        table_of(WORKFLOW, Policy.guide())


def test_references_hold_holidays_weekends_and_make_up_days() -> None:
    calendar = Policy.guide().calendar
    kinds = {(calendar.is_working(one.date()), one.weekday() < 5) for one in REFERENCES}
    assert kinds == {(True, True), (True, False), (False, False)}
    ends = {(calendar.is_working(day), day.weekday() < 5) for one in REFERENCES for day in (one.date() + timedelta(days=n) for n in (6, 7))}
    assert (False, True) in ends, "weeks end on holidays that are no weekend"
