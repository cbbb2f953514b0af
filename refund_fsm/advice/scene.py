"""Owns what the advice looks at: a case or an order at an instant, and for whom.

Must not judge by itself: every answer is asked of a case, that is of the workflow's own machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from string import Formatter
from typing import Any, TypeVar

from refund_fsm.advice.choices import Choice, asks_of, filed, fresh, judged, present
from refund_fsm.case import RefundCase, Refusal, Verdict
from refund_fsm.orders.guidance import Guidance, Said, SentBack
from refund_fsm.text import Text, words
from refund_fsm.workflow import CLOCK, Actor, Count, Event, Order, Policy, Rule, Workflow, counting, unit_of

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is looked at, for the actor `role`. `case` has been advanced to `at`; without one, `order` alone is looked at."""

    workflow: Workflow
    policy: Policy
    guidance: Guidance | None
    order: Order
    at: datetime
    case: RefundCase | None = None
    role: Actor | None = None
    _asked: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)  # what was found, asked once

    def _once(self, name: str, find: Callable[[], Found]) -> Found:
        """What is looked for but once."""
        if name not in self._asked:
            self._asked[name] = find()
        found: Found = self._asked[name]
        return found

    @property
    def filer(self) -> Actor | None:
        """The actor who files."""
        return self._once("filer", lambda: filer_of(self.workflow))

    @property
    def for_filer(self) -> bool:
        """Whether the advice is for the actor who files, to whom the guidance speaks."""
        return self.role is None or (self.filer is not None and self.role.key == self.filer.key)

    @property
    def filing(self) -> tuple[Event, ...]:
        """The filing events of the initial state."""
        return self._once("filing", self._filing)

    def _filing(self) -> tuple[Event, ...]:
        here = (event for event in self.workflow.events.values() if event.files)
        return tuple(event for event in here if (self.workflow.initial.key, event.name) in self.workflow.rules_at)

    @property
    def files_here(self) -> bool:
        """Whether a case is where something can still be filed."""
        assert self.case is not None
        return any((self.case.state.key, event.name) in self.workflow.rules_at for event in self.filing)

    @property
    def may_choose(self) -> bool:
        """Whether kind and reason are still open: nothing was filed for review yet, or the case has ended without a refund and left the
        goods where they were."""
        case = self.case
        if case is None:
            return True
        if case.state.final:
            return case.paid_fen == 0 and self.sent_back is None
        return self.files_here

    @property
    def skus(self) -> tuple[str, ...]:
        """The lines that it is about."""
        return tuple(line.sku for line in self.order.lines) if self.case is None else (self.case.request.sku,)

    @property
    def kind(self) -> str | None:
        """The kind of refund that the case is about: what was asked for, or what a ruling has made of it."""
        assert self.case is not None
        asked = self.case.request.kind
        return asked if asked is None or self.guidance is None else getattr(self.case.facts, "kind", asked)

    @property
    def sent_back(self) -> SentBack | None:
        """What there is to say of goods that were sent back; None while they were not, and once others came for them."""
        known, case = self.guidance.sent_back if self.guidance else None, self.case
        return known if known is not None and case is not None and not case.state.good and getattr(case.facts, known.fact, False) else None

    @property
    def replaced(self) -> bool:
        """Whether other goods were sent in exchange for those that went back."""
        back = self.sent_back
        return back is not None and back.exchanged is not None and bool(getattr(self.case and self.case.facts, back.exchanged, False))

    @property
    def arrived(self) -> bool:
        """Whether goods that were sent back have arrived, since they were sent last."""
        assert self.case is not None
        back, steps = self.sent_back, self.case.steps
        if back is None:
            return False
        sent = [
            place
            for place, step in enumerate(steps)
            if getattr(step.after, back.fact, False) and not getattr(step.before, back.fact, False)
        ]
        return any(step.event in (back.arrival, *back.taken) for step in steps[sent[-1] if sent else 0 :])

    def actors_now(self) -> tuple[Actor, ...]:
        """Who else than the one advised can move the case, the clock aside."""
        found: dict[str, Actor] = {}
        for event in self.others_now():
            found.setdefault(event.actor.key, event.actor)
        return tuple(found.values())

    def others_now(self) -> tuple[Event, ...]:
        """The events by which others than the one advised can move the case, the clock aside. One who filed, and may end it, is not
        waited for where somebody else is."""
        return self._once("others", self._others)

    def _others(self) -> tuple[Event, ...]:
        assert self.case is not None
        case, mine, filer = self.case, {CLOCK.key, self.role.key if self.role else ""}, self.filer
        others = (by for by in self.workflow.actors if by not in mine)
        allowed = {verdict.rule for by in others for verdict in case.actions(at=self.at, by=by)}
        moves = tuple(rule.event for rule in self.workflow.rules if rule in allowed and not rule.internal)
        return tuple(event for event in moves if filer is None or event.actor.key != filer.key) or moves

    def open_to_others(self) -> frozenset[str]:
        """The events that others than the one advised can send now, the clock aside."""
        return self._once("open to others", self._open_to_others)

    def _open_to_others(self) -> frozenset[str]:
        case, role = self.case, self.role
        others = [by for by in self.workflow.actors if case is not None and by != CLOCK.key and (role is None or by != role.key)]
        return frozenset(verdict.event for by in others if case for verdict in case.actions(at=self.at, by=by) if verdict.allowed)

    def verdicts(self) -> tuple[Verdict, ...]:
        """Every event of the one advised, judged now."""
        case, role = self.case, self.role
        return self._once("verdicts", lambda: case.actions(at=self.at, by=role.key) if case and role else ())

    def allowed(self) -> frozenset[str]:
        """The events that the one advised can send now."""
        return frozenset(verdict.event for verdict in self.verdicts() if verdict.allowed)

    @property
    def waits(self) -> bool:
        """Whether something waits for the one advised: an event by which he moves the case."""
        return any(verdict.rule is not None and not verdict.rule.internal for verdict in self.verdicts())

    @property
    def can_end(self) -> bool:
        """Whether the one advised can end the case without a refund."""
        return any(ends_unpaid(verdict.rule) for verdict in self.verdicts() if verdict.rule is not None)

    def pays_at(self, state: str) -> bool:
        """Whether the money is due in a state: it pays, or is counted together with one that does."""
        return state in self._once("paying", self._paying)

    def _paying(self) -> frozenset[str]:
        found = {rule.source.key for rule in self.workflow.rules if rule.event.pays}
        groups = [{state.key for state in states} for states, _ in self.workflow.groups]
        return frozenset(found).union(*(group for group in groups if group & found))

    def payouts(self) -> tuple[Count, ...]:
        """How the limits of the states that pay would be counted: for the case's facts, or those of all that could be filed now."""
        return self._once("payouts", self._payouts)

    def _payouts(self) -> tuple[Count, ...]:
        case, counts = self.case, counting(self.workflow, self.policy)
        states = [states[0].key for states, _ in self.workflow.groups if any(self.pays_at(state.key) for state in states)]
        found: dict[Count, None] = {}
        for state in states:
            if state in counts.fixed:
                found[counts.fixed[state]] = None
            elif case is not None and not self.files_here:
                found |= dict.fromkeys([count for count in (counts.of(state, case.facts),) if count is not None])
            else:
                open_now = [choice.facts for sku in self.skus for choice in self.choices(sku) if choice.verdict.allowed]
                found |= dict.fromkeys(count for count in (counts.of(state, facts) for facts in open_now) if count is not None)
        return tuple(found)

    def numbers(self, one: Said) -> dict[str, Text]:
        """The numbers that a sentence leaves to the policy, in words, by the field that it names."""
        fields = [name for _, name, _, _ in Formatter().parse(one.text.zh) if name and name in Policy.model_fields]
        return {name: _number(name, getattr(self.policy, name)) for name in fields}

    def applications(self, sku: str) -> int:
        """How many after-sales were filed for a line, the present case included."""
        return self.order.line(sku).applications + filed(self.case)

    def choices(self, sku: str) -> tuple[Choice, ...]:
        """Every kind and reason that the workflow knows, each judged as this case would be if it asked for that, or as a new one."""
        known = self.guidance is not None or self.case is not None  # else facts may need attributes that nobody has given
        return self._once(f"choices {sku}", lambda: tuple(judged(self, sku)) if known else ())

    def can_file(self, sku: str | None = None) -> bool:
        """Whether something would be taken now of the line, or of any of them."""
        return any(choice.files for one in ([sku] if sku else self.skus) for choice in self.choices(one))

    def open_kinds(self) -> frozenset[str | None]:
        """The kinds of refund that would be taken now, of any line, as far as kind and reason are still open."""
        if not self.may_choose:
            return frozenset()
        return frozenset(choice.kind for sku in self.skus for choice in self.choices(sku) if choice.verdict.allowed)

    def lost(self) -> Refusal | None:
        """What would refuse the present claim if the case were ended and filed anew, though it holds now; None where nothing would."""
        return self._once("lost", self._lost)

    def _lost(self) -> Refusal | None:
        case = self.case
        if case is None or case.state.final:
            return None
        held = present(self) if self.files_here else None
        if held is not None and not held.allowed:
            return None
        refusals = []
        for kind in dict.fromkeys((case.request.kind, *(str(kind) for kind in asks_of(self, "kind")))):  # its own first: mostly it is free
            found = fresh(self, kind)
            if found is None or found.allowed or found.refusal is None:
                return None
            if any(guard(case.facts) for guard in found.refusal.failed_guards):
                refusals.append(found.refusal)
        return min(refusals, key=lambda refusal: len(refusal.failed_guards), default=None)


def _number(field: str, value: int) -> Text:
    if field.endswith("_fen"):
        return words.yuan(value)
    return words.length(value, unit_of(field))


def ends_unpaid(rule: Rule) -> bool:
    """Whether a rule ends the case and moves no money."""
    return rule.dest.final and not rule.event.pays


def filer_of(workflow: Workflow) -> Actor | None:
    """The actor who files, or who acts first."""
    rules = workflow.rules
    filing = [rule.actor for rule in rules if rule.event.files]
    first = [rule.actor for rule in rules if rule.source.key == workflow.initial.key and not rule.by_clock]
    return next(iter((*filing, *first)), None)
