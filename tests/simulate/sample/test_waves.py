"""Cases that are played together: the same sums, to the bit, as played one by one; whatever the behaviour, however little room."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from refund_fsm import Policy, orders
from refund_fsm.simulate import Behaviour, Exponential, Fixed, LogNormal, Triangular, Uniform
from refund_fsm.simulate.behaviour.delays import Empirical, Quantity
from refund_fsm.simulate.chain import Chain, chain_of, payers, tables_of
from refund_fsm.simulate.sample import one_by_one, waves
from refund_fsm.simulate.sample.one_by_one import no_rows
from refund_fsm.simulate.sample.sums import CASES, DONE, OFF_CALENDAR, TOO_MANY_STEPS, Sums, sums_for
from refund_fsm.simulate.sample.waves import MAX_PLACES, places_of
from tests.awkward import WORKFLOW as AWKWARD
from tests.samples import at
from tests.simulate.sample.chains import chains
from tests.simulate.simulated import POLICIES, START, behaviour_of, every_day_works
from tests.workflows import EVERY_WORKFLOW_AND_OWN

STARTS = ("2026-02-12 10:00", "2026-09-28 00:00", "2026-12-30 23:59:59")


def both(chain: Chain, cases: int, seed: int = 7, first: int = 0, **more: int) -> tuple[tuple[int, Sums], tuple[int, Sums]]:
    """How it ended and the sums, played one by one and together."""
    tables = tables_of(chain)
    places = places_of(tables)
    assert places is not None
    alone, together = (sums_for(tables, len(payers(chain))) for _ in range(2))
    code, _, _ = one_by_one.play(tables, seed, first, first + cases, alone, no_rows())
    return (code, alone), (waves.play(tables, places, seed, first, first + cases, together, **more), together)


def different(chain: Chain, cases: int, **more: int) -> list[str]:
    """The sums that differ; none is what we want."""
    (code, alone), (other, together) = both(chain, cases, **more)
    assert code == other == DONE and alone.totals[CASES] == cases
    return [name for name, one, two in zip(alone._fields, alone, together, strict=True) if not np.array_equal(one, two)]


@pytest.mark.parametrize(("policy", "start"), [*zip(POLICIES, STARTS, strict=True)])
@EVERY_WORKFLOW_AND_OWN
def test_the_same_to_the_bit(workflow: Any, policy: str, start: str) -> None:
    assert not different(chain_of(workflow, behaviour_of(workflow), at(start), POLICIES[policy]), 20_000)


@pytest.mark.parametrize("start", ["2026-02-03 09:30", "2026-02-10 23:59:59"])
def test_the_same_about_a_festival(start: str) -> None:
    """Special periods, and limits that are moved while they run."""
    shop = orders.get("shop_official")
    behaviour = Behaviour.default(shop.key).changed(state="return_shipped", event="extend_receipt", weight=20.0)
    assert not different(chain_of(shop, behaviour, at(start)), 20_000)


@given(chains(), st.integers(0, 2**62), st.integers(1, 400))
@settings(max_examples=20)  # a chain takes half a second to make
def test_the_same_whatever_the_behaviour(chain: Chain, seed: int, cases: int) -> None:
    assert not different(chain, cases, seed=seed, first=seed % 1_000)


def any_delay(source: random.Random) -> Quantity:
    """Some family, in some unit, so short that things collide, or so long that limits pass."""
    unit: Any = source.choice(["hours", "days", "working_days"])
    scale = source.choice([0.0, 0.01, 1.0, 5.0, 30.0])
    families: list[Quantity] = [
        Fixed(value=round(scale), unit=unit),
        Uniform(least=scale, most=scale + source.choice([0.001, 1.0, 9.0]), unit=unit),
        Exponential(mean=scale + 0.1, unit=unit),
        LogNormal(median=scale + 0.1, sigma=source.choice([0.1, 1.0, 2.5]), unit=unit),
        Triangular(least=scale, mode=scale + 1, most=scale + source.choice([1.0, 4.0]), unit=unit),
        Empirical(values=(scale, scale + 1, scale + 7), weights=(1, source.choice([0, 5]), 1), unit=unit),
    ]
    return source.choice(families)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("key", orders.keys())
def test_the_same_with_any_weights_and_delays(key: str, seed: int) -> None:
    """Draws at one instant, filings that are refused when their time comes, cases that never end."""
    source = random.Random(f"{key} {seed}")
    behaviour = Behaviour.default(key)
    rows = tuple(
        row.model_copy(update={"weight": source.choice([0.1, 1.0, 8.0]), "delay": row.delay and any_delay(source)})
        for row in behaviour.choices
    )
    amount = source.choice([Fixed(value=1, unit="fen"), Uniform(least=0, most=3, unit="fen"), behaviour.amount])
    behaviour = behaviour.model_copy(update={"choices": rows, "amount": amount})
    chain = chain_of(
        orders.get(key), behaviour, at(source.choice(["2026-02-12 10:00", "2026-12-20 23:59:59"])), source.choice([*POLICIES.values()])
    )
    assert not different(chain, 3_000)


def test_the_same_where_only_some_states_of_a_group_have_a_clock() -> None:
    rows = [
        {"state": state, "event": event, "delay": {"kind": "exponential", "mean": 300}}
        for (state, event), rules in AWKWARD.rules_at.items()
        if rules[0].actor.key != "clock"
    ]
    facts = {"reason": "1", "paid": "out", "of": True, "deed": True}
    behaviour = Behaviour(order_type="awkward", mix=({"weight": 1, "facts": facts},), choices=tuple(rows))  # type: ignore[arg-type]  # read as TOML is
    assert not different(chain_of(AWKWARD, behaviour, START), 5_000)


@pytest.mark.parametrize(("under_way", "room"), [(300, 130), (3_000, 129), (4_096, 140)])
def test_the_same_however_little_room(under_way: int, room: int) -> None:
    """Where more cases wait at a place than there is room for, they wait outside."""
    chain = chain_of(orders.get("third_party"), Behaviour.default("third_party"), START)
    assert not different(chain, 20_000, under_way=under_way, room=room)


def test_errors_are_the_same(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Days that must not be guessed; a case that goes round in no time."""
    workflow, behaviour = orders.get("third_party"), Behaviour.default("third_party")
    barred = chain_of(workflow, behaviour, at("2026-12-28 10:00"), Policy(beyond="error"))
    (code, _), (other, _) = both(barred, 500)
    assert code == other == OFF_CALENDAR
    rows = tuple(
        row.model_copy(update={"delay": Fixed(value=0)}) if row.event in ("payout_failed", "retry_payout") else row
        for row in behaviour.choices
        if row.event != "refund_paid"
    )
    round_and_round = chain_of(workflow, behaviour.model_copy(update={"choices": rows}), START)
    (code, _), (other, _) = both(round_and_round, 50)
    assert code == other == TOO_MANY_STEPS
    even = every_day_works(tmp_path_factory.mktemp("days"))
    assert not different(chain_of(workflow, behaviour, START, even), 5_000)


def test_chains_that_are_too_wide_are_played_one_by_one() -> None:
    tables = tables_of(chain_of(orders.get("virtual"), Behaviour.default("virtual"), START))
    assert places_of(tables._replace(bounds=np.zeros((len(tables.state), MAX_PLACES), np.int64))) is None
