"""A case moves to other rules: judged anew, or carried on from where it stands; and is saved, read and stepped on as before."""

from __future__ import annotations

import json
import pickle
import typing
from collections import Counter
from dataclasses import fields, make_dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

import pytest

from refund_fsm import BadData, Moved, Policy, RefundCase, SavedCaseError, Span, State, Workflow, orders
from refund_fsm.orders.third_party import WORKFLOW as SHOP
from tests.case.lives import of_scenarios
from tests.case.sealing import as_format_1, resealed
from tests.places import ROOT
from tests.samples import at, case, photo, play

HOUR = timedelta(hours=1)
STATUTE = Policy.statute()


def changed(workflow: Workflow = SHOP, **changes: Any) -> Workflow:
    """A table with some arguments changed, checked."""
    return Workflow(**{**{one.name: getattr(workflow, one.name) for one in fields(Workflow)}, **changes})


def led(one: RefundCase, *rows: str) -> RefundCase:
    """The case after rows of an instant and an event, each by its own actor with what it needs."""
    return play(one, *(f"{row[:16]} | {one.workflow.events[row[17:]].actor.key} | {row[17:]}" for row in rows))


def filed(**more: Any) -> RefundCase:
    """A shop's case that the merchant is to answer by 24:00 of 2026-02-25, the holidays being between."""
    return led(case(**more), "2026-02-13 10:00 submit")


def received(**more: Any) -> RefundCase:
    """A shop's case whose goods are back at the merchant's since 02-16 12:00, to be confirmed in ten days."""
    steps = (
        "2026-02-13 10:30 start_review",
        "2026-02-13 11:00 approve_return",
        "2026-02-14 12:00 ship_return",
        "2026-02-16 12:00 deliver_return",
    )
    return led(filed(**more), *steps)


def kinds(moved: Moved[RefundCase]) -> set[str]:
    return {change.kind for change in moved.changes}


def told(moved: Moved[RefundCase], kind: str) -> list[tuple[str, str]]:
    return [(change.text.zh, change.text.en) for change in moved.changes if change.kind == kind]


# 1. Judged anew


def test_a_case_judged_anew_is_the_one_that_lived_under_the_new_rules() -> None:
    old, new = received(), received(policy=STATUTE)
    moved = old.moved(policy=STATUTE, at=old.now + HOUR)
    assert moved.refusal is None and moved.case is not None
    assert (moved.case.steps, moved.case.due, moved.case.facts) == (new.steps, new.due, new.facts) and new.due != old.due
    assert moved.case.now == old.now + HOUR and moved.case.payout_key == old.payout_key and moved.case.case_id == old.case_id
    assert told(moved, "due") == [
        ("期限：2026-02-26 24:00（10天） → 2026-02-22 24:00（6天）", "Due: 2026-02-26 24:00 (10 days) → 2026-02-22 24:00 (6 days)")
    ]
    (move,) = moved.case.moves
    assert (move.how, move.after, move.was.policy, move.now.policy) == ("replay", 5, Policy.guide(), STATUTE)


def test_steps_of_the_clock_follow_the_new_limits() -> None:
    old = filed().advance(to=at("2026-02-26 10:00"))
    assert [step.event for step in old.steps] == ["submit", "review_timeout"] and old.steps[-1].at == at("2026-02-26 00:00")
    longer = Policy(merchant_review_working_days=Span(at_least=1, at_most=6))
    moved = old.moved(policy=longer, at=old.now)
    assert moved.case is not None and moved.case.state.key == "requested" and [step.event for step in moved.case.steps] == ["submit"]
    assert moved.case.due == filed(policy=longer).due
    assert told(moved, "clock") == [
        (
            "不再有：2026-02-25 24:00 到期自动“商家超时未处理”",
            "No more: “no decision by the merchant in time” by the clock at 2026-02-25 24:00",
        )
    ]
    shorter = Policy(merchant_review_working_days=Span(at_least=1, at_most=1))
    again = moved.case.moved(policy=shorter, at=old.now).case
    assert again is not None and again.steps[1].at == at("2026-02-15 00:00") and len(again.moves) == 2
    assert RefundCase.from_json(again.to_json()) == again


