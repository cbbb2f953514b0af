"""How wide texts are, where they are broken, and the ids made of them."""

from __future__ import annotations

import pytest

from refund_fsm.diagram import markup, metrics


@pytest.mark.parametrize(
    ("text", "width"),
    [("", 0), ("中文", 20), ("，", 10), ("i", 2.75), ("W", 9.44 / metrics.SLACK)],
)
def test_a_text_is_as_wide_as_its_font_says(text: str, width: float) -> None:
    assert metrics.width(text, 10) == pytest.approx(width * metrics.SLACK)


@pytest.mark.parametrize(
    ("text", "most", "lines"),
    [
        ("", 50, [""]),
        ("one two three", 45, ["one two", "three"]),
        ("中文字符", 21, ["中文", "字符"]),
        ("中文，字符", 21, ["中", "文，", "字符"]),
        ("（中文）字", 31, ["（中", "文）字"]),
        ("aaaaaaaaaa", 30, ["aaaaa", "aaaaa"]),
        ("a\n\t b", 50, ["a b"]),
    ],
)
def test_texts_are_broken_where_a_reader_expects_it(text: str, most: float, lines: list[str]) -> None:
    assert [*metrics.wrap(text, 10, most)] == lines


@pytest.mark.parametrize("texts_", [("a b", "a.20.b"), ("S08", "S08"), ("中", ".4e2d."), ("a.b", "a.2e.b")])
def test_ids_of_the_page_are_one_to_one(texts_: tuple[str, str]) -> None:
    assert markup.slug(texts_[0]) == texts_[1]
