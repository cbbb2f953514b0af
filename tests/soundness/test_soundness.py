"""Soundness: what is sound is found sound, every fault of a table of faults is found, and random tables agree with the definitions."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest

from refund_fsm import Acceptance, BadData, Event, Limit, Policy, Rule, Text, Workflow, WorkflowError, guard, orders
from refund_fsm.cli import soundness_view as view
from refund_fsm.errors import TooLong
from refund_fsm.orders.common import closed, complain, escalated, refund_failed, refunded, rejected, reviewing
from refund_fsm.soundness import KINDS, check
from refund_fsm.text import Languages
from refund_fsm.text.console import show
from tests import exchange
from tests.soundness.found import assert_replays, witness_of
from tests.toys import END, GO, A, toy

ESCALATES = Policy(on_merchant_silence="escalate")
MALL, SHOP, VIRTUAL = (orders.get(key) for key in ("self_operated", "third_party", "virtual"))
POLICIES = [pytest.param(None, id="all"), *(pytest.param(p, id=n) for n, p in (("guide", Policy.guide()), ("statute", Policy.statute())))]
POLICIES.append(pytest.param(ESCALATES, id="escalates"))
DAYS = Limit("return_days", cites="assumed")
EXCHANGE = exchange.WORKFLOW
SOUND = [MALL, SHOP, VIRTUAL, EXCHANGE]


@guard(zh="绝不", en="never")
def impossible(_: Any) -> bool:
    return False


# 1. What is sound


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("workflow", [*map(orders.get, orders.keys()), EXCHANGE], ids=lambda one: one.key)
def test_the_workflows_are_sound_and_need_every_acceptance(workflow: Workflow, policy: Policy | None) -> None:
    report = check(workflow, policy)
    assert report.ok, report.summary("en")
    assert {why for _, why in report.accepted} == set(workflow.accepts)
    for finding, _ in report.accepted:
        assert_replays(workflow, finding)


@pytest.mark.parametrize("workflow", SOUND, ids=lambda one: one.key)
def test_what_is_not_accepted_is_found(workflow: Workflow) -> None:
    report = check(workflow.variant(accepts=()))
    assert not report.ok and not report.accepted
    assert {(one.kind, one.subject) for one in report.findings} == {(one.finding, one.subject) for one in workflow.accepts}


def test_an_acceptance_that_nothing_needs_is_an_error() -> None:
    spare = Acceptance("dead_end", "reviewing", Text("无", "none"), "assumed")
    report = check(VIRTUAL.variant(accepts=(*VIRTUAL.accepts, spare)))
    assert (report.ok, report.findings, report.unneeded) == (False, (), (spare,))
    assert "needless acceptance: dead_end reviewing" in report.summary("en")


def test_an_acceptance_that_another_choice_needs_is_needed() -> None:
    meant = [Acceptance("limit_never_due", key, Text("无", "none"), "assumed") for key in ("requested", "reviewing")]
    faulty = without(SHOP, "S15", "S16").variant(accepts=(*SHOP.accepts, *meant))
    assert check(faulty, Policy.guide()).unneeded == ()
    assert len(check(faulty, Policy.guide()).accepted) == len(SHOP.accepts)
    assert len(check(faulty, ESCALATES).accepted) == len(SHOP.accepts) + len(meant)


ACCEPTANCES = [
    # kind, subject, cites, the fault
    ("dead_ends", "reviewing", "assumed", "unknown kind"),
    ("dead_end", "reviewing", "Z99", "unknown catalogue id"),
    ("dead_end", "reviewing", "", "cites nothing"),
    ("blocker", "buyer draft", "assumed", "twice"),
]


@pytest.mark.parametrize(("kind", "subject", "cites", "fault"), ACCEPTANCES)
def test_a_faulty_acceptance_is_refused_when_the_workflow_is_built(kind: str, subject: str, cites: str, fault: str) -> None:
    more = Acceptance(kind, subject, Text("无", "none"), cites)
    values = {name: getattr(VIRTUAL, name) for name in VIRTUAL.__dataclass_fields__}
    with pytest.raises(WorkflowError, match=fault):
        Workflow(**{**values, "accepts": (*VIRTUAL.accepts, more)})


def test_acceptances_are_no_part_of_what_the_table_does() -> None:
    assert VIRTUAL.variant(accepts=()).fingerprint == VIRTUAL.fingerprint


# 2. Faults of our workflows, one at a time


def without(workflow: Workflow, *ids: str) -> Workflow:
    return workflow.variant(rules=tuple(rule for rule in workflow.rules if rule.id not in ids))


def with_rule(workflow: Workflow, rule: Rule) -> Workflow:
    return workflow.variant(rules=(*workflow.rules, rule))


def changed(workflow: Workflow, id: str, **changes: Any) -> Workflow:
    return workflow.variant(rules=tuple(replace(rule, **changes) if rule.id == id else rule for rule in workflow.rules))


PAYS_TOO = Event("payout_failed", VIRTUAL.events["payout_failed"].actor, "打款失败", "payout failed", pays=True)
REOPEN = Rule("Z1", closed, complain, escalated, "D7")
NEVER = Rule("Z2", rejected, VIRTUAL.events["reject"], reviewing, "assumed", when=(impossible,))
STRAIGHT = {"event": VIRTUAL.events["uphold_rejection"], "dest": refunded}
S11, M10 = SHOP.by_id["S11"], MALL.by_id["M10"]
LATE_CLOCK = {**SHOP.limits, closed: DAYS}
UNCOUNTED = {**MALL.limits, rejected: (replace(DAYS, when=(impossible,)), *MALL.limits_at["rejected"])}
FAULTS = [
    # kind, subject, workflow, steps of the shortest witness (None where there is none)
    ("unreachable_state", "receipt_rejected", without(SHOP, "S24"), None),
    ("limit_never_due", "receipt_rejected", without(SHOP, "S24"), None),
    ("limit_never_due", "reviewing", without(SHOP, "S15", "S16"), 3),
    ("limit_never_due", "requested", without(SHOP, "S15", "S16"), 2),
    ("dead_rule", "S29", without(SHOP, "S24"), None),
    ("dead_rule", "M06", changed(MALL, "M06", when=(*MALL.by_id["M06"].when, *MALL.by_id["M07"].when)), 3),
    ("guard_never_true", "impossible", with_rule(VIRTUAL, NEVER), 4),
    ("guard_never_false", "attempts_remain", changed(MALL, "M16", effect=None), 4),
    ("guard_never_false", "evidence_askable", changed(MALL, "M03", effect=None), 3),
    ("clash", "S11 S13", changed(SHOP, "S13", when=S11.when[:1]), 2),
    ("clash", "M10 Z", with_rule(MALL, replace(M10, id="Z", dest=escalated)), 4),
    ("final_left", "Z1", with_rule(MALL, REOPEN), 5),
    ("dead_rule", "Z1", with_rule(MALL, REOPEN), 5),
    ("final_left", "Z", with_rule(SHOP, replace(S11, id="Z", source=closed, when=())).variant(limits=LATE_CLOCK), 4),
    ("dead_end", "refund_failed", without(SHOP, "S60"), 3),
    ("cannot_end", "refunding", without(VIRTUAL, "V23"), 3),
    ("cannot_end", "refund_failed", without(VIRTUAL, "V23"), 4),
    ("blocker", "buyer rejected", without(SHOP, "S31"), 3),
    ("blocker", "platform requested", without(VIRTUAL, "V14"), 1),
    ("livelock", "draft negotiating", changed(SHOP, "S01", effect=None), 2),
    ("livelock", "requested reviewing rejected", changed(MALL, "M16", effect=None), 4),
    ("livelock", "reviewing awaiting_evidence", changed(MALL, "M03", effect=None), 4),
    ("paid_twice", "V24", VIRTUAL.variant(rules=tuple(replace(r, event=PAYS_TOO) if r.id == "V24" else r for r in VIRTUAL.rules)), 6),
    ("not_paid", "V12", changed(VIRTUAL, "V12", **STRAIGHT), 5),
    ("not_paid", "M21", changed(MALL, "M21", dest=refunded), 4),
    ("limit_never_due", "rejected return_days", MALL.variant(limits=UNCOUNTED), 3),
    ("guard_never_true", "impossible", MALL.variant(limits=UNCOUNTED), 3),
    ("livelock", "refunding refund_failed", MALL.variant(accepts=MALL.accepts[:3]), 5),
]


@pytest.mark.parametrize(("kind", "subject", "workflow", "steps"), FAULTS, ids=lambda one: one if isinstance(one, str) else "")
def test_every_fault_is_found(kind: str, subject: str, workflow: Workflow, steps: int | None) -> None:
    report = check(workflow)
    found = [one for one in report.findings if (one.kind, one.subject) == (kind, subject)]
    assert len(found) == 1, report.summary("en")
    assert not report.ok
    assert (None if found[0].witness is None else len(found[0].witness)) == steps
    assert_replays(workflow, found[0])


def test_every_kind_is_among_the_faults() -> None:
    assert {kind for kind, *_ in FAULTS} == set(KINDS)


def test_a_witness_shows_the_fault() -> None:
    """The states that the path ends in, and for what is refused or goes wrong the step that shows it."""
    left = witness_of(check(with_rule(MALL, REOPEN)), "final_left", "Z1")
    assert (left.steps[-1].event, left.steps[-1].refusal, left.steps[-1].state) == ("complain", "case_final", "closed")
    unheeded = witness_of(check(without(SHOP, "S15", "S16")), "limit_never_due", "requested")
    last = unheeded.steps[-1]
    assert (last.event, last.fired, last.state, last.due == last.at) == (None, (), "requested", True)
    rounds = witness_of(check(changed(SHOP, "S01", effect=None)), "livelock", "draft negotiating")
    assert [step.state for step in rounds.steps] == ["negotiating", "draft"]
    guarded = witness_of(check(with_rule(VIRTUAL, NEVER)), "guard_never_true", "impossible")
    assert (guarded.steps[-1].event, guarded.steps[-1].refusal) == ("reject", "guard_failed")


def test_a_policy_given_judges_only_its_own_choice_but_for_what_never_is() -> None:
    faulty = without(SHOP, "S15", "S16")
    assert check(faulty, Policy.guide()).ok
    report = check(faulty, ESCALATES)
    assert [one.subject for one in report.findings] == ["requested", "reviewing"]
    assert {tuple(one.chosen.items()) for one in report.findings} == {(("on_merchant_silence", "escalate"),)}
    assert all(one.policy.on_merchant_silence == "escalate" for one in check(faulty).findings)
    assert check(SHOP, Policy(max_resubmissions=0)).off[0].subject == "S25", "sizes are the policy's own"


# 3. How it is told, and bad input


@pytest.mark.parametrize("lang", list(Languages))
def test_the_verdict_is_shown_with_its_witness_and_its_reasons(
    lang: Languages, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("refund_fsm.text.terminal.PIPE_WIDTH", 1000)  # so wide that nothing is wrapped
    faulty = without(SHOP, "S24", "S60").variant(accepts=SHOP.accepts)
    report = check(faulty)
    show(view.answer([report, check(VIRTUAL)]).sections(lang), lang)
    told = capsys.readouterr().out
    for word in ("dead_end refund_failed", "unreachable_state receipt_rejected", "S59", "2026-03-02 10:0", '"reason": "changed_mind"'):
        assert word in told, word
    for one in lang.each:
        for finding in report.findings:
            assert finding.message.get(one) in told
        assert VIRTUAL.accepts[0].reason.get(one) in told
        assert report.summary(one).count("✗") == len(report.findings) + len(report.unneeded) == told.count("✗")


def test_the_data_is_json_and_tells_everything() -> None:
    report = check(without(SHOP, "S60"))
    told = json.loads(view.answer([report]).json())[0]
    assert (told["ok"], told["order_type"], told["configurations"]) == (False, "third_party", 31_240)
    assert [one["kind"] for one in told["findings"]] == ["dead_end"]
    assert told["findings"][0]["witness"]["steps"][-1]["state"] == refund_failed.key
    assert [one["subject"] for one in told["unneeded"]] == ["payment refund_failed", "refunding refund_failed"]
    assert all(one["reason"]["zh"] and one["cites"] for one in told["accepted"])


@dataclass(frozen=True)
class Wide:
    """Facts of which the policy fixes too many."""

    max_resubmissions: Literal[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    max_evidence_requests: Literal[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]


@dataclass(frozen=True)
class Endless:
    """Facts that cannot be enumerated."""

    weight: float


def test_bad_input_is_named_before_anything_runs() -> None:
    table = (Rule("R1", A, GO, END, "assumed"),)
    with pytest.raises(BadData, match="workflow: 'virtual'; expected a Workflow"):
        check("virtual")  # type: ignore[arg-type]  # the fault under test
    with pytest.raises(BadData, match="policy: 'guide'; expected a Policy"):
        check(VIRTUAL, "guide")  # type: ignore[arg-type]  # the fault under test
    with pytest.raises(BadData, match=r"facts.weight: .*expected finite facts"):
        check(toy(*table).variant(facts=Endless))
    with pytest.raises(BadData, match="an example_of that gives an order"):
        check(toy(*table).variant(example_of=lambda *_: None))
    with pytest.raises(BadData, match="each rule id once"):
        check(toy(*table, *table))
    with pytest.raises(TooLong, match="MAX_CHOICES"):
        check(toy(*table).variant(facts=Wide))
