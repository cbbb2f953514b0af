"""Owns how a workflow's table is shown: for people as aligned tables, for programs as plain data. Must not change or judge it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refund_fsm import orders
from refund_fsm.case import NEEDS
from refund_fsm.cli import limit_view
from refund_fsm.orders.guidance import guidance_of
from refund_fsm.text import Languages, Text, words
from refund_fsm.text.sections import Answer, Cell, Pairs, Section, Table, columns, json_of
from refund_fsm.workflow import ASSUMED, ASSUMED_TEXT, Limit, Rule, State, Workflow, edition_at, spelled

HOLDS = Text("自 {} 起施行", "holds from {}")
PROFILE = Text("不指定政策时按", "without a policy:")
SPECIAL = Text("※ 特殊期间：到期落在其中的时限改为", "※ Special periods: a limit that would end in one becomes")
NOBODY_SAYS = Text("指南、法律和平台都没说，是本程序的假设", "neither the guide nor the law nor the platform says it: our own choice")
ASSUMED_MEANS = Text("指南和法律都没说，是本程序的假设", "neither the guide nor the law says it: our own choice")


def workflow_dict(workflow: Workflow) -> dict[str, Any]:
    """A workflow as plain data: states, limits row by row, special periods, rules; `law` are the clocks that only warn."""
    policy = workflow.default_policy()
    return {
        "order_type": workflow.key,
        "fingerprint": workflow.fingerprint,
        "profile": workflow.profile,
        "holds_from": workflow.holds_from.isoformat() if workflow.holds_from else None,
        "states": [{"key": s.key, "zh": s.zh, "en": s.en, "final": s.final, "good": s.good} for s in workflow.states.values()],
        "limits": [
            {
                **_limit_dict(group, limit),
                "clock": any(state.key in workflow.clock_rules for state in group),
                **limit_view.row_dict(limit, policy),
            }
            for group, rows in workflow.groups
            for limit in rows
        ],
        "special": [limit_view.special_dict(one) for one in limit_view.specials(workflow, policy)],
        "law": [{**_limit_dict((state,), limit), "when": [guard.name for guard in limit.when]} for state, limit in workflow.law.items()],
        "rules": [_rule_dict(rule) for rule in workflow.rules],
    }


def _limit_dict(group: tuple[State, ...], limit: Limit) -> dict[str, Any]:
    return {"states": [s.key for s in group], "field": limit.field, "unit": limit.unit, "cites": list(spelled(limit.cites))}


def _rule_dict(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "event": rule.event.name,
        "actor": rule.actor.key,
        "source": rule.source.key,
        "dest": rule.dest.key,
        "guards": [guard.name for guard in rule.when],
        "needs": list(rule.event.needs),
        "effect": list(rule.effect.changes) if rule.effect else [],
        "cites": list(rule.sources),
        "internal": rule.internal,
    }


def workflow_answer(workflow: Workflow) -> Answer:
    """What is said of a workflow's table."""
    return Answer(lambda lang: _sections(workflow, lang), lambda: json_of(workflow_dict(workflow)))


def _sections(workflow: Workflow, lang: Languages) -> Iterator[Section]:
    """A workflow for people: states and limits, rules, and what the cited rules say."""
    fingerprint = f"{workflow.key} · {lang.say(Text('指纹', 'fingerprint'), ' ')} {workflow.fingerprint[:12]}"
    yield Section(workflow.label, (fingerprint, *_holding(workflow, lang)))
    yield Section(None, (_states(workflow, lang),))
    if limit_view.specials(workflow, workflow.default_policy()):
        yield Section(SPECIAL, (limit_view.special_table(workflow, workflow.default_policy(), lang),))
    yield Section(None, (_rules(workflow, lang),))
    guards = tuple((guard.name, lang.stack(guard.text)) for guard in workflow.guards.values())
    yield Section(Text("条件", "Guards"), (Pairs(guards),))
    yield Section(Text("出处", "Sources"), (Pairs(tuple(_sources(workflow, lang))),))


def _holding(workflow: Workflow, lang: Languages) -> Iterator[str]:
    """Since when the table holds, and under which profile it is taken, where that is not the guide's."""
    if workflow.holds_from is not None:
        since = words.since(workflow.holds_from)
        yield from (HOLDS.get(one).format(since) for one in lang.each)
    if workflow.profile != "guide":
        copy = f" ({edition_at(None).copy})" if workflow.profile == "platform" else ""
        yield f"{lang.say(PROFILE, ' ')} {workflow.profile}{copy}"


def _states(workflow: Workflow, lang: Languages) -> Table:
    headings = (Text("状态", "state"), Text("名称", "label"), Text("期限", "limit"), Text("到期", "then"), Text("依据", "cites"))
    rows = [row for state in workflow.states.values() for row in _state(state, workflow, lang)]
    rows += [_law(state, limit, workflow, lang) for state, limit in workflow.law.items()]
    return Table(columns(*headings), tuple(rows))


