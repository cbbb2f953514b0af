"""Owns what cases add up to while they are played, as integers and as plain data; and how playing can end.

Must not play, nor know names.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import BadData
from refund_fsm.simulate.chain import Tables

BIN = 3_600  # seconds of a bin of time
BINS = 9_601  # 400 days, and one for all that is longer
MAX_STEPS = 10_000  # rules that fire in one case: a behaviour that goes round without taking time is an error, not a hang
DONE, TOO_MANY_STEPS, OFF_CALENDAR = 0, 1, 2

Int = NDArray[np.int64]

# Places in `Sums.totals`
CASES, STEPS, STEPS_SQUARED, PAID, PAID_FEN, PARCELS, VIOLATIONS, PROVISIONAL, MONEY_SECONDS, TOTALS = range(10)


class Sums(NamedTuple):
    """What the cases of a chunk add up to. Integers: they are the same in any order.

    `rules`, `rule_cases` (R): firings, cases in which the rule fired. `visits`, `state_cases`, `seconds` (S): stays that began,
    cases that had one, seconds of stays that ended. `stays` (S × `BINS`): how long those were. `ends` (S × `BINS`): from the start
    to each final state; `end_seconds` (S). `money` (`BINS`): from the start to the first payout. `breaches`, `breach_cases` (L).
    `open` (S): cases that were left where they were. `payers`: parcels by who pays. `totals`: see the places above.
    """

    rules: Int
    rule_cases: Int
    visits: Int
    state_cases: Int
    seconds: Int
    stays: Int
    ends: Int
    end_seconds: Int
    money: Int
    breaches: Int
    breach_cases: Int
    open: Int
    payers: Int
    totals: Int


def shapes_of(states: int, rules: int, limits: int, payers: int) -> dict[str, tuple[int, ...]]:
    """The shapes of the sums of cases, of a workflow with so many states, rules, limit groups, and payers of freight."""
    shapes: tuple[tuple[int, ...], ...] = (
        *((rules,), (rules,), (states,), (states,), (states,), (states, BINS), (states, BINS), (states,), (BINS,)),
        *((limits,), (limits,), (states,), (max(payers, 1),), (TOTALS,)),
    )
    return dict(zip(Sums._fields, shapes, strict=True))


def sums_for(tables: Tables, payers: int) -> Sums:
    """Zeros of the shapes that a chain needs."""
    shapes = shapes_of(len(tables.final), len(tables.pays), tables.groups, payers)
    return Sums(*(np.zeros(shape, np.int64) for shape in shapes.values()))


def sparse(array: Any) -> dict[str, Any]:
    """An array as its shape, the places that are not 0, and what is there."""
    flat = array.reshape(-1)
    places = np.flatnonzero(flat)
    return {"shape": list(array.shape), "places": places.tolist(), "values": flat[places].tolist()}


def dense(name: str, data: dict[str, Any], shape: tuple[int, ...]) -> Any:
    """What `sparse` gave, as an array of a shape; `BadData` for anything else."""
    if tuple(data["shape"]) != shape:
        raise BadData(f"sums.{name}.shape", data["shape"], f"{list(shape)}, as the workflow has it")
    flat = np.zeros(int(np.prod(shape)), np.int64)
    flat[np.array(data["places"], np.int64)] = data["values"]
    if (flat < 0).any():
        raise BadData(f"sums.{name}", int(flat.min()), "counts from 0")
    return flat.reshape(shape)
