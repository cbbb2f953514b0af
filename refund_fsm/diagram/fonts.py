"""Owns the bundled fonts, Noto Sans SC Regular and Bold (SIL Open Font License, beside them): where they are, what they lack,
and the subset that a picture carries. Must not know pictures or markup.

A subset is cut out by copying bytes: the files have one simple outline for each character and neither hints nor features
(`.ci/build_fonts.py`). It is not compressed, so that its bytes do not depend on the version of a compressor.
"""

from __future__ import annotations

import base64
import struct
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

FAMILY = "Noto Sans SC"
FOLDER = Path(__file__).parent / "typeface"
STYLES = {400: "Regular", 700: "Bold"}
UNDRAWN = frozenset({"Cc", "Cf", "Zl", "Zp", "Zs"})  # controls, format characters and white space
CHECKED = 0xB1B0AFBA  # the checksum that a whole font has
SHORT = 2 * 0xFFFF  # as far as the short form of glyph places reaches, in bytes
# Where a table holds what a subset changes, in bytes from its beginning.
ADJUSTMENT, LOCA_FORMAT, METRICS, GLYPHS, FIRST_CHAR = 8, 50, 34, 4, 64


@dataclass(frozen=True)
class _Face:
    """One file, taken apart. `glyphs` has the glyph of each character; glyph 0 is the box for a missing one."""

    tables: dict[str, bytes]
    glyphs: dict[str, int]
    places: tuple[int, ...]

    def outline(self, glyph: int) -> bytes:
        """Its drawing, filled up to an even length, as the short form of places wants it."""
        data = self.tables["glyf"][self.places[glyph] : self.places[glyph + 1]]
        return data + bytes(len(data) % 2)


def paths() -> tuple[Path, Path]:
    """The files of the Regular and the Bold font, for programs that load fonts themselves."""
    return (_path(400), _path(700))


def css(regular: Iterable[str], bold: Iterable[str] = ()) -> str:
    """`@font-face` rules that carry these characters in weight 400 and 700: a line for each weight that has any, else nothing.

    Characters that the fonts lack are left to the next family of the reader's list (`missing` says which). The same bytes for
    the same characters, in any order, on every machine.
    """
    return _rule(400, _held(regular, 400)) + _rule(700, _held(bold, 700))


