"""Owns `first_passage` and `Law`: the exact law of what becomes of a case and when, on a lattice of time, without random numbers.

Must not follow any flow: `solving` does. What follows from the flows is computed here, by name.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from refund_fsm.errors import BadData
from refund_fsm.simulate import figures
from refund_fsm.simulate.behaviour import ILLUSTRATIVE, Behaviour
from refund_fsm.simulate.chain import Chain, chain_of
from refund_fsm.simulate.figures import Figure
from refund_fsm.simulate.interrupts import Stop
from refund_fsm.simulate.law.distribution import Distribution, Float
from refund_fsm.simulate.law.firsts import Item
from refund_fsm.simulate.law.laying import fits
from refund_fsm.simulate.law.solving import Solved, solved
from refund_fsm.simulate.law.staying import sojourns
from refund_fsm.simulate.sojourn import Sojourn
from refund_fsm.text.numbers import Interval, Unit
from refund_fsm.workflow import FrozenDict, Policy, Workflow

if TYPE_CHECKING:
    from refund_fsm.diagram import Diagram, Lang, View

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
STEP, HORIZON = timedelta(hours=1), timedelta(days=120)
UNLIKELY = 1e-6


def first_passage(
    workflow: Workflow,
    behaviour: Behaviour,
    *,
    start: datetime,
    policy: Policy | None = None,
    step: timedelta = STEP,
    horizon: timedelta = HORIZON,
) -> Law:
    """The exact law of a case that opens at `start`, followed for `horizon` on a lattice of `step`, which divides a day.

    Delays, the calendar, limits (also those that outlive a state), and the mix of cases are all in it, without random numbers.
    What the lattice approximates: inside a cell all instants count alike, so that a figure is off by an amount that shrinks with
    the square of the step where delays have densities; `Law.figures` estimates it: what halving the step, from twice the step to it,
    has changed. That is an estimate, good where the error shrinks so, and not a proof: a coarse step with a start off the lattice near
    midnight can be off by more. Delays of whole steps from a start on the lattice are exact. Amounts are expectations.

    Raises `BadData` naming the argument; also for a step of which a limit in hours is no whole multiple, and where an internal
    event of the workflow opens or bars another event of its state,
    which the law cannot follow (`simulate` can). `CalendarOutOfRange` where the horizon needs a day that must not be guessed.
    """
    return law_of(chain_of(workflow, behaviour, start, policy), step, horizon)


def law_of(
    chain: Chain,
    step: timedelta,
    horizon: timedelta,
    like: Law | None = None,
    only: frozenset[Item] | None = None,
    stop: Stop | None = None,
) -> Law:
    """The law of a chain; `like`, `only` and `stop` as in `solving`."""
    return Law(solved(chain, step, horizon, like._solved if like is not None else None, only, stop), horizon)


class Law:
    """The exact law: probabilities and expectations of one case. Shares are probabilities, times from the start.

    Made by `first_passage`. `figures()` gives everything by name, each with the lattice's estimated error as its interval.
    """

    def __init__(self, solved: Solved, horizon: timedelta) -> None:
        self._solved, self.horizon = solved, horizon
        chain, self.step = solved.laid.chain, solved.laid.step
        self.workflow, self.behaviour, self.policy, self.start = chain.workflow, chain.behaviour, chain.policy, chain.start

    def __repr__(self) -> str:
        return f"<Law {self.workflow.key!r} from {self.start.isoformat()}, step {self.step}, {self.horizon.days} days>"

    @property
    def nbytes(self) -> int:
        """What its flows take in memory, in bytes: the inverse of the step, for one chain and one horizon."""
        return int(self._solved.flow.mass.nbytes + self._solved.apart.mass.nbytes)

    @property
    def provisional(self) -> bool:
        """Whether more than one case in a million needs working days that no published calendar knows yet (暂定)."""
        return self._solved.provisional > UNLIKELY

    # 1. What becomes of a case

    @cached_property
    def outcomes(self) -> Mapping[str, float]:
        """The probability of each final state by key, and of `open`: not to have ended by the horizon."""
        found = {key: self.time_to(key).total for key, state in self.workflow.states.items() if state.final}
        return FrozenDict({**found, figures.OPEN: max(0.0, 1.0 - math.fsum(found.values()))})

    @cached_property
    def rule_shares(self) -> Mapping[str, float]:
        """The probability that each rule ever fires, by id."""
        return FrozenDict({key: self._ever("rule", place) for place, key in enumerate(self.workflow.by_id)})

    @cached_property
    def rule_counts(self) -> Mapping[str, float]:
        """How often each rule is expected to fire, by id."""
        return FrozenDict(dict(zip(self.workflow.by_id, self._solved.counts.tolist(), strict=True)))

    @cached_property
    def state_shares(self) -> Mapping[str, float]:
        """The probability that a case is ever in each state, by key; 1 for the initial one."""
        shares = {key: self._ever("state", place) for place, key in enumerate(self.workflow.states)}
        return FrozenDict({**shares, self.workflow.initial.key: 1.0})

    @cached_property
    def breach_shares(self) -> Mapping[str, float]:
        """The probability that each limit passes with nothing to enforce it, by the limit's name."""
        return FrozenDict({name: self._ever("limit", place) for place, name in enumerate(figures.limit_names(self.workflow))})

    @property
    def arbitration_share(self) -> float:
        """The probability that the parties do not settle it (`figures.disputes`); NaN where the workflow says no such state."""
        known = figures.disputes(self.workflow)
        return self.state_shares[known[0]] if known else math.nan

    def _ever(self, kind: str, number: int) -> float:
        return self._solved.ever(Item(kind, number))

    @property
    def steps(self) -> float:
        """How many rules are expected to fire in a case."""
        return float(self._solved.counts.sum())

    # 2. When, how long, how much

    def time_to(self, state: str) -> Distribution:
        """When a case ends in a final state."""
        if state not in self.workflow.states or not self.workflow.states[state].final:
            finals = ", ".join(key for key, one in self.workflow.states.items() if one.final)
            raise BadData("state", state, f"a final state of {self.workflow.key}: {finals}")
        return self._distribution(self._solved.ends_in(list(self.workflow.states).index(state)))

    @property
    def time_to_money(self) -> Distribution:
        """When the money is paid out for the first time."""
        return self._distribution(self._solved.apart.money)

    @property
    def time_to_end(self) -> Distribution:
        """When a case ends, whatever becomes of it."""
        finals = [self._solved.ends_in(place) for place, state in enumerate(self.workflow.states.values()) if state.final]
        return self._distribution(np.asarray(sum(finals[1:], finals[0])))

    def _time(self, kind: str) -> Distribution:
        return self.time_to_money if kind == "money" else self.time_to_end

    def _distribution(self, at: Float) -> Distribution:
        begin = self._solved.laid.lattice.start
        return Distribution(at[:, begin // 2 :], self.step, 0.5 * (begin % 2))

    @cached_property
    def stays(self) -> Mapping[str, timedelta]:
        """How long a case is expected to be in each state, by key, until the horizon."""
        hours = self._solved.flow.hours
        return FrozenDict(
            {key: float(hours[place]) * self.step for place, (key, state) in enumerate(self.workflow.states.items()) if not state.final}
        )

    def working_stay(self, state: str) -> Sojourn:
        """How many working days a stay in a state takes, of those that end by the horizon; `BadData` for an end and for no state."""
        if state not in self._worked:
            raise BadData("state", state, f"a state of {self.workflow.key} that does not end the case: {', '.join(self._worked)}")
        return self._worked[state]

    @cached_property
    def _worked(self) -> Mapping[str, Sojourn]:
        return sojourns(self._solved)

    @property
    def paid_fen(self) -> float:
        """How much is expected to be paid out in a case, in fen."""
        pays = [place for place, rule in enumerate(self.workflow.rules) if rule.event.pays]
        return float(self._solved.counts[pays].sum()) * self.behaviour.amount.expected

    # 3. As figures, as data, as pictures

    def values(self) -> dict[str, tuple[Unit, float]]:
        """Unit and value of every figure by name (`figures.known`, but `statutory`)."""
        found: dict[str, tuple[Unit, float]] = {f"outcome:{key}": ("share", one) for key, one in self.outcomes.items()}
        if figures.disputes(self.workflow):
            found["arbitration"] = ("share", self.arbitration_share)
        for kind in figures.times(self.workflow):
            time = self._time(kind)
            mean = time.mean()
            found[f"{kind}:mean"] = ("hours", math.nan if mean is None else mean / HOUR)
            for p in figures.QUANTILES:
                at = time.quantile(p)
                found[f"{kind}:{figures.percentile(p)}"] = ("hours", math.nan if at is None else at / HOUR)
        if figures.pays(self.workflow):
            found["paid"] = ("fen", self.paid_fen)
        found["steps"] = ("times", self.steps)
        found.update({f"breach:{name}": ("share", one) for name, one in self.breach_shares.items()})
        found.update({f"reach:{key}": ("share", one) for key, one in self.state_shares.items()})
        found.update({f"stay:{key}": ("hours", one / HOUR) for key, one in self.stays.items()})
        found.update({f"rule:{key}": ("share", one) for key, one in self.rule_shares.items()})
        return found

    @staticmethod
    def items_of(workflow: Workflow, asked: Iterable[str]) -> frozenset[Item]:
        """The items whose probabilities the figures of these names are."""
        found = set()
        for name in asked:
            kind, _, rest = name.partition(":")
            if name == "arbitration":
                kind, rest = "reach", figures.disputes(workflow)[0]
            keys = {"reach": ("state", tuple(workflow.states)), "rule": ("rule", tuple(workflow.by_id))}
            known = {**keys, "breach": ("limit", figures.limit_names(workflow))}.get(kind)
            if known is not None:
                found.add(Item(known[0], known[1].index(rest)))
        return frozenset(found)

    def figure(self, name: str) -> float:
        """The value of one figure by name; also of any percentile, such as `money:p80` or `end:p80`. `BadData` for a name that is none."""
        figures.label_of(self.workflow, name)
        kind, _, rest = name.partition(":")
        if kind in ("money", "end") and rest.startswith("p"):
            at = self._time(kind).quantile(float(rest.removeprefix("p")) / 100)
            return math.nan if at is None else at / HOUR
        known = self.values()
        if name not in known:
            raise BadData("figure", name, f"one of {', '.join(known)}")
        return known[name][1]

    @cached_property
    def _coarser(self) -> Law | None:
        """The law on a lattice of twice the step; None where that divides no day."""
        twice, chain = 2 * self.step, self._solved.laid.chain
        return None if DAY % twice or twice > self.horizon or not fits(chain, twice) else law_of(chain, twice, self.horizon)

    def figures(self) -> dict[str, Figure]:
        """All figures by name. The interval is the estimated error: as much up and down as halving the step, to this one, has changed.

        Its ends are NaN where twice the step divides no day.
        """
        coarser = self._coarser.values() if self._coarser is not None else {}
        found = {}
        for name, (unit, value) in self.values().items():
            off = abs(value - coarser[name][1]) if name in coarser else math.inf
            interval = Interval(value, value - off, value + off) if math.isfinite(off) else Interval(value, math.nan, math.nan)
            found[name] = Figure(name, figures.label_of(self.workflow, name), unit, interval)
        return found

    def summary(self, lang: Lang = "both") -> str:
        """A table for people, in Chinese, English or both; it says that assumed behaviour makes it illustrative."""
        from refund_fsm.simulate.report.summary import law_text

        return law_text(self, lang)

    def diagram(self, *, lang: Lang = "both", view: View = "full") -> Diagram:
        """The map of the law (`diagram.draw` with `counts`): how likely, and how long; in a `view` of `draw`. No case is played."""
        from refund_fsm import diagram

        return diagram.draw(self.workflow, lang=lang, view=view, counts=self, note=ILLUSTRATIVE)

    def to_json(self, *, indent: int | None = None) -> str:
        """All figures with their estimated errors, and the distributions of the times to the money and to the end, as JSON."""
        data = {
            "order_type": self.workflow.key,
            "fingerprint": self.workflow.fingerprint,
            "illustrative": True,
            "behaviour": self.behaviour.model_dump(mode="json"),
            "policy": self.policy.model_dump(mode="json"),
            "calendar": self.policy.calendar.version,
            "start": self.start.isoformat(),
            "step_seconds": self.step // timedelta(seconds=1),
            "horizon_seconds": self.horizon // timedelta(seconds=1),
            "provisional": self.provisional,
            "figures": {
                name: {"unit": one.unit, "interval": [value if math.isfinite(value) else None for value in one.interval.to_list()]}
                for name, one in self.figures().items()
            },
            "time_to_money": {"cells": self.time_to_money.p.tolist()},
            "time_to_end": {"cells": self.time_to_end.p.tolist()},
        }
        return json.dumps(data, ensure_ascii=False, indent=indent)

    def to_frame(self) -> Any:
        """The figures as a table of polars, or of pandas where there is no polars: name, zh, en, unit, value, low, high."""
        return figures.frame(figures.rows_of(self.figures()))
