"""A faulty workflow is refused when it is built, with the row named. Each fault differs from a sound table in one thing."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Literal

import pytest

from refund_fsm import CLOCK, Effect, Event, Guard, Limit, Rule, State, Text, UpTo, Workflow, WorkflowError, effect, guard
from tests.small import (
    ASK,
    BUYER,
    DONE,
    EXPIRE,
    FINISH,
    LIMITS,
    OPEN,
    R1,
    R2,
    R3,
    R4,
    WAITING,
    Facts,
    build,
    is_large,
    is_small,
    nothing,
)


@guard(zh="读了没有的事实", en="reads a fact that is not there")
def reads_weight(facts: Any) -> bool:
    return bool(facts.weight)


@guard(zh="答非所问", en="answers with a number")
def answers_a_number(facts: Facts) -> bool:
    return facts.attempts_left  # type: ignore[return-value]  # the fault under test


@effect("weight")
def changes_weight(facts: Facts) -> Facts:
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
small = (is_small,)
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
        lambda: build(
            (replace(R1, effect=Effect("take", nothing, ("paid",))), replace(R2, effect=Effect("take", same, ("paid",))), R3, R4)
        ),
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


def same(facts: Any) -> Any:
    return facts


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


WHOLE = Facts("s", True, 0)


@pytest.mark.parametrize(
    "test",
    [
        lambda facts: facts == WHOLE,
        lambda facts: facts != WHOLE,
        lambda facts: facts in {WHOLE},
        lambda facts: hash(facts) % 2 == 0,
        lambda facts: isinstance(facts, Facts),
        lambda facts: facts.paid and facts == WHOLE,
    ],
    ids=["equal", "unequal", "member", "hash", "isinstance", "later"],
)
def test_a_guard_that_looks_at_the_facts_as_a_whole_is_refused(test: Callable[[Any], bool]) -> None:
    """What it reads could not be known, and checks and the graph would be wrong without a word."""
    looks = Guard("looks", test, Text("看全部", "looks at all"))
    with pytest.raises(WorkflowError, match=r"guard looks: it looks at the facts as a whole; expected one that reads them by their names"):
        build((replace(R1, when=(looks,)), R2, R3, R4))


def test_a_guard_that_changes_what_it_is_asked_about_is_refused() -> None:
    def pays(facts: Any) -> bool:
        facts.paid = True
        return bool(facts.paid)

    with pytest.raises(WorkflowError, match="cannot assign to field 'paid'"):
        build((replace(R1, when=(Guard("pays", pays, Text("付", "pays")),)), R2, R3, R4))
