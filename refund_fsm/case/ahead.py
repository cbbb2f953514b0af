"""Owns what is different in what a case may still come to under other rules: limits, special periods, rules; and `Difference`, the value.

Must not look at what the case has been through (`differing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from refund_fsm.case.refusal import NEEDS
from refund_fsm.text import Text, words
from refund_fsm.workflow import Guard, Limit, Policy, Rule, SpecialPeriod, State, Workflow, counting, policy_words

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
NEVER_SHORTER = Text("原时限更长的不变", "not where the ordinary end is later")


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
        """The limits that are others: in length, or in what they ask of the facts."""
        (old, was), (new, now) = self.old, self.new
        found: dict[tuple[Text, Text], list[State]] = {}
        for key in self.states[1]:
            if _asks(old, was, key) != _asks(new, now, key):
                pair = _lengths(old, was, key), _lengths(new, now, key)
                if pair[0] == pair[1]:  # the facts make the difference
                    pair = _lengths(old, was, key, guards=True), _lengths(new, now, key, guards=True)
                found.setdefault(pair, []).append(new.states[key])
        for (one, other), states in found.items():
            where = Text("、".join(state.zh for state in states), ", ".join(state.en for state in states))
            told = Text(f"“{where.zh}”的时限：{one.zh} → {other.zh}", f"Limit of “{where.en}”: {one.en} → {other.en}")
            yield Difference("limit", " ".join(state.key for state in states), one.en, other.en, told)

    def law(self) -> Iterator[Difference]:
        """The law's clocks that have another length."""
        tables = [({state.key: limit for state, limit in one.law.items()}, policy) for one, policy in (self.old, self.new)]
        for key in self.states[1]:
            one, other = (_row(law[key], policy) if key in law else NONE for law, policy in tables)
            if one != other:
                name, where = next(law[key].field for law, _ in reversed(tables) if key in law), self.new[0].states[key]
                told = Text(f"自“{where.zh}”起的法定期限：{one.zh} → {other.zh}", f"By law, from “{where.en}” on: {one.en} → {other.en}")
                yield Difference("law", name, one.en, other.en, told)

    def special(self) -> Iterator[Difference]:
        """The special periods that limits ahead may meet."""
        periods = self._periods(*self.old, self.states[0]), self._periods(*self.new, self.states[1])
        for field in dict.fromkeys((*periods[0], *periods[1])):
            one, other = (some.get(field, NONE) for some in periods)
            if one != other:
                called = policy_words.field(field)
                told = Text(f"{called.zh}的特殊日期：{one.zh} → {other.zh}", f"Special days of the {called.en}: {one.en} → {other.en}")
                before, after = (None if some is NONE else some.en for some in (one, other))
                yield Difference("special", field, before, after, told)

    @staticmethod
    def _periods(workflow: Workflow, policy: Policy, states: Iterable[str]) -> dict[str, Text]:
        count, found = counting(workflow, policy), dict[str, dict[Text, None]]()
        for key in states:
            for row in workflow.limits_at.get(key, ()):
                for _, one, guards in count.relevant(row):
                    found.setdefault(row.field, {})[_period(one, guards)] = None
        return {field: _joined([*said], "；", "; ") for field, said in found.items()}

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
            elif one is not None and other is not None and (how := [*_altered(one, other)]):
                said, what = _told(Text("规则变更", "Rule changed"), other), _joined(how, "；", "; ")
                told = Text(f"{said.zh}（{what.zh}）", f"{said.en} ({what.en})")
                yield Difference("rule_changed", id, _does(one), _does(other), told)


def _reachable(workflow: Workflow, key: str) -> list[str]:
    """The states that may follow one, itself first; all where the table does not have it."""
    if key not in workflow.states:
        return [*workflow.states]
    found = [key]
    for one in found:  # grows while it is read, by states of which there are finitely many
        found += dict.fromkeys(r.dest.key for r in workflow.rules if r.source.key == one and r.dest.key not in found)
    return found


def _asks(workflow: Workflow, policy: Policy, key: str) -> list[tuple[object, ...]]:
    """What tells the limit of a state from another: each row's length, its guards, and what is added when."""
    return [
        (row.field, row.length_in(policy), row.unit, [guard.name for guard in row.when], row.plus, row.plus_when and row.plus_when.name)
        for row in workflow.limits_at.get(key, ())
    ]


