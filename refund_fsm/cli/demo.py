"""Owns the demo: shipped scenarios told move by move, each with its reason in words. Must not judge: a trace has all of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from refund_fsm.case import Step
from refund_fsm.cli.show import source_lines
from refund_fsm.cli.trace_view import BREACH, LATE, REPEATED, breach_text, due_text, heading, provenance
from refund_fsm.errors import BadData
from refund_fsm.scenario import Trace, TraceRow, find, load, play, shipped
from refund_fsm.text import Text, stamp, words
from refund_fsm.text.console import Languages, one_line, plain
from refund_fsm.workflow import ASSUMED, Workflow, spelled

if TYPE_CHECKING:
    from rich.console import RenderableType

SHORT = (
    "mall_return_happy_path",
    "shop_merchant_silent_twice",
    "shop_arbitration_for_the_buyer",
    "shop_window_missed_by_a_minute",
    "virtual_benefits_used_complaint",
)
INDENT = "   "
WHY = Text("依据", "why")
HELD = Text("条件成立", "held")
NOTE = Text("说明", "note")
DUE = Text("期限", "due")
PASSED = Text("时限已到", "the limit has passed")
MORE = Text(
    "每条规则的全文: refund-fsm show 类型; 逐行表格: refund-fsm run 场景",
    "Every rule in words: refund-fsm show ORDER_TYPE; a scenario as a table: refund-fsm run SCENARIO",
)


def traces(names: Sequence[str]) -> list[Trace]:
    """The traces of shipped scenarios. `BadData` for a name that is none of theirs."""
    for name in names:
        if name not in shipped():
            raise BadData("scenario", name, f"one of {', '.join(shipped())}")
    return [play(load(find(name))) for name in names]


def demo_dict(played: Sequence[Trace]) -> dict[str, Any]:
    """The traces as plain data, with the words of every catalogue rule that their steps cite."""
    said = {id: trace.case.workflow.catalogue[id].text for trace in played for id in _cited(trace) if id != ASSUMED}
    return {"scenarios": [trace.to_dict() for trace in played], "catalogue": {id: {"zh": t.zh, "en": t.en} for id, t in said.items()}}


def _cited(trace: Trace) -> Iterator[str]:
    return (id for step in trace.case.steps for id in step.rule.sources)


def list_parts(lang: Languages) -> Iterator[str]:
    """The shipped scenarios: name and title."""
    width = max(map(len, shipped()))
    for name, title in titles().items():
        yield f"{name:<{width}}  {lang.say(title) if title else ''}".rstrip()


def titles() -> dict[str, Text | None]:
    """The titles of the shipped scenarios by name."""
    return {name: load(find(name)).title for name in shipped()}


def parts(played: Sequence[Trace], lang: Languages) -> Iterator[RenderableType | str]:
    """The scenarios told, one after the other."""
    for number, trace in enumerate(played, 1):
        title = trace.scenario.title
        yield plain(f"━━━ {number}. {lang.say(title) if title else trace.scenario.where}", "bold")
        yield from list(heading(trace, lang))[1 if title else 0 :]
        yield ""
        for place, row in enumerate(trace.rows, 1):
            yield from _move(place, row, trace, lang)
        yield from _outcome(trace, lang)
        yield ""
    yield lang.stack(MORE)


def _move(place: int, row: TraceRow, trace: Trace, lang: Languages) -> Iterator[RenderableType | str]:
    workflow = trace.case.workflow
    yield plain(f"{place:>2} {stamp(row.at)}  {lang.say(_headline(row, workflow), '  |  ')}", "red" if row.refusal else "bold")
    if row.step is not None:
        yield from _reasons(row.step, workflow, lang, trace)
        if note := row.step.details.get("note"):
            yield f"{INDENT}{lang.say(NOTE, ' ')}: {one_line(note)}"
        if row.due is not None:
            yield f"{INDENT}{lang.say(DUE, ' ')} {due_text(row.due, lang).replace(chr(10), '  ')}"
    if row.refusal is not None:
        yield from (f"{INDENT}✗ {row.refusal.explain(one)}" for one in lang.each)
    yield ""


def _outcome(trace: Trace, lang: Languages) -> Iterator[RenderableType | str]:
    """Where the case is in the end, what was paid, what is late, and what the file had foreseen otherwise."""
    case = trace.case
    paid = words.yuan(case.paid_fen)
    end = Text(f"结果: {case.state.zh}，已退{paid.zh}", f"outcome: {case.state.en}, {paid.en} paid")
    yield plain(f"=> {lang.say(end, '  |  ')}", "bold")
    for breach in case.breaches():
        yield f"{INDENT}{lang.say(BREACH)}: {breach_text(breach, trace, lang).replace(chr(10), ', ')}, {breach.limit.field}"
    if case.statutory_passed and case.statutory_due is not None:
        yield f"{INDENT}{lang.say(LATE)} ({stamp(case.statutory_due.at)}, {case.statutory_due.limit.cites})"
    yield from (f"{INDENT}✗ {line}" for line in trace.unmet)


def _headline(row: TraceRow, workflow: Workflow) -> Text:
    """Who did what, and where the case is then."""
    actor, event = workflow.actors.get(row.by), workflow.events.get(row.event)
    by = actor.text if actor else Text(row.by, row.by)
    did = event.text if event else Text(row.event, row.event)
    if row.refusal is not None:
        return Text(f"✗ {by.zh} {did.zh} → 被拒，仍是“{row.state.zh}”", f"✗ {by.en}: {did.en} → refused, still “{row.state.en}”")
    if row.kind == "repeated":
        return Text(f"{by.zh} {did.zh}: {REPEATED.zh}", f"{by.en}: {did.en} {REPEATED.en}")
    if row.step is None:
        return Text(f"时间推移，仍是“{row.state.zh}”", f"time passes, still “{row.state.en}”")
    stays = row.step.rule.internal
    return Text(
        f"{by.zh} {did.zh} → {'仍是' if stays else ''}{row.state.zh}", f"{by.en}: {did.en} → {'still ' if stays else ''}{row.state.en}"
    )


def _reasons(step: Step, workflow: Workflow, lang: Languages, trace: Trace) -> Iterator[str]:
    """Why the move was made: the rule, what its main source says, the guards that held, and for the clock's the limit."""
    rule = step.rule
    yield f"{INDENT}{lang.say(WHY, ' ')} {rule.id} ({provenance(rule, lang)})"
    for line in source_lines(workflow, main_source(step), lang):
        yield f"{INDENT}  {line}"
    if rule.by_clock:
        limit = workflow.limit_of[rule.source.key]
        length = words.length(limit.length_in(trace.case.policy), limit.unit)
        yield f"{INDENT}  {lang.say(PASSED)}: {lang.say(length, ' ')} ({limit.field})"
    if rule.when:
        held = Text("；".join(guard.text.zh for guard in rule.when), "; ".join(guard.text.en for guard in rule.when))
        yield from (f"{INDENT}  ✓ {HELD.get(one)}: {held.get(one)}" for one in lang.each)


def main_source(step: Step) -> str:
    """The citation that best says why: the first that is not only how to do it in the app, `assumed` when there is no other."""
    how = spelled(step.rule.event.how_cites)
    said = [id for id in step.rule.sources if id != ASSUMED]
    return next((id for id in said if id not in how), said[0] if said else ASSUMED)
