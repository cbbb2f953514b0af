"""What the codes of one record mean: the traps that a guess falls into, what is unknown, outside or contradictory."""

from __future__ import annotations

from typing import Any

import pytest

from refund_fsm import BadData, orders, platforms
from tests.exchange import WORKFLOW as EXCHANGE

ASKED = {"requested", "reviewing"}
MONEY = {"refunding", "refund_failed", "refunded"}

MEANT = [
    # platform, codes, states
    # The set of the issue, in Python's spelling, in the interface's, and as a log has it
    ("xiaohongshu", {"status": 4, "refund_status": 2, "return_type": 1}, {"refunded"}),
    ("xiaohongshu", {"status": 4, "refundStatus": 2, "returnType": 1}, {"refunded"}),
    ("xiaohongshu", {"status": "4", "refundStatus": "2", "returnType": None}, {"refunded"}),
    # Completed is not refunded: the money may be under way, or it was an exchange
    ("xiaohongshu", {"status": 4}, MONEY | {"exchanged"}),
    ("xiaohongshu", {"status": 4, "return_type": 1}, MONEY),
    ("xiaohongshu", {"status": 4, "return_type": 2}, {"exchanged"}),
    ("xiaohongshu", {"status": 4, "return_type": 4, "refund_status": 1}, {"refunding"}),
    ("xiaohongshu", {"status": 4, "return_type": 4, "refund_status": 3}, {"refund_failed"}),
    # One number, several fields
    ("xiaohongshu", {"sub_status": 301}, ASKED),
    ("xiaohongshu", {"refund_status": 301}, {"awaiting_return", "return_shipped", "received", "refunding"}),
    ("xiaohongshu", {"status": 3, "sub_status": 302}, {"received"}),
    ("xiaohongshu", {"status": 1}, ASKED),
    ("xiaohongshu", {"refund_status": 1}, {"refunding"}),
    ("xiaohongshu", {"order_after_sales_status": 1}, set()),
    ("xiaohongshu", {"status": 4, "order_after_sales_status": 3, "refund_status": 2}, {"refunded"}),
    # Refused is not final, and who refused what are two codes
    ("xiaohongshu", {"status": 9}, {"rejected"}),
    ("xiaohongshu", {"status": 9001}, {"receipt_rejected"}),
    ("douyin", {"status": 27, "arbitrate_status": 0}, {"rejected"}),
    ("douyin", {"status": 27, "arbitrate_status": 4}, {"platform_arbitration"}),
    ("kuaishou", {"status": 11, "negotiate_status": 3}, {"rejected"}),
    ("kuaishou", {"status": 11, "negotiate_status": 1}, ASKED),
    # Answered is not what is asked
    ("douyin", {"status": 3}, {"exchange_shipped"}),
    ("pinduoduo", {"status": 10, "after_sales_type": 1}, {"refunded"}),
    ("pinduoduo", {"status": 7, "after_sales_type": 2}, {"awaiting_return", "return_shipped", "received"}),
    # Closed is not a payment that failed, a fail is not the merchant's
    ("kuaishou", {"status": 70}, {"closed", "cancelled"}),
    ("kuaishou", {"status": 60, "handling_way": 3}, {"exchanged"}),
    ("kuaishou", {"status": 60, "handling_way": 10}, {"refunded"}),
    ("wechat_channels", {"status": "MERCHANT_FAIL"}, {"closed", "ruled_against"}),
    ("wechat_channels", {"status": "MERCHANT_OVERDUE_REFUND"}, {"refund_failed", "escalated"}),
    ("wechat_channels", {"custom_component_status": 15}, {"exchanged"}),
    ("wechat_channels", {"ec_component_status": 15}, {"refunding"}),
    ("taobao", {"status": "CLOSED"}, {"closed", "cancelled", "ruled_against"}),
    ("jd", {"service_status": 10010}, MONEY | {"exchanged"}),
    ("jd", {"service_status": 10010, "refund_status": 13}, {"refunded"}),
    ("jd", {"service_status": 14000}, set()),
    ("1688", {"status": "waitbuyermodify"}, {"rejected", "receipt_rejected", "platform_arbitration"}),
    ("youzan", {"status": "REFUND_SELLER_REFUSE_RETURN_GOODS"}, {"receipt_rejected", "platform_arbitration"}),
    # A payment that failed stays where it was
    ("yudao", {"status": 40}, {"refunding", "refund_failed"}),
    ("litemall", {"status": 2}, {"refunding", "refund_failed"}),
]
SAID = [
    # platform, codes, the verdict, a part of what is said
    ("xiaohongshu", {"status": 7}, "unknown", "7 is not listed of Xiaohongshu's status; listed are 1, 2, 3, 4, 5, 6, 9, 9001"),
    ("xiaohongshu", {"sub_status": 303}, "unknown", "303 is not listed"),
    ("xiaohongshu", {"status": "04"}, "unknown", "'04' is not listed"),
    ("xiaohongshu", {"status": 10**30}, "unknown", "is not listed"),
    ("xiaohongshu", {"return_type": 6}, "unknown", "6 of returnType is only asked with (price protection), never answered"),
    ("xiaohongshu", {"status": 1, "refund_status": 2}, "contradictory", "status 1 (awaiting audit) can mean requested, reviewing"),
    ("xiaohongshu", {"status": 1, "refund_status": 301}, "contradictory", "refundStatus 301 (approved) can mean awaiting_return"),
    ("xiaohongshu", {"status": 4, "refund_status": 2, "return_type": 2}, "contradictory", "is an exchange, not a refund"),
    ("douyin", {"status": 13}, "unknown", "asked as 13, answered as 3"),
    ("douyin", {"status": 12, "aftersale_type": 8}, "outside", "aftersale_type 8 (repair) means none of our states"),
    ("kuaishou", {"status": 12}, "unknown", "12 is not listed"),
    ("kuaishou", {"status": 70, "handling_way": 4}, "outside", "handlingWay 4 (reissue) means none"),
    ("pinduoduo", {"status": 1}, "unknown", "1 is not listed"),
    ("pinduoduo", {"status": 7, "after_sales_type": 1}, "contradictory", "after_sales_type 1 (refund only)"),
    ("pinduoduo", {"after_sales_type": 6}, "unknown", "6 of after_sales_type is only asked with (repair), never answered"),
    ("1688", {"status": "WAITSELLERAGREE"}, "unknown", "'WAITSELLERAGREE' is not listed"),
    ("wechat_channels", {"status": "WAIT_PACKAGE_INTERCEPT"}, "outside", "our workflows know no interception"),
]


