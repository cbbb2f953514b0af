"""What people read of results and laws: the numbers are those of the result, in the languages asked for, aligned, with every caveat."""

from __future__ import annotations

import importlib.util
import re
import sys
from datetime import timedelta
from typing import Any

import pytest
from rich.cells import cell_len

from refund_fsm import BadData, MissingPart, orders
from refund_fsm.simulate import Behaviour, compare, first_passage, simulate
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from refund_fsm.simulate.figures import label_of, limit_label, limit_names
from refund_fsm.simulate.report.overview import good_without_money, paying
from tests.languages import HAN
from tests.simulate.many import LATE, START, cut, exact, penniless, played, sampled

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
EVERY = pytest.mark.parametrize("key", orders.keys())
NUMBER = r"(-?[\d,]+\.?\d*)"


def tables(text: str) -> dict[str, list[str]]:
    """The lines of each table by its title: headings, rule, rows."""
    found: dict[str, list[str]] = {}
    blocks = text.rstrip("\n").split("\n\n")
    for block in blocks[2:]:
        title, *lines = block.split("\n")
        found[title] = lines
    return found


def row(text: str, label: str) -> list[float]:
    """The numbers in the line of a label, which stands once in the text."""
    (line,) = [line for line in text.split("\n") if line.startswith(f"{label}  ")]
    return [float(found.replace(",", "")) for found in re.findall(NUMBER, line[len(label) :])]


# 1. The numbers
@EVERY
def test_the_main_figures_are_those_of_the_result(key: str) -> None:
    result = sampled(key)
    text = result.summary("en")
    share = result.arbitration_share
    assert row(text, "in arbitration or with official service") == [round(100 * one, 2) for one in (share.value, share.low, share.high)]
    money = result.time_to_money
    for p, label in ((0.5, "median (half within)"), (0.9, "nine in ten within"), (0.95, "slowest twentieth beyond")):
        found, ends = money.quantile(p), money.quantile_interval(p)
        assert found is not None and ends is not None
        assert row(text, f"time to the money: {label}") == pytest.approx([one / DAY for one in (found, *ends)], abs=0.006)
    assert row(text, "refunded per case, mean")[0] == pytest.approx(result.paid_fen / result.cases / 100, abs=0.06)
    assert row(text, "amount of a refund, mean") == [round(result.paid_fen / money.total / 100, 2)]
    assert ("statutory refund period passed" in text) == bool(result.workflow.law)
    if result.workflow.law:
        assert row(text, "statutory refund period passed")[0] == round(100 * result.statutory_share.value, 2)


@EVERY
def test_outcomes_breaches_states_and_rules_are_those_of_the_result(key: str) -> None:
    result = sampled(key)
    found = tables(result.summary("en"))
    happened = {key: share for key, share in result.outcomes.items() if share.value}
    lines = found["Outcomes"][2:]
    assert len(lines) == len(happened), "what never happened has no row"
    for line, (state, share) in zip(lines, sorted(happened.items(), key=lambda item: -item[1].value), strict=True):
        assert line.startswith(result.workflow.states[state].en) and f"{100 * share.value:.2f}" in line
    passed = [name for name, share in result.breach_shares.items() if share.value]
    lines = found["Breaches (a limit passed that nothing enforces)"][2:]
    assert len(lines) == len(passed) and all(re.search(r"\d+ (working days|hours)", line) for line in lines)
    visited = [key for key, share in result.state_shares.items() if share.value and not result.workflow.states[key].final]
    assert len(found["Time in each state"]) == len(visited) + 2
    told = [line.split()[0] for line in found["Rules that fire most often"][2:]]
    assert told == sorted(result.rule_shares, key=lambda rule: -result.rule_shares[rule].value)[:10]


def test_the_mean_time_of_those_that_were_there() -> None:
    result = sampled()
    text = result.summary("en").partition("Time in each state")[2]
    ever, each, overall = row(text, "Platform arbitration")
    hours = result.figures()["stay:platform_arbitration"].value
    assert overall == round(hours / 24, 2)
    assert ever == round(100 * result.state_shares["platform_arbitration"].value, 2)
    assert each == round(hours / 24 / result.state_shares["platform_arbitration"].value, 2)


