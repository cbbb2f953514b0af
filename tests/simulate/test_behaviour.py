"""Behaviours as data: TOML in and out, what is assumed, what-ifs, and every way not to fit a workflow, with the place named."""

from __future__ import annotations

import math
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numba import njit

from refund_fsm import BadData, Policy, Workflow, orders
from refund_fsm.simulate import Behaviour, Choice, Empirical, Exponential, Fixed, LogNormal, Share, Triangular, Uniform
from refund_fsm.simulate.behaviour.behaviour import ASSUMED, shipped
from refund_fsm.simulate.behaviour.curves import cdf, cells, on_lattice
from refund_fsm.simulate.chain.chain import chain_of
from refund_fsm.simulate.chain.days import day_deadlines, days_from, working_deadlines
from refund_fsm.simulate.chain.tables import Quantities, alias, quantities
from refund_fsm.simulate.sample.quantiles import quantile
from tests.samples import at
from tests.simulate.simulated import START, choice, exchanging, toyed
from tests.toys import ASK, END, TURN, A, B, toy

from refund_fsm import Rule  # isort: skip

QUANTITIES = [
    Fixed(value=30),
    Uniform(least=1, most=3),
    Exponential(mean=5),
    LogNormal(median=4, sigma=0.5),
    Triangular(least=0, mode=1, most=6),
    Triangular(least=1, mode=1, most=2),
    Triangular(least=1, mode=2, most=2),
    Empirical(values=(0, 1, 7.5), weights=(1, 0, 3)),
]
KINDS = [f"{one.kind}-{place}" for place, one in enumerate(QUANTITIES)]

# 1. Distributions


def drawn_at(table: Quantities, u: float) -> Any:
    """What is drawn, in seconds."""
    return quantile(table.kind[0], table.a[0], table.b[0], table.c[0], table.points, table.rises, u)


seconds: Any = njit(drawn_at)


@pytest.mark.parametrize("one", QUANTITIES, ids=KINDS)
def test_the_quantile_that_is_drawn_is_the_inverse_of_the_curve(one: Any) -> None:
    table = quantities([one])
    drawn = [seconds(table, u) / 3600 for u in (0.0001, 0.1, 0.25, 0.5, 0.9, 0.9999)]
    if isinstance(one, (Fixed, Empirical)):
        assert set(drawn) <= set(getattr(one, "values", (one.expected,)))
        assert drawn == sorted(drawn)
        return
    assert cdf(one, np.array(drawn)) == pytest.approx([0.0001, 0.1, 0.25, 0.5, 0.9, 0.9999], abs=1e-9)


@pytest.mark.parametrize("one", QUANTITIES, ids=KINDS)
def test_cells_hold_all_the_mass_and_keep_the_mean(one: Any) -> None:
    found = cells(one, 0.25, 4000)
    places = np.arange(len(found.atoms)) * 0.25
    assert (found.atoms + found.edge).sum() == pytest.approx(1, abs=1e-12)
    assert (found.atoms + found.inside).sum() == pytest.approx(1, abs=1e-12)
    assert float(((found.atoms + found.inside) * places).sum()) == pytest.approx(one.expected, rel=1e-9)  # begun anywhere, ended anywhere
    assert float((found.atoms * places + found.edge * (places + 0.125)).sum()) == pytest.approx(one.expected, abs=0.125)
    for place in (3, 10):
        before = float((found.atoms + found.edge)[:place].sum())
        assert before == pytest.approx(float(cdf(one, np.array([place * 0.25 - 1e-9]))[0]), abs=1e-8)


@pytest.mark.parametrize("one", QUANTITIES, ids=KINDS)
def test_rounded_to_a_lattice(one: Any) -> None:
    found = on_lattice(one, 0.5)
    assert all(value % 0.5 == 0 for value in found.values) and math.fsum(found.shares) == pytest.approx(1)
    assert found.expected == pytest.approx(one.expected, abs=0.25)


def test_means_and_scaling() -> None:
    spreads = [0, 0.5774, 5, 2.4156, 1.3123, 0.2357, 0.2357, 3.2476]
    assert [round(one.deviation, 4) for one in QUANTITIES] == spreads
    assert [round(one.expected, 4) for one in QUANTITIES] == [30, 2, 5, 4.5326, 2.3333, 1.3333, 1.6667, 5.625]
    for one in QUANTITIES:
        assert one.scaled(3).expected == pytest.approx(3 * one.expected) and one.scaled(3).unit == one.unit
        with pytest.raises(BadData, match="factor: nan"):
            one.scaled(math.nan)


