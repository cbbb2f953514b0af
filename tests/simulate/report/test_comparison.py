"""`compare`: differences and their intervals, of laws, of samples, and of one of each."""

from __future__ import annotations

import json
import math
import re
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from refund_fsm import BadData, Policy, Text, orders
from refund_fsm.simulate import Behaviour, Comparison, compare, first_passage, simulate
from tests.simulate.many import LATE, START, cut, exact, sampled

UNKNOWN = ("stay",)  # a sample keeps no interval of these means


def kind(name: str) -> str:
    return name.partition(":")[0]


# 1. Differences and intervals
def test_of_two_laws_the_bounds_add_up() -> None:
    found = compare(exact(), exact(policy="statute"))
    assert found.exact and all(row.exact for row in found.rows)
    for row in found.rows:
        assert row.difference.value == row.b.value - row.a.value
        bounds = (row.a.high - row.a.low) / 2 + (row.b.high - row.b.low) / 2
        assert (row.difference.high - row.difference.low) / 2 == pytest.approx(bounds, abs=1e-12)


def test_of_two_samples_the_errors_add_up_by_their_squares() -> None:
    found = compare(sampled(), sampled(policy="statute"))
    assert not found.exact and not any(row.exact for row in found.rows)
    for row in found.rows:
        width = (row.difference.high - row.difference.low) / 2
        if kind(row.name) in UNKNOWN:
            assert math.isnan(width) and not row.clear, row.name
        else:
            assert width == pytest.approx(math.hypot((row.a.high - row.a.low) / 2, (row.b.high - row.b.low) / 2)), row.name


@pytest.mark.parametrize("law_first", [True, False])
def test_of_a_law_and_a_sample_both_are_added(law_first: bool) -> None:
    law, sample = exact(), sampled("virtual")
    found = compare(law, sample) if law_first else compare(sample, law)
    for row in found.rows:
        assert not row.exact
        if kind(row.name) not in UNKNOWN:
            widths = (row.a.high - row.a.low) / 2 + (row.b.high - row.b.low) / 2
            assert (row.difference.high - row.difference.low) / 2 == pytest.approx(widths, abs=1e-12)
    share = found["arbitration"]
    assert share.difference.low - 0.003 < 0 < share.difference.high + 0.003, "they agree"


def test_the_other_way_round_the_sign_turns() -> None:
    one, other = compare(sampled(), sampled(policy="statute")), compare(sampled(policy="statute"), sampled())
    for row, turned in zip(one.rows, other.rows, strict=True):
        assert row.difference.value == -turned.difference.value or math.isnan(row.difference.value)
        assert row.clear == turned.clear


def test_what_is_compared_with_itself_does_not_differ() -> None:
    for one in (sampled(), exact()):
        found = compare(one, one)
        assert not any(row.clear for row in found.rows)
        assert all(row.weight == 0 for row in found.rows)
        assert found.names == (Text("A", "A"), Text("B", "B"))


def test_the_sample_finds_what_the_law_says() -> None:
    """Guide against statute: the slowest twentieth has its money earlier, by the same amount as the law has it."""
    law = compare(exact("third_party"), exact("third_party", "statute"))["money:p95"]
    sample = compare(sampled(), sampled(policy="statute"))["money:p95"]
    assert law.clear and sample.clear and law.difference.value < -12
    assert sample.difference.low < law.difference.value < sample.difference.high


# 2. Which figures
def test_only_shared_figures_have_rows() -> None:
    found = compare(sampled("third_party"), sampled("virtual"))
    ours, theirs = sampled("third_party").figures(), sampled("virtual").figures()
    assert [row.name for row in found.rows] == [name for name in ours if name in theirs]
    assert set(found.only_in["a"]) == ours.keys() - theirs.keys() and set(found.only_in["b"]) == theirs.keys() - ours.keys()
    assert "reach:platform_arbitration" in found.only_in["a"] and "reach:awaiting_evidence" in found.only_in["b"]
    text = found.summary("en")
    assert "limit passed: Platform arbitration  Refund, a third-party shop" in text
    assert compare(sampled(), exact("third_party")).only_in == {"a": ("statutory",), "b": ()}


def test_ranked_by_how_clear_the_difference_is() -> None:
    found = compare(sampled(), sampled(policy="statute"))
    ranked = found.ranked()
    assert sorted(row.name for row in ranked) == sorted(row.name for row in found.rows)
    assert [row.weight for row in ranked] == sorted((row.weight for row in ranked), reverse=True)
    assert ranked[0].name in ("money:p95", "end:p95")
    assert all(row.weight > 1 for row in ranked if row.clear)


def test_a_row_by_its_name() -> None:
    found = compare(sampled(), sampled(policy="statute"))
    assert found["arbitration"].name == "arbitration"
    with pytest.raises(BadData, match="figure: 'arbitrage'"):
        found["arbitrage"]


