"""Owns what `refund-fsm simulate`, `exact` and `compare` understand: which question is asked, and by what it is answered.

Must not print. Every `BadData` names the option.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refund_fsm.cli.options import instant_of, naming, policy_of
from refund_fsm.cli.outputs import apart, inputs_of, output_of
from refund_fsm.cli.progress import bar, notices
from refund_fsm.errors import BadData
from refund_fsm.orders.lookup import workflow_of
from refund_fsm.simulate.behaviour import Behaviour, shipped
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import Policy, Workflow

if TYPE_CHECKING:
    from refund_fsm.simulate import Comparison, Law, Result, Sensitivity
    from refund_fsm.simulate.report.settings import Many

START = datetime(
    2026, 2, 12, 10, tzinfo=SHANGHAI
)  # the last Thursday before the Spring Festival of 2026: a start that is hard on deadlines
STEP_HOURS, HORIZON_DAYS = 1.0, 120.0
COARSE_HOURS = 4.0
GUIDE, STATUTE = "guide", "statute"
LONG = 10_000  # cells of a lattice from which on it is told before what it will take
GROWTH = 1.4  # the power of the cells by which the time grows: measured from 1 hour to 0.05, on the shop
CASES, SEED = 100_000, 1
CHANGES = "changes"  # what the bar of a sensitivity counts
RANKERS = 2  # threads that a sensitivity has
BEHAVIOUR_FIELDS = ("behaviour", "choices", "mix", "facts", "amount", "note", "order_type")


@dataclass(frozen=True)
class Question:
    """What is asked of which workflow, policy, behaviour and start. `file` is where the behaviour was read from, if it was, and `inputs`
    are all files that were read."""

    workflow: Workflow
    behaviour: Behaviour
    policy: Policy | None
    start: datetime
    file: str | None = None
    inputs: tuple[Path, ...] = ()

    def law(self, step_hours: float | None = None, horizon_days: float | None = None) -> Law:
        """The exact answer."""
        from refund_fsm.simulate import first_passage

        with named(self.file, step=step_hours, horizon=horizon_days), notices():
            return first_passage(self.workflow, self.behaviour, **self._on_lattice(step_hours, horizon_days))

    def rough_law(self, step_hours: float | None, horizon_days: float | None) -> tuple[Law, str] | None:
        """Of a lattice that takes long, the answer on the library's own step, and what the whole one will take, in words; else None."""
        from refund_fsm.simulate.law import checked_step

        lattice = self._on_lattice(step_hours, horizon_days)
        step, hour = lattice["step"], STEP_HOURS * timedelta(hours=1)
        with named(self.file, step=step_hours, horizon=horizon_days):
            checked_step(step, lattice["horizon"])  # what makes no lattice is said before anything is computed
        if step >= hour or lattice["horizon"] / step <= LONG:
            return None
        self.law(COARSE_HOURS, horizon_days)  # so that compiling is not timed
        begun = time.perf_counter()
        rough = self.law(STEP_HOURS, horizon_days)
        finer = hour / step
        seconds = (time.perf_counter() - begun) * finer**GROWTH
        size = f"{lattice['horizon'] / step:,.0f} cells: about {seconds:,.0f} s and {rough.nbytes * finer / 1e9:,.1f} GB"
        return rough, size

    def ranked(self, step_hours: float | None, horizon_days: float | None, figures: Sequence[str] | None) -> Sensitivity | None:
        """What the exact answer does when something changes; without a step on the library's own, which is coarser than the law's.

        None when it is interrupted a second time, before anything is known.
        """
        from refund_fsm.simulate import sensitivity

        lattice = self._on_lattice(step_hours, horizon_days)
        if step_hours is None:
            del lattice["step"]
        try:
            with named(self.file, step=step_hours, horizon=horizon_days), notices(), bar(1, CHANGES) as progress:
                return sensitivity(self.workflow, self.behaviour, **lattice, figures=figures, workers=RANKERS, progress=progress)
        except KeyboardInterrupt:
            return None

    def figures(self, asked: Sequence[str]) -> tuple[str, ...] | None:
        """The figures to be ranked, looked at before the long work begins; None: the library's own choice."""
        from refund_fsm.simulate import figures

        for name in asked:
            try:
                figures.label_of(self.workflow, name)
            except BadData as error:
                raise BadData("--figure", error.value, error.expected) from None
            if name == "statutory":
                raise BadData("--figure", name, "a figure of the law; statutory is in simulations only")
        return tuple(dict.fromkeys(asked)) or None

    def _on_lattice(self, step_hours: float | None, horizon_days: float | None) -> dict[str, Any]:
        step = span_of("--step", STEP_HOURS if step_hours is None else step_hours, timedelta(hours=1), "hours")
        horizon = span_of("--horizon", HORIZON_DAYS if horizon_days is None else horizon_days, timedelta(days=1), "days")
        return {"start": self.start, "policy": self.policy, "step": step, "horizon": horizon}

    def played(self, *, cases: int, seed: int, workers: int = 1, log: Path | None = None, label: str = "") -> Result:
        """The simulated answer, with a progress bar on a terminal; partial after Ctrl-C, as `simulate` has it."""
        from refund_fsm.simulate import simulate

        with named(self.file), notices(), bar(cases, "cases", label) as advance:
            return simulate(
                self.workflow,
                self.behaviour,
                cases=cases,
                seed=seed,
                start=self.start,
                policy=self.policy,
                workers=workers,
                log=log,
                progress=advance,
            )


