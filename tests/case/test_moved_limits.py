"""An internal rule that changes the facts moves the running limit, never restarts its count, and never before what was told or now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import pytest

from refund_fsm import (
    CLOCK,
    Actor,
    Event,
    Limit,
    Order,
    OrderLine,
    Policy,
    RefundCase,
    RefundRequest,
    Rule,
    SpecialPeriod,
    State,
    Text,
    Workflow,
    effect,
    guard,
)
from refund_fsm.text import SHANGHAI

BUYER = Actor("buyer", "买家", "buyer")
DRAFT, OPEN, AWAY = State("draft", "草稿", "Draft"), State("open", "处理中", "Open"), State("away", "在外", "Away")
LATE, DONE = State("late", "拖延", "Late"), State("done", "完成", "Done", final=True)
START = datetime(2026, 4, 1, 9, tzinfo=SHANGHAI)


@dataclass(frozen=True)
class Facts:
    reason: Literal["long", "short"]
    hurried: bool = False
    longer: bool = False


@guard(zh="加急", en="hurried")
def is_hurried(facts: Facts) -> bool:
    return facts.hurried


@guard(zh="延长", en="made longer")
def is_longer(facts: Facts) -> bool:
    return facts.longer


@effect("hurried")
def hurry(facts: Any) -> Any:
    return replace(facts, hurried=not facts.hurried)


@effect("longer")
def lengthen(facts: Any) -> Any:
    return replace(facts, longer=True)


def event(name: str, actor: Actor = BUYER, **more: Any) -> Event:
    return Event(name, actor, name, name, **more)


FILE, EXPIRE, GO, DELAY, END = event("file", files=True), event("expire", CLOCK), event("go"), event("delay"), event("end")
HURRY, LONGER = event("hurry"), event("longer")
ROWS = (
    Limit("quick_hours", "assumed", length=30, when=(is_hurried,), plus="extension_days", plus_when=is_longer),
    Limit("slow_days", "assumed", length=10, plus="extension_days", plus_when=is_longer),
)
RULES = (
    Rule("X1", DRAFT, FILE, OPEN, "assumed"),
    Rule("X2", OPEN, HURRY, OPEN, "assumed", effect=hurry),
    Rule("X3", OPEN, LONGER, OPEN, "assumed", effect=lengthen),
    Rule("X4", OPEN, GO, AWAY, "assumed", effect=hurry),
    Rule("X5", OPEN, EXPIRE, DONE, "assumed"),
    Rule("X6", AWAY, EXPIRE, DONE, "assumed"),
    Rule("X7", OPEN, DELAY, LATE, "assumed"),
    Rule("X8", LATE, event("hurry_late"), LATE, "assumed", effect=hurry),
    Rule("X9", LATE, event("longer_late"), LATE, "assumed", effect=lengthen),
    Rule("X10", LATE, END, DONE, "assumed"),
)


def facts_of(_: Order, request: RefundRequest, __: datetime, ___: Policy) -> Facts:
    return Facts(request.reason)  # type: ignore[arg-type]  # one of the two


WORKFLOW = Workflow(
    key="moving",
    label=Text("会动的时限", "Limits that move"),
    rules=RULES,
    initial=DRAFT,
    facts=Facts,
    facts_of=facts_of,
    example_of=lambda *_: None,
    limits={(OPEN, AWAY): ROWS, LATE: ROWS},
)


def filed(policy: Policy | None = None) -> RefundCase:
    order = Order(
        id="O", order_type="moving", lines=[OrderLine(sku="A", title="杯", quantity=1, paid_fen=100)], paid_at=START - timedelta(days=1)
    )
    case = RefundCase.open(order, RefundRequest(sku="A", reason="long"), at=START, workflow=WORKFLOW, policy=policy)
    return case.apply("file", at=START, by="buyer")


def days(number: int, hours: int = 0) -> datetime:
    """Midnight so many days after that of the start, and some hours."""
    return datetime(2026, 4, 1, tzinfo=SHANGHAI) + timedelta(days=number, hours=hours)


def due(case: RefundCase) -> datetime:
    assert case.due is not None
    return case.due.at


def test_a_later_end_is_counted_from_the_same_start() -> None:
    case = filed()
    assert due(case) == days(11)
    longer = case.apply("longer", at=days(5), by="buyer")
    assert due(longer) == days(18) and longer.due is not None and longer.due.why.plus == 7 and longer.due.why.held is None
    assert longer.steps[-1].due == longer.due
    assert [step.event for step in longer.advance(to=days(18)).steps] == ["file", "longer", "expire"]
    assert longer.advance(to=days(18) - timedelta(microseconds=1)).state is OPEN


def test_an_earlier_end_falls_at_what_was_told() -> None:
    case = filed().apply("hurry", at=days(1), by="buyer")
    assert due(case) == days(11), "30 hours from the start would be the 2nd at 15:00"
    assert case.due is not None and case.due.limit.field == "quick_hours" and case.due.why.held == days(11)
    back = case.apply("hurry", at=days(2), by="buyer")
    assert due(back) == days(11) and back.due is not None and back.due.why.held is None and back.due.limit.field == "slow_days"
    both = case.apply("longer", at=days(3), by="buyer")
    assert due(both) == days(11), "30 hours and seven days are the 9th, still before what was told"


def test_states_that_are_counted_together_move_alike() -> None:
    case = filed().apply("longer", at=days(1), by="buyer").apply("go", at=days(2), by="buyer")
    assert case.state is AWAY and due(case) == days(18) and case.due is not None and case.due.why.held == days(18)
    assert case.due.then is not None and case.due.then.id == "X6"


def test_what_is_past_is_not_moved_before_now_and_may_be_passed_again() -> None:
    late = filed().apply("delay", at=days(0, 10), by="buyer")
    assert due(late) == days(11) and late.due is not None and late.due.then is None
    passed = late.apply("longer_late", at=days(20), by="buyer")
    assert due(passed) == days(20), "seven days more are the 18th, before now" if passed.due else ""
    assert [one.at for one in passed.breaches(at=days(30))] == [days(11)], "nothing new was promised"
    early = late.apply("longer_late", at=days(12), by="buyer")
    assert due(early) == days(18) and [one.at for one in early.breaches()] == [days(11)]
    assert [one.at for one in early.breaches(at=days(18))] == [days(11), days(18)], "a later limit can be passed anew"
    ended = early.apply("end", at=days(19), by="buyer")
    assert [step.breach and step.breach.at for step in ended.steps] == [None, None, days(11), days(18)]


def test_what_moves_nothing_stays() -> None:
    late = filed().apply("delay", at=days(0, 10), by="buyer").apply("longer_late", at=days(1), by="buyer")
    again = late.apply("longer_late", at=days(40), by="buyer")
    assert due(again) == due(late) == days(18), "passed, and counted as before"


@pytest.mark.parametrize("at", [3, 12])
def test_a_moved_limit_is_saved_and_read(at: int) -> None:
    for case in (filed().apply("delay", at=days(0, 10), by="buyer").apply("hurry_late", at=days(at), by="buyer"), filed()):
        told = case.to_json()
        again = RefundCase.from_json(told, WORKFLOW)
        assert again == case and again.due == case.due and again.to_json() == told


def test_a_special_period_moves_what_is_added_to_and_not_the_sum() -> None:
    period = SpecialPeriod(limit="slow_days", when=("is_hurried",), start=days(0), end=days(30), days=20)
    other = SpecialPeriod(limit="slow_days", start=days(8), end=days(11), days=12)
    case = filed(Policy(special=(period, other)))
    assert due(case) == days(13) and case.due is not None and case.due.why.special == other and case.due.why.ordinary == days(11)
    assert (case.due.length, case.due.unit) == (12, "days")
    longer = case.apply("longer", at=days(1), by="buyer")
    assert due(longer) == days(20) and longer.due is not None and longer.due.why.special == other


def test_why_tells_the_facts_that_chose_the_row() -> None:
    case = filed().apply("longer", at=days(1), by="buyer")
    assert case.due is not None
    assert (dict(case.due.why.facts), case.due.why.row) == ({"hurried": False, "longer": True}, ROWS[1])
    assert [one.name for one in case.due.why.guards] == ["is_longer"]