def test_the_first_step_that_does_not_hold_is_named_with_its_refusal() -> None:
    one = case(policy=STATUTE).apply("submit", at=at("2026-02-19 10:00"), by="buyer")  # the seventh day by the law alone
    moved = one.moved(policy=Policy.guide(), at=one.now)
    assert moved.case is None and moved.refusal is not None and moved.refusal.code == "step_refused"
    assert moved.refusal.step == 1 and moved.refusal.refusal is not None
    assert [guard.name for guard in moved.refusal.refusal.failed_guards] == ["window_open"]
    assert moved.refusal.refusal.text.zh in moved.refusal.explain("zh") and "Step 1" in moved.refusal.explain("en")
    assert kinds(moved) >= {"policy", "refused"}


def test_what_came_with_steps_of_the_clock_comes_with_them_again() -> None:
    delivered = filed().apply("review_timeout", at=at("2026-02-26 09:00"), by="clock", event_id="e-9")
    shorter = Policy(merchant_review_working_days=Span(at_least=1, at_most=2))
    moved = delivered.moved(policy=shorter, at=delivered.now).case
    assert moved is not None and moved.steps[-1].details == {"event_id": "e-9"} and moved.steps[-1].at < delivered.steps[-1].at
    assert moved.apply("review_timeout", at=moved.now + HOUR, by="clock", event_id="e-9") is moved
    assert RefundCase.from_json(moved.to_json()) == moved


# 2. Carried on


def test_what_was_decided_stands_and_the_count_goes_on_from_its_start() -> None:
    old = received()
    moved = old.moved(policy=STATUTE, at=old.now + HOUR, how="from_now").case
    assert moved is not None and moved.steps == old.steps and moved.facts == old.facts and moved.policy == STATUTE
    assert moved.due is not None and moved.due.at == at("2026-02-23 00:00") and moved.due.why.held is None
    late = old.moved(policy=STATUTE, at=at("2026-02-24 09:00"), how="from_now")
    assert late.case is not None and late.case.steps[:-1] == old.steps
    step = late.case.steps[-1]
    assert (step.by, step.at, late.case.state.key) == ("clock", at("2026-02-24 09:00"), "refunding"), "what would have ended ends now"
    assert late.case.moves[0].due is not None and late.case.moves[0].due.at == at("2026-02-24 09:00")


def test_until_the_move_the_clock_runs_by_the_old_rules() -> None:
    longer = Policy(merchant_review_working_days=Span(at_least=1, at_most=6))
    moved = filed().moved(policy=longer, at=at("2026-02-26 00:00"), how="from_now").case
    assert moved is not None and moved.state.key == "awaiting_return" and moved.moves[0].after == 2
    just = filed().moved(policy=longer, at=at("2026-02-25 23:59"), how="from_now").case
    assert just is not None and just.state.key == "requested" and just.due == filed(policy=longer).due
    assert led(just, "2026-02-27 10:00 start_review", "2026-02-27 10:00 reject").state.key == "rejected"


def arbitrated() -> RefundCase:
    """A shop's case in arbitration, whose limit nothing enforces."""
    steps = ("2026-02-13 10:30 start_review", "2026-02-13 11:00 reject", "2026-02-13 12:00 apply_arbitration")
    return led(filed(request={"kind": "refund_only", "reason": "quality"}), *steps)


def test_a_limit_that_has_passed_stays_passed_and_a_breach_is_not_taken_back() -> None:
    one = arbitrated()
    assert one.due is not None and one.due.then is None
    ended, longer = one.due.at, Policy(arbitration_working_days=30)
    passed = one.moved(policy=longer, at=ended + HOUR, how="from_now").case
    assert passed is not None and [breach.at for breach in passed.breaches()] == [ended] and passed.due is not None
    assert passed.due.at == ended and passed.moves[0].breach is not None, "what was told and is past stays"
    running = one.moved(policy=longer, at=ended - HOUR, how="from_now").case
    assert running is not None and running.due is not None and running.due.at > ended and not running.breaches(at=ended + HOUR)
    for two in (passed, running):
        assert RefundCase.from_json(two.to_json()) == two
        ruled = led(two, f"{ended + 2 * HOUR:%Y-%m-%d %H:%M} rule_for_merchant")
        assert [breach.at for breach in ruled.breaches()] == [breach.at for breach in two.breaches()]
        assert RefundCase.from_json(ruled.to_json()) == ruled
    anew = one.advance(to=ended + HOUR).moved(policy=longer, at=ended + HOUR)
    assert anew.case is not None and anew.case.breaches() == () and told(anew, "breach")


