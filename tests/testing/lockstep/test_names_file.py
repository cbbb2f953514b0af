"""Names out of a TOML file."""

from __future__ import annotations

from pathlib import Path

import pytest

from refund_fsm import BadData
from refund_fsm.testing import Names


def written(folder: Path, text: str) -> Path:
    path = folder / "names.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_says_what_a_value_says(tmp_path: Path) -> None:
    text = 'absent = ["b"]\nby_itself = ["a"]\n[events]\nx = "y"\n[states]\ns = ["t", "u"]\nv = "w"\n[actors]\np = "q"\n'
    same = Names(events={"x": "y"}, states={"s": ["t", "u"], "v": "w"}, actors={"p": "q"}, by_itself=["a"], absent=["b"])
    assert Names.from_file(written(tmp_path, text)) == same
    assert Names.from_file(str(written(tmp_path, ""))) == Names()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[event]\nx = 'y'", "names.event: {'x': 'y'}; expected no such table; there are events, states, actors, by_itself, absent"),
        ("events = 'x'", "names.events: 'x'; expected a mapping"),
        ("[events]\nx = 1", r"names.events['x']: 1; expected text for text"),
        ("[states]\nx = []", r"names.states['x']: []; expected one of our states"),
        ("absent = 'x'", "names.absent: 'x'; expected names of our events"),
        ("absent = [1]", "names.absent: [1]; expected names of our events"),
        ("x =", "names.toml'; expected valid TOML"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(BadData) as caught:
        Names.from_file(written(tmp_path, text))
    assert told in str(caught.value)