@pytest.mark.parametrize(("name", "codes", "states"), MEANT)
def test_codes_mean_a_set_of_states(name: str, codes: dict[str, Any], states: set[str]) -> None:
    platform = platforms.get(name)
    assert platform.states(**codes) == states
    meaning = platform.meaning(**codes)
    assert meaning.states == states
    assert meaning.verdict == ("known" if states else "outside")
    assert (meaning.why is None) == bool(states)


@pytest.mark.parametrize(("name", "codes", "verdict", "said"), SAID)
def test_what_is_unknown_contradictory_or_outside_is_said(name: str, codes: dict[str, Any], verdict: str, said: str) -> None:
    platform = platforms.get(name)
    meaning = platform.meaning(**codes)
    assert meaning.verdict == verdict
    assert meaning.states == frozenset()
    assert meaning.why is not None and said in meaning.why.en and meaning.why.zh
    if verdict == "outside":
        assert platform.states(**codes) == frozenset()
    else:
        with pytest.raises(BadData) as raised:
            platform.states(**codes)
        assert said in raised.value.expected
        assert raised.value.field == f"{name} {', '.join(codes)}"


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ({}, "xiaohongshu codes: {}; expected at least one of status, refund_status,"),
        ({"status": None}, "expected at least one of status"),
        ({"state": 4}, "xiaohongshu field: 'state'; expected 'status' or 'refund_status'"),
        ({"refund_status": 2, "refundStatus": 2}, "expected each field once (refund_status is given twice)"),
        ({"status": True}, "status: True; expected a code: a whole number or text"),
        ({"status": 4.0}, "status: 4.0; expected a code: a whole number or text"),
    ],
)
def test_what_is_no_record_is_refused(codes: dict[str, Any], said: str) -> None:
    with pytest.raises(BadData) as raised:
        platforms.get("xiaohongshu").states(**codes)
    assert said in str(raised.value)


def test_a_spelling_that_two_fields_have_is_refused_and_a_key_is_not() -> None:
    pdd = platforms.get("pinduoduo")
    assert pdd.field("refund_status").key == "order_refund_status"
    wechat = platforms.get("wechat_channels")
    assert wechat.field("status").key == "status", "the key goes before the spelling, which three of its fields share"
    codes = [one for one in wechat.fields if one.name == "status"]
    assert len(codes) == 3


def test_what_is_asked_and_what_is_answered_are_two_rows() -> None:
    kind = platforms.get("pinduoduo").field("after_sales_type")
    for asked, answered in ((2, 1), (3, 2), (4, 3), (5, 4), (6, 5)):
        question, answer = kind.code(asked, asked=True), kind.code(answered)
        assert question is not None and answer is not None and question.label == answer.label
    status = platforms.get("douyin").field("aftersale_status")
    thirteen, three = status.code(13, asked=True), status.code(3)
    assert thirteen is not None and three is not None and thirteen.label == three.label
    assert status.code(13) is None and status.code(3, asked=True) is None
    reason = platforms.get("xiaohongshu").field("rejectReasonType")
    assert [getattr(reason.code(1, asked=asked), "en", None) for asked in (True, False)] == ["audit", "receipt"]


def test_the_fields_that_could_tell_more_are_named() -> None:
    xhs = platforms.get("xiaohongshu")
    assert set(xhs.meaning(status=4).narrowed_by) >= {"refund_status", "return_type"}
    assert "refund_status" not in xhs.meaning(status=4, refund_status=2).narrowed_by
    assert xhs.meaning(status=9).narrowed_by == ()


def test_states_are_cut_to_a_workflow_of_any_kind() -> None:
    meaning = platforms.get("xiaohongshu").meaning(status=1)
    assert meaning.within(orders.get("third_party")) == {"requested", "reviewing"}
    assert meaning.within(orders.get("shop_official")) == {"requested"}
    assert meaning.within(EXCHANGE) == meaning.states & EXCHANGE.states.keys()


def test_who_acted_is_told_where_a_code_says_it() -> None:
    source = platforms.get("xiaohongshu").field("requestFrom")
    assert [code.by for code in source.codes] == ["buyer", "merchant", "platform", "clock"]
    reason = platforms.get("wechat").field("refund_reason").code(9)
    assert reason is not None and reason.by == "clock"
