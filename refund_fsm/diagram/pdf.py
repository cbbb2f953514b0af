"""Owns pictures on paper: the SVG of each, sheet by sheet, as one PDF whose text stays text in the bundled font.

The same bytes for the same pictures: no date of the day, no name of a machine. `fpdf2` reads the SVG; `tiles` says what stands where.
The only importer of `fpdf`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from refund_fsm.diagram import fonts, metrics
from refund_fsm.diagram.palette import MUTED
from refund_fsm.diagram.tiles import FOOT, MARGIN, SIZES, Area, Tile, around, tiles
from refund_fsm.errors import MissingPart
from refund_fsm.text import Text, languages

if TYPE_CHECKING:
    from fpdf import FPDF

    from refund_fsm.diagram.wording import Lang

SVG = "{http://www.w3.org/2000/svg}"
PAINTED = tuple(f"{SVG}{name}" for name in ("text", "path", "polygon", "polyline", "ellipse"))
NEVER = datetime(2000, 1, 1, tzinfo=UTC)  # a PDF must carry an instant
UNKNOWN = "□"  # for a character that the bundled font lacks
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
MOVED = re.compile(r"translate\(([-\d.]+)[ ,]([-\d.]+)\)")
PAGE = Text("第 {0} 页，共 {1} 页", "page {0} of {1}")
FOOT_SIZE = 7
ROUND = 2.0  # around texts, for the chips in which some of them stand


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a picture that must not be cut, or, with `line`, whose line may be; and the rectangle of all of it."""

    element: ET.Element
    area: Area
    line: bool
    whole: Area


def written(svgs: Sequence[tuple[str, str]], paper: str, title: Text, lang: Lang) -> bytes:
    """A PDF of pictures, each with a name for the outline, on `paper`. `MissingPart` without the `pdf` extra."""
    try:
        from fpdf import FPDF
    except ModuleNotFoundError:  # the module of the package fpdf2
        raise MissingPart.of("a PDF", "fpdf2") from None
    said = languages(lang)
    pdf = FPDF(unit="pt", format=SIZES[paper])
    pdf.set_creation_date(NEVER)
    pdf.set_title(said.say(title))
    pdf.set_lang("en" if lang == "en" else "zh-CN")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    for style, path in zip(("", "B"), fonts.paths(), strict=True):
        pdf.add_font(fonts.FAMILY, style, str(path))
    sheets = [(name, picture, tile) for name, picture in ((name, _Picture(svg)) for name, svg in svgs) for tile in picture.tiles(paper)]
    named = ""
    for number, (name, picture, tile) in enumerate(sheets, 1):
        pdf.add_page(orientation="landscape" if tile.across else "portrait")
        if name and name != named:
            pdf.start_section(_known(name))
            named = name
        foot = said.say(Text(*(one.format(number, len(sheets)) for one in (PAGE.zh, PAGE.en))))
        _show(pdf, picture, tile, _known(f"{said.say(title)} · {foot}"))
    return bytes(pdf.output())


def _show(pdf: FPDF, picture: _Picture, tile: Tile, foot: str) -> None:
    """A sheet, in the middle, and the line at its foot."""
    width, height = tile.area.width * tile.scale, tile.area.height * tile.scale
    x = max(MARGIN, (pdf.w - width) / 2)
    with pdf.rect_clip(x, MARGIN, width, height):
        pdf.image(BytesIO(picture.part(tile.area)), x, MARGIN, width, height)
    pdf.set_font(fonts.FAMILY, "", FOOT_SIZE)
    pdf.set_text_color(MUTED)
    pdf.text((pdf.w - pdf.get_string_width(foot)) / 2, pdf.h - MARGIN - FOOT / 4, foot)


def _known(text: str) -> str:
    """The text with a sign for each character that the font lacks."""
    lacking = fonts.missing(text)
    return text.translate({ord(char): UNKNOWN for char in lacking}) if lacking else text


