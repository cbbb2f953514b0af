"""Tables in HTML are text to people, to browsers and to spreadsheets."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
from html import unescape
from pathlib import Path

import pytest

from refund_fsm.text import Languages, Text
from refund_fsm.text.cells import shielded, unshielded
from refund_fsm.text.html import section_html
from refund_fsm.text.sections import Column, Pairs, Section, Table

EVIL = ("=1+1", "+1+1", "-1+1", "@SUM(1)", "＝1+1", " =2", "'=1", "<b>=1</b>", "退款")
LONGEST = 120  # seconds that a spreadsheet may take


def _page() -> str:
    """A heading, cells in one language and in two, and pairs, all of such words; and numbers with their signs."""
    columns = (Column("=heading"), Column(Text("+两", "+two")), Column("number", "number"))
    rows = tuple((word, Text(word, f"{word} en"), "+1.2") for word in EVIL)
    parts = (Table(columns, rows), Pairs(tuple((word, word) for word in EVIL)))
    return f'<html><meta charset="utf-8"><body>{section_html(Section(None, parts), Languages.BOTH)}</body></html>'


def _cells(html: str) -> list[str]:
    return [unescape(re.sub("<[^>]*>", "", inner)) for inner in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", html)]


def test_no_cell_begins_as_a_formula_but_numbers_and_a_reader_can_undo_it() -> None:
    cells = _cells(_page())
    assert [one for one in cells if one.lstrip().startswith(("=", "+", "-", "@", "＝"))] == ["+1.2"] * len(EVIL)
    undone = [unshielded(one) for one in cells]
    assert undone[:3] == ["=heading", "+两 +two", "number"]
    assert undone[3::3][: len(EVIL)] == list(EVIL)
    assert undone[-2 * len(EVIL) :: 2] == list(EVIL)


@pytest.mark.parametrize("kind", ["html", "csv"])
def test_a_spreadsheet_finds_no_formula(kind: str, tmp_path: Path) -> None:
    if shutil.which("soffice") is None:
        pytest.skip("soffice is missing: install LibreOffice Calc")
    path = tmp_path / f"page.{kind}"
    if kind == "html":
        path.write_text(_page(), encoding="utf-8")
    else:
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([[shielded(word), "x"] for word in EVIL])
    assert "table:formula" not in _opened(path)
    path.write_text("<table><tr><td>=1+1</td></tr></table>" if kind == "html" else "=1+1,x\n", encoding="utf-8")
    assert "table:formula" in _opened(path), "a spreadsheet that reckons"


def _opened(path: Path) -> str:
    """What LibreOffice makes of a file that it opens as a spreadsheet."""
    reader = {"html": ["--infilter=calc_HTML_WebQuery"], "csv": []}[path.suffix[1:]]
    command = ["soffice", "--headless", f"-env:UserInstallation=file://{path.parent}/profile", *reader]
    subprocess.run(
        [*command, "--convert-to", "fods", "--outdir", str(path.parent), str(path)], check=True, capture_output=True, timeout=LONGEST
    )
    return path.with_suffix(".fods").read_text(encoding="utf-8")
