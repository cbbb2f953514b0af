"""Owns how a case is moved to other rules: judged anew under them from its start, or carried on under them from where it stands.

Both give the moved case, or why it cannot be moved; neither changes the case that there is. Must not say what a move changes for people
(`differing`), nor read or write it (`replay`, `spelling`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from refund_fsm.case.engine import Head, Live, Uncounted, advanced, not_before, open_breach, running
from refund_fsm.case.newer import News
from refund_fsm.case.news import told
from refund_fsm.case.opening import key_of, opened
from refund_fsm.case.record import NO_DETAILS, Due, How, Move, Rules, Step, Until, happened
from refund_fsm.case.refusal import Refused
from refund_fsm.case.taking import taken
from refund_fsm.case.unmoved import Unmoved, cannot_count, cannot_open, no_such_actor, no_such_state, no_such_value, refused
from refund_fsm.errors import BadData, CalendarOutOfRange, TooLong, one_of
from refund_fsm.workflow import CLOCK, FactField, FrozenDict, Order, Policy, State, Value, Workflow, counting, instant

KINDS: tuple[How, ...] = ("replay", "from_now")


class Asked(NamedTuple):
    """What is asked of a move, checked: under which rules, when, how, with which states and facts given."""

    workflow: Workflow
    policy: Policy
    at: datetime
    how: How
    states: Mapping[str, str]
    facts: Mapping[str, Value]


def asked(head: Head, live: Live, workflow: Any, policy: Any, at: Any, how: Any, states: Any, facts: Any) -> Asked:
    """What is asked of a move. `BadData` as `RefundCase.moved` says."""
    workflow = head.workflow if workflow is None else workflow
    policy = head.policy if policy is None else policy
    for name, value, kind in (("workflow", workflow, Workflow), ("policy", policy, Policy)):
        if not isinstance(value, kind):
            raise BadData(name, value, f"a {kind.__name__}")
    one_of("how", how, KINDS)
    at = instant(at, "at")
    if at < live.now:
        raise BadData("at", at.isoformat(), f"not before {live.now.isoformat()}, which the case {head.case_id} has reached")
    if workflow.key != head.workflow.key and states is None:
        raise BadData("workflow", workflow.key, f"a table of {head.workflow.key!r}, or with it a map of the states (states={{...}})")
    counting(workflow, policy)  # what special periods ask is known to the table
    states = _mapping("states", states)
    for source, dest in states.items():
        _known("states", source, head.workflow)
        _known(f"states[{source!r}]", dest, workflow)
    facts = _mapping("facts", facts)
    if facts and how == "replay":
        raise BadData("facts", facts, "none with how='replay', which derives them anew")
    domains = workflow.domains(policy)
    for name, value in facts.items():
        if name not in domains:
            raise BadData("facts", name, f"a fact of {workflow.key!r}: {', '.join(domains)}")
        if not _is_one(value, domains[name]):
            raise BadData(f"facts.{name}", value, f"one of {', '.join(map(repr, domains[name]))}")
    return Asked(workflow, policy, at, how, states, facts)


def _mapping(name: str, given: Any) -> Mapping[str, Any]:
    if given is not None and not isinstance(given, Mapping):
        raise BadData(name, given, "a mapping, or None")
    return given or {}


def _known(field: str, key: object, workflow: Workflow) -> None:
    if not isinstance(key, str) or key not in workflow.states:
        raise BadData(field, key, f"a state of {workflow.key!r}: {', '.join(workflow.states)}")


def _is_one(value: object, domain: tuple[Value, ...]) -> bool:
    return any(type(value) is type(one) and value == one for one in domain)


def is_idle(head: Head, ask: Asked) -> bool:
    """Whether the rules are those that the case is under already, and nothing else is asked."""
    same = ask.workflow.fingerprint == head.workflow.fingerprint and ask.workflow.key == head.workflow.key
    return same and ask.policy == head.policy and not ask.states and not ask.facts


def moved_on(head: Head, live: Live, ask: Asked) -> tuple[Head, Live] | Unmoved:
    """The case under the rules that are asked for, at `ask.at`; or why it cannot be moved."""
    try:
        if ask.how == "replay":
            return _anew(head, live, ask)
        found = carried(head, advanced(head, live, ask.at), ask)
        return found if isinstance(found, Unmoved) else (found[0], advanced(*found, ask.at))
    except (CalendarOutOfRange, TooLong) as error:
        return cannot_count(error)


def rules_of(head: Head) -> Rules:
    """The rules that a case is under."""
    return Rules(head.workflow.key, head.workflow.fingerprint, head.policy)


def until(due: Due | Uncounted | None) -> Until | None:
    """The end of a limit, as a move records it; None where none runs, and where its end cannot be counted."""
    return Until(due.limit.field, due.at, due.provisional) if isinstance(due, Due) else None


def _typed(order: Order, workflow: Workflow) -> Order:
    return order if order.order_type == workflow.key else order.model_copy(update={"order_type": workflow.key})


# 1. Judged anew


def _anew(head: Head, live: Live, ask: Asked) -> tuple[Head, Live] | Unmoved:
    """The case with all its steps judged under the new rules, its clock run by them; the first step that does not hold is why not."""
    old = head.opening
    try:
        made, fresh = opened(_typed(old.order, ask.workflow), old.request, old.opened_at, ask.policy, ask.workflow, old.case_id)
    except BadData as error:
        return cannot_open(ask.workflow, error)
    made.payout_key, made.seals, made.keyed_as = key_of(old), old.seals, old.keyed_as or old.order.order_type
    number = 0
    for entry in happened(live.steps, live.changes):
        number += isinstance(entry, Step)
        if isinstance(entry, News):
            made, fresh = told(made, advanced(made, fresh, entry.at), _typed(entry.order, ask.workflow), entry.at)
        elif isinstance(entry, Step) and entry.by != CLOCK.key:
            if entry.by not in ask.workflow.actors:
                return no_such_actor(number, entry, ask.workflow)
            try:
                fresh = taken(made, fresh, entry.event, entry.at, entry.by, entry.details)
            except Refused as error:
                return refused(number, entry, error.refusal)
    fresh = _delivered(live.steps, advanced(made, fresh, ask.at))
    move = Move(0, ask.at, "replay", rules_of(head), rules_of(made), live.state.key, fresh.state.key, until(live.due), until(fresh.due))
    told_before = [one for one in live.changes if isinstance(one, Move)]
    changes = (*fresh.changes, *(_as_told(one, rules_of(made), fresh) for one in (*told_before, move)))
    return made, fresh._replace(changes=tuple(sorted(changes, key=lambda one: (one.after, one.at))))


def _delivered(steps: tuple[Step, ...], fresh: Live) -> Live:
    """The details that came with steps of the clock, with those steps of the clock which are there still, in their order."""
    for step in steps:
        if step.by != CLOCK.key or not step.details:
            continue
        for place, one in enumerate(fresh.steps):
            if one.by == CLOCK.key and one.event == step.event and not one.details:
                seen = {**fresh.seen, step.details["event_id"]: place} if "event_id" in step.details else fresh.seen
                again = (*fresh.steps[:place], one._replace(details=step.details), *fresh.steps[place + 1 :])
                fresh = fresh._replace(steps=again, seen=seen)
                break
    return fresh


def _as_told(move: Move, rules: Rules, fresh: Live) -> Move:
    """A move as it is told of a case that was judged anew since: nothing follows from it any more."""
    return move._replace(
        after=sum(step.at <= move.at for step in fresh.steps),
        now=rules,
        is_told=True,
        breach=None,
        facts=None,
        given=NO_DETAILS,
        calendar="",
    )


# 2. Carried on


def carried(head: Head, live: Live, ask: Asked, facts: Any = None) -> tuple[Head, Live] | Unmoved:
    """The case, which has reached `ask.at`, as it goes on under the new rules: its history stands, the state is that of the same key.
    The clock has not run by them yet. `facts` stand in for those that follow from the rules."""
    key = ask.states.get(live.state.key, live.state.key)
    state = ask.workflow.states.get(key)
    if state is None:
        return no_such_state(live.state, ask.workflow)
    made = head.under(ask.workflow, ask.policy, _typed(head.order, ask.workflow), _typed(head.known, ask.workflow))
    facts = _facts(head, live, made, ask) if facts is None else facts
    if isinstance(facts, Unmoved):
        return facts
    breach, passed = open_breach(head, live, ask.at), _is_passed(head, live)
    due = _due(made, live, state, facts, passed)
    source, was, now = live.state.key, until(live.due), until(due)
    rules = rules_of(head), rules_of(made)
    move = Move(
        len(live.steps),
        ask.at,
        "from_now",
        *rules,
        source,
        key,
        was,
        now,
        breach,
        facts,
        FrozenDict(ask.facts),
        ask.policy.calendar.version,
    )
    fields = {one.name: one for one in ask.workflow.fact_fields}
    settled = [name for name in fields if name in live.kept or (name in ask.facts and _is_settled(fields[name]))]
    after = live._replace(
        state=state,
        facts=facts,
        kept={name: getattr(facts, name) for name in settled},
        law=_law(made, live, state, facts, ask.states),
        breached=passed and due is live.due and (live.breached or breach is not None),
        due=due,
        changes=(*live.changes, move),
    )
    return made, after


def _is_settled(fact: FactField) -> bool:
    """Whether only effects change a fact, so that a filing does not derive another one."""
    return fact.starts is not None or fact.up_to is not None


def _facts(head: Head, live: Live, made: Head, ask: Asked) -> Any:
    """The facts under the new rules: those that are given, else what the policy fixes, else those that there are, else those derived for
    the last filing. A count that is above what the new policy allows falls to that."""
    domains, found, derived = ask.workflow.domains(ask.policy), {}, None
    known = {one.name for one in head.workflow.fact_fields}
    for fact in ask.workflow.fact_fields:
        name, domain = fact.name, domains[fact.name]
        if name in ask.facts:
            found[name] = ask.facts[name]
        elif fact.by_policy and name not in live.kept:
            found[name] = getattr(ask.policy, name)
        elif name in known:
            value = getattr(live.facts, name)
            if fact.up_to is not None and isinstance(value, int):
                value = min(value, len(domain) - 1)
            if not _is_one(value, domain):
                return no_such_value(ask.workflow, name, value, domain)
            found[name] = value
        else:
            try:
                ask.workflow.check_opening(made.order, made.request, made.opened_at)
                derived = derived or made.derive(_filed_at(head, live), {})
            except BadData as error:
                return cannot_open(ask.workflow, error)
            found[name] = getattr(derived, name)
    return ask.workflow.facts(**found)


def _filed_at(head: Head, live: Live) -> datetime:
    """When the case was filed last; before that, when it was opened."""
    return next((step.at for step in reversed(live.steps) if step.rule.event.files), head.opened_at)


def _is_passed(head: Head, live: Live) -> bool:
    """Whether the limit has passed, so that nothing but its breach comes of it any more."""
    return isinstance(live.due, Due) and live.state.key not in head.clock and live.due.at <= live.now


def _due(made: Head, live: Live, state: State, facts: Any, passed: bool) -> Due | Uncounted | None:
    """The limit that runs under the new rules, counted from the same start. It ends at `now` at the earliest; one that has passed stays
    passed, unless a clock rule is to fire at it now."""
    due = running(made, state, facts, live.entered)
    if passed and due is not None and state.key not in made.clock:
        return live.due
    return not_before(due, None, live.now)


def _law(made: Head, live: Live, state: State, facts: Any, states: Mapping[str, str]) -> Mapping[str, datetime]:
    """When each statutory clock started: those of states that there are still, and that of the present state."""
    found = {states.get(key, key): at for key, at in live.law.items() if states.get(key, key) in made.law}
    if state.key in made.law and state.key not in found and made.law[state.key].holds(facts):
        found[state.key] = live.entered
    return found
