"""What is told of a move: all that is different and nothing else, in words; and where the case stood when it happened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from refund_fsm import BadData, Limit, Order, Policy, RefundCase, SavedCaseError, Span, Text, Workflow, advice, orders
from refund_fsm.case import lately
from refund_fsm.diagram.case_marks import marks_of
from refund_fsm.orders import fact_labels
from refund_fsm.orders.third_party import WORKFLOW as SHOP
from refund_fsm.scenario import recorded
from tests.case.sealing import resealed
from tests.case.test_moving import HOUR, STATUTE, arbitrated, filed, led, received, renamed, told
from tests.samples import at, case

RAW = re.compile(r"[a-z]+_[a-z]|True|False|None")  # how Python would say it
OTHER_SPAN = Span(at_least=2, at_most=9)


def all_changed() -> Policy:
    """A policy of which every field is another."""
    usual = Policy()
    found: dict[str, Any] = {"special": Policy.platform().special, "beyond": "error", "window_starts": "next_day"}
    for name in Policy.model_fields:
        value = getattr(usual, name)
        if name not in found and name != "days_file":
            other = "escalate" if value == "approve" else OTHER_SPAN if isinstance(value, Span) else not value
            found[name] = value + 1 if type(value) is int else other
    return Policy(**found)


@pytest.mark.parametrize("how", ["replay", "from_now"])
def test_nothing_is_told_as_python_would_say_it(how: Any) -> None:
    one = case("shop_official").apply("submit", at=at("2026-02-13 10:00"), by="buyer")
    for old, policy in ((received(), all_changed()), (one, all_changed()), (one, Policy(special=()))):
        moved = old.moved(policy=policy, at=old.now + HOUR, how=how)
        assert moved.case is not None and len(moved.changes) > 3
        for text in (*(change.text for change in moved.changes), *moved.case.moves[-1].what):
            assert not RAW.search(text.zh) and not RAW.search(text.en), text
            assert not re.search(r"[a-z]{3}", text.zh), f"{text.zh}: English in Chinese"


def test_facts_are_told_in_words_and_so_are_those_that_were_given() -> None:
    moved = filed().moved(
        policy=Policy(max_resubmissions=1, on_merchant_silence="escalate"),
        at=filed().now,
        how="from_now",
        facts={"goods": "in_transit", "window_kept": True},
    )
    assert ("商家超时：视为同意 → 平台介入", "silence of the merchant: counts as approval → brings the platform in") in told(moved, "fact")
    assert "New attempts left: 2 → 1" in [en for _, en in told(moved, "fact")] and moved.case is not None
    assert Text("指定“期限内已联系商家”为是", "given that “Contact in time” is yes") in moved.case.moves[0].what
    assert RefundCase.from_json(moved.case.to_json()).moves[0].what == moved.case.moves[0].what


def test_a_value_of_a_users_own_fact_is_not_called_as_one_of_the_policy() -> None:
    assert fact_labels.told("outcome", "error") == (Text("outcome", "outcome"), Text("error", "error"))
    assert fact_labels.told("on_merchant_silence", "approve")[1].en == "counts as approval"
    assert fact_labels.told("attempts_left", 1)[1].en == "1", "a count is no truth value"


def test_what_the_clock_does_at_once_by_the_new_rules_is_told() -> None:
    one = filed().advance(to=at("2026-02-20 10:00"))
    moved = one.moved(policy=Policy(merchant_review_working_days=Span(at_least=1, at_most=1)), at=one.now, how="from_now")
    assert told(moved, "clock") == [
        (
            "新增：2026-02-20 10:00 到期自动“商家超时未处理”",
            "New: “no decision by the merchant in time” by the clock at 2026-02-20 10:00",
        )
    ]
    late = arbitrated().moved(policy=Policy(arbitration_working_days=1), at=at("2026-02-26 10:00"), how="from_now")
    assert told(late, "breach") == [("已逾期：介入处理期限（2026-02-26 10:00）", "Passed: time to arbitrate (2026-02-26 10:00)")]


def test_a_clock_of_the_law_that_has_not_started_is_told() -> None:
    moved = filed().moved(policy=Policy(statutory_refund_days=5), at=filed().now)
    assert told(moved, "law") == [("自“退货已签收”起的法定期限：7天 → 5天", "By law, from “Return received” on: 7 days → 5 days")]


def tables() -> Iterator[tuple[Workflow, str, str]]:
    """Tables that do another thing than the shop's in one respect, with what is told of it."""
    rule = SHOP.by_id["S10"]
    says = "Rule changed S10: “reject the request” in “Under review” → “Rejected”"

    def with_rule(**new: Any) -> Workflow:
        return SHOP.variant(rules=tuple(replace(one, **new) if one is rule else one for one in SHOP.rules))

    yield with_rule(event=replace(rule.event, needs=("note", "evidence"))), "S10", f"{says} (needs: a note → a note, evidence)"
    yield with_rule(event=replace(rule.event, actor=SHOP.actors["platform"])), "S10", f"{says} (by: merchant → platform)"
    guard = SHOP.guards["wants_return"]
    yield with_rule(when=(*rule.when, guard)), "S10", f"{says} (now asks: {guard.text.en})"
    yield with_rule(dest=SHOP.states["closed"]), "S10", "(was “reject the request” in “Under review” → “Rejected”)"
    official = orders.get("shop_official")
    key, rows = next((key, rows) for key, rows in official.limits.items() if isinstance(rows, tuple) and len(rows) > 2)
    turned = (replace(rows[0], when=rows[1].when), replace(rows[1], when=rows[0].when), *rows[2:])
    yield official.variant(limits={**official.limits, key: turned}), "requested", rows[1].when[0].text.en


