"""A small workflow that is sound: three states, three events, four rules, one limit. Tests change one thing in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from refund_fsm import CLOCK, Actor, Event, Limit, Rule, State, Text, UpTo, Workflow, guard

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


R1 = Rule("X1", OPEN, ASK, WAITING, "A4")
R2 = Rule("X2", WAITING, FINISH, DONE, "A5 assumed")
R3 = Rule("X3", WAITING, EXPIRE, DONE, "assumed", when=(is_small,))
R4 = Rule("X4", WAITING, EXPIRE, OPEN, "assumed", when=(is_large,))
LIMITS: dict[Any, Limit] = {WAITING: Limit("return_days", cites="assumed")}


def nothing(*_: object) -> None:
    """No facts, no example, no effect."""


def build(rules: tuple[Rule, ...] = (R1, R2, R3, R4), limits: dict[Any, Any] = LIMITS, facts: type = Facts, **more: Any) -> Workflow:
    """The small workflow with some of its parts exchanged. No case opens in it without `facts_of`."""
    return Workflow(
        "toy", Text("玩具", "Toy"), rules, OPEN, facts, more.pop("facts_of", nothing), more.pop("example_of", nothing), limits, **more
    )
