"""Owns what a criterion finds covered in what happened to cases: `Attempt`, the goals it reaches, and `Coverage`.

The goals have the names of `goals.py`; here they are read off cases as they were stepped, not off a plan. Must not plan a path.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from refund_fsm.case import Code, Due, News, RefundCase, Refusal, Step, facts_for
from refund_fsm.errors import BadData
from refund_fsm.graph import MergedGraph
from refund_fsm.paths.counts import answers_name, due_name, limit_guards
from refund_fsm.scenario import MINUTE, Player
from refund_fsm.workflow import CLOCK, Rule, Workflow


class Attempt(NamedTuple):
    """One call on a case: the case before and after it (time having passed when it was refused), and what was asked.

    `event` and `by` are None where only time passed; `refusal` is None where nothing was refused.
    """

    before: RefundCase
    after: RefundCase
    event: str | None
    by: str | None
    at: datetime
    refusal: Refusal | Code | None = None

    @property
    def code(self) -> Code | None:
        """The refusal's code."""
        return self.refusal.code if isinstance(self.refusal, Refusal) else self.refusal

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that fired in it."""
        return tuple(step.rule for step in self.after.steps[len(self.before.steps) :])


def attempts_of(player: Player) -> list[Attempt]:
    """What a player did, in order."""
    line = player.line()
    return [
        Attempt(before.case, after.case, after.step.event, after.step.by, after.step.at, after.step.refusal)
        for before, after in itertools.pairwise(line)
        if after.step is not None
    ]


@dataclass(frozen=True)
class Coverage:
    """Which goals of a suite were reached. `ratio` is 1.0 where there are none; names that are no goals are not counted."""

    criterion: str
    goals: tuple[str, ...]
    reached: frozenset[str]

    @property
    def missed(self) -> tuple[str, ...]:
        """The goals that were not reached, in their order."""
        return tuple(goal for goal in self.goals if goal not in self.reached)

    @property
    def ratio(self) -> float:
        """The share of goals that were reached, 0 to 1."""
        return 1.0 if not self.goals else 1 - len(self.missed) / len(self.goals)

    def __str__(self) -> str:
        return f"{self.criterion}: {len(self.goals) - len(self.missed)} of {len(self.goals)} ({self.ratio:.1%})"


def states(attempt: Attempt) -> Iterator[str]:
    yield attempt.before.state.key
    yield from (rule.dest.key for rule in attempt.rules)


def rules(attempt: Attempt) -> Iterator[str]:
    yield from (rule.id for rule in attempt.rules)


def rule_pairs(attempt: Attempt) -> Iterator[str]:
    """Every two rules of which the second fired in the attempt."""
    fired = [step.rule.id for step in attempt.after.steps[max(0, len(attempt.before.steps) - 1) :]]
    yield from (f"{one} {two}" for one, two in itertools.pairwise(fired))


def sequences(attempt: Attempt) -> Iterator[str]:
    """Every run of rules that ends in the attempt."""
    fired = [step.rule.id for step in attempt.after.steps]
    for end in range(len(attempt.before.steps) + 1, len(fired) + 1):
        yield from (" ".join(fired[start:end]) for start in range(end))


def guard_outcomes(attempt: Attempt) -> Iterator[str]:
    workflow = attempt.after.workflow
    reached = [] if attempt.before.steps else [(attempt.before.state.key, attempt.before.facts)]
    for step in attempt.after.steps[len(attempt.before.steps) :]:
        reached.append((step.dest.key, step.after))
    for key, facts in reached:
        guards = limit_guards(workflow, key)
        if guards:
            yield answers_name(key, guards, facts)
    for step in attempt.after.steps[len(attempt.before.steps) :]:
        yield from (f"{step.rule.id} {guard.name}" for guard in step.rule.when)
        yield from _alone_false(attempt, step.source.key, step.event, step.before)
    if attempt.code == "guard_failed" and attempt.event is not None:
        yield from _alone_false(attempt, attempt.after.state.key, attempt.event, judged(attempt.after, attempt.event, attempt.at))


def judged(case: RefundCase, event: str, at: datetime) -> Any:
    """The facts by which a case judges an event at its present."""
    return facts_for(case._head, case._live, event, at)


def _alone_false(attempt: Attempt, state: str, event: str, facts: Any) -> Iterator[str]:
    for rule in attempt.after.workflow.rules_at.get((state, event), ()):
        failing = [guard.name for guard in rule.when if not guard(facts)]
        if len(failing) == 1:
            yield f"{rule.id} not {failing[0]}"


def limits(attempt: Attempt) -> Iterator[str]:
    before, after = attempt.before, attempt.after
    due, key = before.due, before.state.key
    yield from _just_too_late(attempt)
    if due is None:
        return
    what = _limit_of(after.workflow, key, due)
    left = due.at - attempt.at
    fired = attempt.rules
    if MINUTE >= left > 0 * MINUTE and not fired:
        yield f"{what} before"
    if left <= 0 * MINUTE and (due.then is None or (fired and fired[0] is due.then)):
        yield f"{what} {'after' if left else 'at'}"
        if not left and due.then and attempt.event is not None and attempt.code is not None and attempt.by != CLOCK.key:
            yield f"{what} too late"
    kept = after.due
    if len(fired) == 1 and not fired[0].by_clock and MINUTE >= left > 0 * MINUTE and kept is not None:
        group = after.workflow.group_of
        if group.get(fired[0].dest.key) == group[key]:
            yield f"{key} {fired[0].id} {'keeps the count' if kept.at == due.at else 'moves the limit'}"
    if not fired and left > 0 * MINUTE:
        yield from _passed_old_ends(attempt)


def _limit_of(workflow: Workflow, key: str, due: Due) -> str:
    name = due_name(workflow, key, due)
    return f"{key} {due.then.id}{name}" if due.then else f"{key}{name or f' {due.limit.field}'}"


def _just_too_late(attempt: Attempt) -> Iterator[str]:
    """That an event is refused at a limit's instant, where the case was brought to that instant first and the clock has moved it."""
    *_, earlier, last = (None, None, *attempt.before.steps)
    if attempt.code is None or attempt.event is None or attempt.by == CLOCK.key or earlier is None or last is None:
        return
    due = earlier.due
    if due is not None and due.then is last.rule and due.at == last.at == attempt.at:
        yield f"{_limit_of(attempt.after.workflow, last.source.key, due)} too late"