def fixed(**given: Any) -> Fixed:
    return Fixed(**given)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: Fixed(value=-1), "value: -1; expected a number from 0"),
        (lambda: Fixed(value=math.nan), "value: nan"),
        (lambda: Fixed(value=math.inf), "value: inf"),
        (lambda: Fixed(value=True), "value: True"),
        (lambda: fixed(value="3"), "value: '3'"),
        (lambda: fixed(value=3, unit="weeks"), "unit: 'weeks'"),
        (lambda: Uniform(least=3, most=3), "least: 3.0; expected less than most"),
        (lambda: Exponential(mean=0), "mean: 0; expected a number above 0|mean: 0.0"),
        (lambda: LogNormal(median=1, sigma=9), "sigma: 9"),
        (lambda: Triangular(least=1, mode=9, most=3), "mode: 9.0; expected from least to most"),
        (lambda: Empirical(values=()), "values: "),
        (lambda: Empirical(values=(1, 1)), r"values\[1\]: 1.0; expected more than the value before it"),
        (lambda: Empirical(values=(1, 2), weights=(1,)), "weights: 1; expected as many weights as values"),
        (lambda: Empirical(values=(1, 2), weights=(0, 0)), "weights: 0.0?; expected weights that sum to more than 0"),
        (lambda: fixed(value=1, spread=2), "spread: 2; expected no such field"),
    ],
)
def test_bad_distributions(make: Any, told: str) -> None:
    with pytest.raises(BadData, match=told):
        make()


def test_the_alias_table_is_the_mix() -> None:
    shares = np.array([0.5, 0.05, 0.2, 0.25])
    kept, other = alias(shares)
    found = kept / 4
    for place, taken in enumerate(other):
        found[taken] += (1 - kept[place]) / 4
    assert found == pytest.approx(shares)


# 2. The calendar as arrays


@pytest.mark.parametrize("length", [1, 3, 7])
def test_deadlines_by_day_are_the_calendars(length: int) -> None:
    calendar, first = Policy.guide().calendar, at("2026-01-01 00:00")
    days = days_from(first.date(), 500, calendar)
    tables = {"working_days": working_deadlines(days, length), "days": day_deadlines(days, length)}
    rolled = day_deadlines(days, length, roll_over=True)
    for number in range(430):
        start = first + timedelta(days=number, hours=number % 24)
        for unit, table in tables.items():
            wanted = calendar.deadline(start, length, unit)  # type: ignore[arg-type]  # the keys are units
            assert first + timedelta(seconds=int(table[number])) == wanted.at, (start, unit)
        assert first + timedelta(seconds=int(rolled[number])) == calendar.deadline(start, length, "days", roll_over=True).at
    assert days.known == 365 and not days.ends
    strict = days_from(first.date(), 500, Policy(beyond="error").calendar)
    assert strict.ends and len(strict.works) == 365


# 3. Files


@pytest.mark.parametrize("key", shipped())
def test_what_ships_reads_back_and_names_its_sources(key: str, tmp_path: Path) -> None:
    found = Behaviour.default(key)
    assert Behaviour.from_toml(found.to_toml()) == found and Behaviour.from_file(found.save(tmp_path / "mine.toml")) == found
    cited = {row.event: row.cites for row in found.choices if row.cites != ASSUMED}
    assert {"refund_paid", "approve_refund"} <= set(cited) and cited["refund_paid"] == "A13"
    paid = next(row for row in found.choices if row.event == "refund_paid")
    assert paid.delay == Uniform(least=3, most=7, unit="working_days")
    known = set(orders.get(key).catalogue) | {ASSUMED}
    assert {word for row in found.choices for word in row.cites.split()} <= known
    listed = dict(found.assumed())
    assert f"choices[{found.choices.index(paid)}]" not in listed and "amount" in listed and "mix[0]" in listed
    assert len(listed) == 1 + len(found.mix) + sum(row.cites == ASSUMED for row in found.choices)


def test_every_registered_order_type_has_one() -> None:
    assert set(shipped()) == set(orders.keys())
    with pytest.raises(
        BadData, match="order_type: 'exchange'; expected one of self_operated, third_party, virtual; for a workflow of your own"
    ):
        Behaviour.default("exchange")


