"""What a case claims, pays and still owes; and who pays the freight of a return."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_fsm import RefundCase, orders
from refund_fsm.testing import orders_and_requests
from tests.case.led import RETURN_PATH
from tests.case.sealing import as_format_1
from tests.samples import case, photo, play

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
    assert RefundCase.from_json(one.to_json()).payout_key == one.payout_key


WELL_FORMED = re.compile(r"[0-9A-Za-z_-]{1,64}")
CLAIMS: list[dict[str, Any]] = [  # all of them on one order id and line, at one instant but for one
    {},
    {"request": {"amount_fen": 3000}},
    {"request": {"amount_fen": 6000}},
    {"request": {"reason": "quality"}},
    {"request": {"description": "破了"}},
    {"request": {"evidence": (photo(),)}},
    {"request": {"attributes": {"part": "lid"}}},
    {"order": {"payment_method": "alipay"}},
    {"order": {"line": {"refunded_fen": 100}}},
    {"order": {"attributes": {"part": "lid"}}},
    {"order_type": "self_operated"},
    {"order_type": "virtual"},
    {"opened": "2026-02-13 10:00:00.000001"},
]


def test_no_two_claims_share_an_id_or_a_payout_key() -> None:
    derived = [case(**claim) for claim in CLAIMS]
    assert len({one.case_id for one in derived}) == len(CLAIMS)
    named = [case(case_id=case_id, **claim) for claim in CLAIMS for case_id in ("R", "R:1", "退款", "R" * 200, "R\u200d")]
    keys = [one.payout_key for one in (*derived, *named)]
    assert len(set(keys)) == len(keys) == 6 * len(CLAIMS)
    assert all(WELL_FORMED.fullmatch(key) for key in keys)


OPENINGS = st.tuples(orders_and_requests(orders.get("third_party")), st.text("ab", min_size=1, max_size=1))


@given(OPENINGS, OPENINGS)
def test_keys_are_equal_for_equal_openings_alone(one: Any, other: Any) -> None:
    first, second, again = (
        RefundCase.open(order, request, at=when, case_id=case_id) for ((order, request, when), case_id) in (one, other, one)
    )
    assert (first.payout_key == second.payout_key) == (one == other)
    assert again.payout_key == first.payout_key


def test_a_case_of_format_1_keeps_the_key_that_it_was_paid_under() -> None:
    one = case()
    then = RefundCase.from_json(json.dumps(as_format_1(one.to_json())))
    assert then.payout_key == f"refund:{one.case_id}" != one.payout_key
    assert RefundCase.from_json(then.to_json()).payout_key == then.payout_key
    assert then.apply("submit", at=then.now, by="buyer").payout_key == then.payout_key
