"""News of the order: a case is told what has become known, judges by it from then on, and remembers when it was told."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from refund_fsm import BadData, Order, OrderLine, Policy, RefundCase, RefundRequest, SavedCaseError
from refund_fsm.case import News, engine
from refund_fsm.errors import TooLong
from refund_fsm.text import Text
from tests.case.sealing import resealed
from tests.samples import at, case, order, play, request


def newer(one: Order, *, line: dict[str, Any] | None = None, **changes: Any) -> Order:
    """The order with changes, and with changes of its first line."""
    lines = (OrderLine(**{**dict(one.lines[0]), **(line or {})}), *one.lines[1:])
    return Order(**{**dict(one), "lines": lines, **changes})


UNSHIPPED = order(shipped_at=None, signed_at=None)
NOT_SHIPPED = RefundRequest(sku="SKU-1", kind="refund_only", reason="not_shipped")
SHIPPED = newer(UNSHIPPED, shipped_at=at("2026-02-13 20:00"))


def talked() -> RefundCase:
    """Opened unshipped, talking."""
    one = RefundCase.open(UNSHIPPED, NOT_SHIPPED, at=at("2026-02-13 09:00"))
    return play(one, "2026-02-13 10:00 | buyer | contact_merchant")


def refused(one: RefundCase, event: str, when: datetime) -> tuple[tuple[str, ...], Text]:
    """The guards that refuse the buyer's event, and what is said."""
    refusal = one.ask(event, at=when, by="buyer").refusal
    assert refusal is not None and refusal.code == "guard_failed"
    return tuple(guard.name for guard in refusal.failed_guards), refusal.text


# 1. The three of them


def shipped_while_talking() -> RefundCase:
    """Opened unshipped, talked, shipped next day."""
    return talked().with_order(SHIPPED, at=at("2026-02-14 10:00"))


def signed_while_open() -> RefundCase:
    """Opened in transit, signed for on 6 March."""
    one = RefundCase.open(order(signed_at=None), request(), at=at("2026-03-05 10:00"))
    return one.with_order(newer(one.order, signed_at=at("2026-03-06 18:00")), at=at("2026-03-07 09:00"))


def paid_by_another() -> RefundCase:
    """Talking, while another case of the line was paid."""
    one = play(case(), "2026-02-13 10:00 | buyer | contact_merchant")
    return one.with_order(newer(one.order, line={"refunded_fen": 9900}), at=at("2026-02-14 10:00"))


THREE = [shipped_while_talking, signed_while_open, paid_by_another]


def test_shipped_next_day_it_is_no_longer_not_shipped() -> None:
    assert talked().ask("submit", at=at("2026-02-14 11:00"), by="buyer").allowed
    guards, said = refused(shipped_while_talking(), "submit", at("2026-02-14 11:00"))
    assert guards == ("kind_fits",)
    assert said == Text(
        "商品已发货、未签收，不能以“商家未发货”为由申请（D3）。该售后于2026年2月14日10:00获知：已发货（2026年2月13日20:00）。",
        "The goods are shipped and not yet signed for, so “not shipped” does not apply (D3). "
        "The case was told on 14 February 2026 at 10:00: shipped on 13 February 2026 at 20:00.",
    )


def test_signed_for_the_window_counts() -> None:
    unknowing = RefundCase.open(order(signed_at=None), request(), at=at("2026-03-05 10:00"))
    assert unknowing.ask("submit", at=at("2026-06-01 10:00"), by="buyer").allowed
    assert signed_while_open().ask("submit", at=at("2026-03-12 23:59"), by="buyer").allowed
    guards, said = refused(signed_while_open(), "submit", at("2026-06-01 10:00"))
    assert guards == ("window_open",)
    over = "七天无理由退货期已于2026年3月12日24:00届满：3月6日签收，签收当天算第一天（D4）。"
    assert said.zh == f"{over}该售后于2026年3月7日09:00获知：已签收（2026年3月6日18:00）。"


def test_another_case_was_paid() -> None:
    one = paid_by_another()
    assert one.refundable_fen == 0
    assert refused(one, "submit", at("2026-02-14 11:00")) == (
        ("amount_within_balance",),
        Text(
            "该商品已无可退金额（A10）。该售后于2026年2月14日10:00获知：其他售后已退99.00元。",
            "Nothing is left to refund on this item (A10). "
            "The case was told on 14 February 2026 at 10:00: other cases have refunded 99.00 yuan.",
        ),
    )


