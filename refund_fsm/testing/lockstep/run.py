"""Owns the carrying out of plans on implementations: every call, what came of it, and the first that is not as expected.

Runs wherever `isolation` puts it, in another process too, so everything here can be pickled. Must not know a workflow.
"""

from __future__ import annotations

from collections.abc import MutableSequence, Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple

from refund_fsm.errors import Ending, shown
from refund_fsm.testing.lockstep.implementation import Abilities, CallFault, Make, SignatureFault, abilities_of
from refund_fsm.testing.lockstep.plan import Call, Plan

Kind = Literal["state", "acceptance", "deadline", "raised", "hung", "nonsense"]
Part = Literal["make", "open", "apply", "advance", "news", "state", "due", "close"]

LET_THROUGH = (KeyboardInterrupt, Ending)
OPENING = -1  # the place of the opening among the calls
STAGES = 4  # of a call, in the order of `_PARTS`, counted in `Progress`
_PARTS: tuple[Part, ...] = ("apply", "state", "due", "close")
Progress = MutableSequence[int]  # the number of the plan, and `(place + 2) * STAGES + stage`; making is place −2


class Fault(NamedTuple):
    """The first thing that is not as expected: in which part of which call (`place`; −1: the opening). `expected` is of the kind
    of `got`, except where something was raised, hung or made no sense: `got` says what, in words."""

    kind: Kind
    place: int
    part: Part
    expected: Any
    got: Any


class Answer(NamedTuple):
    """What an implementation said to a call. `taken` is None for an opening and for time that passes."""

    taken: bool | None
    said: str
    due: datetime | None


def place_of(progress: Sequence[int]) -> tuple[int, int, Part]:
    """The number of the plan, the place of the call and its part, as last written down."""
    place, stage = progress[1] // STAGES - 2, _PARTS[progress[1] % STAGES]
    return progress[0], place, ("make" if place < OPENING else "open" if place == OPENING else stage) if stage == "apply" else stage


def probe(make: Make, progress: Progress) -> Abilities | Fault:
    """Makes one implementation, looks at its methods and closes it. `SignatureFault` when they are not as they must be."""
    progress[0], progress[1] = 0, 0
    try:
        made = make()
        found = abilities_of(made)
        if found.closes:
            progress[1] = 3
            made.close()
    except (*LET_THROUGH, SignatureFault):
        raise
    except BaseException as error:
        return raised(error, progress)
    return found


def run_all(make: Make, plans: Sequence[Plan], progress: Progress) -> tuple[int, Fault] | None:
    """Carries out plans until one fails: its number and what failed."""
    for number, plan in enumerate(plans):
        progress[0] = number
        fault = run(make, plan, progress)
        if fault is not None:
            return number, fault
    return None


def run(make: Make, plan: Plan, progress: Progress, answers: list[Answer] | None = None) -> Fault | None:
    """Carries out a plan on a fresh implementation, up to the first fault. What was answered is added to `answers`.

    Whatever the implementation raises is a fault, `SystemExit` too; only `LET_THROUGH` is not.
    """
    made: Any = None
    progress[1] = 0
    try:
        made = make()
        progress[1] = STAGES
        made.open(plan.order, plan.request, plan.at)
        fault = _look(made, plan, OPENING, progress, None, answers) or _play(made, plan, progress, answers)
    except LET_THROUGH:
        raise
    except BaseException as error:
        fault = raised(error, progress)
    if plan.closes and made is not None:
        progress[1] = (len(plan.calls) + 2) * STAGES + 3
        try:
            made.close()
        except LET_THROUGH:
            raise
        except BaseException as error:
            fault = fault or raised(error, progress)
    return fault


def raised(error: BaseException, progress: Progress) -> Fault:
    """What was raised, as a fault of the call that was last written down."""
    _, place, part = place_of(progress)
    if isinstance(error, CallFault):
        return Fault(error.kind, place, part, None, error.told)
    try:
        told = " ".join(str(error).split())
    except Exception:  # an exception that cannot even be said
        told = ""
    return Fault("raised", place, part, None, f"{type(error).__name__}{': ' if told else ''}{told[:500]}")


