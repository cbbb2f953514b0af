"""Owns what `refund-fsm simulate`, `exact` and `compare` understand: which question is asked, and how Ctrl-C ends the answer.

Must not print. Every `BadData` names the option.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from refund_fsm.calendar import SHANGHAI
from refund_fsm.drawing import policy_of
from refund_fsm.errors import BadData
from refund_fsm.lookup import workflow_of
from refund_fsm.options import instant_of, naming
from refund_fsm.policy import PROFILES, Policy
from refund_fsm.simulate.behaviour import Behaviour
from refund_fsm.simulate.progress import bar
from refund_fsm.spec import Workflow

if TYPE_CHECKING:
    from refund_fsm.simulate import Comparison, Law, Result, Sensitivity

START = datetime(
    2026, 2, 12, 10, tzinfo=SHANGHAI
)  # the last Thursday before the Spring Festival of 2026: a start that is hard on deadlines
STEP_HOURS, HORIZON_DAYS = 1.0, 120.0
CASES, SEED = 100_000, 1
WORKERS_MOST = 1_024
BEHAVIOUR_FIELDS = ("behaviour", "choices", "mix", "facts", "amount", "note", "order_type")


@dataclass(frozen=True)
class Question:
    """What is asked of which workflow, policy, behaviour and start. `file` is where the behaviour was read from, if it was."""

    workflow: Workflow
    behaviour: Behaviour
    policy: Policy | None
    start: datetime
    file: str | None = None

    def law(self, step_hours: float | None = None, horizon_days: float | None = None) -> Law:
        """The exact answer."""
        from refund_fsm.simulate import first_passage

        with self._named():
            return first_passage(self.workflow, self.behaviour, **self._on_lattice(step_hours, horizon_days))

    def sensitivity(self, step_hours: float | None = None, horizon_days: float | None = None) -> Sensitivity:
        """What the exact answer does when something changes."""
        from refund_fsm.simulate import sensitivity

        with self._named():
            return sensitivity(self.workflow, self.behaviour, **self._on_lattice(step_hours, horizon_days))

    def _on_lattice(self, step_hours: float | None, horizon_days: float | None) -> dict[str, Any]:
        step = span_of("--step", STEP_HOURS if step_hours is None else step_hours, timedelta(hours=1))
        horizon = span_of("--horizon", HORIZON_DAYS if horizon_days is None else horizon_days, timedelta(days=1))
        return {"start": self.start, "policy": self.policy, "step": step, "horizon": horizon}

    def played(self, *, cases: int, seed: int, workers: int = 1, log: Path | None = None, label: str = "") -> Result:
        """The simulated answer, with a progress bar on a terminal. Ctrl-C ends it with what is known so far; a second one at once."""
        from refund_fsm.simulate import simulate

        if not 1 <= workers <= WORKERS_MOST:  # the pool below wants to know it first
            raise BadData("--workers", workers, f"a whole number from 1 to {WORKERS_MOST:,}")
        with self._named(), bar(cases, "cases", label) as advance, _asking_to_stop() as asked, _Threads(workers, asked) as executor:
            return simulate(
                self.workflow,
                self.behaviour,
                cases=cases,
                seed=seed,
                start=self.start,
                policy=self.policy,
                workers=workers,
                executor=executor,
                log=log,
                progress=advance,
            )

    @contextmanager
    def _named(self) -> Iterator[None]:
        """What is wrong is told by the option that it came with."""
        try:
            yield
        except BadData as error:
            if error.field.startswith("--"):
                raise
            place = error.field.partition(".")[0].partition("[")[0].partition(":")[0]
            if place in BEHAVIOUR_FIELDS:
                raise BadData(f"--behaviour {self.file or '(the default)'}: {error.field}", error.value, error.expected) from None
            raise BadData(f"--{error.field}", error.value, error.expected) from None


def question(order_type: str, policy: str | None, behaviour: str | None, start: str | None) -> Question:
    """The question that the options ask; `BadData` names the option."""
    workflow = workflow_of(order_type)
    found = behaviour_of(workflow, behaviour)
    return Question(workflow, found, policy_of(policy, "--policy"), START if start is None else instant_of(start, "--start"), behaviour)


def behaviour_of(workflow: Workflow, file: str | None) -> Behaviour:
    """The behaviour of a TOML file, or the one that ships for the workflow; it fits the workflow."""
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
    """What is compared: each option given twice differs, given once it holds for both. With nothing that differs: guide and statute."""
    for option, given in (("--policy", policies), ("--behaviour", behaviours), ("--start", starts)):
        if len(given) > 2:
            raise BadData(option, given[2], f"{option} once for both, or twice")
    if other is None and not policies and len(behaviours) < 2 and len(starts) < 2:
        policies = PROFILES
    if other is None and all(len(set(given)) < 2 for given in (policies, behaviours, starts)):
        raise BadData("--policy", policies[0], "something that differs: --policy, --behaviour or --start twice, or --other")
    a = question(order_type, _nth(policies, 0), _nth(behaviours, 0), _nth(starts, 0))
    b = question(other or order_type, _nth(policies, 1), _nth(behaviours, 1), _nth(starts, 1))
    return a, b


def _nth(given: Sequence[str], place: int) -> str | None:
    return given[min(place, len(given) - 1)] if given else None


def compared(pair: tuple[Question, Question], answer: Callable[[Question, str], Any]) -> Comparison:
    """Both answers compared."""
    from refund_fsm.simulate import compare

    one, other = (answer(asked, f"{number} / 2") for number, asked in enumerate(pair, 1))
    return compare(one, other)


def partial_name(path: Path) -> Path:
    """Where what is partial goes: beside the name that was asked for."""
    return path.with_name(f"{path.stem}.partial{path.suffix}")


def plot_path(name: Path | None) -> Path | None:
    """The file for a plot, looked at before the long work begins."""
    if name is None:
        return None
    from refund_fsm.simulate.report import checked_path

    with naming(path="--plot"):
        return checked_path(name)


def span_of(option: str, count: float, unit: timedelta) -> timedelta:
    """A length of time that an option gives as a number; `BadData` naming the option."""
    try:
        return count * unit
    except (ValueError, OverflowError):
        raise BadData(option, count, "a number") from None


class _Threads(ThreadPoolExecutor):
    """Threads that take no more tasks once the end is asked for: `simulate` then ends with what it has, wherever it was just then."""

    def __init__(self, workers: int, asked: threading.Event) -> None:
        super().__init__(workers)
        self._asked = asked

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As for every executor; `KeyboardInterrupt` once the end is asked for."""
        if self._asked.is_set():
            raise KeyboardInterrupt
        return super().submit(fn, *args, **kwargs)


@contextmanager
def _asking_to_stop() -> Iterator[threading.Event]:
    """The first Ctrl-C is noted, so that no line of work is cut in half; a second one is an interrupt like any other."""
    asked = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before in (signal.SIG_IGN, None):
        yield asked
        return

    def note(number: int, frame: object) -> None:  # noqa: ARG001  # what a signal handler is given
        asked.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, note)
    try:
        yield asked
    finally:
        signal.signal(signal.SIGINT, before)
