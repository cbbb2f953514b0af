"""Owns how a behaviour is shown: what of it is assumed, and what cites the guide. Must not judge it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from refund_fsm.cli.limit_view import PLATFORM, sources
from refund_fsm.orders import fact_labels
from refund_fsm.simulate.behaviour import ASSUMED, ILLUSTRATIVE, Behaviour, Choice, Fixed, LogNormal, Quantity, Triangular, Uniform, shipped
from refund_fsm.text import Languages, Text
from refund_fsm.text.sections import Answer, Notice, Section, Table, columns, json_of
from refund_fsm.workflow import Workflow

PLACE, SAYS, CITES = Text("位置", "place"), Text("内容", "what it says"), Text("依据", "cites")
INSURED, YES, NO = Text("有运费险", "freight insurance"), Text("是", "yes"), Text("否", "no")
KINDS = {
    "fixed": Text("固定", "fixed"),
    "uniform": Text("均匀", "uniform"),
    "exponential": Text("指数", "exponential"),
    "lognormal": Text("对数正态", "lognormal"),
    "triangular": Text("三角", "triangular"),
    "empirical": Text("经验", "empirical"),
}
UNITS = {
    "hours": Text("小时", "hours"),
    "days": Text("天", "days"),
    "working_days": Text("个工作日", "working days"),
    "fen": Text("分", "fen"),
}
FACTS = {"negotiated": Text("已协商过", "Negotiated before")}  # of those that nobody chooses when a case is filed
WEIGHTS = Text("依据只涉及用时；所有权重都是假设的", "what is cited is how long it takes; all weights are assumed")


def answer(workflow: Workflow, behaviour: Behaviour) -> Answer:
    """What is said of a behaviour."""
    return Answer(lambda lang: _sections(workflow, behaviour, lang), lambda: json_of(_data(workflow, behaviour)))


def _data(workflow: Workflow, behaviour: Behaviour) -> dict[str, Any]:
    """The behaviour as plain data, with the places of what is assumed and of what is cited."""
    found = list(rows(workflow, behaviour))
    return {
        "order_type": behaviour.order_type,
        "illustrative": True,
        "assumed": [{"place": place, "says": _pair(says)} for place, says, cites in found if cites == ASSUMED],
        "cited": [{"place": place, "says": _pair(says), "cites": cites} for place, says, cites in found if cites != ASSUMED],
        "behaviour": behaviour.model_dump(mode="json"),
    }


def rows(workflow: Workflow, behaviour: Behaviour) -> Iterator[tuple[str, Text, str]]:
    """Every row: its place in the file, what it says, what it cites."""
    yield "amount", _told(behaviour.amount), ASSUMED
    total = math.fsum(share.weight for share in behaviour.mix)
    for place, share in enumerate(behaviour.mix):
        parts = [*_facts(workflow, share.facts), *([INSURED] if share.freight_insurance else [])]
        told, weight = _joined(parts), f"{100 * share.weight / total:.1f} %"
        yield f"mix[{place}]", Text(f"{weight}：{told.zh}", f"{weight}: {told.en}") if parts else Text(weight, weight), share.cites
    for place, row in enumerate(behaviour.choices):
        yield f"choices[{place}]", _choice(workflow, row), row.cites


def _choice(workflow: Workflow, row: Choice) -> Text:
    """A row of the choices: where, who does what, for which facts, how likely, how long it takes."""
    state, event = workflow.states[row.state], workflow.events.get(row.event)
    if event is None:
        actor = workflow.actors[str(row.actor)]
        done = Text(f"{actor.zh}未操作", f"{actor.en} does nothing")
    else:
        done = event.text
    given = _joined(list(_facts(workflow, row.when)))
    when = Text(f"（{given.zh}）", f" ({given.en})") if row.when else Text("", "")
    delay = _told(row.delay) if row.delay else None
    zh = f"“{state.zh}”：{done.zh}{when.zh}，权重 {row.weight:g}{f'，用时 {delay.zh}' if delay else ''}"
    return Text(zh, f"“{state.en}”: {done.en}{when.en}, weight {row.weight:g}{f', takes {delay.en}' if delay else ''}")


def _sections(workflow: Workflow, behaviour: Behaviour, lang: Languages) -> Iterator[Section]:
    """The behaviour for people."""
    label = workflow.label
    noted = behaviour.note and (lang is not Languages.ZH or behaviour.order_type not in shipped())  # what ships is noted in English
    yield Section(Text(f"{label.zh}：行为", f"{label.en}: behaviour"), (Notice(ILLUSTRATIVE), *([behaviour.note] if noted else [])))
    found = list(rows(workflow, behaviour))
    rest = tuple((place, lang.stack(says), sources(cites, workflow, lang)) for place, says, cites in found if cites != ASSUMED)
    said = "the platform, the guide or the law" if any(PLATFORM in cites for _, _, cites in rest) else "the guide or the law"
    title = Text(f"有依据的（{len(rest)} 项）", f"What cites {said} ({len(rest)})")
    yield Section(title, (WEIGHTS, Table(columns(PLACE, SAYS, CITES), rest)))
    assumed = tuple((place, lang.stack(says)) for place, says, cites in found if cites == ASSUMED)
    yield Section(Text(f"假设的（{len(assumed)} 项）", f"What is assumed ({len(assumed)})"), (Table(columns(PLACE, SAYS), assumed),))


def _facts(workflow: Workflow, facts: dict[str, Any]) -> Iterator[Text]:
    """Each fact with its value, or the values of which it has one."""
    for name, given in facts.items():
        field = FACTS.get(name) or fact_labels.of_field(workflow, name)
        values = [_value(workflow, name, one) for one in (given if isinstance(given, tuple) else (given,))]
        zh, en = "或".join(value.zh for value in values), " or ".join(value.en for value in values)
        yield Text(f"{field.zh}={zh}", f"{field.en} = {en}")


def _value(workflow: Workflow, name: str, value: Any) -> Text:
    return (YES if value else NO) if isinstance(value, bool) else fact_labels.of_value(workflow, name, value)


def _joined(parts: list[Text]) -> Text:
    return Text("，".join(part.zh for part in parts), ", ".join(part.en for part in parts))


def _told(quantity: Quantity) -> Text:
    """The distribution with its parameters and its unit: 均匀 1–2 个工作日, uniform 1–2 working days."""
    kind, unit = KINDS[quantity.kind], UNITS[quantity.unit]
    if isinstance(quantity, (Uniform, Triangular)):
        span = f"{quantity.least:g}–{quantity.most:g}"
        most_likely = f"{quantity.mode:g}" if isinstance(quantity, Triangular) else ""
        zh, en = (f"，最可能 {most_likely}", f", most likely {most_likely}") if most_likely else ("", "")
        return Text(f"{kind.zh} {span} {unit.zh}{zh}", f"{kind.en} {span} {unit.en}{en}")
    if isinstance(quantity, Fixed):
        return Text(f"{kind.zh} {quantity.value:g} {unit.zh}", f"{kind.en} {quantity.value:g} {unit.en}")
    if isinstance(quantity, LogNormal):
        rest = f"{quantity.median:g}", f"σ {quantity.sigma:g}"
        return Text(f"{kind.zh}，中位数 {rest[0]} {unit.zh}，{rest[1]}", f"{kind.en}, median {rest[0]} {unit.en}, {rest[1]}")
    mean = f"{quantity.expected:g}"
    return Text(f"{kind.zh}，平均 {mean} {unit.zh}", f"{kind.en}, mean {mean} {unit.en}")


def _pair(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
