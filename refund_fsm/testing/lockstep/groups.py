"""Owns when two departures are of one kind, and the gathering of several kinds in one run. Must not call an implementation."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from refund_fsm.scenario import Opening, Player
from refund_fsm.testing.lockstep.circumstances import verdict_of
from refund_fsm.testing.lockstep.names import Fit
from refund_fsm.testing.lockstep.plan import Plan, Told
from refund_fsm.testing.lockstep.run import OPENING, Fault, Kind, Part
from refund_fsm.workflow import Policy

MAX_FAULTS = 1000  # cases that depart in one run: a service that does so everywhere is not led through all suites
MAX_UNANSWERED = 3  # calls that hang in one run: each costs a time-out

Case = tuple[Opening, list[Told], Plan]


class Group(NamedTuple):
    """What kind of departure one is. Two that agree in all of this are of one kind.

    `kind` and `part` as in `Divergence`; `event` in our names, None where none is sent, and for a deadline, which is its state's
    whatever led there. `expected`: the code of the refusal with the guards that fail (`guard_failed window_open`), the ids of the rules
    that fire, or for a deadline the state whose limit it is. `got`: the state that is told, or the class of what was raised; else empty.
    """

    kind: Kind
    part: Part
    event: str | None
    expected: str
    got: str


def part_of(plan: Plan, fault: Fault) -> Part:
    """The method that showed a fault."""
    if fault.part == "apply" and OPENING < fault.place < len(plan.calls) and plan.calls[fault.place].event is None:
        return "news" if plan.calls[fault.place].details else "advance"
    return fault.part


def row_of(plan: Plan, fault: Fault) -> int:
    """The number of the input whose call failed: 0 at the opening; the last one when closing failed."""
    if fault.place <= OPENING:
        return 0
    return plan.calls[min(fault.place, len(plan.calls) - 1)].row if plan.calls else 0


def group_of(fit: Fit, policy: Policy, case: Case, fault: Fault) -> Group:
    """What kind of departure a fault is, on the case that showed it."""
    opening, told, plan = case
    part = part_of(plan, fault)
    raised = str(fault.got).partition(":")[0]
    got = raised if fault.kind == "raised" else str(fault.got) if fault.kind == "state" else ""
    number = row_of(plan, fault)
    if not number or part == "close":
        return Group(fault.kind, part, None, "", got)
    player = Player.opened(fit.workflow, policy, opening)
    for event, by, at, details in told[: number - 1]:
        player = player.passed(event, by, at, details)
    event, by, at, details = told[number - 1]
    call = plan.calls[min(fault.place, len(plan.calls) - 1)]
    ours = next((name for name, theirs in fit.event_of.items() if theirs == call.event), call.event)
    asked = event if event is not None and ours == event else None  # else it is the clock's call, before the event
    verdict, reached = verdict_of(player.case, asked, by, call.at if asked is None else at, details)
    if fault.kind == "deadline":
        return Group(fault.kind, part, None, reached, got)
    return Group(fault.kind, part, ours, verdict, got)


class Gathered:
    """The departures of one run: the first of each kind, and how often each kind was met. `ended`: nothing more is to be gathered (with
    `most` 1, after the first); `stopped`: a cap was reached."""

    def __init__(self, fit: Fit, policy: Policy, most: int) -> None:
        self._fit, self._policy, self._most = fit, policy, most
        self.first: dict[Group, tuple[Case, Fault]] = {}
        self.met: Counter[Group] = Counter()
        self.stopped = self.ended = False
        self._unanswered = 0

    def add(self, case: Case, fault: Fault) -> None:
        """One more case that departs."""
        group = self.of(case, fault)
        self.met[group] += 1
        self._unanswered += fault.kind == "hung"
        if len(self.first) < self._most:
            self.first.setdefault(group, (case, fault))
        self.stopped = self._most > 1 and (self.met.total() >= MAX_FAULTS or self._unanswered >= MAX_UNANSWERED)
        self.ended = self.stopped or self._most == 1

    @property
    def further(self) -> dict[Group, int]:
        """The kinds beyond `most`, and how often each was met."""
        return {group: times for group, times in self.met.items() if group not in self.first}

    def of(self, case: Case, fault: Fault) -> Group:
        """The kind of a fault."""
        return group_of(self._fit, self._policy, case, fault)
