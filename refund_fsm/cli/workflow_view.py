"""Owns how a workflow's table is shown: for people as aligned tables, for programs as plain data. Must not change or judge it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from refund_fsm import orders
from refund_fsm.case import NEEDS
from refund_fsm.orders.guidance import guidance_of
from refund_fsm.text import Languages, Text, words
from refund_fsm.text.sections import Answer, Cell, Pairs, Section, Table, columns, json_of
from refund_fsm.workflow import ASSUMED, ASSUMED_TEXT, Limit, Policy, Rule, Span, State, Workflow, cited, spelled

ASSUMED_MEANS = Text("指南和法律都没说，是本程序的假设", "neither the guide nor the law says it: our own choice")


def workflow_dict(workflow: Workflow) -> dict[str, Any]:
    """A workflow as plain data: states, limits, rules; `law` are the clocks that only warn."""
    return {
        "order_type": workflow.key,
        "fingerprint": workflow.fingerprint,
        "states": [{"key": s.key, "zh": s.zh, "en": s.en, "final": s.final} for s in workflow.states.values()],
        "limits": [
            {**_limit_dict(group, limit), "clock": any(state.key in workflow.clock_rules for state in group)}
            for group, rows in workflow.groups
            for limit in rows
        ],
        "law": [_limit_dict((state,), limit) for state, limit in workflow.law.items()],
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
    yield Section(workflow.label, (fingerprint,))
    yield Section(None, (_states(workflow, lang),))
    yield Section(None, (_rules(workflow, lang),))
    guards = tuple((guard.name, lang.stack(guard.text)) for guard in workflow.guards.values())
    yield Section(Text("条件", "Guards"), (Pairs(guards),))
    yield Section(Text("出处", "Sources"), (Pairs(tuple(_sources(workflow, lang))),))


def _states(workflow: Workflow, lang: Languages) -> Table:
    headings = (Text("状态", "state"), Text("名称", "label"), Text("期限", "limit"), Text("到期", "then"), Text("依据", "cites"))
    rows = [_state(state, workflow, lang) for state in workflow.states.values()]
    rows += [_law(state, limit, lang) for state, limit in workflow.law.items()]
    return Table(columns(*headings), tuple(rows))


def _state(state: State, workflow: Workflow, lang: Languages) -> tuple[Cell, ...]:
    if state.final:
        return state.key, state.text, lang.say(Text("终态", "final"), " "), "", ""
    rows = workflow.limits_at.get(state.key)
    if rows is None:
        return state.key, state.text, "", "", ""
    limit = rows[-1]
    clock = workflow.clock_rules.get(state.key, ())
    fires = ", ".join(rule.id for rule in clock) if clock else lang.say(Text("记逾期", "breach"), " ")
    return state.key, state.text, limit_text(limit, lang), fires, cited(limit.cites, lang)


def _law(state: State, limit: Limit, lang: Languages) -> tuple[Cell, ...]:
    warns = lang.say(Text("只提示", "warns only"), " ")
    return f"{state.key} →", Text("法定期限", "statutory clock"), limit_text(limit, lang), warns, cited(limit.cites, lang)


def limit_text(limit: Limit, lang: Languages) -> str:
    """A limit's length under the guide's policy, with its unit and its field."""
    policy = Policy.guide()
    value = None if limit.length is not None else getattr(policy, limit.field)
    most = limit.length_in(policy)
    said = lang.say(words.length(most, limit.unit), " ")
    return f"{value.at_least}–{said} ({limit.field})" if isinstance(value, Span) else f"{said} ({limit.field})"


def _rules(workflow: Workflow, lang: Languages) -> Table:
    headings = [
        *(Text("规则", "rule"), Text("操作", "event"), Text("操作方", "actor"), Text("从 → 到", "from → to")),
        *(Text("条件、须提供、改变", "guards, needs, effect"), Text("依据", "cites")),
    ]
    rows = []
    for rule in workflow.rules:
        leads = f"{rule.source.key}\n{'(internal)' if rule.internal else f'→ {rule.dest.key}'}"
        event = f"{rule.event.name}\n{lang.say(rule.event.text)}"
        rows.append((rule.id, event, lang.stack(rule.actor.text), leads, "\n".join(_terms(rule, lang)), cited(rule.cites, lang)))
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
    found = dict.fromkeys(id for cites in marks for id in spelled(cites))
    order = [*workflow.catalogue, ASSUMED]
    for id in sorted(found, key=order.index):
        yield lang.say(ASSUMED_TEXT, " ") if id == ASSUMED else id, "\n".join(source_lines(workflow, id, lang))


def source_lines(workflow: Workflow, id: str, lang: Languages) -> Iterator[str]:
    """What a cited rule says, one line for each language; a rule of the law with its article."""
    for one in lang.each:
        if id == ASSUMED:
            yield ASSUMED_MEANS.get(one)
            continue
        rule = workflow.catalogue[id]
        article = f" ({rule.article.get(one)})" if rule.article else ""
        yield f"{rule.text.get(one)}{article}"


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
