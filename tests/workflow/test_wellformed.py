"""A faulty workflow is refused when it is built, with the row named. Each fault differs from a sound table in one thing."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

import pytest

from refund_fsm import (
    CLOCK,
    Actor,
    Effect,
    Event,
    Guard,
    Limit,
    Order,
    Policy,
    RefundCase,
    RefundRequest,
    Rule,
    State,
    Text,
    UpTo,
    Workflow,
    WorkflowError,
    effect,
    guard,
    orders,
)
from refund_fsm.errors import TooLong
from tests.samples import at, order, request

BUYER = Actor("buyer", "买家", "buyer")
OPEN = State("open", "处理中", "Open")
WAITING = State("waiting", "等待中", "Waiting")
DONE = State("done", "完成", "Done", final=True)
ASK = Event("ask", BUYER, "申请", "ask")
FINISH = Event("finish", BUYER, "完成", "finish")
EXPIRE = Event("expire", CLOCK, "超时", "expire")


@dataclass(frozen=True)
class Facts:
    size: Literal["s", "l"]
    paid: bool
    attempts_left: Annotated[int, UpTo("max_resubmissions")]


@guard(zh="小件", en="it is small")
def is_small(facts: Facts) -> bool:
    return facts.size == "s"


@guard(zh="大件", en="it is large")
def is_large(facts: Facts) -> bool:
    return facts.size == "l"


@guard(zh="还有机会", en="an attempt is left")
def has_attempts(facts: Facts) -> bool:
    return facts.attempts_left > 0


@guard(zh="读了没有的事实", en="reads a fact that is not there")
def reads_weight(facts: Any) -> bool:
    return bool(facts.weight)


@guard(zh="答非所问", en="answers with a number")
def answers_a_number(facts: Facts) -> bool:
    return facts.attempts_left  # type: ignore[return-value]  # the fault under test


@effect("weight")
def changes_weight(facts: Facts) -> Facts:
    return facts


R1 = Rule("X1", OPEN, ASK, WAITING, "A4")
R2 = Rule("X2", WAITING, FINISH, DONE, "A5 assumed")
R3 = Rule("X3", WAITING, EXPIRE, DONE, "assumed", when=(is_small,))
R4 = Rule("X4", WAITING, EXPIRE, OPEN, "assumed", when=(is_large,))
LIMITS: dict[Any, Limit] = {WAITING: Limit("return_days", cites="assumed")}


def build(rules: tuple[Rule, ...] = (R1, R2, R3, R4), limits: dict[Any, Limit] = LIMITS, facts: type = Facts, **more: Any) -> Workflow:
    return Workflow(
        "toy", Text("玩具", "Toy"), rules, OPEN, facts, more.pop("facts_of", _none), more.pop("example_of", _none), limits, **more
    )


def _none(*_: object) -> None:
    return None


def _same(facts: Any) -> Any:
    return facts


Digit = Literal[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31]


@dataclass(frozen=True)
class Wide:
    size: Literal["s", "l"]
    a: Digit
    b: Digit
    c: Digit
    d: Digit


@guard(zh="加起来为零", en="the sum is zero")
def sums_to_zero(facts: Wide) -> bool:
    return facts.a + facts.b + facts.c + facts.d == 0


MANY = (Rule("X5", OPEN, FINISH, DONE, "A4", when=(sums_to_zero,)),)


def test_the_sound_table_is_built() -> None:
    workflow = build()
    assert list(workflow.states) == ["open", "waiting", "done"]
    assert list(workflow.events) == ["ask", "finish", "expire"]
    assert workflow.sources_of["expire"] == (WAITING,)


class Colour(enum.Enum):
    RED = 1


@dataclass(frozen=True)
class WithFloat:
    size: float


@dataclass(frozen=True)
class WithEnum:
    size: Literal["s", "l"]
    colour: Colour


@dataclass(frozen=True)
class WithEndlessCount:
    size: Literal["s", "l"]
    attempts_left: Annotated[int, UpTo("return_days")]


@dataclass
class Thawed:
    size: Literal["s", "l"]


STRAY = State("stray", "孤立", "Stray")
PIT = State("pit", "陷阱", "Pit")
small, large = (is_small,), (is_large,)

FAULTS: list[tuple[str, Callable[[], Workflow], str, str]] = [
    # fault, table, row, words of the message
    ("no rules", lambda: build(()), "workflow toy", "no rules"),
    ("unknown catalogue id", lambda: build((replace(R1, cites="A4 Z9"), R2, R3, R4)), "rule X1", "Z9"),
    ("unknown id of a limit", lambda: build(limits={WAITING: Limit("return_days", cites="Q1")}), "limit return_days", "Q1"),
    ("no citation", lambda: build((replace(R1, cites=" "), R2, R3, R4)), "rule X1", "cites nothing"),
    ("duplicate rule id", lambda: build((R1, replace(R2, id="X1"), R3, R4)), "rule X1", "twice"),
    (
        "way out of a final state",
        lambda: build((R1, R2, R3, R4, Rule("X5", DONE, ASK, OPEN, "A4"))),
        "rule X5",
        "leaves the final state done",
    ),
    (
        "unreachable state",
        lambda: build((R1, R2, R3, R4, Rule("X5", STRAY, ASK, DONE, "A4"))),
        "state stray",
        "cannot be reached from open",
    ),
    (
        "state that cannot end",
        lambda: build((R1, R2, R3, R4, Rule("X5", OPEN, FINISH, PIT, "A4"))),
        "state pit",
        "no final state can be reached",
    ),
    ("clock rule without a limit", lambda: build(limits={}), "rule X3", "the state waiting has no limit"),
    ("uncovered facts", lambda: build((R1, R2, R3)), "state waiting", "uncovered: {'size': 'l'}"),
    ("clashing rules", lambda: build((R1, R2, R3, replace(R4, when=small))), "rule X4", "clashes with rule X3"),
    (
        "clashing rules of one event",
        lambda: build((R1, R2, R3, R4, Rule("X5", WAITING, FINISH, OPEN, "A4", when=small))),
        "rule X5",
        "clashes with rule X2: both can fire in waiting for {'size': 's'}",
    ),
    (
        "clashing clock events",
        lambda: build((R1, R2, R3, R4, Rule("X5", WAITING, Event("lapse", CLOCK, "失效", "lapse"), OPEN, "A4"))),
        "rule X5",
        "clashes with rule X3",
    ),
    ("the same move twice", lambda: build((R1, R2, R3, R4, replace(R2, id="X5", when=small))), "rule X5", "destination of rule X2"),
    (
        "limit that is no policy field",
        lambda: build(limits={WAITING: Limit("patience_days", cites="A4")}),
        "limit patience_days of waiting",
        "no field of Policy",
    ),
    ("limit without a unit", lambda: build(limits={WAITING: Limit("patience", cites="A4", length=3)}), "limit patience", "_hours, _days"),
    (
        "limit of no length",
        lambda: build(limits={WAITING: Limit("patience_days", cites="A4", length=0)}),
        "limit patience_days of waiting",
        "whole number from 1",
    ),
    (
        "limit without an end",
        lambda: build(limits={WAITING: Limit("patience_days", cites="A4", length=5000)}),
        "limit patience_days of waiting",
        "from 1 to 3,660",
    ),
    ("limit of no state", lambda: build(limits={"waiting": LIMITS[WAITING]}), "limit return_days", "expected a State or a tuple"),
    (
        "two effects of one name",
        lambda: build((replace(R1, effect=Effect("take", _none, ("paid",))), replace(R2, effect=Effect("take", _same, ("paid",))), R3, R4)),
        "rule X2",
        "two different effects",
    ),
    (
        "clock event that files",
        lambda: build((R1, R2, *(replace(r, event=replace(EXPIRE, files=True)) for r in (R3, R4)))),
        "rule X3",
        "the clock files nothing",
    ),
    ("facts too many to compare", lambda: build((R1, R2, R3, R4, *MANY), facts=Wide), "fact a, b, c, d", "combinations"),
    (
        "two limits for one state",
        lambda: build(limits={**LIMITS, (WAITING, OPEN): Limit("transit_days", cites="A4")}),
        "limit transit_days of waiting",
        "already has the limit return_days",
    ),
    (
        "limit of a state without rules",
        lambda: build(limits={**LIMITS, STRAY: LIMITS[WAITING]}),
        "limit return_days of stray",
        "no rule has",
    ),
    (
        "limit of a final state",
        lambda: build(limits={**LIMITS, DONE: Limit("transit_days", cites="A4")}),
        "limit transit_days",
        "final state done",
    ),
    (
        "clock going round under one limit",
        lambda: build(limits={(WAITING, OPEN): LIMITS[WAITING]}),
        "rule X4",
        "for ever",
    ),
    (
        "law clock without a length",
        lambda: build(law={WAITING: Limit("patience_days", cites="L1")}),
        "law patience_days of waiting",
        "no field",
    ),
    ("float fact", lambda: build(facts=WithFloat), "fact size", "not finite"),
    ("enum fact", lambda: build(facts=WithEnum), "fact colour", "not finite"),
    ("fact without a bound", lambda: build(facts=WithEndlessCount), "fact attempts_left", "must name a whole-number field"),
    ("facts that can change", lambda: build(facts=Thawed), "fact Thawed", "frozen"),
    ("facts that are no dataclass", lambda: build(facts=dict), "fact <class 'dict'>", "frozen dataclass"),
    ("guard on a missing fact", lambda: build((replace(R1, when=(reads_weight,)), R2, R3, R4)), "rule X1", "'weight', which is no fact"),
    (
        "guard that gives no bool",
        lambda: build((replace(R1, when=(answers_a_number,)), R2, R3, R4)),
        "rule X1",
        "answered 0, not True or False",
    ),
    ("effect on a missing fact", lambda: build((replace(R1, effect=changes_weight), R2, R3, R4)), "rule X1", "'weight', which is no fact"),
    (
        "clock event with needs",
        lambda: build((R1, R2, *(replace(r, event=replace(EXPIRE, needs=("note",))) for r in (R3, R4)))),
        "rule X3",
        "the clock cannot hand over 'note'",
    ),
    ("unknown need", lambda: build((replace(R1, event=replace(ASK, needs=("money",))), R2, R3, R4)), "rule X1", "needs 'money'"),
    (
        "two states of one key",
        lambda: build((R1, replace(R2, source=replace(WAITING, zh="别的")), R3, R4)),
        "rule X2",
        "two different states",
    ),
    (
        "two events of one name",
        lambda: build((R1, R2, R3, replace(R4, event=replace(EXPIRE, zh="别的")))),
        "rule X4",
        "two different events",
    ),
    ("two guards of one name", lambda: build((R1, R2, R3, replace(R4, when=(_renamed(is_large),)))), "rule X4", "two different guards"),
    ("spine off the table", lambda: build(spine=((OPEN, DONE),)), "spine open → done", "no such rule"),
    (
        "unknown id of a state's note",
        lambda: build(tuple(_with_waiting(rule, _noted()) for rule in (R1, R2, R3, R4)), limits={_noted(): LIMITS[WAITING]}),
        "state waiting",
        "B99",
    ),
]


def _renamed(other: Guard) -> Guard:
    return Guard("is_small", other.test, other.text)


def _noted() -> State:
    return replace(WAITING, note=(BUYER, "B99", Text("不可以", "not allowed")))


def _with_waiting(rule: Rule, state: State) -> Rule:
    source = state if rule.source == WAITING else rule.source
    return replace(rule, source=source, dest=state if rule.dest == WAITING else rule.dest)


@pytest.mark.parametrize(("make", "row", "words"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS])
def test_a_faulty_table_is_refused(make: Callable[[], Workflow], row: str, words: str) -> None:
    with pytest.raises(WorkflowError) as caught:
        make()
    assert caught.value.row == row
    assert words in str(caught.value)


def test_clocks_that_go_round_end_in_an_error_not_in_a_hang() -> None:
    def facts_of(_order: Order, _request: RefundRequest, _at: datetime, policy: Policy) -> Facts:
        return Facts("l", True, policy.max_resubmissions)

    lapse = Event("lapse", CLOCK, "失效", "lapse")
    round_and_round = build(
        (R1, R2, R3, R4, Rule("X5", OPEN, lapse, WAITING, "assumed")),
        {WAITING: Limit("wait_hours", cites="assumed", length=1), OPEN: Limit("open_hours", cites="assumed", length=1)},
        facts_of=facts_of,
    )
    one = RefundCase.open(order(order_type="toy"), request(kind=None), at=at("2026-02-13 10:00"), workflow=round_and_round)
    assert len(one.advance(to=at("2026-02-14 10:00")).steps) == 24
    with pytest.raises(TooLong, match="more than 10000 clock rules fired in one advance"):
        one.advance(to=at("2027-12-31 10:00"))
    assert one.steps == ()


def test_a_law_clock_runs_from_the_first_entry_and_never_restarts() -> None:
    table = build(law={WAITING: Limit("statutory_refund_days", cites="L1")}, facts_of=lambda *_: Facts("l", True, 2))
    one = RefundCase.open(order(order_type="toy"), request(kind=None), at=at("2026-02-13 10:00"), workflow=table)
    assert one.statutory_due is None
    first = one.apply("ask", at=at("2026-02-13 11:00"), by="buyer")
    again = first.apply("ask", at=at("2026-02-25 11:00"), by="buyer")  # the clock led back to the start in between
    assert [step.dest.key for step in again.steps] == ["waiting", "open", "waiting"]
    assert first.statutory_due is not None
    assert first.statutory_due.at == at("2026-02-21 00:00")
    assert again.statutory_due == first.statutory_due


def test_a_clock_event_that_another_forestalls_says_why() -> None:
    lapse = Event("lapse", CLOCK, "失效", "lapse")
    table = build((R1, R2, R3, replace(R4, event=lapse)), facts_of=lambda *_: Facts("l", True, 2))
    one = RefundCase.open(order(order_type="toy"), request(kind=None), at=at("2026-02-13 10:00"), workflow=table)
    waiting = one.apply("ask", at=one.now, by="buyer")
    expire, due = (waiting.ask(name, at=waiting.now, by="clock").refusal for name in ("expire", "lapse"))
    assert expire is not None and due is not None
    assert (expire.code, [guard.name for guard in expire.failed_guards], due.failed_guards) == ("not_due", ["is_small"], ())
    assert expire.explain("en") == "“expire” is not what follows at 20 February 2026 at 24:00: This condition is not met: it is small."
    assert "The limit has not passed" in due.explain("en")


# The fingerprint

MEANINGS: list[tuple[str, Callable[[], Workflow]]] = [
    ("rule id", lambda: build((replace(R1, id="Y1"), R2, R3, R4))),
    ("guard", lambda: build((replace(R1, when=(has_attempts,)), R2, R3, R4))),
    ("actor", lambda: build((replace(R1, event=replace(ASK, actor=Actor("shop", "店", "shop"))), R2, R3, R4))),
    ("needs", lambda: build((replace(R1, event=replace(ASK, needs=("note",))), R2, R3, R4))),
    ("limit", lambda: build(limits={WAITING: Limit("transit_days", cites="assumed")})),
    ("limit group", lambda: build(limits={**LIMITS, OPEN: Limit("transit_days", cites="assumed")})),
    ("effect", lambda: build((replace(R1, effect=Effect("take", _none, ("paid",))), R2, R3, R4))),
    ("law", lambda: build(law={WAITING: Limit("statutory_refund_days", cites="L1")})),
]
WORDINGS: list[tuple[str, Callable[[], Workflow]]] = [
    ("event label", lambda: build((replace(R1, event=replace(ASK, zh="提出申请")), R2, R3, R4))),
    ("provenance", lambda: build((replace(R1, cites="A5"), R2, R3, R4))),
    ("spine", lambda: build(spine=((OPEN, WAITING),))),
]


@pytest.mark.parametrize("make", [row[1] for row in MEANINGS], ids=[row[0] for row in MEANINGS])
def test_the_fingerprint_changes_with_the_meaning(make: Callable[[], Workflow]) -> None:
    assert make().fingerprint != build().fingerprint


@pytest.mark.parametrize("make", [row[1] for row in WORDINGS], ids=[row[0] for row in WORDINGS])
def test_the_fingerprint_ignores_the_wording(make: Callable[[], Workflow]) -> None:
    assert make().fingerprint == build().fingerprint


def test_the_registered_fingerprints_differ() -> None:
    assert len({orders.get(key).fingerprint for key in orders.keys()}) == len(orders.keys())