def test_a_refusal_tells_the_news_that_made_it_and_no_other() -> None:
    """Of each guard that fails, the last news that turned it; not what was told beside, nor what was so before."""
    one = play(case(), "2026-02-13 10:00 | buyer | contact_merchant")
    one = one.with_order(newer(one.order, line={"open_case": "RC-B"}), at=at("2026-02-13 11:00"))
    one = one.with_order(newer(one.order, line={"open_case": "RC-B", "pending_fen": 9900}), at=at("2026-02-13 12:00"))
    one = one.with_order(newer(one.order, line={"open_case": "RC-B", "pending_fen": 9900, "applications": 1}), at=at("2026-02-13 13:00"))
    refusal = one.ask("submit", at=one.now, by="buyer").refusal
    assert refusal is not None and [guard.name for guard in refusal.failed_guards] == ["amount_within_balance", "no_other_case"]
    assert refusal.news == one.news[:2]
    late = case(opened="2026-03-13 10:00")  # whose window was over when it was opened
    late = late.with_order(newer(late.order, line={"applications": 1}), at=late.now)
    refusal = late.ask("submit", at=late.now, by="buyer").refusal
    assert refusal is not None and refusal.news == () and len(late.news) == 1


@pytest.mark.parametrize("made", THREE)
def test_news_is_recorded_saved_and_replayed(made: Callable[[], RefundCase]) -> None:
    one = made()
    text = one.to_json()
    for back in (RefundCase.from_json(text), pickle.loads(pickle.dumps(one)), copy.deepcopy(one)):
        assert back == one and back.to_json() == text
        for name in ("order", "opening_order", "news", "facts", "due", "now", "amount_fen", "refundable_fen", "payout_key"):
            assert getattr(back, name) == getattr(one, name), name
    entry = json.loads(text)["steps"][-1]
    assert (entry["kind"], entry["at"]) == ("news", one.now.isoformat())
    assert Order.model_validate(entry["order"]) == one.order == one.news[-1].order
    assert one.news[-1].was == one.opening_order


def test_news_stands_in_its_place_among_the_steps() -> None:
    one = play(shipped_while_talking(), "2026-02-14 11:00 | merchant | merchant_decline")
    one = one.with_order(newer(SHIPPED, signed_at=at("2026-02-14 12:00")), at=at("2026-02-14 12:30"))
    one = one.with_order(newer(one.order, line={"applications": 1}), at=at("2026-02-14 12:30"))
    one = play(one, "2026-02-14 13:00 | buyer | cancel")
    data = json.loads(one.to_json())
    kinds = [row.get("event", row["kind"]) for row in data["steps"]]
    assert kinds == ["contact_merchant", "news", "merchant_decline", "news", "news", "cancel"]
    assert [(one.after, one.at) for one in one.news] == [(1, at("2026-02-14 10:00")), *[(2, at("2026-02-14 12:30"))] * 2]
    assert data["tail"]["steps"] == len(one.steps) == 3
    assert RefundCase.from_json(one.to_json()) == one


# 2. What follows it, and what stays


def test_what_was_filed_stays_as_it_was_filed() -> None:
    one = play(case(), "2026-02-13 10:00 | buyer | submit")
    told = one.with_order(newer(one.order, line={"refunded_fen": 9000, "open_case": "RC-B"}), at=at("2026-02-13 11:00"))
    assert (told.facts, told.amount_fen, told.due, told.steps) == (one.facts, 9900, one.due, one.steps)
    assert told.refundable_fen == 900
    assert told.payout_key == one.payout_key and told.case_id == one.case_id and told.opening_order == one.order
    told = play(told, "2026-02-13 12:00 | merchant | start_review", "2026-02-13 13:00 | merchant | approve_return")
    assert told.state.key == "awaiting_return"