def test_a_limit_of_the_new_rules_that_is_past_ends_at_the_move_as_a_breach() -> None:
    one = arbitrated()
    moved = one.moved(policy=Policy(arbitration_working_days=1), at=at("2026-02-26 10:00"), how="from_now").case
    assert moved is not None and moved.due is not None and moved.due.at == moved.due.why.held == at("2026-02-26 10:00")
    assert [breach.at for breach in moved.breaches()] == [at("2026-02-26 10:00")] and moved.moves[0].breach is None


def renamed() -> Workflow:
    """The shop's table whose state `requested` is called `asked`."""
    asked = State("asked", "待商家审核", "Asked")
    old = SHOP.states["requested"]

    def put(one: State) -> State:
        return asked if one is old else one

    rules = tuple(replace(rule, source=put(rule.source), dest=put(rule.dest)) for rule in SHOP.rules)
    limits = {tuple(put(one) for one in (key if isinstance(key, tuple) else (key,))): rows for key, rows in SHOP.limits.items()}
    spine = tuple(tuple(put(one) for one in path) for path in SHOP.spine)
    phases = tuple((label, tuple(put(one) for one in states)) for label, states in SHOP.phases)
    return changed(rules=rules, limits=limits, spine=spine, phases=phases)


def test_a_state_that_is_gone_takes_a_map_or_is_refused_with_the_states_that_there_are() -> None:
    one, table = filed(), renamed()
    refused = one.moved(workflow=table, at=one.now, how="from_now")
    assert refused.case is None and refused.refusal is not None and refused.refusal.code == "no_such_state"
    assert "asked" in {state.key for state in refused.refusal.states} and "states=" in refused.refusal.explain("en")
    assert "待商家审核（asked）" in refused.refusal.explain("zh")
    moved = one.moved(workflow=table, at=one.now + HOUR, how="from_now", states={"requested": "asked"})
    assert moved.case is not None and moved.case.state.key == "asked" and moved.case.due is not None and one.due is not None
    assert moved.case.due.at == one.due.at and ("状态：待审核 → 待商家审核", "State: Requested → Asked") in told(moved, "state")
    assert {"rule_changed"} <= kinds(moved) or {"rule_gone", "rule_new"} <= kinds(moved)
    rejected = led(moved.case, "2026-02-13 11:00 start_review", "2026-02-13 11:00 reject")
    assert RefundCase.from_json(rejected.to_json(), workflow=[table, SHOP]) == rejected
    assert one.moved(workflow=table, at=one.now).case is not None, "judged anew it needs no map"


def test_a_table_that_lost_the_rule_a_case_stands_on() -> None:
    table = changed(rules=tuple(rule for rule in SHOP.rules if rule.id != "S05"), spine=())
    one = led(filed(), "2026-02-13 10:30 start_review")
    assert one.steps[0].rule.id == "S05"
    anew = one.moved(workflow=table, at=one.now)
    assert anew.case is None and anew.refusal is not None and anew.refusal.step == 1
    going_on = one.moved(workflow=table, at=one.now, how="from_now")
    assert going_on.case is not None and going_on.case.steps == one.steps
    assert any("Had the new rules held from the start: Step 1" in en for _, en in told(going_on, "refused"))
    lost = next(rule.id for rule in SHOP.rules if rule.source.key == "reviewing" and rule.event.name == "approve_refund")
    fewer = changed(rules=tuple(rule for rule in SHOP.rules if rule.id != lost), spine=())
    moved = one.moved(workflow=fewer, at=one.now, how="from_now")
    assert [change.name for change in moved.changes if change.kind == "rule_gone"] == [lost] and moved.case is not None
    assert moved.case.ask("approve_refund", at=one.now, by="merchant").refusal is not None


