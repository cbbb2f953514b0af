"""Owns the carrying out of plans on two cases that share a backend: every call, what came of it, and the first that is not as expected.

Runs wherever `isolation` puts it, in another process too, so everything here can be pickled. Must not know a workflow.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from refund_fsm.errors import shown
from refund_fsm.testing.lockstep.pair_plan import Look, PairCall, PairPlan
from refund_fsm.testing.lockstep.run import LET_THROUGH, STAGES, Answer, Fault, Part, Progress, compared, place_of, raised
from refund_fsm.testing.lockstep.shared import Shared, close_all

MAKING = -2  # the place of making the backend and both cases among the calls


class PairFault(NamedTuple):
    """A fault, and the case that shows it: None where neither is made yet, or both are closed."""

    fault: Fault
    case: int | None


class PairAnswer(NamedTuple):
    """What the cases said to a call: whether it was taken (None where nothing is taken), and each case that was looked at."""

    taken: bool | None
    looks: tuple[tuple[int, Answer], ...]


def run_pairs(make: Shared, plans: Sequence[PairPlan], progress: Progress) -> tuple[int, PairFault] | None:
    """Carries out plans until one fails: its number and what failed."""
    for number, plan in enumerate(plans):
        progress[0] = number
        fault = run_pair(make, plan, progress)
        if fault is not None:
            return number, fault
    return None


def record_pair(make: Shared, plan: PairPlan, progress: Progress) -> tuple[PairFault | None, list[PairAnswer]]:
    """Carries out a plan once more and keeps what was answered, up to the first fault."""
    progress[0] = 0
    answers: list[PairAnswer] = []
    return run_pair(make, plan, progress, answers), answers


def run_pair(make: Shared, plan: PairPlan, progress: Progress, answers: list[PairAnswer] | None = None) -> PairFault | None:
    """Carries out a plan on a fresh backend, up to the first fault; both cases are closed, then the backend, where they can be.

    Whatever they raise is a fault, `SystemExit` too; only `LET_THROUGH` is not.
    """
    progress[1] = 0
    made: list[Any] = []
    fault: PairFault | None = None
    try:
        backend = make.backend()
        made = [backend]
        made = [make.make(backend), backend]
        made = [made[0], make.make(backend), backend]
        fault = _same(made) or _play(made, plan, progress, answers)
    except LET_THROUGH:
        raise
    except BaseException as error:
        fault = fault_at(plan, raised(error, progress))
    progress[1] = (len(plan.calls) + 2) * STAGES + 3
    try:
        close_all(*made)
    except LET_THROUGH:
        raise
    except BaseException as error:
        fault = fault or fault_at(plan, raised(error, progress))
    return fault


def fault_at(plan: PairPlan, fault: Fault) -> PairFault:
    """A fault of a call whose place alone is known: that of the case which was called."""
    if not 0 <= fault.place < len(plan.calls):
        return PairFault(fault, None)
    call = plan.calls[fault.place]
    return PairFault(fault._replace(part=called(call)) if fault.part == "apply" else fault, call.case)


def called(call: PairCall) -> Part:
    """The method that a call calls."""
    return "apply" if call.event is not None else "advance" if call.request is None else "open"


def reached(progress: Sequence[int], plans: Sequence[PairPlan], kind: Any, told: str) -> tuple[int, PairFault]:
    """The fault of a job that came no further than it wrote down, and the number of its plan."""
    number, place, part = place_of(progress)
    return number, fault_at(plans[number], Fault(kind, place, part, None, told))


def _same(made: Sequence[Any]) -> PairFault | None:
    if made[0] is not made[1]:
        return None
    return PairFault(Fault("nonsense", MAKING, "make", None, "make(backend) gave the same object for both cases"), None)


def _play(made: Sequence[Any], plan: PairPlan, progress: Progress, answers: list[PairAnswer] | None) -> PairFault | None:
    for place, call in enumerate(plan.calls):
        progress[1] = (place + 2) * STAGES
        got: object = None
        if call.request is not None:
            made[call.case].open(plan.order, call.request, call.at)
        elif call.event is None:
            made[call.case].advance(call.at)
        else:
            got = made[call.case].apply(call.event, call.by, call.at, {**call.details})
            if not isinstance(got, bool):
                return PairFault(Fault("nonsense", place, "apply", call.taken, f"apply gave {shown(got)}, which is no bool"), call.case)
        looks: list[tuple[int, Answer]] = []
        faults = [fault for look in call.looks if (fault := _looked(made[look.case], plan, place, look, progress, looks)) is not None]
        if answers is not None:
            answers.append(PairAnswer(got if isinstance(got, bool) else None, tuple(looks)))
        if got is not call.taken:  # said first: a wrong state may follow from it
            return PairFault(Fault("acceptance", place, "apply", call.taken, got), call.case)
        if faults:
            return faults[0]
    return None


def _looked(made: Any, plan: PairPlan, place: int, look: Look, progress: Progress, answers: list[tuple[int, Answer]]) -> PairFault | None:
    """Compares state and deadline of one case."""
    base = (place + 2) * STAGES
    progress[1] = base + 1
    said = made.state()
    due: object = None
    if plan.compares_due:
        progress[1] = base + 2
        due = made.due()
    answers.append(
        (look.case, Answer(None, str.__str__(said) if isinstance(said, str) else shown(said), due if isinstance(due, datetime) else None))
    )
    fault = compared(place, (said, look.said, plan.known), (due, look.due) if plan.compares_due else None)
    return None if fault is None else PairFault(fault, look.case)
