"""Owns `verify_implementation`: suites, random paths, and the search for a shortest counterexample, on one implementation.

Must not know an order type. What an implementation does wrong is reported; what a caller does wrong is raised before anything runs.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from refund_fsm.errors import BadData
from refund_fsm.paths import CRITERIA, MAX_ROWS, Suite, cover, size_of
from refund_fsm.scenario import Opening, Path, Player
from refund_fsm.testing.lockstep.circumstances import circumstances
from refund_fsm.testing.lockstep.implementation import Abilities, Make, SignatureFault
from refund_fsm.testing.lockstep.isolation import Ended, Hung, Isolation, Place, place_for
from refund_fsm.testing.lockstep.model import Table
from refund_fsm.testing.lockstep.names import Fit, Names, fit
from refund_fsm.testing.lockstep.plan import Plan, Told, planned
from refund_fsm.testing.lockstep.random_paths import random_paths
from refund_fsm.testing.lockstep.report import Divergence, LockstepReport, SuiteRun, Trace
from refund_fsm.testing.lockstep.run import OPENING, Answer, Fault, place_of, probe, record, run_all
from refund_fsm.testing.lockstep.search import MAX_CALLS, Found, Search, Shortest, row_of
from refund_fsm.workflow import Policy, Workflow

WITH_W = ("refusals", "limits", "conditions", "boundaries", "w")  # what the complete suite leaves to others comes first, being short
TABLES = ("conditions", "mcdc")  # criteria whose size is that of the truth tables
CHUNK = 64  # plans that are written before they are carried out
MAX_NUMBER = 10_000_000

_log = logging.getLogger("refund_fsm.testing")
_Case = tuple[Opening, list[Told], Plan]


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
) -> LockstepReport:
    """Holds an implementation against a workflow, in lockstep, and reports the first thing that departs with a shortest counterexample.

    `make()` gives a fresh `Implementation`; each case is one. First come the suites of `paths.cover` (`criterion`: a criterion, a
    suite, or several; `w` takes `refusals`, `limits`, `conditions` and `boundaries` along, and `mcdc` for `conditions` where
    the truth tables of the guards have more than `paths.MAX_ROWS` rows), then `examples` random paths of at most `random_paths.LONGEST`
    inputs, a quarter of which must be refused. `names` says how the system calls things (see `Names`). `policy=None` is the workflow's
    own profile, or that of the suites handed over. `timeout`: seconds that one call may take, in a `thread` (which is left behind when it
    hangs), or in a `process` (which is killed; `make` must be found by its name there); with `none` all is called in the caller's
    own thread, and what hangs, hangs. `max_search_calls` caps the search.

    Raises `BadData` before anything runs: a wrong argument, an implementation without its methods, names with a hole in them.
    """
    _check(make, workflow, examples, seed, timeout, max_search_calls)
    fitted = fit(names, workflow)
    wanted = _wanted(criterion)
    policy = _policy(policy, wanted, fitted)
    wanted = _bounded(wanted, fitted.workflow, policy) if criterion == "w" else wanted
    place = place_for(isolation, make, timeout)
    try:
        return _Lockstep(place, make, fitted, policy, timeout).report(wanted, examples, seed, max_search_calls)
    finally:
        place.close()


def _check(make: object, workflow: object, examples: object, seed: object, timeout: object, max_search_calls: object) -> None:
    if not callable(make):
        raise BadData("make", make, "a class or a function that gives an implementation, taking no argument")
    if not isinstance(workflow, Workflow):
        raise BadData("workflow", workflow, "a Workflow")
    for name, number, most in (("examples", examples, MAX_NUMBER), ("max_search_calls", max_search_calls, MAX_NUMBER)):
        if type(number) is not int or not 0 <= number <= most:
            raise BadData(name, number, f"a whole number from 0 to {most:,}")
    if type(seed) is not int:
        raise BadData("seed", seed, "a whole number")
    if isinstance(timeout, bool) or not isinstance(timeout, (int, float)) or not 0 < timeout <= 86_400:
        raise BadData("timeout", timeout, "seconds, more than 0 and at most a day")


def _wanted(criterion: object) -> list[str | Suite]:
    several = [criterion] if isinstance(criterion, (str, Suite)) else list(criterion) if isinstance(criterion, Iterable) else [criterion]
    found: list[str | Suite] = []
    for one in several:
        if not isinstance(one, Suite) and one not in CRITERIA:
            raise BadData("criterion", one, f"a Suite, or one of {', '.join(CRITERIA)}")
        found += WITH_W if one == "w" else (one,)
    return list(dict.fromkeys(found)) if all(isinstance(one, str) for one in found) else found


def _bounded(wanted: list[str | Suite], workflow: Workflow, policy: Policy) -> list[str | Suite]:
    """With `mcdc` for `conditions` where the truth tables are too long."""
    too_long = size_of(workflow, policy) > MAX_ROWS
    return ["mcdc" if one == "conditions" and too_long else one for one in wanted]


def _policy(policy: Policy | None, wanted: list[str | Suite], fitted: Fit) -> Policy:
    if policy is not None and not isinstance(policy, Policy):
        raise BadData("policy", policy, "a Policy, or None for the profile of the workflow")
    for one in wanted:
        if isinstance(one, Suite):
            if one.workflow.fingerprint != fitted.workflow.fingerprint:
                expected = f"a suite of the workflow {fitted.workflow.key!r} as the names leave it: names.fitted(workflow)"
                raise BadData("criterion", f"a suite of the workflow {one.workflow.key!r}", expected)
            if policy is not None and one.policy != policy:
                raise BadData("policy", policy, f"the policy of the suite of the criterion {one.criterion}, or None")
            policy = one.policy
    return fitted.workflow.default_policy() if policy is None else policy


class _Lockstep:
    """One run. Counts the calls that were made."""

    def __init__(self, place: Place, make: Make, fitted: Fit, policy: Policy, timeout: float) -> None:
        self._place, self._make, self._fit, self._timeout = place, make, fitted, timeout
        self._policy = policy
        self._table = Table(fitted, policy)
        self._abilities = Abilities(False, False, False)
        self._steps = self._cases = 0

    def report(self, wanted: list[str | Suite], examples: int, seed: int, max_calls: int) -> LockstepReport:
        """The whole run."""
        found: tuple[_Case, Fault] | None = self._probed()
        suites: list[SuiteRun] = []
        for one in wanted:
            if found is None:
                seen = self._fit.seen() if one == "w" else None
                suite = one if isinstance(one, Suite) else cover(self._fit.workflow, one, self._policy, seen=seen)
                self._announce(suite)
                cases, steps = self._cases, self._steps
                found = self._first(self._of_suite(suite))
                suites.append(SuiteRun(suite.criterion, self._cases - cases, self._steps - steps))
        before = self._cases
        if found is None:
            if examples:
                _log.info(f"at random: {examples:,} cases")
            found = self._first((w.opening, w.rows, w.plan) for w in random_paths(self._table, self._abilities, examples, seed))
        known = LockstepReport(self._fit.workflow, tuple(suites), self._cases - before, self._steps)
        return known if found is None else self._departed(known, *found, max_calls)

    def _announce(self, suite: Suite) -> None:
        """Says how much a suite asks for, before it is carried out."""
        known = size_of(suite.workflow, self._policy) if suite.criterion in TABLES else 0
        tables = f"the truth tables of the guards have {known:,} rows; " if known else ""
        _log.info(f"{suite.criterion}: {tables}{len(suite):,} cases, {suite.steps:,} steps")

    def _probed(self) -> tuple[_Case, Fault] | None:
        """Looks at a first implementation; a fault when even that fails."""
        try:
            found = self._done(probe)
        except SignatureFault as fault:
            raise fault.as_bad_data() from None
        if isinstance(found, Fault):
            self._abilities = Abilities(False, False, found.part == "close")
            opening = self._any_opening()
            return (opening, [], planned(self._table, self._abilities, opening, ())), found
        self._abilities = found
        if not found.advances:
            self._fit.check_clock()
        return None

    def _any_opening(self) -> Opening:
        """An opening of the workflow, for an implementation that did not come so far."""
        return next(random_paths(self._table, self._abilities, 1, 0)).opening

    def _of_suite(self, suite: Suite) -> Iterator[_Case]:
        for path in suite.paths:
            rows: list[Told] = [(step.event, step.by or "", step.at, step.details) for step in path.steps]
            yield path.opening, rows, planned(self._table, self._abilities, path.opening, rows)

    def _first(self, cases: Iterator[_Case]) -> tuple[_Case, Fault] | None:
        """The first case that departs."""
        while chunk := list(islice(cases, CHUNK)):  # ends: suites and random paths are finite
            found = self._done(run_all, [plan for _, _, plan in chunk])
            number, fault = found if found is not None else (len(chunk), None)
            self._cases += min(number + 1, len(chunk))
            self._steps += sum(len(plan.calls) for _, _, plan in chunk[:number])
            if fault is not None:
                self._steps += fault.place + 1
                return chunk[number], fault
        return None

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

    def _departed(self, known: LockstepReport, case: _Case, fault: Fault, max_calls: int) -> LockstepReport:
        opening, rows, plan = case
        short = Search(self._table, self._abilities, self._run, max_calls).shortest(opening, rows, fault, plan)
        path = self._path(short.found)
        trace = self._trace(short, path)
        last = trace.fault
        return LockstepReport(
            known.workflow,
            known.suites,
            known.walks,
            known.steps,
            Divergence(last.kind, row_of(trace.plan, last), _part(trace.plan, last), last.expected, last.got),
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
        about = circumstances(self._fit.workflow, self._policy, path)
        return Trace(self._fit, self._make, plan, tuple(answers), fault or found.fault, path, about)


def _part(plan: Plan, fault: Fault) -> Any:
    if fault.part == "apply" and OPENING < fault.place < len(plan.calls) and plan.calls[fault.place].event is None:
        return "news" if plan.calls[fault.place].details else "advance"
    return fault.part
