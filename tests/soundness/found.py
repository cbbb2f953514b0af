"""What tests ask of a soundness report: its findings by name, and that a witness is true."""

from __future__ import annotations

from refund_fsm import Workflow
from refund_fsm.scenario.path import Path
from refund_fsm.soundness import Finding, Report


def found_in(report: Report) -> dict[tuple[str, str], Finding]:
    return {(one.kind, one.subject): one for one in report.findings}


def assert_replays(workflow: Workflow, finding: Finding) -> None:
    if finding.witness is None:
        assert finding.lacks is not None
    else:
        finding.witness.replay(workflow, finding.policy)


def witness_of(report: Report, kind: str, subject: str) -> Path:
    found = next(one for one in report.findings if (one.kind, one.subject) == (kind, subject))
    assert found.witness is not None
    return found.witness
