"""How often and how long: numbers, shares, widths, mean waits."""

from __future__ import annotations

import math
import re
from datetime import timedelta

import pytest

from refund_fsm import orders
from refund_fsm.diagram.counts_marks import cases_in
from tests.diagram.svg import edge_of, parsed, texts, width_of
from tests.workflows import EVERY_KEY


@EVERY_KEY
def test_counts_give_numbers_shares_and_widths(key: str) -> None:
    workflow = orders.get(key)
    counts = {rule.id: 40 * number for number, rule in enumerate(workflow.rules)}
    cases = cases_in(workflow, counts)
    made = parsed(workflow, counts=counts)
    for rule in workflow.rules:
        shown = texts(edge_of(made, rule.id))
        share = 100 * counts[rule.id] / cases if cases else 0
        per_cent = f"{share:.{0 if share >= 10 or not share else 1}f}%" if share <= 100 else f"×{share / 100:.2f}"
        said = f"{counts[rule.id]:,} · {per_cent}" if cases else f"{counts[rule.id]:,}"
        assert said in shown or f"{rule.id} {said}" in shown
    bundles = [set(re.findall(r"rule-(\S+)", group.get("class", ""))) for name, group in made.items() if name.startswith("edge-")]
    most = max(sum(counts[rule] for rule in bundle) for bundle in bundles)
    for name, group in made.items():
        rules = set(re.findall(r"rule-(\S+)", group.get("class", "")))
        if name.startswith("edge-") and rules:
            share = sum(counts[rule] for rule in rules) / most
            assert width_of(group) == pytest.approx(0.8 + 8.2 * math.sqrt(share), abs=0.06)  # Graphviz rounds


def test_a_rule_without_a_count_says_no_number() -> None:
    made = parsed(orders.get("virtual"), counts={"V01": 4, "V02": 0})
    assert "4 · 100%" in texts(edge_of(made, "V01"))
    assert "0 · 0%" in texts(edge_of(made, "V02"))
    assert [text for text in texts(edge_of(made, "V06")) if "%" in text] == []


def test_the_number_of_cases_is_what_left_the_initial_state_for_good() -> None:
    workflow = orders.get("third_party")
    assert cases_in(workflow, {"S01": 10, "S03": 4, "S05": 7}) == 13
    assert cases_in(workflow, {"S03": 4}) == 0
    shown = texts(edge_of(parsed(workflow, counts={"S01": 10, "S03": 4, "S05": 7}), "S05"))
    assert "7 · 54%" in shown


def test_waits_stand_on_the_cards() -> None:
    waits = {"reviewing": timedelta(days=2, hours=12), "requested": timedelta(minutes=90), "refunding": timedelta(days=1)}
    made = parsed(orders.get("virtual"), waits=waits, lang="en")
    assert "Ø 1.0 d" in texts(made["state-refunding"])
    assert "Ø 2.5 d" in texts(made["state-reviewing"])
    assert "Ø 1.5 h" in texts(made["state-requested"])


def test_waits_below_an_hour_are_in_minutes() -> None:
    assert "Ø 0.5 min" in texts(parsed(orders.get("virtual"), waits={"reviewing": timedelta(seconds=30)}, lang="en")["state-reviewing"])