def subset(chars: Iterable[str], weight: int) -> bytes:
    """A TrueType font of `weight` (400 or 700) with those of the characters that the bundled font has."""
    face = _face(weight)
    held = sorted(_held(chars, weight))
    taken = [0, *(face.glyphs[char] for char in held)]
    outlines = [face.outline(glyph) for glyph in taken]
    places = [0]
    for outline in outlines:
        places.append(places[-1] + len(outline))
    short = places[-1] <= SHORT
    hmtx = face.tables["hmtx"]
    count = struct.pack(">H", len(taken))
    tables = {
        **face.tables,
        "cmap": _cmap([ord(char) for char in held]),
        "glyf": b"".join(outlines),
        "head": _put(_put(face.tables["head"], ADJUSTMENT, bytes(4)), LOCA_FORMAT, struct.pack(">h", not short)),
        "hhea": _put(face.tables["hhea"], METRICS, count),
        "hmtx": b"".join(hmtx[4 * glyph : 4 * glyph + 4] for glyph in taken),
        "loca": struct.pack(f">{len(places)}{'H' if short else 'I'}", *(place // 2 if short else place for place in places)),
        "maxp": _put(face.tables["maxp"], GLYPHS, count),
    }
    if held:
        tables["OS/2"] = _put(tables["OS/2"], FIRST_CHAR, struct.pack(">HH", ord(held[0]), ord(held[-1])))
    return _assembled(tables)


def missing(text: str) -> str:
    """The characters of a text that are drawn and that the bundled fonts lack: each once, sorted."""
    glyphs = _face(400).glyphs
    return "".join(sorted(char for char in frozenset(text) if char not in glyphs and _drawn(char)))


def _held(chars: Iterable[str], weight: int) -> frozenset[str]:
    glyphs = _face(weight).glyphs
    return frozenset(char for char in frozenset("".join(chars)) if char in glyphs)


def _drawn(char: str) -> bool:
    selector = "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or char == "\u034f"
    return not selector and unicodedata.category(char) not in UNDRAWN


@lru_cache(maxsize=32)
def _rule(weight: int, chars: frozenset[str]) -> str:
    if not chars:
        return ""
    data = base64.b64encode(subset(chars, weight)).decode()
    return f'@font-face{{font-family:"{FAMILY}";font-weight:{weight};src:url(data:font/ttf;base64,{data})format("truetype")}}\n'


def _path(weight: int) -> Path:
    return FOLDER / f"NotoSansSC-{STYLES[weight]}.ttf"


@cache
def _face(weight: int) -> _Face:
    data = _path(weight).read_bytes()
    tables = {}
    for number in range(struct.unpack_from(">H", data, 4)[0]):
        tag, _, place, length = struct.unpack_from(">4sIII", data, 12 + 16 * number)
        tables[tag.decode()] = data[place : place + length]
    tables["hmtx"] = _metrics(tables["hmtx"], *struct.unpack_from(">H", tables["hhea"], METRICS))
    places = struct.unpack(f">{len(tables['loca']) // 4}I", tables["loca"])
    return _Face(tables, _glyphs(tables["cmap"]), places)


def _metrics(hmtx: bytes, count: int) -> bytes:
    """Advance and left bearing of each glyph: a file leaves out the advance of the last ones, when it is that of number `count`."""
    full, bearings = hmtx[: 4 * count], hmtx[4 * count :]
    return full + b"".join(full[-4:-2] + bearings[place : place + 2] for place in range(0, len(bearings), 2))


def _glyphs(cmap: bytes) -> dict[str, int]:
    """The glyph of each character, out of the first table of a `cmap`, which is of format 4 and all runs: no lists of glyphs."""
    (start,) = struct.unpack_from(">I", cmap, 8)
    count = struct.unpack_from(">H", cmap, start + 6)[0] // 2
    words = struct.unpack_from(f">{4 * count + 1}H", cmap, start + 14)
    ends, firsts, deltas = words[:count], words[count + 1 : 2 * count + 1], words[2 * count + 1 : 3 * count + 1]
    runs = zip(firsts[:-1], ends[:-1], deltas[:-1], strict=True)  # the last is the mark of the end
    return {chr(code): (code + delta) & 0xFFFF for first, end, delta in runs for code in range(first, end + 1)}


def _cmap(codes: list[int]) -> bytes:
    """A character map of format 4 for codes in rising order, whose glyphs are 1, 2, 3, …"""
    runs: list[list[int]] = []  # first code, last code, what to add for the glyph
    for glyph, code in enumerate(codes, 1):
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code, (glyph - code) & 0xFFFF])
    runs.append([0xFFFF, 0xFFFF, 1])
    firsts, ends, deltas = zip(*runs, strict=True)
    body = struct.pack(
        f">4H{len(runs)}HH{3 * len(runs)}H", 2 * len(runs), *_search(len(runs), 2), *ends, 0, *firsts, *deltas, *bytes(len(runs))
    )
    return struct.pack(">HHHHI", 0, 1, 3, 1, 12) + struct.pack(">HHH", 4, len(body) + 6, 0) + body


def _search(count: int, size: int) -> tuple[int, int, int]:
    """What the format wants to be told for a binary search among `count` things of `size` bytes."""
    power = count.bit_length() - 1
    span = size << power
    return (span, power, size * count - span)


def _put(table: bytes, place: int, value: bytes) -> bytes:
    return table[:place] + value + table[place + len(value) :]


def _checksum(data: bytes) -> int:
    total: int = sum(struct.unpack(f">{len(data) // 4}I", data))
    return total & 0xFFFFFFFF


def _assembled(tables: dict[str, bytes]) -> bytes:
    """A font file: the directory, then the tables, each filled up to four bytes, and the checksum of the whole in `head`."""
    place = 12 + 16 * len(tables)
    directory = struct.pack(">I4H", 0x00010000, len(tables), *_search(len(tables), 16))
    body = b""
    for tag, data in sorted(tables.items()):
        padded = data + bytes(-len(data) % 4)
        directory += struct.pack(">4sIII", tag.encode(), _checksum(padded), place + len(body), len(data))
        if tag == "head":
            head = place + len(body)
        body += padded
    whole = directory + body
    return _put(whole, head + ADJUSTMENT, struct.pack(">I", (CHECKED - _checksum(whole)) & 0xFFFFFFFF))
