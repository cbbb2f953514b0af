"""Random lives of several cases on the lines of one order: what is paid on a line is never more than was paid for it, and no two are open.

Each case is opened from what those before leave (`Order.after`), and is told the newest order before each of its events.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from refund_fsm import CLOCK, Order, OrderLine, RefundCase, RefundRequest, Verdict, Workflow, orders
from refund_fsm.scenario import details_of
from tests.samples import at

START = at("2026-02-13 10:00")
WAITS = [timedelta(minutes=10), timedelta(minutes=10), timedelta(hours=5), timedelta(days=1), timedelta(days=4)]
ASKED: dict[str, list[tuple[str | None, str]]] = {  # by order type, what a request may ask for: kind and reason
    "virtual": [(None, "wrong_purchase"), (None, "platform_fault"), (None, "unused")],
    "": [("refund_only", "not_shipped"), ("refund_only", "quality"), ("refund_only", "not_received"), ("return_and_refund", "quality")],
}
EXAMPLES = 100
OPS = ["drive"] * 12 + ["open", "open", "any", "news"]
MOST_CASES = 4
LENGTH = 30

Choose = Callable[[Sequence[Any]], Any]


def distances(workflow: Workflow) -> dict[str, int]:
    """How many rules a state is from a payment at least; of a state that leads to none, many."""
    found, left = {rule.source.key: 1 for rule in workflow.rules if rule.event.pays}, deque[str]()
    left.extend(found)
    while left:
        near = left.popleft()
        for rule in workflow.rules:
            if rule.dest.key == near and rule.source.key not in found:
                found[rule.source.key] = found[near] + 1
                left.append(rule.source.key)
    return found


@dataclass
class Shop:
    """One order and its cases, and what was tried on them."""

    workflow: Workflow
    order: Order
    choose: Choose
    now: datetime = START
    cases: list[RefundCase] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)

    def newest(self, of: str | None = None) -> Order:
        """The order with what all cases take of it, but for the one that is to be told."""
        found = self.order
        for case in self.cases:
            found = found.after(case, of)
        return found

    def open(self) -> None:
        """Another case on any line, of a part, of some pieces, or of all."""
        line = self.choose(self.order.lines)
        third = {"amount_fen": max(1, line.paid_fen // 3)}
        much = [third, third, {"quantity": 1}, {}, {"amount_fen": line.paid_fen}, {"quantity": line.quantity}]
        more = self.choose(much)
        asked = [RefundRequest(sku=line.sku, kind=kind, reason=reason, **more) for kind, reason in ASKED.get(self.workflow.key, ASKED[""])]
        request = self.choose([one for one in asked if self.fits(one)] or asked)
        number = f"RC-{len(self.cases) + 1}"
        self.cases.append(RefundCase.open(self.newest(), request, at=self.now, workflow=self.workflow, case_id=number))

    def fits(self, request: RefundRequest) -> bool:
        """Whether a request could be filed now, were there no other case."""
        case = RefundCase.open(self.order, request, at=self.now, workflow=self.workflow)
        filing = [event for event in self.workflow.events.values() if event.files]
        return any(case.ask(event.name, at=self.now, by=event.actor.key).allowed for event in filing)

    def act(self, pick: Callable[[list[Verdict]], Verdict | None]) -> None:
        """One case is told the newest order, and one of the events that it then takes may happen; a filing that it refuses is counted."""
        places = [place for place, case in enumerate(self.cases) if not case.state.final][:2]
        if not places:
            return
        place = self.choose(places)
        case = self.cases[place].with_order(self.newest(self.cases[place].case_id), at=self.now)
        asked = [verdict for actor in self.workflow.actors if actor != CLOCK.key for verdict in case.actions(at=self.now, by=actor)]
        for verdict in asked:
            if verdict.refusal is not None and self.workflow.events[verdict.event].files:
                self.refused.update(guard.name for guard in verdict.refusal.failed_guards)
        taken = [verdict for verdict in asked if verdict.allowed]
        picked = pick(taken) if taken else None
        if picked is not None:
            event = self.workflow.events[picked.event]
            case = case.apply(event.name, at=self.now, by=event.actor.key, **details_of(event, self.now))
        self.cases[place] = case

    def news(self) -> None:
        """The goods move on."""
        if self.order.shipped_at is None and self.workflow.key != "virtual":
            self.order = Order(**{**dict(self.order), "shipped_at": self.now})
        elif self.order.signed_at is None and self.order.shipped_at is not None:
            self.order = Order(**{**dict(self.order), "signed_at": self.now})

    def play(self, ops: int) -> None:
        """So many things happen, and after each all is as it must be."""
        near = distances(self.workflow)

        def far(one: Verdict) -> int:
            return 99 if one.rule is None else 0 if one.rule.event.pays else near.get(one.rule.dest.key, 99)

        def nearest(taken: list[Verdict]) -> Verdict | None:
            best = min(taken, key=far)
            return best if far(best) < 99 else None

        for _ in range(ops):
            self.now += self.choose(WAITS)
            self.cases = [case.advance(to=self.now) for case in self.cases]
            live = any(not case.state.final for case in self.cases)
            match self.choose(OPS) if live or len(self.cases) == MOST_CASES else "open":
                case "open" if len(self.cases) < MOST_CASES:
                    self.open()
                case "drive":
                    self.act(nearest)
                case "any":
                    self.act(lambda taken: self.choose(taken))
                case "news":
                    self.news()
            self.check()

    def check(self) -> None:
        """Line by line: the money, and that one case at most is open."""
        left = self.newest()
        for line in self.order.lines:
            on_it = [case for case in self.cases if case.request.sku == line.sku]
            paid, held = sum(case.paid_fen for case in on_it), sum(case.pending_fen for case in on_it)
            assert paid + held <= line.paid_fen, (line, on_it)
            assert sum(case.is_open for case in on_it) <= 1, (line, on_it)
            assert left.line(line.sku).balance_fen == line.paid_fen - paid - held

    @property
    def tells(self) -> bool:
        """Whether it is one of those that the property is about: two filed cases on one line, and money was paid."""
        filed = Counter(case.request.sku for case in self.cases if any(step.rule.event.files for step in case.steps))
        return max(filed.values(), default=0) >= 2 and any(case.paid_fen for case in self.cases)


def shop(workflow: Workflow, choose: Choose) -> Shop:
    """An order of one to three lines on which nothing was filed."""
    lines = [
        OrderLine(sku=f"SKU-{number}", title="杯子", quantity=choose([1, 2, 3]), paid_fen=choose([100, 9900, 33_333]))
        for number in range(choose([1, 1, 2, 3]))
    ]
    gone: list[dict[str, datetime]] = [{}, {"shipped_at": START}, {"shipped_at": START, "signed_at": START}]
    sent = {} if workflow.key == "virtual" else choose(gone)
    paid_at = START - timedelta(hours=1)
    return Shop(workflow, Order(id="O-1", order_type=workflow.key, lines=lines, paid_at=paid_at, **sent), choose)


def test_money_paid_on_a_line_never_exceeds_it_and_no_two_cases_are_open_on_one() -> None:
    """In at least a third of the histories there is something to go wrong."""
    told: list[bool] = []
    refused: Counter[str] = Counter()

    @settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.sampled_from(orders.keys()), st.data())
    def played(key: str, data: st.DataObject) -> None:
        one = shop(orders.get(key), lambda items: data.draw(st.sampled_from(items)))
        one.play(LENGTH)
        for case in one.cases:
            assert RefundCase.from_json(case.to_json()) == case
        told.append(one.tells)
        refused.update(one.refused)

    played()
    assert len(told) >= EXAMPLES
    assert sum(told) >= len(told) / 3, f"{sum(told)} of {len(told)}"
    assert refused["no_other_case"] and refused["amount_within_balance"]


@pytest.mark.parametrize("key", orders.keys())
def test_without_being_told_a_case_of_before_would_be_filed_beside_another(key: str) -> None:
    """Why the newest order is owed: two drafts of the same day know nothing of each other."""
    one = shop(orders.get(key), lambda items: items[-1])
    kind, reason = ASKED.get(key, ASKED[""])[-1 if key != "virtual" else 0]
    line = one.order.lines[0]
    request = RefundRequest(sku=line.sku, kind=kind, reason=reason)
    first, second = (RefundCase.open(one.order, request, at=START, case_id=number) for number in ("RC-1", "RC-2"))
    filing = next(name for name, event in one.workflow.events.items() if event.files and first.ask(name, at=START, by="buyer").allowed)
    first = first.apply(filing, at=START, by="buyer", **details_of(one.workflow.events[filing], START))
    assert second.ask(filing, at=START, by="buyer").allowed
    told = second.with_order(one.order.after(first, of="RC-2"), at=START)
    refusal = told.ask(filing, at=START, by="buyer").refusal
    assert refusal is not None and {guard.name for guard in refusal.failed_guards} == {"amount_within_balance", "no_other_case"}
