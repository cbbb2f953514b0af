"""What a case leaves of its order's line, and what a number of pieces claims of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refund_fsm import BadData, Order, OrderLine, RefundCase, RefundRequest
from tests.samples import at, case, order, play, request

FILED = "2026-02-13 10:00 | buyer | submit"
REVIEW = "2026-02-13 11:00 | merchant | start_review"
REJECTED = "2026-02-13 12:00 | merchant | reject"


def left(one: Order) -> tuple[int, int, str | None, int]:
    """What a line says of other cases."""
    line = one.line("SKU-1")
    return line.refunded_fen, line.pending_fen, line.open_case, line.applications


def refund(amount: int | None = None) -> RefundCase:
    """A refund-only case of 13 February, in draft."""
    return case(request={"kind": "refund_only", "reason": "quality", "amount_fen": amount})


PAID = ("2026-02-13 12:00 | merchant | approve_refund", "2026-02-14 10:00 | payment | refund_paid")
AFTER: list[tuple[str, tuple[str, ...], tuple[int, int, str | None, int]]] = [
    # what the case did, and what it leaves: refunded, pending, open case, applications
    ("a draft", (), (0, 0, None, 0)),
    ("talking", ("2026-02-13 10:00 | buyer | contact_merchant",), (0, 4000, "RC-A", 1)),
    ("a draft again", ("2026-02-13 10:00 | buyer | contact_merchant", "2026-02-13 11:00 | merchant | merchant_decline"), (0, 0, None, 0)),
    ("filed", (FILED,), (0, 4000, "RC-A", 1)),
    ("rejected", (FILED, REVIEW, REJECTED), (0, 4000, "RC-A", 1)),
    ("cancelled", (FILED, "2026-02-13 11:00 | buyer | cancel"), (0, 0, None, 1)),
    ("cancelled as a draft", ("2026-02-13 11:00 | buyer | cancel",), (0, 0, None, 0)),
    ("approved", (FILED, REVIEW, PAID[0]), (0, 4000, "RC-A", 1)),
    ("paid", (FILED, REVIEW, *PAID), (4000, 0, None, 1)),
]


@pytest.mark.parametrize(("moves", "leaves"), [row[1:] for row in AFTER], ids=[row[0] for row in AFTER])
def test_what_a_case_leaves_of_its_line(moves: tuple[str, ...], leaves: tuple[int, int, str | None, int]) -> None:
    one = RefundCase.open(order(), refund(4000).request, at=at("2026-02-13 10:00"), case_id="RC-A")
    one = play(one, *moves)
    assert left(order().after(one)) == left(one.order.after(one)) == leaves
    assert order().after(one, of="RC-A") == order()
    assert left(order().after(one, of="RC-B")) == leaves
    if leaves == (0, 0, None, 0):
        assert order().after(one) == order()


def test_the_next_case_on_the_line_starts_right() -> None:
    first = play(refund(4000), FILED, REVIEW)
    second = RefundCase.open(order().after(first), refund().request, at=at("2026-02-14 10:00"))
    assert second.amount_fen == second.refundable_fen == 5900
    verdict = second.ask("submit", at=second.now, by="buyer")
    assert verdict.refusal is not None and [guard.name for guard in verdict.refusal.failed_guards] == ["no_other_case"]
    first = play(first, *PAID)
    second = second.with_order(order().after(first, of=second.case_id), at=at("2026-02-15 10:00"))
    second = play(second, "2026-02-15 10:00 | buyer | submit", "2026-02-15 11:00 | merchant | start_review")
    second = play(second, "2026-02-15 12:00 | merchant | approve_refund", "2026-02-16 10:00 | payment | refund_paid")
    assert left(order().after(first).after(second)) == (9900, 0, None, 2)
    third = RefundCase.open(order().after(first).after(second), refund().request, at=at("2026-02-17 10:00"))
    refusal = third.ask("submit", at=third.now, by="buyer").refusal
    assert refusal is not None and refusal.explain("en") == "Nothing is left to refund on this item (A10)."


def test_an_open_case_stays_open_when_another_has_ended() -> None:
    """Of cases one after the other, in either order."""
    ended = play(refund(100), FILED, "2026-02-13 11:00 | buyer | cancel")
    running = play(refund(200), FILED)
    for chain in ((ended, running), (running, ended)):
        found = order()
        for one in chain:
            found = found.after(one)
        assert left(found) == (0, 200, running.case_id, 2)
    assert left(order(line={"open_case": ended.case_id}).after(ended)) == (0, 0, None, 1)


def test_an_order_that_counts_the_case_already_is_bad_data() -> None:
    paid = play(refund(9000), FILED, REVIEW, *PAID)
    with pytest.raises(BadData, match=r"case.paid_fen: 9000; expected at most 900, the balance of SKU-1 in an order that does not count"):
        order().after(paid).after(paid)
    with pytest.raises(BadData, match="case: 5; expected a RefundCase"):
        order().after(5)  # type: ignore[arg-type]  # that is what is tested
    with pytest.raises(BadData, match="a case of the order O-2, of the type third_party; not of O-1, of the type third_party"):
        order(id="O-2").after(paid)
    with pytest.raises(BadData, match="a SKU of the order O-1: SKU-2"):
        order(line={"sku": "SKU-2"}).after(paid)


@dataclass(frozen=True)
class Pieces:
    """A row: a line, what was asked for, and what is claimed."""

    paid: int
    pieces: int
    taken: int
    asked: int
    claims: int


@pytest.mark.parametrize(
    "row",
    [
        Pieces(100, 3, 0, 1, 33),
        Pieces(100, 3, 0, 2, 66),
        Pieces(100, 3, 0, 3, 100),
        Pieces(100, 3, 33, 1, 33),
        Pieces(100, 3, 66, 1, 34),  # 1 fen would be left, less than a piece's 33
        Pieces(100, 3, 34, 2, 66),
        Pieces(100, 3, 40, 2, 66),  # more than the 60 that are left: a guard's business
        Pieces(200, 3, 66, 2, 134),
        Pieces(2, 3, 0, 1, 0),
        Pieces(9900, 1, 0, 1, 9900),
    ],
    ids=str,
)
def test_what_a_number_of_pieces_claims(row: Pieces) -> None:
    one = order(line={"paid_fen": row.paid, "quantity": row.pieces, "refunded_fen": row.taken})
    asked = request(quantity=row.asked)
    assert asked.claimed_fen(one.lines[0]) == row.claims
    opened = RefundCase.open(one, asked, at=at("2026-02-13 10:00"))
    assert opened.amount_fen == row.claims
    assert opened.facts.amount_ok is (0 < row.claims <= row.paid - row.taken)
    assert RefundCase.from_json(opened.to_json()) == opened


@given(st.integers(0, 10**6), st.integers(1, 40), st.data())
def test_pieces_claimed_one_after_the_other_take_the_whole_line_and_no_more(paid: int, pieces: int, data: st.DataObject) -> None:
    line, left_over = OrderLine(sku="SKU-1", title="杯子", quantity=pieces, paid_fen=paid), pieces
    while left_over:
        asked = data.draw(st.integers(1, left_over))
        claimed = RefundRequest(sku="SKU-1", reason="quality", quantity=asked).claimed_fen(line)
        assert claimed <= line.balance_fen
        line = OrderLine(**{**dict(line), "refunded_fen": line.refunded_fen + claimed})
        left_over -= asked
    assert line.balance_fen < pieces  # what rounding down can leave
    assert line.balance_fen == 0 or paid // pieces < pieces


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"quantity": 2, "amount_fen": 5}, "quantity: 2; expected None beside amount_fen, which is 5: one says how much"),
        ({"quantity": 0}, "quantity: 0; expected"),
        ({"quantity": True}, "quantity: True; expected"),
        ({"quantity": 2.0}, "quantity: 2.0; expected"),
        ({"quantity": 4}, "request.quantity: 4; expected at most 3, the pieces of SKU-1"),
    ],
)
def test_a_quantity_that_cannot_be(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(BadData) as caught:
        RefundCase.open(order(line={"quantity": 3}), request(**changes), at=at("2026-02-13 10:00"))
    assert words in str(caught.value)


def test_a_request_without_a_quantity_is_written_as_before() -> None:
    assert "quantity" not in request().model_dump_json() and '"quantity":2' in request(quantity=2).model_dump_json()


def test_a_share_of_less_than_a_fen_is_refused_as_that() -> None:
    one = RefundCase.open(order(line={"paid_fen": 2, "quantity": 3}), request(quantity=1), at=at("2026-02-13 10:00"))
    refusal = one.ask("submit", at=one.now, by="buyer").refusal
    assert refusal is not None and refusal.explain("en") == "The share of the pieces asked for is less than one fen."
    assert refusal.explain("zh") == "所退件数分摊的金额不足一分。"
