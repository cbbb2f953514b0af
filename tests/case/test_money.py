"""What a case claims, pays and still owes; and who pays the freight of a return."""

from __future__ import annotations

import pytest

from tests.case.led import RETURN_PATH
from tests.samples import case, play

FREIGHT = [
    ("size_or_colour", False, "buyer", "A7"),
    ("quality", False, "seller", "L2 A7x"),
    ("size_or_colour", True, "insurer", "assumed"),
    ("quality", True, "insurer", "assumed"),
]


@pytest.mark.parametrize("order_type", ["self_operated", "third_party"])
@pytest.mark.parametrize(("reason", "insured", "payer", "cites"), FREIGHT)
def test_the_return_freight_is_paid_as_its_ground_says(order_type: str, reason: str, insured: bool, payer: str, cites: str) -> None:
    freight = case(order_type, order={"freight_insurance": insured}, request={"reason": reason}).freight
    assert freight is not None
    assert (freight.payer, freight.cites) == (payer, cites)


def test_nothing_sent_back_has_no_freight() -> None:
    assert case(request={"kind": "refund_only", "reason": "quality"}).freight is None
    assert case("virtual").freight is None


def test_the_amount_defaults_to_what_is_left_of_the_line() -> None:
    one = case(order={"line": {"refunded_fen": 900, "pending_fen": 1000}})
    assert (one.amount_fen, one.refundable_fen, one.paid_fen) == (8000, 8000, 0)
    asked = case(order={"line": {"refunded_fen": 900, "pending_fen": 1000}}, request={"amount_fen": 500})
    paid = play(asked, *RETURN_PATH, "2026-02-16 10:00 | merchant | confirm_receipt", "2026-02-17 10:00 | payment | refund_paid")
    assert (paid.amount_fen, paid.refundable_fen, paid.paid_fen) == (500, 7500, 500)


def test_a_failed_payout_keeps_its_key_and_pays_once() -> None:
    one = play(
        case(),
        *RETURN_PATH,
        "2026-02-16 10:00 | merchant | confirm_receipt",
        "2026-02-17 10:00 | payment | payout_failed",
        "2026-02-17 11:00 | payment | retry_payout",
    )
    assert one.paid_fen == 0
    paid = play(one, "2026-02-18 11:00 | payment | refund_paid")
    assert (paid.paid_fen, paid.payout_key) == (9900, one.payout_key)
    assert one.payout_key == f"refund:{one.case_id}"
