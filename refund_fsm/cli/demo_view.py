"""Owns the demo: shipped scenarios told move by move, each with its reason in words. Must not judge: a trace has all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from refund_fsm.case import NEWS_LABEL, Step
from refund_fsm.cli.limit_view import due_before, sources, why_lines
from refund_fsm.cli.trace_view import BREACH, LATE, PROVISIONAL, REPEATED, about, breach_text, due_text
from refund_fsm.cli.workflow_view import source_lines
from refund_fsm.errors import BadData
from refund_fsm.scenario import Trace, TraceRow, find, load, shipped
from refund_fsm.text import Languages, Text, one_line, stamp, words
from refund_fsm.text.sections import Answer, Section, json_of, lines
from refund_fsm.workflow import ASSUMED, Workflow, spelled

SHORT = ("shop_arbitration_for_the_buyer",)
INDENT = "   "
WHY = Text("依据", "why")
HELD = Text("条件成立", "held")
NOTE = Text("说明", "note")
DUE = Text("期限", "due")
PASSED = Text("时限已到", "the limit has passed")
MORE = Text(
    "更多案例: refund-fsm demo --list（--all 全部）; 每条规则的全文: refund-fsm show 类型; 逐行表格: refund-fsm run 场景",
    "More cases: refund-fsm demo --list (--all for all); rules in words: refund-fsm show ORDER_TYPE; as a table: refund-fsm run SCENARIO",
)


def known(names: Sequence[str]) -> Sequence[str]:
    """The names of shipped scenarios as they are. `BadData` for one that is none of theirs."""
    for name in names:
        if name not in shipped():
            raise BadData("scenario", name, f"one of {', '.join(shipped())}")
    return names


def answer(played: Sequence[Trace]) -> Answer:
    """What is said of traces, told move by move."""
    return Answer(lambda lang: _sections(played, lang), lambda: json_of(_data(played)))


def titles_answer() -> Answer:
    """What is said of the shipped scenarios: name and title."""
    titles = {name: load(find(name)).title for name in shipped()}
    width = max(map(len, titles))

    def made(lang: Languages) -> tuple[Section, ...]:
        return lines([f"{name:<{width}}  {lang.say(title) if title else ''}".rstrip() for name, title in titles.items()])

    return Answer(made, lambda: json_of([{"name": name, "title": {"zh": t.zh, "en": t.en} if t else None} for name, t in titles.items()]))


def _data(played: Sequence[Trace]) -> dict[str, Any]:
    """The traces as plain data, with the words of every catalogue rule that their steps cite."""
    said = {id: trace.case.workflow.catalogue[id].text for trace in played for id in _cited(trace) if id != ASSUMED}
    return {"scenarios": [trace.to_dict() for trace in played], "catalogue": {id: {"zh": t.zh, "en": t.en} for id, t in said.items()}}


def _cited(trace: Trace) -> Iterator[str]:
    return (id for step in trace.case.steps for id in step.rule.sources)


def _sections(played: Sequence[Trace], lang: Languages) -> Iterator[Section]:
    """The scenarios told, one after the other."""
    for number, trace in enumerate(played, 1):
        title = trace.scenario.title
        yield Section(f"━━━ {number}. {lang.say(title) if title else trace.scenario.where}", (about(trace, lang),))
        for place, row in enumerate(trace.rows, 1):
            yield _move(place, row, trace, lang)
        yield _outcome(trace, lang)
    yield Section(None, (lang.stack(MORE),))


def _move(place: int, row: TraceRow, trace: Trace, lang: Languages) -> Section:
    workflow = trace.case.workflow
    mark = f" ({lang.say(PROVISIONAL)})" if row.provisional else ""
    title = f"{place:>2} {stamp(row.at)}{mark}  {lang.say(_headline(row, workflow), '  |  ')}"
    told: list[str] = []
    if row.step is not None:
        told += _reasons(row.step, workflow, lang, trace)
        if note := row.step.details.get("note"):
            told.append(f"{INDENT}{lang.say(NOTE, ' ')}: {one_line(note)}")
        if row.due is not None:
            told.append(f"{INDENT}{lang.say(DUE, ' ')} {due_text(row.due, lang).replace(chr(10), '  ')}")
            told += (f"{INDENT}  {line}" for line in why_lines(row.due, workflow, lang))
    if row.news is not None:
        told += (f"{INDENT}{row.news.text.get(one)}" for one in lang.each)
    if row.refusal is not None:
        told += (f"{INDENT}✗ {row.refusal.explain(one)}" for one in lang.each)
    return Section(title, tuple(told), alarm=row.refusal is not None)


def _outcome(trace: Trace, lang: Languages) -> Section:
    """Where the case is in the end, what was paid, what is late, and what the file had foreseen otherwise."""
    case = trace.case
    paid = words.yuan(case.paid_fen)
    end = Text(f"结果: {case.state.zh}，已退{paid.zh}", f"outcome: {case.state.en}, {paid.en} paid")
    told = [
        f"{INDENT}{lang.say(BREACH)}: {breach_text(breach, trace, lang).replace(chr(10), ', ')}, {breach.limit.field}"
        for breach in case.breaches()
    ]
    if case.statutory_passed and case.statutory_due is not None:
        told.append(f"{INDENT}{lang.say(LATE)} ({stamp(case.statutory_due.at)}, {case.statutory_due.limit.cites})")
    told += (f"{INDENT}✗ {line}" for line in trace.unmet)
    return Section(f"=> {lang.say(end, '  |  ')}", tuple(told))


def _headline(row: TraceRow, workflow: Workflow) -> Text:
    """Who did what, and where the case is then."""
    actor, event = workflow.actors.get(row.by), workflow.events.get(row.event)
    by = actor.text if actor else Text(row.by, row.by)
    did = event.text if event else Text(row.event, row.event)
    if row.refusal is not None:
        return Text(f"✗ {by.zh} {did.zh} → 被拒，仍是“{row.state.zh}”", f"✗ {by.en}: {did.en} → refused, still “{row.state.en}”")
    if row.kind == "repeated":
        return Text(f"{by.zh} {did.zh}: {REPEATED.zh}", f"{by.en}: {did.en} {REPEATED.en}")
    if row.news is not None:
        return Text(f"{NEWS_LABEL.zh}，仍是“{row.state.zh}”", f"{NEWS_LABEL.en}, still “{row.state.en}”")
    if row.step is None:
        return Text(f"时间推移，仍是“{row.state.zh}”", f"time passes, still “{row.state.en}”")
    stays = row.step.rule.internal
    return Text(
        f"{by.zh} {did.zh} → {'仍是' if stays else ''}{row.state.zh}", f"{by.en}: {did.en} → {'still ' if stays else ''}{row.state.en}"
    )


def _reasons(step: Step, workflow: Workflow, lang: Languages, trace: Trace) -> Iterator[str]:
    """Why the move was made: the rule, what its main source says, the guards that held, and for the clock's the limit."""
    rule = step.rule
    yield f"{INDENT}{lang.say(WHY, ' ')} {rule.id} ({sources(rule.cites, workflow, lang)})"
    for line in source_lines(workflow, main_source(step), lang):
        yield f"{INDENT}  {line}"
    if rule.by_clock:
        due = due_before(trace, next(place for place, one in enumerate(trace.case.steps) if one is step or one == step))
        limit = due.limit if due else workflow.ordinary(rule.source.key)
        assert limit is not None, "the clock fires at a limit"
        length = words.length(due.length, due.unit) if due else words.length(limit.length_in(trace.case.policy), limit.unit)
        yield f"{INDENT}  {lang.say(PASSED)}: {lang.say(length, ' ')} ({limit.field})"
    if rule.when:
        held = Text("；".join(guard.text.zh for guard in rule.when), "; ".join(guard.text.en for guard in rule.when))
        yield from (f"{INDENT}  ✓ {HELD.get(one)}: {held.get(one)}" for one in lang.each)


def main_source(step: Step) -> str:
    """The citation that best says why: the first that is not only how to do it in the app, `assumed` when there is no other."""
    how = spelled(step.rule.event.how_cites)
    said = [id for id in step.rule.sources if id != ASSUMED]
    return next((id for id in said if id not in how), said[0] if said else ASSUMED)
