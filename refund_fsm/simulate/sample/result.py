"""Owns `Result`: what the cases of a simulation add up to, by name, with confidence intervals; exact to merge, to write, to draw.

Must not play cases: `population` does.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from refund_fsm.errors import BadData
from refund_fsm.simulate import figures
from refund_fsm.simulate.behaviour import ILLUSTRATIVE, Behaviour
from refund_fsm.simulate.chain import chain_of
from refund_fsm.simulate.figures import Figure, frame, rows_of
from refund_fsm.simulate.sample.estimates import about, mean_paid, share, shares, times
from refund_fsm.simulate.sample.histogram import Histogram
from refund_fsm.simulate.sample.ranges import Ranges, joined
from refund_fsm.simulate.sample.sums import (
    BIN,
    CASES,
    MONEY_SECONDS,
    PAID,
    PAID_FEN,
    PARCELS,
    PROVISIONAL,
    STEPS,
    STEPS_SQUARED,
    VIOLATIONS,
    Sums,
)
from refund_fsm.simulate.sample.worked import sojourns
from refund_fsm.simulate.sojourn import Sojourn
from refund_fsm.text.numbers import Interval, Unit
from refund_fsm.workflow import FrozenDict, Policy, Workflow

if TYPE_CHECKING:
    from refund_fsm.diagram import Diagram, Lang, View

FORMAT = 1
SETTINGS = ("behaviour", "policy", "start", "payers", "calendar")  # the same in results that add up


@dataclass(frozen=True, eq=False)
class Result:
    """What `cases` cases of one workflow, behaviour, policy and start add up to. Shares are of cases, times from the start.

    `ranges` are the numbers of the cases, by seed: (seed, first, one past the last); `calendar` the version of the working days that
    were used. `partial`: the run was ended before all `asked` cases were played. `a + b` merges results of different cases exactly.
    """

    workflow: Workflow
    behaviour: Behaviour
    policy: Policy
    start: datetime
    ranges: Ranges
    asked: int
    payers: tuple[str, ...]
    sums: Sums
    calendar: str

    # 1. How many

    @property
    def cases(self) -> int:
        """The number of cases that were played."""
        return self._total(CASES)

    @property
    def partial(self) -> bool:
        """Whether fewer cases were played than asked for."""
        return self.cases < self.asked

    @property
    def steps(self) -> int:
        """The number of rules that fired, in all cases."""
        return self._total(STEPS)

    @property
    def provisional_cases(self) -> int:
        """Cases in which a working day was counted that no published calendar knows yet (暂定)."""
        return self._total(PROVISIONAL)

    def _total(self, place: int) -> int:
        return int(self.sums.totals[place])

    # 2. What became of them

    @property
    def outcomes(self) -> Mapping[str, Interval]:
        """The share of each final state by key, and of `open`: cases that were left where they were."""
        ends = {key: int(self.sums.ends[place].sum()) for place, key in self._states() if self.workflow.states[key].final}
        return shares({**ends, figures.OPEN: int(self.sums.open.sum())}, self.cases)

    @property
    def open_in(self) -> Mapping[str, int]:
        """How many cases were left open, by state."""
        return FrozenDict({key: int(self.sums.open[place]) for place, key in self._states() if self.sums.open[place]})

    @property
    def rule_counts(self) -> Mapping[str, int]:
        """How often each rule fired, by id."""
        return FrozenDict(dict(zip(self.workflow.by_id, self.sums.rules.tolist(), strict=True)))

    @property
    def rule_shares(self) -> Mapping[str, Interval]:
        """The share of cases in which each rule fired, by id."""
        return shares(dict(zip(self.workflow.by_id, self.sums.rule_cases.tolist(), strict=True)), self.cases)

    @property
    def state_counts(self) -> Mapping[str, int]:
        """How often each state was entered, by key; the opening is an entry."""
        return FrozenDict({key: int(self.sums.visits[place]) for place, key in self._states()})

    @property
    def state_shares(self) -> Mapping[str, Interval]:
        """The share of cases that were ever in each state, by key."""
        return shares({key: int(self.sums.state_cases[place]) for place, key in self._states()}, self.cases)

    @property
    def breach_counts(self) -> Mapping[str, int]:
        """How often each limit was passed with nothing to enforce it, by the limit's name (`figures.limit_names`)."""
        return FrozenDict(dict(zip(figures.limit_names(self.workflow), self.sums.breaches.tolist(), strict=True)))

    @property
    def breach_shares(self) -> Mapping[str, Interval]:
        """The share of cases in which each limit was so passed, by name."""
        return shares(dict(zip(figures.limit_names(self.workflow), self.sums.breach_cases.tolist(), strict=True)), self.cases)

    @property
    def arbitration_share(self) -> Interval:
        """The share of cases that the parties did not settle (`figures.disputes`); NaN where the workflow says no such state."""
        known = figures.disputes(self.workflow)
        return share(int(self.sums.state_cases[self._place(known[0])]), self.cases) if known else Interval(*(math.nan,) * 3)

    @property
    def statutory_share(self) -> Interval:
        """The share of cases in which the law's clock (L1) ran out before the case ended."""
        return share(self._total(VIOLATIONS), self.cases)

    # 3. When

    @property
    def time_to_money(self) -> Histogram:
        """From the start to the first payout, of the cases that had one."""
        return Histogram(self.sums.money, self._total(MONEY_SECONDS))

    @property
    def time_to_end(self) -> Histogram:
        """From the start to the end, of the cases that ended, whatever became of them."""
        return Histogram(self.sums.ends.sum(axis=0), int(self.sums.end_seconds.sum()))

    def time_to(self, state: str) -> Histogram:
        """From the start to a final state, of the cases that ended there."""
        place = self._place(state)
        if not self.workflow.states[state].final:
            raise BadData("state", state, "a final state")
        return Histogram(self.sums.ends[place], int(self.sums.end_seconds[place]))

    def stay(self, state: str) -> Histogram:
        """How long the stays in a state took that ended; a case may have several."""
        place = self._place(state)
        return Histogram(self.sums.stays[place], int(self.sums.seconds[place]))

    def working_stay(self, state: str) -> Sojourn:
        """The same in working days, of the first `sample.worked.MOST` cases, which are played once more for it; `BadData` for an end."""
        self._place(state)
        if self.workflow.states[state].final:
            raise BadData("state", state, "a state that does not end the case")
        return self._worked[state]

    @cached_property
    def _worked(self) -> Mapping[str, Sojourn]:
        return sojourns(chain_of(self.workflow, self.behaviour, self.start, self.policy), self.ranges)

    # 4. Money

    @property
    def paid_fen(self) -> int:
        """What was paid out, in fen."""
        return self._total(PAID_FEN)

    @property
    def parcels(self) -> int:
        """How many cases sent goods back."""
        return self._total(PARCELS)

    @property
    def freight(self) -> Mapping[str, int]:
        """Of the parcels, who pays the freight; empty where the workflow does not say."""
        return FrozenDict(dict(zip(self.payers, self.sums.payers.tolist(), strict=False)))

    # 5. As figures, as data, as pictures

    def figures(self) -> dict[str, Figure]:
        """All figures by name (`figures.known`), with their 95 % intervals; NaN at the ends where none is known (stays)."""
        found: dict[str, Figure] = {}

        def add(name: str, unit: Unit, interval: Interval) -> None:
            found[name] = Figure(name, figures.label_of(self.workflow, name), unit, interval)

        for key, one in self.outcomes.items():
            add(f"outcome:{key}", "share", one)
        if figures.disputes(self.workflow):
            add("arbitration", "share", self.arbitration_share)
        for kind in figures.times(self.workflow):
            time = self.time_to_money if kind == "money" else self.time_to_end
            for name, one in times(kind, time):
                add(name, "hours", one)
        if figures.pays(self.workflow):
            add("paid", "fen", mean_paid(self.behaviour.amount, self.paid_fen, self._total(PAID), self.cases))
        add("steps", "times", about(self.steps, self._total(STEPS_SQUARED), self.cases))
        for name, one in self.breach_shares.items():
            add(f"breach:{name}", "share", one)
        if self.workflow.law:
            add("statutory", "share", self.statutory_share)
        for key, one in self.state_shares.items():
            add(f"reach:{key}", "share", one)
        for place, key in self._states():
            if not self.workflow.states[key].final:
                mean = int(self.sums.seconds[place]) / BIN / self.cases if self.cases else math.nan
                add(f"stay:{key}", "hours", Interval(mean, math.nan, math.nan))
        for key, one in self.rule_shares.items():
            add(f"rule:{key}", "share", one)
        return found

    def summary(self, lang: Lang = "both") -> str:
        """A table for people, in Chinese, English or both; it says that assumed behaviour makes it illustrative."""
        from refund_fsm.simulate.report.summary import result_text

        return result_text(self, lang)

    def diagram(self, *, lang: Lang = "both", view: View = "full") -> Diagram:
        """The map of the cases (`diagram.draw` with `counts`): how often, which share, how long; in a `view` of `draw`."""
        from refund_fsm import diagram

        return diagram.draw(self.workflow, lang=lang, view=view, counts=self, note=ILLUSTRATIVE)

    def to_json(self, *, indent: int | None = None) -> str:
        """All sums and settings as JSON, and the figures that follow from them; `from_json` reads it."""
        from refund_fsm.simulate.sample.saved import told_of

        return json.dumps(told_of(self), ensure_ascii=False, indent=indent)

    @classmethod
    def from_json(cls, text: str | bytes, workflow: Workflow | None = None) -> Result:
        """What `to_json` wrote. `workflow=None` is the registry's; `BadData` for anything else, or another workflow's result."""
        from refund_fsm.simulate.sample.saved import result_from

        return result_from(text, workflow)

    def to_frame(self) -> Any:
        """The figures as a table of polars, or of pandas where there is no polars: name, zh, en, unit, value, low, high."""
        return frame(rows_of(self.figures()))

    def __add__(self, other: Result) -> Result:
        """The result of the cases of both, exactly what one run of all of them would give."""
        if not isinstance(other, Result):
            return NotImplemented
        for name in SETTINGS:
            if getattr(self, name) != getattr(other, name):
                raise BadData(name, getattr(other, name), "the same in two results that are merged")
        if self.workflow.fingerprint != other.workflow.fingerprint:
            raise BadData("workflow", other.workflow, "the same in two results that are merged")
        ranges = joined(self.ranges, other.ranges)
        sums = Sums(*(one + two for one, two in zip(self.sums, other.sums, strict=True)))
        return replace(self, ranges=ranges, asked=self.asked + other.asked, sums=sums)

    def __eq__(self, other: object) -> bool:
        """Equal to the bit: settings, cases and every sum."""
        if not isinstance(other, Result):
            return NotImplemented
        return (
            all(getattr(self, name) == getattr(other, name) for name in (*SETTINGS, "ranges", "asked"))
            and self.workflow.fingerprint == other.workflow.fingerprint
            and all(np.array_equal(one, two) for one, two in zip(self.sums, other.sums, strict=True))
        )

    __hash__ = None  # type: ignore[assignment]  # it holds arrays

    def __repr__(self) -> str:
        return f"<Result {self.workflow.key!r}: {self.cases:,} cases from {self.start.isoformat()}{', partial' if self.partial else ''}>"

    def _states(self) -> list[tuple[int, str]]:
        return list(enumerate(self.workflow.states))

    def _place(self, state: str) -> int:
        if state not in self.workflow.states:
            raise BadData("state", state, f"a state of {self.workflow.key}: {', '.join(self.workflow.states)}")
        return list(self.workflow.states).index(state)