def _play(made: Any, plan: Plan, progress: Progress, answers: list[Answer] | None) -> Fault | None:
    """Every call in turn. What happens when all is well is kept short: it is what bulk runs do."""
    apply, state, closely = made.apply, made.state, plan.compares_due or answers is not None
    place, count = -1, STAGES
    for call in plan.calls:
        place += 1
        count += STAGES
        progress[1] = count
        event, by, at, details, taken, allowed, _, _ = call
        if event is None:
            got = taken
            made.news(details["order"], at) if details else made.advance(at)
        else:
            got = apply(event, by, at, {**details})
        progress[1] = count + 1
        said = state()
        if got is not taken or type(said) is not str or said not in allowed or closely:
            fault = _judge(made, plan, place, progress, (got, said), answers)
            if fault is not None:
                return fault
    return None


def _judge(made: Any, plan: Plan, place: int, progress: Progress, got: tuple[object, object], answers: list[Answer] | None) -> Fault | None:
    call, (taken, said) = plan.calls[place], got
    if not isinstance(taken, bool):
        return Fault("nonsense", place, "apply", call.taken, f"apply gave {shown(taken)}, which is no bool")
    fault = _look(made, plan, place, progress, (taken, said), answers)
    if taken is not call.taken:  # said first: a wrong state may follow from it
        return Fault("acceptance", place, "apply", call.taken, taken)
    return fault


def _look(
    made: Any, plan: Plan, place: int, progress: Progress, got: tuple[bool, object] | None, answers: list[Answer] | None
) -> Fault | None:
    """Compares state and deadline. `got`: what `apply` and `state` gave; None at the opening, where nothing was asked yet."""
    wanted: Plan | Call = plan if place == OPENING else plan.calls[place]
    base = (place + 2) * STAGES
    progress[1] = base + 1
    said = made.state() if got is None else got[1]
    due: object = None
    if plan.compares_due:
        progress[1] = base + 2
        due = made.due()
    if answers is not None:
        taken = None if got is None or (isinstance(wanted, Call) and wanted.event is None) else got[0]
        answers.append(Answer(taken, _plain(said) if isinstance(said, str) else shown(said), due if isinstance(due, datetime) else None))
    return compared(place, (said, wanted.said, plan.known), (due, wanted.due) if plan.compares_due else None)


def compared(place: int, state: tuple[object, frozenset[str], frozenset[str]], due: tuple[object, datetime | None] | None) -> Fault | None:
    """What is wrong with a state (as it was said, what is expected, what there is) or else with a deadline (as said, as expected)."""
    said, allowed, known = state
    if not isinstance(said, str):
        return Fault("nonsense", place, "state", allowed, f"state gave {shown(said)}, which is no text")
    if said not in known:
        return Fault("nonsense", place, "state", allowed, f"state gave {shown(said)}, which is none of its states")
    if said not in allowed:
        return Fault("state", place, "state", allowed, _plain(said))
    if due is None:
        return None
    got, wanted = due
    if got is not None and (not isinstance(got, datetime) or got.utcoffset() is None):
        return Fault("nonsense", place, "due", wanted, f"due gave {shown(got)}, which is no instant with a time zone, nor None")
    return None if got == wanted else Fault("deadline", place, "due", wanted, got)


def _plain(said: str) -> str:
    """The text of a member of an enumeration, which another process need not know."""
    return str.__str__(said)


def record(make: Make, plan: Plan, progress: Progress) -> tuple[Fault | None, list[Answer]]:
    """Carries out a plan once more and keeps what was answered, up to the first fault."""
    progress[0] = 0
    answers: list[Answer] = []
    return run(make, plan, progress, answers), answers
