"""The platform's own table about the Spring Festival of 2026, extensions included: the law says what a plain enumeration says, to 1e-9."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_fsm import Policy, orders
from refund_fsm.simulate import Behaviour, Empirical, first_passage
from tests.samples import at
from tests.simulate import naive_law
from tests.simulate.law.asked import DAY, HOUR
from tests.simulate.simulated import every_day_works

SHOP = orders.get("shop_official")
STEP = 12
OFTEN = {("extend_receipt", None): 60.0, ("nothing", "carrier"): 30.0, ("nothing", "merchant"): 2.0}  # so that limits are moved, and end


def coarse(*kinds: int) -> Behaviour:
    """The shipped behaviour, of some kinds of cases, with every delay one or two whole steps long about its expectation."""
    behaviour, rows = Behaviour.default("shop_official"), []
    for place, one in enumerate(behaviour.choices):
        delay, weight = one.delay, one.weight * OFTEN.get((one.event, one.actor), 1.0)
        if delay is not None:
            middle = round(delay.expected * (1 if delay.unit == "hours" else 24) / STEP)
            least = max(0, middle - place % 2)
            delay = Empirical(values=(float(least * STEP), float((least + 1) * STEP)), weights=(1.0 + place % 3, 1.0))
        rows.append(one.model_copy(update={"delay": delay, "weight": weight}))
    mix = tuple(behaviour.mix[kind] for kind in kinds)
    return behaviour.model_copy(update={"choices": tuple(rows), "mix": mix})


KINDS = {"refunds": (0, 13, 20), "returns": (4, 10, 8), "exchange": (23,)}  # places in the mix
EARLY, LATE = "2026-02-03 12:00", "2026-02-10 00:00"
ASKED = [("refunds", EARLY), ("refunds", LATE), ("returns", EARLY), ("returns", LATE), ("exchange", EARLY)]


@pytest.mark.parametrize(("kinds", "start"), [(KINDS[kinds], start) for kinds, start in ASKED], ids=[" ".join(one) for one in ASKED])
def test_an_enumeration_says_the_same(kinds: tuple[int, ...], start: str, tmp_path: Path) -> None:
    days = every_day_works(tmp_path).days_file
    policy = Policy.platform().model_copy(update={"days_file": days})
    behaviour = coarse(*kinds)
    naive = naive_law.law_of(SHOP, policy, behaviour, at(start))
    found = first_passage(SHOP, behaviour, start=at(start), policy=policy, step=STEP * HOUR, horizon=400 * DAY)
    for key, share in found.outcomes.items():
        assert share == pytest.approx(naive.open if key == "open" else naive.ends[key], abs=1e-9), key
    for rule, count in found.rule_counts.items():
        assert count == pytest.approx(naive.fired[rule], abs=1e-9), rule
    end = found.time_to_end.mean()
    assert naive.open == 0 and end is not None and end / HOUR == pytest.approx(naive.hours, abs=1e-6)
    if kinds != KINDS["refunds"]:
        assert naive.fired["P13"] > 0.05 and naive.fired["P19"] + naive.fired["P21"] > 0.02
