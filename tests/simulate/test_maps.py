"""A map says what the result or the law says, by simulation and exactly alike; the maps of the gallery are what is drawn now."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest

from refund_fsm import orders
from refund_fsm.diagram import pinned
from refund_fsm.diagram.figures import Figures, figures_of, worked
from refund_fsm.errors import BadData
from refund_fsm.simulate import Result, play_case, simulate
from refund_fsm.simulate.sojourn import Sojourn
from tests.simulate.many import START, cut, exact, penniless, played, sampled
from tests.simulate.maps import drawn, place

DAY = timedelta(days=1)
KEY = "virtual"


def both() -> tuple[Figures, Figures]:
    return figures_of(sampled(KEY)), figures_of(exact(KEY))


def test_sample_and_law_have_the_same_medians_and_shares() -> None:
    one, law = both()
    assert one.cases == 20_000 and law.cases is None
    for key, state in law.states.items():
        assert one.states[key].share == pytest.approx(state.share, abs=0.015), key
        if state.share > 0.05 and state.mean is not None:
            assert one.states[key].mean == pytest.approx(state.mean, abs=0.05), key
            assert one.states[key].median == pytest.approx(state.median, abs=0.06), key
            assert one.states[key].p90 == pytest.approx(state.p90, abs=0.12), key
    for id, rule in law.rules.items():
        assert one.rules[id].leaving == (None if rule.leaving is None else pytest.approx(rule.leaving, abs=0.03)), id


def test_the_shares_of_those_who_leave_a_state_add_up() -> None:
    workflow = orders.get(KEY)
    for figures in both():
        for key, state in figures.states.items():
            ways = [figures.rules[rule.id].leaving for rule in workflow.rules if rule.source.key == key and not rule.internal]
            if ways and state.count:
                assert sum(one or 0.0 for one in ways) == pytest.approx(1.0)
        assert all(0 <= one.share <= 1 for one in figures.rules.values())
        assert all(0 <= one.share <= 1 for one in figures.states.values())


def test_working_days_are_those_of_the_cases_themselves() -> None:
    """The stays of some cases, counted by the calendar from their steps."""
    workflow, behaviour, few = orders.get(KEY), sampled(KEY).behaviour, 12
    spent: dict[str, list[float]] = {}
    for number in range(few):
        case = play_case(workflow, behaviour, case=number, seed=7, start=START)
        at = START
        for step in case.steps:
            if step.source != step.dest:
                spent.setdefault(step.source.key, []).append(worked(case.policy.calendar, at, step.at - at))
                at = step.at
    mine = simulate(workflow, behaviour, cases=few, seed=7, start=START)
    for key, state in workflow.states.items():
        if not state.final:
            stay = mine.working_stay(key)
            assert stay.total == len(spent.get(key, ()))
            assert np.repeat(stay.seconds, stay.weights.astype(int)) / 86_400 == pytest.approx(sorted(spent.get(key, ())), abs=1e-6)


def test_days_off_do_not_count() -> None:
    calendar = sampled(KEY).policy.calendar
    assert worked(calendar, START, timedelta(days=5)) == pytest.approx((14 + 24 + 24) / 24)  # Thursday, Friday, the make-up Saturday
    assert worked(calendar, START, timedelta(0)) == 0


def test_lengths_have_a_mean_and_quantiles() -> None:
    found = Sojourn(np.array([0.0, 3_600.0, 86_400.0]), np.array([1.0, 2.0, 1.0]))
    assert (found.quantile(0.25), found.quantile(0.5), found.quantile(0.9)) == (timedelta(0), timedelta(hours=1), DAY)
    assert found.mean() == (2 * timedelta(hours=1) + DAY) / 4
    none = Sojourn(np.zeros(0), np.zeros(0))
    assert none.mean() is None and none.quantile(0.5) is None
    with pytest.raises(BadData, match="p: 1"):
        found.quantile(1)


@pytest.mark.parametrize("many", [sampled, exact])
@pytest.mark.parametrize("state", ["refunded", "nowhere"])
def test_an_end_and_an_unknown_state_have_no_stays(many: Callable[[str], Result], state: str) -> None:
    with pytest.raises(BadData, match=f"state: '{state}'"):
        many(KEY).working_stay(state)


def test_the_picture_of_a_law_does_not_say_that_cases_were_played() -> None:
    said = exact(KEY).diagram(lang="en").dot
    assert "nothing is sampled" in said and "cases</" not in said and "first how often" not in said
    assert "20,000 cases" in sampled(KEY).diagram(lang="en").dot


@pytest.mark.parametrize("many", [lambda: cut(), lambda: played(penniless())], ids=["no case", "no limit, no payout"])
def test_a_map_of_little_is_a_picture(many: Callable[[], Result]) -> None:
    assert many().diagram(lang="en").svg().startswith("<svg")


def test_a_result_that_was_read_again_draws_the_same() -> None:
    whole = sampled(KEY, cases=25)
    again = Result.from_json(json.dumps(json.loads(whole.to_json())))
    assert again.diagram().dot == whole.diagram().dot


def test_a_map_of_the_gallery_is_fresh() -> None:
    """One of them: what makes the others is the same."""
    if not pinned():
        pytest.skip("another engine lays it out a little differently")
    assert drawn(KEY).svg() == place(KEY).read_text(encoding="utf-8"), "stale: run python -m tests.simulate.maps"


def test_every_order_type_has_its_map() -> None:
    assert all(place(key).is_file() for key in orders.keys())