def with_a_fact_more(value: str = "two") -> Workflow:
    old = SHOP.facts
    names = [(one.name, old.__annotations__[one.name], one) for one in fields(old)]
    hints = typing.get_type_hints(old, include_extras=True)
    made = make_dataclass(
        "Later",
        [("parcels", Literal["one", "two"]), *((name, hints[name], one) for name, _, one in names)],
        frozen=True,
    )

    def facts_of(order: Any, request: Any, when: datetime, policy: Policy) -> Any:
        found = SHOP.facts_of(order, request, when, policy)
        parcels = value if order.signed_at and order.signed_at <= when else "one"
        return made(parcels=parcels, **{name: getattr(found, name) for name, _, _ in names})

    def example_of(facts: Any, when: datetime) -> Any:
        return None if facts.parcels != value else SHOP.example_of(old(**{name: getattr(facts, name) for name, _, _ in names}), when)

    return changed(facts=made, facts_of=facts_of, example_of=example_of)


def test_a_fact_that_the_case_lacks_is_the_one_of_its_last_filing_unless_it_is_given() -> None:
    table = with_a_fact_more()
    one = filed(order={"signed_at": at("2026-02-13 12:00")}, request={"kind": "refund_only", "reason": "not_received"})
    moved = one.moved(workflow=table, at=at("2026-02-14 10:00"), how="from_now")
    assert moved.case is not None and moved.case.facts.parcels == "one", "it was not signed for when it was filed"
    assert any(change.name == "parcels" and change.before is None for change in moved.changes)
    given = one.moved(workflow=table, at=at("2026-02-14 10:00"), how="from_now", facts={"parcels": "two"}).case
    assert given is not None and given.facts.parcels == "two"
    for two in (moved.case, given):
        assert RefundCase.from_json(two.to_json(), workflow=[SHOP, table]) == two


def test_counts_fall_to_what_the_new_policy_allows_and_what_it_fixes_follows_it() -> None:
    one = filed()
    assert one.facts.attempts_left == 2 and one.facts.on_merchant_silence == "approve"
    moved = one.moved(policy=Policy(max_resubmissions=1, on_merchant_silence="escalate"), at=one.now, how="from_now").case
    assert moved is not None and moved.facts.attempts_left == 1 and moved.facts.on_merchant_silence == "escalate"
    more = one.moved(policy=Policy(max_resubmissions=5), at=one.now, how="from_now").case
    assert more is not None and more.facts.attempts_left == 2
    given = one.moved(policy=Policy(max_resubmissions=5), at=one.now, how="from_now", facts={"attempts_left": 4}).case
    assert given is not None and given.facts.attempts_left == 4 and given._live.kept == {"attempts_left": 4}
    back = RefundCase.from_json(given.to_json())
    assert back == given and back._live.kept == given._live.kept
    again = led(back, "2026-02-13 11:00 start_review", "2026-02-13 11:00 reject", "2026-02-13 12:00 resubmit")
    assert again.facts.attempts_left == 3, "what was given stays, as what an effect has set"


# 3. Running limits that are prolonged


@cache
def official(special: bool) -> tuple[RefundCase, ...]:
    """Cases of the platform's own table on their way before the Spring Festival of 2026, with or without its special periods."""
    policy = Policy.platform() if special else Policy.platform().model_copy(update={"special": ()})
    found = []
    for kind, reason in (("refund_only", "quality"), ("return_and_refund", "size_or_colour"), ("exchange", "size_or_colour")):
        one = case(
            "shop_official",
            opened="2026-02-12 09:00",
            policy=policy,
            order={"signed_at": at("2026-02-11 20:00")},
            request={"kind": kind, "reason": reason},
        )
        one = led(one, "2026-02-12 09:30 submit")
        found.append(one)
        if kind == "return_and_refund":
            one = led(one, "2026-02-12 10:00 approve_return")
            found += [one, led(one, "2026-02-12 15:00 ship_return")]
    return tuple(found)


