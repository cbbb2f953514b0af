"""What a caller hands over: good values are kept as they are, bad ones are named with field, value and what was expected."""

from __future__ import annotations

import copy
import pickle
from datetime import datetime
from typing import Any

import pytest

from refund_fsm import BadData, Evidence, Listing, Order, OrderLine, RefundRequest, SavedCaseError, WorkflowError, order_type_of
from tests.samples import at, order, photo, request

LINE: dict[str, Any] = {"sku": "A", "title": "杯子", "quantity": 1, "paid_fen": 100}
ORDER: dict[str, Any] = {"id": "O", "order_type": "third_party", "lines": [LINE], "paid_at": at("2026-02-10 10:00")}
REQUEST: dict[str, Any] = {"sku": "A", "reason": "quality"}
NAIVE = datetime.fromisoformat("2026-02-10T10:00:00")

BAD: list[tuple[type, dict[str, Any], dict[str, Any], str]] = [
    # model, a good value, what is changed in it, the start of the message
    (Order, ORDER, {"paid_at": NAIVE}, "paid_at: datetime.datetime(2026, 2, 10, 10, 0); expected a datetime with a time zone"),
    (Order, ORDER, {"paid_at": "2026-02-10 10:00"}, "paid_at: "),
    (Order, ORDER, {"paid_at": 1770688800}, "paid_at: 1770688800; expected a datetime with a time zone"),
    (Order, ORDER, {"paid_at": at("1999-12-31 23:59")}, "paid_at: "),
    (Order, ORDER, {"paid_at": None}, "paid_at: None"),
    (Order, ORDER, {"lines": []}, "lines: []; expected"),
    (Order, ORDER, {"lines": [LINE, LINE]}, "lines[1].sku: 'A'; expected each SKU once in an order"),
    (Order, ORDER, {"lines": [LINE, {**LINE, "sku": "B", "paid_fen": 1.5}]}, "lines[1].paid_fen: 1.5; expected a whole number"),
    (Order, ORDER, {"lines": [{**LINE, "paid_fen": 1.0}]}, "lines[0].paid_fen: 1.0; expected a whole number"),
    (Order, ORDER, {"lines": [{**LINE, "paid_fen": "100"}]}, "lines[0].paid_fen: '100'; expected a whole number"),
    (Order, ORDER, {"lines": [{**LINE, "paid_fen": True}]}, "lines[0].paid_fen: True; expected a whole number"),
    (Order, ORDER, {"lines": [{**LINE, "paid_fen": -1}]}, "lines[0].paid_fen: -1; expected greater than or equal to 0"),
    (Order, ORDER, {"lines": [{**LINE, "paid_fen": 10**13}]}, "lines[0].paid_fen: 10000000000000; expected less than"),
    (Order, ORDER, {"lines": [{**LINE, "price": 1}]}, "lines[0].price: 1; expected no such field"),
    (
        Order,
        ORDER,
        {"lines": [{**LINE, "refunded_fen": 60, "pending_fen": 41}]},
        "lines[0].refunded_fen + pending_fen: 101; expected at most",
    ),
    (Order, ORDER, {"lines": [{**LINE, "quantity": 0}]}, "lines[0].quantity: 0; expected greater than or equal to 1"),
    (Order, ORDER, {"lines": [{"sku": "A"}]}, "lines[0].title: None; expected a value (the field is missing)"),
    (Order, ORDER, {"shipped_at": at("2026-02-10 09:59")}, "shipped_at: '2026-02-10T09:59:00+08:00'; expected not before paid_at"),
    (Order, ORDER, {"signed_at": at("2026-02-11 10:00")}, "signed_at: '2026-02-11T10:00:00+08:00'; expected a shipped_at too"),
    (
        Order,
        ORDER,
        {"shipped_at": at("2026-02-12 10:00"), "signed_at": at("2026-02-11 10:00")},
        "signed_at: '2026-02-11T10:00:00+08:00'; expected not before shipped_at",
    ),
    (Order, ORDER, {"activated_at": at("2026-02-09 10:00")}, "activated_at: "),
    (Order, ORDER, {"benefits_used": 1}, "benefits_used: 1; expected true or false"),
    (Order, ORDER, {"payment_method": "cash"}, "payment_method: 'cash'; expected 'wechat', 'alipay' or 'bank_card'"),
    (Order, ORDER, {"id": ""}, "id: ''; expected text of 1 to 200 characters"),
    (Order, ORDER, {"id": "a\x00b"}, "id: 'a\\x00b'; expected text without control characters (U+0000 at position 1)"),
    (Order, ORDER, {"id": "a\nb"}, "id: 'a\\nb'; expected text without control characters"),
    (Order, ORDER, {"id": "\ud800"}, "id: '\\ud800'; expected "),
    (Order, ORDER, {"attributes": {"size": 1.5}}, "attributes.size: 1.5; expected text, a whole number of at most"),
    (Order, ORDER, {"attributes": {"size": 10**5000}}, "attributes.size: a whole number of 16,610 bits; expected text, a whole"),
    (Order, ORDER, {"attributes": {"size": "\x1b[31m"}}, "attributes.size: '\\x1b[31m'; expected text without control characters"),
    (Order, ORDER, {"attributes": {"a\x1bb": 1}}, "attributes: 'a\\x1bb'; expected text without control characters"),
    (Order, ORDER, {"attributes": {str(n): n for n in range(101)}}, "attributes: {'0': 0"),
    (Order, ORDER, {"\x1b]0;x\x07": 1}, "\\x1b]0;x\\x07: 1; expected no such field"),
    (Order, ORDER, {"id": b"O"}, "id: b'O'; expected text"),
    (Order, ORDER, {"lines": [{**LINE, "paid_fen": 10**5000}]}, "lines[0].paid_fen: a whole number of 16,610 bits; expected "),
    (Order, ORDER, {"lines": [5]}, "lines[0]: 5; expected a table of its fields"),
    (RefundRequest, REQUEST, {"evidence": 5}, "evidence: 5; expected a list"),
    (Order, ORDER, {"colour": "red"}, "colour: 'red'; expected no such field"),
    (RefundRequest, REQUEST, {"amount_fen": 0}, "amount_fen: 0; expected greater than 0"),
    (RefundRequest, REQUEST, {"amount_fen": -5}, "amount_fen: -5; expected greater than 0"),
    (RefundRequest, REQUEST, {"amount_fen": 12.5}, "amount_fen: 12.5; expected a whole number"),
    (RefundRequest, REQUEST, {"description": "x" * 20_001}, "description: 'xxx"),
    (RefundRequest, REQUEST, {"description": "\x1b]0;title\x07"}, "description: '\\x1b]0;title\\x07'; expected text without control"),
    (RefundRequest, REQUEST, {"evidence": [photo()] * 101}, "evidence: "),
    (
        RefundRequest,
        REQUEST,
        {"evidence": [{"kind": "rumour", "by": "buyer", "at": NAIVE}]},
        "evidence[0].kind: 'rumour'; expected 'photo'",
    ),
    (RefundRequest, REQUEST, {"evidence": [{"kind": "photo", "by": "buyer", "at": NAIVE}]}, "evidence[0].at: "),
    (Evidence, {"kind": "photo", "by": "buyer", "at": at("2026-02-10 10:00")}, {"sha256": "XYZ"}, "sha256: 'XYZ'; expected "),
]