def test_freight_by_who_pays() -> None:
    result = sampled()
    lines = tables(result.summary("en"))["Return freight"][2:]
    shares = [float(line.split()[-1]) for line in lines]
    assert sum(shares) == pytest.approx(100, abs=0.02) and len(lines) == len(result.freight)
    assert "Return freight" not in sampled("virtual").summary("en"), "nothing is sent back"


def test_a_limit_of_several_states_is_spelled_alike_everywhere() -> None:
    workflow = sampled().workflow
    name = next(name for name in limit_names(workflow) if "/" in name)
    told = limit_label(workflow, name)
    assert "、" in told.zh and ", " in told.en
    assert label_of(workflow, f"breach:{name}").en == f"limit passed: {told.en}"


# 2. The caveats
@pytest.mark.parametrize("make", [sampled, exact], ids=["result", "law"])
@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_illustrative_in_the_languages_shown_and_in_no_other(make: Any, lang: Any) -> None:
    text = make().summary(lang)
    assert (ILLUSTRATIVE.zh in text) == (lang != "en")
    assert (ILLUSTRATIVE.en in text) == (lang != "zh")
    if lang == "en":
        assert not HAN.search(text)
    if lang == "zh":
        assert not re.search(r"share|days|outcome|policy|the ", text.replace("chinesecalendar", ""))


@pytest.mark.parametrize("cases", [0, 500])
def test_partial_is_said(cases: int) -> None:
    text = cut(cases).summary()
    assert f"⚠ 部分结果：只算了 {cases:,} 件，要求 1,000,000 件" in text
    assert f"⚠ partial: {cases:,} cases of the 1,000,000 asked for" in text
    assert ("主要数字" in text) == bool(cases), "no figures of no cases"
    assert "partial" not in sampled().summary()


def test_provisional_is_said() -> None:
    late = sampled("virtual", cases=500, start=LATE)
    assert late.provisional_cases
    assert "暂定" in late.summary("zh") and "provisional" in late.summary("en")
    assert "provisional" in exact("virtual", start=LATE).summary("en")
    assert "provisional" not in sampled().summary() + exact().summary()


def test_what_it_rests_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refund_fsm.text.terminal.PIPE_WIDTH", 1000)  # so wide that nothing is wrapped
    text = sampled().summary("en")
    result = sampled()
    for told in (
        f"third_party ({result.workflow.fingerprint[:12]})",
        "20,000",
        "7 (0 … 19,999)",
        "2026-02-12 10:00",
        result.policy.calendar.version,
        "the default; all weights are assumed; 47 of 54 delays are assumed, 6 more in part",
    ):
        assert told in text.split("Main figures")[0]
    assert "in steps of 1 h, up to day 120" in exact().summary("en")
    other = Behaviour.default("virtual").changed(event="reject", delay=2.0)
    changed = simulate(orders.get("virtual"), other, cases=100, seed=1, start=START)
    assert "one of your own; all weights are assumed" in changed.summary("en")


# 3. A law
@EVERY
def test_a_law_states_its_estimated_error_and_agrees_with_the_sample(key: str) -> None:
    law = exact(key)
    text = law.summary("en")
    assert "estimated error" in text and "not estimated" not in text and "95 %" not in text and "the exact law" in text
    figure = law.figures()["arbitration"]
    value, off = row(text, "in arbitration or with official service")
    assert value == round(100 * figure.value, 2)
    assert off >= 100 * (figure.interval.high - figure.value) - 1e-9
    sample = sampled(key).arbitration_share
    assert sample.low - 0.003 <= figure.value <= sample.high + 0.003
    assert "left open" not in text, "what a law leaves in its last decimals is no outcome"


def test_a_law_whose_twice_the_step_divides_no_day_says_that_nothing_is_estimated() -> None:
    law = first_passage(orders.get("virtual"), Behaviour.default("virtual"), start=START, step=timedelta(hours=24))
    text = law.summary()
    assert "误差（未估计）" in text and "error (not estimated)" in text
    assert "误差估计" not in text and "estimated error" not in text and "±" not in text