@pytest.mark.parametrize("how", ["replay", "from_now"])
def test_a_running_limit_is_prolonged_by_a_policy_that_prolongs_it(how: Any) -> None:
    later = 0
    for old, new in zip(official(False), official(True), strict=True):
        assert old.due is not None and new.due is not None
        moved = old.moved(policy=Policy.platform(), at=old.now + HOUR, how=how)
        assert moved.case is not None and moved.case.due is not None
        assert (moved.case.due.at, moved.case.due.why.special) == (new.due.at, new.due.why.special), "it ends as if it had always been so"
        assert moved.case.due.at > old.due.at and "due" in kinds(moved) and "special" in kinds(moved)
        past = [step.due and step.due.at for step in old.steps[:-1]]
        assert how == "replay" or [step.due and step.due.at for step in moved.case.steps[:-1]] == past, "told instants stay"
        assert how == "replay" or moved.case.steps == old.steps
        back = RefundCase.from_json(moved.case.to_json())
        assert back == moved.case and back.due == moved.case.due
        gone = back.advance(to=new.due.at - HOUR)
        assert gone.state == old.state and back.advance(to=new.due.at) != gone
        later += 1
    assert later == 5


def test_a_case_goes_over_to_a_later_edition_and_another_policy_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.advice.later_edition import WORKFLOW as LATER

    monkeypatch.setitem(orders.REGISTRY, "shop_official", ("refund_fsm.orders.shop_official", "tests.advice.later_edition"))
    one = official(False)[0]
    edition = orders.at("shop_official", at("2026-07-02 09:00"))
    assert edition is LATER and one.workflow is not edition
    moved = one.moved(workflow=edition, policy=Policy.platform(), at=one.now + HOUR, how="from_now").case
    assert moved is not None and moved.workflow is LATER
    back = RefundCase.from_json(moved.to_json())  # both editions are the registry's
    assert back == moved and back.workflow is LATER and pickle.loads(pickle.dumps(moved)) == moved
    monkeypatch.setitem(orders.REGISTRY, "shop_official", "refund_fsm.orders.shop_official")
    with pytest.raises(SavedCaseError, match=r"step 2: .* saved under another table, of 'shop_official'; hand over"):
        RefundCase.from_json(moved.to_json())


# 4. Saved, read, stepped on


def test_every_moved_case_is_read_back_and_goes_on_alike() -> None:
    seen = Counter[str]()
    for one in of_scenarios():
        for how in ("replay", "from_now"):
            moved = one.moved(policy=STATUTE if one.policy != STATUTE else Policy.guide(), at=one.now + HOUR, how=how)
            if moved.case is None:
                assert how == "replay" and moved.refusal is not None and moved.refusal.step
                seen["refused"] += 1
                continue
            two = moved.case
            back = RefundCase.from_json(two.to_json())
            assert back == two and (back.due, back.facts, back.breaches(), back.moves) == (two.due, two.facts, two.breaches(), two.moves)
            assert back.to_json() == two.to_json() and back.statutory_due == two.statutory_due and back.recounted == ()
            assert pickle.loads(pickle.dumps(two)) == two
            seen[how] += 1
            for actor in two.workflow.actors:
                for verdict in two.actions(at=two.now + HOUR, by=actor):
                    if verdict.allowed:
                        details = {"note": "说明", "tracking_no": "SF2", "evidence": photo(f"{two.now:%Y-%m-%d %H:%M}")}
                        needs = {need: details[need] for need in two.workflow.events[verdict.event].needs}
                        on = two.apply(verdict.event, at=two.now + HOUR, by=actor, **needs)
                        assert RefundCase.from_json(on.to_json()) == on
                        seen["stepped"] += 1
            again = two.moved(policy=one.policy, at=two.now, how=how)
            if again.case is not None:
                assert RefundCase.from_json(again.case.to_json()) == again.case and len(again.case.moves) == 2
                seen["twice"] += 1
            if how == "from_now" and again.case is not None and again.case.moves[0].dest == one.state.key:
                anew = again.case.moved(policy=two.policy, at=two.now)
                if anew.case is not None:
                    assert all(move.is_told for move in anew.case.moves) and len(anew.case.moves) == 3
                    assert RefundCase.from_json(anew.case.to_json()) == anew.case
                    seen["anew after all"] += 1
    assert min(seen[name] for name in ("replay", "from_now", "stepped", "twice", "anew after all")) > 80, seen
    assert seen["refused"] >= 5, seen


