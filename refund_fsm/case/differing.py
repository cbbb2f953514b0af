"""Owns what is different for a case that was moved to other rules: table, policy, state, facts, limits, rules, and what would be refused.

Each difference is a value with its words in both languages. Must not move a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from refund_fsm.case.ahead import NONE, Ahead, Difference
from refund_fsm.case.engine import Head, Live, Uncounted, advanced, open_breach, recorded_breaches, statutory_due
from refund_fsm.case.move_words import named, plain
from refund_fsm.case.moving import Asked, moved_on
from refund_fsm.case.record import Breach, Due, Step
from refund_fsm.case.unmoved import Unmoved
from refund_fsm.errors import CalendarOutOfRange, TooLong
from refund_fsm.text import Text, words
from refund_fsm.workflow import CLOCK, Policy, Workflow, policy_words


def changes_of(before: tuple[Head, Live], after: tuple[Head, Live] | Unmoved, ask: Asked) -> Iterator[Difference]:
    """What is different for a case, `before` and `after` the move; `after` is the reason where it cannot be moved."""
    head, live = before[0], _at(*before, ask.at)
    yield from _table(head.workflow, ask.workflow)
    yield from policy_changes(head.policy, ask.policy, _limit_fields(head.workflow) | _limit_fields(ask.workflow))
    if not isinstance(after, Unmoved):
        yield from _standing(head, live, *after)
        yield from _history(head, live, *after)
    where = after[1].state.key if not isinstance(after, Unmoved) else ask.states.get(live.state.key, live.state.key)
    ahead = Ahead((head.workflow, head.policy), live.state.key, (ask.workflow, ask.policy), where)
    yield from (*ahead.limits(), *ahead.law(), *ahead.special(), *ahead.rules(step.rule for step in live.steps))
    yield from _refused(before, after, ask)


def _at(head: Head, live: Live, at: datetime) -> Live:
    """The case as it is at the move under its own rules."""
    try:
        return advanced(head, live, at)
    except (CalendarOutOfRange, TooLong):
        return live


# 1. The rules


def _table(old: Workflow, new: Workflow) -> Iterator[Difference]:
    if (old.key, old.fingerprint) != (new.key, new.fingerprint):
        was, now = named(old.key, old.fingerprint), named(new.key, new.fingerprint)
        yield Difference("table", new.key, old.fingerprint, new.fingerprint, Text(f"流程表：{was} → {now}", f"Table: {was} → {now}"))


def policy_changes(old: Policy, new: Policy, apart: Iterable[str] = ()) -> Iterator[Difference]:
    """The fields of the policy that differ, but for those `apart` and the special periods, which are told for the limits they move."""
    for name in Policy.model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if was != now and name not in apart and name != "special":
            said = policy_words.change(name, new, old)
            yield Difference("policy", name, plain(was), plain(now), Text(f"政策 {said.zh}", f"Policy, {said.en}"))


def _limit_fields(workflow: Workflow) -> set[str]:
    return {row.field for row in (*workflow.limit_rows, *workflow.law.values())}


# 2. Where the case stands


def _standing(head: Head, live: Live, made: Head, fresh: Live) -> Iterator[Difference]:
    if live.state.key != fresh.state.key:
        was, now = live.state, fresh.state
        told = Text(f"状态：{was.zh} → {now.zh}", f"State: {was.en} → {now.en}")
        yield Difference("state", now.key, was.key, now.key, told)
    yield from _facts(head.workflow, live.facts, made.workflow, fresh.facts)
    if _end(live.due) != _end(fresh.due):
        one, other = due_text(live.due), due_text(fresh.due)
        name = next((due.limit.field for due in (fresh.due, live.due) if isinstance(due, Due)), "")
        told = Text(f"期限：{one.zh} → {other.zh}", f"Due: {one.en} → {other.en}")
        yield Difference("due", name, _iso(live.due), _iso(fresh.due), told)
    was_due, now_due = statutory_due(head, live), statutory_due(made, fresh)
    if _iso(was_due) != _iso(now_due):
        one, other = due_text(was_due), due_text(now_due)
        told = Text(f"法定退款期限：{one.zh} → {other.zh}", f"Statutory due: {one.en} → {other.en}")
        yield Difference("law", "statutory_due", _iso(was_due), _iso(now_due), told)


def _facts(old: Workflow, was: Any, new: Workflow, now: Any) -> Iterator[Difference]:
    from refund_fsm.orders import fact_labels  # here: words that only who asks for changes needs

    names = dict.fromkeys([one.name for one in (*old.fact_fields, *new.fact_fields)])
    for name in names:
        one, other = getattr(was, name, None), getattr(now, name, None)
        if one != other or type(one) is not type(other):
            _, a = fact_labels.told(name, one, old)
            label, b = fact_labels.told(name, other, new if hasattr(now, name) else old)
            yield Difference("fact", name, one, other, Text(f"{label.zh}：{a.zh} → {b.zh}", f"{label.en}: {a.en} → {b.en}"))


def _end(due: Due | Uncounted | None) -> tuple[object, ...]:
    return (due.at, due.limit.field, due.then.id if due.then else None) if isinstance(due, Due) else (due is not None,)


def _iso(due: Due | Uncounted | None) -> str | None:
    return due.at.isoformat() if isinstance(due, Due) else None


def due_text(due: Due | Uncounted | None) -> Text:
    """A limit as it is told: its end, its length and what it may not come before."""
    if due is None:
        return NONE
    if not isinstance(due, Due):
        return Text("无法计算", "cannot be counted")
    length, mark = words.length(due.length, due.unit), words.PROVISIONAL if due.provisional else Text("", "")
    held = Text("，不早于此刻", ", not before now") if due.why.held is not None else Text("", "")
    at = words.stamp(due.at)
    return Text(f"{at}{mark.zh}（{length.zh}{held.zh}）", f"{at}{mark.en} ({length.en}{held.en})")


# 3. What has happened otherwise


def _history(head: Head, live: Live, made: Head, fresh: Live) -> Iterator[Difference]:
    was, now = (_by_clock(one.steps) for one in (live, fresh))
    for (name, at), step in was.items():
        if (name, at) not in now:
            event, when = step.rule.event.text, words.stamp(step.at)
            told = Text(f"不再有：{when} 到期自动“{event.zh}”", f"No more: “{event.en}” by the clock at {when}")
            yield Difference("clock", name, at, None, told)
    for (name, at), step in now.items():
        if (name, at) not in was:
            event, when = step.rule.event.text, words.stamp(step.at)
            told = Text(f"新增：{when} 到期自动“{event.zh}”", f"New: “{event.en}” by the clock at {when}")
            yield Difference("clock", name, None, at, told)
    yield from _breaches(_passed(head, live), _passed(made, fresh))
    if live.paid_fen != fresh.paid_fen:
        one, other = words.yuan(live.paid_fen), words.yuan(fresh.paid_fen)
        told = Text(f"已退：{one.zh} → {other.zh}", f"Paid: {one.en} → {other.en}")
        yield Difference("paid", "paid_fen", live.paid_fen, fresh.paid_fen, told)


def _by_clock(steps: tuple[Step, ...]) -> dict[tuple[str, str], Step]:
    return {(one.event, one.at.isoformat()): one for one in steps if one.by == CLOCK.key}


def _passed(head: Head, live: Live) -> dict[tuple[str, str], Breach]:
    fresh = open_breach(head, live, live.now)
    found = [*recorded_breaches(live), *([fresh] if fresh else [])]
    return {(one.limit.field, one.at.isoformat()): one for one in found}


def _breaches(was: Mapping[tuple[str, str], Breach], now: Mapping[tuple[str, str], Breach]) -> Iterator[Difference]:
    for (name, at), breach in was.items():
        if (name, at) not in now:
            when, called = words.stamp(breach.at), policy_words.field(name)
            yield Difference("breach", name, at, None, Text(f"不再逾期：{called.zh}（{when}）", f"No longer passed: {called.en} ({when})"))
    for (name, at), breach in now.items():
        if (name, at) not in was:
            when, called = words.stamp(breach.at), policy_words.field(name)
            yield Difference("breach", name, None, at, Text(f"已逾期：{called.zh}（{when}）", f"Passed: {called.en} ({when})"))


# 4. What would be refused


def _refused(before: tuple[Head, Live], after: tuple[Head, Live] | Unmoved, ask: Asked) -> Iterator[Difference]:
    """The first of the case's steps that the new rules would not have taken."""
    found = after if ask.how == "replay" else moved_on(*before, ask._replace(how="replay", facts={}))
    if isinstance(found, Unmoved) and found.step is not None:
        whole = found.text if ask.how == "replay" else _had_it_been(found.text)
        step = before[1].steps[found.step - 1]
        yield Difference("refused", step.event, step.rule.id, found.refusal.code if found.refusal else found.code, whole)


def _had_it_been(text: Text) -> Text:
    return Text(f"假如一开始就按新规则：{text.zh}", f"Had the new rules held from the start: {text.en}")
