"""Owns `verify_implementation`: suites, random paths, and the search for a shortest counterexample, on one implementation.

Must not know an order type. What an implementation does wrong is reported; what a caller does wrong is raised before anything runs.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from refund_fsm.case import Code
from refund_fsm.paths import Suite, cover, size_of
from refund_fsm.scenario import Opening, Path, Player
from refund_fsm.testing.lockstep.asking import bounded, check, policy_for, wanted_of
from refund_fsm.testing.lockstep.circumstances import circumstances
from refund_fsm.testing.lockstep.groups import Case, Gathered, Group, part_of, row_of
from refund_fsm.testing.lockstep.implementation import Abilities, Make, SignatureFault
from refund_fsm.testing.lockstep.isolation import Ended, Hung, Isolation, Place, place_for
from refund_fsm.testing.lockstep.model import Table
from refund_fsm.testing.lockstep.names import Names, fit
from refund_fsm.testing.lockstep.pair_plan import Setting
from refund_fsm.testing.lockstep.pairs import Pairs
from refund_fsm.testing.lockstep.plan import Plan, Writer, planned
from refund_fsm.testing.lockstep.random_paths import random_paths
from refund_fsm.testing.lockstep.refusing import PRECEDENCE, left_out
from refund_fsm.testing.lockstep.report import Departure, Divergence, LockstepReport, SuiteRun
from refund_fsm.testing.lockstep.run import Answer, Fault, place_of, probe, record, run_all
from refund_fsm.testing.lockstep.search import MAX_CALLS, Found, Search, Shortest
from refund_fsm.testing.lockstep.shared import Shared, sharing
from refund_fsm.testing.lockstep.trace import Trace
from refund_fsm.workflow import FrozenDict, Policy, Workflow

TABLES = ("conditions", "mcdc")  # criteria whose size is that of the truth tables
CHUNK = 64  # plans that are written before they are carried out

_log = logging.getLogger("refund_fsm.testing")

_OF_THE_FIRST = ("divergence", "counterexample", "found", "again", "proven", "tries", "trace")


def verify_implementation(
    make: Make,
    workflow: Workflow,
    *,
    criterion: str | Suite | Iterable[str | Suite] = "w",
    examples: int = 500,
    seed: int = 0,
    names: Names | None = None,
    policy: Policy | None = None,
    timeout: float = 10.0,
    isolation: Isolation = "thread",
    max_search_calls: int = MAX_CALLS,
    most: int = 1,
    leave_out: Iterable[Code] = (),
    shared: Callable[[], Any] | None = None,
) -> LockstepReport:
    """Holds an implementation against a workflow, in lockstep, and reports what departs with a shortest counterexample.

    `make()` gives a fresh `Implementation`; each case is one. First come the suites of `paths.cover` (`criterion`: a criterion, a
    suite, or several; `w` takes `refusals`, `limits`, `conditions` and `boundaries` along, and `mcdc` for `conditions` where
    the truth tables of the guards have more than `paths.MAX_ROWS` rows), then `examples` random paths of at most `random_paths.LONGEST`
    inputs, a quarter of which must be refused. `names` says how the system calls things (see `Names`). `policy=None` is the workflow's
    own profile, or that of the suites handed over. `timeout`: seconds that one call may take, in a `thread` (which is left behind when it
    hangs), or in a `process` (which is killed; `make` must be found by its name there); with `none` all is called in the caller's
    own thread, and what hangs, hangs. `max_search_calls` caps the search.

    With `most` above 1 the run does not end where something departs: it gathers up to `most` divergences of different kinds
    (`groups.Group` says when two are of one), counts the cases that show each, and searches for the shortest counterexample of each kind;
    the searches share `max_search_calls`. What follows the first fault of a case is not judged. The run is cut short after
    `groups.MAX_FAULTS` cases that depart, or `groups.MAX_UNANSWERED` that hang, and the report says so.

    `leave_out`: refusal codes that the service never meets, out of `refusing.CAN_BE_LEFT_OUT`: `time_reversed` for one with a clock of its
    own, `wrong_actor` where the log-in decides. Inputs that nothing else would refuse are not sent; the report says how many calls that is.

    `shared()` gives a backend, such as a database, and `make(backend)` a case on it: after the single cases, each on a backend of its own,
    come pairs of cases of one order on one backend, interleaved, and what comes back is a `PairReport` (see `pairs`).

    Raises `BadData` before anything runs: a wrong argument, an implementation without its methods, names with a hole in them.
    """
    check(make, workflow, examples, seed, timeout, max_search_calls, most)
    without = left_out(leave_out)
    fitted = fit(names, workflow)
    wanted = wanted_of(criterion)
    policy = policy_for(policy, wanted, fitted)
    wanted = bounded(wanted, fitted.workflow, policy) if criterion == "w" else wanted
    both = None if shared is None else sharing(make, shared, isolation)
    place = place_for(isolation, both or make, timeout)
    try:
        run = _Lockstep(place, both or make, Table(fitted, policy, without), timeout, most)
        known = run.report(wanted, examples, seed, max_search_calls)
        return known if both is None else run.paired(both, known, examples, seed, max_search_calls)
    finally:
        place.close()


class _Lockstep:
    """One run. Counts the calls that were made."""

    def __init__(self, place: Place, make: Make, table: Table, timeout: float, most: int) -> None:
        self._place, self._make, self._timeout, self._table = place, make, timeout, table
        self._fit, self._policy = table.fit, table.policy
        self._abilities = Abilities(False, False, False)
        self._gathered = Gathered(table.fit, table.policy, most)
        self._left = Counter[str](dict.fromkeys(sorted(table.leave_out, key=PRECEDENCE.index), 0))
        self._steps = self._cases = 0
        self._most = most

    def report(self, wanted: list[str | Suite], examples: int, seed: int, max_calls: int) -> LockstepReport:
        """The whole run."""
        self._probe()
        suites: list[SuiteRun] = []
        for one in wanted:
            if not self._gathered.ended:
                seen = self._fit.seen() if one == "w" else None
                suite = one if isinstance(one, Suite) else cover(self._fit.workflow, one, self._policy, seen=seen)
                self._announce(suite)
                cases, steps = self._cases, self._steps
                self._carry_out(self._of_suite(suite))
                suites.append(SuiteRun(suite.criterion, self._cases - cases, self._steps - steps))
        before = self._cases
        if not self._gathered.ended and examples:
            _log.info(f"at random: {examples:,} cases")
            self._carry_out((w.opening, w.rows, w.plan) for w in random_paths(self._table, self._abilities, examples, seed))
        known = LockstepReport(
            self._fit.workflow,
            tuple(suites),
            self._cases - before,
            self._steps,
            stopped=self._gathered.stopped,
            left_out=FrozenDict(self._left),
        )
        return self._departed(known, max_calls) if self._gathered.first else known

    def _announce(self, suite: Suite) -> None:
        """Says how much a suite asks for, before it is carried out."""
        known = size_of(suite.workflow, self._policy) if suite.criterion in TABLES else 0
        tables = f"the truth tables of the guards have {known:,} rows; " if known else ""
        _log.info(f"{suite.criterion}: {tables}{len(suite):,} cases, {suite.steps:,} steps")

    def paired(self, both: Shared, known: LockstepReport, examples: int, seed: int, max_calls: int) -> LockstepReport:
        """The report gone on with pairs of cases."""
        setting = Setting(self._fit, self._policy, self._abilities)
        return Pairs(self._place, both, setting, self._timeout).report(known, examples, seed, max_calls)

    def _probe(self) -> None:
        """Looks at a first implementation; a fault when even that fails, and then nothing is led."""
        try:
            found = self._done(probe)
        except SignatureFault as fault:
            raise fault.as_bad_data() from None
        if isinstance(found, Fault):
            self._abilities = Abilities(False, False, found.part == "close")
            opening = self._any_opening()
            self._gathered.add((opening, [], planned(self._table, self._abilities, opening, ())), found)
            self._gathered.ended = True
            return
        self._abilities = found
        if not found.advances:
            self._fit.check_clock()

    def _any_opening(self) -> Opening:
        """An opening of the workflow, for an implementation that did not come so far."""
        return next(random_paths(self._table, self._abilities, 1, 0)).opening

    def _of_suite(self, suite: Suite) -> Iterator[Case]:
        for path in suite.paths:
            writer = Writer(self._table, self._abilities, path.opening)
            for step in path.steps:
                writer.write(step.event, step.by or "", step.at, step.details)
            yield path.opening, writer.rows, writer.plan

    def _carry_out(self, cases: Iterator[Case]) -> None:
        """Leads cases until enough has departed."""
        while not self._gathered.ended and (chunk := list(islice(cases, CHUNK))):  # ends: suites and random paths are finite
            while chunk and not self._gathered.ended:  # ends: each round leads a case at least
                found = self._done(run_all, [plan for _, _, plan in chunk])
                number, fault = found if found is not None else (len(chunk), None)
                self._count(chunk[:number])
                if fault is not None:
                    self._count_departed(chunk[number], fault)
                chunk = chunk[number + 1 :]

    def _count(self, cases: Sequence[Case]) -> None:
        self._cases += len(cases)
        self._steps += sum(len(plan.calls) for _, _, plan in cases)
        self._left.update(code for _, _, plan in cases for _, code in plan.left)

    def _count_departed(self, case: Case, fault: Fault) -> None:
        self._cases += 1
        self._steps += fault.place + 1
        last = row_of(case[2], fault)
        self._left.update(code for number, code in case[2].left if number <= last)
        self._gathered.add(case, fault)

    def _done(self, job: Any, *arguments: Any) -> Any:
        """The result of a job; a fault, as the job would give it, when it hung or its process ended."""
        try:
            return self._place.do(job, *arguments)
        except Hung as hung:
            number, place, part = place_of(hung.progress)
            fault = Fault("hung", place, part, None, f"no answer within {self._timeout:g} s")
        except Ended as ended:
            number, place, part = place_of(ended.progress)
            fault = Fault("raised", place, part, None, f"the process ended, exit code {ended.code}")
        if job is run_all:
            return number, fault
        return fault if job is probe else (fault, [])

    def _run(self, plan: Plan) -> Fault | None:
        found = self._done(run_all, [plan])
        return None if found is None else found[1]

    # What departed

    def _departed(self, known: LockstepReport, max_calls: int) -> LockstepReport:
        """The report with every kind that was gathered; the searches share the calls that they may make."""
        found: list[Departure] = []
        left = max_calls
        for number, (group, (case, fault)) in enumerate(self._gathered.first.items()):
            share = left // (len(self._gathered.first) - number)
            same = None if self._most == 1 else partial(self._is_of, group)
            search = Search(self._table, self._abilities, self._run, share, same)
            found.append(self._departure(group, case, fault, search.shortest(case[0], case[1], fault, case[2])))
            left -= search.spent
        first = found[0]
        copied = {name: getattr(first, name) for name in _OF_THE_FIRST}
        return replace(known, divergences=tuple(found), further=FrozenDict(self._gathered.further), **copied)

    def _is_of(self, group: Group, found: Found) -> bool:
        return self._gathered.of((found.opening, list(found.told), found.plan), found.fault) == group

    def _departure(self, group: Group, case: Case, fault: Fault, short: Shortest) -> Departure:
        opening, rows, plan = case
        path = self._path(short.found)
        trace = self._trace(short, path)
        last = trace.fault
        if self._most == 1:  # the shortest may be of another kind than what was found first
            group = self._gathered.of((short.found.opening, list(short.found.told), trace.plan), last)
        return Departure(
            group,
            self._gathered.met.total() if self._most == 1 else self._gathered.met[group],
            Divergence(last.kind, row_of(trace.plan, last), part_of(trace.plan, last), last.expected, last.got),
            path,
            self._path(Found(opening, (), tuple(rows[: row_of(plan, fault)]), fault, plan)),
            short.again,
            short.proven,
            short.tries,
            trace,
        )

    def _path(self, found: Found) -> Path:
        player = Player.opened(self._fit.workflow, self._policy, found.opening)
        for event, by, at, details in found.told:
            player = player.passed(event, by, at, details)
        return player.path()

    def _trace(self, short: Shortest, path: Path) -> Trace:
        """The counterexample carried out once more, with all answers kept; without them when it does not show itself again."""
        found = short.found
        plan = planned(self._table, self._abilities, found.opening, found.told)
        answers: list[Answer] = []
        fault: Fault | None = None
        if found.fault.kind != "hung":
            fault, answers = self._done(record, plan)
        last = row_of(plan, fault or found.fault)
        about = circumstances(self._fit.workflow, self._policy, path, [call for call in plan.calls if call.row == last])
        return Trace(self._fit, self._make, plan, tuple(answers), fault or found.fault, path, about)