def test_the_same_rules_are_no_move() -> None:
    one = filed()
    for how in ("replay", "from_now"):
        moved = one.moved(policy=Policy.guide(), workflow=SHOP, at=one.now, how=how)
        assert moved.case is one and moved.changes == ()


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (ROOT / "tests" / "fixtures" / "cases").glob("*.json") if "exchange" not in path.name)
)
def test_a_case_of_format_1_is_moved_and_keeps_the_key_it_was_paid_under(name: str) -> None:
    one = RefundCase.from_json((ROOT / "tests" / "fixtures" / "cases" / name).read_bytes())
    moved = one.moved(policy=Policy(complaint_days=9), at=one.now, how="from_now").case
    assert moved is not None and moved.payout_key == one.payout_key == f"refund:{one.case_id}"
    assert RefundCase.from_json(moved.to_json()) == moved and moved.steps == one.steps


def test_a_table_of_another_key_takes_a_map_of_its_states() -> None:
    beside = orders.get("shop_official")
    one = filed(request={"kind": "return_and_refund", "reason": "quality"})
    with pytest.raises(BadData, match="workflow: 'shop_official'; expected a table of 'third_party', or with it a map of the states"):
        one.moved(workflow=beside, at=one.now, how="from_now")
    moved = one.moved(workflow=beside, policy=Policy.platform(), at=one.now, how="from_now", states={}).case
    assert moved is not None and moved.state is beside.states["requested"] and moved.payout_key == one.payout_key
    assert moved.order.order_type == "shop_official" and moved.opening_order == one.order
    back = RefundCase.from_json(moved.to_json())
    assert back == moved and back.order == moved.order
    anew = one.moved(workflow=beside, policy=Policy.platform(), at=one.now, states={}).case
    assert anew is not None and anew.payout_key == one.payout_key and RefundCase.from_json(anew.to_json()).payout_key == one.payout_key
    assert RefundCase.from_json(anew.to_json()) == anew


# 5. Bad input

BAD: list[tuple[dict[str, Any], str]] = [
    ({"at": at("2026-02-13 09:59")}, r"at: '2026-02-13T09:59:00\+08:00'; expected not before 2026-02-13T10:00:00"),
    ({"at": at("2026-03-01 10:00").replace(tzinfo=None)}, "at: .* time zone"),
    ({"how": "anew"}, "how: 'anew'; expected 'replay' or 'from_now'"),
    ({"workflow": "third_party"}, "workflow: 'third_party'; expected a Workflow"),
    ({"policy": {"complaint_days": 9}}, "policy: .*; expected a Policy"),
    ({"workflow": orders.get("virtual")}, "workflow: 'virtual'; expected a table of 'third_party', or with it a map"),
    ({"states": {"asked": "requested"}}, "states: 'asked'; expected a state of 'third_party': draft"),
    ({"states": {"requested": "asked"}}, r"states\['requested'\]: 'asked'; expected a state of"),
    ({"states": ["requested"]}, "states: .*; expected a mapping"),
    ({"how": "from_now", "facts": {"parcels": 1}}, "facts: 'parcels'; expected a fact of 'third_party': kind, reason"),
    ({"how": "from_now", "facts": {"attempts_left": 3}}, "facts.attempts_left: 3; expected one of 0, 1, 2"),
    ({"how": "from_now", "facts": {"attempts_left": True}}, "facts.attempts_left: True; expected one of 0, 1, 2"),
    ({"facts": {"attempts_left": 1}}, "facts: .*; expected none with how='replay'"),
]


@pytest.mark.parametrize(("given", "expected"), BAD, ids=range(len(BAD)))
def test_bad_input_names_the_argument(given: dict[str, Any], expected: str) -> None:
    one = filed()
    with pytest.raises(BadData, match=expected):
        one.moved(**{"policy": STATUTE, "at": one.now, **given})