def test_in_what_a_rule_or_a_limit_does_another_thing_is_told() -> None:
    for table, name, said in tables():
        old = filed() if table.key == SHOP.key else case("shop_official").apply("submit", at=at("2026-02-13 10:00"), by="buyer")
        changes = [one for one in old.moved(workflow=table, at=old.now, how="from_now").changes if name in one.name.split()]
        assert [one for one in changes if said in one.text.en], (said, changes)


def test_a_step_of_which_the_new_table_knows_nothing_is_named_in_words() -> None:
    old = led(filed(), "2026-02-13 10:30 start_review")
    why = old.moved(workflow=orders.get("shop_official"), states={}, at=old.now).refusal
    assert why is not None and why.explain("en").startswith("Step 2, “start the review”") and "第2步“开始审核”" in why.explain("zh")


def test_a_request_that_the_new_table_does_not_take_is_told_in_words() -> None:
    why = filed().moved(workflow=orders.get("virtual"), states={}, at=filed().now).refusal
    assert why is not None and why.code == "cannot_open"
    assert why.explain("zh").endswith("“退款类型”（kind）不能是“退货退款”（return_and_refund）")
    assert why.explain("en").endswith("“Kind of refund” (kind) cannot be “return and refund” (return_and_refund)")


# 2. Where the case stood


def test_a_trace_tells_state_and_limit_as_they_were_after_news_and_moves() -> None:
    one = filed().moved(at=at("2026-02-13 11:00"), workflow=renamed(), states={"requested": "asked"}, how="from_now").case
    assert one is not None
    line = one.order.lines[0].model_copy(update={"applications": 2})
    one = one.with_order(Order(**{**dict(one.order), "lines": (line,)}), at=at("2026-02-13 12:00"))
    one = led(one, "2026-02-13 13:00 start_review")
    rows = [(row.kind, row.state.key, row.due and row.due.at) for row in recorded(one, "case").rows]
    due = at("2026-02-26 00:00")
    assert rows == [("step", "requested", due), ("move", "asked", due), ("news", "asked", due), ("step", "reviewing", due)]