@pytest.mark.parametrize(("model", "good", "change", "message"), BAD)
def test_bad_values_are_named(model: type, good: dict[str, Any], change: dict[str, Any], message: str) -> None:
    assert model(**good)
    with pytest.raises(BadData) as caught:
        model(**{**good, **change})
    assert str(caught.value).startswith(message)
    assert len(str(caught.value)) < 500


def test_values_are_frozen() -> None:
    one = order(attributes={"gift": True})
    with pytest.raises(BadData, match="id: 'x'; expected no change: this Order is frozen"):
        one.id = "x"
    with pytest.raises(TypeError, match="attributes are frozen"):
        one.attributes["gift"] = False
    with pytest.raises(TypeError, match="attributes are frozen"):
        one.attributes.update(gift=False)
    assert hash(one) == hash(order(attributes={"gift": True}))
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one


def test_a_copy_with_changes_is_checked_too() -> None:
    with pytest.raises(BadData, match="paid_at"):
        order().model_copy(update={"paid_at": NAIVE})
    with pytest.raises(BadData, match="colour: 'red'; expected no such field"):
        order().model_copy(update={"colour": "red"})
    one = order()
    with pytest.raises(BadData, match="colour: 'red'; expected no change"):
        one.colour = "red"
    with pytest.raises(BadData, match="id: None; expected no change"):
        del one.id
    with pytest.raises(BadData, match="a table whose keys are text"):
        Order.model_validate({1: 2})


@pytest.mark.parametrize("error", [BadData("a", 1, "b"), SavedCaseError("head", 1, "b"), WorkflowError("rule X1", "odd")])
def test_errors_can_be_pickled(error: Exception) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


@pytest.mark.parametrize("value", [order(), order("virtual", attributes={"n": 1, "s": "x"}), request(evidence=(photo(),)), photo()])
def test_a_value_is_read_back_from_json(value: Any) -> None:
    back = type(value).model_validate_json(value.model_dump_json())
    assert back == value
    assert type(value).model_validate(value.model_dump()) == value
    with pytest.raises(BadData):
        type(value).model_validate_json("{}")


def test_iso_text_with_an_offset_is_an_instant() -> None:
    assert Order(**{**ORDER, "paid_at": "2026-02-10T02:00:00Z"}).paid_at == at("2026-02-10 10:00")


def test_a_line_is_found_by_its_sku() -> None:
    assert order().line("SKU-1").balance_fen == 9900
    with pytest.raises(BadData, match="sku: 'B'; expected a SKU of the order O-1: SKU-1"):
        order().line("B")
    assert OrderLine(**LINE, refunded_fen=30, pending_fen=20).balance_fen == 50


LISTINGS = [
    ("小红书商城", "", "self_operated"),
    (" 自营 ", "", "self_operated"),
    ("某某旗舰店", "由小红书销售和发货", "self_operated"),
    ("", "本商品由小红书销售和发货", "self_operated"),
    ("某某旗舰店", "", "third_party"),
    ("某某自营店", "某某公司", "third_party"),
]


@pytest.mark.parametrize(("badge", "sold_by", "order_type"), LISTINGS)
def test_a_listing_says_which_process_applies(badge: str, sold_by: str, order_type: str) -> None:
    assert order_type_of(Listing(badge=badge, sold_by=sold_by)) == order_type


@pytest.mark.parametrize("badge", ["", "  "])
def test_a_listing_that_fits_neither_is_bad_data(badge: str) -> None:
    with pytest.raises(BadData, match=r"badge: .*A2, B2"):
        order_type_of(Listing(badge=badge, sold_by="某某公司"))
