"""Owns how the verdict on workflows is shown: for people finding by finding with the path to each, for programs as plain data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from refund_fsm import orders
from refund_fsm.cli.show import cited
from refund_fsm.orders.lookup import workflow_of
from refund_fsm.soundness import Finding, Report, check
from refund_fsm.soundness.report import unneeded_text
from refund_fsm.text import Text, stamp
from refund_fsm.text.console import Aligned, Languages, one_line, plain
from refund_fsm.workflow import Policy

if TYPE_CHECKING:
    from rich.console import RenderableType

    from refund_fsm.scenario import Path, PathStep
    from refund_fsm.workflow import Workflow

HEADINGS = (Text("时间", "at"), Text("操作方", "by"), Text("操作", "event"), Text("规则", "rule"), Text("状态", "state"))
OPENED = Text("开案", "the case is opened")
PASSES = Text("时间推移", "time passes")
REFUSED = Text("被拒", "refused")
NO_PATH = Text("没有路径可示：", "no path to show: ")
UNDER = Text("当政策为", "under the policy")


def reports(order_type: str | None = None, policy: Policy | None = None) -> list[Report]:
    """The verdicts on a workflow named as on the command line, or on all registered ones."""
    return [check(workflow_of(name), policy) for name in ([order_type] if order_type else orders.keys())]


def data(found: Sequence[Report]) -> list[dict[str, Any]]:
    """The verdicts as JSON data."""
    return [report.to_dict() for report in found]


def parts(found: Sequence[Report], lang: Languages) -> Iterator[RenderableType | str]:
    """The verdicts for people."""
    for place, report in enumerate(found):
        if place:
            yield ""
        yield plain(lang.say(report.workflow.label), "bold")
        yield lang.stack(report.verdict)
        for finding in report.findings:
            yield ""
            yield from _finding(report.workflow, finding, lang)
        for one in report.unneeded:
            yield ""
            yield plain(f"✗ {lang.say(unneeded_text(one))}", "bold")
        if report.accepted:
            yield ""
            yield Aligned(
                [lang.stack(one) for one in (Text("接受的发现", "found and accepted"), Text("理由", "reason"), Text("依据", "cites"))],
                [[f"{one.kind} {one.subject}", lang.stack(why.reason), cited(why.cites, lang)] for one, why in report.accepted],
                lines=True,
            )


def _finding(workflow: Workflow, finding: Finding, lang: Languages) -> Iterator[RenderableType | str]:
    yield plain(f"✗ {finding.kind} {finding.subject}", "bold")
    for one in lang.each:
        yield f"  {finding.message.get(one)}"
    if finding.chosen:
        chosen = ", ".join(f"{name} = {value!r}" for name, value in finding.chosen.items())
        yield f"  {lang.say(UNDER)}: {chosen}"
    if finding.witness is None:
        assert finding.lacks is not None, "a finding has a witness, or says why it has none"
        yield from (f"  {NO_PATH.get(one)}{finding.lacks.get(one)}" for one in lang.each)
        return
    shown = finding.witness.to_dict()
    yield from (f"  {name}: {one_line(json.dumps(shown[name], ensure_ascii=False))}" for name in ("order", "request"))
    yield _path(workflow, finding.witness, lang)


def _path(workflow: Workflow, path: Path, lang: Languages) -> RenderableType:
    rows = [[stamp(path.opening.at), "", lang.say(OPENED), "", path.state]]
    rows += [_step(workflow, step, lang) for step in path.steps]
    headings = [lang.stack(heading) for heading in HEADINGS]
    return Aligned(headings, rows, instants=headings[:1])


def _step(workflow: Workflow, step: PathStep, lang: Languages) -> list[str]:
    event = workflow.events.get(step.event) if step.event else None
    said = lang.say(PASSES) if step.event is None else f"{step.event} {lang.say(event.text)}" if event else step.event
    outcome = [*step.fired, *([f"{lang.say(REFUSED, ' ')} {step.refusal}"] if step.refusal else [])]
    by = lang.say(workflow.actors[step.by].text) if step.by else ""
    return [stamp(step.at), by, said, ", ".join(outcome), step.state]
