"""Owns `verify_implementation`: suites, random paths, and the search for a shortest counterexample, on one implementation.

Must not know an order type. What an implementation does wrong is reported; what a caller does wrong is raised before anything runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any

from refund_fsm.case import Code
from refund_fsm.errors import BadData
from refund_fsm.paths import CRITERIA, MAX_ROWS, Suite, cover, size_of
from refund_fsm.scenario import Opening, Path, Player
from refund_fsm.testing.lockstep.circumstances import circumstances
from refund_fsm.testing.lockstep.groups import Case, Gathered, Group, part_of, row_of
from refund_fsm.testing.lockstep.implementation import Abilities, Make, SignatureFault
from refund_fsm.testing.lockstep.isolation import Ended, Hung, Isolation, Place, place_for
from refund_fsm.testing.lockstep.model import Table
from refund_fsm.testing.lockstep.names import Fit, Names, fit
from refund_fsm.testing.lockstep.pairs import Pairs, Setting
from refund_fsm.testing.lockstep.plan import Plan, Writer, planned
from refund_fsm.testing.lockstep.random_paths import random_paths
from refund_fsm.testing.lockstep.refusing import PRECEDENCE, left_out
from refund_fsm.testing.lockstep.report import Departure, Divergence, LockstepReport, SuiteRun
from refund_fsm.testing.lockstep.run import Answer, Fault, place_of, probe, record, run_all
from refund_fsm.testing.lockstep.search import MAX_CALLS, Found, Search, Shortest
from refund_fsm.testing.lockstep.shared import sharing
from refund_fsm.testing.lockstep.trace import Trace
from refund_fsm.workflow import FrozenDict, Policy, Workflow

WITH_W = ("refusals", "limits", "conditions", "boundaries", "w")  # what the complete suite leaves to others comes first, being short
CHUNK = 64  # plans that are written before they are carried out
MAX_NUMBER = 10_000_000
MOST_KINDS = 1000  # that may be asked for

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

    `shared()` gives a backend, and `make(backend)` a case on it: when no single case departs, pairs of cases of one order follow, on one
    backend, interleaved, and what comes back is a `PairReport` (see `pairs`).

    Raises `BadData` before anything runs: a wrong argument, an implementation without its methods, names with a hole in them.
    """
    _check(make, workflow, examples, seed, timeout, max_search_calls)
    if type(most) is not int or not 1 <= most <= MOST_KINDS:
        raise BadData("most", most, f"a whole number from 1 to {MOST_KINDS:,}")
    without = left_out(leave_out)
    fitted = fit(names, workflow)
    wanted = _wanted(criterion)
    policy = _policy(policy, wanted, fitted)
    if criterion == "w" and size_of(fitted.workflow, policy) > MAX_ROWS:  # truth tables that are too long
        wanted = ["mcdc" if one == "conditions" else one for one in wanted]
    both = None if shared is None else sharing(make, shared, isolation)
    place = place_for(isolation, both or make, timeout)
    try:
        run = _Lockstep(place, both or make, Table(fitted, policy, without), timeout, most)
        known = run.report(wanted, examples, seed, max_search_calls)
        pairs = None if both is None else Pairs(place, both, Setting(fitted, policy, run._abilities), timeout)
        return known if pairs is None else pairs.report(known, examples, seed, max_search_calls)
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
                cases, steps = self._cases, self._steps
                self._carry_out(self._of_suite(suite))
                suites.append(SuiteRun(suite.criterion, self._cases - cases, self._steps - steps))
        before = self._cases
        if not self._gathered.ended:
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
