"""The law of whole workflows against Storm, against the simulation, and against itself on a finer step."""

from __future__ import annotations

import itertools
import math
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from refund_fsm import Policy, Workflow, export, orders
from refund_fsm.simulate import Behaviour, first_passage, simulate
from tests import storm
from tests.samples import at
from tests.simulate.law.asked import DAY, HOUR
from tests.simulate.simulated import FESTIVAL, POLICIES, START, behaviour_of, every_day_works
from tests.workflows import ALL, EVERY_WORKFLOW_AND_OWN, OURS

STEPS = [pytest.param(workflow, hours, id=f"{key}-{hours}") for key, workflow in OURS.items() for hours in (24, 12)]
STEPS = [one for one in STEPS if one.id != "shop_official-24"] + [pytest.param(OURS["shop_official"], 6, id="shop_official-6")]


@pytest.mark.parametrize("silence", ["approve", "escalate"])
@pytest.mark.parametrize(("workflow", "hours"), STEPS)
def test_storm_says_the_same(workflow: Workflow, hours: int, silence: str, tmp_path: Path) -> None:
    """Outcomes and expected steps to 1e-8, on a calendar without holidays or special periods, and a coarse step."""
    pytest.importorskip("stormpy")
    step = hours * HOUR
    policy = every_day_works(tmp_path, on_merchant_silence=silence)
    behaviour = Behaviour.default(workflow.key).on_lattice(step)
    found = first_passage(workflow, behaviour, start=at("2026-02-12 00:00"), policy=policy, step=step, horizon=700 * DAY)
    text = export.render(workflow, "prism", policy, behaviour=behaviour, step=step)
    names = [name for name in re.findall(r'label "(\w+)"', text) if name.startswith("final_")]
    *told, steps = storm.asked(tmp_path, text, *(f'P=? [F "{name}"]' for name in names), 'R{"steps"}=? [F "done" | "open"]')
    for name, value in zip(names, told, strict=True):
        assert found.outcomes[name.removeprefix("final_")] == pytest.approx(value, abs=1e-8), name
    assert len(names) == sum(state.final for state in workflow.states.values()) and found.steps == pytest.approx(steps, abs=1e-8)


CASES = 60_000


@pytest.mark.parametrize(("policy", "start"), [*zip(itertools.cycle(POLICIES), FESTIVAL, strict=False)])
@EVERY_WORKFLOW_AND_OWN
def test_the_simulation_agrees(workflow: Workflow, policy: str, start: str) -> None:
    """Every figure within its errors: the law's bound and 4.8 standard errors (some 600 figures of a workflow are compared)."""
    _agreed(workflow, behaviour_of(workflow), POLICIES[policy], start)


def _agreed(workflow: Workflow, behaviour: Behaviour, policy: Policy | None, start: str) -> None:
    exact = first_passage(workflow, behaviour, start=at(start), policy=policy, step=2 * HOUR).figures()
    played = simulate(workflow, behaviour, cases=CASES, seed=20260212, start=at(start), policy=policy, workers=2)
    sampled = played.figures()
    assert set(sampled) - set(exact) <= {"statutory"}
    for name, figure in exact.items():
        one, other = figure.interval, sampled[name].interval
        if math.isnan(one.value) or math.isnan(other.value):
            assert math.isnan(one.value) and math.isnan(other.value), name
            continue
        error = _error(name, (other.high - other.low) / 2 / 1.96, played)
        bin_of = 1.0 if name.startswith("end:p") else 0.0  # clocks end cases at whole hours; a sample knows a quantile to the hour
        assert abs(one.value - other.value) <= (one.high - one.low) / 2 + 4.8 * error + bin_of + 1e-9, (name, one, other)


def test_the_simulation_agrees_about_the_festival() -> None:
    """The platform's own table before the special periods of 2026, with many extensions and carriers that are late."""
    shop = orders.get("shop_official")
    behaviour = Behaviour.default(shop.key).changed(state="return_shipped", event="extend_receipt", weight=20.0)
    behaviour = behaviour.changed(state="return_shipped", event="nothing", actor="carrier", weight=20.0, workflow=shop)
    _agreed(shop, behaviour, None, "2026-02-04 09:30")


def _error(name: str, half: float, played: Any) -> float:
    """The standard error of a figure, for those that carry no interval from their spread."""
    if name.startswith("stay:"):
        stays = played.sums.stays[list(played.workflow.states).index(name.removeprefix("stay:"))]
        hours = np.arange(len(stays)) + 1.0
        return float(np.sqrt(3 * (stays * hours**2).sum()) / CASES)  # of a sum over up to three stays of a case
    return max(half, 1 / CASES)


def test_on_a_lattice_of_delays_there_is_no_error() -> None:
    """Delays rounded to half days: simulation and law are the same process, and 400,000 cases differ by chance alone."""
    workflow, step = orders.get("third_party"), 12 * HOUR
    behaviour = Behaviour.default(workflow.key).on_lattice(step, calendar=True)
    start = at("2026-02-12 12:00")
    found = first_passage(workflow, behaviour, start=start, step=step)
    played = simulate(workflow, behaviour, cases=400_000, seed=1, start=start, workers=2)
    for name, one in played.rule_shares.items():
        assert found.rule_shares[name] == pytest.approx(one.value, abs=4.8 * max((one.high - one.low) / 3.92, 1e-6)), name
    money = played.time_to_money
    at_edges = found.time_to_money.at[0]
    assert found.time_to_money.at[1].sum() == 0
    shares = money.counts[: 24 * 60] / played.cases
    for cell in range(len(at_edges[: 2 * 60])):
        spread = math.sqrt(at_edges[cell] / played.cases)
        assert shares[cell * 12] == pytest.approx(at_edges[cell], abs=5 * spread + 1e-5), cell


@EVERY_WORKFLOW_AND_OWN
def test_halving_the_step_converges(workflow: Workflow) -> None:
    """What changes from 2 hours to 1 is less than a half of what changes from 4 to 2, in all that changes at all."""
    one, two, four = (
        first_passage(workflow, behaviour_of(workflow), start=at("2026-02-12 08:00"), step=h * HOUR).values() for h in (1, 2, 4)
    )
    for name, (_, value) in one.items():
        fine, coarse = abs(value - two[name][1]), abs(two[name][1] - four[name][1])
        assert math.isnan(value) or fine <= 0.5 * coarse + 1e-4 * max(abs(value), 1e-3), name


def test_mass_is_kept_and_outcomes_sum_to_one() -> None:
    for workflow in ALL.values():
        found = first_passage(workflow, behaviour_of(workflow), start=START, step=3 * HOUR, horizon=20 * DAY)
        assert math.fsum(found.outcomes.values()) == pytest.approx(1, abs=1e-9)
        assert sum(found.stays.values(), timedelta()) + sum(
            ((20 * DAY) * found.time_to(key).total - (found.time_to(key).mean() or timedelta()) * found.time_to(key).total
             for key, state in workflow.states.items() if state.final), timedelta(),
        ) == pytest.approx(20 * DAY, abs=2 * HOUR)  # fmt: skip
