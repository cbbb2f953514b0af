"""The report as a page: it loads nothing, holds everything once, and is legible in both colour schemes."""

from __future__ import annotations

import base64
import io
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fontTools.ttLib import TTFont

from refund_fsm.diagram import fonts
from refund_fsm.simulate import save_plot
from refund_fsm.simulate.behaviour import ILLUSTRATIVE
from refund_fsm.simulate.report.page import report
from tests.browser import needs_chromium, page_of
from tests.languages import HAN
from tests.simulate.many import cut, sampled
from tests.simulate.report.drawn import FONT


class Loads(HTMLParser):
    """What a page would load, and its elements."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name.partition(":")[2] in ("href", "src") or name in ("href", "src", "srcset", "data", "action", "poster"):
                self.loads.append(value or "")


def test_a_report_loads_nothing() -> None:
    page = report(sampled())
    found = Loads()
    found.feed(page)
    assert all(load.startswith("#") for load in found.loads), "only places in itself"
    assert not {"script", "link", "iframe", "img", "object", "embed"} & set(found.tags)
    assert found.tags.count("svg") == 4, "the plot; the diagram phase by phase, whole, and for paper"
    assert len(ids := re.findall(r'\bid="([^"]+)"', page)) == len(set(ids)), "an id stands once"
    assert all(url.startswith(("data:", "#")) for url in re.findall(r"url\(\s*['\"]?([^)'\"]+)", page))
    assert "@import" not in page
    outside = set(re.findall(r"https?://[^\s\"'<)]+", page))
    assert outside <= {"http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"}, "names of namespaces"


@pytest.mark.parametrize("lang", ["zh", "en", "both"])
def test_a_report_holds_summary_picture_diagram_and_settings(lang: Any) -> None:
    result = sampled()
    page = report(result, lang)
    told = unescape(re.sub(r"<[^>]+>", " ", re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)))
    share = result.arbitration_share
    for one in (f"{100 * share.value:.2f}", f"{100 * share.low:.2f} … {100 * share.high:.2f}", "20,000", "7 (0 … 19,999)", "guide"):
        assert one in told
    assert result.policy.calendar.version in told and result.workflow.fingerprint[:12] in told
    assert (ILLUSTRATIVE.zh in told) == (lang != "en") and (ILLUSTRATIVE.en in told) == (lang != "zh")
    assert 'id="rule-S10"' in page and f"{result.rule_counts['S10']:,}" in told, "the heat diagram"
    assert (f'<html lang="{"en" if lang == "en" else "zh-CN"}">') in page
    if lang == "en":
        assert not HAN.search(told)


def test_a_report_embeds_its_font_once_with_every_glyph() -> None:
    page = report(sampled())
    found = FONT.findall(page)
    assert [weight for weight, _ in found] == ["400", "700"]
    told = unescape(re.sub(r"<[^>]+>", "", re.sub(r"<style.*?</style>", "", page, flags=re.DOTALL)))
    with TTFont(io.BytesIO(base64.b64decode(found[0][1]))) as font:
        held = {chr(code) for code in font.getBestCmap() or ()}
    assert {char for char in told if not char.isspace()} - held <= set(fonts.missing(told))


def test_what_is_the_same_in_both_languages_is_said_once() -> None:
    assert '<span lang="zh-CN">%</span></td>' in report(sampled()) and '<span lang="en">%</span>' not in report(sampled())


def test_a_partial_report_says_so() -> None:
    assert "部分结果" in report(cut(500)) and "部分结果" in report(cut())


@needs_chromium
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_report_loads_and_reads_well_in_a_browser(scheme: str, browser: Any, tmp_path: Path) -> None:
    path = save_plot(sampled(), tmp_path / "one.html")
    with page_of(browser, color_scheme=scheme, viewport={"width": 900, "height": 700}) as watched:
        watched.page.goto(path.as_uri())
        assert watched.complaints == []
        assert watched.page.evaluate("document.fonts.check('15px \"Noto Sans SC\"', '退款')")
        assert watched.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "nothing sticks out"
        ink = watched.page.evaluate("getComputedStyle(document.querySelector('.plot svg text[style*=\"font-size: 15px\"]')).fill")
        assert ink == ("rgb(17, 24, 39)" if scheme == "light" else "rgb(230, 237, 243)")
        if scheme == "light":
            heights = watched.page.evaluate(PIXELS, "figure.diagram:not(.whole) svg")
            assert min(heights) >= 8, "guards of 9 points, and what is larger"
            assert not watched.page.locator("figure.whole svg").is_visible() and not watched.page.locator("figure.printed svg").is_visible()
            watched.page.locator("summary").click()
            assert min(watched.page.evaluate(PIXELS, "figure.whole svg")) >= 10, "as large as it is"
            assert len(re.findall(rb"/Type\s*/Page\b", watched.page.pdf(format="A4"))) == 3


PIXELS = """(where) => [...document.querySelector(where).querySelectorAll('text')].map((one) => Number(one.getAttribute('font-size')))
  .filter((size) => size >= 9).map((size) => size * document.querySelector(where).getScreenCTM().a)"""