def test_the_amount_of_a_draft_follows_and_is_fixed_when_it_is_filed() -> None:
    """What is paid is what the filing was judged by, not what the case was opened with."""
    one = case(request={"kind": "refund_only", "reason": "quality"})
    assert one.amount_fen == 9900
    one = one.with_order(newer(one.order, line={"refunded_fen": 9000}), at=at("2026-02-13 11:00"))
    assert one.amount_fen == 900
    one = play(one, "2026-02-13 12:00 | buyer | contact_merchant")
    one = one.with_order(newer(one.order, line={"refunded_fen": 9500}), at=at("2026-02-13 13:00"))
    assert (one.amount_fen, one.refundable_fen) == (900, 400)  # what was talked of stays
    one = play(one, "2026-02-13 14:00 | buyer | submit")
    assert one.amount_fen == 400
    one = play(one, "2026-02-13 15:00 | merchant | start_review", "2026-02-13 16:00 | merchant | approve_refund")
    one = play(one, "2026-02-14 10:00 | payment | refund_paid")
    assert (one.paid_fen, one.refundable_fen) == (400, 0)
    assert RefundCase.from_json(one.to_json()).paid_fen == 400


def test_a_case_is_no_other_case_to_itself() -> None:
    one = play(case(), "2026-02-13 10:00 | buyer | contact_merchant")
    told = one.with_order(newer(one.order, line={"open_case": one.case_id}), at=at("2026-02-13 11:00"))
    assert told.ask("submit", at=told.now, by="buyer").allowed
    assert told.order.lines[0].open_case == one.case_id
    assert RefundCase.from_json(told.to_json()) == told
    other = one.with_order(newer(one.order, line={"open_case": "RC-B"}), at=at("2026-02-13 11:00"))
    assert refused(other, "submit", other.now)[0] == ("no_other_case",)


def test_the_clock_runs_first() -> None:
    one = talked()
    assert one.due is not None
    told = one.with_order(SHIPPED, at=one.due.at)
    assert [step.event for step in told.steps] == ["contact_merchant", "negotiation_timeout"]
    assert told.news[0].after == 2 and told.now == one.due.at
    assert RefundCase.from_json(told.to_json()) == told


def test_an_order_that_is_known_already_is_no_news() -> None:
    one = talked()
    assert one.with_order(UNSHIPPED, at=at("2026-02-14 10:00")) == one.advance(to=at("2026-02-14 10:00"))


def test_a_case_that_has_ended_may_be_told() -> None:
    one = play(talked(), "2026-02-13 11:00 | buyer | cancel")
    told = one.with_order(SHIPPED, at=at("2026-03-14 10:00"))
    assert (told.state, told.now, told.order) == (one.state, at("2026-03-14 10:00"), SHIPPED)
    assert RefundCase.from_json(told.to_json()) == told


def test_two_cases_that_were_told_differently_differ() -> None:
    silent = talked().advance(to=at("2026-02-14 10:00"))
    told = shipped_while_talking()
    assert silent != told and told == shipped_while_talking() and hash(told) == hash(shipped_while_talking())


def test_a_case_without_news_holds_no_trace_of_it() -> None:
    assert "news" not in talked().to_json()


# 3. What is new, in words


WORDS: list[tuple[dict[str, Any], Text]] = [
    # what is new, and what is said
    ({"signed_at": at("2026-02-12 18:30")}, Text("已签收（2026年2月12日18:30）", "signed for on 12 February 2026 at 18:30")),
    ({"benefits_used": True}, Text("已使用权益", "benefits have been used")),
    ({"line": {"refunded_fen": 500}}, Text("其他售后已退5.00元", "other cases have refunded 5.00 yuan")),
    (
        {"line": {"pending_fen": 500, "open_case": "RC-B", "applications": 2}},
        Text(
            "其他售后占用5.00元；该商品另有进行中的售后（RC-B）；该商品的其他售后已申请2次",
            "other cases hold 5.00 yuan; another case, RC-B, is open on the item; other cases of the item were filed twice",
        ),
    ),
]


@pytest.mark.parametrize(("changes", "words"), WORDS)
def test_what_is_new_is_said(changes: dict[str, Any], words: Text) -> None:
    one = case(order={"signed_at": None})
    assert one.with_order(newer(one.order, **changes), at=one.now).news[0].text == words


