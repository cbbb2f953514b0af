"""What the tests of the PRISM export ask Storm, and what they make behaviours of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from refund_fsm import Actor, Event, Policy, effect
from refund_fsm.simulate import Empirical, Fixed
from refund_fsm.simulate.behaviour import Quantity

GUIDE = Policy.guide()
ENOUGH = 1e-9
ENDED = '[F "done" | "open"]'
NOD = Event("nod", Actor("z", "丙", "z"), "点头", "nod")
Asked = Callable[..., tuple[float, ...]]


def delay(hours: float, *more: float, weights: tuple[float, ...] | None = None, unit: Any = "hours") -> Quantity:
    """A delay that is fixed, or one of several."""
    return Empirical(values=(hours, *more), weights=weights, unit=unit) if more else Fixed(value=hours, unit=unit)


@effect("flag")
def raise_if_huge(facts: Any) -> Any:
    return replace(facts, flag=True) if facts.size == "xl" else facts
