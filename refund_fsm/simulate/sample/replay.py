"""Owns `play_case`: one numbered case of a simulation as a `RefundCase`, with its order, request and steps, to be looked at.

Must not decide anything: the events come from the compiled loop, and `RefundCase` accepts them or raises.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from refund_fsm.case import RefundCase
from refund_fsm.errors import BadData, TooLong
from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.simulate.chain import Chain, Opening, Tables, chain_of, tables_of
from refund_fsm.simulate.sample.one_by_one import play, rows_for
from refund_fsm.simulate.sample.opening import amount_of, opening_of
from refund_fsm.simulate.sample.sums import DONE, MAX_STEPS, sums_for
from refund_fsm.workflow import CLOCK, Evidence, Order, Policy, RefundRequest, Rule, Workflow

NOTE = "simulated"


def play_case(
    workflow: Workflow, behaviour: Behaviour, *, case: int, seed: int, start: datetime, policy: Policy | None = None
) -> RefundCase:
    """The case with the number `case` that `simulate` plays under `seed`, as a `RefundCase` at its last step.

    Orders are those of the workflow's `example_of`, with the amount that the case claims where its facts are the same at that amount (they
    are drawn apart, and a fact may say how dear an order is). Raises `BadData` for a number that is none.
    """
    for field, value in (("case", case), ("seed", seed)):
        if type(value) is not int or not 0 <= value < 2**62:
            raise BadData(field, value, "a whole number from 0")
    chain, tables = _chain(workflow, behaviour, start, policy)
    return replayed(chain, tables, seed, case)


Asked = tuple[Workflow, Behaviour, datetime, Policy | None]
_last: list[tuple[Asked, Chain, Tables]] = []  # the one that was asked for last: cases are mostly looked at one after the other


def _chain(*asked: Any) -> tuple[Chain, Tables]:
    """The chain and its tables, as `chain_of` makes them."""
    for known, chain, tables in _last:
        if all(one is other for one, other in zip(known, asked, strict=True)):
            return chain, tables
    chain = chain_of(*asked)
    _last[:] = [(asked, chain, tables_of(chain))]
    return _last[0][1:]


def replayed(chain: Chain, tables: Tables, seed: int, number: int) -> RefundCase:
    """The same of a chain whose tables are there."""
    log, sums = rows_for(0), sums_for(tables, len(chain.openings))
    code, _, rows = play(tables, seed, number, number + 1, sums, log)
    if code != DONE:
        raise TooLong(f"case {number} took more than {MAX_STEPS:,} steps, or days that are not known")
    opening = chain.openings[opening_of(tables, seed, number)]
    order, request = _claiming(opening, int(amount_of(tables, seed, number)))
    if chain.workflow.derive(order, request, chain.start, chain.policy) != opening.course.phases[0]:
        order, request = opening.order, opening.request
    case = RefundCase.open(order, request, at=chain.start, policy=chain.policy, workflow=chain.workflow, case_id=f"SIM-{seed}-{number}")
    midnight = chain.start.replace(hour=0, minute=0, second=0)
    for row in range(rows):
        rule = chain.workflow.rules[int(log.rule[row])]
        case = _stepped(case, rule, midnight + timedelta(seconds=int(log.second[row])))
    return case


def _claiming(opening: Opening, amount: int) -> tuple[Order, RefundRequest]:
    """The opening's order and request, the line that is claimed being of another amount."""
    order, request = opening.order, opening.request
    line = order.line(request.sku)
    more = amount - line.balance_fen
    lines = tuple(one.model_copy(update={"paid_fen": one.paid_fen + more}) if one.sku == line.sku else one for one in order.lines)
    asked = None if request.amount_fen is None else max(1, request.amount_fen + more)
    return order.model_copy(update={"lines": lines}), request.model_copy(update={"amount_fen": asked})


def _stepped(case: RefundCase, rule: Rule, at: datetime) -> RefundCase:
    if rule.actor == CLOCK:
        return case.advance(to=at)
    needs = rule.event.needs
    details = {
        **({"note": NOTE} if "note" in needs else {}),
        **({"tracking_no": NOTE} if "tracking_no" in needs else {}),
        **({"evidence": Evidence(kind="photo", by=rule.actor.key, at=at)} if "evidence" in needs else {}),
    }
    return case.apply(rule.event.name, at=at, by=rule.actor.key, **details)
