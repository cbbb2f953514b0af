"""Owns the marks of a change: rules, guards and limits that were added, removed or changed between two workflows or policies.

Must not know how marks look.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from operator import methodcaller

from refund_fsm.case import NEEDS
from refund_fsm.diagram.limits import SPECIAL_MARK, Row, Special, becomes, in_short, is_plain, rows_of
from refund_fsm.diagram.marks import CHANGES, Mark, Marks, Note, Sign
from refund_fsm.diagram.versions import gone, paired
from refund_fsm.text import SHANGHAI, Text, words
from refund_fsm.workflow import Guard, Limit, Policy, Rule, State, Value, Workflow, assignments, counting, policy_words, reads_of, unit_of

KEY: tuple[tuple[Sign, Text], ...] = tuple((tone, text) for tone, (_, text) in CHANGES.items())
NOTHING = Text("没有差异", "no difference")
COMPARED = Text("与“{}”相比（不比出处）", "compared with “{}”, but for the sources")
TRIED = 64  # sets of opening facts that two policies are compared on
STRIDE = 37  # where there are more, every so many: a prime, so that no fact stays the same
PROBED = datetime(2026, 2, 12, 10, tzinfo=SHANGHAI)  # before a long holiday, where days and working days part
AHEAD = tuple(timedelta(hours=hours) for hours in (*range(72), *range(72, 40 * 24, 24)))


def marks_of(now: Workflow, policy: Policy, before: Workflow, earlier: Policy) -> Marks:
    """What became of `before` under `earlier`, read off the tables: rules by id, states by key, limits by state.

    Between policies, a rule counts as added or removed when its guards can hold under one of them alone, and as changed when a
    fact that they read is derived otherwise (found by trying openings over the hours and days after 12 February 2026).
    """
    rules = dict(_rules(now, policy, before, earlier))
    states = dict(_states(now, policy, before, earlier))
    fields = [name for name in Policy.model_fields if getattr(policy, name) != getattr(earlier, name) and _acts(name, now, policy, earlier)]
    told = [policy_words.change(name, policy, earlier) for name in fields]
    said = Text("；".join(one.zh for one in told), "; ".join(one.en for one in told))
    heading = (said,) if fields else () if rules or states else (NOTHING,)
    if now.key != before.key:
        other = Text(COMPARED.zh.format(before.label.zh), COMPARED.en.format(before.label.en))
        heading = (other, *heading)
    return Marks(rules, states, Mark("faded"), heading, KEY)


def _acts(name: str, workflow: Workflow, policy: Policy, earlier: Policy) -> bool:
    """Whether a policy field alone makes a difference: to a limit, to a fact that it fixes or bounds, to how facts are derived."""
    limits = {field for row in workflow.limit_rows for field in (row.field, row.plus)} | {limit.field for limit in workflow.law.values()}
    if name == "special":
        return any(counting(workflow, one).relevant(row) for one in (policy, earlier) for row in workflow.limit_rows)
    facts = {said for one in workflow.fact_fields for said in (one.name, one.up_to)}
    alone = earlier.model_copy(update={name: getattr(policy, name)})
    return name in limits | facts or bool(_moved_facts(workflow, alone, earlier))


def _rules(now: Workflow, policy: Policy, before: Workflow, earlier: Policy) -> Iterator[tuple[str, Mark]]:
    moved = _moved_facts(now, policy, earlier) if policy != earlier else frozenset()
    pairs = paired(now, before)
    for rule in now.rules:
        old = pairs.get(rule.id)
        if old is None:
            yield rule.id, Mark("added")
            continue
        was, may = (policy == earlier or _can_fire(flow, one, under) for flow, one, under in ((before, old, earlier), (now, rule, policy)))
        if was != may:
            yield rule.id, Mark("added" if may else "removed", (_by_policy(now, rule, policy),))
            continue
        notes = (
            *_altered(old, rule, sources=now.key == before.key),
            *_rederived(now, rule, policy, moved),
            *_timed(now, rule, policy, before, earlier),
        )
        if notes:
            yield rule.id, Mark("changed", notes)
    for rule in gone(now, before):
        yield rule.id, Mark("removed")


def _can_fire(workflow: Workflow, rule: Rule, policy: Policy) -> bool:
    """Whether its guards can hold together for some facts that the policy allows."""
    domains = {one.name: one.start(policy) if one.by_policy else one.domain(policy) for one in workflow.fact_fields}
    reads = [name for name in domains if any(name in reads_of(guard, domains) for guard in rule.when)]
    return any(all(guard(_Known(known)) for guard in rule.when) for known in assignments(reads, domains))


class _Known:
    def __init__(self, known: Mapping[str, Value]) -> None:
        self.__dict__.update(known)


def _by_policy(workflow: Workflow, rule: Rule, policy: Policy) -> Note:
    """What the policy says that lets the rule fire, or bars it."""
    domains = workflow.domains(policy)
    fixed = [one.name for one in workflow.fact_fields if one.by_policy and any(one.name in reads_of(guard, domains) for guard in rule.when)]
    told = [(policy_words.FIELDS[name], policy_words.value(name, policy)) for name in fixed]
    zh, en = "，".join(f"{name.zh}：{value.zh}" for name, value in told), ", ".join(f"{name.en}: {value.en}" for name, value in told)
    return _note(Text(f"因政策（{zh}）", f"by policy ({en})"))


def _altered(old: Rule, rule: Rule, *, sources: bool) -> Iterator[Note]:
    if old.source.key != rule.source.key or old.dest.key != rule.dest.key:
        yield _note(Text(f"原为 {old.source.zh} → {old.dest.zh}", f"was {old.source.en} → {old.dest.en}"))
    if (old.event.name, old.actor.key, old.event.text) != (rule.event.name, rule.actor.key, rule.event.text):
        yield _note(Text(f"原为 {old.actor.zh} {old.event.zh}", f"was {old.actor.en}: {old.event.en}"))
    yield from _guards(old.when, rule.when)
    if (old.effect and old.effect.name) != (rule.effect and rule.effect.name):
        yield _note(Text("后果有变", "another effect"))
    if old.event.needs != rule.event.needs:
        needed = [NEEDS[need] for need in old.event.needs]
        yield _note(
            Text(f"所需材料原为 {'、'.join(one.zh for one in needed) or '–'}", f"needed {', '.join(one.en for one in needed) or '–'}")
        )
    if (old.event.files, old.event.pays) != (rule.event.files, rule.event.pays):
        yield _note(Text("是否重新认定事实或付款，有变", "files anew or pays, or no longer"))
    if sources and old.cites.split() != rule.cites.split():
        yield _note(Text(f"出处原为 {old.cites}", f"source was {old.cites}"))


def _guards(old: tuple[Guard, ...], new: tuple[Guard, ...]) -> Iterator[Note]:
    kept = {guard.name for guard in old} & {guard.name for guard in new}
    for sign, guards in (("−", old), ("+", new)):
        for guard in guards:
            if guard.name not in kept:
                yield Note(Text(f"[{guard.text.zh}]", f"[{guard.text.en}]"), "change", lead=sign)


def _moved_facts(workflow: Workflow, policy: Policy, earlier: Policy) -> frozenset[str]:
    """The facts that a case can get otherwise under the two policies: that start elsewhere, or that some opening shows."""
    fields = [one for one in workflow.fact_fields if not one.by_policy]
    starts = {one.name: one.start(policy) for one in workflow.fact_fields}
    found = {one.name for one in fields if one.start(policy) != one.start(earlier)}
    stride = STRIDE if math.prod(map(len, starts.values())) > TRIED else 1
    for known in itertools.islice(assignments(tuple(starts), starts), 0, TRIED * stride, stride):
        made_up = workflow.make_up(workflow.facts(**known), PROBED)
        if made_up is None:
            continue
        for ahead in AHEAD:
            one, two = (workflow.derive(*made_up, PROBED + ahead, which) for which in (policy, earlier))
            found |= {field.name for field in fields if field.up_to is None and getattr(one, field.name) != getattr(two, field.name)}
    return frozenset(found)


def _rederived(workflow: Workflow, rule: Rule, policy: Policy, moved: frozenset[str]) -> Iterator[Note]:
    """Guards of a rule that read a fact which the policies give otherwise."""
    domains = workflow.domains(policy)
    for guard in rule.when:
        if moved.intersection(reads_of(guard, domains)):
            yield _note(Text(f"判定有变 [{guard.text.zh}]", f"judged otherwise [{guard.text.en}]"))


def _timed(now: Workflow, rule: Rule, policy: Policy, before: Workflow, earlier: Policy) -> Iterator[Note]:
    if rule.by_clock:
        old, new = rows_of(before, earlier, rule.source.key), rows_of(now, policy, rule.source.key)
        zh, en = ([in_short(rows, methodcaller("get", lang)) for rows in (old, new)] for lang in ("zh", "en"))
        if old and new and zh[0] != zh[1]:
            yield _note(Text(f"原时限 ≤ {zh[0]}", f"was ≤ {en[0]}"))


def _states(now: Workflow, policy: Policy, before: Workflow, earlier: Policy) -> Iterator[tuple[str, Mark]]:
    for key, state in now.states.items():
        if key not in before.states:
            yield key, Mark("added")
            continue
        sources = now.key == before.key  # two tables have sources of their own
        notes = [*_rows(rows_of(before, earlier, key), earlier, rows_of(now, policy, key), policy, sources=sources)]
        laws = [{one.key: limit for one, limit in workflow.law.items()}.get(key) for workflow in (before, now)]
        notes += _limits(laws[0], earlier, laws[1], policy, sources=sources)
        notes += _renamed(before.states[key], state)
        if _together(before, key) != _together(now, key):
            notes.append(_note(Text("与其他状态合计时限有变", "shares its limit with other states")))
        if (before.initial.key == key) != (now.initial.key == key):
            notes.append(_note(Text("起始状态有变", "the initial state, before or now")))
        if notes:
            yield key, Mark("changed", tuple(notes))
    for key in before.states:
        if key not in now.states:
            yield key, Mark("removed")


def _renamed(old: State, state: State) -> Iterator[Note]:
    if old.text != state.text:
        yield _note(Text(f"原名 {old.zh}", f"was “{old.en}”"))
    if old.final != state.final:
        yield _note(Text("终态有变", "final before, or now"))
    if old.good != state.good:
        yield _note(Text("是否算办妥，有变", "a good end before, or now"))


def _together(workflow: Workflow, key: str) -> set[str]:
    """The states that are counted together with one."""
    return {state.key for state in workflow.groups[workflow.group_of[key]][0]} if key in workflow.group_of else set()


def _rows(old: tuple[Row, ...], earlier: Policy, new: tuple[Row, ...], policy: Policy, *, sources: bool) -> Iterator[Note]:
    """What became of the rows of a limit: those of the same guards are one row."""
    if is_plain(old) and is_plain(new):
        yield from _limits(old[0].limit if old else None, earlier, new[0].limit if new else None, policy, sources=sources)
        return
    was = {row.when: row for row in old}
    for row in new:
        yield from _row(was[row.when], row, sources=sources) if row.when in was else (_told("+", row),)
    yield from (_told("−", row) for row in old if row.when not in {one.when for one in new})


def _row(old: Row, new: Row, *, sources: bool) -> Iterator[Note]:
    if (old.length, old.limit.unit) != (new.length, new.limit.unit):
        yield _told("Δ", old, was=True)
    elif sources and old.limit.cites.split() != new.limit.cites.split():
        yield _note(Text(f"时限出处原为 {old.limit.cites}", f"source of the limit was {old.limit.cites}"))
    if (old.plus, old.limit.plus_when and old.limit.plus_when.name) != (new.plus, new.limit.plus_when and new.limit.plus_when.name):
        yield from (_added(sign, row) for sign, row in (("−", old), ("+", new)) if row.plus and row.limit.plus_when)
    kept = {_days(one) for one in old.special} & {_days(one) for one in new.special}
    for sign, row in (("−", old), ("+", new)):
        yield from (_special(sign, one) for one in row.special if _days(one) not in kept)


def _told(sign: str, row: Row, *, was: bool = False) -> Note:
    """A row: its length and its guards."""
    unit = words.UNITS[row.limit.unit]
    zh, en = ("".join(f" [{guard.text.get(lang)}]" for guard in row.limit.when) for lang in ("zh", "en"))
    opening = ("原", "was ") if was else ("", "")
    return Note(Text(f"{opening[0]}≤ {row.length} {unit.zh}{zh}", f"{opening[1]}≤ {row.length} {unit.en}{en}"), "change", lead=sign)


def _added(sign: str, row: Row) -> Note:
    assert row.limit.plus_when is not None, "what is added has its guard"
    why, unit = row.limit.plus_when.text, words.UNITS[unit_of(str(row.limit.plus))]
    return Note(Text(f"加 {row.plus} {unit.zh} [{why.zh}]", f"plus {row.plus} {unit.en} [{why.en}]"), "change", lead=sign)


def _special(sign: str, special: Special) -> Note:
    span = words.period(special.period.start, special.period.end)
    zh, en = (becomes(special, methodcaller("get", lang)) for lang in ("zh", "en"))
    return Note(Text(zh, en), "change", lead=f"{sign} {SPECIAL_MARK} {span}:")


def _days(special: Special) -> tuple[object, ...]:
    """What tells special periods of one limit apart."""
    period = special.period
    guards = tuple(guard.name for guard in special.guards)
    return period.start, period.end, guards, period.length, period.unit, period.never_shorter, period.cites


def _limits(old: Limit | None, earlier: Policy, new: Limit | None, policy: Policy, *, sources: bool) -> Iterator[Note]:
    if old is None and new is not None:
        yield _note(Text("新增时限", "a limit now"))
    elif old is not None and (new is None or _span(old, earlier) != _span(new, policy)):
        yield _was(old, earlier)
    elif sources and old is not None and _cited(old) != _cited(new):
        yield _note(Text(f"时限出处原为 {old.cites}", f"source of the limit was {old.cites}"))


def _cited(limit: Limit | None) -> list[str]:
    return limit.cites.split() if limit else []


def _span(limit: Limit, policy: Policy) -> tuple[int, str]:
    return limit.length_in(policy), limit.unit


def _was(limit: Limit, policy: Policy) -> Note:
    count, unit = limit.length_in(policy), words.UNITS[limit.unit]
    return _note(Text(f"原时限 ≤ {count} {unit.zh}", f"was ≤ {count} {unit.en}"))


def _note(text: Text) -> Note:
    return Note(text, "change")
