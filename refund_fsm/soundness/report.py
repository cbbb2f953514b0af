"""Owns what `soundness.check` answers: findings with their witnesses, what is accepted and why, acceptances that nothing needs,
what the policy switches off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from refund_fsm.scenario import Path
from refund_fsm.text import Lang, Text
from refund_fsm.workflow import Acceptance, FrozenDict, Policy, Workflow, spelled


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault. `subjects` are keys of states, actors and guards, or ids of rules; `subject` is them in one.

    `witness` is a shortest path to it under `policy`, which differs from the one asked for in `chosen` alone (facts that the
    policy fixes, by name). Where there is none, `lacks` says why.
    """

    kind: str
    subjects: tuple[str, ...]
    message: Text
    witness: Path | None
    lacks: Text | None
    policy: Policy
    chosen: Mapping[str, Any]

    @property
    def subject(self) -> str:
        """The subjects in one, as an `Acceptance` names them."""
        return " ".join(self.subjects)

    def to_dict(self) -> dict[str, Any]:
        """The finding as JSON data."""
        return {
            "kind": self.kind,
            "subjects": list(self.subjects),
            "message": {"zh": self.message.zh, "en": self.message.en},
            "witness": None if self.witness is None else self.witness.to_dict(),
            **({"lacks": {"zh": self.lacks.zh, "en": self.lacks.en}} if self.lacks else {}),
            "policy": dict(self.chosen),
        }


class Accepted(NamedTuple):
    """A finding that is meant so, and the acceptance that says why."""

    finding: Finding
    acceptance: Acceptance


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a workflow: sound when nothing is found beyond what is accepted, and every acceptance is needed.

    `configurations` is how many were judged, all choices of what the policy fixes together. `off` is what never is under this policy
    alone, because of the sizes in `lowered` (policy fields that are below the guide's): switched off, and no fault.
    """

    workflow: Workflow
    configurations: int
    findings: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]
    unneeded: tuple[Acceptance, ...]
    off: tuple[Finding, ...] = ()
    lowered: Mapping[str, int] = field(default_factory=lambda: FrozenDict({}))

    @property
    def order_type(self) -> str:
        """The workflow's key."""
        return self.workflow.key

    @property
    def ok(self) -> bool:
        """Whether the workflow is sound."""
        return not self.findings and not self.unneeded

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON data."""
        return {
            "order_type": self.order_type,
            "ok": self.ok,
            "configurations": self.configurations,
            "findings": [finding.to_dict() for finding in self.findings],
            "accepted": [{**finding.to_dict(), **_acceptance_dict(why)} for finding, why in self.accepted],
            "unneeded": [{"kind": one.finding, "subject": one.subject, **_acceptance_dict(one)} for one in self.unneeded],
            "off": [{**finding.to_dict(), "lowered": dict(self.lowered)} for finding in self.off],
        }

    def summary(self, lang: Lang) -> str:
        """The verdict, then a line for each finding, each acceptance, each acceptance that nothing needs, and what is off."""
        lines = [self.verdict.get(lang)]
        lines += [f"✗ {finding.kind} {finding.subject}: {finding.message.get(lang)}" for finding in self.findings]
        lines += [f"✗ {unneeded_text(one).get(lang)}" for one in self.unneeded]
        lines += [f"✓ {finding.kind} {finding.subject}: {why.reason.get(lang)}" for finding, why in self.accepted]
        lines += [f"– {finding.kind} {finding.subject}: {self.off_text(finding).get(lang)}" for finding in self.off]
        return "\n".join(lines)

    def off_text(self, finding: Finding) -> Text:
        """That something is off under this policy, and what switches it off."""
        sizes = ", ".join(f"{name} = {size}" for name, size in self.lowered.items())
        message = finding.message
        return Text(f"本政策下停用（{sizes}）：{message.zh}", f"off under this policy ({sizes}): {message.en}")

    @property
    def verdict(self) -> Text:
        """The verdict in a sentence."""
        many = f"{self.configurations:,}"
        accepted, off = len(self.accepted), len(self.off)
        tail = Text(f"，本政策下停用{off}项。", f", {off} off under this policy.") if off else Text("。", ".")
        if self.ok:
            return Text(
                f"{self.order_type}：合理，共{many}个配置，接受{accepted}项{tail.zh}",
                f"{self.order_type}: sound, {many} configurations, {accepted} accepted{tail.en}",
            )
        found, spare = len(self.findings), len(self.unneeded)
        told = f"{self.order_type}: not sound, {many} configurations, {found} found, {spare} needless acceptances"
        return Text(
            f"{self.order_type}：不合理，共{many}个配置，发现{found}项，多余的接受{spare}项，接受{accepted}项{tail.zh}",
            f"{told}, {accepted} accepted{tail.en}",
        )


def unneeded_text(one: Acceptance) -> Text:
    """What is wrong with an acceptance that nothing needs."""
    what = f"{one.finding} {one.subject}"
    return Text(f"多余的接受：并没有发现{what}。", f"needless acceptance: {what} is not found.")


def _acceptance_dict(one: Acceptance) -> dict[str, Any]:
    return {"reason": {"zh": one.reason.zh, "en": one.reason.en}, "cites": list(spelled(one.cites))}
