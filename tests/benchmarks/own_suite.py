"""How many mutants of the registered workflows our own tests kill: `pytest tests`, run in process on a faulty workflow.

Run by hand: `python -m tests.benchmarks.own_suite [--inside] [--sample N | --each N | --all] [--seed S] [--after N] [--json]`; with
`--inside` the mutants are those with a fault inside a guard, a derivation or a calendar. Each mutant is put in the place of the registered
workflow in a process forked for it, before any test module is imported; then the tests below run until one fails. Mutants that are
equivalent under every choice of a policy are not counted. One line per mutant goes to stderr as it is done. First the workflows as they are
must pass. A run that was ended goes on with `--after N`, which leaves out the first N mutants of the same sample, and what must pass first.
Exit code 1 when a mutant survives.

Only tests of behaviour count. In two parts, so that both figures can be given:
- `cases`: scenarios, cases worked by hand, stateful and property tests, soundness;
- `plain reading`: lockstep with `tests/case/oracle.py`, an independent reading of rules.md with tables of its own. It plays cases and
  compares what comes of them, so it counts; who takes it for a copy of the table looks at the first figure.

Faults inside are tried first on the tests that can see them (`FIRST`): those of a derivation on tests of filing, money, policies and
refusals, those of a calendar on tests of limits, those of a guard on tests of filing and refusals; then on all others, so that a survivor
has survived everything. That order saves time and changes no verdict.

Left out: `test_tables` and `test_the_plain_reading_has_the_same_states_and_limits` (copies of the rows), golden pictures, pages, fonts and
their bytes (`diagram/`, `cli/`, `test_readme`), texts (`advice/`, whose tables are written for the rows), tests of the engine on
workflows of their own or on whatever workflow it is given (`graph/`, `paths/`, `testing/lockstep/`, `scenario/test_path`,
`workflow/test_wellformed`, `case/test_saved` and the like).
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib
import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import pytest
from hypothesis import Phase, settings, stateful  # noqa: F401  # stateful: so that no fork has to import it

from refund_fsm import Policy, Workflow, orders
from refund_fsm.errors import WorkflowError
from refund_fsm.graph.shortest import choices
from refund_fsm.soundness import check  # noqa: F401  # the same
from refund_fsm.testing.hypothesis import strategies  # noqa: F401  # the same
from refund_fsm.testing.mutation import INSIDE, OPERATORS, Judge, Mutant, Teller, inner_mutants, mutants
from tests.places import ROOT

BY_HAND = ("refusals", "limits", "breaches", "money", "filing", "events", "value")
PARTS = {
    "cases": (
        "scenario/test_shipped",
        "scenario/test_playing",
        "workflow/test_policy",
        *(f"case/test_{subject}" for subject in BY_HAND),
        "soundness/test_soundness",
        "testing/hypothesis/test_stateful",
        "case/test_ends",
        "case/test_properties",
        "orders/test_official_refusals",
    ),
    "plain reading": ("case/test_plain_reading", "case/test_plain_reading_official"),
}
OFFICIAL = ("test_official_refusals", "test_plain_reading_official")  # modules about the platform's own table alone
FIRST = {  # of a fault inside, by its subject (another is a guard): what is run before the rest
    "facts_of": ("case/test_filing", "case/test_money", "workflow/test_policy", "case/test_refusals"),
    "calendar": ("case/test_limits", "case/test_breaches", "workflow/test_policy"),
    "": ("case/test_filing", "case/test_refusals", "case/test_events"),
}
PLAIN = "test_the_plain_reading_agrees"
SOUND = "test_the_workflows_are_sound_and_need_every_acceptance"
# Tests of loads and of files say nothing of a table.
LOADS = (
    "test_a_case_takes_ten_thousand_events",
    "test_a_file_may_have_so_many_events_and_no_more",
    "test_a_bad_file_is_named",
)  # say nothing of a table
LOADED = ("-W", "ignore:Module already imported")  # the package is, so that no fork has to
PROCESSES = 2
SECONDS = 300  # for one part on one mutant; a mutant on which the tests go on longer is a survivor


class Result(NamedTuple):
    """What became of a mutant: the part and the test that killed it (None: none did), whether the time was up, and how long it
    took; `refused`: whether a `Workflow` of this table cannot even be built."""

    operator: str
    name: str
    workflow: str
    part: str | None
    test: str | None
    timeout: bool
    refused: bool
    seconds: float


class Selection:
    """A pytest plugin: the tests of one part that concern one workflow, and the first that fails."""

    def __init__(self, workflow: Workflow, part: str, original: Workflow) -> None:
        self.workflow, self.part = workflow, part
        self.facts = [one.name for one in original.fact_fields]
        self.failed: str | None = None

    def pytest_configure(self) -> None:
        """What fails need not be made small."""
        settings.register_profile("mutants", parent=settings.get_profile("ci"), phases=(Phase.explicit, Phase.generate))
        settings.load_profile("mutants")

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self._counts(item)]
        modules: set[Any] = {getattr(item, "module", None) for item in items}
        for module in modules:
            if hasattr(module, "asdict"):  # what counts repetitions in a mutant is not for tests to see
                module.asdict = self._asdict

    def _counts(self, item: pytest.Item) -> bool:
        name = getattr(item, "originalname", item.name)
        module = item.path.stem
        if name in LOADS or (module == "test_soundness" and name != SOUND):
            return False
        if module in OFFICIAL and self.workflow.key != "shop_official":
            return False
        if self.part == "plain reading" and not name.startswith(PLAIN):
            return False
        given = getattr(item, "callspec", None)
        return given is None or not any(self._other(value) for value in given.params.values())

    def _other(self, value: Any) -> bool:
        """Whether a parameter is another workflow."""
        key = value.key if isinstance(value, Workflow) else value
        return key in (*orders.keys(), "exchange") and key != self.workflow.key

    def _asdict(self, facts: Any) -> dict[str, Any]:
        return {name: value for name, value in asdict(facts).items() if name in self.facts}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = self.failed or report.nodeid


def _tested(original: Workflow, mutant: Mutant | None, part: str) -> str | None:
    """The first test of a part that fails on a mutant; None: on the workflow as it is. To be called in a process of its own."""
    workflow = original if mutant is None else mutant.workflow
    if mutant is not None and mutant.calendar is not None:
        _count_by(mutant)
    module: Any = importlib.import_module(str(orders.REGISTRY[workflow.key]))
    module.WORKFLOW = workflow
    selection = Selection(workflow, part, original)
    inside = mutant is not None and mutant.operator in INSIDE
    first = [name for name in FIRST.get(mutant.subject, FIRST[""]) if name in PARTS[part]] if mutant is not None and inside else []
    files = [str(ROOT / "tests" / f"{name}.py") for name in dict.fromkeys((*first, *PARTS[part]))]
    code = pytest.main(["-x", "-p", "no:cacheprovider", "--tb=no", *LOADED, f"--rootdir={ROOT}", *files], plugins=[selection])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) and selection.failed is None:
        return f"pytest ended with {code!r}"
    return selection.failed


def _count_by(mutant: Mutant) -> None:
    """Has every policy of this process count by the faulty calendar."""
    right: Any = Policy.__dict__["calendar"]
    make, known = mutant.calendar, dict[Policy, Any]()
    assert make is not None

    def calendar(policy: Policy) -> Any:
        if policy not in known:
            known[policy] = make(right.func(policy))
        return known[policy]

    Policy.calendar = property(calendar)  # type: ignore[assignment,method-assign]  # the fault, in a process of its own


class Run:
    """One part run on one workflow, or on a mutant of it, in a forked process."""

    def __init__(self, original: Workflow, mutant: Mutant | None, part: str) -> None:
        self.started = time.monotonic()
        reading, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            self._child(original, mutant, part, writing)
        os.close(writing)
        self.reading = reading

    def _child(self, original: Workflow, mutant: Mutant | None, part: str, writing: int) -> None:
        os.setpgid(0, 0)
        os.environ["CI"] = "1"
        os.chdir(ROOT)
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        failed: str | None = "the tests could not be run"
        with contextlib.suppress(BaseException):
            failed = _tested(original, mutant, part)
        os.write(writing, json.dumps(failed).encode())
        os._exit(0)

    def answer(self) -> tuple[str | None, bool] | None:
        """The test that failed and whether the time is up; None while it runs."""
        if not select.select([self.reading], [], [], 0)[0]:
            if time.monotonic() - self.started < SECONDS:
                return None
            os.killpg(self.pid, signal.SIGKILL)
            return self._ended((None, True))
        told = os.read(self.reading, 65_536)
        return self._ended((json.loads(told) if told else "the process died", False))

    def _ended(self, answer: tuple[str | None, bool]) -> tuple[str | None, bool]:
        os.close(self.reading)
        os.waitpid(self.pid, 0)
        return answer


def judged(mutant: Mutant) -> Iterator[Result | None]:
    """Runs the parts on a mutant one after the other; None while a part runs."""
    workflow, started = mutant.workflow, time.monotonic()
    part, test, late = None, None, False
    for part in PARTS:
        run = Run(mutant.original, mutant, part)
        while (answer := run.answer()) is None:  # ends: a part has SECONDS
            yield None
        test, late = answer
        if test or late:
            break
    killed = part if test else None
    yield Result(mutant.operator, mutant.name, mutant.original.key, killed, test, late, _is_refused(workflow), time.monotonic() - started)


def _is_refused(workflow: Workflow) -> bool:
    try:
        Workflow(**{name: getattr(workflow, name) for name in workflow.__dataclass_fields__})
    except WorkflowError:
        return True
    return False


def results(chosen: Sequence[Mutant], processes: int = PROCESSES) -> Iterator[Result]:
    """What becomes of every mutant, so many at a time."""
    waiting, running = list(reversed(chosen)), list[Iterator[Result | None]]()
    while waiting or running:  # ends: a part that runs too long is ended
        while waiting and len(running) < processes:
            running.append(judged(waiting.pop()))
        for one in list(running):
            result = next(one)
            if result is not None:
                running.remove(one)
                yield result
        time.sleep(0.01)


def drawn(sample: int | None, each: int | None, seed: int, *, inside: bool = False) -> list[Mutant]:
    """Mutants of all registered workflows that are not equivalent: all, `sample` of them all together, or `each` of every operator;
    `inside`: of those with a fault inside, told under the workflow's own policy."""
    make = inner_mutants if inside else mutants
    every = [mutant for key in orders.keys() for mutant in make(orders.get(key))]
    random.Random(seed).shuffle(every)
    judges: dict[str, list[Judge | Teller]] = {
        key: [Teller(orders.get(key))] if inside else [Judge(orders.get(key), policy) for policy in choices(orders.get(key))]
        for key in orders.keys()
    }
    chosen, by_operator = list[Mutant](), Counter[str]()
    for mutant in every:
        if sample is not None and len(chosen) == sample:
            break
        if each is not None and by_operator[mutant.operator] == each:
            continue
        if not all(judge.equivalent(mutant) for judge in judges[mutant.original.key]):
            chosen.append(mutant)
            by_operator[mutant.operator] += 1
    return chosen