ALTERED: list[tuple[str, Any, str]] = [
    ("at", "2026-02-16T11:00:00+08:00", "not before the step before it"),
    ("how", "replay", "'from_now' (how)"),
    ("how", "anew", "'replay' or 'from_now' (in how)"),
    ("state", "inspecting", "(in states"),
    ("state", "returning", "a state of"),
    ("source", "requested", "as replay gives"),
    ("fingerprint", "0" * 64, "saved under another table"),
    ("order_type", "barter", "'self_operated' or"),
    ("policy", {"receipt_days": 0}, "greater than or equal to 1 (in policy.receipt_days)"),
    ("policy", {"receipt_days": 5}, "as replay gives"),
    ("policy", {"luck": 5}, "no such field (in policy.luck)"),
    ("policy", [], "an object of the policy's fields"),
    ("facts", {}, "as replay gives (facts)"),
    ("given", {"attempts_left": 0}, "as replay gives (facts)"),
    ("given", {"attempts_left": 9}, "one of 0, 1, 2 (in facts.attempts_left)"),
    ("due", {"limit": "receipt_days", "at": "2026-02-25T12:00:00+08:00", "provisional": False}, "as replay gives (due)"),
    ("then", None, "as replay gives (then)"),
    ("breach", {"limit": "receipt_days", "at": "2026-02-25T12:00:00+08:00", "provisional": False}, "as replay gives (breach)"),
    ("calendar", 5, "the version of a calendar"),
    ("luck", 5, "was it written by a newer refund_fsm?"),
]


@pytest.mark.parametrize(("name", "value", "expected"), ALTERED, ids=[f"{name}={value}"[:40] for name, value, _ in ALTERED])
def test_an_altered_move_is_found_even_with_digests_made_anew(name: str, value: Any, expected: str) -> None:
    old = received()
    moved = old.moved(policy=STATUTE, at=old.now + HOUR, how="from_now").case
    assert moved is not None
    data = json.loads(moved.to_json())
    assert data["steps"][5]["kind"] == "move" and data["steps"][5].get(name) != value
    data["steps"][5][name] = value
    with pytest.raises(SavedCaseError) as error:
        RefundCase.from_json(json.dumps(data))
    assert error.value.position == "step 6" and "altered here" in str(error.value)
    with pytest.raises(SavedCaseError) as error:
        RefundCase.from_json(json.dumps(resealed(data)))
    assert error.value.position == "step 6" and expected in str(error.value)


def test_a_case_that_was_moved_is_found_out_without_its_move_and_with_a_false_former_one() -> None:
    old = received()
    moved = old.moved(policy=STATUTE, at=old.now + HOUR, how="from_now").case
    assert moved is not None
    ended = moved.advance(to=at("2026-02-23 13:00"))
    data = json.loads(ended.to_json())
    del data["steps"][5]
    with pytest.raises(SavedCaseError, match="step 6"):
        RefundCase.from_json(json.dumps(resealed(data)))
    anew = old.moved(policy=STATUTE, at=old.now + HOUR).case
    assert anew is not None
    for name, value in (("policy", {"luck": 1}), ("fingerprint", 5), ("order_type", "")):
        data = json.loads(anew.to_json())
        data["steps"][5]["former"][name] = value
        with pytest.raises(SavedCaseError, match="step 6"):
            RefundCase.from_json(json.dumps(resealed(data)))


def test_a_move_that_another_calendar_counted_stands_as_it_was_recorded() -> None:
    old = received()
    moved = old.moved(policy=STATUTE, at=old.now + HOUR, how="from_now").case
    assert moved is not None
    data = json.loads(moved.to_json())
    data["head"]["calendar"] = data["steps"][5]["calendar"] = "chinesecalendar 0.9 (2004–2025)"
    data["steps"][5]["due"] |= {"at": "2026-02-22T00:00:00+08:00"}
    back = RefundCase.from_json(json.dumps(resealed(data)))
    assert back.moves[0].due is not None and back.moves[0].due.at == at("2026-02-22 00:00"), "as it was told then"
    assert back.due is not None and back.due.at == at("2026-02-23 00:00"), "what is still to come is counted by today's"
    assert RefundCase.from_json(back.to_json()) == back


# 6. Read under several tables, and in bulk


def test_the_table_is_picked_by_fingerprint_and_an_unknown_one_says_what_to_do() -> None:
    table = renamed()
    one = filed(workflow=table)
    assert RefundCase.from_json(one.to_json(), workflow=[SHOP, table]).workflow is table
    assert RefundCase.from_json(filed().to_json(), workflow=(table, SHOP)).workflow is SHOP
    with pytest.raises(SavedCaseError) as error:
        RefundCase.from_json(one.to_json(), workflow=[SHOP])
    said = str(error.value)
    assert (
        table.fingerprint in said
        and f"'third_party' {SHOP.fingerprint[:12]}…" in said
        and "workflow=[new, old]" in said
        and "moved()" in said
    )
    for bad in ("third_party", [], [SHOP, "x"], 5):
        with pytest.raises(BadData, match=r"workflow: .*; expected a Workflow, or several of them"):
            RefundCase.from_json(one.to_json(), workflow=bad)  # type: ignore[arg-type]


