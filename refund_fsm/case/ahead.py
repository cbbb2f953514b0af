"""Owns what is different in what a case may still come to under other rules: limits, special periods, rules; and `Difference`, the value.

Must not look at what the case has been through (`differing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from refund_fsm.text import Text, words
from refund_fsm.workflow import Policy, Rule, State, Workflow, counting

Kind = Literal[
    "table",
    "policy",
    "state",
    "fact",
    "due",
    "law",
    "clock",
    "breach",
    "paid",
    "limit",
    "special",
    "rule_gone",
    "rule_new",
    "rule_changed",
    "refused",
]
NONE = Text("没有", "none")


class Difference(NamedTuple):
    """One difference. `name` is the field, fact, rule or limit; `before` and `after` are plain, None where there is none; `text` tells."""

    kind: Kind
    name: str
    before: str | int | bool | None
    after: str | int | bool | None
    text: Text


class Ahead:
    """What a case may still come to, under its own rules and under the new ones."""

    def __init__(self, old: tuple[Workflow, Policy], here: str, new: tuple[Workflow, Policy], there: str) -> None:
        self.old, self.new = old, new
        self.states = _reachable(old[0], here), _reachable(new[0], there)

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

    def rules(self, fired: Iterable[Rule]) -> Iterator[Difference]:
        """The rules that are gone, new, or do another thing: those ahead, and those that the case has `fired`."""
        (old, _), (new, _) = self.old, self.new
        if old.fingerprint == new.fingerprint:
            return
        past = [rule.id for rule in fired if rule.id in old.by_id]
        near = [r.id for table, some in zip((old, new), self.states, strict=True) for r in table.rules if r.source.key in some]
        for id in dict.fromkeys((*past, *near)):
            one, other = old.by_id.get(id), new.by_id.get(id)
            if other is None and one is not None:
                yield Difference("rule_gone", id, _does(one), None, _told(Text("规则取消", "Rule gone"), one))
            elif one is None and other is not None:
                yield Difference("rule_new", id, None, _does(other), _told(Text("规则新增", "Rule new"), other))
            elif one is not None and other is not None and _does(one) != _does(other):
                yield Difference("rule_changed", id, _does(one), _does(other), _told(Text("规则变更", "Rule changed"), other))


def _reachable(workflow: Workflow, key: str) -> list[str]:
    """The states that may follow one, itself first; all where the table does not have it."""
    if key not in workflow.states:
        return [*workflow.states]
    found = [key]
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
        " / ".join(p + one.zh for p, one in zip(parts, said, strict=True)),
        " / ".join(p + one.en for p, one in zip(parts, said, strict=True)),
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
