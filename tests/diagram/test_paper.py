"""Pictures on paper: every rule and label is there as text, whole, legible and inside the page; the same bytes each time."""

from __future__ import annotations

import html
import re
from functools import cache
from typing import Any

import pytest

from refund_fsm import BadData, Text, Workflow, diagram, orders
from refund_fsm.diagram import Paper, View
from refund_fsm.diagram.tiles import LEAST, MARGIN, SIZES, Area, room, tiles
from tests.diagram.test_geometry import chain, is_ready
from tests.exchange import WORKFLOW as EXCHANGE
from tests.labelled import own

pytest.importorskip("fpdf", reason="a PDF needs fpdf2")
pdfium = pytest.importorskip("pypdfium2", reason="PDFs are read by PDFium")

KNOWN = "\u25a1"


def flows() -> dict[str, Workflow]:
    return {
        "third_party": orders.get("third_party"),
        "virtual": orders.get("virtual"),
        "exchange": EXCHANGE,
        "chain": chain(40, Text("步骤", "step"), is_ready),
        "hostile": own('😀 <b>&"\\N {|} ](x)'),
    }


CASES: list[tuple[str, View, Paper, int]] = [
    # workflow, view, paper, pages
    ("third_party", "phases", "a4", 5),
    ("third_party", "full", "a4", 4),
    ("third_party", "spine", "a4", 1),
    ("virtual", "phases", "a3", 3),
    ("exchange", "phases", "a4", 1),
    ("chain", "spine", "a4", 2),
    ("chain", "full", "a3", 4),
    ("hostile", "full", "a4", 1),
]
EACH = pytest.mark.parametrize(("name", "view", "paper", "pages"), CASES)


@cache
def drawn(name: str, view: View, paper: Paper) -> tuple[diagram.Diagram, Any]:
    picture = diagram.draw(flows()[name], view=view, paper=paper)
    return picture, pdfium.PdfDocument(picture.pdf())


def squeezed(text: str) -> str:
    return "".join(text.replace("\u2060", "").split())


@EACH
def test_every_text_is_there_on_pages_of_the_paper(name: str, view: View, paper: Paper, pages: int) -> None:
    picture, document = drawn(name, view, paper)
    assert len(document) == pages
    said = squeezed("".join(page.get_textpage().get_text_range() for page in document))
    svgs = [diagram.Diagram(source, picture.workflow).svg() for _, source in picture.sheets] or [picture.svg()]
    texts = {squeezed(html.unescape(text)) for svg in svgs for text in re.findall(r"<text [^>]*>([^<]*)</text>", svg)}
    lacking = {ord(char): KNOWN for char in picture.fallback}
    assert [text for text in texts if text.translate(lacking) not in said] == []
    if view != "spine" and name != "hostile":
        assert [rule.id for rule in picture.workflow.rules if rule.id not in said] == []
    for page in document:
        assert sorted(page.get_size()) == pytest.approx(sorted(SIZES[paper]), abs=0.5)


@EACH
def test_nothing_is_outside_the_page_nor_on_its_margin(name: str, view: View, paper: Paper, pages: int) -> None:
    del pages
    for page in drawn(name, view, paper)[1]:
        text, (width, height) = page.get_textpage(), page.get_size()
        boxes = [text.get_rect(place) for place in range(text.count_rects())]
        inside = MARGIN - 1
        assert boxes
        assert min(left for left, *_ in boxes) > inside and max(right for *_, right, _ in boxes) < width - inside
        assert min(bottom for _, bottom, *_ in boxes) > inside and max(top for *_, top in boxes) < height - inside
        shown = page.render(scale=1, grayscale=True).to_pil()
        wide, high = shown.size
        edge = int(MARGIN) - 2
        strips = [(0, 0, wide, edge), (0, high - edge, wide, high), (0, 0, edge, high), (wide - edge, 0, wide, high)]
        assert all(shown.crop(strip).getextrema()[0] == 255 for strip in strips)


def test_the_same_bytes_each_time_without_the_date_of_the_day() -> None:
    picture = drawn("exchange", "phases", "a4")[0]
    made = picture.pdf()
    assert made == diagram.draw(EXCHANGE, view="phases", paper="a4").pdf()
    assert re.findall(rb"/CreationDate \(([^)]*)\)", made) == [b"D:20000101000000Z"]


def test_each_phase_is_a_bookmark_on_a_page_of_its_own() -> None:
    document = drawn("third_party", "phases", "a4")[1]
    marks = [(one.get_title(), one.get_dest().get_index()) for one in document.get_toc()]
    assert [title for title, _ in marks] == [name.zh for name, _ in orders.get("third_party").phases]
    assert [page for _, page in marks] == sorted({page for _, page in marks})


def test_sheets_hold_every_piece_whole_and_are_legible() -> None:
    pieces = [Area(x, y, x + 150, y + 90) for x in range(0, 2400, 170) for y in range(0, 3000, 130)]
    whole = Area(-20, -20, 2600, 3200)
    for paper in ("a4", "a3"):
        made = tiles(whole, pieces, paper)
        assert all(any(tile.area.holds(piece) for tile in made) for piece in pieces)
        assert {tile.scale for tile in made} == {LEAST}
        for tile in made:
            width, height = room(paper, across=tile.across)
            assert (tile.area.width * LEAST, tile.area.height * LEAST) == pytest.approx((width, height))
    (one,) = tiles(Area(0, 0, 300, 200), [Area(10, 10, 20, 20)], "a4")
    assert (one.scale, one.across) == (1.0, False), "nothing is made larger than it is"
    (wide,) = tiles(Area(0, 0, 1100, 600), [Area(10, 10, 20, 20)], "a4")
    assert wide.across and wide.scale > LEAST
    huge = Area(0, 0, 3000, 100)
    assert all(tile.area.holds(huge) and tile.scale < LEAST for tile in tiles(Area(0, 0, 3000, 2000), [huge], "a4"))


@pytest.mark.parametrize("paper", ["a5", "A4", "", 4])
def test_an_unknown_paper_lists_the_choices(paper: Any) -> None:
    with pytest.raises(BadData, match=r"paper: .*expected 'a4' or 'a3'"):
        diagram.draw(EXCHANGE, paper=paper)


def test_a_pdf_wants_a_paper() -> None:
    with pytest.raises(BadData, match="paper: None; expected 'a4' or 'a3', given to draw"):
        diagram.draw(EXCHANGE).pdf()
