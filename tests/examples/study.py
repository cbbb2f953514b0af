"""A study: what a shop's buyer gains and loses when the platform's own rules are applied instead of the guide's.

The same requests, under the table of the guide (`third_party`) and under the platform's (`shop_official`), filed on an ordinary day and on
the eve of the Spring Festival. Every figure is illustrative: who does what, and how fast, is assumed where no rule says it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

from refund_fsm import orders
from refund_fsm.simulate import Behaviour, Law, first_passage

HERE = timezone(timedelta(hours=8))
DAYS = {"an ordinary day": datetime(2026, 4, 14, 10, tzinfo=HERE), "the eve of the festival": datetime(2026, 2, 12, 10, tzinfo=HERE)}
SHARED = ("kind", "reason", "goods", "excluded", "amount_ok", "other_case_open", "has_evidence")


def people(table: str) -> Behaviour:
    """The guide's requests, dealt with by the people of a table. What the guide does not ask is the commonest: an ordinary line, an order
    that is not dear, the after-sale period open."""
    guide, usual = Behaviour.default("third_party"), Behaviour.default(table)
    if table == "third_party":
        return usual
    mix = [one.model_copy(update={"facts": _asked({**guide.facts, **one.facts})}) for one in guide.mix]
    return usual.model_copy(update={"mix": tuple(mix)})


def _asked(facts: dict[str, Any]) -> dict[str, Any]:
    lost = (facts["kind"], facts["reason"]) == ("refund_only", "not_received") and not facts["excluded"]
    return {**{name: facts[name] for name in SHARED}, "fast_refundable": facts["goods"] == "not_shipped" or lost}


def laws() -> Iterator[tuple[str, str, Law]]:
    """The law of each table, filed on each day."""
    for day, start in DAYS.items():
        for table in ("third_party", "shop_official"):
            yield day, table, first_passage(orders.get(table), people(table), start=start)


def lines() -> Iterator[str]:
    """A line for each."""
    for day, table, law in laws():
        half, slow = (law.figure(name) / 24 for name in ("money:p50", "money:p95"))  # hours
        told = f"{law.outcomes['refunded']:.1%} refunded, {law.arbitration_share:.1%} arbitrated, {law.paid_fen / 100:.2f} yuan a case"
        yield f"{table}, {day}: money after {half:.1f} days, slowest twentieth {slow:.1f}; {told} (示例 illustrative)"


if __name__ == "__main__":
    for line in lines():
        print(line)
