"""Owns what is different for a case that was moved to other rules: table, policy, state, facts, limits, rules, and what would be refused.

Each difference is a value with its words in both languages. Must not move a case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Literal, NamedTuple

from refund_fsm.case.engine import Head, Live, Uncounted, advanced, open_breach
from refund_fsm.case.moving import Asked, moved_on
from refund_fsm.case.record import Breach, Due, Step
from refund_fsm.case.unmoved import Unmoved
from refund_fsm.errors import CalendarOutOfRange, TooLong
from refund_fsm.text import Text, words
from refund_fsm.workflow import CLOCK, Policy, Rule, State, Workflow, counting

Kind = Literal[
    "table", "policy", "state", "fact", "due", "clock", "breach", "paid", "limit", "special", "rule_gone", "rule_new", "rule_changed", "refused"
]
SHORT = 8  # hex digits of a fingerprint that is told
NONE = Text("没有", "none")


class Difference(NamedTuple):
    """One difference. `name` is the field, fact, rule or limit; `before` and `after` are plain (None where there is none); `text` says it."""

    kind: Kind
    name: str
    before: str | int | bool | None
    after: str | int | bool | None
    text: Text


def changes_of(before: tuple[Head, Live], after: tuple[Head, Live] | None, ask: Asked, refusal: Unmoved | None) -> Iterator[Difference]:
    """What is different for a case, `before` and `after` the move; after is None where it cannot be moved, for `refusal`."""
    head, live = before[0], _at(*before, ask.at)
    yield from _table(head.workflow, ask.workflow)
    yield from policy_changes(head.policy, ask.policy, _limit_fields(head.workflow) | _limit_fields(ask.workflow))
    if after is not None:
        yield from _standing(head, live, *after)
        if ask.how == "replay":
            yield from _history(head, live, *after)
    where = after[1].state.key if after else ask.states.get(live.state.key, live.state.key)
    ahead = _Ahead(head, live.state.key, ask, where)
    yield from (*ahead.limits(), *ahead.special(), *ahead.rules())
    yield from _refused(before, ask, refusal)


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


def named(key: str, fingerprint: str) -> str:
    """A table as it is told: its key and the beginning of its fingerprint."""
    return f"{key} {fingerprint[:SHORT]}"


def policy_changes(old: Policy, new: Policy, apart: Iterable[str] = ()) -> Iterator[Difference]:
    """The fields of the policy that differ, but for those `apart` and the special periods, which are told for the limits they move."""
    for name in Policy.model_fields:
        was, now = getattr(old, name), getattr(new, name)
        if was != now and name not in apart and name != "special":
            one, other = _plain(was), _plain(now)
            yield Difference("policy", name, one, other, Text(f"政策 {name}：{one} → {other}", f"Policy {name}: {one} → {other}"))


def _plain(value: Any) -> str | int | bool | None:
    if hasattr(value, "at_least"):
        return f"{value.at_least}–{value.at_most}"
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


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


def _facts(old: Workflow, was: Any, new: Workflow, now: Any) -> Iterator[Difference]:
    from refund_fsm.orders import fact_labels  # here: words that only who asks for changes needs

    def said(workflow: Workflow, name: str, value: Any) -> Text:
        if isinstance(value, bool):
            return Text("是", "yes") if value else Text("否", "no")
        return NONE if value is None else fact_labels.of_value(workflow, name, value)

    names = dict.fromkeys([one.name for one in (*old.fact_fields, *new.fact_fields)])
    for name in names:
        one, other = getattr(was, name, None), getattr(now, name, None)
        if one != other or type(one) is not type(other):
            label = fact_labels.of_field(new if hasattr(now, name) else old, name)
            a, b = said(old, name, one), said(new, name, other)
            yield Difference("fact", name, one, other, Text(f"{label.zh}（{name}）：{a.zh} → {b.zh}", f"{label.en} ({name}): {a.en} → {b.en}"))


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


# 3. What the history would have been


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
    found = [*(step.breach for step in live.steps if step.breach), *([fresh] if fresh else [])]
    return {(one.limit.field, one.at.isoformat()): one for one in found}


def _breaches(was: Mapping[tuple[str, str], Breach], now: Mapping[tuple[str, str], Breach]) -> Iterator[Difference]:
    for (name, at), breach in was.items():
        if (name, at) not in now:
            when = words.stamp(breach.at)
            yield Difference("breach", name, at, None, Text(f"不再逾期：{name}（{when}）", f"No longer passed: {name} ({when})"))
    for (name, at), breach in now.items():
        if (name, at) not in was:
            when = words.stamp(breach.at)
            yield Difference("breach", name, None, at, Text(f"已逾期：{name}（{when}）", f"Passed: {name} ({when})"))


# 4. What is ahead


class _Ahead:
    """What a case may still come to, under its own rules and under the new ones."""

    def __init__(self, head: Head, here: str, ask: Asked, there: str) -> None:
        self.old, self.new = (head.workflow, head.policy), (ask.workflow, ask.policy)
        self.states = _reachable(head.workflow, here), _reachable(ask.workflow, there)

    def limits(self) -> Iterator[Difference]:
        """The limits that have another length."""
        (old, was), (new, now) = self.old, self.new
        found: dict[tuple[str, str, str, str], list[State]] = {}
        for key in self.states[1]:
            if key in old.states:
                pair = _lengths(old, was, key), _lengths(new, now, key)
                if pair[0] != pair[1]:
                    found.setdefault((pair[0].zh, pair[0].en, pair[1].zh, pair[1].en), []).append(new.states[key])
        for (zh, en, other_zh, other_en), states in found.items():
            where = Text("、".join(one.zh for one in states), ", ".join(one.en for one in states))
            told = Text(f"“{where.zh}”的时限：{zh} → {other_zh}", f"Limit of “{where.en}”: {en} → {other_en}")
            yield Difference("limit", " ".join(one.key for one in states), en, other_en, told)

    def special(self) -> Iterator[Difference]:
        """The special periods that limits ahead may meet."""
        periods = self._periods(*self.old, self.states[0]), self._periods(*self.new, self.states[1])
        for field in dict.fromkeys((*periods[0], *periods[1])):
            one, other = ("; ".join(some.get(field, ())) for some in periods)
            if one != other:
                a, b = (Text(said, said) if said else NONE for said in (one, other))
                told = Text(f"{field} 的特殊日期：{a.zh} → {b.zh}", f"Special days of {field}: {a.en} → {b.en}")
                yield Difference("special", field, one or None, other or None, told)

    @staticmethod
    def _periods(workflow: Workflow, policy: Policy, states: Iterable[str]) -> dict[str, list[str]]:
        count, found = counting(workflow, policy), dict[str, dict[str, None]]()
        for key in states:
            for row in workflow.limits_at.get(key, ()):
                for _, one, _ in count.relevant(row):
                    said = f"{words.period(one.start, one.end)} {words.length(one.length, one.unit).en}"
                    found.setdefault(row.field, {})[said] = None
        return {field: [*said] for field, said in found.items()}

    def rules(self) -> Iterator[Difference]:
        """The rules that are gone, new, or do another thing."""
        (old, _), (new, _) = self.old, self.new
        if old.fingerprint == new.fingerprint:
            return
        was, now = ({r.id: r for r in w.rules if r.source.key in some} for w, some in zip((old, new), self.states, strict=True))
        for id in dict.fromkeys((*was, *now)):
            one, other = was.get(id), now.get(id)
            if other is None and one is not None:
                yield Difference("rule_gone", id, _does(one), None, _told(Text("规则取消", "Rule gone"), one))
            elif one is None and other is not None:
                yield Difference("rule_new", id, None, _does(other), _told(Text("规则新增", "Rule new"), other))
            elif one is not None and other is not None and _does(one) != _does(other):
                yield Difference("rule_changed", id, _does(one), _does(other), _told(Text("规则变更", "Rule changed"), other))


def _reachable(workflow: Workflow, key: str) -> list[str]:
    """The states that may follow one, itself first; none where the table does not have it."""
    found = [key] if key in workflow.states else []
    for one in found:  # grows while it is read, by states of which there are finitely many
        found += dict.fromkeys(r.dest.key for r in workflow.rules if r.source.key == one and r.dest.key not in found)
    return found


def _lengths(workflow: Workflow, policy: Policy, key: str) -> Text:
    rows = workflow.limits_at.get(key, ())
    said = [words.length(row.length_in(policy), row.unit) for row in rows]
    if not said:
        return NONE
    parts = [f"{row.field} " if len(rows) > 1 else "" for row in rows]
    return Text(
        " / ".join(p + one.zh for p, one in zip(parts, said, strict=True)), " / ".join(p + one.en for p, one in zip(parts, said, strict=True))
    )


def _does(rule: Rule) -> str:
    """What a rule does, in ids."""
    guards = f" [{' '.join(guard.name for guard in rule.when)}]" if rule.when else ""
    effect = f" / {rule.effect.name}" if rule.effect else ""
    return f"{rule.source.key} {rule.event.name}{guards}{effect} → {rule.dest.key}"


def _told(what: Text, rule: Rule) -> Text:
    source, event, dest = rule.source, rule.event, rule.dest
    return Text(
        f"{what.zh} {rule.id}：“{source.zh}”时“{event.zh}” → “{dest.zh}”",
        f"{what.en} {rule.id}: “{event.en}” in “{source.en}” → “{dest.en}”",
    )


def _refused(before: tuple[Head, Live], ask: Asked, refusal: Unmoved | None) -> Iterator[Difference]:
    """The first of the case's steps that the new rules would not have taken."""
    found: Any = refusal
    if ask.how == "from_now":
        found = moved_on(*before, ask._replace(how="replay", facts={}))
    if isinstance(found, Unmoved) and found.step is not None:
        whole = found.text if ask.how == "replay" else _had_it_been(found.text)
        step = before[1].steps[found.step - 1]
        yield Difference("refused", step.event, step.rule.id, found.refusal.code if found.refusal else found.code, whole)


def _had_it_been(text: Text) -> Text:
    return Text(f"假如一开始就按新规则：{text.zh}", f"Had the new rules held from the start: {text.en}")
