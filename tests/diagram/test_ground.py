"""Every text can be read against what is really behind it, in every kind of picture, by day and by night: what stands back as well."""

from __future__ import annotations

import pytest

from refund_fsm.diagram.palette import FADED_PAPER, INK, LIGHT, MUTED, SLATE, fade_text
from tests.colour import contrast
from tests.diagram.ground import written
from tests.diagram.kinds import kinds_of
from tests.workflows import ALL

TEXT, FADED = 4.5, 3.0
PALE_ONES = {one.lower() for one in (FADED_PAPER, *(fade_text(colour) for colour in (INK, SLATE, MUTED, *LIGHT)))}


@pytest.mark.parametrize("key", ALL)
def test_every_text_can_be_read_against_what_is_behind_it(key: str) -> None:
    pairs: dict[tuple[tuple[str, str], bool], str] = {}
    for kind, svg in kinds_of(key).items():
        for one in written(svg):
            pale = one.day[0] in PALE_ONES
            pairs |= {(one.day, pale): f"{kind}: {one.text}", (one.night, pale): f"{kind}, by night: {one.text}"}
    assert [(pair, what) for (pair, pale), what in pairs.items() if contrast(*pair) < (FADED if pale else TEXT)] == []
    assert len(pairs) > 12 and any(pale for _, pale in pairs)


def test_a_text_in_the_colour_of_what_is_behind_it_is_found() -> None:
    svg = """<svg xmlns="http://www.w3.org/2000/svg"><style>path[fill="#b91c1c"]{fill:#111111} text[fill="#ffffff"]{fill:#222222}</style>
    <polygon fill="#ffffff" points="0,0 0,90 90,90 90,0"/><path fill="#b91c1c" d="M10,10L40,10L40,30L10,30Z"/>
    <text x="12" y="25" font-size="10" fill="#ffffff">on</text><text x="12" y="60" font-size="10" fill="#ffffff">off</text></svg>"""
    on, off = written(svg)
    assert (on.day, on.night) == (("#ffffff", "#b91c1c"), ("#222222", "#111111"))
    assert (off.day, off.night) == (("#ffffff", "#ffffff"), ("#222222", "#ffffff"))