def test_a_limit_that_stays_passed_or_was_held_back_is_the_one_that_ran() -> None:
    ended = arbitrated().due
    assert ended is not None
    for when, days in ((ended.at + HOUR, 30), (at("2026-02-16 10:00"), 1)):
        moved = arbitrated().moved(policy=Policy(arbitration_working_days=days), at=when, how="from_now").case
        assert moved is not None and moved.stood[-1] == (moved.state, moved.due)
        ruled = led(moved, f"{when + HOUR:%Y-%m-%d %H:%M} rule_for_merchant")
        assert ruled.stood[-2] == (moved.state, moved.due) and RefundCase.from_json(ruled.to_json()).stood == ruled.stood


def test_advice_and_pictures_tell_news_and_moves_in_the_order_in_which_they_happened() -> None:
    one = received().moved(policy=STATUTE, at=at("2026-02-17 09:00")).case
    assert one is not None
    line = one.order.lines[0].model_copy(update={"applications": 2})
    one = one.with_order(Order(**{**dict(one.order), "lines": (line,)}), at=at("2026-02-17 10:00"))
    said = str(advice.advise(one, at=one.now, lang="en"))
    assert 0 < said.index(one.moves[0].text.en) < said.index(one.news[0].text.en)
    heading = " ".join(text.en for text in marks_of(one, one.workflow).heading)
    assert 0 < heading.index(one.moves[0].text.en) < heading.index(one.news[0].text.en)


def test_of_much_news_the_last_is_told() -> None:
    one = received().moved(policy=STATUTE, at=received().now).case
    assert one is not None
    for number in range(1, 8):
        line = one.order.lines[0].model_copy(update={"applications": number})
        one = one.with_order(Order(**{**dict(one.order), "lines": (line,)}), at=one.now + HOUR)
    assert lately(one.history) == [*one.moves, *one.news[-5:]]


def test_a_picture_marks_a_limit_that_was_passed_where_the_case_came_from() -> None:
    table = SHOP.variant(limits={**SHOP.limits, SHOP.initial: Limit("negotiation_days", "assumed")})
    one = case(workflow=table)
    moved = one.moved(at=at("2026-02-20 10:00"), workflow=renamed(), states={"draft": "asked"}, how="from_now").case
    assert moved is not None and moved.moves[0].breach is not None
    assert [note.kind for note in marks_of(moved, moved.workflow).states["draft"].notes] == ["breach"]


# 3. Bad input


@pytest.mark.parametrize("name", ["workflow", "policy"])
@pytest.mark.parametrize("value", ["", 0, ()])
def test_what_is_no_table_or_policy_is_not_taken_for_none(name: str, value: Any) -> None:
    with pytest.raises(BadData, match=f"{name}: .*; expected a {name.capitalize()}"):
        filed().moved(at=filed().now, **{name: value})


@pytest.mark.parametrize("name", ["source", "state"])
@pytest.mark.parametrize("value", [["received"], None, 5])
def test_a_state_of_a_saved_move_that_is_no_name_is_said(name: str, value: Any) -> None:
    moved = received().moved(policy=STATUTE, at=received().now, how="from_now").case
    assert moved is not None
    data = json.loads(moved.to_json())
    data["steps"][-1][name] = value
    with pytest.raises(SavedCaseError, match=f"step 6: .*{name}"):
        RefundCase.from_json(json.dumps(resealed(data)))


def test_what_is_no_case_is_not_written_among_cases() -> None:
    with pytest.raises(BadData, match=r"cases: <RefundCase .*; expected cases"):
        RefundCase.to_jsonl(filed())  # type: ignore[arg-type]  # a slip
    written = RefundCase.to_jsonl([filed(), "case"])  # type: ignore[list-item]  # another
    assert next(written).startswith("{")
    with pytest.raises(BadData, match=r"cases\[1\]: 'case'; expected a RefundCase"):
        next(written)
