"""Owns how many working days the stays of a result's own cases took: the first of them are played once more, step by step.

The sums of a result hold hours of all days, from which nobody can tell the days off. Must not know `Result`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from refund_fsm.errors import TooLong
from refund_fsm.simulate.chain import DAY, Chain, Tables, tables_of
from refund_fsm.simulate.sample.one_by_one import play, rows_for
from refund_fsm.simulate.sample.ranges import Ranges
from refund_fsm.simulate.sample.sums import DONE, sums_for
from refund_fsm.simulate.sojourn import Sojourn

MOST = 20_000  # cases that are played again: of more, the first ones
LOG_ROWS = 1 << 17

Int = NDArray[np.int64]


def sojourns(chain: Chain, ranges: Ranges) -> Mapping[str, Sojourn]:
    """By state that is not final, the stays that ended in the first `MOST` cases of the ranges; empty ones where there was none."""
    tables = tables_of(chain)
    states: list[Int] = [np.zeros(0, np.int64)]
    seconds: list[Int] = [np.zeros(0, np.int64)]
    for case, second, rule in _steps(chain, tables, ranges):
        found, spent = _stays(chain, tables, case, second, rule)
        states.append(found)
        seconds.append(spent)
    state, length = np.concatenate(states), np.concatenate(seconds)
    return {key: _sojourn(length[state == place]) for place, (key, one) in enumerate(chain.workflow.states.items()) if not one.final}


def _steps(chain: Chain, tables: Tables, ranges: Ranges) -> Iterator[tuple[Int, Int, Int]]:
    """Case, second and rule of each step, some cases at a time."""
    left = MOST
    for seed, first, last in ranges:
        at, end = first, min(last, first + left)
        left -= end - at
        while at < end:  # ends: a log of LOG_ROWS rows holds at least one case
            log = rows_for(LOG_ROWS)
            code, at, rows = play(tables, seed, at, end, sums_for(tables, len(chain.openings)), log)
            if code != DONE:
                raise TooLong(f"case {at} of {chain.workflow.key} took too many steps, or days that are not known")
            yield log.case[:rows], log.second[:rows], log.rule[:rows]


def _stays(chain: Chain, tables: Tables, case: Int, second: Int, rule: Int) -> tuple[Int, Int]:
    """Of each stay that ended, its state and the seconds of working days in it."""
    places = {key: place for place, key in enumerate(chain.workflow.states)}
    source = np.array([places[one.source.key] for one in chain.workflow.rules], np.int64)
    leaves = np.array([not one.internal for one in chain.workflow.rules])[rule]
    case, second, rule = case[leaves], second[leaves], rule[leaves]
    begins = np.concatenate((np.ones(min(len(case), 1), bool), case[1:] != case[:-1]))
    entered = np.where(begins, tables.start, np.concatenate((second[:1], second[:-1])))
    return source[rule], _worked(tables, second) - _worked(tables, entered)


def _worked(tables: Tables, second: Int) -> Int:
    """Seconds of working days before an instant; past the days that are known to the tables, all are taken for days off."""
    day = np.minimum(second // DAY, len(tables.works) - 1)
    inside = np.minimum(second - day * DAY, DAY)
    return np.asarray(tables.before[day] * DAY + tables.works[day] * inside)


def _sojourn(lengths: Int) -> Sojourn:
    values, counts = np.unique(lengths, return_counts=True)
    return Sojourn(values.astype(np.float64), counts.astype(np.float64))
