"""A plain reading of official.md agrees with the table `shop_official`, step by step, over drawn lives that go everywhere in it.

`python -m tests.case.test_plain_reading_official` prints the figures.
"""

from __future__ import annotations

import random
import sys
import time
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

import chinese_calendar
import pytest

from refund_fsm import orders
from tests.case.official_by_hand import EVENTS, FIRST_DAY, LAST_DAY, ROWS, SPECIALS, STATES
from tests.case.official_goals import OFTEN, Figures
from tests.case.official_lives import TRIED, lives
from tests.case.official_orders import drawn_opening
from tests.case.official_sides import KEY, Maker, OfProduct, OfReading, Opening, Side
from tests.case.oracle_official import facts_at, holds, works

ACCEPTED = 5_000
CODES = "unknown_event case_final time_reversed wrong_state wrong_actor not_due missing_detail guard_failed"
BARRING = (  # the guards that can bar an event; of the others one or its contrary always holds
    "kind_fits period_open applications_remain amount_within_balance no_other_case wants_refund_only may_refund_at_once wants_return "
    "wants_goods_back shipped unshipped seven_day_goods not_yet_extended goods_settled goods_with_buyer"
)
EITHER = pytest.mark.parametrize("make", [OfReading, OfProduct])


def check_figures(figures: Figures) -> None:
    """That enough came up."""
    assert figures.tried >= TRIED
    assert figures.accepted >= ACCEPTED
    assert not figures.lacking()
    assert min(figures.refusals[code] for code in CODES.split()) >= OFTEN
    assert figures.returns_of_exchanges >= OFTEN
    assert figures.extensions_undone >= OFTEN // 4
    assert min(figures.guards[guard] for guard in BARRING.split()) >= OFTEN


def test_the_reading_alone_goes_everywhere_and_obeys_what_holds_of_every_life() -> None:
    check_figures(lives())


def test_the_plain_reading_agrees_with_the_table_at_every_step() -> None:
    check_figures(lives(OfProduct))


# What is plain without a life.


def test_the_rules_are_numbered_from_p01_to_p57() -> None:
    assert [row.id for row in ROWS] == [f"P{number:02}" for number in range(1, 58)]
    assert (len(EVENTS), len(STATES)) == (35, 16)


def test_the_table_has_the_same_rules() -> None:
    told = {
        id: (
            rule.event.name,
            rule.event.actor.key,
            rule.source.key,
            rule.dest.key,
            {guard.name for guard in rule.when},
            {*rule.event.needs},
        )
        for id, rule in orders.get(KEY).by_id.items()
    }
    assert told == {row.id: (row.event, row.actor, row.source, row.dest, {*row.guards}, {*row.needs}) for row in ROWS}


def test_the_table_has_the_same_facts_and_guards() -> None:
    """Of orders with the goods and the exchange wherever they may be."""
    workflow, draw = orders.get(KEY), random.Random(67764)
    for _ in range(500):
        opening = drawn_opening(draw, None)
        case = OfProduct(opening).case
        then = opening.at + timedelta(hours=draw.randrange(24 * 40))
        facts = workflow.facts_of(case.order, case.request, then, case.policy)
        assert asdict(facts) == facts_at(opening.order, opening.request, then)
        for moves in ({}, {"goods_returned": True}, {"goods_returned": True, "exchange_sent": True}, {"extended": True}):
            moved = replace(facts, **moves)
            for name, guard in workflow.guards.items():
                assert guard(moved) is holds(name, asdict(moved)), (name, moved)


def test_the_days_off_are_those_of_the_calendar_package() -> None:
    day = FIRST_DAY
    while day <= LAST_DAY:
        assert works(day) is chinese_calendar.is_workday(day), day  # type: ignore[no-untyped-call]  # the package has no types
        day += timedelta(days=1)


# Worked examples.


def at(text: str) -> datetime:
    """An instant of 2026 in Shanghai."""
    return datetime.fromisoformat(f"2026-{text}+08:00")


def opened(when: str, kind: str, paid_fen: int) -> Opening:
    """An ordinary order of one line, signed for on the day before."""
    start = at(when)
    line = {"sku": "SKU-1", "title": "杯子", "quantity": 1, "paid_fen": paid_fen}
    signed = {"paid_at": start - timedelta(days=4), "shipped_at": start - timedelta(days=3), "signed_at": start - timedelta(days=1)}
    asked = {"sku": "SKU-1", "kind": kind, "reason": "size_or_colour", "evidence": ()}
    return Opening({"id": "O-1", "order_type": KEY, "lines": (line,), **signed}, asked, start)


