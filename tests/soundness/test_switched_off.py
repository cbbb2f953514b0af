"""What a legal policy switches off is no fault of the workflow; what is wrong under every policy stays one. How a finding is accepted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from refund_fsm import Acceptance, Policy, Text, orders
from refund_fsm.cli import main
from refund_fsm.soundness import check
from tests.soundness.found import assert_replays, found_in

SHOP = orders.get("third_party")
NO_SECOND_ATTEMPT = Policy(max_resubmissions=0)


@pytest.mark.parametrize("key", orders.keys())
@pytest.mark.parametrize(
    "sizes", [{"max_resubmissions": 0}, {"max_evidence_requests": 0}, {"max_resubmissions": 0, "max_evidence_requests": 0}]
)
def test_a_count_of_none_leaves_every_order_type_sound(key: str, sizes: dict[str, int]) -> None:
    workflow, policy = orders.get(key), Policy.from_mapping(sizes)
    report = check(workflow, policy)
    assert report.ok, report.summary("en")
    counted = {one.up_to for one in workflow.fact_fields} & set(sizes)
    assert bool(report.off) == bool(counted) and set(report.lowered) == counted
    for one in report.off:
        assert_replays(workflow, one)
        told = report.off_text(one).en
        assert told.startswith("off under this policy (") and all(f"{name} = 0" in told for name in counted)


def test_the_shop_without_a_second_attempt_says_what_is_off() -> None:
    report = check(SHOP, NO_SECOND_ATTEMPT)
    assert {(one.kind, one.subject) for one in report.off} == {("dead_rule", "S25"), ("guard_never_true", "attempts_remain")}
    assert "2 off under this policy" in report.verdict.en and "本政策下停用2项" in report.verdict.zh
    assert [one["lowered"] for one in report.to_dict()["off"]] == [{"max_resubmissions": 0}] * 2
    assert not check(SHOP, Policy(max_resubmissions=1)).off and not check(SHOP).off


def test_what_no_policy_reaches_is_a_fault_under_such_a_policy_too() -> None:
    """S13 and S14 fire in one choice of the policy each; without S07 nothing is ever under review."""
    faulty = SHOP.variant(rules=[rule for rule in SHOP.rules if rule.id != "S07"])
    findings = found_in(check(faulty, NO_SECOND_ATTEMPT))
    assert ("dead_rule", "S25") in findings, "it is dead under the guide's policy too"
    assert ("dead_rule", "S25") in found_in(check(faulty))


def test_an_acceptance_that_only_a_switched_off_part_needs_is_not_called_needless() -> None:
    why = Text("本意", "meant so")
    accepting = SHOP.variant(accepts=(*SHOP.accepts, Acceptance("dead_rule", "S25", why, "assumed")))
    assert check(accepting, NO_SECOND_ATTEMPT).ok
    assert [one.subject for one in check(accepting).unneeded] == ["S25"]


def test_the_command_says_what_is_off_and_how_a_finding_is_accepted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "policy.toml"
    path.write_text("max_resubmissions = 0\n", encoding="utf-8")
    assert main(["check", "third_party", "--policy", str(path), "--lang", "en"]) == 0
    told = capsys.readouterr().out
    assert (
        "– dead_rule S25" in told and "off under this policy (max_resubmissions = 0)" in told and "among the workflow's accepts" not in told
    )
    assert main(["check", "third_party", "--policy", str(path), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)[0]["off"]) == 2
    assert main(["check", "tests.soundness.test_switched_off:FAULTY", "--lang", "en"]) == 1
    told = capsys.readouterr().out
    line = next(line for line in told.splitlines() if line.strip().startswith("Acceptance("))
    accepted = eval(line.strip(), {"Acceptance": Acceptance, "Text": Text})
    assert (accepted.finding, accepted.subject) in found_in(check(FAULTY))
    assert (accepted.finding, accepted.subject) not in found_in(check(FAULTY.variant(accepts=(*FAULTY.accepts, accepted))))


FAULTY = orders.get("virtual").variant(accepts=orders.get("virtual").accepts[:-1])
