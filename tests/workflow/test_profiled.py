"""A policy is named by its profile and what differs from it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from refund_fsm import Policy, SpecialPeriod
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import field_texts, policy_text

NOON = datetime(2026, 7, 1, 12, tzinfo=SHANGHAI)
SALE = SpecialPeriod(limit="return_days", start=datetime(2026, 6, 1, tzinfo=SHANGHAI), end=datetime(2026, 6, 4, tzinfo=SHANGHAI), days=1)
NIGHT = SpecialPeriod(limit="evidence_hours", when=("a", "b"), start=NOON, end=NOON + timedelta(hours=9), hours=2, never_shorter=True)
MANY = tuple(SALE.model_copy(update={"limit": f"a{place}_days"}) for place in range(5))


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        (Policy.guide(), "guide"),
        (Policy.statute(), "statute"),
        (Policy(return_days=5), "guide, return_days = 5"),
        (Policy.from_mapping({"profile": "statute", "on_merchant_silence": "escalate"}), "statute, on_merchant_silence = escalate"),
        (Policy.from_mapping({"payout_working_days": {"at_least": 1, "at_most": 2}}), "guide, payout_working_days = 1–2"),
        (Policy(roll_over=True), "guide, roll_over = true"),
        (Policy.platform(), "platform"),
        (
            Policy(special=(SALE, NIGHT)),
            "guide, special = return_days 2026-06-01–06-03: 1 day; "
            "evidence_hours [a b] 2026-07-01 12:00–2026-07-01 21:00: 2 hours never_shorter",
        ),
        (
            Policy(special=MANY),
            f"guide, special = {'; '.join(f'a{place}_days 2026-06-01–06-03: 1 day' for place in range(3))}; … (5)",
        ),
    ],
)
def test_the_policy_is_named_by_its_profile_and_what_differs(policy: Policy, told: str) -> None:
    assert policy_text(policy) == told


def test_of_special_periods_those_are_told_in_which_two_policies_differ() -> None:
    one, other = Policy(special=(*MANY, SALE)), Policy(special=MANY)
    assert field_texts(one, other, "special") == ("return_days 2026-06-01–06-03: 1 day", "—")
    turned = field_texts(other, Policy(special=MANY[::-1]), "special")
    assert turned[0].startswith("a0_days") and turned[1].startswith("a4_days")
    assert field_texts(Policy(return_days=5), other, "return_days") == ("5", "7")