def test_cases_in_bulk_are_written_and_read_as_a_stream(tmp_path: Any) -> None:
    cases = [filed(), received(), arbitrated()]
    path = tmp_path / "cases.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(RefundCase.to_jsonl(iter(cases)))
    with path.open(encoding="utf-8") as file:
        found = RefundCase.from_jsonl(file)
        assert next(found) == cases[0] and not file.closed
        assert [*found] == cases[1:]
    lines = path.read_bytes().splitlines(keepends=True)
    assert [*RefundCase.from_jsonl([lines[0], b"\n", lines[1]])] == cases[:2]
    with pytest.raises(SavedCaseError, match=r"^line 2: ") as error:
        [*RefundCase.from_jsonl([lines[0], lines[1][:-20], lines[2]])]
    assert error.value.position.startswith("line 2: ")
    for bad in (str(path), path.read_bytes(), 5):
        with pytest.raises(BadData, match="lines"):
            RefundCase.from_jsonl(bad)  # type: ignore[arg-type]
    endless = RefundCase.from_jsonl(lines[0] for _ in iter(int, 1))
    assert next(endless) == next(endless) == cases[0], "no more is read than is asked for"


def test_format_1_is_read_in_bulk_too() -> None:
    old = json.dumps(as_format_1(filed().to_json()))
    assert [*RefundCase.from_jsonl([old])] == [filed()]


# 7. Told where it happened, beside news


@pytest.mark.parametrize("how", ["replay", "from_now"])
def test_trace_picture_and_advice_tell_the_move_where_it_happened(how: Any) -> None:
    from refund_fsm import advice
    from refund_fsm.diagram.case_marks import marks_of
    from refund_fsm.scenario import recorded

    one = received().moved(policy=STATUTE, at=at("2026-02-17 09:00"), how=how).case
    assert one is not None
    done = led(one, "2026-02-18 09:00 confirm_receipt")
    (move,) = done.moves
    for part in (
        "time to confirm receipt: 10 days → 6 days",
        "2026-02-26 24:00 → 2026-02-22 24:00",
        {"replay": "judged anew", "from_now": "from here"}[how],
    ):
        assert part in move.text.en
    trace = recorded(done, "case.json")
    assert [row.kind for row in trace.rows] == [*["step"] * 5, "move", "step"] and trace.rows[5].state.key == "received"
    assert trace.to_dict()["rows"][5]["move"]["what"][0]["en"] and "move" not in trace.to_dict()["rows"][4]
    heading = marks_of(done, SHOP).heading
    assert heading[1].en.startswith("after step 5, 2026-02-17 09:00: moved to other rules") and move.text.zh in heading[1].zh
    assert move.text.zh in str(advice.advise(done, at=done.now)) and move.text.en in str(advice.advise(done, at=done.now))


def test_news_and_moves_stand_among_the_steps_in_their_order() -> None:
    one = led(case(order={"signed_at": None}, request={"kind": "refund_only", "reason": "not_received"}), "2026-02-13 10:00 submit")
    news = one.order.model_copy(update={"signed_at": at("2026-02-14 10:00")})
    for how in ("replay", "from_now"):
        told_first = one.with_order(news, at=at("2026-02-14 12:00")).moved(policy=STATUTE, at=at("2026-02-14 13:00"), how=how)
        moved_first = one.moved(policy=STATUTE, at=at("2026-02-14 12:00"), how=how).case
        assert told_first.case is not None and moved_first is not None
        for two in (told_first.case, moved_first.with_order(news, at=at("2026-02-14 13:00"))):
            assert two.order == news and two.news[0].order == news and len(two.moves) == 1 and two.opening_order == one.order
            on = led(two, "2026-02-15 10:00 start_review", "2026-02-15 10:00 reject", "2026-02-15 11:00 add_evidence")
            back = RefundCase.from_json(on.to_json())
            assert back == on and back.to_json() == on.to_json() and [c.at for c in back._live.changes] == [c.at for c in on._live.changes]
