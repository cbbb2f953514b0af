"""The tables of the package against rules.md, row by row, read from the file itself. Nothing of the tables is copied here."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any

import pytest

from refund_fsm import Limit, Policy, Rule, Workflow, orders
from tests.orders.contract import COLUMN, CONTRACT, KEYS, TEXT, Row, limits_of, section, ticked

EVERY_KEY = pytest.mark.parametrize("key", KEYS)


def told(rule: Rule) -> Row:
    """One rule of the package in the same form. What its effect does is found by running it."""
    sets, takes = effect_of(rule)
    guards = tuple(guard.name for guard in rule.when)
    places = (rule.id, rule.source.key, rule.event.name, rule.actor.key, rule.dest.key, rule.internal)
    return Row(*places, guards, rule.event.needs, sets, takes, rule.sources)


def effect_of(rule: Rule) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The facts that the effect sets and takes, tried on facts where every one of them can show."""
    if rule.effect is None:
        return (), ()
    workflow = next(w for w in map(orders.get, KEYS) if rule in w.rules)
    known = {one.name: (False if one.values and False in one.values else one.domain(Policy())[-1]) for one in workflow.fact_fields}
    before: Any = replace(workflow.facts(**known), **({"in_window": True} if "in_window" in known else {}))
    after = rule.effect(before)
    moved = {f.name: (getattr(before, f.name), getattr(after, f.name)) for f in fields(before)}
    sets = tuple(name for name in rule.effect.changes if moved[name] == (False, True))
    takes = tuple(name for name in rule.effect.changes if moved[name][0] is not False and moved[name][1] == moved[name][0] - 1)
    changed = {name for name, (one, other) in moved.items() if one != other}
    assert changed == {*sets, *takes} == set(rule.effect.changes), f"{rule.effect.name} changes {changed}"
    return sets, takes


@EVERY_KEY
def test_a_table_has_the_rules_of_the_contract_in_its_order(key: str) -> None:
    assert [rule.id for rule in orders.get(key).rules] == [row.id for row in CONTRACT[key]]


@pytest.mark.parametrize(("key", "row"), [pytest.param(key, row, id=row.id) for key in KEYS for row in CONTRACT[key]])
def test_a_rule_is_as_the_contract_says(key: str, row: Row) -> None:
    assert told(orders.get(key).by_id[row.id]) == row


@EVERY_KEY
def test_the_filing_events_and_the_payment_are_those_of_the_contract(key: str) -> None:
    filing = ticked(section("3. Facts").split("|")[0].split("filing event")[1].split(";")[0])
    events = orders.get(key).events
    assert {name for name, event in events.items() if event.files} == set(filing) & set(events)
    assert {name for name, event in events.items() if event.pays} == {"refund_paid"}


@EVERY_KEY
def test_the_limits_are_those_of_the_contract(key: str) -> None:
    workflow = orders.get(key)
    found = {tuple(state.key for state in group): told_limit(workflow, group[0].key, limit) for group, (limit,) in workflow.groups}
    assert found == limits_of()[key]
    for group, _ in workflow.groups:
        assert len({state.key in workflow.clock_rules for state in group}) == 1, group


def told_limit(workflow: Workflow, state: str, limit: Limit) -> tuple[str, int, str, bool, tuple[str, ...]]:
    return limit.field, limit.length_in(Policy()), limit.unit, state in workflow.clock_rules, tuple(limit.cites.split())


def test_the_reader_reads_something() -> None:
    assert {key: len(rows) for key, rows in CONTRACT.items()} == {key: len(orders.get(key).rules) for key in KEYS}
    assert sum(len(row.sets) + len(row.takes) for rows in CONTRACT.values() for row in rows) > 20
    assert sum(len(row.guards) for rows in CONTRACT.values() for row in rows) > 30


def test_the_spines_are_those_of_the_contract() -> None:
    sentence = TEXT[TEXT.index("Spines, for the pictures.") :].split("\n\n")[0].replace("\n", " ")
    said = dict(re.findall(r"(Mall|Shop|Virtual): ([^.]*)", sentence))
    assert len(said) == len(KEYS)
    mall = said["Mall"].split(", and ")[0]
    for short, way in said.items():
        main, branch = way.replace("the same", mall).split(", and ")
        spine = [tuple(state.key for state in states) for states in orders.get(COLUMN[short.lower()]).spine]
        assert spine[0] == tuple(main.split(", ")), short
        assert spine[1][-2:] == tuple(branch.split(" → ")) and len(spine) == 2, short
