"""Owns the holding of pairs of cases of one order against a workflow: the suite, the interleavings, and the shortest counterexample.

| what | how it is |
|---|---|
| the backend | `shared()` makes one for each pair, `make(backend)` both cases; what has a `close` is closed at the end, the backend last |
| the order | both are opened with it as it stands without either: what one takes of a line the backend knows, and no order tells it |
| what is expected | of a `RefundCase` that is told, before each event, the order as the other leaves it: `with_order(order.after(other))` |
| what is compared | after each call the state and the deadline of the case that was called, after an event or an opening those of both |
| `advance`, the clock's events | as for single cases, of both cases, before each event |
| `news` | is not called: what it would tell is known to the backend |

Money is not asked for: one that is paid too much has filed where it must be refused. Must not know an order type.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, islice
from typing import Any

from refund_fsm.testing.lockstep.isolation import Ended, Hung, Place
from refund_fsm.testing.lockstep.pair_plan import Pair, PairPlan, Setting, pair_of
from refund_fsm.testing.lockstep.pair_report import PairReport, PairTrace
from refund_fsm.testing.lockstep.pair_run import PairAnswer, PairFault, reached, record_pair, run_pairs
from refund_fsm.testing.lockstep.pair_search import PairSearch, found_in
from refund_fsm.testing.lockstep.pair_suite import PairSuite
from refund_fsm.testing.lockstep.report import Divergence, LockstepReport
from refund_fsm.testing.lockstep.shared import Shared

__all__ = ["Pairs", "Setting"]

CHUNK = 16  # pairs that are written before they are carried out
SHARE = 5  # of so many random paths of single cases, one interleaving of two


class Pairs:
    """One run over pairs, on what `made` makes in a place; `timeout` in seconds for each call."""

    def __init__(self, place: Place, made: Shared, setting: Setting, timeout: float) -> None:
        self._place, self._made, self._setting, self._timeout = place, made, setting, timeout
        self._pairs = self._steps = 0

    def report(self, known: LockstepReport, paths: int, seed: int, max_calls: int) -> PairReport:
        """A report of single cases, gone on with pairs unless one of them departs. There is one interleaving for every `SHARE` random
        `paths` that were asked for."""
        fields = {**known.__dict__}
        if not known.ok:
            return PairReport(**fields)
        suite = PairSuite(self._setting)
        found = self._first(chain(suite.pairs(), suite.random(paths // SHARE, seed)))
        fields |= {"pairs": self._pairs, "steps": known.steps + self._steps}
        return PairReport(**fields) if found is None else self._departed(fields, *found, max_calls)

    def _first(self, pairs: Iterator[Pair]) -> tuple[Pair, PairFault] | None:
        """The first pair that departs."""
        while chunk := list(islice(pairs, CHUNK)):  # ends: there are so many pairs
            found = self._done(run_pairs, [pair.plan for pair in chunk])
            number = len(chunk) if found is None else found[0]
            self._pairs += min(number + 1, len(chunk))
            self._steps += sum(len(pair.plan.calls) for pair in chunk[:number])
            if found is not None:
                self._steps += max(0, found[1].fault.place + 1)
                return chunk[number], found[1]
        return None

    def _done(self, job: Any, plans: Sequence[PairPlan]) -> Any:
        """What a job of plans comes to; a fault, as the job would give it, when it hung or its process ended."""
        try:
            return self._place.do(job, plans)
        except Hung as hung:
            return reached(hung.progress, plans, "hung", f"no answer within {self._timeout:g} s")
        except Ended as ended:
            return reached(ended.progress, plans, "raised", f"the process ended, exit code {ended.code}")

    def _run(self, plan: PairPlan) -> PairFault | None:
        found = self._done(run_pairs, [plan])
        return None if found is None else found[1]

    def _departed(self, fields: dict[str, Any], pair: Pair, fault: PairFault, max_calls: int) -> PairReport:
        write = partial(pair_of, self._setting, pair.order)
        short = PairSearch(write, self._run, max_calls).shortest(found_in(pair, fault))
        steps, _, fault = short.found
        answers: list[PairAnswer] = []
        if fault.fault.kind != "hung":
            with suppress(Hung, Ended):  # one that ends its process tells no answers
                again, answers = self._place.do(record_pair, write(steps).plan)
                fault = again or fault
        trace = PairTrace(self._setting, self._made, pair.order, steps, tuple(answers), fault)
        last = fault.fault
        shown = Divergence(last.kind, trace.place, last.part, last.expected, last.got)
        more = {"divergence": shown, "again": short.again, "proven": short.minimal, "tries": short.tries, "pair": trace}
        return PairReport(**{**fields, **more})