def _state(state: State, workflow: Workflow, lang: Languages) -> Iterator[tuple[Cell, ...]]:
    """A state, with a line for each row of its limit: the first whose guards hold counts."""
    if state.final:
        good = Text("终态，办妥而不涉及退款", "final, done without money")
        yield state.key, state.text, lang.say(good if state.good else Text("终态", "final"), " "), "", ""
        return
    rows = workflow.limits_at.get(state.key, ())
    if not rows:
        yield state.key, state.text, "", "", ""
    clock = workflow.clock_rules.get(state.key, ())
    fires = ", ".join(rule.id for rule in clock) if clock else lang.say(Text("记逾期", "breach"), " ")
    for place, row in enumerate(rows):
        name: tuple[Cell, Cell] = ("", "") if place else (state.key, state.text)
        told = limit_view.row_text(row, workflow.default_policy(), lang, alone=len(rows) == 1)
        yield *name, told, fires, limit_view.sources(row.cites, workflow, lang)


def _law(state: State, limit: Limit, workflow: Workflow, lang: Languages) -> tuple[Cell, ...]:
    warns = lang.say(Text("只提示", "warns only"), " ")
    told = limit_view.row_text(limit, workflow.default_policy(), lang)
    return f"{state.key} →", Text("法定期限", "statutory clock"), told, warns, limit_view.sources(limit.cites, workflow, lang)


def _rules(workflow: Workflow, lang: Languages) -> Table:
    headings = [
        *(Text("规则", "rule"), Text("操作", "event"), Text("操作方", "actor"), Text("从 → 到", "from → to")),
        *(Text("条件、须提供、改变", "guards, needs, effect"), Text("依据", "cites")),
    ]
    rows = []
    for rule in workflow.rules:
        leads = f"{rule.source.key}\n{'(internal)' if rule.internal else f'→ {rule.dest.key}'}"
        event = f"{rule.event.name}\n{lang.say(rule.event.text)}"
        rows.append(
            (
                rule.id,
                event,
                lang.stack(rule.actor.text),
                leads,
                "\n".join(_terms(rule, lang)),
                limit_view.sources(rule.cites, workflow, lang),
            )
        )
    return Table(columns(*headings), tuple(rows), ruled=True)


def _terms(rule: Rule, lang: Languages) -> Iterator[str]:
    for guard in rule.when:
        yield guard.name
    for need in rule.event.needs:
        yield f"+ {lang.say(NEEDS[need])}" if need in NEEDS else f"+ {need}"
    if rule.effect:
        yield f"{rule.effect.name}: {', '.join(rule.effect.changes)}"


def _sources(workflow: Workflow, lang: Languages) -> Iterator[tuple[str, str]]:
    """What every cited rule of the catalogue says, in words."""
    marks = [rule.cites for rule in workflow.rules] + [limit.cites for limit in (*workflow.limit_rows, *workflow.law.values())]
    marks += [one.cites for one in limit_view.specials(workflow, workflow.default_policy())]
    found = dict.fromkeys(id for cites in marks for id in spelled(cites))
    order = [*workflow.catalogue, ASSUMED]
    for id in sorted(found, key=order.index):
        sign = f"{limit_view.PLATFORM} " if limit_view.is_published(id, workflow.catalogue) else ""
        yield lang.say(ASSUMED_TEXT, " ") if id == ASSUMED else f"{sign}{id}", "\n".join(source_lines(workflow, id, lang))
    if any(limit_view.is_published(id, workflow.catalogue) for id in found):
        yield limit_view.PLATFORM, lang.stack(limit_view.PLATFORM_MEANS)


def source_lines(workflow: Workflow, id: str, lang: Languages) -> Iterator[str]:
    """What a cited rule says, one line for each language; a rule of the law with its article, one of the platform with what it published
    and the date of the copy."""
    for one in lang.each:
        if id == ASSUMED:
            yield (NOBODY_SAYS if workflow.profile == "platform" else ASSUMED_MEANS).get(one)
            continue
        rule = workflow.catalogue[id]
        where = rule.article or limit_view.published(rule)
        yield f"{rule.text.get(one)}{f' ({where.get(one)})' if where else ''}"


def orders_list() -> list[dict[str, Any]]:
    """The registered order types as plain data."""
    found = []
    for key in orders.keys():
        workflow = orders.get(key)
        guidance = guidance_of(workflow)
        found.append(
            {
                "order_type": key,
                "label": {"zh": workflow.label.zh, "en": workflow.label.en},
                "states": len(workflow.states),
                "rules": len(workflow.rules),
                "fingerprint": workflow.fingerprint,
                "applies": {"zh": guidance.applies.text.zh, "en": guidance.applies.text.en} if guidance else None,
                "cites": list(guidance.applies.sources) if guidance else [],
            }
        )
    return found


def orders_answer() -> Answer:
    """What is said of the registered order types."""
    return Answer(_order_types, lambda: json_of(orders_list()))


def _order_types(lang: Languages) -> Iterator[Section]:
    headings = (
        *(Text("类型", "order type"), Text("流程", "process"), Text("状态数", "states"), Text("规则数", "rules")),
        *(Text("指纹", "fingerprint"), Text("何时适用", "when it applies")),
    )
    rows = []
    for one in orders_list():
        applies = lang.stack(Text(**one["applies"])) + f" ({', '.join(one['cites'])})" if one["applies"] else ""
        label = lang.stack(Text(**one["label"]))
        rows.append((one["order_type"], label, str(one["states"]), str(one["rules"]), one["fingerprint"][:12], applies))
    yield Section(None, (Table(columns(*headings), tuple(rows), ruled=True),))
