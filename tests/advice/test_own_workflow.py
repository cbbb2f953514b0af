"""A workflow of one's own gets general advice, and never the guidance of a registered table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest

from refund_fsm import CLOCK, Actor, BadData, Event, Limit, Order, Policy, Rule, State, Text, Workflow, orders
from refund_fsm.advice import advise
from refund_fsm.orders.guidance import guidance_of
from tests.advice.asked import said, tips
from tests.samples import at, case, order


@dataclass(frozen=True)
class LoanFacts:
    late: bool


def _late(one: Order, _request: object, _at: datetime, _policy: Policy) -> LoanFacts:
    return LoanFacts(late=bool(one.attributes["late"]))


reader, desk = Actor("reader", "读者", "reader"), Actor("desk", "服务台", "desk")
lent, asked, back = State("lent", "借出中", "Lent"), State("asked", "申请中", "Asked"), State("back", "已归还", "Returned", final=True)
ask_more = Event("ask_more", reader, "申请续借", "ask for more time", needs=("note",), files=True, how=Text("到服务台", "go to the desk"))
refuse = Event("refuse", desk, "不同意", "refuse")
lapse = Event("lapse", CLOCK, "到期收回", "call in")


def loan(key: str = "loan") -> Workflow:
    return Workflow(
        key=key,
        label=Text("借书流程", "Lending"),
        rules=(
            Rule("K1", lent, ask_more, asked, "assumed"),
            Rule("K2", asked, refuse, lent, "assumed"),
            Rule("K3", lent, lapse, back, "assumed"),
        ),
        initial=lent,
        facts=LoanFacts,
        facts_of=_late,
        example_of=lambda *_: None,
        limits={lent: Limit("loan_days", "assumed", 10), asked: Limit("answer_days", "assumed", 2)},
    )


def test_a_workflow_of_ones_own_gets_general_advice() -> None:
    flow = loan()
    one = order("loan", shipped_at=None, signed_at=None, attributes={"late": False})
    [process, unguided, todo] = advise(one, at("2026-02-13 10:00"), workflow=flow).items
    assert process.text == Text("适用“借书流程”。", "The process “Lending” applies.")
    assert unguided.text.en.endswith("Where to tap, which evidence helps and what the law says, this program cannot tell.")
    assert "本程序不能说" in unguided.text.zh
    assert todo.text == Text("申请续借：到服务台。须提供说明。", "Ask for more time: go to the desk. It needs a note.")
    changes: dict[str, Any] = {
        "order": {"shipped_at": None, "signed_at": None, "attributes": {"late": False}},
        "request": {"kind": None, "reason": "more"},
    }
    held = case("loan", workflow=flow, **changes)
    advice = advise(held, at("2026-02-14 10:00"))
    assert [(tip.event, tip.until) for tip in tips(advice, "next")] == [("ask_more", at("2026-02-24 00:00"))]
    assert "“Lent” lasts until 23 February 2026 at 24:00 at most (10 days): then “call in” follows" in said(advice, "deadline")
    waiting = held.apply("ask_more", at=at("2026-02-14 10:00"), by="reader", note="还没读完")
    advice = advise(waiting, at("2026-02-17 00:00"))
    assert "The desk is overdue: “Asked” should have been over by 16 February 2026 at 24:00." in said(advice, "deadline")
    assert "借书" in str(advice)
    with pytest.raises(BadData, match="not before the order was paid"):
        advise(one, at("2026-02-10 09:59"), workflow=flow)
    assert advise(held, at("2026-03-14 10:00")).items


def test_guidance_is_for_the_registered_table_alone() -> None:
    """A table of one's own under a registered key may lack the events that the guidance names."""
    assert guidance_of(loan("third_party")) is None
    assert all(guidance_of(orders.get(key)) for key in orders.keys())  # a function of the registry, no dict