# 3. Names
def test_the_names_say_what_differs() -> None:
    virtual, behaviour = orders.get("virtual"), Behaviour.default("virtual")

    def one(**more: Any) -> Any:
        return simulate(virtual, more.pop("behaviour", behaviour), **{"cases": 200, "seed": 1, "start": START, **more})

    pairs = [
        (one(policy=Policy.guide()), one(policy=Policy.statute()), ("policy guide", "policy statute")),
        (one(), one(policy=Policy(complaint_days=3)), ("policy complaint_days = 7", "policy complaint_days = 3")),
        (one(), one(start=LATE), ("start 2026-02-12 10:00", "start 2030-02-12 10:00")),
        (one(), one(behaviour=behaviour.changed(event="reject", delay=2.0)), ("behaviour A", "behaviour B")),
        (one(), one(seed=2), ("A", "B")),
        (one(), sampled(), ("Refund, virtual goods", "Refund, a third-party shop")),
    ]
    for a, b, names in pairs:
        assert tuple(name.en for name in compare(a, b).names) == names
    own = (Text("旧", "old"), Text("新", "new"))
    assert compare(one(), one(seed=2), names=own).names == own
    assert "old" in compare(one(), one(seed=2), names=own).summary("en")


# 4. For people and programs
@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_the_summary(lang: Any) -> None:
    text = compare(sampled(), sampled(policy="statute")).summary(lang)
    assert ("示例" in text) == (lang != "en") and ("illustrative" in text) == (lang != "zh")
    assert ("lower ▼" in text) == (lang != "zh") and ("▼ 更低" in text) == (lang != "en")
    assert ("无明显差别" in text) == (lang != "en")


def test_the_summary_says_how_the_intervals_are_to_be_read() -> None:
    common = compare(sampled(), sampled(policy="statute"))
    assert common.common_cases and "conservative" in common.summary("en")
    apart = compare(sampled(), sampled(seed=8))
    assert not apart.common_cases and "conservative" not in apart.summary("en") and "independent samples" in apart.summary("en")
    assert not compare(sampled(), sampled("virtual")).common_cases, "the same numbers mean other things in another workflow"
    laws = compare(exact(), exact(policy="statute")).summary("en")
    assert "sum of their estimated errors" in laws and "estimated error\n" in re.sub(r" +\n", "\n", laws) and "its interval" not in laws


def test_errors_that_are_not_estimated_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.text.terminal.PIPE_WIDTH", 1000)  # so wide that nothing is wrapped
    workflow, behaviour, day = orders.get("virtual"), Behaviour.default("virtual"), timedelta(hours=24)
    laws = [first_passage(workflow, behaviour, start=START, step=day, policy=Policy.profile(name)) for name in ("guide", "statute")]
    text = compare(*laws).summary("en")
    assert "their errors are not estimated" in text and "error (not estimated)" in text and "estimated error" not in text


def test_that_the_statutory_period_is_in_simulations_only_is_said_where_it_matters() -> None:
    told = "the statutory refund period is followed in simulations only"
    assert told in compare(exact("third_party"), exact("third_party", "statute")).summary("en")
    assert orders.get("third_party").law and told not in compare(sampled(), exact("third_party")).summary("en")
    assert not orders.get("virtual").law and told not in compare(exact(), exact(policy="statute")).summary("en")


def test_a_partial_or_provisional_part_is_named() -> None:
    text = compare(sampled(cases=500), cut(500)).summary("en")
    assert "partial: 500 cases of the 1,000,000 asked for (B)" in text
    late = compare(sampled("virtual"), sampled("virtual", start=LATE)).summary("zh")
    assert "暂定" in late and "（起点 2030-02-12 10:00）" in late


def test_as_json() -> None:
    found = compare(sampled(), exact("third_party"))
    data = json.loads(found.to_json(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert data["illustrative"] is True and data["exact"] is False
    assert (data["a"]["kind"], data["b"]["kind"]) == ("result", "law")
    assert data["a"]["ranges"] == [[7, 0, 20_000]] and data["b"]["step_hours"] == 1
    rows = {row["name"]: row for row in data["rows"]}
    assert rows["arbitration"]["difference"] == found["arbitration"].difference.to_list()
    assert rows["stay:reviewing"]["difference"][1:] == [None, None]
    assert data["only_in"] == {"a": ["statutory"], "b": []}


def test_as_a_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = pytest.importorskip("pandas")  # of the extra `test`
    monkeypatch.setitem(sys.modules, "polars", None)
    found = compare(exact(), exact(policy="statute"))
    frame = found.to_frame()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == len(found.rows)
    assert list(frame.columns) == ["name", "zh", "en", "unit", "a", "b", "difference", "low", "high", "exact"]
    assert list(frame["difference"]) == [row.difference.value for row in found.rows]


def test_what_is_no_result_is_refused() -> None:
    for a, b, field in ((1, sampled(), "a"), (sampled(), None, "b"), (sampled(), sampled().figures(), "b")):
        with pytest.raises(BadData, match=f"^{field}: .*a Result of simulate, or a Law of first_passage"):
            compare(a, b)  # type: ignore[arg-type]
    with pytest.raises(BadData, match=r"^names: "):
        compare(sampled(), sampled(), names=("a", "b"))  # type: ignore[arg-type]


def test_a_difference_of_nothing_known_is_not_clear() -> None:
    nothing = compare(cut(), cut())
    assert not any(row.clear for row in nothing.rows) and isinstance(nothing, Comparison)
    json.loads(nothing.to_json(), parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))
    assert replace(nothing, names=(Text("一", "one"), Text("二", "two"))).summary("en")
