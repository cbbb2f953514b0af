"""The text of the PRISM export: rules once, what nobody does left out, delays and limits in whole steps, bad behaviours named."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from refund_fsm import BadData, Policy, Workflow, orders
from refund_fsm.export import render, step_of
from refund_fsm.export.prism.lattice import Lattice
from refund_fsm.simulate import Behaviour, Empirical, Fixed, Uniform
from tests.awkward import WORKFLOW as AWKWARD
from tests.export.rendered import HOUR, daily, rendered
from tests.workflows import EVERY_WORKFLOW_EVEN_AWKWARD


@EVERY_WORKFLOW_EVEN_AWKWARD
def test_the_chain_has_every_rule_that_can_fire_once(workflow: Workflow) -> None:
    text = rendered(workflow, "prism")
    ids = re.findall(r"^  // (\S+) .*\n  \[rule\] ", text, re.MULTILINE)
    assert ids == [rule.id for key in workflow.states for rule in workflow.rules if rule.source.key == key]
    assert "// Rules that nobody chooses: none.\n" in text
    assert re.findall(r'^label "final_(\w+)"', text, re.MULTILINE) == [
        re.sub(r"\W", "_", key) for key, state in workflow.states.items() if state.final
    ]


def test_the_chain_leaves_out_what_nobody_does() -> None:
    """Rules that nobody chooses, the states that they alone lead to, the facts that they alone look at."""
    workflow = orders.get("virtual")
    behaviour, undone = daily(workflow), ("request_evidence", "complain")
    fewer = behaviour.model_copy(update={"choices": tuple(row for row in behaviour.choices if row.event not in undone)})
    text = render(workflow, "prism", behaviour=fewer)
    told = re.search(r"^// Rules that nobody chooses: (.*)\.$", text, re.MULTILINE)
    assert told and set(told[1].split(", ")) >= {"V11", "V12", *(rule.id for rule in workflow.rules if rule.event.name in undone)}
    assert "fact_evidence_requests_left" not in text and "// escalated:" not in text and "// V11 " not in text
    assert "fact_evidence_requests_left" in render(workflow, "prism", behaviour=behaviour)


def test_the_step_divides_the_day_and_every_length() -> None:
    workflow = orders.get("virtual")
    behaviour = daily(workflow)
    assert render(workflow, "prism", behaviour=behaviour) == render(workflow, "prism", behaviour=behaviour, step=timedelta(days=1))
    assert "\n  doing=later : 1/3;\n" in render(workflow, "prism", behaviour=behaviour, step=timedelta(minutes=20))
    for step in (timedelta(0), timedelta(hours=-24), timedelta(hours=7), timedelta(days=2), 24):
        with pytest.raises(BadData) as caught:
            render(workflow, "prism", behaviour=behaviour, step=step)  # type: ignore[arg-type]  # one is no timedelta
        assert caught.value.field == "step"
    with pytest.raises(BadData, match="evidence_hours, 36 h") as caught:
        render(workflow, "prism", Policy(evidence_hours=36), behaviour=behaviour)
    assert caught.value.field == "step"
    assert render(workflow, "prism", Policy(evidence_hours=36), behaviour=behaviour, step=12 * HOUR)


def test_the_step_suits_the_limits_unless_one_is_asked_for() -> None:
    """Some of the platform's own table are of 36 h."""
    shop = orders.get("shop_official")
    assert {key: step_of(orders.get(key)) // HOUR for key in orders.keys()} == {key: 12 if key == shop.key else 24 for key in orders.keys()}
    assert step_of(AWKWARD) == HOUR, "5 h and 7 h"
    assert render(shop, "prism", behaviour=daily(shop)) == render(shop, "prism", behaviour=daily(shop), step=12 * HOUR)
    with pytest.raises(BadData, match="shipped_review_hours, 36 h"):
        render(shop, "prism", behaviour=daily(shop), step=24 * HOUR)


def test_special_periods_are_left_out_and_named() -> None:
    shop = orders.get("shop_official")
    plain, festive = (rendered(shop, "prism", policy).splitlines() for policy in (Policy.guide(), Policy.platform()))
    (line,) = [one for one in festive if one not in plain]
    assert line.startswith("// Special periods, which a calendar would tell, are left out: cross_border_receipt_days, fresh_review_hours, ")
    assert [one for one in festive if one != line] == plain


def test_the_behaviour_that_ships_is_put_on_the_lattice(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, loose = [], delayed(Uniform(least=0, most=24))

    def put(behaviour: Behaviour, step: timedelta) -> Behaviour:
        asked.append((behaviour.order_type, step))
        return daily(orders.get(behaviour.order_type))

    monkeypatch.setattr(Behaviour, "on_lattice", put)
    monkeypatch.setattr(Behaviour, "default", lambda _: loose)
    virtual = orders.get("virtual")
    assert render(virtual, "prism", step=12 * HOUR) == render(virtual, "prism", behaviour=daily(virtual), step=12 * HOUR)
    assert render(virtual, "prism") and asked == [("virtual", 12 * HOUR), ("virtual", 24 * HOUR)]


DELAYS = (  # that are no whole steps of a day, and to what they are rounded
    (Uniform(least=0, most=24), Empirical(values=(0, 24))),
    (Fixed(value=1, unit="working_days"), Fixed(value=24)),
    (Fixed(value=36), Fixed(value=48)),
    (Fixed(value=24.001), Fixed(value=24)),
    (Empirical(values=(24, 30)), Fixed(value=24)),
)


def delayed(delay: Any) -> Behaviour:
    """The daily behaviour with another delay in its fifth row."""
    behaviour = daily(orders.get("virtual"))
    rows = list(behaviour.choices)
    rows[4] = rows[4].model_copy(update={"delay": delay})
    return behaviour.model_copy(update={"choices": tuple(rows)})


@pytest.mark.parametrize(("delay", "rounded"), DELAYS, ids=repr)
def test_a_delay_that_is_not_of_whole_steps_is_rounded(delay: Any, rounded: Any) -> None:
    workflow = orders.get("virtual")
    assert render(workflow, "prism", behaviour=delayed(delay)) == render(workflow, "prism", behaviour=delayed(rounded))


def test_a_delay_of_too_many_steps_is_named() -> None:
    with pytest.raises(BadData) as caught:
        render(orders.get("virtual"), "prism", behaviour=delayed(Fixed(value=1e9, unit="days")))
    assert caught.value.field == "choices[4].delay"


def test_parts_of_a_day_are_whole_steps_as_near_as_floating_point_numbers_come() -> None:
    law = Empirical(values=(1 / 3, 2 / 3, 31 / 15), weights=(1, 1, 2), unit="days")
    assert law.values[2] * 15 != 31
    assert Lattice(timedelta(minutes=96)).chances(law, "") == ((5, 1 / 4), (10, 1 / 3), (31, 1.0))
    lattice = Lattice(8 * HOUR)
    assert lattice.chances(Empirical(values=(0, 8, 16), weights=(0, 3, 0)), "") == ((1, 1.0),)


def test_bad_behaviours_are_named() -> None:
    workflow, other = orders.get("virtual"), daily(orders.get("third_party"))
    behaviour = daily(workflow)
    opens = {name: value for name, value in behaviour.facts.items() if name != "reason"}
    asked: tuple[tuple[Any, str], ...] = (
        (other, "behaviour.order_type"),
        ("virtual", "behaviour"),
        (behaviour.model_copy(update={"facts": opens}), "mix[0].facts.reason"),
        (behaviour.model_copy(update={"facts": {**opens, "reason": "whim"}}), "facts.reason"),
        (behaviour.model_copy(update={"facts": {**behaviour.facts, "evidence_requests_left": 1}}), "mix[0].facts.evidence_requests_left"),
    )
    for given, field in asked:
        with pytest.raises(BadData) as caught:
            render(workflow, "prism", behaviour=given)
        assert caught.value.field == field