def passes(key: str) -> bool:
    """Whether the tests pass on the workflow as it is."""
    for part in PARTS:
        run = Run(orders.get(key), None, part)
        while (answer := run.answer()) is None:  # ends: a part has SECONDS
            time.sleep(0.05)
        print(f"{key} as it is: {part}: {answer[0] or 'passes'}{' (too late)' if answer[1] else ''}", file=sys.stderr)
        if answer != (None, False):
            return False
    return True


def told(found: Sequence[Result]) -> Iterator[str]:
    """The tables, and every survivor by name."""
    yield "| operator | mutants | killed | by `cases` alone | by `plain reading` | refused when built | survive |"
    yield "|---|---|---|---|---|---|---|"
    for operator in (*OPERATORS, *INSIDE, "all"):
        rows = [one for one in found if operator in (one.operator, "all")]
        if rows:
            parts = Counter(one.part for one in rows)
            killed = len(rows) - parts[None]
            share = f"{killed} ({100 * killed / len(rows):.1f} %) | {parts['cases']} | {parts['plain reading']}"
            yield f"| {operator} | {len(rows)} | {share} | {sum(one.refused for one in rows)} | {parts[None]} |"
    yield ""
    tests = Counter(one.test.partition("::")[2].partition("[")[0] or one.test for one in found if one.test)
    yield "| the first test to fail | mutants |"
    yield "|---|---|"
    yield from (f"| `{test}` | {number} |" for test, number in tests.most_common())
    yield ""
    for one in found:
        if one.part is None:
            yield f"- survives: {one.workflow}: {one.name}{' (time-out)' if one.timeout else ''}"


