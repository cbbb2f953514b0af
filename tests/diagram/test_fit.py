"""Nothing overflows, nothing covers another, by the package's own measures of texts."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from refund_fsm import diagram
from refund_fsm.diagram import Lang, metrics
from tests.diagram.svg import SVG, groups, svg_of, texts
from tests.labelled import LONG, own
from tests.languages import EVERY_LANG
from tests.workflows import EVERY_KEY

Box = tuple[float, float, float, float]


def text_boxes(group: ET.Element) -> list[Box]:
    found = []
    for one in group.iter(f"{SVG}text"):
        size, x, y = (float(one.attrib[name]) for name in ("font-size", "x", "y"))
        wide = metrics.width("".join(one.itertext()), size, bold=one.get("font-weight") == "bold")
        found.append((x, y - 0.85 * size, x + wide, y + 0.2 * size))
    return found


def outline(group: ET.Element) -> Box:
    numbers = [float(part) for path in group.iter(f"{SVG}path") for part in re.findall(r"-?\d+\.?\d*", path.attrib["d"])]
    return min(numbers[::2]), min(numbers[1::2]), max(numbers[::2]), max(numbers[1::2])


def covers(one: Box, other: Box) -> bool:
    return one[0] < other[2] - 0.5 and other[0] < one[2] - 0.5 and one[1] < other[3] - 0.5 and other[1] < one[3] - 0.5


def check_room(root: ET.Element) -> None:
    everything = groups(root)
    cards = {name: outline(group) for name, group in everything.items() if name.startswith("state-")}
    for name, card in cards.items():
        for box in text_boxes(everything[name]):
            assert card[0] + 2 < box[0] and box[2] < card[2] - 2 and card[1] < box[1] and box[3] < card[3], name
    labels = [(name, box) for name, group in everything.items() if name not in cards for box in text_boxes(group)]
    for place, (name, box) in enumerate(labels):
        assert not [other for other, card in cards.items() if covers(box, card)], name
        assert not [other for other, taken in labels[:place] if covers(box, taken)], name


@EVERY_KEY
@EVERY_LANG
def test_no_text_leaves_its_card_or_lies_on_another(key: str, lang: Lang) -> None:
    check_room(svg_of(key, lang))


@pytest.mark.parametrize("label", ["中" * 60, LONG, "W" * 60, "m" * 200, " ", "e\u0301 odd \u3000 wide"])
def test_long_and_odd_labels_fit(label: str) -> None:
    made = ET.fromstring(diagram.draw(own(label)).svg())
    check_room(made)
    assert max(box[2] - box[0] for group in groups(made).values() for box in text_boxes(group)) < 260
    printable = re.sub(r"\s", "", metrics.plain(label))
    assert f"begin{printable}" in re.sub(r"\s", "", "".join(texts(made)))
