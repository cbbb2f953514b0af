"""How long a case takes to its end, whatever that is: a figure of results, laws and comparisons, beside the time to the money."""

from __future__ import annotations

from datetime import timedelta

import pytest

from refund_fsm import BadData, orders
from refund_fsm.simulate import Behaviour, Choice, Fixed, Share, compare, first_passage, sensitivity
from refund_fsm.simulate import figures as names
from tests.simulate.many import START, exact, penniless, played, sampled

HOUR = timedelta(hours=1)
ENDS = ("end:mean", "end:p50", "end:p90", "end:p95")


def test_a_result_adds_up_the_times_to_all_its_ends() -> None:
    one = sampled()
    apart = [one.time_to(key) for key, state in one.workflow.states.items() if state.final]
    assert one.time_to_end == sum(apart[1:], apart[0])
    assert one.time_to_end.total == one.cases - sum(one.open_in.values()) > one.time_to_money.total
    middle = one.time_to_end.quantile(0.5)
    assert middle is not None and one.figures()["end:p50"].value == middle / HOUR


def test_a_law_has_the_same_figures_as_its_sample() -> None:
    law, sample = exact("third_party"), sampled()
    assert law.time_to_end.total == pytest.approx(1 - law.outcomes["open"], abs=1e-12)
    for name in ENDS:
        found, told = law.figures()[name], sample.figures()[name]
        assert told.interval.low - 1 <= found.value <= told.interval.high + 1, name
        assert found.value == law.figure(name)
    assert law.figure("end:p50") < law.figure("end:p80") < law.figure("end:p90")
    assert law.time_to_end.cdf(200 * HOUR) == pytest.approx(
        sum(law.time_to(key).cdf(200 * HOUR) for key, state in law.workflow.states.items() if state.final)
    )


def test_a_workflow_that_pays_nothing_has_figures_of_its_end_and_none_of_money(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.text.terminal.PIPE_WIDTH", 1000)  # so wide that nothing is wrapped
    workflow = penniless()
    one = played(workflow)
    found = one.figures()
    assert set(ENDS) <= set(found) and not any(name.startswith(("money", "paid")) for name in found)
    assert 6 * 1 <= found["end:mean"].value <= 35, "from 1 to 30 hours, and 5"
    law = first_passage(workflow, one.behaviour, start=START)
    assert law.figure("end:mean") == pytest.approx(found["end:mean"].value, abs=1)
    assert not {"money:mean", "paid"} & set(law.figures()) and set(names.known(workflow)) == set(found)
    for name in ("money:p95", "money:mean", "paid"):
        with pytest.raises(BadData, match=f"figure: '{name}'; expected one of .*end:mean"):
            law.figure(name)
    for told in (one.summary("en"), law.summary("en"), compare(one, one).summary("en")):
        assert "time to the end: median (any outcome)" in told and "money" not in told
    assert list(sensitivity(workflow, one.behaviour, start=START).base) == ["end:p95"]


def test_what_ends_at_once_takes_no_time() -> None:
    """Fixed delays: the law and the sample know the end to the hour."""
    rows = (Choice(state="a", event="go", delay=Fixed(value=7)), Choice(state="b", event="turn", delay=Fixed(value=5)))
    one = played(penniless(), rows)
    assert one.time_to_end.mean() == timedelta(hours=12) == one.time_to("end").mean()
    behaviour = Behaviour(order_type="toy", mix=(Share(weight=1, facts=one.behaviour.mix[0].facts),), choices=rows)
    assert first_passage(penniless(), behaviour, start=START).time_to_end.mean() == timedelta(hours=12)


def test_every_workflow_names_it() -> None:
    for key in orders.keys():
        assert set(ENDS) <= set(names.known(orders.get(key)))