def main() -> int:
    """Prints what our tests kill; 1 when a mutant survives, or the workflows as they are do not pass."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--sample", type=int, default=300, help="mutants of all workflows together; default: 300")
    which.add_argument("--each", type=int, help="mutants of every operator")
    which.add_argument("--all", action="store_true")
    parser.add_argument("--inside", action="store_true", help="faults inside guards, derivations and calendars instead of those of rows")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--after", type=int, default=0, help="mutants that a run before has done; default: 0")
    parser.add_argument("--processes", type=int, default=PROCESSES, help=f"mutants in hand at once; default: {PROCESSES}")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    if not given.after and False in {passes(key) for key in orders.keys()}:
        return 1
    chosen = drawn(None if given.all or given.each else given.sample, given.each, given.seed, inside=given.inside)
    gc.freeze()  # forks share what is there
    found: list[Result] = []
    for result in results(chosen[given.after :], given.processes):
        found.append(result)
        verdict = f"{result.part}: {result.test}" if result.part else "SURVIVES"
        print(
            f"{given.after + len(found)}/{len(chosen)} {result.seconds:.0f} s {result.workflow}: {result.name}: {verdict}", file=sys.stderr
        )
    print(json.dumps([one._asdict() for one in found], ensure_ascii=False, indent=1) if given.json else "\n".join(told(found)))
    return int(any(one.part is None for one in found))


if __name__ == "__main__":
    sys.exit(main())
