"""Owns how a pair of cases that departs is made short: steps are left out as long as it departs. Must not know an order type."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from refund_fsm.scenario import PACE
from refund_fsm.testing.lockstep.pair_plan import Pair, PairPlan, PairStep
from refund_fsm.testing.lockstep.pair_run import PairFault

Run = Callable[[PairPlan], PairFault | None]
Write = Callable[[Sequence[PairStep]], Pair]


class PairFound(NamedTuple):
    """A departure of a pair: its steps up to the one that shows it, the plan that was carried out, and the fault."""

    steps: tuple[PairStep, ...]
    plan: PairPlan
    fault: PairFault


class PairShortest(NamedTuple):
    """What came of a search. `again`: the departure showed itself a second time (nothing is left out else). `minimal`: without any one of
    its steps it does not show itself. `tries` is how often a pair was played."""

    found: PairFound
    again: bool
    minimal: bool
    tries: int


class _Spent(Exception):
    """The cap was reached."""


def found_in(pair: Pair, fault: PairFault) -> PairFound:
    """What a fault shows, cut after the step that shows it."""
    calls, place = pair.plan.calls, fault.fault.place
    last = 0 if place < 0 else calls[min(place, len(calls) - 1)].row if calls else 0
    return PairFound(tuple(pair.steps[:last]), pair.plan, fault)


class PairSearch:
    """One search. `write` makes the pair of some steps, `run` carries its plan out on a fresh backend."""

    def __init__(self, write: Write, run: Run, max_calls: int) -> None:
        self._write, self._run = write, run
        self._left, self._tries = max_calls, 0

    def shortest(self, first: PairFound) -> PairShortest:
        """The departure with as few steps as leaving some out makes it. What hangs is not played over and over."""
        try:
            best = self._try(first.steps)
        except _Spent:
            return PairShortest(first, True, False, self._tries)
        if best is None:
            return PairShortest(first, False, False, self._tries)
        minimal = False
        if first.fault.fault.kind != "hung":
            try:
                while (shorter := self._shorter(best)) is not None:  # ends: each is shorter than the one before
                    best = shorter
                minimal = True
                best = self._paced(best)
            except _Spent as spent:
                best = spent.args[0] if spent.args else best
        return PairShortest(best, True, minimal, self._tries)

    def _shorter(self, best: PairFound) -> PairFound | None:
        """With fewer steps: half of them left out, then a quarter, and so on down to one; None where none can be."""
        start, size = best, max(1, len(best.steps) // 2)
        while True:  # ends: what is left out at once is halved each time
            place = len(best.steps) - size
            while place > -size:  # ends: every round begins further in front
                cut = max(0, place)
                found = self._kept(best, (*best.steps[:cut], *best.steps[place + size :]))
                best, place = found or best, place - size
            if size == 1:
                return None if best is start else best
            size //= 2

    def _paced(self, best: PairFound) -> PairFound:
        """With a minute between any two steps, where it shows itself then too."""
        if not best.steps:
            return best
        at = best.steps[0].at
        moved = []
        for number, step in enumerate(best.steps):
            at = at + PACE if number and step.request is None else at
            moved.append(step._replace(at=at))
        return self._kept(best, moved) or best

    def _kept(self, best: PairFound, steps: Sequence[PairStep]) -> PairFound | None:
        """What some steps show, where they are fewer, or as many, and show a departure."""
        try:
            found = self._try(steps)
        except _Spent:
            raise _Spent(best) from None
        return found if found is not None and len(found.steps) <= len(best.steps) else None

    def _try(self, steps: Sequence[PairStep]) -> PairFound | None:
        pair = self._write(steps)
        self._left -= len(pair.plan.calls) + 1
        if self._left < 0:
            raise _Spent
        self._tries += 1
        fault = self._run(pair.plan)
        return None if fault is None else found_in(pair, fault)