def _passed_old_ends(attempt: Attempt) -> Iterator[str]:
    """That time has come to where a limit would have ended, had the last step not moved it."""
    *_, earlier, last = (None, None, *attempt.before.steps)
    if earlier is not None and last is not None and earlier.due is not None and earlier.due.at == attempt.at:
        group = attempt.after.workflow.group_of
        if group.get(last.source.key, -1) == group.get(last.dest.key, -2):
            yield f"{last.source.key} {last.rule.id} old end passes"


def refusals(attempt: Attempt) -> Iterator[str]:
    if attempt.refusal is not None and attempt.by is not None:
        state = attempt.refusal.state if isinstance(attempt.refusal, Refusal) else attempt.after.state
        yield f"{state.key} {attempt.by} {attempt.code}"


def transitions(graph: MergedGraph) -> Callable[[Attempt], Iterator[str]]:
    """For `w`: every event at every place of the merged graph, and the passing of its limit."""

    def reached(attempt: Attempt) -> Iterator[str]:
        before = attempt.before
        try:
            place = graph.index(before.state.key, before.facts)
        except BadData:  # facts that only a filing at a later time has
            return
        due = before.due
        if due is not None and attempt.at >= due.at:
            yield transition(graph, place, "pass")
        elif attempt.event is not None and attempt.code in (None, "wrong_state", "guard_failed", "case_final"):
            yield transition(graph, place, attempt.event)

    return reached


def transition(graph: MergedGraph, place: int, what: str) -> str:
    """The name of an input at a place, such as `requested#12 start_review`."""
    return f"{graph.states[graph.state_of[place]]}#{place} {what}"


OBSERVED: dict[str, Callable[[Attempt], Iterator[str]]] = {
    "states": states,
    "rules": rules,
    "rule_pairs": rule_pairs,
    "prime_paths": sequences,
    "guard_outcomes": guard_outcomes,
    "limits": limits,
    "refusals": refusals,
}


def attempts_in(things: Iterable[Attempt | RefundCase]) -> Iterator[Attempt]:
    """Attempts as they are; a case as the accepted events that it remembers."""
    for one in things:
        if isinstance(one, Attempt):
            yield one
        elif isinstance(one, RefundCase):
            yield from _remembered(one)
        else:
            raise BadData("steps", one, "a RefundCase or an Attempt")


def _remembered(case: RefundCase) -> Iterator[Attempt]:
    """What a case remembers; of one that was carried on under other rules, as far as its present ones take its steps."""
    if case.opening_order.order_type != case.workflow.key:
        return
    now = RefundCase.open(
        case.opening_order, case.request, at=case.opened_at, policy=case.policy, workflow=case.workflow, case_id=case.case_id
    )
    for step in case.history:
        if isinstance(step, News):
            now = now.with_order(step.order, at=step.at)
        if not isinstance(step, Step):
            continue
        after = now.advance(to=step.at)
        if step.by != CLOCK.key:
            if case.moves and not now.ask(step.event, at=step.at, by=step.by, **step.details).allowed:
                return
            after = now.apply(step.event, at=step.at, by=step.by, **step.details)
        if len(after.steps) > len(now.steps):
            event, by = (None, None) if step.by == CLOCK.key else (step.event, step.by)
            yield Attempt(now, after, event, by, step.at)
        now = after
