"""The functions of a user's own table: facts outside their domain are refused where they enter, and whatever raises is named.

Each fault differs from `tests.exchange` in one function. Nothing is half done: the case that was asked stands as it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import find, settings

from refund_fsm import (
    BadData,
    CalendarOutOfRange,
    Effect,
    Freight,
    Guard,
    Policy,
    RefundCase,
    Refused,
    Text,
    Workflow,
    WorkflowError,
    diagram,
    graph,
)
from refund_fsm.testing.strategies import orders_and_requests
from tests.exchange import WORKFLOW, ExchangeFacts, example_of, facts_of, in_stock
from tests.samples import at

MONDAY = at("2026-02-09 10:00")
NOTHING: dict[Any, Any] = {}
FACTS = ExchangeFacts("too_small", "L", "last_one", False, 2)


def with_changes(**changes: Any) -> Workflow:
    """The exchange, checked, with some arguments changed."""
    made = WORKFLOW.variant(**changes)
    return Workflow(**{name: getattr(made, name) for name in WORKFLOW.__dataclass_fields__})


def with_row(rule_id: str, **changes: Any) -> Workflow:
    return with_changes(rules=[replace(rule, **changes) if rule.id == rule_id else rule for rule in WORKFLOW.rules])


def opened(workflow: Workflow, policy: Policy | None = None) -> RefundCase:
    return RefundCase.open(*example_of(FACTS, MONDAY), at=MONDAY, workflow=workflow, policy=policy)


def sent(workflow: Workflow) -> RefundCase:
    """Ready for the parcel."""
    return opened(workflow).apply("ask_exchange", at=MONDAY, by="buyer").apply("accept", at=MONDAY, by="warehouse")


def giving(**changed: Any) -> Callable[..., ExchangeFacts]:
    return lambda order, request, when, policy: replace(facts_of(order, request, when, policy), **changed)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"size": "XXL"}, "facts_of makes size 'XXL'; expected one of 'S', 'M', 'L', 42"),
        ({"worn": 1}, "facts_of makes worn 1; expected one of False, True"),
        ({"worn": None}, "facts_of makes worn None; expected one of False, True"),
        ({"swaps_left": 3}, "facts_of makes swaps_left 3; expected one of 0, 1, 2"),
        ({"swaps_left": True}, "facts_of makes swaps_left True; expected one of 0, 1, 2"),
        ({"stock": ["none"]}, "facts_of makes stock ['none']; expected one of 'none', 'last_one', 'plenty'"),
        ({"size": 42.0}, "facts_of makes size 42.0; expected one of 'S', 'M', 'L', 42"),
    ],
)
def test_derived_facts_outside_their_domain_are_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(WorkflowError) as caught:
        opened(with_changes(facts_of=giving(**changed)))
    assert str(caught.value) == f"workflow exchange: {said}"
    assert RefundCase.from_json(opened(WORKFLOW).to_json(), WORKFLOW) == opened(WORKFLOW), (
        "facts within it are taken, a number among words too"
    )


def test_facts_that_leave_their_domain_later_are_refused_at_the_filing_event() -> None:
    def later(order: Any, request: Any, when: datetime, policy: Policy) -> ExchangeFacts:
        facts = facts_of(order, request, when, policy)
        return replace(facts, stock="water") if when > MONDAY else facts  # type: ignore[arg-type]  # the fault under test

    case = opened(with_changes(facts_of=later))
    with pytest.raises(WorkflowError, match="facts_of makes stock 'water'"):
        case.apply("ask_exchange", at=at("2026-02-09 10:01"), by="buyer")
    assert case.apply("ask_exchange", at=MONDAY, by="buyer").state.key == "checking" and case.steps == ()


def _turns_to_water(facts: ExchangeFacts) -> ExchangeFacts:
    return replace(facts, sent_back="water")  # type: ignore[arg-type]  # the fault under test


def _touches_another(facts: ExchangeFacts) -> ExchangeFacts:
    return replace(facts, worn=True)


def _is_none(_: ExchangeFacts) -> None:
    return None


def _breaks(facts: ExchangeFacts) -> Any:
    return NOTHING[facts.size]


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (_turns_to_water, "makes sent_back 'water'; expected one of False, True"),
        (_touches_another, "changes worn, which it does not list; it lists sent_back"),
        (_is_none, "gave None, not a ExchangeFacts"),
        (_breaks, f"raised KeyError: 'L' for {FACTS!r}"),
    ],
)
def test_an_effect_is_held_to_its_facts_and_named_when_it_raises(run: Callable[[Any], Any], said: str) -> None:
    workflow = with_row("X07", effect=Effect("turn", run, ("sent_back",)))
    case = sent(workflow)
    before = case.to_json()
    with pytest.raises(WorkflowError) as caught:
        case.apply("send_goods", at=MONDAY, by="buyer", tracking_no="SF1")
    assert str(caught.value) == f"rule X07: its effect turn {said}"
    assert case.to_json() == before
    with pytest.raises(WorkflowError, match=r"^rule X07: its effect turn"):
        graph.explore(workflow, Policy())


def test_a_guard_that_raises_is_named_when_the_table_is_built_and_under_another_policy() -> None:
    def cannot(facts: ExchangeFacts) -> bool:
        return bool({"S": 1}[facts.size])  # type: ignore[index]  # the fault under test

    def late(facts: ExchangeFacts) -> bool:
        return {0: False, 1: True, 2: True}[facts.swaps_left]

    with pytest.raises(WorkflowError, match=r"^rule X01: its guard cannot: it raised KeyError: 'M' for size='M'$") as caught:
        with_row("X01", when=(Guard("cannot", cannot, in_stock.text),))
    assert isinstance(caught.value.__cause__, KeyError)
    workflow = with_row("X01", when=(Guard("late", late, in_stock.text),))  # right for all that the default policy counts to
    case = opened(workflow, Policy(max_resubmissions=5))
    for ask in (case.apply, case.ask):
        with pytest.raises(
            WorkflowError, match=r"^rule X01: its guard late raised KeyError: 5 for ExchangeFacts\(.*swaps_left=5"
        ) as caught:
            ask("ask_exchange", at=MONDAY, by="buyer")
        assert isinstance(caught.value.__cause__, KeyError)
    assert case.state.key == "wished"


def test_a_guard_that_catches_everything_is_still_asked_for_what_it_reads() -> None:
    def careful(facts: ExchangeFacts) -> bool:
        try:
            return facts.stock != "none"
        except Exception:
            return False

    workflow = with_row("X01", when=(Guard("careful", careful, in_stock.text),))
    found = graph.explore(workflow, Policy())
    first = found.index("wished", replace(FACTS, stock="none"))
    assert found.failed(first, found.event_number["ask_exchange"]) == ("careful",)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (lambda ground: {}[ground.order.id], "raised KeyError: 'X-1' for ExchangeFacts(reason='too_small', size='L', stock='none'"),
        (lambda _: "sold out", "gave 'sold out'; expected a Text"),
        (lambda _: Text(1, 2), "gave a Text with zh: 1; expected text"),  # type: ignore[arg-type]  # the fault under test
        (lambda _: Text("售罄", "sold\x1b[31m out"), r"gave a Text with en: 'sold\x1b[31m out'; expected text without control characters"),
        (lambda _: Text("售\u202e罄", "sold out"), r"gave a Text with zh: '售\u202e罄'; expected text without control characters"),
    ],
)
def test_a_why_that_raises_is_named_with_its_rule_and_the_refusal_stays_one(why: Callable[[Any], Any], said: str) -> None:
    workflow = with_row("X01", when=(replace_why(in_stock, why),))
    order, request = example_of(replace(FACTS, stock="none"), MONDAY)
    case = RefundCase.open(order, request, at=MONDAY, workflow=workflow)
    with pytest.raises(Refused) as refused:
        case.apply("ask_exchange", at=MONDAY, by="buyer")
    assert refused.value.refusal.code == "guard_failed"
    with pytest.raises(WorkflowError) as caught:
        refused.value.refusal.explain("zh")
    assert str(caught.value).startswith(f"rule X01: why of its guard available {said}")
    assert str(refused.value) == f"guard_failed: {caught.value}", "the refusal can be shown"


def test_a_why_that_raises_on_purpose_leaves_a_refusal_that_can_be_shown() -> None:
    def strict(_: Any) -> Text:
        raise BadData("order.attributes.stock", None, "a stock")

    workflow = with_row("X01", when=(replace_why(in_stock, strict),))
    case = RefundCase.open(*example_of(replace(FACTS, stock="none"), MONDAY), at=MONDAY, workflow=workflow)
    with pytest.raises(Refused) as refused:
        case.apply("ask_exchange", at=MONDAY, by="buyer")
    assert str(refused.value) == "guard_failed: order.attributes.stock: None; expected a stock"


def replace_why(one: Guard, why: Callable[[Any], Any]) -> Guard:
    return Guard("available", one.test, one.text, why)


def test_facts_of_that_raises_is_named_with_the_order() -> None:
    workflow = with_changes(facts_of=lambda _, request, *__: {}[request.sku])
    with pytest.raises(WorkflowError) as caught:
        opened(workflow)
    assert str(caught.value) == (
        "workflow exchange: facts_of, asked about the order 'X-1', the SKU 'COAT' and 2026-02-09T10:00:00+08:00, raised KeyError: 'COAT'"
    )
    assert isinstance(caught.value.__cause__, KeyError)


@pytest.mark.parametrize("error", [BadData("order.attributes.size", None, "a size"), CalendarOutOfRange("no days")])
def test_what_facts_of_raises_on_purpose_passes_with_a_note(error: Exception) -> None:
    def strict(*_: Any) -> ExchangeFacts:
        raise error

    with pytest.raises(type(error)) as caught:
        opened(with_changes(facts_of=strict))
    assert caught.value is error and "raised by facts_of of the workflow exchange" in caught.value.__notes__


def _made_of_nothing(facts: ExchangeFacts, _: datetime) -> Any:
    return NOTHING[facts.size]


def _half(facts: ExchangeFacts, when: datetime) -> Any:
    return example_of(facts, when)[0]


def _other_facts(facts: ExchangeFacts, when: datetime) -> Any:
    return example_of(replace(facts, stock="plenty"), when)


def _changed(order: dict[str, Any] = NOTHING, request: dict[str, Any] = NOTHING) -> Callable[[ExchangeFacts, datetime], Any]:
    def made(facts: ExchangeFacts, when: datetime) -> Any:
        one, other = example_of(facts, when)
        return one.model_copy(update=order), other.model_copy(update=request)

    return made


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (_changed({"order_type": "virtual"}), r"example_of gave for .* what no case opens with: order.order_type: 'virtual'"),
        (_changed({"paid_at": at("2036-01-01 10:00")}), r"example_of gave for .* what no case opens with: at: "),
        (_changed(request={"sku": "HAT"}), r"example_of gave for .* what no case opens with: sku: 'HAT'"),
        (_changed(request={"reason": "moth"}), r"example_of gave for .* what no case opens with: request.reason: 'moth'"),
        (_changed(request={"kind": "refund_only"}), r"example_of gave for .* what no case opens with: request.kind: 'refund_only'"),
        (_made_of_nothing, r"example_of raised KeyError: 'S' for ExchangeFacts\("),
        (_half, r"example_of gave Order\(.*expected an order and a request, or None"),
        (_other_facts, r"example_of gives .*has not the facts ExchangeFacts\(|example_of gives an order with ExchangeFacts\("),
    ],
)
def test_an_example_of_that_raises_or_gives_something_else_is_named(made: Callable[[Any, datetime], Any], said: str) -> None:
    workflow = with_changes(example_of=made)
    for ask in (
        lambda: find(orders_and_requests(workflow), lambda _: False, settings=settings(max_examples=200, derandomize=True)),
        lambda: diagram.page(workflow),
    ):
        with pytest.raises(WorkflowError, match=f"^workflow exchange: ({said})"):
            ask()


def test_a_freight_of_that_raises_or_gives_something_else_is_named() -> None:
    with pytest.raises(WorkflowError, match=r"^workflow exchange: freight_of raised KeyError: 'L' for ExchangeFacts\("):
        assert opened(with_changes(freight_of=lambda facts, _: {}[facts.size])).freight
    with pytest.raises(WorkflowError, match=r"^workflow exchange: freight_of gave 'buyer' for .*expected a Freight, or None"):
        assert opened(with_changes(freight_of=lambda *_: "buyer")).freight


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ((5, Text("买家", "buyer"), "assumed"), "payer: 5; expected text of 1 to 200 characters"),
        (([], Text("买家", "buyer"), "assumed"), r"payer: \[\]; expected text"),
        (("buyer", "buyer pays", "assumed"), r"text: 'buyer pays'; expected a Text\(zh, en\)"),
        (("buyer", Text("买家", 5), "assumed"), "text: en: 5; expected text"),  # type: ignore[arg-type]  # that is the test
        (("buyer", Text("买家", "buyer"), "nonsense-id"), "cites: 'nonsense-id'; expected ids of the catalogue"),
        (("buyer", Text("买家", "buyer"), ""), "cites: ''; expected at least one source"),
    ],
)
def test_a_freight_is_held_to_what_its_fields_are(given: Any, said: str) -> None:
    with pytest.raises(WorkflowError, match=rf"^workflow exchange: freight_of gave a Freight for ExchangeFacts\(.*\) with {said}"):
        assert opened(with_changes(freight_of=lambda *_: Freight(*given))).freight


def test_a_table_that_was_not_checked_may_lead_its_facts_anywhere() -> None:
    workflow = WORKFLOW.variant(facts_of=giving(stock="water"))
    assert opened(workflow).facts.stock == "water"