def test_the_review_of_the_guide_takes_one_to_three_working_days() -> None:
    """A11, from the submission on: the start and the decision together."""
    for key in ("self_operated", "virtual"):
        rows = Behaviour.default(key).choices
        start = next(row.delay for row in rows if row.event == "start_review")
        for row in rows:
            if row.state == "reviewing" and "A11" in row.cites:
                assert isinstance(start, Uniform) and isinstance(row.delay, Uniform)
                assert (start.least + row.delay.least, start.most + row.delay.most) == (1, 3)


ONCE = 'delay = {kind = "fixed", value = 1}'


def file(row: str, head: str = "mix = [{weight = 1}]") -> str:
    """A file of one row."""
    return f'order_type = "virtual"\n{head}\nchoices = [{{state = "draft", {row}}}]'


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("order_type = ", "behaviour: .*valid TOML"),
        ('order_type = "virtual"', "behaviour: mix: "),
        (file(f'event = "cancel", {ONCE}', "mix = [{weight = -1}]"), r"behaviour: mix\[0\]\.weight: -1"),
        (file(f'event = "cancel", {ONCE}', "mix = [{weight = 0}]"), r"mix: 0\.0; expected weights that sum to more than 0"),
        (file('event = "cancel"'), r"choices\[0\]\.delay: None; expected how long"),
        (file('event = "nothing"'), r"choices\[0\]\.actor: None"),
        (file('event = "cancel", delay = {kind = "weibull"}'), r"choices\[0\]\.delay"),
        (file('event = "cancel", delay = {kind = "fixed", value = nan}'), r"choices\[0\]\.delay.*value: nan"),
        (file('event = "cancel", delay = {kind = "fixed", value = 1, unit = "fen"}'), r"choices\[0\]\.delay\.unit: 'fen'"),
        (
            file(f'event = "cancel", {ONCE}', 'amount = {kind = "fixed", value = 1}\nmix = [{weight = 1}]'),
            r"amount\.unit: 'hours'; expected 'fen'",
        ),
    ],
)
def test_bad_files(text: str, told: str) -> None:
    with pytest.raises(BadData, match=told):
        Behaviour.from_toml(text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"behaviour: '.*nowhere\.toml'"):
        Behaviour.from_file(tmp_path / "nowhere.toml")


# 4. What does not fit a workflow


def virtual(**changes: Any) -> Behaviour:
    return Behaviour.default("virtual").model_copy(update=changes)


def with_row(**row: Any) -> Behaviour:
    base = Behaviour.default("virtual")
    given = {"delay": Fixed(value=1), **row}
    return base.model_copy(update={"choices": (*base.choices, Choice(**given))})


MIXED = Behaviour.default("virtual").mix[0].facts
UNREVIEWED = tuple(row for row in Behaviour.default("virtual").choices if row.state != "reviewing")


