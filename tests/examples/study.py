"""A study: when is the money back under the guide, and under the statute, if a merchant's silence approves, and if it escalates?

Filed on 2026-02-12, the eve of the Spring Festival. Every figure is illustrative: the behaviour is assumed where the guide says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone

from refund_fsm import Policy, orders
from refund_fsm.simulate import Behaviour, first_passage

EVE = datetime(2026, 2, 12, 10, tzinfo=timezone(timedelta(hours=8)))


def lines() -> Iterator[str]:
    """A line for each policy."""
    shop, usual = orders.get("third_party"), Behaviour.default("third_party")
    for profile in ("guide", "statute"):
        for silence in ("approve", "escalate"):
            policy = Policy.from_mapping({"profile": profile, "on_merchant_silence": silence})
            law = first_passage(shop, usual, start=EVE, policy=policy)
            half, slow = (law.figure(name) / 24 for name in ("money:p50", "money:p95"))  # hours
            told = f"{law.outcomes['refunded']:.1%} refunded, {law.arbitration_share:.1%} arbitrated, {law.paid_fen / 100:.2f} yuan a case"
            yield f"{profile}, {silence}: money after {half:.1f} days, slowest twentieth {slow:.1f}; {told} (示例 illustrative)"


if __name__ == "__main__":
    for line in lines():
        print(line)
