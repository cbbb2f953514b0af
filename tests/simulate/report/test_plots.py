"""Plots: their numbers and texts, within the sheet, with the bundled font, the same bytes again."""

from __future__ import annotations

import base64
import io
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fontTools.ttLib import TTFont

from refund_fsm import MissingPart, Policy, Text, orders
from refund_fsm.diagram import fonts
from refund_fsm.diagram.palette import PAIR
from refund_fsm.simulate import Behaviour, compare, save_plot, simulate
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from refund_fsm.simulate.report.canvas import Plot, fitted, texts
from refund_fsm.simulate.report.comparison_plots import comparison_plot
from refund_fsm.simulate.report.page import report
from refund_fsm.simulate.report.plots import plot
from refund_fsm.simulate.report.timeline import curve_of, off_days
from tests.languages import HAN
from tests.places import ROOT
from tests.simulate.many import LATE, START, exact, penniless, played, sampled
from tests.simulate.report.drawn import FONT, MAKES, said

DAY = timedelta(days=1)


@pytest.mark.parametrize("make", [sampled, exact], ids=["result", "law"])
def test_the_curve_is_the_distribution(make: Callable[[], Any]) -> None:
    one = make()
    curve = curve_of(one, "money")
    assert curve.total == pytest.approx(one.figures()["outcome:refunded"].value, abs=1e-6)
    by_day = curve.by_day(200)
    assert by_day.sum() == pytest.approx(curve.total, abs=1e-9)
    times, share = curve.risen(200)
    for p, at in curve.quantiles.items():
        quantile = one.time_to_money.quantile(p)
        assert quantile is not None and at == quantile / DAY
        assert np.interp(at, times, share) == pytest.approx(p, abs=0.003)
        whole = int(at)
        assert by_day[:whole].sum() <= p * curve.total + 1e-9 <= by_day[: whole + 1].sum() + 2e-9
    assert curve.days % 7 == 0 and curve.by_day(curve.days).sum() >= 0.99 * curve.total


def test_a_law_whose_start_is_inside_a_cell_is_drawn_from_its_start() -> None:
    half_past = exact(start=START + timedelta(minutes=30))
    on_the_hour = exact()
    assert (curve_of(half_past, "money").begun, curve_of(on_the_hour, "money").begun) == (0.5, 0.0)
    assert curve_of(half_past, "money").risen(30)[0][-1] == pytest.approx((30 * 24 - 0.5) / 24)
    assert curve_of(half_past, "money").by_day(60).sum() == pytest.approx(curve_of(half_past, "money").total)


def test_days_off_are_those_of_the_calendar() -> None:
    spans = off_days(sampled(), 14)
    # 2026: the Spring Festival's days off are 15 to 23 February, and 14 and 28 February are working Saturdays.
    begin = (START.replace(hour=0) + 3 * DAY - START) / DAY
    assert len(spans) == 1 and spans[0] == pytest.approx((begin, begin + 9)), "one span without a seam"
    late = sampled("virtual", cases=500, start=LATE)
    assert off_days(late, 14)
    unknown = simulate(orders.get("virtual"), Behaviour.default("virtual"), cases=100, seed=1, start=START, policy=Policy(beyond="error"))
    assert off_days(unknown, 365 * 3)[-1][1] < 365, "what nobody has published is not guessed"


@pytest.mark.parametrize("name", MAKES)
@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_the_picture_says_its_numbers_and_that_it_is_illustrative(name: str, lang: Any) -> None:
    one = MAKES[name]()
    told = said(plot(one, lang).svg)
    text = "\n".join(told)
    assert (ILLUSTRATIVE.zh in text) == (lang != "en") and (ILLUSTRATIVE.en in text) == (lang != "zh")
    assert bool(HAN.search(text)) == (lang != "en")
    assert ("partial" in text or "部分结果" in text) == (name in ("partial", "empty"))
    for at in curve_of(one, "money").quantiles.values():
        assert re.search(rf"(: |：){at:.1f} (天|days)", text)
    if name != "empty":
        assert f"{100 * one.figures()['outcome:refunded'].value:.1f} %" in told
    assert any("2026-02-12 10:00" in line for line in told) and "guide" in text


def test_a_start_at_midnight_is_that_day() -> None:
    text = "\n".join(said(plot(sampled("virtual", cases=500, start=START.replace(month=11, day=1, hour=0)), "en").svg))
    assert text.count("2026-11-01 00:00") == 2 and "24:00" not in text, "in the heading, and under the axis"


def test_a_comparison_shows_both() -> None:
    a, b = sampled(), sampled(policy="statute")
    svg = comparison_plot(compare(a, b), "en").svg
    text = "\n".join(said(svg))
    for one, name in ((a, "policy guide"), (b, "policy statute")):
        marks = " · ".join(
            f"{label} {at:.1f}" for label, at in zip(("half", "90 %", "95 %"), curve_of(one, "money").quantiles.values(), strict=True)
        )
        assert f"{name}: {marks} days" in text
    assert ILLUSTRATIVE.en in text and all(colour.lower() in svg for colour in PAIR)
    assert comparison_plot(compare(exact(), exact("third_party"))).svg, "two workflows, whose outcomes differ"


