"""What differs between two results or laws: the map's numbers, the shift of the quantiles, the spines side by side, bad input."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from refund_fsm import BadData
from refund_fsm.simulate import compare, save_comparison_plot
from refund_fsm.simulate.report.difference import changes_of
from refund_fsm.simulate.report.plots import plot
from refund_fsm.simulate.report.shift import shift_of
from refund_fsm.simulate.report.spines import cells_of
from refund_fsm.simulate.report.timeline import festivals
from tests.simulate.many import LATE, START, cut, exact, penniless, played, sampled
from tests.simulate.report.drawn import said

DAY = timedelta(days=1)
MAY = START.replace(month=5, day=18)


def test_the_numbers_of_the_map_are_those_of_the_figures() -> None:
    comparison = compare(sampled(cases=2_000), sampled(policy="statute"))
    found = changes_of(comparison)
    assert set(found.rules) == set(comparison.a.workflow.by_id) and found.former is None
    row = comparison["rule:S23"]
    change = found.rules["S23"]
    assert (change.before, change.after) == (row.a.value, row.b.value)
    assert change.error == pytest.approx(row.difference.high - row.difference.value)
    stay, ever = comparison["stay:received"], comparison["reach:received"]
    time = found.times["received"]
    assert time.before == pytest.approx(stay.a.value / ever.a.value / 24) and time.error > 0
    assert found.time_of("received") is time and time.difference < -0.4, "the statute's six days, not ten"


def test_the_error_of_a_law_is_no_sampling_error() -> None:
    laws = changes_of(compare(exact("third_party"), exact("third_party", "statute")))
    samples = changes_of(compare(sampled(), sampled(policy="statute")))
    assert laws.times["received"].error < samples.times["received"].error / 10
    assert laws.times["received"].difference == pytest.approx(samples.times["received"].difference, abs=samples.times["received"].error)
    assert {rule.id for rule in laws.clear_rules} == {"S22", "S23"}, "only the receipt differs"


def test_two_workflows_and_no_cases_have_no_map() -> None:
    with pytest.raises(BadData, match=r"workflow: .*the same in both for one map"):
        compare(exact(), exact("third_party")).diagram()
    for a, b, field in ((cut(), sampled(), "a"), (sampled(), cut(), "b")):
        with pytest.raises(BadData, match=f"^{field}: .*a result with cases"):
            compare(a, b).diagram()


def test_an_edition_that_lacks_a_rule_differs_by_it() -> None:
    whole = sampled("virtual", cases=500)
    less = whole.workflow.variant(rules=[rule for rule in whole.workflow.rules if rule.id != "V10"])
    assert "V10" in whole.workflow.by_id
    place = list(whole.workflow.by_id).index("V10")
    sums = whole.sums._replace(rules=np.delete(whole.sums.rules, place), rule_cases=np.delete(whole.sums.rule_cases, place))
    found = changes_of(compare(whole, replace(whole, workflow=less, sums=sums)))
    assert found.former is whole.workflow and found.rules["V10"].after == 0.0
    assert "V10" in found.all_rules and found.all_rules["V10"] is whole.workflow.by_id["V10"]


def test_the_shift_is_the_difference_of_the_quantiles() -> None:
    comparison = compare(exact("third_party"), exact("third_party", "statute"))
    for kind in ("money", "end"):
        found = shift_of(comparison, kind)
        for p, days, _ in found.marks:
            assert days == pytest.approx(float(np.interp(p, found.shares, found.days)), abs=1e-9)
            times = [one.time_to_money if kind == "money" else one.time_to_end for one in (comparison.a, comparison.b)]
            a, b = (time.quantile(p) for time in times)
            assert a is not None and b is not None and days == pytest.approx((b - a) / DAY, abs=1e-9)
    assert len(shift_of(compare(cut(), cut()), "end").days) == 0, "nobody is served"


def test_the_spines_stand_by_policy_and_start_on_their_own_dates() -> None:
    made = [sampled(policy=policy, start=start, cases=500) for start in (MAY, START) for policy in ("guide", "statute")]
    cells = cells_of(made)
    assert [(cell.policy.en, cell.one.start) for cell in cells] == [(p, s) for p in ("guide", "statute") for s in (START, MAY)]
    for cell in cells:
        first = [stage for stage in cell.stages if stage.path == 0]
        assert first[-1].state.final and first[-1].share == cell.one.figures()["outcome:refunded"].value
        assert all(b.begins >= a.ends - 1e-9 for a, b in pairwise(first)), "one after the other"
        further = [stage for stage in cell.stages if stage.path == 1]
        assert further and all(stage.begins < first[-1].begins for stage in further), "they leave before the end"
    assert [name.en for _, _, name in festivals(made[0], 60)] == ["Dragon Boat Festival"]
    assert [name.en for _, _, name in festivals(made[2], 60)] == ["Spring Festival", "Tomb-sweeping Day"]
    assert festivals(sampled("virtual", cases=500, start=LATE), 30) == [], "nobody has published that year"


def test_what_does_not_stand_beside_each_other_is_refused() -> None:
    one = sampled(cases=500)
    wrong = [
        ([one, 3], r"results\[1\]: .*a Result"),
        ([one, exact()], r"results\[1\]\.workflow: .*third_party"),
        ([one, replace(one)], r"results\[1\]: .*another policy, start or behaviour"),
        ([one, cut()], r"results\[1\]: .*a result with cases"),
        ([one] * 13, "others: 13"),
    ]
    for given, message in wrong:
        with pytest.raises(BadData, match=message):
            cells_of(given)  # type: ignore[arg-type]
    assert cells_of(()) == () and cells_of((played(penniless()),)) == ()


def test_others_are_looked_at_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"results\[2\]\.workflow"):
        save_comparison_plot(compare(sampled(cases=500), sampled(cases=500, policy="statute")), tmp_path / "x.html", others=(exact(),))
    assert not [*tmp_path.iterdir()]


def test_axes_carry_dates_and_festivals() -> None:
    told = said(plot(sampled(cases=500), "en").svg)
    assert told.count("2026-02-12") == 2 and "02-26" in told and "Spring Festival" in told
    late = said(plot(sampled("virtual", cases=500, start=START.replace(month=12, day=24)), "zh").svg)
    assert {"2026-12-24", "2027-01-07"} <= set(late), "a new year is said"
