"""Owns legal paths and near misses as values, and how a string of bytes is read as one. Needs no Hypothesis.

Three bytes make a move: which of the verdicts of `RefundCase.actions`, after what wait, with which details. A zeroed byte
takes a move out, which is how Hypothesis shortens a path. Must not know an order type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple, get_args

from refund_fsm.case import NO_DETAILS, Code, Details, RefundCase, Verdict
from refund_fsm.scenario import Opening
from refund_fsm.testing.openings import EVIDENCE_KINDS, OPENING_BYTES, Choices, opening_of
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import CLOCK, Event, Evidence, Policy, Workflow

CODES: tuple[Code, ...] = get_args(Code)
BYTES = 3  # of one move: which event, how long to wait first, which details beyond the needed
MISS_BYTES = 8
GAPS = tuple(timedelta(minutes=m) for m in (0, 0, 1, 1, 60, 600, 1440, 4320, 11520))  # waits that do not look at the limit
NEAR = 7  # waits that do: half of what is left, a minute and a microsecond before, midnight, at the limit, and beyond it
TICK = timedelta(microseconds=1)
FRESH, KNOWN, STAYS = 24, 8, 4  # how often a move into a state not yet seen, into one seen, and an internal one are offered
TRACKING = ("SF1234567890", "YT-0001", "顺丰 7")


class Move(NamedTuple):
    """One event as `RefundCase.apply` takes it."""

    event: str
    at: datetime
    by: str
    details: Mapping[str, Any] = NO_DETAILS

    def on(self, case: RefundCase) -> RefundCase:
        """The case after the move; raises `Refused` where it is refused."""
        return case.apply(self.event, at=self.at, by=self.by, **self.details)

    def asked(self, case: RefundCase) -> Verdict:
        """What `RefundCase.ask` says to the move."""
        return case.ask(self.event, at=self.at, by=self.by, **self.details)

    def __repr__(self) -> str:
        more = ", ".join(f"{name}={value!r}" for name, value in self.details.items())
        return f"<{self.at.isoformat()} {self.by} {self.event}{f' ({more})' if more else ''}>"


@dataclass(frozen=True, slots=True)
class LegalPath:
    """An opening, moves that the case accepts one after the other, and the case that they lead to.

    A move of the clock stands for one advance: the last clock rule that fires in it.
    """

    opening: Opening
    moves: tuple[Move, ...]
    case: RefundCase

    @property
    def start(self) -> RefundCase:
        """The case as it was opened."""
        order, request, at = self.opening
        return RefundCase.open(order, request, at=at, policy=self.case.policy, workflow=self.case.workflow, case_id=self.case.case_id)

    def cases(self) -> tuple[RefundCase, ...]:
        """The case as opened and after each move, stepped anew."""
        found = [self.start]
        for move in self.moves:
            found.append(move.on(found[-1]))
        return tuple(found)

    def __repr__(self) -> str:
        rows = "".join(f"\n  {move!r}" for move in self.moves)
        return f"LegalPath to {self.case.state.key!r} from {self.opening!r}{rows}"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A legal path, and one move more that must be refused with `code`."""

    path: LegalPath
    move: Move
    code: Code


def path_of(data: bytes, workflow: Workflow, policy: Policy) -> LegalPath:
    """The legal path that the bytes stand for: `OPENING_BYTES` for the opening, one for where to stop, `BYTES` for each move.

    States not yet seen are preferred, and the end comes late, so that deep states do not starve.
    """
    opening = opening_of(Choices(data[:OPENING_BYTES]), workflow, policy)
    case = RefundCase.open(*opening[:2], at=opening.at, policy=policy, workflow=workflow)
    stop, *moves_data = data[OPENING_BYTES:]
    most = len(moves_data) // BYTES
    most -= stop % (most + 1)
    moves: list[Move] = []
    for place in range(0, len(moves_data), BYTES):
        if len(moves) == most or case.state.final:
            break
        pick, wait, extra = moves_data[place : place + BYTES]
        move = move_of(case, pick - 1, wait, extra) if pick else None
        if move is not None:
            moves.append(move)
            case = move.on(case)
    return LegalPath(opening, tuple(moves), case)