def test_a_workflow_that_pays_nothing_has_a_picture_of_its_end() -> None:
    one = played(penniless())
    told = said(plot(one, "en").svg)
    assert "none" in told, "no breaches"
    assert "On which day it ends, whatever the outcome" in told and not any("money" in line for line in told)
    assert f"half: {curve_of(one, 'end').quantiles[0.5]:.1f} days" in told
    beside = said(comparison_plot(compare(one, sampled("virtual", cases=500)), "en").svg)
    assert "Ended by then" in beside, "where one of two pays nothing, both show their ends"


def test_the_end_is_drawn_beside_the_money() -> None:
    told = said(plot(exact(), "en").svg)
    assert {"Back, and ended, by then", "money back", "ended"} <= set(told)
    ends = curve_of(exact(), "end")
    assert ends.total == pytest.approx(1 - exact().outcomes["open"], abs=1e-9) and ends.total > curve_of(exact(), "money").total


def test_a_label_is_text_whatever_is_in_it() -> None:
    from dataclasses import replace

    own = replace(sampled("virtual"), workflow=replace(orders.get("virtual"), label=Text("费用 $5$ <b>&", "costs $5$ <b>&")))
    svg = plot(own).svg
    assert "费用 $5$ <b>&：模拟 / costs $5$ <b>&: simulation" in said(svg)
    assert "<b>" not in svg and "<b>" not in re.sub(r"<style.*?</style>", "", report(own), flags=re.DOTALL)


def test_a_heading_that_is_too_wide_goes_on_below() -> None:
    parts = ["一" * 20, "two " * 10, "three " * 20]
    assert fitted(parts, " / ", 15.0) == [f"{parts[0]} / {parts[1]}", parts[2]]
    assert fitted(parts[:2], " / ", 15.0) == [f"{parts[0]} / {parts[1]}"]
    assert fitted([], " / ", 15.0) == []


@pytest.mark.parametrize("make", [lambda: plot(exact(start=LATE)), lambda: comparison_plot(compare(sampled(), sampled("virtual")))])
def test_nothing_sticks_out_of_the_sheet(make: Callable[[], Plot]) -> None:
    """Every text begins and ends on the sheet, by the font's own advances."""
    svg = make().svg
    width = float(re.findall(r'viewBox="0 0 ([\d.]+) ', svg)[0])
    with TTFont(fonts.paths()[1]) as font:  # bold, the wider one
        glyphs, advances, em = font.getBestCmap() or {}, font["hmtx"].metrics, 1000
    placed = [(look, unescape(told)) for look, told in re.findall(r"<text ([^>]*)>([^<]*)</text>", svg) if "rotate(-90" not in look]
    assert len(placed) > 30
    for look, told in placed:
        (size,), (at,) = re.findall(r"font-size: ([\d.]+)px", look), re.findall(r"(?:translate\(|rotate\(-?0 )([\d.]+)", look)
        long = sum(advances[glyphs[ord(char)]][0] for char in told) / em * float(size)
        begin = float(at) - (long / 2 if "anchor: middle" in look else long if "anchor: end" in look else 0.0)
        assert begin >= 0 and begin + long <= width, told


@pytest.mark.parametrize("make", [lambda: plot(sampled()), lambda: comparison_plot(compare(sampled(), sampled(policy="statute")))])
def test_every_glyph_is_in_the_font_that_the_picture_carries(make: Callable[[], Plot]) -> None:
    svg = make().svg
    regular, bold = texts(svg)
    assert HAN.search("".join(regular)) and HAN.search("".join(bold))
    assert fonts.missing("".join(regular | bold)) == ""
    held = {}
    for weight, data in FONT.findall(svg):
        with TTFont(io.BytesIO(base64.b64decode(data))) as font:
            held[weight] = {chr(code) for code in font.getBestCmap() or ()}
    assert held["400"] >= regular and held["700"] >= bold
    assert set(re.findall(r"font-family: '([^']+)'", svg)) == {fonts.FAMILY}


def test_matplotlib_draws_with_the_bundled_font_in_both_weights() -> None:
    from matplotlib import font_manager

    plot(sampled())
    for weight, path in zip((400, 700), fonts.paths(), strict=True):
        found = font_manager.findfont(font_manager.FontProperties(family=fonts.FAMILY, weight=weight), fallback_to_default=False)
        assert Path(found) == path


@pytest.mark.parametrize("name", ["result", "law"])
def test_the_same_bytes_again(name: str) -> None:
    one, other = plot(MAKES[name]()), plot(MAKES[name]())
    assert one == other
    assert not re.search(r"\d{4}-\d\d-\d\dT\d\d:\d\d", one.svg.replace("2026-02-12T10:00", "")), "no date of its making"


def test_no_pyplot_and_no_settings_are_left() -> None:
    code = (
        "import sys, matplotlib\nfrom tests.simulate.many import sampled\nfrom refund_fsm.simulate.report.plots import plot\n"
        "def now(): return {name: matplotlib.rcParams[name] for name in matplotlib.rcParams if name != 'backend'}  # asking chooses one\n"
        "before = now()\nplot(sampled(cases=500))\nassert now() == before\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)


def test_without_matplotlib_the_command_that_installs_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingPart, match=r'pip install "matplotlib<4,>=3.9"'):
        save_plot(sampled(), tmp_path / "x.svg")
    assert list(tmp_path.iterdir()) == []
