"""Builds the bundled fonts: Noto Sans SC, Regular and Bold, from Debian's `fonts-noto-cjk` 1:20220127+repack1-1. Run by hand.

    python -m pip install fonttools==4.68.0
    python .ci/build_fonts.py [/usr/share/fonts/opentype/noto] [refund_fsm/diagram/typeface]

One glyph for each character, in the order of their codes, outlines as quadratic curves, and no hints, features or kerning:
so `refund_fsm.diagram.fonts` cuts a subset out by copying bytes, and advance widths add up.
"""

from __future__ import annotations

import hashlib
import sys
import unicodedata
from pathlib import Path
from typing import Any

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

FAMILY = "Noto Sans SC"
SIMPLIFIED = 2  # the font "Noto Sans CJK SC" in the collection
TOLERANCE = 2.5  # of 1,000 units to the em: a fortieth of a pixel at 10 px
SOURCES = {
    "Regular": "b76b0433203017ca80401b2ee0dd69350349871c4b19d504c34dbdd80541690a",
    "Bold": "faa5f3656a78b2e2d450d27fe8382c778bc2b6bb5ea29c986664a6a435056ceb",
}
BLOCKS = (
    *((0x20, 0x7E), (0xA0, 0x17F)),  # ASCII, Latin-1, Latin Extended-A
    *((0x2010, 0x205E), (0x20A0, 0x20CF), (0x2100, 0x218F)),  # punctuation, currencies, letter-like, number forms
    *((0x2190, 0x23FF), (0x2460, 0x24FF), (0x25A0, 0x26FF), (0x2713, 0x2717)),  # arrows, mathematics, numbers, shapes, ticks
    *((0x3000, 0x303F), (0xFF01, 0xFF5E), (0xFFE0, 0xFFE6)),  # Chinese punctuation, full-width forms
)
GB_2312 = (0xA1, 0xF7)  # its rows: symbols, Greek, kana, Cyrillic, pinyin, Zhuyin, and the 6,763 characters of both levels


def characters() -> set[int]:
    """The codes that the fonts shall hold, as far as the source has them."""
    codes = {code for first, last in BLOCKS for code in range(first, last + 1)}
    for row in range(GB_2312[0], GB_2312[1] + 1):
        codes |= {ord(char) for cell in range(0xA1, 0xFF) for char in bytes((row, cell)).decode("gb2312", "ignore")}
    return {code for code in codes if unicodedata.category(chr(code)) not in {"Cf", "Cc", "Cn"}}


def names(style: str, source: TTFont) -> dict[str, str]:
    """The name table: what is ours, and the source's copyright and licence."""
    old = source["name"]
    name = FAMILY if style == "Regular" else f"{FAMILY} {style}"
    version = f"{old.getDebugName(5).split(';')[0]}; GB 2312 and symbols, quadratic curves, no hints"
    return {
        "copyright": old.getDebugName(0),
        "familyName": FAMILY,
        "styleName": style,
        "uniqueFontIdentifier": f"{name}; {version}",
        "fullName": name,
        "version": version,
        "psName": f"NotoSansSC-{style}",
        "licenseDescription": f"{old.getDebugName(13).split('. ')[0]}.",
        "licenseInfoURL": "https://openfontlicense.org",
    }


def quadratic(glyphs: Any, name: str) -> Any:
    """A TrueType outline from a PostScript one."""
    pen = TTGlyphPen(None)
    glyphs[name].draw(Cu2QuPen(pen, TOLERANCE, reverse_direction=True))
    return pen.glyph(dropImpliedOnCurves=True)


def built(source: TTFont, style: str) -> TTFont:
    """The font of one style."""
    old, glyphs, widths = source.getBestCmap(), source.getGlyphSet(), source["hmtx"]
    codes = sorted(characters() & old.keys())
    taken = {".notdef": ".notdef", **{f"u{code:04X}": old[code] for code in codes}}
    builder = FontBuilder(source["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(list(taken))
    builder.setupCharacterMap({code: f"u{code:04X}" for code in codes})
    builder.setupGlyf({name: quadratic(glyphs, origin) for name, origin in taken.items()})
    outlines = builder.font["glyf"]
    builder.setupHorizontalMetrics({name: (widths[origin][0], getattr(outlines[name], "xMin", 0)) for name, origin in taken.items()})
    builder.setupHorizontalHeader(ascent=source["hhea"].ascent, descent=source["hhea"].descent)
    builder.setupNameTable(names(style, source), mac=False)
    builder.setupPost(keepGlyphNames=False)
    font = builder.font
    font["OS/2"] = source["OS/2"]
    for field in ("fontRevision", "created", "modified", "macStyle"):
        setattr(font["head"], field, getattr(source["head"], field))
    font.recalcTimestamp = False
    return font


def main(folder: Path, target: Path) -> None:
    """Writes both fonts and says how large they are."""
    for style, expected in SOURCES.items():
        path = folder / f"NotoSansCJK-{style}.ttc"
        found = hashlib.sha256(path.read_bytes()).hexdigest()
        if found != expected:
            raise SystemExit(f"{path}: SHA-256 {found}; expected {expected}")
        font = built(TTFont(path, fontNumber=SIMPLIFIED), style)
        output = target / f"NotoSansSC-{style}.ttf"
        font.save(output)
        print(f"{output}: {len(font.getGlyphOrder()) - 1:,} characters, {output.stat().st_size:,} bytes")  # noqa: T201  # a script says what it wrote


if __name__ == "__main__":
    given = [Path(argument) for argument in sys.argv[1:]]
    main(*given, *(Path("/usr/share/fonts/opentype/noto"), Path("refund_fsm/diagram/typeface"))[len(given) :])