@pytest.mark.parametrize(
    ("behaviour", "told"),
    [
        (virtual(order_type="third_party"), r"behaviour\.order_type: 'third_party'; expected 'virtual'"),
        (with_row(state="drafty", event="cancel"), r"choices\[32\]\.state: 'drafty'; expected a state of virtual: draft, "),
        (with_row(state="refunded", event="cancel"), r"choices\[32\]\.state: 'refunded'; expected a state that is not final"),
        (with_row(state="draft", event="complain"), r"choices\[32\]\.event: 'complain'; expected .* in draft: contact_support, "),
        (with_row(state="rejected", event="complaint_timeout"), r"choices\[32\]\.event: 'complaint_timeout'"),
        (with_row(state="draft", event="cancel", actor="platform"), r"choices\[32\]\.actor: 'platform'; expected 'buyer'"),
        (with_row(state="draft", event="nothing", actor="clock", delay=None), r"choices\[32\]\.actor: 'clock'"),
        (with_row(state="draft", event="cancel", when={"evidence": True}), r"choices\[32\]\.when\.evidence: True; expected a fact of"),
        (with_row(state="draft", event="cancel", when={"reason": "bored"}), r"choices\[32\]\.when\.reason: 'bored'; expected one of"),
        (with_row(state="draft", event="cancel", when={"has_evidence": 1}), r"choices\[32\]\.when\.has_evidence: 1"),
        (virtual(facts={"amount_ok": True}), r"mix\[0\]\.facts\.other_case_open: None; expected a value, here or in"),
        (virtual(facts={"amount_ok": [True, False], "other_case_open": False}), r"facts\.amount_ok: \(True, False\); expected one"),
        (
            virtual(mix=(Share(weight=1, facts={**MIXED, "evidence_requests_left": 1}),)),
            r"mix\[0\]\.facts\.evidence_requests_left: 1; expected what a case opens with: 2",
        ),
        (virtual(choices=UNREVIEWED), r"choices: 'reviewing'; expected in every state a row that holds"),
        (
            Behaviour.default("virtual").changed(state="escalated", actor="platform", weight=0),
            r"choices\[\d+\]\.weight: 0\.0; expected weights of platform in escalated",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(behaviour: Behaviour, told: str) -> None:
    with pytest.raises(BadData, match=told):
        chain_of(orders.get("virtual"), behaviour, START)


def test_facts_that_no_order_has() -> None:
    shop = Behaviour.default("third_party")
    lost = shop.model_copy(update={"mix": (Share(weight=1, facts={**shop.mix[0].facts, "in_window": False}),)})
    with pytest.raises(BadData, match=r"mix\[0\]\.facts: .*expected facts that some order has on 2026-02-12"):
        chain_of(orders.get("third_party"), lost, START)


# 5. What a chain makes of it


def test_draws_hold_for_the_facts_and_are_accepted() -> None:
    """Evidence raises approval (A9), the kind decides which approval, and after the window only cancelling is left."""
    shop = Behaviour.default("third_party")
    chain = chain_of(orders.get("third_party"), shop, START)
    reviewing = chain.states.index("reviewing")
    events = set()
    for node in chain.nodes:
        if node.state == reviewing:
            facts = node.facts
            rows = [shop.choices[number] for drawn in node.draws[0] for number in drawn if number >= 0]
            approvals = {row.event for row in rows if row.event.startswith("approve")}
            assert approvals == {"approve_refund" if facts.kind == "refund_only" else "approve_return"}
            shares = sum(row.weight for row in rows if row.event in approvals)
            assert shares == (80 if facts.has_evidence else 58)
            events |= approvals
    assert len(events) == 2
    turned = [node for node in chain.nodes if node.bounds]
    assert turned and {chain.states[node.state] for node in turned} == {"draft", "negotiating"}
    late = at("2026-02-12 00:00") + timedelta(days=7)  # the signing day is day 1
    assert {bound for node in turned for bound in node.bounds} == {(late - START) // timedelta(seconds=1)}


def test_what_if_and_the_rows_that_it_changes() -> None:
    base = Behaviour.default("third_party")
    slow = base.changed(state="reviewing", actor="merchant", delay=2.0)
    for one, other in zip(base.choices, slow.choices, strict=True):
        hers = one.state == "reviewing" and one.event in ("approve_refund", "approve_return", "reject")
        assert (one != other) == hers
        if hers:
            assert one.delay is not None and other.delay is not None and other.delay.expected == 2 * one.delay.expected
    silent = base.changed(event="nothing", actor="merchant", weight=5)
    assert sum(one != other for one, other in zip(base.choices, silent.choices, strict=True)) == 5
    from tests.exchange import WORKFLOW

    longer = exchanging().changed(state="checking", actor="warehouse", delay=2.0, workflow=WORKFLOW)
    assert sum(one != other for one, other in zip(exchanging().choices, longer.choices, strict=True)) == 2
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"actor": "warehouse"}, "workflow: None"),
        ({"weight": "2"}, "weight: '2'"),
        ({"delay": math.nan}, "delay: nan"),
    ]
    for given, told in wrong:
        with pytest.raises(BadData, match=told):
            exchanging().changed(**given)
    with pytest.raises(BadData, match=r"state, event, actor: .*what at least one row has"):
        base.changed(event="concede", state="draft")


def test_own_workflows_serve() -> None:
    from tests.exchange import WORKFLOW

    chain = chain_of(WORKFLOW, exchanging(), START)
    assert {chain.states[node.state] for node in chain.nodes} == set(WORKFLOW.states)
    workflow: Workflow = toy(Rule("T1", A, TURN, B, "assumed"), Rule("T2", B, ASK, END, "assumed"))
    assert len(chain_of(workflow, toyed(choice("a", "turn"), choice("b", "ask")), START).nodes) == 3
