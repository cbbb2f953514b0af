"""Owns how the verdict on workflows is shown: for people finding by finding with the path to each, for programs as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from refund_fsm.cli.limit_view import sources
from refund_fsm.scenario import Path, PathStep
from refund_fsm.soundness import Finding, Report, unneeded_text
from refund_fsm.text import Languages, Text, one_line, stamp
from refund_fsm.text.sections import Answer, Cell, Column, Part, Section, Table, columns, json_of
from refund_fsm.workflow import Workflow

HEADINGS = (
    Column(Text("时间", "at"), "instant"),
    *columns(Text("操作方", "by"), Text("操作", "event"), Text("规则", "rule"), Text("状态", "state")),
)
ACCEPTED = columns(Text("接受的发现", "found and accepted"), Text("理由", "reason"), Text("依据", "cites"))
OPENED = Text("开案", "the case is opened")
PASSES = Text("时间推移", "time passes")
REFUSED = Text("被拒", "refused")
HOW_TO_ACCEPT = Text(
    "若本意如此，在流程的 accepts 里写明理由：",
    "Where it is meant so, say why among the workflow's accepts: ",
)
NO_PATH = Text("没有路径可示：", "no path to show: ")
UNDER = Text("当政策为", "under the policy")


def answer(found: Sequence[Report]) -> Answer:
    """What is said of verdicts."""
    return Answer(lambda lang: _sections(found, lang), lambda: json_of([report.to_dict() for report in found]))


def _sections(found: Sequence[Report], lang: Languages) -> Iterator[Section]:
    """The verdicts for people."""
    for report in found:
        yield Section(report.workflow.label, (lang.stack(report.verdict),))
        for finding in report.findings:
            yield _finding(report.workflow, finding, lang)
        if report.findings:
            yield Section(None, (f"{lang.say(HOW_TO_ACCEPT)}\n  {_acceptance(report.findings[0])}",))
        for one in report.unneeded:
            yield Section(f"✗ {lang.say(unneeded_text(one))}")
        for finding in report.off:
            yield Section(f"– {finding.kind} {finding.subject}", (lang.stack(report.off_text(finding)),))
        if report.accepted:
            rows = tuple(
                (f"{one.kind} {one.subject}", lang.stack(why.reason), sources(why.cites, report.workflow, lang))
                for one, why in report.accepted
            )
            yield Section(None, (Table(ACCEPTED, rows, ruled=True),))


def _acceptance(finding: Finding) -> str:
    """The line of Python that accepts a finding."""
    return f"Acceptance({finding.kind!r}, {finding.subject!r}, Text('理由……', 'the reason'), 'assumed')"


def _finding(workflow: Workflow, finding: Finding, lang: Languages) -> Section:
    told: list[Part] = [f"  {finding.message.get(one)}" for one in lang.each]
    if finding.chosen:
        chosen = ", ".join(f"{name} = {value!r}" for name, value in finding.chosen.items())
        told.append(f"  {lang.say(UNDER)}: {chosen}")
    if finding.witness is None:
        assert finding.lacks is not None, "a finding has a witness, or says why it has none"
        told += (f"  {NO_PATH.get(one)}{finding.lacks.get(one)}" for one in lang.each)
    else:
        shown = finding.witness.to_dict()
        told += (f"  {name}: {one_line(json.dumps(shown[name], ensure_ascii=False))}" for name in ("order", "request"))
        told.append(_path(workflow, finding.witness, lang))
    return Section(f"✗ {finding.kind} {finding.subject}", tuple(told))


def _path(workflow: Workflow, path: Path, lang: Languages) -> Table:
    opened = (stamp(path.opening.at), "", OPENED, "", path.state)
    return Table(HEADINGS, (opened, *(_step(workflow, step, lang) for step in path.steps)))


def _step(workflow: Workflow, step: PathStep, lang: Languages) -> tuple[Cell, ...]:
    event = workflow.events.get(step.event) if step.event else None
    said = lang.say(PASSES) if step.event is None else f"{step.event} {lang.say(event.text)}" if event else step.event
    outcome = [*step.fired, *([f"{lang.say(REFUSED, ' ')} {step.refusal}"] if step.refusal else [])]
    by = lang.say(workflow.actors[step.by].text) if step.by else ""
    return stamp(step.at), by, said, ", ".join(outcome), step.state