def move_of(case: RefundCase, pick: int, wait: int, extra: int) -> Move | None:
    """The move that three bytes stand for; None when nobody may do anything then."""
    at = _instant_after(case, wait)
    run = case.advance(to=at)
    if len(run.steps) > len(case.steps):
        return Move(run.steps[-1].event, at, CLOCK.key)
    offered = _offered(run)
    if not offered:
        return None
    event = offered[pick % len(offered)]
    return Move(event.name, at, event.actor.key, details_of(event, at, extra, len(case.steps)))


def _offered(case: RefundCase) -> list[Event]:
    """The allowed events of the present, each as often as it is to be drawn."""
    seen = {case.workflow.initial.key, *(step.dest.key for step in case.steps)}
    able = dict.fromkeys(rule.actor.key for rule in case.workflow.rules if rule.source.key == case.state.key and not rule.by_clock)
    offered: list[Event] = []
    for by in able:
        for verdict in case.actions(at=case.now, by=by):
            if verdict.rule is not None:
                dest = verdict.rule.dest
                often = STAYS if verdict.rule.internal else KNOWN if dest.key in seen else FRESH
                offered += [verdict.rule.event] * (1 + len(case.steps) // 2 if dest.final else often)
    return offered


def _instant_after(case: RefundCase, wait: int) -> datetime:
    """An instant that one byte stands for: 0 is now."""
    wait %= len(GAPS) + NEAR
    now, due = case.now, case.due
    if wait < len(GAPS):
        return now + GAPS[wait]
    near = wait - len(GAPS)
    if near == 0:
        return datetime.combine(now + timedelta(days=1), time.min, SHANGHAI)
    if due is None or due.at <= now:
        return now + GAPS[near]
    left = due.at - now
    return now + max(
        timedelta(0), (left / 2, left - timedelta(minutes=1), left - TICK, left, left + TICK, left + timedelta(days=3))[near - 1]
    )


def details_of(event: Event, at: datetime, extra: int, number: int) -> Mapping[str, Any]:
    """What the event needs, and by the bits of `extra` what it may carry."""
    needs = {*event.needs, *(name for bit, name in ((64, "note"), (128, "evidence")) if extra & bit)}
    found: dict[str, Any] = {}
    if "note" in needs:
        found["note"] = "说明：见聊天记录" if extra & 1 else "a note"
    if "tracking_no" in needs:
        found["tracking_no"] = TRACKING[extra % len(TRACKING)]
    if "evidence" in needs:
        piece = Evidence(kind=EVIDENCE_KINDS[extra % len(EVIDENCE_KINDS)], by=event.actor.key, at=at)
        found["evidence"] = (piece, piece) if extra & 1 else piece
    if extra & 32:
        found["event_id"] = f"E-{number}"
    return Details(found)


def near_miss_of(data: bytes, workflow: Workflow, policy: Policy) -> NearMiss:
    """The near miss that the bytes stand for: the first `MISS_BYTES` for the refused move, the others for the path before it.

    The path is cut back to where the wanted code can be had; where none of its cases can give it, the code is another.
    """
    choices, path = Choices(data[:MISS_BYTES]), path_of(data[MISS_BYTES:], workflow, policy)
    wanted, wait, cases = choices.pick(CODES), choices.byte(), path.cases()
    for code in dict.fromkeys((wanted, *reversed(CODES))):
        for length in range(len(path.moves), -1, -1):
            case = cases[length]
            run = case.advance(to=_instant_after(case, wait))
            found = _MISSES[code](case, run)
            if found:
                event, by, details = choices.pick(found)
                at = case.now - choices.pick(GAPS[2:]) if _is_early(code, case, choices) else run.now
                known = workflow.events.get(event)
                given = details_of(known, at, choices.byte() % 32, 0) if known and details is None else details or {}
                return NearMiss(LegalPath(path.opening, path.moves[:length], case), Move(event, at, by, given), code)
    raise AssertionError("an unknown event is refused everywhere")


def _is_early(code: Code, case: RefundCase, choices: Choices) -> bool:
    """Whether the refused move comes before the case's own instant; where another code has precedence it may."""
    may = code == "unknown_event" or (code == "case_final" and case.state.final)
    return code == "time_reversed" or (may and choices.pick((False, True)))


Miss = tuple[str, str, Mapping[str, Any] | None]  # event, actor, details; None: what the event needs


def _unknown_events(case: RefundCase, _run: RefundCase) -> list[Miss]:
    names = [name for event in case.workflow.events for name in (event.upper(), f"{event}s", "") if name not in case.workflow.events]
    return [(name, by, {}) for name in names for by in case.workflow.actors]


def _all_events(case: RefundCase, run: RefundCase) -> list[Miss]:
    """Every event by every actor, but for the clock's own that has just fired."""
    fired = run.steps[-1].event if len(run.steps) > len(case.steps) else None
    workflow = case.workflow
    return [(event, by, None) for event in workflow.events for by in workflow.actors if (event, by) != (fired, CLOCK.key)]


def _finals(case: RefundCase, run: RefundCase) -> list[Miss]:
    return _all_events(case, run) if run.state.final else []


def _reversals(case: RefundCase, _run: RefundCase) -> list[Miss]:
    return [] if case.state.final else _all_events(case, case)


def _wrong_states(case: RefundCase, run: RefundCase) -> list[Miss]:
    if run.state.final:
        return []
    return [miss for miss in _all_events(case, run) if (run.state.key, miss[0]) not in run.workflow.rules_at]


def _wrong_actors(case: RefundCase, run: RefundCase) -> list[Miss]:
    here = _here(run)
    return [miss for miss in _all_events(case, run) if miss[0] in here and here[miss[0]].actor.key != miss[1]]


def _not_due(case: RefundCase, run: RefundCase) -> list[Miss]:
    here = [event for event in _here(run).values() if event.actor.key == CLOCK.key]
    return [(event.name, CLOCK.key, {}) for event in here if (event.name, CLOCK.key, None) in _all_events(case, run)]


def _missing_details(_case: RefundCase, run: RefundCase) -> list[Miss]:
    here = [event for event in _here(run).values() if event.needs]
    return [(event.name, event.actor.key, details) for event in here for details in ({}, {"note": " \n"}, {"evidence": ()})]


def _failed_guards(_case: RefundCase, run: RefundCase) -> list[Miss]:
    found: list[Miss] = []
    for event in _here(run).values():
        facts = _judged(run, event)
        rules = run.workflow.rules_at[run.state.key, event.name]
        if event.actor.key != CLOCK.key and all(any(not guard(facts) for guard in rule.when) for rule in rules):
            found.append((event.name, event.actor.key, None))
    return found


def _here(run: RefundCase) -> dict[str, Event]:
    """The events that are possible in the present state, by name."""
    return {rule.event.name: rule.event for rule in run.workflow.rules if rule.source.key == run.state.key}


def _judged(run: RefundCase, event: Event) -> Any:
    """The facts that an event is judged by, said anew: derived at a filing event, with what the steps' effects have changed."""
    if not event.files:
        return run.facts
    changed = {}
    for step in run.steps:
        for one in run.workflow.fact_fields:
            if getattr(step.before, one.name) != getattr(step.after, one.name):
                changed[one.name] = getattr(step.after, one.name)
    fresh: Any = run.workflow.derive(run.order, run.request, run.now, run.policy)
    return replace(fresh, **changed)


_MISSES: dict[Code, Callable[[RefundCase, RefundCase], list[Miss]]] = {
    "unknown_event": _unknown_events,
    "case_final": _finals,
    "time_reversed": _reversals,
    "wrong_state": _wrong_states,
    "wrong_actor": _wrong_actors,
    "not_due": _not_due,
    "missing_detail": _missing_details,
    "guard_failed": _failed_guards,
}