class _Picture:
    """An SVG of ours, in the pieces that stand together."""

    def __init__(self, svg: str) -> None:
        root = ET.fromstring(svg)
        self._graph = next(one for one in root.iter(f"{SVG}g") if one.get("class") == "graph")
        found = MOVED.search(self._graph.attrib["transform"])
        assert found is not None, "Graphviz moves its picture"
        self._by = (float(found[1]), float(found[2]))
        left, top, width, height = map(float, root.attrib["viewBox"].split())
        self._whole = Area(left, top, left + width, top + height)
        self._pieces = tuple(self._found())

    def tiles(self, paper: str) -> tuple[Tile, ...]:
        """The sheets that show it."""
        return tiles(self._whole, [piece.area for piece in self._pieces], paper)

    def _found(self) -> Iterator[_Piece]:
        """The nodes, the labels of the edges, and the title with the legend, which is what the graph itself holds."""
        title = ET.Element(f"{SVG}g")
        background = next(self._graph.iter(f"{SVG}polygon"))
        for one in self._graph:
            kind = one.get("class", "").partition(" ")[0]
            if kind in ("node", "edge"):
                yield from self._piece(one, line=kind == "edge")
            else:
                title.extend(part for part in one.iter() if part.tag in PAINTED and part is not background)
        yield from self._piece(title, line=False)

    def _piece(self, element: ET.Element, *, line: bool) -> Iterator[_Piece]:
        texts = [area for one in element.iter(f"{SVG}text") for area in self._text(one)]
        shapes = [area for one in element.iter() for area in self._shape(one)]
        if texts or shapes:
            whole = around([*texts, *shapes])
            yield _Piece(element, around(texts) if line and texts else whole, line, whole)

    def _text(self, one: ET.Element) -> Iterator[Area]:
        x, y, size = (float(one.attrib[name]) for name in ("x", "y", "font-size"))
        wide = metrics.width(one.text or "", size, bold=one.get("font-weight") == "bold")
        yield self._moved(x - ROUND, y - size - ROUND, x + wide + ROUND, y + 0.3 * size + ROUND)

    def _shape(self, one: ET.Element) -> Iterator[Area]:
        if one.tag == f"{SVG}ellipse":
            x, y, rx, ry = (float(one.attrib[name]) for name in ("cx", "cy", "rx", "ry"))
            yield self._moved(x - rx, y - ry, x + rx, y + ry)
        numbers = [float(number) for number in NUMBER.findall(one.get("d") or one.get("points") or "")]
        if numbers:
            edge = float(one.get("stroke-width", "1")) / 2
            xs, ys = numbers[::2], numbers[1::2]
            yield self._moved(min(xs) - edge, min(ys) - edge, max(xs) + edge, max(ys) + edge)

    def _moved(self, left: float, top: float, right: float, bottom: float) -> Area:
        x, y = self._by
        return Area(left + x, top + y, right + x, bottom + y)

    def part(self, area: Area) -> bytes:
        """What lies in a rectangle, as an SVG of its own: of what it would cut, the lines and outlines alone."""
        shown = [_bare(piece, whole=area.holds(piece.area)) for piece in self._pieces if area.meets(piece.whole)]
        inner = "".join(ET.tostring(one, encoding="unicode") for one in shown)
        view = f"{area.left:.2f} {area.top:.2f} {area.width:.2f} {area.height:.2f}"
        moved = self._graph.attrib["transform"]
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{area.width:.2f}" height="{area.height:.2f}"'
            f' font-family="{fonts.FAMILY}"><g transform="{moved}">{inner}</g></svg>'
        ).encode()


def _bare(piece: _Piece, *, whole: bool) -> ET.Element:
    """A piece without what paper has no use for, links and tooltips; of one that is not whole, its line or its outline."""
    made = ET.Element("g")
    for one in piece.element.iter():
        if one.tag == f"{SVG}text" and whole:
            copied = ET.SubElement(made, "text", _kept(one))
            copied.text = _known(one.text or "")
        elif one.tag in PAINTED[1:]:
            ET.SubElement(made, one.tag.removeprefix(SVG), _kept(one))
            if not whole and (not piece.line or len(made) == 2):
                break  # the line and the head of its arrow, or the outline
    return made


def _kept(one: ET.Element) -> dict[str, str]:
    return {name: value for name, value in one.attrib.items() if name != "class" and not name.startswith("{")}
