"""A policy is named by its profile and what differs from it."""

from __future__ import annotations

import pytest

from refund_fsm import Policy
from refund_fsm.workflow import policy_text


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (Policy.guide(), "guide"),
        (Policy.statute(), "statute"),
        (Policy(return_days=5), "guide, return_days = 5"),
        (Policy.from_mapping({"profile": "statute", "on_merchant_silence": "escalate"}), "statute, on_merchant_silence = escalate"),
        (Policy.from_mapping({"payout_working_days": {"at_least": 1, "at_most": 2}}), "guide, payout_working_days = 1–2"),
        (Policy(roll_over=True), "guide, roll_over = true"),
    ],
)
def test_the_policy_is_named_by_its_profile_and_what_differs(policy: Policy, told: str) -> None:
    assert policy_text(policy) == told
