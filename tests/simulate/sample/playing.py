"""Cases of virtual goods, played as tests ask for them."""

from __future__ import annotations

from typing import Any

from refund_fsm import orders
from refund_fsm.simulate import Behaviour, Result, simulate
from tests.simulate.simulated import START

VIRTUAL, DEFAULT = orders.get("virtual"), Behaviour.default("virtual")


def played(**more: Any) -> Result:
    given: dict[str, Any] = {"cases": 3_000, "seed": 7, "start": START, **more}
    return simulate(given.pop("workflow", VIRTUAL), given.pop("behaviour", DEFAULT), **given)