def test_other_lines_and_oneself_are_said_as_such() -> None:
    lines = (OrderLine(sku="SKU-1", title="杯子", quantity=1, paid_fen=9900), OrderLine(sku="SKU-2", title="碗", quantity=1, paid_fen=100))
    one = RefundCase.open(order(lines=lines), request(), at=at("2026-02-13 10:00"))
    other = Order(**{**dict(one.order), "lines": (lines[0], OrderLine(**{**dict(lines[1]), "refunded_fen": 5}))})
    assert one.with_order(other, at=one.now).news[0].text.en == "other items of the order have changed"
    own = newer(one.order, line={"open_case": one.case_id})
    assert one.with_order(own, at=one.now).news[0].text.en == "nothing that concerns this case"
    assert one.with_order(own, at=one.now).with_order(one.order, at=one.now).news[1].text.zh == "没有与本售后有关的变化"


# 4. Bad news


BAD: list[tuple[dict[str, Any], str]] = [
    # what is said of the order, and the words of the refusal
    ({"id": "O-2"}, "order.id: 'O-2'; expected 'O-1', as the case knows it"),
    ({"order_type": "virtual"}, "order.order_type: 'virtual'; expected 'third_party', as the case knows it"),
    ({"line": {"sku": "SKU-2"}}, "order.lines: ['SKU-2']; expected the SKUs SKU-1, in this order"),
    ({"line": {"paid_fen": 9901}}, "order.lines[0].paid_fen: 9901; expected 9900, as the case knows it"),
    ({"line": {"title": "碗"}}, "order.lines[0].title: '碗'; expected '杯子', as the case knows it"),
    ({"line": {"no_reason_excluded": True}}, "order.lines[0].no_reason_excluded: True; expected False, as the case knows it"),
    ({"paid_at": at("2026-02-10 10:01")}, "order.paid_at: '2026-02-10T10:01:00+08:00'; expected '2026-02-10T10:00:00+08:00', as the case"),
    ({"shipped_at": at("2026-02-11 10:01")}, "order.shipped_at: '2026-02-11T10:01:00+08:00'; expected '2026-02-11T10:00:00+08:00', as"),
    ({"signed_at": None}, "order.signed_at: None; expected '2026-02-12T10:00:00+08:00', as the case knows it"),
    ({"freight_insurance": True}, "order.freight_insurance: True; expected False, as the case knows it"),
    ({"payment_method": "alipay"}, "order.payment_method: 'alipay'; expected 'wechat', as the case knows it"),
    ({"attributes": {"more": 1}}, "order.attributes: {'more': 1}; expected {}, as the case knows it"),
]


@pytest.mark.parametrize(("changes", "words"), BAD, ids=[next(iter(changes)) for changes, _ in BAD])
def test_news_that_contradicts_is_bad_data(changes: dict[str, Any], words: str) -> None:
    one = case()
    text = one.to_json()
    with pytest.raises(BadData) as caught:
        one.with_order(newer(one.order, **changes), at=at("2026-02-14 10:00"))
    assert words in str(caught.value)
    assert one.to_json() == text and one.news == ()


def test_other_bad_news() -> None:
    one = play(talked(), "2026-02-13 11:00 | merchant | merchant_decline")
    with pytest.raises(BadData, match=r"at: '2026-02-13T10:59:00\+08:00'; expected not before 2026-02-13T11:00:00\+08:00"):
        one.with_order(UNSHIPPED, at=at("2026-02-13 10:59"))
    with pytest.raises(BadData, match="order: None; expected an Order"):
        one.with_order(None, at=one.now)  # type: ignore[arg-type]  # that is what is tested
    with pytest.raises(BadData, match="expected a datetime with a time zone"):
        one.with_order(SHIPPED, at=datetime(2026, 2, 14))  # noqa: DTZ001  # that is what is tested


def test_news_is_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.case.news.MAX_STEPS", 3)
    one = talked()
    for taken in (1, 2, 3):
        one = one.with_order(newer(UNSHIPPED, line={"refunded_fen": taken}), at=one.now)
    with pytest.raises(TooLong, match="more than 3 news"):
        one.with_order(UNSHIPPED, at=one.now)
    assert engine.MAX_STEPS > 3


