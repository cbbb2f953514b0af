"""Results and laws that several test modules look at, each computed once; and a tiny workflow that pays nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from refund_fsm import Policy, Rule, Workflow, orders
from refund_fsm.simulate import Behaviour, Choice, Fixed, Law, Result, Share, Uniform, first_passage, simulate
from tests.toys import END, GO, TURN, A, B, toy

START = datetime.fromisoformat("2026-02-12T10:00:00+08:00")
LATE = datetime.fromisoformat("2030-02-12T10:00:00+08:00")  # no calendar of that year is published


@cache
def sampled(key: str = "third_party", policy: str = "guide", cases: int = 20_000, seed: int = 7, start: datetime = START) -> Result:
    """Cases of an order type under a profile."""
    return simulate(orders.get(key), Behaviour.default(key), cases=cases, seed=seed, start=start, policy=Policy.profile(policy))


@cache
def exact(key: str = "virtual", policy: str = "guide", start: datetime = START) -> Law:
    """The exact law of an order type under a profile."""
    return first_passage(orders.get(key), Behaviour.default(key), start=start, policy=Policy.profile(policy))


def cut(cases: int = 0) -> Result:
    """A result that was ended after some cases, or before the first."""
    from dataclasses import replace

    whole = sampled(cases=cases or 1)
    if cases:
        return replace(whole, asked=1_000_000)
    return replace(whole, asked=1_000_000, ranges=(), sums=type(whole.sums)(*(0 * one for one in whole.sums)))


def penniless() -> Workflow:
    """A workflow without limits, payouts and disputes: from A to B, and to its end."""
    return toy(Rule("T1", A, GO, B, "assumed"), Rule("T2", B, TURN, END, "assumed"))


def played(workflow: Workflow, rows: Sequence[Choice] | None = None, **more: Any) -> Result:
    """Cases of the tiny workflow."""
    choices = rows or (
        Choice(state="a", event="go", delay=Uniform(least=1, most=30)),
        Choice(state="b", event="turn", delay=Fixed(value=5)),
    )
    facts = {"size": "s", "on_merchant_silence": "approve", "flag": False}
    behaviour = Behaviour(order_type="toy", mix=(Share(weight=1, facts=facts),), choices=tuple(choices))
    return simulate(workflow, behaviour, cases=1_000, seed=1, start=START, **more)
