"""Behaviours that ship: they read back, name their sources, and change as they are asked to."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from refund_fsm import BadData, orders
from refund_fsm.simulate import Behaviour, Uniform
from refund_fsm.simulate.behaviour import ASSUMED, shipped
from tests.exchange import WORKFLOW
from tests.simulate.simulated import exchanging


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


def test_every_registered_order_type_has_a_behaviour() -> None:
    assert set(shipped()) == set(orders.keys())
    with pytest.raises(
        BadData,
        match="order_type: 'exchange'; expected one of self_operated, shop_official, third_party, virtual; for a workflow of your own",
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


def test_a_change_touches_the_rows_that_it_names_and_no_others() -> None:
    base = Behaviour.default("third_party")
    slow = base.changed(state="reviewing", actor="merchant", delay=2.0)
    for one, other in zip(base.choices, slow.choices, strict=True):
        hers = one.state == "reviewing" and one.event in ("approve_refund", "approve_return", "reject")
        assert (one != other) == hers
        if hers:
            assert one.delay is not None and other.delay is not None and other.delay.expected == 2 * one.delay.expected
    silent = base.changed(event="nothing", actor="merchant", weight=5)
    assert sum(one != other for one, other in zip(base.choices, silent.choices, strict=True)) == 5
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
