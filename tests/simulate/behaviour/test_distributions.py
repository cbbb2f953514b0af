"""Distributions of delays: their quantiles, cells, lattices, means; bad ones are named."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from refund_fsm import BadData
from refund_fsm.simulate import Empirical, Exponential, Fixed, LogNormal, Triangular, Uniform
from refund_fsm.simulate.behaviour.curves import cdf, cells, on_lattice
from refund_fsm.simulate.chain.quantities import Quantities, quantities
from refund_fsm.simulate.compiled import kept
from refund_fsm.simulate.sample.quantiles import quantile

QUANTITIES = [
    Fixed(value=30),
    Uniform(least=1, most=3),
    Exponential(mean=5),
    LogNormal(median=4, sigma=0.5),
    Triangular(least=0, mode=1, most=6),
    Triangular(least=1, mode=1, most=2),
    Triangular(least=1, mode=2, most=2),
    Empirical(values=(0, 1, 7.5), weights=(1, 0, 3)),
]
KINDS = [f"{one.kind}-{place}" for place, one in enumerate(QUANTITIES)]


def drawn_at(table: Quantities, u: float) -> Any:
    """What is drawn, in seconds."""
    return quantile(table.kind[0], table.a[0], table.b[0], table.c[0], table.points, table.rises, u)


seconds: Any = kept(drawn_at)


@pytest.mark.parametrize("one", QUANTITIES, ids=KINDS)
def test_the_quantile_that_is_drawn_is_the_inverse_of_the_curve(one: Any) -> None:
    table = quantities([one])
    drawn = [seconds(table, u) / 3600 for u in (0.0001, 0.1, 0.25, 0.5, 0.9, 0.9999)]
    if isinstance(one, (Fixed, Empirical)):
        assert set(drawn) <= set(getattr(one, "values", (one.expected,)))
        assert drawn == sorted(drawn)
        return
    assert cdf(one, np.array(drawn)) == pytest.approx([0.0001, 0.1, 0.25, 0.5, 0.9, 0.9999], abs=1e-9)


@pytest.mark.parametrize("one", QUANTITIES, ids=KINDS)
def test_cells_hold_all_the_mass_and_keep_the_mean(one: Any) -> None:
    found = cells(one, 0.25, 4000)
    places = np.arange(len(found.atoms)) * 0.25
    assert (found.atoms + found.edge).sum() == pytest.approx(1, abs=1e-12)
    assert (found.atoms + found.inside).sum() == pytest.approx(1, abs=1e-12)
    assert float(((found.atoms + found.inside) * places).sum()) == pytest.approx(one.expected, rel=1e-9)  # begun anywhere, ended anywhere
    assert float((found.atoms * places + found.edge * (places + 0.125)).sum()) == pytest.approx(one.expected, abs=0.125)
    for place in (3, 10):
        before = float((found.atoms + found.edge)[:place].sum())
        assert before == pytest.approx(float(cdf(one, np.array([place * 0.25 - 1e-9]))[0]), abs=1e-8)


@pytest.mark.parametrize("one", QUANTITIES, ids=KINDS)
def test_a_delay_rounded_to_a_lattice_keeps_its_mean_and_mass(one: Any) -> None:
    found = on_lattice(one, 0.5)
    assert all(value % 0.5 == 0 for value in found.values) and math.fsum(found.shares) == pytest.approx(1)
    assert found.expected == pytest.approx(one.expected, abs=0.25)


def test_means_and_deviations_are_those_of_the_textbook_and_scale() -> None:
    spreads = [0, 0.5774, 5, 2.4156, 1.3123, 0.2357, 0.2357, 3.2476]
    assert [round(one.deviation, 4) for one in QUANTITIES] == spreads
    assert [round(one.expected, 4) for one in QUANTITIES] == [30, 2, 5, 4.5326, 2.3333, 1.3333, 1.6667, 5.625]
    for one in QUANTITIES:
        assert one.scaled(3).expected == pytest.approx(3 * one.expected) and one.scaled(3).unit == one.unit
        with pytest.raises(BadData, match="factor: nan"):
            one.scaled(math.nan)


def fixed(**given: Any) -> Fixed:
    return Fixed(**given)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Fixed(value=-1), "value: -1; expected a number from 0"),
        (lambda: Fixed(value=math.nan), "value: nan"),
        (lambda: Fixed(value=math.inf), "value: inf"),
        (lambda: Fixed(value=True), "value: True"),
        (lambda: fixed(value="3"), "value: '3'"),
        (lambda: fixed(value=3, unit="weeks"), "unit: 'weeks'"),
        (lambda: Uniform(least=3, most=3), "least: 3.0; expected less than most"),
        (lambda: Exponential(mean=0), "mean: 0; expected a number above 0|mean: 0.0"),
        (lambda: LogNormal(median=1, sigma=9), "sigma: 9"),
        (lambda: Triangular(least=1, mode=9, most=3), "mode: 9.0; expected from least to most"),
        (lambda: Empirical(values=()), "values: "),
        (lambda: Empirical(values=(1, 1)), r"values\[1\]: 1.0; expected more than the value before it"),
        (lambda: Empirical(values=(1, 2), weights=(1,)), "weights: 1; expected as many weights as values"),
        (lambda: Empirical(values=(1, 2), weights=(0, 0)), "weights: 0.0?; expected weights that sum to more than 0"),
        (lambda: fixed(value=1, spread=2), "spread: 2; expected no such field"),
    ],
)
def test_a_bad_distribution_is_named(make: Any, told: str) -> None:
    with pytest.raises(BadData, match=told):
        make()
