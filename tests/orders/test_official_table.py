"""The platform's own table of a shop against official.md, row by row, read from the file itself. Nothing of the table is copied here."""

from __future__ import annotations

import random
import re
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import pytest

from refund_fsm import Limit, Policy, Rule, orders
from refund_fsm.errors import BadData
from refund_fsm.graph import explore
from refund_fsm.text import SHANGHAI
from refund_fsm.workflow import CATALOGUE, Partial
from refund_fsm.workflow.catalogue import provenance
from refund_fsm.workflow.platform_rules import COPIED
from tests.orders.contract import Row, tables, ticked
from tests.orders.official_contract import A_RETURN, TEXT, Special, limits, returns, rules, section, special

OFFICIAL = orders.get("shop_official")
ROWS = rules()


def told(rule: Rule) -> Row:
    """One rule of the package in the same form. What its effect does is found by running it."""
    places = (rule.id, rule.source.key, rule.event.name, rule.actor.key, rule.dest.key, rule.internal)
    sets = () if rule.event.name in returns() else effect_of(rule)
    return Row(*places, tuple(guard.name for guard in rule.when), rule.event.needs, sets, (), rule.sources)


def effect_of(rule: Rule) -> tuple[str, ...]:
    """The facts that the effect sets, tried on facts where none of them is set."""
    if rule.effect is None:
        return ()
    before = facts(**dict.fromkeys(rule.effect.changes, False))
    after = rule.effect(before)
    changed = {f.name: getattr(after, f.name) for f in fields(before) if getattr(after, f.name) != getattr(before, f.name)}
    assert changed == dict.fromkeys(rule.effect.changes, True)
    return tuple(changed)


def facts(**changes: Any) -> Any:
    known = {one.name: one.domain(Policy())[0] for one in OFFICIAL.fact_fields}
    return replace(OFFICIAL.facts(**known), **changes)


def test_the_rules_are_those_of_the_contract_in_its_order() -> None:
    assert [rule.id for rule in OFFICIAL.rules] == [row.id for row in ROWS]
    assert len(ROWS) == 57 and ROWS[-1].event == "retry_payout", "P01…P57"


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in ROWS])
def test_a_rule_is_as_the_contract_says(row: Row) -> None:
    assert told(OFFICIAL.by_id[row.id]) == row


def test_what_makes_a_case_a_return_does_so_whatever_it_was() -> None:
    (rule,) = [rule for rule in OFFICIAL.rules if rule.event.name in returns()]
    assert rule.effect is not None and set(rule.effect.changes) == set(A_RETURN)
    after = rule.effect(facts(kind="exchange", goods_returned=True, exchange_sent=True, extended=True))
    assert {name: getattr(after, name) for name in A_RETURN} == A_RETURN


def test_the_limits_are_those_of_the_contract() -> None:
    found = {
        tuple(state.key for state in group): (tuple(map(told_limit, rows)), any(state.key in OFFICIAL.clock_rules for state in group))
        for group, rows in OFFICIAL.groups
    }
    assert found == limits()


def told_limit(limit: Limit) -> tuple[str, int, str, str | None, tuple[str, ...]]:
    guard = limit.when[0].name if limit.when else None
    assert len(limit.when) <= 1
    cites = tuple(id for id in limit.cites.split() if not (limit.plus and id == "R10"))  # that of what is added
    return limit.field, limit.length_in(Policy.platform()), limit.unit, guard, cites


def test_what_is_added_is_that_of_the_contract() -> None:
    (field, days) = re.findall(r"`extended` adds `(\w+)` (\d+) to the limit that ran", TEXT)[0]
    added = {
        state.key: {(row.plus, row.plus_in(Policy()), row.plus_when and row.plus_when.name) for row in rows}
        for (state, *_), rows in OFFICIAL.groups
    }
    assert added.pop("return_shipped") == {(field, int(days), "has_extension")}
    assert set().union(*added.values()) == {(None, 0, None)}


def test_the_special_periods_are_those_of_the_contract() -> None:
    policy = Policy.platform("2026-03-09")
    found = {Special(p.limit, p.when[0] if p.when else None, p.start, p.end, p.days or 0, p.never_shorter) for p in policy.special}
    assert found == special() and len(policy.special) == len(found) == 14
    assert {p.cites for p in policy.special} == {"R18", "R18 assumed"}
    assert {p.limit for p in policy.special if p.cites == "R18 assumed"} == {"signed_receipt_hours"}, "the last: assumed"
    assert policy == Policy.platform() == Policy.profile("platform") == OFFICIAL.default_policy()
    assert policy.model_copy(update={"special": ()}) == Policy.guide(), "special, nothing else"


def test_the_law_clock_runs_for_a_return_alone() -> None:
    assert "the statutory clock on `received`, only for `wants_return`, judged at the entry" in section(3)
    (state,), (limit,) = zip(*OFFICIAL.law.items(), strict=True)
    assert (state.key, limit.field, [one.name for one in limit.when]) == ("received", "statutory_refund_days", ["wants_return"])


def test_the_guards_are_those_of_the_contract() -> None:
    named = {name for cell, _ in tables(section(2)) for name in ticked(cell)}
    elsewhere = {"amount_within_balance", "no_other_case", "wants_refund_only", "wants_return", "goods_settled"}  # rules.md § 4
    assert set(OFFICIAL.guards) == named | elsewhere


