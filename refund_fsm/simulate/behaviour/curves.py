"""Owns the distributions as curves: cumulated probabilities, their integrals, and the mass that falls into the cells of a lattice.

Closed forms, in the unit of the distribution. Must not draw, nor know what the durations are of.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import BadData
from refund_fsm.simulate.behaviour.delays import MAX_VALUES, Empirical, Exponential, Fixed, LogNormal, Quantity, Triangular, Uniform

Float = NDArray[np.floating[Any]]
LATTICE_TAIL = 1e-12  # of a rounded distribution that its last value takes
TAIL = 1e-14  # of a distribution that is cut off: it is never counted as having happened


class Cells(NamedTuple):
    """Where a delay ends on a lattice of cells of one length, by the number of cells after the one it began in. Each of shape K.

    `atoms`: exactly that many cells later. `edge`: inside that cell, when it began at a cell's edge. `inside`: in that cell, when it
    began anywhere inside a cell, all places alike; `atoms` then end just as far inside. What is missing from 1 comes later.
    """

    atoms: Float
    edge: Float
    inside: Float


def ndtr(z: Any) -> Any:
    """The normal distribution; scipy is loaded when it is first asked for: many behaviours do without, and who plays cases."""
    from scipy.special import ndtr as found

    return found(z)


def cdf(quantity: Quantity, x: Float) -> Float:
    """P(X ≤ x), x in the quantity's unit."""
    x = np.asarray(x, dtype=np.float64)
    if isinstance(quantity, (Fixed, Empirical)):
        values, shares = _points(quantity)
        rises: Float = np.concatenate(([0.0], np.cumsum(shares)))
        return np.asarray(rises[np.searchsorted(values, x, side="right")])
    return _rise(quantity, x)


def _points(quantity: Fixed | Empirical) -> tuple[Float, Float]:
    if isinstance(quantity, Fixed):
        return np.array([quantity.value]), np.ones(1)
    return np.array(quantity.values), np.array(quantity.shares)


def _rise(q: Quantity, x: Float) -> Float:
    """The cumulated probability of a continuous family."""
    if isinstance(q, Uniform):
        return np.asarray(np.clip((x - q.least) / (q.most - q.least), 0.0, 1.0))
    if isinstance(q, Exponential):
        return np.where(x > 0, -np.expm1(-np.maximum(x, 0.0) / q.mean), 0.0)
    if isinstance(q, LogNormal):
        return np.where(x > 0, ndtr(_z(q, x)), 0.0)
    assert isinstance(q, Triangular)
    a, m, b = q.least, q.mode, q.most
    low = np.square(np.clip(x, a, m) - a) / ((b - a) * (m - a)) if m > a else np.zeros_like(x)
    high = 1.0 - np.square(b - np.clip(x, m, b)) / ((b - a) * (b - m)) if b > m else np.ones_like(x)
    return np.where(x < m, low, high)


def _z(q: LogNormal, x: Float) -> Float:
    return (np.log(np.maximum(x, 1e-300)) - math.log(q.median)) / q.sigma


def _rest(q: Quantity, x: Float) -> Float:
    """The integral of what a continuous family leaves, 1 − P(X ≤ s), over s from x ≥ 0 on: the mean of what X is beyond x."""
    if isinstance(q, Uniform):
        return np.where(x < q.least, q.expected - x, np.square(q.most - np.minimum(x, q.most)) / (2 * (q.most - q.least)))
    if isinstance(q, Exponential):
        return np.asarray(q.mean * np.exp(-x / q.mean))
    if isinstance(q, LogNormal):
        z = _z(q, x)
        return np.where(x > 0, q.expected * ndtr(q.sigma - z) - x * ndtr(-z), q.expected)
    assert isinstance(q, Triangular)
    a, m, b = q.least, q.mode, q.most
    low = q.expected - x + ((np.clip(x, a, m) - a) ** 3 / (3 * (b - a) * (m - a)) if m > a else 0.0)
    high = (b - np.clip(x, m, b)) ** 3 / (3 * (b - a) * (b - m)) if b > m else np.zeros_like(x)
    return np.where(x < m, low, high)


def cells(quantity: Quantity, length: float, most: int) -> Cells:
    """The mass in cells of `length` (in the quantity's unit), at most `most` of them; fewer where the rest is less than `TAIL`."""
    if isinstance(quantity, (Fixed, Empirical)):
        return _cells_of_points(*_points(quantity), length, most)
    ends = np.arange(most + 1) * length
    rise = _rise(quantity, ends)
    count = max(min(most, int(np.searchsorted(rise, 1.0 - TAIL)) + 1), 1)
    rest = _rest(quantity, np.arange(count + 2) * length) / length
    inside = np.append(1.0 - rest[0] + rest[1], rest[:-2] - 2.0 * rest[1:-1] + rest[2:])[: count + 1]
    edge = np.append(np.diff(rise[: count + 1]), 0.0)[: count + 1]
    return Cells(np.zeros(len(edge)), edge, np.maximum(inside, 0.0)[: len(edge)])


def _cells_of_points(values: Float, shares: Float, length: float, most: int) -> Cells:
    places = values / length
    whole = np.rint(places)
    on = np.abs(places - whole) < 1e-9
    down = np.where(on, whole, np.floor(places)).astype(np.int64)
    count = int(min(max(int(down.max()), 0) + 2, most + 2))
    atoms, edge, inside = (np.zeros(count) for _ in range(3))
    for place, share, lattice, exact in zip(down.tolist(), shares.tolist(), on.tolist(), places.tolist(), strict=True):
        if place >= count - 1:
            continue
        if lattice:
            atoms[place] += share
            continue
        edge[place] += share
        inside[place] += share * (1.0 - (exact - place))
        inside[place + 1] += share * (exact - place)
    return Cells(atoms, edge, inside)


def on_lattice(quantity: Quantity, step: float) -> Empirical:
    """The quantity rounded to whole multiples of `step` (in its unit): the nearest, the later of two. The tail goes to the last."""
    if isinstance(quantity, (Fixed, Empirical)):
        values, shares = _points(quantity)
        found: dict[int, float] = {}
        for value, share in zip(values.tolist(), shares.tolist(), strict=True):
            place = math.floor(value / step + 0.5)
            found[place] = found.get(place, 0.0) + share
        return _empirical(quantity, step, found)
    most = 1
    while most < MAX_VALUES and _rise(quantity, np.array([(most - 0.5) * step]))[0] < 1.0 - LATTICE_TAIL:
        most += 1
    if most == MAX_VALUES:
        raise BadData("step", step, f"a step so long that {MAX_VALUES:,} of it hold a {quantity.kind} delay ({quantity.unit})")
    rises = _rise(quantity, (np.arange(most + 1) - 0.5) * step)
    masses = np.append(np.diff(rises), 1.0 - rises[-1])
    return _empirical(quantity, step, {place: float(mass) for place, mass in enumerate(masses) if mass > 0})


def _empirical(quantity: Quantity, step: float, masses: dict[int, float]) -> Empirical:
    places = sorted(masses)
    return Empirical(values=tuple(place * step for place in places), weights=tuple(masses[place] for place in places), unit=quantity.unit)