ALTERED: list[tuple[Callable[[dict[str, Any]], object], str, str]] = [
    # what was done to the file, whose digests were made anew; the place; the words
    (lambda data: data["steps"][1].update(kind="weather"), "step 2", "was it written by a newer refund_fsm?"),
    (lambda data: data["steps"][1].update(kind=["news"]), "step 2", "'step' or 'calendar' or 'news'"),
    (lambda data: data["steps"][1].update(mood="good"), "step 2", "no such field here; was it written by a newer refund_fsm?"),
    (lambda data: data["steps"][1].pop("order"), "step 2", "as replay gives (order)"),
    (lambda data: data["steps"][1].update(at="2026-02-13T09:59:00+08:00"), "step 2", "not before the step before it"),
    (lambda data: data["steps"][1].update(at="2026-02-16T09:59:00+08:00"), "step 2", "negotiation_timeout by the clock"),
    (lambda data: data["steps"][1].update(at="2026-02-14T10:00:00"), "step 2", "an ISO instant"),
    (lambda data: data["steps"][1].update(order=data["head"]["order"]), "step 2", "an order of which the case did not know yet"),
    (lambda data: data["steps"][1]["order"].update(id="O-2"), "step 2", "'O-1', as the case knows it"),
    (lambda data: data["steps"][1]["order"].update(luck=1), "step 2", "no such field"),
    (lambda data: data["steps"][1].update(order=5), "step 2", "a table of its fields"),
    (lambda data: data["steps"][1]["order"]["lines"][0].update(paid_fen=1), "step 2", "9900, as the case knows it"),
    (lambda data: data["steps"][1]["order"].update(shipped_at="2026-02-13T12:00:00Z"), "step 2", "as replay gives (order.shipped_at)"),
    (lambda data: data["head"]["order"].update(shipped_at="2026-02-13T12:00:00+08:00"), "head", "as replay gives (payout_key)"),
    (lambda data: data["tail"].update(now="2026-02-14T09:00:00+08:00"), "tail", "not before the last step"),
]


@pytest.mark.parametrize("number", range(len(ALTERED)))
def test_altered_news_is_refused_though_its_digests_fit(number: int) -> None:
    change, position, words = ALTERED[number]
    data = json.loads(shipped_while_talking().to_json())
    change(data)
    with pytest.raises(SavedCaseError) as caught:
        RefundCase.from_json(json.dumps(resealed(data)))
    assert caught.value.position == position
    assert words in str(caught.value)


def test_news_is_in_the_chain() -> None:
    data = json.loads(shipped_while_talking().to_json())
    data["steps"][1]["order"]["shipped_at"] = "2026-02-13T20:01:00+08:00"
    with pytest.raises(SavedCaseError, match="it was altered here"):
        RefundCase.from_json(json.dumps(data))
    del data["steps"][1]
    with pytest.raises(SavedCaseError, match="it was altered here"):
        RefundCase.from_json(json.dumps(data))


def test_news_is_a_value() -> None:
    one = shipped_while_talking().news[0]
    assert isinstance(one, News) and (one.sku, one.case_id) == ("SKU-1", talked().case_id)
    assert one.order is not one.was and one.at - timedelta(hours=14) == SHIPPED.shipped_at


def test_news_and_another_calendar_stand_beside_each_other() -> None:
    """A case that was counted by another calendar, told, taken over by today's, told again."""
    one = play(shipped_while_talking(), "2026-02-14 11:00 | merchant | merchant_decline")
    data = json.loads(one.to_json())
    data["head"]["calendar"] = "another calendar"
    here = RefundCase.from_json(json.dumps(resealed(data)))
    here = here.with_order(newer(SHIPPED, line={"applications": 1}), at=here.now)
    here = play(here, "2026-02-14 12:00 | buyer | cancel")
    text = here.to_json()
    assert [row["kind"] for row in json.loads(text)["steps"]] == ["step", "news", "step", "calendar", "news", "step"]
    back = RefundCase.from_json(text)
    assert back == here and back.to_json() == text and [one.after for one in back.news] == [1, 2] and back.recounted == ()


def test_history_has_all_in_its_order() -> None:
    told = shipped_while_talking()
    later = told.with_order(newer(SHIPPED, signed_at=at("2026-02-14 18:00")), at=at("2026-02-14 19:00"))
    moved = later.moved(policy=Policy.statute(), at=at("2026-02-14 20:00"), how="from_now").case
    assert moved is not None
    ended = play(moved, "2026-02-14 21:00 | buyer | cancel")
    contact, cancel = ended.steps
    assert ended.history == (contact, *ended.news, *ended.moves, cancel)
    assert RefundCase.from_json(ended.to_json()).history == ended.history
    assert case().history == ()