@contextmanager
def named(file: str | None, *, step: float | None = None, horizon: float | None = None) -> Iterator[None]:
    """What is wrong is told by the option that it came with, lengths of time as they were typed. `file` is where the behaviour was read
    from, if it was."""
    typed = {"step": ("hours", STEP_HOURS if step is None else step), "horizon": ("days", HORIZON_DAYS if horizon is None else horizon)}
    try:
        yield
    except BadData as error:
        if error.field.startswith("--"):
            raise
        if error.field in typed:
            unit, value = typed[error.field]
            raise BadData(f"--{error.field}", value, f"a number of {unit}: {error.expected}") from None
        place = error.field.partition(".")[0].partition("[")[0].partition(":")[0]
        if place in BEHAVIOUR_FIELDS:
            raise BadData(f"--behaviour {file or '(the default)'}: {error.field}", error.value, error.expected) from None
        raise BadData(f"--{error.field}", error.value, error.expected) from None


def question(order_type: str, policy: str | None, behaviour: str | None, start: str | None) -> Question:
    """The question that the options ask; `BadData` names the option."""
    return _about(workflow_of(order_type), policy, behaviour, start)


def _about(workflow: Workflow, policy: str | None, behaviour: str | None, start: str | None) -> Question:
    found, judged = behaviour_of(workflow, behaviour), policy_of(policy, "--policy")
    inputs = inputs_of(policy, judged, behaviour)
    return Question(workflow, found, judged, START if start is None else instant_of(start, "--start"), behaviour, inputs)


def behaviour_of(workflow: Workflow, file: str | None, *, made_up: bool = False) -> Behaviour:
    """The behaviour of a TOML file, or the one that ships for the workflow; it fits the workflow. `made_up`: else a skeleton."""
    if file is None and workflow.key not in shipped():
        if made_up:
            from refund_fsm.simulate import skeleton

            return skeleton(workflow)
        expected = f"a file: none ships for {workflow.key}; `refund-fsm behaviour MODULE:NAME --toml` writes one to start from"
        raise BadData("--behaviour", None, expected)
    try:
        found = Behaviour.default(workflow.key) if file is None else Behaviour.from_file(file)
    except BadData as error:
        place = "--behaviour" if error.field in ("behaviour", "order_type") else f"--behaviour {error.field}"
        raise BadData(place, error.value, error.expected) from None
    try:
        found.check(workflow)
    except BadData as error:
        raise BadData(f"--behaviour {file or '(the default)'}: {error.field}", error.value, error.expected) from None
    return found