def told(side: Side, when: str, by: str, event: str, **details: Any) -> datetime:
    """When the limit ends that runs after an event."""
    said = side.apply(event, at(when), by, details)
    assert said[1:].isdigit(), said
    due = side.look()["due"]
    return due[0] if due else at(when)


@EITHER
def test_a_return_across_the_spring_festival(make: Maker) -> None:
    """The example of official.md § 3."""
    side = make(opened("02-10 09:00", "return_and_refund", 9_900))
    assert told(side, "02-10 09:00", "buyer", "submit") == at("02-16 00:00")
    assert told(side, "02-10 10:00", "merchant", "approve_return") == at("02-21 00:00")
    assert told(side, "02-13 08:00", "buyer", "ship_return", tracking_no="SF1") == at("02-24 00:00")
    assert told(side, "02-14 08:00", "merchant", "extend_receipt") == at("03-03 00:00")
    assert side.look()["due"] == (at("03-03 00:00"), "parcel_receipt_days", ("parcel_receipt_days", 10, None), "receipt_timeout")
    side.advance(at("03-03 00:00"))
    assert (side.look()["state"], side.look()["steps"][-1][1]) == ("refunding", "P19")
    side.apply("refund_paid", at("03-04 00:00"), "payment", {})
    assert side.look()["paid_fen"] == 9_900


def exchange_of_a_dear_order(make: Maker) -> Side:
    """An exchange of an order of 300 yuan, until the goods are with the merchant."""
    side = make(opened("04-13 10:00", "exchange", 30_000))
    assert told(side, "04-13 10:00", "buyer", "submit") == at("04-14 22:00")
    assert told(side, "04-13 12:00", "merchant", "approve_return") == at("04-21 00:00")
    assert told(side, "04-14 12:00", "buyer", "ship_return", tracking_no="SF1") == at("04-22 00:00")
    assert told(side, "04-16 12:00", "carrier", "deliver_return") == at("04-18 12:00")
    return side


@EITHER
def test_silence_on_the_goods_of_a_dear_exchange_brings_the_platform_in(make: Maker) -> None:
    side = exchange_of_a_dear_order(make)
    side.advance(at("04-18 12:00"))
    assert (side.look()["state"], side.look()["steps"][-1][:2]) == ("platform_arbitration", (at("04-18 12:00"), "P22"))
    assert side.look()["due"] == (at("04-29 00:00"), "arbitration_working_days", None, None)


@EITHER
def test_an_exchange_that_nobody_confirms_ends_with_nothing_paid(make: Maker) -> None:
    side = exchange_of_a_dear_order(make)
    assert told(side, "04-17 09:00", "merchant", "confirm_receipt") == at("04-19 09:00")
    assert side.look()["due"][3] is None, "late shipping is a breach"
    assert told(side, "04-18 09:00", "merchant", "ship_exchange", tracking_no="SF2") == at("04-26 00:00")
    side.advance(at("04-26 00:00"))
    assert (side.look()["state"], side.look()["steps"][-1][1], side.look()["paid_fen"]) == ("exchanged", "P37", 0)


def main() -> None:
    """Prints the figures."""
    start = time.process_time()
    figures = lives(OfProduct)
    least = [min(figures.rules[row.id] for row in ROWS), min(figures.limits.values()), min(figures.specials.values())]
    lines = (
        f"{figures.lives} lives, {figures.tried} events, {figures.accepted} accepted, {time.process_time() - start:.1f} s",
        f"least over rules, limits, special rows: {least}; lacking: {figures.lacking()}",
        f"rules: {dict(figures.rules)}",
        f"refusals: {dict(figures.refusals)}",
        f"guards: {dict(figures.guards)}",
        f"returns of exchanges: {figures.returns_of_exchanges}, that undid an extension: {figures.extensions_undone}",
        f"limits: {dict(figures.limits)}",
        *(f"{row.field} {row.guard} {row.first.date()}: {figures.specials[row]} of {figures.told[row]}" for row in SPECIALS),
    )
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