def test_the_states_events_and_facts_are_those_of_the_contract() -> None:
    said = section(2)
    states = dict(re.findall(r"`(exchange\w+)` ([一-鿿]+)", said.split("States: ")[1].split("Events:")[0]))
    assert states == {key: OFFICIAL.states[key].zh for key in ("exchange_to_ship", "exchange_shipped", "exchanged")}
    assert {key for key, state in OFFICIAL.states.items() if state.good} == {"exchanged"}
    assert not {"reviewing", "negotiating", "ruled_against", "escalated"} & set(OFFICIAL.states)
    events = re.findall(r"(\w+) ([一-鿿]+) \((\w+)[^)]*\)", said.split("Events: ")[1].split("\n\n")[0])
    assert len(events) == 10
    for name, zh, actor in events:
        assert (OFFICIAL.events[name].zh, OFFICIAL.events[name].actor.key) == (zh, actor)
    named = set(ticked(said.split("Facts: ")[1].split("`OrderLine` gains")[0]))
    assert {one.name for one in OFFICIAL.fact_fields} <= named | {"amount_ok"}
    kinds = {one.name: one.values for one in OFFICIAL.fact_fields}
    assert kinds["kind"] == ("refund_only", "return_and_refund", "exchange")
    assert kinds["line_class"] == ticked(re.findall(r"`line_class` \(([^;]*);", said)[0])


@pytest.mark.parametrize(
    ("field", "pattern"),
    [
        ("after_sale_days", r"`after_sale_days` (\d+)th"),
        ("electronic_after_sale_days", r"`electronic_after_sale_days` (\d+)th"),
        ("max_applications", r"`max_applications` (\d+)"),
        ("fast_refund_fen", r"`fast_refund_fen` ([\d,]+)"),
        ("dear_fen", r"`dear_fen` ([\d,]+)"),
    ],
)
def test_a_default_is_that_of_the_contract(field: str, pattern: str) -> None:
    (found,) = re.findall(pattern, TEXT)
    assert getattr(Policy(), field) == getattr(Policy.platform(), field) == int(found.replace(",", ""))


def test_the_spine_is_that_of_the_contract() -> None:
    main, branch = re.findall(r"Spine: (.*?), and (.*?)\.", TEXT)[0]
    assert tuple(state.key for state in OFFICIAL.spine[0]) == tuple(main.split(", "))
    assert tuple(state.key for state in OFFICIAL.spine[1][-2:]) == tuple(branch.split(" → "))


def test_the_catalogue_has_the_platforms_rules_with_their_source() -> None:
    ids = [id for id, _ in tables(section(1))]
    assert ids == [f"R{n}" for n in range(1, 21)] == [id for id in CATALOGUE if id.startswith("R")]
    assert str(COPIED) in TEXT
    for id in ids:
        rule = CATALOGUE[id]
        assert provenance(id) == "platform" and rule.published is not None and rule.text.zh and rule.text.en
        assert rule.published.address.startswith("https://") and rule.published.copied <= COPIED and rule.title == rule.published.title
    assert {provenance(id) for id in ("A1", "B7", "D1", "S1") if id in CATALOGUE} == {"guide"} and provenance("L1") == "law"


def test_it_holds_from_the_day_of_the_contract_on() -> None:
    (day,) = re.findall(r"The table holds from (\d{4}-\d\d-\d\d) 00:00 \(R1\)", TEXT)
    first = datetime.fromisoformat(day).replace(tzinfo=SHANGHAI)
    assert OFFICIAL.holds_from == first and orders.at("shop_official", first) is OFFICIAL
    with pytest.raises(BadData, match="2025-12-24") as raised:
        orders.at("shop_official", datetime(2025, 12, 23, 23, 59, tzinfo=SHANGHAI))
    assert raised.value.field == "at"
    assert orders.at("virtual", datetime(2001, 1, 1, tzinfo=SHANGHAI)) is orders.get("virtual"), "the guide's tables hold at any time"


def test_guards_on_kinds_and_lines_hold_where_their_names_say() -> None:
    for kind, line, expected in [
        ("exchange", "ordinary", {"wants_exchange", "wants_goods_back"}),
        ("return_and_refund", "fresh", {"wants_return", "wants_goods_back", "is_fresh"}),
        ("refund_only", "cross_border", {"wants_refund_only", "is_cross_border"}),
    ]:
        asked = ("wants_exchange", "wants_return", "wants_refund_only", "wants_goods_back", "is_fresh", "is_cross_border")
        held = {name for name in asked if OFFICIAL.guards[name](Partial({"kind": kind, "line_class": line}))}
        assert held == expected


@pytest.mark.parametrize(("dear", "most"), [(100, 1), (5_000, 9), (9_999_999, 5)])
def test_examples_have_their_facts_under_any_sensible_policy(dear: int, most: int) -> None:
    policy = Policy.platform().model_copy(update={"dear_fen": dear, "max_applications": most, "after_sale_days": 365})
    graph, at = explore(OFFICIAL), datetime(2026, 3, 9, 10, tzinfo=SHANGHAI)
    openings = random.Random(14).sample(list(graph.openings), 400)
    made = 0
    for config in openings:
        facts = graph.facts_of(config)
        example = OFFICIAL.example_of(facts, at)
        if example is not None:
            assert OFFICIAL.derive(*example, at, policy) == facts
            made += 1
    assert made > 150