def two_questions(
    order_type: str, policies: Sequence[str], behaviours: Sequence[str], starts: Sequence[str], other: str | None
) -> tuple[Question, Question]:
    """What is compared: each option given twice differs, given once it holds for both. With nothing that differs: guide and statute,
    or, where that is not the guide, the workflow's own profile and the guide."""
    for option, given in (("--policy", policies), ("--behaviour", behaviours), ("--start", starts)):
        if len(given) > 2:
            raise BadData(option, given[2], f"{option} once for both, or twice")
    workflow = workflow_of(order_type)
    if other is None and not policies and len(behaviours) < 2 and len(starts) < 2:
        policies = (workflow.profile, STATUTE if workflow.profile == GUIDE else GUIDE)
    if other is None and all(len(set(given)) < 2 for given in (policies, behaviours, starts)):
        raise BadData("--policy", policies[0], "something that differs: --policy, --behaviour or --start twice, or --other")
    a = _about(workflow, _nth(policies, 0), _nth(behaviours, 0), _nth(starts, 0))
    return a, _about(workflow if other is None else workflow_of(other), _nth(policies, 1), _nth(behaviours, 1), _nth(starts, 1))


def _nth(given: Sequence[str], place: int) -> str | None:
    return given[min(place, len(given) - 1)] if given else None


@dataclass(frozen=True)
class Means:
    """By what a question is answered: by the exact law on a lattice, or by so many cases."""

    cases: int | None
    seed: int
    workers: int
    step_hours: float | None
    horizon_days: float | None

    def answer(self, asked: Question, label: str) -> Many:
        """The answer, whole: an interrupt that leaves it partial ends all."""
        if self.cases is None:
            return asked.law(self.step_hours, self.horizon_days)
        result = asked.played(cases=self.cases, seed=self.seed, workers=self.workers, label=label)
        if result.partial:
            raise KeyboardInterrupt
        return result


def means_of(cases: int | None, seed: int | None, workers: int, step_hours: float | None, horizon_days: float | None) -> Means:
    """What the options say; `BadData` naming one that has no effect beside the others."""
    idle = (("--seed", seed),) if cases is None else (("--step", step_hours), ("--horizon", horizon_days))
    for option, given in idle:
        if given is not None:
            raise BadData(option, given, "--cases beside it" if cases is None else "no --cases beside it: that simulates")
    return Means(cases, SEED if seed is None else seed, workers, step_hours, horizon_days)


def compared(pair: tuple[Question, Question], means: Means) -> Comparison:
    """Both answers compared."""
    from refund_fsm.simulate import compare

    one, other = (means.answer(asked, f"{number} / 2") for number, asked in enumerate(pair, 1))
    return compare(one, other)


def corners(pair: tuple[Question, Question], means: Means) -> tuple[Many, ...]:
    """The answers for the policy of each with the start of the other, where two policies and two starts are compared; else none."""
    a, b = pair
    if a.workflow is not b.workflow or a.policy == b.policy or a.start == b.start:
        return ()
    crossed = replace(a, start=b.start), replace(b, start=a.start)
    return tuple(means.answer(asked, f"{number} / 2") for number, asked in enumerate(crossed, 1))


def plot_path(name: str | None, *asked: Question) -> Path | None:
    """The file for a plot, looked at before the long work begins."""
    if name is None:
        return None
    from refund_fsm.simulate.report.page import checked_path

    with naming(path="--plot"):
        checked_path(name)
    return output_of(name, "--plot", chain.from_iterable(one.inputs for one in asked), partial=True)


def log_path(name: str | None, asked: Question, plot: Path | None) -> Path | None:
    """The file for an event log, looked at before the long work begins."""
    found = output_of(name, "--log", asked.inputs, partial=True)
    apart([("--log", found), ("--plot", plot)])
    return found


def span_of(option: str, count: float, unit: timedelta, called: str) -> timedelta:
    """A length of time that an option gives as a number; the longest there is where it is longer, for whoever knows the bounds to refuse.
    `BadData` naming the option for what is no number."""
    try:
        return count * unit
    except OverflowError:
        return timedelta.max if count > 0 else timedelta.min
    except ValueError:
        raise BadData(option, count, f"a number of {called}") from None
