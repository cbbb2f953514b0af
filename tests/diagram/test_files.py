"""Pictures as files: the form that a suffix names, whole or not at all."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from refund_fsm import BadData, MissingPart, diagram, orders
from refund_fsm.workflow import write


@pytest.mark.parametrize("suffix", [".dot", ".svg", ".SVG"])
def test_save_writes_the_form_that_the_suffix_names(suffix: str, tmp_path: Path) -> None:
    made = diagram.draw(orders.get("virtual"))
    path = made.save(tmp_path / f"a{suffix}")
    assert path.read_bytes() == (made.dot if suffix == ".dot" else made.svg()).encode()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_svg_is_one_element_without_prolog() -> None:
    svg = diagram.draw(orders.get("virtual")).svg()
    assert svg.startswith("<svg ")
    assert svg.endswith("</svg>\n")
    assert not re.search(r"<\?|<!", svg)
    assert diagram.draw(orders.get("virtual"))._repr_mimebundle_()["image/svg+xml"] == svg


def test_png_has_the_size_of_the_svg(tmp_path: Path) -> None:
    pytest.importorskip("resvg_py")
    data = diagram.draw(orders.get("virtual")).save(tmp_path / "a.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(data[16:20], "big") > 1000


def test_png_without_its_extra_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    with pytest.raises(MissingPart, match=r'pip install "resvg-py<1,>=0.3"'):
        diagram.draw(orders.get("virtual")).save(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a.jpg", "a", "a.svg.gz"])
def test_an_unknown_suffix_lists_the_choices(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"\.dot or \.svg or \.png"):
        diagram.draw(orders.get("virtual")).save(tmp_path / name)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    made = diagram.draw(orders.get("virtual"))
    with pytest.raises(BadData, match=r"none.*a place that can be written"):
        made.save(tmp_path / "none" / "a.dot")
    with pytest.raises(BadData, match="a folder that can be written"):
        write([], makes=tmp_path / "file")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.dot"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(BadData, match="No space left"):
        diagram.draw(orders.get("virtual")).save(path)
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.dot"]
