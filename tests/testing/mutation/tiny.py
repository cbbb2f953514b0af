"""A tiny workflow in which brute force can try everything; and the mutants and the judge of each workflow, made once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Annotated, Literal

import pytest

from refund_fsm import Limit, Order, OrderLine, Policy, RefundRequest, Rule, Text, UpTo, Workflow, effect, guard
from refund_fsm.testing.mutation import Judge, Mutant, mutants
from tests.toys import ASK, END, GO, PAY, TELL, TICK, TURN, A, B, C
from tests.workflows import ALL

GUIDE = Policy.guide()


@dataclass(frozen=True, slots=True)
class Tiny:
    """What a guard may read."""

    size: Literal["s", "l"]
    tries: Annotated[int, UpTo("max_resubmissions")]
    flag: bool = False


@guard(zh="小", en="it is small")
def small(facts: Tiny) -> bool:
    return facts.size == "s"


@guard(zh="还可以试", en="a try is left")
def try_left(facts: Tiny) -> bool:
    return facts.tries > 0


@guard(zh="有旗", en="the flag is up")
def flagged(facts: Tiny) -> bool:
    return facts.flag


@effect("tries")
def take_try(facts: Tiny) -> Tiny:
    return replace(facts, tries=facts.tries - 1)


@effect("flag")
def raise_flag(facts: Tiny) -> Tiny:
    return replace(facts, flag=True)


def facts_of(_: Order, request: RefundRequest, __: datetime, policy: Policy) -> Tiny:
    return Tiny(request.attributes["size"], policy.max_resubmissions)  # type: ignore[arg-type]  # `example_of` sets it


def example_of(facts: Tiny, when: datetime) -> tuple[Order, RefundRequest]:
    order = Order(id="T", order_type="tiny", lines=(OrderLine(sku="S", title="物", quantity=1, paid_fen=100),), paid_at=when)
    return order, RefundRequest(sku="S", reason="any", attributes={"size": facts.size})


TINY = Workflow(
    key="tiny",
    label=Text("小", "Tiny"),
    rules=(
        Rule("T01", A, GO, B, "assumed", when=(small,)),
        Rule("T02", B, TURN, C, "assumed", when=(try_left,), effect=take_try),
        Rule("T03", C, ASK, B, "assumed", effect=raise_flag),
        Rule("T04", B, TELL, END, "assumed", when=(flagged,)),
        Rule("T05", B, TICK, END, "assumed"),
        Rule("T06", C, PAY, END, "assumed"),
    ),
    initial=A,
    facts=Tiny,
    facts_of=facts_of,
    example_of=example_of,
    limits={B: Limit("tiny_hours", cites="assumed", length=48)},
)
WORKFLOWS = {**ALL, TINY.key: TINY}
each_workflow = pytest.mark.parametrize("key", WORKFLOWS)


@cache
def mutants_of(key: str) -> tuple[Mutant, ...]:
    return mutants(WORKFLOWS[key])


@cache
def judge_of(key: str) -> Judge:
    return Judge(WORKFLOWS[key])


def mutant(key: str, name: str) -> Mutant:
    return next(one for one in mutants_of(key) if one.name == name)
