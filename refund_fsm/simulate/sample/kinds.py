"""Owns what a log says of a simulated case as a whole: its order type and policy, and the facts as they were derived when it was filed.

A kind of case is an opening of the mix and a phase of its facts, which change by themselves before the case is filed: a window ends.
Must not play a case: the rows that the compiled loop wrote say when it was filed.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from refund_fsm.eventlog import CaseColumns, Rows
from refund_fsm.simulate.chain import Chain, Tables
from refund_fsm.simulate.compiled import kept
from refund_fsm.simulate.sample.numbers import case_key, root_of
from refund_fsm.simulate.sample.opening import opened
from refund_fsm.workflow import policy_text

Int = NDArray[np.int64]


class Kinds:
    """The kinds of case that a chain has, numbered: by opening, then by phase."""

    def __init__(self, chain: Chain, tables: Tables, seed: int) -> None:
        self._tables, self._seed = tables, seed
        self._files = np.array([rule.event.files for rule in chain.workflow.rules])
        courses = [one.course for one in chain.openings]
        self._first = np.array([0, *accumulate(len(one.phases) for one in courses)], np.int64)
        self._bounds = [tables.start + np.array(one.bounds, np.int64) for one in courses]
        facts = [one for course in courses for one in course.phases]
        domains = chain.workflow.domains(chain.policy)
        self.columns = CaseColumns(
            chain.workflow.key,
            policy_text(chain.policy),
            {name: (domains[name], [getattr(one, name) for one in facts]) for name in domains},
        )

    def of(self, rows: Rows) -> Int:
        """The kind of each row's case. The rows hold whole cases, in their order."""
        starts = np.flatnonzero(np.diff(rows.case, prepend=-1))
        openings = np.empty(len(starts), np.int64)
        _openings(self._tables.open_p, self._tables.open_other, self._seed, rows.case[starts], openings)
        filed = np.minimum.reduceat(np.where(self._files[rows.rule], rows.second, np.iinfo(np.int64).max), starts)
        filed[filed == np.iinfo(np.int64).max] = self._tables.start  # never filed: as they were when it was opened
        kinds = self._first[openings]
        for number in np.unique(openings):
            if len(self._bounds[number]):
                mine = openings == number
                kinds[mine] += np.searchsorted(self._bounds[number], filed[mine], side="right")
        return np.repeat(kinds, np.diff(starts, append=len(rows.case)))


@kept
def _openings(open_p: Any, open_other: Any, seed: int, cases: Any, found: Any) -> None:
    """The opening of each case."""
    root = root_of(seed)
    for place in range(len(cases)):
        found[place] = opened(open_p, open_other, case_key(root, cases[place]))
