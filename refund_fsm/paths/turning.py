"""Owns the orders whose facts change with a number: an amount beside a line that the policy draws, a count beside its most.

Where facts change is found by search, as `graph.drift` finds instants: a number is set low and high, and the span between is halved.
Must not know an order type, nor how a case is led on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from refund_fsm.errors import RefundFsmError
from refund_fsm.paths.dials import BESIDE, CLAIM, PAID, Asked, Dial, dials_of, facts_of, within
from refund_fsm.scenario import Opening
from refund_fsm.workflow import Order, OrderLine, Policy, RefundRequest, Workflow

MOST_FEN = 10_000_000  # up to which it is looked, unless the policy has a number that is half as high
MOST_TIMES = 1_000
TAKEN = 2500  # fen refunded of each line that has so much, so that a balance is not taken for what was paid
APART = (-1, 0, 1)  # from the first number that has the new facts


class Threshold(NamedTuple):
    """A number from which on the facts of an order are others."""

    turning: Turning
    number: int
    old: Any
    new: Any

    @property
    def dial(self) -> Dial:
        """What has the number."""
        return self.turning.dial

    def openings(self) -> Iterator[Opening]:
        """The order with the number below it, itself and that above, as far as there are such orders."""
        found = (self.turning.opening(self.number + apart) for apart in APART)
        return (one for one in found if one is not None)


def thresholds(workflow: Workflow, policy: Policy, openings: Iterable[Opening]) -> Iterator[Threshold]:
    """The changes of facts by number, in openings and in the same with more lines. What changes as the claim passes the balance
    is left out."""
    drawn = [getattr(policy, name) for name in type(policy).model_fields if name.endswith("_fen")]
    most = max([MOST_FEN, *(2 * value for value in drawn)])
    hints = [number for value in drawn for number in (value, value + 1)]
    for opening in openings:
        for dial in dials_of(opening.order, opening.request):
            base = _base(dial, opening, most)
            if base is not None:
                turning = Turning(workflow, policy, dial, base, opening.at)
                looks = {dial.low, *hints, most} if dial.money else {dial.low, MOST_TIMES}
                for number, old, new in changes(turning.facts, [one for one in looks if one >= dial.low]):
                    if turning.within(number - 1) == turning.within(number):
                        yield Threshold(turning, number, old, new)


def changes(told: Callable[[int], Any], looks: Iterable[int]) -> list[tuple[int, Any, Any]]:
    """The numbers from which on facts are others, in order, with the facts before and from there on; None stands for no facts. What turns
    and turns back between two looks is not seen."""
    found: list[tuple[int, Any, Any]] = []
    spans = [*pairwise((number, told(number)) for number in sorted(looks))][::-1]
    while spans:  # ends: each span is halved until it is one
        (low, old), (high, new) = spans.pop()
        if old == new or old is None or new is None:
            continue
        if high - low == 1:
            found.append((high, old, new))
            continue
        middle = (low + high) // 2
        between = middle, told(middle)
        spans += [(between, (high, new)), ((low, old), between)]
    return found


@dataclass(frozen=True, slots=True)
class Turning:
    """An order of which one number is set."""

    workflow: Workflow
    policy: Policy
    dial: Dial
    base: Asked
    at: datetime

    def facts(self, number: int) -> Any:
        """The facts with a number; None where there are none."""
        return facts_of(self.workflow, self.policy, *self.dial.turn(*self.base, number), self.at)

    def within(self, number: int) -> bool:
        """Whether the claim is no more than the balance."""
        return within(*self.dial.turn(*self.base, number))

    def opening(self, number: int) -> Opening | None:
        """The opening with a number, checked; with money refunded of each line that has more than is claimed, unless facts look at that."""
        if number < self.dial.low:
            return None
        order, request = self.dial.turn(*self.base, number)
        try:
            asked = RefundRequest(**dict(request))
            plain = Order(**{**dict(order), "lines": tuple(OrderLine(**dict(line)) for line in order.lines)})
            spent = Order(**{**dict(order), "lines": tuple(_spent(line, asked) for line in plain.lines)})
        except RefundFsmError:  # no order is so
            return None
        alike = facts_of(self.workflow, self.policy, spent, asked, self.at) == self.facts(number)
        return Opening(spent if alike and self.dial.money else plain, asked, self.at)


def _spent(line: OrderLine, request: RefundRequest) -> OrderLine:
    claimed = 0
    if line.sku == request.sku:
        claimed = line.balance_fen if request.amount_fen is None else request.amount_fen
    room = line.balance_fen - claimed
    return OrderLine(**{**dict(line), "refunded_fen": line.refunded_fen + TAKEN}) if room > TAKEN else line


def _base(dial: Dial, opening: Opening, most: int) -> Asked | None:
    """The order with room for the number: a line dear enough for any claim, a claim that fits any line, a line beside the claimed one."""
    order, request = opening.order, opening.request
    line = order.line(request.sku)
    if not within(order, request):  # it is refused for its amount, whatever the number
        return None
    try:
        if dial.name in (CLAIM, PAID):
            least = RefundRequest(**{**dict(request), "amount_fen": 1, "quantity": None})
            dear = OrderLine(**{**dict(line), "paid_fen": 2 * most if dial.name == CLAIM else line.paid_fen})
            return Order(**{**dict(order), "lines": tuple(dear if one is line else one for one in order.lines)}), least
        if dial.name == BESIDE and len(order.lines) == 1:
            beside = OrderLine(sku=f"{line.sku}-1", title=line.title, quantity=1, paid_fen=0)
            return Order(**{**dict(order), "lines": (line, beside)}), request
    except RefundFsmError:  # no order is so
        return None
    return order, request
