"""What a law says of itself: distributions, figures, the calendar that it rests on, what it cannot be asked."""

from __future__ import annotations

import json
import math
from datetime import timedelta
from typing import Any

import pytest

from refund_fsm import BadData, CalendarOutOfRange, Limit, Policy, Rule, orders
from refund_fsm.simulate import Behaviour, Exponential, Uniform, first_passage
from tests.samples import at
from tests.simulate.law.asked import DAY, HOUR, law
from tests.simulate.simulated import START, choice
from tests.toys import END, PAID, TICK, TURN, A, toy


def test_a_distribution_answers() -> None:
    found = law(toy(Rule("T1", A, TURN, END, "assumed")), choice("a", "turn", Uniform(least=10, most=20))).time_to("end")
    assert found.cdf(15 * HOUR) == pytest.approx(0.5) and found.cdf(15.5 * HOUR) == pytest.approx(0.55)
    assert found.quantile(0.25) == pytest.approx(12.5 * HOUR, abs=timedelta(seconds=1)) and found.mean() == pytest.approx(
        15 * HOUR, abs=timedelta(seconds=1)
    )
    assert found.cdf(-HOUR) == 0 and found.cdf(90 * DAY) == pytest.approx(1)
    with pytest.raises(BadData, match="a share between 0 and 1"):
        found.quantile(1.0)


@pytest.mark.parametrize(
    ("argument", "value", "told"),
    [
        ("step", timedelta(hours=5), "step: .*divide a day"),
        ("step", timedelta(0), "step: "),
        ("step", 3600, "step: 3600; expected a timedelta"),
        ("step", timedelta(microseconds=7), "step: "),
        ("step", timedelta(seconds=1), "at most 200,000"),
        ("horizon", timedelta(minutes=1), "horizon: "),
        ("horizon", timedelta(days=5000), "horizon: .*3,650 days"),
        ("start", START.replace(tzinfo=None), "start: .*time zone"),
        ("policy", "guide", "policy: 'guide'; expected a Policy"),
        ("behaviour", "default", "behaviour: 'default'; expected a Behaviour"),
    ],
)
def test_bad_input_is_named(argument: str, value: Any, told: str) -> None:
    given: dict[str, Any] = {"behaviour": Behaviour.default("virtual"), "start": START, argument: value}
    with pytest.raises(BadData, match=told):
        first_passage(orders.get("virtual"), given.pop("behaviour"), **given)


def test_a_calendar_that_must_not_guess_is_not_made_to() -> None:
    virtual, behaviour, strict = orders.get("virtual"), Behaviour.default("virtual"), Policy(beyond="error")
    with pytest.raises(CalendarOutOfRange, match="a shorter horizon"):
        first_passage(virtual, behaviour, start=at("2026-11-01 00:00"), policy=strict)
    assert not first_passage(virtual, behaviour, start=START, policy=strict).provisional
    assert not first_passage(virtual, behaviour, start=at("2026-10-01 00:00")).provisional  # all have ended long before
    assert first_passage(virtual, behaviour, start=at("2026-12-01 00:00")).provisional


def test_it_is_written_and_drawn() -> None:
    found = first_passage(orders.get("virtual"), Behaviour.default("virtual"), start=START, step=6 * HOUR)
    data = json.loads(found.to_json())
    assert data["illustrative"] is True and data["figures"]["outcome:refunded"]["interval"][0] == found.outcomes["refunded"]
    assert sum(data["time_to_money"]["cells"]) == pytest.approx(found.time_to_money.total)
    assert "illustrative" in found.diagram(lang="en").svg()
    assert found.figure("money:p80") > found.figure("money:p50")
    with pytest.raises(BadData, match="figure: 'money:p100'"):
        found.figure("money:p100")


def test_limits_in_hours_are_whole_steps() -> None:
    """The deadline of a limit that is none would be off by up to a step: refused, naming the limit."""
    workflow = toy(
        Rule("T1", A, TURN, END, "assumed"), Rule("T2", A, TICK, PAID, "assumed"), limits={A: Limit("own_hours", "assumed", 8)},
    )  # fmt: skip
    with pytest.raises(BadData, match=r"step: .*the limit own_hours, 8 hours, is a whole multiple"):
        law(workflow, choice("a", "turn", Exponential(mean=30)), step=3 * HOUR)
    found = law(workflow, choice("a", "turn", Exponential(mean=30)), step=4 * HOUR, start=at("2026-02-12 08:00"))
    assert found.outcomes["paid"] == pytest.approx(math.exp(-8 / 30), abs=1e-12)
    assert math.isnan(law(workflow, choice("a", "turn", Exponential(mean=30)), step=8 * HOUR).figures()["outcome:paid"].interval.low)


def test_near_the_end_of_the_known_days_there_is_an_answer_or_an_error() -> None:
    """No rows for deadlines that are not known: a clear error, or an answer where all is known."""
    shop, behaviour = orders.get("third_party"), Behaviour.default("third_party")
    with pytest.raises(CalendarOutOfRange, match="a shorter horizon"):
        first_passage(shop, behaviour, start=at("2026-11-01 00:00"), policy=Policy(beyond="error"), horizon=90 * DAY)
    found = first_passage(shop, behaviour, start=at("2026-11-01 00:00"), policy=Policy(beyond="error"), horizon=40 * DAY, step=4 * HOUR)
    assert math.fsum(found.outcomes.values()) == pytest.approx(1)