def _lengths(workflow: Workflow, policy: Policy, key: str, *, guards: bool = False) -> Text:
    rows = workflow.limits_at.get(key, ())
    several = len(rows) > 1
    return _joined([_row(row, policy, called=several, guards=guards) for row in rows], " / ", " / ") if rows else NONE


def _row(row: Limit, policy: Policy, *, called: bool = False, guards: bool = False) -> Text:
    """A row of a limit: its length, with what it is called where there are several, and the facts that it asks for."""
    length, name = words.length(row.length_in(policy), row.unit), policy_words.field(row.field)
    said = Text(f"{name.zh}{length.zh}", f"{name.en} {length.en}") if called else length
    if not guards:
        return said
    asked = [guard.text for guard in row.when]
    if row.plus is not None and row.plus_when is not None:
        asked.append(
            Text(
                f"“{row.plus_when.text.zh}”时加{policy_words.field(row.plus).zh}",
                f"plus the {policy_words.field(row.plus).en} when {row.plus_when.text.en}",
            )
        )
    return _when(said, asked)


def _period(one: SpecialPeriod, guards: Iterable[Guard]) -> Text:
    days, length = words.period(one.start, one.end), words.length(one.length, one.unit)
    asked = [guard.text for guard in guards]
    return _when(Text(f"{days} {length.zh}", f"{days} {length.en}"), [*asked, NEVER_SHORTER] if one.never_shorter else asked)


def _when(said: Text, asked: list[Text]) -> Text:
    what = _joined(asked, "，", ", ")
    return Text(f"{said.zh}（{what.zh}）", f"{said.en} ({what.en})") if asked else said


def _joined(texts: Iterable[Text], zh: str, en: str) -> Text:
    said = [*texts]
    return Text(zh.join(one.zh for one in said), en.join(one.en for one in said))


def _does(rule: Rule) -> str:
    """What a rule does, in ids."""
    guards = f" [{' '.join(guard.name for guard in rule.when)}]" if rule.when else ""
    effect = f" / {rule.effect.name}" if rule.effect else ""
    return f"{rule.source.key} {rule.event.name}{guards}{effect} → {rule.dest.key}"


def _altered(old: Rule, new: Rule) -> Iterator[Text]:
    """In what a rule does another thing than it did."""
    was, now = old.event, new.event
    if (old.source.key, was.name, old.dest.key) != (new.source.key, now.name, new.dest.key):
        yield Text(f"原为“{old.source.zh}”时“{was.zh}” → “{old.dest.zh}”", f"was “{was.en}” in “{old.source.en}” → “{old.dest.en}”")
    if was.actor.key != now.actor.key:
        yield Text(f"操作方：{was.actor.zh} → {now.actor.zh}", f"by: {was.actor.en} → {now.actor.en}")
    if set(was.needs) != set(now.needs):
        one, other = (_joined([NEEDS[need] for need in event.needs], "、", ", ") if event.needs else NONE for event in (was, now))
        yield Text(f"须提供：{one.zh} → {other.zh}", f"needs: {one.en} → {other.en}")
    for label, here, there in (
        (Text("不再要求", "no longer asks"), old.when, new.when),
        (Text("新要求", "now asks"), new.when, old.when),
    ):
        more = [guard.text for guard in here if guard.name not in {one.name for one in there}]
        if more:
            what = _joined(more, "，", ", ")
            yield Text(f"{label.zh}：{what.zh}", f"{label.en}: {what.en}")
    before, after = (rule.effect and (rule.effect.name, rule.effect.changes) for rule in (old, new))
    if before != after:
        yield Text("对事实的影响有变", "another effect on the facts")
    if (was.files, was.pays) != (now.files, now.pays):
        yield Text("是否重新认定事实或付款，有变", "derives facts anew or pays, or no longer does")


def _told(what: Text, rule: Rule) -> Text:
    source, event, dest = rule.source, rule.event, rule.dest
    return Text(
        f"{what.zh} {rule.id}：“{source.zh}”时“{event.zh}” → “{dest.zh}”",
        f"{what.en} {rule.id}: “{event.en}” in “{source.en}” → “{dest.en}”",
    )
