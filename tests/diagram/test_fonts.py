"""The bundled fonts: what is in them, and that the subsets cut out of them say the same as the whole, as fontTools reads both."""

from __future__ import annotations

import base64
import hashlib
import io
import itertools
import re
import struct
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st

from refund_fsm import Workflow, diagram
from refund_fsm.diagram import fonts, metrics
from tests.browser import page_of
from tests.workflows import EVERY_WORKFLOW_AND_OWN

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WEIGHT = pytest.mark.parametrize("weight", [400, 700])
ASCII = "".join(map(chr, range(32, 127)))
ROWS = range(0xA1, 0xF8)
GB_2312 = {char for row in ROWS for cell in range(0xA1, 0xFF) for char in bytes((row, cell)).decode("gb2312", "ignore")}
SYMBOLS = "“”‘’…–—·•→←↑↓✓×≤≥±§¶△▲▼◆◇○●①⑳⑴−Δ⚠⏎、。《》【】（）：；！？￥％～"
TABLES = {"OS/2", "cmap", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"}


@cache
def whole(weight: int) -> Any:
    return TTFont(fonts.paths()[weight == 700], checkChecksums=2)


@cache
def held() -> str:
    return "".join(map(chr, whole(400).getBestCmap()))


def opened(data: bytes) -> Any:
    return TTFont(io.BytesIO(data), checkChecksums=2)


def drawn(font: Any, char: str | None) -> tuple[Any, ...]:
    """The advance, the bearing and the outline of a character (of None: of a missing one)."""
    name = font.getBestCmap()[ord(char)] if char else font.getGlyphOrder()[0]
    glyph, table = font["glyf"][name], font["glyf"]
    points, ends, flags = glyph.getCoordinates(table)
    return (*font["hmtx"][name], list(points), list(ends), bytes(flags), glyph.numberOfContours)


def carried(rules: str) -> dict[int, bytes]:
    pattern = r'@font-face\{font-family:"Noto Sans SC";font-weight:(\d+);src:url\(data:font/ttf;base64,([^)]+)\)format\("truetype"\)\}\n'
    assert re.fullmatch(f"(?:{pattern})*", rules)
    return {int(weight): base64.b64decode(data, validate=True) for weight, data in re.findall(pattern, rules)}


# 1. The files


@WEIGHT
def test_the_widths_of_the_layout_are_those_of_the_font(weight: int) -> None:
    font = whole(weight)
    names = font.getBestCmap()
    assert {char: font["hmtx"][names[ord(char)]][0] for char in ASCII} == {
        char: metrics.advance(char, bold=weight == 700) for char in ASCII
    }
    assert font["head"].unitsPerEm == metrics.EM


@WEIGHT
def test_a_chinese_character_is_one_em_wide(weight: int) -> None:
    font = whole(weight)
    names = font.getBestCmap()
    chinese = [char for char in GB_2312 if "一" <= char <= "鿿"]
    assert len(chinese) == 6763
    assert {font["hmtx"][names[ord(char)]][0] for char in chinese} == {metrics.EM} == {metrics.advance(char) for char in chinese}


@WEIGHT
def test_the_fonts_hold_gb_2312_latin_and_the_symbols(weight: int) -> None:
    codes = set(map(chr, whole(weight).getBestCmap()))
    latin = {chr(code) for code in range(0xA0, 0x100)} - {"\xad"}  # a hyphen that is not drawn
    assert "".join(sorted((GB_2312 | set(ASCII) | set(SYMBOLS) | latin) - codes)) == ""
    assert codes == set(held())


@WEIGHT
def test_nothing_in_the_files_moves_or_replaces_a_glyph(weight: int) -> None:
    font = whole(weight)
    assert set(font.keys()) - {"GlyphOrder"} == TABLES
    data, places = font.reader["glyf"], list(font["loca"])
    contours = [struct.unpack_from(">h", data, first)[0] for first, after in itertools.pairwise(places) if first < after]
    assert len(contours) > len(GB_2312)
    assert min(contours) > 0  # a composite glyph has -1


@WEIGHT
def test_the_files_tell_their_names_weight_and_licence(weight: int) -> None:
    font = whole(weight)
    bold = weight == 700
    assert [font["name"].getDebugName(number) for number in (1, 2)] == [fonts.FAMILY, "Bold" if bold else "Regular"]
    assert (font["OS/2"].usWeightClass, font["head"].macStyle, font["OS/2"].fsType) == (weight, int(bold), 0)
    licence = (fonts.FOLDER / "OFL.txt").read_text(encoding="utf-8")
    assert licence.startswith(f"{font['name'].getDebugName(0)}\n")
    assert "SIL OPEN FONT LICENSE Version 1.1 - 26 February 2007" in licence
    assert "SIL Open Font License, Version 1.1" in font["name"].getDebugName(13)
    assert not any("reserved" in str(record).lower() for record in font["name"].names)


@EVERY_WORKFLOW_AND_OWN
def test_every_label_of_a_picture_can_be_drawn(workflow: Workflow) -> None:
    assert fonts.missing(diagram.draw(workflow).dot) == ""


# 2. Subsets


def check(chars: str, weight: int) -> None:
    data = fonts.subset(chars, weight)
    assert sum(struct.unpack(f">{len(data) // 4}I", data)) & 0xFFFFFFFF == fonts.CHECKED
    part, full = opened(data), whole(weight)
    kept = sorted(set(chars) & set(held()))
    assert sorted(part.getBestCmap()) == [ord(char) for char in kept]
    assert set(part.keys()) - {"GlyphOrder"} == TABLES
    assert part["maxp"].numGlyphs == part["hhea"].numberOfHMetrics == len(kept) + 1
    for char in (None, *kept):
        assert drawn(part, char) == drawn(full, char), char
    assert str(part["name"].getName(13, 3, 1)) == str(full["name"].getName(13, 3, 1))


@WEIGHT
@pytest.mark.parametrize("chars", ["退", " ", ASCII, "～￥￡", "退款 Refund: 7 天 ≤ 48 h", "龘🙂退", ""], ids=repr)
def test_a_subset_draws_as_the_whole(chars: str, weight: int) -> None:
    check(chars, weight)


@given(st.sets(st.sampled_from(held()), max_size=60), st.sampled_from([400, 700]))
def test_any_subset_draws_as_the_whole(chars: set[str], weight: int) -> None:
    check("".join(chars), weight)


@WEIGHT
def test_a_subset_past_the_short_form_of_places_draws_as_the_whole(weight: int) -> None:
    chars = held()[-1500:]
    assert opened(fonts.subset(chars, weight))["head"].indexToLocFormat == 1
    assert opened(fonts.subset(ASCII, weight))["head"].indexToLocFormat == 0
    check(chars, weight)


def test_the_search_fields_of_a_map_are_those_that_fonttools_writes() -> None:
    data = fonts.subset("ACEG退款", 400)
    font = opened(data)
    place = data.index(font.reader["cmap"]) + 12
    again = io.BytesIO()
    assert font["cmap"].tables[0].cmap  # read, so that it is written anew
    font.save(again, reorderTables=None)
    theirs = opened(again.getvalue()).reader["cmap"]
    assert struct.unpack_from(">7H", data, place) == struct.unpack_from(">7H", theirs, 12)
    assert struct.unpack_from(">4H", data, 4) == struct.unpack_from(">4H", again.getvalue(), 4)


@pytest.mark.parametrize(
    ("weight", "digest"),
    [
        (400, "f35f28b086dcf96f"),
        (700, "4f513aa71faa004a"),
    ],
)
def test_the_bytes_are_the_same_everywhere(weight: int, digest: str) -> None:
    assert hashlib.sha256(fonts.subset("退款 Refund", weight)).hexdigest()[:16] == digest


# 3. What a picture asks for


def test_each_weight_that_has_characters_has_a_rule() -> None:
    assert fonts.css("", "") == fonts.css("龘", frozenset({"🙂"})) == ""
    assert list(carried(fonts.css("退款"))) == [400]
    assert list(carried(fonts.css("", frozenset("退款")))) == [700]
    found = carried(fonts.css(frozenset("退款"), "Buyer"))
    assert found == {400: fonts.subset("款退", 400), 700: fonts.subset("Buyer", 700)}


def test_neither_order_nor_what_is_lacking_changes_the_rules() -> None:
    assert fonts.css("退款龘\n退", "ba") == fonts.css(frozenset("款退"), ["a", "b"])
    assert fonts.css("退款") != fonts.css("退")


@pytest.mark.parametrize(
    ("text", "lacking"),
    [
        ("退款 Refund “7 天”\n\t\u3000≤", ""),
        ("龘退🙂한龘", "龘한🙂"),
        ("soft\xad hyphen, zero\u200bwidth, joiner\u200d, mark\ufeff, direction\u202e, selectors ⚠\ufe0f\ufe00\U000e0100", ""),
        ("bell\a and line\u2028", ""),
        ("combining e\u0363", "\u0363"),
        ("", ""),
    ],
    ids=repr,
)
def test_what_the_fonts_lack_is_told(text: str, lacking: str) -> None:
    assert fonts.missing(text) == lacking


def picture(text: str, weight: int, files: tuple[Path, ...]) -> bytes:
    resvg = pytest.importorskip("resvg_py")
    words = f'<text x="4" y="30" font-size="24" font-weight="{weight}" font-family="{fonts.FAMILY}">{text}</text>'
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="90" height="40">{words}</svg>'
    return bytes(resvg.svg_to_bytes(svg_string=svg, dpi=96, font_files=[str(path) for path in files], skip_system_fonts=True))


def test_resvg_draws_with_the_files_alone() -> None:
    drawn_with = {(text, weight): picture(text, weight, fonts.paths()) for text in ("退款", "订单") for weight in (400, 700)}
    assert len(set(drawn_with.values())) == 4
    assert picture("退款", 400, ()) == picture("订单", 400, ())
    assert picture("龘", 400, fonts.paths()) == picture("囍", 400, fonts.paths()) != picture("退", 400, fonts.paths())


# 4. In a browser


def probe(text: str, weight: int) -> str:
    """A picture whose rules carry another family name, which no machine has."""
    rules = fonts.css(text if weight == 400 else "", text if weight == 700 else "").replace(fonts.FAMILY, "Probe")
    words = f'<text y="30" font-size="30" font-weight="{weight}" font-family="Probe, monospace">{text}</text>'
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="40"><style>{rules}</style>{words}</svg>'


@WEIGHT
def test_a_browser_uses_the_rules_of_each_picture_of_a_page(browser: Browser, weight: int) -> None:
    texts = ("买家iii", "退款WWW")
    with page_of(browser) as watched:
        watched.page.set_content("".join(probe(text, weight) for text in texts))
        watched.page.evaluate("document.fonts.ready.then(() => 0)")
        found = watched.page.evaluate("[...document.querySelectorAll('text')].map(text => text.getComputedTextLength())")
        states = watched.page.evaluate("[...document.fonts].map(face => face.status)")
    assert (states, watched.complaints) == (["loaded", "loaded"], [])
    assert found == [pytest.approx(sum(drawn(whole(weight), char)[0] for char in text) * 0.03, abs=0.1) for text in texts]


def test_a_browser_uses_the_rules_of_a_picture_that_a_page_only_shows(browser: Browser) -> None:
    text = "退款 iiiWWW"
    with page_of(browser) as watched:

        def shot(markup: str) -> bytes:
            watched.page.set_content(f'<body style="margin:0">{markup}')
            watched.page.evaluate(
                "Promise.all([...document.images].map(image => image.decode())).then(() => document.fonts.ready).then(() => 0)"
            )
            return watched.page.screenshot(clip={"x": 0, "y": 0, "width": 400, "height": 40})

        def shown(svg: str) -> str:
            return f'<img src="data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}">'

        svg = probe(text, 400)
        assert shot(shown(svg)) == shot(svg) != shot(shown(svg.replace("@font-face", "@no-font")))
        assert watched.complaints == []