def test_much_that_is_left_open_is_said() -> None:
    def text(days: int, lang: Any) -> str:
        law = first_passage(orders.get("virtual"), Behaviour.default("virtual"), start=START, step=6 * HOUR, horizon=days * DAY)
        return law.summary(lang)

    assert re.search(r"⚠ [\d.]+ % of the cases are still open on day 14: times to the money and to the end are of those", text(14, "en"))
    assert "到第 14 天仍有" in text(14, "zh") and "still open" not in text(120, "en")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_start_at_midnight_is_that_day(lang: Any) -> None:
    midnight = START.replace(month=11, day=1, hour=0)
    result, before = (sampled("virtual", cases=500, start=start) for start in (midnight, midnight - DAY))
    assert "2026-11-01 00:00" in result.summary(lang) and "24:00" not in result.summary(lang)
    assert [name.en for name in compare(before, result).names] == ["start 2026-10-31 00:00", "start 2026-11-01 00:00"]


# 4. The layout
@pytest.mark.parametrize("lang", ["zh", "en", "both"])
@EVERY
def test_tables_line_up(key: str, lang: Any) -> None:
    for title, lines in tables(sampled(key).summary(lang)).items():
        assert len({cell_len(line) for line in lines}) == 1, title


def test_numbers_line_up_at_the_right() -> None:
    lines = tables(sampled().summary("en"))["Main figures"]
    place = lines[0].index("value")
    ends = {place + found.end() for line in lines[2:] if (found := re.search(r"\d+\.\d+", line[place:]))}
    assert len(ends) == 1 and len(lines) > 5


def test_a_workflow_that_pays_nothing_has_a_summary() -> None:
    text = played(penniless()).summary("en")
    assert "arbitration" not in text and "statutory" not in text
    assert "money" not in text and re.search(r"time to the end: mean +[\d.]+ +days", text)
    assert re.search(r"Breaches.*\n  none\n", text)
    assert row(text, "steps per case") == [2.0]


def test_another_language_is_refused() -> None:
    with pytest.raises(BadData, match="lang: 'fr'"):
        sampled().summary("fr")  # type: ignore[arg-type]


# 5. How numbers are written


# 6. As a frame
@pytest.mark.parametrize("make", [sampled, exact], ids=["result", "law"])
def test_the_figures_as_a_frame(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    pandas = pytest.importorskip("pandas")  # of the extra `test`; polars is in none
    one = make()
    figures = list(one.figures().values())
    kinds = [pandas.DataFrame]
    if importlib.util.find_spec("polars"):
        import polars

        kinds.insert(0, polars.DataFrame)
    for kind in kinds:
        if kind is pandas.DataFrame:
            monkeypatch.setitem(sys.modules, "polars", None)
        frame = one.to_frame()
        assert isinstance(frame, kind) and list(frame.columns) == ["name", "zh", "en", "unit", "value", "low", "high"]
        assert list(frame["name"]) == [figure.name for figure in figures]
        assert list(frame["value"]) == [figure.value for figure in figures]
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingPart, match='pip install "polars"'):
        one.to_frame()


def test_an_end_that_is_good_without_money_is_an_end_of_its_own() -> None:
    """The platform's own table: what was exchanged is neither refunded nor closed without refund, and has no money."""
    result = sampled("shop_official", "platform")
    text = result.summary("en")
    shares = {
        key: row(text, label)[0]
        for key, label in (("refunded", "Refunded"), ("closed", "Closed without refund"), ("exchanged", "Exchanged"))
    }
    for key, told in shares.items():
        assert told == round(100 * result.outcomes[key].value, 2)
    assert result.outcomes["exchanged"].value > 0.02
    assert result.time_to_money.total == round(result.cases * result.outcomes["refunded"].value)
    assert good_without_money(result) == {"exchanged"} and paying(result) == {"refunded"}
    assert good_without_money(sampled()) == frozenset()
    assert "24 hours / 36 hours" not in text and "7 days + 7 days" not in text, "limits that the clock enforces are no breaches"
