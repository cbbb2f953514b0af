"""States, events, actors, facts, kinds, reasons and the policy's defaults against rules.md."""

from __future__ import annotations

import re

import pytest

from refund_fsm import CLOCK, Policy, Span, orders
from refund_fsm.orders.guidance_texts import GUIDANCE
from tests.orders.contract import COLUMN, KEYS, TEXT, section, tables, ticked

EVERY_KEY = pytest.mark.parametrize("key", KEYS)


def test_the_states_are_those_of_the_contract() -> None:
    found = {s.key: (s.zh, s.en, s.final) for key in KEYS for s in orders.get(key).states.values()}
    assert found == {ticked(key)[0]: (zh, en, final == "yes") for key, zh, en, final in tables(section("5. States"))}


def test_the_events_have_the_labels_of_the_contract() -> None:
    (said,) = re.findall(r"^Events: (.*?)\.$", TEXT, re.M | re.S)
    labels = dict(pair.split(" ", 1) for pair in re.split(r";\s+", said))
    found = {event.name: event.zh for key in KEYS for event in orders.get(key).events.values()}
    assert found == labels


def test_the_actors_have_the_labels_of_the_contract() -> None:
    (said,) = re.findall(r"^Actors: (.*?)\.$", TEXT, re.M | re.S)
    found = {actor.key: actor.zh for key in KEYS for actor in orders.get(key).actors.values()}
    assert found == dict(re.findall(r"`([a-z]+)` ([^,]+)", said))
    assert CLOCK.key in found


def test_kinds_and_reasons_are_those_of_the_contract() -> None:
    said = {ticked(fact)[0]: values for fact, values, *_ in tables(section("3. Facts")) if len(ticked(fact)) == 1}
    goods, virtual = said["reason"].split("Virtual:")
    for key in KEYS:
        known = {one.name: one.values for one in orders.get(key).fact_fields}
        assert set(known["reason"] or ()) == set(ticked(virtual if key == "virtual" else goods))
        assert known.get("kind") == (None if key == "virtual" else ticked(said["kind"]))
    kinds, labelled = re.findall(r"^Kinds: (.*?)\. Reasons: (.*?)\.$", TEXT, re.M | re.S)[0]
    assert set(ticked(labelled)) == set(ticked(said["reason"]))
    reasons = dict(re.findall(r"`(\w+)` ([^,]+)", labelled.replace("\n", " ")))
    for key, guidance in GUIDANCE.items():
        assert {name: one.text.zh for name, one in guidance.reasons.items()} == {name: reasons[name] for name in guidance.reasons}
        own = ["换货"] if key == "shop_official" else []  # official.md § 2
        assert [one.text.zh for one in guidance.kinds.values()] == ([] if key == "virtual" else [*kinds.split(", "), *own])


@EVERY_KEY
def test_the_facts_are_those_of_the_contract(key: str) -> None:
    short = next(short for short, long in COLUMN.items() if long == key)
    rows = [(ticked(name), who) for name, _, who in tables(section("3. Facts"))]
    said = {name for names, who in rows for name in names if who == "all" or short in who}
    assert {one.name for one in orders.get(key).fact_fields} == said


@pytest.mark.parametrize(("field", "least", "most"), [(f, int(a), int(b)) for f, a, b in re.findall(r"`(\w+)` (\d+)–(\d+) wd", TEXT)])
def test_a_span_has_the_bounds_of_the_contract(field: str, least: int, most: int) -> None:
    assert getattr(Policy(), field) == Span(at_least=least, at_most=most)


def test_the_statutory_clock_is_that_of_the_contract() -> None:
    field, days = re.findall(r"`(statutory_refund_days)` (\d+) d", TEXT)[0]
    (state,) = re.findall(r"statutory clock runs from the entry into `(\w+)`", TEXT)
    assert getattr(Policy(), field) == int(days)
    for key in KEYS:
        law = {source.key: limit.field for source, limit in orders.get(key).law.items()}
        assert law == ({state: field} if state in orders.get(key).states else {})


@pytest.mark.parametrize(
    ("name", "said", "statute"),
    [
        ("max_evidence_requests", r"at most (\d+) times \(`max_evidence_requests`\)", None),
        ("max_resubmissions", r"at most (\d+) times per case \(`max_resubmissions`\)", None),
        ("found_at_once_hours", r"less than (\d+) hours from `paid_at` \(`found_at_once_hours`\)", None),
        ("on_merchant_silence", r"`on_merchant_silence`: `(\w+)` \(default\)", None),
        ("receipt_days", r"`receipt_days` (\d+) days", r"\((\d+) in `statute`, because of L1\)"),
        ("small_amount_fen", r"(\d+) yuan \(`small_amount_fen`\)", None),
    ],
)
def test_a_default_is_that_of_the_contract(name: str, said: str, statute: str | None) -> None:
    (found,) = re.findall(said, TEXT)
    expected = int(found) * (100 if name.endswith("_fen") else 1) if found.isdigit() else found
    assert getattr(Policy.guide(), name) == expected
    assert getattr(Policy.statute(), name) == (int(re.findall(statute, TEXT)[0]) if statute else expected)


def test_the_profiles_differ_as_the_contract_says() -> None:
    assert re.search(r"\| Start of the seven days \| `guide`: the signing day is day 1; `statute`: the next day", TEXT)
    assert re.search(r"\| Roll-over of a last day on a holiday \| off in `guide`, on in `statute`", TEXT)
    guide, statute = Policy.guide(), Policy.statute()
    assert (guide.window_starts, guide.roll_over, guide.no_reason_days) == ("signing_day", False, 7)
    assert (statute.window_starts, statute.roll_over, statute.no_reason_days) == ("next_day", True, 7)
    assert {name for name in Policy.model_fields if getattr(guide, name) != getattr(statute, name)} == {
        "window_starts",
        "roll_over",
        "receipt_days",
    }
